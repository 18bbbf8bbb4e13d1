"""One seeded house, one empty one, and one browser for all browser tests of a worker."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser import house as houses


@pytest.fixture(scope="session")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[houses.House]:
    with houses.seeded(tmp_path_factory.mktemp("seeded")) as house:
        yield house


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[houses.House]:
    with houses.seeded(tmp_path_factory.mktemp("empty"), empty=True) as house:
        yield house


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if not Path(houses.CHROMIUM).exists():
        pytest.skip("no Chromium is installed")
    with houses.chromium() as running:
        yield running
