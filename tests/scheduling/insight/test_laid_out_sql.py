"""Every number of the report of a laid-out house, against plain SQL written without its code."""

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from statistics import median
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection

from scheduling.demo import seed as demo
from scheduling.insight.as_json import report_json
from scheduling.insight.queries import load
from scheduling.insight.report import build

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]

STOCKHOLM = ZoneInfo("Europe/Stockholm")
CAME = "b.state IN ('held', 'partly_held')"
GONE = "('draft', 'declined', 'cancelled_by_partner', 'cancelled_by_us')"
STATES = [
    "draft",
    "offered",
    "confirmed",
    "held",
    "partly_held",
    "none_came",
    "declined",
    "cancelled_by_partner",
    "cancelled_by_us",
]
JUDGEMENTS = ["success", "partial", "less_successful", "too_early"]
VISITS = """FROM scheduling_booking b JOIN scheduling_visit v ON v.booking_id = b.id {join}
    WHERE b.start >= %s AND b.start < %s AND b.state <> 'draft'"""
NOTED = "JOIN scheduling_followup f ON f.booking_id = b.id AND f.current"
ASKED = """JOIN scheduling_invitation i ON i.booking_id = b.id
    AND i.contact_id IS NOT NULL AND i.state <> 'withdrawn'"""


def midnight(day: date) -> str:
    """When ``day`` begins in Stockholm, as both databases compare it (UTC)."""
    return f"{datetime.combine(day, time(), STOCKHOLM).astimezone(UTC):%Y-%m-%d %H:%M:%S}"


def moment(value: datetime | str) -> datetime:
    """An aware instant: SQLite hands out text, or a time without its zone."""
    found = datetime.fromisoformat(value) if isinstance(value, str) else value
    return found if found.tzinfo else found.replace(tzinfo=UTC)


class Sql:
    """The report of one period, asked of the tables themselves."""

    def __init__(self, first: date, last: date) -> None:
        self.first, self.last = first, last
        self.days = (first.isoformat(), last.isoformat())
        self.span = (midnight(first), midnight(last + timedelta(days=1)))

    def rows(self, text: str, arguments: tuple[str, ...]) -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(text, arguments)
            return cursor.fetchall()

    def visits(self, select: str, join: str = "", more: str = "") -> list[tuple[Any, ...]]:
        return self.rows(f"SELECT {select} {VISITS.format(join=join)} {more}", self.span)

    def count(self, join: str = "", more: str = "", what: str = "COUNT(*)") -> int:
        return int(self.visits(what, join, more)[0][0] or 0)

    def groups_of(self, codes: list[str], found: list[tuple[Any, ...]]) -> dict[str, int]:
        return {code: dict(found).get(code, 0) for code in codes}

    def by_state(self) -> dict[str, int]:
        found = self.rows(
            "SELECT b.state, COUNT(*) FROM scheduling_booking b JOIN scheduling_visit v "
            "ON v.booking_id = b.id WHERE b.start >= %s AND b.start < %s GROUP BY b.state",
            self.span,
        )
        return self.groups_of(STATES, found)

    def by_month(self) -> list[dict[str, Any]]:
        lines, year, month = [], self.first.year, self.first.month
        while (year, month) <= (self.last.year, self.last.month):
            first = max(self.first, date(year, month, 1))
            last = min(self.last, date(year, month, monthrange(year, month)[1]))
            part = Sql(first, last)
            planned, held = part.count(), part.count(more=f"AND {CAME}")
            lines.append({"month": f"{year}-{month:02}", "planned": planned, "held": held})
            year, month = (year, month + 1) if month < 12 else (year + 1, 1)
        return lines

    def visit_numbers(self) -> dict[str, Any]:
        planned, held = self.count(), self.count(more=f"AND {CAME}")
        ahead = self.count(more="AND b.state IN ('offered', 'confirmed')")
        return {
            "planned": planned,
            "held": held,
            "not_held": planned - held - ahead,
            "ahead": ahead,
            "by_state": self.by_state(),
            "by_month": self.by_month(),
            "next_booked": self.count(NOTED, f"AND {CAME} AND f.next_booking_id IS NOT NULL"),
        }

    def attendance(self) -> dict[str, Any]:
        total = self.count(NOTED, f"AND {CAME}", "SUM(f.attendance)")
        visits = self.count(NOTED, f"AND {CAME}")
        average = round(total / visits, 1) if visits else None
        return {"total": total, "visits": visits, "average": average}

    def group_numbers(self) -> dict[str, int]:
        join = """JOIN scheduling_visit_groups vg ON vg.visit_id = v.booking_id
            JOIN partners_group g ON g.id = vg.group_id"""
        held = self.visits("g.id, COUNT(*)", join, f"AND {CAME} GROUP BY g.id")
        return {
            "unique": len(held),
            "organisations": self.count(join, f"AND {CAME}", "COUNT(DISTINCT g.organisation_id)"),
            "returning_2": sum(count >= 2 for _pk, count in held),
            "returning_3": sum(count >= 3 for _pk, count in held),
        }

    def programmes(self) -> list[dict[str, Any]]:
        yes = f"""({CAME} OR b.state = 'confirmed' OR EXISTS (
            SELECT 1 FROM scheduling_invitation i LEFT JOIN scheduling_answer a
            ON a.invitation_id = i.id AND a.state = 'accepted'
            WHERE i.booking_id = b.id AND i.contact_id IS NOT NULL AND i.state <> 'withdrawn'
            AND (i.state = 'accepted' OR a.id IS NOT NULL)))"""
        found = self.visits(
            f"p.name, COUNT(*), SUM(CASE WHEN {yes} THEN 1 ELSE 0 END), "
            f"SUM(CASE WHEN {CAME} THEN 1 ELSE 0 END)",
            "JOIN scheduling_programme p ON p.id = v.programme_id",
            "GROUP BY p.id, p.name",
        )
        names = ("name", "offered", "accepted", "held")
        ordered = sorted(found, key=lambda row: (-row[1], row[0]))
        return [dict(zip(names, row, strict=True)) for row in ordered]

    def medians(self) -> dict[str, float | None]:
        lead = self.visits("b.created_at, b.start")
        first = "COALESCE((SELECT MIN(a.at) FROM scheduling_answer a WHERE a.invitation_id = i.id)"
        answered = self.visits(f"i.created_at, {first}, i.answered_at)", ASKED)
        return {
            "lead_days": self.median(lead, 86400),
            "answer_hours": self.median(answered, 3600),
        }

    def median(self, pairs: list[tuple[Any, ...]], unit: int) -> float | None:
        spans = [
            (moment(after) - moment(before)).total_seconds()
            for before, after in pairs
            if after is not None and (unit == 86400 or moment(after) >= moment(before))
        ]
        return round(median(spans) / unit, 1) if spans else None

    def interests(self) -> list[dict[str, Any]]:
        found = self.rows(
            """SELECT n.id, n.name, COUNT(*), MAX(s."on") FROM scheduling_interest n
            JOIN scheduling_interestsignal s ON s.interest_id = n.id
            LEFT JOIN scheduling_followup f ON f.id = s.follow_up_id
            WHERE s."on" BETWEEN %s AND %s AND (f.id IS NULL OR f.current)
            GROUP BY n.id, n.name""",
            self.days,
        )
        ordered = sorted(found, key=lambda row: (-row[2], row[1]))
        return [
            {"name": name, "signals": signals, "latest": str(latest), "planned": self.tried(pk)}
            for pk, name, signals, latest in ordered
        ]

    def tried(self, interest: int) -> list[str]:
        found = self.rows(
            """SELECT e.what FROM scheduling_effort e JOIN scheduling_effort_interests ei
            ON ei.effort_id = e.id WHERE ei.interest_id = %s ORDER BY e.starts_on DESC, e.id""",
            (str(interest),),
        )
        return [what for (what,) in found]

    def efforts(self) -> dict[str, Any]:
        where = "FROM scheduling_effort WHERE starts_on <= %s AND COALESCE(ends_on, %s) >= %s"
        within = (self.days[1], self.days[0], self.days[0])

        def by(column: str, codes: list[str]) -> dict[str, int]:
            found = self.rows(f"SELECT {column}, COUNT(*) {where} GROUP BY {column}", within)
            return self.groups_of(codes, found)

        decisions = by("decision", ["continue", "change", "end", ""])
        decisions["none"] = decisions.pop("")
        return {
            "total": sum(decisions.values()),
            "by_judgement": by("judgement", JUDGEMENTS),
            "by_decision": decisions,
        }

    def training(self) -> dict[str, int]:
        sessions, came = self.rows(
            f"""SELECT COUNT(*), COALESCE(SUM(t.attendance), 0) FROM scheduling_booking b
            LEFT JOIN scheduling_trainingsession t ON t.booking_id = b.id
            WHERE b.kind = 'training' AND b.start >= %s AND b.start < %s
            AND b.state NOT IN {GONE}""",
            self.span,
        )[0]
        analyses = self.rows(
            'SELECT COUNT(*) FROM scheduling_analysis WHERE "on" BETWEEN %s AND %s', self.days
        )[0][0]
        return {"sessions": sessions, "attendance": came, "analyses": analyses}

    def on_days(self, table: str) -> int:
        text = f'SELECT COUNT(*) FROM {table} WHERE "on" BETWEEN %s AND %s'
        return int(self.rows(text, self.days)[0][0])

    def handovers(self) -> list[tuple[Any, ...]]:
        return self.rows(
            """SELECT h.receiver, COUNT(*) FROM scheduling_handover h
            LEFT JOIN scheduling_followup f ON f.id = h.follow_up_id
            WHERE h."on" BETWEEN %s AND %s AND (f.id IS NULL OR f.current) GROUP BY h.receiver""",
            self.days,
        )


def told(counts: dict[str, int]) -> dict[str, int]:
    """Without noughts: which codes there are is not a number."""
    return {code: count for code, count in counts.items() if count}


def check(first: date, last: date) -> None:
    """Compare key by key; a key that no SQL here knows is an error of this test."""
    found, sql = report_json(build(load(first, last))), Sql(first, last)
    assert found["visits"]["planned"] > 0, "an empty period shows nothing"
    assert (found.pop("from"), found.pop("to")) == sql.days
    assert found.pop("visits") == sql.visit_numbers()
    assert found.pop("attendance") == sql.attendance()
    judged = sql.visits("f.judgement, COUNT(*)", NOTED, f"AND {CAME} GROUP BY f.judgement")
    assert found.pop("judgement") == sql.groups_of(JUDGEMENTS, judged)
    assert found.pop("groups") == sql.group_numbers()
    assert found.pop("programmes") == sql.programmes()
    ways = sql.visits("i.channel, COUNT(*)", ASKED, "AND i.channel <> '' GROUP BY i.channel")
    assert told(found.pop("answers")) == dict(ways)
    silent = "AND COALESCE(i.channel, '') = ''"
    assert found.pop("unanswered") == sql.count(ASKED, silent)
    assert found.pop("medians") == sql.medians()
    assert found.pop("interests") == sql.interests()
    missions = sql.visits("f.mission, COUNT(*)", NOTED, "GROUP BY f.mission")
    assert told(found.pop("missions")) == dict(missions)
    assert told(found.pop("handovers")) == dict(sql.handovers())
    assert found.pop("boundary_cases") == sql.on_days("scheduling_boundarycase")
    assert found.pop("efforts") == sql.efforts()
    assert found.pop("training") == sql.training()
    assert found == {}


@pytest.mark.large
@pytest.mark.parametrize("number", [11, 29, 4711])
def test_every_number_is_that_of_plain_sql(number: int) -> None:
    """Random houses and periods, among them the year's end and week 53 of 2026 and 2020."""
    chance = Random(number)
    year = chance.choice([2020, 2026])
    today = date(year, 11, chance.randrange(9, 28))
    demo.seed(today=today, count=chance.randrange(150, 400), seed=str(chance.random()))
    week_53 = date.fromisocalendar(year, 53, 1)
    check(week_53, week_53 + timedelta(days=6))
    check(date(year, 12, chance.randrange(1, 31)), date(year + 1, 1, chance.randrange(4, 29)))
    check(date(year, 1, 1), date(year, 12, 31))
    for _time in range(4):
        first = today - timedelta(days=chance.randrange(20, 280))
        check(first, first + timedelta(days=chance.randrange(14, 250)))
