"""A load of GETs, and ratios that hold on a machine with other work.

Absolute figures mean nothing from one machine to the next. So two things are always measured in
turns, and the ratio is taken round by round; its range says how far to trust it.
"""

import re
import shutil
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

_RATE = re.compile(r"Requests/sec:\s+([0-9.]+)")
_BAD = re.compile(r"Non-2xx or 3xx responses: (\d+)|Socket errors: (.*)")


class BenchError(RuntimeError):
    """Something lacks, or did not answer as it must."""


@dataclass(frozen=True, slots=True)
class Ratio:
    """How many times the limit, round by round."""

    rounds: tuple[float, ...]

    @property
    def middle(self) -> float:
        """The median round."""
        return median(self.rounds)

    def __str__(self) -> str:
        # A share of a hundredth is told as one.
        digits = 2 if self.middle >= 0.1 else 4
        low, high = min(self.rounds), max(self.rounds)
        return f"{self.middle:.{digits}f} ({low:.{digits}f}–{high:.{digits}f})"


def family(pid: int) -> list[int]:
    """A process and all that descends from it."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(child for one in children for child in family(int(one)))]


def _worked(pids: Sequence[int]) -> int:
    """Ticks of the processor that they have had."""
    fields = [Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split() for pid in pids]
    return sum(int(row[11]) + int(row[12]) for row in fields)


def until_idle(pid: int, *, quiet: float = 0.2, seconds: float = 60) -> None:
    """Wait until a server has done nothing for ``quiet`` seconds.

    What a load tool has abandoned goes on in the server and would slow the next measurement.
    """
    before = -1
    for _ in range(int(seconds / quiet)):
        worked = _worked(family(pid))
        # One tick is the server's own clockwork.
        if worked - before <= 1 and before >= 0:
            return
        before = worked
        time.sleep(quiet)
    raise BenchError(f"process {pid} does not come to rest")


def per_second(
    url: str, *, seconds: int, connections: int = 8, etag: str = "", pid: int | None = None
) -> float:
    """GETs a second at ``connections``, with wrk; each must be answered with 2xx or 3xx.

    ``pid`` is the server's: it is waited for.
    """
    program = shutil.which("wrk")
    if program is None:
        raise BenchError("wrk lacks: apt-get install wrk")
    command = [program, "-t1", f"-c{connections}", f"-d{seconds}s", url]
    if etag:
        command += ["-H", f"If-None-Match: {etag}"]
    out = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    bad = _BAD.search(out)
    found = _RATE.search(out)
    if bad is not None or found is None:
        raise BenchError(f"{url}: {out}")
    if pid is not None:
        until_idle(pid)
    return float(found[1])


def ratios(
    limit: Callable[[], float], others: Sequence[Callable[[], float]], *, rounds: int
) -> list[Ratio]:
    """Each of ``others`` as a share of ``limit``, measured before, amid and after them.

    The order turns with each round, so that nothing is always first.
    """
    found: list[list[float]] = [[] for _ in others]
    for number in range(rounds):
        order = list(range(len(others)))
        order = order[number % len(order) :] + order[: number % len(order)]
        before = limit()
        rates = {}
        for index in order:
            rates[index] = others[index]()
        level = (before + limit()) / 2
        for index, rate in rates.items():
            found[index].append(rate / level)
    return [Ratio(tuple(row)) for row in found]


def seconds(act: Callable[[], object]) -> float:
    """How long one call takes."""
    begin = time.perf_counter()
    act()
    return time.perf_counter() - begin


def markdown(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A table as README has it."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(str(cell) for cell in line)} |" for line in lines)
