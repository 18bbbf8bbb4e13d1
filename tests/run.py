"""`make test` and `make quick`: the suites one after another, with one PostgreSQL for all.

The last lines are pytest's own, of the last suite or of the first that failed.

`quick` is run after each change, and is to stay under two minutes on two cores. Three habits help:

- A test begins with `factories.world`, `told` or `demo_library`. They are built once in a process
  and then put back row by row (`tests.kept`); their tables are migrated once (`tests.schema`).
- What lays out a library of its own, walks over all pages, letters or rules, starts a program or
  makes many random worlds takes seconds by nature, and is marked `large`: `make test` runs it, on
  both databases where it is also marked `postgres`.
- `python -m tests.run quick --durations=25` shows what has grown. A second in one test is much.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from tests import servers

SERVERLESS = "not browser and not process and not history and not large"


@dataclass(frozen=True)
class Suite:
    """One pytest run."""

    title: str
    marks: str
    arguments: tuple[str, ...]
    postgres: bool = False


QUICK = Suite("SQLite", SERVERLESS, ("-n", "auto"))
POSTGRES = Suite("PostgreSQL", f"postgres and {SERVERLESS}", ("-n", "auto"), postgres=True)
SLOW = ("-n", "auto", "--timeout=180")
LARGE = (
    Suite("large on SQLite", "large", SLOW),
    Suite("large on PostgreSQL", "large and postgres", SLOW, postgres=True),
)
# Two at a time: each starts servers of its own. Apart from each other, since Playwright keeps an
# event loop running in its process, under which Django refuses to speak to a database.
PAIRS = ("-n", "2", "--dist", "loadfile", "--timeout=180")
HISTORIES = (
    Suite("histories on SQLite", "history", ()),
    Suite("histories on PostgreSQL", "history", (), postgres=True),
)
PROCESSES = Suite("processes", "process and not browser", PAIRS)
BROWSER = Suite("browser", "browser", PAIRS)


@contextmanager
def environment(*, with_servers: bool) -> Iterator[dict[str, str]]:
    """The suites' environment: a DATA_DIR of their own, and PostgreSQL where it is installed."""
    with ExitStack() as stack:
        values = dict(os.environ)
        for name in ("DATABASE_URL", "REDIS_URL", "EMAIL_URL", "MAILBOX_URL", "BASE_URL"):
            values.pop(name, None)
        # Each worker would otherwise rewrite the asserts of three hundred files, every time.
        values.pop("PYTHONDONTWRITEBYTECODE", None)
        values["DATA_DIR"] = stack.enter_context(tempfile.TemporaryDirectory())
        if with_servers and servers.postgres_folder():
            values["TEST_POSTGRES_URL"] = stack.enter_context(servers.postgres())
        yield values


def run(suite: Suite, values: Mapping[str, str], arguments: list[str]) -> int:
    """Run one suite; 0 where it passed."""
    chosen = dict(values)
    if suite.postgres:
        if "TEST_POSTGRES_URL" not in values:
            print("******** SKIPPED: no PostgreSQL server is installed ********", flush=True)
            return int(os.environ.get("CI") == "true")
        chosen["DATABASE_URL"] = values["TEST_POSTGRES_URL"]
    print(f"\n======== {suite.title} ========", flush=True)
    command = [sys.executable, "-m", "pytest", "-m", suite.marks, *suite.arguments, *arguments]
    return subprocess.run(command, env=chosen, check=False).returncode


def main(arguments: list[str]) -> int:
    """`quick` first: only the suite that needs no server. The rest goes to pytest."""
    quick = arguments[:1] == ["quick"]
    suites = (QUICK,) if quick else (QUICK, POSTGRES, *LARGE, *HISTORIES, PROCESSES, BROWSER)
    with environment(with_servers=not quick) as values:
        for suite in suites:
            code = run(suite, values, arguments[quick:])
            if code:
                return code
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
