"""What leaves the house: the messages, what a person decides, and who would get what of an act."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Annotated

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router
from pydantic import BaseModel, Field

from core import access as predicates
from core import screening
from core.errors import Missing
from core.logs import mask
from partners.models import Group
from scheduling import access
from scheduling.api.bodies import Listed
from scheduling.api.common import Page, answers, known, many, page, that, user_of
from scheduling.api.fields import Shown, Strict, iso
from scheduling.api.freed import SlotIn
from scheduling.api.rearrange import SwapIn
from scheduling.booking import series, services, slots
from scheduling.models import Message, Series
from scheduling.outbox import preview, retry
from scheduling.states import Fault, MessageChannel, MessageKind, MessageState

router = Router(tags=["outbox"])


class MessageQuery(Page):
    """Which messages; ``undecided`` are those that wait for a person."""

    state: MessageState | None = None
    visit: int | None = None
    undecided: bool = False


class EmailIn(Strict):
    """Where the contact can be reached."""

    email: Annotated[str, Field(max_length=254)]


class MessageBody(BaseModel):
    """One message to one addressee. ``fault`` says what is in the way, ``error`` in whose words."""

    id: int
    visit: int
    invitation: int
    kind: MessageKind
    channel: MessageChannel
    state: MessageState
    recipient: str
    subject: str
    sequence: int | None
    message_id: str
    created_at: Shown
    due_at: Shown
    sent_at: Shown | None
    #: When a text reached the telephone, where its service tells.
    delivered_at: Shown | None
    attempts: int
    fault: Fault | None
    error: str
    undecided: bool
    superseded_by: int | None


class SendingBody(BaseModel):
    """What one addressee would get; links are masked."""

    invitation: int
    name: str
    way: preview.Way
    to: str
    kind: MessageKind
    subject: str
    text: str
    has_calendar: bool


@router.get("/messages", response=answers(Listed[MessageBody]), operation_id="list_messages")
def list_messages(request: HttpRequest, query: Query[MessageQuery]) -> object:
    """The messages, the newest first; planners only."""
    known(request, MessageQuery)
    rows = access.messages_for(user_of(request)).order_by("-pk")
    if query.state is not None:
        rows = rows.filter(state=query.state.value)
    if query.visit is not None:
        rows = rows.filter(booking=query.visit)
    if query.undecided:
        rows = rows.filter(pk__in=Message.objects.undecided().values("pk"))
    return page(rows, query, _body)


@router.get("/messages/{message}", response=answers(MessageBody), operation_id="get_message")
def get_message(request: HttpRequest, message: int) -> object:
    """One of them."""
    return _body(access.message_for(user_of(request), message))


@router.post(
    "/messages/{message}/retry", response=answers(MessageBody), operation_id="retry_message"
)
def retry_message(request: HttpRequest, message: int) -> object:
    """Send again what did not arrive: what stands now, to the address on file."""
    return _decided(request, message, retry.again)


@router.post(
    "/messages/{message}/correct", response=answers(MessageBody), operation_id="correct_address"
)
def correct_address(request: HttpRequest, message: int, payload: EmailIn) -> object:
    """Mend the contact's address, and send what stands now there."""
    return _decided(request, message, partial(retry.correct, email=payload.email))


@router.post(
    "/messages/{message}/told", response=answers(MessageBody), operation_id="told_by_phone"
)
def told_by_phone(request: HttpRequest, message: int) -> object:
    """The addressee has heard it by phone: it and what waits behind it are done."""
    return _decided(request, message, retry.told)


@router.post("/messages/{message}/let-go", response=answers(MessageBody), operation_id="let_go")
def let_go(request: HttpRequest, message: int) -> object:
    """Send now what the day's cap holds back."""
    return _decided(request, message, retry.let_go)


def _decided(request: HttpRequest, pk: int, decide: Callable[..., Message]) -> MessageBody:
    user = user_of(request)
    row = access.message_for(user, pk)
    return _body(decide(actor=user, now=timezone.now(), message=row))


def _body(row: Message) -> MessageBody:
    return MessageBody(
        id=row.pk,
        visit=row.booking_id,
        invitation=row.invitation_id,
        kind=MessageKind(row.kind),
        channel=MessageChannel(row.channel),
        state=row.status,
        recipient=row.recipient,
        subject=row.subject,
        sequence=row.sequence,
        message_id=row.message_id,
        created_at=iso(row.created_at),
        due_at=iso(row.due_at),
        sent_at=iso(row.sent_at) if row.sent_at else None,
        delivered_at=iso(row.delivered_at) if row.delivered_at else None,
        attempts=row.attempts,
        fault=Fault(row.fault) if row.fault else None,
        error=screening.mask(mask(row.error)),
        undecided=row.status is MessageState.FAILED and row.decided_at is None,
        superseded_by=row.superseded_by_id,
    )


# --- Who would get what --------------------------------------------------------------------------
PREVIEW = answers(list[SendingBody])


@router.post("/visits/{visit}/swap/preview", response=PREVIEW, operation_id="preview_swap")
def preview_swap(request: HttpRequest, visit: int, payload: SwapIn) -> object:
    """What ``swap_visits`` would send; nothing is changed."""
    user, now = user_of(request), timezone.now()
    act = partial(
        services.swap,
        actor=user,
        now=now,
        booking=access.visit_to_plan(user, visit),
        other=that(access.visits_for(user), payload.other, "other"),
        what=payload.what,
        version=payload.version,
        other_version=payload.other_version,
    )
    return _rehearsed(act, now)


@router.post("/visits/{visit}/offer-on/preview", response=PREVIEW, operation_id="preview_offer_on")
def preview_offer_on(request: HttpRequest, visit: int, payload: SlotIn) -> object:
    """What ``offer_slot_on`` would send; nothing is changed."""
    user, now = user_of(request), timezone.now()
    act = partial(
        slots.offer_on,
        actor=user,
        now=now,
        source=access.visit_to_plan(user, visit),
        groups=many(Group.objects.filter(archived_at=None), payload.groups, "groups"),
        expires_at=payload.expires_at,
    )
    return _rehearsed(act, now)


@router.post("/series/{pk}/cancel/preview", response=PREVIEW, operation_id="preview_series_cancel")
def preview_series_cancel(request: HttpRequest, pk: int) -> object:
    """What ``cancel_series`` would send; nothing is changed."""
    user, now = user_of(request), timezone.now()
    predicates.require(predicates.may_plan(user))
    row = Series.objects.filter(pk=pk).first()
    if row is None:
        raise Missing
    return _rehearsed(partial(series.cancel_remaining, actor=user, now=now, series=row), now)


def _rehearsed(act: Callable[[], object], now: datetime) -> list[SendingBody]:
    return [
        SendingBody(
            invitation=row.invitation.pk,
            name=row.name,
            way=row.way,
            to=row.to,
            kind=row.kind,
            subject=row.subject,
            text=row.text,
            has_calendar=row.has_calendar,
        )
        for row in preview.of(act, now=now)
    ]
