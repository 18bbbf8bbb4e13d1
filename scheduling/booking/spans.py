"""Days that a person can mean when the house's hours are kept: near enough to be no slip."""

from datetime import date, datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from core.errors import refuse

BACK = timedelta(days=366)
AHEAD = timedelta(days=5 * 366)


def require_near(now: datetime, **days: date | None) -> None:
    """Raise Invalid, by each field's name, for a day over a year ago or over five years ahead."""
    today = timezone.localdate(now)
    refuse({
        name: _("Dagen ligger mer än ett år bakåt eller fem år framåt. Kontrollera årtalet.")
        for name, day in days.items()
        if day is not None and not today - BACK <= day <= today + AHEAD
    })  # fmt: skip
