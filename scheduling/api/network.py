"""Channels and agreements."""

from dataclasses import replace
from typing import Any

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Query, Router
from ninja.responses import Status

from core import access
from core.errors import Invalid
from partners import queries
from partners.models import Agreement, Channel, ChannelKind, Contact, Organisation
from partners.services import network as services
from scheduling.api.bodies import Listed
from scheduling.api.common import answers, known, one, page, that, user_of
from scheduling.api.fields import iso
from scheduling.api.relation_shapes import (
    AgreementBody,
    AgreementIn,
    AgreementPatch,
    ChannelBody,
    ChannelIn,
    ChannelPatch,
    ChannelQuery,
    OfOrganisation,
)
from scheduling.insight.relations import SILENT_AFTER

router = Router(tags=["network"])


def _planner(request: HttpRequest) -> Any:
    user = user_of(request)
    access.require(access.may_plan(user))
    return user


@router.get("/channels", response=answers(Listed[ChannelBody]), operation_id="list_channels")
def list_channels(request: HttpRequest, query: Query[ChannelQuery]) -> object:
    """Whom to call, by name."""
    user = user_of(request)
    known(request, ChannelQuery)
    kind = query.kind.value if query.kind else ""
    rows = queries.channels(viewer=user, archived=query.archived, kind=kind)
    if query.organisation is not None:
        rows = rows.filter(organisation=query.organisation)
    return page(rows, query, _channel)


@router.post("/channels", response=answers(ChannelBody, 201), operation_id="create_channel")
def create_channel(request: HttpRequest, payload: ChannelIn) -> object:
    """A role to call. Planners only."""
    user = _planner(request)
    home = that(Organisation.objects.all(), payload.organisation, "organisation")
    row = services.save_channel(
        actor=user, now=timezone.now(), organisation=home,
        details=services.ChannelDetails(**_details(payload)),
        contact=one(Contact.objects.filter(archived_at=None), payload.contact, "contact"),
    )  # fmt: skip
    return Status(201, _channel(queries.channel_by_id(viewer=user, pk=row.pk)))


@router.get("/channels/{channel}", response=answers(ChannelBody), operation_id="get_channel")
def get_channel(request: HttpRequest, channel: int) -> object:
    """One, archived or not."""
    return _channel(queries.channel_by_id(viewer=user_of(request), pk=channel))


@router.patch("/channels/{channel}", response=answers(ChannelBody), operation_id="change_channel")
@transaction.atomic
def change_channel(request: HttpRequest, channel: int, payload: ChannelPatch) -> object:
    """Change what is given. Planners only."""
    user = _planner(request)
    row = queries.channel_by_id(viewer=user, pk=channel)
    contact = row.contact
    if "contact" in payload.model_fields_set:
        contact = one(Contact.objects.filter(archived_at=None), payload.contact, "contact")
    services.save_channel(
        actor=user, now=timezone.now(), channel=row, contact=contact,
        details=replace(services.ChannelDetails.of(row), **_details(payload)),
    )  # fmt: skip
    return _channel(queries.channel_by_id(viewer=user, pk=channel))


@router.post(
    "/channels/{channel}/archive", response=answers(ChannelBody), operation_id="archive_channel"
)
def archive_channel(request: HttpRequest, channel: int) -> object:
    """Put it aside. Planners only."""
    user = _planner(request)
    row = queries.channel_by_id(viewer=user, pk=channel)
    services.archive_channel(actor=user, now=timezone.now(), channel=row)
    return _channel(queries.channel_by_id(viewer=user, pk=channel))


@router.post(
    "/channels/{channel}/restore", response=answers(ChannelBody), operation_id="restore_channel"
)
def restore_channel(request: HttpRequest, channel: int) -> object:
    """Take it back. Planners only."""
    user = _planner(request)
    row = queries.channel_by_id(viewer=user, pk=channel)
    services.restore_channel(actor=user, now=timezone.now(), channel=row)
    return _channel(queries.channel_by_id(viewer=user, pk=channel))


@router.get("/agreements", response=answers(Listed[AgreementBody]), operation_id="list_agreements")
def list_agreements(request: HttpRequest, query: Query[OfOrganisation]) -> object:
    """Standing agreements, the first to be looked over first."""
    user_of(request)
    known(request, OfOrganisation)
    rows = Agreement.objects.standing().order_by("review_by", "pk")
    if query.organisation is not None:
        rows = rows.filter(organisation=query.organisation)
    return page(rows, query, _agreement)


@router.post("/agreements", response=answers(AgreementBody, 201), operation_id="create_agreement")
def create_agreement(request: HttpRequest, payload: AgreementIn) -> object:
    """What we offer and what they offer. Planners only."""
    user = _planner(request)
    home = that(Organisation.objects.all(), payload.organisation, "organisation")
    details = services.AgreementDetails(
        since=payload.since, we_offer=payload.we_offer, they_offer=payload.they_offer
    )
    row = services.save_agreement(
        actor=user, now=timezone.now(), details=details, organisation=home
    )
    return Status(201, _agreement(row))


@router.patch(
    "/agreements/{agreement}", response=answers(AgreementBody), operation_id="change_agreement"
)
@transaction.atomic
def change_agreement(request: HttpRequest, agreement: int, payload: AgreementPatch) -> object:
    """Change what is given. Planners only."""
    user = _planner(request)
    row = queries.agreement_by_id(viewer=user, pk=agreement)
    given = payload.model_dump(exclude_unset=True)
    if given.get("since", row.since) is None:
        message = _("Välj en dag.")
        raise Invalid(message, fields={"since": message})
    details = replace(services.AgreementDetails.of(row), **given)
    changed = services.save_agreement(
        actor=user, now=timezone.now(), details=details, agreement=row
    )
    return _agreement(changed)


@router.post(
    "/agreements/{agreement}/review",
    response=answers(AgreementBody),
    operation_id="review_agreement",
)
def review_agreement(request: HttpRequest, agreement: int) -> object:
    """Looked over today; next in a year. Planners only."""
    user = _planner(request)
    row = queries.agreement_by_id(viewer=user, pk=agreement)
    return _agreement(services.review_agreement(actor=user, now=timezone.now(), agreement=row))


@router.post(
    "/agreements/{agreement}/end", response=answers(AgreementBody), operation_id="end_agreement"
)
def end_agreement(request: HttpRequest, agreement: int) -> object:
    """It no longer counts. Planners only."""
    user = _planner(request)
    row = queries.agreement_by_id(viewer=user, pk=agreement)
    return _agreement(services.end_agreement(actor=user, now=timezone.now(), agreement=row))


def _details(payload: ChannelPatch) -> dict[str, Any]:
    given = payload.model_dump(exclude_unset=True, exclude={"organisation", "contact"})
    return {**given, **({"kind": given["kind"].value} if "kind" in given else {})}


def _channel(row: Channel) -> ChannelBody:
    last = row.last_contact  # type: ignore[attr-defined] # annotated
    return ChannelBody(
        id=row.pk,
        organisation=row.organisation_id,
        contact=row.contact_id,
        name=row.name,
        kind=ChannelKind(row.kind),
        helps_with=row.helps_with,
        reach=row.reach,
        role_phone=row.role_phone,
        at_desk=row.at_desk,
        next_contact_on=row.next_contact_on,
        last_contact=iso(last) if last else None,
        silent=(last or row.created_at) < timezone.now() - SILENT_AFTER,
        archived=row.archived_at is not None,
    )


def _agreement(row: Agreement) -> AgreementBody:
    return AgreementBody(
        id=row.pk,
        organisation=row.organisation_id,
        we_offer=row.we_offer,
        they_offer=row.they_offer,
        since=row.since,
        reviewed_on=row.reviewed_on,
        review_by=row.review_by,
        ended_on=row.ended_on,
    )
