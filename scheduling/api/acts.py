"""What can be done with a visit: move, call off, send, confirm, undo, answer, follow up."""

from typing import Annotated

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Body, Router
from ninja.responses import Status

from core.errors import IllegalTransition, Missing
from core.models import User
from scheduling import access
from scheduling.api.bodies import VisitBody
from scheduling.api.common import answers, one, user_of
from scheduling.api.replies import invitation_of, reply_of
from scheduling.api.schemas import (
    OUTCOMES,
    AnswerIn,
    CancelIn,
    FollowUpIn,
    MoveIn,
    VersionIn,
)
from scheduling.api.visits import KeyHeader, shown
from scheduling.api.wanted import active_rooms
from scheduling.booking import services, ways_out
from scheduling.followup.services import FollowUpInput, record
from scheduling.models import Programme, Proposal
from scheduling.states import ProposalState

router = Router(tags=["visits"])
VersionBody = Annotated[VersionIn | None, Body()]
VISIT = answers(VisitBody)


@router.post("/{visit}/move", response=VISIT, operation_id="move_visit")
def move(request: HttpRequest, visit: int, payload: MoveIn) -> object:
    """Another time: the visit keeps its identity, is offered again and all are told."""
    user, now = user_of(request), timezone.now()
    booking = access.visit_to_plan(user, visit)
    room = one(active_rooms(), payload.room, "room")
    wanted = ways_out.Wanted.of_booking(booking, start=payload.start, end=payload.end, room=room)
    with ways_out.told(wanted, now=now):
        services.move(
            actor=user,
            now=now,
            booking=booking,
            start=payload.start,
            end=payload.end,
            room=room,
            version=payload.version,
            hours_confirmed=payload.hours_confirmed,
            busy_override=payload.busy_override,
            room_reason=payload.room_reason,
        )
    return shown(user, visit)


@router.post("/{visit}/cancel", response=VISIT, operation_id="cancel_visit")
def cancel(request: HttpRequest, visit: int, payload: CancelIn) -> object:
    """Call it off, by us or by the partner; who was invited is told."""
    user, now = user_of(request), timezone.now()
    services.cancel(
        actor=user,
        now=now,
        booking=access.visit_to_plan(user, visit),
        by_partner=payload.by == "partner",
        reason=payload.reason,
        version=payload.version,
    )
    return shown(user, visit)


@router.post("/{visit}/send", response=VISIT, operation_id="send_visit")
def send(request: HttpRequest, visit: int, payload: VersionBody = None) -> object:
    """A draft becomes an offer."""
    user, now = user_of(request), timezone.now()
    booking = access.visit_to_plan(user, visit)
    services.send_draft(actor=user, now=now, booking=booking, version=_version(payload))
    return shown(user, visit)


@router.post("/{visit}/confirm", response=VISIT, operation_id="confirm_visit")
def confirm(request: HttpRequest, visit: int, payload: VersionBody = None) -> object:
    """Staff says that the visit stands."""
    user, now = user_of(request), timezone.now()
    booking = access.visit_to_plan(user, visit)
    services.confirm(actor=user, now=now, booking=booking, version=_version(payload))
    return shown(user, visit)


@router.post("/{visit}/undo", response=VISIT, operation_id="undo_visit")
def undo(request: HttpRequest, visit: int) -> object:
    """Take back the last act, as long as none of its mails has left."""
    user, now = user_of(request), timezone.now()
    services.undo(actor=user, now=now, booking=access.visit_to_plan(user, visit))
    return shown(user, visit)


@router.post("/{visit}/answer", response=VISIT, operation_id="answer_visit")
def answer(request: HttpRequest, visit: int, payload: AnswerIn) -> object:
    """Take down what an addressee said."""
    user, now = user_of(request), timezone.now()
    booking = access.visit_to_plan(user, visit)
    services.answer(
        invitation=invitation_of(booking, payload), reply=reply_of(payload), now=now, actor=user
    )
    return shown(user, visit)


@router.post("/{visit}/proposals/{proposal}/accept", response=VISIT, operation_id="accept_proposal")
def accept_proposal(request: HttpRequest, visit: int, proposal: int) -> object:
    """The visit moves to the wished time, and all are told."""
    user, now = user_of(request), timezone.now()
    services.accept_proposal(actor=user, now=now, proposal=_proposal(user, visit, proposal))
    return shown(user, visit)


@router.post(
    "/{visit}/proposals/{proposal}/decline", response=VISIT, operation_id="decline_proposal"
)
def decline_proposal(request: HttpRequest, visit: int, proposal: int) -> object:
    """The offered time stands."""
    user, now = user_of(request), timezone.now()
    wish = _proposal(user, visit, proposal)
    if wish.state != ProposalState.OPEN.value:
        raise IllegalTransition(_("Förslaget är redan besvarat."))
    services.decline_proposal(actor=user, now=now, proposal=wish)
    return shown(user, visit)


@router.post(
    "/{visit}/follow-up",
    response=answers(VisitBody, 200, 201),
    operation_id="follow_up_visit",
)
def follow_up(
    request: HttpRequest, visit: int, payload: FollowUpIn, key: KeyHeader = None
) -> object:
    """Write what came of it; again, it is a correction. The same key again answers 200."""
    user, now = user_of(request), timezone.now()
    made = record(
        actor=user,
        now=now,
        booking=access.visit_to_follow_up(user, visit),
        given=_given(payload),
        version=payload.version,
        idempotency_key=payload.idempotency_key or key,
    )
    return Status(201 if made.at == now else 200, shown(user, visit))


def _version(payload: VersionIn | None) -> int | None:
    return payload.version if payload else None


def _proposal(user: User, visit: int, pk: int) -> Proposal:
    booking = access.visit_to_plan(user, visit)
    rows = Proposal.objects.filter(invitation__booking=booking, pk=pk)
    found = rows.select_related("invitation__booking").first()
    if found is None:
        raise Missing
    return found


def _given(payload: FollowUpIn) -> FollowUpInput:
    programmes = Programme.objects.filter(active=True)
    return FollowUpInput(
        attendance=payload.attendance,
        judgement=payload.judgement,
        outcome=OUTCOMES[payload.outcome] if payload.outcome else None,
        worked=tuple(payload.worked),
        did_not_work=tuple(payload.did_not_work),
        note=payload.note,
        interests=tuple(payload.interests),
        barriers=tuple(payload.barriers),
        mission=payload.mission,
        handover_topic=payload.handover_topic,
        handover_receiver=payload.handover_receiver,
        next_step=payload.next_step,
        next_step_due=payload.next_step_due,
        next_start=payload.next_start,
        next_programme=one(programmes, payload.next_programme, "next_programme"),
        next_send=payload.next_send,
    )
