"""Mail that came in: the bytes, what was made of them, and what waits for a person."""

from enum import StrEnum
from typing import ClassVar

from django.db import models
from django.db.models import Q

from core.models import User
from scheduling.models.invitation import Invitation
from scheduling.models.message import Message


class MailAction(StrEnum):
    """What was done with a mail; printed by ``receive_mail``, so part of its contract."""

    REPLY = "reply"
    COUNTER = "counter"
    REFRESH = "refresh"
    BOUNCE = "bounce"
    REVIEW = "review"
    IGNORED = "ignored"


class MailDecision(StrEnum):
    """What a person decided about a mail that waited."""

    CONTACT = "contact"  # it was the invited contact
    NEW_CONTACT = "new_contact"  # it was somebody who shall be invited too
    IGNORE = "ignore"


class IncomingMails(models.QuerySet["IncomingMail"]):
    """Reads of the mails that came in."""

    def waiting(self) -> "IncomingMails":
        """Those that a person must look at."""
        return self.filter(action=MailAction.REVIEW.value, decided_at=None)


class IncomingMail(models.Model):
    """One mail, its bytes kept for planners and erased by the retention rule.

    ``key`` is the digest of Message-ID and calendar part: the same answer has effect once.
    ``source`` is the mailbox, UIDVALIDITY and UID it was fetched from: it is fetched once.
    """

    received_at = models.DateTimeField(db_index=True)
    raw = models.BinaryField()
    size = models.PositiveIntegerField()
    key = models.CharField(max_length=64, unique=True)
    source = models.CharField(max_length=300, unique=True, null=True)  # noqa: DJ001
    message_id = models.CharField(max_length=250, blank=True)
    sender = models.CharField(max_length=254, blank=True)
    sender_name = models.CharField(max_length=80, blank=True)
    subject = models.CharField(max_length=200, blank=True)
    #: The first words of the text, with personal identity numbers masked.
    excerpt = models.CharField(max_length=1000, blank=True)
    authenticated = models.BooleanField(default=False)
    action = models.CharField(max_length=8, choices=[(a.value, a.value) for a in MailAction])
    reason = models.CharField(max_length=40, blank=True)
    invitation = models.ForeignKey(
        Invitation, null=True, on_delete=models.SET_NULL, related_name="incoming"
    )
    erased_at = models.DateTimeField(null=True)
    decision = models.CharField(
        max_length=12, blank=True, choices=[(d.value, d.value) for d in MailDecision]
    )
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    objects = IncomingMails.as_manager()

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["received_at"],
                condition=Q(action=MailAction.REVIEW.value, decided_at=None),
                name="mail_waiting",
            )
        ]
        ordering: ClassVar = ["received_at", "pk"]

    def __str__(self) -> str:
        return f"{self.action} {self.reason} {self.received_at:%Y-%m-%d %H:%M}"

    @property
    def waits(self) -> bool:
        """Whether a person must look at it."""
        return self.action == MailAction.REVIEW.value and self.decided_at is None


class IncomingAnswer(models.Model):
    """What a mail says about one date, applied or not; the history of answers by mail.

    The newest applied row of an invitation is its present ``sequence`` and ``stamp`` (ICAL.md B,
    "State per attendee"): an older one is ignored.
    """

    mail = models.ForeignKey(IncomingMail, on_delete=models.CASCADE, related_name="answers")
    invitation = models.ForeignKey(
        Invitation, on_delete=models.CASCADE, related_name="mail_answers"
    )
    method = models.CharField(max_length=8)
    at = models.DateTimeField()
    #: SEQUENCE the answer is to; None where the mail named none.
    sequence = models.PositiveIntegerField(null=True)
    stamp = models.DateTimeField()
    attendee = models.CharField(max_length=254, blank=True)
    partstat = models.CharField(max_length=12, blank=True)
    comment = models.CharField(max_length=1000, blank=True)
    recurrence_id = models.DateTimeField(null=True)
    proposed_start = models.DateTimeField(null=True)
    proposed_end = models.DateTimeField(null=True)
    #: The address the answer names (or came from) where it is not the invited one.
    answered_as = models.CharField(max_length=254, blank=True)
    action = models.CharField(max_length=8, choices=[(a.value, a.value) for a in MailAction])
    reason = models.CharField(max_length=40, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["invitation", "stamp"], name="mail_answer_newest")
        ]
        ordering: ClassVar = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.method} {self.partstat} {self.action}"


class Bounce(models.Model):
    """A mail of ours that did not arrive, as the mail system told us (RFC 3464)."""

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="bounces")
    mail = models.ForeignKey(IncomingMail, on_delete=models.CASCADE, related_name="bounces")
    at = models.DateTimeField()
    status = models.CharField(max_length=12, blank=True)
    diagnostic = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering: ClassVar = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.message_id} {self.status}"
