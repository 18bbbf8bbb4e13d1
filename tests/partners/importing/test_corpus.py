"""Files as people have them, each with its exact outcome."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from partners.models import Contact, Group, Organisation

pytestmark = pytest.mark.django_db
FILES = Path(__file__).parents[2] / "data" / "import"


def run(path: Path, *arguments: str) -> tuple[int, dict[str, Any]]:
    out = io.StringIO()
    code = 0
    try:
        call_command("import_partners", str(path), "--format", "json", *arguments, stdout=out)
    except SystemExit as stop:
        code = int(str(stop.code))
    return code, json.loads(out.getvalue())


def outcome(name: str) -> tuple[int, dict[str, Any]]:
    return run(FILES / name)


def new(report: dict[str, Any]) -> list[int]:
    return [report[sort]["new"] for sort in ("organisations", "groups", "contacts")]


GOOD = {
    "01-all-columns-semicolon.csv": [3, 3, 2],
    "02-bom-comma-english.csv": [1, 1, 1],
    "03-utf16-tab.csv": [1, 0, 1],
    "04-utf16-be.csv": [1, 0, 0],
    "05-windows-1252.csv": [1, 0, 1],
    "06-sep-line-and-blank-lines.csv": [1, 1, 0],
    "18-unknown-columns.csv": [1, 0, 0],
    "25-possible-duplicates.csv": [5, 0, 2],
    "26-formulas.csv": [1, 0, 1],
    "28-same-things-spelt-twice.csv": [1, 1, 1],
    "19-column-twice.csv": [1, 0, 0],
    "30-utf16-without-bom.csv": [1, 0, 0],
}
GOOD |= {
    "33-title-and-sum.csv": [3, 0, 2],
    "34-two-contacts-in-a-cell.csv": [4, 0, 6],
    "35-first-and-last-name.csv": [1, 0, 1],
    "36-lost-zero-and-odd-space.csv": [1, 1, 1],
    "38-mac-line-ends.csv": [2, 0, 2],
    "39-two-rows-of-headers.csv": [1, 0, 1],
    "40-utf16-le-without-bom.csv": [1, 0, 1],
    "41-one-cell-for-all.csv": [1, 0, 1],
    "44-roles-by-slash-header.csv": [1, 0, 1],
    "45-organisation-called-total.csv": [2, 2, 0],
    "46-sum-without-a-word.csv": [1, 1, 1],
}
UNREADABLE = {
    "10-unclosed-quote.csv": (
        3,
        "row",
        "Ett citattecken på rad 3 eller längre ner avslutas inte som det ska.",
    ),
    "11-pdf.csv": (0, "file", "Det här är en fil av slaget PDF."),
    "12-xlsx.csv": (0, "file", "Excelfilen är avklippt eller skadad."),
    "13-binary.csv": (0, "file", "Filen är inte en textfil."),
    "14-empty.csv": (0, "file", "Filen är tom."),
    "15-only-space.csv": (0, "file", "Filen är tom."),
    "16-only-header.csv": (0, "file", "Filen har rubriker men inga rader."),
    "17-no-organisation-column.csv": (
        1,
        "header",
        "Ingen rubrik för organisation finns överst i listan. Där står: Grupp, Favoritfärg.",
    ),
    "32-two-organisations.csv": (
        1,
        "header",
        "Kolumnerna Organisation, Förening betyder samma sak.",
    ),
    "20-html.csv": (0, "file", "Det här är en fil av slaget HTML/XML."),
    "21-mixed-encodings.csv": (0, "file", "Filen blandar två teckenkodningar."),
    "22-garbled.csv": (0, "file", "Å, ä och ö har blivit fel i filen"),
    "23-utf16-cut.csv": (0, "file", "Filen är avklippt eller skadad."),
    "24-nul.csv": (0, "file", "Filen är inte en textfil."),
    "31-json.csv": (0, "file", "Det här är en fil av slaget JSON."),
}
PARTLY_WRONG = {
    "07-many-wrong-rows.csv": [
        (2, "kind"),
        (4, "organisation"),
        (5, "group"),
        (6, "size_band"),
        (7, "size_band"),
        (7, "preferred_weekday"),
        (7, "preferred_time"),
        (7, "fika"),
        (8, "contact"),
        (9, "email"),
        (9, "phone"),
        (11, "size_band"),
    ],
    "08-personal-identity-number.csv": [(2, "notes"), (3, "contact")],
    "09-ragged.csv": [(2, "row"), (3, "row")],
    "27-multi-line-cell.csv": [(3, "kind")],
    "29-protected-with-address.csv": [(3, "address")],
    "37-identity-number-in-unread-column.csv": [(3, "row")],
    "42-identity-number-as-phone.csv": [(2, "phone")],
    "43-formula-errors.csv": [(2, "phone"), (3, "organisation")],
}


def test_the_whole_corpus_is_judged() -> None:
    assert {path.name for path in FILES.iterdir()} == {*GOOD, *UNREADABLE, *PARTLY_WRONG}


@pytest.mark.parametrize("name", GOOD)
def test_a_good_file_is_stored_and_a_second_run_changes_nothing(name: str) -> None:
    code, report = outcome(name)
    assert (code, report["committed"], report["wrong"]) == (0, True, [])
    assert new(report) == GOOD[name]
    stored = [model.objects.count() for model in (Organisation, Group, Contact)]
    assert stored == GOOD[name]
    code, again = outcome(name)
    assert (code, again["committed"]) == (0, True)
    for sort, count in zip(("organisations", "groups", "contacts"), GOOD[name], strict=True):
        assert again[sort] == {"new": 0, "changed": 0, "same": count}
    assert again["possible_duplicates"] == []


@pytest.mark.parametrize("name", GOOD)
def test_a_dry_run_stores_nothing(name: str) -> None:
    code, report = run(FILES / name, "--dry-run")
    assert (code, report["committed"], new(report)) == (0, False, GOOD[name])
    assert not Organisation.objects.exists()


@pytest.mark.parametrize("name", UNREADABLE)
def test_a_file_that_is_no_use_is_refused_in_one_sentence(name: str) -> None:
    code, report = outcome(name)
    row, field, start = UNREADABLE[name]
    assert (code, report["committed"], new(report)) == (1, False, [0, 0, 0])
    (wrong,) = report["wrong"]
    assert (wrong["row"], wrong["field"]) == (row, field)
    assert wrong["reason"].startswith(start)
    assert not Organisation.objects.exists()


@pytest.mark.parametrize("name", PARTLY_WRONG)
def test_one_wrong_row_stops_all(name: str) -> None:
    code, report = outcome(name)
    assert (code, report["committed"]) == (1, False)
    assert [(wrong["row"], wrong["field"]) for wrong in report["wrong"]] == PARTLY_WRONG[name]
    assert all(wrong["reason"] for wrong in report["wrong"])
    assert not Organisation.objects.exists()


def test_the_report_has_exactly_the_promised_keys() -> None:
    assert set(outcome("01-all-columns-semicolon.csv")[1]) == {
        "organisations",
        "groups",
        "contacts",
        "wrong",
        "possible_duplicates",
        "ignored_columns",
        "notices",
        "committed",
    }


def test_every_column_reaches_its_field() -> None:
    outcome("01-all-columns-semicolon.csv")
    home = Organisation.objects.get(name="Föreningen Vägval Fri")
    assert (home.kind, home.address, home.notes) == (
        "civil_society",
        "Exempelgatan 1",
        "Ring före kl. 9",
    )
    group = Group.objects.get(alias="Tisdagsgruppen")
    assert (group.category, group.size_band) == ("own_experience", "7-10")
    assert (group.languages, group.access_needs) == (["svenska", "finska"], ["breaks", "dog"])
    assert (group.preferred_weekday, f"{group.preferred_time:%H:%M}") == (1, "10:00")
    kim = Contact.objects.get(name="Kim Ek")
    assert (kim.role, kim.email, kim.phone) == ("samordnare", "kim@vagval.example", "+46701740605")
    assert {g.alias for g in kim.groups.all()} == {"Tisdagsgruppen", "Nya vänner"}
    asa = Contact.objects.get(name="Åsa")
    assert (asa.language, asa.channel, asa.protected) == ("en", "sms", True)
    shelter = Organisation.objects.get(name="Kvinnojouren Blåklint")
    assert shelter.protected
    secret = Group.objects.get(alias="Grupp B")
    assert (secret.fika, secret.two_hosts) == (False, True)


def test_windows_text_keeps_its_letters() -> None:
    outcome("05-windows-1252.csv")
    assert Organisation.objects.get().name == "Åsens förening – öppet hus"
    assert Contact.objects.get().source == "”hemsidan”"


def test_unknown_columns_are_named_and_left() -> None:
    assert outcome("18-unknown-columns.csv")[1]["ignored_columns"] == [
        "Favoritfärg",
        "Antal katter",
    ]


def test_possible_duplicates_are_told_and_numbers_make_a_difference() -> None:
    assert outcome("25-possible-duplicates.csv")[1]["possible_duplicates"] == [
        {"row": 3, "of": "Föreningen Vägval Fri"},
        {"row": 3, "of": "Kim (Föreningen Vägval Fri)"},
        {"row": 4, "of": "Föreningen Vägval Fri"},
    ]


def test_guarded_formulas_lose_their_guard() -> None:
    outcome("26-formulas.csv")
    home, person = Organisation.objects.get(), Contact.objects.get()
    assert (home.name, home.notes) == ("=1+1", "@SUM(A1)")
    assert (person.name, person.phone) == ("-Kim", "+46701740605")


def test_an_identity_number_is_not_repeated() -> None:
    report = json.dumps(outcome("08-personal-identity-number.csv")[1])
    assert "811218" not in report


def test_a_date_for_a_size_is_explained() -> None:
    wrong = outcome("07-many-wrong-rows.csv")[1]["wrong"]
    assert wrong[3]["reason"].startswith("Kalkylprogrammet har gjort om storleken till ett datum")
    assert wrong[-1]["reason"] == "Rad 10 säger något annat. Skriv samma på båda."


def test_the_report_for_people() -> None:
    out = io.StringIO()
    call_command("import_partners", str(FILES / "18-unknown-columns.csv"), stdout=out)
    assert out.getvalue().splitlines() == [
        "Organisationer: 1 nya, 0 ändras, 0 oförändrade",
        "Grupper: 0 nya, 0 ändras, 0 oförändrade",
        "Kontakter: 0 nya, 0 ändras, 0 oförändrade",
        "Kolumner som inte används: Favoritfärg, Antal katter",
        "Importen är klar.",
    ]


def test_a_file_over_ten_megabytes_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "large.csv"
    path.write_bytes(b"Organisation\n" + b"A\n" * (5 * 1024 * 1024))
    code, report = run(path)
    assert code == 1
    assert report["wrong"][0]["reason"].startswith("Filen är för stor.")


def contacts() -> list[tuple[str, str, str, str]]:
    rows = Contact.objects.order_by("organisation__name", "name")
    return [(row.name, row.role, row.email, row.phone) for row in rows]


def test_titles_sums_and_notes_are_no_rows() -> None:
    report = outcome("33-title-and-sum.csv")[1]
    assert [(notice["row"], notice["text"]) for notice in report["notices"]] == [
        (9, "Raden är en summa och läses inte in."),
        (11, "Raden är en anteckning under listan och läses inte in."),
    ]
    assert contacts() == [
        ("Alex Holm", "", "alex@bron.example", "+46701740606"),
        ("Kim Ek", "", "kim@vagval.example", "+46701740605"),
    ]


def test_two_contacts_in_a_cell_become_two() -> None:
    report = outcome("34-two-contacts-in-a-cell.csv")[1]
    assert contacts() == [
        ("Robin Ask", "ordförande", "info@bron.example", ""),
        ("Sam Lind", "kassör", "", ""),
        ("Kim", "värd", "", "+4619211000"),
        ("Alex Ek", "samordnare", "alex@vagval.example", "+46701740606"),
        ("Kim Holm", "samordnare", "kim@vagval.example", "+46701740605"),
        ("Ek, Kim", "", "kim@vard.example", ""),
    ]
    assert [(notice["row"], notice["field"]) for notice in report["notices"]] == [
        (2, "contact"),
        (3, "contact"),
        (5, "phone"),
    ]


def test_what_stands_in_several_columns_is_joined() -> None:
    report = outcome("35-first-and-last-name.csv")[1]
    home = Organisation.objects.get()
    assert (home.address, home.notes) == (
        "Exempelgatan 1, 702 10 Örebro",
        "Ring före nio\nNyckel i receptionen",
    )
    assert contacts() == [("Kim Ek", "", "", "+4619211000")]
    assert [(notice["row"], notice["field"]) for notice in report["notices"]] == [(2, "phone")]


def test_hard_spaces_and_lost_zeros_are_mended() -> None:
    outcome("36-lost-zero-and-odd-space.csv")
    assert Organisation.objects.get().name == "Vägval Fri"
    assert Group.objects.get().size_band == "7-10"
    assert contacts() == [("Kim Ek", "", "KIM@vagval.example", "+46701740605")]


def test_one_cell_with_mail_and_phone_is_parted() -> None:
    outcome("41-one-cell-for-all.csv")
    assert contacts() == [("Kim", "", "kim@bron.example", "+46701740605")]


def test_a_header_can_be_explained_on_the_command_line(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("Vilka;Favoritfärg;Vem\nBron;blå;Kim\n", encoding="utf-8")
    assert run(path)[0] == 1
    code, report = run(path, "--map", "vilka=organisation", "--map", "VEM=contact")
    assert (code, new(report), report["ignored_columns"]) == (0, [1, 0, 1], ["Favoritfärg"])


def test_a_surname_first_is_one_contact_and_a_second_mail_column_is_read() -> None:
    report = outcome("46-sum-without-a-word.csv")[1]
    assert contacts() == [("Ek, Kim", "", "kim@bron.example", "")]
    assert [(notice["row"], notice["field"]) for notice in report["notices"]] == [(3, "row")]
