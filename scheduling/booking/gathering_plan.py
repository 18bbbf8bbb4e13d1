"""A meeting or a training session as somebody wishes it, checked before anything is stored."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from core import texts
from core.errors import Clash, Invalid
from partners.models import Channel, Contact
from scheduling.booking import hosting
from scheduling.booking.plan import AFTERWARDS, FURTHEST, LONGEST
from scheduling.models import Host, Room
from scheduling.states import BookingKind

MOST_CONTACTS = 20
MOST_TRAVEL = 240
TITLES_LIMIT, PLACE_LIMIT, GREETING_LIMIT = 120, 200, 500


@dataclass(frozen=True, slots=True, kw_only=True)
class GatheringPlan:
    """``start`` and ``end`` are aware. In one of our rooms, at another place, or neither yet."""

    title: str
    start: datetime
    end: datetime
    kind: BookingKind = BookingKind.MEETING
    hosts: tuple[Host, ...] = ()
    contacts: tuple[Contact, ...] = ()
    channel: Channel | None = None
    room: Room | None = None
    place: str = ""
    #: Minutes each way; they block the colleagues too.
    travel_minutes: int = 0
    greeting: str = ""


@dataclass(frozen=True, slots=True)
class Words:
    """The plan's free texts, screened."""

    title: str
    place: str
    greeting: str


def check(plan: GatheringPlan) -> Words:
    """Raise Invalid, a message a field, or PersonalData; return the texts as they are stored."""
    wrong: dict[str, str] = {}
    if plan.end <= plan.start:
        wrong["end"] = _("Sluttiden måste vara efter starttiden.")
    elif plan.end - plan.start > LONGEST:
        wrong["end"] = _("Det kan vara högst 12 timmar. Kontrollera sluttiden.")
    if not plan.title.strip():
        wrong["title"] = _("Skriv vad det gäller.")
    if plan.kind is BookingKind.MEETING and not plan.hosts:
        wrong["hosts"] = _("Välj vilka av er som är med.")
    if plan.kind is BookingKind.TRAINING and plan.contacts:
        wrong["contacts"] = _("Till ett utbildningspass bjuds bara kollegor in.")
    if len(plan.contacts) > MOST_CONTACTS:
        wrong["contacts"] = _("Bjud in högst 20 kontakter.")
    if any(row.archived_at is not None for row in plan.contacts):
        wrong["contacts"] = _("Kontakten är arkiverad. Återställ den först.")
    wrong |= _wrong_place(plan)
    if wrong:
        raise Invalid(" ".join(dict.fromkeys(wrong.values())), fields=wrong)
    return Words(
        title=texts.clean(plan.title, field="title", limit=TITLES_LIMIT),
        place=texts.clean(plan.place, field="place", limit=PLACE_LIMIT),
        greeting=texts.clean(plan.greeting, field="greeting", limit=GREETING_LIMIT),
    )


def _wrong_place(plan: GatheringPlan) -> dict[str, str]:
    wrong = {}
    if plan.room is not None and plan.place.strip():
        wrong["place"] = _("Välj ett rum eller skriv en plats, inte båda.")
    elif plan.kind is BookingKind.MEETING and plan.room is None and not plan.place.strip():
        wrong["room"] = _("Välj ett rum, eller skriv var mötet är.")
    if plan.place.strip() and any(row.organisation.protected for row in plan.contacts):
        wrong["place"] = _(
            "Adressen är skyddad och får inte skrivas. Kom överens om en mötesplats."
        )
    if not 0 <= plan.travel_minutes <= MOST_TRAVEL:
        wrong["travel_minutes"] = _("Restiden kan vara 0 till 240 minuter.")
    return wrong


def check_coming(start: datetime, now: datetime) -> None:
    """Raise Invalid for a time that is over or far away."""
    message = _("Tiden har redan varit. Välj en tid som kommer.") if start < now else ""
    _refuse(message, start, now)


def check_bookable(start: datetime, now: datetime) -> None:
    """The same; what was agreed in a corridor may be registered up to 60 days afterwards."""
    message = ""
    if start < now - AFTERWARDS:
        message = _("I efterhand går det att skriva in det som varit de senaste 60 dagarna.")
    _refuse(message, start, now)


def _refuse(message: str, start: datetime, now: datetime) -> None:
    if not message and start - now > FURTHEST:
        message = _("Tiden ligger mer än tre år bort. Kontrollera årtalet.")
    if message:
        raise Invalid(message, fields={"start": message})


def require_own_free(plan: GatheringPlan) -> None:
    """Raise Clash where a colleague's own calendar is busy then, and she chose that it forbids."""
    way = timedelta(minutes=plan.travel_minutes)
    rows = hosting.blocked(plan.hosts, plan.start - way, plan.end + way)
    if rows:
        names = ", ".join(dict.fromkeys(row.host.first_name for row in rows))
        message = _("%(names)s har upptaget i sin egen kalender då. Välj en annan tid.") % {
            "names": names
        }
        raise Clash(message, code="own_calendar", fields={"start": message})
