"""Celery: ids in, one call each, no logic."""

from celery import shared_task
from django.utils import timezone

from partners.services.staging import erase_staged_imports
from scheduling.booking import facts, reminders
from scheduling.busy import calendars
from scheduling.outbox import deliver


@shared_task(name="scheduling.deliver_due")
def deliver_due() -> None:
    """Send what is due."""
    deliver.deliver_due(clock=timezone.now)


@shared_task(name="scheduling.every_minute")
def every_minute() -> None:
    """What time alone makes due."""
    reminders.remind_due(now=timezone.now())
    erase_staged_imports(now=timezone.now())
    facts.erase_care(now=timezone.now())
    deliver.deliver_due(clock=timezone.now)


@shared_task(name="scheduling.read_own_calendars")
def read_own_calendars() -> None:
    """Hosts' own calendars that are due."""
    calendars.read_due(now=timezone.now())
