"""The gate for free text: every text that a person typed passes here before it is stored."""

import re

from django.utils.translation import gettext as _

from core import screening
from core.errors import Invalid, PersonalData

# Control characters, line separators and half characters that break calendars, CSV, databases and
# logs; tab and newline stay.
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff]")


def clean(text: str, *, field: str, limit: int = 2000) -> str:
    """``text`` without control characters and outer space, screened.

    Raises PersonalData for a personal identity number, Invalid where it is longer than ``limit``
    characters. Neither message repeats what was typed.
    """
    tidy = _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()
    if len(tidy) > limit:
        message = _("Texten är för lång. Korta den till högst %(limit)d tecken.") % {"limit": limit}
        raise Invalid(message, fields={field: message})
    if screening.screen(tidy).action is screening.Action.BLOCK:
        message = _(
            "Texten verkar innehålla ett personnummer. Ta bort det och skriv om gruppen och "
            "miljön, inte om enskilda personer."
        )
        raise PersonalData(message, fields={field: message})
    return tidy
