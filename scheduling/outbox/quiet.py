"""When a text may ring in somebody's pocket: 8–19 on working days. Pure.

Source: DOMAIN.md §4, "SMS". By the clock of Stockholm, over changes of summer time too.
"""

from datetime import date, datetime, time, timedelta
from typing import Final

from core import swedish

OPENS: Final = time(8)
CLOSES: Final = time(19)


def is_open(moment: datetime) -> bool:
    """Whether a text may leave at ``moment`` (aware); at 19.00 sharp no longer."""
    local = moment.astimezone(swedish.STOCKHOLM)
    return swedish.is_working_day(local.date()) and OPENS <= local.time() < CLOSES


def next_open(moment: datetime) -> datetime:
    """``moment`` itself where a text may leave then, else 8.00 on the next day it may."""
    if is_open(moment):
        return moment
    local = moment.astimezone(swedish.STOCKHOLM)
    day = local.date()
    if not swedish.is_working_day(day) or local.time() >= CLOSES:
        day = swedish.add_working_days(day, 1)
    return swedish.at_wall(day, OPENS)


def day_before(day: date) -> date:
    """The last working day before ``day``: when a reminder "the day before" can be sent."""
    return swedish.working_days_before(day, 1)


def near(moment: datetime, now: datetime, within: timedelta) -> bool:
    """Whether ``moment`` is ahead, and nearer than ``within``."""
    return now < moment < now + within
