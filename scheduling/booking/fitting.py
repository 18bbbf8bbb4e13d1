"""A room with too few places for the group: it can be had, once somebody says in a line why.

Not in the mail to the partner: the reason is ours, for those who receive the group.
"""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from core import texts
from core.errors import Invalid
from core.models import AuditEvent
from partners.models import SizeBand
from scheduling.models import Booking, Room, Visit

CODE = "room_too_small"
FIELD = "room_reason"
LONGEST = 120


def words(room: Room, size: SizeBand) -> str:
    """What is wrong with it, in a sentence."""
    return _("%(room)s har %(places)d platser. Gruppen kan bli %(most)d.") % {
        "room": room.name,
        "places": room.capacity,
        "most": size.most,
    }


def tidy(said: str) -> str:
    """The reason as one screened line. Raises PersonalData and Invalid with the field."""
    return texts.clean(" ".join(said.split()), field=FIELD, limit=LONGEST)


def missing(room: Room, size: SizeBand) -> Invalid:
    """What is wrong and how to mend it."""
    message = " ".join([
        words(room, size), _("Skriv kort varför det går ändå, eller välj ett annat rum."),
    ])  # fmt: skip
    return Invalid(message, code=CODE, fields={FIELD: message})


def settle(
    visit: Visit,
    said: str,
    *,
    rooms: Sequence[Room | None] | None = None,
    stands: bool = False,
    asks: bool = True,
) -> dict[str, object]:
    """Keep why the visit's room will do, and return what the audit row says of it: what changed.

    ``rooms``: all that are offered, where they are several. ``stands``: what was said before was of
    this room, and is enough. Places enough need no reason and keep none. Raises
    PersonalData, and Invalid where a reason is missing; without ``asks`` nobody is there to be
    asked, and it is left out.
    """
    before, reason = visit.room_reason, tidy(said)
    asked = (visit.room,) if rooms is None else rooms
    small = [room for room in asked if room is not None and not room.holds(visit.size)]
    if not small:
        reason = ""
    elif not reason:
        reason = before if stands else ""
        if not reason and asks:
            raise missing(small[0], visit.size)
    if reason == before:
        return {}
    visit.room_reason = reason
    visit.save(update_fields=[FIELD])
    return {FIELD: reason}


def put_back(booking: Booking, event: AuditEvent) -> None:
    """The reason as it stood before ``event``, from the audit rows before it."""
    rows = AuditEvent.objects.filter(
        object_type=event.object_type, object_id=event.object_id, pk__lt=event.pk
    )
    last = rows.filter(data__has_key=FIELD).order_by("-pk").first()
    booking.visit.room_reason = str(last.data[FIELD]) if last else ""
    booking.visit.save(update_fields=[FIELD])
