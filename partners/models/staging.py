"""Lists on their way into the register, what they did, and what headers mean."""

from enum import StrEnum
from typing import Any, ClassVar

from django.db import models

from core.models import User


class ImportState(StrEnum):
    """Where a list is on its way."""

    MAPPING = "mapping"  #: a header is not understood
    WAITING = "waiting"  #: to be read
    READING = "reading"
    FAILED = "failed"  #: cannot be read; ``problem`` says why
    READY = "ready"  #: the preview stands in ``lines`` and ``summary``
    COMMITTING = "committing"  #: to be carried out
    STORING = "storing"
    DONE = "done"
    UNDONE = "undone"


#: What waits for a worker, and what it is while one works.
WORKED_ON = {
    ImportState.WAITING.value: ImportState.READING.value,
    ImportState.COMMITTING.value: ImportState.STORING.value,
}


class StagedImport(models.Model):
    """A file from its upload to a day after it was carried out; then erased, journal and all."""

    #: None: imported from the command line.
    uploaded_by = models.ForeignKey(User, null=True, on_delete=models.CASCADE, related_name="+")
    filename = models.CharField(max_length=200)
    content = models.BinaryField()
    uploaded_at = models.DateTimeField()
    state = models.CharField(
        max_length=12,
        choices=[(s.value, s.value) for s in ImportState],
        default=ImportState.WAITING.value,
    )
    language = models.CharField(max_length=5, default="sv")
    #: Rows done and rows in all, for the bar; when the last step was taken.
    done_rows = models.PositiveIntegerField(default=0)
    total_rows = models.PositiveIntegerField(default=0)
    touched_at = models.DateTimeField(null=True)
    #: ``partners.importing.decisions`` as JSON.
    decisions = models.JSONField(default=dict)
    #: What the preview shows besides the rows (``partners.importing.preview``).
    summary = models.JSONField(default=dict)
    problem = models.TextField(blank=True)
    committed_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.filename

    @property
    def waits(self) -> bool:
        """Whether a worker is to take it."""
        return self.state in WORKED_ON

    @property
    def under_way(self) -> bool:
        """Whether a worker is to take it, or has it."""
        return self.waits or self.state in WORKED_ON.values()


class StagedLine(models.Model):
    """What one row of a file would do, as it was when the file was read."""

    staged = models.ForeignKey(StagedImport, on_delete=models.CASCADE, related_name="lines")
    #: A number of ``partners.importing.places``.
    number = models.PositiveIntegerField()
    status = models.CharField(max_length=8)
    label = models.TextField()
    notes = models.JSONField(default=list)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["staged", "status", "number"], name="staged_line_by_status")
        ]
        ordering: ClassVar = ["number"]

    def __str__(self) -> str:
        return f"{self.number}: {self.status}"


class ImportStep(models.Model):
    """One row that an import wrote: what undo reads.

    ``before`` is None for a row that is new; both sides hold fields encoded as by
    ``partners.models.merging.encode``. Keys, no relations: the row may be gone.
    """

    staged = models.ForeignKey(StagedImport, on_delete=models.CASCADE, related_name="steps")
    model = models.CharField(max_length=40)
    object_id = models.BigIntegerField()
    label = models.CharField(max_length=160)
    before: Any = models.JSONField(null=True)
    after: Any = models.JSONField()

    class Meta:
        ordering: ClassVar = ["pk"]

    def __str__(self) -> str:
        return f"{self.model} {self.object_id}"


class HeaderMeaning(models.Model):
    """What a person said that a header means; the next file is understood without asking."""

    key = models.CharField(max_length=100, unique=True)
    #: A field of ``partners.importing.columns``, "" where the column is not used.
    meaning = models.CharField(max_length=30, blank=True)
    said_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    said_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.key}: {self.meaning}"
