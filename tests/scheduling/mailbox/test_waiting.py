"""The queue: decided once, by page and API, and shown as the hostile text that it is."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from core.errors import DomainError
from core.models import AuditEvent
from partners.models import Contact
from scheduling.booking import services
from scheduling.mailbox import waiting
from scheduling.mailbox.intake import take
from scheduling.models import Booking, Delegation, IncomingMail, Invitation, MailDecision
from scheduling.states import InvitationState
from tests import eml
from tests.factories import World
from tests.scheduling.api.conftest import UNKNOWN, caller
from tests.scheduling.mailbox.conftest import LATER, Post
from tests.scheduling.views.conftest import page

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
SOON = LATER + timedelta(minutes=5)


@pytest.fixture(autouse=True)
def clock() -> Any:
    with time_machine.travel(SOON, tick=False):
        yield


def decide(w: World, decision: MailDecision, state: InvitationState | None = None) -> None:
    mail = IncomingMail.objects.latest("pk")
    waiting.decide(actor=w.socionom, now=SOON, mail=mail, decision=decision, state=state)


def test_it_is_this_contact(w: World, post: Post, invitation: Invitation) -> None:
    post("no-tag")
    decide(w, MailDecision.CONTACT)
    invitation.refresh_from_db()
    assert (invitation.state, invitation.channel) == ("accepted", "mail")
    assert not IncomingMail.objects.waiting().exists()
    event = AuditEvent.objects.get(verb="mail.decided")
    assert event.data == {"decision": "contact", "reason": "not_authenticated"}
    with pytest.raises(DomainError):
        decide(w, MailDecision.IGNORE)


def test_words_are_read_by_a_person(w: World, post: Post, invitation: Invitation) -> None:
    post("words")
    with pytest.raises(DomainError):
        decide(w, MailDecision.CONTACT)
    assert IncomingMail.objects.waiting().count() == 1
    decide(w, MailDecision.CONTACT, InvitationState.DECLINED)
    invitation.refresh_from_db()
    assert invitation.state == "declined"


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("party-crasher", "ovantad@annan.example"),
        ("notes-delegated", "mo@vagval.example"),
        ("delegate", "mo@vagval.example"),
    ],
)
def test_somebody_to_invite_too(
    name: str, address: str, w: World, post: Post, booking: Booking, other: Contact
) -> None:
    post(name)
    decide(w, MailDecision.NEW_CONTACT)
    assert [row.email for row in booking.invitations.all()] == ["lo@vagval.example", address]
    assert booking.messages.latest("pk").recipient == address
    assert Contact.objects.filter(email=address).count() == 1


def test_a_calendars_hand_over_goes_the_same_way_as_the_pages(
    w: World, post: Post, booking: Booking, invitation: Invitation, other: Contact
) -> None:
    post("notes-delegated")
    decide(w, MailDecision.NEW_CONTACT)
    invitation.refresh_from_db()
    assert invitation.state == "withdrawn"
    assert invitation.answers.get().state == "delegated"
    row = Delegation.objects.get()
    assert (row.email, row.channel, row.decision) == ("mo@vagval.example", "mail", "invited")


def test_ignore_changes_nothing(w: World, post: Post, invitation: Invitation) -> None:
    post("party-crasher")
    decide(w, MailDecision.IGNORE)
    invitation.refresh_from_db()
    assert invitation.state == "pending"
    assert bytes(IncomingMail.objects.get().raw)


def test_a_strangers_mail_belongs_to_no_visit(w: World, post: Post) -> None:
    post("words-from-a-stranger")
    for decision in (MailDecision.CONTACT, MailDecision.NEW_CONTACT):
        with pytest.raises(DomainError):
            decide(w, decision, InvitationState.ACCEPTED)
    decide(w, MailDecision.IGNORE)


def test_a_stranger_from_the_same_house_is_shown_its_next_visit(w: World, booking: Booking) -> None:
    """A colleague of the contact's who wrote by herself: one press invites her too."""
    raw = eml.render("words-from-a-stranger", booking.invitations.get(), sent=LATER)
    take(raw=raw.replace(b"@okand.example", b"@vagval.example"), now=LATER)
    mail = IncomingMail.objects.get()
    assert (mail.reason, mail.invitation) == ("stranger", booking.invitations.get())
    assert waiting.guess(mail).address == "ny@vagval.example"
    decide(w, MailDecision.NEW_CONTACT)
    assert booking.messages.latest("pk").recipient == "ny@vagval.example"


def test_an_answer_that_was_overtaken_is_not_taken(
    w: World, post: Post, booking: Booking, invitation: Invitation
) -> None:
    post("no-tag")
    services.cancel(actor=w.socionom, now=LATER, booking=booking)
    with pytest.raises(DomainError):
        decide(w, MailDecision.CONTACT)
    assert IncomingMail.objects.waiting().count() == 1


def test_the_pages(w: World, post: Post, client: Client, invitation: Invitation) -> None:
    assert "behöver dina ögon" not in page(client, w.socionom, reverse("today"))
    post("words")
    post("no-tag")
    for name in ("today", "outbox"):
        assert "2 meddelanden behöver dina ögon." in page(client, w.socionom, reverse(name))
    text = page(client, w.socionom, reverse("mailbox"))
    for words in ("Svar i ord", "Avsändaren är inte säker", "Det var ett ja", "Ta emot: ja"):
        assert words in text
    assert "850709" not in text
    mail = IncomingMail.objects.latest("pk")
    assert "METHOD:REPLY" in page(client, w.socionom, reverse("incoming", args=[mail.pk]))
    there = reverse("incoming_decide", args=[mail.pk])
    assert client.post(there, {"decision": "contact"}).status_code == 303
    invitation.refresh_from_db()
    assert invitation.state == "accepted"
    assert client.post(there, {"decision": "contact"}).status_code == 409
    assert client.post(there, {"decision": "nonsense"}).status_code == 422
    assert "Svar i ord" in page(client, w.socionom, reverse("mailbox"), visa="alla")


def test_a_stranger_is_answered_in_the_mail_program(w: World, post: Post, client: Client) -> None:
    post("words")
    mail = IncomingMail.objects.get()
    there = reverse("incoming", args=[mail.pk])
    for subject, sender, link in (
        ("Kan vi?", "a&b@x.example", "a%26b@x.example?subject=Sv%3A%20Kan%20vi%3F"),
        (
            "SV: j&bcc=x@y.example",
            "c@x.example",
            "c@x.example?subject=SV%3A%20j%26bcc%3Dx%40y.example",
        ),
    ):
        IncomingMail.objects.update(subject=subject, sender=sender)
        assert f'href="mailto:{link}"' in page(client, w.socionom, there)
    IncomingMail.objects.update(sender="")
    assert "mailto:" not in page(client, w.socionom, there).split("<main", 1)[1].split("</main>")[0]


def test_hostile_words_are_only_text(w: World, post: Post, client: Client) -> None:
    post("words", email='"><script>alert(1)</script>"@x.example')
    mail = IncomingMail.objects.get()
    IncomingMail.objects.update(
        subject="<script>x</script>", sender_name="<img src=x>", excerpt="<b onload=x>" * 50
    )
    for there in (reverse("mailbox"), reverse("incoming", args=[mail.pk])):
        text = page(client, w.socionom, there)
        assert "<script>" not in text.replace('<script src="', "").split("<main", 1)[1]
        assert "<img src=x>" not in text
        assert "<b onload" not in text


def test_only_planners_see_strangers_words(w: World, post: Post, client: Client) -> None:
    post("words")
    mail = IncomingMail.objects.get()
    for user in (w.manager, w.other_host.user):
        client.force_login(user)
        for there in (reverse("mailbox"), reverse("incoming", args=[mail.pk])):
            assert client.get(there).status_code == 403
        assert client.post(reverse("incoming_decide", args=[mail.pk])).status_code in (403, 422)
        assert "behöver dina ögon" not in page(client, user, reverse("today"))
        caller(user).get("/mailbox", 403)


def test_the_api(w: World, post: Post, invitation: Invitation) -> None:
    sam = caller(w.socionom)
    post("no-tag")
    post("decline", now=LATER - timedelta(minutes=9))
    body = sam.get("/mailbox")
    assert body["count"] == 1
    (mail,) = body["items"]
    assert (mail["action"], mail["reason"], mail["waits"]) == ("review", "not_authenticated", True)
    assert mail["answers"][0]["partstat"] == "ACCEPTED"
    assert sam.get("/mailbox?waiting=false")["count"] == 2
    decided = sam.post(f"/mailbox/{mail['id']}/decide", {"decision": "contact"})
    assert (decided["waits"], decided["decision"]) == (False, "contact")
    assert sam.get(f"/mailbox/{mail['id']}")["answers"][0]["action"] == "reply"
    sam.post(f"/mailbox/{mail['id']}/decide", {"decision": "ignore"}, 409)
    sam.post(f"/mailbox/{mail['id']}/decide", {"decision": "maybe"}, 422)
    sam.get(f"/mailbox/{UNKNOWN}", 404)
    invitation.refresh_from_db()
    assert invitation.state == "accepted"
