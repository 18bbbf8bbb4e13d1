"""Several times for one visit: held, chosen, expired, withdrawn."""

import pytest
from icalendar import Calendar

from core.errors import Clash, Conflict, Forbidden, IllegalTransition, Invalid
from scheduling.booking import offers, services, slots
from scheduling.booking.answers import Reply
from scheduling.insight import today
from scheduling.models import Allocation, Booking, Message, OfferedTime
from scheduling.outbox import deliver
from scheduling.states import AnswerChannel, InvitationState, OfferState
from tests.factories import NOW, World, at, days, world

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
YES = Reply(state=InvitationState.ACCEPTED, channel=AnswerChannel.LINK)


@pytest.fixture
def w() -> World:
    return world()


def choice(w: World, day: int, **extra: object) -> offers.Choice:
    facts = {"room": w.room, "host": w.host, **extra}
    return offers.Choice(start=at(day, 13), end=at(day, 14, 15), **facts)  # type: ignore[arg-type]


def three(w: World) -> Booking:
    return offers.offer(
        actor=w.socionom, now=NOW, plan=w.plan(), choices=[choice(w, day) for day in (1, 2, 3)]
    )


def held(booking: Booking) -> list[tuple[str, int]]:
    rows = Allocation.objects.filter(booking=booking).select_related("resource")
    return sorted((row.start.strftime("%d"), row.resource_id) for row in rows)


def times(booking: Booking) -> list[str]:
    return list(booking.offered_times.values_list("state", flat=True))


def test_each_time_is_held_and_the_mail_has_no_calendar(w: World) -> None:
    booking = three(w)
    assert (booking.state, booking.start) == ("offered", at(1, 13))
    assert len(held(booking)) == 9
    rows = Allocation.objects.filter(booking=booking)
    assert {row.expires_at for row in rows} == {NOW + days(7)}
    message = Message.objects.get()
    assert (message.kind, message.calendar, message.sequence) == ("offer", None, None)
    for line in ("tisdag 1 december", "onsdag 2 december", "torsdag 3 december"):
        assert line in message.text


def test_choosing_frees_the_others_and_the_request_follows(w: World) -> None:
    booking = three(w)
    deliver.deliver_due(clock=lambda: NOW + days(1))
    second = booking.offered_times.all()[1]
    offers.choose(offered=second, invitation=booking.invitations.get(), reply=YES, now=NOW)
    booking.refresh_from_db()
    assert (booking.state, booking.start, booking.end) == ("confirmed", at(2, 13), at(2, 14, 15))
    assert {day for day, _resource in held(booking)} == {"02"}
    assert not Allocation.objects.exclude(expires_at=None, offered=None).exists()
    assert times(booking) == ["withdrawn", "chosen", "withdrawn"]
    message = Message.objects.latest("pk")
    assert (message.kind, message.sequence) == ("chosen", 0)
    calendar = Calendar.from_ical(bytes(message.calendar or b""))
    event = calendar.walk("VEVENT")[0]
    assert calendar["METHOD"] == "REQUEST"
    assert event["DTSTART"].dt == at(2, 13)
    assert event["ATTENDEE"].params["PARTSTAT"] == "ACCEPTED"
    # Somebody else can have what was freed.
    services.book(actor=w.socionom, now=NOW, plan=w.plan(start=at(1, 13), end=at(1, 14, 15)))


def test_the_same_choice_again_changes_nothing(w: World) -> None:
    booking = three(w)
    first = booking.offered_times.all()[0]
    for _again in range(2):
        offers.choose(offered=first, invitation=booking.invitations.get(), reply=YES, now=NOW)
    booking.refresh_from_db()
    assert booking.state == "confirmed"
    assert Message.objects.filter(kind="chosen").count() == 1


def test_a_second_choice_is_refused(w: World) -> None:
    booking = three(w)
    one, two, _three = booking.offered_times.all()
    offers.choose(offered=one, invitation=booking.invitations.get(), reply=YES, now=NOW)
    with pytest.raises(Conflict):
        offers.choose(offered=two, invitation=booking.invitations.get(), reply=YES, now=NOW)


def test_a_bare_yes_asks_which(w: World) -> None:
    booking = three(w)
    with pytest.raises(Invalid, match="Välj vilken av tiderna"):
        services.answer(invitation=booking.invitations.get(), reply=YES, now=NOW)
    booking.refresh_from_db()
    assert booking.state == "offered"


def test_a_no_frees_all(w: World) -> None:
    booking = three(w)
    no = Reply(state=InvitationState.DECLINED, channel=AnswerChannel.LINK)
    services.answer(invitation=booking.invitations.get(), reply=no, now=NOW)
    booking.refresh_from_db()
    assert (booking.state, held(booking)) == ("declined", [])


def test_a_held_time_is_taken_until_it_expires(w: World) -> None:
    three(w)
    other = w.plan(start=at(1, 13), end=at(1, 14, 15))
    with pytest.raises(Clash, match="Studion är upptagen"):
        services.book(actor=w.socionom, now=NOW + days(7) - days(1), plan=other)


def test_an_expired_time_gives_way_and_the_others_still_work(w: World) -> None:
    booking = offers.offer(
        actor=w.socionom,
        now=NOW,
        plan=w.plan(),
        choices=[choice(w, day) for day in (1, 2)],
        expires_at=NOW + days(1),
    )
    later = NOW + days(1)
    other = w.plan(start=at(1, 13), end=at(1, 14, 15))
    other_group = w.group.organisation.groups.create(alias="Läsgruppen", created_at=NOW)
    taker = services.book(
        actor=w.socionom,
        now=later,
        plan=w.plan(groups=(other_group,), contacts=(w.contact,), start=other.start, end=other.end),
    )
    assert [row.free for row in offers.standing(booking, later)] == [False, True]
    first, second = booking.offered_times.all()
    with pytest.raises(Clash, match="hann tyvärr gå till någon annan"):
        offers.choose(offered=first, invitation=booking.invitations.get(), reply=YES, now=later)
    assert times(booking) == ["open", "open"]
    offers.choose(offered=second, invitation=booking.invitations.get(), reply=YES, now=later)
    booking.refresh_from_db()
    assert (booking.state, booking.start) == ("confirmed", at(2, 13))
    assert len(held(taker)) == 3


def test_all_expired_falls_to_declined_and_a_late_yes_still_works(w: World) -> None:
    booking = three(w)
    assert offers.expire_due(now=NOW + days(7) - days(1)) == 0
    assert offers.expire_due(now=NOW + days(7)) == 1
    booking.refresh_from_db()
    assert (booking.state, booking.cancel_reason) == ("declined", "Inget svar i tid.")
    assert (held(booking), times(booking)) == ([], ["expired"] * 3)
    assert offers.expire_due(now=NOW + days(8)) == 0
    late = NOW + days(7)
    third = booking.offered_times.all()[2]
    offers.choose(offered=third, invitation=booking.invitations.get(), reply=YES, now=late)
    booking.refresh_from_db()
    assert (booking.state, booking.start, len(held(booking))) == ("confirmed", at(3, 13), 3)


def test_withdrawing_one_and_all(w: World) -> None:
    booking = three(w)
    deliver.deliver_due(clock=lambda: NOW + days(1))
    first = booking.offered_times.all()[0]
    offers.withdraw(actor=w.socionom, now=NOW, booking=booking, offered=first)
    booking.refresh_from_db()
    assert (booking.start, len(held(booking))) == (at(2, 13), 6)
    assert "tisdag 1 december" not in Message.objects.latest("pk").text
    offers.withdraw(actor=w.socionom, now=NOW, booking=booking)
    booking.refresh_from_db()
    assert (booking.state, held(booking)) == ("cancelled_by_us", [])


def test_extending_holds_longer(w: World) -> None:
    booking = three(w)
    offers.extend(actor=w.socionom, now=NOW, booking=booking, until=NOW + days(9))
    rows = Allocation.objects.filter(booking=booking)
    assert max(row.expires_at for row in rows if row.expires_at) == min(NOW + days(9), at(3, 13))


@pytest.mark.parametrize("count", [0, 6])
def test_one_to_five(w: World, count: int) -> None:
    with pytest.raises(Invalid, match="en till fem"):
        offers.offer(
            actor=w.socionom,
            now=NOW,
            plan=w.plan(),
            choices=[choice(w, day) for day in range(1, 1 + count)],
        )
    assert not Booking.objects.exists()


def test_a_taken_time_stores_nothing(w: World) -> None:
    services.book(actor=w.socionom, now=NOW, plan=w.plan(start=at(2, 13), end=at(2, 14, 15)))
    with pytest.raises(Clash):
        three(w)
    assert (Booking.objects.count(), OfferedTime.objects.count()) == (1, 0)


def test_only_planners_offer(w: World) -> None:
    with pytest.raises(Forbidden):
        offers.offer(actor=w.other_host.user, now=NOW, plan=w.plan(), choices=[choice(w, 1)])


# --- A late cancellation offered on --------------------------------------------------------------


def cancelled(w: World) -> Booking:
    booking = services.book(actor=w.socionom, now=NOW, plan=w.plan())
    return services.cancel(actor=w.socionom, now=NOW, booking=booking, by_partner=True)


def asked(w: World, booking: Booking) -> list[Booking]:
    groups = []
    for name in ("Läsgruppen", "Kvällsgruppen"):
        group = w.organisation.groups.create(alias=name, created_at=NOW)
        w.contact.groups.add(group)
        groups.append(group)
    slots.offer_on(actor=w.socionom, now=NOW, source=booking, groups=groups)
    return list(Booking.objects.filter(offered_times__slot__source=booking).order_by("pk"))


@pytest.mark.parametrize("back", ["yes", "move"])
def test_a_visit_that_stands_again_keeps_its_time_from_whoever_was_asked(
    w: World, back: str
) -> None:
    source = cancelled(w)
    one, two = asked(w, source)
    deliver.deliver_due(clock=lambda: NOW + days(1))
    if back == "yes":
        services.answer(invitation=source.invitations.get(), reply=YES, now=NOW)
    else:
        services.move(actor=w.socionom, now=NOW, booking=source, start=at(3, 13))
    assert source.slot_offers.get().state == OfferState.WITHDRAWN.value
    for booking in (one, two):
        with pytest.raises(Conflict):
            offers.choose(
                offered=booking.offered_times.get(),
                invitation=booking.invitations.get(),
                reply=YES,
                now=NOW,
            )
        booking.refresh_from_db()
        assert (booking.state, held(booking)) == ("cancelled_by_us", [])
        assert Message.objects.filter(booking=booking, kind="taken").exists()
    assert len(held(source)) == 3


def test_first_yes_wins_and_the_other_is_told(w: World) -> None:
    source = cancelled(w)
    one, two = asked(w, source)
    assert (len(held(source)), held(one), held(two)) == (2, [], [])
    deliver.deliver_due(clock=lambda: NOW + days(1))
    for booking in (two, one):
        time = booking.offered_times.get()
        if booking is two:
            offers.choose(offered=time, invitation=two.invitations.get(), reply=YES, now=NOW)
        else:
            with pytest.raises(Conflict):
                offers.choose(offered=time, invitation=one.invitations.get(), reply=YES, now=NOW)
    one.refresh_from_db()
    two.refresh_from_db()
    assert (two.state, one.state) == ("confirmed", "cancelled_by_us")
    assert (len(held(source)), len(held(two)), held(one)) == (0, 3, [])
    told = Message.objects.get(booking=one, kind="taken")
    assert told.calendar is None
    assert "gick till någon annan" in told.subject
    assert source.slot_offers.get().state == OfferState.CHOSEN.value


def test_the_slot_is_held_and_given_back(w: World) -> None:
    source = cancelled(w)
    asked(w, source)
    group = w.organisation.groups.create(alias="Tredje", created_at=NOW)
    plan = w.plan(groups=(group,), contacts=(w.contact,))
    with pytest.raises(Clash):
        services.book(actor=w.socionom, now=NOW, plan=plan)
    slots.withdraw(actor=w.socionom, now=NOW, slot=source.slot_offers.get())
    services.book(actor=w.socionom, now=NOW, plan=plan)


def test_one_sees_who_was_asked_this_term(w: World) -> None:
    source = cancelled(w)
    asked(w, source)
    fresh = w.organisation.groups.create(alias="Zeta", created_at=NOW)
    w.contact.groups.add(fresh)
    found = slots.suggestions(source, NOW)
    assert [(row.group.alias, row.offered, row.offered_start) for row in found] == [
        ("Zeta", None, None),
        ("Kvällsgruppen", NOW, source.start),
        ("Läsgruppen", NOW, source.start),
    ]


def test_an_offer_that_ran_out_is_asked_about_until_something_is_booked(w: World) -> None:
    booking, later = three(w), NOW + days(8)
    assert today.needs_of(w.socionom, NOW).expired == []
    offers.expire_due(now=later)
    needs = today.needs_of(w.socionom, later)
    assert (needs.expired, needs.count) == ([booking], 1)
    assert today.needs_of(w.socionom, later + days(31)).expired == []
    services.book(actor=w.socionom, now=later, plan=w.plan())
    assert today.needs_of(w.socionom, later).expired == []


def test_while_times_are_offered_the_details_do_not_move_them(w: World) -> None:
    booking = three(w)
    for details in (
        services.Details(room=w.other_room),
        services.Details(host=w.other_host),
        services.Details(co_host=w.other_host),
    ):
        with pytest.raises(IllegalTransition, match="Flera tider är erbjudna"):
            services.change_details(actor=w.socionom, now=NOW, booking=booking, details=details)
    same = services.Details(greeting="Välkomna", room=w.room, host=w.host)
    changed = services.change_details(actor=w.socionom, now=NOW, booking=booking, details=same)
    assert changed.visit.greeting == "Välkomna"


def test_after_a_no_nothing_is_said_to_be_held(w: World) -> None:
    booking = three(w)
    assert [row.held for row in offers.standing(booking, NOW)] == [True, True, True]
    no = Reply(state=InvitationState.DECLINED, channel=AnswerChannel.LINK)
    services.answer(invitation=booking.invitations.get(), reply=no, now=NOW)
    booking.refresh_from_db()
    rows = offers.standing(booking, NOW)
    assert [(row.free, row.held) for row in rows] == [(True, False)] * 3
    assert held(booking) == []
