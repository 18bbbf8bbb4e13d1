"""Subscribed calendars: who may read what, and the stored blocks that they are joined from."""

from enum import StrEnum
from typing import ClassVar

from django.db import models
from django.db.models import Q

from core.models import User
from partners.models import Contact, Organisation
from scheduling.models.booking import Booking
from scheduling.models.place import Host, Library, Room
from scheduling.models.programme import Programme


class FeedScope(StrEnum):
    """Whose bookings a feed holds."""

    USER = "user"
    ROOM = "room"
    LIBRARY = "library"
    PARTNER = "partner"
    HOST = "host"
    PROGRAMME = "programme"
    ALL = "all"
    PUBLIC = "public"


class FeedLevel(StrEnum):
    """How much a feed tells; neutral unless somebody chooses otherwise."""

    FULL = "full"
    NEUTRAL = "neutral"
    BUSY = "busy"


class FeedVariant(StrEnum):
    """The few stored forms of one booking."""

    FULL = "full"
    NEUTRAL = "neutral"
    NEUTRAL_FREE = "neutral_free"
    BUSY = "busy"


class Feed(models.Model):
    """A secret, revocable calendar address. Only the token's fingerprint is stored."""

    name = models.CharField(max_length=120)
    scope = models.CharField(max_length=12, choices=[(s.value, s.value) for s in FeedScope])
    level = models.CharField(max_length=8, choices=[(v.value, v.value) for v in FeedLevel])
    #: Who made it and may show and revoke it; NULL for one a partner made on the answer page.
    owner = models.ForeignKey(User, null=True, on_delete=models.CASCADE, related_name="feeds")
    user = models.ForeignKey(User, null=True, on_delete=models.CASCADE, related_name="+")
    room = models.ForeignKey(Room, null=True, on_delete=models.CASCADE, related_name="+")
    library = models.ForeignKey(Library, null=True, on_delete=models.CASCADE, related_name="+")
    contact = models.ForeignKey(Contact, null=True, on_delete=models.CASCADE, related_name="feeds")
    organisation = models.ForeignKey(
        Organisation, null=True, on_delete=models.CASCADE, related_name="+"
    )
    host = models.ForeignKey(Host, null=True, on_delete=models.CASCADE, related_name="+")
    programme = models.ForeignKey(Programme, null=True, on_delete=models.CASCADE, related_name="+")
    #: Which places it is joined from, and in which form; follow from scope, object and level.
    scope_key = models.CharField(max_length=32)
    variant = models.CharField(max_length=12, choices=[(v.value, v.value) for v in FeedVariant])
    #: When its name last changed: Last-Modified must move with everything that is seen.
    changed_at = models.DateTimeField()
    token_epoch = models.PositiveIntegerField(default=1)
    token_fingerprint = models.CharField(max_length=64, unique=True, null=True)  # noqa: DJ001
    created_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    #: Kept at most once in 15 minutes: a poll must not cost a write.
    last_fetched_at = models.DateTimeField(null=True)
    last_client = models.CharField(max_length=80, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(scope="user", user__isnull=False)
                | Q(scope="room", room__isnull=False)
                | Q(scope="library", library__isnull=False)
                | (Q(scope="partner") & (Q(contact__isnull=False) | Q(organisation__isnull=False)))
                | Q(scope="host", host__isnull=False)
                | Q(scope="programme", programme__isnull=False)
                | Q(scope__in=["all", "public"]),
                name="feed_scope_has_its_object",
            )
        ]
        ordering: ClassVar = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return self.name


class FeedBlock(models.Model):
    """One booking as one VEVENT, rendered with the change that made it so."""

    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, related_name="blocks")
    variant = models.CharField(max_length=12, choices=[(v.value, v.value) for v in FeedVariant])
    block = models.BinaryField()
    digest = models.CharField(max_length=64)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["booking", "variant"], name="feed_block_once")
        ]

    def __str__(self) -> str:
        return f"{self.booking_id} {self.variant}"


class FeedPlace(models.Model):
    """A booking stands in a calendar: whose (``scope_key``), in which month, in which order."""

    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, related_name="places")
    #: "all", "public", "room:5", "user:3" (a host), "library:1", "programme:2", "contact:9".
    scope_key = models.CharField(max_length=32)
    #: Stockholm's, as "2026-11".
    month = models.CharField(max_length=7)
    start = models.DateTimeField()
    #: When a called-off booking leaves; NULL stands.
    drop_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["booking", "scope_key"], name="feed_place_once")
        ]
        indexes: ClassVar = [
            models.Index(fields=["scope_key", "month", "start"], name="feed_place_order"),
            models.Index(
                fields=["drop_at"], condition=Q(drop_at__isnull=False), name="feed_place_drop"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.scope_key} {self.month}"


class FeedCalendar(models.Model):
    """What all feeds of one scope and variant share: its version, and the ETag of what is built."""

    scope_key = models.CharField(max_length=32)
    variant = models.CharField(max_length=12, choices=[(v.value, v.value) for v in FeedVariant])
    #: Grows with every change of a booking that stands, or stood, in it.
    version = models.PositiveBigIntegerField(default=1)
    #: The version and the window that the segments were last joined for.
    built_version = models.PositiveBigIntegerField(default=0)
    built_window = models.CharField(max_length=16, blank=True)
    #: Of the segments' digests; "" before the first GET.
    etag = models.CharField(max_length=64, blank=True)
    size = models.PositiveBigIntegerField(default=0)
    count = models.PositiveIntegerField(default=0)
    #: Moves with the ETag, on removals too; whole seconds.
    last_modified = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["scope_key", "variant"], name="feed_calendar_once")
        ]

    def __str__(self) -> str:
        return f"{self.scope_key} {self.variant}"


class FeedSegment(models.Model):
    """One month of one calendar, joined into a file that ``digest`` names (``feeds.bodies``).

    A change empties ``digest``; the next GET joins anew.
    """

    calendar = models.ForeignKey(FeedCalendar, on_delete=models.CASCADE, related_name="segments")
    month = models.CharField(max_length=7)
    digest = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    count = models.PositiveIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["calendar", "month"], name="feed_segment_once")
        ]

    def __str__(self) -> str:
        return f"{self.calendar_id} {self.month}"
