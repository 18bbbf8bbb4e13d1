"""What stands in the database is what the services would have left there."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import pairwise

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth import authenticate
from django.db import IntegrityError, models, transaction
from django.test import RequestFactory
from django.utils import timezone

from core import screening, tokens
from core.errors import Conflict
from core.models import AuditEvent, User
from partners.models import Contact, Group, Organisation
from scheduling.booking import reminders, services, times
from scheduling.demo import days, plan, seed, table
from scheduling.demo.data import DEMO_PASSWORD
from scheduling.demo.words import NOTES
from scheduling.feeds import blocks
from scheduling.models import (
    Allocation,
    Booking,
    CallTask,
    FeedBlock,
    FeedPlace,
    FollowUp,
    Invitation,
    Message,
    Proposal,
    Resource,
    Visit,
)
from scheduling.outbox import deliver
from scheduling.states import CALLED_OFF, MessageState, VisitState

pytestmark = [pytest.mark.django_db, pytest.mark.postgres, pytest.mark.large]


def morning(day: date) -> datetime:
    return days.at(day, time(8))


def test_no_resource_is_in_two_places(laid_out: date) -> None:
    for resource in Resource.objects.all():
        taken = list(resource.allocations.order_by("start"))
        assert all(one.end <= other.start for one, other in pairwise(taken)), resource
    # What stands takes all that it needs; what was called off takes nothing.
    for booking in Booking.objects.visits().with_visit():
        names = 0 if booking.status in CALLED_OFF else _needed(booking.visit)
        assert booking.allocations.count() == names, booking


def _needed(visit: Visit) -> int:
    return len(visit.hosts) + visit.groups.count() + (visit.room is not None)


def test_the_database_still_refuses_an_overlap(laid_out: date) -> None:
    constraint = Allocation._meta.constraints[0]
    assert constraint.is_in_place(Allocation)  # type: ignore[attr-defined]
    taken = Allocation.objects.select_related("booking").latest("start")
    with pytest.raises(IntegrityError, match="allocation_no_overlap"), transaction.atomic():
        Allocation.objects.create(
            resource=taken.resource, booking=taken.booking, start=taken.start, end=taken.end
        )


def test_no_visit_on_a_closed_day_and_only_before_opening_otherwise(laid_out: date) -> None:
    outside = 0
    for booking in Booking.objects.visits().select_related("library"):
        day = timezone.localdate(booking.start)
        (hours,) = times.hours(booking.library, day, day)
        assert hours.opens is not None, booking
        assert hours.closes is not None
        assert timezone.localtime(booking.end).time() <= hours.closes
        outside += timezone.localtime(booking.start).time() < hours.opens
    assert outside >= 1


def test_edge_cases_are_there(laid_out: date) -> None:
    visits = {
        timezone.localtime(v.start).strftime("%Y-%m-%d"): v
        for v in Booking.objects.visits().with_visit()
    }
    assert visits["2026-12-30"].start.isocalendar().week == 53
    assert days.is_bridge(date(2026, 5, 15))
    assert {"2026-05-15", "2027-01-04", "2026-10-25"} <= visits.keys()
    tight = visits["2026-12-08"].visit
    assert tight.room is not None
    assert (tight.size_band, tight.room.capacity) == ("16-25", 12)
    assert "🌻" in visits["2026-05-07"].title
    assert set("åäö") <= set(visits["2026-05-07"].title.lower())
    same = Booking.objects.visits().filter(start=visits["2026-09-15"].start)
    assert same.count() == 2
    outreach = Booking.objects.get(kind="outreach_visit")
    assert (outreach.visit.room, outreach.visit.place) == (None, "Stortorget, vid fontänen")
    joint = Booking.objects.get(state="draft", invitations__contact__name="Lo Berg")
    assert joint.visit.groups.count() == 2


def test_a_contact_was_replaced_in_the_middle_of_the_circle(laid_out: date) -> None:
    group = Group.objects.get(alias="Skrivarna")
    old, new = group.contacts.order_by("pk")
    assert old.archived_at == new.created_at
    autumn = Booking.objects.filter(visit__groups=group, start__month__gte=9).order_by("start")
    whom = [booking.invitations.get().contact for booking in autumn]
    assert whom == [old] * 3 + [new] * 5
    verbs = AuditEvent.objects.filter(object_id=autumn[4].pk).values_list("verb", flat=True)
    assert "visit.contact_added" in verbs


def test_what_is_due_on_the_day(laid_out: date) -> None:
    now = morning(laid_out)
    open_visits = Booking.objects.visits().filter(state__in=["offered", "confirmed"])
    assert not open_visits.filter(end__lt=now).exists()
    evening = now + timedelta(hours=10)
    assert open_visits.filter(end__lt=evening).count() == 1
    assert CallTask.objects.filter(done_at=None).count() == 1
    wordy, timed = (
        list(invitation.proposals.all())
        for invitation in Invitation.objects.filter(state="countered").order_by("pk")
    )
    assert [(row.state, row.start, bool(row.text)) for row in wordy] == [("open", None, True)]
    assert [services.is_free(row.invitation.booking, row) for row in timed] == [True, True]
    limit = now - timedelta(days=5)
    waiting = Invitation.objects.filter(
        state="pending", booking__state="offered", created_at__lt=limit
    )
    assert waiting.count() == 3


def test_nothing_old_is_left_to_send(laid_out: date) -> None:
    now = morning(laid_out) + timedelta(hours=2)
    assert set(Message.objects.values_list("state", flat=True)) == {MessageState.KEPT.value}
    assert not Message.objects.filter(sent_at__gte=now).exists()
    assert deliver.deliver_due(clock=lambda: now) == 0
    # The reminders of the coming two days are the job's, not the past's.
    assert len(reminders.due(now)) <= 3
    for invitation in Invitation.objects.exclude(messages=None):
        assert invitation.messages.filter(kind="request").count() == 1
    offered = Invitation.objects.filter(booking__state="offered").exclude(contact__email="")
    assert offered.count() == 8
    for invitation in offered:
        assert invitation.messages.get().kind == "request"
        token = tokens.mint("answer", invitation.pk, invitation.token_epoch)
        assert invitation.token_fingerprint == tokens.fingerprint(token)


def test_the_history_is_in_order_and_over(laid_out: date) -> None:
    now = morning(laid_out)
    for booking in Booking.objects.visits():
        events = AuditEvent.objects.filter(object_type="booking", object_id=booking.pk)
        verbs = [event.verb for event in events.order_by("at", "pk")]
        assert verbs[0] in {"visit.booked", "visit.drafted"}
        assert all(event.at < now for event in events)
        assert booking.created_at == events[0].at
        counted = [verb for verb in verbs if verb != "visit.reminded"]
        assert booking.version == len(counted) == booking.feed_sequence + 1
        if booking.status in {VisitState.HELD, VisitState.PARTLY_HELD, VisitState.NONE_CAME}:
            assert verbs[-1] == "visit.followed_up"
            assert booking.follow_ups.get().at >= booking.end
        for one in booking.invitations.exclude(answered_at=None):
            assert one.answered_at is not None
            assert booking.created_at < one.answered_at < booking.start
            assert one.answers.latest("at").state == one.state


def test_a_visit_that_was_laid_out_can_be_moved_and_cancelled(laid_out: date) -> None:
    sam, now = User.objects.get(username="sam"), morning(laid_out)
    booking = Booking.objects.filter(state="offered").exclude(visit__contact__email="")[0]
    moved = services.move(
        actor=sam, now=now, booking=booking, start=booking.start + timedelta(hours=5)
    )
    update = moved.messages.filter(invitation__contact__isnull=False).latest("pk")
    assert (update.kind, update.sequence) == ("update", 1)
    services.cancel(actor=sam, now=now, booking=moved)


def test_the_ten_notes_stand_on_visits(laid_out: date) -> None:
    notes = FollowUp.objects.exclude(note="").select_related("next_booking")
    assert notes.count() == len(NOTES) == 10
    first = notes.get(note__contains="Nästa: Släktforskning 12 jan.")
    assert first.next_booking is not None
    assert timezone.localdate(first.next_booking.start) == date(2027, 1, 12)
    assert first.next_booking.created_at == first.at
    numbers = {note.text[:20]: note.attendance for note in NOTES.values()}
    assert all(row.attendance == numbers[row.note[:20]] for row in notes)


def texts_of_everybody() -> Iterator[tuple[str, str]]:
    """Every free text in the database: (where, text)."""
    skipped = {"password", "search", "block", "raw", "calendar", "digest"}
    identifiers = ("uid", "tag", "fingerprint", "message_id", "digest", "phone", "email")
    for model in (Booking, Visit, FollowUp, Proposal, Organisation, Group, Contact, Message):
        fields = [
            field.name
            for field in model._meta.concrete_fields
            if isinstance(field, models.CharField | models.TextField)
            and field.name not in skipped
            and not any(part in field.name for part in identifiers)
        ]
        for row in model._default_manager.values(*fields):
            for name, text in row.items():
                if text:
                    yield f"{model.__name__}.{name}", text


def test_texts_pass_the_screening(laid_out: date) -> None:
    for where, text in texts_of_everybody():
        assert screening.screen(text).action is not screening.Action.BLOCK, (where, text)


def test_notes_and_steps_name_nobody(laid_out: date) -> None:
    for row in FollowUp.objects.all():
        for text in (row.note, row.next_step, *row.worked, *row.did_not_work):
            assert screening.screen(text).action is screening.Action.ALLOW, text


def test_blocks_are_those_of_the_services(laid_out: date) -> None:
    stored = {
        (block.booking_id, block.variant): (bytes(block.block), block.digest)
        for block in FeedBlock.objects.all()
    }
    assert len(stored) == 4 * Booking.objects.count()
    now = timezone.now()
    # What is due to leave the calendars leaves with a touch as it does with the sweep.
    shown = FeedPlace.objects.exclude(drop_at__lte=now)
    places = set(shown.values_list("booking", "scope_key", "month", "drop_at"))
    for booking in Booking.objects.with_visit():
        rendered = {
            (booking.pk, block.variant): (bytes(block.block), block.digest)
            for block in blocks.render_all(booking)
        }
        assert rendered.items() <= stored.items()
        blocks.touch(booking, now)
    assert set(shown.values_list("booking", "scope_key", "month", "drop_at")) == places
    assert not Booking.objects.filter(feed_changed_at__gt=timezone.now()).exists()


def test_the_demo_accounts_can_log_in_by_name_and_by_mail(
    laid_out: date, rf: RequestFactory
) -> None:
    request = rf.post("/")
    for name, value in (("username", "sam"), ("email", "sam@svarta.example")):
        user = authenticate(request, **{name: value}, password=DEMO_PASSWORD)
        assert user is not None, name
    assert EmailAddress.objects.filter(verified=True, primary=True).count() == 7


def test_a_second_time_is_refused_and_changes_nothing(laid_out: date) -> None:
    before = Booking.objects.count()
    with pytest.raises(Conflict) as caught:
        seed.seed(today=laid_out)
    assert "inget har ändrats" in caught.value.message
    assert Booking.objects.count() == before


def test_the_plan_for_the_day_is_the_table_itself() -> None:
    found = plan.core(date(2026, 11, 23), days.Occupied())
    assert [v.start.date() for v in found] == sorted(row.day for row in table.rows())
