"""Write what came of the visits: follow-ups, interests caught, things handed over."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, time, timedelta
from itertools import islice
from random import Random
from typing import Final

from core import swedish
from scheduling.demo import days, words
from scheduling.demo.fill import evenly
from scheduling.demo.people import GROUPS
from scheduling.demo.story import FOLLOWED_UP
from scheduling.demo.visits import BATCH, Written
from scheduling.demo.words import NOTES, Note
from scheduling.demo.world import World
from scheduling.models import FollowUp, Handover, Interest, InterestSignal, SignalSource
from scheduling.states import CAME_STATES, Judgement, VisitState

#: A next step younger than this is still to be done.
_OPEN: Final = timedelta(days=21)
Pair = tuple[Written, FollowUp]


def write(world: World, visits: Sequence[Written], random: Random) -> dict[str, Interest]:
    """All of it; completes the audit rows of the visits. Returns the interests by name."""
    pairs = [
        (one, _follow_up(world, one, visits, random))
        for one in visits
        if one.line.followed_up is not None
    ]
    handed = list(_hand_over(pairs))
    FollowUp.objects.bulk_create([row for _one, row in pairs], batch_size=BATCH)
    for one, row in pairs:
        _complete(one, row)
    Handover.objects.bulk_create(handed + _without_a_visit(world))
    return _interests(world, pairs)


def _note(one: Written) -> Note | None:
    for mark in one.plan.marks:
        if mark[0] == "n" and mark[1:].isdigit():
            return NOTES[int(mark[1:])]
    return None


def _follow_up(world: World, one: Written, visits: Sequence[Written], random: Random) -> FollowUp:
    assert one.line.followed_up is not None
    at = one.line.followed_up
    plan, note = one.plan, _note(one)
    following = None if one.line.following is None else visits[one.line.following]
    worked, did_not_work = _chips(plan.judgement, random)
    attendance = _attendance(one, random)
    row = FollowUp(
        booking=one.booking,
        author=world.users[plan.hosts[0]],
        at=at.astimezone(UTC),
        attendance=attendance,
        judgement=plan.judgement.value if plan.judgement else "",
        worked=worked,
        did_not_work=did_not_work,
        next_booking=following.booking if following else None,
    )
    step = random.choice(words.NEXT_STEPS) if plan.judgement else words.NEXT_STEPS[0]
    if note is not None:
        row.attendance = note.attendance
        row.worked, row.did_not_work = list(note.worked), list(note.did_not_work)
        row.note = note.text.format(next=_next_day(plan.start, following))
        if note.next_step:
            _step(world, row, note.next_step, note.days, at)
    elif following is None and plan.judgement is not Judgement.SUCCESS:
        _step(world, row, step, 10, at)
    return row


def _chips(judgement: Judgement | None, random: Random) -> tuple[list[str], list[str]]:
    """A few short words each, as somebody presses in a minute."""
    if judgement is None:
        return [], []
    good, bad = words.WORKED[judgement], words.DID_NOT_WORK[judgement]
    return random.sample(good, k=random.randint(1, 2)), random.sample(bad, k=1 if bad else 0)


def _attendance(one: Written, random: Random) -> int:
    if one.plan.state not in CAME_STATES:
        return 0
    least = max(GROUPS[alias].least for alias in one.plan.groups)
    came = random.randint(least, one.plan.most)
    return max(1, came // 2) if one.plan.state is VisitState.PARTLY_HELD else came


def _next_day(start: datetime, following: Written | None) -> str:
    """The day of the next visit, "12 jan"; where there is none, that of nine weeks later."""
    day = following.plan.start if following else start + timedelta(weeks=9)
    return swedish.short_date(day).partition(" ")[2]


def _step(world: World, row: FollowUp, text: str, after: int, at: datetime) -> None:
    due = at.date() + timedelta(days=after)
    row.next_step, row.next_step_due = text, due
    if at < world.now - _OPEN - timedelta(days=after - 10):
        row.next_step_done_at = days.at(due, time(9)).astimezone(UTC)


def _complete(one: Written, row: FollowUp) -> None:
    event = one.event(FOLLOWED_UP)
    assert event is not None
    event.data = {
        "follow_up": row.pk,
        "version": 1,
        "before": VisitState.CONFIRMED.value,
        "state": one.booking.state,
        "next_booking": row.next_booking_id,
    }


def _hand_over(pairs: Sequence[Pair]) -> Iterator[Handover]:
    """Those of the notes, and the others at visits spread over the table's."""
    plain = [pair for pair in pairs if pair[0].plan.core and _is_plain(pair)]
    others = words.HANDOVERS[: -words.WITHOUT_A_VISIT]
    step = max(1, len(plain) // len(others))
    chosen = list(zip(plain[::step], others, strict=False))
    noted = [(pair, note.handover) for pair in pairs if (note := _note(pair[0])) and note.handover]
    for (one, row), (topic, receiver, mission) in [*noted, *chosen]:
        row.mission = mission.value
        yield Handover(
            follow_up=row,
            on=one.plan.start.date(),
            topic=topic,
            receiver=receiver.value,
            is_demo=True,
        )


def _is_plain(pair: Pair) -> bool:
    """Somebody came, and none of the ten notes stands there."""
    return pair[0].plan.state in CAME_STATES and _note(pair[0]) is None


def _without_a_visit(world: World) -> list[Handover]:
    return [
        Handover(on=days.back(world.today, 9 * n), topic=topic, receiver=to.value, is_demo=True)
        for n, (topic, to, _mission) in enumerate(words.HANDOVERS[-words.WITHOUT_A_VISIT :], 1)
    ]


def _interests(world: World, pairs: Sequence[Pair]) -> dict[str, Interest]:
    interests = {name: Interest.objects.create(name=name) for name in words.INTERESTS}
    noted = [
        _signal(world, pair, interests[name])
        for pair in pairs
        for name in getattr(_note(pair[0]), "interests", ())
    ]
    left = dict(words.INTERESTS)
    for signal in noted:
        left[signal.interest.name] -= 1
    names = list(islice(evenly(left), sum(left.values())))
    at_visits, elsewhere = names[: -len(words.ELSEWHERE)], names[-len(words.ELSEWHERE) :]
    plain = [pair for pair in pairs if pair[0].plan.core and _is_plain(pair)]
    step = max(1, len(plain) // len(at_visits))
    rows = noted + [
        _signal(world, pair, interests[name])
        for name, pair in zip(at_visits, plain[::step], strict=False)
    ]
    rows += [
        InterestSignal(
            interest=interests[name], source=source, on=days.back(world.today, 6 * n), is_demo=True
        )
        for n, (name, source) in enumerate(zip(elsewhere, words.ELSEWHERE, strict=True), 1)
    ]
    InterestSignal.objects.bulk_create(rows)
    return interests


def _signal(world: World, pair: Pair, interest: Interest) -> InterestSignal:
    one, row = pair
    return InterestSignal(
        interest=interest,
        group=world.groups[one.plan.groups[0]],
        follow_up=row,
        source=SignalSource.VISIT,
        on=one.plan.start.date(),
        is_demo=True,
    )
