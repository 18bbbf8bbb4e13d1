"""The API against its own description: whatever is sent, nothing of ours breaks."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error

from config.api import api
from config.wsgi import application
from scheduling.models import Booking
from tests.factories import World
from tests.scheduling.api.conftest import Caller

# The description takes seconds to make.
pytestmark = pytest.mark.large

#: Of each sort for every one of more than a hundred operations.
EXAMPLES = 5
TAGS = (
    *("visits", "resources", "feeds", "report", "network", "relation", "efforts"),
    *("interests", "learning"),
)


def operations() -> list[tuple[str, str]]:
    """Our own by path and method; the register's are tested beside them.

    From the routers, since the whole description takes seconds, and every run collects this file.
    """
    found = []
    for prefix, router in api._routers:
        for path, view in router.path_operations.items():
            plain = re.sub(r"{\w+:", "{", re.sub("/+", "/", f"/api/v1{prefix}{path}"))
            for operation in view.operations:
                if set(operation.tags or router.tags or ()) & set(TAGS):
                    found += [(plain, method.lower()) for method in operation.methods]
    return sorted(found)


OPERATIONS = operations()


@contextmanager
def open_connection() -> Iterator[None]:
    """As Django's test client does: a request's end must not close the test's transaction.

    Around the calls themselves, since that client connects the signals again after its own.
    """
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


@pytest.fixture
def real(w: World, sam: Caller, visit: Booking) -> dict[str, Any]:
    """Values that exist: with them a call comes past the look-ups, to what the services do."""
    wish = {"answer": "countered", "proposals": ["2026-12-08T10:00"]}
    answered = sam.post(f"/visits/{visit.pk}/answer", wish)
    feed = sam.post("/feeds", {"scope": "user"}, 201)
    return {
        "visit": visit.pk,
        "invitation": answered["invitations"][0]["id"],
        "proposal": answered["invitations"][0]["proposals"][0]["id"],
        "feed": feed["id"],
        "group": w.group.pk,
        "programme": w.programme.pk,
        "next_programme": w.programme.pk,
        "room": w.room.pk,
        "host": w.host.pk,
        "co_host": w.other_host.pk,
        "library": w.library.pk,
        "contact": w.contact.pk,
        "user": w.manager.pk,
        "start": "2026-12-09T10:00:00+01:00",
        "next_start": "2026-12-10T10:00:00+01:00",
        "respond_by": "2026-12-01",
        "next_step_due": "2026-12-01",
        "from": "2026-12-01",
        "to": "2026-12-31",
    }


#: Left out of an aimed call: each has a twin above, or must fit another field.
TWINS = ("groups", "contacts", "end", "version", "programmes", "idempotency_key")


def aim(case: Any, real: dict[str, Any]) -> None:
    """What was made at random, with real values where ids and times stand."""
    for sent in (case.path_parameters, case.query, case.body):
        if not isinstance(sent, dict):
            continue
        for name in {*sent} & {*real}:
            sent[name] = real[name]
        for name in {*sent} & {*TWINS}:
            del sent[name]


@cache
def described() -> Any:
    """The API's own description, read once: it is long."""
    return schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application)


@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_nothing_breaks(path: str, method: str, sam: Caller, real: dict[str, Any]) -> None:
    with open_connection():
        schema = described()
    auth = {"Authorization": f"Bearer {sam.secret}"}

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(schema[path][method].as_strategy())
    def holds(case: Any) -> None:
        case.validate_response(case.call(headers=auth), checks=[not_a_server_error])
        aim(case, real)
        case.validate_response(case.call(headers=auth), checks=[not_a_server_error])

    with open_connection():
        holds()


def test_every_operation_is_called() -> None:
    described = api.get_openapi_schema(path_prefix="/api/v1/")["paths"]
    assert (
        sorted(
            (path, method)
            for path, acts in described.items()
            for method, act in acts.items()
            if set(act.get("tags", ())) & set(TAGS)
        )
        == OPERATIONS
    )
    assert len(OPERATIONS) > 100


def test_every_operation_has_a_name_of_its_own(db: None, client: Any) -> None:
    paths = client.get("/api/v1/openapi.json").json()["paths"]
    names = [act["operationId"] for path in paths.values() for act in path.values()]
    assert len(names) == len(set(names))
    assert {"book_visit", "list_visits", "find_times", "get_report"} <= set(names)


def test_the_description_is_made_once_for_each_place() -> None:
    here = api.get_openapi_schema()
    assert api.get_openapi_schema(path_params={}) is here
    assert "/api/v1/visits" in here["paths"]
    elsewhere = api.get_openapi_schema(path_prefix="/elsewhere/")
    assert elsewhere is not here
    assert "/elsewhere/visits" in elsewhere["paths"]
