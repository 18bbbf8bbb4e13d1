"""The tally and Tyck till: totals only, none under five, nothing by differences."""

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from hypothesis import given as examples
from hypothesis import strategies as st

from core.errors import Forbidden, Invalid, Missing
from core.models import AuditEvent
from scheduling.followup import counting
from scheduling.models import Barrier, Booking, DayPart, EncounterTally, Opinion, Statement, Theme
from tests.factories import NOW, World, at, day
from tests.scheduling.views.conftest import booked, clock, page, w

__all__ = ["clock", "w"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
DURING, AFTER = at(1, 11), at(2, 12)


def give(booking: Booking, *faces: int) -> None:
    for face in faces:
        counting.give_opinion(booking=booking, now=DURING, faces={"new": face})


@pytest.mark.parametrize(
    ("hour", "part"),
    [(8, "morning"), (11, "morning"), (12, "afternoon"), (16, "afternoon"), (17, "evening")],
)
def test_the_part_of_the_day_in_stockholm(hour: int, part: str) -> None:
    assert counting.part_of(at(1, hour, 59)) == part


def test_one_press_counts_one_and_leaves_no_trace_of_when(w: World) -> None:
    before = AuditEvent.objects.count()
    host = w.other_host.user
    assert counting.count_talk(actor=host, now=NOW, theme="digital") == 1
    assert counting.count_talk(actor=w.socionom, now=NOW, theme="digital") == 2
    assert counting.count_talk(actor=host, now=NOW, theme="digital", undo=True) == 1
    assert counting.count_talk(actor=host, now=NOW, theme="talk", undo=True) == 0
    assert AuditEvent.objects.count() == before
    assert EncounterTally.objects.count() == 2
    counts = counting.talks(NOW.date(), NOW.date())
    assert counts[Theme.DIGITAL, DayPart.MORNING] == 1
    assert sum(counts.values()) == 1
    assert len(counts) == len(Theme) * len(DayPart)
    with pytest.raises(Invalid):
        counting.count_talk(actor=host, now=NOW, theme="Kim")
    with pytest.raises(Forbidden):
        counting.count_talk(actor=w.manager, now=NOW, theme="talk")


def test_the_tally_page(client: Client, w: World) -> None:
    client.force_login(w.other_host.user)
    assert client.post(reverse("tally"), {"theme": "reading"}).status_code == 303
    text = page(client, w.other_host.user, reverse("tally"))
    assert "<strong>Läsning</strong> 1" in text
    assert "+1" not in page(client, w.manager, reverse("tally"))


def test_four_answers_are_never_shown_and_five_are_once_it_is_over(w: World) -> None:
    booking = booked(w)
    give(booking, 5, 5, 5, 1)
    assert counting.opinions_of(booking, DURING) is None
    assert counting.opinions_of(booking, AFTER)[0].faces is None  # type: ignore[index]
    give(booking, 4)
    assert counting.opinions_of(booking, DURING) is None
    first, *rest = counting.opinions_of(booking, AFTER) or []
    assert (first.statement, first.faces) == (Statement.NEW, (1, 0, 0, 1, 3))
    assert [row.faces for row in rest] == [None] * 3


def test_a_visit_that_is_hidden_is_in_no_total(w: World) -> None:
    shown, hidden = booked(w), booked(w, start=at(1, 13), end=at(1, 14))
    give(shown, 5, 5, 5, 5, 5)
    for _time in range(4):
        counting.give_opinion(booking=hidden, now=at(1, 13), faces={"new": 1})
    both = counting.opinions_between(at(1, 0), at(2, 0), at(3, 0))
    alone = counting.opinions_between(at(1, 0), at(1, 12), at(3, 0))
    assert both == alone
    assert both[0].faces == (0, 0, 0, 0, 5)
    assert counting.opinions_between(at(1, 12), at(2, 0), at(3, 0))[0].faces is None


@examples(numbers=st.lists(st.integers(0, 12), min_size=5, max_size=5))
def test_no_total_under_five_is_shown(numbers: list[int]) -> None:
    (first, *_rest) = counting._totals({"new": numbers})
    assert first.faces == (tuple(numbers) if sum(numbers) >= 5 else None)


def test_the_tablet_needs_no_account_and_sets_no_cookie(w: World) -> None:
    booking = booked(w)
    tablet = reverse("opinion_tablet", args=[counting.opinion_token(booking)])
    anybody = Client(enforce_csrf_checks=True)
    assert anybody.get(tablet).status_code == 404
    with time_machine.travel(DURING, tick=False):
        form = anybody.get(tablet)
        assert form.status_code == 200
        assert w.group.alias not in form.content.decode()
        assert anybody.post(tablet, {}).status_code == 422
        assert anybody.post(tablet, {"new": "6"}).status_code == 422
        sent = anybody.post(tablet, {"new": "5", "safer": "4"})
        assert sent.status_code == 303
        assert not anybody.cookies
        assert "Tack för ditt svar." in anybody.get(sent["Location"]).content.decode()
        assert anybody.get(tablet[:-1] + ("a" if tablet[-1] != "a" else "b")).status_code == 404
    assert set(Opinion.objects.values_list("statement", "face", "count")) == {
        ("new", 5, 1), ("safer", 4, 1),
    }  # fmt: skip
    with time_machine.travel(AFTER, tick=False):
        assert anybody.post(tablet, {"new": "5"}).status_code == 404
    with pytest.raises(Missing):
        counting.visit_of("1", DURING)


def test_paper_slips_are_added_and_taken_back(client: Client, w: World) -> None:
    booking = booked(w)
    here = reverse("opinions", args=[booking.pk])
    assert "Räkna lappar" not in page(client, w.socionom, here)
    with time_machine.travel(AFTER, tick=False):
        client.force_login(w.socionom)
        assert client.post(here, {"new_5": "4", "new_1": "2"}).status_code == 303
        assert "Färre än fem svar visas inte." in page(client, w.socionom, here)
        bad = client.post(here, {"new_5": "-1", "new_4": "3"})
        assert bad.status_code == 422
        assert 'value="3"' in bad.content.decode()
        first, *_rest = counting.opinions_of(booking, AFTER) or []
        assert first.faces == (2, 0, 0, 0, 4)
        assert client.post(reverse("opinions_start_over", args=[booking.pk])).status_code == 303
    assert not Opinion.objects.exists()
    client.force_login(w.other_host.user)
    assert client.get(here).status_code == 403


def test_a_day_without_talks_has_only_zeros() -> None:
    assert set(counting.talks(day(1), day(2)).values()) == {0}


def test_the_report_tells_of_barriers_talks_and_opinions(client: Client, w: World) -> None:
    booking = booked(w)
    give(booking, 5, 4, 3, 1, 5)
    Barrier.objects.create(kind="debt", what="Skuld", on=day(1), solved_on=day(3))
    Barrier.objects.create(kind="debt", what="Skuld", on=day(2), solved_on=day(9))
    Barrier.objects.create(kind="fear", what="Före", on=day(30, 11))
    EncounterTally.objects.create(on=day(1), part="evening", theme="talk", count=7)
    address = reverse("report")
    with time_machine.travel(at(31, 12), tick=False):
        text = page(client, w.manager, address, **{"from": "2026-12-01"}, to="2026-12-08")
    assert "Skuld: 2 noterade, 1 lösta" in text
    assert "Rädsla för tillsägelse" not in text
    assert "7 samtal" in text
    assert "3 av 5 svarade ganska eller ja." in text
