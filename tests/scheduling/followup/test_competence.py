"""Analysis → training → changed way of working, the toolbox, and what the host is told."""

import pytest
from django.test import Client
from django.urls import reverse

from core.errors import Clash, Forbidden, Invalid, PersonalData
from partners.models import Group
from scheduling.followup import competence
from scheduling.followup.competence import GivenAnalysis, GivenTraining, Outcome
from scheduling.models import (
    Allocation,
    Analysis,
    Booking,
    FollowUp,
    ToolCard,
    TrainingSession,
)
from tests.factories import NOW, World, at
from tests.scheduling.api.conftest import Caller, caller
from tests.scheduling.views.conftest import booked, clock, page, w

__all__ = ["clock", "w"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
NUMBER = "8" + "11228-" + "9874"


def training(w: World, **changes: object) -> TrainingSession:
    values = {
        "topic": "Bemötande", "start": at(1, 13), "end": at(1, 14), "room": w.room,
        "hosts": (w.host,), **changes,
    }  # fmt: skip
    return competence.book_training(
        actor=w.socionom,
        now=NOW,
        given=GivenTraining(**values),  # type: ignore[arg-type]
    )


def test_a_session_takes_its_room_and_its_people(w: World) -> None:
    session = training(w)
    assert (session.booking.kind, session.booking.state) == ("training", "confirmed")
    assert session.booking.blocks.exists()
    assert set(Allocation.objects.values_list("resource", flat=True)) == {
        w.room.resource_id, w.host.resource_id,
    }  # fmt: skip
    with pytest.raises(Clash):
        training(w, hosts=(), start=at(1, 13, 30), end=at(1, 15))
    assert Booking.objects.count() == 1
    training(w, start=at(1, 14), end=at(1, 15))
    with pytest.raises(Invalid) as caught:
        training(w, end=at(1, 13))
    assert list(caught.value.fields) == ["end"]


def test_attendance_is_counts_and_their_sum(w: World) -> None:
    session = training(w)
    outcome = Outcome(
        by_staff_group={"librarians": 7, "hosts": 2, "others": 0},
        check_question="Vet du vem du ringer?",
        check_totals={"4": 5, "5": 3},
        changed_way="Två möter alltid gruppen",
    )
    competence.tell_outcome(actor=w.socionom, now=NOW, session=session, outcome=outcome)
    session.refresh_from_db()
    assert (session.attendance, session.by_staff_group) == (9, {"librarians": 7, "hosts": 2})
    assert session.check_totals == {"4": 5, "5": 3}
    for wrong in ({"Kim": 1}, {"hosts": -1}, {"hosts": 501}):
        with pytest.raises(Invalid):
            competence.tell_outcome(
                actor=w.socionom, now=NOW, session=session, outcome=Outcome(by_staff_group=wrong)
            )


def test_only_planners_and_nothing_personal(w: World) -> None:
    given = GivenAnalysis(question="Varför?", basis="Besök")
    with pytest.raises(Forbidden):
        competence.save_analysis(actor=w.other_host.user, now=NOW, given=given)
    with pytest.raises(PersonalData):
        competence.save_analysis(
            actor=w.socionom, now=NOW, given=GivenAnalysis(question=NUMBER, basis="Besök")
        )
    with pytest.raises(PersonalData):
        competence.save_card(
            actor=w.socionom, now=NOW, kind="rules", title="Regler", text=f"Om {NUMBER}"
        )
    assert not Analysis.objects.exists()
    assert not ToolCard.objects.exists()


def test_the_chain_on_its_page(client: Client, w: World) -> None:
    client.force_login(w.socionom)
    listed = page(client, w.socionom, reverse("report_visits"), **{"from": "2026-01-01"},
                  to="2026-12-31", state="held")  # fmt: skip
    link = "?underlag=from%3D2026-01-01%26to%3D2026-12-31%26state%3Dheld"
    assert f'href="{reverse("analysis_new")}{link}"' in listed
    start = reverse("analysis_new") + "?underlag=from%3D2026-01-01%26state%3Dheld"
    assert 'value="from=2026-01-01&amp;state=held"' in page(client, w.socionom, start)
    sent = {"question": "När är det lugnt?", "basis": "Besök i år", "basis_query": "state=held"}
    assert client.post(start, sent).status_code == 303
    analysis = Analysis.objects.get()
    new = {
        "topic": "Lugn miljö", "analysis": analysis.pk, "day": "2026-11-02", "starts": "08:00",
        "end": "09:00", "room": w.room.pk,
    }  # fmt: skip
    assert client.post(reverse("training_new"), new).status_code == 303
    again = client.post(reverse("training_new"), new)
    assert again.status_code == 409
    assert "Lugn miljö" in again.content.decode()
    session = TrainingSession.objects.get()
    told = {"librarians": "6", "4": "6", "check_question": "Hjälpte det?", "changed_way": "Släck"}
    after = reverse("training_outcome", args=[session.pk])
    assert client.post(after, told).status_code == 303
    text = page(client, w.manager, reverse("competence"))
    for words in ("När är det lugnt?", "Lugn miljö", "6 deltog", "Bibliotekarier 6", "Släck"):
        assert words in text
    basis = f"{reverse('report_visits')}?state=held"
    assert f'href="{basis}"' in text
    assert client.get(basis).status_code == 200
    assert "Ny analys" not in text
    assert client.post(reverse("analysis_new"), sent).status_code == 403


def test_the_toolbox_is_one_tap_from_the_hosts_page(client: Client, w: World) -> None:
    client.force_login(w.socionom)
    sent = {"kind": "call", "title": "Vem ringer jag?", "text": "Ring socionomen."}
    assert client.post(reverse("card_new"), sent).status_code == 303
    here = reverse("host_visit", args=[booked(w, host=w.other_host).pk])
    assert f'href="{reverse("toolbox")}"' in page(client, w.other_host.user, here)
    assert "Ring socionomen." in page(client, w.other_host.user, reverse("toolbox"))
    away = reverse("card_put_away", args=[ToolCard.objects.get().pk])
    assert client.post(away).status_code == 403
    client.force_login(w.socionom)
    assert client.post(away).status_code == 303
    assert "Ring socionomen." not in page(client, w.other_host.user, reverse("toolbox"))


def test_the_host_learns_from_groups_of_the_same_kind_without_its_name(
    client: Client, w: World
) -> None:
    Group.objects.update(category="probation")
    for number, category in enumerate(["probation"] * 4 + ["homelessness"]):
        other = Group.objects.create(
            organisation=w.organisation, alias=f"Grupp {number}", created_at=NOW, category=category
        )
        then = booked(w, groups=(other,), start=at(2 + number, 10), end=at(2 + number, 11))
        FollowUp.objects.create(
            booking=then, author=w.socionom, at=NOW, attendance=4, judgement="success",
            worked=[f"Chip {number}"], note="Rad om den andra gruppen",
        )  # fmt: skip
    here = reverse("host_visit", args=[booked(w, host=w.other_host).pk])
    text = page(client, w.other_host.user, here)
    assert [f"Chip {n}" in text for n in range(5)] == [False, True, True, True, False]
    for hidden in ("Grupp 3", "Rad om den andra", "probation", "frivård", "Frivård"):
        assert hidden not in text
    assert "Chip 3" not in page(client, w.manager, here)


def test_the_chain_over_http(w: World) -> None:
    sam: Caller = caller(w.socionom)
    kim: Caller = caller(w.manager)
    body = {"question": "Varför?", "basis": "Besök", "basis_query": "state=held"}
    made = sam.post("/analyses", body, 201)
    kim.post("/analyses", body, 403)
    session = {
        "topic": "Pass", "start": "2026-12-01T13:00", "end": "2026-12-01T14:00",
        "analysis": made["id"], "room": w.room.pk,
    }  # fmt: skip
    booked_one = sam.post("/trainings", session, 201)
    sam.post("/trainings", session, 409)
    path = f"/trainings/{booked_one['id']}/outcome"
    told = sam("PUT", path, {"by_staff_group": {"hosts": 3}}).json()
    assert told["attendance"] == 3
    assert sam("PUT", path, {"by_staff_group": {"Kim": 3}}).status_code == 422
    card = {"kind": "rules", "title": "Kort", "text": "Var vänlig"}
    one = sam.post("/cards", card, 201)
    kim.post("/cards", card, 403)
    assert kim.get("/cards")["count"] == kim.get("/analyses")["count"] == 1
    assert sam("DELETE", f"/cards/{one['id']}").status_code == 204
    assert kim.get("/cards")["count"] == 0
