"""Rows of hosts' hours, own calendars and partners' times to avoid, as the rules' data."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.utils.translation import gettext as _

from core import swedish
from core.errors import Clash
from partners.models import Group
from scheduling.booking import rules
from scheduling.booking.starts import Interval
from scheduling.models import AvoidTime, BusyInterval, Host, OwnCalendarMode, Visit

STOCKHOLM = ZoneInfo("Europe/Stockholm")


def kept_free(hosts: Iterable[Host], first: date, last: date) -> dict[int, list[Interval]]:
    """Host's resource -> times not to propose: off duty, or blocked by the host's own calendar.

    Three queries, whatever the number of hosts. ``first`` and ``last`` are local, inclusive.
    """
    by_pk = {host.pk: host for host in hosts}
    found: dict[int, list[Interval]] = defaultdict(list)
    for pk, shift in _shifts(by_pk).items():
        found[by_pk[pk].resource_id] += rules.off_duty(shift, first, last, STOCKHOLM)
    start = datetime.combine(first, time.min, tzinfo=STOCKHOLM)
    end = datetime.combine(last + timedelta(days=1), time.min, tzinfo=STOCKHOLM)
    rows = BusyInterval.objects.filter(
        host__in=by_pk, source__mode=OwnCalendarMode.BLOCKS.value, start__lt=end, end__gt=start
    )
    for host, begin, until in rows.values_list("host_id", "start", "end"):
        found[by_pk[host].resource_id].append(Interval.of(begin, until))
    return found


def _shifts(hosts: dict[int, Host]) -> dict[int, rules.Shift]:
    shifts: dict[int, rules.Shift] = defaultdict(lambda: rules.Shift({}, {}))
    from_rows = Host.objects.filter(pk__in=hosts).prefetch_related("working_hours", "working_days")
    for host in from_rows:
        for row in host.working_hours.all():
            shifts[host.pk].weekdays[row.weekday] = (row.start, row.end)
        for exception in host.working_days.all():
            hours = (exception.start, exception.end)
            shifts[host.pk].days[exception.day] = (
                (hours[0], hours[1]) if hours[0] is not None and hours[1] is not None else None
            )
    return shifts


def avoid_rules(groups: Sequence[Group]) -> list[rules.Avoid]:
    """What the groups and their organisations wish to avoid."""
    rows = AvoidTime.objects.filter(
        Q(group__in=groups) | Q(organisation__in={group.organisation_id for group in groups})
    )
    return [
        rules.Avoid(row.weekday, row.first_day, row.last_day, row.start, row.end, row.reason)
        for row in rows
    ]


def warnings(
    *, start: datetime, end: datetime, hosts: Sequence[Host], groups: Sequence[Group]
) -> list[tuple[str, str]]:
    """What the hosts' days and the partners' wishes say of the time: (code, sentence)."""
    first = start.astimezone(STOCKHOLM).date() - timedelta(days=1)
    last = end.astimezone(STOCKHOLM).date()
    found = [
        ("avoid", _avoided(rule))
        for interval, rule in rules.avoided(avoid_rules(groups), first, last, STOCKHOLM)
        if rules.overlaps(interval, start, end)
    ]
    shifts = _shifts({host.pk: host for host in hosts})
    for host in hosts:
        shift = shifts.get(host.pk)
        off = rules.off_duty(shift, first, last, STOCKHOLM) if shift else ()
        if any(rules.overlaps(interval, start, end) for interval in off):
            found.append(("off_duty", _("%(name)s arbetar inte då.") % {"name": host.first_name}))
    found += [("own_calendar", _own(row)) for row in own_busy(hosts, start, end)]
    return list(dict.fromkeys(found))


def _avoided(rule: rules.Avoid) -> str:
    if rule.reason:
        return _("Partnern undviker helst den tiden: %(reason)s.") % {"reason": rule.reason}
    return _("Partnern undviker helst den tiden.")


def own_busy(hosts: Sequence[Host], start: datetime, end: datetime) -> list[BusyInterval]:
    """The busy times of the hosts' own calendars that overlap [start, end)."""
    rows = BusyInterval.objects.filter(host__in=hosts, start__lt=end, end__gt=start)
    return list(rows.select_related("host__user", "source").order_by("start", "pk")[:10])


def blocked(hosts: Sequence[Host], start: datetime, end: datetime) -> list[BusyInterval]:
    """Those of the busy times that forbid, since their host chose so."""
    rows = own_busy(hosts, start, end)
    return [row for row in rows if row.source.mode == OwnCalendarMode.BLOCKS.value]


def _own(row: BusyInterval) -> str:
    return _("%(name)s har upptaget i sin egen kalender %(when)s.") % {
        "name": row.host.first_name,
        "when": swedish.compact_when(row.start, row.end),
    }


def require_own_free(visit: Visit, start: datetime, end: datetime) -> None:
    """Raise Clash where an own calendar that blocks is busy and nobody said why it may be.

    The way there and back counts.
    """
    if visit.busy_override:
        return
    way = timedelta(minutes=visit.travel_minutes)
    blocking = blocked(visit.hosts, start - way, end + way)
    if not blocking:
        return
    message = " ".join([*dict.fromkeys(_own(row) for row in blocking), _(
        "Välj en annan tid eller värd, eller skriv varför det går ändå."
    )])  # fmt: skip
    raise Clash(
        message,
        code="own_calendar",
        fields={"busy_override": message},
        extra={
            "clashes": [
                {
                    "kind": "own_calendar",
                    "name": row.host.user.name,
                    "start": row.start.isoformat(),
                    "end": row.end.isoformat(),
                }
                for row in blocking
            ]
        },
    )
