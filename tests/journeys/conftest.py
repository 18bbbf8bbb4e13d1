"""What journeys borrow from the tests of single parts."""

from tests.scheduling.calendars.conftest import libical

__all__ = ["libical"]
