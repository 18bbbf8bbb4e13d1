"""I dag: what needs somebody now, by role, and the acts on its rows."""

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext, override_settings
from django.urls import reverse

from core.models import AuditEvent, Role
from partners.models import Group
from scheduling.booking import services
from scheduling.models import (
    Booking,
    CallTask,
    FollowUp,
    Interest,
    InterestSignal,
    Message,
    Proposal,
)
from scheduling.states import AnswerChannel, InvitationState, MessageKind
from tests.factories import NOW, World, at, day, days, user
from tests.scheduling.views.conftest import booked, page

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def wish(booking: Booking, *starts: object, text: str = "") -> Proposal:
    wishes = tuple(services.Wish(start=start) for start in starts)  # type: ignore[arg-type]
    services.answer(
        invitation=booking.invitations.get(),
        reply=services.Reply(
            state=InvitationState.COUNTERED,
            channel=AnswerChannel.LINK,
            wishes=wishes or (services.Wish(text=text),),
            comment="Går det en annan dag?",
        ),
        now=NOW,
    )
    return Proposal.objects.latest("pk")


def test_nothing_at_all_is_a_calm_sentence(client: Client) -> None:
    text = page(client, user("sam", Role.SOCIONOM, "Sam"), "/")
    assert "God morgon, Sam" in text
    assert "Inget behöver dig just nu." in text
    assert "Inget besök är inbokat framåt." in text
    assert "Inga besök i dag." in text
    assert "Måndag 2 november 2026 · v. 45" in text


def test_who_is_not_logged_in_is_sent_to_the_login(client: Client) -> None:
    response = client.get("/")
    assert response.status_code == 302
    assert response["Location"].startswith(reverse("account_login"))


def test_a_wish_can_be_taken_with_one_press_when_it_is_free(client: Client, w: World) -> None:
    booking = booked(w)
    proposal = wish(booking, at(3, 13))
    text = page(client, w.socionom, "/")
    assert "En sak behöver dig." in text
    assert "Tisdagsgruppen föreslår en annan tid" in text
    assert "Ta tor 3 dec kl. 13.00" in text
    assert f'action="{reverse("proposal_accept", args=[proposal.pk])}"' in text
    assert "Går det en annan dag?" in text
    assert "Rum och värd är lediga då." in text


def test_a_taken_wish_says_what_is_in_the_way_and_offers_no_button(
    client: Client, w: World
) -> None:
    booking = booked(w)
    proposal = wish(booking, at(3, 13))
    other = Group.objects.create(organisation=w.organisation, alias="Skrivarna", created_at=NOW)
    booked(w, groups=(other,), start=at(3, 14), end=at(3, 15))
    text = page(client, w.socionom, "/")
    assert "Tor 3 dec kl. 13.00 går inte, upptaget: " in text
    assert "Studion" in text.partition("upptaget: ")[2][:20]
    assert reverse("proposal_accept", args=[proposal.pk]) not in text
    assert reverse("visit_move", args=[booking.pk]) in text


def test_a_wish_in_words_leads_to_the_move_form(client: Client, w: World) -> None:
    booking = booked(w)
    wish(booking, text="Hellre på eftermiddagen")
    text = page(client, w.socionom, "/")
    assert "Förslaget är i ord." in text
    assert reverse("visit_move", args=[booking.pk]) in text


def test_a_call_is_made_and_ticked_off(client: Client, w: World) -> None:
    w.contact.email, w.contact.phone = "", "+46701740612"
    w.contact.save()
    booked(w)
    text = page(client, w.socionom, "/")
    assert 'href="tel:+46701740612"' in text
    assert "070-174 06 12" in text
    task = CallTask.objects.get()
    response = client.post(reverse("call_done", args=[task.pk]), {"next": "/kalender/"})
    assert (response.status_code, response["Location"]) == (303, "/kalender/")
    task.refresh_from_db()
    assert (task.done_at, task.done_by) == (NOW, w.socionom)
    assert AuditEvent.objects.filter(verb="call.done").count() == 1
    client.post(reverse("call_done", args=[task.pk]))
    assert AuditEvent.objects.filter(verb="call.done").count() == 1


def test_no_redirect_leaves_the_house(client: Client, w: World) -> None:
    w.contact.email = ""
    w.contact.save()
    booked(w)
    client.force_login(w.socionom)
    task = CallTask.objects.get()
    response = client.post(reverse("call_done", args=[task.pk]), {"next": "//elak.example/"})
    assert response["Location"] == "/"


@pytest.mark.parametrize("name", ["call_done", "visit_nudge", "next_step_done"])
def test_acts_are_for_planners_and_by_post(client: Client, w: World, name: str) -> None:
    booking = booked(w)
    client.force_login(w.manager)
    assert client.post(reverse(name, args=[booking.pk])).status_code == 403
    client.force_login(w.socionom)
    assert client.get(reverse(name, args=[booking.pk])).status_code == 405
    assert client.post(reverse(name, args=[9999])).status_code == 404


def test_silence_is_told_after_more_than_three_working_days(
    client: Client, w: World, clock: time_machine.Traveller
) -> None:
    booked(w)  # Monday 2 November
    clock.move_to(NOW + days(3))  # Thursday: three working days
    assert "har inte svarat" not in page(client, w.socionom, "/")
    clock.move_to(NOW + days(4))
    text = page(client, w.socionom, "/")
    assert "Inget svar på 4 arbetsdagar" in text
    assert "Tisdagsgruppen har inte svarat" in text


def test_a_nudge_reminds_once_and_the_row_goes(
    client: Client, w: World, clock: time_machine.Traveller
) -> None:
    booking = booked(w)
    clock.move_to(NOW + days(7))
    client.force_login(w.socionom)
    response = client.post(reverse("visit_nudge", args=[booking.pk]))
    assert response.status_code == 303
    assert booking.messages.latest("pk").kind == MessageKind.NUDGE
    assert AuditEvent.objects.get(verb="visit.nudged").data == {
        "invitations": [booking.invitations.get().pk]
    }
    assert "har inte svarat" not in page(client, w.socionom, "/")
    assert client.post(reverse("visit_nudge", args=[booking.pk])).status_code == 409
    assert Message.objects.count() == 2


def test_who_has_answered_is_not_nudged(
    client: Client, w: World, clock: time_machine.Traveller
) -> None:
    booking = booked(w)
    services.answer(
        invitation=booking.invitations.get(),
        reply=services.Reply(state=InvitationState.ACCEPTED, channel=AnswerChannel.LINK),
        now=NOW,
    )
    clock.move_to(NOW + days(7))
    client.force_login(w.socionom)
    assert client.post(reverse("visit_nudge", args=[booking.pk])).status_code == 409


def test_a_refused_mail_stands_with_its_error(client: Client, w: World) -> None:
    booking = booked(w)
    Message.objects.update(state="failed", sent_at=None, error="550 No such user")
    text = page(client, w.socionom, "/")
    assert "har inte fått mejlet" in text
    assert "550 No such user" in text
    assert reverse("message_retry", args=[booking.messages.get().pk]) in text
    assert "Inga mejl har studsat." not in text


def follow_up(booking: Booking, w: World, **extra: object) -> FollowUp:
    values = {"judgement": "success", "attendance": 5, "author": w.socionom, "at": NOW, **extra}
    return FollowUp.objects.create(booking=booking, **values)


def test_what_is_over_is_to_be_followed_up_by_its_host(
    client: Client, w: World, clock: time_machine.Traveller
) -> None:
    mine = booked(w, start=at(3, 10, month=11), end=at(3, 11, month=11))
    other = Group.objects.create(organisation=w.organisation, alias="Skrivarna", created_at=NOW)
    theirs = booked(
        w,
        groups=(other,),
        host=w.other_host,
        room=w.other_room,
        start=at(3, 13, month=11),
        end=at(3, 14, month=11),
    )
    clock.move_to(NOW + days(2))
    text = page(client, w.socionom, "/")
    assert "Två saker behöver dig." in text
    assert reverse("follow_up", args=[mine.pk]) in text
    text = page(client, w.other_host.user, "/")
    assert "En sak behöver dig." in text
    assert "Skriv några rader om Skrivarna" in text
    assert reverse("follow_up", args=[mine.pk]) not in text
    follow_up(theirs, w)
    assert "Du har inget att följa upp." in page(client, w.other_host.user, "/")


def test_an_agreed_next_step_comes_up_on_its_day(client: Client, w: World) -> None:
    booking = booked(w)
    note = follow_up(booking, w, next_step="Ge tider för släktforskning", next_step_due=day(2, 11))
    text = page(client, w.socionom, "/")
    assert "Ge tider för släktforskning" in text
    assert f"{reverse('book')}?group={w.group.pk}" in text
    client.post(reverse("next_step_done", args=[note.pk]))
    note.refresh_from_db()
    assert note.next_step_done_at == NOW
    assert "Ge tider för släktforskning" not in page(client, w.socionom, "/")


def test_what_can_wait(client: Client, w: World) -> None:
    booking = booked(w)
    Booking.objects.filter(pk=booking.pk).update(
        state="held", start=NOW - days(30), end=NOW - days(29)
    )
    interest = Interest.objects.create(name="Släktforskning")
    for _time in range(3):
        InterestSignal.objects.create(interest=interest, source="desk", on=day(1, 11))
    text = page(client, w.socionom, "/")
    assert "saknar nästa steg sedan lör 3 okt." in text
    assert "har nämnts 3 gånger. Inget är planerat." in text
    assert "Boka igen" in text


def test_the_manager_reads_and_does_nothing(client: Client, w: World) -> None:
    booking = booked(w)
    wish(booking, at(3, 13))
    follow_up(booking, w, next_step="Prata om lånekort", next_step_due=day(2, 11))
    text = page(client, w.manager, "/")
    assert "Två saker väntar." in text
    main = text.partition("<main")[2].partition("</main")[0]
    assert "<form" not in main
    assert "Går det en annan dag?" not in main
    assert "Prata om lånekort" not in main


def test_the_coming_visits_stand_by_day(client: Client, w: World) -> None:
    booked(w, start=at(2, 13, month=11), end=at(2, 14, month=11))
    booked(w, start=at(3, 13, month=11), end=at(3, 14, month=11))
    text = page(client, w.socionom, "/")
    assert "Nästa besök är i dag kl. 13.00, Studion." in text
    assert "I morgon, tis 3 nov" in text
    assert "Du möter, innanför huvudentrén" in text


@override_settings(OUTBOX_HOLD_SECONDS=10)
def test_undo_stands_while_the_mail_waits(client: Client, w: World) -> None:
    booking = services.book(actor=w.socionom, now=NOW, plan=w.plan())
    text = page(client, w.socionom, "/")
    assert "Inbjudan skickas strax." in text
    assert f'action="{reverse("visit_undo", args=[booking.pk])}"' in text
    assert "Inbjudan skickas strax." not in page(client, w.manager, "/")


def test_the_number_of_queries_does_not_grow(client: Client, w: World) -> None:
    def fill(number: int) -> None:
        group = Group.objects.create(
            organisation=w.organisation, alias=f"Grupp {number}", created_at=NOW
        )
        group.contacts.add(w.contact)
        booking = booked(
            w, groups=(group,), start=at(number, 10), end=at(number, 11), room=w.other_room
        )
        wish(booking, at(number, 14))
        follow_up(booking, w, next_step="Ring", next_step_due=day(1, 11))
        CallTask.objects.create(
            invitation=booking.invitations.get(), contact=w.contact, kind="update", created_at=NOW
        )
        past = booked(w, groups=(group,), start=at(number + 10, 13), end=at(number + 10, 14))
        Booking.objects.filter(pk=past.pk).update(start=NOW - days(3), end=NOW - days(2))
        past.messages.update(state="failed", sent_at=None)

    def count() -> int:
        client.force_login(w.socionom)
        with CaptureQueriesContext(connection) as captured:
            client.get("/")
        for q in captured:
            print("Q", q["sql"][:60], "FROM", q["sql"].partition("FROM")[2][:60], q["sql"][-60:])
        print("-----")
        return len(captured)

    fill(1)
    count()
    one = count()
    fill(2)
    fill(3)
    assert count() == one
    assert one <= 50
