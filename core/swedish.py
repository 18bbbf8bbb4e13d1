"""Dates, weeks, red days and phone numbers as Swedish is written (DOMAIN.md §4). Pure.

Own formatter, because locale data disagree with Swedish practice ("13:00", "23 nov.", "tors").
Every ``lang`` argument is "sv" (default) or "en", region and case ignored; any other language
gets Swedish. A datetime must be aware and is shown in ``tz``; a naive one raises ValueError.
"""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import phonenumbers
from holidays.countries.sweden import Sweden

STOCKHOLM = ZoneInfo("Europe/Stockholm")
SATURDAY, SUNDAY = 6, 7
LONG_WEEKEND = 3  # days
#: Years that a person may mean; what lies outside is a slip of the finger.
FIRST_YEAR, LAST_YEAR = 2000, 2200
_DAY = timedelta(days=1)

_WEEKDAYS = {
    "sv": ("måndag", "tisdag", "onsdag", "torsdag", "fredag", "lördag", "söndag"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
_MONTHS = {
    "sv": (
        *("januari", "februari", "mars", "april", "maj", "juni"),
        *("juli", "augusti", "september", "oktober", "november", "december"),
    ),
    "en": (
        *("January", "February", "March", "April", "May", "June"),
        *("July", "August", "September", "October", "November", "December"),
    ),
}
_AT = {"sv": "kl.", "en": "at"}


def _language(lang: str) -> str:
    return "en" if lang[:2].lower() == "en" else "sv"


def _aware(moment: datetime, tz: ZoneInfo) -> datetime:
    if moment.utcoffset() is None:
        raise ValueError(
            "A date and time without a time zone cannot be shown; give one with tzinfo."
        )
    return moment.astimezone(tz)


def _day(d: date, tz: ZoneInfo) -> date:
    return _aware(d, tz).date() if isinstance(d, datetime) else d


# --- Dates and times ---------------------------------------------------------------------------


def weekday_name(d: date, lang: str = "sv", tz: ZoneInfo = STOCKHOLM) -> str:
    """ "måndag" or "Monday"."""
    return _WEEKDAYS[_language(lang)][_day(d, tz).weekday()]


def month_name(d: date, lang: str = "sv", tz: ZoneInfo = STOCKHOLM) -> str:
    """ "november" or "November"."""
    return _MONTHS[_language(lang)][_day(d, tz).month - 1]


def long_date(d: date, lang: str = "sv", tz: ZoneInfo = STOCKHOLM) -> str:
    """ "måndag 23 november 2026" or "Monday 23 November 2026"."""
    return f"{date_without_year(d, lang, tz)} {_day(d, tz).year}"


def date_without_year(d: date, lang: str = "sv", tz: ZoneInfo = STOCKHOLM) -> str:
    """ "tisdag 1 december" or "Tuesday 1 December"."""
    return f"{weekday_name(d, lang, tz)} {_day(d, tz).day} {month_name(d, lang, tz)}"


def short_date(d: date, lang: str = "sv", tz: ZoneInfo = STOCKHOLM) -> str:
    """ "mån 23 nov" or "Mon 23 Nov": three letters, no points."""
    return f"{weekday_name(d, lang, tz)[:3]} {_day(d, tz).day} {month_name(d, lang, tz)[:3]}"


def table_date(d: date, tz: ZoneInfo = STOCKHOLM) -> str:
    """ "2026-11-23", for tables and data."""
    return _day(d, tz).isoformat()


def clock(t: time | datetime, tz: ZoneInfo = STOCKHOLM) -> str:
    """ "13.00", "9.50": a point, no leading zero. A plain time is wall-clock time."""
    wall = _aware(t, tz) if isinstance(t, datetime) else t
    return f"{wall.hour}.{wall.minute:02d}"


def clock_short(t: time | datetime, tz: ZoneInfo = STOCKHOLM) -> str:
    """ "10" on the whole hour, else "10.30"; "kl." is the caller's."""
    return clock(t, tz).removesuffix(".00")


def time_range(start: time | datetime, end: time | datetime, tz: ZoneInfo = STOCKHOLM) -> str:
    """ "10.00–11.15" with an en dash. Of two datetimes, raises ValueError if end is first."""
    if isinstance(start, datetime) and isinstance(end, datetime):
        _ordered(start, end)
    return f"{clock(start, tz)}–{clock(end, tz)}"


def _ordered(start: datetime, end: datetime) -> None:
    # In UTC: two datetimes of one zone are otherwise compared by wall clock, wrong in DST nights.
    if _aware(end, STOCKHOLM).astimezone(UTC) < _aware(start, STOCKHOLM).astimezone(UTC):
        raise ValueError("The end is before the start.")


def long_when(start: datetime, end: datetime, lang: str = "sv", tz: ZoneInfo = STOCKHOLM) -> str:
    """ "måndag 23 november 2026 kl. 13.00–14.30", "Monday 23 November 2026 at 13.00–14.30".

    An end on another day is written out after " – ". ValueError if naive or end is first.
    """
    return _when(long_date(start, lang, tz), long_date(end, lang, tz), (start, end), lang, tz)


def compact_when(start: datetime, end: datetime, lang: str = "sv", tz: ZoneInfo = STOCKHOLM) -> str:
    """ "mån 23 nov kl. 13.00–14.30", "Mon 23 Nov at 13.00–14.30"; else as ``long_when``."""
    return _when(short_date(start, lang, tz), short_date(end, lang, tz), (start, end), lang, tz)


def _when(
    first: str, last: str, moments: tuple[datetime, datetime], lang: str, tz: ZoneInfo
) -> str:
    start, end = moments
    at = _AT[_language(lang)]
    hours = time_range(start, end, tz)
    if _day(start, tz) == _day(end, tz):
        return f"{first} {at} {hours}"
    return f"{first} {at} {clock(start, tz)} – {last} {at} {clock(end, tz)}"


def subject_when(start: datetime, lang: str = "sv", tz: ZoneInfo = STOCKHOLM) -> str:
    """For mail subjects: "tisdag 1 december kl. 10", "kl. 10.30"; "Tuesday 1 December at 10.00"."""
    english = _language(lang) == "en"
    hour = clock(start, tz) if english else clock_short(start, tz)
    return f"{date_without_year(start, lang, tz)} {_AT[_language(lang)]} {hour}"


def relative_day(d: date, today: date, lang: str = "sv", tz: ZoneInfo = STOCKHOLM) -> str:
    """ "i dag", "i morgon", "i går", "om 8 dagar", "för 3 dagar sedan".

    Calendar days, not times 24 hours; to stand beside a date, never instead (DOMAIN.md §4).
    """
    days = (_day(d, tz) - _day(today, tz)).days
    english = _language(lang) == "en"
    near = {
        0: ("i dag", "today"),
        1: ("i morgon", "tomorrow"),
        -1: ("i går", "yesterday"),
    }
    if days in near:
        return near[days][english]
    if days > 0:
        return f"in {days} days" if english else f"om {days} dagar"
    return f"{-days} days ago" if english else f"för {-days} dagar sedan"


# --- Wall time to instants ---------------------------------------------------------------------


class ClockGap(ValueError):
    """The wall time does not exist: the clock is put forward over it."""


class ClockOverlap(ValueError):
    """The wall time comes twice: the clock is put back over it."""


def at_wall(d: date, t: time, tz: ZoneInfo = STOCKHOLM) -> datetime:
    """The one instant at which the wall shows ``t`` on ``d``, aware in ``tz``.

    Raises ClockGap for a time that the spring's change skips (29 March 2026 2.30), ClockOverlap
    for one that the autumn's repeats (25 October 2026 2.30): nobody can know which is meant.
    """
    first = datetime.combine(d, t.replace(tzinfo=None, fold=0), tzinfo=tz)
    second = first.replace(fold=1)
    if first.utcoffset() == second.utcoffset():
        return first
    if first.astimezone(UTC).astimezone(tz).replace(tzinfo=None) != first.replace(tzinfo=None):
        raise ClockGap("The clock is put forward over this time.")
    raise ClockOverlap("The clock is put back over this time.")


# --- Weeks (ISO 8601: Monday first, week 1 holds 4 January) ------------------------------------


def iso_week(d: date, tz: ZoneInfo = STOCKHOLM) -> tuple[int, int]:
    """(week year, week); 1 January 2027 belongs to (2026, 53)."""
    calendar = _day(d, tz).isocalendar()
    return calendar.year, calendar.week


def week_label(d: date, lang: str = "sv", tz: ZoneInfo = STOCKHOLM) -> str:
    """ "v. 48" or "week 48"."""
    word = "week" if _language(lang) == "en" else "v."
    return f"{word} {iso_week(d, tz)[1]}"


def monday_of(d: date, tz: ZoneInfo = STOCKHOLM) -> date:
    """The Monday of the week that holds ``d``."""
    day = _day(d, tz)
    return day - timedelta(days=day.weekday())


def weeks_between(first: date, second: date, tz: ZoneInfo = STOCKHOLM) -> int:
    """Week steps from ``first``'s week to ``second``'s, negative backwards.

    Counts weeks, so that "varannan" holds over v. 53 → v. 1, both odd (DOMAIN.md §4).
    """
    return (monday_of(second, tz) - monday_of(first, tz)).days // 7


# --- Red days, eves, bridge days ---------------------------------------------------------------


@lru_cache(maxsize=64)
def _holidays(year: int, category: str, language: str) -> dict[date, str]:
    found = Sweden(
        years=year, categories=(category,), language=language, include_sundays=False, expand=False
    )
    return {day: str(name) for day, name in found.items()}


def _holiday(d: date, category: str, lang: str) -> str | None:
    language = "en_US" if _language(lang) == "en" else "sv"
    return _holidays(d.year, category, language).get(d)


def red_day(d: date, lang: str = "sv", tz: ZoneInfo = STOCKHOLM) -> str | None:
    """The name of a public holiday; None for other days, ordinary Sundays among them."""
    return _holiday(_day(d, tz), "public", lang)


def is_red(d: date, tz: ZoneInfo = STOCKHOLM) -> bool:
    """Whether ``d`` is a Sunday or a public holiday."""
    return _day(d, tz).isoweekday() == SUNDAY or red_day(d, tz=tz) is not None


def eve(d: date, lang: str = "sv", tz: ZoneInfo = STOCKHOLM) -> str | None:
    """The name of midsommarafton, julafton or nyårsafton, which count as closed; else None.

    Not påskafton and pingstafton (Saturdays), nor short days such as valborg (DOMAIN.md §4).
    """
    return _holiday(_day(d, tz), "de_facto", lang)


def is_working_day(d: date, tz: ZoneInfo = STOCKHOLM) -> bool:
    """Whether ``d`` is Monday to Friday and neither a red day nor an eve."""
    day = _day(d, tz)
    return day.isoweekday() < SATURDAY and red_day(day) is None and eve(day) is None


def bridge_day(d: date, tz: ZoneInfo = STOCKHOLM) -> bool:
    """Whether ``d`` is a klämdag: a working day squeezed in between days off.

    Counted are a single working day between days off, and two in a row where at least one
    side is a long weekend (three or more days off). So 4–5 January 2027 count, between
    31 December–3 January and the 6th; 7–8 January do not, between the 6th alone and an
    ordinary weekend. Days off are Saturdays, red days and eves (DOMAIN.md §4).
    """
    day = _day(d, tz)
    if not is_working_day(day):
        return False
    back, ahead = _run(day, -_DAY, working=True), _run(day, _DAY, working=True)
    length = back + ahead - 1
    if length > 2:
        return False
    off_before = _run(day - back * _DAY, -_DAY, working=False)
    off_after = _run(day + ahead * _DAY, _DAY, working=False)
    return length == 1 or max(off_before, off_after) >= LONG_WEEKEND


def _run(day: date, step: timedelta, *, working: bool) -> int:
    """How many days from ``day`` on, ``day`` itself included, are (not) working days."""
    length = 0
    while is_working_day(day + length * step) is working:
        length += 1
    return length


def add_working_days(d: date, n: int, tz: ZoneInfo = STOCKHOLM) -> date:
    """The ``n``-th working day after ``d``; ``d`` itself for 0. ValueError if n is negative."""
    return _step(_day(d, tz), n, _DAY)


def working_days_before(d: date, n: int, tz: ZoneInfo = STOCKHOLM) -> date:
    """The ``n``-th working day before ``d``; ``d`` itself for 0. ValueError if n is negative."""
    return _step(_day(d, tz), n, -_DAY)


def _step(day: date, n: int, step: timedelta) -> date:
    if n < 0:
        raise ValueError("The number of working days cannot be negative.")
    while n > 0:
        day += step
        n -= is_working_day(day)
    return day


# --- Phone numbers -----------------------------------------------------------------------------


def parse_phone(text: str, region: str = "SE") -> str:
    """The number as E.164, "+46701740605", from any common way of writing it.

    ``region`` is the country of numbers without a country code. Raises ValueError, without
    the text in its message, where it is no phone number or of an impossible length.
    """
    try:
        number = phonenumbers.parse(" ".join(text.split()), region)
    except phonenumbers.NumberParseException:
        raise ValueError("This is not a phone number.") from None
    if not phonenumbers.is_possible_number(number) or number.extension:
        raise ValueError("This phone number has too few or too many digits.")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def format_phone(e164: str) -> str:
    """For display: "070-174 06 05", "019-21 10 00"; foreign "+45 40 12 34 56" (DOMAIN.md §4).

    What is no E.164 number comes back as it is: showing a page must not fail on old data.
    """
    try:
        number = phonenumbers.parse(e164, None)
    except phonenumbers.NumberParseException:
        return e164
    swedish = number.country_code == phonenumbers.country_code_for_region("SE")
    style = phonenumbers.PhoneNumberFormat
    return phonenumbers.format_number(number, style.NATIONAL if swedish else style.INTERNATIONAL)
