"""Which rows of the register are probably one partner, and why; what hangs on each."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from core.access import may_plan, require
from core.errors import Missing
from core.models import User
from partners.folding import fold
from partners.importing.duplicates import Names, loose_key
from partners.models import Contact, Group, NotSame, Organisation
from partners.services.merging import MODELS, relations

Row = Organisation | Group | Contact
H = TypeVar("H", Group, Contact)

#: Mail domains that say nothing of whom one belongs to.
COMMON_DOMAINS = frozenset({
    "gmail.com", "hotmail.com", "hotmail.se", "outlook.com", "live.se", "live.com", "icloud.com",
    "yahoo.com", "yahoo.se", "telia.com", "spray.se", "me.com", "proton.me", "protonmail.com",
})  # fmt: skip
#: A domain or number that more rows share than this is a municipality's or a switchboard's.
MOST_SHARING = 3


class Reason(StrEnum):
    """Why two look like one."""

    NAME = "name"
    EMAIL = "email"
    DOMAIN = "domain"
    PHONE = "phone"


@dataclass(frozen=True, slots=True)
class Pair:
    """Two that may be one, the older row first."""

    kind: str
    first: Row
    second: Row
    reasons: tuple[Reason, ...]


def suggestions(*, viewer: User) -> list[Pair]:
    """Every pair of active rows that nobody has said are two. Six queries. Raises Forbidden.

    Groups and contacts are compared within their organisation: those of two organisations meet
    when the organisations are merged.
    """
    require(may_plan(viewer))
    apart = {(row.kind, row.first_id, row.second_id) for row in NotSame.objects.all()}
    contacts = list(
        Contact.objects.filter(archived_at=None)
        .select_related("organisation")
        .prefetch_related("groups")
        .order_by("pk")
    )
    groups = Group.objects.filter(archived_at=None).select_related("organisation").order_by("pk")
    organisations = list(Organisation.objects.filter(archived_at=None).order_by("pk"))
    found = [
        *_pairs("organisation", organisations, _of_organisations(organisations, contacts)),
        *_pairs("group", groups, _within(groups, lambda row: row.alias)),
        *_pairs("contact", contacts, _of_contacts(contacts)),
    ]
    return [p for p in found if (p.kind, p.first.pk, p.second.pk) not in apart]


Hits = Iterator[tuple[int, int, Reason]]


def _pairs(kind: str, rows: Iterable[Row], hits: Hits) -> list[Pair]:
    by_pk = {row.pk: row for row in rows}
    reasons: dict[tuple[int, int], list[Reason]] = defaultdict(list)
    for one, other, reason in hits:
        key = (min(one, other), max(one, other))
        if one != other and reason not in reasons[key]:
            reasons[key].append(reason)
    return [
        Pair(kind, by_pk[first], by_pk[second], tuple(why))
        for (first, second), why in sorted(reasons.items())
        if why
    ]


def _alike(names: Iterable[tuple[int, str]]) -> Hits:
    """Those whose names are equal, or nearly."""
    seen, by_name = Names(), dict[str, int]()
    by_key: dict[str, int] = {}
    for pk, name in names:
        exact = by_name.get(fold(name))
        like = seen.like(name)
        if exact is None and like is not None:
            exact = by_key.get(loose_key(like))
        if exact is not None:
            yield exact, pk, Reason.NAME
        seen.add(name)
        by_name.setdefault(fold(name), pk)
        by_key.setdefault(loose_key(name), pk)


def _shared(values: Iterable[tuple[int, str]], reason: Reason) -> Hits:
    """Those that share a value with few others."""
    holders: dict[str, list[int]] = defaultdict(list)
    for pk, value in values:
        if value and pk not in holders[value]:
            holders[value].append(pk)
    for pks in holders.values():
        if 1 < len(pks) <= MOST_SHARING:
            for place, one in enumerate(pks):
                for other in pks[place + 1 :]:
                    yield one, other, reason


def _of_organisations(rows: list[Organisation], contacts: list[Contact]) -> Hits:
    yield from _alike((row.pk, row.name) for row in rows)
    active = {row.pk for row in rows}
    theirs = [row for row in contacts if row.organisation_id in active]
    yield from _shared(((c.organisation_id, _domain(c.email)) for c in theirs), Reason.DOMAIN)
    yield from _shared(((c.organisation_id, c.phone) for c in theirs), Reason.PHONE)


def _of_contacts(rows: list[Contact]) -> Hits:
    yield from _within(rows, lambda row: row.name)
    for home in _by_home(rows):
        yield from _shared(((row.pk, row.email.lower()) for row in home), Reason.EMAIL)
        yield from _shared(((row.pk, row.phone) for row in home), Reason.PHONE)


def _within(rows: Iterable[H], name: Callable[[H], str]) -> Hits:
    for home in _by_home(rows):
        yield from _alike((row.pk, name(row)) for row in home)


def _by_home(rows: Iterable[H]) -> Iterator[list[H]]:
    homes: dict[int, list[H]] = defaultdict(list)
    for row in rows:
        homes[row.organisation_id].append(row)
    yield from homes.values()


def _domain(email: str) -> str:
    domain = email.rpartition("@")[2].lower()
    return "" if domain in COMMON_DOMAINS else domain


def both(*, viewer: User, kind: str, first: int, second: int) -> tuple[Row, Row]:
    """The two rows of ``kind``, the lower key first. Raises Forbidden, Missing."""
    require(may_plan(viewer))
    model = MODELS.get(kind)
    if model is None or first == second:
        raise Missing
    rows: Sequence[Row] = list(model._default_manager.filter(pk__in=(first, second)))
    found = {row.pk: row for row in rows}
    if len(found) != 2:
        raise Missing
    return found[min(first, second)], found[max(first, second)]


def hanging(row: Row) -> dict[str, int]:
    """How many rows hang on ``row``, by relation ("scheduling.Invitation.contact"), not zero."""
    counts = {
        name: field.model._base_manager.filter(**{field.name: row.pk}).count()
        for name, field in relations(type(row))
    }
    return {name: count for name, count in counts.items() if count}
