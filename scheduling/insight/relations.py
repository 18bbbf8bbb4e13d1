"""What is read of relations: where each stands, who has gone silent, what was agreed."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Max, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from core import standing_in, swedish
from core.access import may_plan
from core.models import Role, StandIn, User
from partners.models import (
    AgreedStep,
    Agreement,
    Channel,
    ContactLog,
    Group,
    Organisation,
    Stage,
    StageOverride,
    Way,
)
from scheduling.insight import rhythm, stages
from scheduling.models import Booking, FollowUp, Invitation
from scheduling.models.booking import BookingQuerySet
from scheduling.states import CAME_STATES, OPEN_STATES, VisitState

#: Silent for longer than this is said on I dag and on Nätverk (F6).
SILENT_AFTER = timedelta(days=90)
_CAME = [state.value for state in CAME_STATES]
_PROMISED = [state.value for state in OPEN_STATES if state is not VisitState.DRAFT]


@dataclass(frozen=True, slots=True)
class Quiet:
    """An organisation and when it last was in touch; None: never since it was put in."""

    organisation: Organisation
    last: date | None


@dataclass(frozen=True, slots=True)
class GroupStanding:
    """A group and its rhythm."""

    group: Group
    standing: rhythm.Standing


def stage_of(organisation: Organisation, now: datetime, lang: str = "sv") -> stages.Standing:
    """Where the relation to ``organisation`` stands at ``now``, with its reason."""
    today = timezone.localdate(now)
    override = StageOverride.objects.filter(organisation=organisation).first()
    by_hand = stages.ByHand(Stage(override.stage), override.until) if override else None
    return stages.standing(facts_of(organisation, now), today, by_hand, lang)


def facts_of(organisation: Organisation, now: datetime) -> stages.Facts:
    """What happened with ``organisation``, in a fixed number of queries."""
    log = ContactLog.objects.filter(organisation=organisation, at__lte=now).aggregate(
        last=Max("at"), met=Max("at", filter=Q(way=Way.MEETING.value))
    )
    asked = Invitation.objects.filter(contact__organisation=organisation).aggregate(
        asked=Max("created_at"), answered=Max("answered_at")
    )
    groups = rhythms(now, Q(organisation=organisation))
    visits = [row.standing.last for row in groups if row.standing.last]
    ahead = [row.standing.next for row in groups if row.standing.next]
    words = [*log.values(), *asked.values()]
    days = [timezone.localdate(moment) for moment in words if moment is not None]
    return stages.Facts(
        last_contact=max([*days, *visits], default=None),
        last_meeting=timezone.localdate(log["met"]) if log["met"] else None,
        last_visit=max(visits, default=None),
        next_visit=min(ahead, default=None),
        rhythms=tuple((row.group.alias, row.standing.rhythm) for row in groups),
    )


def rhythms(now: datetime, which: Q | None = None) -> list[GroupStanding]:
    """Each living group's rhythm, by alias. Three queries."""
    today = timezone.localdate(now)
    groups = Group.objects.filter(which or Q(), archived_at=None, organisation__archived_at=None)
    rows = list(groups.select_related("organisation").order_by("search", "pk"))
    held: dict[int, list[date]] = defaultdict(list)
    visits = Booking.objects.filter(visit__groups__in=rows)
    came = visits.filter(state__in=_CAME, start__lte=now)
    for pk, start in came.values_list("visit__groups", "start"):
        held[pk].append(timezone.localdate(start))
    ahead: dict[int, date] = {}
    promised = visits.filter(state__in=_PROMISED, start__gt=now).order_by("-start")
    for pk, start in promised.values_list("visit__groups", "start"):
        ahead[pk] = timezone.localdate(start)
    return [
        GroupStanding(row, rhythm.standing(held[row.pk], ahead.get(row.pk), today)) for row in rows
    ]


def rhythm_of(group: Group, now: datetime) -> rhythm.Standing:
    """The rhythm of one group, put aside or not."""
    visits = Booking.objects.filter(visit__groups=group)
    came = visits.filter(state__in=_CAME, start__lte=now).values_list("start", flat=True)
    ahead = visits.filter(state__in=_PROMISED, start__gt=now).order_by("start").first()
    held = [timezone.localdate(start) for start in came]
    next_on = timezone.localdate(ahead.start) if ahead else None
    return rhythm.standing(held, next_on, timezone.localdate(now))


def without_next_step(now: datetime) -> list[GroupStanding]:
    """Groups with nothing booked and nothing agreed, the longest silent first; new ones last."""
    agreed = set(AgreedStep.objects.filter(done_at=None, group__isnull=False)
                 .values_list("group_id", flat=True))  # fmt: skip
    noted = FollowUp.objects.filter(current=True, next_step_done_at=None).exclude(next_step="")
    agreed |= set(noted.values_list("booking__visit__groups", flat=True))
    drafts = Booking.objects.filter(state=VisitState.DRAFT.value, start__gt=now)
    agreed |= set(drafts.values_list("visit__groups", flat=True))
    rows = [row for row in rhythms(now) if row.standing.next is None and row.group.pk not in agreed]
    return sorted(rows, key=lambda row: (row.standing.last is None, row.standing.last or date.max))


def quiet_since(now: datetime, after: timedelta = SILENT_AFTER) -> list[Quiet]:
    """Organisations not heard of for longer than ``after``, with nothing booked, the oldest first.

    One query. One that was never in touch counts from the day on which it was put in.
    """
    log = ContactLog.objects.filter(organisation=OuterRef("pk"), at__lte=now).order_by("-at")
    of_it = Booking.objects.filter(visit__groups__organisation=OuterRef("pk"))
    came = of_it.filter(state__in=_CAME, start__lte=now).order_by("-start")
    asked = Invitation.objects.filter(contact__organisation=OuterRef("pk"))
    answered = asked.filter(answered_at__isnull=False).order_by("-answered_at")
    rows = Organisation.objects.filter(archived_at=None).annotate(
        logged=Subquery(log.values("at")[:1]),
        came=Subquery(came.values("start")[:1]),
        answered=Subquery(answered.values("answered_at")[:1]),
        ahead=Subquery(of_it.filter(state__in=_PROMISED, start__gt=now).values("pk")[:1]),
    )
    limit = timezone.localdate(now) - after
    idle = [row for row in rows if row.ahead is None]
    found = [Quiet(row, _newest(row)) for row in idle]
    since = {one.organisation.pk: timezone.localdate(one.organisation.created_at) for one in found}
    found = [one for one in found if (one.last or since[one.organisation.pk]) < limit]
    return sorted(found, key=lambda one: (one.last or date.min, one.organisation.search))


def _newest(row: Organisation) -> date | None:
    moments = (row.logged, row.came, row.answered)  # type: ignore[attr-defined] # annotated
    days = [timezone.localdate(moment) for moment in moments if moment is not None]
    return max(days, default=None)


def silent_channels(now: datetime) -> list[Channel]:
    """Channels not spoken with for more than 90 days (or never since), the oldest first."""
    limit = now - SILENT_AFTER
    rows = [(_last_or_made(row), row) for row in Channel.objects.active().with_last()]
    silent = [(last, row.pk, row) for last, row in rows if last < limit]
    return [row for _last, _pk, row in sorted(silent, key=lambda one: one[:2])]


def _last_or_made(row: Channel) -> datetime:
    last: datetime | None = row.last_contact  # type: ignore[attr-defined] # annotated
    return last or row.created_at


def channels_to_contact(today: date) -> QuerySet[Channel]:
    """Channels that somebody wished to be reminded of by ``today``."""
    return Channel.objects.active().with_last().filter(next_contact_on__lte=today)


def agreements_to_review(today: date) -> QuerySet[Agreement]:
    """Standing agreements whose year has passed."""
    return Agreement.objects.to_review(today)


def steps_of(user: User, now: datetime) -> QuerySet[AgreedStep]:
    """Open agreed steps that are the user's to see to, the most pressing first.

    Own, those of whom the user stands in for, and for planners those whose owner has left; the
    manager reads all.
    """
    rows = AgreedStep.objects.open()
    if user.role == Role.MANAGER:
        return rows
    owners = [user.pk, *(one.pk for one in standing_in.covered_by(user, now))]
    mine = Q(owner__in=owners)
    if may_plan(user):
        mine |= Q(owner__is_active=False)
    return rows.filter(mine)


def hostless(absence: StandIn, now: datetime) -> BookingQuerySet:
    """Visits still ahead that the absent one hosts on days of the absence, the nearest first."""
    midnight = time(tzinfo=swedish.STOCKHOLM)
    first = max(now, datetime.combine(absence.first_day, midnight))
    last = datetime.combine(absence.last_day + timedelta(days=1), midnight)
    own = Q(visit__host__user=absence.person) | Q(visit__co_host__user=absence.person)
    standing = [state.value for state in OPEN_STATES]
    rows = Booking.objects.visits().filter(own, state__in=standing)
    return rows.filter(start__gte=first, start__lt=last).with_visit().order_by("start", "pk")
