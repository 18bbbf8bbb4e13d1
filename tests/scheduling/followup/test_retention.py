"""What is erased when: previews tell the truth, a second run finds nothing, statistics stand."""

from datetime import date, timedelta

import pytest
from django.test import Client

from core import audit
from core.errors import Conflict, Forbidden, Invalid, Missing
from core.models import AuditEvent, User
from scheduling.booking import services as booking_services
from scheduling.followup import retention
from scheduling.followup.services import FollowUpInput, record
from scheduling.insight.as_json import beside_json, report_json
from scheduling.insight.beyond import load_beside
from scheduling.insight.queries import load
from scheduling.insight.report import build
from scheduling.insight.rows import Period
from scheduling.models import (
    Barrier,
    Booking,
    BoundaryCase,
    FollowUp,
    Handover,
    Interest,
    InterestSignal,
    Message,
    RetentionRule,
    RetentionRun,
    Visit,
)
from scheduling.outbox import deliver
from scheduling.states import AnswerChannel, InvitationState, Judgement
from tests.factories import NOW, World, at, days, demo_library, world

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
PUBLIC = [rule.key for rule in retention.RULES if rule.public_record]


@pytest.fixture
def w() -> World:
    return world()


@pytest.fixture
def held(w: World) -> Booking:
    """A visit of 1 December that left words everywhere."""
    plan = w.plan(diets="2 glutenfritt", interpreter="arabiska")
    booking = booking_services.book(actor=w.socionom, now=NOW, plan=plan)
    deliver.deliver_due(clock=lambda: NOW + days(1))
    booking_services.answer(
        invitation=booking.invitations.get(),
        reply=booking_services.Reply(
            state=InvitationState.COUNTERED,
            channel=AnswerChannel.LINK,
            comment="Vi kommer gärna senare.",
            wishes=(booking_services.Wish(text="hellre efter lunch"),),
        ),
        now=NOW + days(1),
    )
    given = FollowUpInput(
        attendance=6, judgement=Judgement.SUCCESS, note="Fikat gav lugn.", next_step="Ring"
    )
    record(actor=w.socionom, now=at(1, 12), booking=booking, given=given)
    return booking


def decide(w: World, *keys: str) -> None:
    for key in keys:
        days_kept = retention.rule(key).days
        retention.change_rule(
            actor=w.socionom, now=NOW, key=key, days=days_kept, decision="KUN 2026-0147"
        )


def due(now: object) -> dict[str, int]:
    return {one.rule.key: one.due for one in retention.standing(now) if one.due}  # type: ignore[arg-type]


def test_nothing_is_due_before_its_day_and_everything_after(w: World, held: Booking) -> None:
    end = held.end
    assert due(end + days(7)) == {}
    assert due(end + timedelta(days=7, seconds=1)) == {"care": 1}
    assert due(end + days(31)) == {"care": 1, "links": 1}
    assert due(end + days(366)) == {
        "care": 1, "links": 1, "letters": 1, "answers": 1, "wishes": 1,
    }  # fmt: skip
    everything = due(end + days(731))
    assert everything.pop("audit") == AuditEvent.objects.count()
    assert everything == {
        "care": 1, "links": 1, "letters": 1, "answers": 1, "wishes": 1, "notes": 1, "contacts": 1,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("field", "words"),
    [("diets", "2 glutenfritt"), ("room_reason", "Delar på oss"), ("busy_override", "Kan flyttas")],
)
def test_each_word_of_care_is_enough_to_be_due(
    w: World, held: Booking, field: str, words: str
) -> None:
    """And once erased, nothing is left to erase."""
    Visit.objects.update(
        diets="", diet_counts={}, access_needs=[], room_reason="", busy_override=""
    )
    held.invitations.update(needs={})
    later = held.end + days(8)
    assert retention.run_all(later) == []
    Visit.objects.update(**{field: words})
    assert [(run.key, run.rows) for run in retention.run_all(later)] == [("care", 1)]
    assert getattr(Visit.objects.get(), field) == ""
    assert retention.run_all(later) == []


def test_the_night_erases_words_and_keeps_what_the_statistics_need(w: World, held: Booking) -> None:
    decide(w, *PUBLIC)
    year = (date(2026, 1, 1), date(2026, 12, 31))
    before = report_json(build(load(*year)))
    later = held.end + days(800)
    runs = {run.key: run.rows for run in retention.run_all(later)}
    assert runs.pop("audit") > 5
    assert runs == {"care": 1, "links": 1, "letters": 1, "answers": 1, "wishes": 1, "notes": 1}
    held.visit.refresh_from_db()
    assert (held.visit.diets, held.visit.diet_counts, held.visit.access_needs) == ("", {}, [])
    invitation = held.invitations.get()
    assert (invitation.token_fingerprint, invitation.comment) == (None, "")
    assert invitation.answers.get().comment == ""
    assert invitation.proposals.get().text == "–"
    message = Message.objects.get()
    assert (message.recipient, message.subject, message.text) == ("", "", "")
    assert (bytes(message.raw), message.calendar, message.state) == (b"", None, "kept")
    note = FollowUp.objects.get()
    assert (note.note, note.next_step, note.attendance) == ("", "", 6)
    assert report_json(build(load(*year))) == before
    # What is left of the log is what this night wrote.
    assert set(AuditEvent.objects.values_list("verb", flat=True)) == {"retention.run"}


def test_a_second_night_does_nothing(w: World, held: Booking) -> None:
    decide(w, *PUBLIC)
    later = held.end + days(800)
    retention.run_all(later)
    counted = RetentionRun.objects.count()
    assert due(later) == {"contacts": 1}
    assert retention.run_all(later) == []
    assert RetentionRun.objects.count() == counted


def test_public_records_wait_for_a_decision(w: World, held: Booking) -> None:
    later = held.end + days(800)
    assert {run.key for run in retention.run_all(later)} == {"care", "links"}
    with pytest.raises(Conflict, match="diarienummer"):
        retention.run(actor=w.socionom, now=later, key="notes")
    decide(w, "notes")
    done = retention.run(actor=w.socionom, now=later, key="notes")
    assert (done.rows, done.decision, done.days, done.actor) == (
        1, "KUN 2026-0147", 730, w.socionom,
    )  # fmt: skip


def test_contacts_are_asked_about_never_erased(w: World, held: Booking) -> None:
    with pytest.raises(Conflict, match="frågar bara"):
        retention.run(actor=w.socionom, now=held.end + days(800), key="contacts")


def test_what_the_house_learnt_loses_its_words_and_keeps_its_figures(w: World) -> None:
    """Interests, barriers, boundary cases and handovers: a second run does nothing."""
    on = date(2026, 11, 2)
    interest = Interest.objects.create(name="Film")
    InterestSignal.objects.create(interest=interest, source="desk", line="På disken", on=on)
    InterestSignal.objects.create(interest=interest, source="desk", on=on)
    Barrier.objects.create(kind="debt", what="Skulder", solution="Ny rutin", on=on, solved_on=on)
    still = Barrier.objects.create(kind="debt", what="Öppet", on=on)
    BoundaryCase.objects.create(question="Bank-id?", outcome="Nej.", on=on)
    Handover.objects.create(topic="Boende", receiver="police", on=on)
    keys = ["interests", "barriers", "cases", "handovers"]
    decide(w, *keys)
    year = Period(date(2026, 1, 1), date(2026, 12, 31))

    def figures() -> dict[str, object]:
        told = report_json(build(load(year.first, year.last)))
        return told | beside_json(load_beside(year, NOW))

    before, later = figures(), at(3, 10, month=11, year=2029)
    assert retention.run_all(at(31, 10, month=10, year=2028)) == []
    assert {run.key: run.rows for run in retention.run_all(later)} == dict.fromkeys(keys, 1)
    assert retention.run_all(later) == []
    assert figures() == before
    assert before["boundary_cases"] == 1
    texts = [
        *InterestSignal.objects.values_list("line", flat=True),
        *Barrier.objects.exclude(pk=still.pk).values_list("what", "solution"),
        *BoundaryCase.objects.values_list("question", "outcome"),
        *Handover.objects.values_list("topic", flat=True),
    ]
    assert texts == ["", "", ("", ""), ("–", ""), "–"]
    still.refresh_from_db()
    assert still.what == "Öppet"


def test_own_days_count(w: World, held: Booking) -> None:
    retention.change_rule(actor=w.socionom, now=NOW, key="care", days=1, decision="")
    assert due(held.end + days(2)) == {"care": 1}
    assert RetentionRule.objects.get().changed_by == w.socionom


@pytest.mark.parametrize("days_kept", [0, -1, 36501])
def test_days_outside_reason_are_refused(w: World, days_kept: int) -> None:
    with pytest.raises(Invalid) as caught:
        retention.change_rule(actor=w.socionom, now=NOW, key="care", days=days_kept, decision="")
    assert set(caught.value.fields) == {"days"}
    assert not RetentionRule.objects.exists()


def test_only_those_who_administer(w: World) -> None:
    for user in (w.other_host.user, w.manager):
        with pytest.raises(Forbidden):
            retention.change_rule(actor=user, now=NOW, key="care", days=1, decision="")
        with pytest.raises(Forbidden):
            retention.run(actor=user, now=NOW, key="care")
    with pytest.raises(Missing):
        retention.run(actor=w.socionom, now=NOW, key="nothing")


def test_the_log_lets_only_expired_rows_go(w: World) -> None:
    old = audit.record(now=NOW, actor=None, verb="test.old", target=w.group)
    new = audit.record(now=NOW + days(2), actor=None, verb="test.new", target=w.group)
    for act in (
        lambda: AuditEvent.objects.all().delete(),
        lambda: AuditEvent.objects.update(verb="x"),
        old.delete,
        old.save,
    ):
        with pytest.raises(TypeError):
            act()
    assert AuditEvent.objects.expire(NOW + days(1)) == 1
    assert list(AuditEvent.objects.all()) == [new]


@pytest.mark.large
def test_the_whole_demo_library_keeps_its_figures() -> None:
    demo_library(date(2026, 11, 23))
    sam = User.objects.get(username="sam")
    for key in PUBLIC:
        retention.change_rule(actor=sam, now=NOW, key=key, days=365, decision="KUN 2026-0147")
    year = (date(2026, 1, 1), date(2026, 12, 31))
    before = report_json(build(load(*year)))
    erased = retention.run_all(NOW + days(1500))
    assert {run.key for run in erased} >= {
        *("care", "links", "letters", "notes", "barriers", "handovers", "cases", "audit")
    }
    assert report_json(build(load(*year))) == before


def test_page_and_its_acts(w: World, client: Client, held: Booking) -> None:
    Booking.objects.update(start=NOW - days(400), end=NOW - days(399))
    client.force_login(w.socionom)
    page = client.get("/installningar/gallring").content.decode()
    assert "Kost, tillgänglighet och skäl till ett litet rum eller en upptagen tid" in page
    assert "Väntar på beslut" in page
    words = " ".join(page.split())
    assert "1 uppgift är äldre än så." in words
    assert "att fråga om" not in words
    bad = client.post("/installningar/gallring/care", {"days": "0", "decision": "x"})
    assert bad.status_code == 422
    saved = client.post("/installningar/gallring/letters", {"days": "30", "decision": "KUN 1"})
    assert (saved.status_code, saved["Location"]) == (303, "/installningar/gallring")
    assert RetentionRule.objects.get().decision == "KUN 1"
    ran = client.post("/installningar/gallring/care/kor")
    assert (ran.status_code, RetentionRun.objects.get().rows) == (303, 1)
    refused = client.post("/installningar/gallring/notes/kor")
    assert (refused.status_code, "diarienummer" in refused.content.decode()) == (409, True)
    client.force_login(w.manager)
    assert client.get("/installningar/gallring").status_code == 403
    assert client.post("/installningar/gallring/care/kor").status_code == 403
