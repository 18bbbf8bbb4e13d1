"""Texts that come in: one answer to one visit, or a person's; STOPP; never a talk of machines."""

import io
import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django import Settings

from core.errors import Conflict, IllegalTransition
from partners.models import Contact, StoppedNumber
from scheduling.booking import offers, services
from scheduling.insight import timeline
from scheduling.mailbox import keep, texts, texts_waiting
from scheduling.mailbox.texts import TextIn
from scheduling.models import Booking, CallTask, IncomingText, TextDecision
from scheduling.outbox import deliver
from scheduling.states import AnswerChannel, InvitationState
from tests.factories import NOW, World, at, world
from tests.smsservice import SmsService, sms_service

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
NUMBER, MOBILE, SECRET = "+46766861000", "+46701740620", "a-secret-of-24-letters-00"
SOON = NOW + timedelta(minutes=5)


@pytest.fixture(autouse=True)
def service(settings: Settings) -> Iterator[SmsService]:
    with sms_service() as found:
        settings.SMS_URL = f"http://127.0.0.1:{found.port}/send"
        settings.SMS_FROM, settings.SMS_SECRET = NUMBER, SECRET
        yield found


@pytest.fixture
def w() -> World:
    made = world()
    Contact.objects.filter(pk=made.contact.pk).update(email="", phone=MOBILE, channel="sms")
    made.contact.refresh_from_db()
    return made


@pytest.fixture
def booking(w: World) -> Booking:
    made = services.book(actor=w.socionom, now=NOW, plan=w.plan())
    deliver.deliver_due(clock=lambda: NOW)
    return made


def come(words: str, key: str = "", sender: str = MOBILE) -> texts.Outcome:
    return texts.receive(TextIn(sender, words, key), now=SOON)


def answers(booking: Booking) -> list[tuple[str, str, str]]:
    rows = booking.invitations.get().answers.order_by("pk")
    return list(rows.values_list("state", "channel", "size_band"))


def test_a_yes_with_a_number_is_an_answer_and_gets_one_word_back(
    booking: Booking, service: SmsService
) -> None:
    found = come("Ja vi blir 6!")
    assert found.as_json() == {
        "action": "reply",
        "reason": "",
        "invitation": booking.invitations.get().pk,
        "answer": "accepted",
    }
    assert answers(booking) == [("accepted", "sms", "4-6")]
    booking.refresh_from_db()
    assert booking.state == "confirmed"
    deliver.deliver_due(clock=lambda: SOON)
    assert len(service.texts) == 2
    assert service.texts[1].json["text"].startswith("Tack! Vi ses på biblioteket tis 1 dec kl. 10")


def test_the_latest_counts_and_nothing_is_overwritten(booking: Booking) -> None:
    come("NEJ tyvärr")
    come("ja tack")
    assert answers(booking) == [("declined", "sms", ""), ("accepted", "sms", "")]
    invitation = booking.invitations.get()
    assert (invitation.state, invitation.channel) == ("accepted", "sms")
    beats = timeline.of(Booking.objects.with_visit().get(pk=booking.pk))
    assert [beat.via for beat in beats if beat.kind == "answer"] == ["per sms", "per sms"]


def test_the_same_text_twice_has_effect_once(booking: Booking) -> None:
    come("nej", "s1")
    come("ja", "s2")
    assert come("nej", "s1").reason == "duplicate"
    assert [row[0] for row in answers(booking)] == ["declined", "accepted"]
    assert IncomingText.objects.count() == 2


@pytest.mark.parametrize(
    ("words", "reason"),
    [("ja men inte på tisdag", "unclear"), ("Kan vi komma kl 11?", "unclear"), ("", "unclear")],
)
def test_the_unclear_is_never_guessed(
    booking: Booking, service: SmsService, words: str, reason: str
) -> None:
    found = come(words)
    assert (found.action.value, found.reason) == ("review", reason)
    assert answers(booking) == []
    deliver.deliver_due(clock=lambda: SOON)
    assert service.texts[1].json["text"].startswith("Tack! Vi läser ditt sms och hör av oss.")


def test_a_stranger_is_kept_masked_and_told_nothing(booking: Booking, service: SmsService) -> None:
    found = come("ja, 19121212-1212 kommer", sender="070-174 06 99")
    assert (found.action.value, found.reason) == ("review", "stranger")
    row = IncomingText.objects.get()
    assert row.sender == "+46701740699"
    assert "1212-1212" not in row.words
    deliver.deliver_due(clock=lambda: SOON)
    assert len(service.texts) == 1
    assert answers(booking) == []


def test_several_open_visits_are_a_persons_who_chooses(w: World, booking: Booking) -> None:
    other = services.book(
        actor=w.socionom, now=NOW, plan=w.plan(start=at(8, 10), end=at(8, 11, 15))
    )
    deliver.deliver_due(clock=lambda: NOW)
    assert come("ja").reason == "several_visits"
    row = IncomingText.objects.get()
    texts_waiting.decide(
        actor=w.socionom,
        now=SOON,
        text=row,
        decision=TextDecision.ACCEPTED,
        invitation=other.invitations.get(),
    )
    assert answers(other) == [("accepted", "sms", "")]
    assert answers(booking) == []
    with pytest.raises(IllegalTransition):
        texts_waiting.decide(actor=w.socionom, now=SOON, text=row, decision=TextDecision.SEEN)


def test_a_person_cannot_answer_for_another_number(w: World, booking: Booking) -> None:
    come("hallå", sender="+46701740699")
    with pytest.raises(Conflict):
        texts_waiting.decide(
            actor=w.socionom,
            now=SOON,
            text=IncomingText.objects.get(),
            decision=TextDecision.ACCEPTED,
            invitation=booking.invitations.get(),
        )
    assert IncomingText.objects.get().waits


def test_a_yes_after_news_of_another_visit_is_a_persons(w: World, booking: Booking) -> None:
    other = services.book(
        actor=w.socionom, now=NOW, plan=w.plan(start=at(8, 10), end=at(8, 11, 15))
    )
    deliver.deliver_due(clock=lambda: NOW)
    services.cancel(actor=w.socionom, now=NOW, booking=other, by_partner=False)
    deliver.deliver_due(clock=lambda: NOW)
    assert come("ja").reason == "other_visit"
    assert answers(booking) == []


def test_a_yes_to_a_time_that_has_just_been_changed_is_a_persons(
    w: World, booking: Booking, settings: Settings
) -> None:
    settings.OUTBOX_HOLD_SECONDS = 600
    services.move(actor=w.socionom, now=NOW, booking=booking, start=at(2, 10))
    assert come("ja").reason == "old_time"
    deliver.deliver_due(clock=lambda: NOW + timedelta(seconds=601))
    found = texts.receive(TextIn(MOBILE, "ja"), now=NOW + timedelta(seconds=700))
    assert found.action.value == "reply"


def test_after_the_visit_there_is_nothing_to_answer(booking: Booking) -> None:
    found = texts.receive(TextIn(MOBILE, "ja"), now=at(1, 12))
    assert (found.reason, found.invitation) == ("no_visit", booking.invitations.get())


def test_stop_is_the_last_text_and_start_takes_it_back(
    w: World, booking: Booking, service: SmsService
) -> None:
    assert come("STOPP").action.value == "stop"
    assert come("stopp").reason == "known"
    deliver.deliver_due(clock=lambda: SOON)
    assert [text.json["text"] for text in service.texts[1:]] == [
        "Ni får inga fler sms av oss. Vi ringer i stället. /Sam"
    ]
    services.move(actor=w.socionom, now=SOON, booking=booking, start=at(2, 10))
    assert CallTask.objects.get(done_at=None).kind == "update"
    assert come("START").action.value == "start"
    assert not StoppedNumber.objects.exists()


def test_machines_do_not_talk_for_ever(booking: Booking, service: SmsService) -> None:
    del booking
    for number in range(6):
        come(f"Autosvar {number}: jag är inte här")
    deliver.deliver_due(clock=lambda: SOON)
    assert len(service.texts) == 1 + texts.MOST_REPLIES
    assert come(service.texts[1].json["text"]).reason == "echo"
    assert come("ja", sender="Telia").reason == "no_number"
    assert come("ja", sender=NUMBER).reason == "no_number"


def test_a_yes_to_several_offered_times_says_not_which(w: World) -> None:
    choices = [
        offers.Choice(start=at(day, 10), end=at(day, 11, 15), room=w.room, host=w.host)
        for day in (1, 2)
    ]
    made = offers.offer(actor=w.socionom, now=NOW, plan=w.plan(), choices=choices)
    deliver.deliver_due(clock=lambda: NOW)
    assert come("ja tack").reason == "which_time"
    assert answers(made) == []
    assert come("nej tack").action.value == "reply"


def test_words_and_number_go_after_their_time(booking: Booking) -> None:
    del booking
    come("ja men")
    assert keep.erase_old_texts(now=SOON + timedelta(days=300), months=12) == 0
    assert keep.erase_old_texts(now=SOON + timedelta(days=400), months=12) == 1
    row = IncomingText.objects.get()
    assert (row.words, row.sender, row.action) == ("", "", "review")
    assert keep.erase_old_texts(now=SOON + timedelta(days=400), months=12) == 0


def test_an_answer_by_text_can_follow_one_by_link(booking: Booking) -> None:
    invitation = booking.invitations.get()
    yes = services.Reply(state=InvitationState.ACCEPTED, channel=AnswerChannel.SMS_LINK)
    services.answer(invitation=invitation, reply=yes, now=NOW)
    come("Nej, vi kan inte komma")
    assert [row[:2] for row in answers(booking)] == [("accepted", "sms_link"), ("declined", "sms")]


class TestHook:
    """The address that a service calls."""

    FORM = {"direction": "incoming", "id": "sf1", "from": MOBILE, "to": NUMBER, "message": "JA"}  # noqa: RUF012

    @pytest.fixture(autouse=True)
    def _now(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("django.utils.timezone.now", lambda: SOON)

    def test_a_form_as_46elks_sends_it(self, client: Client, booking: Booking) -> None:
        for _twice in range(2):
            response = client.post(f"/sms/in/{SECRET}", self.FORM)
            assert (response.status_code, response.content) == (204, b"")
            assert not response.cookies
        assert answers(booking) == [("accepted", "sms", "")]

    def test_json(self, client: Client, booking: Booking) -> None:
        body = {"id": 7, "from": "070-174 06 20", "text": "nej"}
        response = client.post(f"/sms/in/{SECRET}", body, content_type="application/json")
        assert response.status_code == 204
        assert answers(booking) == [("declined", "sms", "")]

    @pytest.mark.parametrize("kind", ["in", "rapport"])
    def test_wrong_or_unset_is_404_and_get_is_no_door(
        self, client: Client, booking: Booking, settings: Settings, kind: str
    ) -> None:
        assert client.post(f"/sms/{kind}/{SECRET}x", self.FORM).status_code == 404
        assert client.post(f"/sms/{kind}/å", self.FORM).status_code == 404
        assert client.get(f"/sms/{kind}/{SECRET}").status_code == 405
        settings.SMS_SECRET = ""
        assert client.post(f"/sms/{kind}/{SECRET}", self.FORM).status_code == 404
        assert answers(booking) == []

    @pytest.mark.parametrize(
        ("body", "status"),
        [("{", 400), ("[]", 400), ("{}", 400), ("[" * 16_000, 400), ("x" * 20_000, 413)],
    )
    def test_what_is_no_text(self, client: Client, body: str, status: int) -> None:
        response = client.post(f"/sms/in/{SECRET}", body, content_type="application/json")
        assert response.status_code == status
        assert not IncomingText.objects.exists()

    def test_halves_of_characters_and_nul_fall_away(self, client: Client, booking: Booking) -> None:
        body = json.dumps({"id": "a\0b\ud800", "from": MOBILE, "message": "J\0A\ud800"})
        response = client.post(f"/sms/in/{SECRET}", body, content_type="application/json")
        assert response.status_code == 204
        assert answers(booking) == [("accepted", "sms", "")]
        told = json.dumps({"id": "s\ud8001", "status": "delivered"})
        client.post(f"/sms/rapport/{SECRET}", told, content_type="application/json")
        assert booking.messages.get(provider_id="s1").delivered_at == SOON

    def test_a_length_beyond_all_numbers(self, client: Client) -> None:
        response = client.post(
            f"/sms/in/{SECRET}", "{}", content_type="application/json", CONTENT_LENGTH="9" * 5000
        )
        assert response.status_code == 413

    def test_a_report(self, client: Client, booking: Booking) -> None:
        url = f"/sms/rapport/{SECRET}"
        assert client.post(url, {"id": "s1", "status": "sent"}).status_code == 204
        assert booking.messages.get().delivered_at is None
        assert client.post(url, {"id": "s1", "status": "delivered"}).status_code == 204
        assert booking.messages.get().delivered_at == SOON
        assert client.post(url, {"id": "s9", "status": "failed"}).status_code == 204


class TestCommand:
    def run(self, monkeypatch: pytest.MonkeyPatch, raw: str, *options: str) -> dict[str, object]:
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(raw.encode())))
        out = io.StringIO()
        call_command("receive_sms", *options, stdout=out)
        found: dict[str, object] = json.loads(out.getvalue())
        return found

    def test_json_or_the_words_alone(
        self, booking: Booking, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("django.utils.timezone.now", lambda: SOON)
        raw = json.dumps({"from": MOBILE, "text": "Ja tack", "id": "9"})
        assert self.run(monkeypatch, raw)["action"] == "reply"
        assert self.run(monkeypatch, raw)["reason"] == "duplicate"
        said = self.run(monkeypatch, "nej tyvärr\n", "--from", "0701740620")
        assert said["answer"] == "declined"
        assert [row[0] for row in answers(booking)] == ["accepted", "declined"]

    @pytest.mark.parametrize("raw", ["", "{", "[]", '{"text": "ja"}', '{"from": "1", "text": 1}'])
    def test_no_text_is_told(self, monkeypatch: pytest.MonkeyPatch, raw: str) -> None:
        with pytest.raises(CommandError, match="JSON"):
            self.run(monkeypatch, raw)
