"""From a day and a clock in a form to one instant."""

from datetime import UTC, date, datetime, time

from django.utils.translation import gettext as _

from core import swedish
from core.errors import Invalid


def instant(day: date, clock: time, field: str) -> datetime:
    """The instant in UTC, so that minutes added to it are real ones.

    Raises Invalid, at ``field``, for a clock that a change of the clock skips or repeats, and for
    a year that nobody means.
    """
    if not _sane(day):
        message = _("Årtalet är orimligt. Kontrollera det.")
        raise Invalid(message, fields={field: message})
    try:
        return swedish.at_wall(day, clock).astimezone(UTC)
    except swedish.ClockGap:
        message = _("Klockslaget finns inte: då ställs klockan fram. Välj en tid en timme senare.")
    except swedish.ClockOverlap:
        message = _(
            "Klockslaget kommer två gånger den natten, när klockan ställs tillbaka. "
            "Välj en tid före 2 eller från 3."
        )
    raise Invalid(message, fields={field: message})


def _sane(day: date) -> bool:
    return swedish.FIRST_YEAR <= day.year <= swedish.LAST_YEAR


def moment(text: str) -> datetime:
    """The aware instant that a page of ours wrote into a field; ValueError for anything else."""
    found = datetime.fromisoformat(text)
    if found.tzinfo is None or not _sane(found):
        raise ValueError("no instant that a page of ours wrote")
    return found
