"""Alive and ready."""

from unittest import mock

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext, override_settings
from kombu.exceptions import OperationalError as BrokerError

from scheduling.models import NoOverlap
from scheduling.views import health

URL = "/readyz"


def test_alive_without_a_database(client: Client) -> None:
    response = client.get("/healthz")
    assert (response.status_code, response.content) == (200, b"ok\n")
    assert not response.cookies


@pytest.mark.django_db
def test_ready(client: Client) -> None:
    response = client.get(URL)
    assert response.status_code == 200
    assert response.json() == {
        "ready": True,
        "failed": [],
        "checks": dict.fromkeys(health.CHECKS, "ok"),
    }
    with CaptureQueriesContext(connection) as captured:
        client.get(URL)
    assert len(captured) <= 6


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("database", OperationalError("password=secret")),
        ("broker", BrokerError("redis://:secret@host")),
        ("broker", ConnectionRefusedError()),
    ],
)
def test_a_fault_is_named_without_its_secrets(client: Client, name: str, fault: Exception) -> None:
    with mock.patch.dict(health.CHECKS, {name: mock.Mock(side_effect=fault)}):
        response = client.get(URL)
    assert response.status_code == 503
    assert response.json()["failed"] == [name]
    assert response.json()["checks"][name] == type(fault).__name__
    assert b"secret" not in response.content


@pytest.mark.django_db
def test_a_lost_constraint_is_named(client: Client) -> None:
    with mock.patch.object(NoOverlap, "is_in_place", return_value=False):
        response = client.get(URL)
    assert response.status_code == 503
    assert response.json()["checks"]["no_double_booking"] == "missing"


@pytest.mark.django_db
def test_an_unapplied_migration_is_counted(client: Client) -> None:
    with mock.patch(f"{health.__name__}.MigrationExecutor.migration_plan", return_value=[1, 2]):
        response = client.get(URL)
    assert response.status_code == 503
    assert response.json()["checks"]["migrations"] == "2 unapplied"


@pytest.mark.django_db
def test_a_broker_folder_that_is_gone(client: Client) -> None:
    with override_settings(
        CELERY_BROKER_URL="filesystem://",
        CELERY_BROKER_TRANSPORT_OPTIONS={"data_folder_out": "/nowhere"},
    ):
        response = client.get(URL)
    assert response.json()["checks"]["broker"] == "folder not writable"
