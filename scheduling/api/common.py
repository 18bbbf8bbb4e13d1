"""What every endpoint needs: who asks, one page of a list, and ids that must exist."""

from collections.abc import Callable, Sequence
from typing import Annotated, Any, Literal, TypeVar

from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from pydantic import BaseModel, ConfigDict, Field

from core import access
from core.errors import Invalid, Missing
from core.models import User
from scheduling.api.fields import LARGEST_ID, Strict

M = TypeVar("M", bound=Model)
T = TypeVar("T")


class _Who(BaseModel):
    id: int
    name: str


class WayOut(BaseModel):
    """Where the visit could be instead of what clashed; bookable as it stands."""

    kind: Literal["room", "host", "time"]
    start: str
    end: str
    room: _Who | None
    host: _Who
    co_host: _Who | None
    words: str


class Problem(BaseModel):
    """application/problem+json (RFC 9457); ``errors`` names each field that must be mended."""

    model_config = ConfigDict(extra="allow")

    type: str
    title: str
    status: int
    code: str
    detail: str
    errors: dict[str, str] | None = None
    #: With the code "clash": at most three.
    ways_out: list[WayOut] | None = None


class Page(Strict):
    """Which part of a list."""

    limit: Annotated[int, Field(ge=1, le=200)] = 50
    offset: Annotated[int, Field(ge=0, le=1_000_000)] = 0


def answers(shape: Any, *statuses: int) -> dict[Any, Any]:
    """The response table of an endpoint: its success and its problems."""
    problems: dict[Any, Any] = {frozenset({400, 401, 403, 404, 409, 422}): Problem}
    return {**dict.fromkeys(statuses or (200,), shape), **problems}


def user_of(request: HttpRequest) -> User:
    """The colleague who asks."""
    user = request.user
    access.require(access.is_staff_member(user))
    assert isinstance(user, User)
    return user


def known(request: HttpRequest, query: type[BaseModel]) -> None:
    """Refuse a parameter that no filter reads: it would silently choose everything."""
    names = {field.alias or name for name, field in query.model_fields.items()}
    strange = sorted(set(request.GET) - names)
    if strange:
        message = _("Parametern är okänd. Ta bort den eller rätta stavningen.")
        raise Invalid(message, fields=dict.fromkeys(strange, message))


def page(rows: QuerySet[M], window: Page, show: Callable[[M], T]) -> dict[str, list[T] | int]:
    """``items`` of the window, and ``count`` of all."""
    part = rows[window.offset : window.offset + window.limit]
    return {"items": [show(row) for row in part], "count": rows.count()}


def one(rows: QuerySet[M], pk: int | None, field: str) -> M | None:
    """The row of an id in a body, None where none was given; an unknown one names its field."""
    return None if pk is None else many(rows, [pk], field)[0]


def found(rows: QuerySet[M], pk: int) -> M:
    """The row of an id in the address, or Missing."""
    row = rows.filter(pk=pk).first() if pk <= LARGEST_ID else None
    if row is None:
        raise Missing
    return row


def that(rows: QuerySet[M], pk: int, field: str) -> M:
    """The row of an id that a body must have."""
    return many(rows, [pk], field)[0]


def many(rows: QuerySet[M], pks: Sequence[int], field: str) -> list[M]:
    """The rows of the ids, in their order, each once."""
    wanted = list(dict.fromkeys(pks))
    found = {row.pk: row for row in rows.filter(pk__in=wanted)}
    lost = [pk for pk in wanted if pk not in found]
    if lost:
        message = _("Det finns inget att välja med id %(ids)s.") % {
            "ids": ", ".join(str(pk) for pk in lost)
        }
        raise Invalid(message, fields={field: message})
    return [found[pk] for pk in wanted]
