"""Whatever happens, the stored bytes are those of a fresh rendering, and the ETag tells them apart.

One machine for both databases: visits are booked, moved, called off, made public; groups, rooms and
programmes get other names; a partner becomes protected; time passes over the edges of months and
over the fourteen days of what was called off.
"""

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from core.errors import DomainError
from partners.models import Organisation
from partners.services import (
    GroupDetails,
    OrganisationDetails,
    save_group,
    save_organisation,
)
from scheduling import links
from scheduling.booking import gatherings, services
from scheduling.booking import places as booking_places
from scheduling.booking.gathering_plan import GatheringPlan
from scheduling.calendars import feed as calendar_feed
from scheduling.feeds import blocks, manage, places, segments, serve
from scheduling.models import Booking, Feed, FeedCalendar, FeedLevel, FeedScope
from scheduling.states import CALLED_OFF, AnswerChannel, InvitationState
from tests.factories import NOW, World, world

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.postgres,
    pytest.mark.large,
    pytest.mark.timeout(300),
]

ACTS = st.lists(
    st.tuples(
        st.sampled_from(
            ["book", "draft", "meet", "move", "cancel", "answer", "public", "group", "room",
             "library", "programme", "protect", "wait", "wait", "poll"]
        ),
        st.integers(0, 60),
    ),
    min_size=1,
    max_size=14,
)  # fmt: skip


class Calendar:
    """A house with a feed of each scope, and a clock of its own."""

    def __init__(self) -> None:
        self.w: World = world()
        self.now = NOW
        self.seen: dict[int, tuple[str, bytes]] = {}
        make = lambda scope, level=FeedLevel.NEUTRAL, **target: manage.create(  # noqa: E731
            actor=self.w.socionom, now=NOW, scope=scope, level=level, target=manage.Target(**target)
        )
        self.feeds: list[Feed] = [
            make(FeedScope.USER, FeedLevel.FULL),
            make(FeedScope.HOST, FeedLevel.BUSY, host=self.w.other_host),
            make(FeedScope.ROOM, room=self.w.room),
            make(FeedScope.LIBRARY, library=self.w.library),
            make(FeedScope.PARTNER, contact=self.w.contact),
            make(FeedScope.PROGRAMME, FeedLevel.FULL, programme=self.w.programme),
            make(FeedScope.ALL),
            make(FeedScope.PUBLIC),
        ]

    def booking(self, number: int) -> Booking | None:
        rows = list(Booking.objects.visits().order_by("pk"))
        return rows[number % len(rows)] if rows else None

    def act(self, name: str, number: int) -> None:
        booking = self.booking(number)
        if name in {"move", "cancel", "answer", "public"} and booking is None:
            return
        acts: dict[str, Callable[[], object]] = {
            "book": lambda: self._book(number, send=True),
            "draft": lambda: self._book(number, send=False),
            "meet": lambda: self._meet(number),
            "move": lambda: services.move(
                actor=self.w.socionom, now=self.now, booking=booking,
                start=self.now + timedelta(days=1 + number * 9),
                room=self.w.other_room if number % 2 else None, room_reason="Kortare besök",
            ),
            "cancel": lambda: services.cancel(
                actor=self.w.socionom, now=self.now, booking=booking, by_partner=bool(number % 2)
            ),
            "answer": lambda: self._answer(booking, number),
            "public": lambda: services.mark_public(
                actor=self.w.socionom, now=self.now, booking=booking, public=bool(number % 3)
            ),
            "group": lambda: save_group(
                actor=self.w.socionom, now=self.now, group=self.w.group,
                details=replace(GroupDetails.of(self.w.group), alias=f"Grupp {number}"),
            ),
            "room": lambda: self._room(number),
            "library": lambda: self._library(number),
            "programme": lambda: self._programme(number),
            "protect": lambda: self._protect(bool(number % 2)),
            "wait": lambda: self._wait(timedelta(days=number)),
            "poll": lambda: None,
        }  # fmt: skip
        # What is refused changes nothing, and the next check says so.
        with suppress(DomainError), transaction.atomic():
            acts[name]()
        if number % 3:
            # As after a commit; every third process has died before it came to that.
            calendars = FeedCalendar.objects.values_list("scope_key", "variant")
            segments.join_ahead(list(calendars), self.now, time.monotonic())

    def _book(self, number: int, *, send: bool) -> None:
        start = (self.now + timedelta(days=1 + number * 7)).replace(hour=9, minute=0)
        services.book(
            actor=self.w.socionom, now=self.now, send=send,
            plan=self.w.plan(start=start, end=start + timedelta(hours=1)),
        )  # fmt: skip

    def _meet(self, number: int) -> None:
        start = (self.now + timedelta(days=1 + number * 7)).replace(hour=13, minute=0)
        plan = GatheringPlan(
            title="Samverkansmöte", start=start, end=start + timedelta(hours=1),
            room=self.w.room, hosts=(self.w.host,), contacts=(self.w.contact,),
        )  # fmt: skip
        gatherings.book_gathering(actor=self.w.socionom, now=self.now, plan=plan)

    def _answer(self, booking: Booking | None, number: int) -> None:
        assert booking is not None
        state = InvitationState.ACCEPTED if number % 2 else InvitationState.DECLINED
        services.answer(
            invitation=booking.invitations.get(),
            reply=services.Reply(state=state, channel=AnswerChannel.PHONE),
            now=self.now,
            actor=self.w.socionom,
        )

    def _room(self, number: int) -> None:
        facts = booking_places.RoomFacts(
            name=f"Rum {number}", capacity=20, buffer_before=0, buffer_after=0
        )
        booking_places.save_room(
            actor=self.w.socionom, now=self.now, facts=facts, room=self.w.room,
            library=self.w.library,
        )  # fmt: skip

    def _library(self, number: int) -> None:
        facts = booking_places.LibraryFacts(
            name=f"Bibliotek {number}", address="Storgatan 1", meeting_point="i entrén"
        )
        booking_places.save_library(
            actor=self.w.socionom, now=self.now, facts=facts, library=self.w.library
        )

    def _programme(self, number: int) -> None:
        facts = booking_places.ProgrammeFacts(
            name=f"Program {number}", minutes=75, hosts_required=1, text_sv="Vi fikar."
        )
        booking_places.save_programme(
            actor=self.w.socionom, now=self.now, facts=facts, programme=self.w.programme
        )

    def _protect(self, protected: bool) -> None:
        organisation = Organisation.objects.get(pk=self.w.organisation.pk)
        save_organisation(
            actor=self.w.socionom, now=self.now, organisation=organisation,
            details=replace(OrganisationDetails.of(organisation), protected=protected),
        )  # fmt: skip

    def _wait(self, time: timedelta) -> None:
        self.now += time
        # The sweep of every minute.
        places.drop_due(self.now)

    def check(self) -> None:
        """Each feed's bytes against all bookings rendered anew, and its ETag against its last."""
        for feed in self.feeds:
            path = "/feeds/" + links.feed_url(feed).rpartition("/")[2]
            before_etag, before_body = self.seen.get(feed.pk, ('"never seen"', b""))
            polled = [self.poll(path, before_etag) for _ in range(2)]
            told = serve.respond(serve.Asked("GET", path), self.now)
            body, etag = b"".join(told.body), dict(told.headers)["ETag"]
            assert body == self.fresh(feed), feed.scope
            assert dict(told.headers)["Content-Length"] == str(len(body))
            assert (etag == before_etag) == (body == before_body), feed.scope
            assert polled == [304 if etag == before_etag else 200] * 2, feed.scope
            self.seen[feed.pk] = (etag, body)
            # The second is told from memory, as long as nothing changes.
            assert [self.poll(path, etag) for _ in range(2)] == [304, 304]

    def poll(self, path: str, etag: str) -> int:
        """The status that a program gets which holds the bytes of ``etag``."""
        return serve.respond(serve.Asked("GET", path, if_none_match=etag), self.now).status

    def fresh(self, feed: Feed) -> bytes:
        """What the feed must say, from the bookings themselves: nothing stored is read."""
        first, last = segments.window(self.now)
        rows = []
        for booking in Booking.objects.with_visit().order_by("start", "pk"):
            gone = (
                booking.status in CALLED_OFF
                and booking.feed_changed_at + places.SHOW_CALLED_OFF <= self.now
            )
            if gone or not first <= places.month_of(booking.start) <= last:
                continue
            if feed.scope_key in places.keys(booking):
                rendered = {block.variant: block.block for block in blocks.render_all(booking)}
                rows.append(rendered[feed.variant])
        return serve.head_of(feed) + b"".join(rows) + calendar_feed.tail()


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(acts=ACTS)
@example(acts=[("book", 5), ("meet", 5), ("library", 7), ("room", 3)])
@example(acts=[("book", 45), ("cancel", 15), ("public", 58), ("wait", 16), ("public", 26)])
def test_stored_bytes_equal_a_fresh_rendering(acts: list[tuple[str, int]]) -> None:
    with transaction.atomic():
        calendar = Calendar()
        calendar.check()
        for name, number in acts:
            calendar.act(name, number)
            calendar.check()
        transaction.set_rollback(True)
