"""Asked once more by itself, once, in working hours; and never too many automatic mails a day."""

from datetime import datetime, timedelta

import pytest
from pytest_django import Settings

from core import audit
from core.errors import IllegalTransition
from core.models import AuditEvent
from scheduling.booking import gatherings, nudge, offers, reminders, services
from scheduling.booking.gathering_plan import GatheringPlan
from scheduling.models import Booking, Message
from scheduling.outbox import enqueue, retry, store, waits
from scheduling.states import AnswerChannel, InvitationState, MessageKind
from tests.factories import NOW, World, at, day, days
from tests.scheduling.outbox.test_deliver import send

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
#: Monday 9 November: five working days after the invitation of Monday the 2nd.
FIVE_DAYS = at(9, 9, month=11)


@pytest.fixture
def booking(w: World) -> Booking:
    """Invited on Monday 2 November to Tuesday 1 December."""
    made = services.book(actor=w.socionom, now=NOW, plan=w.plan())
    assert send() == 1
    return made


def kinds(booking: Booking) -> list[str]:
    return list(booking.messages.order_by("pk").values_list("kind", flat=True))


def test_who_is_silent_is_asked_once_after_five_working_days(booking: Booking) -> None:
    assert nudge.nudge_due(now=FIVE_DAYS - days(3)) == 0
    assert nudge.nudge_due(now=FIVE_DAYS) == 1
    assert nudge.nudge_due(now=FIVE_DAYS + timedelta(hours=1)) == 0
    assert nudge.nudge_due(now=FIVE_DAYS + days(7)) == 0
    asked = booking.messages.get(kind="nudge")
    assert (asked.subject, asked.calendar) == ("Kan ni komma tisdag 1 december kl. 10?", None)
    assert "Det går bra att säga nej också." in asked.text
    event = AuditEvent.objects.get(verb="visit.nudged")
    assert (event.actor, event.via) == (None, "system")


@pytest.mark.parametrize("moment", [at(9, 7, 59, 11), at(9, 17, month=11), at(14, 10, month=11)])
def test_not_at_night_nor_at_weekends(booking: Booking, moment: datetime) -> None:
    assert nudge.nudge_due(now=moment) == 0


@pytest.mark.parametrize("number", [0, 2])
def test_after_how_many_days_is_a_setting(
    booking: Booking, settings: Settings, number: int
) -> None:
    settings.NUDGE_WORKING_DAYS = number
    assert nudge.nudge_due(now=at(4, 9, month=11)) == (1 if number else 0)


def test_the_day_before_an_answer_was_asked_for(w: World) -> None:
    booking = services.book(actor=w.socionom, now=NOW, plan=w.plan(respond_by=day(6, month=11)))
    assert send() == 1
    assert nudge.nudge_due(now=at(4, 9, month=11)) == 0
    assert nudge.nudge_due(now=at(5, 9, month=11)) == 1
    assert "Svara gärna senast fredag 6 november" in booking.messages.get(kind="nudge").text


@pytest.mark.parametrize(
    "state", [InvitationState.ACCEPTED, InvitationState.DECLINED, InvitationState.TENTATIVE]
)
def test_who_has_answered_is_not_asked(booking: Booking, state: InvitationState) -> None:
    answer = services.Reply(state=state, channel=AnswerChannel.LINK)
    services.answer(invitation=booking.invitations.get(), reply=answer, now=NOW)
    assert nudge.nudge_due(now=FIVE_DAYS) == 0


def test_not_after_a_cancellation_nor_while_news_waits(w: World, booking: Booking) -> None:
    services.move(actor=w.socionom, now=FIVE_DAYS, booking=booking, start=at(3, 13))
    assert nudge.nudge_due(now=FIVE_DAYS) == 0
    services.cancel(actor=w.socionom, now=FIVE_DAYS, booking=booking)
    assert nudge.nudge_due(now=FIVE_DAYS + days(7)) == 0


def test_a_new_time_is_asked_about_anew(w: World, booking: Booking) -> None:
    assert nudge.nudge_due(now=FIVE_DAYS) == 1
    services.move(actor=w.socionom, now=FIVE_DAYS, booking=booking, start=at(3, 13))
    assert send(FIVE_DAYS) == 1
    assert nudge.nudge_due(now=FIVE_DAYS + days(6)) == 0
    assert nudge.nudge_due(now=FIVE_DAYS + days(7)) == 1
    assert kinds(booking) == ["request", "nudge", "update", "nudge"]


def test_close_to_the_visit_the_reminder_asks(w: World, booking: Booking) -> None:
    friday = at(27, 9, month=11)
    assert nudge.nudge_due(now=friday) == 0
    assert reminders.remind_due(now=friday) == 1


def test_a_nudge_by_hand_is_the_one(w: World, booking: Booking) -> None:
    nudge.nudge(actor=w.socionom, now=NOW + days(2), booking=booking)
    assert kinds(booking) == ["request", "nudge"]
    assert nudge.nudge_due(now=FIVE_DAYS) == 0


# --- The cap -------------------------------------------------------------------------------------
def automatic(booking: Booking, number: int, now: datetime = NOW) -> None:
    """So many mails that nobody pressed a button for."""
    invitation = booking.invitations.get()
    event = audit.record(now=now, actor=None, via="system", verb="visit.nudged", target=booking)
    for _ in range(number):
        store.message(invitation, kind=MessageKind.NUDGE, event=event, now=now)


def test_what_passes_the_cap_waits_for_the_next_working_day(
    booking: Booking, settings: Settings
) -> None:
    settings.OUTBOX_DAILY_CAP = 2
    friday = at(6, 10, month=11)
    automatic(booking, 3, friday)
    assert send(friday) == 2
    held = Message.objects.get(state="waiting")
    assert (held.fault, held.due_at) == ("capped", at(9, 8, month=11))
    assert send(at(9, 8, month=11)) == 1


def test_a_person_lets_it_go(w: World, booking: Booking, settings: Settings) -> None:
    settings.OUTBOX_DAILY_CAP = 1
    automatic(booking, 2)
    assert send() == 1
    held = Message.objects.get(state="waiting")
    retry.let_go(actor=w.socionom, now=NOW, message=held)
    assert send() == 1
    with pytest.raises(IllegalTransition):
        retry.let_go(actor=w.socionom, now=NOW, message=held)


def test_what_a_colleague_does_is_not_counted(
    w: World, booking: Booking, settings: Settings
) -> None:
    settings.OUTBOX_DAILY_CAP = 1
    automatic(booking, 1)
    assert send() == 1
    for hour in (10, 11, 13):
        services.move(actor=w.socionom, now=NOW, booking=booking, start=at(3, hour))
        assert send() == 1


@pytest.mark.parametrize(("now", "held"), [(at(29, 9, month=11), 1), (at(30, 9, month=11), 0)])
def test_news_of_tomorrow_is_never_held_back(
    booking: Booking, settings: Settings, now: datetime, held: int
) -> None:
    """A visit on 1 December, whose invitation is sent again by itself."""
    settings.OUTBOX_DAILY_CAP = 1
    automatic(booking, 1, now)
    assert send(now) == 1
    event = AuditEvent.objects.latest("pk")
    assert enqueue.repeat(booking.invitations.get(), event=event, now=now) is not None
    assert waits.hold_back(now) == held


def test_no_cap(booking: Booking, settings: Settings) -> None:
    settings.OUTBOX_DAILY_CAP = 0
    automatic(booking, 8)
    assert send() == 8


# --- Words to one contact about several visits ---------------------------------------------------
#: Friday 27 November: Tuesday 1 December is two working days ahead.
FRIDAY = at(27, 9, month=11)


@pytest.fixture
def two(w: World, booking: Booking) -> tuple[Booking, Booking]:
    """Two visits of one contact on the same day."""
    other = services.book(actor=w.socionom, now=NOW, plan=w.plan(start=at(1, 13), end=at(1, 14)))
    assert send() == 1
    return booking, other


def test_two_reminders_to_one_contact_are_one_mail(two: tuple[Booking, Booking]) -> None:
    first, other = two
    assert reminders.remind_due(now=FRIDAY) == 2
    assert reminders.remind_due(now=FRIDAY) == 0
    mail, carried = first.messages.get(kind="reminder"), other.messages.get(kind="reminder")
    assert (mail.subject, carried.carrier, carried.state) == (
        "Vi ses snart, 2 gånger",
        mail,
        "bundled",
    )
    assert (mail.text.count("När: "), mail.text.count("/svar/")) == (2, 3)
    assert send(FRIDAY) == 1
    assert send(FRIDAY + days(1)) == 0
    assert AuditEvent.objects.filter(verb="visit.reminded").count() == 2


def test_two_nudges_to_one_contact_are_one_mail(two: tuple[Booking, Booking]) -> None:
    assert nudge.nudge_due(now=FIVE_DAYS) == 2
    assert send(FIVE_DAYS) == 1
    mail = two[0].messages.get(kind="nudge")
    assert mail.subject == "Kan ni komma? 2 besök väntar på svar"


@pytest.mark.parametrize("which", [0, 1])
def test_a_change_of_one_writes_the_rest_anew(
    w: World, two: tuple[Booking, Booking], which: int
) -> None:
    reminders.remind_due(now=FRIDAY)
    services.cancel(actor=w.socionom, now=FRIDAY, booking=two[which])
    rest = two[1 - which]
    assert set(Message.objects.filter(kind="reminder").values_list("state", flat=True)) == {
        "superseded"
    }
    assert reminders.remind_due(now=FRIDAY) == 1
    assert send(FRIDAY) == 2
    reminder = rest.messages.get(kind="reminder", state="kept")
    assert reminder.text.count("När: ") == 1


def test_a_no_takes_a_waiting_reminder_back(two: tuple[Booking, Booking]) -> None:
    reminders.remind_due(now=FRIDAY)
    no = services.Reply(state=InvitationState.DECLINED, channel=AnswerChannel.LINK)
    services.answer(invitation=two[1].invitations.get(), reply=no, now=FRIDAY)
    assert waits.drop_too_late(FRIDAY) == 1
    assert reminders.remind_due(now=FRIDAY) == 1
    assert send(FRIDAY) == 1
    assert two[0].messages.get(kind="reminder", state="kept").text.count("När: ") == 1


def test_a_meeting_is_asked_about_and_reminded_of_alone(
    w: World, two: tuple[Booking, Booking]
) -> None:
    """Its words are others, and stay a mail of their own."""
    plan = GatheringPlan(title="Samverkan", start=at(1, 15), end=at(1, 16), hosts=(w.other_host,),
                         contacts=(w.contact,), room=w.other_room)  # fmt: skip
    meeting = gatherings.book_gathering(actor=w.socionom, now=NOW, plan=plan)
    send()
    nudge.nudge(actor=w.socionom, now=NOW + days(2), booking=meeting)
    asked = meeting.messages.get(kind="nudge")
    assert asked.subject == "Passar mötet tisdag 1 december kl. 15?"
    assert send(NOW + days(2)) == 1
    assert reminders.remind_due(now=FRIDAY) == 3
    assert send(FRIDAY) == 2


def test_offered_times_are_asked_about_and_still_no_invitation(w: World) -> None:
    times = [offers.Choice(start=at(day, 10), end=at(day, 11), room=w.room, host=w.host)
             for day in (1, 2)]  # fmt: skip
    booking = offers.offer(actor=w.socionom, now=NOW, plan=w.plan(), choices=times)
    assert send() == 1
    # They are held until Monday the 9th: the working day before it.
    assert nudge.nudge_due(now=FIVE_DAYS) == 0
    friday = at(6, 9, month=11)
    assert nudge.nudge_due(now=at(5, 9, month=11)) == 0
    assert nudge.nudge_due(now=friday) == 1
    assert send(friday) == 1
    asked = booking.messages.get(kind="nudge")
    assert asked.subject == "Vilken tid passar er?"
    assert "- onsdag 2 december" in asked.text
    services.cancel(actor=w.socionom, now=friday, booking=booking)
    # No calendar has it: the end is told in words.
    assert booking.messages.get(kind="cancel").calendar is None
