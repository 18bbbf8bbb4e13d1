"""Where, when it is open, and the resources that can be taken."""

from enum import StrEnum
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from core.models import User
from partners.models import Group, SizeBand, new_mail_tag


class ResourceKind(StrEnum):
    """What can be at one place only."""

    ROOM = "room"
    HOST = "host"
    GROUP = "group"


class Resource(models.Model):
    """What an allocation takes: a room, a host or a group."""

    kind = models.CharField(max_length=8, choices=[(k.value, k.value) for k in ResourceKind])
    group = models.OneToOneField(
        Group, null=True, blank=True, on_delete=models.PROTECT, related_name="resource"
    )

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(kind="group", group__isnull=False)
                | (~Q(kind="group") & Q(group__isnull=True)),
                name="resource_group_iff_kind",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class Library(models.Model):
    """A library or a branch of it."""

    name = models.CharField(max_length=80, unique=True)
    address = models.CharField(max_length=200)
    directions = models.TextField(blank=True)
    meeting_point = models.CharField(max_length=120, default="innanför huvudentrén")
    phone = models.CharField(max_length=20, blank=True)
    #: The library that this is a branch of; empty for a main library.
    branch_of = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="branches"
    )
    #: When it closes on midsommar, jul and nyårsafton; empty where eves are closed.
    eve_closes = models.TimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["pk"]

    def __str__(self) -> str:
        return self.name


class OpeningHours(models.Model):
    """One weekday's hours, always or within dated limits (summer hours win over the usual)."""

    library = models.ForeignKey(Library, on_delete=models.CASCADE, related_name="hours")
    weekday = models.PositiveSmallIntegerField()
    opens = models.TimeField(null=True)
    closes = models.TimeField(null=True)
    first_day = models.DateField(null=True, blank=True)
    last_day = models.DateField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(opens=None, closes=None) | Q(closes__gt=F("opens")),
                name="opening_hours_order",
            ),
            models.CheckConstraint(condition=Q(weekday__lte=6), name="opening_hours_weekday"),
        ]

    def __str__(self) -> str:
        return f"{self.library} {self.weekday} {self.opens}–{self.closes}"


class Closure(models.Model):
    """A dated exception: closed, or open at other hours."""

    library = models.ForeignKey(Library, on_delete=models.CASCADE, related_name="closures")
    day = models.DateField()
    opens = models.TimeField(null=True, blank=True)
    closes = models.TimeField(null=True, blank=True)
    reason = models.CharField(max_length=120)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["library", "day"], name="closure_once_a_day"),
            models.CheckConstraint(
                condition=Q(opens=None, closes=None) | Q(closes__gt=F("opens")),
                name="closure_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.reason}"


class CalmTime(models.Model):
    """Hours with little traffic: better for many groups (DOMAIN.md §2)."""

    library = models.ForeignKey(Library, on_delete=models.CASCADE, related_name="calm_times")
    weekday = models.PositiveSmallIntegerField()
    start = models.TimeField()
    end = models.TimeField()

    def __str__(self) -> str:
        return f"{self.weekday} {self.start}–{self.end}"


class Room(models.Model):
    """A room or an open area where a group can be received."""

    resource = models.OneToOneField(Resource, on_delete=models.PROTECT, related_name="room")
    library = models.ForeignKey(Library, on_delete=models.PROTECT, related_name="rooms")
    name = models.CharField(max_length=80)
    capacity = models.PositiveSmallIntegerField()
    features = models.JSONField(default=list, blank=True)
    open_area = models.BooleanField(default=False)
    buffer_before = models.PositiveSmallIntegerField(default=0, help_text="minutes")
    buffer_after = models.PositiveSmallIntegerField(default=0, help_text="minutes")
    active = models.BooleanField(default=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["library", "name"], name="room_once_in_library"),
            models.CheckConstraint(condition=Q(capacity__gte=1), name="room_holds_somebody"),
        ]
        ordering: ClassVar = ["library", "name"]

    def __str__(self) -> str:
        return self.name

    def holds(self, size: SizeBand) -> bool:
        """Whether it has places for a group of ``size`` at its most."""
        return self.capacity >= size.most


class Host(models.Model):
    """A member of the staff who receives groups."""

    resource = models.OneToOneField(Resource, on_delete=models.PROTECT, related_name="host")
    user = models.OneToOneField(User, on_delete=models.PROTECT, related_name="host")
    library = models.ForeignKey(Library, on_delete=models.PROTECT, related_name="hosts")
    #: Other libraries and branches where she also receives groups.
    also_at = models.ManyToManyField(Library, related_name="visiting_hosts", blank=True)
    programmes = models.ManyToManyField("scheduling.Programme", related_name="hosts", blank=True)
    languages = models.JSONField(default=list, blank=True)
    #: How a guest knows her: "har en blå tröja".
    sign = models.CharField(max_length=80, blank=True)
    mail_tag = models.CharField(max_length=16, unique=True, default=new_mail_tag, editable=False)
    active = models.BooleanField(default=True)

    class Meta:
        ordering: ClassVar = ["user__first_name"]

    def __str__(self) -> str:
        return self.user.name

    def serves(self, library_id: int) -> bool:
        """Whether she receives groups there (``also_at`` prefetched where many are asked)."""
        return library_id == self.library_id or any(
            row.pk == library_id for row in self.also_at.all()
        )

    @property
    def first_name(self) -> str:
        """How the host signs."""
        return self.user.first_name or self.user.username
