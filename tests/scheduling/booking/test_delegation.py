"""Handing over: the partner names a colleague, and nobody is written to before staff decide."""

from collections.abc import Iterator
from datetime import timedelta

import icalendar
import pytest
import time_machine
from django.core.cache import cache
from django.test import Client

from core.errors import IllegalTransition
from partners.models import Contact
from scheduling import links
from scheduling.booking import delegation, services
from scheduling.booking.delegation import Colleague
from scheduling.models import Booking, CallTask, Delegation, Invitation, Message
from scheduling.states import AnswerChannel, InvitationState
from tests.factories import NOW, World, at, world

pytestmark = pytest.mark.django_db
ALEX = {"name": "Alex Ek", "email": "alex@vagval.example", "phone": "", "svar": "kollega"}


@pytest.fixture(autouse=True)
def clock() -> Iterator[None]:
    cache.clear()
    with time_machine.travel(NOW + timedelta(hours=1), tick=False):
        yield


@pytest.fixture
def w() -> World:
    return world()


@pytest.fixture
def invitation(w: World) -> Invitation:
    """Sent, so that a calendar may know it."""
    booking = services.book(actor=w.socionom, now=NOW, plan=w.plan())
    Message.objects.update(state="sent", sent_at=NOW)
    return booking.invitations.get()


@pytest.fixture
def path(invitation: Invitation) -> str:
    return f"{links.answer_path(invitation)}/kollega"


def now_is(invitation: Invitation) -> str:
    invitation.refresh_from_db()
    return invitation.state


def test_the_partner_names_a_colleague_and_nothing_is_sent(
    client: Client, invitation: Invitation, path: str
) -> None:
    for _ in range(2):
        assert client.post(path, ALEX).status_code == 303
    assert "Vi tittar på det och bjuder sedan in Alex Ek" in client.get(path).content.decode()
    row = Delegation.objects.get()
    assert (row.name, row.email, row.stays, row.decision) == (
        "Alex Ek", "alex@vagval.example", False, "",
    )  # fmt: skip
    assert now_is(invitation) == "delegated"
    assert invitation.answers.get().state == "delegated"
    assert not Contact.objects.filter(name="Alex Ek").exists()
    assert not Message.objects.filter(state="waiting").exists()
    assert Booking.objects.get().state == "offered"


def test_one_click_invites_the_colleague_and_tells_the_first_one(
    client: Client, w: World, invitation: Invitation, path: str
) -> None:
    client.post(path, ALEX)
    client.force_login(w.socionom)
    today = client.get("/").content.decode()
    assert "Tisdagsgruppen får en ny kontakt: Alex Ek" in today
    row = Delegation.objects.get()
    client.post(f"/ny-kontakt/{row.pk}/bjud-in", {"next": "/"})
    alex = Contact.objects.get(name="Alex Ek")
    assert (alex.organisation, list(alex.groups.all())) == (w.organisation, [w.group])
    own = Invitation.objects.get(contact=alex)
    assert own.ical_uid != invitation.ical_uid
    assert own.mail_tag != invitation.mail_tag
    assert own.token_fingerprint
    assert (own.state, now_is(invitation)) == ("pending", "withdrawn")
    request, passed = Message.objects.filter(state="waiting").order_by("invitation_id").reverse()
    assert (request.invitation, request.kind, request.recipient) == (own, "request", alex.email)
    assert (passed.invitation, passed.kind) == (invitation, "passed")
    assert "Din kollega har nu hand om besöket" in passed.text
    calendar = icalendar.Calendar.from_ical(passed.calendar)
    (event,) = calendar.walk("VEVENT")
    assert str(calendar["METHOD"]) == "CANCEL"
    # Only this addressee is no longer invited: the visit itself is not called off.
    assert "STATUS" not in event
    assert Booking.objects.get().state == "offered"
    assert "får en ny kontakt" not in client.get("/").content.decode()
    with pytest.raises(IllegalTransition):
        delegation.invite(actor=w.socionom, now=NOW, delegation=row)


def test_a_yes_stands_while_and_after_it_is_handed_over(
    client: Client, w: World, invitation: Invitation, path: str
) -> None:
    client.post(links.answer_path(invitation), {"svar": "ja"})
    client.post(path, ALEX)
    assert now_is(invitation) == "accepted"
    delegation.invite(actor=w.socionom, now=NOW, delegation=Delegation.objects.get())
    booking = Booking.objects.get()
    assert booking.state == "confirmed"
    assert booking.visit.contact == Contact.objects.get(name="Alex Ek")
    page = client.get(links.answer_path(invitation)).content.decode()
    assert "Din kollega tar över" in page
    assert "Ja, vi kommer" not in page


def test_a_contact_who_exists_is_used_and_who_wants_to_stay_stays(
    client: Client, w: World, invitation: Invitation, path: str
) -> None:
    there = w.organisation.contacts.create(
        name="Alexandra Ek", email="Alex@vagval.example", created_at=NOW
    )
    client.post(path, {**ALEX, "stays": "on"})
    assert now_is(invitation) == "pending"
    delegation.invite(actor=w.socionom, now=NOW, delegation=Delegation.objects.get())
    assert Contact.objects.filter(organisation=w.organisation).count() == 2
    assert Invitation.objects.get(contact=there).state == "pending"
    assert now_is(invitation) == "pending"
    assert not Message.objects.filter(kind="passed").exists()


def test_a_colleague_with_only_a_phone_is_to_be_rung(
    client: Client, w: World, invitation: Invitation, path: str
) -> None:
    client.post(path, {"name": "Alex Ek", "phone": "070-174 06 11", "svar": "kollega"})
    delegation.invite(actor=w.socionom, now=NOW, delegation=Delegation.objects.get())
    assert CallTask.objects.get(done_at=None).contact.phone == "+46701740611"


def test_ignored_means_asked_as_before(
    client: Client, w: World, invitation: Invitation, path: str
) -> None:
    client.post(path, ALEX)
    delegation.ignore(actor=w.socionom, now=NOW, delegation=Delegation.objects.get())
    assert now_is(invitation) == "pending"
    assert not Message.objects.filter(state="waiting").exists()
    assert not Contact.objects.filter(name="Alex Ek").exists()


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"name": ""}, "Skriv din kollegas namn."),
        ({"email": ""}, "Skriv e-post eller telefon"),
        ({"email": "alex"}, "e-post"),
        ({"email": "LO@vagval.example"}, "Det är din egen adress."),
        ({"phone": "1"}, "telefon"),
        ({"name": "Alex 850709-9805"}, "personnummer"),
    ],
)
def test_what_names_nobody(
    client: Client, invitation: Invitation, path: str, fields: dict[str, str], words: str
) -> None:
    response = client.post(path, {**ALEX, **fields})
    assert response.status_code == 422
    assert words in response.content.decode()
    assert not Delegation.objects.exists()
    assert now_is(invitation) == "pending"


def test_a_post_without_the_button_names_nobody(
    client: Client, invitation: Invitation, path: str
) -> None:
    assert client.post(path, {**ALEX, "svar": ""}).status_code == 200
    assert not Delegation.objects.exists()


def test_too_late_to_hand_over(client: Client, invitation: Invitation, path: str) -> None:
    with time_machine.travel(at(1, 10, 1), tick=False):
        assert client.post(path, ALEX).status_code == 409
    assert not Delegation.objects.exists()


def test_only_planners_decide(client: Client, w: World, invitation: Invitation) -> None:
    delegation.ask(
        invitation=invitation,
        colleague=Colleague(name="Alex Ek", email="alex@vagval.example"),
        now=NOW,
    )
    row = Delegation.objects.get()
    client.force_login(w.other_host.user)
    assert client.post(f"/ny-kontakt/{row.pk}/bjud-in").status_code == 403
    assert "Alex" not in client.get("/").content.decode()
    row.refresh_from_db()
    assert row.decided_at is None


def test_who_was_named_is_forgotten_a_month_after(w: World, invitation: Invitation) -> None:
    row = delegation.ask(
        invitation=invitation,
        colleague=Colleague(name="Alex Ek", email="alex@vagval.example"),
        now=NOW,
        channel=AnswerChannel.MAIL,
    )
    delegation.ignore(actor=w.socionom, now=NOW, delegation=row)
    assert delegation.erase_decided(now=NOW + timedelta(days=29)) == 0
    assert delegation.erase_decided(now=NOW + timedelta(days=30)) == 1
    assert InvitationState(now_is(invitation)) is InvitationState.PENDING
