"""When a host works, and when the host's own calendar says that the time is taken."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from partners.models import Group, Organisation
from scheduling.models.place import Host
from scheduling.models.words import OwnCalendarMode


class WorkingHours(models.Model):
    """A span of a weekday in which the host works. A host without any works when we are open."""

    host = models.ForeignKey(Host, on_delete=models.CASCADE, related_name="working_hours")
    weekday = models.PositiveSmallIntegerField()
    start = models.TimeField()
    end = models.TimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["host", "weekday"], name="working_hours_once_a_day"),
            models.CheckConstraint(condition=Q(end__gt=F("start")), name="working_hours_order"),
            models.CheckConstraint(condition=Q(weekday__lte=6), name="working_hours_weekday"),
        ]
        ordering: ClassVar = ["weekday", "start"]

    def __str__(self) -> str:
        return f"{self.weekday} {self.start}–{self.end}"


class WorkingDay(models.Model):
    """A dated exception: other hours that day, or off where both are empty."""

    host = models.ForeignKey(Host, on_delete=models.CASCADE, related_name="working_days")
    day = models.DateField()
    start = models.TimeField(null=True, blank=True)
    end = models.TimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["host", "day"], name="working_day_once"),
            models.CheckConstraint(
                condition=Q(start=None, end=None) | Q(end__gt=F("start")), name="working_day_order"
            ),
        ]
        ordering: ClassVar = ["day"]

    def __str__(self) -> str:
        return f"{self.day} {self.start}–{self.end}"


class AvoidTime(models.Model):
    """A partner's or a group's time to avoid: meals, house meetings, days around payments.

    A weekday, a range of dates, or both; whole days where no hours are given (Stockholm's wall).
    """

    organisation = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.CASCADE, related_name="avoid_times"
    )
    group = models.ForeignKey(
        Group, null=True, blank=True, on_delete=models.CASCADE, related_name="avoid_times"
    )
    weekday = models.PositiveSmallIntegerField(null=True, blank=True)
    first_day = models.DateField(null=True, blank=True)
    last_day = models.DateField(null=True, blank=True)
    start = models.TimeField(null=True, blank=True)
    end = models.TimeField(null=True, blank=True)
    reason = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(organisation=None, group__isnull=False)
                | Q(organisation__isnull=False, group=None),
                name="avoid_time_of_one",
            ),
            models.CheckConstraint(
                condition=Q(weekday__isnull=False) | Q(first_day__isnull=False),
                name="avoid_time_is_some_time",
            ),
            models.CheckConstraint(
                condition=Q(weekday=None) | Q(weekday__lte=6), name="avoid_time_weekday"
            ),
            models.CheckConstraint(
                condition=Q(first_day=None, last_day=None) | Q(last_day__gte=F("first_day")),
                name="avoid_time_dates",
            ),
            models.CheckConstraint(
                condition=Q(start=None, end=None) | Q(end__gt=F("start")), name="avoid_time_hours"
            ),
        ]
        ordering: ClassVar = ["weekday", "first_day", "start", "pk"]

    def __str__(self) -> str:
        return f"{self.weekday} {self.first_day}–{self.last_day} {self.start}–{self.end}"


class OwnCalendar(models.Model):
    """A host's own Outlook or Google calendar: its secret address, sealed, and how reading went."""

    host = models.ForeignKey(Host, on_delete=models.CASCADE, related_name="own_calendars")
    #: Sealed by core.sealing: never shown again, in no log, of no use in a database dump.
    address = models.TextField(editable=False)
    #: What is shown instead: the name of the calendar's server.
    server = models.CharField(max_length=120)
    mode = models.CharField(
        max_length=8,
        choices=[(m.value, m.value) for m in OwnCalendarMode],
        default=OwnCalendarMode.WARNS.value,
    )
    created_at = models.DateTimeField()
    next_read_at = models.DateTimeField(db_index=True)
    last_read_at = models.DateTimeField(null=True)
    failures = models.PositiveSmallIntegerField(default=0)
    #: A code of scheduling.busy.faults.Fault; empty after a good read.
    problem = models.CharField(max_length=24, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(mode__in=[m.value for m in OwnCalendarMode]),
                name="own_calendar_mode_known",
            )
        ]
        ordering: ClassVar = ["pk"]

    def __str__(self) -> str:
        return f"{self.host} {self.server}"


class BusyInterval(models.Model):
    """A time at which a host's own calendar is busy: no title, no place, no people."""

    source = models.ForeignKey(OwnCalendar, on_delete=models.CASCADE, related_name="intervals")
    host = models.ForeignKey(Host, on_delete=models.CASCADE, related_name="busy_intervals")
    start = models.DateTimeField()
    end = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(end__gt=F("start")), name="busy_interval_order")
        ]
        indexes: ClassVar = [
            models.Index(fields=["host", "start"], name="busy_interval_host_start")
        ]
        ordering: ClassVar = ["start", "pk"]

    def __str__(self) -> str:
        return f"{self.start:%Y-%m-%d %H:%M}–{self.end:%H:%M}"
