"""The rows of WHO."""

from partners.models.merging import (
    ChangedSinceError,
    Ledger,
    MergeRecord,
    NotSame,
    take_back,
)
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
from partners.models.tasks import (
    TASK_KIND_LABELS,
    AskPage,
    PartnerTask,
    TaskKind,
    TaskOutcome,
)
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
    "TASK_KIND_LABELS",
    "WAY_LABELS",
    "WEEKDAY_LABELS",
    "AccessNeed",
    "AgreedStep",
    "Agreement",
    "AskPage",
    "ChangedSinceError",
    "Channel",
    "ChannelKind",
    "Contact",
    "ContactChannel",
    "ContactLog",
    "Group",
    "GroupCategory",
    "Ledger",
    "MergeRecord",
    "NotSame",
    "Organisation",
    "OrganisationKind",
    "PartnerTask",
    "Searchable",
    "SizeBand",
    "Stage",
    "StageOverride",
    "StagedImport",
    "TaskKind",
    "TaskOutcome",
    "Way",
    "new_mail_tag",
    "take_back",
]
