"""What an act changed of a meeting, and how undo puts it back."""

from datetime import datetime

from core.models import AuditEvent
from scheduling.booking import change
from scheduling.models import Booking, Host, Room
from scheduling.states import InvitationState, VisitState


def arrangement(booking: Booking) -> dict[str, object]:
    """When, where and by whom, as audit data; texts stay as they were changed."""
    gathering = booking.gathering
    return {
        **change.times(booking),
        "state": booking.state,
        "cancelled_at": booking.cancelled_at.isoformat() if booking.cancelled_at else None,
        "room": gathering.room_id,
        "travel_minutes": gathering.travel_minutes,
        "hosts": list(gathering.hosts.values_list("pk", flat=True)),
    }


def put_back(booking: Booking, event: AuditEvent) -> None:
    """As it was before the act; a booking that is taken back waits as a draft."""
    if event.verb.endswith(".booked"):
        booking.state = VisitState.DRAFT.value
        return
    before, gathering = event.data["before"], booking.gathering
    booking.start = datetime.fromisoformat(before["start"])
    booking.end = datetime.fromisoformat(before["end"])
    booking.state, booking.cancel_reason = before["state"], ""
    at = before["cancelled_at"]
    booking.cancelled_at = datetime.fromisoformat(at) if at else None
    room = Room.objects.select_related("library").filter(pk=before["room"]).first()
    gathering.room = room
    if room is not None:
        booking.library = room.library
    gathering.travel_minutes = before["travel_minutes"]
    gathering.save()
    gathering.hosts.set(Host.objects.filter(pk__in=before["hosts"]))
    booking.invitations.filter(pk__in=event.data.get("added", [])).update(
        state=InvitationState.WITHDRAWN.value
    )
    for pk, state in event.data.get("removed", {}).items():
        booking.invitations.filter(pk=pk).update(state=state)
