"""A visit that was booked and told, and its addressee's mails."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from pytest_django import Settings

from partners.models import Contact
from scheduling.mailbox.intake import take
from scheduling.models import Booking, Invitation
from tests import eml
from tests.factories import NOW, World, told, world

LATER = NOW + timedelta(hours=2)
Post = Callable[..., dict[str, Any]]


@pytest.fixture(autouse=True)
def authserv(settings: Settings) -> None:
    settings.MAIL_AUTHSERV_ID = "mx.svarta.example"


@pytest.fixture
def w(db: None) -> World:
    return world()


@pytest.fixture
def other(w: World) -> Contact:
    """A colleague of the contact's, with a tag of her own."""
    return Contact.objects.create(
        organisation=w.organisation, name="Mo Ek", email="mo@vagval.example", created_at=NOW
    )


@pytest.fixture
def booking(w: World) -> Booking:
    return told(NOW)


@pytest.fixture
def invitation(booking: Booking) -> Invitation:
    return booking.invitations.get()


@pytest.fixture
def post(booking: Booking, other: Contact) -> Post:
    """Hand in a template as it stands now; returns the JSON that is printed."""

    def sent(name: str, now: datetime = LATER, **changes: str) -> dict[str, Any]:
        invitation = booking.invitations.order_by("pk")[0]
        changes.setdefault("other_address", f"boka+{other.mail_tag}@svarta.example")
        raw = eml.render(name, invitation, sent=now - timedelta(minutes=1), **changes)
        return take(raw=raw, now=now).as_json()

    return sent
