"""Following up: what one act writes, what it refuses, and what a correction keeps."""

from dataclasses import replace
from datetime import timedelta

import pytest

from core.errors import (
    Clash,
    Conflict,
    Forbidden,
    IllegalTransition,
    Invalid,
    PersonalData,
    Stale,
)
from core.models import AuditEvent
from partners.models import Group
from scheduling.booking import services as booking_services
from scheduling.followup import counted
from scheduling.followup.services import FollowUpInput, due, record, suggest_next
from scheduling.models import (
    Allocation,
    Booking,
    Closure,
    FollowUp,
    Handover,
    Interest,
    InterestSignal,
    Message,
    Proposal,
)
from scheduling.states import Judgement, Mission, ReceiverKind, VisitEvent, VisitState
from tests.factories import NOW, World, at, day, world

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]

#: Tuesday 1 December 2026, when the visit has ended.
AFTER = at(1, 11, 30)
PLAIN = FollowUpInput(attendance=6, judgement=Judgement.SUCCESS)


@pytest.fixture
def w() -> World:
    return world()


@pytest.fixture
def booking(w: World) -> Booking:
    return booking_services.book(actor=w.socionom, now=NOW, plan=w.plan())


def write(w: World, booking: Booking, given: FollowUpInput = PLAIN, **more: object) -> FollowUp:
    return record(actor=w.socionom, now=AFTER, booking=booking, given=given, **more)  # type: ignore[arg-type]


def test_it_writes_everything_in_one_act(w: World, booking: Booking) -> None:
    follow_up = write(
        w,
        booking,
        FollowUpInput(
            attendance=6,
            judgement=Judgement.PARTIAL,
            worked=("Fika först", " fika  först ", ""),
            did_not_work=("Ont om stolar",),
            note=" Rundan blev lång. ",
            interests=("Släktforskning", "Motorböcker"),
            mission=Mission.SHARED,
            handover_topic="Bank-id",
            handover_receiver=ReceiverKind.MUNICIPALITY,
            next_step="Köp två stolar",
            next_step_due=day(8),
        ),
    )
    booking.refresh_from_db()
    assert booking.status is VisitState.HELD
    assert booking.version == 2
    assert (follow_up.version, follow_up.current, follow_up.author) == (1, True, w.socionom)
    assert (follow_up.attendance, follow_up.judgement) == (6, "partial")
    assert follow_up.worked == ["Fika först"]
    assert follow_up.note == "Rundan blev lång."
    assert {(s.interest.name, s.group, s.source, s.on) for s in follow_up.signals.all()} == {
        ("Släktforskning", w.group, "visit", day(1)),
        ("Motorböcker", w.group, "visit", day(1)),
    }
    handover = follow_up.handovers.get()
    assert (handover.topic, handover.receiver, handover.on) == ("Bank-id", "municipality", day(1))
    event = AuditEvent.objects.latest("pk")
    assert (event.verb, event.data["state"]) == ("visit.followed_up", "held")
    assert "Rundan" not in str(event.data)
    assert "Bank-id" not in str(event.data)


@pytest.mark.parametrize(
    ("given", "state"),
    [
        (FollowUpInput(attendance=0), VisitState.NONE_CAME),
        (FollowUpInput(attendance=3, judgement=Judgement.SUCCESS), VisitState.HELD),
        (
            FollowUpInput(
                attendance=3, judgement=Judgement.TOO_EARLY, outcome=VisitEvent.HOLD_PARTLY
            ),
            VisitState.PARTLY_HELD,
        ),
        (
            FollowUpInput(attendance=0, judgement=Judgement.PARTIAL, outcome=VisitEvent.HOLD),
            VisitState.HELD,
        ),
    ],
)
def test_the_state_follows(
    w: World, booking: Booking, given: FollowUpInput, state: VisitState
) -> None:
    write(w, booking, given)
    booking.refresh_from_db()
    assert booking.status is state


def test_before_the_visit_it_says_when(w: World, booking: Booking) -> None:
    with pytest.raises(IllegalTransition, match=r"Du kan följa upp det från tis 1 dec kl\. 10\.00"):
        record(actor=w.socionom, now=at(1, 10) - timedelta(seconds=1), booking=booking, given=PLAIN)
    assert not FollowUp.objects.exists()
    record(actor=w.socionom, now=at(1, 10), booking=booking, given=PLAIN)


def test_a_cancelled_visit_and_a_draft_are_refused(w: World, booking: Booking) -> None:
    booking_services.cancel(actor=w.socionom, now=NOW, booking=booking)
    with pytest.raises(IllegalTransition, match="inställd av oss"):
        write(w, booking)
    draft = booking_services.book(actor=w.socionom, now=NOW, plan=w.plan(), send=False)
    with pytest.raises(IllegalTransition, match="utkast"):
        write(w, draft)
    assert not FollowUp.objects.exists()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"attendance": -1}, "attendance"),
        ({"attendance": 501}, "attendance"),
        ({"outcome": VisitEvent.NONE_CAME}, "attendance"),
        ({"outcome": VisitEvent.MOVE}, "outcome"),
        ({"judgement": None}, "judgement"),
        ({"worked": tuple(f"Chip {n}" for n in range(11))}, "worked"),
        ({"did_not_work": ("x" * 61,)}, "did_not_work"),
        ({"note": "x" * 2001}, "note"),
        ({"interests": ("x" * 61,)}, "interests"),
        ({"mission": Mission.HANDED_OVER, "handover_topic": "Boende"}, "handover_receiver"),
        (
            {"mission": Mission.HANDED_OVER, "handover_receiver": ReceiverKind.OTHER},
            "handover_topic",
        ),
        ({"mission": Mission.SHARED, "handover_topic": "Boende"}, "handover_receiver"),
        ({"handover_topic": "Boende"}, "mission"),
        ({"next_step_due": day(8)}, "next_step"),
        ({"next_start": at(15, 10).replace(tzinfo=None)}, "next_start"),
        ({"next_start": at(15, 10, month=11)}, "next_start"),
    ],
)
def test_what_must_be_mended_names_its_field(
    w: World, booking: Booking, changes: dict, field: str
) -> None:
    with pytest.raises(Invalid) as caught:
        write(w, booking, replace(PLAIN, **changes))
    assert list(caught.value.fields) == [field]
    assert not FollowUp.objects.exists()
    booking.refresh_from_db()
    assert booking.status is VisitState.OFFERED


@pytest.mark.parametrize("field", ["note", "next_step", "handover_topic"])
@pytest.mark.parametrize("chips", [False, True])
def test_no_text_holds_a_personal_identity_number(
    w: World, booking: Booking, field: str, chips: bool
) -> None:
    number = "Ring 19811218-9876"
    changes = {"worked": (number,)} if chips else {field: number}
    with pytest.raises(PersonalData) as caught:
        write(w, booking, replace(PLAIN, **changes))
    assert "9876" not in caught.value.message
    assert not FollowUp.objects.exists()


def test_interests_are_found_whatever_their_case(w: World, booking: Booking) -> None:
    known = Interest.objects.create(name="Öppna böcker")
    write(w, booking, replace(PLAIN, interests=("ÖPPNA BÖCKER", "öppna  böcker")))
    assert InterestSignal.objects.get().interest == known
    assert Interest.objects.count() == 1


def test_a_joint_visit_catches_an_interest_once_and_of_no_single_group(w: World) -> None:
    second = Group.objects.create(organisation=w.organisation, alias="Nya vänner", created_at=NOW)
    plan = w.plan(groups=(w.group, second))
    joint = booking_services.book(actor=w.socionom, now=NOW, plan=plan)
    write(w, joint, replace(PLAIN, interests=("Film",)))
    assert InterestSignal.objects.get().group is None


def test_a_correction_is_a_new_version_and_only_it_counts(w: World, booking: Booking) -> None:
    first = write(
        w,
        booking,
        replace(
            PLAIN,
            interests=("Film", "Musik"),
            mission=Mission.HANDED_OVER,
            handover_topic="Boende",
            handover_receiver=ReceiverKind.SOCIAL_SERVICES,
        ),
    )
    second = write(w, booking, FollowUpInput(attendance=0, interests=("Film",)))
    first.refresh_from_db()
    booking.refresh_from_db()
    assert (first.current, first.version, second.current, second.version) == (False, 1, True, 2)
    assert booking.status is VisitState.NONE_CAME
    assert InterestSignal.objects.count() == 3
    assert [signal.interest.name for signal in counted.signals()] == ["Film"]
    assert (Handover.objects.count(), counted.handovers().count()) == (1, 0)
    assert AuditEvent.objects.latest("pk").verb == "visit.follow_up_corrected"


def test_the_same_key_writes_once(w: World, booking: Booking) -> None:
    first = write(w, booking, version=booking.version, idempotency_key="k1")
    again = write(
        w, booking, replace(PLAIN, attendance=9), version=booking.version, idempotency_key="k1"
    )
    assert (again.pk, again.attendance) == (first.pk, 6)
    other = booking_services.book(
        actor=w.socionom, now=NOW, plan=w.plan(start=at(1, 8), end=at(1, 9))
    )
    with pytest.raises(Conflict):
        write(w, other, idempotency_key="k1")


def test_two_tabs_cannot_overwrite_each_other(w: World, booking: Booking) -> None:
    write(w, booking, version=1)
    with pytest.raises(Stale):
        write(w, booking, version=1)
    assert FollowUp.objects.count() == 1


def test_the_next_visit_is_booked_on_the_spot_as_a_draft(w: World, booking: Booking) -> None:
    follow_up = write(w, booking, replace(PLAIN, next_start=at(15, 10)))
    following = follow_up.next_booking
    assert following is not None
    assert (following.state, following.start, following.end) == (
        "draft",
        at(15, 10),
        at(15, 11, 15),
    )
    visit = following.visit
    assert (visit.host, visit.room, visit.programme) == (w.host, w.room, w.programme)
    assert list(visit.groups.all()) == [w.group]
    assert [row.contact for row in following.invitations.all()] == [w.contact]
    assert not following.messages.exists()


def test_the_next_visit_can_be_another_programme_and_invited_at_once(
    w: World, booking: Booking
) -> None:
    other = type(w.programme).objects.create(name="Släktforskning", minutes=90, text_sv="x")
    given = replace(PLAIN, next_start=at(15, 10), next_programme=other, next_send=True)
    following = write(w, booking, given).next_booking
    assert following is not None
    assert (following.state, following.minutes) == ("offered", 90)
    assert following.messages.get().kind == "request"


def test_a_clash_refuses_the_whole_and_says_what_is_taken(w: World, booking: Booking) -> None:
    booking_services.book(
        actor=w.socionom, now=NOW, plan=w.plan(start=at(15, 9), end=at(15, 10, 30))
    )
    mails, taken = Message.objects.count(), Allocation.objects.count()
    with pytest.raises(Clash) as caught:
        write(w, booking, replace(PLAIN, next_start=at(15, 10), interests=("Film",)))
    assert "Studion är upptagen tis 15 dec kl. 9.00–10.30." in caught.value.fields["next_start"]
    booking.refresh_from_db()
    assert booking.status is VisitState.OFFERED
    assert (Message.objects.count(), Allocation.objects.count()) == (mails, taken)
    assert not FollowUp.objects.exists()
    assert not Interest.objects.exists()
    assert write(w, booking, replace(PLAIN, next_start=at(15, 11))).next_booking is not None


def test_a_host_books_the_next_as_a_draft_only(w: World, booking: Booking) -> None:
    member = w.other_host.user
    given = replace(PLAIN, next_start=at(15, 10), next_send=True)
    with pytest.raises(Forbidden):
        record(actor=member, now=AFTER, booking=booking, given=given)
    assert not FollowUp.objects.exists()
    draft = record(
        actor=member, now=AFTER, booking=booking, given=replace(given, next_send=False)
    ).next_booking
    assert draft is not None
    assert draft.state == "draft"


def test_a_correction_keeps_the_next_visit_and_a_done_step(w: World, booking: Booking) -> None:
    first = write(w, booking, replace(PLAIN, next_start=at(15, 10), next_step="Ring"))
    FollowUp.objects.filter(pk=first.pk).update(next_step_done_at=AFTER)
    second = write(w, booking, replace(PLAIN, attendance=7, next_step="Ring"))
    assert second.next_booking == first.next_booking
    assert second.next_step_done_at == AFTER
    third = write(w, booking, replace(PLAIN, next_start=at(15, 10), next_step="Mejla"))
    assert third.next_booking == first.next_booking
    assert third.next_step_done_at is None
    assert Booking.objects.count() == 2


def test_open_wishes_for_another_time_are_closed(w: World, booking: Booking) -> None:
    Proposal.objects.create(invitation=booking.invitations.get(), text="fredag", created_at=NOW)
    write(w, booking)
    assert Proposal.objects.get().state == "closed"


def test_suggestions_are_the_same_time_two_weeks_on(w: World, booking: Booking) -> None:
    found = suggest_next(booking, AFTER)
    assert [(time.start, time.end) for time in found] == [
        (at(15, 10), at(15, 11, 15)),
        (at(22, 10), at(22, 11, 15)),
    ]


def test_suggestions_avoid_what_is_taken_closed_and_red(w: World, booking: Booking) -> None:
    busy = w.plan(start=at(15, 11), end=at(15, 12), room=w.other_room, groups=(_other(w),))
    booking_services.book(actor=w.socionom, now=NOW, plan=busy)
    Closure.objects.create(library=w.library, day=day(22), reason="Planering")
    found = [time.start for time in suggest_next(booking, AFTER)]
    assert found == [at(29, 10), at(5, 10, month=1, year=2027)]


def test_suggestions_of_an_old_visit_are_still_ahead(w: World, booking: Booking) -> None:
    much_later = AFTER + timedelta(weeks=8)
    assert all(time.start > much_later for time in suggest_next(booking, much_later))
    assert suggest_next(booking, AFTER + timedelta(weeks=60)) == []


def test_the_clock_on_the_wall_stays_the_same_over_the_change_to_summer_time(w: World) -> None:
    march = w.plan(start=at(16, 10, month=3, year=2027), end=at(16, 11, month=3, year=2027))
    booking = booking_services.book(actor=w.socionom, now=NOW, plan=march)
    assert suggest_next(booking, NOW)[0].start == at(30, 10, month=3, year=2027)


def test_due_are_ended_visits_without_follow_up_oldest_first(w: World, booking: Booking) -> None:
    earlier = booking_services.book(
        actor=w.socionom, now=NOW, plan=w.plan(start=at(24, 10, month=11), end=at(24, 11, month=11))
    )
    booking_services.book(actor=w.socionom, now=NOW, plan=w.plan(start=at(1, 14), end=at(1, 15)))
    gone = booking_services.book(
        actor=w.socionom, now=NOW, plan=w.plan(start=at(1, 8), end=at(1, 9))
    )
    booking_services.cancel(actor=w.socionom, now=NOW, booking=gone)
    assert list(due(AFTER)) == [earlier, booking]
    write(w, earlier)
    assert list(due(AFTER)) == [booking]
    assert list(due(at(1, 11))) == []


def _other(w: World) -> Group:
    return Group.objects.create(organisation=w.organisation, alias="Nya vänner", created_at=NOW)
