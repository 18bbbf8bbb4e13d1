"""What may be kept for how long, and what was erased when (arkivlagen 10 §, DOMAIN.md §3)."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from core.models import User


class RetentionRule(models.Model):
    """The house's own word on one rule of ``scheduling.followup.retention``.

    Without a row the rule stands as it was proposed there. Erasing public records needs a
    decision: ``decision`` is its number in the register.
    """

    key = models.CharField(max_length=24, unique=True)
    days = models.PositiveIntegerField()
    decision = models.CharField(max_length=80, blank=True)
    changed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(days__gte=1) & Q(days__lte=36500), name="retention_days"
            )
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.days}"


class RetentionRun(models.Model):
    """One erasure: which rule, how far back, how many rows; never what stood there."""

    key = models.CharField(max_length=24)
    at = models.DateTimeField()
    #: NULL for the nightly run.
    actor = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    #: Everything older than this went.
    cutoff = models.DateTimeField()
    days = models.PositiveIntegerField()
    decision = models.CharField(max_length=80, blank=True)
    rows = models.PositiveIntegerField()

    class Meta:
        ordering: ClassVar = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.key} {self.at:%Y-%m-%d} {self.rows}"
