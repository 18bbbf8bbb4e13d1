"""What the database guards."""

from collections.abc import Iterable
from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import OuterRef, Q, Subquery

from scheduling.models.booking import Booking
from scheduling.models.constraints import NoOverlap
from scheduling.models.offer import OfferedTime
from scheduling.models.place import Resource


class AllocationQuerySet(models.QuerySet["Allocation"]):
    """Named reads."""

    def standing(self, now: datetime) -> "AllocationQuerySet":
        """Those that do not give way: no hold, or one that has not expired."""
        return self.filter(Q(expires_at=None) | Q(expires_at__gt=now))

    def overlapping(
        self, resources: Iterable[int], start: datetime, end: datetime
    ) -> "AllocationQuerySet":
        """Those of ``resources`` that have an instant of [start, end).

        Rows of one resource never overlap, so that only the last one to begin before ``start`` can
        reach into the window: the cost follows the window, not the history. Two queries.
        """
        wanted = list(resources)
        earlier = (
            Allocation.objects.filter(resource=OuterRef("pk"), start__lt=start)
            .order_by("-start")
            .values("pk")[:1]
        )
        rows = Resource.objects.filter(pk__in=wanted).values_list(Subquery(earlier), flat=True)
        reaching = [pk for pk in rows if pk is not None]
        return self.filter(
            Q(resource_id__in=wanted, start__gte=start, start__lt=end)
            | Q(pk__in=reaching, end__gt=start)
        )


class Allocation(models.Model):
    """A resource taken from ``start`` to ``end`` (UTC, buffers and travel included)."""

    resource = models.ForeignKey(Resource, on_delete=models.PROTECT, related_name="allocations")
    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, related_name="allocations")
    start = models.DateTimeField()
    end = models.DateTimeField()
    #: A hold gives way after this instant; NULL stands.
    expires_at = models.DateTimeField(null=True, blank=True)

    #: The offered time that it holds; NULL where the booking has one time.
    offered = models.ForeignKey(
        OfferedTime, null=True, blank=True, on_delete=models.CASCADE, related_name="allocations"
    )

    objects = AllocationQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            NoOverlap(name="allocation_no_overlap", resource="resource", start="start", end="end")
        ]
        # The clash explanation and the SQLite triggers both look up by resource and time.
        indexes: ClassVar = [
            models.Index(fields=["resource", "start", "end"], name="allocation_lookup")
        ]

    def __str__(self) -> str:
        return f"{self.resource_id} {self.start:%Y-%m-%d %H:%M}–{self.end:%H:%M}"
