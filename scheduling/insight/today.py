"""What needs somebody now: the rows of *I dag*, in a fixed number of queries."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db.models import Count, Exists, Max, Min, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.utils import timezone

from core import access, standing_in, swedish
from core.models import User
from partners.models import AgreedStep, Group
from scheduling.followup import suggest
from scheduling.insight import clashes, coming
from scheduling.insight.coming import values
from scheduling.models import (
    Booking,
    CallTask,
    Effort,
    FollowUp,
    Interest,
    InterestStage,
    Invitation,
    Message,
    OfferedTime,
    Proposal,
)
from scheduling.outbox import waits
from scheduling.states import (
    CAME_STATES,
    OPEN_STATES,
    BookingKind,
    Fault,
    InvitationState,
    MessageChannel,
    MessageState,
    OfferState,
    ProposalState,
    VisitState,
)

#: "Inget svar" is said when more than this many working days have passed.
PATIENCE = 3
INTEREST_TIMES, INTEREST_DAYS = 3, 60
#: How long an offer that ran out asks for new times.
OFFER_DAYS = 30
#: A mail that was put off so long needs somebody who can call instead.
LATE_AFTER = timedelta(hours=1)
LINE_PATIENCE = timedelta(minutes=15)
#: How long a meeting that has been asks for its line.
GATHERED_DAYS = 30
_ON_ITS_WAY = [MessageState.WAITING, MessageState.SENDING, MessageState.SENT, MessageState.KEPT]


@dataclass(frozen=True, slots=True)
class Wish:
    """One partner's other times: each with the name of what is in the way, or none."""

    invitation: Invitation
    timed: list[tuple[Proposal, list[str]]]
    words: list[Proposal]


@dataclass(frozen=True, slots=True)
class Silent:
    """An invitation without an answer, and how many working days it has waited."""

    invitation: Invitation
    told: date
    days: int


@dataclass(slots=True)
class Needs:
    """Each kind of row, the most pressing first within it."""

    wishes: list[Wish] = field(default_factory=list)
    calls: list[CallTask] = field(default_factory=list)
    #: The plan wants two hosts and there is one: it cannot be confirmed.
    lacking: list[Booking] = field(default_factory=list)
    #: Colleagues who said that they cannot: the visit stands, somebody else must meet the group.
    cannot: list[Invitation] = field(default_factory=list)
    #: Partners who wish for another time for a meeting, or none of whom can come.
    meetings: list[Invitation] = field(default_factory=list)
    #: Meetings and sessions that have been, without a line or a number.
    gathered: list[Booking] = field(default_factory=list)
    failed: list[Message] = field(default_factory=list)
    #: Mails that wait for longer than anybody would think.
    late: list[Message] = field(default_factory=list)
    #: Since when our own mail server has not answered; None where it does.
    line_down: datetime | None = None
    silent: list[Silent] = field(default_factory=list)
    #: Offered times that nobody took in time, and nothing else is planned.
    expired: list[Booking] = field(default_factory=list)
    follow_ups: list[Booking] = field(default_factory=list)
    next_steps: list[FollowUp] = field(default_factory=list)
    #: "Kan vänta".
    adrift: list[Group] = field(default_factory=list)
    interests: list[Interest] = field(default_factory=list)

    @property
    def count(self) -> int:
        """How many rows need somebody now."""
        now = (self.wishes, self.calls, self.failed, self.silent, self.follow_ups, self.next_steps)
        more = (self.lacking, self.expired, self.late, self.cannot, self.meetings, self.gathered)
        count = sum(len(rows) for rows in now) + sum(len(rows) for rows in more)
        return count + (self.line_down is not None)


def needs_of(user: User, now: datetime) -> Needs:
    """What the user should see: planners and managers all of it, hosts their own follow-ups."""
    today = timezone.localdate(now)
    if not (access.may_plan(user) or user.role == "manager"):
        own = coming.hosted_by(user)
        for colleague in standing_in.covered_by(user, now):
            own |= coming.hosted_by(colleague)
        return Needs(follow_ups=list(suggest.due(now).filter(own)))
    return Needs(
        wishes=_wishes(now),
        calls=list(_calls()),
        lacking=list(_lacking(now)),
        cannot=list(_cannot(now)),
        meetings=_meeting_answers(now),
        gathered=list(_gathered(now)),
        failed=list(_failed(now)),
        late=list(_late(now)),
        line_down=_line_down(now),
        silent=_silent(now, today),
        expired=list(_expired(now)),
        follow_ups=list(suggest.due(now)),
        next_steps=list(_next_steps(today)),
        adrift=list(_adrift(now)),
        interests=list(_interests(today)),
    )


def _with_groups(path: str) -> "Prefetch[str]":
    return Prefetch(path, Group.objects.select_related("organisation", "resource"))


def _wishes(now: datetime) -> list[Wish]:
    rows = (
        Proposal.objects.filter(state=ProposalState.OPEN.value)
        .filter(invitation__contact__isnull=False, invitation__booking__visit__isnull=False)
        .filter(Q(start__gt=now) | Q(start=None, invitation__booking__start__gt=now))
        .exclude(invitation__booking__state=VisitState.CANCELLED_BY_US.value)
        .select_related(
            "invitation__contact",
            "invitation__booking__visit__programme",
            "invitation__booking__visit__room",
            "invitation__booking__visit__host__user",
            "invitation__booking__visit__co_host__user",
        )
        .prefetch_related(_with_groups("invitation__booking__visit__groups"))
        .order_by("created_at", "pk")
    )
    proposals = list(rows)
    taken = clashes.of(proposals)
    grouped: dict[int, Wish] = {}
    for row in proposals:
        wish = grouped.setdefault(row.invitation_id, Wish(row.invitation, [], []))
        if row.start is None:
            wish.words.append(row)
        else:
            wish.timed.append((row, taken[row.pk]))
    return list(grouped.values())


def _lacking(now: datetime) -> QuerySet[Booking]:
    """Open visits to come that lack the second host their approach plan wants (F14)."""
    return (
        Booking.objects.filter(visit__two_hosts=True, visit__co_host=None, start__gt=now)
        .filter(state__in=values(OPEN_STATES))
        .select_related("visit__programme")
        .prefetch_related(_with_groups("visit__groups"))
        .order_by("start", "pk")
    )


def _cannot(now: datetime) -> QuerySet[Invitation]:
    """Hosts and co-hosts of visits to come who declined, or wished for another time."""
    said = [InvitationState.DECLINED.value, InvitationState.COUNTERED.value]
    return (
        Invitation.objects.filter(host__isnull=False, state__in=said, booking__start__gt=now)
        .filter(booking__visit__isnull=False, booking__state__in=values(OPEN_STATES))
        .select_related("host__user", "booking__visit__programme")
        .prefetch_related(_with_groups("booking__visit__groups"), "proposals")
        .order_by("booking__start", "pk")
    )


def _meeting_answers(now: datetime) -> list[Invitation]:
    """Open wishes, and a no where nobody invited has anything but a no; one row a meeting."""
    others = Invitation.objects.filter(booking=OuterRef("booking"), contact__isnull=False).exclude(
        state__in=[InvitationState.DECLINED.value, InvitationState.WITHDRAWN.value]
    )
    wish = Proposal.objects.filter(invitation=OuterRef("pk"), state=ProposalState.OPEN.value)
    rows = (
        Invitation.objects.filter(contact__isnull=False, booking__gathering__isnull=False)
        .filter(booking__start__gt=now, booking__state=VisitState.CONFIRMED.value)
        .filter(
            Q(Exists(wish), state=InvitationState.COUNTERED.value)
            | Q(~Exists(others), state=InvitationState.DECLINED.value)
        )
        .select_related("contact", "booking")
        .order_by("booking__start", "answered_at", "pk")
    )
    first: dict[int, Invitation] = {}
    for row in rows:
        first.setdefault(row.booking_id, row)
    return list(first.values())


def _gathered(now: datetime) -> QuerySet[Booking]:
    """Within a month: a meeting with somebody from outside, or a training session."""
    outside = Invitation.objects.filter(booking=OuterRef("pk"), contact__isnull=False)
    with_somebody = Q(gathering__channel__isnull=False) | Q(Exists(outside))
    since = now - timedelta(days=GATHERED_DAYS)
    return (
        Booking.objects.gatherings()
        .filter(end__lte=now, end__gt=since, state=VisitState.CONFIRMED.value)
        .filter(with_somebody | Q(kind=BookingKind.TRAINING.value))
        .order_by("start", "pk")
    )


def _calls() -> QuerySet[CallTask]:
    """``texted``: a text went too, and the visit is so near that somebody must have heard."""
    text = Message.objects.filter(
        invitation=OuterRef("invitation"),
        channel=MessageChannel.SMS.value,
        created_at=OuterRef("created_at"),
        state__in=values(_ON_ITS_WAY),
    )
    return (
        CallTask.objects.filter(done_at=None)
        .annotate(texted=Exists(text))
        .select_related("contact", "invitation__contact", "invitation__booking__visit__programme")
        .prefetch_related(_with_groups("invitation__booking__visit__groups"))
    )


def _failed(now: datetime) -> QuerySet[Message]:
    return (
        Message.objects.undecided()
        .filter(booking__end__gt=now)
        .select_related(
            "invitation__contact", "invitation__host__user", "booking__visit__programme"
        )
        .prefetch_related(_with_groups("booking__visit__groups"))
    )


def _late(now: datetime) -> QuerySet[Message]:
    """Tried for an hour and still here: the addressee's server puts them off, or the cap did."""
    faults = [Fault.LATER.value, Fault.CAPPED.value]
    tried_long = Q(fault=Fault.CAPPED.value) | Q(created_at__lt=now - LATE_AFTER)
    return (
        Message.objects.filter(state=MessageState.WAITING.value, fault__in=faults)
        .filter(tried_long)
        .select_related("invitation__contact", "booking__visit__programme")
        .prefetch_related(_with_groups("booking__visit__groups"))
        .order_by("pk")
    )


def _line_down(now: datetime) -> datetime | None:
    since = waits.down_since()
    return since if since is not None and since < now - LINE_PATIENCE else None


def _silent(now: datetime, today: date) -> list[Silent]:
    limit = swedish.working_days_before(today, PATIENCE + 1)
    before = timezone.make_aware(datetime.combine(limit, datetime.max.time()))
    mails = Message.objects.filter(invitation=OuterRef("pk"), state__in=values(_ON_ITS_WAY))
    calls = CallTask.objects.filter(invitation=OuterRef("pk"))
    rows = (
        Invitation.objects.filter(
            state=InvitationState.PENDING.value,
            contact__isnull=False,
            booking__state=VisitState.OFFERED.value,
            booking__start__gt=now,
        )
        .annotate(
            mailed=Subquery(mails.order_by("-pk").values("created_at")[:1]),
            called=Subquery(calls.order_by("-done_at").values("done_at")[:1]),
        )
        .filter(Q(mailed__lte=before) | Q(mailed=None, called__lte=before))
        .exclude(Exists(calls.filter(done_at=None)))
        .select_related("contact", "booking__visit__programme")
        .prefetch_related(_with_groups("booking__visit__groups"))
        .order_by("booking__start", "pk")
    )
    # One row a visit: a reminder goes to all of its silent contacts.
    first: dict[int, Invitation] = {}
    for row in rows:
        first.setdefault(row.booking_id, row)
    return [_waited(row, row.mailed or row.called, today) for row in first.values()]  # type: ignore[attr-defined] # annotated


def _waited(row: Invitation, told: datetime, today: date) -> Silent:
    day = timezone.localdate(told)
    steps = (today - timedelta(days=back) for back in range((today - day).days))
    return Silent(row, day, sum(swedish.is_working_day(step) for step in steps))


def _expired(now: datetime) -> QuerySet[Booking]:
    """Offers that ran out within a month, of groups that have nothing else ahead."""
    ahead = Booking.objects.filter(
        visit__groups__visits=OuterRef("pk"), start__gt=now, state__in=values(OPEN_STATES)
    )
    ran_out = OfferedTime.objects.filter(booking=OuterRef("pk"), state=OfferState.EXPIRED.value)
    chosen = OfferedTime.objects.filter(booking=OuterRef("pk"), slot__isnull=False)
    return (
        Booking.objects.filter(
            state=VisitState.DECLINED.value, cancelled_at__gt=now - timedelta(days=OFFER_DAYS)
        )
        .filter(Exists(ran_out))
        .exclude(Exists(chosen))
        .exclude(Exists(ahead))
        .select_related("visit__programme")
        .prefetch_related(_with_groups("visit__groups"), "invitations__contact")
        .order_by("cancelled_at", "pk")
    )


def _next_steps(today: date) -> QuerySet[FollowUp]:
    return (
        FollowUp.objects.filter(current=True, next_step_done_at=None, next_step_due__lte=today)
        .exclude(next_step="")
        .select_related("booking__visit__programme")
        .prefetch_related(_with_groups("booking__visit__groups"))
        .order_by("next_step_due", "pk")
    )


def _adrift(now: datetime) -> QuerySet[Group]:
    """Groups that came once, with nothing booked ahead and no open next step (F4)."""
    ahead = Booking.objects.filter(
        visit__groups=OuterRef("pk"), start__gt=now, state__in=values(OPEN_STATES)
    )
    agreed = FollowUp.objects.filter(
        booking__visit__groups=OuterRef("pk"), current=True, next_step_done_at=None
    ).exclude(next_step="")
    step = AgreedStep.objects.filter(group=OuterRef("pk"), done_at=None)
    came = Q(visits__booking__state__in=values(CAME_STATES))
    return (
        Group.objects.filter(archived_at=None)
        .annotate(last_came=Max("visits__booking__start", filter=came))
        .filter(last_came__isnull=False)
        .exclude(Exists(ahead))
        .exclude(Exists(agreed))
        .exclude(Exists(step))
        .order_by("last_came", "pk")
    )


def _interests(today: date) -> QuerySet[Interest]:
    """Mentioned three times, or waiting for more than 60 days, and nothing done about it (F5).

    Done is an effort under way or begun within 60 days, and to have become a programme.
    """
    counted = Q(signals__follow_up=None) | Q(signals__follow_up__current=True)
    lately = Effort.objects.filter(interests=OuterRef("pk")).filter(
        Q(ends_on=None)
        | Q(ends_on__gte=today)
        | Q(starts_on__gte=today - timedelta(days=INTEREST_DAYS))
    )
    return (
        Interest.objects.filter(programme=None)
        .exclude(stage_set=InterestStage.PROGRAMME.value)
        .annotate(times=Count("signals", filter=counted), oldest=Min("signals__on", filter=counted))
        .filter(Q(times__gte=INTEREST_TIMES) | Q(oldest__lt=today - timedelta(days=INTEREST_DAYS)))
        .exclude(Exists(lately))
        .order_by("-times", "name")
    )
