"""Visits that belong together: each date a booking of its own."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from core.models import User
from partners.models import Contact, Group
from scheduling.models.booking import new_uid


class Series(models.Model):
    """A regular series (``rule`` is its RRULE from ``start``) or a list of dates (no rule)."""

    rule = models.CharField(max_length=200, blank=True)
    #: The first occurrence as invited; RRULE counts from here.
    start = models.DateTimeField()
    end = models.DateTimeField()
    #: Skipped occurrences (UTC, ISO 8601): red days, closures, clashes left out.
    exdates = models.JSONField(default=list, blank=True)
    cancelled_at = models.DateTimeField(null=True)
    idempotency_key = models.CharField(max_length=64, null=True, unique=True)  # noqa: DJ001
    created_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(end__gt=F("start")), name="series_order")
        ]
        verbose_name_plural = "series"

    def __str__(self) -> str:
        return f"{self.rule or 'dates'} {self.start:%Y-%m-%d}"

    @property
    def regular(self) -> bool:
        """Whether it is invited as one UID with a rule."""
        return bool(self.rule)


class SeriesInvitation(models.Model):
    """One per series and contact: the UID of the whole, and the link to all its dates."""

    series = models.ForeignKey(Series, on_delete=models.CASCADE, related_name="invitations")
    contact = models.ForeignKey(
        Contact, on_delete=models.PROTECT, related_name="series_invitations"
    )
    group = models.ForeignKey(Group, null=True, on_delete=models.PROTECT, related_name="+")
    ical_uid = models.CharField(max_length=80, unique=True, default=new_uid, editable=False)
    #: SEQUENCE of the newest message about the whole.
    sequence = models.PositiveIntegerField(default=0)
    significant_sequence = models.PositiveIntegerField(default=0)
    token_epoch = models.PositiveIntegerField(default=1)
    token_fingerprint = models.CharField(max_length=64, unique=True, null=True)  # noqa: DJ001
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["series", "contact"], name="series_invitation_once"),
            models.CheckConstraint(
                condition=Q(significant_sequence__lte=F("sequence")),
                name="series_significant_not_ahead",
            ),
        ]
        ordering: ClassVar = ["pk"]

    def __str__(self) -> str:
        return f"{self.series_id} {self.contact}"
