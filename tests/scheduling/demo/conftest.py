"""One laid-out library, read by many tests; each test's changes are rolled back."""

from datetime import date

import pytest

from tests.factories import demo_library

#: The day of the specification.
DAY = date(2026, 11, 23)


@pytest.fixture
def laid_out(db: None) -> date:
    return demo_library(DAY)
