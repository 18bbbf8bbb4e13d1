"""/groups."""

from dataclasses import replace
from datetime import datetime, time
from typing import Annotated

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema, Status
from pydantic import Field

from core.access import may_see_category
from core.models import User
from partners import queries, services
from partners.api.common import Filters, Id, Strict, Text, paged, planner, unknown, viewer, words
from partners.models import AccessNeed, Group, GroupCategory, Organisation, SizeBand
from partners.services.details import GroupDetails
from partners.services.writing import locked

router = Router(tags=["groups"])

Weekday = Annotated[int, Field(ge=0, le=6, description="0 is Monday.")]


class GroupPatch(Strict):
    """What can be changed; what is left out stays as it is. A group stays in its organisation."""

    alias: Text = ""
    category: GroupCategory = GroupCategory.OTHER
    size_band: SizeBand = SizeBand.B4_6
    languages: list[Text] = Field(default_factory=list, max_length=50)
    access_needs: list[AccessNeed] = Field(default_factory=list, max_length=50)
    preferred_weekday: Weekday | None = None
    preferred_time: time | None = Field(None, examples=["10:00"])
    fika: bool = True
    two_hosts: bool = False

    def values(self) -> dict[str, object]:
        """Only what was given, as ``GroupDetails`` has it."""
        given = self.model_dump(exclude_unset=True, exclude={"organisation"})
        return {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in given.items()
        }


class GroupIn(GroupPatch):
    """A new group."""

    organisation: Id
    alias: Text


class GroupOut(Schema):
    """A group. ``category`` is null for those who may not see it."""

    id: int
    organisation: int
    alias: str
    category: GroupCategory | None
    size_band: SizeBand
    languages: list[str]
    access_needs: list[str]
    preferred_weekday: int | None
    preferred_time: str | None = Field(None, examples=["10:00"])
    fika: bool
    two_hosts: bool
    created_at: datetime
    archived_at: datetime | None


class GroupList(Schema):
    """One page of groups, and how many there are in all."""

    items: list[GroupOut]
    count: int


class GroupFilters(Filters):
    """Also within one organisation."""

    organisation: Id | None = None


def _shown(row: Group, user: User) -> dict[str, object]:
    return {
        **{name: getattr(row, name) for name in GroupDetails.__slots__},
        "id": row.pk,
        "organisation": row.organisation_id,
        "category": row.category if may_see_category(user) else None,
        "preferred_time": row.preferred_time and f"{row.preferred_time:%H:%M}",
        "created_at": row.created_at,
        "archived_at": row.archived_at,
    }


@router.get("", response=GroupList, operation_id="list_groups")
def list_groups(request: HttpRequest, filters: Query[GroupFilters]) -> dict[str, object]:
    """By alias; ``q`` finds aliases and names of organisations."""
    user = viewer(request)
    found = queries.groups(
        viewer=user,
        q=words(filters),
        archived=filters.archived,
        organisation=filters.organisation,
    )
    rows, count = paged(found, filters)
    return {"items": [_shown(row, user) for row in rows], "count": count}


@router.post("", response={201: GroupOut}, operation_id="create_group")
def create_group(request: HttpRequest, payload: GroupIn) -> Status[dict[str, object]]:
    """Make one. Planners only."""
    user = planner(request)
    home = Organisation.objects.filter(pk=payload.organisation).first()
    if home is None:
        raise unknown("organisation")
    details = GroupDetails(**payload.values())  # type: ignore[arg-type] # the schema's types
    row = services.save_group(actor=user, now=timezone.now(), details=details, organisation=home)
    return Status(201, _shown(row, user))


@router.get("/{pk}", response=GroupOut, operation_id="get_group")
def get_group(request: HttpRequest, pk: int) -> dict[str, object]:
    """One, archived or not."""
    user = viewer(request)
    return _shown(queries.group_by_id(viewer=user, pk=pk), user)


@router.patch("/{pk}", response=GroupOut, operation_id="change_group")
@transaction.atomic
def change_group(request: HttpRequest, pk: int, payload: GroupPatch) -> dict[str, object]:
    """Change what is given. Planners only."""
    user = planner(request)
    row = locked(queries.group_by_id(viewer=user, pk=pk))
    details = replace(GroupDetails.of(row), **payload.values())  # type: ignore[arg-type]
    row = services.save_group(actor=user, now=timezone.now(), details=details, group=row)
    return _shown(row, user)


@router.post("/{pk}/archive", response=GroupOut, operation_id="archive_group")
def archive_group(request: HttpRequest, pk: int) -> dict[str, object]:
    """Put it aside. Planners only."""
    user = planner(request)
    row = queries.group_by_id(viewer=user, pk=pk)
    services.archive_group(actor=user, now=timezone.now(), group=row)
    return _shown(queries.group_by_id(viewer=user, pk=pk), user)


@router.post("/{pk}/restore", response=GroupOut, operation_id="restore_group")
def restore_group(request: HttpRequest, pk: int) -> dict[str, object]:
    """Take it back. Planners only."""
    user = planner(request)
    row = queries.group_by_id(viewer=user, pk=pk)
    services.restore_group(actor=user, now=timezone.now(), group=row)
    return _shown(queries.group_by_id(viewer=user, pk=pk), user)
