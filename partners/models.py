"""Who: organisations, their groups, and the people we agree times with.

The unit is the group. There is no place here, on purpose, where a participant could be named
(DOMAIN.md, "Eight things", 2).
"""

import secrets
from enum import StrEnum
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from core.models import User
from partners.folding import fold


class OrganisationKind(StrEnum):
    """What sort of partner it is; internal, never in mail, feeds or addresses of pages."""

    CIVIL_SOCIETY = "civil_society"
    MUNICIPALITY = "municipality"
    REGION = "region"
    STATE = "state"
    EDUCATION = "education"


class GroupCategory(StrEnum):
    """Why the group meets. It can reveal health or crime (GDPR art. 9 and 10): planners only."""

    OWN_EXPERIENCE = "own_experience"
    HOMELESSNESS = "homelessness"
    SOCIAL_CARE = "social_care"
    PROTECTED_HOUSING = "protected_housing"
    MENTAL_HEALTH = "mental_health"
    LANGUAGE_LEARNING = "language_learning"
    PROBATION = "probation"
    COMMUNITY = "community"
    OTHER = "other"


class SizeBand(StrEnum):
    """About how many; never an exact list of people (DOMAIN.md §2)."""

    B1_3 = "1-3"
    B4_6 = "4-6"
    B7_10 = "7-10"
    B11_15 = "11-15"
    B16_25 = "16-25"

    @property
    def most(self) -> int:
        """The band's upper end, for the room's capacity."""
        return int(self.value.split("-")[1])

    @property
    def label(self) -> str:
        """With an en dash, as it is shown."""
        return self.value.replace("-", "–")


class ContactChannel(StrEnum):
    """How the contact wants to hear from us."""

    EMAIL = "email"
    SMS = "sms"
    PHONE = "phone"


class AccessNeed(StrEnum):
    """Chips at group level, no diagnosis (DOMAIN.md §2)."""

    WHEELCHAIR = "wheelchair"
    HEARING_LOOP = "hearing_loop"
    QUIET = "quiet"
    NEAR_DOOR = "near_door"
    LOW_VISION = "low_vision"
    BREAKS = "breaks"
    DOG = "dog"
    SIGN_LANGUAGE = "sign_language"


ORGANISATION_KIND_LABELS = {
    OrganisationKind.CIVIL_SOCIETY: _("Civilsamhälle"),
    OrganisationKind.MUNICIPALITY: _("Kommun"),
    OrganisationKind.REGION: _("Region"),
    OrganisationKind.STATE: _("Stat"),
    OrganisationKind.EDUCATION: _("Utbildning"),
}
GROUP_CATEGORY_LABELS = {
    GroupCategory.OWN_EXPERIENCE: _("Egen erfarenhet av beroende"),
    GroupCategory.HOMELESSNESS: _("Hemlöshet"),
    GroupCategory.SOCIAL_CARE: _("Socialt stöd"),
    GroupCategory.PROTECTED_HOUSING: _("Skyddat boende"),
    GroupCategory.MENTAL_HEALTH: _("Psykisk hälsa"),
    GroupCategory.LANGUAGE_LEARNING: _("Språkstudier"),
    GroupCategory.PROBATION: _("Frivård"),
    GroupCategory.COMMUNITY: _("Gemenskap"),
    GroupCategory.OTHER: _("Annat"),
}
CONTACT_CHANNEL_LABELS = {
    ContactChannel.EMAIL: _("E-post"),
    ContactChannel.SMS: _("Sms"),
    ContactChannel.PHONE: _("Telefon"),
}
ACCESS_NEED_LABELS = {
    AccessNeed.WHEELCHAIR: _("Rullstol"),
    AccessNeed.HEARING_LOOP: _("Hörslinga"),
    AccessNeed.QUIET: _("Stark ljudkänslighet"),
    AccessNeed.NEAR_DOOR: _("Sitta nära dörr"),
    AccessNeed.LOW_VISION: _("Synstöd"),
    AccessNeed.BREAKS: _("Paus"),
    AccessNeed.DOG: _("Hund"),
    AccessNeed.SIGN_LANGUAGE: _("Teckenspråk"),
}
WEEKDAY_LABELS = {
    0: _("måndag"),
    1: _("tisdag"),
    2: _("onsdag"),
    3: _("torsdag"),
    4: _("fredag"),
    5: _("lördag"),
    6: _("söndag"),
}


def new_mail_tag() -> str:
    """80 random bits in lower-case base32: survives case folding, holds no plus sign."""
    return "".join(secrets.choice("abcdefghijklmnopqrstuvwxyz234567") for _ in range(16))


class Searchable(models.Model):
    """Keeps ``search``: the folded form of the fields that name it, set at every save.

    What is written without ``save()`` (``bulk_create``, ``update``) must set it: see ``fold``.
    """

    #: What ``search`` is made of.
    search_of: ClassVar[tuple[str, ...]]
    search = models.TextField(editable=False)

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """As Django's, with ``search`` kept."""
        self.refold()
        fields = kwargs.get("update_fields")
        if fields is not None and set(fields) & set(self.search_of):
            kwargs["update_fields"] = {*fields, "search"}
        super().save(*args, **kwargs)

    def refold(self) -> None:
        """Make ``search`` again from the fields that name it."""
        self.search = fold(" ".join(getattr(self, name) for name in self.search_of))


class Organisation(Searchable):
    """A partner organisation."""

    search_of = ("name",)

    name = models.CharField(_("namn"), max_length=120)
    kind = models.CharField(
        _("slag"),
        max_length=16,
        choices=[(k.value, ORGANISATION_KIND_LABELS[k]) for k in OrganisationKind],
        default=OrganisationKind.CIVIL_SOCIETY.value,
    )
    #: A protected address forbids an address anywhere and a public feed (DOMAIN.md §3).
    protected = models.BooleanField(_("skyddad adress"), default=False)
    address = models.CharField(_("adress"), max_length=200, blank=True)
    notes = models.TextField(_("om samarbetet"), blank=True)
    archived_at = models.DateTimeField(null=True, blank=True)
    is_demo = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            # On the folded form: LOWER() leaves Å, Ä and Ö alone on SQLite.
            models.UniqueConstraint(
                fields=["search"], condition=Q(archived_at=None), name="organisation_name_once"
            ),
            models.CheckConstraint(
                condition=~Q(name="") & ~Q(search=""), name="organisation_has_name"
            ),
            models.CheckConstraint(
                condition=Q(protected=False) | Q(address=""),
                name="organisation_protected_no_address",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=[k.value for k in OrganisationKind]),
                name="organisation_kind_known",
            ),
        ]
        ordering: ClassVar = ["search", "pk"]

    def __str__(self) -> str:
        return self.name


class Group(Searchable):
    """A group within an organisation, under a neutral alias. It has no members here."""

    search_of = ("alias",)

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="groups")
    alias = models.CharField(_("alias"), max_length=80)
    category = models.CharField(
        _("kategori (intern)"),
        max_length=24,
        choices=[(c.value, GROUP_CATEGORY_LABELS[c]) for c in GroupCategory],
        default=GroupCategory.OTHER.value,
    )
    size_band = models.CharField(
        _("brukar bli"),
        max_length=8,
        choices=[(b.value, b.label) for b in SizeBand],
        default=SizeBand.B4_6.value,
    )
    languages = models.JSONField(_("språk"), default=list, blank=True)
    access_needs = models.JSONField(_("tillgänglighet"), default=list, blank=True)
    preferred_weekday = models.PositiveSmallIntegerField(
        _("helst"), null=True, blank=True, choices=list(WEEKDAY_LABELS.items())
    )
    preferred_time = models.TimeField(_("klockan"), null=True, blank=True)
    fika = models.BooleanField(_("fika"), default=True)
    #: The approach plan's default: two hosts (DOMAIN.md F14).
    two_hosts = models.BooleanField(_("två värdar krävs"), default=False)
    archived_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["organisation", "search"],
                condition=Q(archived_at=None),
                name="group_alias_once",
            ),
            models.CheckConstraint(condition=~Q(alias="") & ~Q(search=""), name="group_has_alias"),
            models.CheckConstraint(
                condition=Q(size_band__in=[b.value for b in SizeBand]), name="group_size_band_known"
            ),
            models.CheckConstraint(
                condition=Q(category__in=[c.value for c in GroupCategory]),
                name="group_category_known",
            ),
            models.CheckConstraint(
                condition=Q(preferred_weekday=None) | Q(preferred_weekday__lte=6),
                name="group_weekday_in_week",
            ),
        ]
        ordering: ClassVar = ["search", "pk"]

    def __str__(self) -> str:
        return self.alias

    @property
    def size(self) -> SizeBand:
        """The band as its type."""
        return SizeBand(self.size_band)


class Contact(Searchable):
    """A person at a partner with whom times are agreed; may serve several groups."""

    search_of = ("name",)

    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="contacts"
    )
    groups = models.ManyToManyField(Group, related_name="contacts", blank=True)
    name = models.CharField(_("namn"), max_length=80)
    role = models.CharField(_("roll"), max_length=80, blank=True)
    email = models.EmailField(_("e-post"), blank=True)
    phone = models.CharField(_("telefon"), max_length=20, blank=True)
    language = models.CharField(
        _("språk"), max_length=5, choices=[("sv", "Svenska"), ("en", "English")], default="sv"
    )
    channel = models.CharField(
        _("kanal"),
        max_length=8,
        choices=[(c.value, CONTACT_CHANNEL_LABELS[c]) for c in ContactChannel],
        default=ContactChannel.EMAIL.value,
    )
    #: Where we had the details from (GDPR art. 14).
    source = models.CharField(_("källa"), max_length=120, blank=True)
    #: Hides phone and mail from all but planners (DOMAIN.md §3).
    protected = models.BooleanField(_("skyddade uppgifter"), default=False)
    #: The one stable part of every address this contact is written to from and answers to.
    mail_tag = models.CharField(max_length=16, unique=True, default=new_mail_tag, editable=False)
    archived_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                "organisation",
                Lower("email"),
                condition=Q(archived_at=None) & ~Q(email=""),
                name="contact_email_once",
            ),
            # Without mail, name and phone tell contacts apart.
            models.UniqueConstraint(
                fields=["organisation", "search", "phone"],
                condition=Q(archived_at=None, email=""),
                name="contact_name_once",
            ),
            models.CheckConstraint(condition=~Q(name="") & ~Q(search=""), name="contact_has_name"),
        ]
        ordering: ClassVar = ["search", "pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def first_name(self) -> str:
        """What a greeting uses."""
        return self.name.split()[0]


class StagedImport(models.Model):
    """A file whose preview was shown and that waits for "import": kept a day, then erased."""

    uploaded_by = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    filename = models.CharField(max_length=200)
    content = models.BinaryField()
    uploaded_at = models.DateTimeField()
    committed_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.filename
