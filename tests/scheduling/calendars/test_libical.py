"""What the third reader, libical with its own table of iTIP restrictions, says."""

import re
from pathlib import Path

import pytest

from scheduling.calendars.feed import head, join
from scheduling.calendars.freebusy import freebusy
from scheduling.calendars.render import event_block
from scheduling.calendars.snapshots import BusyPeriod, EventStatus
from tests.scheduling.calendars.builders import (
    FEED,
    ORGANIZER,
    STAMP,
    local,
    make_event,
    run_libical,
)
from tests.scheduling.calendars.test_itip import OBJECTS

VALID = {name: data for name, data in OBJECTS.items() if name != "declinecounter"}


@pytest.mark.parametrize("data", VALID.values(), ids=VALID.keys())
def test_libical_accepts(data: bytes, libical: Path, tmp_path: Path) -> None:
    done = run_libical(libical, tmp_path, data)
    assert done.returncode == 0, done.stdout


def test_libical_reads_instant_and_title(libical: Path, tmp_path: Path) -> None:
    done = run_libical(libical, tmp_path, OBJECTS["request"])
    epoch = int(local(2026, 12, 1, 10, 0).timestamp())
    assert f"{epoch} Första besöket\n" in done.stdout


def test_libical_objects_to_exactly_two_properties_of_declinecounter(
    libical: Path, tmp_path: Path
) -> None:
    """ICAL.md B12 wants SEQUENCE and the ATTENDEE; libical's own table allows neither."""
    done = run_libical(libical, tmp_path, OBJECTS["declinecounter"])
    complaints = set(re.findall(r"^ (\S+) property\.", done.stdout, re.MULTILINE))
    assert "broken=0" in done.stdout
    assert complaints == {"ATTENDEE", "SEQUENCE"}


def test_libical_reads_a_feed_around_both_clock_changes(libical: Path, tmp_path: Path) -> None:
    starts = [
        local(2026, 3, 29, 1, 30),
        local(2026, 3, 29, 3, 30),
        local(2026, 10, 25, 1, 30),
        local(2026, 10, 25, 2, 30),
        local(2026, 10, 25, 2, 30, fold=1),
        local(2026, 10, 25, 3, 30),
    ]
    blocks = [
        event_block(make_event(uid=f"u{n}", start=start, status=list(EventStatus)[n % 3]))
        for n, start in enumerate(starts)
    ]
    done = run_libical(libical, tmp_path, b"".join(join(head(FEED), blocks)))
    assert done.returncode == 0, done.stdout
    seen = [line.split()[1:3] for line in done.stdout.splitlines() if line.startswith("event ")]
    assert seen == [[f"u{n}", str(int(start.timestamp()))] for n, start in enumerate(starts)]


def test_libical_accepts_free_busy(libical: Path, tmp_path: Path) -> None:
    window = BusyPeriod(STAMP, STAMP.replace(hour=20))
    data = freebusy([window], window=window, uid="fb", stamp=STAMP, organizer=ORGANIZER)
    done = run_libical(libical, tmp_path, data)
    assert done.returncode == 0, done.stdout
