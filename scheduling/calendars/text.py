"""Cleaning of human text before it enters a calendar object or a mail header."""

import re

SUMMARY_LIMIT = 200
LOCATION_LIMIT = 300
DESCRIPTION_LIMIT = 4000
CATEGORY_LIMIT = 60
NAME_LIMIT = 100

# C0 except newline, DEL and C1, line and paragraph separators, byte order mark, lone surrogates.
_UNWANTED = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff]")
_NOT_IN_NAMES = str.maketrans("", "", '"^\\')
_ELLIPSIS = "…"


def clean_text(text: str, limit: int = DESCRIPTION_LIMIT, *, one_line: bool = False) -> str:
    r"""Return `text` without anything that could break or disguise a content line.

    CR LF and CR become ``\n``, a tab becomes a space; every other C0 and C1 control character,
    U+2028, U+2029, U+FEFF and lone surrogates go. With `one_line` runs of newlines become one
    space. Surrounding white space goes, and more than `limit` characters (code points) are cut
    and end in an ellipsis. Idempotent; never raises.

    Source: ICAL.md E3; RFC 5545 section 3.3.11 (TEXT excludes control characters).
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    text = _UNWANTED.sub("", text)
    if one_line:
        text = re.sub(r"\s*\n\s*", " ", text)
    text = text.strip()
    if len(text) > limit:
        text = text[: limit - 1].rstrip() + _ELLIPSIS
    return text


def clean_name(name: str) -> str:
    """Return a display name for CN parameters and mail headers: one line, single spaces.

    ``"`` and ``^`` go, because they would need the encoding of RFC 6868, which older clients show
    literally, and so does the backslash, which some readers take for an escape in a parameter.
    At most 100 characters; idempotent; never raises. Source: ICAL.md A1 "CN and parameters".
    """
    name = clean_text(name, NAME_LIMIT * 4, one_line=True).translate(_NOT_IN_NAMES)
    return clean_text(re.sub(" +", " ", name), NAME_LIMIT)
