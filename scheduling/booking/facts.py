"""A visit's facts beyond who, when and where: counted, checked, applied, and erased in time."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.translation import gettext as _

from core.errors import IllegalTransition, Invalid, refuse
from scheduling.models import Booking, Diet, Visit
from scheduling.states import InvitationState, VisitState

if TYPE_CHECKING:
    from scheduling.booking.alter import Details

MOST_EATING = 30
_https = URLValidator(schemes=["https", "http"])

#: Taken over as they are; None leaves as it is.
_SAME = (
    "interpreter_by",
    "interpreter_state",
    "travel_by",
    "tickets_by",
    "travel_minutes",
    "photos_agreed",
    "hours_confirmed",
)


def counted(counts: Mapping[Diet, int]) -> dict[str, int]:
    """As it is stored: what nobody wants is left out."""
    return {diet.value: counts[diet] for diet in Diet if counts.get(diet)}


def check(counts: Mapping[Diet, int], cards: int | None, routine: str) -> None:
    """Raise Invalid for counts that no group has, and for a link that leads nowhere."""
    faults = {}
    if any(not 0 <= number <= MOST_EATING for number in counts.values()):
        faults["diet_counts"] = _("Antalet kan vara 0 till 30.")
    if cards is not None and not 0 <= cards <= MOST_EATING:
        faults["card_count"] = _("Antalet kan vara 0 till 30.")
    if routine.strip():
        try:
            _https(routine.strip())
        except ValidationError:
            faults["plan_routine_url"] = _("Skriv hela adressen, med https:// först.")
        if len(routine) > 300:
            faults["plan_routine_url"] = _("Adressen är för lång.")
    refuse(faults)


def apply(visit: Visit, details: "Details") -> None:
    """Put the given facts into the visit; nothing is stored here. Raises Invalid."""
    check(details.diet_counts or {}, details.card_count, details.plan_routine_url or "")
    if details.travel_minutes is not None and not 0 <= details.travel_minutes <= 240:
        message = _("Restiden kan vara 0 till 240 minuter.")
        raise Invalid(message, fields={"travel_minutes": message})
    for name in _SAME:
        value = getattr(details, name)
        if value is not None:
            setattr(visit, name, value)
    if details.size_band is not None:
        visit.size_band = details.size_band.value
    if details.access_needs is not None:
        visit.access_needs = sorted({need.value for need in details.access_needs})
    if details.diet_counts is not None:
        visit.diet_counts = counted(details.diet_counts)
    if details.plan_routine_url is not None:
        visit.plan_routine_url = details.plan_routine_url.strip()
    _apply_cards(visit, details)
    _apply_contact(visit, details)


def _apply_cards(visit: Visit, details: "Details") -> None:
    if details.card_count is not None:
        visit.card_count, visit.card_signup = details.card_count, True
    elif details.without_card_count or details.card_signup is False:
        visit.card_count = None


def _apply_contact(visit: Visit, details: "Details") -> None:
    if details.without_contact:
        visit.contact = None
    if details.contact is None:
        return
    allowed = {group.organisation_id for group in visit.groups.all()}
    if details.contact.organisation_id not in allowed:
        message = _("Kontakten hör till en annan organisation än gruppen.")
        raise Invalid(message, fields={"contact": message})
    visit.contact = details.contact


def require_hosts(booking: Booking) -> None:
    """Raise IllegalTransition where the approach plan wants a second host (F14)."""
    if booking.visit.lacks_host:
        raise IllegalTransition(
            _("Besöket behöver två värdar innan det kan bekräftas. Välj en medvärd."),
            extra={"state": booking.state, "lacks": "co_host"},
        )


def confirm_when_whole(booking: Booking) -> None:
    """A visit that only waited for its second host is confirmed with her, as the partners said."""
    if booking.status is not VisitState.OFFERED or booking.visit.lacks_host:
        return
    rows = booking.invitations.exclude(state=InvitationState.WITHDRAWN.value)
    partners = [row for row in rows if row.contact_id is not None]
    yes = {row.group_id for row in partners if row.status is InvitationState.ACCEPTED}
    if yes and {row.group_id for row in partners if row.group_id} <= yes:
        booking.state = VisitState.CONFIRMED.value
