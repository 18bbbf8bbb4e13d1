"""Write visits in batches: bookings, what they take, who was asked and what they said."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Final

from core.models import AuditEvent
from partners.models import Contact, Group
from scheduling.booking.plan import respond_by
from scheduling.demo import story
from scheduling.demo.data import CALM_DAYS, CALM_TO
from scheduling.demo.plan import PlannedVisit
from scheduling.demo.story import Act
from scheduling.demo.timeline import Timeline
from scheduling.demo.world import World, new_uid
from scheduling.models import (
    Allocation,
    Answer,
    Booking,
    Invitation,
    Visit,
)
from scheduling.states import BookingKind, InvitationState, VisitState

BATCH: Final = 1000
_NOTHING: Final = timedelta()
_TITLE: Final = "Öppna ängen: fika & läsning på äldre svenska 🌻"
_PLACE: Final = "Stortorget, vid fontänen"
_DIETS: Final = ("2 glutenfritt", "1 laktosfritt, 1 utan nötter")
_REASONS: Final = {
    VisitState.CANCELLED_BY_US: "Värden blev sjuk",
    VisitState.CANCELLED_BY_PARTNER: "Personalbrist hos dem",
}


@dataclass(slots=True)
class Written:
    """One visit as rows, with its plan beside it."""

    plan: PlannedVisit
    line: Timeline
    acts: list[Act]
    booking: Booking
    visit: Visit
    invitations: list[Invitation]
    events: list[AuditEvent]

    def event(self, *verbs: str) -> AuditEvent | None:
        """The audit row of the first act with one of ``verbs``."""
        return next((event for event in self.events if event.verb in verbs), None)


def write(
    world: World, plans: Sequence[PlannedVisit], lines: Sequence[Timeline], random: Random
) -> list[Written]:
    """All visits, in their order; their audit rows are made but not stored yet."""
    done: list[Written] = []
    diets = iter(_DIETS)
    for first in range(0, len(plans), BATCH):
        pairs = zip(plans[first : first + BATCH], lines[first : first + BATCH], strict=True)
        rows = [_rows(world, plan, line, random, diets) for plan, line in pairs]
        _store(world, rows)
        done += rows
    _store_allocations(world, done)
    return done


def _rows(
    world: World, plan: PlannedVisit, line: Timeline, random: Random, diets: Iterator[str]
) -> Written:
    acts = story.acts(plan, line)
    booking = _booking(world, plan, line, acts, random)
    contacts = [world.contact(alias, plan.start) for alias in plan.groups]
    visit = _visit(world, booking, plan, line, contacts[0])
    if plan.core and plan.state is VisitState.CONFIRMED and plan.room is not None:
        visit.diets = next(diets, "")
    invitations = [
        _invitation(world.groups[alias], contact, booking, plan, line, acts, random)
        for alias, contact in zip(plan.groups, contacts, strict=True)
    ]
    return Written(plan, line, acts, booking, visit, invitations, [])


def _booking(
    world: World, plan: PlannedVisit, line: Timeline, acts: list[Act], random: Random
) -> Booking:
    counted = [act for act in acts if act.counts]
    kind = BookingKind.STUDY_VISIT if plan.room else BookingKind.OUTREACH_VISIT
    return Booking(
        kind=kind.value,
        state=plan.state.value,
        title=_TITLE if "title" in plan.marks else "",
        library=world.library,
        start=plan.start.astimezone(UTC),
        end=plan.end.astimezone(UTC),
        version=len(counted),
        feed_uid=new_uid(random),
        feed_sequence=len(counted) - 1,
        feed_changed_at=counted[-1].at.astimezone(UTC),
        created_by=world.planner,
        created_at=line.booked.astimezone(UTC),
        cancelled_at=line.called_off.astimezone(UTC) if line.called_off else None,
        cancel_reason=_REASONS.get(plan.state, "") if _cancelled(acts) else "",
        is_demo=True,
    )


def _cancelled(acts: list[Act]) -> bool:
    return any(act.verb in story.CANCELS for act in acts)


def _visit(
    world: World, booking: Booking, plan: PlannedVisit, line: Timeline, contact: Contact
) -> Visit:
    groups = [world.groups[alias] for alias in plan.groups]
    two = any(group.two_hosts for group in groups)
    learners = any("ar" in group.languages for group in groups)
    return Visit(
        booking=booking,
        programme=world.programmes[plan.programme],
        host=world.hosts[plan.hosts[0]],
        co_host=world.hosts[plan.hosts[1]] if len(plan.hosts) > 1 else None,
        room=world.rooms[plan.room] if plan.room else None,
        place="" if plan.room else _PLACE,
        travel_minutes=int(plan.travel.total_seconds() // 60),
        meeting_point="vid den tysta ingången" if two else world.library.meeting_point,
        contact=contact,
        size_band=max((group.size for group in groups), key=lambda band: band.most).value,
        followers=1 if learners else 0,
        access_needs=sorted({need for group in groups for need in group.access_needs}),
        interpreter="Arabiska. Lärcentret bokar tolk." if learners else "",
        fika=any(group.fika for group in groups),
        calm=_is_calm(plan.start),
        card_signup=plan.programme == "lana",
        two_hosts=two,
        plan_quiet_place="Skrivarrummet står öppet" if two else "",
        plan_exit="Dörren mot gården" if two else "",
        plan_rules_explained=two,
        respond_by=respond_by(plan.start, line.booked),
    )


def _is_calm(start: datetime) -> bool:
    return start.weekday() in CALM_DAYS and start.time() < CALM_TO


def _invitation(
    group: Group,
    contact: Contact,
    booking: Booking,
    plan: PlannedVisit,
    line: Timeline,
    acts: list[Act],
    random: Random,
) -> Invitation:
    answers = [act for act in acts if act.answer]
    told_of_the_end = int(_cancelled(acts) and bool(contact.email))
    return Invitation(
        booking=booking,
        contact=contact,
        group=group,
        ical_uid=new_uid(random),
        sequence=told_of_the_end,
        significant_sequence=told_of_the_end,
        state=answers[-1].answer if answers else InvitationState.PENDING.value,
        answered_at=answers[-1].at.astimezone(UTC) if answers else None,
        channel=plan.channel.value if plan.channel else "",
        size_band=group.size_band if answers and answers[-1].answer == "accepted" else "",
        created_at=(line.replaced or line.booked).astimezone(UTC),
    )


def _store(world: World, rows: list[Written]) -> None:
    Booking.objects.bulk_create([row.booking for row in rows])
    Visit.objects.bulk_create([row.visit for row in rows])
    link = Visit.groups.through
    link._default_manager.bulk_create(
        [
            link(visit_id=row.booking.pk, group_id=world.groups[alias].pk)
            for row in rows
            for alias in row.plan.groups
        ]
    )
    Invitation.objects.bulk_create([one for row in rows for one in row.invitations])
    Answer.objects.bulk_create([answer for row in rows for answer in _answers(world, row)])
    for row in rows:
        row.events = [_event(world, row, act) for act in row.acts]


def _answers(world: World, row: Written) -> Iterator[Answer]:
    for act in row.acts:
        if not act.answer:
            continue
        for one in row.invitations:
            yield Answer(
                invitation=one,
                at=act.at.astimezone(UTC),
                state=act.answer,
                channel=act.via,
                size_band=one.group.size_band if one.group and act.answer == "accepted" else "",
                by=world.users.get(act.actor),
            )


def _event(world: World, row: Written, act: Act) -> AuditEvent:
    return AuditEvent(
        at=act.at.astimezone(UTC),
        actor=world.users.get(act.actor),
        via=act.via,
        verb=act.verb,
        object_type="booking",
        object_id=row.booking.pk,
        data=_data(row, act),
    )


def _data(row: Written, act: Act) -> dict[str, object]:
    """As the services write it; a follow-up's is completed when the follow-up has its id."""
    if act.verb in {story.BOOKED, "visit.drafted"}:
        return {**story.times(row.plan), "invitations": len(row.invitations)}
    if act.answer:
        return {"invitation": row.invitations[0].pk}
    return {"state": VisitState.CONFIRMED.value} if act.verb in story.CANCELS else {}


def _store_allocations(world: World, rows: list[Written]) -> None:
    """The latest first: SQLite's trigger then never reads past the rows already there."""
    found = [
        Allocation(
            resource_id=world.resources[name],
            booking=row.booking,
            start=row.booking.start - (row.plan.travel if name in row.plan.hosts else _NOTHING),
            end=row.booking.end + (row.plan.travel if name in row.plan.hosts else _NOTHING),
        )
        for row in reversed(rows)
        if row.plan.holds
        for name in row.plan.names
    ]
    Allocation.objects.bulk_create(found, batch_size=BATCH)
