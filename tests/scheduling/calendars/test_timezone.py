import subprocess
import sys
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import icalendar
import pytest
import vobject

from scheduling.calendars.timezone import (
    STOCKHOLM,
    VTIMEZONE,
    add_timezone,
    expressible,
    wall,
)
from tests.scheduling.calendars.builders import local


def test_vtimezone_has_two_rules_from_1970_and_no_rdate() -> None:
    assert VTIMEZONE == (
        b"BEGIN:VTIMEZONE\r\nTZID:Europe/Stockholm\r\n"
        b"BEGIN:DAYLIGHT\r\nDTSTART:19700329T020000\r\nRRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU\r\n"
        b"TZNAME:CEST\r\nTZOFFSETFROM:+0100\r\nTZOFFSETTO:+0200\r\nEND:DAYLIGHT\r\n"
        b"BEGIN:STANDARD\r\nDTSTART:19701025T030000\r\nRRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU\r\n"
        b"TZNAME:CET\r\nTZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n"
    )


def test_component_writes_exactly_the_same_bytes() -> None:
    calendar = icalendar.Calendar()
    add_timezone(calendar)
    assert VTIMEZONE in calendar.to_ical(sorted=False)


def test_vtimezone_read_by_its_rules_agrees_with_the_zone_database() -> None:
    wrapped = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n" + VTIMEZONE + b"END:VCALENDAR\r\n"
    renamed = wrapped.replace(b"Europe/Stockholm", b"Somewhere")
    zone = vobject.readOne(renamed.decode()).vtimezone.gettzinfo()
    moment = datetime(2026, 1, 1, 0, 30)  # noqa: DTZ001 - wall time
    while moment.year < 2031:
        expected = moment.replace(tzinfo=STOCKHOLM)
        if expected.astimezone(UTC).astimezone(STOCKHOLM).replace(tzinfo=None) == moment:
            assert moment.replace(tzinfo=zone).utcoffset() == expected.utcoffset(), moment
        moment += timedelta(hours=7)


def test_only_the_second_pass_of_the_autumn_hour_is_not_expressible() -> None:
    start = datetime(2026, 10, 24, 23, 30, tzinfo=UTC)
    names = [expressible(start + timedelta(minutes=30 * n)) for n in range(8)]
    assert names == [True, True, True, False, False, True, True, True]
    assert expressible(datetime(2026, 3, 29, 1, 0, tzinfo=UTC))


def test_wall_time() -> None:
    assert wall(datetime(2026, 7, 1, 8, tzinfo=UTC)).hour == 10
    with pytest.raises(ValueError, match="no wall time"):
        wall(local(2026, 10, 25, 2, 30, fold=1))
    assert ZoneInfo("Europe/Stockholm") == STOCKHOLM


def test_the_package_imports_no_framework() -> None:
    code = (
        "import sys, pkgutil, importlib, scheduling.calendars as c\n"
        "[importlib.import_module(f'scheduling.calendars.{m.name}')"
        " for m in pkgutil.iter_modules(c.__path__)]\n"
        "bad = {'django', 'celery', 'ninja'} & {m.split('.')[0] for m in sys.modules}\n"
        "sys.exit(repr(bad) if bad else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
