"""Grupp: rhythm in words, history with judgements, and what only some may see."""

from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.models import User
from scheduling.insight.rhythm import Rhythm, standing
from scheduling.models import Booking, FollowUp, Interest, InterestSignal
from tests.factories import NOW, World, at, day, days
from tests.scheduling.views.conftest import booked, page

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
TODAY = date(2026, 11, 2)


def here(w: World) -> str:
    return reverse("group", args=[w.group.pk])


def held(w: World, days_ago: int, judgement: str = "success", **extra: object) -> FollowUp:
    booking = booked(w, start=at(1 + days_ago % 25, 10), end=at(1 + days_ago % 25, 11))
    start = NOW - days(days_ago)
    Booking.objects.filter(pk=booking.pk).update(state="held", start=start, end=start + days(1))
    booking.allocations.all().delete()
    return FollowUp.objects.create(
        booking=booking,
        author=w.socionom,
        at=NOW,
        attendance=5,
        judgement=judgement,
        **extra,
    )


@pytest.mark.parametrize(
    ("came", "following", "rhythm", "words"),
    [
        ([], None, Rhythm.NEW, "Inget besök har blivit av än."),
        ([], day(1), Rhythm.NEW, "Inget besök har blivit av än."),
        ([10], None, Rhythm.UNDER_WAY, "men inget nästa är bokat."),
        ([10, 20], day(1), Rhythm.UNDER_WAY, "Etablerad från tre."),
        ([10, 20, 30], None, Rhythm.UNDER_WAY, "3 besök på tolv månader, men"),
        ([10, 20, 30], day(1), Rhythm.ESTABLISHED, "3 besök på tolv månader och nästa är bokat."),
        ([10, 20, 400], day(1), Rhythm.UNDER_WAY, "2 besök"),
        ([122], None, Rhythm.UNDER_WAY, "men inget"),
        ([123], None, Rhythm.RESTING, "mer än fyra månader sedan."),
        ([123], day(1), Rhythm.UNDER_WAY, "nästa är bokat"),
    ],
)
def test_rhythm(came: list[int], following: date | None, rhythm: Rhythm, words: str) -> None:
    found = standing([TODAY - days(ago) for ago in came], following, TODAY)
    assert found.rhythm is rhythm
    assert words in found.reason


def test_a_new_group(client: Client, w: World) -> None:
    text = page(client, w.socionom, here(w))
    assert "Inget besök har blivit av än." in text
    assert "Gruppen har inte varit här än." in text
    assert f"{reverse('book')}?group={w.group.pk}" in text
    assert "7–10 personer" in text
    assert "Inget fångat än." in text


def test_history_with_judgements_interests_and_the_next_visit(client: Client, w: World) -> None:
    held(w, 40, "less_successful")
    note = held(w, 10)
    InterestSignal.objects.create(
        interest=Interest.objects.create(name="Släktforskning"),
        group=w.group,
        follow_up=note,
        source="visit",
        on=day(1, 11),
    )
    booked(w, start=at(8, 10), end=at(8, 11))
    text = page(client, w.socionom, here(w))
    assert "Mindre lyckat" in text
    assert "Släktforskning" in text
    assert "Tis 8 dec kl. 10.00–11.00" in text
    assert "2 besök på tolv månader och nästa är bokat." in text


def test_a_corrected_note_counts_once(client: Client, w: World) -> None:
    note = held(w, 10, "partial", version=1, current=False)
    FollowUp.objects.create(
        booking=note.booking,
        version=2,
        author=w.socionom,
        at=NOW,
        attendance=5,
        judgement="success",
    )
    text = page(client, w.socionom, here(w))
    assert "Lyckat" in text
    assert "Delvis" not in text


def test_the_category_is_for_planners(client: Client, w: World) -> None:
    w.group.category = "probation"
    w.group.save()
    assert "Frivård" in page(client, w.socionom, here(w))
    for other in (w.manager, w.other_host.user):
        text = page(client, other, here(w))
        assert "Frivård" not in text
        assert "Boka igen" not in text
        assert reverse("partners:group_edit", args=[w.group.pk]) not in text


def test_protected_details_are_for_planners(client: Client, w: World) -> None:
    w.contact.protected, w.contact.phone = True, "+46701740612"
    w.contact.save()
    assert "070-174 06 12" in page(client, w.socionom, here(w))
    text = page(client, w.other_host.user, here(w))
    assert "070-174 06 12" not in text
    assert "lo@vagval.example" not in text
    assert "Skyddade uppgifter." in text


def next_step_in(client: Client, w: World, reader: User) -> bool:
    return "Prata om lånekort" in page(client, reader, here(w))


def test_an_agreed_step_is_no_reading_for_the_manager(client: Client, w: World) -> None:
    held(w, 10, next_step="Prata om lånekort", next_step_due=day(5, 11))
    assert next_step_in(client, w, w.socionom)
    assert next_step_in(client, w, w.other_host.user)
    assert not next_step_in(client, w, w.manager)


def test_no_such_group(client: Client, w: World) -> None:
    client.force_login(w.socionom)
    assert client.get(reverse("group", args=[9999])).status_code == 404


def test_the_number_of_queries_does_not_grow(client: Client, w: World) -> None:
    def count() -> int:
        client.force_login(w.socionom)
        with CaptureQueriesContext(connection) as captured:
            client.get(here(w))
        return len(captured)

    held(w, 10)
    booked(w)
    one = count()
    held(w, 11)
    held(w, 12)
    booked(w, start=at(28, 10), end=at(28, 11))
    assert count() == one <= 30
