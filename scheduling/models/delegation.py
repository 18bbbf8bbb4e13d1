"""A contact wants to hand an invitation over to a colleague; a person decides first."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from core.models import User
from scheduling.models.invitation import Invitation
from scheduling.states import AnswerChannel, DelegationDecision


class Delegation(models.Model):
    """Who should be asked instead, as the contact wrote it. Nothing is sent there before a
    colleague of ours says so; erased 30 days after that."""

    invitation = models.ForeignKey(Invitation, on_delete=models.CASCADE, related_name="delegations")
    name = models.CharField(max_length=80)
    email = models.EmailField(blank=True)
    phone = models.CharField(max_length=20, blank=True)
    #: Whether the one who asks wants to stay invited too.
    stays = models.BooleanField(default=False)
    channel = models.CharField(max_length=12, choices=[(c.value, c.value) for c in AnswerChannel])
    created_at = models.DateTimeField()
    decision = models.CharField(
        max_length=8, blank=True, choices=[(d.value, d.value) for d in DelegationDecision]
    )
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["invitation"], condition=Q(decided_at=None), name="delegation_one_open"
            ),
            models.CheckConstraint(
                condition=~Q(email="") | ~Q(phone=""), name="delegation_can_be_reached"
            ),
            models.CheckConstraint(
                condition=Q(decided_at=None, decision="")
                | (Q(decided_at__isnull=False) & ~Q(decision="")),
                name="delegation_decided_has_decision",
            ),
        ]
        ordering: ClassVar = ["created_at", "pk"]

    def __str__(self) -> str:
        return f"{self.invitation_id} {self.decision or 'open'}"
