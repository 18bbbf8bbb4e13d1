"""The clock stands at NOW; callers speak JSON and have a personal token."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import time_machine
from django.test import Client

from core import tokens
from core.models import ApiToken, User
from scheduling.models import Booking
from tests.factories import NOW, World, days, told, world
from tests.kept import kept_upon

#: An id that nothing has, on PostgreSQL either, where ids go on counting between tests.
UNKNOWN = 2**40


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def w(db: None) -> World:
    return world()


@dataclass
class Caller:
    """A program with a user's token."""

    secret: str

    def __call__(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """The response; a fault of ours is raised as itself."""
        extra: dict[str, Any] = {"headers": {"Authorization": f"Bearer {self.secret}", **headers}}
        if body is not None:
            extra |= {"data": body, "content_type": "application/json"}
        return Client().generic(method, f"/api/v1{path}", **_encoded(extra))

    def get(self, path: str, status: int = 200) -> Any:
        return self._checked("GET", path, None, status)

    def post(self, path: str, body: Any = None, status: int = 200) -> Any:
        return self._checked("POST", path, body, status)

    def patch(self, path: str, body: Any = None, status: int = 200) -> Any:
        return self._checked("PATCH", path, body, status)

    def _checked(self, method: str, path: str, body: Any, status: int) -> Any:
        response = self(method, path, body)
        assert response.status_code == status, (response.status_code, response.content.decode())
        if status >= 400:
            assert response["Content-Type"] == "application/problem+json"
        return response.json()


def _encoded(extra: dict[str, Any]) -> dict[str, Any]:
    if "data" in extra and not isinstance(extra["data"], str | bytes):
        extra["data"] = json.dumps(extra["data"])
    return extra


def caller(user: User) -> Caller:
    """A new token of the user's."""
    return Caller(_token(user.pk, user.username))


@kept_upon
def _token(user: int, username: str) -> str:
    secret = f"secret-of-{username}"
    ApiToken.objects.create(
        user_id=user, name="test", fingerprint=tokens.fingerprint(secret), created_at=NOW
    )
    return secret


@pytest.fixture
def sam(w: World) -> Caller:
    """The socionom, who plans."""
    return caller(w.socionom)


@pytest.fixture
def robin(w: World) -> Caller:
    """A host."""
    return caller(w.other_host.user)


@pytest.fixture
def kim(w: World) -> Caller:
    """The manager."""
    return caller(w.manager)


@pytest.fixture
def visit(w: World) -> Booking:
    """Offered, and its mail has left."""
    return told(NOW + days(1))
