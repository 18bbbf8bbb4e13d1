"""A file planned in parts does what it does as a whole."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from partners.importing import spool
from partners.importing.committing import commit
from partners.importing.decisions import Decisions
from partners.importing.planning import Plan, make_plan
from partners.importing.records import read
from partners.importing.spool import Spool
from tests.partners.conftest import NOW
from tests.partners.importing.test_roundtrip import register

FILES = Path(__file__).parents[2] / "data" / "import"
names = st.sampled_from(["Vägval", "Föreningen Vägval", "VÄGVAL", "Bron", "Broen", "Porten", ""])
lines = st.tuples(
    names,
    st.sampled_from(["", "", "A", "B"]),
    st.sampled_from(["", "", "Kim", "Alex Ek"]),
    st.sampled_from(["", "", "kim@x.example", "KIM@x.example", "kim@"]),
    st.sampled_from(["", "", "Kommun", "Region", "klubb"]),
)


def told(plan: Plan) -> tuple[Any, ...]:
    problems = [(p.row, p.field, p.code) for p in plan.problems]
    return plan.counts(), sorted(problems), plan.duplicates, plan.fit, plan.idle


@pytest.mark.django_db
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(lines, min_size=1, max_size=12), st.sampled_from([1, 2, 5]))
def test_a_plan_in_parts_is_the_plan(
    monkeypatch: pytest.MonkeyPatch, rows: list[tuple[str, ...]], size: int
) -> None:
    text = "Organisation;Grupp;Kontakt;E-post;Slag\n" + "".join(";".join(r) + "\n" for r in rows)
    text += "Sist;;;;\n"
    monkeypatch.setattr(spool, "PART", 1000)
    whole = told(make_plan(read(text.encode())))
    monkeypatch.setattr(spool, "PART", size)
    assert told(make_plan(read(text.encode()))) == whole


@pytest.mark.django_db
@pytest.mark.parametrize("size", [1, 2, 1000])
def test_a_file_is_stored_in_parts(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    monkeypatch.setattr(spool, "PART", size)
    for name in ("01-all-columns-semicolon.csv", "34-two-contacts-in-a-cell.csv"):
        content = (FILES / name).read_bytes()
        assert commit(actor=None, now=NOW, sheet=read(content)).committed
        assert make_plan(read(content)).idle
    assert len(register()) == 7


@pytest.mark.django_db
def test_what_is_decided_to_be_the_same_is_in_one_part(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spool, "PART", 1)
    text = "Organisation;Grupp\nVägval;A\nBron;B\nPorten;C\n".encode()
    decisions = Decisions({("organisation", "bron"): ("organisation", "vägval")})
    plan = make_plan(read(text), decisions)
    assert plan.counts()["organisations"]["new"] == 2
    assert plan.counts()["groups"]["new"] == 3


@given(st.lists(st.integers(0, 9)), st.sampled_from([1, 3, 100]))
def test_a_spool_gives_everything_once_and_together(items: list[int], size: int) -> None:
    kept: Spool[tuple[int, int]] = Spool()
    for place, item in enumerate(items):
        kept.add((place, item))
    assert list(kept) == list(enumerate(items))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(spool, "PART", size)
        parts = list(kept.parts(lambda item: str(item[1])))
    assert sorted(item for part in parts for item in part) == list(enumerate(items))
    homes = [{item[1] for item in part} for part in parts]
    assert sum(map(len, homes)) == len(set().union(*homes))
    assert all(part == sorted(part) for part in parts)
