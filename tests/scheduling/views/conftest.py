"""For pages: a small world, a clock that stands at NOW where asked for, and what a user sees."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
import time_machine
from django.test import Client

from core.models import User
from scheduling.booking import services
from scheduling.models import Booking
from scheduling.outbox import deliver
from tests.factories import NOW, World, days, told, world


@pytest.fixture
def w(db: None) -> World:
    return world()


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def page(client: Client, user: User, path: str, **data: Any) -> str:
    """The page as ``user`` sees it."""
    client.force_login(user)
    response = client.get(path, data)
    assert response.status_code == 200, response.status_code
    return " ".join(response.content.decode().split())


def booked(w: World, now: datetime = NOW, **changes: Any) -> Booking:
    """A visit whose invitation has left."""
    if now == NOW and not changes:
        return told(NOW + days(1))
    booking = services.book(actor=w.socionom, now=now, plan=w.plan(**changes))
    deliver.deliver_due(clock=lambda: now + days(1))
    return booking
