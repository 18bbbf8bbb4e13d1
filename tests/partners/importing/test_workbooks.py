"""Excel files, each with its exact outcome."""

from datetime import date, time
from pathlib import Path
from typing import Any

import pytest

from partners.models import Contact, Group, Organisation
from tests.partners.importing.books import book, rows, with_lying_sizes, with_part
from tests.partners.importing.test_corpus import contacts, new, run

pytestmark = pytest.mark.django_db
SHEET = "xl/worksheets/sheet1.xml"
LIST = rows(["Förening", "Kontaktperson", "Tel."], ["Bron", "Kim Ek", 701740605])


@pytest.fixture
def imported(tmp_path: Path) -> Any:
    def carry_out(content: bytes, name: str = "lista.xlsx") -> tuple[int, dict[str, Any]]:
        path = tmp_path / name
        path.write_bytes(content)
        return run(path)

    return carry_out


def test_a_workbook_is_read_and_a_second_run_changes_nothing(imported: Any) -> None:
    content = book(("Blad1", LIST))
    code, report = imported(content)
    assert (code, report["committed"], new(report)) == (0, True, [1, 0, 1])
    assert contacts() == [("Kim Ek", "", "", "+46701740605")]
    again = imported(content)[1]
    assert (again["contacts"], again["possible_duplicates"]) == (
        {"new": 0, "changed": 0, "same": 1},
        [],
    )


def test_its_name_does_not_matter(imported: Any) -> None:
    assert imported(book(("Blad1", LIST)), "lista.csv")[0] == 0


def test_rows_are_numbered_as_excel_does_wherever_the_list_begins(imported: Any) -> None:
    lines = rows(["Förening", "Slag"], ["Bron", "Kommun"], ["Porten", "klubb"], at=(3, 2))
    code, report = imported(book(("Blad1", lines)))
    assert code == 1
    assert [(wrong["row"], wrong["field"]) for wrong in report["wrong"]] == [(6, "kind")]


def test_merged_cells_stand_for_each_of_their_rows(imported: Any) -> None:
    def fill(made: Any, sheet: Any) -> None:
        sheet.merge_range(0, 1, 0, 3, "Föreningar 2026")
        rows(["Förening", "Grupp", "Kontakt"], at=(1, 1))(made, sheet)
        sheet.merge_range(2, 1, 4, 1, "Bron")
        rows(["A", "Kim"], ["B", "Alex"], ["C", "Robin"], at=(2, 2))(made, sheet)
        rows(["Porten", "", "Sam"], at=(5, 1))(made, sheet)

    code, report = imported(book(("Blad1", fill)))
    assert (code, report["wrong"], new(report)) == (0, [], [2, 3, 4])
    assert {(g.organisation.name, g.alias) for g in Group.objects.all()} == {
        ("Bron", "A"),
        ("Bron", "B"),
        ("Bron", "C"),
    }


def test_sheets_that_are_registers_are_read_and_the_others_named(imported: Any) -> None:
    def hidden(made: Any, sheet: Any) -> None:
        rows(["Organisation"], ["Gamla"])(made, sheet)
        sheet.hide()

    code, report = imported(
        book(
            ("Läs mig", rows(["Så här fyller du i"], ["Skriv varje förening en gång"])),
            ("Föreningar", rows(["Förening", "Slag"], ["Bron", "Förening"])),
            ("Kommunen", rows(["Organisation"], ["Porten"], ["Bron"])),
            ("Dolt", hidden),
        )
    )
    assert (code, new(report)) == (0, [2, 0, 0])
    assert [notice["text"] for notice in report["notices"]] == [
        "Bladet Läs mig ser inte ut som ett register och läses inte in."
    ]
    wrong = imported(
        book(
            ("Ett", rows(["Organisation"], ["Bron"])),
            ("Två", rows(["Organisation", "Slag"], ["Bron", "klubb"])),
        )
    )[1]["wrong"]
    assert [(each["sheet"], each["row"], each["field"]) for each in wrong] == [("Två", 2, "kind")]


def test_formulas_are_not_evaluated_and_dates_are_explained(imported: Any) -> None:
    def fill(made: Any, sheet: Any) -> None:
        rows(["Organisation", "Grupp", "Storlek", "Tid", "Fika"])(made, sheet)
        sheet.write_formula(1, 0, '=CONCAT("Br","on")', None, "Bron")
        sheet.write(1, 1, "A")
        sheet.write(1, 2, 5)
        sheet.write_datetime(1, 3, time(10, 30), made.add_format({"num_format": "hh:mm"}))
        sheet.write_boolean(1, 4, False)
        rows(["Bron", "B"], at=(2, 0))(made, sheet)
        sheet.write_datetime(2, 2, date(2026, 4, 6), made.add_format({"num_format": "d mmm"}))

    code, report = imported(book(("Blad1", fill)))
    assert code == 1
    assert [(wrong["row"], wrong["field"]) for wrong in report["wrong"]] == [(3, "size_band")]

    def mended(made: Any, sheet: Any) -> None:
        fill(made, sheet)
        sheet.write(2, 2, "4–6")

    assert imported(book(("Blad1", mended)))[0] == 0
    group = Group.objects.get(alias="A")
    assert (group.organisation.name, group.size_band, group.preferred_time, group.fika) == (
        "Bron",
        "4-6",
        time(10, 30),
        False,
    )


def test_an_identity_number_kept_as_a_number_stops_its_row(imported: Any) -> None:
    lines = rows(["Organisation", "Kontakt", "Nr"], ["Bron", "Kim", 8112189876])
    code, report = imported(book(("Blad1", lines)))
    assert (code, report["wrong"][0]["row"]) == (1, 2)
    assert "811218" not in str(report)


def huge_sheet(last: str) -> bytes:
    return (
        b'<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/'
        b'spreadsheetml/2006/main"><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>'
        b"Organisation</t></is></c></row>" + last.encode() + b"</sheetData></worksheet>"
    )


def inline(reference: str) -> str:
    row = reference.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    return f'<row r="{row}"><c r="{reference}" t="inlineStr"><is><t>Bron</t></is></c></row>'


GOOD_BOOK = book(("Blad1", LIST))
BOMB = with_part(GOOD_BOOK, "xl/media/a.xml", b"<a>" + b" " * (60 * 1024 * 1024) + b"</a>")
HOSTILE = {
    "truncated": (GOOD_BOOK[:-200], "Excelfilen är avklippt eller skadad."),
    "cut in the middle": (GOOD_BOOK[:3000], "Excelfilen är avklippt eller skadad."),
    "a zip bomb": (BOMB, "Excelfilen blir för stor när den packas upp."),
    "a bomb that lies": (
        with_lying_sizes(BOMB, "xl/media/a.xml"),
        "Excelfilen blir för stor när den packas upp.",
    ),
    "a part that lies": (with_lying_sizes(GOOD_BOOK, SHEET), "Excelfilen är avklippt"),
    "a cell in the last corner": (
        with_part(GOOD_BOOK, SHEET, huge_sheet(inline("XFD1048576"))),
        "Ett blad i Excelfilen har innehåll långt ner",
    ),
    "a document type": (
        with_part(GOOD_BOOK, SHEET, b'<!DOCTYPE a [<!ENTITY b "c">]><worksheet/>'),
        "Excelfilen är avklippt eller skadad.",
    ),
    "a zip": (
        with_part(b"PK\x05\x06" + bytes(18), "a.txt", b"x"),
        "Det här är en fil av slaget zip.",
    ),
    "a letter": (
        with_part(b"PK\x05\x06" + bytes(18), "word/document.xml", b"<a/>"),
        "Det här är en fil av slaget Word.",
    ),
    "with a password": (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500) + "EncryptedPackage".encode("utf-16-le"),
        "Filen är låst med lösenord.",
    ),
    "of 1997": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500), "Filen är från ett äldre Excel"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_in_a_sentence(imported: Any, name: str) -> None:
    content, start = HOSTILE[name]
    code, report = imported(content)
    (wrong,) = report["wrong"]
    assert (code, report["committed"], wrong["field"]) == (1, False, "file")
    assert wrong["reason"].startswith(start)
    assert not Organisation.objects.exists()


@pytest.mark.large
def test_a_million_empty_rows_are_no_rows(imported: Any) -> None:
    empty = "".join(f'<row r="{row}"/>' for row in range(3, 1_000_000))
    code, report = imported(with_part(GOOD_BOOK, SHEET, huge_sheet(inline("A2") + empty)))
    assert (code, new(report)) == (0, [1, 0, 0])


@pytest.mark.large
def test_a_list_that_goes_on_a_million_rows_below(imported: Any) -> None:
    content = with_part(GOOD_BOOK, SHEET, huge_sheet(inline("A1048576")))
    assert new(imported(content)[1]) == [1, 0, 0]
    assert Contact.objects.count() == 0
