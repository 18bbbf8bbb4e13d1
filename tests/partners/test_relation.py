"""The relation and the network: what is stored, what is refused, and that undo is as if not."""

from datetime import date, timedelta

import pytest

from core import standing_in
from core.errors import Conflict, Forbidden, Invalid, PersonalData
from core.models import AuditEvent, Role, User
from partners.models import (
    AgreedStep,
    Agreement,
    Channel,
    Contact,
    ContactLog,
    Group,
    Organisation,
    StageOverride,
)
from partners.services import archive_organisation, network, relation
from partners.services.network import AgreementDetails, ChannelDetails
from tests.partners.conftest import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
TODAY = NOW.date()
NUMBER = "8" + "11228-" + "9874"  # made up, with a valid check digit


def logged(actor: User, home: Organisation, **more: object) -> ContactLog:
    values: dict[str, object] = {"way": "call", "line": "", **more}
    return relation.log_contact(actor=actor, now=NOW, organisation=home, **values)


def channel(actor: User, home: Organisation, **more: object) -> Channel:
    values: dict[str, object] = {"name": "Områdespolis", "kind": "police", **more}
    contact = values.pop("contact", None)
    return network.save_channel(
        actor=actor, now=NOW, organisation=home, details=ChannelDetails(**values), contact=contact
    )


def test_a_contact_is_one_row_and_its_undo_leaves_none(planner: User, vagval: Organisation) -> None:
    row = logged(planner, vagval, line="  De vill  gärna komma\n igen. ")
    stored = (row.way, row.line, row.at, row.by)
    assert stored == ("call", "De vill gärna komma igen.", NOW, planner)
    relation.undo_contact(actor=planner, now=NOW, entry=row)
    relation.undo_contact(actor=planner, now=NOW, entry=row)
    assert not ContactLog.objects.exists()
    verbs = AuditEvent.objects.order_by("pk").values_list("verb", flat=True)
    assert list(verbs)[-2:] == ["contact.logged", "contact.unlogged"]


def test_a_day_later_or_by_another_it_is_not_undone(
    planner: User, host: User, vagval: Organisation
) -> None:
    row = logged(planner, vagval)
    with pytest.raises(Forbidden):
        relation.undo_contact(actor=host, now=NOW, entry=row)
    with pytest.raises(Conflict):
        relation.undo_contact(actor=planner, now=NOW + timedelta(days=1, seconds=1), entry=row)
    assert ContactLog.objects.count() == 1


def test_a_personal_identity_number_is_never_stored(planner: User, vagval: Organisation) -> None:
    with pytest.raises(PersonalData) as caught:
        logged(planner, vagval, line=f"Ringde om {NUMBER}")
    assert list(caught.value.fields) == ["line"]
    with pytest.raises(PersonalData):
        relation.agree_step(
            actor=planner, now=NOW, organisation=vagval, text=f"Ring {NUMBER}", due=TODAY
        )
    assert not ContactLog.objects.exists()
    assert not AgreedStep.objects.exists()
    assert NUMBER not in str(list(AuditEvent.objects.values_list("data", flat=True)))


def test_hosts_note_contacts_and_the_manager_does_not(
    host: User, manager: User, vagval: Organisation
) -> None:
    logged(host, vagval)
    with pytest.raises(Forbidden):
        logged(manager, vagval)


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"way": "pigeon"}, "way"),
        ({"at": NOW + timedelta(minutes=1)}, "at"),
        ({"at": NOW - timedelta(days=367)}, "at"),
        ({"line": "x" * 201}, "line"),
    ],
)
def test_what_cannot_be_is_told_at_its_field(
    planner: User, vagval: Organisation, more: dict[str, object], field: str
) -> None:
    with pytest.raises(Invalid) as caught:
        logged(planner, vagval, **more)
    assert list(caught.value.fields) == [field]


def test_group_and_channel_must_be_the_organisations_own(planner: User, tuesday: Group) -> None:
    other = Organisation.objects.create(name="Annan", created_at=NOW)
    with pytest.raises(Invalid) as caught:
        logged(planner, other, group=tuesday)
    assert list(caught.value.fields) == ["group"]


def test_nothing_is_noted_about_what_is_archived(planner: User, vagval: Organisation) -> None:
    archive_organisation(actor=planner, now=NOW, organisation=vagval)
    with pytest.raises(Conflict):
        logged(planner, vagval)


def test_a_contact_meets_the_channels_reminder_but_only_one_that_was_due(
    planner: User, vagval: Organisation
) -> None:
    due = channel(planner, vagval, next_contact_on=TODAY)
    later = channel(planner, vagval, name="Växeln", next_contact_on=TODAY + timedelta(days=1))
    for row in (due, later):
        logged(planner, vagval, channel=row)
        row.refresh_from_db()
    assert (due.next_contact_on, later.next_contact_on) == (None, TODAY + timedelta(days=1))


def test_a_stage_by_hand_and_back(planner: User, host: User, vagval: Organisation) -> None:
    row = relation.set_stage(
        actor=planner, now=NOW, organisation=vagval, stage="resting", until=TODAY
    )
    assert (row.counts(TODAY), row.counts(TODAY + timedelta(days=1))) == (True, False)
    relation.set_stage(actor=planner, now=NOW, organisation=vagval, stage="met")
    assert StageOverride.objects.get().stage == "met"
    for refused in ({"stage": "friends"}, {"stage": "met", "until": TODAY - timedelta(days=1)}):
        with pytest.raises(Invalid):
            relation.set_stage(actor=planner, now=NOW, organisation=vagval, **refused)
    with pytest.raises(Forbidden):
        relation.set_stage(actor=host, now=NOW, organisation=vagval, stage="met")
    relation.follow_events(actor=planner, now=NOW, organisation=vagval)
    assert not StageOverride.objects.exists()


def test_a_step_has_an_owner_is_moved_and_done_once(
    planner: User, host: User, manager: User, vagval: Organisation
) -> None:
    step = relation.agree_step(
        actor=planner, now=NOW, organisation=vagval, text="Skicka tider", due=TODAY, owner=host
    )
    with pytest.raises(Forbidden):
        relation.step_done(actor=manager, now=NOW, step=step)
    moved = relation.move_step(actor=host, now=NOW, step=step, due=TODAY + timedelta(days=7))
    assert moved.due == TODAY + timedelta(days=7)
    relation.step_done(actor=host, now=NOW, step=step)
    again = relation.step_done(actor=planner, now=NOW + timedelta(days=1), step=step)
    assert (again.done_at, again.done_by) == (NOW, host)
    with pytest.raises(Conflict):
        relation.move_step(actor=host, now=NOW, step=step, due=TODAY)


@pytest.mark.parametrize("days", [-1, 1200])
def test_a_step_on_an_impossible_day_is_refused(
    planner: User, vagval: Organisation, days: int
) -> None:
    due = TODAY + timedelta(days=days)
    with pytest.raises(Invalid) as caught:
        relation.agree_step(actor=planner, now=NOW, organisation=vagval, text="Ring", due=due)
    assert list(caught.value.fields) == ["due"]


def test_a_channel_keeps_its_number_as_e164_and_its_name_once(
    planner: User, vagval: Organisation
) -> None:
    row = channel(planner, vagval, role_phone="070-174 06 40", at_desk=True)
    assert row.role_phone == "+46701740640"
    with pytest.raises(Invalid) as caught:
        channel(planner, vagval, name="OMRÅDESPOLIS")
    assert caught.value.code == "taken"
    network.archive_channel(actor=planner, now=NOW, channel=row)
    channel(planner, vagval)
    with pytest.raises(Invalid):
        network.restore_channel(actor=planner, now=NOW, channel=row)


def test_a_persons_number_is_no_roles_number(planner: User, kim: Contact) -> None:
    with pytest.raises(Invalid) as caught:
        channel(planner, kim.organisation, role_phone=kim.phone)
    assert list(caught.value.fields) == ["role_phone"]


def test_the_desks_list_holds_role_numbers_of_the_open_and_living_only(
    planner: User, vagval: Organisation
) -> None:
    shown = channel(planner, vagval, role_phone="070-174 06 40", at_desk=True)
    channel(planner, vagval, name="Utan kryss", role_phone="070-174 06 41")
    gone = channel(planner, vagval, name="Borta", role_phone="070-174 06 42", at_desk=True)
    network.archive_channel(actor=planner, now=NOW, channel=gone)
    # The number has become a protected person's after it was put on the list.
    channel(planner, vagval, name="Numera en persons", role_phone="070-174 06 43", at_desk=True)
    Contact.objects.create(
        organisation=vagval, name="Mo", phone="+46701740643", protected=True, created_at=NOW
    )
    secret = Organisation.objects.create(name="Jouren", protected=True, created_at=NOW)
    with pytest.raises(Invalid) as caught:
        channel(planner, secret, role_phone="070-174 06 44", at_desk=True)
    assert list(caught.value.fields) == ["at_desk"]
    Channel.objects.create(
        organisation=secret, name="Ändå", kind="other", role_phone="+46701740645", at_desk=True,
        created_at=NOW,
    )  # fmt: skip
    assert list(Channel.objects.at_desk()) == [shown]


def test_who_answers_for_a_channel_is_the_organisations_own(planner: User, kim: Contact) -> None:
    assert channel(planner, kim.organisation, contact=kim).contact == kim
    other = Organisation.objects.create(name="Annan", created_at=NOW)
    with pytest.raises(Invalid) as caught:
        channel(planner, other, contact=kim)
    assert list(caught.value.fields) == ["contact"]


def test_only_planners_keep_the_network(host: User, manager: User, vagval: Organisation) -> None:
    for one in (host, manager):
        with pytest.raises(Forbidden):
            channel(one, vagval)
        with pytest.raises(Forbidden):
            network.save_agreement(
                actor=one, now=NOW, organisation=vagval,
                details=AgreementDetails(since=TODAY, we_offer="Rum"),
            )  # fmt: skip


def test_an_agreement_is_looked_over_a_year_after_it_began_or_was_looked_over(
    planner: User, vagval: Organisation
) -> None:
    row = network.save_agreement(
        actor=planner, now=NOW, organisation=vagval,
        details=AgreementDetails(since=date(2024, 2, 29), we_offer="Ett rum"),
    )  # fmt: skip
    assert row.review_by == date(2025, 2, 28)
    assert list(Agreement.objects.to_review(TODAY)) == [row]
    row = network.review_agreement(actor=planner, now=NOW, agreement=row)
    assert (row.reviewed_on, row.review_by) == (TODAY, date(2027, 11, 23))
    assert not Agreement.objects.to_review(TODAY).exists()
    row = network.end_agreement(actor=planner, now=NOW, agreement=row)
    assert row.ended_on == TODAY
    with pytest.raises(Conflict):
        network.review_agreement(actor=planner, now=NOW, agreement=row)


def test_an_agreement_says_something(planner: User, vagval: Organisation) -> None:
    with pytest.raises(Invalid) as caught:
        network.save_agreement(
            actor=planner, now=NOW, organisation=vagval,
            details=AgreementDetails(since=TODAY, we_offer="  "),
        )  # fmt: skip
    assert list(caught.value.fields) == ["we_offer"]


def test_a_stand_in_sees_to_the_absent_ones_steps(
    planner: User, host: User, vagval: Organisation
) -> None:
    step = relation.agree_step(actor=planner, now=NOW, organisation=vagval, text="Ring", due=TODAY)
    alex = User.objects.create_user("alex", "alex@svarta.example", role=Role.HOST.value)
    standing_in.go_away(
        actor=planner, now=NOW, person=planner, stand_in=host, first_day=TODAY, last_day=TODAY
    )
    assert relation.may_see_to(step, host, NOW)
    assert not relation.may_see_to(step, alex, NOW)
