"""/imports: each success with its refusals."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from core.models import User
from partners.models import Organisation, StagedImport
from tests.factories import World
from tests.partners.importing.books import book, rows
from tests.partners.test_api import BASE, Api, api, here, refused

__all__ = ["api", "here"]
pytestmark = pytest.mark.django_db


def upload(api: Api, content: bytes) -> Any:
    return api.client.post(f"{BASE}/imports", {"file": SimpleUploadedFile("lista", content)})


def put(api: Api, path: str, body: object) -> Any:
    return api.client.put(f"{BASE}{path}", body, "application/json")


def test_a_list_goes_in_and_out_again(api: Api, here: World) -> None:
    before = Organisation.objects.count()
    lines = rows(["Organisation", "Slag"], ["Bron", "Kommun"], ["Porten", "klubb"])
    made = upload(api, book(("Blad1", lines)))
    assert made.status_code == 201
    said = made.json()
    place = f"/imports/{said['id']}"
    assert (said["state"], said["fit"], said["organisations"]["new"]) == ("ready", False, 1)
    wrong = api.get(f"{place}/lines", status="wrong").json()
    assert [(line["row"], line["label"]) for line in wrong["items"]] == [(3, "Porten")]
    refused(api.post(f"{place}/commit", {"plan": said["plan"]}), 409, "conflict")
    refused(put(api, f"{place}/decisions", {"plan": "x"}), 409, "conflict")
    decided = put(
        api,
        f"{place}/decisions",
        {"plan": said["plan"], "leave_rows": [wrong["items"][0]["number"]]},
    ).json()
    assert (decided["state"], decided["fit"]) == ("ready", True)
    done = api.post(f"{place}/commit", {"plan": decided["plan"]}).json()
    assert done["state"] == "done"
    assert Organisation.objects.count() == before + 1
    assert api.get(place).json()["committed_at"] is not None
    assert api.post(f"{place}/undo").json()["state"] == "undone"
    assert Organisation.objects.count() == before
    refused(api.post(f"{place}/undo"), 404, "not_found")


def test_headers_are_explained(api: Api) -> None:
    said = upload(api, b"Organisation;Vem\nBron;Kim\n").json()
    place = f"/imports/{said['id']}"
    assert said["state"] == "mapping"
    items = api.get(f"{place}/headers").json()["items"]
    assert items[1] == {"header": "Vem", "meaning": "", "samples": ["Kim"]}
    refused(put(api, f"{place}/headers", {"meanings": {"Vem": "x"}}), 422, "invalid")
    ready = put(api, f"{place}/headers", {"meanings": {"Vem": "contact"}}).json()
    assert (ready["state"], ready["contacts"]["new"]) == ("ready", 1)


def test_a_duplicate_is_the_same(api: Api, here: World) -> None:
    name = here.organisation.name.replace("Föreningen ", "").upper() + " i"
    said = upload(api, f"Organisation;Slag\n{name};Region\n".encode()).json()
    (found,) = said["possible_duplicates"]
    assert (found["of"], found["can_be_same"], found["row"]) == (here.organisation.name, True, 2)
    place = f"/imports/{said['id']}"
    body = {"plan": said["plan"], "duplicates": {"0": "same"}}
    decided = put(api, f"{place}/decisions", body).json()
    assert decided["organisations"] == {"new": 0, "changed": 1, "same": 0}
    again = put(api, f"{place}/decisions", {"plan": decided["plan"], "afresh": True}).json()
    assert again["organisations"]["new"] == 1


def test_a_file_that_is_no_use_is_refused_with_its_reason(api: Api) -> None:
    errors = refused(upload(api, b"%PDF-1.7"), 422, "invalid")
    assert errors["file"].startswith("Det här är en fil av slaget PDF.")
    assert not StagedImport.objects.exists()


def test_a_list_is_its_uploaders_and_for_planners(api: Api, here: World) -> None:
    said = upload(api, b"Organisation\nBron\n").json()
    other = User.objects.create_user(username="o", email="o@svarta.example", role="admin")
    refused(Api(other).get(f"/imports/{said['id']}"), 404, "not_found")
    reader = Api(here.manager)
    refused(upload(reader, b"Organisation\nBron\n"), 403, "forbidden")
    refused(reader.get(f"/imports/{said['id']}"), 403, "forbidden")
    refused(reader.get("/imports/export.csv"), 403, "forbidden")


def test_the_register_as_a_file(api: Api, here: World) -> None:
    for form in ("csv", "xlsx"):
        response = api.get(f"/imports/export.{form}")
        assert response.status_code == 200
        said = upload(api, response.content).json()
        assert (said["organisations"]["new"], said["organisations"]["changed"]) == (0, 0)
        assert (said["groups"]["changed"], said["contacts"]["changed"]) == (0, 0)
    refused(api.get("/imports/export.pdf"), 422, "invalid")
