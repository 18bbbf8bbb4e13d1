"""Who gets what, before it is sent: the act rehearsed, the same mails, and nothing left of it."""

from datetime import date, timedelta
from functools import partial

import pytest
from django.test import Client
from django.urls import reverse

from core.errors import IllegalTransition
from core.models import AuditEvent
from partners.models import Contact
from partners.services.leaving import leave
from scheduling.booking import series, services
from scheduling.models import Booking, Message, Series
from scheduling.outbox import deliver, preview
from scheduling.states import AnswerChannel, InvitationState
from tests.factories import NOW, World, at
from tests.scheduling.views.conftest import page

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def three(w: World) -> Series:
    """An irregular series of three dates that the contact has been invited to."""
    days = (date(2026, 12, 1), date(2026, 12, 3), date(2026, 12, 9))
    plan = series.SeriesPlan(visit=w.plan(), days=days)
    made = series.book_series(actor=w.socionom, now=NOW, plan=plan)
    deliver.deliver_due(clock=lambda: NOW)
    return made


def everything() -> list[tuple[object, ...]]:
    rows = [*Message.objects.values_list(), *Booking.objects.values_list()]
    return [*rows, *AuditEvent.objects.values_list("pk", "verb")]


def test_the_preview_is_what_is_sent(w: World, three: Series) -> None:
    act = partial(series.cancel_remaining, actor=w.socionom, now=LATER, series=three)
    before = everything()
    shown = preview.of(act, now=LATER)
    assert everything() == before
    act()
    sent = Message.objects.filter(created_at=LATER).order_by("pk")
    assert [(row.to, row.kind.value, row.subject) for row in shown] == list(
        sent.values_list("recipient", "kind", "subject")
    )
    # Nobody has any of the dates in a calendar: one mail says it all.
    assert [row.kind.value for row in shown] == ["ser_end"]
    (person,) = preview.by_addressee(shown)
    assert (person.name, person.mails, person.calls) == ("Lo Berg", 1, 0)


def test_dates_that_stand_in_a_calendar_are_cancelled_one_by_one(w: World, three: Series) -> None:
    row = three.invitations.get()
    yes = services.Reply(state=InvitationState.ACCEPTED, channel=AnswerChannel.LINK)
    series.answer_all(row=row, reply=yes, now=NOW)
    deliver.deliver_due(clock=lambda: NOW)
    act = partial(series.cancel_remaining, actor=w.socionom, now=LATER, series=three)
    (person,) = preview.by_addressee(preview.of(act, now=LATER))
    assert (person.mails, person.own_entries) == (3, True)


def test_a_series_that_nobody_heard_of_is_cancelled_in_silence(w: World) -> None:
    days = (date(2026, 12, 1), date(2026, 12, 3))
    made = series.book_series(
        actor=w.socionom, now=NOW, plan=series.SeriesPlan(visit=w.plan(), days=days)
    )
    series.cancel_remaining(actor=w.socionom, now=NOW, series=made)
    assert deliver.deliver_due(clock=lambda: LATER) == 0
    assert set(Message.objects.values_list("state", flat=True)) == {"superseded"}


def test_no_link_stands_in_it(w: World, three: Series) -> None:
    act = partial(services.move, actor=w.socionom, now=LATER, start=at(4, 13),
                  booking=three.bookings.first())  # fmt: skip
    (row,) = preview.of(act, now=LATER)
    assert "/svar/…" in row.text


def test_who_has_no_mail_is_to_be_rung(w: World) -> None:
    booking = services.book(actor=w.socionom, now=NOW, plan=w.plan())
    Contact.objects.update(email="", phone="+46701740618")
    act = partial(services.move, actor=w.socionom, now=LATER, booking=booking, start=at(4, 13))
    (row,) = preview.of(act, now=LATER)
    assert (row.way, row.to, row.subject) == (preview.Way.PHONE, "+46701740618", "")
    (person,) = preview.by_addressee([row])
    assert (person.mails, person.calls) == (0, 1)


def test_what_cannot_be_done_cannot_be_previewed(w: World, three: Series) -> None:
    act = partial(series.cancel_remaining, actor=w.socionom, now=at(20, 9), series=three)
    with pytest.raises(IllegalTransition):
        preview.of(act, now=at(20, 9))


def test_a_successor_gets_one_invitation_a_visit(w: World, three: Series) -> None:
    heir = Contact.objects.create(
        organisation=w.organisation, name="Noor Ali", email="noor@vagval.example", created_at=NOW
    )
    act = partial(leave, actor=w.socionom, now=LATER, contact=w.contact, successor=heir)
    (person,) = preview.by_addressee(preview.of(act, now=LATER))
    assert (person.name, person.mails) == ("Noor Ali", 3)
    w.contact.refresh_from_db()
    assert w.contact.left_at is None


def test_the_page_of_a_series_shows_it_and_does_nothing(
    client: Client, w: World, three: Series
) -> None:
    there = reverse("series_cancel", args=[three.bookings.order_by("start")[0].pk])
    text = page(client, w.socionom, there)
    assert "Det här skickas" in text
    assert "1 mejl" in text
    assert Message.objects.count() == 1
    assert client.post(there).status_code == 303
    assert Message.objects.filter(kind="ser_end").count() == 1
    assert "Inget datum är kvar." in page(client, w.socionom, there)
    client.force_login(w.manager)
    assert client.get(there).status_code == 403


def test_the_page_of_one_who_left_shows_it(client: Client, w: World, three: Series) -> None:
    heir = Contact.objects.create(
        organisation=w.organisation, name="Noor Ali", email="noor@vagval.example", created_at=NOW
    )
    client.force_login(w.socionom)
    there = reverse("partners:contact_left", args=[w.contact.pk])
    response = client.post(there, {"successor": heir.pk, "visa": "1"})
    assert response.status_code == 200
    assert "Noor Ali" in response.content.decode()
    assert "Det här skickas" in response.content.decode()
    assert Message.objects.count() == 1
    assert client.post(there, {"successor": heir.pk}).status_code == 303
    assert Message.objects.count() == 4
