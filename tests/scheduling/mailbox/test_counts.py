"""Whether an answer counts, over time: moved, cancelled, repeated, answered another way."""

from datetime import UTC, datetime, timedelta

import pytest

from core.models import AuditEvent
from partners.models import Contact
from scheduling.booking import services
from scheduling.insight import timeline
from scheduling.mailbox import keep
from scheduling.models import (
    Booking,
    Bounce,
    CallTask,
    IncomingAnswer,
    IncomingMail,
    Invitation,
    Message,
    Proposal,
)
from scheduling.outbox import deliver
from scheduling.states import AnswerChannel, InvitationState
from tests.factories import NOW, World, at
from tests.scheduling.mailbox.conftest import LATER, Post

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


def sent(now: datetime) -> None:
    deliver.deliver_due(clock=lambda: now)


def moved(w: World, booking: Booking) -> None:
    services.move(actor=w.socionom, now=LATER, booking=booking, start=at(3, 13))
    deliver.deliver_due(clock=lambda: LATER)


def state(booking: Booking) -> tuple[str, str]:
    invitation = Invitation.objects.get(booking=booking)
    return Booking.objects.get(pk=booking.pk).state, invitation.state


def test_an_answer_to_the_old_time_is_history(w: World, booking: Booking, post: Post) -> None:
    moved(w, booking)
    assert post("stale", now=LATER + timedelta(hours=1))["reason"] == "stale"
    assert state(booking) == ("offered", "pending")
    assert post("accept", now=LATER + timedelta(hours=2))["action"] == "reply"
    assert state(booking) == ("confirmed", "accepted")


def test_the_cdo_counter_stands_for_a_missing_sequence(
    w: World, booking: Booking, post: Post
) -> None:
    moved(w, booking)
    assert post("cdo-sequence", now=LATER + timedelta(hours=1))["action"] == "reply"


def test_a_huge_sequence_locks_nobody_out(w: World, booking: Booking, post: Post) -> None:
    assert post("huge-sequence")["action"] == "reply"
    moved(w, booking)
    assert state(booking) == ("offered", "pending")
    assert post("decline", now=LATER + timedelta(hours=1))["action"] == "reply"


def test_a_future_stamp_locks_nobody_out(booking: Booking, post: Post) -> None:
    assert post("future-stamp")["action"] == "reply"
    assert post("decline", now=LATER + timedelta(minutes=5))["action"] == "reply"
    assert state(booking) == ("cancelled_by_partner", "declined")


def test_a_clock_that_is_ahead_locks_nobody_out(booking: Booking, post: Post) -> None:
    """Within the day that B7 bears, such a stamp is taken, but held as of its receipt."""
    ahead = (LATER + timedelta(hours=20)).astimezone(UTC)
    assert post("accept", stamp=f"{ahead:%Y%m%dT%H%M%SZ}")["action"] == "reply"
    assert post("decline", now=LATER + timedelta(minutes=5))["action"] == "reply"
    assert state(booking) == ("cancelled_by_partner", "declined")


def test_an_older_answer_that_comes_late_is_ignored(booking: Booking, post: Post) -> None:
    assert post("decline", now=LATER + timedelta(hours=1))["action"] == "reply"
    assert post("accept")["reason"] == "older"
    assert state(booking) == ("declined", "declined")


def test_the_latest_counts_whatever_the_channel(w: World, booking: Booking, post: Post) -> None:
    no = services.Reply(state=InvitationState.DECLINED, channel=AnswerChannel.LINK)
    services.answer(invitation=booking.invitations.get(), reply=no, now=LATER)
    assert post("accept", now=LATER - timedelta(minutes=5))["reason"] == "older"
    assert post("thunderbird-reply", now=LATER + timedelta(hours=1))["action"] == "reply"
    assert state(booking) == ("confirmed", "accepted")


def test_the_same_mail_twice_has_one_effect(booking: Booking, post: Post) -> None:
    assert post("google-counter")["action"] == "counter"
    assert post("google-counter") == {"action": "ignored", "reason": "duplicate"}
    assert (IncomingMail.objects.count(), Proposal.objects.count()) == (1, 1)


def test_the_same_answer_in_another_mail_is_a_duplicate(booking: Booking, post: Post) -> None:
    post("accept")
    found = post("proton-reply")
    assert (found["action"], found["reason"]) == ("ignored", "duplicate")
    assert IncomingMail.objects.count() == 2


def test_replies_after_a_cancel_are_history(w: World, booking: Booking, post: Post) -> None:
    services.cancel(actor=w.socionom, now=NOW, booking=booking)
    before = Message.objects.count()
    assert post("accept")["reason"] == "cancelled"
    assert state(booking)[0] == "cancelled_by_us"
    assert Message.objects.count() == before
    assert IncomingAnswer.objects.get().action == "ignored"


def test_replies_after_the_visit_are_history(booking: Booking, post: Post) -> None:
    assert post("accept", now=at(2, 9))["reason"] == "over"
    assert state(booking) == ("offered", "pending")


def test_no_mail_brings_back_what_staff_called_off_for_the_partner(
    w: World, booking: Booking, post: Post
) -> None:
    """Who rang to call it off was told so; their own no by mail can still become a yes."""
    post("decline")
    assert post("accept", now=LATER + timedelta(minutes=5))["action"] == "reply"
    services.cancel(actor=w.socionom, now=LATER, booking=booking, by_partner=True)
    sent(LATER)
    found = post("accept", now=LATER + timedelta(hours=1))
    assert (found["action"], found["reason"]) == ("ignored", "cancelled")
    assert state(booking)[0] == "cancelled_by_partner"


def test_nothing_is_sent_about_a_visit_that_is_over(booking: Booking, post: Post) -> None:
    assert post("refresh", now=at(2, 9))["reason"] == "over"
    assert Message.objects.count() == 1


def test_a_wish_is_a_proposal_to_its_version(w: World, booking: Booking, post: Post) -> None:
    post("outlook-counter")
    wish = Proposal.objects.get()
    assert (wish.start, wish.end, wish.based_on) == (at(3, 10), at(3, 11, 15), 0)
    assert (wish.state, wish.outdated) == ("open", False)
    post("thunderbird-counter", now=LATER + timedelta(minutes=5))
    assert list(Proposal.objects.values_list("state", flat=True)) == ["closed", "open"]
    post("decline", now=LATER + timedelta(minutes=9))
    assert set(Proposal.objects.values_list("state", flat=True)) == {"closed"}


def test_a_wish_to_the_old_time_is_kept_and_marked(w: World, booking: Booking, post: Post) -> None:
    moved(w, booking)
    found = post("stale-counter", now=LATER + timedelta(hours=1))
    assert (found["action"], found["reason"]) == ("counter", "outdated")
    wish = Proposal.objects.get()
    assert (wish.based_on, wish.outdated, wish.state) == (0, True, "open")
    assert state(booking) == ("offered", "pending")


def test_a_declined_wish_is_told_to_who_made_it(w: World, booking: Booking, post: Post) -> None:
    post("outlook-counter")
    services.decline_proposal(actor=w.socionom, now=LATER, proposal=Proposal.objects.get())
    message = booking.messages.latest("pk")
    assert (message.kind, message.sequence, message.recipient) == ("decline", 0, w.contact.email)
    assert b"METHOD:DECLINECOUNTER" in bytes(message.calendar)
    assert b"SEQUENCE:0" in bytes(message.calendar)
    assert "Besöket står kvar som det är" in message.text


def test_a_wish_that_came_by_link_has_no_calendar_answer(w: World, booking: Booking) -> None:
    wish = services.Reply(
        state=InvitationState.COUNTERED,
        channel=AnswerChannel.LINK,
        wishes=(services.Wish(start=at(3, 13)),),
    )
    services.answer(invitation=booking.invitations.get(), reply=wish, now=LATER)
    services.decline_proposal(actor=w.socionom, now=LATER, proposal=Proposal.objects.get())
    message = booking.messages.latest("pk")
    assert (message.kind, message.calendar) == ("decline", None)
    assert "Besöket står kvar som det är" in message.text


def test_the_visits_timeline_tells_what_did_not_count(
    w: World, booking: Booking, post: Post
) -> None:
    moved(w, booking)
    post("stale", now=LATER + timedelta(hours=1))
    post("apple-reply", now=LATER + timedelta(hours=2))
    post("bounce", now=LATER + timedelta(hours=3))
    titles = [beat.title for beat in timeline.of(Booking.objects.get(pk=booking.pk))]
    for title in (
        "Svaret gällde den gamla tiden och räknas inte",
        "Svarade som lo.privat@post.example",
        "Mejlet till Lo Berg studsade",
    ):
        assert title in titles


def test_a_refresh_is_answered_at_most_hourly(booking: Booking, post: Post) -> None:
    assert post("refresh")["action"] == "refresh"
    first, again = Message.objects.order_by("pk")
    assert (again.kind, again.sequence, again.recipient) == ("request", 0, first.recipient)
    assert b"METHOD:REQUEST" in bytes(again.calendar)
    deliver.deliver_due(clock=lambda: LATER)
    found = post("refresh", now=LATER + timedelta(minutes=50))
    assert (found["action"], found["reason"]) == ("ignored", "refresh_too_soon")
    assert post("refresh", now=LATER + timedelta(minutes=70))["action"] == "refresh"
    assert AuditEvent.objects.filter(verb="message.refreshed").count() == 2


def test_refreshes_are_capped_by_the_day(booking: Booking, post: Post) -> None:
    found = []
    for hour in range(0, 12, 2):
        now = LATER + timedelta(hours=hour)
        found.append(post("refresh", now=now)["reason"])
        sent(now)
    assert found == ["", "", "", "", "refresh_too_many", "refresh_too_many"]


def test_a_refresh_after_a_cancel_says_so(w: World, booking: Booking, post: Post) -> None:
    services.cancel(actor=w.socionom, now=NOW, booking=booking)
    deliver.deliver_due(clock=lambda: LATER)
    assert post("refresh")["action"] == "refresh"
    assert b"METHOD:CANCEL" in bytes(Message.objects.latest("pk").calendar)


def test_a_refresh_while_news_waits_is_not_answered(
    booking: Booking, post: Post, other: Contact
) -> None:
    Message.objects.update(state="waiting")
    assert post("refresh")["reason"] == "news_on_its_way"


@pytest.mark.parametrize("name", ["bounce", "bounce-headers-only", "bounce-by-tag", "bounce-old"])
def test_a_bounce_is_the_messages(name: str, booking: Booking, post: Post) -> None:
    post(name)
    message = booking.messages.get()
    assert message.state == "failed"
    bounce = Bounce.objects.get()
    assert (bounce.message, bounce.status) == (message, IncomingMail.objects.get().reason)


def test_a_report_of_delay_changes_nothing(booking: Booking, post: Post) -> None:
    post("delayed")
    assert booking.messages.get().state == "kept"
    assert not Bounce.objects.exists()


def test_every_mail_is_kept_and_its_words_erased_in_time(booking: Booking, post: Post) -> None:
    post("words")
    mail = IncomingMail.objects.get()
    assert bytes(mail.raw).startswith(b"From: Lo Berg")
    assert mail.size == len(mail.raw)
    assert mail.excerpt == "Ja vi kommer! Numret är ••••••."
    assert keep.erase_old_mail(now=LATER + timedelta(days=365), months=12) == 0
    assert keep.erase_old_mail(now=LATER + timedelta(days=367), months=12) == 1
    assert keep.erase_old_mail(now=LATER + timedelta(days=368), months=12) == 0
    mail.refresh_from_db()
    assert (bytes(mail.raw), mail.excerpt, mail.subject, mail.sender) == (b"", "", "", "")
    assert post("words")["reason"] == "duplicate"


def test_what_a_mail_said_of_somebody_is_erased_with_it(booking: Booking, post: Post) -> None:
    post("apple-reply")
    post("bounce")
    assert keep.erase_old_mail(now=LATER + timedelta(days=367), months=12) == 2
    answer = IncomingAnswer.objects.get()
    assert (answer.partstat, answer.action) == ("ACCEPTED", "reply")
    assert (answer.comment, answer.attendee, answer.answered_as) == ("", "", "")
    assert Bounce.objects.get().diagnostic == ""


def test_whoever_has_no_mail_is_called_about_the_wish(w: World) -> None:
    Contact.objects.update(email="", phone="+46701740605")
    booking = services.book(actor=w.socionom, now=NOW, plan=w.plan())
    invitation = booking.invitations.get()
    CallTask.objects.update(done_at=NOW)
    wish = services.Reply(
        state=InvitationState.COUNTERED,
        channel=AnswerChannel.PHONE,
        wishes=(services.Wish(start=at(3, 13)),),
    )
    services.answer(invitation=invitation, reply=wish, now=LATER)
    services.decline_proposal(actor=w.socionom, now=LATER, proposal=Proposal.objects.get())
    assert list(CallTask.objects.filter(done_at=None).values_list("kind", flat=True)) == ["decline"]
