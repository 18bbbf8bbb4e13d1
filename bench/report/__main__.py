"""A report over ten years and 20,000 visits: server time of the page, queries, the files.

``python -m bench.report [--visits 20000] [--years 10]`` fills an empty SQLite in a temporary
folder, asks for the pages through Django's own stack (no network) and prints a Markdown table of
seconds, seconds on the processor (which a busy machine disturbs less) and queries.
The number of queries is compared with that of a hundredth of the visits: it must be the same.
"""

import argparse
import os
import random
import statistics
import tempfile
import time
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import django

LAST = datetime(2026, 10, 31, 12, tzinfo=UTC)
LIMIT_SECONDS = 1.0
RUNS = 5
WORDS = {
    "report": "the report's page",
    "shared": "the version to share",
    "csv": "the visits as CSV",
    "xlsx": "the report as Excel",
    "manager": "the manager's page",
}


def main() -> None:
    """Measure, print, and fail where the page is slower than a second or its queries grow."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--visits", type=int, default=20_000)
    options.add_argument("--years", type=int, default=10)
    asked = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["DATA_DIR"] = folder
        os.environ.setdefault("SECRET_KEY", "only-for-the-bench-" + "x" * 40)
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
        django.setup()
        from django.core.management import call_command
        from django.test.utils import setup_test_environment

        setup_test_environment()
        call_command("migrate", verbosity=0)
        _measure(asked.visits, asked.years)


def _measure(visits: int, years: int) -> None:
    from bench.report.house import Filler

    filler = Filler(random.Random(7), LAST, timedelta(days=365 * years - 1))
    few = max(visits // 100, 1)
    filler.fill(few)
    _ask(years)  # templates and statics are read once
    small = _ask(years)
    filler.fill(visits - few)
    large = _ask(years)
    print(
        f"| {visits:,} visits over {years} years | s | on the processor, s | queries | at {few:,} |"
    )
    print("| --- | --- | --- | --- | --- |")
    slow, grown = [], []
    for name, asked in large.items():
        cells = (f"{asked.seconds:.2f}", f"{asked.processor:.2f}", asked.queries)
        print("|", *(f"{cell} |" for cell in (WORDS[name], *cells, small[name].queries)))
        slow += [name] if name == "report" and asked.seconds >= LIMIT_SECONDS else []
        grown += [name] if asked.queries != small[name].queries else []
    if slow or grown:
        raise SystemExit(f"slower than {LIMIT_SECONDS} s: {slow}; queries grow: {grown}")


class Asked(NamedTuple):
    """What one page costs: medians of seconds, and its queries."""

    seconds: float
    processor: float
    queries: int


def _ask(years: int) -> dict[str, Asked]:
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from core.models import User

    client = Client()
    client.force_login(User.objects.get(username="sam"))
    first = (LAST - timedelta(days=365 * years - 1)).date()
    query = f"?from={first}&to={LAST.date()}"
    found = {}
    for name, url in (
        ("report", f"/rapport/{query}"),
        ("shared", f"/rapport/dela{query}"),
        ("csv", f"/rapport/rapport.csv{query}"),
        ("xlsx", f"/rapport/rapport.xlsx{query}"),
        ("manager", "/chef/"),
    ):
        times, processor = [], []
        for _run in range(RUNS):
            with CaptureQueriesContext(connection) as seen:
                begun, used = time.perf_counter(), time.process_time()
                response = client.get(url)
                response.getvalue()
                times.append(time.perf_counter() - begun)
                processor.append(time.process_time() - used)
            if response.status_code != 200:
                raise SystemExit(f"{url} answers {response.status_code}")
        found[name] = Asked(statistics.median(times), statistics.median(processor), len(seen))
    return found


if __name__ == "__main__":
    main()
