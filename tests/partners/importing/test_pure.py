"""The pure part: words, headers, likeness, and no Django behind it."""

import contextlib
import subprocess
import sys
from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partners.folding import fold
from partners.importing import words
from partners.importing.columns import HEADERS, Field, map_columns
from partners.importing.decoding import decode
from partners.importing.duplicates import Names, loose_key
from partners.importing.problems import Code, UnreadableError
from partners.importing.records import read
from partners.importing.wording import _sentences
from partners.models import (
    AccessNeed,
    ContactChannel,
    GroupCategory,
    OrganisationKind,
    SizeBand,
)


def test_the_pure_modules_need_no_django() -> None:
    modules = "cells, columns, decoding, duplicates, problems, records, words"
    code = (
        f"import sys; from partners.importing import {modules}; sys.exit('django' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_the_words_cover_the_enumerations() -> None:
    for table, known in (
        (words.KINDS, OrganisationKind),
        (words.CATEGORIES, GroupCategory),
        (words.CHANNELS, ContactChannel),
        (words.ACCESS_NEEDS, AccessNeed),
    ):
        values = {member.value for member in known}
        assert set(table.values()) == values
        for value in values:
            assert words.choice(words.NAMES[value], table) == value
    assert [f"{first}-{last}" for first, last in words.SIZES] == [band.value for band in SizeBand]


def test_every_code_has_a_sentence() -> None:
    assert set(_sentences()) == set(Code) - {Code.REFUSED}


@pytest.mark.parametrize(
    ("headers", "fields"),
    [
        ("Organisation;Namn", {Field.ORGANISATION: 0, Field.CONTACT: 1}),
        ("Namn;Slag", {Field.ORGANISATION: 0, Field.KIND: 1}),
        ("Namn;Organisation", {Field.CONTACT: 0, Field.ORGANISATION: 1}),
        ("FÖRENING;e-Post ;TEL.", {Field.ORGANISATION: 0, Field.EMAIL: 1, Field.PHONE: 2}),
        (
            "Organisation;epostadress;Telefon nr",
            {Field.ORGANISATION: 0, Field.EMAIL: 1, Field.PHONE: 2},
        ),
        (
            "Organisation;Grupp;Språk;Kontakt;Skyddad",
            {
                Field.ORGANISATION: 0,
                Field.GROUP: 1,
                Field.LANGUAGES: 2,
                Field.CONTACT: 3,
                Field.CONTACT_PROTECTED: 4,
            },
        ),
        (
            "Organisation;Språk;Skyddad",
            {
                Field.ORGANISATION: 0,
                Field.CONTACT_LANGUAGE: 1,
                Field.ORGANISATION_PROTECTED: 2,
            },
        ),
    ],
)
def test_headers_are_understood(headers: str, fields: dict[Field, int]) -> None:
    assert map_columns(headers.split(";")).places == fields


def test_the_exports_headers_are_understood() -> None:
    assert map_columns(list(HEADERS.values())).places == {f: n for n, f in enumerate(Field)}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("4-6", "4-6"),
        ("4–6 personer", "4-6"),
        ("7 till 10", "7-10"),
        ("ca 5", "4-6"),
        ("25", "16-25"),
        ("1", "1-3"),
    ],
)
def test_sizes(text: str, value: str) -> None:
    assert words.size_band(text) == value


@pytest.mark.parametrize("text", ["06-apr", "2026-06-04", "4/jun", "jun-10"])
def test_a_size_that_became_a_date(text: str) -> None:
    with pytest.raises(words.LooksLikeDateError):
        words.size_band(text)


@pytest.mark.parametrize("text", ["0", "5-9", "26", "många", ""])
def test_not_a_size(text: str) -> None:
    with pytest.raises(words.UnknownWordError):
        words.size_band(text)


@pytest.mark.parametrize(
    ("text", "day"), [("Tisdag", 1), ("tis", 1), ("tisdagar", 1), ("SUN", 6), ("fre.", 4)]
)
def test_weekdays(text: str, day: int) -> None:
    assert words.weekday(text) == day


@pytest.mark.parametrize(
    ("text", "at"),
    [("10", time(10)), ("kl. 10.30", time(10, 30)), ("9:05", time(9, 5)), ("10:00:00", time(10))],
)
def test_times(text: str, at: time) -> None:
    assert words.clock(text) == at


@pytest.mark.parametrize("text", ["24", "10.60", "förmiddag", "10-11"])
def test_not_a_time(text: str) -> None:
    with pytest.raises(words.UnknownWordError):
        words.clock(text)


def test_likeness() -> None:
    names = Names(["Föreningen Vägval Fri", "Solrosgården", "Spår 1"])
    assert loose_key("Föreningen Vägval-Fri") == "vagvalfri"
    assert names.like("Vägval Fri") == "Föreningen Vägval Fri"
    assert names.like("Solrosgarden") == "Solrosgården"
    assert names.like("Solrosgåren") == "Solrosgården"
    assert names.like("Solrogsården") == "Solrosgården"
    assert names.like("SOLROSGÅRDEN") is None
    assert names.like("Solgården") is None
    assert names.like("Spår 2") is None


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(min_size=1).filter(lambda text: text.strip()))
def test_utf8_with_and_without_bom_is_one_text(text: str) -> None:
    def outcome(content: bytes) -> str:
        try:
            return decode(content)
        except UnreadableError as error:
            return error.problem.code

    plain = text.lstrip("\ufeff")
    assert outcome(plain.encode()) == outcome(b"\xef\xbb\xbf" + plain.encode())


@given(st.binary(max_size=400))
def test_no_bytes_make_a_traceback(content: bytes) -> None:
    for file in (content, b"Organisation;Tel;Grupp\n" + content):
        with contextlib.suppress(UnreadableError):
            read(file)
