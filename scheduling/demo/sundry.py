"""Write what is no visit: training, analyses, meetings, absence, efforts, boundary cases."""

from collections.abc import Sequence
from datetime import UTC, timedelta
from random import Random

from core.models import AuditEvent
from scheduling.demo import days, lessons
from scheduling.demo.others import TRAINING, PlannedOther
from scheduling.demo.visits import BATCH, Written
from scheduling.demo.world import World, new_uid
from scheduling.models import (
    Allocation,
    Analysis,
    Booking,
    BoundaryCase,
    Effort,
    Gathering,
    Interest,
    TrainingSession,
)
from scheduling.states import BookingKind, VisitState


def write(world: World, others: Sequence[PlannedOther], random: Random) -> list[Booking]:
    """The bookings, in their order."""
    bookings = [_booking(world, other, random) for other in others]
    Booking.objects.bulk_create(bookings)
    Allocation.objects.bulk_create(
        [
            Allocation(
                resource_id=world.resources[name],
                booking=booking,
                start=booking.start,
                end=booking.end,
            )
            for booking, other in zip(bookings, others, strict=True)
            for name in other.names
        ],
        batch_size=BATCH,
    )
    _gatherings(world, others, bookings)
    _training(world, others, bookings)
    return bookings


def _gatherings(world: World, others: Sequence[PlannedOther], bookings: Sequence[Booking]) -> None:
    """Where each meeting and session is, and who of us is there."""
    for booking, other in zip(bookings, others, strict=True):
        if other.kind in (BookingKind.MEETING, BookingKind.TRAINING):
            room = next((world.rooms[name] for name in other.names if name in world.rooms), None)
            row = Gathering.objects.create(booking=booking, room=room)
            row.hosts.set(world.hosts[name] for name in other.names if name in world.hosts)


def events(world: World, bookings: Sequence[Booking]) -> list[AuditEvent]:
    """One audit row each: that it was booked."""
    return [
        AuditEvent(
            at=booking.created_at,
            actor=world.planner,
            verb=f"{booking.kind}.booked",
            object_type="booking",
            object_id=booking.pk,
            data={"start": booking.start.isoformat(), "end": booking.end.isoformat()},
        )
        for booking in bookings
    ]


def _booking(world: World, other: PlannedOther, random: Random) -> Booking:
    made = min(other.start - timedelta(days=40), world.now - timedelta(days=3)).astimezone(UTC)
    over = other.end < world.now
    return Booking(
        kind=other.kind.value,
        state=(VisitState.HELD if over else VisitState.CONFIRMED).value,
        title=other.title,
        library=world.library,
        start=other.start.astimezone(UTC),
        end=other.end.astimezone(UTC),
        feed_uid=new_uid(random),
        feed_changed_at=made,
        created_by=world.planner,
        created_at=made,
        is_demo=True,
    )


def _training(world: World, others: Sequence[PlannedOther], bookings: Sequence[Booking]) -> None:
    analyses = [
        Analysis.objects.create(
            on=days.moved(on, world.today),
            question=question,
            basis=basis,
            conclusion=conclusion,
            is_demo=True,
        )
        for on, question, basis, conclusion in lessons.ANALYSES
    ]
    for booking, other in zip(bookings, others, strict=True):
        if other.training is None:
            continue
        _day, topic, analysis, came = TRAINING[other.training]
        TrainingSession.objects.create(
            booking=booking,
            analysis=analyses[analysis],
            topic=topic,
            attendance=came if booking.state == VisitState.HELD.value else None,
        )


def efforts(world: World, visits: Sequence[Written], interests: dict[str, Interest]) -> None:
    """What was tried, with its visits and interests; and the boundary cases."""
    for effort in lessons.EFFORTS:
        row = Effort.objects.create(
            kind=effort.kind,
            what=effort.what,
            why=effort.why,
            for_whom=effort.for_whom,
            starts_on=days.moved(effort.starts, world.today),
            ends_on=None if effort.ends is None else days.moved(effort.ends, world.today),
            hours=effort.hours,
            judgement=effort.judgement.value,
            lesson=effort.lesson,
            decision=effort.decision,
            is_demo=True,
        )
        row.interests.set(interests[name] for name in effort.interests if name in interests)
        row.bookings.set(one.booking for one in visits if one.plan.marks.intersection(effort.marks))
    for on, question, outcome in lessons.BOUNDARY_CASES:
        BoundaryCase.objects.create(
            on=days.moved(on, world.today), question=question, outcome=outcome, is_demo=True
        )
