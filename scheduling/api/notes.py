"""Follow-up notes: finished ones for those who may read them, drafts for their author alone."""

from datetime import date, datetime
from typing import Annotated

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router
from pydantic import BaseModel, Field

from core import access
from core.errors import Missing
from scheduling.access import visit_for, visit_to_follow_up
from scheduling.api.common import answers, user_of
from scheduling.api.fields import Strict, Text, limit
from scheduling.followup import drafts
from scheduling.followup.given import NOTE_LENGTH
from scheduling.models import FollowUp, FollowUpDraft
from scheduling.states import Judgement, Mission

router = Router(tags=["visits"])


class NoteBody(BaseModel):
    """One version of a finished note; the ``current`` one counts."""

    version: int
    current: bool
    author: str
    at: datetime
    attendance: int
    judgement: Judgement | None
    worked: list[str]
    did_not_work: list[str]
    note: str
    mission: Mission
    next_step: str
    next_step_due: date | None


class DraftIn(Strict):
    """The form's fields as they were typed: name -> values."""

    fields: Annotated[
        dict[str, list[Annotated[Text, limit(NOTE_LENGTH)]]],
        Field(max_length=drafts.MOST_FIELDS),
    ]


class DraftBody(BaseModel):
    """One's own draft; erased after 30 days, or when it becomes a note."""

    fields: dict[str, list[str]]
    at: datetime


@router.get(
    "/{visit}/follow-up/notes",
    response=answers(list[NoteBody]),
    operation_id="list_follow_up_notes",
)
def list_notes(request: HttpRequest, visit: int) -> object:
    """Every version, the newest first. Not for the manager, who has the report."""
    user = user_of(request)
    access.require(access.may_read_notes(user))
    rows = visit_for(user, visit).follow_ups.select_related("author").order_by("-version")
    return [_note(row) for row in rows]


@router.get(
    "/{visit}/follow-up/draft", response=answers(DraftBody), operation_id="get_follow_up_draft"
)
def get_draft(request: HttpRequest, visit: int) -> object:
    """One's own; a colleague's is missing, whoever asks."""
    user = user_of(request)
    row = drafts.of(user, visit_to_follow_up(user, visit))
    if row is None:
        raise Missing
    return _draft(row)


@router.put(
    "/{visit}/follow-up/draft", response=answers(DraftBody), operation_id="keep_follow_up_draft"
)
def keep_draft(request: HttpRequest, visit: int, payload: DraftIn) -> object:
    """Keep what is typed so far."""
    user = user_of(request)
    booking = visit_to_follow_up(user, visit)
    row = drafts.keep(actor=user, now=timezone.now(), booking=booking, fields=payload.fields)
    return _draft(row)


@router.delete(
    "/{visit}/follow-up/draft",
    response=answers(DraftBody),
    operation_id="drop_follow_up_draft",
)
def drop_draft(request: HttpRequest, visit: int) -> object:
    """Throw one's own away; what was thrown away is answered once more."""
    user = user_of(request)
    booking = visit_to_follow_up(user, visit)
    row = drafts.of(user, booking)
    if row is None:
        raise Missing
    drafts.drop(user, booking)
    return _draft(row)


def _note(row: FollowUp) -> NoteBody:
    return NoteBody(
        version=row.version,
        current=row.current,
        author=row.author.name,
        at=row.at,
        attendance=row.attendance,
        judgement=Judgement(row.judgement) if row.judgement else None,
        worked=row.worked,
        did_not_work=row.did_not_work,
        note=row.note,
        mission=Mission(row.mission),
        next_step=row.next_step,
        next_step_due=row.next_step_due,
    )


def _draft(row: FollowUpDraft) -> DraftBody:
    return DraftBody(fields=row.fields, at=row.at)
