"""A small world, and a real mail server that the outbox sends to."""

import pytest
from pytest_django import Settings

from tests.factories import World, world
from tests.mailserver import MailServer


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
