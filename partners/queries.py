"""What is read of the register: lists with counts, and one thing by its id.

Every list takes the viewer, because what may be searched depends on who asks. Nothing here finds
contacts by a group's category (DOMAIN.md §3).
"""

from typing import TypeVar

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, IntegerField, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from core.access import is_staff_member, may_plan, may_read_partners, require
from core.errors import Missing
from core.models import User
from partners.folding import fold
from partners.models import (
    AgreedStep,
    Agreement,
    Channel,
    Contact,
    ContactLog,
    Group,
    Organisation,
    PartnerTask,
)
from partners.models.relation import ChannelQuerySet
from partners.phones import NotAPhoneNumberError, to_e164

M = TypeVar("M", Organisation, Group, Contact)

LONGEST_SEARCH = 100


def viewer_of(user: User | AnonymousUser) -> User:
    """``user`` as one who may read the register. Raises Forbidden."""
    require(is_staff_member(user) and isinstance(user, User) and may_read_partners(user))
    assert isinstance(user, User)
    return user


def organisations(
    *, viewer: User, q: str = "", archived: bool = False
) -> QuerySet[Organisation, Organisation]:
    """Organisations by name, each with ``group_count`` and ``contact_count`` (active ones).

    ``q`` finds names of organisations, aliases of their groups and names of their contacts,
    without regard to case. One query.
    """
    viewer_of(viewer)
    found = Organisation.objects.filter(archived_at__isnull=not archived)
    for word in _words(q):
        groups = Group.objects.filter(archived_at=None, search__contains=word)
        contacts = Contact.objects.filter(archived_at=None, search__contains=word)
        found = found.filter(
            Q(search__contains=word)
            | Q(pk__in=groups.values("organisation"))
            | Q(pk__in=contacts.values("organisation"))
        )
    return found.annotate(group_count=_count(Group), contact_count=_count(Contact))


def groups(
    *, viewer: User, q: str = "", archived: bool = False, organisation: int | None = None
) -> QuerySet[Group, Group]:
    """Groups by alias with their organisation, each with ``contact_count``.

    ``q`` finds aliases and names of organisations. One query.
    """
    viewer_of(viewer)
    found = Group.objects.filter(archived_at__isnull=not archived).select_related("organisation")
    if organisation is not None:
        found = found.filter(organisation=organisation)
    for word in _words(q):
        found = found.filter(Q(search__contains=word) | Q(organisation__search__contains=word))
    active = Count("contacts", filter=Q(contacts__archived_at=None))
    return found.annotate(contact_count=active).order_by("search", "pk")


def contacts(
    *,
    viewer: User,
    q: str = "",
    archived: bool = False,
    organisation: int | None = None,
    group: int | None = None,
) -> QuerySet[Contact, Contact]:
    """Contacts by name with their organisation and groups. Two queries.

    ``q`` finds names and organisations; a planner also finds mail addresses and whole phone
    numbers, which others do not, because a search must not give away what is protected.
    """
    viewer_of(viewer)
    found = Contact.objects.filter(archived_at__isnull=not archived).select_related("organisation")
    if organisation is not None:
        found = found.filter(organisation=organisation)
    if group is not None:
        found = found.filter(groups=group)
    details = may_plan(viewer)
    number = _phone(q) if details else None
    if number is not None:
        found = found.filter(phone=number)
    else:
        for word in _words(q):
            named = Q(search__contains=word) | Q(organisation__search__contains=word)
            found = found.filter(named | Q(email__icontains=word) if details else named)
    return found.prefetch_related("groups")


def organisation_by_id(*, viewer: User, pk: int) -> Organisation:
    """The organisation, archived or not. Raises Forbidden, Missing."""
    viewer_of(viewer)
    return _one(Organisation.objects.filter(pk=pk))


def organisation_with_parts(*, viewer: User, pk: int) -> Organisation:
    """The organisation with its groups and contacts, theirs too. Raises Forbidden, Missing."""
    viewer_of(viewer)
    people = Contact.objects.prefetch_related("groups")
    found = Organisation.objects.prefetch_related("groups", Prefetch("contacts", people))
    return _one(found.filter(pk=pk))


def group_by_id(*, viewer: User, pk: int) -> Group:
    """The group with its organisation. Raises Forbidden, Missing."""
    viewer_of(viewer)
    return _one(Group.objects.select_related("organisation").filter(pk=pk))


def contact_by_id(*, viewer: User, pk: int) -> Contact:
    """The contact with organisation and groups. Raises Forbidden, Missing."""
    viewer_of(viewer)
    found = Contact.objects.select_related("organisation").prefetch_related("groups")
    return _one(found.filter(pk=pk))


def may_reach(viewer: User, contact: Contact) -> bool:
    """Whether ``viewer`` may see the contact's phone and mail."""
    return may_plan(viewer) or not contact.protected


def _one(found: QuerySet[M, M]) -> M:
    row = found.first()
    if row is None:
        raise Missing
    return row


def _words(q: str) -> list[str]:
    return fold(q[:LONGEST_SEARCH]).split()


def _phone(q: str) -> str | None:
    try:
        return to_e164(q) if q.strip() else None
    except NotAPhoneNumberError:
        return None


def _count(model: type[Group] | type[Contact]) -> Coalesce:
    """How many active rows the organisation has; a subquery, so that counts never multiply."""
    rows = model._default_manager.filter(organisation=OuterRef("pk"), archived_at=None)
    number = rows.order_by().values("organisation").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(number, output_field=IntegerField()), 0)


def channels(*, viewer: User, archived: bool = False, kind: str = "") -> ChannelQuerySet:
    """Channels by name with organisation, contact and ``last_contact``. One query."""
    viewer_of(viewer)
    found = Channel.objects.with_last()
    found = found.exclude(archived_at=None) if archived else found.active()
    return found.filter(kind=kind) if kind else found


def channel_by_id(*, viewer: User, pk: int) -> Channel:
    """The channel, archived or not, with ``last_contact``. Raises Forbidden, Missing."""
    viewer_of(viewer)
    row = Channel.objects.with_last().filter(pk=pk).first()
    if row is None:
        raise Missing
    return row


def agreement_by_id(*, viewer: User, pk: int) -> Agreement:
    """The agreement with its organisation. Raises Forbidden, Missing."""
    viewer_of(viewer)
    row = Agreement.objects.select_related("organisation").filter(pk=pk).first()
    if row is None:
        raise Missing
    return row


def step_by_id(*, viewer: User, pk: int) -> AgreedStep:
    """The agreed step with its organisation and owner. Raises Forbidden, Missing."""
    viewer_of(viewer)
    row = AgreedStep.objects.select_related("organisation", "owner").filter(pk=pk).first()
    if row is None:
        raise Missing
    return row


def log_by_id(*, viewer: User, pk: int) -> ContactLog:
    """One entry of the contact log. Raises Forbidden, Missing."""
    viewer_of(viewer)
    row = ContactLog.objects.select_related("organisation").filter(pk=pk).first()
    if row is None:
        raise Missing
    return row


def task_by_id(*, viewer: User, pk: int) -> PartnerTask:
    """What a partner asked. Planners only. Raises Forbidden, Missing."""
    require(may_plan(viewer))
    row = PartnerTask.objects.select_related("organisation", "contact", "group").filter(pk=pk)
    found = row.first()
    if found is None:
        raise Missing
    return found
