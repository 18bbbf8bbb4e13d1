"""Subscribed calendars: who may read what, and the stored blocks that they are joined from."""

from enum import StrEnum
from typing import ClassVar

from django.db import models
from django.db.models import Q

from core.models import User
from partners.models import Contact, Organisation
from scheduling.models.booking import Booking
from scheduling.models.place import Library, Room


class FeedScope(StrEnum):
    """Whose bookings a feed holds."""

    USER = "user"
    ROOM = "room"
    LIBRARY = "library"
    PARTNER = "partner"


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
    scope = models.CharField(max_length=8, choices=[(s.value, s.value) for s in FeedScope])
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
                | (Q(scope="partner") & (Q(contact__isnull=False) | Q(organisation__isnull=False))),
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
