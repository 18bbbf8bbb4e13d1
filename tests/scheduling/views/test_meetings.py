"""Meetings on their pages: booked from a channel, answered by link, seen on I dag."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from partners.models import Channel, ChannelKind
from scheduling import links
from scheduling.booking import gatherings
from scheduling.booking.gathering_plan import GatheringPlan
from scheduling.models import Booking, Invitation
from scheduling.states import InvitationState, VisitState
from tests.factories import NOW, World, at
from tests.scheduling.views.conftest import booked, clock, page, w

__all__ = ["clock", "w"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


@pytest.fixture
def channel(w: World) -> Channel:
    return Channel.objects.create(
        organisation=w.organisation, contact=w.contact, name="Områdespolisen",
        kind=ChannelKind.POLICE.value, created_at=NOW,
    )  # fmt: skip


def sent(w: World, channel: Channel | None = None, **changes: Any) -> dict[str, Any]:
    """Friday 4 December 14–15, as the form sends it."""
    return {
        "title": "Samverkansmöte", "day": "2026-12-04", "starts": "14:00", "end": "15:00",
        "room": w.room.pk, "hosts": [w.host.pk], "contacts": [w.contact.pk],
        "channel": channel.pk if channel else "", "act": "send", **changes,
    }  # fmt: skip


def meeting(w: World, **changes: Any) -> Booking:
    values: dict[str, Any] = {
        "title": "Samverkansmöte", "start": at(4, 14), "end": at(4, 15), "room": w.room,
        "hosts": (w.host,), "contacts": (w.contact,), **changes,
    }  # fmt: skip
    plan = GatheringPlan(**values)
    return gatherings.book_gathering(actor=w.socionom, now=NOW, plan=plan)


def test_from_the_channels_page_to_a_booked_meeting(
    client: Client, w: World, channel: Channel
) -> None:
    new = f"{reverse('meeting_new')}?channel={channel.pk}"
    assert new in page(client, w.socionom, reverse("channel", args=[channel.pk]))
    asked = page(client, w.socionom, new)
    assert 'value="Samverkansmöte"' in asked
    assert "Lo Berg, Föreningen Vägval Fri" in asked
    shown = client.post(new, sent(w, channel, act="show")).content.decode()
    assert "Vi vill gärna träffa dig" in shown
    assert not Booking.objects.exists()
    response = client.post(new, sent(w, channel))
    booking = Booking.objects.get()
    assert (response.status_code, response["Location"]) == (303, booking.get_absolute_url())
    one = page(client, w.socionom, booking.get_absolute_url())
    assert "Lo Berg" in one
    assert "Studion" in one
    assert booking.get_absolute_url() in page(
        client, w.socionom, reverse("channel", args=[channel.pk])
    )
    assert booking.get_absolute_url() in page(
        client, w.socionom, reverse("calendar"), vecka="2026-W49"
    )


def test_a_clash_keeps_what_was_typed_and_offers_a_way_out(client: Client, w: World) -> None:
    booked(w, start=at(4, 14), end=at(4, 15))
    client.force_login(w.socionom)
    refused = client.post(reverse("meeting_new"), sent(w, hosts=[w.other_host.pk], contacts=[]))
    text = refused.content.decode()
    assert refused.status_code == 409
    assert "Studion är upptagen" in text
    assert 'value="Samverkansmöte"' in text
    assert "Skrivarrummet i stället" in text
    take = text.split('name="take" value="')[1].split('"')[0].replace("&#x27;", "'")
    taken = sent(w, hosts=[w.other_host.pk], contacts=[], take=take)
    again = client.post(reverse("meeting_new"), taken)
    assert again.status_code == 200
    assert f'<option value="{w.other_room.pk}" selected>' in again.content.decode()
    assert Booking.objects.count() == 1
    broken = client.post(reverse("meeting_new"), sent(w, take="a|b|c"))
    assert broken.status_code == 422


def test_faults_stand_at_their_fields(client: Client, w: World) -> None:
    client.force_login(w.socionom)
    response = client.post(
        reverse("meeting_new"), sent(w, hosts=[], contacts=[], room="", end="13:00")
    )
    text = response.content.decode()
    assert response.status_code == 422
    for words in ("Välj vilka av er som är med.", "Välj ett rum", "Sluttiden måste vara efter"):
        assert words in text


def test_change_cancel_and_undo_by_form(client: Client, w: World, settings: Any) -> None:
    settings.OUTBOX_HOLD_SECONDS = 60
    booking = meeting(w)
    client.force_login(w.socionom)
    change = reverse("meeting_change", args=[booking.pk])
    assert 'value="14:00"' in page(client, w.socionom, change)
    moved = sent(w, starts="15:00", end="16:00", version=booking.version)
    assert client.post(change, moved).status_code == 303
    booking.refresh_from_db()
    assert booking.start == at(4, 15)
    assert client.post(change, moved).status_code == 409  # another tab's
    assert client.post(reverse("meeting_undo", args=[booking.pk])).status_code == 303
    booking.refresh_from_db()
    assert booking.start == at(4, 14)
    off = reverse("meeting_cancel", args=[booking.pk])
    assert client.post(off, {"reason": "Sjukdom", "version": booking.version}).status_code == 303
    assert "Inställt" in page(client, w.socionom, booking.get_absolute_url())


def test_the_answer_page_knows_no_visit(client: Client, w: World) -> None:
    booking = meeting(w)
    row = booking.invitations.get()
    path = links.answer_path(row)
    text = client.get(path).content.decode()
    assert "Ja, jag kommer" in text
    assert "fredag 4 december" in text.lower()
    assert "Samverkansmöte" not in text
    for said, state in (("ja", "accepted"), ("nej", "declined")):
        assert client.post(path, {"svar": said}).status_code == 303
        assert Invitation.objects.get(pk=row.pk).state == state
    assert client.post(path, {"svar": "annan"}).status_code == 422
    assert client.post(path, {"svar": "annan", "rad": "en tisdag"}).status_code == 303
    assert Invitation.objects.get(pk=row.pk).status is InvitationState.COUNTERED
    booking.refresh_from_db()
    assert booking.status is VisitState.CONFIRMED
    assert client.get(f"{path}/besok.ics").status_code == 200
    for other in ("annan-tid", "prenumerera"):
        assert client.get(f"{path}/{other}").status_code == 303
    assert client.get(f"{path}/mina-uppgifter").status_code == 200
    gatherings.cancel_gathering(actor=w.socionom, now=NOW, booking=booking)
    assert "Mötet blir inte av" in client.get(path).content.decode()
    assert client.post(path, {"svar": "ja"}).status_code == 409


def test_a_wish_and_what_has_been_stand_on_i_dag(client: Client, w: World, clock: Any) -> None:
    booking = meeting(w)
    path = links.answer_path(booking.invitations.get())
    Client().post(path, {"svar": "annan", "rad": "hellre en tisdag"})
    today = page(client, w.socionom, reverse("today"))
    assert "Lo Berg vill hellre ha en annan tid" in today
    assert "hellre en tisdag" in today
    assert "Utbildningspass" not in today
    proposal = booking.invitations.get().proposals.get()
    client.post(
        reverse("meeting_wish", args=[booking.pk]), {"proposal": proposal.pk, "svar": "nej"}
    )
    assert "vill hellre ha" not in page(client, w.socionom, reverse("today"))
    Client().post(path, {"svar": "nej"})
    assert "Lo Berg kan inte" in page(client, w.socionom, reverse("today"))
    clock.move_to(at(4, 16))
    assert "Efter Samverkansmöte" in page(client, w.socionom, reverse("today"))
    note = reverse("meeting_note", args=[booking.pk])
    client.post(note, {"line": "Vi ses i mars."})
    assert "Efter Samverkansmöte" not in page(client, w.socionom, reverse("today"))
    assert "Vi ses i mars." in page(client, w.socionom, booking.get_absolute_url())


def test_a_colleague_sees_and_answers_but_does_not_plan(client: Client, w: World) -> None:
    booking = meeting(w, hosts=(w.host, w.other_host), room=None, place="Storgatan 1")
    seen = page(client, w.other_host.user, booking.get_absolute_url())
    assert "Storgatan 1" in seen
    assert "Lo Berg" not in seen
    assert booking.get_absolute_url() in page(client, w.other_host.user, reverse("today"))
    own = reverse("meeting_own", args=[booking.pk])
    assert client.post(own, {"svar": "nej"}).status_code == 303
    assert "kan inte" in page(client, w.socionom, booking.get_absolute_url())
    client.force_login(w.other_host.user)
    assert client.post(reverse("meeting_undo", args=[booking.pk])).status_code == 403
    assert client.get(reverse("meeting_new")).status_code == 403


def test_who_booked_it_herself_is_not_asked(client: Client, w: World) -> None:
    for host in (w.host, w.other_host):
        host.user.calendar_invitations = True
        host.user.save()
    booking = meeting(w, hosts=(w.host, w.other_host))
    assert w.host.user == w.socionom
    mine = page(client, w.socionom, booking.get_absolute_url())
    assert "Du kommer." in mine
    assert "Jag kommer" not in mine
    theirs = page(client, w.other_host.user, booking.get_absolute_url())
    assert "Du kommer." not in theirs
    assert "Jag kommer" in theirs


def test_the_next_meeting_is_a_quarter_later_at_the_same_hour(client: Client, w: World) -> None:
    booking = meeting(w)
    text = page(client, w.socionom, f"{reverse('meeting_new')}?efter={booking.pk}")
    assert 'value="2027-03-05"' in text
    assert 'value="14:00"' in text


def test_hosts_say_on_their_page_that_they_cannot(client: Client, w: World) -> None:
    booking = booked(w, host=w.other_host)
    assert "Jag kan inte" in page(
        client, w.other_host.user, reverse("host_visit", args=[booking.pk])
    )
    client.post(reverse("host_answer", args=[booking.pk]), {"svar": "nej"})
    today = page(client, w.socionom, reverse("today"))
    assert "Robin kan inte, hitta ersättare" in today
    assert reverse("visit_host", args=[booking.pk]) in today
    assert "Robin kan inte" in page(client, w.socionom, reverse("visit", args=[booking.pk]))
    client.force_login(w.socionom)
    assert (
        client.post(reverse("host_answer", args=[booking.pk]), {"svar": "nej"}).status_code == 404
    )


def test_a_colleague_chooses_how_bookings_come(client: Client, w: World) -> None:
    text = page(client, w.socionom, reverse("feeds"))
    assert "Skicka kalenderinbjudan till mig" in text
    assert client.post(reverse("own_invitations"), {"inbjudan": "ja"}).status_code == 303
    w.socionom.refresh_from_db()
    assert w.socionom.calendar_invitations is True
    assert client.post(reverse("own_invitations"), {"inbjudan": "kanske"}).status_code == 422
