"""Whatever is done to visits, in whatever order: no overlap, no orphan, nothing half."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, TypeVar

import pytest
from django.db import transaction
from django.test import override_settings
from hypothesis import HealthCheck, event, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from icalendar import Calendar

from core.errors import Clash, DomainError
from core.models import Role
from partners.models import Contact, Group, SizeBand
from scheduling.booking import (
    board,
    gatherings,
    offers,
    series,
    series_undo,
    services,
    slots,
    times,
)
from scheduling.booking.gathering_plan import GatheringPlan
from scheduling.booking.starts import Board, Need
from scheduling.models import (
    Allocation,
    Booking,
    Host,
    Invitation,
    Message,
    OfferedTime,
    Resource,
    Room,
    Series,
    SlotOffer,
)
from scheduling.states import (
    AnswerChannel,
    InvitationState,
    MessageKind,
    MessageState,
    OfferState,
    VisitState,
)
from tests import factories

pytestmark = [pytest.mark.postgres, pytest.mark.history, pytest.mark.timeout(600)]

#: Few slots, so that nearly everything gets in the way of something.
STARTS = st.builds(
    factories.at, st.integers(1, 3), st.sampled_from([9, 10, 11, 13]), st.sampled_from([0, 30])
)
LENGTHS = st.sampled_from([30, 75, 120]).map(lambda minutes: timedelta(minutes=minutes))
#: Counted from the newest, so that acts follow upon each other.
WHICH = st.sampled_from([0, 0, 0, 0, 1, 1, 1, 2, 2, 3, 5, 8])
STANDING = {"draft", "offered", "confirmed", "held", "partly_held", "none_came"}

T = TypeVar("T")
Row = tuple[int, datetime, datetime]


@dataclass(frozen=True)
class Where:
    """A place, its people and a time, drawn together."""

    start: datetime
    length: timedelta
    room: int
    host: int
    second: bool

    @property
    def end(self) -> datetime:
        return self.start + self.length


def day_of(where: Where) -> int:
    return where.start.day


WHERE = st.builds(Where, STARTS, LENGTHS, st.integers(0, 1), st.integers(0, 2), st.booleans())


def spans(
    start: datetime,
    end: datetime,
    room: Room | None,
    hosts: Sequence[Host],
    groups: Sequence[int],
    travel: int,
) -> list[Row]:
    """What a visit takes, said once more and apart from the product."""
    found = [
        (host.resource_id, start - timedelta(minutes=travel), end + timedelta(minutes=travel))
        for host in hosts
    ]
    if room is not None:
        before, after = timedelta(minutes=room.buffer_before), timedelta(minutes=room.buffer_after)
        found.append((room.resource_id, start - before, end + after))
    return found + [(group, start, end) for group in groups]


def newest(rows: Sequence[T], number: int) -> T:
    """The ``number``th from the end."""
    return rows[-1 - number % len(rows)]


class House(RuleBasedStateMachine):
    """A library with two rooms, three hosts and three groups in three busy days."""

    def __init__(self) -> None:
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.hold = override_settings(OUTBOX_HOLD_SECONDS=900)
        self.hold.enable()

    def teardown(self) -> None:
        self.hold.disable()
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)

    @initialize()
    def open_house(self) -> None:
        world = factories.world()
        self.world, self.now = world, factories.NOW
        world.other_host.user.calendar_invitations = True
        world.other_host.user.save()
        Room.objects.filter(pk=world.room.pk).update(buffer_before=30, buffer_after=15)
        world.room.refresh_from_db()
        self.rooms = [world.room, world.other_room]
        third = factories.host(factories.user("maja", Role.HOST, "Maja"), world.library)
        self.hosts = [world.host, world.other_host, third]
        self.groups = [world.group]
        for alias in ("Läsgruppen", "Fredagsgruppen"):
            group = Group.objects.create(
                organisation=world.organisation,
                alias=alias,
                size_band=SizeBand.B1_3.value,
                created_at=self.now,
            )
            contact = Contact.objects.create(
                organisation=world.organisation,
                name=alias[:5],
                email=f"{group.pk}@vagval.example",
                created_at=self.now,
            )
            contact.groups.add(group)
            self.groups.append(group)

    # --- Picking -------------------------------------------------------------------------------
    def booking(self, number: int) -> Booking | None:
        rows = list(Booking.objects.visits().with_visit().order_by("pk"))
        return newest(rows, number) if rows else None

    def meeting(self, number: int) -> Booking | None:
        rows = list(Booking.objects.gatherings().with_visit().order_by("pk"))
        return newest(rows, number) if rows else None

    def meeting_plan(self, where: Where, travel: int, *, alone: bool) -> GatheringPlan:
        second = (self.hosts[(where.host + 1) % 3],) if where.second else ()
        return GatheringPlan(
            title="Möte",
            start=where.start,
            end=where.end,
            hosts=(self.hosts[where.host], *second),
            contacts=() if alone else (self.world.contact,),
            room=self.rooms[where.room],
            travel_minutes=travel,
        )

    def plan(self, where: Where, group: int, **changes: object) -> services.VisitPlan:
        return self.world.plan(
            room_reason=factories.WHY_SMALL,
            groups=(self.groups[group % 3],),
            start=where.start,
            end=where.end,
            room=self.rooms[where.room],
            host=self.hosts[where.host],
            co_host=self.hosts[(where.host + 1) % 3] if where.second else None,
            **changes,
        )

    def choice(self, where: Where) -> offers.Choice:
        plan = self.plan(where, 0)
        return offers.Choice(
            start=plan.start, end=plan.end, host=plan.host, room=plan.room, co_host=plan.co_host
        )

    def attempt(self, name: str, act: Callable[[], object]) -> DomainError | None:
        """Do it, or be refused with a reason and have nothing changed."""
        before, refused = self.everything(), None
        try:
            act()
        except DomainError as error:
            refused = error
        event(f"{name}: {refused.code if refused else 'done'}")
        if refused is not None:
            assert refused.message
            assert self.everything() == before
        return refused

    @staticmethod
    def everything() -> list[list[tuple[Any, ...]]]:
        return [
            list(Allocation.objects.order_by("pk").values_list()),
            list(Booking.objects.order_by("pk").values_list("pk", "state", "start", "version")),
            list(OfferedTime.objects.order_by("pk").values_list("pk", "state", "expires_at")),
            list(SlotOffer.objects.order_by("pk").values_list("pk", "state")),
            list(Invitation.objects.order_by("pk").values_list("pk", "state")),
            list(Series.objects.order_by("pk").values_list("pk", "cancelled_at")),
        ]

    @property
    def acting(self) -> dict[str, Any]:
        return {"actor": self.world.socionom, "now": self.now}

    # --- What people do ------------------------------------------------------------------------
    @rule(where=WHERE, group=WHICH, send=st.booleans(), travel=st.sampled_from([0, 0, 30]))
    def book(self, where: Where, group: int, send: bool, travel: int) -> None:
        plan = self.plan(where, group, travel_minutes=travel)
        self.attempt("book", lambda: services.book(plan=plan, send=send, **self.acting))

    @rule(which=WHICH, group=WHICH, offered=st.booleans())
    def book_in_its_place(self, which: int, group: int, offered: bool) -> None:
        """Where a visit is, or was, or was offered to be."""
        rows = list(OfferedTime.objects.order_by("pk")) if offered else []
        row = newest(rows, which) if rows else self.booking(which)
        if row is None:
            return
        place = row if isinstance(row, OfferedTime) else row.visit
        plan = self.world.plan(
            groups=(self.groups[group % 3],),
            start=row.start,
            end=row.end,
            room=place.room,
            host=place.host,
        )
        self.agree(plan)
        self.attempt("book in its place", lambda: services.book(plan=plan, **self.acting))

    @rule(which=WHICH)
    def send(self, which: int) -> None:
        if row := self.booking(which):
            self.attempt("send", lambda: services.send_draft(booking=row, **self.acting))

    @rule(which=WHICH, where=WHERE, people=st.booleans())
    def move(self, which: int, where: Where, people: bool) -> None:
        if row := self.booking(which):
            choice = self.choice(where)
            more = {"room": choice.room, "host": choice.host, "co_host": choice.co_host}
            self.attempt(
                "move",
                lambda: services.move(
                    booking=row,
                    start=where.start,
                    room_reason=factories.WHY_SMALL,
                    **(more if people else {}),
                    **self.acting,
                ),
            )

    @rule(which=WHICH, room=st.integers(0, 1))
    def change_room(self, which: int, room: int) -> None:
        if row := self.booking(which):
            self.attempt(
                "change room",
                lambda: services.change_room(
                    booking=row,
                    room=self.rooms[room],
                    room_reason=factories.WHY_SMALL,
                    **self.acting,
                ),
            )

    @rule(which=WHICH, host=st.integers(0, 2), second=st.booleans())
    def change_host(self, which: int, host: int, second: bool) -> None:
        if row := self.booking(which):
            co_host = self.hosts[(host + 1) % 3] if second else None
            self.attempt(
                "change host",
                lambda: services.change_host(
                    booking=row, host=self.hosts[host], co_host=co_host, **self.acting
                ),
            )

    @rule(which=WHICH, by=st.integers(0, 2))
    def substitute(self, which: int, by: int) -> None:
        if row := self.booking(which):
            away = row.visit.host
            self.attempt(
                "substitute",
                lambda: services.substitute(
                    booking=row, away=away, by=self.hosts[by], **self.acting
                ),
            )

    @rule(which=WHICH, other=WHICH, what=st.sampled_from(services.Exchange))
    def swap(self, which: int, other: int, what: services.Exchange) -> None:
        one, two = self.booking(which), self.booking(other)
        if one is not None and two is not None:
            self.attempt(
                "swap",
                lambda: services.swap(
                    booking=one,
                    other=two,
                    what=what,
                    room_reason=factories.WHY_SMALL,
                    **self.acting,
                ),
            )

    @rule(which=WHICH, by_partner=st.booleans())
    def cancel(self, which: int, by_partner: bool) -> None:
        if row := self.booking(which):
            self.attempt(
                "cancel",
                lambda: services.cancel(booking=row, by_partner=by_partner, **self.acting),
            )

    @rule(which=WHICH)
    def undo(self, which: int) -> None:
        if row := self.booking(which):
            self.attempt("undo", lambda: services.undo(booking=row, **self.acting))

    @rule(
        which=WHICH,
        state=st.sampled_from(["accepted", "accepted", "declined", "tentative", "countered"]),
        wish=STARTS,
    )
    def answer(self, which: int, state: str, wish: datetime) -> None:
        row = self.booking(which)
        invitation = row.invitations.first() if row else None
        if invitation is None:
            return
        wishes = (services.Wish(start=wish),) if state == "countered" else ()
        reply = services.Reply(
            state=InvitationState(state), channel=AnswerChannel.PHONE, wishes=wishes
        )
        self.attempt(
            state, lambda: services.answer(invitation=invitation, reply=reply, now=self.now)
        )

    @rule(which=WHICH)
    def take_the_wish(self, which: int) -> None:
        row = self.booking(which)
        invitation = row.invitations.first() if row else None
        wish = invitation.proposals.order_by("-pk").first() if invitation else None
        if wish is not None:
            self.attempt(
                "take wish", lambda: services.accept_proposal(proposal=wish, **self.acting)
            )

    # --- Offers --------------------------------------------------------------------------------
    @rule(group=WHICH, places=st.lists(WHERE, min_size=1, max_size=3, unique_by=day_of))
    def offer(self, group: int, places: list[Where]) -> None:
        plan, choices = self.plan(places[0], group), [self.choice(where) for where in places]
        self.attempt("offer", lambda: offers.offer(plan=plan, choices=choices, **self.acting))

    @rule(which=WHICH, any_state=st.booleans())
    def choose(self, which: int, any_state: bool) -> None:
        states = list(OfferState) if any_state else [OfferState.OPEN]
        rows = list(OfferedTime.objects.filter(state__in=states).order_by("pk"))
        if not rows:
            return
        time = newest(rows, which)
        booking = Booking.objects.with_visit().get(pk=time.booking_id)
        invitation = booking.invitations.first()
        assert invitation is not None
        shown = offers.standing(booking, self.now)
        said = {row.time.pk: row.free for row in shown}
        for row in shown:
            taken = row.time.slot_id is not None or row.time.allocations.exists()
            assert taken or not row.held
        reply = services.Reply(state=InvitationState.ACCEPTED, channel=AnswerChannel.LINK)
        refused = self.attempt(
            "choose",
            lambda: offers.choose(offered=time, invitation=invitation, reply=reply, now=self.now),
        )
        if time.state in {OfferState.OPEN.value, OfferState.EXPIRED.value}:
            # The page said so before the button was pressed.
            if said[time.pk] and booking.status is VisitState.OFFERED:
                assert refused is None
            if refused is None:
                assert said[time.pk]
            elif isinstance(refused, Clash):
                assert not said[time.pk]

    @rule(which=WHICH, all_of_it=st.booleans())
    def withdraw(self, which: int, all_of_it: bool) -> None:
        rows = list(OfferedTime.objects.select_related("booking").order_by("pk"))
        if rows:
            time = newest(rows, which)
            booking, offered = time.booking, None if all_of_it else time
            self.attempt(
                "withdraw",
                lambda: offers.withdraw(booking=booking, offered=offered, **self.acting),
            )

    @rule(which=WHICH)
    def extend(self, which: int) -> None:
        if row := self.booking(which):
            until = self.now + timedelta(days=9)
            self.attempt("extend", lambda: offers.extend(booking=row, until=until, **self.acting))

    @rule(which=WHICH, group=WHICH, both=st.booleans())
    def offer_on(self, which: int, group: int, both: bool) -> None:
        if row := self.booking(which):
            asked = [self.groups[(group + step) % 3] for step in range(2 if both else 1)]
            self.attempt(
                "offer on", lambda: slots.offer_on(source=row, groups=asked, **self.acting)
            )

    @rule(which=WHICH)
    def take_slot_back(self, which: int) -> None:
        rows = list(SlotOffer.objects.order_by("pk"))
        if rows:
            slot = newest(rows, which)
            self.attempt("slot back", lambda: slots.withdraw(slot=slot, **self.acting))

    # --- Series --------------------------------------------------------------------------------
    @rule(where=WHERE, group=WHICH, weeks=st.integers(1, 2), count=st.integers(1, 4))
    def book_series(self, where: Where, group: int, weeks: int, count: int) -> None:
        first = where.start.date()
        plan = series.SeriesPlan(
            visit=self.plan(where, group),
            weekly=series.weekly(first=first, weeks=weeks, count=count),
        )
        self.attempt("series", lambda: series.book_series(plan=plan, **self.acting))

    @rule(which=WHICH)
    def cancel_series(self, which: int) -> None:
        rows = list(Series.objects.order_by("pk"))
        if rows:
            row = newest(rows, which)
            self.attempt("end series", lambda: series.cancel_remaining(series=row, **self.acting))

    @rule(which=WHICH)
    def undo_series(self, which: int) -> None:
        rows = list(Series.objects.order_by("pk"))
        if rows:
            row = newest(rows, which)
            self.attempt("undo series", lambda: series_undo.take_back(series=row, **self.acting))

    # --- Meetings ------------------------------------------------------------------------------
    @rule(where=WHERE, travel=st.sampled_from([0, 30]), alone=st.booleans())
    def meet(self, where: Where, travel: int, alone: bool) -> None:
        plan = self.meeting_plan(where, travel, alone=alone)
        self.attempt("meet", lambda: gatherings.book_gathering(plan=plan, **self.acting))

    @rule(which=WHICH, where=WHERE, travel=st.sampled_from([0, 30]), alone=st.booleans())
    def change_meeting(self, which: int, where: Where, travel: int, alone: bool) -> None:
        if row := self.meeting(which):
            plan = self.meeting_plan(where, travel, alone=alone)
            self.attempt(
                "change meeting",
                lambda: gatherings.change_gathering(booking=row, plan=plan, **self.acting),
            )

    @rule(which=WHICH, act=st.sampled_from(["cancel", "undo", "undo", "send"]))
    def end_meeting(self, which: int, act: str) -> None:
        if row := self.meeting(which):
            acts: dict[str, Callable[..., Booking]] = {
                "cancel": gatherings.cancel_gathering,
                "undo": services.undo,
                "send": gatherings.send_gathering,
            }
            self.attempt(f"{act} meeting", lambda: acts[act](booking=row, **self.acting))

    # --- The post ------------------------------------------------------------------------------
    @rule()
    def mails_leave(self) -> None:
        waiting = Message.objects.filter(state=MessageState.WAITING.value)
        waiting.update(state=MessageState.SENT.value, sent_at=self.now)

    # --- Time ----------------------------------------------------------------------------------
    @rule(hours=st.sampled_from([1, 24, 8 * 24]), sweep=st.booleans())
    def wait(self, hours: int, sweep: bool) -> None:
        self.now += timedelta(hours=hours)
        if sweep:
            offers.expire_due(now=self.now)
            slots.expire_due(now=self.now)
            left = Allocation.objects.filter(expires_at__lte=self.now)
            assert list(left) == []

    # --- What the product says -----------------------------------------------------------------
    @rule(where=WHERE, group=WHICH)
    def ask(self, where: Where, group: int) -> None:
        """Free says the board if and only if the database lets it be booked."""
        self.agree(self.plan(where, group))

    @rule(which=WHICH, where=WHERE, group=WHICH, minutes=st.sampled_from([-75, 0, 15, 30]))
    def ask_beside(self, which: int, where: Where, group: int, minutes: int) -> None:
        """The same right after, or right before, what is taken."""
        rows = list(Allocation.objects.order_by("pk"))
        if rows:
            beside = newest(rows, which).end + timedelta(minutes=minutes)
            self.agree(self.plan(replace(where, start=beside), group))

    def agree(self, plan: services.VisitPlan) -> None:
        assert plan.room is not None
        day = plan.start.date()
        window = board.window(
            rooms=[plan.room],
            hosts=plan.hosts,
            groups=plan.groups,
            first=day - timedelta(days=1),
            last=day + timedelta(days=1),
            now=self.now,
        )
        look = Board(window.booked)
        needs = [
            board.room_need(plan.room),
            *map(board.host_need, plan.hosts),
            *map(Need, window.groups),
        ]
        free = all(look.free(need, plan.start, plan.end) for need in needs)
        if plan.start < self.now:
            return
        with transaction.atomic():
            try:
                services.book(plan=plan, send=False, **self.acting)
                booked = True
            except Clash:
                booked = False
            transaction.set_rollback(True)
        event(f"ask: {free}")
        assert booked == free

    @precondition(lambda self: self.now < factories.at(1, 8))
    @rule(group=WHICH, which=WHICH)
    def find_a_time(self, group: int, which: int) -> None:
        """Every proposal can be booked as it stands."""
        chosen = self.groups[group % 3]
        found = times.find(
            groups=[chosen],
            programme=self.world.programme,
            now=self.now,
            first=factories.day(1),
            last=factories.day(3),
        )
        if not found:
            return
        best = found[which % len(found)]
        plan = self.world.plan(
            groups=(chosen,),
            start=best.start,
            end=best.end,
            room=best.room,
            host=best.host,
            co_host=best.co_host,
        )
        assert self.attempt("proposal", lambda: services.book(plan=plan, **self.acting)) is None

    # --- What always holds -----------------------------------------------------------------------
    @invariant()
    def nothing_overlaps(self) -> None:
        rows = list(Allocation.objects.order_by("resource_id", "start"))
        for one, following in pairwise(rows):
            if one.resource_id == following.resource_id:
                assert one.end <= following.start

    @invariant()
    def all_is_taken_that_is_promised_and_nothing_else(self) -> None:
        taken: dict[int, Counter[Row]] = {}
        for row in Allocation.objects.all():
            if row.expires_at is None or row.expires_at > self.now:
                key = (row.resource_id, row.start, row.end)
                taken.setdefault(row.booking_id, Counter())[key] += 1
        for booking in Booking.objects.with_visit():
            wanted = Counter(self.promised(booking))
            assert taken.pop(booking.pk, Counter()) == wanted, (booking.pk, booking.state)
        assert taken == {}

    def promised(self, booking: Booking) -> list[Row]:
        if not hasattr(booking, "visit"):
            meeting, hosts = booking.gathering, booking.gathering.hosts.all()
            room, start, end = meeting.room, booking.start, booking.end
            own = spans(start, end, None, hosts, (), meeting.travel_minutes)
            own += [(room.resource_id, start, end)] if room else []
            return own if booking.state in STANDING else []
        visit = booking.visit
        resources = Resource.objects.filter(group__in=visit.groups.all())
        groups, travel = list(resources.values_list("pk", flat=True)), visit.travel_minutes
        offered = list(booking.offered_times.filter(state="open"))
        if offered and booking.state == VisitState.OFFERED.value:
            held = [row for row in offered if row.slot_id is None and row.expires_at > self.now]
            return [
                span
                for row in held
                for span in spans(row.start, row.end, row.room, row.hosts, groups, travel)
            ]
        own = spans(booking.start, booking.end, visit.room, visit.hosts, groups, travel)
        if booking.state in STANDING:
            return own
        slot = booking.slot_offers.filter(state="open", expires_at__gt=self.now).exists()
        return [row for row in own if row[0] not in groups] if slot else []

    @invariant()
    def her_calendar_says_what_stands(self) -> None:
        """Robin has his bookings by mail: the newest that counts is what the house says."""
        robin = self.world.other_host
        for booking in Booking.objects.with_visit().filter(end__gt=self.now):
            last = (
                Message.objects.filter(booking=booking, invitation__host=robin)
                .exclude(state=MessageState.SUPERSEDED.value)
                .order_by("-pk")
                .first()
            )
            shown = None
            if last is not None and last.kind != MessageKind.CANCEL.value:
                event_ = Calendar.from_ical(bytes(last.calendar or b"")).walk("VEVENT")[0]
                shown = event_["DTSTART"].dt, event_["DTEND"].dt
            stands = (booking.start, booking.end) if self.met_by_robin(booking) else None
            assert shown == stands, (booking.pk, booking.state, shown, stands)

    def met_by_robin(self, booking: Booking) -> bool:
        if booking.state not in {"offered", "confirmed"}:
            return False
        if booking.offered_times.filter(state="open").exists():
            return False
        visit = hasattr(booking, "visit")
        hosts = booking.visit.hosts if visit else booking.gathering.hosts.all()
        return self.world.other_host in hosts

    @invariant()
    def whoever_has_a_time_is_offered_no_other(self) -> None:
        rows = Booking.objects.filter(state=VisitState.CONFIRMED.value)
        assert not rows.filter(offered_times__state="open").exists()

    @invariant()
    def what_needs_two_hosts_is_not_confirmed_with_one(self) -> None:
        rows = Booking.objects.filter(state=VisitState.CONFIRMED.value, visit__two_hosts=True)
        assert not rows.filter(visit__co_host=None).exists()


@pytest.mark.django_db
def test_any_history() -> None:
    run_state_machine_as_test(
        House,
        settings=settings(
            max_examples=80,
            stateful_step_count=40,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
