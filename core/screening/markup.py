"""A text as a browser shows it, with the way back to what was typed. Pure.

A number may be cut by tags ("8507<b>09</b>"), written with entities ("&#45;", "&nbsp;"), or stand
in an address ("%20", "%2D"), by itself or in what a mail program pastes. Entities and an address's
bytes are read first, escaped ones too, then tags.
"""

import html
import re
from collections.abc import Iterator
from itertools import pairwise
from urllib.parse import unquote

#: A character and where the original of it begins and ends.
Placed = tuple[str, int, int]

_CODED = re.compile(
    r"&(?:amp;)*(#[0-9]{1,10}|#[xX][0-9a-fA-F]{1,8}|[A-Za-z][A-Za-z0-9]{1,31});?"
    r"|(?:%[0-9a-fA-F]{2})+"
)
# An attribute's quotes may hold ">"; none of the loops goes past the next "<" or back.
_TAG = re.compile(
    r"<!--|<[!/?]?([A-Za-z][A-Za-z0-9:-]{0,31})?"
    r"(?:(?:[^<>\"']|\"[^\"<]*\"|'[^'<]*')*+>|[^<>]*>)"
)
#: Tags that begin a line or a cell of their own: never inside a number that a reader sees whole.
_BLOCKS = frozenset(
    {
        *("address", "article", "blockquote", "br", "button", "caption", "dd", "div", "dl", "dt"),
        *("fieldset", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr"),
        *("input", "legend", "li", "main", "nav", "ol", "option", "p", "pre", "section", "select"),
        *("table", "tbody", "td", "textarea", "tfoot", "th", "thead", "tr", "ul"),
    }
)


def readings(text: str) -> Iterator[list[Placed]]:
    """Nothing where ``text`` holds no tag and nothing coded, else its two readings.

    One closes up what inline tags part, the other sets a space for each tag: a neighbour's digit
    hides a number in the first, ``12</b><b>811228-9874``, and in the second ``12 8112<b>28</b>``.
    Blanks that follow each other are one, as in a browser. Takes time in proportion to the text.
    """
    if not set(text) & set("<&%"):
        return
    placed, decoded = _decoded(text)
    shown = "".join(char for char, _start, _end in placed)
    tags = list(_tags(shown))
    if not tags and not decoded:
        return
    yield _without(placed, tags, inline="")
    if tags:
        yield _without(placed, tags, inline=" ")


def _decoded(text: str) -> tuple[list[Placed], bool]:
    """The characters with what is coded read, and whether there was any."""
    placed: list[Placed] = []
    end, found = 0, False
    for match in _CODED.finditer(text):
        meant = _meant(match)
        if meant is None:
            continue
        placed += [(text[index], index, index + 1) for index in range(end, match.start())]
        placed += [(char, match.start(), match.end()) for char in meant]
        end, found = match.end(), True
    placed += [(text[index], index, index + 1) for index in range(end, len(text))]
    return placed, found


def _meant(match: re.Match[str]) -> str | None:
    """What is coded there; None where it is no code at all."""
    if match[1] is None:
        return unquote(match[0])
    for written in (f"&{match[1]};", f"&{match[1]}"):  # "&nbsp9805", without its semicolon
        meant = html.unescape(written)
        if not (meant.startswith("&") and len(meant) > 1):
            return meant
    return None


def _tags(shown: str) -> Iterator[tuple[int, int, bool]]:
    """Each tag or comment: where it begins and ends, and whether it is inline."""
    place, no_more_comments = 0, False
    while match := _TAG.search(shown, place):
        end = match.end()
        if match[0] == "<!--":
            closed = -1 if no_more_comments else shown.find("-->", end)
            no_more_comments = closed < 0
            if closed >= 0:
                yield match.start(), closed + 3, True
                end = closed + 3
        elif match[1] or match[0][1:2] in {"!", "/", "?"}:
            yield match.start(), end, (match[1] or "").lower() not in _BLOCKS
        place = end


def _without(
    placed: list[Placed], tags: list[tuple[int, int, bool]], *, inline: str
) -> list[Placed]:
    """The characters outside ``tags``, with ``inline`` for an inline tag and a space for others."""
    kept: list[Placed] = []
    edges = [(0, 0, True), *tags, (len(placed), len(placed), True)]
    for (_start, begins, _inline), (ends, _end, closes_up) in pairwise(edges):
        kept += placed[begins:ends]
        gap = inline if closes_up else " "
        if gap and ends < len(placed):
            kept.append((gap, placed[ends][1], placed[ends][1]))
    return [
        (" " if one[0].isspace() else one[0], one[1], one[2])
        for before, one in pairwise([("", 0, 0), *kept])
        if not (one[0].isspace() and before[0].isspace())
    ]
