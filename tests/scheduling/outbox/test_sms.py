"""Texts leave by a real HTTP service: who gets them, when, in what words, and what is rung."""

from base64 import b64encode
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from pytest_django import Settings

from partners.models import Contact
from partners.services.texting import stop_texts
from scheduling import links
from scheduling.booking import nudge, reminders, services
from scheduling.models import Booking, CallTask, Message
from scheduling.outbox import deliver, gsm, quiet, sms_letters, sms_service, texting
from scheduling.states import AnswerChannel, InvitationState, MessageKind
from tests.factories import NOW, World, at, world
from tests.processes import free_port
from tests.smsservice import Reply, SmsService
from tests.smsservice import sms_service as running

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
NUMBER, MOBILE = "+46766861000", "+46701740620"


@pytest.fixture
def w(settings: Settings) -> World:
    settings.SMS_FROM, settings.SMS_SECRET = NUMBER, "a-secret-of-24-letters-00"
    made = world()
    Contact.objects.filter(pk=made.contact.pk).update(email="", phone=MOBILE, channel="sms")
    made.contact.refresh_from_db()
    return made


@pytest.fixture
def service(settings: Settings) -> Iterator[SmsService]:
    with running() as found:
        settings.SMS_URL = f"46elks://u1:p%40ss@127.0.0.1:{found.port}"
        yield found


@pytest.fixture
def booking(w: World, service: SmsService) -> Booking:
    return services.book(actor=w.socionom, now=NOW, plan=w.plan())


def send(now: datetime = NOW) -> int:
    return deliver.deliver_due(clock=lambda: now)


def link(booking: Booking) -> str:
    return links.short_url(booking.invitations.get())


class TestWords:
    def test_the_invitation_is_one_part_neutral_and_says_how_to_answer(
        self, booking: Booking, service: SmsService
    ) -> None:
        assert send() == 1
        (text,) = service.texts
        assert text.form == {
            "from": NUMBER,
            "to": MOBILE,
            "message": "Hej! Välkomna till biblioteket tis 1 dec kl. 10, innanför huvudentrén. "
            f"Svara JA/NEJ eller här: {link(booking)} /Sam",
        }
        words = text.form["message"]
        assert gsm.measure(words).parts == 1
        assert "Tisdagsgruppen" not in words
        assert "Vägval" not in words

    def test_in_english_and_without_answers_where_the_sender_is_a_name(
        self, w: World, service: SmsService, settings: Settings
    ) -> None:
        settings.SMS_FROM = "Biblioteket"
        Contact.objects.update(language="en")
        made = services.book(actor=w.socionom, now=NOW, plan=w.plan())
        send()
        words = service.texts[0].form["message"]
        assert "Tue 1 Dec at 10.00" in words
        assert link(made) in words
        assert "JA" not in words

    def test_every_kind_is_one_part(self, booking: Booking) -> None:
        invitation = booking.invitations.get()
        invitation.booking = Booking.objects.with_visit().get(pk=booking.pk)
        for kind in MessageKind:
            letter = sms_letters.write(invitation, kind, NOW)
            assert letter.size.parts == 1, (kind, letter.text)
            assert not letter.size.ucs2

    def test_a_long_meeting_point_gives_way(self, w: World, service: SmsService) -> None:
        del service
        point = "vid den lilla dörren på baksidan mot ån, bredvid cykelstället och den stora eken"
        made = services.book(actor=w.socionom, now=NOW, plan=w.plan(meeting_point=point))
        text = made.messages.get().text
        assert point not in text
        assert gsm.measure(text).parts == 1


class TestService:
    def test_46elks_gets_a_form_with_basic_authentication(
        self, booking: Booking, service: SmsService
    ) -> None:
        send()
        (text,) = service.texts
        assert text.path == "/a1/sms"
        assert text.content_type == "application/x-www-form-urlencoded"
        assert text.authorization == f"Basic {b64encode(b'u1:p@ss').decode()}"
        message = booking.messages.get()
        assert (message.state, message.provider_id, message.sent_at) == ("sent", "s1", NOW)

    def test_any_service_gets_json(self, w: World, service: SmsService, settings: Settings) -> None:
        settings.SMS_URL = f"http://u:p@127.0.0.1:{service.port}/send?k=1"
        services.book(actor=w.socionom, now=NOW, plan=w.plan())
        assert send() == 1
        (text,) = service.texts
        assert text.path == "/send?k=1"
        assert set(text.json) == {"from", "to", "text"}
        assert text.json["to"] == MOBILE

    def test_a_file_keeps_it(self, w: World, settings: Settings, tmp_path: Path) -> None:
        settings.SMS_URL = f"file:{tmp_path / 'sms.jsonl'}"
        made = services.book(actor=w.socionom, now=NOW, plan=w.plan())
        assert send() == 1
        assert made.messages.get().state == "kept"
        assert (tmp_path / "sms.jsonl").read_text().count("\n") == 1

    @pytest.mark.parametrize("status", [429, 503, 402, 401])
    def test_a_no_to_us_waits_for_the_line_and_goes_when_it_is_back(
        self, booking: Booking, service: SmsService, status: int
    ) -> None:
        service.answer_next(Reply(status, "no"))
        assert send() == 0
        message = booking.messages.get()
        assert (message.state, message.fault) == ("waiting", "away")
        assert message.error == f"{status} no"
        assert send(NOW + timedelta(seconds=30)) == 0
        assert send(NOW + timedelta(seconds=61)) == 1
        assert [text.body for text in service.texts[1:]] == [service.texts[0].body]

    def test_5xx_is_this_texts_own_back_off(self, booking: Booking, service: SmsService) -> None:
        service.answer_next(Reply(500, "oops"), Reply(502, "oops"))
        assert send() == 0
        assert send(NOW + timedelta(seconds=31)) == 0
        assert booking.messages.get().due_at == NOW + timedelta(seconds=31 + 60)
        assert send(NOW + timedelta(seconds=95)) == 1
        assert len(service.texts) == 3

    def test_a_no_to_the_text_waits_for_a_person(
        self, booking: Booking, service: SmsService
    ) -> None:
        service.answer_next(Reply(400, "to is not a number"))
        assert send() == 0
        message = booking.messages.get()
        assert (message.state, message.fault) == ("failed", "refused")

    def test_silence_is_unsure_and_tried_again(
        self, booking: Booking, service: SmsService, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(sms_service, "SECONDS", 0.1)
        service.answer_next(Reply(silent=0.3))
        assert send() == 0
        message = booking.messages.get()
        assert (message.state, message.unsure) == ("waiting", True)
        assert send(NOW + timedelta(seconds=31)) == 1

    def test_nobody_there_is_the_line(
        self, booking: Booking, service: SmsService, settings: Settings
    ) -> None:
        settings.SMS_URL = f"46elks://u:p@127.0.0.1:{free_port()}"
        assert send() == 0
        message = booking.messages.get()
        assert (message.state, message.fault, message.unsure) == ("waiting", "away", False)
        assert not service.texts

    def test_a_redirect_is_not_followed(self, booking: Booking, service: SmsService) -> None:
        service.answer_next(Reply(302, "", location=f"http://127.0.0.1:{service.port}/else"))
        assert send() == 0
        assert [text.path for text in service.texts] == ["/a1/sms"]
        assert booking.messages.get().fault == "away"

    def test_of_an_endless_reply_little_is_read(
        self, booking: Booking, service: SmsService
    ) -> None:
        service.answer_next(Reply(200, '{"id": "' + "x" * 1_000_000 + '"}'))
        assert send() == 1
        assert booking.messages.get().provider_id == ""

    def test_the_mails_go_while_the_texts_wait(
        self, w: World, booking: Booking, service: SmsService
    ) -> None:
        other = Contact.objects.create(
            organisation=w.organisation, name="Nour", email="nour@vagval.example", created_at=NOW
        )
        services.add_contact(actor=w.socionom, now=NOW, booking=booking, contact_pk=other.pk)
        service.answer_next(Reply(503, ""))
        assert send() == 1
        states = dict(booking.messages.values_list("channel", "state"))
        assert states == {"mail": "kept", "sms": "waiting"}


class TestWho:
    def test_without_a_service_it_is_a_call(self, w: World, settings: Settings) -> None:
        settings.SMS_URL = ""
        made = services.book(actor=w.socionom, now=NOW, plan=w.plan())
        assert not made.messages.exists()
        assert CallTask.objects.get().kind == "request"

    @pytest.mark.parametrize(
        "changes",
        [
            {"channel": "phone"},
            {"protected": True},
            {"phone": "+46192110000"},
        ],
    )
    def test_who_is_rung_all_the_same(
        self, w: World, service: SmsService, changes: dict[str, object]
    ) -> None:
        Contact.objects.filter(pk=w.contact.pk).update(**changes)
        made = services.book(actor=w.socionom, now=NOW, plan=w.plan())
        assert send() == 0
        assert not made.messages.exists()
        assert not service.texts
        assert CallTask.objects.get().kind == "request"

    def test_a_number_that_said_stop_is_rung(self, w: World, service: SmsService) -> None:
        del service
        stop_texts(number=MOBILE, now=NOW)
        services.book(actor=w.socionom, now=NOW, plan=w.plan())
        assert CallTask.objects.count() == 1
        assert not Message.objects.exists()

    def test_a_newer_change_takes_the_place_of_the_waiting_text(
        self, w: World, booking: Booking, service: SmsService, settings: Settings
    ) -> None:
        settings.OUTBOX_HOLD_SECONDS = 10
        services.move(actor=w.socionom, now=NOW, booking=booking, start=at(2, 10))
        later = NOW + timedelta(seconds=11)
        assert send(later) == 1
        assert "ons 2 dec kl. 10" in service.texts[0].form["message"]
        assert list(booking.messages.values_list("state", flat=True)) == ["superseded", "sent"]

    def test_nothing_is_called_off_that_was_never_sent(
        self, w: World, booking: Booking, service: SmsService
    ) -> None:
        services.cancel(actor=w.socionom, now=NOW, booking=booking, by_partner=False)
        assert send() == 0
        assert not service.texts
        assert not CallTask.objects.exists()

    def test_a_cancellation_is_a_text(
        self, w: World, booking: Booking, service: SmsService
    ) -> None:
        send()
        services.cancel(actor=w.socionom, now=NOW, booking=booking, by_partner=False)
        send()
        assert service.texts[1].form["message"] == (
            "Hej! Att vi ses på biblioteket tis 1 dec kl. 10 är avbokat. "
            "Ring Sam, 070-1740605. /Sam"
        )

    def test_undo_takes_the_text_back(
        self, w: World, service: SmsService, settings: Settings
    ) -> None:
        settings.OUTBOX_HOLD_SECONDS = 10
        made = services.book(actor=w.socionom, now=NOW, plan=w.plan())
        services.undo(actor=w.socionom, now=NOW + timedelta(seconds=5), booking=made)
        assert send(NOW + timedelta(seconds=20)) == 0
        assert not service.texts


class TestQuietHours:
    @pytest.mark.parametrize(
        ("moment", "opens"),
        [
            (at(2, 8, month=11), at(2, 8, month=11)),
            (at(2, 7, 59, month=11), at(2, 8, month=11)),
            (at(2, 18, 59, month=11), at(2, 18, 59, month=11)),
            (at(2, 19, month=11), at(3, 8, month=11)),
            # Friday evening, Saturday, Sunday: Monday.
            (at(6, 19, month=11), at(9, 8, month=11)),
            (at(7, 12, month=11), at(9, 8, month=11)),
            # julafton to Monday 28 December.
            (at(24, 10), at(28, 8)),
            # 31 December is an eve, 1 January red, 2–3 the week-end.
            (at(31, 10), at(4, 8, month=1, year=2027)),
            # The clock is put back in the night to Sunday 25 October.
            (at(24, 12, month=10), at(26, 8, month=10)),
        ],
    )
    def test_opens(self, moment: datetime, opens: datetime) -> None:
        assert quiet.next_open(moment) == opens
        assert quiet.is_open(moment) is (moment == opens)

    def test_what_falls_in_the_quiet_waits(self, w: World, service: SmsService) -> None:
        evening = at(2, 20, month=11)
        made = services.book(actor=w.socionom, now=evening, plan=w.plan())
        assert send(evening) == 0
        assert made.messages.get().due_at == at(3, 8, month=11)
        assert not CallTask.objects.exists()
        assert send(at(3, 7, 59, month=11)) == 0
        assert send(at(3, 8, month=11)) == 1
        assert len(service.texts) == 1

    def test_a_text_that_waited_for_the_line_rests_at_night(
        self, booking: Booking, service: SmsService
    ) -> None:
        del booking
        service.answer_next(Reply(503, ""))
        assert send(at(2, 18, 59, month=11)) == 0
        assert send(at(2, 19, 5, month=11)) == 0
        assert send(at(3, 8, month=11)) == 1

    def test_what_would_come_too_late_is_rung(
        self, w: World, booking: Booking, service: SmsService
    ) -> None:
        send()
        # Monday evening, the visit is on Tuesday at 8.30.
        services.move(actor=w.socionom, now=NOW, booking=booking, start=at(8, 8, 30))
        send()
        services.cancel(actor=w.socionom, now=at(7, 20), booking=booking, by_partner=False)
        assert send(at(8, 8)) == 0
        assert len(service.texts) == 2
        assert CallTask.objects.get(done_at=None).kind == "cancel"

    def test_less_than_a_day_ahead_it_is_a_text_and_a_call(
        self, w: World, booking: Booking, service: SmsService
    ) -> None:
        send()
        eve = at(30, 14, month=11)
        services.move(actor=w.socionom, now=eve, booking=booking, start=at(8, 10))
        assert send(eve) == 1
        assert "tis 8 dec" in service.texts[1].form["message"]
        task = CallTask.objects.get(done_at=None)
        assert task.kind == "update"
        invitation = booking.invitations.get()
        yes = services.Reply(state=InvitationState.ACCEPTED, channel=AnswerChannel.SMS_LINK)
        services.answer(invitation=invitation, reply=yes, now=eve)
        task.refresh_from_db()
        assert task.done_at == eve

    def test_a_service_that_stays_away_becomes_a_call_before_the_visit(
        self, w: World, booking: Booking, service: SmsService
    ) -> None:
        send()
        day = at(1, 8, 30)
        services.cancel(actor=w.socionom, now=day, booking=booking, by_partner=False)
        service.answer_next(*(Reply(503, "") for _ in range(200)))
        CallTask.objects.all().delete()
        assert send(day) == 0
        assert not CallTask.objects.exists()
        assert send(day + timedelta(minutes=31)) == 0
        assert CallTask.objects.get().kind == "cancel"
        assert booking.messages.order_by("pk").last().state == "superseded"  # type: ignore[union-attr]


class TestReminders:
    DAY = at(30, 9, month=11)

    def test_the_day_before_by_text_instead_of_a_call(
        self, w: World, booking: Booking, service: SmsService
    ) -> None:
        del w
        send()
        assert reminders.remind_due(now=at(27, 9, month=11)) == 0
        assert reminders.remind_due(now=self.DAY) == 1
        assert reminders.remind_due(now=self.DAY) == 0
        assert send(self.DAY) == 1
        assert (
            service.texts[1]
            .form["message"]
            .startswith("Hej! I morgon tis 1 dec kl. 10 ses vi på biblioteket.")
        )
        assert not CallTask.objects.exists()
        assert reminders.remind_due(now=self.DAY + timedelta(hours=2)) == 0
        assert booking.messages.count() == 2

    def test_beside_the_mail_two_working_days_before(self, w: World, service: SmsService) -> None:
        Contact.objects.filter(pk=w.contact.pk).update(email="lo@vagval.example")
        made = services.book(actor=w.socionom, now=NOW, plan=w.plan())
        send()
        assert reminders.remind_due(now=at(27, 9, month=11)) == 1
        send(at(27, 9, month=11))
        assert not service.texts
        assert reminders.remind_due(now=self.DAY) == 1
        assert send(self.DAY) == 1
        kinds = list(made.messages.values_list("channel", "kind"))
        assert kinds == [("mail", "request"), ("mail", "reminder"), ("sms", "reminder")]

    def test_on_friday_for_monday(self, w: World, service: SmsService) -> None:
        plan = w.plan(start=at(7, 10), end=at(7, 11, 15))
        services.book(actor=w.socionom, now=NOW, plan=plan)
        send()
        assert reminders.remind_due(now=at(3, 9)) == 0
        assert reminders.remind_due(now=at(4, 9)) == 1
        send(at(4, 9))
        assert service.texts[1].form["message"].startswith("Hej! Snart ses vi på biblioteket: mån")

    def test_none_after_a_cancellation(
        self, w: World, booking: Booking, service: SmsService
    ) -> None:
        send()
        reminders.remind_due(now=self.DAY)
        services.cancel(actor=w.socionom, now=self.DAY, booking=booking, by_partner=False)
        send(self.DAY)
        assert [text.form["message"].split()[1] for text in service.texts] == ["Välkomna", "Att"]
        assert reminders.remind_due(now=self.DAY) == 0

    def test_asked_once_more(self, w: World, booking: Booking, service: SmsService) -> None:
        send()
        later = NOW + timedelta(days=7)
        nudge.nudge(actor=w.socionom, now=later, booking=booking)
        assert send(later) == 1
        assert service.texts[1].form["message"].startswith("Hej! Passar det att vi ses på")


class TestStaffAndReports:
    def test_a_colleague_sends_the_link(
        self, w: World, booking: Booking, service: SmsService
    ) -> None:
        send()
        invitation = booking.invitations.get()
        texting.send_link(actor=w.socionom, now=NOW, invitation=invitation)
        assert send() == 1
        assert service.texts[1].form["message"] == (
            f"Hej! Här är länken om att vi ses på biblioteket tis 1 dec kl. 10: {link(booking)} "
            "Ring Sam, 070-1740605. /Sam"
        )

    def test_a_report_says_it_arrived_or_not(self, booking: Booking, service: SmsService) -> None:
        del service
        send()
        assert texting.report(number="s1", delivered=True, now=NOW)
        assert booking.messages.get().delivered_at == NOW
        assert texting.report(number="s1", delivered=False, now=NOW)
        assert booking.messages.get().state == "sent"
        assert not texting.report(number="other", delivered=True, now=NOW)
        assert not texting.report(number="", delivered=True, now=NOW)

    def test_one_that_did_not_arrive_waits_for_a_person(
        self, booking: Booking, service: SmsService
    ) -> None:
        del service
        send()
        assert texting.report(number="s1", delivered=False, now=NOW)
        message = booking.messages.get()
        assert (message.state, message.fault, message.decided_at) == ("failed", "bounced", None)

    def test_stop_makes_a_call_of_what_waits(
        self, w: World, service: SmsService, settings: Settings
    ) -> None:
        settings.OUTBOX_HOLD_SECONDS = 10
        services.book(actor=w.socionom, now=NOW, plan=w.plan())
        texting.stop(number=MOBILE, now=NOW)
        assert send(NOW + timedelta(minutes=1)) == 0
        assert not service.texts
        assert CallTask.objects.get().kind == "request"
