"""Text messages: those that came in, what a person decides, and the link sent by hand."""

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router
from pydantic import BaseModel

from core import screening
from core.logs import mask
from scheduling import access
from scheduling.api.bodies import Listed
from scheduling.api.common import Page, answers, known, one, page, that, user_of
from scheduling.api.fields import Id, Strict, iso
from scheduling.mailbox import texts, texts_waiting
from scheduling.models import IncomingText, Invitation, Message, TextAction, TextDecision
from scheduling.outbox import texting
from scheduling.states import MessageState

router = Router(tags=["texts"])
of_visits = Router(tags=["visits"])


class TextQuery(Page):
    """Which texts: those that wait for a person unless ``waiting`` is false."""

    waiting: bool = True


class TextDecisionIn(Strict):
    """``invitation`` says which visit it is about; the likely one where it is left out."""

    decision: TextDecision
    invitation: Id | None = None


class TextLinkIn(Strict):
    """To whom the link goes."""

    invitation: Id


class TextBody(BaseModel):
    """A text that came in. Words are masked; ``open`` are the invitations it may be about."""

    id: int
    received_at: str
    sender: str
    words: str
    action: TextAction
    reason: str
    invitation: int | None
    visit: int | None
    open: list[int]
    waits: bool
    decision: TextDecision | None


class TextSentBody(BaseModel):
    """A text on its way: not before ``due_at`` (8–19 on working days)."""

    message: int
    invitation: int
    text: str
    state: MessageState
    due_at: str


@router.get("", response=answers(Listed[TextBody]), operation_id="list_incoming_texts")
def list_incoming_texts(request: HttpRequest, query: Query[TextQuery]) -> object:
    """Texts that came in, the newest first; planners only."""
    user = user_of(request)
    known(request, TextQuery)
    rows = access.texts_for(user).order_by("-pk")
    return page(rows.waiting() if query.waiting else rows, query, _text)


@router.get("/{text}", response=answers(TextBody), operation_id="get_incoming_text")
def get_incoming_text(request: HttpRequest, text: int) -> object:
    """One of them."""
    return _text(access.incoming_text(user_of(request), text))


@router.post("/{text}/decide", response=answers(TextBody), operation_id="decide_incoming_text")
def decide_incoming_text(request: HttpRequest, text: int, payload: TextDecisionIn) -> object:
    """Once: it was a yes or a no, or it is dealt with."""
    user = user_of(request)
    decided = texts_waiting.decide(
        actor=user,
        now=timezone.now(),
        text=access.incoming_text(user, text),
        decision=payload.decision,
        invitation=one(Invitation.objects.all(), payload.invitation, "invitation"),
    )
    return _text(decided)


@of_visits.post(
    "/{visit}/text-link", response=answers(TextSentBody), operation_id="text_answer_link"
)
def text_answer_link(request: HttpRequest, visit: int, payload: TextLinkIn) -> object:
    """Text the link to the answer page to one contact of the visit."""
    user = user_of(request)
    booking = access.visit_to_plan(user, visit)
    row = that(booking.invitations.all(), payload.invitation, "invitation")
    return _sent(texting.send_link(actor=user, now=timezone.now(), invitation=row))


def _text(row: IncomingText) -> TextBody:
    visits = texts.open_visits(row.sender, timezone.now()) if row.waits else []
    return TextBody(
        id=row.pk,
        received_at=iso(row.received_at),
        sender=row.sender,
        words=screening.mask(row.words),
        action=TextAction(row.action),
        reason=row.reason,
        invitation=row.invitation_id,
        visit=row.invitation.booking_id if row.invitation else None,
        open=[one.pk for one in visits],
        waits=row.waits,
        decision=TextDecision(row.decision) if row.decision else None,
    )


def _sent(message: Message) -> TextSentBody:
    return TextSentBody(
        message=message.pk,
        invitation=message.invitation_id,
        text=mask(message.text),
        state=message.status,
        due_at=iso(message.due_at),
    )
