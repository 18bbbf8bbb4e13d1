"""From a request to the plan of a visit: ids become rows, what was left out is chosen."""

from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from core.errors import Clash, Invalid
from partners.models import Contact, Group
from scheduling.api.common import many, one, that
from scheduling.api.schemas import VisitIn
from scheduling.booking import times, ways_out
from scheduling.booking.plan import check_past_times, check_times
from scheduling.booking.services import VisitPlan
from scheduling.models import Host, Programme, Room
from scheduling.states import BookingKind

#: Taken over from the request as they are.
_SAME = (
    "place",
    "travel_minutes",
    "meeting_point",
    "size_band",
    "followers",
    "interpreter",
    "fika",
    "diets",
    "interpreter_by",
    "interpreter_state",
    "diet_counts",
    "calm",
    "travel_by",
    "tickets_by",
    "card_signup",
    "card_count",
    "photos_agreed",
    "hours_confirmed",
    "busy_override",
    "room_reason",
    "two_hosts",
    "plan_quiet_place",
    "plan_exit",
    "plan_rules_explained",
    "plan_guards_informed",
    "plan_routine_url",
    "greeting",
    "respond_by",
    "already_held",
)


def groups_of(wanted: VisitIn) -> tuple[Group, ...]:
    """The groups, from ``group`` or ``groups``."""
    pks, field = _either(wanted.group, wanted.groups, "group", "groups")
    if not pks:
        message = _("Välj en grupp.")
        raise Invalid(message, fields={"group": message})
    return tuple(many(Group.objects.select_related("organisation"), pks, field))


def plan_of(wanted: VisitIn, groups: tuple[Group, ...], now: datetime) -> VisitPlan:
    """The plan. Raises Invalid with the field, Clash where nobody or nothing is free."""
    programme = that(Programme.objects.filter(active=True), wanted.programme, "programme")
    end = wanted.end or wanted.start + timedelta(minutes=programme.minutes)
    (check_past_times if wanted.already_held else check_times)(wanted.start, end, now)
    contacts, field = _either(wanted.contact, wanted.contacts, "contact", "contacts")
    people = Contact.objects.filter(archived_at=None)
    room = one(active_rooms(), wanted.room, "room")
    host = one(active_hosts(), wanted.host, "host")
    co_host = one(active_hosts(), wanted.co_host, "co_host")
    team = _Team(wanted, groups, programme, end, now)
    with ways_out.told(_anybody(wanted, groups, programme, end), now=now):
        room = room or team.room(host)
        host = host or team.next(room, {co_host}, "host")
        if co_host is None and team.needs_two:
            co_host = team.next(room, {host}, "co_host")
    needs = wanted.access_needs
    return VisitPlan(
        groups=groups,
        programme=programme,
        start=wanted.start,
        end=end,
        host=host,
        co_host=co_host,
        room=room,
        contacts=tuple(many(people, contacts, field)),
        kind=BookingKind(wanted.kind),
        access_needs=None if needs is None else tuple(dict.fromkeys(needs)),
        **{name: getattr(wanted, name) for name in _SAME},
    )


def _anybody(
    wanted: VisitIn, groups: tuple[Group, ...], programme: Programme, end: datetime
) -> ways_out.Wanted:
    """For the ways out where nobody was free to be chosen."""
    return ways_out.Wanted(
        groups=groups,
        programme=programme,
        start=wanted.start,
        end=end,
        size=wanted.size_band or max((row.size for row in groups), key=lambda band: band.most),
        travel_minutes=wanted.travel_minutes,
    )


def active_rooms() -> QuerySet[Room]:
    """Rooms that can be booked."""
    return Room.objects.filter(active=True).select_related("library")


def active_hosts() -> QuerySet[Host]:
    """Hosts who can receive a group."""
    rows = Host.objects.filter(active=True, user__is_active=True)
    return rows.select_related("user", "library")


def _either(
    single: int | None, several: list[int] | None, one_name: str, many_name: str
) -> tuple[list[int], str]:
    if single is not None and several is not None:
        message = _("Skriv %(one)s eller %(many)s, inte båda.") % {
            "one": one_name,
            "many": many_name,
        }
        raise Invalid(message, fields={many_name: message})
    if single is not None:
        return [single], one_name
    return several or [], many_name


class _Team:
    """The free room and hosts for one exact time, looked up only where something was left out."""

    def __init__(
        self,
        wanted: VisitIn,
        groups: tuple[Group, ...],
        programme: Programme,
        end: datetime,
        now: datetime,
    ) -> None:
        self._wanted, self._groups, self._programme = wanted, groups, programme
        self._end, self._now = end, now
        self._hosts: list[Host] | None = None

    @property
    def needs_two(self) -> bool:
        """As the plan will see it."""
        if self._wanted.two_hosts is not None:
            return self._wanted.two_hosts
        return self._programme.hosts_required > 1 or any(row.two_hosts for row in self._groups)

    def room(self, host: Host | None) -> Room | None:
        """The smallest free room that fits; none for a visit that goes out."""
        if self._wanted.kind is BookingKind.OUTREACH_VISIT:
            return None
        room, _hosts = self._pick()
        if room is None or (host is not None and room.library_id != host.library_id):
            message = _("Inget rum som passar är ledigt då. Välj ett rum eller en annan tid.")
            raise Clash(message, fields={"room": message})
        return room

    def next(self, room: Room | None, taken: set[Host | None], field: str) -> Host:
        """The usual or else another free host, first of all from the room's own library."""
        if self._hosts is None:
            _room, self._hosts = self._pick(self._wanted.travel_minutes)
        free = [host for host in self._hosts if host not in taken]
        if room is not None:
            free.sort(key=lambda host: host.library_id != room.library_id)
        if not free:
            message = (
                _("Ingen som kan programmet är ledig då. Välj en annan tid eller en värd.")
                if field == "host"
                else _("Två värdar behövs, men bara en är ledig då. Välj en annan tid.")
            )
            raise Clash(message, fields={field: message})
        return free[0]

    def _pick(self, travel: int = 0) -> tuple[Room | None, list[Host]]:
        way = timedelta(minutes=travel)
        return times.pick(
            groups=self._groups,
            programme=self._programme,
            start=self._wanted.start - way,
            end=self._end + way,
            now=self._now,
            size=self._wanted.size_band,
        )
