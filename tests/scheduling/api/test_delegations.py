"""Colleagues whom partners named, over HTTP."""

import pytest

from partners.models import Contact
from scheduling.booking import delegation, services
from scheduling.booking.delegation import Colleague
from scheduling.booking.needs import Needs
from scheduling.models import Booking, Delegation
from scheduling.states import AnswerChannel, InvitationState
from tests.factories import NOW, World
from tests.scheduling.api.conftest import UNKNOWN, Caller


@pytest.fixture
def named(visit: Booking) -> Delegation:
    return delegation.ask(
        invitation=visit.invitations.get(),
        colleague=Colleague(name="Alex Ek", email="alex@vagval.example"),
        now=NOW,
    )


def test_invited_once(w: World, sam: Caller, named: Delegation) -> None:
    (row,) = sam.get("/delegations")["items"]
    assert (row["name"], row["known_contact"], row["decision"]) == ("Alex Ek", None, None)
    body = sam.post(f"/delegations/{named.pk}/invite", {})
    assert body["decision"] == "invited"
    assert Contact.objects.filter(name="Alex Ek", organisation=w.organisation).exists()
    assert sam.post(f"/delegations/{named.pk}/invite", {}, 409)["code"] == "illegal_transition"
    assert sam.get("/delegations")["items"] == []
    assert len(sam.get("/delegations?waiting=false")["items"]) == 1


def test_ignored(sam: Caller, named: Delegation) -> None:
    assert sam.post(f"/delegations/{named.pk}/ignore", {})["decision"] == "ignored"
    assert not Contact.objects.filter(name="Alex Ek").exists()


def test_one_that_is_not_there(sam: Caller) -> None:
    sam.post(f"/delegations/{UNKNOWN}/invite", {}, 404)


def test_needs_are_read(sam: Caller, visit: Booking) -> None:
    row = visit.invitations.get()
    services.answer(
        invitation=row,
        reply=services.Reply(
            state=InvitationState.ACCEPTED,
            channel=AnswerChannel.LINK,
            needs=Needs(interpreter="arabiska"),
        ),
        now=NOW,
    )
    assert sam.post(f"/invitations/{row.pk}/needs/seen", {})["seen_at"]
