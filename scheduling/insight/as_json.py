"""The report as the API gives it: the same numbers, no words. Pure."""

from collections.abc import Mapping
from typing import Any

from scheduling.insight.beside import Beside
from scheduling.insight.report import Report
from scheduling.insight.shared import Shared, Table


def report_json(report: Report) -> dict[str, Any]:
    """Plain dicts, lists, strings and numbers, ready for JSON. ``average`` may be None."""
    return {
        "from": report.period.first.isoformat(),
        "to": report.period.last.isoformat(),
        "visits": {
            "planned": report.planned,
            "held": report.held,
            "not_held": report.not_held,
            "ahead": report.ahead,
            "by_state": _plain(report.by_state),
            "by_month": [
                {"month": month.key, "planned": month.planned, "held": month.held}
                for month in report.months
            ],
            "next_booked": report.next_booked,
        },
        "attendance": {
            "total": report.attendance.total,
            "visits": report.attendance.visits,
            "average": _rounded(report.attendance.average),
        },
        "judgement": _plain(report.judgement),
        "groups": {
            "unique": len(report.groups),
            "organisations": report.organisations,
            "returning_2": report.returning_2,
            "returning_3": report.returning_3,
        },
        "programmes": [
            {
                "name": line.name,
                "offered": line.offered,
                "accepted": line.accepted,
                "held": line.held,
            }
            for line in report.programmes
        ],
        "answers": _plain(report.answers),
        "unanswered": report.unanswered,
        "medians": {"lead_days": report.lead_days, "answer_hours": report.answer_hours},
        "interests": [
            {
                "name": row.name,
                "signals": row.signals,
                "latest": row.latest.isoformat(),
                "planned": list(row.planned),
            }
            for row in report.interests
        ],
        "missions": _plain(report.missions),
        "handovers": _plain(report.handed_over),
        "boundary_cases": len(report.boundary_cases),
        "efforts": {
            "total": len(report.efforts),
            "by_judgement": _plain(report.efforts_by_judgement),
            "by_decision": {
                decision or "none": count for decision, count in report.efforts_by_decision.items()
            },
        },
        "training": {
            "sessions": len(report.trainings),
            "attendance": report.trained,
            "analyses": report.analyses,
        },
    }


def beside_json(beside: Beside) -> dict[str, Any]:
    """Barriers, talks and opinions of the same period; no opinion of fewer than five answers."""
    return {
        "barriers": [
            {"kind": row.kind, "noted": row.noted, "solved": row.solved} for row in beside.barriers
        ],
        "talks": dict(beside.talks),
        "opinions": [
            {"statement": row.statement, "faces": list(row.counts)} for row in beside.opinions
        ],
    }


def shared_json(part: Shared) -> dict[str, Any]:
    """One half-year as it may leave the house; ``null`` stands for what is not told.

    A line is ``{"labels": [...], "count": n}``: several labels are joined, ``null`` is one to four.
    """
    return {
        "from": part.period.first.isoformat(),
        "to": part.period.last.isoformat(),
        "planned": part.outcomes.total,
        "participants": part.participants,
        "organisations": part.organisations,
        "meetings": part.meetings,
        "trained": part.trained,
        **{name: _table(getattr(part, name)) for name in _TABLES},
        "opinions": [
            {"statement": statement, "faces": _table(faces)} for statement, faces in part.opinions
        ],
    }


_TABLES = (
    *("outcomes", "months", "programmes", "judgements", "groups", "answers", "interests"),
    *("handovers", "efforts", "barriers", "talks"),
)


def _table(told: Table | None) -> dict[str, Any] | None:
    if told is None:
        return None
    lines = [{"labels": list(line.labels), "count": line.count} for line in told.lines]
    return {"lines": lines, "total": told.total}


def _plain(counts: Mapping[Any, int]) -> dict[str, int]:
    return {str(code): count for code, count in counts.items()}


def _rounded(number: float | None) -> float | None:
    return None if number is None else round(number, 1)
