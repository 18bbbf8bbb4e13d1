"""Dates, weeks, red days and phone numbers as Swedish is written."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import swedish

STOCKHOLM = ZoneInfo("Europe/Stockholm")
HELSINKI = ZoneInfo("Europe/Helsinki")
MONDAY = date(2026, 11, 23)
START = datetime(2026, 11, 23, 13, 0, tzinfo=STOCKHOLM)
END = datetime(2026, 11, 23, 14, 30, tzinfo=STOCKHOLM)
DAYS = st.dates(date(2000, 1, 1), date(2090, 12, 31))
NAIVE = datetime(2026, 11, 23, 13, 0)  # noqa: DTZ001 the mistake under test


def at(hour, minute=0, *, day=MONDAY, fold=0, tz=STOCKHOLM):
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=tz, fold=fold)


def days_of(*years):
    first, last = date(min(years), 1, 1), date(max(years), 12, 31)
    return [first + timedelta(n) for n in range((last - first).days + 1)]


# --- Dates and times ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("formatter", "swedish_text", "english_text"),
    [
        (swedish.long_date, "måndag 23 november 2026", "Monday 23 November 2026"),
        (swedish.date_without_year, "måndag 23 november", "Monday 23 November"),
        (swedish.short_date, "mån 23 nov", "Mon 23 Nov"),
        (swedish.weekday_name, "måndag", "Monday"),
        (swedish.month_name, "november", "November"),
        (swedish.week_label, "v. 48", "week 48"),
    ],
)
def test_dates(formatter, swedish_text, english_text):
    assert formatter(MONDAY) == swedish_text
    assert formatter(MONDAY, "sv-SE") == swedish_text
    assert formatter(MONDAY, "fi") == swedish_text
    assert formatter(MONDAY, "en") == english_text
    assert formatter(MONDAY, "EN-gb") == english_text
    assert formatter(START) == swedish_text


def test_every_short_name():
    week = [swedish.short_date(date(2026, 6, day)) for day in range(1, 8)]
    assert week == [
        *("mån 1 jun", "tis 2 jun", "ons 3 jun", "tor 4 jun"),
        *("fre 5 jun", "lör 6 jun", "sön 7 jun"),
    ]
    months = [swedish.short_date(date(2026, month, 1)).split()[2] for month in range(1, 13)]
    assert months == [
        "jan",
        "feb",
        "mar",
        "apr",
        "maj",
        "jun",
        "jul",
        "aug",
        "sep",
        "okt",
        "nov",
        "dec",
    ]


def test_table_date():
    assert swedish.table_date(MONDAY) == "2026-11-23"
    assert swedish.table_date(datetime(2026, 11, 23, 23, 30, tzinfo=UTC)) == "2026-11-24"


@pytest.mark.parametrize(
    ("moment", "full", "short"),
    [
        (time(13), "13.00", "13"),
        (time(9, 50), "9.50", "9.50"),
        (time(0), "0.00", "0"),
        (time(10, 30), "10.30", "10.30"),
        (datetime(2026, 11, 23, 9, 0, tzinfo=UTC), "10.00", "10"),
        (datetime(2026, 7, 1, 9, 5, tzinfo=UTC), "11.05", "11.05"),
    ],
)
def test_clock(moment, full, short):
    assert swedish.clock(moment) == full
    assert swedish.clock_short(moment) == short


def test_time_range():
    assert swedish.time_range(time(10), time(11, 15)) == "10.00–11.15"
    assert swedish.time_range(START, END) == "13.00–14.30"
    with pytest.raises(ValueError, match=r"^The end is before the start\.$"):
        swedish.time_range(END, START)


def test_when():
    assert swedish.long_when(START, END) == "måndag 23 november 2026 kl. 13.00–14.30"
    assert swedish.long_when(START, END, "en") == "Monday 23 November 2026 at 13.00–14.30"
    assert swedish.compact_when(START, END) == "mån 23 nov kl. 13.00–14.30"
    assert swedish.compact_when(START, END, "en") == "Mon 23 Nov at 13.00–14.30"
    assert swedish.compact_when(START, END, tz=HELSINKI) == "mån 23 nov kl. 14.00–15.30"


def test_when_over_midnight():
    end = at(1, day=date(2026, 11, 24))
    expected = "mån 23 nov kl. 13.00 – tis 24 nov kl. 1.00"
    assert swedish.compact_when(START, end) == expected
    assert swedish.long_when(START, end, "en") == (
        "Monday 23 November 2026 at 13.00 – Tuesday 24 November 2026 at 1.00"
    )


def test_when_in_the_night_when_clocks_go_back():
    night = date(2026, 10, 25)
    first, second = at(2, 30, day=night), at(2, 15, day=night, fold=1)
    assert swedish.compact_when(first, second) == "sön 25 okt kl. 2.30–2.15"
    with pytest.raises(ValueError, match="before the start"):
        swedish.compact_when(second, first)


def test_subject_when():
    day = date(2026, 12, 1)
    assert swedish.subject_when(at(10, day=day)) == "tisdag 1 december kl. 10"
    assert swedish.subject_when(at(10, 30, day=day)) == "tisdag 1 december kl. 10.30"
    assert swedish.subject_when(at(10, day=day), "en") == "Tuesday 1 December at 10.00"


@pytest.mark.parametrize(
    "call",
    [
        lambda: swedish.clock(NAIVE),
        lambda: swedish.long_date(NAIVE),
        lambda: swedish.long_when(NAIVE, END),
        lambda: swedish.time_range(START, NAIVE),
        lambda: swedish.subject_when(NAIVE),
        lambda: swedish.relative_day(MONDAY, NAIVE),
        lambda: swedish.iso_week(NAIVE),
        lambda: swedish.red_day(NAIVE),
    ],
)
def test_naive_datetimes_are_refused(call):
    with pytest.raises(ValueError, match="without a time zone cannot be shown"):
        call()


@pytest.mark.parametrize(
    ("days", "swedish_text", "english_text"),
    [
        (0, "i dag", "today"),
        (1, "i morgon", "tomorrow"),
        (-1, "i går", "yesterday"),
        (2, "om 2 dagar", "in 2 days"),
        (8, "om 8 dagar", "in 8 days"),
        (-3, "för 3 dagar sedan", "3 days ago"),
    ],
)
def test_relative_day(days, swedish_text, english_text):
    assert swedish.relative_day(MONDAY + timedelta(days), MONDAY) == swedish_text
    assert swedish.relative_day(MONDAY + timedelta(days), MONDAY, "en") == english_text


def test_relative_day_counts_calendar_days_of_the_zone():
    late = datetime(2026, 11, 23, 22, 30, tzinfo=UTC)
    assert swedish.relative_day(late + timedelta(hours=1), late) == "i morgon"
    assert swedish.relative_day(late, MONDAY, tz=HELSINKI) == "i morgon"


@given(DAYS, DAYS)
def test_relative_day_round_trip(day, today):
    fixed = {"i dag": 0, "i morgon": 1, "i går": -1}
    text = swedish.relative_day(day, today)
    sign = 1 if text.startswith("om ") else -1
    days = fixed[text] if text in fixed else sign * int("".join(filter(str.isdigit, text)))
    assert today + timedelta(days) == day


@given(st.datetimes(datetime(2000, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_long_when_round_trip(moment):
    moment = moment.replace(second=0, microsecond=0)
    local = moment.astimezone(STOCKHOLM)
    _, day, month, year, _, hours = swedish.long_when(moment, moment).split()
    months = [swedish.month_name(date(2026, n, 1)) for n in range(1, 13)]
    hour, minute = map(int, hours.split("–")[0].split("."))
    read = (int(year), months.index(month) + 1, int(day), hour, minute)
    assert read == (local.year, local.month, local.day, local.hour, local.minute)


# --- Weeks -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "label", "week"),
    [
        (date(2026, 11, 23), "v. 48", (2026, 48)),
        (date(2026, 12, 27), "v. 52", (2026, 52)),
        (date(2026, 12, 28), "v. 53", (2026, 53)),
        (date(2027, 1, 3), "v. 53", (2026, 53)),
        (date(2027, 1, 4), "v. 1", (2027, 1)),
    ],
)
def test_weeks(day, label, week):
    assert swedish.week_label(day) == label
    assert swedish.iso_week(day) == week


def test_weeks_between_over_week_53():
    assert swedish.weeks_between(date(2026, 12, 29), date(2027, 1, 5)) == 1
    assert swedish.weeks_between(date(2026, 12, 29), date(2027, 1, 3)) == 0
    assert swedish.weeks_between(date(2027, 1, 5), date(2026, 12, 22)) == -2


@given(DAYS, st.integers(-200, 200))
def test_week_arithmetic(day, weeks):
    monday = swedish.monday_of(day)
    assert monday.isoweekday() == 1
    assert 0 <= (day - monday).days <= 6
    assert swedish.iso_week(monday) == swedish.iso_week(day)
    assert swedish.weeks_between(day, monday + timedelta(weeks=weeks)) == weeks


# --- Red days ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("year", "expected"),
    [
        (2026, "1/1 6/1 3/4 5/4 6/4 1/5 14/5 24/5 6/6 20/6 31/10 25/12 26/12"),
        (2027, "1/1 6/1 26/3 28/3 29/3 1/5 6/5 16/5 6/6 26/6 6/11 25/12 26/12"),
    ],
)
def test_red_days(year, expected):
    found = [f"{day.day}/{day.month}" for day in days_of(year) if swedish.red_day(day)]
    assert " ".join(found) == expected


def test_red_day_names():
    assert swedish.red_day(date(2027, 1, 6)) == "Trettondedag jul"
    assert swedish.red_day(date(2027, 1, 6), "en") == "Epiphany"
    assert swedish.red_day(date(2026, 5, 14)) == "Kristi himmelsfärdsdag"
    assert swedish.red_day(MONDAY) is None


def test_sundays_are_red_without_a_name():
    sunday = date(2026, 11, 22)
    assert swedish.red_day(sunday) is None
    assert swedish.is_red(sunday)
    assert swedish.is_red(date(2026, 12, 25))
    assert not swedish.is_red(date(2026, 11, 21))
    assert not swedish.is_red(date(2026, 12, 24))


def test_eves():
    found = {day: name for day in days_of(2026) if (name := swedish.eve(day))}
    assert found == {
        date(2026, 6, 19): "Midsommarafton",
        date(2026, 12, 24): "Julafton",
        date(2026, 12, 31): "Nyårsafton",
    }
    assert swedish.eve(date(2026, 12, 24), "en") == "Christmas Eve"


def test_bridge_days():
    found = [day for day in days_of(2026, 2027) if swedish.bridge_day(day)]
    assert found == [
        date(2026, 1, 2),
        date(2026, 1, 5),
        date(2026, 5, 15),
        date(2027, 1, 4),
        date(2027, 1, 5),
        date(2027, 5, 7),
    ]


@given(DAYS)
def test_a_bridge_day_is_a_working_day_next_to_a_day_off(day):
    if swedish.bridge_day(day):
        assert swedish.is_working_day(day)
        around = [swedish.is_working_day(day + timedelta(step)) for step in (-1, 1)]
        assert not all(around)


def test_working_days():
    assert swedish.working_days_before(date(2026, 12, 1), 2) == date(2026, 11, 27)
    assert swedish.working_days_before(date(2026, 12, 28), 1) == date(2026, 12, 23)
    assert swedish.add_working_days(date(2026, 12, 30), 1) == date(2027, 1, 4)
    assert swedish.add_working_days(date(2027, 1, 5), 1) == date(2027, 1, 7)
    assert swedish.add_working_days(date(2026, 11, 22), 0) == date(2026, 11, 22)
    for step in (swedish.add_working_days, swedish.working_days_before):
        with pytest.raises(ValueError, match="cannot be negative"):
            step(MONDAY, -1)


@given(DAYS, st.integers(1, 30))
def test_working_days_there_and_back(day, count):
    there = swedish.add_working_days(day, count)
    assert swedish.is_working_day(there)
    between = [day + timedelta(n + 1) for n in range((there - day).days)]
    assert sum(map(swedish.is_working_day, between)) == count
    if swedish.is_working_day(day):
        assert swedish.working_days_before(there, count) == day


# --- Phone numbers -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        *("070-174 06 05", "0701740605", "070-1740605", "+46701740605", "0046 70 174 06 05"),
        *("+46 (0)70-174 06 05", "070.174.06.05", "(070) 174 06 05", "070\u2009174\u00a006 05"),
        "\u202a070-174 06 05\u202c",
    ],
)
def test_phone_in_any_format(text):
    assert swedish.parse_phone(text) == "+46701740605"
    assert swedish.format_phone(swedish.parse_phone(text)) == "070-174 06 05"


@pytest.mark.parametrize(
    ("e164", "shown"),
    [
        ("+4619211000", "019-21 10 00"),
        ("+46191234567", "019-123 45 67"),
        ("+46812345678", "08-123 456 78"),
        ("+4540123456", "+45 40 12 34 56"),
        ("okänt", "okänt"),
    ],
)
def test_format_phone(e164, shown):
    assert swedish.format_phone(e164) == shown


def test_parse_phone_uses_the_region():
    assert swedish.parse_phone("40 12 34 56", "DK") == "+4540123456"


@pytest.mark.parametrize("text", ["", "Kim", "112233445566778899", "070", "070-174 06 05 ext. 3"])
def test_what_is_no_phone_number_is_refused(text):
    with pytest.raises(ValueError, match=r"^This (is not a|phone number has)") as caught:
        swedish.parse_phone(text)
    assert not text or text not in str(caught.value)


@given(st.integers(605, 699))
def test_fictional_numbers_round_trip(last):
    e164 = f"+46701740{last}"
    shown = swedish.format_phone(e164)
    assert shown == f"070-174 0{str(last)[0]} {str(last)[1:]}"
    assert swedish.parse_phone(shown) == e164
