"""Celery: ids in, one call each, no logic."""

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from core import clock
from partners.importing import jobs
from partners.services.merging import erase_merges
from partners.services.staging import erase_staged_imports
from partners.services.tasks import erase_old_tasks
from scheduling.booking import delegation, nudge, offers, reminders, slots
from scheduling.busy import calendars
from scheduling.feeds import bodies, manage, places, segments
from scheduling.followup import retention
from scheduling.insight import files
from scheduling.mailbox import fetch, keep
from scheduling.outbox import deliver, waits


@shared_task(name="scheduling.deliver_due")
def deliver_due() -> None:
    """Send what is due."""
    deliver.deliver_due(clock=clock.now)


@shared_task(name="scheduling.every_minute")
def every_minute() -> None:
    """What time alone makes due."""
    waits.drop_too_late(clock.now())
    reminders.remind_due(now=clock.now())
    nudge.nudge_due(now=clock.now())
    offers.expire_due(now=clock.now())
    slots.expire_due(now=clock.now())
    erase_staged_imports(now=clock.now())
    files.erase_old(clock.now())
    places.drop_due(clock.now())
    keep.erase_old_mail(now=clock.now(), months=settings.MAIL_KEEP_MONTHS)
    keep.erase_old_texts(now=clock.now(), months=settings.MAIL_KEEP_MONTHS)
    deliver.deliver_due(clock=clock.now)


@shared_task(name="scheduling.fetch_mail")
def fetch_mail() -> None:
    """What waits in the mailbox."""
    fetch.fetch(settings.MAILBOX_URL, clock=timezone.now)


@shared_task(name="scheduling.every_night")
def every_night() -> None:
    """What may no longer be kept."""
    retention.run_all(timezone.now())
    manage.revoke_unused(timezone.now())
    erase_merges(now=timezone.now())
    erase_old_tasks(now=timezone.now())
    delegation.erase_decided(now=timezone.now())
    bodies.sweep(segments.current())


@shared_task(name="scheduling.make_report_file")
def make_report_file(pk: int) -> None:
    """One PDF of the report."""
    files.make(pk)


@shared_task(name="scheduling.work_on_import")
def work_on_import(pk: int) -> None:
    """Read a list, or carry it out."""
    jobs.work_on(pk, now=timezone.now())


@shared_task(name="scheduling.read_own_calendars")
def read_own_calendars() -> None:
    """Hosts' own calendars that are due."""
    calendars.read_due(now=timezone.now())
