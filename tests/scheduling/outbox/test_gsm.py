"""The text message alphabet: what fits, what it costs, and what is made plain."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduling.outbox import gsm

GSM = st.text(st.sampled_from(gsm.BASIC + gsm.EXTENSION))
SWEDISH = st.text(st.sampled_from("abcåäöÅÄÖé –—”’…\u00a0€[]{}12."), max_size=400)


def test_the_alphabet_has_127_characters_and_ten_behind_the_escape() -> None:
    assert (len(gsm.BASIC), len(set(gsm.BASIC))) == (127, 127)
    assert (len(gsm.EXTENSION), len(set(gsm.EXTENSION))) == (10, 10)
    assert not set(gsm.BASIC) & set(gsm.EXTENSION)


@pytest.mark.parametrize(
    ("text", "units", "parts", "ucs2"),
    [
        ("", 0, 0, False),
        ("å" * 160, 160, 1, False),
        ("å" * 161, 161, 2, False),
        ("a" * 306, 306, 2, False),
        ("a" * 307, 307, 3, False),
        ("€" * 80, 160, 1, False),
        ("€" * 81, 162, 2, False),
        ("–" * 70, 70, 1, True),
        ("–" * 71, 71, 2, True),
        ("–" * 134, 134, 2, True),
        ("–" * 135, 135, 3, True),
        ("😀" * 35, 70, 1, True),
        ("😀" * 36, 72, 2, True),
        # 67 units hold 33 pairs: the 67th is left over, and no pair is cut.
        ("😀" * 66, 132, 2, True),
        ("😀" * 67, 134, 3, True),
        # 153 septets hold 76 escaped ones.
        ("€" * 152, 304, 2, False),
        ("€" * 153, 306, 3, False),
    ],
)
def test_units_and_parts(text: str, units: int, parts: int, ucs2: bool) -> None:
    assert gsm.measure(text) == gsm.Size(units, parts, ucs2)


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("kl. 10–11.15", "kl. 10-11.15"),
        ("”Hej” – det’s…", '"Hej" - det\'s...'),
        ("10\u00a0000", "10 000"),
        ("huvudentre\u0301n", "huvudentrén"),
        ("Łódź, Čapek", "Łodz, Capek"),
        ("Ja 😀", "Ja 😀"),
        ("åäöÅÄÖé", "åäöÅÄÖé"),
    ],
)
def test_made_plain(typed: str, sent: str) -> None:
    assert gsm.plain(typed) == sent


@given(GSM)
def test_what_fits_is_left_alone_but_for_spaces(text: str) -> None:
    assert gsm.fits(text)
    assert gsm.plain(text) == text
    assert not gsm.measure(text).ucs2


@given(SWEDISH)
def test_swedish_with_typography_fits_once_plain(text: str) -> None:
    assert gsm.fits(gsm.plain(text))


@given(st.text())
def test_plain_twice_is_plain_once_and_never_costs_a_wider_alphabet(text: str) -> None:
    once = gsm.plain(text)
    assert gsm.plain(once) == once
    assert gsm.measure(once).ucs2 <= gsm.measure(text).ucs2


@given(st.text(), st.text())
def test_more_text_never_takes_fewer_parts(one: str, more: str) -> None:
    assert gsm.measure(one).parts <= gsm.measure(one + more).parts


@given(st.text(min_size=1))
def test_parts_lie_between_the_bounds(text: str) -> None:
    size = gsm.measure(text)
    alone, joined = (70, 67) if size.ucs2 else (160, 153)
    least = 1 if size.units <= alone else math.ceil(size.units / joined)
    # At most one unit of each part is left over.
    most = least if size.units <= alone else math.ceil(size.units / (joined - 1))
    assert least <= size.parts <= most


@given(st.text())
def test_code_units_are_those_of_utf16(text: str) -> None:
    size = gsm.measure(text)
    if size.ucs2:
        assert size.units == len(text.encode("utf-16-le", "surrogatepass")) // 2
