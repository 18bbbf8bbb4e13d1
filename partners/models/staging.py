"""Files that wait for a decision."""

from django.db import models

from core.models import User


class StagedImport(models.Model):
    """A file whose preview was shown and that waits for "import": kept a day, then erased."""

    uploaded_by = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    filename = models.CharField(max_length=200)
    content = models.BinaryField()
    uploaded_at = models.DateTimeField()
    committed_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.filename
