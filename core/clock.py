"""The clock of what runs by itself: the outbox and what time alone makes due."""

from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone


def now() -> datetime:
    """The present instant (aware, UTC), ahead by CLOCK_AHEAD_SECONDS: an hour away in a second."""
    return timezone.now() + timedelta(seconds=settings.CLOCK_AHEAD_SECONDS)
