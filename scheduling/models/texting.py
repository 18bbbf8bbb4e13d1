"""Text messages that came in: what was made of them, and what waits for a person."""

from enum import StrEnum
from typing import ClassVar

from django.db import models
from django.db.models import Q

from core.models import User
from scheduling.models.invitation import Invitation


class TextAction(StrEnum):
    """What was done with a text; printed by ``receive_sms``, so part of its contract."""

    REPLY = "reply"
    #: "STOPP": the number gets no more texts.
    STOP = "stop"
    #: "START": it does again.
    START = "start"
    REVIEW = "review"
    IGNORED = "ignored"


class TextDecision(StrEnum):
    """What a person read in a text that waited."""

    ACCEPTED = "accepted"
    DECLINED = "declined"
    #: It was read and dealt with in another way, or was nothing.
    SEEN = "seen"


class IncomingTexts(models.QuerySet["IncomingText"]):
    """Reads of the texts that came in."""

    def waiting(self) -> "IncomingTexts":
        """Those that a person must look at."""
        return self.filter(action=TextAction.REVIEW.value, decided_at=None)


class IncomingText(models.Model):
    """One text, its words masked and erased by the retention rule.

    ``key`` is the service's own number for it: the same text has effect once.
    """

    received_at = models.DateTimeField(db_index=True)
    key = models.CharField(max_length=120, unique=True)
    #: E.164, or as the network gave it where it is no number.
    sender = models.CharField(max_length=32, blank=True)
    #: Its words, with personal identity numbers masked.
    words = models.CharField(max_length=1000, blank=True)
    action = models.CharField(max_length=8, choices=[(a.value, a.value) for a in TextAction])
    reason = models.CharField(max_length=40, blank=True)
    invitation = models.ForeignKey(
        Invitation, null=True, on_delete=models.SET_NULL, related_name="incoming_texts"
    )
    #: Whether it was answered by itself; counted against loops.
    replied = models.BooleanField(default=False)
    erased_at = models.DateTimeField(null=True)
    decision = models.CharField(
        max_length=8, blank=True, choices=[(d.value, d.value) for d in TextDecision]
    )
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    objects = IncomingTexts.as_manager()

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["received_at"],
                condition=Q(action=TextAction.REVIEW.value, decided_at=None),
                name="text_waiting",
            ),
            models.Index(fields=["sender", "received_at"], name="text_sender"),
        ]
        ordering: ClassVar = ["received_at", "pk"]

    def __str__(self) -> str:
        return f"{self.action} {self.reason} {self.received_at:%Y-%m-%d %H:%M}"

    @property
    def waits(self) -> bool:
        """Whether a person must look at it."""
        return self.action == TextAction.REVIEW.value and self.decided_at is None
