"""The register in the API: each success with its refusals."""

import json
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from core import tokens
from core.models import ApiToken, AuditEvent, User
from partners.models import Contact, Group, Organisation
from tests.factories import NOW, World, world

pytestmark = pytest.mark.django_db
BASE = "/api/v1"
HUGE = 10**30


class Api:
    """A program with the personal token of ``user``."""

    def __init__(self, user: User) -> None:
        token = f"token-of-{user.username}"
        ApiToken.objects.create(
            user=user,
            name="program",
            fingerprint=tokens.fingerprint(token),
            created_at=NOW,
        )
        self.client = Client(headers={"authorization": f"Bearer {token}"})

    def get(self, path: str, **query: str | int) -> Any:
        return self.client.get(f"{BASE}{path}", query)

    def post(self, path: str, body: object = None) -> Any:
        return self.client.post(f"{BASE}{path}", json.dumps(body), "application/json")

    def patch(self, path: str, body: object) -> Any:
        return self.client.patch(f"{BASE}{path}", json.dumps(body), "application/json")


@pytest.fixture
def here() -> World:
    return world()


@pytest.fixture
def api(here: World) -> Api:
    return Api(here.socionom)


@pytest.fixture(params=["manager", "host"])
def reader(request: pytest.FixtureRequest, here: World) -> Api:
    """Those who read the register and do not keep it."""
    return Api(here.manager if request.param == "manager" else here.other_host.user)


def refused(response: Any, status: int, code: str) -> dict[str, str]:
    assert response.status_code == status, response.content
    body = json.loads(response.content)
    assert body["code"] == code
    return dict(body.get("errors", {}))


def paths(here: World) -> dict[str, int]:
    return {
        "/organisations": here.organisation.pk,
        "/groups": here.group.pk,
        "/contacts": here.contact.pk,
    }


BODIES: dict[str, dict[str, object]] = {
    "/organisations": {"name": "Klubbhuset Strimman"},
    "/groups": {"alias": "Torsdagsgruppen"},
    "/contacts": {"name": "Mo Lind", "phone": "070-174 06 10"},
}
PLACES = list(BODIES)


def body_of(place: str, here: World) -> dict[str, object]:
    home = {} if place == "/organisations" else {"organisation": here.organisation.pk}
    return {**BODIES[place], **home}


# --- Every place alike ----------------------------------------------------------------------------


@pytest.mark.parametrize("place", PLACES)
def test_made_listed_read_changed_archived_restored(place: str, here: World, api: Api) -> None:
    made = api.post(place, body_of(place, here))
    assert made.status_code == 201, made.content
    pk = made.json()["id"]
    assert api.get(place).json()["count"] == 2
    assert api.get(f"{place}/{pk}").json() == made.json()
    title = "alias" if place == "/groups" else "name"
    changed = api.patch(f"{place}/{pk}", {title: "Annat ord"})
    assert changed.status_code == 200
    assert changed.json() == {**made.json(), title: "Annat ord"}
    assert api.post(f"{place}/{pk}/archive").json()["archived_at"] is not None
    assert api.get(place).json()["count"] == 1
    assert [row["id"] for row in api.get(place, archived="true").json()["items"]] == [pk]
    assert api.post(f"{place}/{pk}/restore").json()["archived_at"] is None
    assert AuditEvent.objects.filter(object_id=pk, actor=here.socionom).count() == 4


@pytest.mark.parametrize("place", PLACES)
def test_readers_read_and_do_not_write(place: str, here: World, reader: Api) -> None:
    pk = paths(here)[place]
    assert reader.get(place).status_code == 200
    assert reader.get(f"{place}/{pk}").status_code == 200
    refused(reader.post(place, body_of(place, here)), 403, "forbidden")
    refused(reader.patch(f"{place}/{pk}", {}), 403, "forbidden")
    refused(reader.post(f"{place}/{pk}/archive"), 403, "forbidden")
    refused(reader.post(f"{place}/{pk}/restore"), 403, "forbidden")
    assert AuditEvent.objects.count() == 0


@pytest.mark.parametrize("place", PLACES)
def test_nobody_without_a_token(place: str, here: World) -> None:
    refused(Client().get(f"{BASE}{place}"), 401, "unauthenticated")


@pytest.mark.parametrize("place", PLACES)
def test_unknown_fields_are_told(place: str, here: World, api: Api) -> None:
    wrong = {**body_of(place, here), "participants": ["Någon"]}
    assert "participants" in refused(api.post(place, wrong), 422, "invalid")
    answer = api.patch(f"{place}/{paths(here)[place]}", {"participants": 3})
    assert "participants" in refused(answer, 422, "invalid")


@pytest.mark.parametrize("place", PLACES)
def test_what_is_not_there_is_missing(place: str, api: Api) -> None:
    for pk in (999_999, HUGE, -1):
        assert api.get(f"{place}/{pk}").status_code in {404, 422}
        assert api.patch(f"{place}/{pk}", {}).status_code in {404, 422}
        assert api.post(f"{place}/{pk}/archive").status_code in {404, 422}
    refused(api.get(f"{place}/999999"), 404, "not_found")


@pytest.mark.parametrize("place", PLACES)
def test_no_list_parameter_breaks_the_list(place: str, api: Api) -> None:
    queries: list[dict[str, str | int]] = [
        {"q": "\0"},
        {"q": "%'\"\\_"},
        {"q": "å" * 5000},
        {"limit": 0},
        {"limit": HUGE},
        {"limit": "x"},
        {"offset": HUGE},
        {"offset": -1},
        {"archived": "perhaps"},
        {"organisation": HUGE},
        {"group": HUGE},
        {"group": "x"},
    ]
    for query in queries:
        assert api.client.get(f"{BASE}{place}", query).status_code in {200, 422}, query


ODD: list[object] = [
    None,
    True,
    -1,
    7,
    HUGE,
    1.5,
    "",
    "\0",
    "\ud800",
    "x" * 10_000,
    "٣",
    [],
    [None],
    [HUGE],
    ["\0"],
    {},
    "19121212-1212",
]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("odd", ODD, ids=lambda value: ascii(value)[:20])
def test_no_value_of_any_field_breaks_the_server(
    place: str, odd: object, here: World, api: Api
) -> None:
    pk = paths(here)[place]
    shown = api.get(f"{place}/{pk}").json()
    for field in [*shown, "group"]:
        for answer in (
            api.post(place, {**body_of(place, here), field: odd}),
            api.patch(f"{place}/{pk}", {field: odd}),
        ):
            assert answer.status_code in {200, 201, 400, 422}, (field, answer.content)
    assert api.post(place, odd).status_code in {400, 422}


@pytest.mark.parametrize(
    "body", [b"", b"{", b"\xff", b"[" * 50_000, b'{"name": NaN}', b'{"\\ud800": 1}']
)
def test_what_is_no_json_is_refused(body: bytes, api: Api) -> None:
    answer = api.client.post(f"{BASE}/organisations", body, "application/json")
    assert answer.status_code in {400, 422}


@pytest.mark.parametrize("place", PLACES)
def test_a_list_costs_the_same_with_more_rows(
    place: str, here: World, api: Api, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    api.get(place)  # notes when the token was used
    queries = 4 if place == "/contacts" else 3
    with django_assert_num_queries(queries):
        assert api.get(place).json()["count"] == 1
    for number in range(2):
        home = Organisation.objects.create(name=f"Förening {number}", created_at=NOW)
        group = Group.objects.create(organisation=home, alias="Gruppen", created_at=NOW)
        person = Contact.objects.create(organisation=home, name="Mo", created_at=NOW)
        person.groups.add(group)
    with django_assert_num_queries(queries):
        assert api.get(place).json()["count"] == 3


def test_a_page_of_a_list(here: World, api: Api) -> None:
    for letter in "abc":
        Organisation.objects.create(name=f"{letter}-laget", created_at=NOW)
    answer = api.get("/organisations", limit=2, offset=1).json()
    assert answer["count"] == 4
    assert [row["name"] for row in answer["items"]] == ["b-laget", "c-laget"]


# --- Organisations --------------------------------------------------------------------------------


def test_a_name_is_used_once(here: World, api: Api) -> None:
    answer = api.post("/organisations", {"name": here.organisation.name.upper()})
    assert "name" in refused(answer, 422, "taken")


def test_a_protected_organisation_has_no_address(here: World, api: Api) -> None:
    body = {"name": "Kvinnojouren", "protected": True, "address": "Gatan 1"}
    assert "address" in refused(api.post("/organisations", body), 422, "invalid")
    assert api.post("/organisations", {**body, "address": ""}).status_code == 201


def test_a_personal_number_is_never_stored(here: World, api: Api) -> None:
    answer = api.patch(f"/organisations/{here.organisation.pk}", {"notes": "Kim, 19121212-1212"})
    assert "notes" in refused(answer, 422, "personal_data")
    assert "1212" not in answer.content.decode()


def test_an_archived_one_is_not_changed(here: World, api: Api) -> None:
    api.post(f"/organisations/{here.organisation.pk}/archive")
    answer = api.patch(f"/organisations/{here.organisation.pk}", {"name": "Nytt namn"})
    refused(answer, 409, "conflict")


# --- Groups ---------------------------------------------------------------------------------------


def test_a_group_with_everything(here: World, api: Api) -> None:
    body = {
        "organisation": here.organisation.pk,
        "alias": "Torsdagsgruppen",
        "category": "probation",
        "size_band": "4-6",
        "languages": ["svenska", "arabiska"],
        "access_needs": ["dog", "wheelchair"],
        "preferred_weekday": 3,
        "preferred_time": "10:00",
        "fika": False,
        "two_hosts": True,
    }
    made = api.post("/groups", body).json()
    assert {name: made[name] for name in body} == {
        **body,
        "access_needs": ["wheelchair", "dog"],
    }
    cleared = api.patch(
        f"/groups/{made['id']}", {"preferred_weekday": None, "preferred_time": None}
    ).json()
    assert cleared == {**made, "preferred_weekday": None, "preferred_time": None}


def test_the_category_is_for_planners(here: World, api: Api, reader: Api) -> None:
    path = f"/groups/{here.group.pk}"
    assert api.get(path).json()["category"] == "other"
    assert reader.get(path).json()["category"] is None
    assert reader.get("/groups").json()["items"][0]["category"] is None


def test_groups_of_one_organisation(here: World, api: Api) -> None:
    assert api.get("/groups", organisation=here.organisation.pk).json()["count"] == 1
    assert api.get("/groups", organisation=999_999).json()["count"] == 0


def test_a_group_needs_an_organisation_that_is_there(here: World, api: Api) -> None:
    body = {"alias": "Gruppen", "organisation": 999_999}
    assert "organisation" in refused(api.post("/groups", body), 422, "invalid")


def test_a_group_stays_in_its_organisation(here: World, api: Api) -> None:
    answer = api.patch(f"/groups/{here.group.pk}", {"organisation": here.organisation.pk})
    assert "organisation" in refused(answer, 422, "invalid")


# --- Contacts -------------------------------------------------------------------------------------


def test_a_contact_comes_with_its_group(here: World, api: Api) -> None:
    for given in ({"group": here.group.pk}, {"groups": [here.group.pk]}):
        made = api.post("/contacts", {"name": f"Mo {list(given)}", **given})
        assert made.status_code == 201, made.content
        assert made.json()["organisation"] == here.organisation.pk
        assert made.json()["groups"] == [here.group.pk]


def test_a_contact_without_a_home_is_refused(here: World, api: Api) -> None:
    assert "organisation" in refused(api.post("/contacts", {"name": "Mo"}), 422, "invalid")


@pytest.mark.parametrize(
    ("field", "value"), [("organisation", 999_999), ("group", 999_999), ("groups", [999_999])]
)
def test_an_unknown_id_is_told_at_its_field(
    field: str, value: object, here: World, api: Api
) -> None:
    body = {"name": "Mo", "organisation": here.organisation.pk, field: value}
    assert field in refused(api.post("/contacts", body), 422, "invalid")


def test_a_group_of_another_organisation_is_refused(here: World, api: Api) -> None:
    other = Organisation.objects.create(name="Strimman", created_at=NOW)
    body = {"name": "Mo", "organisation": other.pk, "group": here.group.pk}
    assert "groups" in refused(api.post("/contacts", body), 422, "invalid")


def test_a_phone_number_is_understood(here: World, api: Api) -> None:
    path = f"/contacts/{here.contact.pk}"
    assert api.patch(path, {"phone": "070 174 06 12"}).json()["phone"] == "+46701740612"
    assert "phone" in refused(api.patch(path, {"phone": "12"}), 422, "invalid")


def test_groups_left_out_stay(here: World, api: Api) -> None:
    path = f"/contacts/{here.contact.pk}"
    assert api.patch(path, {"role": "samordnare"}).json()["groups"] == [here.group.pk]
    assert api.patch(path, {"groups": []}).json()["groups"] == []


def test_protected_details_are_for_planners(here: World, api: Api, reader: Api) -> None:
    path = f"/contacts/{here.contact.pk}"
    assert reader.get(path).json()["email"] == here.contact.email
    api.patch(path, {"protected": True})
    assert api.get(path).json()["email"] == here.contact.email
    for shown in (reader.get(path).json(), reader.get("/contacts").json()["items"][0]):
        assert shown["email"] is None
        assert shown["phone"] is None
    assert reader.get("/contacts", q=here.contact.email).json()["count"] == 0


def test_contacts_are_not_found_by_category(here: World, api: Api) -> None:
    Group.objects.update(category="probation")
    assert api.get("/contacts", category="homelessness").json()["count"] == 1
    assert api.get("/contacts", q="probation").json()["count"] == 0
