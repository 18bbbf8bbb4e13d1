"""The mails of one busy season, sent once for all who read them."""

from typing import Any

import pytest
from django.db import transaction

from tests import servers
from tests.scheduling.outbox import posted
from tests.scheduling.outbox.posted import Posted


@pytest.fixture(scope="package")
def mails(django_db_setup: None, django_db_blocker: Any) -> dict[str, Posted]:
    """By what they are; the database is as it was before."""
    with django_db_blocker.unblock(), servers.smtp() as server, transaction.atomic():
        found = posted.everything(server)
        transaction.set_rollback(True)
    return found
