"""Every shape, rule and attack has a mail (ICAL.md B, C, E): what is said, and what it changes."""

from typing import Any

import pytest

from scheduling.models import Booking, IncomingAnswer, IncomingMail, Invitation
from tests import eml
from tests.factories import at
from tests.scheduling.mailbox.conftest import Post

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]

LO = "lo@vagval.example"
THEN = {"proposed_start": "2026-12-03T09:00:00Z", "proposed_end": "2026-12-03T10:15:00Z"}


def yes(comment: str = "", **more: Any) -> tuple[dict[str, Any], str]:
    said = {"action": "reply", "reason": "", "attendee": LO, "partstat": "ACCEPTED"}
    return {**said, "comment": comment, "scope": "series", **more}, "accepted"


def no(comment: str = "") -> tuple[dict[str, Any], str]:
    return {**yes(comment)[0], "partstat": "DECLINED"}, "declined"


def wish(partstat: str, comment: str = "") -> tuple[dict[str, Any], str]:
    said = {**yes(comment)[0], **THEN, "action": "counter", "partstat": partstat}
    return said, "countered"


def look(reason: str, **more: Any) -> tuple[dict[str, Any], str]:
    return {"action": "review", "reason": reason, **more}, "pending"


def nothing(reason: str, **more: Any) -> tuple[dict[str, Any], str]:
    return {"action": "ignored", "reason": reason, **more}, "pending"


MO = {"answered_as": "lo.privat@post.example"}
#: Template -> what is said of it, and the invitation's state after it.
EXPECTED: dict[str, tuple[dict[str, Any], str]] = {
    # C: the clients
    "google-reply": yes("Vi tar med oss fika & det's fint"),
    "google-counter": wish("TENTATIVE", "Kan vi ta torsdag?"),
    "google-deleted": look("unknown_partstat"),
    "outlook-reply": yes("Vi kommer gärna, tack."),
    "outlook-tentative": ({**yes()[0], "partstat": "TENTATIVE"}, "tentative"),
    "outlook-decline": no("Det går tyvärr inte."),
    "outlook-counter": wish("TENTATIVE", "Torsdag passar bättre."),
    "outlook-zone-name": wish("ACCEPTED"),
    "outlook-unknown-zone": look("proposal_unclear"),
    "outlook-brussels": wish("TENTATIVE"),
    "outlook-winmail": look("winmail"),
    "apple-reply": yes("Tack för inbjudan", **MO),
    "thunderbird-reply": yes("Åtta personer, hälsar Lö"),
    "thunderbird-counter": wish("DECLINED", "Går det senare?"),
    "nextcloud-reply": yes("Kul", answered_as="invitations-noreply@moln.example"),
    "zimbra-reply": no(),
    "zimbra-instance": (
        {**no()[0], "scope": "instance", "recurrence_id": "2026-12-01T09:00:00Z"},
        "declined",
    ),
    "notes-counter": wish("TENTATIVE"),
    "evolution-counter": wish("TENTATIVE"),
    "notes-delegated": look("delegated", partstat="DELEGATED"),
    "proton-reply": yes(),
    "method-only-in-header": yes(),
    "no-method": look("no_method"),
    "no-stamp-no-sequence": yes(),
    "no-uid": look("no_uid"),
    "no-attendee": nothing("no_answer"),
    "no-organizer-no-summary": yes(),
    "one-person-two-lines": yes(),
    "alias-beside": yes(),
    "organizer-as-guest": no(),
    "contradicting-lines": look("contradiction"),
    "broken-name": yes(),
    "lone-quote": yes(),
    "mailto-with-subject": yes(),
    "method-extended": yes(),
    "two-methods": look("no_method"),
    "quoted-encoding": yes(),
    "calendar-as-text": yes(),
    "six-calendars": look("contradiction"),
    "many-parts": look("too_many_parts"),
    "false-charset": yes("Vi är åtta"),
    "utf-16": yes("Vi är åtta"),
    "comments-in-header": yes(),
    "bom-and-bare-lf": yes("Välkommen åter"),
    "windows-1252": yes("Vi är åtta – ungefär"),
    "unfinished": yes(),
    "personal-number": yes("Hon heter Lo, ••••••, ring henne"),
    "number-in-entities": yes("Hon heter ••••••"),
    "number-in-address": look("other_attendee", attendee="••••••@annan.example"),
    "script-in-comment": yes("<script>alert(1)</script>"),
    # B6 to B15
    "accept": yes(),
    "decline": no("Nej tyvärr"),
    "several-uids": look("several_uids"),
    "unknown-uid": nothing("unknown_uid"),
    "stale": yes(),  # nothing has changed yet: SEQUENCE 0 is the present one
    "stale-counter": wish("ACCEPTED"),
    "huge-sequence": yes(),
    "broken-sequence": yes(),
    "future-stamp": yes(),
    "cdo-sequence": yes(),
    "own-instance": yes(scope="instance", recurrence_id="2026-12-01T09:00:00Z"),
    "unknown-instance": look("unknown_instance", recurrence_id="2026-12-03T09:00:00Z"),
    "range": look("occurrence_range"),
    "changes-everything": yes(),
    "needs-action": nothing("no_answer"),
    "lower-case-partstat": yes(),
    "delegate": look("delegate", attendee="mo@vagval.example"),
    "party-crasher": look("other_attendee", attendee="ovantad@annan.example"),
    "counter-without-time": look("proposal_unclear"),
    "counter-past": look("unusable_time"),
    "refresh": ({"action": "refresh", "reason": "", "attendee": LO}, "pending"),
    "refresh-automatic": nothing("automatic"),
    "attendee-request": nothing("not_an_answer"),
    "attendee-cancel": nothing("not_an_answer"),
    "attendee-publish": nothing("not_an_answer"),
    "attendee-add": nothing("not_an_answer"),
    "attendee-declinecounter": nothing("not_an_answer"),
    "contradiction": look("contradiction"),
    # Who may answer
    "tag-other-contact": look("other_tag"),
    "tag-unknown": look("other_tag"),
    "tag-both": look("other_tag"),
    "tag-delivered-to": yes(),
    "tag-original-to": yes(),
    "tag-only-in-organizer": yes(),
    "tag-from-elsewhere": yes(**MO),
    "answered-as": yes(attendee="lo.privat@post.example", **MO),
    "no-tag": look("not_authenticated"),
    "no-tag-dmarc": yes(),
    "no-tag-dkim": yes(),
    "no-tag-dkim-foreign": look("not_authenticated"),
    "no-tag-dmarc-fail": look("not_authenticated"),
    "no-tag-dmarc-foreign-server": look("not_authenticated"),
    "no-tag-dmarc-in-comment": look("not_authenticated"),
    "no-tag-dmarc-other-sender": look("not_authenticated"),
    "no-tag-two-from": look("not_authenticated"),
    "no-tag-dmarc-other-attendee": look("other_attendee"),
    # Attacks and loops of part E
    "rrule-bomb": yes(),
    "attach": yes(),
    "own-mail": nothing("own_mail"),
    "x-loop": nothing("own_mail"),
    "null-sender": nothing("automatic"),
    "list": nothing("bulk"),
    "bulk": nothing("bulk"),
    "automatic-reply-with-answer": yes(),
    "out-of-office": nothing("automatic"),
    "out-of-office-without-header": nothing("automatic"),
    "absence-in-swedish": nothing("automatic"),
    "read-receipt": nothing("automatic"),
    "complaint": nothing("automatic"),
    "words": look("no_calendar"),
    "words-from-a-stranger": look("stranger"),
    "forwarded": look("forwarded"),
    "bounce": ({"action": "bounce", "reason": "5.1.1"}, "pending"),
    "bounce-headers-only": ({"action": "bounce", "reason": "5.2.2"}, "pending"),
    "bounce-by-tag": ({"action": "bounce", "reason": "5.1.1"}, "pending"),
    "bounce-old": ({"action": "bounce", "reason": "5.1.1"}, "pending"),
    "bounce-unknown": nothing("unknown_message"),
    "delayed": nothing("delayed"),
    "no-headers-but-text": look("no_calendar"),
    "empty": look("stranger"),
}
#: These answer several dates or people; they have tests of their own.
SEVERAL = {"two-events", "two-people", "contradicting-events", "date-then-whole"}


def test_every_template_has_an_expectation() -> None:
    assert set(eml.names()) == EXPECTED.keys() | SEVERAL


@pytest.mark.parametrize("name", EXPECTED)
def test_what_is_said_and_what_it_changes(
    name: str, post: Post, booking: Booking, invitation: Invitation
) -> None:
    title = booking.visit.programme.name
    said, state = EXPECTED[name]
    found = post(name)
    assert {key: found.get(key) for key in said} == said
    assert "answers" not in found
    invitation.refresh_from_db()
    assert invitation.state == state
    if state != "pending":
        assert (invitation.channel, invitation.comment) == ("mail", said["comment"])
    booking.refresh_from_db()
    assert (booking.start, booking.end) == (at(1, 10), at(1, 11, 15))
    assert (booking.visit.programme.name, booking.invitations.count()) == (title, 1)
    mail = IncomingMail.objects.get()
    assert (mail.action, mail.reason) == (found["action"], found["reason"])
    waits = found["action"] == "review"
    assert (mail.action == "review" and mail.decided_at is None) is waits


def test_one_mail_that_answers_two_dates(post: Post, invitation: Invitation) -> None:
    found = post("two-events")
    assert (found["action"], len(found["answers"])) == ("reply", 2)
    assert {answer["action"] for answer in found["answers"]} == {"reply", "review"}
    invitation.refresh_from_db()
    assert invitation.state == "accepted"
    assert IncomingAnswer.objects.filter(action="reply").count() == 1
    # What could not be taken is not lost beside what could.
    assert IncomingMail.objects.waiting().get().reason == "unknown_instance"


def test_two_answers_of_one_person_wait_for_a_person(post: Post, invitation: Invitation) -> None:
    found = post("contradicting-events")
    assert (found["action"], found["reason"]) == ("review", "contradiction")
    assert [answer["partstat"] for answer in found["answers"]] == ["ACCEPTED", "DECLINED"]
    invitation.refresh_from_db()
    assert invitation.state == "pending"


def test_two_people_in_one_answer_wait_for_a_person(post: Post, invitation: Invitation) -> None:
    found = post("two-people")
    assert (found["action"], len(found["answers"])) == ("review", 2)
    invitation.refresh_from_db()
    assert invitation.state == "pending"
