"""Upload, preview, import, export as pages."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from core.models import AuditEvent, User
from partners.models import Contact, Organisation, StagedImport
from partners.services import OrganisationDetails, save_organisation
from partners.services.staging import erase_staged_imports
from tests.partners.conftest import NOW

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

    plan = preview.context["plan"].digest
    done = desk.post(f"{address}importera/", {"plan": plan}, follow=True)
    assert done.redirect_chain == [("/organisationer/", 303)]
    assert "Importen är klar: 8 nya och 0 ändrade." in page(done)
    assert Contact.objects.count() == 2
    staged.refresh_from_db()
    assert bytes(staged.content) == b""
    assert staged.committed_at is not None
    assert desk.get(address).status_code == 404


def test_a_filter_shows_only_its_rows(desk: Client) -> None:
    upload(desk, b"Organisation;Slag\nBron;Kommun\nPorten;klubb\n")
    address = reverse("partners:import_preview", args=[StagedImport.objects.get().pk])
    wrong = desk.get(address, {"status": "wrong"})
    assert [line.number for line in wrong.context["page"]] == [3]
    assert "Slag: Skriv något av: Civilsamhälle" in page(wrong)
    assert "Importera</button>" not in page(wrong)
    strange = desk.get(address, {"status": "x", "page": "y"})
    assert [line.number for line in strange.context["page"]] == [2, 3]


def test_wrong_rows_cannot_be_forced(desk: Client) -> None:
    upload(desk, b"Organisation;Slag\nBron;Kommun\nPorten;klubb\n")
    address = reverse("partners:import_preview", args=[StagedImport.objects.get().pk])
    plan = desk.get(address).context["plan"].digest
    assert desk.post(f"{address}importera/", {"plan": plan}).status_code == 409
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
    seen = desk.get(address).context["plan"].digest
    save_organisation(actor=planner, now=NOW, details=OrganisationDetails(name="Bron"))
    moved = desk.post(f"{address}importera/", {"plan": seen})
    assert moved.status_code == 409
    assert "Registret har ändrats sedan du såg listan." in page(moved)
    assert Organisation.objects.get().kind == "civil_society"
    plan = moved.context["plan"].digest
    assert desk.post(f"{address}importera/", {"plan": plan}).status_code == 303
    assert Organisation.objects.get().kind == "municipality"


def test_only_planners_come_here(client: Client, host: User, desk: Client) -> None:
    upload(desk, b"Organisation\nBron\n")
    pk = StagedImport.objects.get().pk
    gets = [UPLOAD, f"{UPLOAD}{pk}/", "/organisationer/export.csv"]
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
