"""One of several processes that want the same few slots: ``python -m tests.journeys.racer N``.

Waits for a line on standard input, then books, moves and cancels at random, and prints what came of
each attempt as JSON.
"""

import json
import os
import random
import sys
from collections import Counter
from datetime import timedelta

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
django.setup()

from core.errors import DomainError  # noqa: E402
from core.models import User  # noqa: E402
from partners.models import Group  # noqa: E402
from scheduling.booking.services import VisitPlan, book, cancel, move  # noqa: E402
from scheduling.models import Booking, Host, Programme, Room  # noqa: E402
from tests.factories import NOW, at  # noqa: E402

ATTEMPTS = 250
#: One of the rooms is too small for the groups.
WHY = "Vi vet att färre kommer"
DAYS, HOURS = (1, 2), (9, 10, 11, 13)


class Racer:
    """What one person tries; whatever is no domain error ends it with a traceback."""

    def __init__(self, number: int) -> None:
        self.random = random.Random(number)
        self.rooms, self.hosts = list(Room.objects.all()), list(Host.objects.all())
        self.groups, self.programme = list(Group.objects.all()), Programme.objects.get()
        self.sam = User.objects.get(username="sam")

    def attempt(self) -> None:
        """Cancel or move what anybody booked, or book."""
        choose = self.random.choice
        start = at(choose(DAYS), choose(HOURS), choose([0, 30]))
        room, host, act = choose(self.rooms), choose(self.hosts), self.random.random()
        booked = list(Booking.objects.order_by("pk"))
        if booked and act < 0.2:
            cancel(actor=self.sam, now=NOW, booking=choose(booked))
        elif booked and act < 0.5:
            booking = choose(booked)
            move(
                actor=self.sam,
                now=NOW,
                booking=booking,
                start=start,
                room=room,
                host=host,
                room_reason=WHY,
            )
        else:
            plan = VisitPlan(
                groups=(choose(self.groups),),
                programme=self.programme,
                start=start,
                end=start + timedelta(minutes=75),
                host=host,
                room=room,
                room_reason=WHY,
            )
            book(actor=self.sam, now=NOW, plan=plan)


def main(number: int) -> None:
    """The attempts of one racer."""
    racer = Racer(number)
    outcomes: Counter[str] = Counter()
    messages = set()
    sys.stdin.readline()
    for _ in range(ATTEMPTS):
        try:
            racer.attempt()
        except DomainError as error:
            outcomes[error.code] += 1
            messages.add(error.message)
        else:
            outcomes["done"] += 1
    print(json.dumps({"outcomes": outcomes, "messages": sorted(messages)}))


if __name__ == "__main__":
    main(int(sys.argv[1]))
