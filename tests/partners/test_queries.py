import pytest
from django.contrib.auth.models import AnonymousUser
from pytest_django.fixtures import DjangoAssertNumQueries

from core.errors import Forbidden, Missing
from core.models import User
from partners import queries
from partners.models import Contact, Group, Organisation
from partners.services import (
    ContactDetails,
    GroupDetails,
    OrganisationDetails,
    archive_group,
    save_contact,
    save_group,
    save_organisation,
)
from tests.partners.conftest import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def asa(planner: User) -> Contact:
    home = save_organisation(
        actor=planner, now=NOW, details=OrganisationDetails(name="Ängens förening")
    )
    group = save_group(
        actor=planner, now=NOW, details=GroupDetails(alias="Örnarna"), organisation=home
    )
    details = ContactDetails(
        name="Åsa", email="asa@angen.example", phone="070-174 06 07", protected=True
    )
    return save_contact(actor=planner, now=NOW, details=details, groups=[group])


@pytest.mark.parametrize("q", ["ÄNGENS", "ängens  FÖRENING", "örn", "ÖRNARNA", "åsa", "ÅSA", ""])
def test_search_does_not_mind_case_of_any_letter(host: User, asa: Contact, q: str) -> None:
    assert list(queries.organisations(viewer=host, q=q)) == [asa.organisation]


@pytest.mark.parametrize("q", ["angens", "%", "_", "orn", "Ängens åsen"])
def test_search_finds_only_what_matches(host: User, asa: Contact, q: str) -> None:
    assert not queries.organisations(viewer=host, q=q).exists()


def test_groups_by_alias_or_organisation(host: User, asa: Contact) -> None:
    for q in ("ÖRN", "ÄNGENS", "örn ängens"):
        assert [group.alias for group in queries.groups(viewer=host, q=q)] == ["Örnarna"]


@pytest.mark.parametrize("q", ["asa@angen", "070-174 06 07", "+46 70 174 06 07"])
def test_only_planners_search_mail_and_phone(
    planner: User, host: User, asa: Contact, q: str
) -> None:
    assert list(queries.contacts(viewer=planner, q=q)) == [asa]
    assert not queries.contacts(viewer=host, q=q).exists()


def test_protected_details_are_for_planners(
    planner: User, host: User, asa: Contact, kim: Contact
) -> None:
    assert queries.may_reach(planner, asa)
    assert not queries.may_reach(host, asa)
    assert queries.may_reach(host, kim)


def test_contacts_cannot_be_found_by_a_category(planner: User, kim: Contact) -> None:
    for q in ("own_experience", "Egen erfarenhet"):
        assert not queries.contacts(viewer=planner, q=q).exists()
    with pytest.raises(TypeError):
        queries.contacts(viewer=planner, category="own_experience")  # type: ignore[call-arg]


def test_counts_are_of_active_parts_and_never_multiply(planner: User, kim: Contact) -> None:
    home = kim.organisation
    for name in ("A", "B"):
        save_group(actor=planner, now=NOW, details=GroupDetails(alias=name), organisation=home)
        save_contact(actor=planner, now=NOW, details=ContactDetails(name=name), organisation=home)
    archive_group(actor=planner, now=NOW, group=Group.objects.get(alias="A"))
    (row,) = queries.organisations(viewer=planner)
    assert (vars(row)["group_count"], vars(row)["contact_count"]) == (2, 3)


@pytest.mark.parametrize("rows", [1, 3])
def test_lists_cost_the_same_whatever_their_length(
    planner: User, rows: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(rows):
        home = save_organisation(
            actor=planner, now=NOW, details=OrganisationDetails(name=f"Bron {number}")
        )
        group = save_group(
            actor=planner, now=NOW, details=GroupDetails(alias="A"), organisation=home
        )
        save_contact(actor=planner, now=NOW, details=ContactDetails(name="Kim"), groups=[group])
    with django_assert_num_queries(1):
        list(queries.organisations(viewer=planner, q="bron"))
    with django_assert_num_queries(1):
        assert {g.organisation.kind for g in queries.groups(viewer=planner)} == {"civil_society"}
    with django_assert_num_queries(2):
        found = list(queries.contacts(viewer=planner, q="kim"))
        assert [[g.alias for g in contact.groups.all()] for contact in found] == [["A"]] * rows


def test_nobody_without_an_account_reads(planner: User, kim: Contact) -> None:
    with pytest.raises(Forbidden):
        queries.viewer_of(AnonymousUser())
    planner.is_active = False
    with pytest.raises(Forbidden):
        queries.organisations(viewer=planner)


def test_what_is_not_there_is_missing(planner: User) -> None:
    for find in (
        queries.organisation_by_id,
        queries.organisation_with_parts,
        queries.group_by_id,
        queries.contact_by_id,
    ):
        with pytest.raises(Missing):
            find(viewer=planner, pk=1)
    assert not Organisation.objects.exists()
