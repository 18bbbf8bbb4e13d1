"""The rows of WHO."""

from partners.models.people import Contact, Group, Organisation, new_mail_tag
from partners.models.search import Searchable
from partners.models.staging import StagedImport
from partners.models.words import (
    ACCESS_NEED_LABELS,
    CONTACT_CHANNEL_LABELS,
    GROUP_CATEGORY_LABELS,
    ORGANISATION_KIND_LABELS,
    WEEKDAY_LABELS,
    AccessNeed,
    ContactChannel,
    GroupCategory,
    OrganisationKind,
    SizeBand,
)

__all__ = [
    "ACCESS_NEED_LABELS",
    "CONTACT_CHANNEL_LABELS",
    "GROUP_CATEGORY_LABELS",
    "ORGANISATION_KIND_LABELS",
    "WEEKDAY_LABELS",
    "AccessNeed",
    "Contact",
    "ContactChannel",
    "Group",
    "GroupCategory",
    "Organisation",
    "OrganisationKind",
    "Searchable",
    "SizeBand",
    "StagedImport",
    "new_mail_tag",
]
