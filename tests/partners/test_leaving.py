"""People change: who leaves, who takes over, who wishes to be forgotten, who asks for a time."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from core.errors import Conflict, Forbidden, Invalid
from core.models import AuditEvent
from partners.models import AskPage, Channel, Contact, Group, MergeRecord, Organisation, PartnerTask
from partners.services import limits, tasks
from partners.services.contacts import restore_contact
from partners.services.leaving import erase, leave
from partners.services.merging import merge
from scheduling import links
from scheduling.booking import book
from scheduling.feeds import manage
from scheduling.models import Booking, Message
from scheduling.states import InvitationState
from tests.factories import NOW, World, at, world
from tests.partners.test_api import Api, refused

pytestmark = pytest.mark.django_db
NUMBER = "19121212-1212"


@pytest.fixture(autouse=True)
def clock() -> Iterator[None]:
    cache.clear()
    with time_machine.travel(NOW + timedelta(hours=1), tick=False):
        yield


@pytest.fixture
def w() -> World:
    return world()


@pytest.fixture
def heir(w: World) -> Contact:
    return Contact.objects.create(
        organisation=w.organisation, name="Max Lind", email="max@vagval.example", created_at=NOW
    )


@pytest.fixture
def page(w: World) -> Client:
    client = Client()
    client.force_login(w.socionom)
    return client


def booked(w: World, **changes: object) -> Booking:
    return book.book(actor=w.socionom, now=NOW, plan=w.plan(**changes))


def test_open_visits_pass_to_the_successor_and_links_die(w: World, heir: Contact) -> None:
    booking = booked(w)
    booking.visit.contact = w.contact
    booking.visit.save()
    old = booking.invitations.get(contact=w.contact)
    path, feed = links.answer_path(old), manage.for_contact(contact=w.contact, now=NOW)
    Message.objects.update(state="sent", sent_at=NOW)
    anybody = Client()
    assert anybody.get(path).status_code == 200
    leave(actor=w.socionom, now=NOW, contact=w.contact, successor=heir)
    for row in (old, feed, booking.visit, w.contact):
        row.refresh_from_db()
    new = booking.invitations.get(contact=heir)
    assert anybody.get(path).status_code == 404
    assert anybody.get(links.answer_path(new)).status_code == 200
    assert (old.state, new.state) == (InvitationState.WITHDRAWN, InvitationState.PENDING)
    assert new.ical_uid != old.ical_uid
    assert (feed.revoked_at, booking.visit.contact) == (NOW, heir)
    assert (w.contact.left_at, w.contact.archived_at) == (NOW, NOW)
    assert list(heir.groups.all()) == [w.group]
    # Nothing to the one who left; a REQUEST with kind words to the one who takes over.
    assert list(old.messages.values_list("kind", flat=True)) == ["request"]
    mail = new.messages.get()
    assert (mail.kind, mail.recipient) == ("request", "max@vagval.example")
    assert "Den som var det tidigare har slutat." in mail.text
    assert booking.state == "offered"
    keys = set(booking.places.values_list("scope_key", flat=True))
    assert {f"contact:{heir.pk}", f"contact:{w.contact.pk}"} & keys == {f"contact:{heir.pk}"}


def test_what_waits_to_be_sent_is_not_and_the_past_stays(w: World, heir: Contact) -> None:
    past = booked(w)
    later = booked(w, start=at(8, 10), end=at(8, 11))
    leave(actor=w.socionom, now=at(2, 10), contact=w.contact, successor=heir)
    assert past.invitations.get().contact == w.contact
    assert past.invitations.get().state == InvitationState.PENDING
    assert later.invitations.get(contact=w.contact).messages.get().state == "superseded"
    assert later.invitations.filter(contact=heir).count() == 1


def test_a_successor_who_was_invited_is_not_asked_again(w: World, heir: Contact) -> None:
    booking = booked(w, contacts=(w.contact, heir))
    own = booking.invitations.get(contact=heir)
    leave(actor=w.socionom, now=NOW, contact=w.contact, successor=heir)
    assert own.messages.count() == 1


def test_nobody_yet_leaves_the_channel_empty_and_restore_brings_back(w: World) -> None:
    channel = Channel.objects.create(
        organisation=w.organisation, contact=w.contact, name="Kansliet", kind="other",
        created_at=NOW,
    )  # fmt: skip
    leave(actor=w.socionom, now=NOW, contact=w.contact)
    channel.refresh_from_db()
    assert channel.contact is None
    restore_contact(actor=w.socionom, now=NOW, contact=w.contact)
    w.contact.refresh_from_db()
    assert (w.contact.left_at, w.contact.archived_at) == (None, None)


@pytest.mark.parametrize("which", ["self", "other", "archived", "role", "twice"])
def test_leaving_is_refused(w: World, heir: Contact, which: str) -> None:
    if which == "other":
        heir = Contact.objects.create(
            organisation=Organisation.objects.create(name="Strimman", created_at=NOW),
            name="Bo", created_at=NOW,
        )  # fmt: skip
    if which == "archived":
        Contact.objects.filter(pk=heir.pk).update(archived_at=NOW)
    if which == "twice":
        leave(actor=w.socionom, now=NOW, contact=w.contact)
    actor = w.manager if which == "role" else w.socionom
    error = {"role": Forbidden, "twice": Conflict}.get(which, Invalid)
    with pytest.raises(error):
        leave(actor=actor, now=NOW, contact=w.contact,
              successor=w.contact if which == "self" else heir)  # fmt: skip


def test_forgotten_leaves_the_role_and_nothing_in_the_audit_or_a_merge(w: World) -> None:
    twin = Contact.objects.create(
        organisation=w.organisation, name="Lo Bergh", email="lo.b@vagval.example",
        role="Samordnare", phone="+46701740605", source="webben", created_at=NOW,
    )  # fmt: skip
    merge(actor=w.socionom, now=NOW, kept=twin, gone=w.contact)
    booking = booked(w, contacts=(twin,))
    erase(actor=w.socionom, now=NOW, contact=twin)
    twin.refresh_from_db()
    assert [twin.name, twin.role, twin.email, twin.phone, twin.source] == [
        "Samordnare", "", "", "", "",
    ]  # fmt: skip
    assert twin.archived_at == NOW
    assert not MergeRecord.objects.exists()
    event = AuditEvent.objects.get(verb="contact.erased")
    assert "vagval" not in str(event.data)
    assert booking.invitations.get().state == InvitationState.WITHDRAWN


def test_the_mails_foot_leads_to_a_page_without_cookie(w: World) -> None:
    invitation = booked(w).invitations.get()
    address = f"{links.answer_path(invitation)}/mina-uppgifter"
    mail = invitation.messages.get()
    assert address in mail.text
    anybody = Client(enforce_csrf_checks=True)
    shown = anybody.get(address)
    assert shown.status_code == 200
    assert PartnerTask.objects.count() == 0
    for _ in range(2):
        answer = anybody.post(address, {"vill": "bort"})
        assert "2 december" in answer.content.decode()
    row = PartnerTask.objects.get()
    assert (row.kind, row.contact, row.organisation) == ("removal", w.contact, w.organisation)
    assert not anybody.cookies
    assert len(shown.content) < 50_000


def test_a_correction_with_a_number_is_refused_and_kept_in_the_form(w: World) -> None:
    invitation = booked(w).invitations.get()
    address = f"{links.answer_path(invitation)}/mina-uppgifter"
    answer = Client().post(address, {"vill": "ratta", "text": f"Jag heter Lo {NUMBER}"})
    assert answer.status_code == 422
    assert "Jag heter Lo" in answer.content.decode()
    assert not PartnerTask.objects.exists()
    assert Client().post(address, {"vill": "ratta", "text": "Ny adress"}).status_code == 200
    assert PartnerTask.objects.get().text == "Ny adress"


def test_a_request_to_be_removed_is_done_from_today(w: World, page: Client) -> None:
    row = tasks.ask_removal(now=NOW, contact=w.contact)
    address = reverse("partners:task", args=[row.pk])
    assert address in page.get("/").content.decode()
    assert page.post(address, {"act": "remove"}).status_code == 303
    w.contact.refresh_from_db()
    row.refresh_from_db()
    assert (w.contact.email, row.outcome, row.done_by) == ("", "done", w.socionom)
    assert address not in page.get("/").content.decode()


def test_declining_needs_a_line_and_twice_is_a_conflict(w: World, page: Client) -> None:
    row = tasks.ask_removal(now=NOW, contact=w.contact)
    address = reverse("partners:task", args=[row.pk])
    assert page.post(address, {"act": "decline", "note": ""}).status_code == 422
    assert page.post(address, {"act": "decline", "note": "Vi ringde."}).status_code == 303
    assert page.post(address, {"act": "done"}).status_code == 409
    assert tasks.erase_old_tasks(now=NOW + timedelta(days=29)) == 0
    assert tasks.erase_old_tasks(now=NOW + timedelta(days=31)) == 1


def test_a_manager_and_a_host_see_no_task(w: World) -> None:
    row = tasks.ask_removal(now=NOW, contact=w.contact)
    for user in (w.manager, w.other_host.user):
        client = Client()
        client.force_login(user)
        address = reverse("partners:task", args=[row.pk])
        assert address not in client.get("/").content.decode()
        assert client.get(address).status_code == 403
        for name, key in (("contact_left", w.contact.pk), ("ask_link", w.organisation.pk)):
            assert client.get(reverse(f"partners:{name}", args=[key])).status_code == 403


def ask_address(w: World) -> str:
    made = tasks.open_page(actor=w.socionom, now=NOW, organisation=w.organisation)
    return reverse("partners:ask", args=[tasks.page_token(made)])


def test_an_organisation_asks_for_a_time_and_it_is_booked(w: World, page: Client) -> None:
    address, anybody = ask_address(w), Client(enforce_csrf_checks=True)
    shown = anybody.get(address).content.decode()
    assert "Vägval" not in shown
    wish = {"text": "Vi vill spela spel", "times": "Tisdagar", "size_band": "4-6"}
    done = anybody.post(address, wish, follow=True)
    assert "Tack, vi hör av oss" in done.content.decode()
    assert not anybody.cookies
    row = PartnerTask.objects.get()
    assert (row.kind, row.organisation, row.group) == ("request", w.organisation, w.group)
    today = page.get("/").content.decode()
    link = f"{reverse('book')}?group={w.group.pk}&amp;uppgift={row.pk}"
    assert link in today
    assert "Vi vill spela spel" in page.get(link.replace("&amp;", "&")).content.decode()


def test_what_is_refused_keeps_what_was_typed(w: World) -> None:
    address = ask_address(w)
    answer = Client().post(address, {"text": f"För Kim {NUMBER}", "times": "Tisdagar"})
    assert answer.status_code == 422
    assert "För Kim" in answer.content.decode()
    assert 'value="Tisdagar"' in answer.content.decode()
    assert Client().post(address, {}).status_code == 422
    assert not PartnerTask.objects.exists()


def test_a_new_link_kills_the_old_and_wrong_ones_look_the_same(w: World, page: Client) -> None:
    address = ask_address(w)
    assert page.post(reverse("partners:ask_rotate", args=[w.organisation.pk])).status_code == 303
    html = page.get(reverse("partners:ask_link", args=[w.organisation.pk])).content.decode()
    token = tasks.page_token(AskPage.objects.get())
    assert token in html
    gone = Client().get(address)
    wrong = Client().get(reverse("partners:ask", args=["a" * 32]))
    assert (gone.status_code, wrong.status_code) == (404, 404)
    assert gone.content == wrong.content
    assert Client().get(reverse("partners:ask", args=[token])).status_code == 200


def test_a_stranger_asks_and_the_organisation_is_made(w: World, page: Client) -> None:
    address = reverse("partners:ask_publicly")
    body = {"name": "Mo Ek", "organisation": "Föreningen Vägval Fri", "email": "mo@annan.example"}
    known = Client().post(address, body)
    other = Client().post(address, {**body, "organisation": "Klubbhuset Strimman"})
    # Whether somebody is known to us is told to nobody.
    assert (known.status_code, known["Location"]) == (other.status_code, other["Location"])
    row = PartnerTask.objects.get(from_organisation="Klubbhuset Strimman")
    assert (row.kind, row.organisation, row.from_email) == (
        "public_request", None, "mo@annan.example",
    )  # fmt: skip
    make = reverse("partners:organisation_create")
    assert f"{make}?name=Klubbhuset+Strimman&amp;uppgift={row.pk}" in page.get("/").content.decode()
    assert 'value="Klubbhuset Strimman"' in page.get(
        f"{make}?name=Klubbhuset+Strimman"
    ).content.decode()  # fmt: skip


@pytest.mark.parametrize("lacks", ["name", "organisation", "email"])
def test_a_stranger_who_cannot_be_answered_is_told(w: World, lacks: str) -> None:
    body = {"name": "Mo Ek", "organisation": "Strimman", "email": "mo@annan.example"}
    answer = Client().post(reverse("partners:ask_publicly"), {**body, lacks: ""})
    assert answer.status_code == 422
    assert not PartnerTask.objects.exists()


def test_a_machine_is_thanked_and_nothing_kept(w: World) -> None:
    body = {"name": "Mo", "organisation": "X", "email": "a@b.example", "webbplats": "http://x"}
    assert Client().post(reverse("partners:ask_publicly"), body).status_code == 303
    assert not PartnerTask.objects.exists()


def test_too_many_from_one_network_wait_and_others_do_not(w: World) -> None:
    body = {"name": "Mo Ek", "organisation": "Strimman", "email": "mo@annan.example"}
    address = reverse("partners:ask_publicly")
    for number in range(limits.MOST_FROM_ADDRESS):
        answer = Client(REMOTE_ADDR=f"192.0.2.{number}").post(address, body)
        assert answer.status_code == 303
    refused_one = Client(REMOTE_ADDR="192.0.2.99").post(address, body)
    assert refused_one.status_code == 429
    assert "Vänta en timme" in refused_one.content.decode()
    assert 'value="Mo Ek"' in refused_one.content.decode()
    assert Client(REMOTE_ADDR="198.51.100.1").post(address, body).status_code == 303


@pytest.mark.parametrize(
    ("address", "network"),
    [("192.0.2.7", "192.0.2.0/24"), ("2001:db8:1:2ff::5", "2001:db8:1:200::/56"),
     ("", "unknown")],
)  # fmt: skip
def test_an_address_counts_for_its_network(address: str, network: str) -> None:
    assert limits.address_class(address) == network


def test_the_page_har_slutat(w: World, heir: Contact, page: Client) -> None:
    address = reverse("partners:contact_left", args=[w.contact.pk])
    assert address in page.get(
        reverse("partners:organisation_detail", args=[w.organisation.pk])
    ).content.decode()  # fmt: skip
    assert "Max Lind" in page.get(address).content.decode()
    assert page.post(address, {"successor": "999"}).status_code == 422
    assert page.post(address, {"successor": heir.pk}).status_code == 303
    w.contact.refresh_from_db()
    assert w.contact.left_at is not None


def test_all_of_it_by_api(w: World, heir: Contact) -> None:
    api = Api(w.socionom)
    row = tasks.ask_correction(now=NOW, contact=heir, text="Ny adress")
    assert [item["id"] for item in api.get("/partner-tasks").json()["items"]] == [row.pk]
    closed = api.post(f"/partner-tasks/{row.pk}/close", {"outcome": "done"})
    assert closed.json()["outcome"] == "done"
    refused(api.post(f"/partner-tasks/{row.pk}/remove"), 409, "conflict")
    removal = tasks.ask_removal(now=NOW, contact=heir)
    assert api.post(f"/partner-tasks/{removal.pk}/remove").status_code == 200
    left = api.post(f"/contacts/{w.contact.pk}/leave", {"successor": None})
    assert left.json()["archived_at"] is not None
    for user in (w.manager, w.other_host.user):
        refused(Api(user).get("/partner-tasks"), 403, "forbidden")


def test_contacts_are_never_found_by_a_groups_category(w: World) -> None:
    Group.objects.update(category="own_experience")
    api = Api(w.socionom)
    everybody = api.get("/contacts").json()["count"]
    assert everybody == 1
    for word in ("category", "groups__category", "group_category"):
        answer = api.get("/contacts", **{word: "other"})
        # Unknown filters change nothing; there is none to find a person by what the group lives.
        assert answer.status_code == 422 or answer.json()["count"] == everybody
    for word in ("own_experience", "egen erfarenhet"):
        assert api.get("/contacts", q=word).json()["count"] == 0
    assert "category" not in str(api.get("/contacts").json())
