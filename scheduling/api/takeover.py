"""What a new colleague must know of a group."""

from datetime import date

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router
from pydantic import BaseModel

from core import access
from partners import queries
from scheduling.api.common import answers, user_of
from scheduling.api.fields import iso
from scheduling.insight import takeover as insight
from scheduling.insight.rhythm import Rhythm

router = Router(tags=["relation"])


class LessonBody(BaseModel):
    """What was learnt at one visit."""

    visit: int
    start: str
    note: str
    did_not_work: list[str]


class OpenStep(BaseModel):
    """Something agreed and not done."""

    text: str
    due: date | None


class TakeoverBody(BaseModel):
    """The page as data; never the group's category. ``weekday`` 0 is Monday.

    For the manager nothing that was written about situations.
    """

    group: int
    rhythm: Rhythm
    reason: str
    weekday: int | None
    clock: str
    programme: str
    room: str
    host: str
    worked: list[str]
    did_not_work: list[str]
    lessons: list[LessonBody]
    next_steps: list[OpenStep]
    next_visits: list[int]
    agreements: list[int]


@router.get("/groups/{group}/takeover", response=answers(TakeoverBody), operation_id="get_takeover")
def get_takeover(request: HttpRequest, group: int) -> object:
    """What lasts, what has not worked, and what is open."""
    user = user_of(request)
    row = queries.group_by_id(viewer=user, pk=group)
    found = insight.of(row, timezone.now(), reads_notes=access.may_read_notes(user))
    usual = found.usual
    steps = [OpenStep(text=one.text, due=one.due) for one in found.steps]
    steps += [OpenStep(text=one.next_step, due=one.next_step_due) for one in found.noted_steps]
    return TakeoverBody(
        group=row.pk,
        rhythm=found.standing.rhythm,
        reason=found.standing.reason,
        weekday=usual.weekday,
        clock=usual.clock,
        programme=usual.programme,
        room=usual.room,
        host=usual.host,
        worked=[word for word, _times in found.worked],
        did_not_work=[word for word, _times in found.not_worked],
        lessons=[
            LessonBody(
                visit=note.booking_id,
                start=iso(note.booking.start),
                note=note.note,
                did_not_work=[str(word) for word in note.did_not_work],
            )
            for note in found.lessons
        ],
        next_steps=steps,
        next_visits=[booking.pk for booking in found.ahead],
        agreements=[agreement.pk for agreement in found.agreements],
    )
