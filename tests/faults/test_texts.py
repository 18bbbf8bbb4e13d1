"""A text on its way through real processes: at night, with the service away, and then sent."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from scheduling.outbox import quiet
from tests import servers
from tests.faults.house import BOOK, SEND, House
from tests.processes import wait_until
from tests.smsservice import Reply, sms_service

pytestmark = [pytest.mark.process, pytest.mark.timeout(180)]

WANTS_TEXTS = """
from partners.models import Contact
Contact.objects.update(email="", phone="+46701740620", channel="sms")
"""


def ahead_of(moment: datetime, seconds: int) -> int:
    """Seconds from the present to ``seconds`` after ``moment``."""
    return int((moment - datetime.now(UTC)).total_seconds()) + seconds


def test_a_text_rests_at_night_and_goes_in_the_morning(
    make: Callable[..., House], redis_url: str
) -> None:
    morning = quiet.next_open((datetime.now(UTC) + timedelta(days=1)).replace(hour=20))
    with sms_service() as service:
        url = f"46elks://user:pass@127.0.0.1:{service.port}"
        house = make(SMS_URL=url, SMS_FROM="+46766861000", REDIS_URL=redis_url)
        house.run(WANTS_TEXTS + BOOK, 1)
        night = str(ahead_of(morning, -1800))
        assert house.run(SEND, CLOCK_AHEAD_SECONDS=night).split() == ["0"]
        assert service.texts == []
        service.answer_next(Reply(429, "slow down"))
        with servers.celery_worker(house.at(ahead_of(morning, 60))):
            house.wake()
            wait_until(lambda: len(service.texts) == 1, "handed over")
            wait_until(lambda: house.states() == {"waiting": 1}, "put off")
        with servers.celery_worker(house.at(ahead_of(morning, 240))):
            house.wake()
            wait_until(lambda: house.states() == {"sent": 1}, "sent")
    first, second = service.texts
    assert first.body == second.body
    assert second.form["to"] == "+46701740620"
    rows = house.query("SELECT provider_id, attempts, channel FROM scheduling_message")
    assert rows == [("s2", 2, "sms")]
