"""What the database guards."""

from typing import ClassVar

from django.db import models

from scheduling.models.booking import Booking
from scheduling.models.constraints import NoOverlap
from scheduling.models.offer import OfferedTime
from scheduling.models.place import Resource


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
