"""Who: organisations, their groups, and the people we agree times with.

The unit is the group. There is no place here, on purpose, where a participant could be named
(DOMAIN.md, "Eight things", 2).
"""

import secrets
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from core import languages
from partners.models.search import Searchable
from partners.models.words import (
    CONTACT_CHANNEL_LABELS,
    GROUP_CATEGORY_LABELS,
    ORGANISATION_KIND_LABELS,
    WEEKDAY_LABELS,
    ContactChannel,
    GroupCategory,
    OrganisationKind,
    SizeBand,
)


def new_mail_tag() -> str:
    """80 random bits in lower-case base32: survives case folding, holds no plus sign."""
    return "".join(secrets.choice("abcdefghijklmnopqrstuvwxyz234567") for _ in range(16))


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
        _("språk"), max_length=16, choices=list(languages.LABELS.items()), default="sv"
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
    #: Has left the partner: not only put aside, and never taken back by itself.
    left_at = models.DateTimeField(null=True, blank=True)
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
