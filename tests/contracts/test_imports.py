"""The direction of imports is kept: each forbidden import, planted in a copy, is found."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("core", "partners", "scheduling", "config", "tests", "bench")
LINT = Path(sys.executable).with_name("lint-imports")

PLANTS = [
    ("core/errors.py", "import partners.models"),
    ("core/screening/numbers.py", "import django.conf"),
    ("partners/models/people.py", "import scheduling.states"),
    ("scheduling/access.py", "import config.api"),
    ("scheduling/models/place.py", "import scheduling.outbox.enqueue"),
    ("scheduling/calendars/text.py", "import django.conf"),
    ("scheduling/booking/availability.py", "import django.db"),
    ("scheduling/insight/report.py", "import scheduling.models"),
    ("scheduling/outbox/deliver.py", "import scheduling.booking.services"),
    ("scheduling/forms/book.py", "import scheduling.views.book"),
    ("scheduling/stray.py", "X = 1"),
]


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    copy = tmp_path_factory.mktemp("tree")
    for package in PACKAGES:
        shutil.copytree(
            ROOT / package, copy / package, ignore=shutil.ignore_patterns("__pycache__", "static")
        )
    shutil.copy(ROOT / "pyproject.toml", copy)
    return copy


def lint(tree: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [LINT, "--no-cache"],
        cwd=tree,
        env={**os.environ, "PYTHONPATH": str(tree)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_house_as_it_stands(tree: Path) -> None:
    result = lint(tree)
    assert result.returncode == 0, result.stdout


@pytest.mark.large
@pytest.mark.parametrize(("file", "line"), PLANTS)
def test_a_planted_import_is_found(tree: Path, file: str, line: str) -> None:
    path = tree / file
    before = path.read_text(encoding="utf-8") if path.exists() else None
    path.write_text(f"{before or ''}\n{line}\n", encoding="utf-8")
    try:
        assert lint(tree).returncode == 1
    finally:
        if before is None:
            path.unlink()
        else:
            path.write_text(before, encoding="utf-8")
