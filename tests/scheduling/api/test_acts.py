"""What can be done with a visit, and what is refused."""

from typing import Any

import pytest

from core.models import AuditEvent
from partners.models import Contact, Group
from scheduling.booking import services
from scheduling.models import Booking, Message, Proposal
from scheduling.outbox import deliver
from tests.factories import NOW, World, at, days
from tests.scheduling.api.conftest import UNKNOWN, Caller

LATER = "2026-12-03T13:00:00+01:00"


def test_move_keeps_the_length_and_takes_the_room(w: World, sam: Caller, visit: Booking) -> None:
    body = sam.post(
        f"/visits/{visit.pk}/move",
        {"start": LATER, "room": w.other_room.pk, "version": 1, "room_reason": "Kortare"},
    )
    assert (body["start"], body["end"]) == (LATER, "2026-12-03T14:15:00+01:00")
    assert (body["room"]["id"], body["state"], body["version"]) == (w.other_room.pk, "offered", 2)


@pytest.mark.parametrize(
    ("given", "status", "field"),
    [
        ({"start": LATER, "version": 9}, 409, None),
        ({"start": "2026-10-01T10:00"}, 422, "start"),
        ({"start": "2027-03-28T02:30"}, 422, "start"),
        ({"start": LATER, "end": "2026-12-03T12:00:00+01:00"}, 422, "end"),
        ({"start": LATER, "room": UNKNOWN}, 422, "room"),
        ({"start": LATER, "host": 1}, 422, "host"),
        ({}, 422, "start"),
    ],
)
def test_a_move_that_cannot_be_made(
    w: World, sam: Caller, visit: Booking, given: dict[str, Any], status: int, field: str | None
) -> None:
    body = sam.post(f"/visits/{visit.pk}/move", given, status)
    assert field is None or field in body["errors"]
    visit.refresh_from_db()
    assert visit.start == at(1, 10)


def test_a_move_into_another_visit_is_a_clash(w: World, sam: Caller, visit: Booking) -> None:
    services.book(actor=w.socionom, now=NOW, plan=w.plan(start=at(3, 13), end=at(3, 14)))
    body = sam.post(f"/visits/{visit.pk}/move", {"start": LATER}, 409)
    assert (body["code"], len(body["clashes"])) == ("clash", 3)


@pytest.mark.parametrize(
    ("by", "state"), [("us", "cancelled_by_us"), ("partner", "cancelled_by_partner")]
)
def test_cancel(w: World, sam: Caller, visit: Booking, by: str, state: str) -> None:
    body = sam.post(f"/visits/{visit.pk}/cancel", {"by": by, "reason": "Värden är sjuk"})
    assert (body["state"], body["cancel_reason"], body["warnings"]) == (state, "Värden är sjuk", [])
    again = sam.post(f"/visits/{visit.pk}/cancel", {"by": by}, 409)
    assert again["code"] == "illegal_transition"


@pytest.mark.parametrize(
    "given",
    [{}, {"by": "them"}, {"by": "us", "reason": "850709-9805"}, {"by": "us", "reason": "x" * 301}],
)
def test_a_cancel_that_cannot_be_made(
    w: World, sam: Caller, visit: Booking, given: dict[str, Any]
) -> None:
    sam.post(f"/visits/{visit.pk}/cancel", given, 422)
    visit.refresh_from_db()
    assert visit.state == "offered"


def test_confirm_and_send(w: World, sam: Caller, visit: Booking) -> None:
    assert sam.post(f"/visits/{visit.pk}/confirm", {"version": 1})["state"] == "confirmed"
    sam.post(f"/visits/{visit.pk}/confirm", {"version": 1}, 409)
    assert sam.post(f"/visits/{visit.pk}/send", None, 409)["code"] == "illegal_transition"
    sam.post(f"/visits/{visit.pk}/confirm", {"versoin": 1}, 422)


def test_undo_while_the_mail_waits(w: World, sam: Caller, settings: Any) -> None:
    settings.OUTBOX_HOLD_SECONDS = 30
    booking = services.book(actor=w.socionom, now=NOW, plan=w.plan())
    assert sam.get(f"/visits/{booking.pk}")["undo_seconds"] == 30
    body = sam.post(f"/visits/{booking.pk}/undo")
    assert (body["state"], body["undo_seconds"]) == ("draft", 0)


def test_undo_after_the_mail_left_is_refused(w: World, sam: Caller, visit: Booking) -> None:
    sam.post(f"/visits/{visit.pk}/undo", None, 409)


@pytest.mark.parametrize(
    ("given", "answer", "state"),
    [
        ({"answer": "accepted"}, "accepted", "confirmed"),
        ({"state": "accepted"}, "accepted", "confirmed"),
        ({"answer": "yes"}, "accepted", "confirmed"),
        ({"answer": "no"}, "declined", "declined"),
        ({"answer": "tentative"}, "tentative", "offered"),
        ({"answer": "countered", "proposals": ["Gärna på onsdag"]}, "countered", "offered"),
    ],
)
def test_answer(
    w: World, sam: Caller, visit: Booking, given: dict[str, Any], answer: str, state: str
) -> None:
    body = sam.post(f"/visits/{visit.pk}/answer", given)
    (invitation,) = body["invitations"]
    assert (body["state"], invitation["state"], invitation["channel"]) == (state, answer, "phone")
    assert AuditEvent.objects.latest("pk").actor == w.socionom


def test_an_answer_with_all_there_is(w: World, sam: Caller, visit: Booking) -> None:
    body = sam.post(
        f"/visits/{visit.pk}/answer",
        {
            "answer": "countered",
            "channel": "sms",
            "contact": w.contact.pk,
            "size_band": "11-15",
            "comment": "Hellre senare",
            "proposals": [{"start": LATER}, "2026-12-04T13:00", {"text": "helst tidigt"}],
        },
    )
    (invitation,) = body["invitations"]
    assert (invitation["size_band"], invitation["comment"]) == ("11-15", "Hellre senare")
    starts = [wish["start"] for wish in invitation["proposals"]]
    assert starts == [LATER, "2026-12-04T13:00:00+01:00", None]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({}, "answer"),
        ({"answer": "perhaps"}, "answer"),
        ({"answer": "yes", "state": "declined"}, "state"),
        ({"answer": "yes", "invitation": UNKNOWN}, "invitation"),
        ({"answer": "yes", "contact": UNKNOWN}, "contact"),
        ({"answer": "yes", "channel": "pigeon"}, "channel"),
        ({"answer": "yes", "size_band": "many"}, "size_band"),
        ({"answer": "yes", "comment": "850709-9805"}, "comment"),
        ({"answer": "countered"}, "proposals"),
        ({"answer": "countered", "proposals": ["2027-03-28T02:30"]}, "proposals"),
        ({"answer": "countered", "proposals": ["2026-10-01T10:00"]}, "proposals"),
        ({"answer": "countered", "proposals": [{"end": LATER}]}, "proposals"),
        ({"answer": "countered", "proposals": ["a", "b", "c", "d"]}, "proposals"),
        ({"answer": "countered", "proposals": ["850709-9805"]}, "proposals"),
    ],
)
def test_an_answer_that_cannot_be_taken(
    w: World, sam: Caller, visit: Booking, given: dict[str, Any], field: str
) -> None:
    assert field in sam.post(f"/visits/{visit.pk}/answer", given, 422)["errors"]
    assert not AuditEvent.objects.filter(verb__startswith="invitation.").exists()


def test_with_two_contacts_one_must_be_named(w: World, sam: Caller) -> None:
    second = Contact.objects.create(
        organisation=w.organisation, name="Mo Ek", email="mo@vagval.example", created_at=NOW
    )
    plan = w.plan(contacts=(w.contact, second))
    booking = services.book(actor=w.socionom, now=NOW, plan=plan)
    body = sam.post(f"/visits/{booking.pk}/answer", {"answer": "yes"}, 422)
    assert [choice["name"] for choice in body["choices"]] == ["Lo Berg", "Mo Ek"]
    assert "Mo Ek" in body["errors"]["invitation"]
    chosen = {"answer": "yes", "invitation": body["choices"][1]["invitation"]}
    answered = sam.post(f"/visits/{booking.pk}/answer", chosen)
    assert [row["state"] for row in answered["invitations"]] == ["pending", "accepted"]
    sam.post(f"/visits/{booking.pk}/answer", {**chosen, "contact": w.contact.pk}, 422)


def countered(sam: Caller, visit: Booking, *wishes: str) -> list[int]:
    given = {"answer": "countered", "proposals": list(wishes)}
    (invitation,) = sam.post(f"/visits/{visit.pk}/answer", given)["invitations"]
    return [wish["id"] for wish in invitation["proposals"]]


def test_accept_a_proposal_moves_the_visit(w: World, sam: Caller, visit: Booking) -> None:
    first, _second = countered(sam, visit, LATER, "eller fredag")
    body = sam.post(f"/visits/{visit.pk}/proposals/{first}/accept")
    assert body["start"] == LATER
    sam.post(f"/visits/{visit.pk}/proposals/{first}/accept", None, 409)


def test_a_proposal_in_words_cannot_be_accepted(w: World, sam: Caller, visit: Booking) -> None:
    (words,) = countered(sam, visit, "fredag")
    sam.post(f"/visits/{visit.pk}/proposals/{words}/accept", None, 422)


def test_decline_a_proposal_once(w: World, sam: Caller, visit: Booking) -> None:
    (wish,) = countered(sam, visit, LATER)
    body = sam.post(f"/visits/{visit.pk}/proposals/{wish}/decline")
    assert (body["start"], Proposal.objects.get().state) == (
        "2026-12-01T10:00:00+01:00",
        "declined",
    )
    sam.post(f"/visits/{visit.pk}/proposals/{wish}/decline", None, 409)


def test_a_proposal_of_another_visit_is_missing(w: World, sam: Caller, visit: Booking) -> None:
    (wish,) = countered(sam, visit, LATER)
    other = services.book(actor=w.socionom, now=NOW, plan=w.plan(start=at(7, 10), end=at(7, 11)))
    sam.post(f"/visits/{other.pk}/proposals/{wish}/accept", None, 404)
    sam.post(f"/visits/{visit.pk}/proposals/{UNKNOWN}/decline", None, 404)


ACTS: list[tuple[str, Any]] = [
    ("move", {"start": LATER}),
    ("cancel", {"by": "us"}),
    ("send", None),
    ("confirm", None),
    ("undo", None),
    ("answer", {"answer": "yes"}),
    ("proposals/1/accept", None),
    ("proposals/1/decline", None),
    ("follow-up", {"attendance": 6, "judgement": "success"}),
]


@pytest.mark.parametrize(("act", "given"), ACTS)
def test_neither_host_nor_manager_may_act(
    w: World, robin: Caller, kim: Caller, visit: Booking, act: str, given: Any
) -> None:
    for caller in (robin, kim):
        caller.post(f"/visits/{visit.pk}/{act}", given, 403)


@pytest.mark.parametrize(("act", "given"), ACTS)
def test_an_unknown_visit_is_missing(w: World, sam: Caller, act: str, given: Any) -> None:
    sam.post(f"/visits/{UNKNOWN}/{act}", given, 404)


def test_two_groups_need_two_answers(w: World, sam: Caller) -> None:
    other = Group.objects.create(organisation=w.organisation, alias="Andra", created_at=NOW)
    second = Contact.objects.create(
        organisation=w.organisation, name="Mo Ek", email="mo@vagval.example", created_at=NOW
    )
    second.groups.add(other)
    body = sam.post(
        "/visits",
        {
            "groups": [w.group.pk, other.pk],
            "programme": w.programme.pk,
            "start": "2026-12-01T10:00",
        },
        201,
    )
    path = f"/visits/{body['id']}/answer"
    assert [row["name"] for row in body["invitations"]] == ["Lo Berg", "Mo Ek"]
    assert sam.post(path, {"answer": "yes", "contact": w.contact.pk})["state"] == "offered"
    assert sam.post(path, {"answer": "yes", "contact": second.pk})["state"] == "confirmed"
    deliver.deliver_due(clock=lambda: NOW + days(1))
    assert Message.objects.count() == 2
