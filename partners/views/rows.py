"""What the lists show of a group and of a contact."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from core import swedish
from core.models import User
from partners import queries
from partners.models import ACCESS_NEED_LABELS, WEEKDAY_LABELS, AccessNeed, Contact, Group


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A group with its words."""

    group: Group
    size: str
    when: str
    tags: list[str]


@dataclass(frozen=True, slots=True)
class ContactRow:
    """A contact, and whether the reader may see phone and mail."""

    contact: Contact
    reachable: bool
    groups: str


def group_row(group: Group) -> GroupRow:
    """``group`` for a list."""
    needs = [ACCESS_NEED_LABELS[need] for need in AccessNeed if need.value in group.access_needs]
    return GroupRow(
        group=group,
        size=_("%(size)s personer") % {"size": group.size.label},
        when=when(group),
        tags=[*group.languages, *(str(need) for need in needs)],
    )


def contact_row(contact: Contact, viewer: User) -> ContactRow:
    """``contact`` for a list; ``groups`` are prefetched."""
    aliases = [group.alias for group in contact.groups.all() if group.archived_at is None]
    return ContactRow(
        contact=contact,
        reachable=queries.may_reach(viewer, contact),
        groups=", ".join(aliases),
    )


def when(group: Group) -> str:
    """When the group likes to come: "tisdag kl. 10", "kl. 10", or nothing."""
    weekday = group.preferred_weekday
    day = "" if weekday is None else str(WEEKDAY_LABELS[weekday])
    if group.preferred_time is None:
        return day
    clock = _("kl. %(time)s") % {"time": swedish.clock_short(group.preferred_time)}
    return f"{day} {clock}".strip()
