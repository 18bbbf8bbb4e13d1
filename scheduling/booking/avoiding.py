"""Times that a partner or a group would rather avoid: told once, thought of at every proposal."""

from dataclasses import dataclass
from datetime import date, datetime, time

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from core import access, audit, swedish, texts
from core.errors import Missing, refuse
from core.models import User
from partners.models import WEEKDAY_LABELS, Group, Organisation
from scheduling.booking.spans import require_near
from scheduling.models import AvoidTime


@dataclass(frozen=True, slots=True, kw_only=True)
class AvoidFacts:
    """A weekday, a range of dates, or both; whole days where no hours are given."""

    weekday: int | None = None
    first_day: date | None = None
    last_day: date | None = None
    start: time | None = None
    end: time | None = None
    reason: str = ""


def of_group(group: Group) -> QuerySet[AvoidTime]:
    """The group's own and its organisation's."""
    return AvoidTime.objects.filter(
        Q(group=group) | Q(organisation_id=group.organisation_id)
    ).select_related("organisation", "group")


@transaction.atomic
def add(*, actor: User, now: datetime, owner: Group | Organisation, facts: AvoidFacts) -> AvoidTime:
    """Keep the time. Raises Invalid, PersonalData."""
    access.require(access.may_plan(actor))
    last = facts.last_day or facts.first_day
    _check(facts, last)
    require_near(now, first_day=facts.first_day, last_day=last)
    row = AvoidTime.objects.create(
        group=owner if isinstance(owner, Group) else None,
        organisation=owner if isinstance(owner, Organisation) else None,
        weekday=facts.weekday,
        first_day=facts.first_day,
        last_day=last,
        start=facts.start,
        end=facts.end,
        reason=texts.clean(facts.reason, field="reason", limit=120),
    )
    audit.record(now=now, actor=actor, verb="avoid_time.added", target=row)
    return row


@transaction.atomic
def remove(*, actor: User, now: datetime, pk: int) -> AvoidTime:
    """It no longer matters."""
    access.require(access.may_plan(actor))
    row = AvoidTime.objects.filter(pk=pk).first()
    if row is None:
        raise Missing
    audit.record(now=now, actor=actor, verb="avoid_time.removed", target=row)
    row.delete()
    return row


def _check(facts: AvoidFacts, last: date | None) -> None:
    faults: dict[str, str] = {}
    if facts.weekday is None and facts.first_day is None:
        faults["weekday"] = _("Välj en veckodag eller en första dag.")
    if facts.weekday is not None and not 0 <= facts.weekday <= 6:
        faults["weekday"] = _("Veckodagen är 0 (måndag) till 6 (söndag).")
    if facts.last_day is not None and facts.first_day is None:
        faults["first_day"] = _("Skriv också första dagen.")
    elif facts.first_day and last and last < facts.first_day:
        faults["last_day"] = _("Slutdagen är före startdagen.")
    if (facts.start is None) != (facts.end is None):
        faults["end"] = _("Skriv båda klockslagen, eller inget för hela dagen.")
    elif facts.start and facts.end and facts.end <= facts.start:
        faults["end"] = _("Sluttiden måste vara efter starttiden.")
    refuse(faults)


def words(row: AvoidTime) -> str:
    """ "Tisdag 11.30–13.00", "15 jun – 15 aug", in the reader's language."""
    parts = []
    if row.weekday is not None:
        parts.append(str(WEEKDAY_LABELS[row.weekday]).capitalize())
    if row.first_day and row.last_day:
        one = row.first_day == row.last_day
        parts.append(
            swedish.table_date(row.first_day)
            if one
            else f"{swedish.table_date(row.first_day)} – {swedish.table_date(row.last_day)}"
        )
    if row.start and row.end:
        parts.append(swedish.time_range(row.start, row.end))
    return " ".join(parts)
