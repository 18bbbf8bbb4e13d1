"""What the lists show of a group and of a contact."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from core import swedish
from core.models import User
from partners import queries
from partners.models import (
    ACCESS_NEED_LABELS,
    WEEKDAY_LABELS,
    AccessNeed,
    Contact,
    Group,
    StoppedNumber,
)


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A group with its words."""

    group: Group
    size: str
    when: str
    tags: list[str]


@dataclass(frozen=True, slots=True)
class ContactRow:
    """A contact, whether the reader may see phone and mail, and whether it has said STOPP."""

    contact: Contact
    reachable: bool
    groups: str
    no_texts: bool = False


def group_row(group: Group) -> GroupRow:
    """``group`` for a list."""
    needs = [ACCESS_NEED_LABELS[need] for need in AccessNeed if need.value in group.access_needs]
    return GroupRow(
        group=group,
        size=_("%(size)s personer") % {"size": group.size.label},
        when=when(group),
        tags=[*group.languages, *(str(need) for need in needs)],
    )


def contact_rows(contacts: Iterable[Contact], viewer: User) -> list[ContactRow]:
    """``contacts`` for a list; ``groups`` are prefetched."""
    found = list(contacts)
    numbers = [contact.phone for contact in found if contact.phone]
    stopped = set(StoppedNumber.objects.filter(number__in=numbers).values_list("number", flat=True))
    return [contact_row(one, viewer, no_texts=one.phone in stopped) for one in found]


def contact_row(contact: Contact, viewer: User, *, no_texts: bool = False) -> ContactRow:
    """``contact`` for a list; ``groups`` are prefetched."""
    aliases = [group.alias for group in contact.groups.all() if group.archived_at is None]
    return ContactRow(
        contact=contact,
        reachable=queries.may_reach(viewer, contact),
        groups=", ".join(aliases),
        no_texts=no_texts,
    )


def when(group: Group) -> str:
    """When the group likes to come: "tisdag kl. 10", "kl. 10", or nothing."""
    weekday = group.preferred_weekday
    day = "" if weekday is None else str(WEEKDAY_LABELS[weekday])
    if group.preferred_time is None:
        return day
    clock = _("kl. %(time)s") % {"time": swedish.clock_short(group.preferred_time)}
    return f"{day} {clock}".strip()
