"""What a partner's change means for the calendars, inside the same transaction."""

from partners.hooks import Change, register_group_changed, register_organisation_changed
from partners.models import Group, Organisation
from scheduling.booking import leaving, merging
from scheduling.feeds import blocks
from scheduling.models import Booking


def group_changed(change: Change[Group]) -> None:
    """A new alias stands in every feed that shows it; what nobody sees is left alone."""
    if change.before is not None and "alias" in change.fields:
        blocks.touch_all(Booking.objects.filter(visit__groups=change.after), change.now)


def organisation_changed(change: Change[Organisation]) -> None:
    """What becomes protected leaves the public calendar at once, and may come back."""
    if change.before is not None and "protected" in change.fields:
        shown = Booking.objects.filter(visit__groups__organisation=change.after, public=True)
        blocks.touch_all(shown.distinct(), change.now)


def register() -> None:
    """Called once at start."""
    register_group_changed(group_changed)
    register_organisation_changed(organisation_changed)
    merging.register()
    leaving.register()
