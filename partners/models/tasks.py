"""What a partner asks of us, with the day by which we must have answered."""

from enum import StrEnum
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.models import User
from partners.models.people import Contact, Group, Organisation


class TaskKind(StrEnum):
    """What is asked for."""

    REQUEST = "request"
    PUBLIC_REQUEST = "public_request"
    REMOVAL = "removal"
    CORRECTION = "correction"


class TaskOutcome(StrEnum):
    """How it ended."""

    DONE = "done"
    DECLINED = "declined"


TASK_KIND_LABELS = {
    TaskKind.REQUEST: _("Ber om en tid"),
    TaskKind.PUBLIC_REQUEST: _("Ny partner ber om en tid"),
    TaskKind.REMOVAL: _("Vill bli borttagen"),
    TaskKind.CORRECTION: _("Vill rätta sina uppgifter"),
}


class PartnerTaskQuerySet(models.QuerySet["PartnerTask"]):
    """Named reads."""

    def open(self) -> "PartnerTaskQuerySet":
        """Not closed yet, the most pressing first."""
        return (
            self.filter(done_at=None)
            .select_related("organisation", "contact", "group", "owner")
            .order_by("due", "pk")
        )


class PartnerTask(models.Model):
    """A partner asks: for a time, to be removed, to be put right. Erased 30 days after closing."""

    kind = models.CharField(
        max_length=16, choices=[(k.value, TASK_KIND_LABELS[k]) for k in TaskKind]
    )
    organisation = models.ForeignKey(
        Organisation, null=True, on_delete=models.PROTECT, related_name="tasks"
    )
    group = models.ForeignKey(Group, null=True, on_delete=models.PROTECT, related_name="tasks")
    contact = models.ForeignKey(Contact, null=True, on_delete=models.PROTECT, related_name="tasks")
    #: Who asks, where nobody is known yet: name, organisation, e-mail or phone.
    from_name = models.CharField(max_length=80, blank=True)
    from_organisation = models.CharField(max_length=120, blank=True)
    from_email = models.EmailField(blank=True)
    from_phone = models.CharField(max_length=20, blank=True)
    #: What they wish, screened, and the times that suit them.
    text = models.CharField(max_length=500, blank=True)
    times = models.CharField(max_length=200, blank=True)
    size_band = models.CharField(max_length=8, blank=True)
    due = models.DateField()
    owner = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(
        max_length=8, blank=True, choices=[(o.value, o.value) for o in TaskOutcome]
    )
    note = models.CharField(max_length=500, blank=True)

    objects = PartnerTaskQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(kind__in=[k.value for k in TaskKind]), name="partner_task_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(done_at=None, outcome="") | (Q(done_at__isnull=False) & ~Q(outcome="")),
                name="partner_task_closed_has_outcome",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["due"], condition=Q(done_at=None), name="partner_task_open")
        ]
        ordering: ClassVar = ["due", "pk"]

    def __str__(self) -> str:
        return f"{self.kind} {self.due}"

    @property
    def size_band_label(self) -> str:
        """The band with an en dash; empty where none was given."""
        return self.size_band.replace("-", "–")


class AskPage(models.Model):
    """An organisation's standing page "Be om en tid": its capability link, shown and rotated.

    One each; two only after a merge, so that both links that hang on a wall go on working.
    """

    organisation = models.ForeignKey(
        Organisation, on_delete=models.CASCADE, related_name="ask_pages"
    )
    token_epoch = models.PositiveIntegerField(default=1)
    token_fingerprint = models.CharField(max_length=64, unique=True, null=True)  # noqa: DJ001
    created_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.organisation}"
