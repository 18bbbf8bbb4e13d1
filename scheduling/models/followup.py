"""What came of a visit: the 60-second note and the rows that the report reads."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from core.models import User
from partners.models import Group, GroupCategory
from scheduling.models.booking import Booking
from scheduling.models.programme import Programme
from scheduling.states import Judgement, Mission, ReceiverKind


class FollowUp(models.Model):
    """A finished note: locked; a correction is a new version of the same booking's note."""

    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, related_name="follow_ups")
    version = models.PositiveSmallIntegerField(default=1)
    #: The newest version is the one that counts.
    current = models.BooleanField(default=True)
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    attendance = models.PositiveSmallIntegerField()
    #: Empty only where nobody came.
    judgement = models.CharField(
        max_length=16, blank=True, choices=[(j.value, j.value) for j in Judgement]
    )
    #: Chips, as short words; the free lines beside them are screened.
    worked = models.JSONField(default=list, blank=True)
    did_not_work = models.JSONField(default=list, blank=True)
    note = models.TextField(blank=True)
    mission = models.CharField(
        max_length=12, choices=[(m.value, m.value) for m in Mission], default=Mission.OURS.value
    )
    next_step = models.CharField(max_length=200, blank=True)
    next_step_due = models.DateField(null=True)
    next_step_done_at = models.DateTimeField(null=True)
    next_booking = models.ForeignKey(
        Booking, null=True, on_delete=models.SET_NULL, related_name="agreed_in"
    )
    idempotency_key = models.CharField(max_length=64, null=True, unique=True)  # noqa: DJ001

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["booking", "version"], name="follow_up_version_once"),
            models.UniqueConstraint(
                fields=["booking"], condition=Q(current=True), name="follow_up_one_current"
            ),
            models.CheckConstraint(condition=Q(attendance__lte=500), name="follow_up_attendance"),
        ]
        ordering: ClassVar = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.booking_id} v{self.version}"


class Handover(models.Model):
    """Something that was not ours alone: topic and kind of receiver, never who (F11)."""

    follow_up = models.ForeignKey(
        FollowUp, null=True, on_delete=models.CASCADE, related_name="handovers"
    )
    on = models.DateField()
    topic = models.CharField(max_length=120)
    receiver = models.CharField(max_length=20, choices=[(r.value, r.value) for r in ReceiverKind])
    is_demo = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"{self.topic} → {self.receiver}"


class BoundaryCase(models.Model):
    """A question about where the library's mission ends, for the quarter's discussion."""

    on = models.DateField()
    question = models.CharField(max_length=200)
    outcome = models.CharField(max_length=300, blank=True)
    booking = models.ForeignKey(
        Booking, null=True, on_delete=models.SET_NULL, related_name="boundary_cases"
    )
    is_demo = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.question


class Interest(models.Model):
    """Something that groups ask for; what became of it follows from events unless set by hand."""

    name = models.CharField(max_length=60, unique=True)
    #: Set by hand; empty lets it follow from its efforts and its programme.
    stage_set = models.CharField(max_length=10, blank=True)
    #: What it became.
    programme = models.ForeignKey(
        Programme, null=True, on_delete=models.SET_NULL, related_name="interests"
    )

    class Meta:
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name


class InterestStage(models.TextChoices):
    """What became of an interest (F5): fångat, provat, blivit program."""

    CAUGHT = "caught", "caught"
    TRIED = "tried", "tried"
    PROGRAMME = "programme", "programme"


class SignalSource(models.TextChoices):
    """Where an interest was caught."""

    VISIT = "visit", "visit"
    MEETING = "meeting", "meeting"
    DESK = "desk", "desk"
    PARTNER = "partner", "partner"


class InterestSignal(models.Model):
    """One time that an interest was caught; of a group or a kind of group, never of a person."""

    interest = models.ForeignKey(Interest, on_delete=models.PROTECT, related_name="signals")
    group = models.ForeignKey(
        Group, null=True, on_delete=models.PROTECT, related_name="interest_signals"
    )
    follow_up = models.ForeignKey(
        FollowUp, null=True, on_delete=models.CASCADE, related_name="signals"
    )
    #: The kind of group, where it was no certain group; for planners only (DOMAIN.md §3).
    category = models.CharField(
        max_length=24, blank=True, choices=[(c.value, c.value) for c in GroupCategory]
    )
    source = models.CharField(max_length=8, choices=SignalSource.choices)
    line = models.CharField(max_length=120, blank=True)
    on = models.DateField()
    is_demo = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"{self.interest} {self.on}"


class FollowUpDraft(models.Model):
    """A note that is not finished: its author's alone, erased after 30 days (DOMAIN.md §3)."""

    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, related_name="drafts")
    author = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    #: The form's fields as they were typed: name -> values.
    fields = models.JSONField(default=dict)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["booking", "author"], name="follow_up_draft_once")
        ]

    def __str__(self) -> str:
        return f"{self.booking_id} {self.author_id}"
