"""Libraries, hosts' days, times to avoid and hosts' own calendars over HTTP."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Router
from ninja.responses import Status

from core import access
from core.errors import Invalid
from core.models import User
from partners.models import Group, Organisation
from scheduling.api.bodies import (
    AbsenceBody,
    AvoidTimeBody,
    HostDaysBody,
    LibraryBody,
    Listed,
    OwnCalendarBody,
    SpanBody,
    WorkingDayBody,
)
from scheduling.api.common import answers, found, one, that, user_of
from scheduling.api.fields import hours_and_minutes, iso
from scheduling.api.resources import library_body
from scheduling.api.resources import router as resources
from scheduling.api.schemas_house import (
    AbsenceIn,
    AvoidTimeIn,
    LibraryIn,
    LibraryPatch,
    OwnCalendarIn,
    OwnCalendarPatch,
    WorkingDayIn,
    WorkingWeekIn,
)
from scheduling.booking import avoiding, places, staffing
from scheduling.busy import calendars
from scheduling.busy.faults import Fault
from scheduling.models import AvoidTime, Host, Library, OwnCalendar, OwnCalendarMode

router = Router(tags=["resources"])
GONE = {204: None, **answers(None, 204)}


# One path is one router's: the list of libraries is there.
@resources.post("/libraries", response=answers(LibraryBody, 201), operation_id="create_library")
def create_library(request: HttpRequest, payload: LibraryIn) -> object:
    """A new library, or a branch of one."""
    actor = user_of(request)
    access.require(access.may_administer(actor))
    given = payload.model_dump(exclude={"branch_of"})
    parent = one(Library.objects.all(), payload.branch_of, "branch_of")
    facts = places.LibraryFacts(**given, branch_of=parent)
    made = places.save_library(actor=actor, now=timezone.now(), facts=facts)
    return Status(201, library_body(made))


@router.patch("/libraries/{library}", response=answers(LibraryBody), operation_id="change_library")
def change_library(request: HttpRequest, library: int, payload: LibraryPatch) -> object:
    """Change a library; what is left out stays, ``null`` takes away."""
    actor = user_of(request)
    access.require(access.may_administer(actor))
    row = found(Library.objects.all(), library)
    names = ("name", "address", "meeting_point", "directions", "phone", "branch_of", "eve_closes")
    given: dict[str, Any] = {name: getattr(row, name) for name in names}
    given |= payload.model_dump(exclude_unset=True)
    if "branch_of" in payload.model_fields_set:
        given["branch_of"] = one(Library.objects.all(), payload.branch_of, "branch_of")
    facts = places.LibraryFacts(**given)
    return library_body(
        places.save_library(actor=actor, now=timezone.now(), facts=facts, library=row)
    )


@router.get("/hosts/{host}/days", response=answers(HostDaysBody), operation_id="get_host_days")
def get_days(request: HttpRequest, host: int) -> object:
    """When the host works and is away; for herself and who administers."""
    actor = user_of(request)
    return _days(_host(actor, host))


@router.put("/hosts/{host}/weekdays", response=answers(HostDaysBody), operation_id="set_host_week")
def set_week(request: HttpRequest, host: int, payload: WorkingWeekIn) -> object:
    """The usual working hours, all of them."""
    actor = user_of(request)
    row = _host(actor, host)
    week = {span.weekday: (span.start, span.end) for span in payload.weekdays}
    if len(week) != len(payload.weekdays):
        message = _("Skriv varje veckodag en gång.")
        raise Invalid(message, fields={"weekdays": message})
    staffing.set_working_hours(actor=actor, now=timezone.now(), host=row, week=week)
    return _days(row)


@router.post(
    "/hosts/{host}/working-days", response=answers(HostDaysBody, 201), operation_id="set_host_day"
)
def set_day(request: HttpRequest, host: int, payload: WorkingDayIn) -> object:
    """Other hours on one day, or off."""
    actor = user_of(request)
    row = _host(actor, host)
    if (payload.start is None) != (payload.end is None):
        message = _("Skriv båda klockslagen, eller inget för hela dagen.")
        raise Invalid(message, fields={"end": message})
    hours = (payload.start, payload.end) if payload.start and payload.end else None
    staffing.set_working_day(
        actor=actor, now=timezone.now(), host=row, day=payload.day, hours=hours
    )
    return Status(201, _days(row))


@router.delete("/hosts/{host}/working-days/{day}", response=GONE, operation_id="remove_host_day")
def remove_day(request: HttpRequest, host: int, day: int) -> object:
    """The usual hours again."""
    actor = user_of(request)
    row = _host(actor, host)
    staffing.remove_working_day(actor=actor, now=timezone.now(), host=row, pk=day)
    return Status(204, None)


@router.post(
    "/hosts/{host}/absences", response=answers(AbsenceBody, 201), operation_id="create_absence"
)
def create_absence(request: HttpRequest, host: int, payload: AbsenceIn) -> object:
    """The host is away; a visit that lies there is a clash."""
    actor = user_of(request)
    made = staffing.add_absence(
        actor=actor,
        now=timezone.now(),
        host=_host(actor, host),
        start=payload.start,
        end=payload.end,
    )
    return Status(201, AbsenceBody(id=made.pk, start=iso(made.start), end=iso(made.end)))


@router.delete("/hosts/{host}/absences/{absence}", response=GONE, operation_id="remove_absence")
def remove_absence(request: HttpRequest, host: int, absence: int) -> object:
    """Here after all."""
    actor = user_of(request)
    row = _host(actor, host)
    staffing.remove_absence(actor=actor, now=timezone.now(), host=row, pk=absence)
    return Status(204, None)


@router.get(
    "/avoid-times", response=answers(Listed[AvoidTimeBody]), operation_id="list_avoid_times"
)
def list_avoid_times(request: HttpRequest, group: int) -> object:
    """What a group and its organisation would rather avoid."""
    actor = user_of(request)
    access.require(access.may_plan(actor))
    rows = avoiding.of_group(found(Group.objects.all(), group))
    items = [_avoid(row) for row in rows]
    return {"items": items, "count": len(items)}


@router.post("/avoid-times", response=answers(AvoidTimeBody, 201), operation_id="create_avoid_time")
def create_avoid_time(request: HttpRequest, payload: AvoidTimeIn) -> object:
    """A time to avoid, of one group or of one organisation."""
    actor = user_of(request)
    access.require(access.may_plan(actor))
    if (payload.group is None) == (payload.organisation is None):
        message = _("Skriv group eller organisation, en av dem.")
        raise Invalid(message, fields={"group": message})
    owner: Group | Organisation
    if payload.group is not None:
        owner = that(Group.objects.filter(archived_at=None), payload.group, "group")
    else:
        living = Organisation.objects.filter(archived_at=None)
        owner = that(living, payload.organisation or 0, "organisation")
    facts = avoiding.AvoidFacts(**payload.model_dump(exclude={"group", "organisation"}))
    made = avoiding.add(actor=actor, now=timezone.now(), owner=owner, facts=facts)
    return Status(201, _avoid(made))


@router.delete("/avoid-times/{avoid}", response=GONE, operation_id="remove_avoid_time")
def remove_avoid_time(request: HttpRequest, avoid: int) -> object:
    """It no longer matters."""
    avoiding.remove(actor=user_of(request), now=timezone.now(), pk=avoid)
    return Status(204, None)


@router.get(
    "/own-calendars", response=answers(Listed[OwnCalendarBody]), operation_id="list_own_calendars"
)
def list_own_calendars(request: HttpRequest) -> object:
    """The caller's own calendars; the addresses are never shown."""
    host = _me(user_of(request))
    items = [_calendar(row) for row in calendars.calendars_of(host)]
    return {"items": items, "count": len(items)}


@router.post(
    "/own-calendars", response=answers(OwnCalendarBody, 201), operation_id="create_own_calendar"
)
def create_own_calendar(request: HttpRequest, payload: OwnCalendarIn) -> object:
    """Give the secret address of one's own calendar; it is read within a minute or two."""
    actor = user_of(request)
    made = calendars.add(
        actor=actor,
        now=timezone.now(),
        host=_me(actor),
        address=payload.address,
        mode=payload.mode,
    )
    return Status(201, _calendar(made))


@router.patch(
    "/own-calendars/{row}", response=answers(OwnCalendarBody), operation_id="change_own_calendar"
)
def change_own_calendar(request: HttpRequest, row: int, payload: OwnCalendarPatch) -> object:
    """Warn or block."""
    actor = user_of(request)
    return _calendar(
        calendars.set_mode(
            actor=actor, now=timezone.now(), host=_me(actor), pk=row, mode=payload.mode
        )
    )


@router.delete("/own-calendars/{row}", response=GONE, operation_id="remove_own_calendar")
def remove_own_calendar(request: HttpRequest, row: int) -> object:
    """The address and all that was read are gone."""
    actor = user_of(request)
    calendars.remove(actor=actor, now=timezone.now(), host=_me(actor), pk=row)
    return Status(204, None)


def _host(actor: User, pk: int) -> Host:
    """The host whose days the caller may see and change."""
    row = found(Host.objects.select_related("user", "library"), pk)
    access.require(staffing.may_keep_days(actor, row))
    return row


def _me(actor: User) -> Host:
    row = Host.objects.filter(user=actor).first()
    if row is None:
        raise Invalid(_("Bara den som är värd kan ha en egen kalender här."))
    return row


def _days(host: Host) -> HostDaysBody:
    return HostDaysBody(
        weekdays=[
            SpanBody(weekday=row.weekday, start=f"{row.start:%H:%M}", end=f"{row.end:%H:%M}")
            for row in host.working_hours.all()
        ],
        days=[
            WorkingDayBody(
                id=row.pk,
                day=row.day,
                start=hours_and_minutes(row.start),
                end=hours_and_minutes(row.end),
            )
            for row in host.working_days.all()
        ],
        absences=[
            AbsenceBody(id=row.pk, start=iso(row.start), end=iso(row.end))
            for row in staffing.absences(host)
        ],
    )


def _avoid(row: AvoidTime) -> AvoidTimeBody:
    return AvoidTimeBody(
        id=row.pk,
        group=row.group_id,
        organisation=row.organisation_id,
        weekday=row.weekday,
        first_day=row.first_day,
        last_day=row.last_day,
        start=hours_and_minutes(row.start),
        end=hours_and_minutes(row.end),
        reason=row.reason,
    )


def _calendar(row: OwnCalendar) -> OwnCalendarBody:
    return OwnCalendarBody(
        id=row.pk,
        server=row.server,
        mode=OwnCalendarMode(row.mode),
        last_read_at=iso(row.last_read_at) if row.last_read_at else None,
        problem=row.problem or None,
        message=calendars.words(Fault(row.problem)) if row.problem else None,
        stale=calendars.is_stale(row, timezone.now()),
        busy=row.intervals.count(),
    )
