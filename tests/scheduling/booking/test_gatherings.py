"""Meetings and training sessions: through the one door, guarded, told, taken back."""

from datetime import UTC, datetime, timedelta

import pytest
from icalendar import Calendar
from pytest_django import Settings as SettingsWrapper

from core.errors import Clash, Forbidden, IllegalTransition, Invalid, PersonalData, Stale
from partners.models import Channel, ChannelKind, Contact, ContactLog
from scheduling.booking import gathering_more, gatherings, reminders, services
from scheduling.booking.gathering_plan import GatheringPlan
from scheduling.models import Allocation, Booking, FeedPlace, Invitation, Message
from scheduling.states import (
    AnswerChannel,
    BookingKind,
    InvitationState,
    MessageKind,
    MessageState,
    ProposalState,
    VisitState,
)
from tests import factories
from tests.factories import NOW, World, at

pytestmark = pytest.mark.django_db
NUMBER = "8" + "11228-" + "9874"


@pytest.fixture
def w() -> World:
    """Robin has his bookings by mail, Sam reads a feed."""
    made = factories.world()
    made.other_host.user.calendar_invitations = True
    made.other_host.user.save()
    return made


@pytest.fixture
def channel(w: World) -> Channel:
    """The contact's organisation as one to call."""
    return Channel.objects.create(
        organisation=w.organisation,
        contact=w.contact,
        name="Områdespolisen",
        kind=ChannelKind.POLICE.value,
        created_at=NOW,
    )


def plan(w: World, **changes: object) -> GatheringPlan:
    """Friday 4 December 2026 14–15 in the room, with both colleagues and the contact."""
    values: dict[str, object] = {
        "title": "Samverkan med polisen",
        "start": at(4, 14),
        "end": at(4, 15),
        "hosts": (w.host, w.other_host),
        "contacts": (w.contact,),
        "room": w.room,
        **changes,
    }
    return GatheringPlan(**values)  # type: ignore[arg-type]


def book(w: World, **changes: object) -> Booking:
    return gatherings.book_gathering(actor=w.socionom, now=NOW, plan=plan(w, **changes))


def sent(booking: Booking) -> None:
    Message.objects.filter(booking=booking, state=MessageState.WAITING.value).update(
        state=MessageState.SENT.value, sent_at=NOW
    )


def mails(booking: Booking, name: str) -> list[Message]:
    rows = booking.messages.exclude(state=MessageState.SUPERSEDED.value)
    return [row for row in rows.order_by("pk") if row.invitation.name == name]


def partner(booking: Booking) -> Invitation:
    return booking.invitations.get(contact__isnull=False)


def test_a_meeting_takes_its_room_and_colleagues_and_invites_everybody(w: World) -> None:
    booking = book(w)
    assert (booking.kind, booking.status) == (BookingKind.MEETING, VisitState.CONFIRMED)
    assert Allocation.objects.filter(booking=booking).count() == 3
    assert [row.invitation.name for row in booking.messages.order_by("pk")] == ["Lo Berg", "Robin"]
    for row in booking.messages.all():
        assert row.calendar is not None
        event = Calendar.from_ical(bytes(row.calendar)).walk("VEVENT")[0]
        assert event["SUMMARY"] in {"Möte med biblioteket", "Möte"}
        shown = f"{row.subject} {row.text} {bytes(row.calendar).decode()}"
        assert "polis" not in shown.lower()
        assert "Vägval" not in shown


def test_a_meeting_guards_against_visits_and_visits_against_it(w: World) -> None:
    book(w)
    with pytest.raises(Clash):
        services.book(
            actor=w.socionom, now=NOW, plan=w.plan(start=at(4, 14, 30), end=at(4, 15, 30))
        )
    services.book(actor=w.socionom, now=NOW, plan=w.plan())
    with pytest.raises(Clash) as caught:
        book(w, start=at(1, 11), end=at(1, 12))
    assert "Studion" in caught.value.message
    assert Booking.objects.gatherings().count() == 1


def test_travel_blocks_the_colleagues(w: World) -> None:
    book(w, room=None, place="Polishuset", travel_minutes=30, contacts=())
    with pytest.raises(Clash):
        book(w, room=w.other_room, start=at(4, 15, 15), end=at(4, 16), contacts=())
    book(w, room=w.other_room, start=at(4, 15, 30), end=at(4, 16), contacts=())


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": " "}, "title"),
        ({"hosts": ()}, "hosts"),
        ({"room": None}, "room"),
        ({"place": "Torget"}, "place"),
        ({"end": at(4, 14)}, "end"),
        ({"end": at(5, 15)}, "end"),
        ({"start": at(1, 9, month=6), "end": at(1, 10, month=6)}, "start"),
        ({"travel_minutes": 241}, "travel_minutes"),
    ],
)
def test_what_cannot_be_booked_is_told_at_its_field(
    w: World, changes: dict[str, object], field: str
) -> None:
    with pytest.raises(Invalid) as caught:
        book(w, **changes)
    assert field in caught.value.fields
    assert not Booking.objects.exists()


def test_only_planners_and_nothing_personal(w: World) -> None:
    with pytest.raises(Forbidden):
        gatherings.book_gathering(actor=w.other_host.user, now=NOW, plan=plan(w))
    for name in ("title", "greeting"):
        with pytest.raises(PersonalData):
            book(w, **{name: f"Om {NUMBER}"})
    w.organisation.protected = True
    w.organisation.save()
    with pytest.raises(Invalid):
        book(w, contacts=(Contact.objects.get(pk=w.contact.pk),), room=None, place="Gatan 1")


def test_the_preview_is_what_is_sent_and_books_nothing(w: World) -> None:
    found = gathering_more.preview(actor=w.socionom, now=NOW, plan=plan(w))
    assert not Booking.objects.exists()
    booking = book(w)
    texts = [row.text.splitlines()[:8] for row in booking.messages.order_by("pk")]
    assert [row.text.splitlines()[:8] for row in found] == texts


def test_another_time_asks_all_anew(w: World) -> None:
    booking = book(w)
    sent(booking)
    yes = services.Reply(state=InvitationState.ACCEPTED, channel=AnswerChannel.LINK)
    services.answer(invitation=partner(booking), reply=yes, now=NOW)
    booking.refresh_from_db()
    assert booking.status is VisitState.CONFIRMED
    moved = gatherings.plan_of(booking, start=at(7, 14), end=at(7, 15))
    gatherings.change_gathering(actor=w.socionom, now=NOW, booking=booking, plan=moved)
    assert partner(booking).status is InvitationState.PENDING
    for name in ("Lo Berg", "Robin"):
        last = mails(booking, name)[-1]
        assert (last.kind, last.sequence) == (MessageKind.UPDATE.value, 1)
    assert b"20261207T140000" in bytes(booking.blocks.get(variant="neutral").block)


def test_another_place_tells_and_keeps_the_answers(w: World) -> None:
    booking = book(w)
    sent(booking)
    yes = services.Reply(state=InvitationState.ACCEPTED, channel=AnswerChannel.LINK)
    services.answer(invitation=partner(booking), reply=yes, now=NOW)
    changed = gatherings.plan_of(booking, room=None, place="Medborgarhuset")
    gatherings.change_gathering(actor=w.socionom, now=NOW, booking=booking, plan=changed)
    assert partner(booking).status is InvitationState.ACCEPTED
    assert "Medborgarhuset" in mails(booking, "Lo Berg")[-1].text


def test_the_title_is_ours_and_its_change_tells_nobody(w: World) -> None:
    booking = book(w)
    sent(booking)
    changed = gatherings.plan_of(booking, title="Något annat")
    gatherings.change_gathering(actor=w.socionom, now=NOW, booking=booking, plan=changed)
    assert booking.messages.count() == 2


def test_who_is_added_is_invited_and_who_is_left_out_is_told(w: World) -> None:
    other = Contact.objects.create(
        organisation=w.organisation, name="Nour Ali", email="nour@vagval.example", created_at=NOW
    )
    booking = book(w)
    sent(booking)
    changed = gatherings.plan_of(booking, contacts=(other,), hosts=(w.host,))
    gatherings.change_gathering(actor=w.socionom, now=NOW, booking=booking, plan=changed)
    assert mails(booking, "Nour Ali")[-1].kind == MessageKind.REQUEST.value
    for name in ("Lo Berg", "Robin"):
        last = mails(booking, name)[-1]
        assert last.kind == MessageKind.CANCEL.value
        assert last.calendar is not None
        assert b"STATUS" not in bytes(last.calendar)
    assert Allocation.objects.filter(booking=booking).count() == 2


def test_cancelled_it_is_free_told_and_shown_as_called_off(w: World) -> None:
    booking = book(w)
    sent(booking)
    gatherings.cancel_gathering(actor=w.socionom, now=NOW, booking=booking)
    assert not Allocation.objects.exists()
    for name in ("Lo Berg", "Robin"):
        last = mails(booking, name)[-1]
        assert last.calendar is not None
        assert b"STATUS:CANCELLED" in bytes(last.calendar)
    keys = set(FeedPlace.objects.filter(booking=booking).values_list("scope_key", flat=True))
    assert {f"user:{w.socionom.pk}", f"room:{w.room.pk}", "all"} <= keys
    assert b"CANCELLED" in bytes(booking.blocks.get(variant="neutral").block)
    with pytest.raises(IllegalTransition):
        gatherings.cancel_gathering(actor=w.socionom, now=NOW, booking=booking)


def test_a_stale_page_changes_nothing(w: World) -> None:
    booking = book(w)
    with pytest.raises(Stale):
        gatherings.cancel_gathering(actor=w.socionom, now=NOW, booking=booking, version=7)


def test_undo_takes_each_act_back(w: World, settings: SettingsWrapper) -> None:
    settings.OUTBOX_HOLD_SECONDS = 60
    booking = book(w)
    sent(booking)
    yes = services.Reply(state=InvitationState.ACCEPTED, channel=AnswerChannel.LINK)
    services.answer(invitation=partner(booking), reply=yes, now=NOW)

    def stands() -> tuple[object, ...]:
        row = Booking.objects.get(pk=booking.pk)
        taken = sorted(row.allocations.values_list("resource_id", "start", "end"))
        told = [mail.pk for mail in [*mails(row, "Lo Berg"), *mails(row, "Robin")]]
        states = sorted(row.invitations.values_list("pk", "state"))
        return row.start, row.end, row.state, row.gathering.room_id, taken, told, states

    before = stands()
    changed = gatherings.plan_of(
        booking, start=at(7, 9), end=at(7, 10), room=w.other_room, contacts=(), hosts=(w.host,)
    )
    gatherings.change_gathering(actor=w.socionom, now=NOW, booking=booking, plan=changed)
    assert stands() != before
    services.undo(actor=w.socionom, now=NOW, booking=booking)
    assert stands() == before
    gatherings.cancel_gathering(actor=w.socionom, now=NOW, booking=booking)
    services.undo(actor=w.socionom, now=NOW, booking=booking)
    assert stands() == before


def test_a_booking_taken_back_waits_as_a_draft_that_can_be_sent(
    w: World, settings: SettingsWrapper
) -> None:
    settings.OUTBOX_HOLD_SECONDS = 60
    booking = book(w)
    services.undo(actor=w.socionom, now=NOW, booking=booking)
    booking.refresh_from_db()
    assert booking.status is VisitState.DRAFT
    assert mails(booking, "Lo Berg") == mails(booking, "Robin") == []
    booking = gatherings.send_gathering(actor=w.socionom, now=NOW, booking=booking)
    assert [len(mails(booking, name)) for name in ("Lo Berg", "Robin")] == [1, 1]


def test_a_no_leaves_the_meeting_and_a_wish_can_be_taken_or_declined(w: World) -> None:
    booking = book(w)
    sent(booking)
    no = services.Reply(state=InvitationState.DECLINED, channel=AnswerChannel.MAIL)
    services.answer(invitation=partner(booking), reply=no, now=NOW)
    booking.refresh_from_db()
    assert booking.status is VisitState.CONFIRMED
    wish = services.Wish(start=at(8, 14), end=at(8, 15))
    counter = services.Reply(
        state=InvitationState.COUNTERED, channel=AnswerChannel.MAIL, wishes=(wish,)
    )
    services.answer(invitation=partner(booking), reply=counter, now=NOW)
    proposal = partner(booking).proposals.get(state=ProposalState.OPEN.value)
    assert services.is_free(booking, proposal, NOW)
    moved = services.accept_proposal(actor=w.socionom, now=NOW, proposal=proposal)
    assert moved.start == at(8, 14)
    words = services.Reply(
        state=InvitationState.COUNTERED,
        channel=AnswerChannel.LINK,
        wishes=(services.Wish(text="en eftermiddag"),),
    )
    sent(booking)
    services.answer(invitation=partner(booking), reply=words, now=NOW)
    proposal = partner(booking).proposals.get(state=ProposalState.OPEN.value)
    services.decline_proposal(actor=w.socionom, now=NOW, proposal=proposal)
    assert "står fast" in mails(booking, "Lo Berg")[-1].text


def test_contacts_are_reminded_two_working_days_before(w: World) -> None:
    sent(book(w))
    due = datetime(2026, 12, 2, 9, 0, tzinfo=UTC)
    assert reminders.remind_due(now=due) == 1
    last = Message.objects.order_by("-pk")[0]
    assert (last.kind, last.invitation.name) == (MessageKind.REMINDER.value, "Lo Berg")
    assert "Snart ses vi." in last.text


def test_the_line_afterwards_stands_in_the_channels_log(w: World, channel: Channel) -> None:
    booking = book(w, channel=channel)
    with pytest.raises(IllegalTransition):
        gathering_more.note(actor=w.socionom, now=NOW, booking=booking, line="Bra")
    after = at(4, 16)
    with pytest.raises(PersonalData):
        gathering_more.note(actor=w.socionom, now=after, booking=booking, line=f"Om {NUMBER}")
    gathering_more.note(actor=w.socionom, now=after, booking=booking, line="Vi ses varje kvartal.")
    (entry,) = ContactLog.objects.all()
    assert (entry.channel, entry.way, entry.at) == (channel, "meeting", at(4, 14))
    booking.refresh_from_db()
    assert booking.status is VisitState.HELD
    with pytest.raises(IllegalTransition):
        gathering_more.note(actor=w.socionom, now=after, booking=booking, line="En gång till")


def test_a_meeting_of_our_own_has_no_log_to_write_in(w: World) -> None:
    booking = book(w, contacts=())
    with pytest.raises(IllegalTransition):
        gathering_more.note(actor=w.socionom, now=at(4, 16), booking=booking, line="Bra")
    booking.refresh_from_db()
    assert booking.status is VisitState.CONFIRMED


def test_what_has_been_is_written_down_and_tells_nobody(w: World) -> None:
    past = NOW - timedelta(days=3)
    booking = book(w, start=past, end=past + timedelta(hours=1))
    assert not booking.messages.exists()


def test_the_same_key_books_once(w: World) -> None:
    for _n in range(2):
        booking = gatherings.book_gathering(
            actor=w.socionom, now=NOW, plan=plan(w), idempotency_key="en-gang"
        )
    assert list(Booking.objects.all()) == [booking]
