"""What a file can make the program use, measured in a process of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.partners.importing.books import book, rows, with_part
from tests.partners.importing.test_workbooks import BOMB, GOOD_BOOK, SHEET, huge_sheet, inline

MOST_KIB = 300 * 1024
PROGRAM = r"""
import json, re, sys, django
django.setup()
from partners.importing.problems import UnreadableError
from partners.importing.records import read
from partners.importing.decoding import LARGEST
try:
    with open(sys.argv[1], "rb") as file:
        rows, code = len(read(file.read(LARGEST + 1)).rows), ""
except UnreadableError as error:
    rows, code = 0, str(error.problem.code)
# Of this program alone: what getrusage says is carried over from the one that started it.
used = int(re.search(r"VmHWM:\s*(\d+) kB", open("/proc/self/status").read())[1])
print(json.dumps({"rows": rows, "code": code, "kib": used}))
"""


def read_apart(path: Path) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(path)],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"},
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def large(size: int) -> bytes:
    line = b"Bron;Kim;ring efter nio;\n"
    return b"Organisation;Kontakt;Anteckning;X\n" + line * (size // len(line))


def wide_book() -> bytes:
    empty = "".join(f'<row r="{row}"><c r="A{row}" s="1"/></row>' for row in range(3, 600_000))
    return with_part(GOOD_BOOK, SHEET, huge_sheet(inline("A2") + empty))


CASES = {
    "200 MB of text": (lambda: large(200 * 1024 * 1024), "too_large", 0),
    "a text of the largest size": (lambda: large(10 * 1024 * 1024 - 100), "too_many_rows", 0),
    "a zip bomb": (lambda: BOMB, "unpacks_too_large", 0),
    "600,000 empty cells": (wide_book, "", 1),
    "a cell in the last row": (
        lambda: with_part(GOOD_BOOK, SHEET, huge_sheet(inline("A1048576"))),
        "",
        1,
    ),
    "20,000 rows": (
        lambda: book(
            (
                "Blad1",
                rows(
                    ["Organisation", "Kontakt", "E-post"],
                    *([f"Bron {n}", f"Kim {n}", f"k{n}@bron.example"] for n in range(20_000)),
                ),
            )
        ),
        "",
        20_000,
    ),
}


@pytest.mark.large
@pytest.mark.parametrize("name", CASES)
def test_memory_stays_under_300_megabytes(tmp_path: Path, name: str) -> None:
    make, code, count = CASES[name]
    path = tmp_path / "lista"
    path.write_bytes(make())
    found = read_apart(path)
    assert (found["code"], found["rows"]) == (code, count)
    assert found["kib"] < MOST_KIB
