"""Who works here, what they did, and the tokens of their programs."""

from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, NoReturn

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Role(StrEnum):
    """What a user is here; the predicates of ``core.access`` read it."""

    SOCIONOM = "socionom"
    HOST = "host"
    MANAGER = "manager"
    ADMIN = "admin"


ROLE_LABELS = {
    Role.SOCIONOM: _("socionom"),
    Role.HOST: _("värd"),
    Role.MANAGER: _("chef"),
    Role.ADMIN: _("administratör"),
}


class User(AbstractUser):
    """A member of the library's staff. Participants and partners are never users."""

    role = models.CharField(
        max_length=16, choices=[(r.value, ROLE_LABELS[r]) for r in Role], default=Role.HOST.value
    )
    title = models.CharField(_("titel"), max_length=80, blank=True)
    phone = models.CharField(_("telefon"), max_length=20, blank=True)
    language = models.CharField(
        max_length=5, choices=[("sv", "Svenska"), ("en", "English")], default="sv"
    )
    email = models.EmailField(_("e-post"), unique=True)
    #: Whether bookings come to her calendar as invitations by mail. None: yes, unless her own feed
    #: already brings them.
    calendar_invitations = models.BooleanField(null=True, default=None)

    class Meta(AbstractUser.Meta):  # type: ignore[name-defined,misc]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(role__in=[role.value for role in Role]), name="user_role_known"
            )
        ]

    @property
    def name(self) -> str:
        """First and last name, or the user name."""
        return self.get_full_name() or self.username


class AuditQuerySet(models.QuerySet["AuditEvent"]):
    """Reads and inserts; of what is written only the expired goes."""

    def update(self, **kwargs: Any) -> NoReturn:
        """Refused."""
        raise TypeError("audit rows are append-only")

    def delete(self) -> NoReturn:
        """Refused: see ``expire``."""
        raise TypeError("audit rows are append-only")

    def expire(self, before: datetime) -> int:
        """Delete the chosen rows that are older than ``before``; how many went.

        For the retention rule alone, which keeps a row of its own for each run.
        """
        expired = self.filter(at__lt=before)
        return super(AuditQuerySet, expired).delete()[0]


class AuditEvent(models.Model):
    """One domain act: who, what, when. Written in the act's own transaction, never changed.

    ``data`` holds identifiers, states and times, never the content of notes or messages. The one
    text: a planner's screened line on why a room too small would do (``room_reason``).
    """

    at = models.DateTimeField(db_index=True)
    actor = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    #: How somebody without an account came: "link", "mail", "phone", "system".
    via = models.CharField(max_length=16, blank=True)
    verb = models.CharField(max_length=48)
    object_type = models.CharField(max_length=32)
    object_id = models.BigIntegerField()
    data = models.JSONField(default=dict)

    objects = AuditQuerySet.as_manager()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["object_type", "object_id", "at"])]
        ordering: ClassVar = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.verb} {self.object_type} {self.object_id}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Insert only."""
        if self.pk is not None:
            self._refuse()
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        """Refused."""
        self._refuse()

    def _refuse(self) -> NoReturn:
        raise TypeError("audit rows are append-only")


class ApiToken(models.Model):
    """A personal token for the API; only its fingerprint is kept."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(max_length=80)
    fingerprint = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.name} ({self.user})"


class StandIn(models.Model):
    """Somebody is away, both days included, and a colleague takes what is theirs (F15).

    Why is never written: illness is nobody's business here.
    """

    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="absences")
    stand_in = models.ForeignKey(User, on_delete=models.CASCADE, related_name="standing_in")
    first_day = models.DateField()
    last_day = models.DateField()
    #: Back before the last day, or called off.
    ended_at = models.DateTimeField(null=True)
    created_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(last_day__gte=F("first_day")), name="stand_in_order"
            ),
            models.CheckConstraint(condition=~Q(person=F("stand_in")), name="stand_in_is_another"),
        ]
        ordering: ClassVar = ["first_day", "pk"]

    def __str__(self) -> str:
        return f"{self.person}: {self.stand_in} {self.first_day}–{self.last_day}"
