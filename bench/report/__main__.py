"""A report over ten years and 20,000 visits: server time of the page, queries, the files.

``python -m bench.report [--visits 20000] [--years 10]`` fills an empty SQLite in a temporary
folder, asks for the pages through Django's own stack (no network) and prints seconds and queries.
The number of queries is compared with that of a hundredth of the visits: it must be the same.
"""

import argparse
import os
import random
import statistics
import tempfile
import time
from datetime import UTC, datetime, timedelta

import django

LAST = datetime(2026, 10, 31, 12, tzinfo=UTC)
LIMIT_SECONDS = 1.0
RUNS = 5


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
    print(f"{visits} visits over {years} years (seconds: median of {RUNS}; queries)")
    slow, grown = [], []
    for name, (seconds, queries) in large.items():
        print(f"{name:<10} {seconds:6.3f} s  {queries:3d} queries  ({small[name][1]} at {few})")
        slow += [name] if name == "report" and seconds >= LIMIT_SECONDS else []
        grown += [name] if queries != small[name][1] else []
    if slow or grown:
        raise SystemExit(f"slower than {LIMIT_SECONDS} s: {slow}; queries grow: {grown}")


def _ask(years: int) -> dict[str, tuple[float, int]]:
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
        times = []
        for _run in range(RUNS):
            with CaptureQueriesContext(connection) as seen:
                begun = time.perf_counter()
                response = client.get(url)
                response.getvalue()
                times.append(time.perf_counter() - begun)
            if response.status_code != 200:
                raise SystemExit(f"{url} answers {response.status_code}")
        found[name] = (statistics.median(times), len(seen))
    return found


if __name__ == "__main__":
    main()
