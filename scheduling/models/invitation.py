"""Who was asked, and every answer, however it came."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from core.models import User
from partners.models import Contact, Group
from scheduling.models.booking import Booking, new_uid
from scheduling.models.place import Host
from scheduling.states import AnswerChannel, InvitationState, ProposalState


class Invitation(models.Model):
    """One per booking and addressee: its own iTIP identity, its own link, its own answer."""

    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, related_name="invitations")
    contact = models.ForeignKey(
        Contact, null=True, on_delete=models.PROTECT, related_name="invitations"
    )
    host = models.ForeignKey(Host, null=True, on_delete=models.PROTECT, related_name="invitations")
    group = models.ForeignKey(Group, null=True, on_delete=models.PROTECT, related_name="+")
    ical_uid = models.CharField(max_length=80, unique=True, default=new_uid, editable=False)
    #: SEQUENCE of the newest message that may have left; + 1 with every update or cancel sent.
    sequence = models.PositiveIntegerField(default=0)
    #: SEQUENCE at the last change of time, place or status: older answers are stale.
    significant_sequence = models.PositiveIntegerField(default=0)
    #: The tag it was sent from, where a merge gave it to another contact: its ORGANIZER stays.
    organiser_tag = models.CharField(max_length=16, blank=True)
    state = models.CharField(
        max_length=12,
        choices=[(s.value, s.value) for s in InvitationState],
        default=InvitationState.PENDING.value,
    )
    answered_at = models.DateTimeField(null=True)
    channel = models.CharField(
        max_length=12, blank=True, choices=[(c.value, c.value) for c in AnswerChannel]
    )
    size_band = models.CharField(max_length=8, blank=True)
    comment = models.CharField(max_length=1000, blank=True)
    #: What the group needs, in the contact's words and counts (booking.needs); erased with `care`.
    needs = models.JSONField(default=dict, blank=True)
    needs_at = models.DateTimeField(null=True)
    #: When a colleague of ours had read it.
    needs_seen_at = models.DateTimeField(null=True)
    token_epoch = models.PositiveIntegerField(default=1)
    token_fingerprint = models.CharField(max_length=64, unique=True, null=True)  # noqa: DJ001
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["booking", "contact"], name="invitation_once_contact"),
            models.UniqueConstraint(fields=["booking", "host"], name="invitation_once_host"),
            models.CheckConstraint(
                condition=Q(contact__isnull=False, host__isnull=True)
                | Q(contact__isnull=True, host__isnull=False),
                name="invitation_one_addressee",
            ),
            models.CheckConstraint(
                condition=Q(significant_sequence__lte=F("sequence")),
                name="invitation_significant_not_ahead",
            ),
        ]
        ordering: ClassVar = ["pk"]

    def __str__(self) -> str:
        return f"{self.booking_id} {self.name}"

    @property
    def name(self) -> str:
        """Whom it is to."""
        return self.contact.name if self.contact else str(self.host)

    @property
    def email(self) -> str:
        """The address on file; empty where there is none."""
        if self.contact:
            return self.contact.email
        return self.host.user.email if self.host else ""

    @property
    def mail_tag(self) -> str:
        """The stable tag of the addressee."""
        if self.organiser_tag:
            return self.organiser_tag
        if self.contact:
            return self.contact.mail_tag
        return self.host.mail_tag if self.host else ""

    @property
    def size_band_label(self) -> str:
        """The band with an en dash; empty where none was given."""
        return self.size_band.replace("-", "–")

    @property
    def status(self) -> InvitationState:
        """The state as its type."""
        return InvitationState(self.state)


class Answer(models.Model):
    """One answer as it came; the latest applied one counts and nothing is overwritten."""

    invitation = models.ForeignKey(Invitation, on_delete=models.CASCADE, related_name="answers")
    at = models.DateTimeField()
    state = models.CharField(max_length=12, choices=[(s.value, s.value) for s in InvitationState])
    channel = models.CharField(max_length=12, choices=[(c.value, c.value) for c in AnswerChannel])
    size_band = models.CharField(max_length=8, blank=True)
    comment = models.CharField(max_length=1000, blank=True)
    #: The colleague who took it down, for a phone call or a talk.
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering: ClassVar = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.state} {self.channel} {self.at:%Y-%m-%d %H:%M}"


class Proposal(models.Model):
    """Another time that a partner wishes for: an instant, or words."""

    invitation = models.ForeignKey(Invitation, on_delete=models.CASCADE, related_name="proposals")
    start = models.DateTimeField(null=True)
    end = models.DateTimeField(null=True)
    text = models.CharField(max_length=300, blank=True)
    state = models.CharField(
        max_length=12,
        choices=[(s.value, s.value) for s in ProposalState],
        default=ProposalState.OPEN.value,
    )
    created_at = models.DateTimeField()
    #: SEQUENCE of the invitation a calendar's counterproposal is to; None where it came otherwise.
    based_on = models.PositiveIntegerField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=(Q(start=None, end=None) & ~Q(text="")) | Q(end__gt=F("start")),
                name="proposal_time_or_words",
            )
        ]
        ordering: ClassVar = ["pk"]

    def __str__(self) -> str:
        return f"{self.start or self.text}"

    @property
    def outdated(self) -> bool:
        """Whether it was made to a time that has been changed since."""
        return self.based_on is not None and self.based_on < self.invitation.significant_sequence
