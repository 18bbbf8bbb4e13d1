"""A cancelled visit's time, offered on to other groups."""

from typing import Annotated

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router
from ninja.responses import Status
from pydantic import BaseModel, Field

from partners.models import Group
from scheduling import access
from scheduling.api.bodies import GroupBody, VisitBody
from scheduling.api.common import answers, many, user_of
from scheduling.api.fields import Id, Moment, Shown, Strict, iso
from scheduling.api.visits import shown
from scheduling.booking import slots
from scheduling.models import Booking

router = Router(tags=["offers"])


class SlotIn(Strict):
    """Which groups to ask."""

    groups: Annotated[list[Id], Field(max_length=20)]
    expires_at: Moment | None = None


class CandidateBody(BaseModel):
    """A group that may want a freed time; what it was last asked about this term, and when."""

    group: GroupBody
    organisation: str
    fits: bool
    has_come: bool
    asked_at: Shown | None
    asked_for: Shown | None


@router.get(
    "/visits/{visit}/offer-on",
    response=answers(list[CandidateBody]),
    operation_id="slot_candidates",
)
def slot_candidates(request: HttpRequest, visit: int) -> object:
    """Whom a cancelled visit's time can go to, best first, and who was asked what this term."""
    source = access.visit_to_plan(user_of(request), visit)
    return [
        CandidateBody(
            group=GroupBody(id=row.group.pk, alias=row.group.alias),
            organisation=row.group.organisation.name,
            fits=row.fits,
            has_come=row.has_come,
            asked_at=iso(row.offered) if row.offered else None,
            asked_for=iso(row.offered_start) if row.offered_start else None,
        )
        for row in slots.suggestions(source, timezone.now())
    ]


@router.post(
    "/visits/{visit}/offer-on", response=answers(list[VisitBody], 201), operation_id="offer_slot_on"
)
def offer_on(request: HttpRequest, visit: int, payload: SlotIn) -> object:
    """Offer a cancelled visit's time to other groups: first yes wins."""
    user = user_of(request)
    slot = slots.offer_on(
        actor=user,
        now=timezone.now(),
        source=access.visit_to_plan(user, visit),
        groups=many(Group.objects.filter(archived_at=None), payload.groups, "groups"),
        expires_at=payload.expires_at,
    )
    rows = Booking.objects.filter(offered_times__slot=slot).order_by("pk")
    return Status(201, [shown(user, row.pk) for row in rows])
