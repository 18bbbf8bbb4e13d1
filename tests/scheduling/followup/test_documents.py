"""What the documents promise is what the program does."""

import re
from collections.abc import Iterator
from pathlib import Path

from django.apps import apps
from django.db import models

from scheduling.followup.retention import RULES

DOCS = Path(__file__).parents[3] / "docs"
OURS = ("core", "partners", "scheduling")
#: What Django's own user has and nobody types words into.
NOT_TYPED = {"password"}


def text(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def test_every_rule_stands_in_the_erasure_plan_with_its_days() -> None:
    told = re.findall(r"^\| `(\w+)` \| [^|]+ \| (\d+) \|", text("gallring.md"), re.MULTILINE)
    assert [(key, int(days)) for key, days in told] == [(rule.key, rule.days) for rule in RULES]


def fields_of(model: type[models.Model]) -> Iterator[str]:
    """Fields that can hold words: texts without choices, and JSON."""
    for field in model._meta.fields:
        words = isinstance(field, models.CharField | models.TextField) and not field.choices
        if (words or isinstance(field, models.JSONField)) and field.name not in NOT_TYPED:
            yield f"{model._meta.label}.{field.name}"


def listed(part: str) -> list[str]:
    rows = re.findall(r"^\| `(\w+\.\w+)` \| ([^|]+) \|", part, re.MULTILINE)
    return [f"{model}.{name}" for model, names in rows for name in re.findall(r"`(\w+)`", names)]


def test_every_text_field_is_assessed() -> None:
    """A new field that can hold words must be judged in docs/dpia.md before it is let out."""
    whole = text("dpia.md")
    free = listed(whole.partition("## 5.")[2].partition("## 6.")[0])
    technical = listed(whole.partition("## 6.")[2])
    there = {name for app in OURS for m in apps.get_app_config(app).get_models()
             for name in fields_of(m)}  # fmt: skip
    assert sorted(there - {*free, *technical}) == [], "not assessed"
    assert sorted({*free, *technical} - there) == [], "gone from the models"
    assert len(free) + len(technical) == len({*free, *technical})


def test_a_rule_that_the_assessment_names_exists() -> None:
    column = text("dpia.md").partition("## 5.")[2].partition("## 6.")[0]
    named = {key for row in re.findall(r"\| ([^|]+) \|$", column, re.MULTILINE)
             for key in re.findall(r"`([a-z]+)`", row)}  # fmt: skip
    assert named <= {rule.key for rule in RULES}
    assert {"drafts", "notes", "interests", "barriers", "cases", "handovers"} <= named


def test_no_field_could_name_a_participant() -> None:
    """DOMAIN.md: there is no place in the data model where a participant's name could be stored."""
    told = r"participant|attendee_name|member|visitor|deltagare|personnummer|personal_number"
    ours = [model for app in OURS for model in apps.get_app_config(app).get_models()]
    names = [f"{m._meta.label}.{field.name}" for m in ours for field in m._meta.get_fields()]
    assert [name for name in names if re.search(told, name, re.IGNORECASE)] == []
