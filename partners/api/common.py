"""What the register's routes share: ids, list parameters, who asks."""

from typing import Annotated, TypeVar

from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Schema
from pydantic import AfterValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from core.access import may_plan, require
from core.errors import Invalid
from core.models import User
from partners.queries import viewer_of

#: As large as the database's keys; beyond it nothing can be asked for.
Id = Annotated[int, Field(ge=1, le=2**63 - 1)]
Page = Annotated[int, Field(ge=1, le=200)]
Offset = Annotated[int, Field(ge=0, le=2**31)]

M = TypeVar("M", bound=Model)


def _storable(text: str) -> str:
    """JSON can hold half a character ("\\ud800"), which no database can."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise PydanticCustomError("text", _("Texten innehåller trasiga tecken.")) from error
    return text


Text = Annotated[str, AfterValidator(_storable)]


class Strict(Schema):
    """A body in which an unknown field is a mistake that is told."""

    model_config = ConfigDict(extra="forbid", use_enum_values=True)


class Filters(Schema):
    """What every list takes."""

    q: str = Field("", description="Words that must all be found.")
    archived: bool = Field(default=False, description="The archived ones instead of the active.")
    limit: Page = 50
    offset: Offset = 0


def viewer(request: HttpRequest) -> User:
    """Who asks. Raises Forbidden."""
    return viewer_of(request.user)


def planner(request: HttpRequest) -> User:
    """Who asks and may change the register. Raises Forbidden."""
    user = viewer(request)
    require(may_plan(user))
    return user


def words(filters: Filters) -> str:
    """The search without NUL, which no text in the database holds."""
    return filters.q.replace("\0", " ")


def paged(rows: QuerySet[M, M], filters: Filters) -> tuple[list[M], int]:
    """One page of ``rows`` by name, and how many there are in all."""
    end = filters.offset + filters.limit
    return list(rows.order_by("search", "pk")[filters.offset : end]), rows.count()


def unknown(field: str) -> Invalid:
    """An id in a body that leads nowhere."""
    message = _("Det finns inget med det numret. Rätta det.")
    return Invalid(message, fields={field: message})
