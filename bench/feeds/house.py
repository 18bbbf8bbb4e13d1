"""Run inside an installation: fill it with events, make one feed, change events.

``python -m bench.feeds.house fill N`` prints the feed's path; ``changes`` gives one event another
title for each line that it reads, and prints how long that took with its stored blocks, places,
marks and joined month (seconds). After the line ``back`` it takes all of it back instead: nothing
has changed then, but as much was done. After ``apart`` it joins no month, as when the process dies
or another machine makes the change.
"""

import os
import sys
import time
from datetime import UTC, datetime, timedelta
from unittest.mock import patch

import django


def main() -> None:
    """One of the two acts."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    if sys.argv[1] == "fill":
        print(_fill(int(sys.argv[2])))
    else:
        _changes()


def _fill(count: int) -> str:
    from core.models import Role, User
    from scheduling import links
    from scheduling.demo import blocks
    from scheduling.feeds import manage, serve
    from scheduling.models import Booking, FeedLevel, FeedScope
    from scheduling.states import BookingKind, VisitState

    now = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    user = User.objects.create_user(
        "bench", "bench@bench.example", first_name="Bench", role=Role.SOCIONOM.value
    )
    # Evenly over eleven months back and sixteen forward: what every feed shows.
    first, span = now - timedelta(days=330), timedelta(days=330 + 480)
    bookings = [
        Booking(
            kind=BookingKind.MEETING.value,
            state=VisitState.CONFIRMED.value,
            title=f"Samverkansmöte {number:05d} om läsning, lånekort och digital hjälp i höst",
            start=first + span * number / count,
            end=first + span * number / count + timedelta(minutes=75),
            feed_changed_at=now,
            created_at=now,
            version=1,
        )
        for number in range(count)
    ]
    Booking.objects.bulk_create(bookings, batch_size=1000)
    blocks.write(bookings)
    feed = manage.create(actor=user, now=now, scope=FeedScope.ALL, level=FeedLevel.FULL)
    path = "/feeds" + links.feed_url(feed).rpartition("/feeds")[2]
    # Joined once: from now on a change has somebody to tell.
    serve.respond(serve.Asked("HEAD", path), now)
    return path


def _changes() -> None:
    """One change for each line that is read; how long each took."""
    from django.db import transaction

    from scheduling.feeds import blocks, segments
    from scheduling.models import Booking

    rows = list(Booking.objects.order_by("pk"))
    for number, line in enumerate(sys.stdin):
        booking = rows[number * 7919 % len(rows)]
        booking.title = f"{booking.title[:100]} {number}"
        joining = segments.join_ahead if line.strip() != "apart" else lambda *_given: None
        begin = time.perf_counter()
        with patch.object(segments, "join_ahead", joining), transaction.atomic():
            booking.save(update_fields=["title"])
            blocks.touch(booking, datetime.now(UTC))
            if line.strip() == "back":
                transaction.set_rollback(True)
        print(time.perf_counter() - begin, flush=True)
        if line.strip() == "back":
            booking.refresh_from_db()


if __name__ == "__main__":
    main()
