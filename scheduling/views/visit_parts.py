"""What the visit's page shows of offered times, slots offered on, series and who is asked."""

from datetime import datetime

from scheduling.booking import change, guests, offers, slots
from scheduling.models import Booking
from scheduling.states import CALLED_OFF, OPEN_STATES, OfferState, VisitState


def of(booking: Booking, now: datetime, *, plans: bool) -> dict[str, object]:
    """The context of ``visit_offers.html``, ``visit_series.html`` and ``visit_guests.html``."""
    open_ = booking.status in {VisitState.OFFERED, VisitState.DECLINED}
    slot = (
        booking.slot_offers.filter(state=OfferState.OPEN.value)
        .prefetch_related("offered_times__booking__visit__groups")
        .first()
    )
    can_offer = plans and booking.status in CALLED_OFF and booking.start > now and slot is None
    dates = booking.series.bookings.all() if booking.series_id and booking.series else []
    return {
        "offered": offers.standing(booking, now) if open_ else [],
        "slot": slot if plans else None,
        "candidates": slots.suggestions(booking, now, limit=8) if can_offer else [],
        "series_dates": list(dates),
        "guests": [row for row in change.live_invitations(booking) if row.contact_id is not None],
        "askable": guests.askable(booking) if plans and booking.status in OPEN_STATES else [],
    }
