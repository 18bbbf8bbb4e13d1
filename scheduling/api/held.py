"""What is held on a contact, and the basis for handing it out. Planners only."""

from typing import Annotated

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Router
from pydantic import BaseModel, Field

from partners import queries
from scheduling.api.common import answers, user_of
from scheduling.api.fields import Strict, Text, limit
from scheduling.insight import held

router = Router(tags=["contacts"])


class HeldBody(BaseModel):
    """One field; ``key`` names it for masking."""

    key: str
    where: str
    label: str
    value: str


class DisclosureIn(Strict):
    """The fields to mask, and the note of the secrecy check."""

    masked: Annotated[list[str], Field(default_factory=list, max_length=10_000)]
    note: Annotated[Text, limit(held.NOTE_LENGTH)]


@router.get(
    "/contacts/{contact}/held",
    response=answers(list[HeldBody]),
    operation_id="list_held_on_contact",
)
def list_held(request: HttpRequest, contact: int) -> object:
    """Every field that holds something."""
    user = user_of(request)
    row = queries.contact_by_id(viewer=user, pk=contact)
    return [
        HeldBody(key=one.key, where=one.where, label=one.label, value=one.value)
        for one in held.held_on(viewer=user, contact=row)
    ]


@router.post(
    "/contacts/{contact}/disclosure",
    response=answers(None),
    operation_id="disclose_contact",
    openapi_extra={"responses": {200: {"content": {"text/csv": {}}}}},
)
def disclose(request: HttpRequest, contact: int, payload: DisclosureIn) -> HttpResponse:
    """The basis as CSV, masked fields replaced; it is noted that it was taken out."""
    user = user_of(request)
    body = held.disclose(
        actor=user,
        now=timezone.now(),
        contact=queries.contact_by_id(viewer=user, pk=contact),
        masked=payload.masked,
        note=payload.note,
    )
    headers = {"Cache-Control": "private, no-store"}
    return HttpResponse(body, content_type="text/csv; charset=utf-8", headers=headers)
