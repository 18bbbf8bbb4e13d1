"""The report as workbook, words, version to share, and PDF: opened again and read."""

import re
import zipfile
from ctypes.util import find_library
from datetime import date
from html import unescape
from io import BytesIO
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils.html import strip_tags
from pypdf import PdfReader
from python_calamine import CalamineWorkbook

from core.errors import Forbidden, Missing, PersonalData, Stale
from core.models import User
from scheduling.booking import services as booking_services
from scheduling.followup.services import FollowUpInput, record
from scheduling.insight import files, summaries
from scheduling.insight.beside import Beside
from scheduling.insight.beyond import load_beside
from scheduling.insight.queries import load
from scheduling.insight.report import build
from scheduling.insight.rows import Period
from scheduling.insight.workbook import workbook
from scheduling.models import Barrier, Programme, ReportFile, ReportSummary
from scheduling.states import Judgement
from tests.factories import NOW, World, at, days, demo_library, world

pytestmark = pytest.mark.django_db
needs_pango = pytest.mark.skipif(
    find_library("pangoft2-1.0") is None, reason="Pango is not installed: no PDF can be made"
)
YEAR = Period(date(2026, 1, 1), date(2026, 12, 31))
QUERY = "?from=2026-01-01&to=2026-12-31"


@pytest.fixture
def w() -> World:
    return world()


@pytest.fixture
def demo() -> User:
    """The demo library, and its socionom."""
    demo_library(date(2026, 11, 23))
    return User.objects.get(username="sam")


def sheets(body: bytes) -> dict[str, list[list[Any]]]:
    book = CalamineWorkbook.from_filelike(BytesIO(body))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def test_the_workbook_holds_the_reports_numbers(demo: User) -> None:
    data = load(YEAR.first, YEAR.last)
    found = build(data)
    book = sheets(workbook(found, data.visits, load_beside(YEAR, NOW), words_too=False))
    summary = {row[0]: row[1] for row in book["Sammanfattning"][1:]}
    assert summary["Planerade besök"] == found.planned == 110
    assert summary["Blev av"] == found.held == 74
    assert summary["Deltagartillfällen"] == found.attendance.total
    judged = {row[0]: row[1] for row in book["Bedömning av de besök som blev av"[:31]][1:]}
    assert judged == {"Lyckat": 45, "Delvis": 20, "Mindre lyckat": 9}
    kb = book["KB-underlag"]
    assert kb[-1] == ["Summa", 74, found.attendance.total]
    assert sum(row[1] for row in kb[1:-1]) == 74
    assert len(book["Besök"]) == 1 + len(data.visits)
    assert "Fungerade" not in book["Besök"][0]
    assert [row[0] for row in book["Samtal"]] == [
        "Tema", "Digitalt", "Läsning", "Samhällsinfo", "Bara prata",
    ]  # fmt: skip
    assert sum(row[1] for row in book["Hinder"][1:]) == Barrier.objects.count() > 0


def tables(html: str) -> dict[str, list[list[str]]]:
    """Each chart's table on the page: its caption, and label and numbers a row."""
    found = {}
    for table in re.findall(r"<table>(.*?)</table>", html, re.DOTALL):
        caption = re.search(r"<caption[^>]*>(.*?)</caption>", table, re.DOTALL)
        rows = re.findall(r"<tr>(.*?)</tr>", table.split("<tbody>")[-1], re.DOTALL)
        cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL) for row in rows]
        words = [[unescape(strip_tags(cell)).strip() for cell in row] for row in cells]
        found[unescape(caption[1]) if caption else ""] = words
    return found


def test_the_workbook_says_to_the_digit_what_the_page_says(demo: User, client: Client) -> None:
    client.force_login(demo)
    with time_machine.travel(at(23, 12, month=11), tick=False):
        page = client.get(f"/rapport/{QUERY}").content.decode()
        book = sheets(client.get(f"/rapport/rapport.xlsx{QUERY}").content)
    assert next(iter(book)) == "Sammanfattning"
    assert list(book)[-2:] == ["Besök", "KB-underlag"]
    assert all(0 < len(name) <= 31 for name in book)
    seen = 0
    for caption, rows in tables(page).items():
        if caption[:31] not in book:
            continue
        sheet = book[caption[:31]][1:]
        told = [[str(cell).removesuffix(".0") for cell in row] for row in sheet]
        assert told == rows, caption
        seen += len(rows)
    assert seen > 10
    head, *lines, total = book["KB-underlag"]
    assert head == ["Aktivitet", "Antal", "Deltagare"]
    assert total[1:] == [sum(line[column] for line in lines) for column in (1, 2)]
    assert len({line[0] for line in lines}) == len(lines) > 1


def test_no_cell_is_a_formula(w: World) -> None:
    Programme.objects.update(name="=HYPERLINK(1)")
    booking = booking_services.book(actor=w.socionom, now=NOW, plan=w.plan())
    given = FollowUpInput(attendance=6, judgement=Judgement.SUCCESS, worked=("+cmd",))
    record(actor=w.socionom, now=at(1, 12), booking=booking, given=given)
    data = load(YEAR.first, YEAR.last)
    body = workbook(build(data), data.visits, Beside(), words_too=True)
    book = sheets(body)
    assert book["Besök"][1][2] == "=HYPERLINK(1)"
    assert book["Besök"][1][-2] == "+cmd"
    with zipfile.ZipFile(BytesIO(body)) as parts:
        sheets_xml = [parts.read(n) for n in parts.namelist() if n.startswith("xl/worksheets/")]
    assert sheets_xml
    assert not any(b"<f>" in xml for xml in sheets_xml)


def test_a_summary_is_kept_with_its_period_and_its_version(w: World) -> None:
    kept = summaries.write(
        actor=w.socionom, now=NOW, period=YEAR, text=" Besöken höll. ", version=0
    )
    assert (kept.text, kept.version) == ("Besöken höll.", 1)
    with pytest.raises(Stale):
        summaries.write(actor=w.socionom, now=NOW, period=YEAR, text="Annat", version=0)
    with pytest.raises(PersonalData):
        summaries.write(actor=w.socionom, now=NOW, period=YEAR, text="811228-9874", version=1)
    with pytest.raises(Forbidden):
        summaries.write(actor=w.manager, now=NOW, period=YEAR, text="Annat", version=1)
    assert ReportSummary.objects.get().text == "Besöken höll."
    assert summaries.of(Period(date(2026, 1, 1), date(2026, 6, 30))) is None


def test_the_summary_on_the_page(w: World, client: Client) -> None:
    client.force_login(w.socionom)
    saved = client.post(f"/rapport/sammanfattning{QUERY}", {"text": "Besöken höll.", "version": 0})
    assert saved.status_code == 303
    assert "Besöken höll." in client.get(f"/rapport/{QUERY}").content.decode()
    lost = client.post(f"/rapport/sammanfattning{QUERY}", {"text": "Min långa text", "version": 0})
    assert lost.status_code == 422
    page = lost.content.decode()
    assert "Någon annan har ändrat" in page
    assert "Min långa text" in page
    client.force_login(w.manager)
    read = client.get(f"/rapport/{QUERY}").content.decode()
    assert ("Besöken höll." in read, "Ändra sammanfattningen" in read) == (True, False)
    assert (
        client.post(f"/rapport/sammanfattning{QUERY}", {"text": "x", "version": 1}).status_code
        == 403
    )


def made(user: User, *, shared: bool) -> PdfReader:
    row = files.ask(actor=user, now=NOW, period=YEAR, shared=shared, language="sv")
    files.make(row.pk)
    row.refresh_from_db()
    assert (row.state, row.step) == ("done", files.STEPS)
    return PdfReader(BytesIO(bytes(row.content)))


def text_of(reader: PdfReader) -> str:
    return " ".join(" ".join(page.extract_text() for page in reader.pages).split())


@pytest.mark.large
@needs_pango
def test_the_pdf_is_tagged_and_says_what_the_page_says(demo: User) -> None:
    reader = made(demo, shared=False)
    root: Any = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"] == True  # noqa: E712 - pypdf's own boolean
    assert root["/Lang"] == "sv"
    text = text_of(reader)
    assert "45 var lyckade, 20 delvis lyckade och 9 mindre lyckade" in text
    assert "Så slutade de planerade besöken" in text


@needs_pango
def test_the_version_to_share_prints_no_small_number(demo: User) -> None:
    text = text_of(made(demo, shared=True))
    assert "1 januari–30 juni 2026" in text
    # The second half is not over, and no alias of a group leaves the house.
    assert "31 december" not in text.split("Vad blev det av besöken?")[1]
    assert "Tisdagsgruppen" not in text
    assert "färre än 5" in text


@needs_pango
def test_asked_for_shown_and_fetched_by_its_owner_alone(w: World, client: Client) -> None:
    client.force_login(w.socionom)
    asked = client.post(f"/rapport/pdf{QUERY}")
    assert asked.status_code == 303
    row = ReportFile.objects.get()
    assert asked["Location"] == f"/rapport/pdf/{row.pk}"
    ReportFile.objects.update(state="waiting")
    waits = client.get(f"/rapport/pdf/{row.pk}").content.decode()
    assert ("<progress" in waits, 'http-equiv="refresh"' in waits) == (True, True)
    assert client.get(f"/rapport/pdf/{row.pk}/rapport.pdf").status_code == 404
    files.make(row.pk)
    ready = client.get(f"/rapport/pdf/{row.pk}").content.decode()
    assert "Hämta PDF" in ready
    fetched = client.get(f"/rapport/pdf/{row.pk}/rapport.pdf")
    assert (fetched.status_code, fetched.content[:5]) == (200, b"%PDF-")
    client.force_login(w.manager)
    assert client.get(f"/rapport/pdf/{row.pk}").status_code == 404
    assert client.get(f"/rapport/pdf/{row.pk}/rapport.pdf").status_code == 404


def test_a_file_is_made_once_and_lives_a_day(w: World) -> None:
    row = files.ask(actor=w.socionom, now=NOW, period=YEAR, shared=False, language="sv")
    ReportFile.objects.update(state="making", step=2)
    files.make(row.pk)
    assert files.mine(actor=w.socionom, now=NOW, pk=row.pk).step == 2
    assert files.mine(actor=w.socionom, now=NOW + files.GIVEN_UP * 2, pk=row.pk).state == "failed"
    with pytest.raises(Missing):
        files.mine(actor=w.socionom, now=NOW + days(1), pk=row.pk)
    assert files.erase_old(NOW + days(1)) == 1


def test_what_cannot_be_made_says_so(w: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_pango(_html: str) -> bytes:
        raise OSError("libpango")

    monkeypatch.setattr(files, "pdf", no_pango)
    row = files.ask(actor=w.socionom, now=NOW, period=YEAR, shared=False, language="sv")
    with pytest.raises(OSError, match="libpango"):
        files.make(row.pk)
    assert files.mine(actor=w.socionom, now=NOW, pk=row.pk).state == "failed"


def test_files_and_shared_page_over_http(demo: User, client: Client) -> None:
    client.force_login(demo)
    with time_machine.travel(at(23, 12, month=11), tick=False):
        book = client.get(f"/rapport/rapport.xlsx{QUERY}")
        assert (book.status_code, "Besök" in sheets(book.content)) == (200, True)
        assert client.get("/rapport/rapport.xlsx?from=x").status_code == 422
        page = client.get(f"/rapport/dela{QUERY}").content.decode()
        assert "1 januari–30 juni 2026" in page
        empty = client.get("/rapport/dela?from=2026-02-01&to=2026-08-01").content.decode()
        assert "ryms inget helt halvår" in empty
