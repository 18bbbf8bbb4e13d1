"""Around a meeting: the same again, exactly what would be sent, and the line afterwards."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core import swedish
from core.errors import Clash, IllegalTransition, Invalid
from core.models import User
from partners.models import Organisation, Way
from partners.services import relation
from scheduling.booking import change, gatherings
from scheduling.booking.gathering_plan import GatheringPlan
from scheduling.models import Booking, Message
from scheduling.states import VisitEvent

MOST_TIMES, MOST_WEEKS = 8, 53
#: A quarterly Friday may meet a red day twice in a row, never this often.
MOST_SHIFTS = 4


@change.service
def book_repeated(
    *,
    actor: User,
    now: datetime,
    plan: GatheringPlan,
    weeks: int,
    times: int,
    idempotency_key: str | None = None,
) -> list[Booking]:
    """The same again every ``weeks`` weeks, ``times`` in all, at the same hour on the wall.

    A date that is a red day or an eve goes to the same weekday a week later. Each date is a booking
    and an invitation of its own. All or none: a Clash names the date that is taken.
    """
    made = []
    for number, one in enumerate(dates(plan, weeks=weeks, times=times)):
        key = f"{idempotency_key[:58]}.{number}" if idempotency_key and number else idempotency_key
        try:
            made.append(
                gatherings.book_gathering(actor=actor, now=now, plan=one, idempotency_key=key)
            )
        except Clash as error:
            if number:
                when = swedish.compact_when(one.start, one.end)
                error.message = _("%(when)s: %(why)s") % {"when": when, "why": error.message}
            raise
    return made


def dates(plan: GatheringPlan, *, weeks: int, times: int) -> list[GatheringPlan]:
    """The plan at each of its dates. Raises Invalid for what is no simple repeat."""
    if not (1 <= times <= MOST_TIMES and 1 <= weeks <= MOST_WEEKS):
        message = _("Upprepa högst %(times)d gånger.") % {"times": MOST_TIMES}
        raise Invalid(message, fields={"times": message})
    local = timezone.localtime(plan.start)
    found = [plan]
    for number in range(1, times):
        day = local.date() + timedelta(weeks=weeks * number)
        for _later in range(MOST_SHIFTS):
            if swedish.red_day(day) is None and swedish.eve(day) is None:
                break
            day += timedelta(weeks=1)
        start = swedish.at_wall(day, local.time()).astimezone(UTC)
        found.append(replace(plan, start=start, end=start + (plan.end - plan.start)))
    return found


def preview(*, actor: User, now: datetime, plan: GatheringPlan) -> list[Message]:
    """Exactly what would be sent and to whom: booked for real, and rolled back."""
    with transaction.atomic():
        booking = gatherings.book_gathering(actor=actor, now=now, plan=plan)
        rows = booking.messages.select_related("invitation__contact", "invitation__host__user")
        found = list(rows)
        transaction.set_rollback(True)
    return found


def preview_change(
    *, actor: User, now: datetime, booking: Booking, plan: GatheringPlan
) -> list[Message]:
    """The same for a change: what it would send."""
    with transaction.atomic():
        last = booking.messages.order_by("-pk").values_list("pk", flat=True).first() or 0
        gatherings.change_gathering(actor=actor, now=now, booking=booking, plan=plan)
        rows = booking.messages.filter(pk__gt=last)
        found = list(rows.select_related("invitation__contact", "invitation__host__user"))
        transaction.set_rollback(True)
    return found


@change.service
def note(*, actor: User, now: datetime, booking: Booking, line: str) -> Booking:
    """What was said, in a line: in the log of the channel, or of the organisations invited.

    Raises Forbidden, IllegalTransition before it has begun, Invalid, PersonalData.
    """
    booking = change.locked(booking)
    if booking.start > now:
        raise IllegalTransition(_("Mötet har inte varit än."))
    change.step(booking, VisitEvent.HOLD)
    gathering = booking.gathering
    if gathering.log is not None:
        raise IllegalTransition(_("Raden är redan skriven. Den står i loggen."))
    channel = gathering.channel
    homes = [channel.organisation] if channel else organisations(booking)
    if not homes:
        raise IllegalTransition(_("Mötet var bara vårt eget: det finns ingen logg att skriva i."))
    for home in homes:
        gathering.log = relation.log_contact(
            actor=actor, now=now, organisation=home, way=Way.MEETING.value, line=line,
            channel=channel, at=booking.start,
        )  # fmt: skip
    gathering.save(update_fields=["log"])
    change.finish(booking, actor=actor, now=now, verb=f"{booking.kind}.noted")
    return booking


def organisations(booking: Booking) -> list[Organisation]:
    """Whom it is with, each once, in the order of the invitations."""
    rows = change.live_invitations(booking)
    homes = [row.contact.organisation for row in rows if row.contact is not None]
    return list(dict.fromkeys(homes))
