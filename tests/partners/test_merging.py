"""Merging: nothing that hung on either is lost, and undo gives the same database."""

from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import models, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import Clash, Conflict, Forbidden, Invalid, Missing
from core.models import AuditEvent, User
from partners import hooks
from partners.models import (
    AgreedStep,
    Agreement,
    AskPage,
    Channel,
    Contact,
    ContactLog,
    Group,
    MergeRecord,
    NotSame,
    Organisation,
    PartnerTask,
    StageOverride,
)
from partners.models.merging import decode, encode
from partners.services.merging import (
    MODELS,
    erase_merges,
    merge,
    not_same,
    relations,
    undo_merge,
)
from scheduling.booking import book, services
from scheduling.feeds import manage
from scheduling.models import (
    Allocation,
    Booking,
    CallTask,
    Feed,
    Interest,
    InterestSignal,
    Invitation,
    Message,
    Resource,
)
from scheduling.states import InvitationState
from tests.factories import NOW, World, at, day, world

pytestmark = pytest.mark.django_db

#: What grows with every change and never goes back, and what is made anew from the other rows:
#: the audit, the record itself, and the calendars' own counters and stored bytes.
GROWS = {
    "core.auditevent",
    "partners.mergerecord",
    "scheduling.feedcalendar",
    "scheduling.feedsegment",
    "scheduling.feedblock",
}
GROWING_FIELDS = {"scheduling.booking": {"feed_sequence", "feed_changed_at"}}


def dump() -> dict[str, list[dict[str, Any]]]:
    """Every row of every table, to the microsecond."""
    found = {}
    for model in apps.get_models(include_auto_created=True):
        label = model._meta.label_lower
        if label in GROWS:
            continue
        fields = [
            field
            for field in model._meta.concrete_fields
            if field.name not in GROWING_FIELDS.get(label, set())
        ]
        if label == "scheduling.feedplace":
            fields = [field for field in fields if field.name not in {"id", "drop_at"}]
        rows = [
            {field.attname: encode(field, getattr(row, field.attname)) for field in fields}
            for row in model._base_manager.all()
        ]
        found[label] = sorted(rows, key=repr)
    return found


@pytest.fixture
def w() -> World:
    return world()


def organisation(name: str = "Vägval Fri förening", **extra: object) -> Organisation:
    return Organisation.objects.create(name=name, created_at=NOW, **extra)


def group(home: Organisation, alias: str = "Tisdagsgänget", **extra: object) -> Group:
    return Group.objects.create(organisation=home, alias=alias, created_at=NOW, **extra)


def contact(
    home: Organisation, name: str, email: str = "", *groups: Group, **extra: Any
) -> Contact:
    row = Contact.objects.create(organisation=home, name=name, email=email, created_at=NOW, **extra)
    row.groups.set(groups)
    return row


def booked(w: World, *groups: Group, **changes: object) -> Booking:
    return book.book(actor=w.socionom, now=NOW, plan=w.plan(groups=groups, **changes))


def test_every_relation_to_a_partner_has_a_rule() -> None:
    without = [
        name
        for model in (*MODELS.values(), Channel)
        for name, _field in relations(model)
        if hooks.merge_rule(name) is None
    ]
    assert without == []


def test_a_relation_without_a_rule_stops_the_merge(
    w: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = group(w.organisation)
    monkeypatch.delitem(hooks._merge_rules, "scheduling.InterestSignal.group")
    with pytest.raises(LookupError, match=r"scheduling\.InterestSignal\.group"):
        merge(actor=w.socionom, now=NOW, kept=w.group, gone=other)
    assert Group.objects.filter(pk=other.pk).exists()


def test_a_row_that_still_hangs_is_never_lost(w: World, monkeypatch: pytest.MonkeyPatch) -> None:
    other = organisation()
    page = AskPage.objects.create(organisation=other, created_at=NOW)
    monkeypatch.setitem(hooks._merge_rules, "partners.AskPage.organisation", lambda _m, _r: None)
    with pytest.raises(RuntimeError, match="took others with it"):
        merge(actor=w.socionom, now=NOW, kept=w.organisation, gone=other)
    assert AskPage.objects.filter(pk=page.pk).exists()


def test_groups_become_one_with_visits_times_and_interests(w: World) -> None:
    other = group(w.organisation, fika=False)
    w.contact.groups.add(other)
    late = contact(w.organisation, "Max Lind", "max@vagval.example", other)
    first = booked(w, w.group)
    second = booked(w, other, start=at(8, 10), end=at(8, 11))
    signal = InterestSignal.objects.create(
        interest=Interest.objects.create(name="Dataspel"), group=other, source="visit", on=day(1)
    )
    made = merge(actor=w.socionom, now=NOW, kept=w.group, gone=other, from_gone=["alias", "fika"])
    w.group.refresh_from_db()
    signal.refresh_from_db()
    assert (w.group.alias, w.group.search, w.group.fika) == (
        "Tisdagsgänget", "tisdagsgänget", False,
    )  # fmt: skip
    assert set(w.group.visits.values_list("pk", flat=True)) == {first.pk, second.pk}
    assert set(w.group.contacts.all()) == {w.contact, late}
    assert signal.group_id == w.group.pk
    taken = Allocation.objects.filter(resource__group=w.group)
    assert set(taken.values_list("booking", flat=True)) == {first.pk, second.pk}
    assert not Resource.objects.filter(group=other.pk).exists()
    assert AuditEvent.objects.filter(verb="group.merged", object_id=w.group.pk).count() == 1
    assert made.gone_id == other.pk
    assert made.gone_name == "Tisdagsgänget"


@pytest.mark.postgres
def test_two_visits_at_the_same_time_stop_it_and_are_named(w: World) -> None:
    other = group(w.organisation)
    contact(w.organisation, "Max Lind", "max@vagval.example", other)
    first = booked(w, w.group)
    second = booked(w, other, room=w.other_room, host=w.other_host)
    before = dump()
    with pytest.raises(Clash) as refused:
        merge(actor=w.socionom, now=NOW, kept=w.group, gone=other)
    assert refused.value.extra == {"bookings": sorted([first.pk, second.pk])}
    assert "1 dec" in refused.value.message
    assert dump() == before


def test_two_old_visits_at_the_same_time_do_not(w: World) -> None:
    other = group(w.organisation)
    contact(w.organisation, "Max Lind", "max@vagval.example", other)
    booked(w, w.group)
    booked(w, other, room=w.other_room, host=w.other_host)
    merge(actor=w.socionom, now=at(2, 10), kept=w.group, gone=other)
    assert w.group.visits.count() == 2


@pytest.mark.postgres
def test_both_groups_at_one_visit_need_one_place(w: World) -> None:
    other = group(w.organisation)
    booking = booked(w, w.group, other)
    made = merge(actor=w.socionom, now=NOW, kept=w.group, gone=other)
    assert list(booking.visit.groups.all()) == [w.group]
    assert booking.allocations.filter(resource__group__isnull=False).count() == 1
    undo_merge(actor=w.socionom, now=NOW, record=made)
    assert set(booking.visit.groups.all()) == {w.group, other}


def test_a_contacts_invitation_keeps_its_identity_its_sender_and_its_feed(w: World) -> None:
    other = contact(w.organisation, "Lo Bergh", "lo.bergh@vagval.example")
    booking = booked(w, w.group)
    row = booking.invitations.get(contact=w.contact)
    feed = manage.for_contact(contact=w.contact, now=NOW)
    token, uid, tag = row.token_fingerprint, row.ical_uid, w.contact.mail_tag
    merge(actor=w.socionom, now=NOW, kept=other, gone=w.contact)
    row.refresh_from_db()
    feed.refresh_from_db()
    assert (row.contact_id, row.ical_uid, row.token_fingerprint) == (other.pk, uid, token)
    assert (row.organiser_tag, row.mail_tag) == (tag, tag)
    assert (feed.contact_id, feed.scope_key) == (other.pk, f"contact:{other.pk}")
    keys = set(booking.places.values_list("scope_key", flat=True))
    assert f"contact:{other.pk}" in keys
    assert f"contact:{w.contact.pk}" not in keys


def test_both_invited_to_a_coming_visit_stops_it(w: World) -> None:
    other = contact(w.organisation, "Lo Bergh", "lo.bergh@vagval.example", w.group)
    booking = booked(w, w.group)
    if not booking.invitations.filter(contact=other).exists():
        services.add_contact(actor=w.socionom, now=NOW, booking=booking, contact_pk=other.pk)
    with pytest.raises(Conflict) as refused:
        merge(actor=w.socionom, now=NOW, kept=w.contact, gone=other)
    assert refused.value.extra == {"bookings": [booking.pk]}


@pytest.mark.postgres
def test_two_invitations_to_a_past_visit_become_one_with_both_histories(w: World) -> None:
    other = contact(w.organisation, "Lo Bergh", "lo.bergh@vagval.example", w.group)
    booking = booked(w, w.group)
    if not booking.invitations.filter(contact=other).exists():
        services.add_contact(actor=w.socionom, now=NOW, booking=booking, contact_pk=other.pk)
    row = booking.invitations.get(contact=other)
    Invitation.objects.filter(pk=row.pk).update(
        state=InvitationState.ACCEPTED.value, answered_at=NOW
    )
    mails = Message.objects.filter(booking=booking).count()
    assert mails == 2
    merge(actor=w.socionom, now=at(3, 10), kept=w.contact, gone=other)
    kept = booking.invitations.get(contact__isnull=False)
    assert (kept.contact_id, kept.state) == (w.contact.pk, "accepted")
    assert kept.messages.count() == mails


@pytest.mark.postgres
def test_organisations_become_one_and_what_both_have_is_folded(w: World) -> None:
    other = organisation(protected=True)
    same = group(other, "tisdagsgruppen")
    new = group(other, "Torsdagsgruppen")
    twin = contact(other, "Lo B", "LO@vagval.example", same, new, phone="+46701740605")
    channel = Channel.objects.create(
        organisation=other, contact=twin, name="Kansliet", kind="other", created_at=NOW
    )
    for home in (w.organisation, other):
        StageOverride.objects.create(organisation=home, stage="met", set_at=NOW)
    log = ContactLog.objects.create(organisation=other, group=same, channel=channel, way="call",
                                    at=NOW)  # fmt: skip
    AgreedStep.objects.create(organisation=other, text="Ring", due=day(1), owner=w.socionom,
                              created_at=NOW)  # fmt: skip
    Agreement.objects.create(organisation=other, we_offer="Studion", since=day(1),
                             review_by=day(1, year=2027), created_at=NOW)  # fmt: skip
    PartnerTask.objects.create(kind="request", organisation=other, contact=twin, due=day(1),
                               created_at=NOW)  # fmt: skip
    before = dump()
    made = merge(actor=w.socionom, now=NOW, kept=w.organisation, gone=other)
    w.organisation.refresh_from_db()
    log.refresh_from_db()
    assert w.organisation.protected
    assert set(w.organisation.groups.all()) == {w.group, new}
    assert list(w.organisation.contacts.all()) == [w.contact]
    assert set(w.contact.groups.all()) == {w.group, new}
    assert (log.organisation, log.group, log.channel) == (w.organisation, w.group, channel)
    assert [w.organisation.steps.count(), w.organisation.agreements.count(),
            w.organisation.tasks.count()] == [1, 1, 1]  # fmt: skip
    assert w.organisation.stage_override.stage == "met"
    undo_merge(actor=w.socionom, now=NOW + timedelta(days=29), record=made)
    assert dump() == before


@pytest.mark.parametrize("which", ["same", "archived", "home", "unknown", "role"])
def test_what_cannot_be_merged_is_refused(w: World, which: str) -> None:
    other = group(organisation() if which == "home" else w.organisation)
    if which == "archived":
        Group.objects.filter(pk=other.pk).update(archived_at=NOW)
    kept = other if which == "same" else w.group
    error = {"same": Invalid, "unknown": Invalid, "role": Forbidden}.get(which, Conflict)
    actor = w.manager if which == "role" else w.socionom
    with pytest.raises(error):
        merge(actor=actor, now=NOW, kept=kept, gone=other,
              from_gone=["pk"] if which == "unknown" else [])  # fmt: skip
    assert not MergeRecord.objects.exists()


def test_undo_is_refused_when_late_twice_or_overtaken(w: World) -> None:
    rows = [group(w.organisation, f"Grupp {number}") for number in range(3)]
    first = merge(actor=w.socionom, now=NOW, kept=rows[0], gone=rows[1], from_gone=["alias"])
    second = merge(actor=w.socionom, now=NOW, kept=w.group, gone=rows[0])
    with pytest.raises(Conflict):
        undo_merge(actor=w.socionom, now=NOW, record=first)
    with pytest.raises(Forbidden):
        undo_merge(actor=w.manager, now=NOW, record=second)
    undo_merge(actor=w.socionom, now=NOW, record=second)
    with pytest.raises(Missing):
        undo_merge(actor=w.socionom, now=NOW, record=second)
    with pytest.raises(Missing):
        undo_merge(actor=w.socionom, now=NOW + timedelta(days=30), record=first)
    second.refresh_from_db()
    assert second.entries == []


@pytest.mark.postgres
def test_undo_says_when_something_newer_is_in_the_way(w: World) -> None:
    other = group(w.organisation)
    made = merge(actor=w.socionom, now=NOW, kept=w.group, gone=other)
    group(w.organisation, other.alias)
    with pytest.raises(Conflict):
        undo_merge(actor=w.socionom, now=NOW, record=made)
    assert not Group.objects.filter(pk=other.pk).exists()


def test_the_record_is_erased_after_30_days(w: World) -> None:
    merge(actor=w.socionom, now=NOW, kept=w.group, gone=group(w.organisation))
    assert erase_merges(now=NOW + timedelta(days=30) - timedelta(seconds=1)) == 0
    assert erase_merges(now=NOW + timedelta(days=30)) == 1


def test_two_that_are_not_the_same_are_remembered_once(w: World) -> None:
    other = group(w.organisation)
    for pair in ((w.group, other), (other, w.group)):
        not_same(actor=w.socionom, now=NOW, one=pair[0], other=pair[1])
    row = NotSame.objects.get()
    assert (row.kind, row.first_id, row.second_id) == ("group", w.group.pk, other.pk)


def test_values_survive_the_ledger_to_the_digit() -> None:
    moment = NOW.replace(microsecond=123456)
    pairs: list[tuple[models.Field[Any, Any], Any]] = [
        (Booking._meta.get_field("start"), moment),
        (Message._meta.get_field("raw"), b"\x00\xff"),
        (Group._meta.get_field("languages"), ["så", None]),
        (Group._meta.get_field("preferred_time"), moment.time()),
        (AgreedStep._meta.get_field("due"), day(1)),
        (Group._meta.get_field("fika"), False),
        (Contact._meta.get_field("archived_at"), None),
    ]
    for field, value in pairs:
        assert decode(field, encode(field, value)) == value


# Each number is a decision of the world below; whatever they are, the two laws hold.
@pytest.mark.large
@pytest.mark.postgres
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    bits=st.lists(st.integers(0, 3), min_size=10, max_size=10), kind=st.sampled_from(sorted(MODELS))
)
def test_merge_loses_no_row_and_undo_gives_the_same_database(
    db: None, bits: list[int], kind: str
) -> None:
    with transaction.atomic():
        w = world()
        kept, gone = _random_world(w, bits, kind)
        before = dump()
        try:
            with transaction.atomic():
                made = merge(actor=w.socionom, now=NOW, kept=kept, gone=gone)
        except Conflict:
            assert dump() == before
        else:
            _nothing_lost(before, made)
            undo_merge(actor=w.socionom, now=NOW + timedelta(days=1), record=made)
            assert dump() == before
        transaction.set_rollback(True)


#: What may be fewer afterwards: the twins themselves, and pairs that both had.
FOLDED = {
    "partners.organisation", "partners.group", "partners.contact", "partners.channel",
    "partners.contact_groups", "partners.stageoverride", "scheduling.visit_groups",
    "scheduling.resource", "scheduling.allocation", "scheduling.feedplace",
    "scheduling.invitation",
}  # fmt: skip


def _nothing_lost(before: dict[str, list[Any]], made: MergeRecord) -> None:
    for label, rows in dump().items():
        if label not in FOLDED:
            assert len(rows) == len(before[label]), label
    for model, names in ((Group, ("organisation",)), (Invitation, ("contact", "group"))):
        for name in names:
            field = model._meta.get_field(name)
            if field.related_model._meta.model_name == made.kind:
                assert not model._base_manager.filter(**{name: made.gone_id}).exists()


def _random_world(  # noqa: C901 - one line a bit
    w: World, bits: list[int], kind: str
) -> tuple[Any, Any]:
    home = w.organisation if kind != "organisation" else organisation(protected=bits[0] == 3)
    alias = "Tisdagsgruppen" if kind == "organisation" and bits[1] % 2 else "Tisdagsgänget"
    other = group(home, alias)
    mail = "lo@vagval.example" if kind == "organisation" and bits[2] % 2 else "lo2@vagval.example"
    silent = bits[2] == 2
    channel_of_twin = "phone" if silent else "email"
    twin = contact(
        home,
        "Lo Bergh",
        "" if silent else mail,
        other,
        phone="+46701740605",
        channel=channel_of_twin,
    )
    if bits[3] % 2 and home == w.organisation:
        w.contact.groups.add(other)
    if bits[4] % 2:
        booked(w, w.group)
    if bits[4] > 1:
        start = at(1, 10) if bits[5] == 0 else at(8, 10)
        booked(w, other, start=start, end=start + timedelta(hours=1), host=w.other_host,
               room=w.other_room)  # fmt: skip
    if bits[5] == 3:
        booked(w, w.group, other, start=at(9, 10), end=at(9, 11))
    if bits[6] % 2:
        manage.for_contact(contact=twin, now=NOW)
    if bits[6] > 1:
        manage.for_contact(contact=w.contact, now=NOW)
    channel = None
    for number, row in enumerate((w.organisation, home)[: bits[7]]):
        if not Channel.objects.filter(organisation=row).exists():
            channel = Channel.objects.create(
                organisation=row,
                contact=(w.contact, twin)[number],
                name="Kansliet",
                kind="other",
                created_at=NOW,
            )
    own = channel if channel and channel.organisation == home else None
    ContactLog.objects.create(organisation=home, group=other, way="call", at=NOW, channel=own)
    PartnerTask.objects.create(kind="request", organisation=home, group=other, contact=twin,
                               due=day(1), created_at=NOW)  # fmt: skip
    if bits[8] % 2:
        for row in {w.organisation, home}:
            StageOverride.objects.create(organisation=row, stage="met", set_at=NOW)
            AskPage.objects.create(organisation=row, created_at=NOW)
    pairs = {"organisation": (w.organisation, home), "group": (w.group, other),
             "contact": (w.contact, twin)}  # fmt: skip
    one, two = pairs[kind]
    return (one, two) if bits[9] % 2 else (two, one)


def test_an_open_call_is_made_once(w: World) -> None:
    Contact.objects.filter(pk=w.contact.pk).update(email="", channel="phone")
    other = contact(w.organisation, "Lo Bergh", "", w.group, phone="+46701740605", channel="phone")
    booking = booked(w, w.group)
    if not booking.invitations.filter(contact=other).exists():
        services.add_contact(actor=w.socionom, now=NOW, booking=booking, contact_pk=other.pk)
    assert CallTask.objects.filter(done_at=None).count() == 2
    merge(actor=w.socionom, now=at(3, 10), kept=w.contact, gone=other)
    assert CallTask.objects.count() == 2
    assert CallTask.objects.filter(done_at=None).count() == 1
    assert Feed.objects.count() == 0


def test_a_planner_alone_merges(w: World, django_user_model: type[User]) -> None:
    with pytest.raises(Forbidden):
        not_same(actor=w.manager, now=NOW, one=w.group, other=group(w.organisation))
