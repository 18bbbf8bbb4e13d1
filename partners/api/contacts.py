"""/contacts."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Literal

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router, Schema, Status
from pydantic import Field

from core.models import User
from partners import queries, services
from partners.api.common import Filters, Id, Strict, Text, paged, planner, unknown, viewer, words
from partners.models import Contact, ContactChannel, Group, Organisation, StoppedNumber
from partners.services.details import ContactDetails
from partners.services.leaving import leave
from partners.services.texting import start_texts, wants_no_texts
from partners.services.writing import locked

router = Router(tags=["contacts"])


class ContactPatch(Strict):
    """What can be changed; what is left out stays. A contact stays in its organisation."""

    name: Text = ""
    role: Text = ""
    email: Text = ""
    phone: Text = Field("", description="As it is written; stored as E.164.")
    language: Literal["sv", "sv-x-lattlast", "en"] = "sv"
    channel: ContactChannel | None = Field(None, description="Null: chosen by what is known.")
    source: Text = Field("", description="Where the details came from.")
    protected: bool = False
    groups: list[Id] = Field(default_factory=list, max_length=100)
    group: Id | None = Field(None, description="The same as ``groups`` with one.")

    def values(self) -> dict[str, object]:
        """Only what was given, as ``ContactDetails`` has it."""
        return self.model_dump(exclude_unset=True, include=set(ContactDetails.__slots__))

    def chosen(self) -> list[Group] | None:
        """The groups, None where none were told. Raises Invalid for one that is not there."""
        if not self.model_fields_set & {"groups", "group"}:
            return None
        found = _groups("groups", self.groups)
        if self.group is not None:
            found += _groups("group", [self.group])
        return found


class ContactIn(ContactPatch):
    """A new contact, in ``organisation`` or else in that of its groups."""

    name: Text
    organisation: Id | None = None


class ContactOut(Schema):
    """A contact. ``email`` and ``phone`` are null where they are protected from the reader."""

    id: int
    organisation: int
    groups: list[int]
    name: str
    role: str
    email: str | None
    phone: str | None
    language: str
    channel: ContactChannel
    source: str
    protected: bool
    #: The number has said STOPP: it gets no texts.
    no_texts: bool
    created_at: datetime
    archived_at: datetime | None


class ContactList(Schema):
    """One page of contacts, and how many there are in all."""

    items: list[ContactOut]
    count: int


class ContactFilters(Filters):
    """Also within one organisation or group; never by category."""

    organisation: Id | None = None
    group: Id | None = None


def _groups(field: str, ids: Sequence[int]) -> list[Group]:
    wanted = set(ids)
    found = list(Group.objects.select_related("organisation").filter(pk__in=wanted))
    if len(found) != len(wanted):
        raise unknown(field)
    return found


def _shown(row: Contact, user: User, stopped: Collection[str] | None = None) -> dict[str, object]:
    """``stopped`` are the numbers that said STOPP, where they are known already."""
    reach = queries.may_reach(user, row)
    return {
        **{name: getattr(row, name) for name in ContactDetails.__slots__},
        "id": row.pk,
        "organisation": row.organisation_id,
        "groups": [group.pk for group in row.groups.all()],
        "email": row.email if reach else None,
        "phone": row.phone if reach else None,
        "no_texts": wants_no_texts(row) if stopped is None else row.phone in stopped,
        "created_at": row.created_at,
        "archived_at": row.archived_at,
    }


@router.get("", response=ContactList, operation_id="list_contacts")
def list_contacts(request: HttpRequest, filters: Query[ContactFilters]) -> dict[str, object]:
    """By name; ``q`` finds names and organisations, for planners also mail and phone."""
    user = viewer(request)
    found = queries.contacts(
        viewer=user,
        q=words(filters),
        archived=filters.archived,
        organisation=filters.organisation,
        group=filters.group,
    )
    rows, count = paged(found, filters)
    numbers = StoppedNumber.objects.filter(number__in=[row.phone for row in rows if row.phone])
    stopped = set(numbers.values_list("number", flat=True))
    return {"items": [_shown(row, user, stopped) for row in rows], "count": count}


@router.post("", response={201: ContactOut}, operation_id="create_contact")
def create_contact(request: HttpRequest, payload: ContactIn) -> Status[dict[str, object]]:
    """Make one. Planners only."""
    user = planner(request)
    home = None
    if payload.organisation is not None:
        home = Organisation.objects.filter(pk=payload.organisation).first()
        if home is None:
            raise unknown("organisation")
    row = services.save_contact(
        actor=user,
        now=timezone.now(),
        details=ContactDetails(**payload.values()),  # type: ignore[arg-type] # the schema's types
        organisation=home,
        groups=payload.chosen(),
    )
    return Status(201, _shown(row, user))


@router.get("/{pk}", response=ContactOut, operation_id="get_contact")
def get_contact(request: HttpRequest, pk: int) -> dict[str, object]:
    """One, archived or not."""
    user = viewer(request)
    return _shown(queries.contact_by_id(viewer=user, pk=pk), user)


@router.patch("/{pk}", response=ContactOut, operation_id="change_contact")
@transaction.atomic
def change_contact(request: HttpRequest, pk: int, payload: ContactPatch) -> dict[str, object]:
    """Change what is given. Planners only."""
    user = planner(request)
    row = locked(queries.contact_by_id(viewer=user, pk=pk))
    details = replace(ContactDetails.of(row), **payload.values())  # type: ignore[arg-type]
    row = services.save_contact(
        actor=user, now=timezone.now(), details=details, groups=payload.chosen(), contact=row
    )
    return _shown(row, user)


@router.post("/{pk}/archive", response=ContactOut, operation_id="archive_contact")
def archive_contact(request: HttpRequest, pk: int) -> dict[str, object]:
    """Put it aside. Planners only."""
    user = planner(request)
    row = queries.contact_by_id(viewer=user, pk=pk)
    services.archive_contact(actor=user, now=timezone.now(), contact=row)
    return _shown(queries.contact_by_id(viewer=user, pk=pk), user)


@router.post("/{pk}/restore", response=ContactOut, operation_id="restore_contact")
def restore_contact(request: HttpRequest, pk: int) -> dict[str, object]:
    """Take it back. Planners only."""
    user = planner(request)
    row = queries.contact_by_id(viewer=user, pk=pk)
    services.restore_contact(actor=user, now=timezone.now(), contact=row)
    return _shown(queries.contact_by_id(viewer=user, pk=pk), user)


class LeaveIn(Strict):
    """Who takes over; null: nobody yet."""

    successor: Id | None = None


@router.post("/{pk}/leave", response=ContactOut, operation_id="contact_left")
def contact_left(request: HttpRequest, pk: int, payload: LeaveIn) -> dict[str, object]:
    """The contact has left: links die, open visits go to the successor. Planners only."""
    user = planner(request)
    row = queries.contact_by_id(viewer=user, pk=pk)
    heir = None
    if payload.successor is not None:
        heir = Contact.objects.filter(pk=payload.successor).first()
        if heir is None:
            raise unknown("successor")
    leave(actor=user, now=timezone.now(), contact=row, successor=heir)
    return _shown(queries.contact_by_id(viewer=user, pk=pk), user)


@router.post("/{pk}/start-texts", response=ContactOut, operation_id="start_texts_to_contact")
def start_texts_to_contact(request: HttpRequest, pk: int) -> dict[str, object]:
    """Texts are welcome again, after a STOPP. Planners only."""
    user = planner(request)
    row = queries.contact_by_id(viewer=user, pk=pk)
    start_texts(number=row.phone, now=timezone.now(), actor=user)
    return _shown(row, user)
