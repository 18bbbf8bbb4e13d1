"""Möjliga dubbletter: what is suggested, on the page and by API."""

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from core.errors import Forbidden
from partners import duplicates
from partners.models import Contact, Group, MergeRecord, NotSame, Organisation
from tests.factories import NOW, World, world
from tests.partners.test_api import Api, refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def w() -> World:
    return world()


@pytest.fixture
def page(w: World) -> Client:
    client = Client()
    client.force_login(w.socionom)
    return client


def twin(w: World, alias: str = "Tisdagsgrupen") -> Group:
    return Group.objects.create(organisation=w.organisation, alias=alias, created_at=NOW)


def found(w: World) -> list[tuple[str, str, str, list[str]]]:
    return [
        (pair.kind, str(pair.first), str(pair.second), [reason.value for reason in pair.reasons])
        for pair in duplicates.suggestions(viewer=w.socionom)
    ]


def home(name: str, email: str = "", phone: str = "") -> Organisation:
    row = Organisation.objects.create(name=name, created_at=NOW)
    if email or phone:
        Contact.objects.create(
            organisation=row, name="Max Lind", email=email, phone=phone, created_at=NOW
        )
    return row


def test_a_clean_register_suggests_nothing(w: World) -> None:
    twin(w, "Torsdagsgruppen")
    home("Klubbhuset Strimman", "max@strimman.example")
    assert found(w) == []


def test_organisations_by_name_domain_and_phone(w: World) -> None:
    Contact.objects.filter(pk=w.contact.pk).update(phone="+46701740605")
    home("Vägval-Fri")
    home("Kansliet", "max@vagval.example")
    home("Växeln", "max@strimman.example", "+46701740605")
    first = "Föreningen Vägval Fri"
    assert found(w) == [
        ("organisation", first, "Vägval-Fri", ["name"]),
        ("organisation", first, "Kansliet", ["domain"]),
        ("organisation", first, "Växeln", ["phone"]),
    ]


def test_a_domain_that_many_share_or_anybody_has_says_nothing(w: World) -> None:
    for number in range(4):
        home(f"Enhet {number}", f"e{number}@kommun.example")
    home("Ena", "a@gmail.com")
    home("Andra sidan", "b@gmail.com")
    assert found(w) == []


def test_groups_and_contacts_within_their_organisation_only(w: World) -> None:
    twin(w)
    other = home("Klubbhuset Strimman")
    Group.objects.create(organisation=other, alias="Tisdagsgruppen", created_at=NOW)
    Contact.objects.create(
        organisation=w.organisation, name="LO  BERG", email="lo@annan.example", created_at=NOW
    )
    Contact.objects.create(organisation=other, name="Lo Berg", created_at=NOW)
    assert found(w) == [
        ("group", "Tisdagsgruppen", "Tisdagsgrupen", ["name"]),
        ("contact", "Lo Berg", "LO  BERG", ["name"]),
    ]


def test_archived_ones_and_those_told_apart_are_not_suggested(w: World, page: Client) -> None:
    other = twin(w)
    Group.objects.filter(pk=other.pk).update(archived_at=NOW)
    assert found(w) == []
    Group.objects.filter(pk=other.pk).update(archived_at=None)
    address = reverse("partners:duplicate_apart", args=["group", other.pk, w.group.pk])
    assert page.post(address).status_code == 303
    assert found(w) == []
    assert NotSame.objects.count() == 1


def test_a_host_and_a_manager_are_shown_none(w: World) -> None:
    for user in (w.manager, w.other_host.user):
        client = Client()
        client.force_login(user)
        assert client.get(reverse("partners:duplicates")).status_code == 403
        with pytest.raises(Forbidden):
            duplicates.suggestions(viewer=user)


def test_the_number_of_queries_does_not_grow(
    w: World, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(40):
        home(f"Vägval Fri {number}", f"a{number}@gmail.com")
    with django_assert_num_queries(5):
        duplicates.suggestions(viewer=w.socionom)


def test_merged_field_by_field_on_the_page_and_undone(w: World, page: Client) -> None:
    other = twin(w)
    Group.objects.filter(pk=other.pk).update(fika=False)
    listed = page.get(reverse("partners:duplicates")).content.decode()
    assert "1 par att titta på" in listed
    address = reverse("partners:duplicate", args=["group", w.group.pk, other.pk])
    assert address in listed
    html = page.get(address).content.decode()
    assert 'name="field_alias"' in html
    assert 'name="field_two_hosts"' not in html
    done = page.post(address, {"keep": "second", "field_alias": "first", "field_fika": "second"})
    assert (done.status_code, done["Location"]) == (303, reverse("group", args=[other.pk]))
    kept = Group.objects.get()
    assert (kept.pk, kept.alias, kept.fika) == (other.pk, "Tisdagsgruppen", False)
    assert list(w.contact.groups.all()) == [kept]
    undo = reverse("partners:merge_undo", args=[MergeRecord.objects.get().pk])
    assert undo in page.get(reverse("partners:duplicates")).content.decode()
    assert page.post(undo).status_code == 303
    assert set(Group.objects.values_list("alias", flat=True)) == {"Tisdagsgruppen", other.alias}
    assert page.post(undo).status_code == 404


def test_a_refused_merge_keeps_the_choices(w: World, page: Client) -> None:
    other = Contact.objects.create(
        organisation=w.organisation, name="Lo Berg", phone="+46701740605", channel="phone",
        created_at=NOW,
    )  # fmt: skip
    address = reverse("partners:duplicate", args=["contact", w.contact.pk, other.pk])
    # Mail as the way to be reached, and no address: refused.
    answer = page.post(address, {"keep": "first", "field_email": "second"})
    assert answer.status_code == 422
    assert 'id="field_email_second"\n        checked' in answer.content.decode()
    assert Contact.objects.count() == 2


def test_what_is_not_there_is_missing(w: World, page: Client) -> None:
    for kind, second in (("group", 9999), ("group", w.group.pk), ("user", 9999)):
        address = reverse("partners:duplicate", args=[kind, w.group.pk, second])
        assert page.get(address).status_code == 404


def test_all_of_it_by_api(w: World) -> None:
    api, other = Api(w.socionom), twin(w)
    assert api.get("/duplicates").json() == {
        "items": [
            {"kind": "group", "first": w.group.pk, "second": other.pk,
             "first_name": "Tisdagsgruppen", "second_name": "Tisdagsgrupen", "reasons": ["name"]}
        ],
        "count": 1,
    }  # fmt: skip
    body = {"kind": "group", "kept": other.pk, "gone": w.group.pk, "from_gone": ["alias"]}
    made = api.post("/merges", body)
    assert made.status_code == 201
    assert (made.json()["kept"], made.json()["gone"]) == (other.pk, w.group.pk)
    assert api.get("/merges").json()["count"] == 1
    undone = api.post(f"/merges/{made.json()['id']}/undo")
    assert undone.json()["undone_at"] is not None
    assert Group.objects.count() == 2
    refused(api.post(f"/merges/{made.json()['id']}/undo"), 404, "not_found")
    apart = {"kind": "group", "first": w.group.pk, "second": other.pk}
    assert api.post("/duplicates/not-same", apart).status_code == 204
    assert api.get("/duplicates").json()["count"] == 0


def test_nobody_but_planners_by_api(w: World) -> None:
    api, other = Api(w.manager), twin(w)
    refused(api.get("/duplicates"), 403, "forbidden")
    refused(api.get("/merges"), 403, "forbidden")
    body = {"kind": "group", "kept": other.pk, "gone": w.group.pk}
    refused(api.post("/merges", body), 403, "forbidden")
    assert Group.objects.count() == 2
