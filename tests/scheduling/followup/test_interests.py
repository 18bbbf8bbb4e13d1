"""Interests from fångat to program, efforts to their close, and what worked (J12)."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from core.errors import Forbidden, Invalid, PersonalData
from core.models import AuditEvent
from partners.models import GroupCategory
from scheduling.followup import efforts, interests
from scheduling.followup.interests import Caught
from scheduling.insight import queries
from scheduling.insight.rows import Period
from scheduling.models import Booking, Effort, FollowUp, Interest, InterestSignal, SignalSource
from scheduling.states import Judgement
from tests.factories import NOW, World, at, day, days
from tests.scheduling.views.conftest import booked, clock, page, w

__all__ = ["clock", "w"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
TODAY = timezone.localdate(NOW)
NUMBER = "8" + "11228-" + "9874"


def catch(w: World, name: str = "Film", **more: object) -> InterestSignal:
    return interests.catch(actor=w.socionom, now=NOW, given=Caught(name=name, **more))  # type: ignore[arg-type]


def test_one_interest_whatever_its_case_and_no_words_in_the_log(w: World) -> None:
    catch(w, "Öppna böcker", line="Kvällstid", group=w.group, category="homelessness")
    signal = catch(w, " ÖPPNA  böcker", category="homelessness")
    assert Interest.objects.get().name == "Öppna böcker"
    first = InterestSignal.objects.order_by("pk")[0]
    # A certain group says its own kind; it is not said twice.
    assert (first.group, first.category, first.line) == (w.group, "", "Kvällstid")
    assert (signal.category, signal.on, signal.source) == ("homelessness", TODAY, "desk")
    assert "Kvällstid" not in str(AuditEvent.objects.latest("pk").data)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 61}, "name"),
        ({"line": "x" * 121}, "line"),
        ({"source": SignalSource.VISIT}, "source"),
        ({"category": "nonsense"}, "category"),
        ({"on": TODAY + timedelta(days=1)}, "on"),
    ],
)
def test_what_must_be_mended_names_its_field(
    w: World, changes: dict[str, object], field: str
) -> None:
    with pytest.raises(Invalid) as caught:
        catch(w, **changes)  # type: ignore[arg-type]
    assert list(caught.value.fields) == [field]
    assert not InterestSignal.objects.exists()


@pytest.mark.parametrize("field", ["name", "line"])
def test_no_personal_identity_number(w: World, field: str) -> None:
    with pytest.raises(PersonalData):
        catch(w, **{"name": "Film", field: NUMBER})  # type: ignore[arg-type]
    assert not Interest.objects.exists()


def test_a_host_catches_but_names_no_kind_of_group(w: World) -> None:
    member = w.other_host.user
    interests.catch(actor=member, now=NOW, given=Caught(name="Film"))
    given = Caught(name="Film", category=GroupCategory.PROBATION.value)
    with pytest.raises(Forbidden):
        interests.catch(actor=member, now=NOW, given=given)
    with pytest.raises(Forbidden):
        interests.catch(actor=w.manager, now=NOW, given=Caught(name="Film"))
    assert InterestSignal.objects.count() == 1


def test_the_stage_follows_events_unless_set_by_hand(w: World) -> None:
    film = catch(w).interest

    def stage() -> str:
        return interests.stages([Interest.objects.get(pk=film.pk)])[film.pk]

    def by_hand(value: str, programme: object = None) -> None:
        interests.set_stage(
            actor=w.socionom,
            now=NOW,
            interest=film,
            stage=value,
            programme=programme,  # type: ignore[arg-type]
        )

    assert stage() == "caught"
    given = efforts.Given(what="Filmkväll", starts_on=TODAY, interests=(film,))
    efforts.save(actor=w.socionom, now=NOW, given=given)
    assert stage() == "tried"
    by_hand("", w.programme)
    assert stage() == "programme"
    by_hand("caught", w.programme)
    assert stage() == "caught"
    with pytest.raises(Invalid):
        by_hand("nonsense")


def test_j12_seen_three_times_tried_and_closed(client: Client, w: World) -> None:
    client.force_login(w.socionom)
    for _time in range(3):
        sent = {"tapped": "Film", "source": "desk", "next": reverse("efforts")}
        assert client.post(reverse("interest_catch"), sent).status_code == 303
    film = Interest.objects.get()
    start = f"{reverse('effort_new')}?interest={film.pk}"
    for where in ("/", reverse("efforts"), reverse("interest", args=[film.pk])):
        assert f'href="{start}"' in page(client, w.socionom, where)
    form = page(client, w.socionom, start)
    assert 'value="Prova Film"' in form
    # Click two: what is prefilled is enough.
    sent = {
        "what": "Prova Film", "kind": "trial", "starts_on": "2026-11-02",
        "judgement": "too_early", "interests": [film.pk], "decision": "", "cost": "400",
    }  # fmt: skip
    assert client.post(start, sent).status_code == 303
    effort = Effort.objects.get()
    assert (list(effort.interests.all()), effort.cost) == ([film], 400)
    assert f'href="{start}"' not in page(client, w.socionom, "/")
    close = reverse("effort_close", args=[effort.pk])
    assert close in page(client, w.socionom, reverse("efforts"))
    told = {"judgement": "less_successful", "lesson": "", "decision": "end"}
    refused = client.post(close, told)
    assert refused.status_code == 422
    assert "Skriv vad ni lärde er." in refused.content.decode()
    assert client.post(close, told | {"lesson": "Fel tid."}).status_code == 303
    effort.refresh_from_db()
    assert (effort.decision, effort.ends_on, effort.cost) == ("end", TODAY, 400)
    assert list(effort.interests.all()) == [film]
    worked = page(client, w.socionom, reverse("what_worked"))
    assert "Fel tid." in worked
    assert "Mindre lyckat 1" in worked


def test_a_refused_line_comes_back_as_it_was_typed(client: Client, w: World) -> None:
    client.force_login(w.socionom)
    sent = {"name": "Film", "line": f"Om {NUMBER}", "source": "desk", "group": w.group.pk}
    answer = client.post(reverse("interest_catch"), sent)
    text = answer.content.decode()
    assert answer.status_code == 422
    assert f'value="Om {NUMBER}"' in text
    assert f'value="{w.group.pk}"' in text
    assert not InterestSignal.objects.exists()


def test_what_has_waited_60_days_stands_on_i_dag(client: Client, w: World) -> None:
    signal = catch(w)
    sentence = "har väntat i mer än 60 dagar. Inget är planerat."
    for waited, there in ((60, False), (61, True)):
        InterestSignal.objects.filter(pk=signal.pk).update(on=TODAY - timedelta(days=waited))
        assert (sentence in page(client, w.socionom, "/")) is there
    interests.set_stage(
        actor=w.socionom, now=NOW, interest=signal.interest, stage="", programme=w.programme
    )
    assert sentence not in page(client, w.socionom, "/")


def test_the_group_page_catches_for_the_group(client: Client, w: World) -> None:
    here = reverse("group", args=[w.group.pk])
    assert "Fånga ett intresse" in page(client, w.socionom, here)
    sent = {"name": "Film", "source": "meeting", "group": w.group.pk, "next": here}
    assert client.post(reverse("interest_catch"), sent)["Location"] == here
    assert InterestSignal.objects.get().group == w.group
    assert "Fånga ett intresse" not in page(client, w.manager, here)


def test_what_worked_counts_each_step(w: World) -> None:
    other = booked(w, start=at(2, 10), end=at(2, 11))
    third = booked(w, start=at(3, 10), end=at(3, 11))
    visits = [booked(w), other, third]
    for number, booking in enumerate(visits[:2]):
        Booking.objects.filter(pk=booking.pk).update(state="held")
        FollowUp.objects.create(
            booking=booking, author=w.socionom, at=NOW, attendance=4,
            judgement=["success", "less_successful"][number],
        )  # fmt: skip
    Booking.objects.filter(pk=third.pk).update(state="cancelled_by_us")
    given = efforts.Given(what="Torget", starts_on=day(1), bookings=(visits[0], third))
    efforts.save(actor=w.socionom, now=NOW, given=given)
    kinds, (line,) = queries.what_worked(Period(day(1), day(31)))
    assert (line.offered, line.accepted, line.held, line.repeated) == (3, 2, 2, 1)
    assert line.judged[Judgement.SUCCESS] == line.judged[Judgement.LESS_SUCCESSFUL] == 1
    assert line.stopped == [("cancelled_by_us", 1)]
    single = next(kind for kind in kinds if kind.kind == "one_off")
    assert (single.efforts, single.visits.offered, single.visits.held) == (1, 2, 1)
    assert queries.what_worked(Period(day(4), day(5)))[1] == []


def test_an_effort_that_is_still_to_begin_ends_on_its_first_day(w: World) -> None:
    given = efforts.Given(
        what="Torget", starts_on=TODAY + days(5), decision="end", lesson="Det regnar då."
    )
    assert efforts.save(actor=w.socionom, now=NOW, given=given).ends_on == TODAY + days(5)
