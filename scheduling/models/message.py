"""What leaves the house: final bytes, one row each; and what only a voice can carry."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from core.models import AuditEvent, User
from partners.models import Contact
from scheduling.models.booking import Booking
from scheduling.models.invitation import Invitation
from scheduling.states import Fault, MessageChannel, MessageKind, MessageState


class Messages(models.QuerySet["Message"]):
    """Reads of what leaves the house."""

    def undecided(self) -> "Messages":
        """Those that did not arrive and wait for a person."""
        return self.filter(state=MessageState.FAILED.value, decided_at=None)


class Message(models.Model):
    """One mail or text to one addressee, rendered when the change was made and never again.

    Of a text ``sender`` and ``recipient`` are what the telephone network takes, ``raw`` its words
    in UTF-8, and ``subject`` only names it in lists.
    """

    invitation = models.ForeignKey(Invitation, on_delete=models.CASCADE, related_name="messages")
    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, related_name="messages")
    #: The change that caused it; undo takes back all messages of one event.
    event = models.ForeignKey(AuditEvent, null=True, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8, choices=[(k.value, k.value) for k in MessageKind])
    channel = models.CharField(
        max_length=4,
        choices=[(c.value, c.value) for c in MessageChannel],
        default=MessageChannel.MAIL.value,
    )
    state = models.CharField(
        max_length=12,
        choices=[(s.value, s.value) for s in MessageState],
        default=MessageState.WAITING.value,
    )
    sequence = models.PositiveIntegerField(null=True)
    significant = models.BooleanField(default=False)
    sender = models.EmailField()
    recipient = models.EmailField()
    subject = models.CharField(max_length=200)
    text = models.TextField()
    calendar = models.BinaryField(null=True)
    raw = models.BinaryField()
    message_id = models.CharField(max_length=200, unique=True)
    created_at = models.DateTimeField()
    #: Not before this instant: undo and bundling before it, back-off after a fault.
    due_at = models.DateTimeField(db_index=True)
    #: While SENDING: the claim is void after this instant.
    lease_until = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=300, blank=True)
    fault = models.CharField(max_length=8, blank=True, choices=[(f.value, f.value) for f in Fault])
    #: It may have arrived although nobody said so: the line broke, or a worker died over it.
    unsure = models.BooleanField(default=False)
    #: FAILED, and somebody (or a newer message) has taken care of it.
    decided_at = models.DateTimeField(null=True)
    #: The message whose words hold this one's too; only words are ever bundled, never a calendar.
    carrier = models.ForeignKey(
        "self", null=True, on_delete=models.SET_NULL, related_name="carried"
    )
    #: A person lets it go although the addressee has had the day's number.
    past_cap = models.BooleanField(default=False)
    sent_at = models.DateTimeField(null=True)
    #: A text's number at the service that took it, by which its reports name it.
    provider_id = models.CharField(max_length=100, blank=True, db_index=True)
    #: A text has reached the telephone, as the service says.
    delivered_at = models.DateTimeField(null=True)
    superseded_by = models.ForeignKey(
        "self", null=True, on_delete=models.SET_NULL, related_name="superseded"
    )

    objects = Messages.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(state=MessageState.SENDING.value) | Q(lease_until__isnull=False),
                name="message_sending_has_lease",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=[MessageState.SENT.value, MessageState.KEPT.value])
                | Q(sent_at__isnull=False),
                name="message_sent_has_time",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["due_at"],
                condition=Q(state__in=[MessageState.WAITING.value, MessageState.SENDING.value]),
                name="message_open",
            ),
            models.Index(
                fields=["recipient"],
                condition=Q(state=MessageState.FAILED.value, decided_at=None),
                name="message_undecided",
            ),
        ]
        ordering: ClassVar = ["pk"]

    def __str__(self) -> str:
        return f"{self.kind} {self.recipient} {self.state}"

    @property
    def is_text(self) -> bool:
        """Whether it goes to a telephone."""
        return self.channel == MessageChannel.SMS.value

    @property
    def address_now(self) -> str:
        """Where a message of its kind would go today; empty where the contact has nothing."""
        contact = self.invitation.contact
        if self.is_text:
            return contact.phone if contact else ""
        return self.invitation.email

    @property
    def status(self) -> MessageState:
        """The state as its type."""
        return MessageState(self.state)


class CallTask(models.Model):
    """ "Ring Kim": somebody without e-mail must hear of a change."""

    invitation = models.ForeignKey(Invitation, on_delete=models.CASCADE, related_name="calls")
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8, choices=[(k.value, k.value) for k in MessageKind])
    event = models.ForeignKey(AuditEvent, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["invitation"], condition=Q(done_at=None), name="call_task_one_open"
            )
        ]
        ordering: ClassVar = ["created_at", "pk"]

    def __str__(self) -> str:
        return f"{self.contact} {self.kind}"
