"""The rows of WHO."""

from partners.models.people import Contact, Group, Organisation, new_mail_tag
from partners.models.relation import (
    CHANNEL_KIND_LABELS,
    STAGE_LABELS,
    WAY_LABELS,
    AgreedStep,
    Agreement,
    Channel,
    ChannelKind,
    ContactLog,
    Stage,
    StageOverride,
    Way,
)
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
    "CHANNEL_KIND_LABELS",
    "CONTACT_CHANNEL_LABELS",
    "GROUP_CATEGORY_LABELS",
    "ORGANISATION_KIND_LABELS",
    "STAGE_LABELS",
    "WAY_LABELS",
    "WEEKDAY_LABELS",
    "AccessNeed",
    "AgreedStep",
    "Agreement",
    "Channel",
    "ChannelKind",
    "Contact",
    "ContactChannel",
    "ContactLog",
    "Group",
    "GroupCategory",
    "Organisation",
    "OrganisationKind",
    "Searchable",
    "SizeBand",
    "Stage",
    "StageOverride",
    "StagedImport",
    "Way",
    "new_mail_tag",
]
