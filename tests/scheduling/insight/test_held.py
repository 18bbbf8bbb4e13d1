"""What is held on a contact: all of it on one page, masked field by field, and gone when erased."""

import pytest
import time_machine
from django.test import Client

from core.errors import Forbidden, Invalid, PersonalData
from core.models import AuditEvent
from partners.models import Contact
from partners.services import tasks
from scheduling.booking import services
from scheduling.followup import retention
from scheduling.insight import held
from scheduling.models import Booking
from scheduling.outbox import deliver
from scheduling.states import AnswerChannel, InvitationState
from tests.factories import NOW, World, days, world

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
NOTE = "Prövat av registrator mot OSL 21 kap. 7 §."


@pytest.fixture
def w() -> World:
    return world()


@pytest.fixture
def booking(w: World) -> Booking:
    made = services.book(actor=w.socionom, now=NOW, plan=w.plan())
    deliver.deliver_due(clock=lambda: NOW + days(1))
    reply = services.Reply(
        state=InvitationState.COUNTERED,
        channel=AnswerChannel.LINK,
        comment="Gärna senare.",
        wishes=(services.Wish(text="efter lunch"),),
    )
    services.answer(invitation=made.invitations.get(), reply=reply, now=NOW + days(1))
    return made


def values(w: World) -> dict[str, str]:
    contact = Contact.objects.get(pk=w.contact.pk)
    return {row.key: row.value for row in held.held_on(viewer=w.socionom, contact=contact)}


def test_everything_that_names_them_or_is_theirs(w: World, booking: Booking) -> None:
    tasks.ask_correction(now=NOW, contact=w.contact, text="Ny telefon")
    found = values(w)
    assert (found["contact.name"], found["contact.email"]) == ("Lo Berg", "lo@vagval.example")
    kinds = {key.partition(".")[0] for key in found}
    assert kinds == {"contact", "invitation", "answer", "proposal", "message", "request"}
    said = "\n".join(found.values())
    for word in ("Gärna senare.", "efter lunch", "Ny telefon", "lo@vagval.example"):
        assert word in said
    assert w.group.alias not in said


def test_masking_is_field_by_field_and_leaves_a_trace(w: World, booking: Booking) -> None:
    whole = held.disclose(actor=w.socionom, now=NOW, contact=w.contact, masked=[], note=NOTE)
    answer = next(key for key in values(w) if key.startswith("answer"))
    body = held.disclose(
        actor=w.socionom,
        now=NOW,
        contact=w.contact,
        masked=[answer],
        note=NOTE,
    )
    text = body.decode("utf-8-sig")
    assert "Gärna senare." in whole.decode()
    assert "Gärna senare." not in text
    assert held.MASKED in text
    assert ("Lo Berg" in text, NOTE in text) == (True, True)
    event = AuditEvent.objects.filter(verb="contact.disclosed").latest("pk")
    assert (event.data["masked"], event.actor) == (1, w.socionom)
    assert "Lo" not in str(event.data)


def test_a_field_that_is_not_held_and_a_missing_note_are_refused(w: World) -> None:
    for masked, note, error in (
        (["contact.shoe"], NOTE, Invalid),
        ([], " ", Invalid),
        ([], "Gäller 850709-9805", PersonalData),
    ):
        with pytest.raises(error):
            held.disclose(actor=w.socionom, now=NOW, contact=w.contact, masked=masked, note=note)
    assert not AuditEvent.objects.filter(verb="contact.disclosed").exists()


def test_only_planners(w: World, client: Client) -> None:
    for user in (w.manager, w.other_host.user):
        with pytest.raises(Forbidden):
            held.held_on(viewer=user, contact=w.contact)
        client.force_login(user)
        assert client.get(f"/kontakter/{w.contact.pk}/uppgifter").status_code == 403
        assert client.get(f"/api/v1/contacts/{w.contact.pk}/held").status_code == 403


def test_a_removal_is_carried_out_and_shown_to_have_been(w: World, booking: Booking) -> None:
    """The name and the address go at once, the letters with their rule; what was done stands."""
    task = tasks.ask_removal(now=NOW, contact=w.contact)
    tasks.remove(actor=w.socionom, now=NOW + days(2), task=task)
    found = values(w)
    assert "contact.email" not in found
    assert "Lo Berg" not in found["contact.name"]
    assert found[f"request.{task.pk}"] == "gjort 2026-11-04 9.00 av Sam"
    assert any(key.startswith("event.") for key in found)
    later = booking.end + days(800)
    for key in ("letters", "answers", "wishes"):
        retention.change_rule(actor=w.socionom, now=NOW, key=key, days=365, decision="KUN 1")
        retention.run(actor=w.socionom, now=later, key=key)
    left = "\n".join(values(w).values())
    for word in ("lo@vagval.example", "Gärna senare.", "efter lunch", "Hej Lo"):
        assert word not in left


def test_a_correction_is_carried_out_and_shown_to_have_been(w: World) -> None:
    task = tasks.ask_correction(now=NOW, contact=w.contact, text="Rätta rollen")
    tasks.close(
        actor=w.socionom, now=NOW + days(1), task=task, outcome=tasks.TaskOutcome.DONE, note="Gjort"
    )
    said = values(w)[f"request.{task.pk}"]
    assert said == "gjort 2026-11-03 9.00 av Sam. Rätta rollen. Gjort"


def test_page_keeps_what_was_ticked_and_the_api_gives_the_same(
    w: World, booking: Booking, client: Client
) -> None:
    client.force_login(w.socionom)
    url = f"/kontakter/{w.contact.pk}/uppgifter"
    with time_machine.travel(NOW + days(1), tick=False):
        assert "Det här har vi om Lo Berg" in client.get(url).content.decode()
        refused = client.post(url, {"masked": ["contact.email"], "note": ""})
        assert refused.status_code == 422
        assert 'value="contact.email" checked' in " ".join(refused.content.decode().split())
        got = client.post(url, {"masked": ["contact.email"], "note": NOTE})
        assert (got.status_code, got["Content-Type"]) == (200, "text/csv; charset=utf-8")
        body = {"masked": ["contact.email"], "note": NOTE}
        api = client.post(
            f"/api/v1/contacts/{w.contact.pk}/disclosure", body, content_type="application/json"
        )
        assert api.status_code == 200
        assert held.MASKED in api.content.decode()
        told = client.get(f"/api/v1/contacts/{w.contact.pk}/held").json()
    assert {row["key"] for row in told} >= {"contact.name", "contact.email"}
    assert f'href="{url}"' in client.get(f"/organisationer/{w.organisation.pk}").content.decode()
