"""Rooms, programmes, hours, closures and calm times: each change one transaction, audited."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import TypeVar

from django.db import IntegrityError, transaction
from django.db.models import Model, Q
from django.utils.translation import gettext as _

from core import access, audit, swedish, texts
from core.errors import Conflict, Invalid, Missing
from core.models import User
from scheduling.booking.spans import require_near
from scheduling.feeds import blocks
from scheduling.models import (
    Booking,
    CalmTime,
    Closure,
    Library,
    OpeningHours,
    Programme,
    Resource,
    ResourceKind,
    Room,
    RoomFeature,
)
from scheduling.states import OPEN_STATES

M = TypeVar("M", bound=Model)
Hours = tuple[time, time] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomFacts:
    """What can be changed of a room."""

    name: str
    capacity: int
    buffer_before: int
    buffer_after: int
    active: bool = True
    #: None leaves them as they are.
    features: Sequence[RoomFeature] | None = None
    open_area: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgrammeFacts:
    """What can be changed of a programme."""

    name: str
    minutes: int
    hosts_required: int
    text_sv: str
    text_en: str = ""
    active: bool = True
    #: What the room must have; None leaves it as it is.
    needs: Sequence[RoomFeature] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LibraryFacts:
    """What can be changed of a library or a branch."""

    name: str
    address: str
    meeting_point: str
    directions: str = ""
    phone: str = ""
    branch_of: Library | None = None
    #: When it closes on eves; None: closed on eves.
    eve_closes: time | None = None


@transaction.atomic
def save_library(
    *, actor: User, now: datetime, facts: LibraryFacts, library: Library | None = None
) -> Library:
    """Change ``library``, or make a new one. Raises Invalid, PersonalData, Conflict."""
    access.require(access.may_administer(actor))
    made = library is None
    library = library or Library()
    name = _named(facts.name)
    renamed = not made and library.name != name
    library.name = name
    for field, limit in {
        "address": 200, "meeting_point": 120, "directions": 2000
    }.items():  # fmt: skip
        setattr(library, field, texts.clean(getattr(facts, field), field=field, limit=limit))
    if not library.address:
        message = _("Skriv adressen.")
        raise Invalid(message, fields={"address": message})
    library.phone = _phone(facts.phone)
    library.branch_of, library.eve_closes = facts.branch_of, facts.eve_closes
    if facts.branch_of is not None and (
        facts.branch_of == library or facts.branch_of.branch_of_id is not None
    ):
        message = _("En filial hör till ett bibliotek som inte själv är en filial.")
        raise Invalid(message, fields={"branch_of": message})
    _stored(library, _("Det finns redan ett bibliotek med det namnet."))
    if renamed:
        here = Q(library=library) | _in_rooms(room__library=library)
        blocks.touch_all(Booking.objects.filter(here), now)
    audit.record(now=now, actor=actor, verb=_verb("library", made=made), target=library)
    return library


def _in_rooms(**which: object) -> Q:
    """Visits, meetings and sessions whose room is so."""
    kinds = ("visit", "gathering")
    return Q(
        *(Q(**{f"{kind}__{key}": value for key, value in which.items()}) for kind in kinds),
        _connector=Q.OR,
    )


def _phone(text: str) -> str:
    if not text.strip():
        return ""
    try:
        return swedish.parse_phone(text)
    except ValueError as error:
        message = _("Skriv ett telefonnummer, till exempel 019-21 10 00.")
        raise Invalid(message, fields={"phone": message}) from error


@transaction.atomic
def save_room(
    *, actor: User, now: datetime, facts: RoomFacts, room: Room | None = None, library: Library
) -> Room:
    """Change ``room``, or make a new one in ``library``. Booked visits keep their buffers."""
    access.require(access.may_administer(actor))
    name = _named(facts.name)
    buffers = (facts.buffer_before, facts.buffer_after)
    if facts.capacity < 1 or not all(0 <= minutes <= 240 for minutes in buffers):
        raise Invalid(_("Ett rum har minst en plats och högst fyra timmar före och efter."))
    made = room is None
    if room is None:
        resource = Resource.objects.create(kind=ResourceKind.ROOM.value)
        room = Room(resource=resource, library=library)
    renamed = not made and room.name != name
    room.name, room.capacity, room.active = name, facts.capacity, facts.active
    room.buffer_before, room.buffer_after = facts.buffer_before, facts.buffer_after
    if facts.features is not None:
        room.features = _features(facts.features)
    if facts.open_area is not None:
        room.open_area = facts.open_area
    _stored(room, _("Det finns redan ett rum med det namnet."))
    if renamed:
        blocks.touch_all(Booking.objects.filter(_in_rooms(room=room)), now)
    audit.record(now=now, actor=actor, verb=_verb("room", made=made), target=room)
    return room


@transaction.atomic
def save_programme(
    *, actor: User, now: datetime, facts: ProgrammeFacts, programme: Programme | None = None
) -> Programme:
    """Change ``programme``, or make a new one."""
    access.require(access.may_administer(actor))
    made = programme is None
    programme = programme or Programme()
    name = _named(facts.name)
    renamed = not made and programme.name != name
    programme.name = name
    programme.text_sv = texts.clean(facts.text_sv, field="text_sv")
    programme.text_en = texts.clean(facts.text_en, field="text_en")
    if not programme.text_sv:
        message = _("Skriv vad ni gör, så som partnern ska läsa det.")
        raise Invalid(message, fields={"text_sv": message})
    if not 5 <= facts.minutes <= 480 or facts.hosts_required not in {1, 2}:
        raise Invalid(_("Ett program är 5 till 480 minuter och har en eller två värdar."))
    programme.minutes, programme.hosts_required = facts.minutes, facts.hosts_required
    programme.active = facts.active
    if facts.needs is not None:
        programme.needs = _features(facts.needs)
    _stored(programme, _("Det finns redan ett program med det namnet."))
    if renamed:
        blocks.touch_all(Booking.objects.filter(visit__programme=programme), now)
    audit.record(now=now, actor=actor, verb=_verb("programme", made=made), target=programme)
    return programme


@transaction.atomic
def add_closure(
    *, actor: User, now: datetime, library: Library, day: date, reason: str, hours: Hours = None
) -> Closure:
    """Closed on ``day``, or open at other ``hours``. Visits already booked stay."""
    access.require(access.may_administer(actor))
    reason = texts.clean(reason, field="reason", limit=120)
    if not reason:
        message = _("Skriv varför, till exempel Inventering.")
        raise Invalid(message, fields={"reason": message})
    require_near(now, day=day)
    opens, closes = _ordered(hours)
    row = Closure(library=library, day=day, opens=opens, closes=closes, reason=reason)
    _stored(row, _("Dagen har redan en avvikelse. Ta bort den först."), field="day")
    audit.record(
        now=now, actor=actor, verb="closure.added", target=row, data={"day": day.isoformat()}
    )
    return row


@transaction.atomic
def remove_closure(*, actor: User, now: datetime, pk: int) -> Closure:
    """The usual hours again."""
    access.require(access.may_administer(actor))
    row = _one(Closure, pk)
    audit.record(
        now=now, actor=actor, verb="closure.removed", target=row, data={"day": row.day.isoformat()}
    )
    row.delete()
    return row


@transaction.atomic
def add_calm_time(
    *, actor: User, now: datetime, library: Library, weekday: int, start: time, end: time
) -> CalmTime:
    """A weekly time with little traffic."""
    access.require(access.may_administer(actor))
    _ordered((start, end))
    row = CalmTime.objects.create(library=library, weekday=weekday, start=start, end=end)
    audit.record(now=now, actor=actor, verb="calm_time.added", target=row)
    return row


@transaction.atomic
def remove_calm_time(*, actor: User, now: datetime, pk: int) -> CalmTime:
    """No longer calm."""
    access.require(access.may_administer(actor))
    row = _one(CalmTime, pk)
    audit.record(now=now, actor=actor, verb="calm_time.removed", target=row)
    row.delete()
    return row


@transaction.atomic
def set_hours(*, actor: User, now: datetime, library: Library, week: dict[int, Hours]) -> None:
    """The usual hours, a weekday each; None is closed. Dated rows (summer) stay as they are."""
    access.require(access.may_administer(actor))
    spans = {weekday: _ordered(hours) for weekday, hours in week.items()}
    usual = OpeningHours.objects.filter(library=library, first_day=None, last_day=None)
    usual.filter(weekday__in=spans).delete()
    OpeningHours.objects.bulk_create(
        OpeningHours(library=library, weekday=weekday, opens=opens, closes=closes)
        for weekday, (opens, closes) in spans.items()
    )
    audit.record(now=now, actor=actor, verb="hours.changed", target=library)


@transaction.atomic
def add_season(
    *, actor: User, now: datetime, library: Library, first: date, last: date, week: dict[int, Hours]
) -> None:
    """Other hours from ``first`` to ``last`` (summer), a weekday each; None is closed.

    Replaces a season of exactly the same days. Raises Invalid for days in the wrong order, or far
    from now.
    """
    access.require(access.may_administer(actor))
    require_near(now, first_day=first, last_day=last)
    if last < first:
        message = _("Slutdagen är före startdagen.")
        raise Invalid(message, fields={"last_day": message})
    spans = {weekday: _ordered(hours) for weekday, hours in week.items()}
    OpeningHours.objects.filter(library=library, first_day=first, last_day=last).delete()
    OpeningHours.objects.bulk_create(
        OpeningHours(
            library=library,
            weekday=weekday,
            opens=opens,
            closes=closes,
            first_day=first,
            last_day=last,
        )
        for weekday, (opens, closes) in spans.items()
    )
    data: dict[str, object] = {"first": first.isoformat(), "last": last.isoformat()}
    audit.record(now=now, actor=actor, verb="season.added", target=library, data=data)


@transaction.atomic
def remove_season(*, actor: User, now: datetime, library: Library, first: date, last: date) -> None:
    """The usual hours again in those days."""
    access.require(access.may_administer(actor))
    rows = OpeningHours.objects.filter(library=library, first_day=first, last_day=last)
    if not rows.delete()[0]:
        raise Missing
    data: dict[str, object] = {"first": first.isoformat(), "last": last.isoformat()}
    audit.record(now=now, actor=actor, verb="season.removed", target=library, data=data)


def _features(given: Sequence[RoomFeature]) -> list[str]:
    return [feature.value for feature in RoomFeature if feature in given]


def booked_on(library: Library, start: datetime, end: datetime) -> int:
    """How many open bookings lie there, for the kind warning at a new closure."""
    states = [state.value for state in OPEN_STATES]
    rows = Booking.objects.filter(library=library, state__in=states)
    return rows.filter(start__lt=end, end__gt=start).count()


def _named(name: str) -> str:
    tidy = texts.clean(name, field="name", limit=80)
    if not tidy:
        message = _("Skriv ett namn.")
        raise Invalid(message, fields={"name": message})
    return tidy


def _ordered(hours: Hours) -> tuple[time | None, time | None]:
    if hours is None:
        return None, None
    if hours[1] <= hours[0]:
        message = _("Sluttiden måste vara efter starttiden.")
        raise Invalid(message, fields={"closes": message})
    return hours


def _stored(row: Model, taken: str, field: str = "name") -> None:
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise Conflict(taken, fields={field: taken}) from error


def _one(model: type[M], pk: int) -> M:
    row = model._default_manager.filter(pk=pk).first()
    if row is None:
        raise Missing
    return row


def _verb(what: str, *, made: bool) -> str:
    return f"{what}.{'made' if made else 'changed'}"
