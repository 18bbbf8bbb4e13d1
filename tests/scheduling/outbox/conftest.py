"""A small world, and a real mail server that the outbox sends to."""

from typing import Any

import pytest
from django.db import transaction
from pytest_django import Settings

from tests import servers
from tests.factories import World, world
from tests.mailserver import MailServer
from tests.scheduling.outbox import posted
from tests.scheduling.outbox.posted import Posted


def use(settings: Settings, host: str, port: int) -> None:
    """Send there."""
    settings.EMAIL_URL = f"smtp://{host}:{port}"
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = host, port
    settings.EMAIL_TIMEOUT = 5


@pytest.fixture
def w(db: None) -> World:
    return world()


@pytest.fixture
def server(settings: Settings, smtp_server: MailServer) -> MailServer:
    use(settings, smtp_server.host, smtp_server.port)
    return smtp_server


@pytest.fixture(scope="package")
def mails(django_db_setup: None, django_db_blocker: Any) -> dict[str, Posted]:
    """One mail of each kind, by what they are, sent once; the database is as it was before."""
    with django_db_blocker.unblock(), servers.smtp() as server, transaction.atomic():
        found = posted.everything(server)
        transaction.set_rollback(True)
    return found
