"""What we try and what it taught (F3), and what the staff needs (F8)."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from scheduling.models.booking import Booking
from scheduling.models.followup import Interest
from scheduling.states import Judgement


class EffortKind(models.TextChoices):
    """A trial over time, or a single effort."""

    TRIAL = "trial", "trial"
    ONE_OFF = "one_off", "one_off"


class Decision(models.TextChoices):
    """What the lesson led to; ending with a lesson is a good close."""

    CONTINUE = "continue", "continue"
    CHANGE = "change", "change"
    END = "end", "end"


class Effort(models.Model):
    """An effort with its hypothesis and its honest result."""

    kind = models.CharField(max_length=8, choices=EffortKind.choices)
    what = models.CharField(max_length=120)
    why = models.CharField(max_length=300, blank=True)
    for_whom = models.CharField(max_length=120, blank=True)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)
    hours = models.PositiveSmallIntegerField(null=True)
    #: In whole kronor.
    cost = models.PositiveIntegerField(null=True)
    #: Where an open or outdoor effort was, and about how many we met; it needs no group.
    place = models.CharField(max_length=120, blank=True)
    met_about = models.PositiveSmallIntegerField(null=True)
    judgement = models.CharField(max_length=16, choices=[(j.value, j.value) for j in Judgement])
    lesson = models.CharField(max_length=500, blank=True)
    decision = models.CharField(max_length=8, choices=Decision.choices, blank=True)
    interests = models.ManyToManyField(Interest, related_name="efforts", blank=True)
    bookings = models.ManyToManyField(Booking, related_name="efforts", blank=True)
    is_demo = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="effort_order"
            )
        ]
        ordering: ClassVar = ["-starts_on", "pk"]

    def __str__(self) -> str:
        return self.what


class Analysis(models.Model):
    """A question, its basis and what we concluded."""

    on = models.DateField()
    question = models.CharField(max_length=200)
    basis = models.CharField(max_length=300)
    conclusion = models.CharField(max_length=500, blank=True)
    #: The follow-ups that it rests on: the query of the list of visits, period and filter.
    basis_query = models.CharField(max_length=300, blank=True)
    is_demo = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.question


class TrainingSession(models.Model):
    """A training session: a booking, and the analysis it answers."""

    booking = models.OneToOneField(
        Booking, on_delete=models.CASCADE, primary_key=True, related_name="training"
    )
    analysis = models.ForeignKey(Analysis, null=True, on_delete=models.SET_NULL, related_name="+")
    topic = models.CharField(max_length=120)
    attendance = models.PositiveSmallIntegerField(null=True)
    #: How many came of each staff group: code -> number. ``attendance`` is their sum.
    by_staff_group = models.JSONField(default=dict, blank=True)
    #: The one question afterwards, and how many chose each step of the scale: "1"–"5" -> number.
    check_question = models.CharField(max_length=200, blank=True)
    check_totals = models.JSONField(default=dict, blank=True)
    changed_way = models.CharField(max_length=500, blank=True)

    def __str__(self) -> str:
        return self.topic
