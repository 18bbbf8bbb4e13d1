"""The words of the register: kinds, categories, bands, needs, and how Swedish says them."""

from enum import StrEnum

from django.utils.translation import gettext_lazy as _


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
