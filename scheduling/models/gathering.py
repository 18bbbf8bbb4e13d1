"""What a booking without a visit adds where people meet: a meeting, or a training session."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from partners.models import Channel, ContactLog
from scheduling.models.booking import Booking
from scheduling.models.place import Host, Room


class Gathering(models.Model):
    """Samverkansmöte or utbildningspass: where it is and which colleagues are there.

    The title is the house's own and leaves it in no mail; whom it is with is its invitations.
    """

    booking = models.OneToOneField(
        Booking, on_delete=models.CASCADE, primary_key=True, related_name="gathering"
    )
    #: Whose page it was booked from: its next meeting stands there.
    channel = models.ForeignKey(
        Channel, null=True, blank=True, on_delete=models.SET_NULL, related_name="meetings"
    )
    hosts = models.ManyToManyField(Host, related_name="gatherings")
    room = models.ForeignKey(
        Room, null=True, blank=True, on_delete=models.PROTECT, related_name="gatherings"
    )
    #: Where we go, and how long the way is (minutes each way).
    place = models.CharField(max_length=200, blank=True)
    travel_minutes = models.PositiveSmallIntegerField(default=0)
    #: Our own line in the invitation.
    greeting = models.CharField(max_length=500, blank=True)
    #: The line written afterwards, in the log of the channel or the organisation.
    log = models.ForeignKey(ContactLog, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(room=None) | Q(place=""), name="gathering_in_one_place"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.booking_id}"
