"""The stage follows from what happened: exact words, edges, and an invariant."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partners.models import Stage
from scheduling.insight.rhythm import Rhythm
from scheduling.insight.stages import ByHand, Facts, derive, standing

TODAY = date(2026, 11, 2)


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


@pytest.mark.parametrize(
    ("facts", "stage", "reason"),
    [
        (Facts(), None, "Ingen kontakt är antecknad än."),
        (
            Facts(last_contact=ago(3)),
            Stage.CONTACTED,
            "Ni hördes fre 30 okt, men har inte setts.",
        ),
        (
            Facts(last_contact=ago(3), last_meeting=ago(10)),
            Stage.MET,
            "Ni sågs fre 23 okt. Inget besök är bokat.",
        ),
        (
            Facts(last_contact=ago(3), next_visit=TODAY + timedelta(days=8)),
            Stage.UNDER_WAY,
            "Nästa besök är bokat till tis 10 nov.",
        ),
        (
            Facts(last_contact=ago(122), last_visit=ago(122)),
            Stage.UNDER_WAY,
            "Senaste besöket var fre 3 jul. Inget nästa är bokat.",
        ),
        (
            Facts(last_contact=ago(123), last_visit=ago(123)),
            Stage.RESTING,
            "Inget har hänt på mer än fyra månader, senast tor 2 jul.",
        ),
        (
            Facts(last_contact=ago(1), last_visit=ago(400)),
            Stage.MET,
            "Ni sågs sön 28 sep 2025. Inget besök är bokat.",
        ),
        (
            Facts(last_contact=ago(400), rhythms=(("Tisdagsgruppen", Rhythm.ESTABLISHED),)),
            Stage.ESTABLISHED,
            "Tisdagsgruppen kommer regelbundet och nästa är bokat.",
        ),
    ],
)
def test_each_stage_with_its_reason(facts: Facts, stage: Stage | None, reason: str) -> None:
    assert derive(facts, TODAY) == (stage, reason)


def test_several_groups_are_named_in_one_sentence() -> None:
    facts = Facts(rhythms=tuple((alias, Rhythm.ESTABLISHED) for alias in ("Nya vänner", "Spår 1A")))
    assert derive(facts, TODAY)[1] == (
        "Nya vänner och Spår 1A kommer regelbundet och nästa är bokat."
    )


def test_what_is_set_by_hand_counts_through_its_last_day() -> None:
    facts, hand = Facts(last_contact=ago(1)), ByHand(Stage.RESTING, TODAY)
    today, after = (standing(facts, TODAY + timedelta(days=n), hand) for n in range(2))
    assert (today.stage, today.by_hand, today.derived) == (Stage.RESTING, True, Stage.CONTACTED)
    assert today.reason == "Satt för hand, till och med mån 2 nov."
    assert (after.stage, after.by_hand) == (Stage.CONTACTED, False)
    assert standing(facts, TODAY, ByHand(Stage.MET)).reason == "Satt för hand."


days = st.none() | st.integers(0, 900).map(ago)


@given(days, days, days, st.none() | st.integers(1, 400))
def test_more_contact_never_makes_a_relation_rest(
    contact: date | None, meeting: date | None, visit: date | None, ahead: int | None
) -> None:
    following = None if ahead is None else TODAY + timedelta(days=ahead)
    before, _why = derive(Facts(contact, meeting, visit, following), TODAY)
    after, _why = derive(Facts(TODAY, meeting, visit, following), TODAY)
    assert after is not None
    assert after is not Stage.RESTING
    if before not in {None, Stage.RESTING}:
        assert after == before
