"""A list from Excel into the register and out again, in a browser."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.house import House, log_in, visitor
from tests.partners.importing.books import book, rows

pytestmark = pytest.mark.browser


def test_a_list_is_explained_decided_imported_and_undone(
    seeded: House, browser: Browser, tmp_path: Path
) -> None:
    path = tmp_path / "foreningar.xlsx"
    lines = rows(
        ["Kontaktlista 2026"],
        [],
        ["Förening", "Vem", "E-postadress", "Typ"],
        ["Bron Import", "Kim Holm / Alex Ek", "kim@bron.example; alex@bron.example", "Förening"],
        ["Bron i Import", "", "", "Kommun"],
        ["Porten Import", "", "", "klubb"],
        ["Summa", 3],
    )
    path.write_bytes(book(("Blad1", lines)))
    with visitor(browser, 1280, dark=False) as context:
        log_in(context, seeded)
        page = context.new_page()
        page.goto(f"{seeded.url}/organisationer/import/")
        page.get_by_label("Fil", exact=True).set_input_files(path)
        page.get_by_role("button", name="Visa vad som händer").click()
        page.get_by_label("Vem").select_option(label="Kontakt")
        page.get_by_role("button", name="Visa vad som händer").click()
        expect(page.get_by_role("heading", name="Det här händer")).to_be_visible()
        page.get_by_role("button", name="Utelämna raderna som är fel").click()
        page.get_by_role("group", name="Bron i Import liknar").get_by_label("Samma").check()
        page.get_by_role("button", name="Spara valen").click()
        expect(page.get_by_text("2 val är gjorda.")).to_be_visible()
        page.get_by_role("button", name="Importera", exact=True).click()
        expect(page.get_by_role("heading", name="Importen är klar")).to_be_visible()
        expect(page.get_by_text("1 nya, 0 ändras, 0 oförändrade")).to_be_visible()
        page.get_by_role("button", name="Ångra importen").click()
        expect(page.get_by_text("Importen är ångrad.")).to_be_visible()
        page.goto(f"{seeded.url}/organisationer/?q=Bron+Import")
        expect(page.get_by_role("link", name="Bron Import")).to_have_count(0)
