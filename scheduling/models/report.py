"""What is written beside a report's numbers, and the files that take a while to make."""

from enum import StrEnum
from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from core.models import User


class ReportSummary(models.Model):
    """The summary of one period, as somebody last wrote it; screened like every free text."""

    first = models.DateField()
    last = models.DateField()
    text = models.TextField(blank=True)
    version = models.PositiveIntegerField(default=1)
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["first", "last"], name="report_summary_once"),
            models.CheckConstraint(condition=Q(last__gte=F("first")), name="report_summary_order"),
        ]

    def __str__(self) -> str:
        return f"{self.first}–{self.last}"


class FileState(StrEnum):
    """Where a file stands."""

    WAITING = "waiting"
    MAKING = "making"
    DONE = "done"
    FAILED = "failed"


class ReportFile(models.Model):
    """A PDF that a worker makes; its owner alone may fetch it, for a day."""

    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    first = models.DateField()
    last = models.DateField()
    #: The version that may leave the house, with small numbers joined.
    shared = models.BooleanField(default=False)
    language = models.CharField(max_length=5)
    state = models.CharField(
        max_length=8,
        choices=[(s.value, s.value) for s in FileState],
        default=FileState.WAITING.value,
    )
    #: Steps done of ``scheduling.insight.files.STEPS``.
    step = models.PositiveSmallIntegerField(default=0)
    content = models.BinaryField(default=b"")
    created_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(state=FileState.DONE.value) | ~Q(content=b""),
                name="report_file_done_has_content",
            )
        ]

    def __str__(self) -> str:
        return f"{self.first}–{self.last} {self.state}"
