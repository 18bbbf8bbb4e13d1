"""The register's pages: each success with its refusals."""

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from core.errors import Conflict
from core.models import AuditEvent, User
from partners import hooks
from partners.models import Contact, Group, Organisation
from tests.factories import NOW, World, world

pytestmark = pytest.mark.django_db

ORGANISATION = {"name": "Klubbhuset Strimman", "kind": "civil_society", "notes": "Två rader."}
GROUP = {
    "alias": "Torsdagsgruppen",
    "size_band": "4-6",
    "category": "other",
    "preferred_weekday": "3",
    "preferred_time": "10:00",
    "languages": "svenska, arabiska",
    "access_needs": ["wheelchair"],
    "fika": "on",
}
CONTACT = {"name": "Mo Lind", "phone": "070-174 06 10", "language": "sv", "channel": "phone"}
HUGE = 10**25


@pytest.fixture
def here() -> World:
    return world()


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def page(here: World) -> Client:
    """The planner's browser."""
    return signed_in(here.socionom)


@pytest.fixture(params=["manager", "host"])
def reader(request: pytest.FixtureRequest, here: World) -> Client:
    return signed_in(here.manager if request.param == "manager" else here.other_host.user)


def to(name: str, *args: int) -> str:
    return reverse(f"partners:{name}", args=args)


def form_addresses(here: World) -> dict[str, dict[str, object]]:
    return {
        to("organisation_create"): dict(ORGANISATION),
        to("organisation_edit", here.organisation.pk): {**ORGANISATION, "name": "Vägval Ny"},
        to("group_create", here.organisation.pk): dict(GROUP),
        to("group_edit", here.group.pk): {**GROUP, "alias": "Fredagsgruppen"},
        to("contact_create", here.organisation.pk): dict(CONTACT),
        to("contact_edit", here.contact.pk): {**CONTACT, "name": "Lo Ny"},
    }


def acts(here: World) -> list[str]:
    return [
        to(f"{kind}_{verb}", row.pk)
        for kind, row in (
            ("organisation", here.organisation),
            ("group", here.group),
            ("contact", here.contact),
        )
        for verb in ("archive", "restore")
    ]


# --- Who may --------------------------------------------------------------------------------------


def test_readers_read(here: World, reader: Client) -> None:
    for address in (
        to("organisation_list"),
        to("group_list"),
        to("organisation_detail", here.organisation.pk),
    ):
        answer = reader.get(address)
        assert answer.status_code == 200
        assert "Ny organisation" not in answer.text
        assert "/andra" not in answer.text


def test_readers_do_not_write(here: World, reader: Client) -> None:
    for address, data in form_addresses(here).items():
        assert reader.get(address).status_code == 403
        assert reader.post(address, data).status_code == 403
    for address in acts(here):
        assert reader.post(address).status_code == 403
    assert AuditEvent.objects.count() == 0


def test_strangers_are_asked_to_log_in(here: World, client: Client) -> None:
    lists = [to("organisation_list"), to("group_list")]
    for address in [*lists, *form_addresses(here), to("organisation_detail", here.organisation.pk)]:
        answer = client.get(address)
        assert answer.status_code == 302
        assert reverse("account_login") in answer.headers["location"]
    for address in acts(here):
        assert client.post(address).status_code == 302
    assert Organisation.objects.filter(archived_at=None).exists()


def test_an_act_is_no_link(here: World, page: Client) -> None:
    for address in acts(here):
        assert page.get(address).status_code == 405


@pytest.mark.parametrize("pk", [999_999, HUGE])
def test_what_is_not_there_is_missing(pk: int, page: Client) -> None:
    for name in (
        "organisation_detail",
        "organisation_edit",
        "group_create",
        "contact_create",
        "group_edit",
        "contact_edit",
    ):
        assert page.get(to(name, pk)).status_code == 404
    assert page.post(to("organisation_archive", pk)).status_code == 404


# --- Lists ----------------------------------------------------------------------------------------


def test_the_lists_search_and_count(here: World, page: Client) -> None:
    Organisation.objects.create(name="Strimman", created_at=NOW)
    answer = page.get(to("organisation_list"))
    assert "2 organisationer" in answer.text
    answer = page.get(to("organisation_list"), {"q": "VÄGVAL"})
    assert "1 organisation" in answer.text
    assert "Strimman" not in answer.text
    assert 'value="VÄGVAL"' in answer.text
    answer = page.get(to("group_list"), {"q": "tisdag"})
    assert "1 grupp" in answer.text
    assert reverse("group", args=[here.group.pk]) in answer.text
    assert "Visa alla" in page.get(to("group_list"), {"q": "finns inte"}).text


def test_archived_ones_stand_apart(here: World, page: Client) -> None:
    page.post(to("organisation_archive", here.organisation.pk))
    for name in ("organisation_list", "group_list"):
        assert page.get(to(name)).context["page"].paginator.count == 0
        assert page.get(to(name), {"archived": "1"}).context["page"].paginator.count == 1


@pytest.mark.parametrize(
    "query", [{"q": "\0"}, {"q": "å" * 4000}, {"page": "x"}, {"page": str(HUGE)}, {"page": "-1"}]
)
def test_no_address_breaks_a_list(query: dict[str, str], here: World, page: Client) -> None:
    for name in ("organisation_list", "group_list"):
        assert page.get(to(name), query).status_code == 200


def test_groups_stand_by_alias(here: World, page: Client) -> None:
    for alias in ("Örnarna", "Fikagruppen"):
        Group.objects.create(organisation=here.organisation, alias=alias, created_at=NOW)
    shown = [row.alias for row in page.get(to("group_list")).context["page"]]
    assert shown == ["Fikagruppen", "Tisdagsgruppen", "Örnarna"]


def test_filters_stay_on_the_next_page(here: World, page: Client) -> None:
    for number in range(55):
        Organisation.objects.create(name=f"Föreningen {number}", created_at=NOW)
    answer = page.get(to("organisation_list"), {"q": "föreningen"})
    assert "56 organisationer" in answer.text
    assert "?q=f%C3%B6reningen&amp;page=2" in answer.text


def _more(number: int) -> None:
    home = Organisation.objects.create(name=f"Förening {number}", created_at=NOW)
    Group.objects.create(organisation=home, alias="Gruppen", created_at=NOW)


@pytest.mark.parametrize("name", ["organisation_list", "group_list"])
def test_a_list_costs_the_same_with_more_rows(
    name: str, here: World, page: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(4):  # session, user, count, rows
        page.get(to(name))
    _more(1)
    _more(2)
    with django_assert_num_queries(4):
        assert page.get(to(name)).context["page"].paginator.count == 3


def test_a_detail_costs_the_same_with_more_parts(
    here: World, page: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    address = to("organisation_detail", here.organisation.pk)
    # Session, user, organisation, groups, contacts, theirs; thirteen more for the relation.
    with django_assert_num_queries(19):
        page.get(address)
    for number in range(2):
        group = Group.objects.create(
            organisation=here.organisation, alias=f"Grupp {number}", created_at=NOW
        )
        person = Contact.objects.create(
            organisation=here.organisation, name=f"Mo {number}", created_at=NOW
        )
        person.groups.add(group)
    with django_assert_num_queries(19):
        assert len(page.get(address).context["contacts"]) == 3


# --- One organisation -----------------------------------------------------------------------------


def test_the_page_of_an_organisation(here: World, page: Client) -> None:
    Contact.objects.update(phone="+46701740605")
    Group.objects.update(languages=["finska"], access_needs=["dog"], category="probation")
    text = page.get(to("organisation_detail", here.organisation.pk)).text
    assert 'href="tel:+46701740605"' in text
    assert "070-174 06 05" in text
    assert f"mailto:{here.contact.email}" in text
    assert reverse("group", args=[here.group.pk]) in text
    for word in ("finska", "Hund", "Frivård"):
        assert word in text


def test_what_a_reader_does_not_see(here: World, page: Client, reader: Client) -> None:
    Contact.objects.update(phone="+46701740605", protected=True)
    Group.objects.update(category="probation")
    address = to("organisation_detail", here.organisation.pk)
    text = reader.get(address).text
    assert "Skyddade uppgifter" in text
    for secret in ("+46701740605", "070-174", here.contact.email, "Frivård"):
        assert secret not in text
        assert secret not in reader.get(to("group_list")).text
    assert here.contact.email in page.get(address).text


# --- Forms ----------------------------------------------------------------------------------------


def test_a_new_organisation_group_and_contact(here: World, page: Client) -> None:
    answer = page.post(to("organisation_create"), ORGANISATION)
    row = Organisation.objects.get(name="Klubbhuset Strimman")
    assert answer.status_code == 303
    assert answer.headers["location"] == to("organisation_detail", row.pk)
    assert page.post(to("group_create", row.pk), GROUP).status_code == 303
    group = row.groups.get()
    assert group.languages == ["svenska", "arabiska"]
    assert group.preferred_weekday == 3
    person = {**CONTACT, "groups": [group.pk]}
    assert page.post(to("contact_create", row.pk), person).status_code == 303
    contact = row.contacts.get()
    assert contact.phone == "+46701740610"
    assert list(contact.groups.all()) == [group]
    page_after = page.get(to("organisation_detail", row.pk))
    assert "tors" in page_after.text
    assert [m.level_tag for m in get_messages(page_after.wsgi_request)] == ["success"] * 3


def test_forms_open_filled_and_save(here: World, page: Client) -> None:
    for address, data in form_addresses(here).items():
        assert page.get(address).status_code == 200
        assert page.post(address, data).status_code == 303, address
    here.group.refresh_from_db()
    assert here.group.alias == "Fredagsgruppen"
    text = page.get(to("group_edit", here.group.pk)).text
    assert 'value="Fredagsgruppen"' in text
    assert 'value="svenska, arabiska"' in text


def test_an_unchanged_form_changes_nothing(here: World, page: Client) -> None:
    Contact.objects.update(phone="+46701740605")
    for name, pk in (("group_edit", here.group.pk), ("contact_edit", here.contact.pk)):
        form = page.get(to(name, pk)).context["form"]
        shown = {field.html_name: field.value() for field in form}
        sent = {key: value for key, value in shown.items() if value not in (None, False)}
        assert page.post(to(name, pk), sent).status_code == 303
    assert AuditEvent.objects.count() == 0


def test_everything_wrong_is_said_at_once_and_nothing_is_lost(here: World, page: Client) -> None:
    wrong = {**CONTACT, "name": "", "phone": "12", "role": "samordnare", "email": "lo@"}
    answer = page.post(to("contact_create", here.organisation.pk), wrong)
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"name", "phone", "email"}
    assert 'href="#id_name"' in answer.text
    for typed in ("samordnare", "lo@", 'value="12"'):
        assert typed in answer.text
    assert Contact.objects.count() == 1


def test_a_taken_name_is_said_at_its_field(here: World, page: Client) -> None:
    taken = {**ORGANISATION, "name": here.organisation.name.lower()}
    answer = page.post(to("organisation_create"), taken)
    assert answer.status_code == 422
    assert "name" in answer.context["form"].errors
    assert "Två rader." in answer.text


def test_a_personal_number_is_refused(here: World, page: Client) -> None:
    answer = page.post(to("organisation_create"), {**ORGANISATION, "notes": "Kim 19121212-1212"})
    assert answer.status_code == 422
    assert "notes" in answer.context["form"].errors
    assert Organisation.objects.count() == 1


def test_an_archived_one_is_not_changed(here: World, page: Client) -> None:
    page.post(to("group_archive", here.group.pk))
    answer = page.post(to("group_edit", here.group.pk), GROUP)
    assert answer.status_code == 422
    assert "arkiverat" in answer.text
    assert "Torsdagsgruppen" in answer.text


@pytest.mark.large
@pytest.mark.parametrize("odd", ["\0", "x" * 9000, str(HUGE), "-1", "٣", "19121212-1212"])
def test_no_value_of_any_field_breaks_a_form(odd: str, here: World, page: Client) -> None:
    for address, data in form_addresses(here).items():
        for field in [*page.get(address).context["form"].fields]:
            answer = page.post(address, {**data, field: odd})
            assert answer.status_code in {303, 422}, (address, field)


def test_a_group_of_another_organisation_cannot_be_chosen(here: World, page: Client) -> None:
    other = Organisation.objects.create(name="Strimman", created_at=NOW)
    foreign = Group.objects.create(organisation=other, alias="Gruppen", created_at=NOW)
    answer = page.post(
        to("contact_create", here.organisation.pk), {**CONTACT, "groups": [foreign.pk]}
    )
    assert answer.status_code == 422
    assert "groups" in answer.context["form"].errors


# --- Archive --------------------------------------------------------------------------------------


def test_archived_and_taken_back(here: World, page: Client) -> None:
    home = to("organisation_detail", here.organisation.pk)
    for kind, row in (
        ("organisation", here.organisation),
        ("group", here.group),
        ("contact", here.contact),
    ):
        answer = page.post(to(f"{kind}_archive", row.pk))
        assert (answer.status_code, answer.headers["location"]) == (303, home)
        row.refresh_from_db()
        assert row.archived_at is not None
        assert to(f"{kind}_restore", row.pk) in page.get(home).text
        assert page.post(to(f"{kind}_restore", row.pk)).status_code == 303
        row.refresh_from_db()
        assert row.archived_at is None


def test_why_it_cannot_be_taken_back(here: World, page: Client) -> None:
    page.post(to("organisation_archive", here.organisation.pk))
    answer = page.post(to("group_restore", here.group.pk))
    assert answer.status_code == 409
    assert "Ta tillbaka den först" in answer.text
    Organisation.objects.create(name=here.organisation.name, created_at=NOW)
    answer = page.post(to("organisation_restore", here.organisation.pk))
    assert answer.status_code == 422
    assert "Det finns redan en organisation" in answer.text


def test_why_it_cannot_be_archived(
    here: World, page: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(change: hooks.Change[Group]) -> None:
        raise Conflict("Gruppen har ett besök.")

    monkeypatch.setattr(hooks, "_group_listeners", [refuse])
    answer = page.post(to("group_archive", here.group.pk))
    assert answer.status_code == 409
    assert "Gruppen har ett besök." in answer.text
    here.group.refresh_from_db()
    assert here.group.archived_at is None
