"""What a report tells beside its visits: barriers, talks, what visitors thought. Pure rows."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BarrierCount:
    """How many barriers of a kind were noted, and how many of them are solved by the last day."""

    kind: str
    noted: int
    solved: int


@dataclass(frozen=True, slots=True)
class Faces:
    """One statement of *Tyck till*: how many chose each face, from no to yes; never under five."""

    statement: str
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Beside:
    """Codes and counts of one period."""

    barriers: tuple[BarrierCount, ...] = ()
    #: Theme -> talks, zeros among them.
    talks: tuple[tuple[str, int], ...] = ()
    opinions: tuple[Faces, ...] = ()
