"""Efforts: trials and single efforts, outdoors and open ones among them."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Query, Router
from ninja.responses import Status

from core import access
from core.errors import Invalid, Missing
from scheduling.api.bodies import Listed
from scheduling.api.common import Page, answers, known, many, page, user_of
from scheduling.api.relation_shapes import EffortBody, EffortIn, EffortPatch
from scheduling.followup import efforts
from scheduling.models import Booking, Effort, Interest

router = Router(tags=["efforts"])


@router.get("", response=answers(Listed[EffortBody]), operation_id="list_efforts")
def list_efforts(request: HttpRequest, query: Query[Page]) -> object:
    """The newest first."""
    user_of(request)
    known(request, Page)
    return page(Effort.objects.prefetch_related("interests", "bookings"), query, _effort)


@router.post("", response=answers(EffortBody, 201), operation_id="create_effort")
def create_effort(request: HttpRequest, payload: EffortIn) -> object:
    """Write one down. Planners only."""
    user = user_of(request)
    access.require(access.may_plan(user))
    given = efforts.Given(**_values(payload))
    return Status(201, _effort(efforts.save(actor=user, now=timezone.now(), given=given)))


@router.patch("/{effort}", response=answers(EffortBody), operation_id="change_effort")
def change_effort(request: HttpRequest, effort: int, payload: EffortPatch) -> object:
    """Change what is given, such as judgement and lesson. Planners only."""
    user = user_of(request)
    access.require(access.may_plan(user))
    row = Effort.objects.filter(pk=effort).first()
    if row is None:
        raise Missing
    before = efforts.Given.of(row)
    values = {name: getattr(before, name) for name in efforts.Given.__slots__} | _values(payload)
    if values["starts_on"] is None:
        message = _("Välj en dag.")
        raise Invalid(message, fields={"starts_on": message})
    given = efforts.Given(**values)
    return _effort(efforts.save(actor=user, now=timezone.now(), given=given, effort=row))


def _values(payload: EffortPatch) -> dict[str, Any]:
    given = payload.model_dump(exclude_unset=True)
    for name in ("kind", "judgement", "decision"):
        if name in given:
            given[name] = given[name].value if given[name] is not None else ""
    if "interests" in given:
        given["interests"] = tuple(many(Interest.objects.all(), given["interests"], "interests"))
    if "bookings" in given:
        given["bookings"] = tuple(many(Booking.objects.all(), given["bookings"], "bookings"))
    return given


def _effort(row: Effort) -> EffortBody:
    return EffortBody(
        id=row.pk,
        interests=[one.pk for one in row.interests.all()],
        bookings=[one.pk for one in row.bookings.all()],
        **{
            name: getattr(row, name)
            for name in EffortBody.model_fields
            if name not in {"id", "interests", "bookings"}
        },
    )
