"""Mails that came in, and what a person decides about those that wait."""

from typing import Annotated

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router
from pydantic import BaseModel, Field

from core import screening
from scheduling import access
from scheduling.api.bodies import Listed
from scheduling.api.common import Page, answers, known, page, user_of
from scheduling.api.fields import Strict, iso
from scheduling.mailbox import waiting
from scheduling.models import IncomingAnswer, IncomingMail, MailAction, MailDecision
from scheduling.states import InvitationState

router = Router(tags=["mailbox"])


class MailQuery(Page):
    """Which mails: those that wait for a person unless ``waiting`` is false."""

    waiting: bool = True


class DecisionIn(Strict):
    """``answer`` says what the contact answered where the mail itself cannot be read."""

    decision: MailDecision
    answer: Annotated[InvitationState | None, Field(default=None)] = None


class MailAnswerBody(BaseModel):
    """What a mail said about one date, and what became of it."""

    invitation: int
    method: str
    action: MailAction
    reason: str
    attendee: str
    partstat: str
    comment: str
    answered_as: str
    sequence: int | None
    stamp: str


class MailBody(BaseModel):
    """A mail that came in. Words are masked; ``waits`` says that a person must decide."""

    id: int
    received_at: str
    sender: str
    subject: str
    excerpt: str
    authenticated: bool
    action: MailAction
    reason: str
    invitation: int | None
    visit: int | None
    waits: bool
    decision: MailDecision | None
    answers: list[MailAnswerBody]


@router.get("", response=answers(Listed[MailBody]), operation_id="list_incoming_mail")
def list_incoming_mail(request: HttpRequest, query: Query[MailQuery]) -> object:
    """Mails that came in, the newest first; planners only."""
    user = user_of(request)
    known(request, MailQuery)
    rows = access.incoming_for(user).prefetch_related("answers").order_by("-pk")
    return page(rows.waiting() if query.waiting else rows, query, _mail)


@router.get("/{mail}", response=answers(MailBody), operation_id="get_incoming_mail")
def get_incoming_mail(request: HttpRequest, mail: int) -> object:
    """One of them."""
    return _mail(access.incoming_mail(user_of(request), mail))


@router.post("/{mail}/decide", response=answers(MailBody), operation_id="decide_incoming_mail")
def decide_incoming_mail(request: HttpRequest, mail: int, payload: DecisionIn) -> object:
    """Once: it was the contact, somebody to invite too, or nothing."""
    user = user_of(request)
    decided = waiting.decide(
        actor=user,
        now=timezone.now(),
        mail=access.incoming_mail(user, mail),
        decision=payload.decision,
        state=payload.answer,
    )
    return _mail(decided)


def _mail(row: IncomingMail) -> MailBody:
    return MailBody(
        id=row.pk,
        received_at=iso(row.received_at),
        sender=row.sender,
        subject=row.subject,
        excerpt=row.excerpt,
        authenticated=row.authenticated,
        action=MailAction(row.action),
        reason=row.reason,
        invitation=row.invitation_id,
        visit=row.invitation.booking_id if row.invitation else None,
        waits=row.waits,
        decision=MailDecision(row.decision) if row.decision else None,
        answers=[_answer(answer) for answer in row.answers.all()],
    )


def _answer(row: IncomingAnswer) -> MailAnswerBody:
    return MailAnswerBody(
        invitation=row.invitation_id,
        method=row.method,
        action=MailAction(row.action),
        reason=row.reason,
        attendee=row.attendee,
        partstat=row.partstat,
        comment=screening.mask(row.comment),
        answered_as=row.answered_as,
        sequence=row.sequence,
        stamp=iso(row.stamp),
    )
