"""What becomes of visits, invitations, calendars and taken times when partners are merged."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from core import swedish
from core.errors import Clash, Conflict
from partners.hooks import Merge, MergeRule, register_merge_rule, register_merged
from partners.models import Contact, MergeRecord
from partners.services.merge_rules import pair, point
from scheduling.feeds import blocks
from scheduling.models import Allocation, Booking, Invitation, Resource, SeriesInvitation, Visit
from scheduling.states import OPEN_STATES, InvitationState

VisitGroup = Visit.groups.through


def _resources(merge: Merge, rows: "QuerySet[Any]") -> None:
    """What is taken for the group that goes is taken for the kept one."""
    own = Resource.objects.filter(group=merge.kept.pk).first()
    for row in rows:
        if own is None:
            merge.ledger.point(rows, "group", merge.kept)
            return
        _allocations(merge, own, row)
        merge.ledger.delete(row)


def _allocations(merge: Merge, own: Resource, gone: Resource) -> None:
    """Raises Clash where the two are expected at two visits at the same time.

    Both at the same visit need one place; what is over, or was held too long, guards nothing.
    """
    clashes = []
    for row in Allocation.objects.filter(resource=gone).select_related("booking").order_by("pk"):
        others = own.allocations.filter(start__lt=row.end, end__gt=row.start)
        standing = others.filter(Q(expires_at=None) | Q(expires_at__gt=merge.now))
        held = row.expires_at is not None and row.expires_at <= merge.now
        over = row.end <= merge.now or held
        if over or others.filter(booking=row.booking_id).exists():
            if others.exists():
                merge.ledger.delete(row)
                continue
        elif standing.exists():
            clashes += [row.booking, *(other.booking for other in standing)]
            continue
        else:
            merge.ledger.delete_all(others)
        merge.ledger.set(row, resource_id=own.pk)
    if clashes:
        raise Clash(
            _(
                "Grupperna har var sitt besök samtidigt: %(visits)s. "
                "Flytta eller avboka det ena, slå sedan ihop."
            )
            % {"visits": _named(clashes)},
            extra={"bookings": sorted({row.pk for row in clashes})},
        )


def _named(bookings: Iterable[Booking]) -> str:
    rows = sorted({row.pk: row for row in bookings}.values(), key=lambda row: row.start)
    words = []
    for row in rows:
        local = timezone.localtime(row.start)
        day = swedish.short_date(local.date())
        words.append(f"{day} {swedish.clock_short(local.time())}")
    return ", ".join(words)


def _invitations(merge: Merge, rows: "QuerySet[Any]") -> None:
    """They keep their UID and the address they were sent from; one a booking and contact.

    Raises Conflict where both contacts are invited to the same coming visit.
    """
    assert isinstance(merge.gone, Contact)
    twins = {
        row.booking_id: row
        for row in Invitation.objects.filter(contact=merge.kept.pk).select_related("booking")
    }
    both = [row for row in rows if row.booking_id in twins]
    _refuse_both_live(merge, [(twins[row.booking_id], row) for row in both])
    for row in rows:
        twin = twins.get(row.booking_id)
        if twin is not None:
            _join(merge, twin, row)
            continue
        tag = row.organiser_tag or merge.gone.mail_tag
        merge.ledger.set(row, contact_id=merge.kept.pk, organiser_tag=tag)


def _refuse_both_live(merge: Merge, pairs: list[tuple[Invitation, Invitation]]) -> None:
    withdrawn = InvitationState.WITHDRAWN
    live = [
        kept.booking
        for kept, gone in pairs
        if withdrawn not in (kept.status, gone.status)
        and kept.booking.end > merge.now
        and kept.booking.status in OPEN_STATES
    ]
    if live:
        raise Conflict(
            _("Båda är inbjudna till samma besök: %(visits)s. Dra tillbaka den ena inbjudan först.")
            % {"visits": _named(live)},
            extra={"bookings": [row.pk for row in live]},
        )


#: What one invitation says of its answer.
_ANSWER = ("state", "answered_at", "channel", "size_band", "comment")


def _join(merge: Merge, kept: Invitation, gone: Invitation) -> None:
    """Two invitations to one visit that is over, or where one is withdrawn: one row, all history.

    The answer that counts is the latest of one who was still invited.
    """
    if kept.calls.filter(done_at=None).exists():
        for call in gone.calls.filter(done_at=None):
            done_by = merge.actor.pk if merge.actor else None
            merge.ledger.set(call, done_at=merge.now, done_by_id=done_by)
    for field in Invitation._meta.get_fields(include_hidden=True):
        if field.one_to_many and field.auto_created:
            model, name = field.related_model, field.field.name  # type: ignore[union-attr]
            rows = model._base_manager.filter(**{name: gone.pk}).order_by("pk")  # type: ignore[union-attr]
            merge.ledger.point(rows, name, kept)
    values = {name: getattr(gone, name) for name in _ANSWER}
    newest = max(gone.sequence, kept.sequence)
    merge.ledger.delete(gone)
    if _counts_more(gone, kept):
        merge.ledger.set(kept, **values)
    merge.ledger.set(kept, sequence=newest)


def _counts_more(one: Invitation, other: Invitation) -> bool:
    withdrawn = InvitationState.WITHDRAWN
    if (one.status is withdrawn) != (other.status is withdrawn):
        return other.status is withdrawn
    if one.answered_at is None:
        return False
    return other.answered_at is None or one.answered_at > other.answered_at


def _series(merge: Merge, rows: "QuerySet[Any]") -> None:
    """The invitation to a series keeps its UID and its link; one a series and contact."""
    theirs = SeriesInvitation.objects.filter(contact=merge.kept.pk).values_list("series_id")
    if rows.filter(series__in=theirs).exists():
        raise Conflict(_("Båda är inbjudna till samma serie. Dra tillbaka den ena inbjudan först."))
    for row in rows:
        merge.ledger.set(row, contact_id=merge.kept.pk)


def _feeds(merge: Merge, rows: "QuerySet[Any]") -> None:
    """A partner's calendar address goes on working and shows what both were invited to."""
    for row in rows:
        merge.ledger.set(row, contact_id=merge.kept.pk, scope_key=f"contact:{merge.kept.pk}")


def merged(record: MergeRecord, now: datetime) -> None:
    """Calendars say what is now so, after a merge and after its undoing."""
    pks = record.concerns("scheduling.visit") | _bookings(record)
    affected = Q(pk__in=pks)
    if record.kind == "organisation":
        both = (record.kept_id, record.gone_id)
        affected |= Q(visit__groups__organisation__in=both)
    elif record.kind == "group":
        affected |= Q(visit__groups__in=(record.kept_id, record.gone_id))
    found = Booking.objects.filter(affected).values("pk")
    blocks.touch_all(Booking.objects.filter(pk__in=found), now)


def _bookings(record: MergeRecord) -> set[int]:
    """The bookings whose groups or invitations the merge wrote."""
    found: set[int] = set()
    for entry in record.entries:
        if entry["op"] == "delete":
            for name in ("visit_id", "booking_id"):
                if entry["before"].get(name) and entry["model"].startswith("scheduling."):
                    found.add(int(entry["before"][name]))
    groups = VisitGroup._default_manager.filter(pk__in=record.concerns("scheduling.visit_groups"))
    found |= set(groups.values_list("visit_id", flat=True))
    invited = Invitation.objects.filter(pk__in=record.concerns("scheduling.invitation"))
    return found | set(invited.values_list("booking_id", flat=True))


def register() -> None:
    """Called once at start."""
    rules: dict[str, MergeRule] = {
        "scheduling.Visit_groups.group": pair("group", "visit"),
        "scheduling.Visit.contact": point("contact"),
        "scheduling.Resource.group": _resources,
        "scheduling.InterestSignal.group": point("group"),
        "scheduling.Invitation.group": point("group"),
        "scheduling.Invitation.contact": _invitations,
        "scheduling.SeriesInvitation.group": point("group"),
        "scheduling.SeriesInvitation.contact": _series,
        "scheduling.CallTask.contact": point("contact"),
        "scheduling.AvoidTime.group": point("group"),
        "scheduling.AvoidTime.organisation": point("organisation"),
        "scheduling.Gathering.channel": point("channel"),
        "scheduling.Feed.contact": _feeds,
        "scheduling.Feed.organisation": point("organisation"),
    }
    for relation, rule in rules.items():
        register_merge_rule(relation, rule)
    register_merged(merged)
