"""Celery: ids in, one call each, no logic."""

from celery import shared_task
from django.utils import timezone

from partners.services.staging import erase_staged_imports
from scheduling.booking import offers, reminders, slots
from scheduling.outbox import deliver


@shared_task(name="scheduling.deliver_due")
def deliver_due() -> None:
    """Send what is due."""
    deliver.deliver_due(clock=timezone.now)


@shared_task(name="scheduling.every_minute")
def every_minute() -> None:
    """What time alone makes due."""
    reminders.remind_due(now=timezone.now())
    offers.expire_due(now=timezone.now())
    slots.expire_due(now=timezone.now())
    erase_staged_imports(now=timezone.now())
    deliver.deliver_due(clock=timezone.now)
