"""What the documents promise is what the program does."""

import re
from pathlib import Path

from scheduling.followup.retention import RULES

DOCS = Path(__file__).parents[3] / "docs"


def test_every_rule_stands_in_the_erasure_plan_with_its_days() -> None:
    text = (DOCS / "gallring.md").read_text(encoding="utf-8")
    told = re.findall(r"^\| `(\w+)` \| [^|]+ \| (\d+) \|", text, re.MULTILINE)
    assert [(key, int(days)) for key, days in told] == [(rule.key, rule.days) for rule in RULES]
