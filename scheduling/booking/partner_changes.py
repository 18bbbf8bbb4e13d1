"""What a partner's change means for the calendars, inside the same transaction."""

from partners.hooks import Change, register_group_changed
from partners.models import Group
from scheduling.feeds import blocks
from scheduling.models import Booking


def group_changed(change: Change[Group]) -> None:
    """A new alias stands in every feed that shows it; what nobody sees is left alone."""
    if change.before is None or "alias" not in change.fields:
        return
    shown = Booking.objects.with_visit().filter(
        visit__groups=change.after, start__gte=change.now - blocks.SHOWN_BACK
    )
    for booking in shown:
        blocks.touch(booking, change.now)


def register() -> None:
    """Called once at start."""
    register_group_changed(group_changed)
