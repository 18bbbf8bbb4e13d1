"""Barriers with an owner, boundary cases, handovers: from a chip, by hand, on the page."""

from dataclasses import replace

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from core.errors import Forbidden, Invalid, PersonalData
from scheduling.booking import services as booking_services
from scheduling.followup import barriers
from scheduling.followup.barriers import GivenBarrier
from scheduling.followup.services import FollowUpInput, record
from scheduling.models import Barrier, BarrierKind, Booking, BoundaryCase, Handover
from scheduling.states import Judgement
from tests.factories import NOW, World, at, days
from tests.scheduling.views.conftest import clock, page, w

__all__ = ["clock", "w"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
TODAY = timezone.localdate(NOW)
NUMBER = "8" + "11228-" + "9874"
CHIPS = FollowUpInput(
    attendance=4,
    judgement=Judgement.SUCCESS,
    barriers=(BarrierKind.DEBT, BarrierKind.SENSES, BarrierKind.DEBT),
)


@pytest.fixture
def booking(w: World) -> Booking:
    return booking_services.book(actor=w.socionom, now=NOW, plan=w.plan())


def follow_up(w: World, booking: Booking, given: FollowUpInput) -> None:
    record(actor=w.socionom, now=at(1, 12), booking=booking, given=given)


def kinds() -> list[str]:
    return sorted(Barrier.objects.values_list("kind", flat=True))


def test_a_chip_becomes_an_open_barrier_once(w: World, booking: Booking) -> None:
    follow_up(w, booking, CHIPS)
    assert kinds() == ["debt", "senses"]
    assert set(Barrier.objects.values_list("booking", "on")) == {(booking.pk, at(1, 10).date())}
    # A correction takes back what nobody has seen to; what has an owner stays.
    Barrier.objects.filter(kind="debt").update(owner=w.manager)
    follow_up(w, booking, replace(CHIPS, barriers=(BarrierKind.TRAVEL,)))
    assert kinds() == ["debt", "travel"]
    follow_up(w, booking, replace(CHIPS, barriers=(BarrierKind.DEBT, BarrierKind.TRAVEL)))
    assert kinds() == ["debt", "travel"]


def test_by_hand_owned_solved_and_opened_again(w: World) -> None:
    given = GivenBarrier(kind="language", what="Skyltarna är bara på svenska")
    row = barriers.save_barrier(actor=w.other_host.user, now=NOW, given=given)
    assert (row.on, row.solved_on, row.owner) == (TODAY, None, None)
    with pytest.raises(Forbidden):
        barriers.solve(actor=w.other_host.user, now=NOW, barrier=row, solution="Nya skyltar")
    owned = replace(given, owner=w.other_host.user)
    barriers.save_barrier(actor=w.manager, now=NOW, given=owned, barrier=row)
    barriers.solve(actor=w.other_host.user, now=NOW + days(2), barrier=row, solution="Nya skyltar")
    row.refresh_from_db()
    assert (row.solved_on, row.solution) == (TODAY + days(2), "Nya skyltar")
    barriers.solve(actor=w.socionom, now=NOW, barrier=row, solution="")
    assert row.solved_on is None
    with pytest.raises(Forbidden):
        barriers.save_barrier(actor=w.manager, now=NOW, given=given)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"what": ""}, "what"),
        ({"what": "x" * 201}, "what"),
        ({"kind": "nonsense"}, "kind"),
        ({"on": TODAY + days(1)}, "on"),
    ],
)
def test_what_must_be_mended(w: World, changes: dict[str, object], field: str) -> None:
    given = replace(GivenBarrier(kind="debt", what="Gamla skulder"), **changes)
    with pytest.raises(Invalid) as caught:
        barriers.save_barrier(actor=w.socionom, now=NOW, given=given)
    assert list(caught.value.fields) == [field]
    assert not Barrier.objects.exists()


def test_no_text_holds_a_personal_identity_number(w: World) -> None:
    actor = w.socionom
    given = GivenBarrier(kind="debt", what=NUMBER)
    row = Barrier.objects.create(kind="debt", what="Skuld", on=TODAY)
    with pytest.raises(PersonalData):
        barriers.save_barrier(actor=actor, now=NOW, given=given)
    with pytest.raises(PersonalData):
        barriers.solve(actor=actor, now=NOW, barrier=row, solution=NUMBER)
    with pytest.raises(PersonalData):
        barriers.save_case(actor=actor, now=NOW, question=NUMBER)
    with pytest.raises(PersonalData):
        barriers.hand_over(actor=actor, now=NOW, topic=NUMBER, receiver="police")
    assert not BoundaryCase.objects.exists()
    assert not Handover.objects.exists()


def test_a_host_asks_and_a_planner_decides(w: World) -> None:
    case = barriers.save_case(actor=w.other_host.user, now=NOW, question="Får vi vaka?")
    with pytest.raises(Forbidden):
        barriers.save_case(actor=w.other_host.user, now=NOW, question="Får vi?", outcome="Nej")
    with pytest.raises(Forbidden):
        barriers.save_case(actor=w.other_host.user, now=NOW, question="Får?", case=case)
    barriers.save_case(actor=w.socionom, now=NOW, question="Får vi vaka?", outcome="Nej", case=case)
    assert BoundaryCase.objects.get().outcome == "Nej"


def test_the_page_from_first_to_last(client: Client, w: World) -> None:
    client.force_login(w.socionom)
    sent = {"kind": "debt", "what": "Gamla skulder", "owner": w.manager.pk}
    assert client.post(reverse("barrier_new"), sent).status_code == 303
    assert client.post(reverse("case_new"), {"question": "Bank-id?"}).status_code == 303
    handed = {"topic": "Boende", "receiver": "social_services"}
    assert client.post(reverse("handover_new"), handed).status_code == 303
    BoundaryCase.objects.create(on=TODAY - days(60), question="Förra kvartalet")
    text = page(client, w.manager, reverse("boundary"))
    for words in ("Gamla skulder", "Kim", "Bank-id?", "Boende", "Socialtjänsten"):
        assert words in text
    assert "Förra kvartalet" not in text
    assert "Nytt hinder" not in text
    solve = reverse("barrier_solve", args=[Barrier.objects.get().pk])
    assert client.post(solve, {"solution": ""}).status_code == 422
    assert client.post(solve, {"solution": "Regeln är ändrad"}).status_code == 303
    assert "Inga öppna hinder." in page(client, w.manager, reverse("boundary"))
    refused = client.post(reverse("barrier_new"), sent)
    assert refused.status_code == 403


def test_what_was_typed_comes_back(client: Client, w: World) -> None:
    client.force_login(w.socionom)
    answer = client.post(reverse("case_new"), {"question": f"Om {NUMBER}", "outcome": "Nej"})
    assert answer.status_code == 422
    assert f'value="Om {NUMBER}"' in answer.content.decode()
