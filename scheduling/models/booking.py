"""A booking, and what a visit adds to it."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from core.models import User
from partners.models import Contact, Group, SizeBand
from scheduling.models.place import Host, Library, Room
from scheduling.models.programme import Programme
from scheduling.models.words import InterpreterState, Side, Travel
from scheduling.states import VISIT_KINDS, BookingKind, InvitationState, VisitState


def new_uid() -> str:
    """A random identity for calendars: ASCII, no slash, never reused."""
    return f"{uuid.uuid4()}@studiebesok"


class BookingQuerySet(models.QuerySet["Booking"]):
    """Named reads."""

    def with_visit(self) -> "BookingQuerySet":
        """All that a list or a page of visits shows, in a fixed number of queries."""
        return self.select_related(
            "library",
            "visit__programme",
            "visit__room__library",
            "visit__host__user",
            "visit__co_host__user",
            "visit__contact",
            "gathering__room__library",
        ).prefetch_related("visit__groups__organisation", "invitations__contact")

    def gatherings(self) -> "BookingQuerySet":
        """Meetings and training sessions."""
        return self.filter(gathering__isnull=False)

    def visits(self) -> "BookingQuerySet":
        """Study and outreach visits."""
        return self.filter(visit__isnull=False)


class Booking(models.Model):
    """Something that takes resources for a time. Instants are UTC; shown in Europe/Stockholm."""

    kind = models.CharField(max_length=16, choices=[(k.value, k.value) for k in BookingKind])
    state = models.CharField(max_length=24, choices=[(s.value, s.value) for s in VisitState])
    title = models.CharField(max_length=120, blank=True)
    library = models.ForeignKey(Library, null=True, on_delete=models.PROTECT, related_name="+")
    start = models.DateTimeField(db_index=True)
    end = models.DateTimeField()
    #: Grows with every change: two tabs cannot overwrite each other.
    version = models.PositiveIntegerField(default=1)
    #: The double submit of one form, or one API call repeated, finds the booking it made.
    idempotency_key = models.CharField(max_length=64, null=True, unique=True)  # noqa: DJ001
    feed_uid = models.CharField(max_length=80, unique=True, default=new_uid, editable=False)
    feed_sequence = models.PositiveIntegerField(default=0)
    feed_changed_at = models.DateTimeField()
    public = models.BooleanField(default=False)
    created_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    cancelled_at = models.DateTimeField(null=True)
    cancel_reason = models.CharField(max_length=300, blank=True)
    is_demo = models.BooleanField(default=False)
    series = models.ForeignKey(
        "scheduling.Series", null=True, on_delete=models.SET_NULL, related_name="bookings"
    )
    #: The date of the series that this is, whatever it was moved to: its RECURRENCE-ID.
    original_start = models.DateTimeField(null=True)

    objects = BookingQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(end__gt=F("start")), name="booking_order"),
            models.CheckConstraint(
                condition=Q(state__in=[s.value for s in VisitState]), name="booking_state_known"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=[k.value for k in BookingKind]), name="booking_kind_known"
            ),
            models.UniqueConstraint(
                fields=["series", "original_start"], name="booking_once_in_series"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["state", "start"])]
        ordering: ClassVar = ["start", "pk"]

    def __str__(self) -> str:
        return f"{self.kind} {self.start:%Y-%m-%d %H:%M}"

    def get_absolute_url(self) -> str:
        """The page about it, behind the login."""
        return f"/besok/{self.pk}" if self.kind in VISIT_KINDS else f"/moten/{self.pk}"

    @property
    def status(self) -> VisitState:
        """The state as its type."""
        return VisitState(self.state)

    @property
    def what(self) -> str:
        """The programme of a visit, or the title of what is none."""
        return self.visit.programme.name if hasattr(self, "visit") else self.title

    @property
    def minutes(self) -> int:
        """Length in whole minutes."""
        return int((self.end - self.start).total_seconds() // 60)

    def known_of(self, user: User) -> str:
        """What is known of the colleague's own part: her answer, or that she booked it herself.

        Empty where she is asked and has not answered, or is not asked.
        """
        row = self.invitations.filter(host__user=user).first()
        return row.state if row is not None and row.status is not InvitationState.PENDING else ""


class Visit(models.Model):
    """A study or outreach visit: the booking's details (DOMAIN.md §2)."""

    booking = models.OneToOneField(
        Booking, on_delete=models.CASCADE, primary_key=True, related_name="visit"
    )
    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="visits")
    groups = models.ManyToManyField(Group, related_name="visits")
    host = models.ForeignKey(Host, on_delete=models.PROTECT, related_name="visits")
    co_host = models.ForeignKey(
        Host, null=True, blank=True, on_delete=models.PROTECT, related_name="visits_as_co_host"
    )
    room = models.ForeignKey(
        Room, null=True, blank=True, on_delete=models.PROTECT, related_name="visits"
    )
    #: Where we go, for an outreach visit, and how long the way is (minutes each way).
    place = models.CharField(max_length=200, blank=True)
    travel_minutes = models.PositiveSmallIntegerField(default=0)
    meeting_point = models.CharField(max_length=120, blank=True)
    contact = models.ForeignKey(
        Contact, null=True, blank=True, on_delete=models.PROTECT, related_name="visits_on_the_day"
    )
    size_band = models.CharField(max_length=8, choices=[(b.value, b.label) for b in SizeBand])
    followers = models.PositiveSmallIntegerField(default=0)
    access_needs = models.JSONField(default=list, blank=True)
    interpreter = models.CharField(max_length=120, blank=True)
    interpreter_by = models.CharField(
        max_length=8, blank=True, choices=[(side.value, side.value) for side in Side]
    )
    interpreter_state = models.CharField(
        max_length=8,
        choices=[(state.value, state.value) for state in InterpreterState],
        default=InterpreterState.NONE.value,
    )
    fika = models.BooleanField(default=True)
    #: Diet -> how many, never who; erased seven days after, like ``diets`` and ``access_needs``.
    diet_counts = models.JSONField(default=dict, blank=True)
    #: The same in words, "2 glutenfritt", from before the counts and from the API.
    diets = models.CharField(max_length=200, blank=True)
    calm = models.BooleanField(default=False)
    travel_by = models.CharField(
        max_length=16, blank=True, choices=[(way.value, way.value) for way in Travel]
    )
    tickets_by = models.CharField(
        max_length=8, blank=True, choices=[(side.value, side.value) for side in Side]
    )
    card_signup = models.BooleanField(default=False)
    #: About how many want a library card; empty where nobody knows.
    card_count = models.PositiveSmallIntegerField(null=True, blank=True)
    #: No photos, unless consent was given outside this system (DOMAIN.md §2).
    photos_agreed = models.BooleanField(default=False)
    #: A host said yes to a time outside the opening hours.
    hours_confirmed = models.BooleanField(default=False)
    #: Why it was booked although the host's own calendar is busy; about the time, not persons.
    busy_override = models.CharField(max_length=200, blank=True)
    #: Why a room with too few places will do; not for the partner, erased seven days after.
    room_reason = models.CharField(max_length=120, blank=True)
    two_hosts = models.BooleanField(default=False)
    #: The approach plan is about the situation, never about persons; hosts and planners only.
    plan_quiet_place = models.CharField(max_length=200, blank=True)
    plan_exit = models.CharField(max_length=200, blank=True)
    plan_rules_explained = models.BooleanField(default=False)
    plan_guards_informed = models.BooleanField(default=False)
    #: Where the house's own routine stands, on the intranet.
    plan_routine_url = models.URLField(max_length=300, blank=True)
    respond_by = models.DateField(null=True)
    #: Partner's own line in the mail, typed by the socionom.
    greeting = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(co_host=None) | ~Q(co_host=F("host")), name="visit_two_different_hosts"
            ),
            models.CheckConstraint(
                condition=Q(room__isnull=False) | ~Q(place=""), name="visit_is_somewhere"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.programme} {self.booking_id}"

    @property
    def hosts(self) -> list[Host]:
        """The host, and the co-host where there is one."""
        return [self.host] if self.co_host is None else [self.host, self.co_host]

    @property
    def lacks_host(self) -> bool:
        """Whether the approach plan wants two hosts and there is only one: never confirmed so."""
        return self.two_hosts and self.co_host_id is None

    @property
    def has_plan(self) -> bool:
        """Whether anything is said in the approach plan."""
        words = (self.plan_quiet_place, self.plan_exit, self.plan_routine_url)
        ticks = (self.two_hosts, self.plan_rules_explained, self.plan_guards_informed)
        return any(words) or any(ticks)

    @property
    def size(self) -> SizeBand:
        """The band as its type."""
        return SizeBand(self.size_band)

    @property
    def lacks_places(self) -> bool:
        """Whether the group, at its most, is more than the places in the room."""
        return self.room is not None and not self.room.holds(self.size)

    @property
    def why_room(self) -> str:
        """Why the room will do although it is too small; nothing where it is not."""
        return self.room_reason if self.lacks_places else ""
