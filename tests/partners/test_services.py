from collections.abc import Iterator
from dataclasses import replace
from datetime import time, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from core.errors import Conflict, Forbidden, Invalid, Missing, PersonalData
from core.models import AuditEvent, User
from partners import hooks
from partners.models import Contact, Group, Organisation
from partners.services import (
    ContactDetails,
    GroupDetails,
    OrganisationDetails,
    archive_contact,
    archive_group,
    archive_organisation,
    restore_contact,
    restore_group,
    restore_organisation,
    save_contact,
    save_group,
    save_organisation,
)
from tests.partners.conftest import NOW

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def heard() -> Iterator[list[hooks.Change[Any]]]:
    changes: list[hooks.Change[Any]] = []
    lists: list[list[Any]] = [
        hooks._organisation_listeners,
        hooks._group_listeners,
        hooks._contact_listeners,
    ]
    before = [list(listeners) for listeners in lists]
    for listeners in lists:
        listeners[:] = [changes.append]
    yield changes
    for listeners, old in zip(lists, before, strict=True):
        listeners[:] = old


def events() -> list[tuple[str, int]]:
    return list(AuditEvent.objects.values_list("verb", "object_id"))


def test_a_new_organisation_is_tidied_audited_and_told(
    planner: User, heard: list[hooks.Change[Any]]
) -> None:
    details = OrganisationDetails(
        name="  Ängens\u00a0 förening\n", kind="region", address=" Exempelgatan 1 ", notes="a\r\nb"
    )
    row = save_organisation(actor=planner, now=NOW, details=details)
    row.refresh_from_db()
    assert (row.name, row.search) == ("Ängens förening", "ängens förening")
    assert (row.kind, row.address, row.notes) == ("region", "Exempelgatan 1", "a\nb")
    assert events() == [("organisation.created", row.pk)]
    assert [(c.before, c.after) for c in heard] == [(None, row)]


def test_a_change_tells_before_and_after(
    planner: User, vagval: Organisation, heard: list[hooks.Change[Any]]
) -> None:
    details = replace(OrganisationDetails.of(vagval), name="Vägval Två", protected=True)
    save_organisation(actor=planner, now=LATER, details=details, organisation=vagval)
    assert events()[-1] == ("organisation.changed", vagval.pk)
    change = heard[-1]
    assert change.before is not None
    assert (change.before.name, change.after.name) == ("Föreningen Vägval Fri", "Vägval Två")
    assert (change.actor, change.now) == (planner, LATER)
    assert change.fields == {"name", "protected"}


def test_saving_the_same_again_writes_nothing(
    planner: User, vagval: Organisation, kim: Contact, heard: list[hooks.Change[Any]]
) -> None:
    before = events()
    save_organisation(
        actor=planner, now=LATER, details=OrganisationDetails.of(vagval), organisation=vagval
    )
    save_group(
        actor=planner, now=LATER, details=GroupDetails.of(kim.groups.get()), group=kim.groups.get()
    )
    save_contact(actor=planner, now=LATER, details=ContactDetails.of(kim), contact=kim)
    assert (events(), heard) == (before, [])


@pytest.mark.parametrize("name", ["FÖRENINGEN  vägval fri", "föreningen vägval FRI"])
def test_a_name_is_used_once_whatever_its_case(
    planner: User, vagval: Organisation, name: str
) -> None:
    with pytest.raises(Invalid) as caught:
        save_organisation(actor=planner, now=NOW, details=OrganisationDetails(name=name))
    assert caught.value.code == "taken"
    assert caught.value.fields == {"name": "Det finns redan en organisation med det namnet."}
    assert Organisation.objects.count() == 1


def test_a_race_for_a_name_ends_in_the_same_words(
    planner: User, vagval: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("partners.services.organisations.refuse_taken", lambda *_, **__: None)
    with pytest.raises(Invalid) as caught:
        save_organisation(actor=planner, now=NOW, details=OrganisationDetails(name=vagval.name))
    assert caught.value.fields == {"name": "Det finns redan en organisation med det namnet."}
    assert AuditEvent.objects.filter(verb="organisation.created").count() == 1


@pytest.mark.parametrize(
    ("details", "fields"),
    [
        (OrganisationDetails(name=" . "), {"name"}),
        (OrganisationDetails(name="x" * 121), {"name"}),
        (OrganisationDetails(name="A", kind="club"), {"kind"}),
        (OrganisationDetails(name="A", protected=True, address="Gatan 1"), {"address"}),
        (OrganisationDetails(name="", kind="", notes="x" * 2001), {"name", "kind", "notes"}),
    ],
)
def test_every_wrong_field_is_told_at_once(
    planner: User, details: OrganisationDetails, fields: set[str]
) -> None:
    with pytest.raises(Invalid) as caught:
        save_organisation(actor=planner, now=NOW, details=details)
    assert set(caught.value.fields) == fields
    assert not Organisation.objects.exists()


def test_a_personal_identity_number_is_never_stored_nor_repeated(planner: User) -> None:
    details = OrganisationDetails(name="A", notes="Född 811218-9876")
    with pytest.raises(PersonalData) as caught:
        save_organisation(actor=planner, now=NOW, details=details)
    assert set(caught.value.fields) == {"notes"}
    assert "811218" not in repr(caught.value) + repr(caught.value.fields)


def test_only_planners_write(host: User, manager: User, planner: User, kim: Contact) -> None:
    group, home = kim.groups.get(), kim.organisation
    acts: list[Any] = [
        lambda a: save_organisation(actor=a, now=NOW, details=OrganisationDetails(name="B")),
        lambda a: save_group(actor=a, now=NOW, details=GroupDetails(alias="B"), organisation=home),
        lambda a: save_contact(
            actor=a, now=NOW, details=ContactDetails(name="B"), organisation=home
        ),
        lambda a: archive_contact(actor=a, now=NOW, contact=kim),
        lambda a: restore_contact(actor=a, now=NOW, contact=kim),
        lambda a: archive_group(actor=a, now=NOW, group=group),
        lambda a: restore_group(actor=a, now=NOW, group=group),
        lambda a: archive_organisation(actor=a, now=NOW, organisation=home),
        lambda a: restore_organisation(actor=a, now=NOW, organisation=home),
    ]
    for act in acts:
        for nobody in (host, manager):
            with pytest.raises(Forbidden):
                act(nobody)
        act(planner)


def test_a_group_is_tidied(planner: User, vagval: Organisation) -> None:
    details = GroupDetails(
        alias=" Nya  vänner ",
        languages=("svenska, Arabiska", "arabiska", ""),
        access_needs=("dog", "wheelchair", "dog"),
        preferred_weekday=1,
        preferred_time=time(10, 30, 5),
    )
    row = save_group(actor=planner, now=NOW, details=details, organisation=vagval)
    row.refresh_from_db()
    assert row.alias == "Nya vänner"
    assert row.languages == ["svenska", "Arabiska"]
    assert row.access_needs == ["wheelchair", "dog"]
    assert row.preferred_time == time(10, 30)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"alias": ""}, "alias"),
        ({"alias": "TISDAGSGRUPPEN"}, "alias"),
        ({"category": "club"}, "category"),
        ({"size_band": "5-9"}, "size_band"),
        ({"preferred_weekday": 7}, "preferred_weekday"),
        ({"preferred_weekday": -1}, "preferred_weekday"),
        ({"access_needs": ("diagnosis",)}, "access_needs"),
        ({"languages": tuple(f"språk{n}" for n in range(11))}, "languages"),
    ],
)
def test_a_wrong_group_is_refused(
    planner: User, tuesday: Group, changes: dict[str, Any], field: str
) -> None:
    details = replace(GroupDetails(alias="Ny"), **changes)
    with pytest.raises(Invalid) as caught:
        save_group(actor=planner, now=NOW, details=details, organisation=tuesday.organisation)
    assert set(caught.value.fields) == {field}


def test_two_organisations_may_have_a_group_of_one_alias(planner: User, tuesday: Group) -> None:
    other = save_organisation(actor=planner, now=NOW, details=OrganisationDetails(name="B"))
    details = GroupDetails(alias="Tisdagsgruppen")
    save_group(actor=planner, now=NOW, details=details, organisation=other)
    assert Group.objects.count() == 2


@pytest.mark.parametrize(
    "phone",
    ["070-174 06 05", "0701740605", "+46 (0)70 174 06 05", "0046701740605", "Tel: 070–174 06 05"],
)
def test_a_phone_number_is_kept_as_e164(planner: User, vagval: Organisation, phone: str) -> None:
    details = ContactDetails(name="Kim", phone=phone)
    row = save_contact(actor=planner, now=NOW, details=details, organisation=vagval)
    assert (row.phone, row.channel) == ("+46701740605", "phone")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": " "}, "name"),
        ({"email": "kim@"}, "email"),
        ({"email": "KIM@vagval.example"}, "email"),
        ({"phone": "112"}, "phone"),
        ({"phone": "070-174 06 05 ankn 12"}, "phone"),
        ({"phone": "ring Kim"}, "phone"),
        ({"language": "fi"}, "language"),
        ({"channel": "pigeon"}, "channel"),
        ({"channel": "email"}, "email"),
        ({"channel": "sms"}, "phone"),
        ({"role": "född 811218-9876"}, "role"),
    ],
)
def test_a_wrong_contact_is_refused(
    planner: User, kim: Contact, changes: dict[str, Any], field: str
) -> None:
    details = replace(ContactDetails(name="Robin"), **changes)
    with pytest.raises(Invalid) as caught:
        save_contact(actor=planner, now=NOW, details=details, organisation=kim.organisation)
    assert set(caught.value.fields) == {field}
    assert Contact.objects.count() == 1


def test_twins_without_mail_are_refused(planner: User, vagval: Organisation) -> None:
    details = ContactDetails(name="Kim", phone="070-174 06 05")
    save_contact(actor=planner, now=NOW, details=details, organisation=vagval)
    with pytest.raises(Invalid) as caught:
        save_contact(
            actor=planner, now=NOW, details=replace(details, name="KIM"), organisation=vagval
        )
    assert set(caught.value.fields) == {"name"}


def test_a_contact_belongs_to_the_organisation_of_its_groups(planner: User, kim: Contact) -> None:
    other = save_organisation(actor=planner, now=NOW, details=OrganisationDetails(name="B"))
    details = GroupDetails(alias="B")
    theirs = save_group(actor=planner, now=NOW, details=details, organisation=other)
    with pytest.raises(Invalid) as caught:
        save_contact(
            actor=planner, now=NOW, details=ContactDetails.of(kim), contact=kim, groups=[theirs]
        )
    assert set(caught.value.fields) == {"groups"}
    with pytest.raises(Invalid) as caught:
        save_contact(actor=planner, now=NOW, details=ContactDetails(name="Robin"))
    assert set(caught.value.fields) == {"organisation"}


def test_a_change_of_groups_alone_is_told(
    planner: User, kim: Contact, heard: list[hooks.Change[Any]]
) -> None:
    save_contact(actor=planner, now=LATER, details=ContactDetails.of(kim), contact=kim, groups=[])
    assert not kim.groups.exists()
    assert [change.fields for change in heard] == [{"groups"}]
    assert events()[-1] == ("contact.changed", kim.pk)


def test_an_organisation_is_put_aside_with_its_parts_and_taken_back_with_them(
    planner: User, kim: Contact, heard: list[hooks.Change[Any]]
) -> None:
    home = kim.organisation
    gone = save_contact(
        actor=planner, now=NOW, details=ContactDetails(name="Robin"), organisation=home
    )
    archive_contact(actor=planner, now=NOW, contact=gone)
    heard.clear()
    archive_organisation(actor=planner, now=LATER, organisation=home)
    archive_organisation(actor=planner, now=LATER + timedelta(hours=1), organisation=home)
    assert Organisation.objects.get().archived_at == LATER
    assert {g.archived_at for g in Group.objects.all()} == {LATER}
    assert {c.name: c.archived_at for c in Contact.objects.all()} == {"Kim Ek": LATER, "Robin": NOW}
    assert [type(change.after) for change in heard] == [Organisation, Group, Contact]
    assert events()[-1] == ("organisation.archived", home.pk)

    with pytest.raises(Conflict):
        restore_group(actor=planner, now=LATER, group=Group.objects.get())
    with pytest.raises(Conflict):
        restore_contact(actor=planner, now=LATER, contact=gone)
    with pytest.raises(Conflict):
        save_organisation(
            actor=planner, now=LATER, details=OrganisationDetails(name="C"), organisation=home
        )
    restore_organisation(actor=planner, now=LATER, organisation=home)
    restore_organisation(actor=planner, now=LATER, organisation=home)
    assert Organisation.objects.get().archived_at is None
    assert Group.objects.get().archived_at is None
    assert {c.name: c.archived_at for c in Contact.objects.all()} == {"Kim Ek": None, "Robin": NOW}


def test_what_was_put_aside_frees_its_name_until_it_is_taken_back(
    planner: User, kim: Contact
) -> None:
    home, group = kim.organisation, kim.groups.get()
    archive_contact(actor=planner, now=NOW, contact=kim)
    archive_group(actor=planner, now=NOW, group=group)
    details = ContactDetails(name="Robin", email="kim@vagval.example")
    save_contact(actor=planner, now=NOW, details=details, organisation=home)
    save_group(actor=planner, now=NOW, details=GroupDetails.of(group), organisation=home)
    with pytest.raises(Invalid):
        restore_contact(actor=planner, now=NOW, contact=kim)
    with pytest.raises(Invalid):
        restore_group(actor=planner, now=NOW, group=group)
    archive_organisation(actor=planner, now=NOW, organisation=home)
    save_organisation(actor=planner, now=NOW, details=OrganisationDetails.of(home))
    with pytest.raises(Invalid):
        restore_organisation(actor=planner, now=NOW, organisation=home)


def test_a_listener_can_refuse(planner: User, tuesday: Group, heard: list[Any]) -> None:
    def refuse(change: hooks.Change[Group]) -> None:
        raise Conflict("Gruppen har ett bokat besök.")

    hooks._group_listeners[:] = [refuse]
    before = events()
    with pytest.raises(Conflict):
        archive_group(actor=planner, now=NOW, group=tuesday)
    tuesday.refresh_from_db()
    assert (tuesday.archived_at, events()) == (None, before)


def test_a_partner_that_is_gone_is_missing(planner: User, vagval: Organisation) -> None:
    Organisation.objects.all().delete()
    with pytest.raises(Missing):
        archive_organisation(actor=planner, now=NOW, organisation=vagval)


def test_registering_twice_is_registering_once(heard: list[Any]) -> None:
    def listener(change: hooks.Change[Group]) -> None:
        """Nothing."""

    hooks.register_group_changed(listener)
    hooks.register_group_changed(listener)
    assert hooks._group_listeners.count(listener) == 1


def test_the_database_holds_names_apart_by_itself(db: None) -> None:
    Organisation.objects.create(name="Ängen", created_at=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        Organisation.objects.create(name="ÄNGEN", created_at=NOW)
    row = Organisation.objects.get()
    row.name = "Åsen"
    row.save(update_fields=["name"])
    row.refresh_from_db()
    assert row.search == "åsen"
