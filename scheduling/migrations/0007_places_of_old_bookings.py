"""Feeds made before segments: what they are joined from, and the places of every booking."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from django.db import migrations

STOCKHOLM = ZoneInfo("Europe/Stockholm")
CALLED_OFF = {"declined", "cancelled_by_partner", "cancelled_by_us"}


def fill(apps, schema_editor):
    Feed = apps.get_model("scheduling", "Feed")
    for feed in Feed.objects.all():
        feed.scope_key = {
            "user": f"user:{feed.user_id}",
            "room": f"room:{feed.room_id}",
            "library": f"library:{feed.library_id}",
            "partner": f"contact:{feed.contact_id}",
        }[feed.scope]
        free = feed.scope in {"room", "library"}
        feed.variant = {
            "busy": "busy",
            "full": "full",
            "neutral": "neutral_free" if free else "neutral",
        }[feed.level]
        feed.changed_at = feed.created_at
        feed.save()
    Booking = apps.get_model("scheduling", "Booking")
    FeedPlace = apps.get_model("scheduling", "FeedPlace")
    bookings = Booking.objects.exclude(state="draft").select_related(
        "visit__host", "visit__co_host"
    ).prefetch_related("invitations", "allocations__resource")
    places = []
    for booking in bookings.iterator(chunk_size=500):
        month = f"{booking.start.astimezone(STOCKHOLM):%Y-%m}"
        gone = booking.state in CALLED_OFF
        drop_at = booking.feed_changed_at + timedelta(days=14) if gone else None
        places += [
            FeedPlace(
                booking=booking, scope_key=key, month=month, start=booking.start, drop_at=drop_at
            )
            for key in sorted(_keys(apps, booking))
        ]
    FeedPlace.objects.bulk_create(places, batch_size=1000)


def _keys(apps, booking):
    found = {"all"}
    visit = getattr(booking, "visit", None)
    if visit is None:
        Host = apps.get_model("scheduling", "Host")
        Room = apps.get_model("scheduling", "Room")
        taken = [row.resource_id for row in booking.allocations.all()]
        hosts = Host.objects.filter(resource__in=taken).values_list("user_id", flat=True)
        rooms = Room.objects.filter(resource__in=taken).values_list("pk", flat=True)
        return found | {f"user:{pk}" for pk in hosts} | {f"room:{pk}" for pk in rooms}
    found.add(f"programme:{visit.programme_id}")
    found |= {f"user:{host.user_id}" for host in (visit.host, visit.co_host) if host}
    if visit.room_id:
        found.add(f"room:{visit.room_id}")
    if booking.kind == "study_visit" and booking.library_id:
        found.add(f"library:{booking.library_id}")
    return found | {
        f"contact:{row.contact_id}"
        for row in booking.invitations.all()
        if row.contact_id and row.state != "withdrawn"
    }


class Migration(migrations.Migration):
    dependencies = [("scheduling", "0006_feed_segments")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
