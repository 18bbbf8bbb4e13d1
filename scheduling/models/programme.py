"""What we do together: reusable contents of a visit."""

from typing import ClassVar

from django.db import models
from django.db.models import Q


class Programme(models.Model):
    """A content with a length, and what it needs."""

    name = models.CharField(max_length=80, unique=True)
    minutes = models.PositiveSmallIntegerField()
    hosts_required = models.PositiveSmallIntegerField(default=1)
    #: Features a room must have ("computers").
    needs = models.JSONField(default=list, blank=True)
    #: "Det här gör vi", as the partner reads it.
    text_sv = models.TextField()
    text_en = models.TextField(blank=True)
    sort = models.PositiveSmallIntegerField(default=0)
    active = models.BooleanField(default=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(minutes__gte=5, minutes__lte=480), name="programme_length"
            ),
            models.CheckConstraint(
                condition=Q(hosts_required__gte=1, hosts_required__lte=2), name="programme_hosts"
            ),
        ]
        ordering: ClassVar = ["sort", "name"]

    def __str__(self) -> str:
        return self.name

    def text(self, language: str) -> str:
        """The partner's text in ``language`` ("sv", "en"); Swedish where there is no other."""
        return (self.text_en if language == "en" else "") or self.text_sv
