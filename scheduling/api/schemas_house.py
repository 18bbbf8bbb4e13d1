"""What a request may say of libraries, hosts' days, times to avoid and own calendars."""

from typing import Annotated

from pydantic import Field

from scheduling.api.fields import ClockIn, Day, Id, Moment, Number, Strict, Text, limit
from scheduling.api.schemas import Name, Place, Short, left_out
from scheduling.models import OwnCalendarMode


class LibraryIn(Strict):
    """A new library, or a branch of one."""

    name: Name
    address: Place
    meeting_point: Short = "innanför huvudentrén"
    directions: Annotated[Text, limit(2000)] = ""
    phone: Annotated[Text, limit(40)] = ""
    branch_of: Id | None = None
    #: When it closes on eves; null: closed.
    eve_closes: ClockIn | None = None


class LibraryPatch(Strict):
    """What changes of a library."""

    name: Name = left_out()
    address: Place = left_out()
    meeting_point: Short = left_out()
    directions: Annotated[Text, limit(2000)] = left_out()
    phone: Annotated[Text, limit(40)] = left_out()
    branch_of: Id | None = None
    eve_closes: ClockIn | None = None


class SpanIn(Strict):
    """Hours of a weekday, 0 (Monday) to 6 (Sunday)."""

    weekday: Annotated[Number, Field(ge=0, le=6)]
    start: ClockIn
    end: ClockIn


class WorkingWeekIn(Strict):
    """The usual working hours; none at all: whenever the library is open."""

    weekdays: Annotated[list[SpanIn], Field(max_length=7)]


class WorkingDayIn(Strict):
    """Other hours on one day; without hours she is off."""

    day: Day
    start: ClockIn | None = None
    end: ClockIn | None = None


class AbsenceIn(Strict):
    """Away from one instant to another. Why is not asked."""

    start: Moment
    end: Moment


class AvoidTimeIn(Strict):
    """A time to avoid: of a group or of an organisation; a weekday, a range of dates, or both."""

    group: Id | None = None
    organisation: Id | None = None
    weekday: Annotated[Number, Field(ge=0, le=6)] | None = None
    first_day: Day | None = None
    last_day: Day | None = None
    start: ClockIn | None = None
    end: ClockIn | None = None
    reason: Short = ""


class OwnCalendarIn(Strict):
    """The secret address of one's own calendar; https only. It is never shown again."""

    address: Annotated[Text, limit(2000)]
    mode: OwnCalendarMode = OwnCalendarMode.WARNS


class OwnCalendarPatch(Strict):
    """Whether its busy times warn or block."""

    mode: OwnCalendarMode
