"""Upload, preview, import, export as pages."""

import io
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from core.models import AuditEvent, User
from partners.importing import jobs
from partners.models import Contact, Organisation, StagedImport
from partners.services import GroupDetails, OrganisationDetails, save_group, save_organisation
from partners.services.staging import erase_staged_imports
from tests.partners.conftest import NOW
from tests.partners.importing.books import book, rows
from tests.partners.importing.test_roundtrip import register

FILES = Path(__file__).parents[2] / "data" / "import"
UPLOAD = "/organisationer/import/"


@pytest.fixture
def desk(client: Client, planner: User) -> Client:
    client.force_login(planner)
    return client


def upload(client: Client, content: bytes, name: str = "lista.csv") -> Any:
    return client.post(UPLOAD, {"file": SimpleUploadedFile(name, content)})


def page(response: Any) -> str:
    return str(response.content.decode())


def test_upload_preview_import_result(desk: Client) -> None:
    file = (FILES / "01-all-columns-semicolon.csv").read_bytes()
    response = upload(desk, file)
    staged = StagedImport.objects.get()
    address = reverse("partners:import_preview", args=[staged.pk])
    assert (response.status_code, response.headers["Location"]) == (303, address)
    assert not Organisation.objects.exists()

    preview = desk.get(address)
    assert preview.status_code == 200
    assert "Ny organisation: Föreningen Vägval Fri" in page(preview)
    assert "Ny kontakt: Åsa" in page(preview)
    assert "4 rader" in page(preview)

    plan = preview.context["plan"]["digest"]
    done = desk.post(f"{address}importera/", {"plan": plan}, follow=True)
    assert done.redirect_chain == [(f"{address}klar/", 303)]
    assert "Importen är klar" in page(done)
    assert "3 nya, 0 ändras, 0 oförändrade" in page(done)
    assert Contact.objects.count() == 2
    staged.refresh_from_db()
    assert bytes(staged.content) == b""
    assert staged.committed_at is not None
    assert desk.get(address).status_code == 404


def test_a_filter_shows_only_its_rows(desk: Client) -> None:
    upload(desk, b"Organisation;Slag\nBron;Kommun\nPorten;klubb\n")
    address = reverse("partners:import_preview", args=[StagedImport.objects.get().pk])
    wrong = desk.get(address, {"status": "wrong"})
    assert [line.number for _, line in wrong.context["lines"]] == [3]
    assert "Slag: Skriv något av: Civilsamhälle" in page(wrong)
    assert "Importera</button>" not in page(wrong)
    strange = desk.get(address, {"status": "x", "page": "y"})
    assert [line.number for _, line in strange.context["lines"]] == [2, 3]


def test_wrong_rows_cannot_be_forced(desk: Client) -> None:
    upload(desk, b"Organisation;Slag\nBron;Kommun\nPorten;klubb\n")
    address = reverse("partners:import_preview", args=[StagedImport.objects.get().pk])
    plan = desk.get(address).context["plan"]["digest"]
    response = desk.post(f"{address}importera/", {"plan": plan})
    assert response.headers["Location"] == address
    assert not Organisation.objects.exists()


@pytest.mark.parametrize(
    "name", ["11-pdf.csv", "13-binary.csv", "14-empty.csv", "16-only-header.csv"]
)
def test_a_file_that_is_no_use_is_refused_on_the_form(desk: Client, name: str) -> None:
    response = upload(desk, (FILES / name).read_bytes())
    assert response.status_code == 422
    assert "Det är något att rätta" in page(response)
    assert not StagedImport.objects.exists()


def test_no_file_is_said(desk: Client) -> None:
    response = desk.post(UPLOAD)
    assert response.status_code == 422
    assert "Välj en fil." in page(response)


def test_a_register_that_changed_is_shown_again(desk: Client, planner: User) -> None:
    upload(desk, b"Organisation;Slag\nBron;Kommun\n")
    address = reverse("partners:import_preview", args=[StagedImport.objects.get().pk])
    seen = desk.get(address).context["plan"]["digest"]
    save_organisation(actor=planner, now=NOW, details=OrganisationDetails(name="Bron"))
    moved = desk.post(f"{address}importera/", {"plan": seen}, follow=True)
    assert moved.redirect_chain == [(address, 303)]
    assert "Registret har ändrats sedan du såg listan." in page(moved)
    assert Organisation.objects.get().kind == "civil_society"
    plan = moved.context["plan"]["digest"]
    assert desk.post(f"{address}importera/", {"plan": plan}).status_code == 303
    assert Organisation.objects.get().kind == "municipality"


def test_only_planners_come_here(client: Client, host: User, desk: Client) -> None:
    upload(desk, b"Organisation\nBron\n")
    pk = StagedImport.objects.get().pk
    gets = [UPLOAD, f"{UPLOAD}{pk}/", "/organisationer/export.csv", "/organisationer/export.xlsx"]
    for address in gets:
        assert desk.get(address).status_code == 200
    stranger = Client()
    for address in gets:
        assert stranger.get(address).status_code == 302
    stranger.force_login(host)
    for address in gets:
        assert stranger.get(address).status_code == 403
    assert stranger.post(UPLOAD).status_code == 403
    assert stranger.post(f"{UPLOAD}{pk}/importera/").status_code == 403
    assert desk.get(f"{UPLOAD}{pk}/importera/").status_code == 405


def test_a_staged_file_is_its_uploaders_alone(desk: Client) -> None:
    upload(desk, b"Organisation\nBron\n")
    other = User.objects.create_user(username="other", email="o@svarta.example", role="admin")
    elsewhere = Client()
    elsewhere.force_login(other)
    address = f"{UPLOAD}{StagedImport.objects.get().pk}/"
    assert elsewhere.get(address).status_code == 404
    assert elsewhere.post(f"{address}importera/").status_code == 404


def test_what_waits_longer_than_a_day_is_erased(desk: Client) -> None:
    upload(desk, b"Organisation\nBron\n")
    now = timezone.now()
    assert erase_staged_imports(now=now) == 0
    StagedImport.objects.update(uploaded_at=now - timedelta(days=1))
    address = f"{UPLOAD}{StagedImport.objects.get().pk}/"
    assert desk.get(address).status_code == 404
    assert erase_staged_imports(now=now) == 1
    assert not StagedImport.objects.exists()


def test_the_export_is_a_file_and_is_noted(desk: Client, vagval: Organisation) -> None:
    response = desk.get("/organisationer/export.csv")
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert response.headers["Content-Disposition"].startswith('attachment; filename="partner-')
    assert response.headers["Cache-Control"] == "private, no-store"
    assert "Föreningen Vägval Fri" in page(response)
    assert AuditEvent.objects.filter(verb="register.exported").count() == 1


def staged_page(client: Client, content: bytes, name: str = "lista.csv") -> str:
    """Upload, and the address of the preview."""
    upload(client, content, name)
    return f"{UPLOAD}{StagedImport.objects.latest('pk').pk}/"


def digest(client: Client, address: str) -> str:
    return str(client.get(address).context["plan"]["digest"])


def test_a_workbook_comes_in_and_goes_out(desk: Client) -> None:
    lines = rows(["Förening", "Kontakt"], ["Bron", "Kim"])
    address = staged_page(desk, book(("Blad1", lines)), "lista.xlsx")
    desk.post(f"{address}importera/", {"plan": digest(desk, address)})
    assert Contact.objects.get().name == "Kim"
    response = desk.get("/organisationer/export.xlsx")
    assert response.headers["Content-Disposition"].endswith('.xlsx"')
    again = staged_page(desk, response.content, "igen.xlsx")
    assert desk.get(again).context["plan"]["idle"]


def test_an_unknown_header_is_asked_about_once(desk: Client) -> None:
    content = b"Organisation;Vem;Favorit\nBron;Kim;811218-9876x\n"
    response = upload(desk, content)
    staged = StagedImport.objects.get()
    address = f"{UPLOAD}{staged.pk}/rubriker/"
    assert response.headers["Location"] == address
    shown = desk.get(address)
    assert [(c.text, c.meaning) for c in shown.context["columns"]] == [
        ("Organisation", "organisation"),
        ("Vem", ""),
        ("Favorit", ""),
    ]
    assert "811218" not in page(shown)
    told = {"h_0": "organisation", "h_1": "contact", "h_2": ""}
    onward = desk.post(address, told)
    assert onward.headers["Location"] == f"{UPLOAD}{staged.pk}/"
    assert desk.get(f"{UPLOAD}{staged.pk}/").context["wrong"] == 1
    second = upload(desk, "Organisation;VEM;favorit\nPorten;Alex;blå\n".encode())
    assert second.headers["Location"] == f"{UPLOAD}{staged.pk + 1}/"
    assert "Ny kontakt: Alex" in page(desk.get(second.headers["Location"]))


def test_a_list_without_a_known_organisation_is_asked_about(desk: Client) -> None:
    upload(desk, b"Vilka;Kontakt\nBron;Kim\n")
    address = f"{UPLOAD}{StagedImport.objects.get().pk}/rubriker/"
    desk.post(address, {"h_0": "organisation", "h_1": "contact"})
    preview = f"{UPLOAD}{StagedImport.objects.get().pk}/"
    assert "Ny organisation: Bron" in page(desk.get(preview))


def test_wrong_rows_can_be_left_out(desk: Client) -> None:
    address = staged_page(desk, b"Organisation;Slag\nBron;Kommun\nPorten;klubb\n")
    plan = digest(desk, address)
    assert desk.post(f"{address}val/", {"plan": plan, "leave_all": "1"}).status_code == 303
    shown = desk.get(address)
    assert (shown.context["wrong"], shown.context["decided"]) == (0, 1)
    desk.post(f"{address}importera/", {"plan": shown.context["plan"]["digest"]})
    assert [row.name for row in Organisation.objects.all()] == ["Bron"]


def test_choices_can_be_taken_back(desk: Client) -> None:
    address = staged_page(desk, b"Organisation;Slag\nBron;Kommun\nPorten;klubb\n")
    desk.post(f"{address}val/", {"plan": digest(desk, address), "leave_all": "1"})
    desk.post(f"{address}val/", {"plan": digest(desk, address), "reset": "1"})
    assert desk.get(address).context["wrong"] == 1


@pytest.mark.parametrize(
    ("choice", "names", "slag"),
    [
        ("same", ["Föreningen Vägval Fri"], "municipality"),
        ("new", ["Föreningen Vägval Fri", "Vägval Fri"], "civil_society"),
        ("leave", ["Föreningen Vägval Fri"], "civil_society"),
    ],
)
def test_a_possible_duplicate_is_decided(
    desk: Client, vagval: Organisation, choice: str, names: list[str], slag: str
) -> None:
    address = staged_page(
        desk, "Organisation;Slag;Grupp\nVägval Fri;Kommun;A\nVägval Fri;;B\n".encode()
    )
    assert "Vägval Fri liknar Föreningen Vägval Fri" in page(desk.get(address))
    desk.post(f"{address}val/", {"plan": digest(desk, address), "dup_0": choice})
    plan = desk.get(address).context["plan"]
    assert len(plan["duplicates"]) == (1 if choice == "new" else 0)
    desk.post(f"{address}importera/", {"plan": plan["digest"]})
    assert sorted(row.name for row in Organisation.objects.all()) == names
    vagval.refresh_from_db()
    assert vagval.kind == slag
    assert vagval.groups.count() == (2 if choice == "same" else 0)


def test_a_contact_that_is_the_same_gets_the_new_address(desk: Client, kim: Contact) -> None:
    text = "Organisation;Kontakt;E-post\nFöreningen Vägval Fri;Kim E;ny@vagval.example\n"
    text += "Föreningen Vägval Fri;Kim Ek;annan@vagval.example\n"
    address = staged_page(desk, text.encode())
    found = desk.get(address).context["plan"]["duplicates"]
    assert [each["of"] for each in found] == ["Kim Ek (Föreningen Vägval Fri)"]
    desk.post(f"{address}val/", {"plan": digest(desk, address), "dup_0": "same"})
    desk.post(f"{address}importera/", {"plan": digest(desk, address)})
    kim.refresh_from_db()
    assert (kim.name, kim.email) == ("Kim Ek", "annan@vagval.example")
    assert Contact.objects.count() == 2


def test_an_import_can_be_undone(desk: Client, kim: Contact) -> None:
    before = register()
    text = "Organisation;Grupp;Kontakt;E-post;Roll\n"
    text += "Föreningen Vägval Fri;Nya;Kim Ek;kim@vagval.example;värd\nBron;A;Alex;;\n"
    address = staged_page(desk, text.encode())
    desk.post(f"{address}importera/", {"plan": digest(desk, address)})
    assert Organisation.objects.count() == 2
    assert "lista.csv" in page(desk.get(UPLOAD))
    undone = desk.post(f"{address}angra/", follow=True)
    assert "Importen är ångrad." in page(undone)
    assert register() == before
    assert desk.post(f"{address}angra/").status_code == 404


def test_what_has_changed_since_is_named_and_nothing_is_undone(desk: Client, planner: User) -> None:
    address = staged_page(desk, b"Organisation;Slag\nBron;Kommun\nPorten;\n")
    desk.post(f"{address}importera/", {"plan": digest(desk, address)})
    home = Organisation.objects.get(name="Bron")
    save_organisation(
        actor=planner, now=NOW, organisation=home, details=OrganisationDetails(name="Bryggan")
    )
    porten = Organisation.objects.get(name="Porten")
    save_group(actor=planner, now=NOW, organisation=porten, details=GroupDetails(alias="B"))
    refused = desk.post(f"{address}angra/")
    assert refused.status_code == 409
    assert (
        "har ändrats, bokats eller fått något kopplat till sig sedan dess: Bron, Porten."
        in page(refused)
    )
    assert Organisation.objects.count() == 2


def test_an_import_is_not_undone_after_a_day(desk: Client) -> None:
    address = staged_page(desk, b"Organisation\nBron\n")
    desk.post(f"{address}importera/", {"plan": digest(desk, address)})
    StagedImport.objects.update(committed_at=timezone.now() - timedelta(days=1))
    assert desk.post(f"{address}angra/").status_code == 404
    assert Organisation.objects.exists()


def test_the_command_line_can_be_undone_on_the_page(desk: Client, tmp_path: Path) -> None:
    path = tmp_path / "kommando.csv"
    path.write_text("Organisation\nBron\n", encoding="utf-8")
    call_command("import_partners", str(path), stdout=io.StringIO())
    assert "kommando.csv" in page(desk.get(UPLOAD))
    desk.post(f"{UPLOAD}{StagedImport.objects.get().pk}/angra/")
    assert not Organisation.objects.exists()


def test_a_large_file_waits_for_a_worker(desk: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[Any] = []
    monkeypatch.setattr("partners.importing.jobs.SMALL", 10)
    monkeypatch.setattr(
        "celery.app.base.Celery.send_task", lambda self, *a, **k: sent.append((a, k["args"]))
    )
    response = upload(desk, b"Organisation;Slag\nBron;Kommun\n")
    staged = StagedImport.objects.get()
    status = f"{UPLOAD}{staged.pk}/lage/"
    assert response.headers["Location"] == status
    assert sent == [(("scheduling.work_on_import",), [staged.pk])]
    assert "Filen läses." in page(desk.get(status))
    assert jobs.work_on(staged.pk, now=timezone.now())
    assert not jobs.work_on(staged.pk, now=timezone.now())
    assert desk.get(status).headers["Location"] == f"{UPLOAD}{staged.pk}/"
    address = f"{UPLOAD}{staged.pk}/"
    desk.post(f"{address}importera/", {"plan": digest(desk, address)})
    assert "Registret sparas." in page(desk.get(status))
    jobs.work_on(staged.pk, now=timezone.now())
    assert desk.get(status).headers["Location"] == f"{address}klar/"
    assert Organisation.objects.get().name == "Bron"


def test_where_no_worker_comes_the_page_does_the_work(
    desk: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("partners.importing.jobs.SMALL", 10)
    monkeypatch.setattr("celery.app.base.Celery.send_task", lambda self, *a, **k: None)
    upload(desk, b"Organisation;Slag\nBron;Kommun\n")
    staged = StagedImport.objects.get()
    StagedImport.objects.update(touched_at=timezone.now() - jobs.UNCLAIMED - timedelta(seconds=1))
    assert desk.get(f"{UPLOAD}{staged.pk}/lage/").headers["Location"] == f"{UPLOAD}{staged.pk}/"
