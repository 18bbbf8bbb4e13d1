"""Libraries, programmes, rooms and hosts, and the times at which they are free."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Query, Router
from ninja.responses import Status

from core import access, audit, texts
from core.errors import Conflict, Invalid
from core.models import User
from partners.models import Group
from scheduling.api.bodies import (
    HostBody,
    LibraryBody,
    Listed,
    Named,
    ProgrammeBody,
    RoomBody,
    TimeBody,
)
from scheduling.api.common import Page, answers, known, many, page, that, user_of
from scheduling.api.fields import iso
from scheduling.api.schemas import FreeTimes, HostIn, ProgrammeIn, RoomIn
from scheduling.booking import places, times
from scheduling.models import Host, Library, Programme, Resource, ResourceKind, Room

router = Router(tags=["resources"])


@router.get("/libraries", response=answers(Listed[LibraryBody]), operation_id="list_libraries")
def list_libraries(request: HttpRequest, query: Query[Page]) -> object:
    """Libraries and branches."""
    user_of(request)
    known(request, Page)
    return page(Library.objects.all(), query, _library)


@router.get("/programmes", response=answers(Listed[ProgrammeBody]), operation_id="list_programmes")
def list_programmes(request: HttpRequest, query: Query[Page]) -> object:
    """What we do together; those that are no longer given have ``active`` false."""
    user_of(request)
    known(request, Page)
    return page(Programme.objects.order_by("sort", "name", "pk"), query, _programme)


@router.post("/programmes", response=answers(ProgrammeBody, 201), operation_id="create_programme")
def create_programme(request: HttpRequest, payload: ProgrammeIn) -> object:
    """A new programme."""
    user = user_of(request)
    facts = places.ProgrammeFacts(**payload.model_dump())
    made = places.save_programme(actor=user, now=timezone.now(), facts=facts)
    return Status(201, _programme(made))


@router.get("/rooms", response=answers(Listed[RoomBody]), operation_id="list_rooms")
def list_rooms(request: HttpRequest, query: Query[Page]) -> object:
    """Rooms and open areas."""
    user_of(request)
    known(request, Page)
    rows = Room.objects.select_related("library").order_by("library_id", "name", "pk")
    return page(rows, query, _room)


@router.post("/rooms", response=answers(RoomBody, 201), operation_id="create_room")
def create_room(request: HttpRequest, payload: RoomIn) -> object:
    """A new room."""
    user = user_of(request)
    access.require(access.may_administer(user))
    facts = places.RoomFacts(**payload.model_dump(exclude={"library"}))
    library = that(Library.objects.all(), payload.library, "library")
    made = places.save_room(actor=user, now=timezone.now(), facts=facts, library=library)
    return Status(201, _room(made))


@router.get("/hosts", response=answers(Listed[HostBody]), operation_id="list_hosts")
def list_hosts(request: HttpRequest, query: Query[Page]) -> object:
    """Colleagues who receive groups."""
    user_of(request)
    known(request, Page)
    rows = Host.objects.select_related("user", "library").prefetch_related("programmes")
    return page(rows.order_by("user__first_name", "pk"), query, _host)


@router.post("/hosts", response=answers(HostBody, 201), operation_id="create_host")
def create_host(request: HttpRequest, payload: HostIn) -> object:
    """Make a colleague a host."""
    actor = user_of(request)
    access.require(access.may_administer(actor))
    library = that(Library.objects.all(), payload.library, "library")
    programmes = many(Programme.objects.all(), payload.programmes, "programmes")
    member = _member(payload.user)
    made = _make_host(actor, timezone.now(), member, library, programmes)
    return Status(201, _host(made))


@router.get("/availability", response=answers(Listed[TimeBody]), operation_id="find_times")
def find_times(request: HttpRequest, query: Query[FreeTimes]) -> object:
    """Free times for the groups, the best first, each with its reasons."""
    user_of(request)
    known(request, FreeTimes)
    found = times.find(
        groups=many(Group.objects.filter(archived_at=None), query.group, "group"),
        programme=that(Programme.objects.filter(active=True), query.programme, "programme"),
        now=timezone.now(),
        first=query.first,
        last=query.last,
        size=query.size_band,
        limit=query.limit,
    )
    return {"items": [_time(item) for item in found], "count": len(found)}


def _member(given: int | str) -> User:
    rows = User.objects.filter(is_active=True)
    if isinstance(given, int):
        return that(rows, given, "user")
    name = texts.clean(given, field="user", limit=150)
    found = rows.filter(username=name).first()
    if found is None:
        message = _("Det finns ingen kollega med det användarnamnet.")
        raise Invalid(message, fields={"user": message})
    return found


@transaction.atomic
def _make_host(
    actor: User, now: datetime, member: User, library: Library, programmes: list[Programme]
) -> Host:
    resource = Resource.objects.create(kind=ResourceKind.HOST.value)
    try:
        with transaction.atomic():
            host = Host.objects.create(resource=resource, user=member, library=library)
    except IntegrityError as error:
        message = _("Kollegan är redan värd.")
        raise Conflict(message, fields={"user": message}) from error
    host.programmes.set(programmes)
    audit.record(now=now, actor=actor, verb="host.made", target=host)
    return host


def _library(row: Library) -> LibraryBody:
    return LibraryBody(
        id=row.pk,
        name=row.name,
        address=row.address,
        directions=row.directions,
        meeting_point=row.meeting_point,
        phone=row.phone,
    )


def _programme(row: Programme) -> ProgrammeBody:
    return ProgrammeBody(
        id=row.pk,
        name=row.name,
        minutes=row.minutes,
        hosts_required=row.hosts_required,
        needs=row.needs,
        text_sv=row.text_sv,
        text_en=row.text_en,
        active=row.active,
    )


def _room(row: Room) -> RoomBody:
    return RoomBody(
        id=row.pk,
        name=row.name,
        library=Named(id=row.library.pk, name=row.library.name),
        capacity=row.capacity,
        features=row.features,
        open_area=row.open_area,
        buffer_before=row.buffer_before,
        buffer_after=row.buffer_after,
        active=row.active,
    )


def _host(row: Host) -> HostBody:
    return HostBody(
        id=row.pk,
        name=row.user.name,
        user=row.user_id,
        username=row.user.username,
        library=Named(id=row.library.pk, name=row.library.name),
        programmes=[programme.pk for programme in row.programmes.all()],
        active=row.active,
    )


def _time(item: times.Proposal) -> TimeBody:
    return TimeBody(
        start=iso(item.start),
        end=iso(item.end),
        room=item.room.pk,
        room_name=item.room.name,
        host=item.host.pk,
        host_name=item.host.user.name,
        co_host=item.co_host.pk if item.co_host else None,
        co_host_name=item.co_host.user.name if item.co_host else None,
        reasons=list(item.reasons),
        score=item.score,
    )
