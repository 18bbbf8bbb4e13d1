"""The relation to a partner: what was said, what is agreed, whom to call. Never about persons."""

from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar

from django.db import models
from django.db.models import F, Max, Q
from django.utils.translation import gettext_lazy as _

from core.models import User
from partners.models.people import Contact, Group, Organisation
from partners.models.search import Searchable


class Stage(StrEnum):
    """How far the relation to an organisation has come."""

    CONTACTED = "contacted"
    MET = "met"
    UNDER_WAY = "under_way"
    ESTABLISHED = "established"
    RESTING = "resting"


class Way(StrEnum):
    """How we were in touch."""

    CALL = "call"
    MEETING = "meeting"
    MAIL = "mail"
    CORRIDOR = "corridor"


class ChannelKind(StrEnum):
    """What sort of actor a channel leads to."""

    POLICE = "police"
    SOCIAL_SERVICES = "social_services"
    HEALTH_CARE = "health_care"
    CIVIL_SOCIETY = "civil_society"
    OTHER = "other"


STAGE_LABELS = {
    Stage.CONTACTED: _("Kontaktad"),
    Stage.MET: _("Träffad"),
    Stage.UNDER_WAY: _("På gång"),
    Stage.ESTABLISHED: _("Etablerad"),
    Stage.RESTING: _("Vilar"),
}
WAY_LABELS = {
    Way.CALL: _("Samtal"),
    Way.MEETING: _("Möte"),
    Way.MAIL: _("Mejl"),
    Way.CORRIDOR: _("I korridoren"),
}
CHANNEL_KIND_LABELS = {
    ChannelKind.POLICE: _("Polis"),
    ChannelKind.SOCIAL_SERVICES: _("Socialtjänst"),
    ChannelKind.HEALTH_CARE: _("Vård"),
    ChannelKind.CIVIL_SOCIETY: _("Civilsamhälle"),
    ChannelKind.OTHER: _("Annan"),
}


class StageOverride(models.Model):
    """A stage set by hand; without ``until`` it stands until somebody follows events again."""

    organisation = models.OneToOneField(
        Organisation, on_delete=models.CASCADE, related_name="stage_override"
    )
    stage = models.CharField(max_length=16, choices=[(s.value, STAGE_LABELS[s]) for s in Stage])
    #: The last day on which it counts.
    until = models.DateField(null=True)
    set_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(stage__in=[s.value for s in Stage]), name="stage_override_known"
            )
        ]

    def __str__(self) -> str:
        return f"{self.organisation} {self.stage}"

    def counts(self, today: date) -> bool:
        """Whether it still stands on ``today`` (Stockholm)."""
        return self.until is None or self.until >= today


class ChannelQuerySet(models.QuerySet["Channel"]):
    """Named reads."""

    def active(self) -> "ChannelQuerySet":
        """Those one may call: neither the channel nor its organisation is put aside."""
        return self.filter(archived_at=None, organisation__archived_at=None)

    def with_last(self) -> "ChannelQuerySet":
        """Each with ``last_contact`` (an instant or None) and its organisation."""
        return self.select_related("organisation", "contact").annotate(last_contact=Max("log__at"))

    def at_desk(self) -> "ChannelQuerySet":
        """Those of the desk's list: a role's number, and nobody's protected one (DOMAIN.md §3)."""
        hidden = Contact.objects.filter(protected=True).exclude(phone="").values("phone")
        return (
            self.active()
            .filter(at_desk=True, organisation__protected=False)
            .exclude(role_phone="")
            .exclude(role_phone__in=hidden)
        )


class Channel(Searchable):
    """Whom to call at another actor: a role, not a person; it brings no group (F6)."""

    search_of = ("name",)

    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="channels"
    )
    #: Who answers mails and invitations; its own number never stands at the desk.
    contact = models.ForeignKey(
        Contact, null=True, blank=True, on_delete=models.PROTECT, related_name="channels"
    )
    name = models.CharField(max_length=80)
    kind = models.CharField(
        max_length=16, choices=[(k.value, CHANNEL_KIND_LABELS[k]) for k in ChannelKind]
    )
    helps_with = models.CharField(max_length=200, blank=True)
    reach = models.CharField(max_length=200, blank=True)
    #: E.164, the role's own: a switchboard or a duty telephone.
    role_phone = models.CharField(max_length=20, blank=True)
    at_desk = models.BooleanField(default=False)
    next_contact_on = models.DateField(null=True)
    archived_at = models.DateTimeField(null=True)
    is_demo = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    objects = ChannelQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organisation", "search"],
                condition=Q(archived_at=None),
                name="channel_name_once",
            ),
            models.CheckConstraint(condition=~Q(name="") & ~Q(search=""), name="channel_has_name"),
            models.CheckConstraint(
                condition=Q(kind__in=[k.value for k in ChannelKind]), name="channel_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(at_desk=False) | ~Q(role_phone=""), name="channel_at_desk_has_phone"
            ),
        ]
        ordering: ClassVar = ["search", "pk"]

    def __str__(self) -> str:
        return self.name


class ContactLog(models.Model):
    """One time that we were in touch, about the relation; ``line`` is screened."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="log")
    group = models.ForeignKey(Group, null=True, on_delete=models.PROTECT, related_name="log")
    channel = models.ForeignKey(Channel, null=True, on_delete=models.PROTECT, related_name="log")
    way = models.CharField(max_length=16, choices=[(w.value, WAY_LABELS[w]) for w in Way])
    at = models.DateTimeField()
    line = models.CharField(max_length=200, blank=True)
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    is_demo = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(way__in=[w.value for w in Way]), name="contact_log_way_known"
            )
        ]
        indexes: ClassVar = [models.Index(fields=["organisation", "at"])]
        ordering: ClassVar = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.organisation} {self.way} {self.at:%Y-%m-%d}"


class AgreedStepQuerySet(models.QuerySet["AgreedStep"]):
    """Named reads."""

    def open(self) -> "AgreedStepQuerySet":
        """Not done yet, the most pressing first."""
        return (
            self.filter(done_at=None)
            .select_related("organisation", "group", "channel", "owner")
            .order_by("due", "pk")
        )


class AgreedStep(models.Model):
    """The next step with a partner that was agreed outside a visit, with its owner and day."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="steps")
    group = models.ForeignKey(Group, null=True, on_delete=models.PROTECT, related_name="steps")
    channel = models.ForeignKey(Channel, null=True, on_delete=models.PROTECT, related_name="steps")
    text = models.CharField(max_length=200)
    due = models.DateField()
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    is_demo = models.BooleanField(default=False)

    objects = AgreedStepQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(text=""), name="agreed_step_has_text")
        ]
        indexes: ClassVar = [
            models.Index(fields=["due"], condition=Q(done_at=None), name="step_open")
        ]
        ordering: ClassVar = ["due", "pk"]

    def __str__(self) -> str:
        return self.text


class AgreementQuerySet(models.QuerySet["Agreement"]):
    """Named reads."""

    def standing(self) -> "AgreementQuerySet":
        """Those that have not ended, with organisations that are not put aside."""
        return self.filter(ended_on=None, organisation__archived_at=None).select_related(
            "organisation"
        )

    def to_review(self, today: date) -> "AgreementQuerySet":
        """Those that a year has passed for, the oldest first."""
        return self.standing().filter(review_by__lte=today).order_by("review_by", "pk")


class Agreement(models.Model):
    """What we offer a partner and what they offer us, looked over once a year (F7)."""

    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="agreements"
    )
    we_offer = models.CharField(max_length=500, blank=True)
    they_offer = models.CharField(max_length=500, blank=True)
    since = models.DateField()
    reviewed_on = models.DateField(null=True)
    review_by = models.DateField()
    ended_on = models.DateField(null=True)
    is_demo = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    objects = AgreementQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(we_offer="", they_offer=""), name="agreement_says_something"
            ),
            models.CheckConstraint(
                condition=Q(ended_on=None) | Q(ended_on__gte=F("since")), name="agreement_order"
            ),
        ]
        ordering: ClassVar = ["-since", "-pk"]

    def __str__(self) -> str:
        return f"{self.organisation} {self.since}"


def day_after_a_year(day: date) -> date:
    """The same day next year; 28 February for 29 February."""
    try:
        return day.replace(year=day.year + 1)
    except ValueError:
        return day.replace(year=day.year + 1, day=28)


#: How long an entry of the log can be taken back by the one who wrote it.
UNDO_LOG_SECONDS = 24 * 3600


def may_undo(entry: ContactLog, user: User, now: datetime) -> bool:
    """Whether ``user`` may still take ``entry`` back."""
    return entry.by_id == user.pk and (now - entry.at).total_seconds() <= UNDO_LOG_SECONDS
