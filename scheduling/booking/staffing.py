"""Hosts: who they are, when they work and when they are away; each change audited."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from core import access, audit, texts
from core.errors import Conflict, Invalid, Missing
from core.models import User
from scheduling.booking import allocate
from scheduling.booking.spans import require_near
from scheduling.models import (
    Allocation,
    Booking,
    Host,
    Library,
    Programme,
    Resource,
    ResourceKind,
    WorkingDay,
    WorkingHours,
)
from scheduling.states import BookingKind, VisitState

LONGEST_ABSENCE = timedelta(days=400)
MOST_LANGUAGES = 10
Hours = tuple[time, time]


@dataclass(frozen=True, slots=True, kw_only=True)
class HostFacts:
    """What can be changed of a host. Who is named for no programme leads those of nobody."""

    library: Library
    also_at: Sequence[Library] = ()
    programmes: Sequence[Programme] = ()
    languages: Sequence[str] = ()
    sign: str = ""
    active: bool = True


def may_keep_days(user: User, host: Host) -> bool:
    """Working hours and absences: one's own, or anybody's for who administers."""
    return access.may_administer(user) or (user.is_active and host.user_id == user.pk)


@transaction.atomic
def save_host(
    *, actor: User, now: datetime, facts: HostFacts, host: Host | None = None, member: User
) -> Host:
    """Change ``host``, or make ``member`` one. Raises Conflict where she already is."""
    access.require(access.may_administer(actor))
    made = host is None
    if host is None:
        if Host.objects.filter(user=member).exists():
            message = _("Kollegan är redan värd.")
            raise Conflict(message, fields={"user": message})
        resource = Resource.objects.create(kind=ResourceKind.HOST.value)
        host = Host(resource=resource, user=member)
    host.library, host.active = facts.library, facts.active
    host.sign = texts.clean(facts.sign, field="sign", limit=80)
    host.languages = _languages(facts.languages)
    host.save()
    host.programmes.set(facts.programmes)
    host.also_at.set([row for row in facts.also_at if row != facts.library])
    verb = "host.made" if made else "host.changed"
    audit.record(now=now, actor=actor, verb=verb, target=host)
    return host


def _languages(given: Sequence[str]) -> list[str]:
    tidy = [texts.clean(name, field="languages", limit=40) for name in given]
    found = list(dict.fromkeys(name for name in tidy if name))
    if len(found) > MOST_LANGUAGES:
        message = _("Skriv högst tio språk.")
        raise Invalid(message, fields={"languages": message})
    return found


@transaction.atomic
def set_working_hours(
    *, actor: User, now: datetime, host: Host, week: Mapping[int, Hours | None]
) -> None:
    """The usual hours, a weekday each; None is off. All None: whenever the library is open."""
    access.require(may_keep_days(actor, host))
    for weekday, hours in week.items():
        _ordered(hours, f"closes_{weekday}")
    WorkingHours.objects.filter(host=host).delete()
    WorkingHours.objects.bulk_create(
        WorkingHours(host=host, weekday=weekday, start=hours[0], end=hours[1])
        for weekday, hours in week.items()
        if hours is not None
    )
    audit.record(now=now, actor=actor, verb="host.hours_changed", target=host)


@transaction.atomic
def set_working_day(
    *, actor: User, now: datetime, host: Host, day: date, hours: Hours | None
) -> WorkingDay:
    """Other hours on one day, or off (None); replaces what was said of the day before."""
    access.require(may_keep_days(actor, host))
    require_near(now, day=day)
    _ordered(hours, "end")
    start, end = hours or (None, None)
    row, _made = WorkingDay.objects.update_or_create(
        host=host, day=day, defaults={"start": start, "end": end}
    )
    data: dict[str, object] = {"day": day.isoformat()}
    audit.record(now=now, actor=actor, verb="host.day_changed", target=host, data=data)
    return row


@transaction.atomic
def remove_working_day(*, actor: User, now: datetime, host: Host, pk: int) -> None:
    """The usual hours again."""
    access.require(may_keep_days(actor, host))
    deleted, _rows = WorkingDay.objects.filter(host=host, pk=pk).delete()
    if not deleted:
        raise Missing
    audit.record(now=now, actor=actor, verb="host.day_removed", target=host)


def _ordered(hours: Hours | None, field: str) -> None:
    if hours is not None and hours[1] <= hours[0]:
        message = _("Sluttiden måste vara efter starttiden.")
        raise Invalid(message, fields={field: message})


@transaction.atomic
def add_absence(
    *, actor: User, now: datetime, host: Host, start: datetime, end: datetime
) -> Booking:
    """The host is away: a booking that takes her, as a visit does. Why is nobody's business here.

    Raises Clash with the visits that lie there: find a substitute for them first. Raises Invalid
    for a span that is turned round or longer than 400 days.
    """
    access.require(may_keep_days(actor, host))
    if end <= start:
        message = _("Sluttiden måste vara efter starttiden.")
        raise Invalid(message, fields={"end": message})
    require_near(now, start=timezone.localdate(start))
    if end - start > LONGEST_ABSENCE:
        message = _("En frånvaro kan vara högst 400 dagar. Kontrollera slutdagen.")
        raise Invalid(message, fields={"end": message})
    booking = Booking.objects.create(
        kind=BookingKind.ABSENCE.value,
        state=VisitState.CONFIRMED.value,
        library=host.library,
        start=start,
        end=end,
        feed_changed_at=now,
        created_by=actor,
        created_at=now,
    )
    row = Allocation(resource_id=host.resource_id, booking=booking, start=start, end=end)
    Allocation.objects.filter(resource_id=host.resource_id, expires_at__lte=now).delete()
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        raise allocate.explain([row]) from error
    audit.record(now=now, actor=actor, verb="absence.made", target=booking)
    return booking


@transaction.atomic
def remove_absence(*, actor: User, now: datetime, host: Host, pk: int) -> None:
    """She is here after all."""
    access.require(may_keep_days(actor, host))
    booking = absences(host).filter(pk=pk).first()
    if booking is None:
        raise Missing
    allocate.release(booking)
    booking.state, booking.cancelled_at = VisitState.CANCELLED_BY_US.value, now
    booking.save(update_fields=["state", "cancelled_at"])
    audit.record(now=now, actor=actor, verb="absence.removed", target=booking)


def absences(host: Host) -> QuerySet[Booking]:
    """Those that still take the host, in order."""
    return Booking.objects.filter(
        kind=BookingKind.ABSENCE.value, allocations__resource_id=host.resource_id
    ).order_by("start", "pk")
