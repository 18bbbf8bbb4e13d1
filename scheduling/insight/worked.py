"""What worked: each kind of effort and programme from offered to repeated, and why it ended."""

from collections import Counter
from dataclasses import dataclass, field

from scheduling.followup import words
from scheduling.insight.rows import VisitRow
from scheduling.models import Decision, Effort, EffortKind
from scheduling.states import CALLED_OFF, Judgement


@dataclass(slots=True)
class Funnel:
    """How far the visits of one kind came. ``judged`` has every judgement, zeros among them."""

    name: str
    key: str = ""
    offered: int = 0
    accepted: int = 0
    held: int = 0
    #: Groups for which it was held at least twice.
    repeated: int = 0
    judged: dict[Judgement, int] = field(default_factory=lambda: dict.fromkeys(Judgement, 0))
    #: What stopped it: reason and how often.
    stopped: list[tuple[str, int]] = field(default_factory=list)


def by_programme(visits: list[VisitRow]) -> list[Funnel]:
    """Each programme offered, the most offered first. Pure."""
    found: dict[int, list[VisitRow]] = {}
    for row in visits:
        if row.planned:
            found.setdefault(row.programme, []).append(row)
    lines = [_funnel(str(pk), rows[0].programme_name, rows) for pk, rows in found.items()]
    return sorted(lines, key=lambda line: (-line.offered, line.name))


def _funnel(key: str, name: str, rows: list[VisitRow]) -> Funnel:
    line = Funnel(name=name, key=key, offered=len(rows))
    times, reasons = Counter[int](), Counter[str]()
    for row in rows:
        line.accepted += row.accepted
        line.held += row.came
        if row.judgement is not None:
            line.judged[row.judgement] += 1
        if row.came:
            times.update(group.pk for group in row.groups)
        elif row.state in CALLED_OFF or row.state.value == "none_came":
            reasons[row.state.value] += 1
    line.repeated = sum(count >= 2 for count in times.values())
    line.stopped = sorted(reasons.items(), key=lambda pair: (-pair[1], pair[0]))
    return line


@dataclass(slots=True)
class KindLine:
    """One kind of effort: its visits' way, its judgements, and the lessons of those that ended."""

    kind: str
    name: str
    efforts: int
    visits: Funnel
    judged: dict[Judgement, int]
    decided: dict[str, int]
    ended: list[Effort]


def by_kind(efforts: list[Effort], visits: dict[int, list[VisitRow]]) -> list[KindLine]:
    """Trials and single efforts; ``visits`` are an effort's, by its id. Pure."""
    lines = []
    for kind in EffortKind:
        rows = [effort for effort in efforts if effort.kind == kind.value]
        # A visit of two efforts of a kind is one visit.
        unique = {visit.pk: visit for row in rows for visit in visits.get(row.pk, [])}
        planned = [visit for visit in unique.values() if visit.planned]
        lines.append(
            KindLine(
                kind=kind.value,
                name=str(words.EFFORT_KINDS[kind.value]),
                efforts=len(rows),
                visits=_funnel(kind.value, "", planned),
                judged={one: sum(row.judgement == one for row in rows) for one in Judgement},
                decided={
                    code: sum(row.decision == code for row in rows)
                    for code in ("", *Decision.values)
                },
                ended=[row for row in rows if row.decision == Decision.END],
            )
        )
    return lines
