"""Lay out the demo library in an empty database, in one transaction."""

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from random import Random

from django.db import transaction
from django.utils.translation import gettext as _

from core.errors import Conflict, Invalid
from core.models import AuditEvent, User
from partners.models import Organisation
from scheduling.demo import (
    after,
    blocks,
    data,
    fill,
    learning,
    mails,
    others,
    places,
    plan,
    register,
    relations,
    sundry,
    table,
    timeline,
    visits,
)
from scheduling.demo.days import Occupied
from scheduling.demo.others import PlannedOther
from scheduling.demo.plan import PlannedVisit
from scheduling.demo.visits import Written
from scheduling.models import Booking, Library

USUAL = len(table.rows())
MOST = 40_000
_BATCH = 2000
_EARLIEST, _LATEST = date(2000, 1, 1), date(2090, 1, 1)


@dataclass(frozen=True, slots=True)
class Calendar:
    """All that is planned, before anything is written. ``wishes`` are by a visit's place."""

    visits: list[PlannedVisit]
    others: list[PlannedOther]
    wishes: dict[int, list[datetime]]


def calendar(today: date, count: int, random: Random) -> Calendar:
    """The visits and what else takes time around ``today``. Pure."""
    occupied = Occupied()
    core = plan.core(today, occupied)
    rest = others.others(today, occupied)
    if count < len(core):
        core = [core[number * len(core) // count] for number in range(count)]
    # The first wish is in words; the others name times, which nothing else may take.
    countered = [visit for visit in core if visit.countered][1:]
    times = {id(visit): plan.free_times(visit, occupied, 2) for visit in countered}
    more = fill.fill(today, count - len(core), occupied, random)
    found = sorted([*core, *more], key=lambda visit: (visit.start, visit.groups))
    wishes = {i: times[id(visit)] for i, visit in enumerate(found) if id(visit) in times}
    return Calendar(found, rest, wishes)


def seed(*, today: date, count: int = USUAL, seed: str = "1") -> int:
    """Lay out everything around ``today``; returns how many visits there are.

    Raises Conflict where something is there already, Invalid for a number or day out of reach.
    """
    _check(today, count)
    with transaction.atomic(), _no_collector():
        _refuse_where_something_is()
        planned = calendar(today, count, _random(seed, "calendar"))
        _write(today, planned, seed)
    return len(planned.visits)


@contextmanager
def _no_collector() -> Iterator[None]:
    """Nothing made here is garbage before the end; looking for it takes a sixth of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _write(today: date, planned: Calendar, seed: str) -> None:
    days = [visit.start.date() for visit in planned.visits]
    lines = timeline.timelines(planned.visits, today, _random(seed, "timeline"))
    world = places.write(today, min(days), max(days), _random(seed, "places"))
    register.write(world, _random(seed, "register"))
    relations.write(world)
    written = visits.write(world, planned.visits, lines, _random(seed, "visits"))
    rest = sundry.write(world, planned.others, _random(seed, "others"))
    interests = after.write(world, written, _random(seed, "after"))
    sundry.efforts(world, written, interests)
    learning.write(world, written, _random(seed, "learning"))
    _tell(written, sundry.events(world, rest))
    mails.propose(written, planned.wishes)
    mails.write(world, written)
    blocks.write([*(one.booking for one in written), *rest])


def _tell(written: Sequence[Written], more: Sequence[AuditEvent]) -> None:
    """The audit rows in the order in which everything happened."""
    events = [event for one in written for event in one.events]
    events += more
    events.sort(key=lambda event: (event.at, event.object_id))
    AuditEvent.objects.bulk_create(events, batch_size=_BATCH)


def _check(today: date, count: int) -> None:
    if not 1 <= count <= MOST:
        raise Invalid(_("Antalet besök kan vara 1 till %(most)d.") % {"most": MOST})
    if not _EARLIEST <= today <= _LATEST:
        raise Invalid(_("Dagen måste ligga mellan år 2000 och 2090."))


def _refuse_where_something_is() -> None:
    names = [person.username for person in data.STAFF]
    mail = [person.email for person in data.STAFF]
    if (
        any(model._default_manager.exists() for model in (Organisation, Library, Booking))
        or User.objects.filter(username__in=names).exists()
        or User.objects.filter(email__in=mail).exists()
    ):
        raise Conflict(
            _(
                "Databasen är inte tom: här finns redan partner, bibliotek, bokningar eller "
                "demokonton. Demobiblioteket läggs bara ut i en tom databas; inget har ändrats."
            )
        )


def _random(seed: str, purpose: str) -> Random:
    """A source of its own for each purpose, so that one more draw moves nothing else."""
    return Random(f"{seed}/{purpose}")  # noqa: S311 - the same rows every time, no secrets
