"""What staff do with texts, by API."""

import pytest
from pytest_django import Settings

from partners.models import Contact
from partners.services.texting import stop_texts
from scheduling.booking import services
from scheduling.mailbox import texts
from scheduling.models import Booking
from tests.factories import NOW, World
from tests.scheduling.api.conftest import Caller

pytestmark = pytest.mark.django_db
MOBILE = "+46701740620"


@pytest.fixture
def booking(settings: Settings, w: World, tmp_path: object) -> Booking:
    settings.SMS_URL = f"file:{tmp_path}/sms.jsonl"
    Contact.objects.filter(pk=w.contact.pk).update(email="", phone=MOBILE, channel="sms")
    return services.book(actor=w.socionom, now=NOW, plan=w.plan())


def test_the_queue_and_a_decision(sam: Caller, booking: Booking) -> None:
    texts.receive(texts.TextIn(MOBILE, "kanske"), now=NOW)
    (row,) = sam.get("/texts")["items"]
    invitation = booking.invitations.get().pk
    assert (row["words"], row["reason"], row["waits"]) == ("kanske", "old_time", True) or row[
        "reason"
    ] == "unclear"
    assert row["open"] == [invitation]
    body = {"decision": "accepted", "invitation": invitation}
    done = sam.post(f"/texts/{row['id']}/decide", body)
    assert (done["waits"], done["decision"], done["visit"]) == (False, "accepted", booking.pk)
    assert sam.get("/texts")["items"] == []
    assert sam.get(f"/texts/{row['id']}")["decision"] == "accepted"
    sam.post(f"/texts/{row['id']}/decide", {"decision": "seen"}, 409)
    assert sam.get("/texts?waiting=false")["count"] == 1


def test_the_link_and_stop(sam: Caller, booking: Booking, w: World) -> None:
    invitation = booking.invitations.get().pk
    sent = sam.post(f"/visits/{booking.pk}/text-link", {"invitation": invitation})
    assert sent["invitation"] == invitation
    assert "/s/…" in sent["text"]
    sam.post(f"/visits/{booking.pk}/text-link", {"invitation": invitation}, 409)
    for nobody in (2**40, 2**100, -1, True):
        sam.post(f"/visits/{booking.pk}/text-link", {"invitation": nobody}, 422)
    stop_texts(number=MOBILE, now=NOW)
    assert sam.get(f"/contacts/{w.contact.pk}")["no_texts"] is True
    assert sam.get("/contacts")["items"][0]["no_texts"] is True
    assert sam.post(f"/contacts/{w.contact.pk}/start-texts")["no_texts"] is False


def test_planners_only(kim: Caller, booking: Booking) -> None:
    kim.get("/texts", 403)
    body = {"invitation": booking.invitations.get().pk}
    kim.post(f"/visits/{booking.pk}/text-link", body, 403)
