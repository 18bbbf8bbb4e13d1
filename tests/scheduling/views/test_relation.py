"""The relation on the pages: I dag, organisation, group, channel, Nätverk, stand-in, takeover."""

from datetime import date, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from core.errors import Conflict
from core.models import StandIn, User
from partners.models import AgreedStep, Agreement, Channel, ContactLog, Group
from scheduling import links
from scheduling.booking import reminders, services
from scheduling.followup import next_steps
from scheduling.insight import relations
from scheduling.models import Booking, Effort, FollowUp, Message
from scheduling.outbox import deliver
from scheduling.states import BookingKind, MessageKind, VisitState
from tests.factories import NOW, World, at, days
from tests.scheduling.views.conftest import booked, page

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
TODAY = timezone.localdate(NOW)
NUMBER = "8" + "11228-" + "9874"


def channel(w: World, name: str = "Områdespolis", **more: object) -> Channel:
    values: dict[str, object] = {"kind": "police", "created_at": NOW - days(300), **more}
    return Channel.objects.create(organisation=w.organisation, name=name, **values)


def spoke(w: World, when: datetime, **more: object) -> ContactLog:
    return ContactLog.objects.create(
        organisation=w.organisation, way="call", at=when, by=w.socionom, **more
    )


def away(w: World, first: date = TODAY, last: date = TODAY, stand_in: User | None = None):
    return StandIn.objects.create(
        person=w.socionom,
        stand_in=stand_in or w.other_host.user,
        first_day=first,
        last_day=last,
        created_at=NOW,
    )


def step(w: World, due: date = TODAY, **more: object) -> AgreedStep:
    values: dict[str, object] = {"owner": w.socionom, "text": "Skicka tre tider", **more}
    return AgreedStep.objects.create(organisation=w.organisation, due=due, created_at=NOW, **values)


# --- The contact log ------------------------------------------------------------------------------


def test_one_press_on_an_organisations_page_notes_a_contact_and_offers_undo(
    client: Client, w: World
) -> None:
    home = reverse("partners:organisation_detail", args=[w.organisation.pk])
    assert "Ingen kontakt är antecknad än." in page(client, w.socionom, home)
    sent = {"organisation": w.organisation.pk, "way": "call", "line": "De kommer.", "next": home}
    assert client.post(reverse("contact_log"), sent)["Location"] == home
    text = page(client, w.socionom, home)
    entry = ContactLog.objects.get()
    assert "Antecknat: samtal med Föreningen Vägval Fri." in text
    assert "De kommer." in text
    assert "Kontaktad" in text
    client.post(reverse("contact_undo", args=[entry.pk]), {"next": home})
    assert not ContactLog.objects.exists()


def test_a_refused_line_comes_back_as_it_was_typed(client: Client, w: World) -> None:
    client.force_login(w.socionom)
    sent = {"organisation": w.organisation.pk, "way": "mail", "line": f"Om {NUMBER}"}
    response = client.post(reverse("contact_log"), sent)
    assert response.status_code == 422
    assert f'value="Om {NUMBER}"' in response.content.decode()
    assert "personnummer" in response.content.decode()
    assert not ContactLog.objects.exists()


def test_the_manager_reads_when_and_how_but_not_the_line(client: Client, w: World) -> None:
    spoke(w, NOW - days(1), line="De flyttar i vår.")
    home = reverse("partners:organisation_detail", args=[w.organisation.pk])
    text = page(client, w.manager, home)
    assert "Samtal" in text
    assert "De flyttar i vår." not in text
    client.force_login(w.manager)
    sent = {"organisation": w.organisation.pk, "way": "mail"}
    assert client.post(reverse("contact_log"), sent).status_code == 403


def test_the_log_never_leads_to_another_site(client: Client, w: World) -> None:
    client.force_login(w.socionom)
    sent = {"organisation": w.organisation.pk, "way": "call", "next": "https://evil.example/"}
    assert client.post(reverse("contact_log"), sent)["Location"] == "/"


# --- I dag ----------------------------------------------------------------------------------------


def test_a_step_stands_on_i_dag_when_due_and_is_done_or_moved_in_one_press(
    client: Client, w: World
) -> None:
    due, late = step(w), step(w, TODAY - days(3), text="Ring om lokalen")
    step(w, TODAY + days(1), text="Inte i dag")
    text = page(client, w.socionom, "/")
    assert "Två saker behöver dig." in text
    assert text.index("Ring om lokalen") < text.index("Skicka tre tider")
    assert "Inte i dag" not in text
    client.post(reverse("step_move", args=[late.pk]))
    client.post(reverse("step_done", args=[due.pk]))
    late.refresh_from_db()
    assert late.due == TODAY + days(7)
    assert "Inget behöver dig just nu." in page(client, w.socionom, "/")


def test_another_planners_step_is_not_mine_until_they_leave(client: Client, w: World) -> None:
    row = step(w, owner=w.host.user)
    other = User.objects.create_user("lo", "lo@svarta.example", role="socionom", first_name="Lo")
    assert row.text not in page(client, other, "/")
    User.objects.filter(pk=w.socionom.pk).update(is_active=False)
    assert row.text in page(client, other, "/")


def test_a_next_step_of_a_visit_moves_a_week(w: World) -> None:
    booking = booked(w)
    row = FollowUp.objects.create(
        booking=booking, author=w.socionom, at=NOW, attendance=5, judgement="success",
        next_step="Ring", next_step_due=TODAY,
    )  # fmt: skip
    assert next_steps.move(
        actor=w.socionom, now=NOW, follow_up=row, due=TODAY + days(7)
    ).next_step_due == TODAY + days(7)
    next_steps.done(actor=w.socionom, now=NOW, follow_up=row)
    with pytest.raises(Conflict):
        next_steps.move(actor=w.socionom, now=NOW, follow_up=row, due=TODAY + days(9))


@pytest.mark.parametrize(("back", "silent"), [(90, False), (91, True)])
def test_a_channel_is_silent_after_ninety_days(
    client: Client, w: World, back: int, silent: bool
) -> None:
    row = channel(w)
    spoke(w, NOW - days(back), channel=row)
    assert ("har varit tyst i mer än 90 dagar" in page(client, w.socionom, "/")) is silent
    assert ("Områdespolis" in page(client, w.socionom, "/natverk/", visa="tysta")) is silent
    assert "Områdespolis" in page(client, w.socionom, "/natverk/")


def test_an_organisation_is_quiet_by_its_last_contact_of_any_sort(w: World) -> None:
    w.organisation.created_at = NOW - days(200)
    w.organisation.save()
    assert [row.last for row in relations.quiet_since(NOW)] == [None]
    spoke(w, NOW - days(91))
    assert [row.last for row in relations.quiet_since(NOW)] == [TODAY - days(91)]
    spoke(w, NOW - days(90))
    assert relations.quiet_since(NOW) == []
    assert len(relations.quiet_since(NOW, timedelta(days=30))) == 1
    booked(w)
    assert relations.quiet_since(NOW, timedelta(days=30)) == []


def test_an_agreement_of_a_year_ago_is_looked_over_by_one_press(client: Client, w: World) -> None:
    row = Agreement.objects.create(
        organisation=w.organisation, we_offer="Ett rum", since=TODAY - days(400),
        review_by=TODAY, created_at=NOW,
    )  # fmt: skip
    assert "Se över" in page(client, w.socionom, "/")
    client.post(reverse("agreement_review", args=[row.pk]))
    assert "Se över" not in page(client, w.socionom, "/")


def test_groups_without_a_next_step_leave_the_list_by_a_booking_or_a_step(w: World) -> None:
    other = Group.objects.create(organisation=w.organisation, alias="Skrivarna", created_at=NOW)
    assert [row.group for row in relations.without_next_step(NOW)] == [other, w.group]
    booked(w)
    assert [row.group for row in relations.without_next_step(NOW)] == [other]
    step(w, group=other)
    assert relations.without_next_step(NOW) == []


# --- Only one socionom ----------------------------------------------------------------------------


def test_the_stand_in_sees_and_does_what_is_the_absent_ones(client: Client, w: World) -> None:
    robin = w.other_host.user
    row = step(w)
    assert row.text not in page(client, robin, "/")
    away(w)
    text = page(client, robin, "/")
    assert "Nästa steg i dag · för Sam" in text
    assert "Du tar över efter Sam just nu." in text
    assert client.post(reverse("step_done", args=[row.pk])).status_code == 303
    row.refresh_from_db()
    assert row.done_by == robin


def test_a_wish_and_a_silence_are_marked_for_the_absent(client: Client, w: World) -> None:
    booked(w, now=NOW - days(14))
    away(w)
    assert "arbetsdagar · för Sam" in page(client, w.other_host.user, "/")
    assert "för Sam" not in page(client, w.socionom, "/")


def test_after_coming_back_the_stand_in_sees_nothing_more(client: Client, w: World) -> None:
    row, absence = step(w), away(w)
    assert "Jag är tillbaka" in page(client, w.socionom, "/")
    client.post(reverse("come_back", args=[absence.pk]))
    assert row.text not in page(client, w.other_host.user, "/")
    assert client.post(reverse("step_done", args=[row.pk])).status_code == 303
    row.refresh_from_db()
    assert row.done_at is None


def test_going_away_is_a_form_and_lists_the_visits_without_a_host(client: Client, w: World) -> None:
    booking = booked(w, start=at(4, 10, month=11), end=at(4, 11, month=11))
    client.force_login(w.socionom)
    sent = {"span": "two", "stand_in": w.other_host.user.pk}
    assert client.post("/borta/", sent).status_code == 303
    absence = StandIn.objects.get()
    assert (absence.first_day, absence.last_day) == (TODAY, TODAY + days(13))
    text = page(client, w.socionom, "/borta/")
    assert reverse("visit_change", args=[booking.pk]) in text
    assert "1 besök behöver en annan värd medan du är borta" in page(client, w.socionom, "/")
    again = client.post("/borta/", sent)
    assert again.status_code == 422
    assert "Det finns redan en frånvaro de dagarna." in again.content.decode()


def test_days_of_ones_own_must_be_told(client: Client, w: World) -> None:
    client.force_login(w.socionom)
    response = client.post("/borta/", {"span": "own", "stand_in": w.other_host.user.pk})
    assert response.status_code == 422
    assert response.content.decode().count("Välj en dag.") >= 2


def test_a_host_sends_nobody_else_away(client: Client, w: World) -> None:
    client.force_login(w.other_host.user)
    assert client.get(reverse("away_for", args=[w.socionom.pk])).status_code == 403
    client.force_login(w.manager)
    assert client.get(reverse("away_for", args=[w.socionom.pk])).status_code == 200


def test_reminder_and_answer_page_name_the_one_to_call_and_the_uid_stays(
    client: Client, w: World
) -> None:
    User.objects.filter(pk=w.other_host.user_id).update(phone="+46701740606")
    booking = booked(w, now=NOW - days(14), start=at(4, 10, month=11), end=at(4, 11, month=11))
    invitation = booking.invitations.get()
    uid = invitation.ical_uid
    away(w, TODAY + days(2), TODAY + days(2))
    answer = client.get(answer_path(invitation)).content.decode()
    assert "Robin svarar på vardagar." in answer
    assert "070-174 06 06" in answer
    assert "070-174 06 05" not in answer
    assert reminders.remind_due(now=NOW) == 1
    deliver.deliver_due(clock=lambda: NOW + days(1))
    mail = Message.objects.get(kind=MessageKind.REMINDER.value)
    assert "Ring Robin om något ändras: 070-174 06 06" in " ".join(mail.text.split())
    assert "070-174 06 05" not in mail.text
    invitation.refresh_from_db()
    assert invitation.ical_uid == uid


def answer_path(invitation: object) -> str:
    return links.answer_path(invitation)  # type: ignore[arg-type]


def test_without_an_absence_the_host_is_the_one_to_call(client: Client, w: World) -> None:
    booking = booked(w, now=NOW - days(14), start=at(4, 10, month=11), end=at(4, 11, month=11))
    away(w, TODAY + days(3), TODAY + days(3))
    reminders.remind_due(now=NOW)
    mail = Message.objects.get(kind=MessageKind.REMINDER.value)
    assert "socionom, 070-174 06 05" in mail.text
    answer = client.get(answer_path(booking.invitations.get())).content.decode()
    assert "Sam svarar på vardagar." in answer


# --- Takeover, network, desk, outreach, efforts ---------------------------------------------------


def test_the_takeover_page_tells_what_lasts_and_what_has_not_worked(
    client: Client, w: World
) -> None:
    booking = booked(w, now=NOW - days(14), start=at(27, 10, month=10), end=at(27, 11, month=10))
    Booking.objects.filter(pk=booking.pk).update(state=VisitState.HELD.value)
    FollowUp.objects.create(
        booking=booking, author=w.socionom, at=NOW, attendance=5, judgement="partial",
        worked=["Lugn plats"], did_not_work=["Högljutt"], note="Rundan blev lång.",
    )  # fmt: skip
    step(w, group=w.group)
    address = reverse("takeover", args=[w.group.pk])
    text = page(client, w.socionom, address)
    for words in ("tisdag kl. 10.00", "Studion", "Första besöket", "Lugn plats", "Högljutt",
                  "Rundan blev lång.", "Lo Berg", "Skicka tre tider"):  # fmt: skip
        assert words in text
    assert "Annat" not in text, "the category is nobody's need here"
    assert address in page(client, w.socionom, reverse("group", args=[w.group.pk]))
    manager = page(client, w.manager, address)
    assert "Rundan blev lång." not in manager
    assert "Skicka tre tider" not in manager


def test_the_desks_list_names_roles_and_never_a_contact(client: Client, w: World) -> None:
    channel(w, role_phone="+46701740640", at_desk=True, contact=w.contact)
    text = page(client, w.other_host.user, reverse("desk_list"))
    assert "070-174 06 40" in text
    assert "Lo Berg" not in text
    assert "lo@vagval.example" not in text


def test_a_channel_is_made_changed_and_put_aside(client: Client, w: World) -> None:
    client.force_login(w.socionom)
    sent = {"name": "Växeln", "kind": "other", "role_phone": "070-174 06 41", "at_desk": "on"}
    made = client.post(reverse("channel_new", args=[w.organisation.pk]), sent)
    row = Channel.objects.get()
    assert made["Location"] == reverse("channel", args=[row.pk])
    wrong = client.post(reverse("channel_edit", args=[row.pk]), {**sent, "role_phone": "abc"})
    assert wrong.status_code == 422
    assert 'value="abc"' in wrong.content.decode()
    client.post(reverse("channel_archive", args=[row.pk]))
    row.refresh_from_db()
    assert row.archived_at == NOW


def test_an_outreach_visit_is_booked_at_their_place(client: Client, w: World) -> None:
    address = f"/boka/?group={w.group.pk}&kind=outreach_visit"
    assert address.replace("&", "&amp;") in page(
        client, w.socionom, reverse("partners:organisation_detail", args=[w.organisation.pk])
    )
    assert "Plats hos dem" in page(
        client, w.socionom, "/boka/", group=w.group.pk, kind="outreach_visit"
    )
    sent = {
        "group": w.group.pk, "programme": w.programme.pk, "kind": "outreach_visit",
        "place": "Deras lokal", "travel_minutes": 20, "own_date": "2026-12-01",
        "own_time": "10:00", "slot": "own", "host": w.host.pk, "act": "send",
        "contact": w.contact.pk, "accept_warnings": "on",
    }  # fmt: skip
    assert client.post("/boka/", sent).status_code == 303
    booking = Booking.objects.get()
    assert (booking.kind, booking.visit.place, booking.visit.room) == (
        BookingKind.OUTREACH_VISIT.value, "Deras lokal", None,
    )  # fmt: skip
    mail = booking.messages.get()
    assert mail.subject == "Vi kommer gärna till er tisdag 1 december kl. 10"
    assert "biblioteket" not in mail.text.partition("Varma hälsningar")[0].replace(
        "Svartåbiblioteket", ""
    )
    refused = client.post("/boka/", {**sent, "place": " ", "act": "show"})
    assert "Skriv var ni ses." in refused.content.decode()


def test_an_outdoor_effort_needs_no_group(client: Client, w: World) -> None:
    client.force_login(w.socionom)
    sent = {
        "what": "Bokbord på torget", "kind": "one_off", "starts_on": "2026-11-01",
        "place": "Stortorget", "met_about": "12", "judgement": "less_successful",
        "lesson": "Regn. Behåll kontakterna.", "decision": "end",
    }  # fmt: skip
    assert client.post("/insatser/ny", sent).status_code == 303
    row = Effort.objects.get()
    assert (row.place, row.met_about, row.decision) == ("Stortorget", 12, "end")
    wrong = client.post(f"/insatser/{row.pk}/andra", {**sent, "lesson": f"Om {NUMBER}"})
    assert wrong.status_code == 422
    row.refresh_from_db()
    assert row.lesson == "Regn. Behåll kontakterna."
    client.force_login(w.other_host.user)
    assert client.get("/insatser/ny").status_code == 403


def test_the_pages_cost_the_same_with_more_channels(
    client: Client, w: World, django_assert_max_num_queries: object
) -> None:
    for number in range(12):
        spoke(w, NOW - days(100), channel=channel(w, f"Kanal {number}", role_phone=""))
    client.force_login(w.socionom)
    with django_assert_max_num_queries(10):  # type: ignore[operator]
        client.get("/natverk/")


def test_booking_stays_neutral_for_a_study_visit(w: World) -> None:
    mail = services.preview(actor=w.socionom, now=NOW, plan=w.plan())[0]
    assert mail.subject == "Välkomna till biblioteket tisdag 1 december kl. 10"
