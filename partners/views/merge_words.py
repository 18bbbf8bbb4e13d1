"""The words for two rows side by side: their details, and what hangs on them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import languages, swedish
from partners.duplicates import Reason, Row
from partners.models import (
    ACCESS_NEED_LABELS,
    CONTACT_CHANNEL_LABELS,
    GROUP_CATEGORY_LABELS,
    ORGANISATION_KIND_LABELS,
    WEEKDAY_LABELS,
    Contact,
    Group,
    Organisation,
)

_KINDS = {
    "organisation": gettext_lazy("Organisation"),
    "group": gettext_lazy("Grupp"),
    "contact": gettext_lazy("Kontakt"),
}
_REASONS = {
    Reason.NAME: gettext_lazy("liknande namn"),
    Reason.EMAIL: gettext_lazy("samma e-post"),
    Reason.DOMAIN: gettext_lazy("kontakter med samma e-postdomän"),
    Reason.PHONE: gettext_lazy("samma telefonnummer"),
}
#: Only what can be chosen; what either protects is protected.
_DETAILS: dict[type[Any], dict[str, Any]] = {
    Organisation: {
        "name": gettext_lazy("Namn"),
        "kind": gettext_lazy("Slag"),
        "address": gettext_lazy("Adress"),
        "notes": gettext_lazy("Om samarbetet"),
    },
    Group: {
        "alias": gettext_lazy("Alias"),
        "category": gettext_lazy("Kategori (intern)"),
        "size_band": gettext_lazy("Brukar bli"),
        "languages": gettext_lazy("Språk"),
        "access_needs": gettext_lazy("Tillgänglighet"),
        "preferred_weekday": gettext_lazy("Helst"),
        "preferred_time": gettext_lazy("Klockan"),
        "fika": gettext_lazy("Fika"),
        "two_hosts": gettext_lazy("Två värdar krävs"),
    },
    Contact: {
        "name": gettext_lazy("Namn"),
        "role": gettext_lazy("Roll"),
        "email": gettext_lazy("E-post"),
        "phone": gettext_lazy("Telefon"),
        "channel": gettext_lazy("Vill helst nås med"),
        "language": gettext_lazy("Vi skriver på"),
        "source": gettext_lazy("Källa"),
    },
}
_HANGS = {
    "partners.Group.organisation": gettext_lazy("Grupper"),
    "partners.Contact.organisation": gettext_lazy("Kontakter"),
    "partners.Channel.organisation": gettext_lazy("Kanaler"),
    "partners.Agreement.organisation": gettext_lazy("Överenskommelser"),
    "partners.Contact_groups.group": gettext_lazy("Kontakter"),
    "partners.Contact_groups.contact": gettext_lazy("Grupper"),
    "partners.ContactLog.organisation": gettext_lazy("Antecknade kontakter"),
    "partners.ContactLog.group": gettext_lazy("Antecknade kontakter"),
    "partners.AgreedStep.organisation": gettext_lazy("Nästa steg"),
    "partners.AgreedStep.group": gettext_lazy("Nästa steg"),
    "partners.Channel.contact": gettext_lazy("Kanaler"),
    "scheduling.Visit_groups.group": gettext_lazy("Besök"),
    "scheduling.Invitation.contact": gettext_lazy("Inbjudningar"),
    "scheduling.InterestSignal.group": gettext_lazy("Intressen"),
    "scheduling.Feed.contact": gettext_lazy("Kalenderadresser"),
    "scheduling.SeriesInvitation.contact": gettext_lazy("Serier"),
}


@dataclass(frozen=True, slots=True)
class Field:
    """A detail of both; ``same`` where there is nothing to choose."""

    name: str
    label: str
    first: str
    second: str
    same: bool


def kind_word(kind: str) -> str:
    """ "Grupp"."""
    return str(_KINDS[kind])


def reason_word(reason: Reason) -> str:
    """ "liknande namn"."""
    return str(_REASONS[reason])


def fields(pair: tuple[Row, Row]) -> list[Field]:
    """Every detail of the two, in the order of their forms."""
    first, second = pair
    return [
        Field(
            name=name,
            label=str(label),
            first=_shown(name, getattr(first, name)),
            second=_shown(name, getattr(second, name)),
            same=getattr(first, name) == getattr(second, name),
        )
        for name, label in _DETAILS[type(first)].items()
    ]


def hangs(counts: dict[str, int]) -> list[dict[str, object]]:
    """What hangs on one of them, as facts; rows without a word of their own are not told."""
    return [
        {"label": str(word), "value": str(counts[name])}
        for name, word in _HANGS.items()
        if name in counts
    ]


def _shown(name: str, value: Any) -> str:
    if value in (None, "", []):
        return "–"
    labels: dict[str, Any] = {
        "kind": ORGANISATION_KIND_LABELS,
        "category": GROUP_CATEGORY_LABELS,
        "channel": CONTACT_CHANNEL_LABELS,
        "preferred_weekday": WEEKDAY_LABELS,
        "language": languages.LABELS,
        "fika": {True: _("Ja"), False: _("Nej")},
        "two_hosts": {True: _("Ja"), False: _("Nej")},
    }
    if name in labels:
        return str(labels[name].get(value, value))
    writers: dict[str, Callable[[Any], str]] = {
        "access_needs": lambda needs: ", ".join(str(ACCESS_NEED_LABELS[need]) for need in needs),
        "languages": ", ".join,
        "preferred_time": swedish.clock_short,
        "phone": swedish.format_phone,
        "size_band": lambda band: str(band).replace("-", "–"),
    }
    return writers.get(name, str)(value)
