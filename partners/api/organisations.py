"""/organisations."""

from dataclasses import replace
from datetime import datetime

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema, Status

from partners import queries, services
from partners.api.common import Filters, Strict, Text, paged, planner, viewer, words
from partners.models import Organisation, OrganisationKind
from partners.services.details import OrganisationDetails
from partners.services.writing import locked

router = Router(tags=["organisations"])


class OrganisationPatch(Strict):
    """What can be changed; what is left out stays as it is."""

    name: Text = ""
    kind: OrganisationKind = OrganisationKind.CIVIL_SOCIETY
    protected: bool = False
    address: Text = ""
    notes: Text = ""


class OrganisationIn(OrganisationPatch):
    """A new organisation."""

    name: Text


class OrganisationOut(Schema):
    """An organisation."""

    id: int
    name: str
    kind: OrganisationKind
    protected: bool
    address: str
    notes: str
    created_at: datetime
    archived_at: datetime | None


class OrganisationList(Schema):
    """One page of organisations, and how many there are in all."""

    items: list[OrganisationOut]
    count: int


@router.get("", response=OrganisationList, operation_id="list_organisations")
def list_organisations(request: HttpRequest, filters: Query[Filters]) -> dict[str, object]:
    """By name; ``q`` also finds aliases of groups and names of contacts."""
    found = queries.organisations(
        viewer=viewer(request), q=words(filters), archived=filters.archived
    )
    rows, count = paged(found, filters)
    return {"items": rows, "count": count}


@router.post("", response={201: OrganisationOut}, operation_id="create_organisation")
def create_organisation(request: HttpRequest, payload: OrganisationIn) -> Status[Organisation]:
    """Make one. Planners only."""
    details = OrganisationDetails(**payload.model_dump(exclude_unset=True))
    row = services.save_organisation(actor=planner(request), now=timezone.now(), details=details)
    return Status(201, row)


@router.get("/{pk}", response=OrganisationOut, operation_id="get_organisation")
def get_organisation(request: HttpRequest, pk: int) -> Organisation:
    """One, archived or not."""
    return queries.organisation_by_id(viewer=viewer(request), pk=pk)


@router.patch("/{pk}", response=OrganisationOut, operation_id="change_organisation")
@transaction.atomic
def change_organisation(request: HttpRequest, pk: int, payload: OrganisationPatch) -> Organisation:
    """Change what is given. Planners only."""
    user = planner(request)
    row = locked(queries.organisation_by_id(viewer=user, pk=pk))
    details = replace(OrganisationDetails.of(row), **payload.model_dump(exclude_unset=True))
    return services.save_organisation(
        actor=user, now=timezone.now(), details=details, organisation=row
    )


@router.post("/{pk}/archive", response=OrganisationOut, operation_id="archive_organisation")
def archive_organisation(request: HttpRequest, pk: int) -> Organisation:
    """Put it aside with its groups and contacts. Planners only."""
    user = planner(request)
    row = queries.organisation_by_id(viewer=user, pk=pk)
    services.archive_organisation(actor=user, now=timezone.now(), organisation=row)
    return queries.organisation_by_id(viewer=user, pk=pk)


@router.post("/{pk}/restore", response=OrganisationOut, operation_id="restore_organisation")
def restore_organisation(request: HttpRequest, pk: int) -> Organisation:
    """Take it back with what was put aside with it. Planners only."""
    user = planner(request)
    row = queries.organisation_by_id(viewer=user, pk=pk)
    services.restore_organisation(actor=user, now=timezone.now(), organisation=row)
    return queries.organisation_by_id(viewer=user, pk=pk)
