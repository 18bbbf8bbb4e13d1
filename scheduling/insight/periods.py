"""Which period a report is about: read from an address, or one of the quick choices. Pure."""

from dataclasses import dataclass
from datetime import date

from scheduling.insight.rows import Period

#: A longer report is a slip of the keyboard more often than a wish.
LONGEST_DAYS = 10 * 366
EARLIEST, LATEST = 2000, 2100


@dataclass(frozen=True, slots=True)
class Asked:
    """What stood in the address, the period it means, and what is wrong with it.

    ``faults`` maps "from", "to" or "" (both together) to a code: "date", "year", "order", "long".
    """

    first: str
    last: str
    period: Period
    faults: dict[str, str]


def this_year(today: date) -> Period:
    """The calendar year of ``today``, what is still planned included."""
    return Period(date(today.year, 1, 1), date(today.year, 12, 31))


def parse(first: str, last: str, today: date) -> Asked:
    """The period from ``first`` to ``last`` ("2026-01-31"), this year where both are empty.

    Never raises: a period that makes no sense is this year's, and ``faults`` says why.
    """
    usual = this_year(today)
    if not first and not last:
        return Asked(usual.first.isoformat(), usual.last.isoformat(), usual, {})
    faults: dict[str, str] = {}
    begins, ends = _day(first, "from", faults), _day(last, "to", faults)
    if begins is not None and ends is not None:
        if ends < begins:
            faults["to"] = "order"
        elif (ends - begins).days > LONGEST_DAYS:
            faults["to"] = "long"
        else:
            return Asked(first, last, Period(begins, ends), {})
    return Asked(first, last, usual, faults)


def _day(text: str, name: str, faults: dict[str, str]) -> date | None:
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        faults[name] = "date"
        return None
    if not EARLIEST <= day.year <= LATEST:
        faults[name] = "year"
        return None
    return day


def choices(today: date) -> list[tuple[str, Period]]:
    """Quick choices as (key, period): this year and the last, half-years, terms.

    Half-years and terms are the newest that have begun. A Swedish autumn term is taken from
    15 August to 22 December, a spring term from 7 January to 15 June.
    """
    year = today.year
    autumn_half = year if today.month >= 7 else year - 1
    autumn_term = year if today >= date(year, 8, 15) else year - 1
    spring_term = year if today >= date(year, 1, 7) else year - 1
    return [
        ("year", this_year(today)),
        ("last_year", Period(date(year - 1, 1, 1), date(year - 1, 12, 31))),
        ("first_half", Period(date(year, 1, 1), date(year, 6, 30))),
        ("second_half", Period(date(autumn_half, 7, 1), date(autumn_half, 12, 31))),
        ("spring_term", Period(date(spring_term, 1, 7), date(spring_term, 6, 15))),
        ("autumn_term", Period(date(autumn_term, 8, 15), date(autumn_term, 12, 22))),
    ]


def this_term(today: date) -> Period:
    """The term that began last."""
    terms = [period for key, period in choices(today) if key in {"spring_term", "autumn_term"}]
    return max(terms, key=lambda term: term.first)


def this_half(today: date) -> Period:
    """The calendar half-year of ``today``."""
    halves = [period for key, period in choices(today) if key in {"first_half", "second_half"}]
    return max((half for half in halves if half.first <= today), key=lambda half: half.first)
