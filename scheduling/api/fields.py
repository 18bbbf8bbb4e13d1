"""Field types of the API: what a number, a text, a day and an instant may look like.

Stricter than the framework: ``true`` is no number, ``"5"`` no id, ``0`` no instant.
"""

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from core import swedish

STOCKHOLM = ZoneInfo("Europe/Stockholm")
LARGEST_ID = 2**63 - 1
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_MOMENT = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?)([Zz]|[+-]\d\d:?\d\d)?", re.ASCII
)


_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)(?::00)?", re.ASCII)


class Strict(BaseModel):
    """A request: a field that is not known is a mistake, and is told as one."""

    model_config = ConfigDict(extra="forbid", populate_by_name=False)


def fault(code: str, message: str) -> PydanticCustomError:
    """A fault of one field, in the user's words."""
    return PydanticCustomError(code, message)


def iso(moment: datetime) -> str:
    """ISO 8601 with the offset of Europe/Stockholm."""
    return moment.astimezone(STOCKHOLM).isoformat()


def looks_like_moment(text: str) -> bool:
    """Whether ``text`` is written as an instant rather than as words."""
    return _MOMENT.fullmatch(text) is not None


def _year(value: date) -> None:
    if not swedish.FIRST_YEAR <= value.year <= swedish.LAST_YEAR:
        raise fault("year_out_of_range", _("Årtalet är orimligt. Kontrollera det."))


def _day(value: object) -> object:
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        raise fault("day", _("Skriv dagen som 2026-12-01."))
    try:
        day = date.fromisoformat(value)
    except ValueError:
        raise fault("day", _("Dagen finns inte i kalendern.")) from None
    _year(day)
    return day


def moment(value: object) -> datetime:
    """The instant (UTC) of an ISO 8601 text; without an offset it is wall time in Stockholm.

    A wall time that the spring's change skips or the autumn's repeats is refused: nobody can know
    which instant is meant without an offset.
    """
    found = _MOMENT.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise fault("moment", _("Skriv tiden som 2026-12-01T10:00:00+01:00."))
    try:
        read = datetime.fromisoformat(found[0].upper())
    except ValueError:
        raise fault("moment", _("Tiden finns inte i kalendern.")) from None
    _year(read)
    if read.tzinfo is not None:
        return read.astimezone(UTC)
    try:
        return swedish.at_wall(read.date(), read.time()).astimezone(UTC)
    except swedish.ClockGap:
        raise fault(
            "clock_gap",
            _("Klockslaget finns inte: då ställs klockan fram. Välj en tid en timme senare."),
        ) from None
    except swedish.ClockOverlap:
        raise fault(
            "clock_overlap",
            _("Klockslaget kommer två gånger den natten. Skriv med +02:00 eller +01:00 sist."),
        ) from None


def clock(value: object) -> time:
    """A wall time "9:30" or "09:30"; midnight at the end of a day is written 23:59."""
    found = _CLOCK.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise fault("clock", _("Skriv klockslaget som 09:30."))
    return time(int(found[1]), int(found[2]))


def hours_and_minutes(value: time | str | None) -> str | None:
    """ "09:30" """
    return f"{value:%H:%M}" if isinstance(value, time) else value


def _whole(text: str) -> str:
    """Half a character (a lone surrogate) can be neither stored nor sent."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise fault("text", _("Texten innehåller trasiga tecken.")) from None
    return text


def limit(most: int) -> Any:
    """The length of a text, for the documentation.

    The services measure it when it is tidied, and answer in the user's language.
    """
    return Field(json_schema_extra={"maxLength": most})


def not_turned(first: date | None, last: date | None) -> str:
    """What is wrong with a period; empty where nothing is."""
    if first is not None and last is not None and last < first:
        return _("Slutdagen är före startdagen.")
    return ""


def start_of(day: date) -> datetime:
    """The first instant of the day in Stockholm."""
    return datetime(day.year, day.month, day.day, tzinfo=STOCKHOLM)


def after(day: date) -> datetime:
    """The first instant after the day in Stockholm."""
    return start_of(day + timedelta(days=1))


Text = Annotated[str, Field(strict=True), AfterValidator(_whole)]
Number = Annotated[int, Field(strict=True)]
Id = Annotated[int, Field(strict=True, ge=1, le=LARGEST_ID)]
QueryId = Annotated[int, Field(ge=1, le=LARGEST_ID)]
Version = Annotated[int, Field(strict=True, ge=0, le=2**31 - 1)]
Flag = Annotated[bool, Field(strict=True)]
Day = Annotated[date, BeforeValidator(_day), WithJsonSchema({"type": "string", "format": "date"})]
Moment = Annotated[
    datetime,
    BeforeValidator(moment),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
#: Printable ASCII without blanks: what every store and header carries unchanged.
Key = Annotated[str, Field(strict=True, pattern=r"^[\x21-\x7e]+$", min_length=1, max_length=64)]
#: A wall time in Stockholm on its way in, and out.
ClockIn = Annotated[
    time, BeforeValidator(clock), WithJsonSchema({"type": "string", "pattern": "^\\d\\d?:\\d\\d$"})
]
Clock = Annotated[
    str,
    BeforeValidator(hours_and_minutes),
    WithJsonSchema({"type": "string", "pattern": "^\\d\\d:\\d\\d$"}),
]
#: An instant on its way out.
Shown = Annotated[str, WithJsonSchema({"type": "string", "format": "date-time"})]
