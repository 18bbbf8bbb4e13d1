"""Libraries, programmes, rooms and hosts, and the times at which they are free."""

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Query, Router
from ninja.responses import Status

from core import access, texts
from core.errors import Invalid
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
from scheduling.api.common import Page, answers, found, known, many, one, page, that, user_of
from scheduling.api.fields import hours_and_minutes, iso
from scheduling.api.schemas import (
    FreeTimes,
    HostIn,
    HostPatch,
    ProgrammeIn,
    ProgrammePatch,
    RoomIn,
    RoomPatch,
)
from scheduling.booking import places, staffing, times
from scheduling.models import Host, Library, Programme, Room

router = Router(tags=["resources"])


@router.get("/libraries", response=answers(Listed[LibraryBody]), operation_id="list_libraries")
def list_libraries(request: HttpRequest, query: Query[Page]) -> object:
    """Libraries and branches."""
    user_of(request)
    known(request, Page)
    return page(Library.objects.all(), query, library_body)


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
    rows = Host.objects.select_related("user", "library").prefetch_related("programmes", "also_at")
    return page(rows.order_by("user__first_name", "pk"), query, _host)


@router.post("/hosts", response=answers(HostBody, 201), operation_id="create_host")
def create_host(request: HttpRequest, payload: HostIn) -> object:
    """Make a colleague a host."""
    actor = user_of(request)
    access.require(access.may_administer(actor))
    library = that(Library.objects.all(), payload.library, "library")
    programmes = many(Programme.objects.all(), payload.programmes, "programmes")
    facts = staffing.HostFacts(
        library=library,
        programmes=programmes,
        also_at=many(Library.objects.all(), payload.also_at, "also_at"),
        languages=payload.languages,
        sign=payload.sign,
    )
    member = _member(payload.user)
    made = staffing.save_host(actor=actor, now=timezone.now(), facts=facts, member=member)
    return Status(201, _host(made))


@router.patch("/hosts/{host}", response=answers(HostBody), operation_id="change_host")
def change_host(request: HttpRequest, host: int, payload: HostPatch) -> object:
    """Change a host; what is left out stays."""
    actor = user_of(request)
    access.require(access.may_administer(actor))
    row = found(Host.objects.select_related("user", "library"), host)
    given = payload.model_dump(exclude_unset=True)
    libraries, programmes = Library.objects.all(), Programme.objects.all()
    facts = staffing.HostFacts(
        library=one(libraries, payload.library, "library") or row.library,
        also_at=many(libraries, payload.also_at, "also_at")
        if "also_at" in given
        else list(row.also_at.all()),
        programmes=many(programmes, payload.programmes, "programmes")
        if "programmes" in given
        else list(row.programmes.all()),
        languages=given.get("languages", row.languages),
        sign=given.get("sign", row.sign),
        active=given.get("active", row.active),
    )
    staffing.save_host(actor=actor, now=timezone.now(), facts=facts, host=row, member=row.user)
    return _host(row)


@router.patch("/rooms/{room}", response=answers(RoomBody), operation_id="change_room")
def change_room(request: HttpRequest, room: int, payload: RoomPatch) -> object:
    """Change a room; what is left out stays. Booked visits keep their buffers."""
    user = user_of(request)
    access.require(access.may_administer(user))
    row = found(Room.objects.select_related("library"), room)
    names = ("name", "capacity", "buffer_before", "buffer_after", "active")
    given = {name: getattr(row, name) for name in names}
    facts = places.RoomFacts(**{**given, **payload.model_dump(exclude_unset=True)})
    return _room(
        places.save_room(actor=user, now=timezone.now(), facts=facts, room=row, library=row.library)
    )


@router.patch(
    "/programmes/{programme}", response=answers(ProgrammeBody), operation_id="change_programme"
)
def change_programme(request: HttpRequest, programme: int, payload: ProgrammePatch) -> object:
    """Change a programme; what is left out stays. Booked visits keep their length."""
    user = user_of(request)
    access.require(access.may_administer(user))
    row = found(Programme.objects.all(), programme)
    names = ("name", "minutes", "hosts_required", "text_sv", "text_en", "active")
    given = {name: getattr(row, name) for name in names}
    facts = places.ProgrammeFacts(**{**given, **payload.model_dump(exclude_unset=True)})
    return _programme(
        places.save_programme(actor=user, now=timezone.now(), facts=facts, programme=row)
    )


@router.get("/availability", response=answers(Listed[TimeBody]), operation_id="find_times")
def find_times(request: HttpRequest, query: Query[FreeTimes]) -> object:
    """Free times for the groups, the best first, each with its reasons."""
    user_of(request)
    known(request, FreeTimes)
    proposals = times.find(
        groups=many(Group.objects.filter(archived_at=None), query.group, "group"),
        programme=that(Programme.objects.filter(active=True), query.programme, "programme"),
        now=timezone.now(),
        first=query.first,
        last=query.last,
        size=query.size_band,
        limit=query.limit,
    )
    return {"items": [_time(item) for item in proposals], "count": len(proposals)}


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


def library_body(row: Library) -> LibraryBody:
    """A library as it is."""
    return LibraryBody(
        id=row.pk,
        name=row.name,
        address=row.address,
        directions=row.directions,
        meeting_point=row.meeting_point,
        phone=row.phone,
        branch_of=row.branch_of_id,
        eve_closes=hours_and_minutes(row.eve_closes),
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
        also_at=[library.pk for library in row.also_at.all()],
        languages=row.languages,
        sign=row.sign,
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
