"""Telephone numbers whose owners want no text messages."""

from django.db import models


class StoppedNumber(models.Model):
    """A number that has answered STOPP. It outlives a change of contact: the number asked."""

    number = models.CharField(max_length=20, unique=True)
    stopped_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.number
