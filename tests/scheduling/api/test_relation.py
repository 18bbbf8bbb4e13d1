"""The relation, the network, absences and efforts over HTTP: same acts, same permissions."""

from collections.abc import Iterable
from typing import Any

import pytest

from partners.models import ContactLog
from tests.factories import World
from tests.scheduling.api.conftest import UNKNOWN, Caller

pytestmark = [pytest.mark.django_db]


def test_a_channel_from_first_to_last(w: World, sam: Caller) -> None:
    body = {
        "organisation": w.organisation.pk,
        "name": "Mottagningen",
        "kind": "social_services",
        "role_phone": "070-174 06 41",
        "at_desk": True,
        "contact": w.contact.pk,
    }
    made = sam.post("/channels", body, 201)
    assert (made["role_phone"], made["contact"], made["silent"]) == (
        "+46701740641",
        w.contact.pk,
        False,
    )
    path = f"/channels/{made['id']}"
    changed = sam.patch(path, {"reach": "Vardagar 9–12", "contact": None})
    assert (changed["reach"], changed["contact"], changed["name"]) == (
        "Vardagar 9–12", None, "Mottagningen",
    )  # fmt: skip
    logged = {"organisation": w.organisation.pk, "way": "call", "channel": made["id"]}
    entry = sam.post("/contact-log", logged, 201)
    assert sam.get(path)["last_contact"] == entry["at"] == "2026-11-02T09:00:00+01:00"
    assert sam.post(f"{path}/archive")["archived"] is True
    assert sam.get("/channels")["count"] == 0
    assert sam.get("/channels?archived=true")["count"] == 1
    assert sam.post(f"{path}/restore")["archived"] is False


def test_reading_is_for_all_and_writing_for_planners(
    w: World, sam: Caller, robin: Caller, kim: Caller
) -> None:
    body = {"organisation": w.organisation.pk, "name": "Växeln"}
    agreement = {"organisation": w.organisation.pk, "since": "2026-11-01", "we_offer": "Rum"}
    stage = f"/organisations/{w.organisation.pk}/stage"
    for caller in (robin, kim):
        caller.post("/channels", body, 403)
        caller.post("/agreements", agreement, 403)
        caller.post("/efforts", {"what": "Torget", "starts_on": "2026-11-01"}, 403)
        assert caller("PUT", stage, {"stage": "met"}).status_code == 403
        assert caller.get("/channels")["count"] == 0
        assert caller.get(stage)["stage"] is None
    sam.post("/channels", body, 201)
    assert kim.get("/channels")["count"] == 1


def test_the_log_is_undone_by_the_one_who_wrote_it(
    w: World, sam: Caller, robin: Caller, kim: Caller
) -> None:
    body = {"organisation": w.organisation.pk, "way": "corridor", "line": "De kommer."}
    entry = robin.post("/contact-log", body, 201)
    kim.post("/contact-log", body, 403)
    assert kim.get("/contact-log")["items"][0]["line"] is None
    path = f"/contact-log/{entry['id']}"
    assert sam("DELETE", path).status_code == 403
    assert robin("DELETE", path).status_code == 204
    assert not ContactLog.objects.exists()
    assert robin("DELETE", path).status_code == 404


def test_a_personal_identity_number_is_told_by_its_code(w: World, sam: Caller) -> None:
    body = {"organisation": w.organisation.pk, "way": "call", "line": "Om 8" + "11228-9874"}
    answer = sam.post("/contact-log", body, 422)
    assert (answer["code"], list(answer["errors"])) == ("personal_data", ["line"])
    assert "9874" not in str(answer)


def test_a_step_is_agreed_moved_and_done(w: World, sam: Caller, robin: Caller) -> None:
    body = {"organisation": w.organisation.pk, "text": "Skicka tider", "due": "2026-11-03"}
    made = sam.post("/steps", body, 201)
    assert made["owner"] == w.socionom.pk
    robin.post(f"/steps/{made['id']}/done", None, 403)
    assert sam.post(f"/steps/{made['id']}/move", {"due": "2026-11-10"})["due"] == "2026-11-10"
    sam.post(f"/steps/{made['id']}/move", {"due": "2026-11-01"}, 422)
    assert sam.post(f"/steps/{made['id']}/done")["done_at"] == "2026-11-02T09:00:00+01:00"
    assert sam.get("/steps")["count"] == 0
    sam.post(f"/steps/{UNKNOWN}/done", None, 404)


def test_a_stage_follows_events_until_it_is_set_and_again_after(w: World, sam: Caller) -> None:
    path = f"/organisations/{w.organisation.pk}/stage"
    sam.post("/contact-log", {"organisation": w.organisation.pk, "way": "meeting"}, 201)
    assert sam.get(path)["stage"] == "met"
    put = sam("PUT", path, {"stage": "resting", "until": "2026-12-01"}).json()
    assert (put["stage"], put["by_hand"], put["derived"]) == ("resting", True, "met")
    assert sam("DELETE", path).json()["by_hand"] is False


def test_an_agreement_and_its_review(w: World, sam: Caller) -> None:
    body = {"organisation": w.organisation.pk, "since": "2025-10-01", "they_offer": "En ledare"}
    made = sam.post("/agreements", body, 201)
    assert made["review_by"] == "2026-10-01"
    assert sam.patch(f"/agreements/{made['id']}", {"we_offer": "Rum"})["they_offer"] == "En ledare"
    assert sam.post(f"/agreements/{made['id']}/review")["review_by"] == "2027-11-02"
    assert sam.post(f"/agreements/{made['id']}/end")["ended_on"] == "2026-11-02"
    assert sam.get("/agreements")["count"] == 0


def test_an_absence_lends_the_rights_and_takes_them_back(
    w: World, sam: Caller, robin: Caller
) -> None:
    channel = {"organisation": w.organisation.pk, "name": "Växeln"}
    robin.post("/channels", channel, 403)
    body = {
        "stand_in": w.other_host.user_id,
        "first_day": "2026-11-02",
        "last_day": "2026-11-03",
    }
    made = sam.post("/absences", body, 201)
    assert made["visits_without_host"] == []
    robin.post("/channels", channel, 201)
    sam.post("/absences", body, 409)
    robin.post(f"/absences/{made['id']}/end", None, 403)
    assert sam.post(f"/absences/{made['id']}/end")["ended"] is True
    robin.post("/channels", {**channel, "name": "En till"}, 403)


def test_an_effort_outdoors(sam: Caller) -> None:
    body = {"what": "Bokbord", "starts_on": "2026-11-01", "place": "Stortorget", "met_about": 12}
    made = sam.post("/efforts", body, 201)
    assert (made["kind"], made["judgement"], made["met_about"]) == ("one_off", "too_early", 12)
    judged = sam.patch(f"/efforts/{made['id']}", {"judgement": "less_successful", "lesson": "Regn"})
    assert (judged["judgement"], judged["place"]) == ("less_successful", "Stortorget")
    sam.patch(f"/efforts/{made['id']}", {"starts_on": None}, 422)
    sam.patch(f"/efforts/{made['id']}", {"ends_on": "2026-10-01"}, 422)


def test_lists_of_the_quiet_and_the_adrift(w: World, sam: Caller) -> None:
    adrift = sam.get("/relations/without-next-step")["items"]
    assert [(row["alias"], row["rhythm"]) for row in adrift] == [("Tisdagsgruppen", "new")]
    assert sam.get("/relations/quiet")["count"] == 0
    sam.get("/relations/quiet?days=0", 422)


def keys(value: Any) -> Iterable[str]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield name
            yield from keys(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from keys(inner)


@pytest.mark.parametrize(
    "path", ["/channels", "/contact-log", "/relations/quiet", "/relations/without-next-step"]
)
def test_nothing_is_found_or_told_by_a_groups_category(w: World, sam: Caller, path: str) -> None:
    sam.post("/contact-log", {"organisation": w.organisation.pk, "way": "call"}, 201)
    sam.get(f"{path}?category=probation", 422)
    assert "category" not in set(keys(sam.get(path)))


def test_a_takeover_tells_open_steps_but_not_to_the_manager(
    w: World, sam: Caller, kim: Caller
) -> None:
    step = {
        "organisation": w.organisation.pk,
        "group": w.group.pk,
        "text": "Skicka tider",
        "due": "2026-11-03",
    }
    sam.post("/steps", step, 201)
    path = f"/groups/{w.group.pk}/takeover"
    assert sam.get(path)["next_steps"] == [{"text": "Skicka tider", "due": "2026-11-03"}]
    assert kim.get(path)["next_steps"] == []
    assert "category" not in set(keys(sam.get(path)))
