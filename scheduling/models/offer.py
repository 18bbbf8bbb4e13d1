"""Several times for one visit, and one slot for several groups: who holds what until when."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from core.models import User
from scheduling.models.booking import Booking
from scheduling.models.place import Host, Room
from scheduling.states import OfferState


class SlotOffer(models.Model):
    """A late cancellation offered on: one hold on its room and hosts, first yes wins.

    The hold is the allocations of the cancelled visit (``source``), with ``expires_at``; those
    who are asked have bookings of their own, without allocations until somebody says yes.
    """

    source = models.ForeignKey(Booking, on_delete=models.CASCADE, related_name="slot_offers")
    state = models.CharField(max_length=12, choices=[(s.value, s.value) for s in OfferState])
    expires_at = models.DateTimeField()
    created_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["source"],
                condition=Q(state=OfferState.OPEN.value),
                name="slot_offer_one_open",
            )
        ]
        ordering: ClassVar = ["pk"]

    def __str__(self) -> str:
        return f"{self.source_id} {self.state}"


class OfferedTime(models.Model):
    """One of the times that a visit may get. The room and hosts are part of it."""

    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, related_name="offered_times")
    #: Set where the hold is shared by several groups; the allocations are the slot's then.
    slot = models.ForeignKey(
        SlotOffer, null=True, on_delete=models.CASCADE, related_name="offered_times"
    )
    start = models.DateTimeField()
    end = models.DateTimeField()
    room = models.ForeignKey(Room, null=True, on_delete=models.PROTECT, related_name="+")
    host = models.ForeignKey(Host, on_delete=models.PROTECT, related_name="+")
    co_host = models.ForeignKey(Host, null=True, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(
        max_length=12,
        choices=[(s.value, s.value) for s in OfferState],
        default=OfferState.OPEN.value,
    )
    #: Held until this instant; afterwards it gives way to whoever wants the slot.
    expires_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(end__gt=F("start")), name="offered_time_order"),
            models.UniqueConstraint(fields=["booking", "start"], name="offered_time_once"),
        ]
        indexes: ClassVar = [models.Index(fields=["state", "expires_at"])]
        ordering: ClassVar = ["start", "pk"]

    def __str__(self) -> str:
        return f"{self.booking_id} {self.start:%Y-%m-%d %H:%M} {self.state}"

    @property
    def hosts(self) -> list[Host]:
        """The host, and the co-host where there is one."""
        return [self.host] if self.co_host is None else [self.host, self.co_host]
