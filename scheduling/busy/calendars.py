"""A host's own calendars: given, read on a schedule, taken away. The address is shown to nobody."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from core import access, audit, sealing
from core.errors import Invalid, Missing, TooMany
from core.models import User
from scheduling.busy import parse, read
from scheduling.busy.faults import Fault, Unreadable
from scheduling.models import BusyInterval, Host, OwnCalendar, OwnCalendarMode

EVERY = timedelta(minutes=20)
LONGEST_WAIT = timedelta(hours=24)
#: Long enough for one reading; a reader that died leaves the calendar to the next one after it.
LEASE = timedelta(minutes=5)
BACK, AHEAD = timedelta(days=1), timedelta(days=371)
STALE_AFTER = timedelta(hours=3)
MOST_A_HOST = 3
#: One slow server must not keep the mail waiting: the worker is shared.
MOST_A_RUN = 3


def may_keep(user: User, host: Host) -> bool:
    """One's own calendars; an administrator may take away but not give."""
    return user.is_active and host.user_id == user.pk


def calendars_of(host: Host) -> QuerySet[OwnCalendar]:
    """The host's calendars, in the order in which they were given."""
    return OwnCalendar.objects.filter(host=host).order_by("pk")


@transaction.atomic
def add(
    *, actor: User, now: datetime, host: Host, address: str, mode: OwnCalendarMode
) -> OwnCalendar:
    """Keep the sealed address; it is read at the next run. Raises Invalid, TooMany, Forbidden."""
    access.require(may_keep(actor, host))
    try:
        parts = read.checked(address)
    except Unreadable as error:
        message = words(error.fault)
        raise Invalid(message, fields={"address": message}) from None
    if calendars_of(host).count() >= MOST_A_HOST:
        raise TooMany(_("Du har redan tre kalendrar. Ta bort en först."))
    row = OwnCalendar.objects.create(
        host=host,
        address=sealing.seal(parts.geturl()),
        server=(parts.hostname or "")[:120],
        mode=mode.value,
        created_at=now,
        next_read_at=now,
    )
    audit.record(now=now, actor=actor, verb="own_calendar.added", target=row)
    return row


@transaction.atomic
def set_mode(
    *, actor: User, now: datetime, host: Host, pk: int, mode: OwnCalendarMode
) -> OwnCalendar:
    """Whether its busy times warn or block."""
    access.require(may_keep(actor, host))
    row = _own(host, pk)
    row.mode = mode.value
    row.save(update_fields=["mode"])
    audit.record(
        now=now, actor=actor, verb="own_calendar.changed", target=row, data={"mode": mode.value}
    )
    return row


@transaction.atomic
def remove(*, actor: User, now: datetime, host: Host, pk: int) -> None:
    """The address and all that was read from it are gone."""
    access.require(may_keep(actor, host) or access.may_administer(actor))
    row = _own(host, pk)
    audit.record(now=now, actor=actor, verb="own_calendar.removed", target=row)
    row.delete()


def _own(host: Host, pk: int) -> OwnCalendar:
    row = calendars_of(host).filter(pk=pk).first()
    if row is None:
        raise Missing
    return row


def read_due(
    *, now: datetime, policy: read.Policy = read.STRICT, resolver: read.Resolver = read.resolve
) -> int:
    """Read what is due, at most ``MOST_A_RUN`` calendars; returns how many were tried."""
    due = OwnCalendar.objects.filter(next_read_at__lte=now).order_by("next_read_at", "pk")
    tried = 0
    for row in due[:MOST_A_RUN]:
        mine = OwnCalendar.objects.filter(pk=row.pk, next_read_at=row.next_read_at)
        if mine.update(next_read_at=now + LEASE):
            read_one(row, now=now, policy=policy, resolver=resolver)
            tried += 1
    return tried


def read_one(
    row: OwnCalendar,
    *,
    now: datetime,
    policy: read.Policy = read.STRICT,
    resolver: read.Resolver = read.resolve,
) -> None:
    """Read one calendar and replace its times at once; a failed read leaves the old ones.

    No transaction is open while the network talks.
    """
    try:
        data = read.fetch(sealing.unseal(row.address), policy=policy, resolver=resolver)
        found = parse.busy_times(data, first=now - BACK, last=now + AHEAD)
    except Unreadable as error:
        _failed(row, error.fault, now)
    except sealing.SealBroken:
        _failed(row, Fault.SEAL, now)
    else:
        _replace(row, found, now)


def _failed(row: OwnCalendar, fault: Fault, now: datetime) -> None:
    failures = min(row.failures + 1, 100)
    wait = min(EVERY * 2 ** min(failures, 10), LONGEST_WAIT)
    OwnCalendar.objects.filter(pk=row.pk).update(
        failures=failures, problem=fault.value, next_read_at=now + wait
    )


@transaction.atomic
def _replace(row: OwnCalendar, found: list[parse.Busy], now: datetime) -> None:
    # Locked, or not there any more: taken away while it was read.
    if OwnCalendar.objects.select_for_update().filter(pk=row.pk).first() is None:
        return
    BusyInterval.objects.filter(source=row).delete()
    BusyInterval.objects.bulk_create(
        BusyInterval(source=row, host_id=row.host_id, start=start, end=end) for start, end in found
    )
    OwnCalendar.objects.filter(pk=row.pk).update(
        failures=0, problem="", last_read_at=now, next_read_at=now + EVERY
    )


def is_stale(row: OwnCalendar, now: datetime) -> bool:
    """Whether what was read is too old to be trusted, or nothing was read yet after a failure."""
    if row.last_read_at is None:
        return bool(row.problem)
    return now - row.last_read_at > STALE_AFTER


def words(fault: Fault) -> str:
    """What went wrong and how it is mended, without the address."""
    return {
        Fault.ADDRESS: _(
            "Det är ingen kalenderadress. Den börjar med https:// och slutar på .ics."
        ),
        Fault.NOT_HTTPS: _("Adressen måste börja med https://."),
        Fault.NOT_PUBLIC: _("Adressen går till ett internt nät. Den måste nås från internet."),
        Fault.UNKNOWN_HOST: _("Servern i adressen finns inte. Kontrollera adressen."),
        Fault.UNREACHABLE: _("Servern svarar inte. Vi försöker igen."),
        Fault.REFUSED: _("Servern lämnar inte ut kalendern. Hämta en ny hemlig adress."),
        Fault.REDIRECTS: _("Adressen skickar vidare för många gånger. Hämta en ny hemlig adress."),
        Fault.TOO_LARGE: _("Kalendern är för stor, mer än 5 MB."),
        Fault.TOO_SLOW: _("Servern svarar för långsamt. Vi försöker igen."),
        Fault.NOT_A_CALENDAR: _(
            "Det är en webbsida och ingen kalender. Kopiera den hemliga adressen i iCal-format."
        ),
        Fault.TOO_DENSE: _("Kalendern har för många upprepningar för att kunna läsas."),
        Fault.SEAL: _("Adressen går inte att läsa längre. Ta bort kalendern och ge adressen igen."),
    }[fault]
