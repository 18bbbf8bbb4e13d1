"""What is to be booked, checked before anything is stored."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from core import swedish, texts
from core.errors import Invalid
from partners.models import AccessNeed, Contact, Group, SizeBand
from scheduling.booking import facts
from scheduling.models import (
    Diet,
    Host,
    InterpreterState,
    Programme,
    Room,
    Side,
    Travel,
)
from scheduling.states import BookingKind

LONGEST = timedelta(hours=12)
#: How long afterwards a visit can still be registered.
AFTERWARDS = timedelta(days=60)
FURTHEST = timedelta(days=3 * 366)
#: Answers are wished for about a week before, and never on a day off.
RESPOND_DAYS_BEFORE = 7

#: Free texts of a visit and how many characters each may have.
TEXT_LIMITS = {
    "place": 200,
    "meeting_point": 120,
    "interpreter": 120,
    "diets": 200,
    "plan_quiet_place": 200,
    "plan_exit": 200,
    "greeting": 500,
    "busy_override": 200,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitPlan:
    """A study or outreach visit as somebody wishes it. ``start`` and ``end`` are aware."""

    groups: tuple[Group, ...]
    programme: Programme
    start: datetime
    end: datetime
    host: Host
    room: Room | None = None
    co_host: Host | None = None
    contacts: tuple[Contact, ...] = ()
    kind: BookingKind = BookingKind.STUDY_VISIT
    place: str = ""
    travel_minutes: int = 0
    meeting_point: str = ""
    size_band: SizeBand | None = None
    followers: int = 0
    access_needs: tuple[AccessNeed, ...] | None = None
    interpreter: str = ""
    interpreter_by: Side | None = None
    interpreter_state: InterpreterState = InterpreterState.NONE
    fika: bool | None = None
    diets: str = ""
    diet_counts: dict[Diet, int] = field(default_factory=dict)
    calm: bool = False
    travel_by: Travel | None = None
    tickets_by: Side | None = None
    card_signup: bool = False
    card_count: int | None = None
    photos_agreed: bool = False
    #: A host has said yes to a time outside the opening hours.
    hours_confirmed: bool = False
    #: Why it is booked although a host's own calendar is busy.
    busy_override: str = ""
    #: Why a room with too few places will do (``fitting``).
    room_reason: str = ""
    two_hosts: bool | None = None
    plan_quiet_place: str = ""
    plan_exit: str = ""
    plan_rules_explained: bool = False
    plan_guards_informed: bool = False
    plan_routine_url: str = ""
    greeting: str = ""
    respond_by: date | None = None
    #: Registered afterwards: a visit that was agreed in a corridor and has already been.
    already_held: bool = False

    @property
    def hosts(self) -> tuple[Host, ...]:
        """Host and co-host."""
        return (self.host,) if self.co_host is None else (self.host, self.co_host)

    @property
    def size(self) -> SizeBand:
        """The band given, or the largest of the groups' own."""
        return self.size_band or max((group.size for group in self.groups), key=lambda b: b.most)

    @property
    def needs_two_hosts(self) -> bool:
        """The visit's own word, or else that of the groups and the programme (F14)."""
        if self.two_hosts is not None:
            return self.two_hosts
        return self.programme.hosts_required > 1 or any(group.two_hosts for group in self.groups)


@dataclass(slots=True)
class _Faults:
    """Collects what is wrong, a field each, so that the user mends all at once."""

    fields: dict[str, str] = field(default_factory=dict)

    def add(self, name: str, message: str) -> None:
        self.fields.setdefault(name, message)

    def raise_if_any(self) -> None:
        if self.fields:
            raise Invalid(" ".join(dict.fromkeys(self.fields.values())), fields=self.fields)


def check_times(start: datetime, end: datetime, now: datetime) -> None:
    """Raise Invalid for a time that is over, turned round, endless or far away."""
    faults = _Faults()
    if end <= start:
        faults.add("end", _("Sluttiden måste vara efter starttiden."))
    elif end - start > LONGEST:
        faults.add("end", _("Ett besök kan vara högst 12 timmar. Kontrollera sluttiden."))
    if start < now:
        faults.add("start", _("Tiden har redan varit. Välj en tid som kommer."))
    elif start - now > FURTHEST:
        faults.add("start", _("Tiden ligger mer än tre år bort. Kontrollera årtalet."))
    faults.raise_if_any()


def check_past_times(start: datetime, end: datetime, now: datetime) -> None:
    """The same for a visit that is registered afterwards: up to 60 days back."""
    faults = _Faults()
    if end <= start:
        faults.add("end", _("Sluttiden måste vara efter starttiden."))
    elif end - start > LONGEST:
        faults.add("end", _("Ett besök kan vara högst 12 timmar. Kontrollera sluttiden."))
    if not now - AFTERWARDS <= start <= now:
        faults.add("start", _("I efterhand kan du registrera besök från de senaste 60 dagarna."))
    faults.raise_if_any()


def check(plan: VisitPlan, now: datetime) -> None:
    """Raise Invalid, with a message a field, for what cannot be booked by anybody."""
    if plan.already_held:
        check_past_times(plan.start, plan.end, now)
    else:
        check_times(plan.start, plan.end, now)
    faults = _Faults()
    _check_groups(plan, faults)
    _check_place(plan, faults)
    _check_people(plan, faults)
    faults.raise_if_any()
    facts.check(plan.diet_counts, plan.card_count, plan.plan_routine_url)


def _check_groups(plan: VisitPlan, faults: _Faults) -> None:
    if not plan.groups:
        faults.add("groups", _("Välj en grupp."))
    if any(group.archived_at for group in plan.groups):
        faults.add("groups", _("Gruppen är arkiverad. Återställ den först."))
    allowed = {group.organisation_id for group in plan.groups}
    if any(contact.organisation_id not in allowed for contact in plan.contacts):
        faults.add("contacts", _("Kontakten hör till en annan organisation än gruppen."))


def _check_place(plan: VisitPlan, faults: _Faults) -> None:
    if plan.kind is BookingKind.STUDY_VISIT and plan.room is None:
        faults.add("room", _("Välj ett rum."))
    if plan.kind is BookingKind.OUTREACH_VISIT and not plan.place.strip():
        faults.add("place", _("Skriv vart ni ska gå."))
    if any(group.organisation.protected for group in plan.groups) and plan.place.strip():
        faults.add(
            "place", _("Adressen är skyddad och får inte skrivas. Kom överens om en mötesplats.")
        )
    if not 0 <= plan.travel_minutes <= 240:
        faults.add("travel_minutes", _("Restiden kan vara 0 till 240 minuter."))
    if not 0 <= plan.followers <= 20:
        faults.add("followers", _("Antalet ledare kan vara 0 till 20."))


def _check_people(plan: VisitPlan, faults: _Faults) -> None:
    if plan.co_host is not None and plan.co_host == plan.host:
        faults.add("co_host", _("Medvärden måste vara någon annan än värden."))
    if plan.needs_two_hosts and plan.co_host is None:
        faults.add("co_host", _("Bemötandeplanen kräver två värdar. Välj också en medvärd."))


def cleaned_texts(plan: VisitPlan) -> dict[str, str]:
    """Every free text of the plan, screened; raises PersonalData or Invalid with the field."""
    return {
        name: texts.clean(getattr(plan, name), field=name, limit=limit)
        for name, limit in TEXT_LIMITS.items()
    }


def as_if_said(plan: VisitPlan) -> VisitPlan:
    """For a preview: the mail is the same whatever the reason, and is shown before it is given."""
    return plan if plan.room_reason.strip() else replace(plan, room_reason="–")


def respond_by(start: datetime, now: datetime) -> date | None:
    """The working day about a week before; None where the visit is too near to wait for it."""
    day = timezone.localdate(start) - timedelta(days=RESPOND_DAYS_BEFORE)
    day = swedish.working_days_before(day + timedelta(days=1), 1)
    return day if day > timezone.localdate(now) else None
