"""What the house learns beside the visits: barriers, talks, what visitors thought, short cards."""

from enum import StrEnum
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.models import User
from scheduling.models.booking import Booking


class BarrierKind(StrEnum):
    """What stands in somebody's way to the library (F10)."""

    IDENTITY = "identity"
    DEBT = "debt"
    LANGUAGE = "language"
    SENSES = "senses"
    TRAVEL = "travel"
    FEAR = "fear"
    OTHER = "other"


BARRIER_LABELS = {
    BarrierKind.IDENTITY: _("Id eller adress"),
    BarrierKind.DEBT: _("Skuld"),
    BarrierKind.LANGUAGE: _("Språk"),
    BarrierKind.SENSES: _("Ljud och ljus"),
    BarrierKind.TRAVEL: _("Resväg"),
    BarrierKind.FEAR: _("Rädsla för tillsägelse"),
    BarrierKind.OTHER: _("Annat"),
}


class Theme(StrEnum):
    """What a talk at the library was about (F9); never with whom."""

    DIGITAL = "digital"
    READING = "reading"
    SOCIETY = "society"
    TALK = "talk"


THEME_LABELS = {
    Theme.DIGITAL: _("Digitalt"),
    Theme.READING: _("Läsning"),
    Theme.SOCIETY: _("Samhällsinfo"),
    Theme.TALK: _("Bara prata"),
}


class DayPart(StrEnum):
    """When on the day a talk was; the hour would say too much of one person."""

    MORNING = "morning"
    AFTERNOON = "afternoon"
    EVENING = "evening"


DAY_PART_LABELS = {
    DayPart.MORNING: _("Förmiddag"),
    DayPart.AFTERNOON: _("Eftermiddag"),
    DayPart.EVENING: _("Kväll"),
}


class Statement(StrEnum):
    """The four statements of *Tyck till* (DOMAIN.md §2, after Project Outcome)."""

    NEW = "new"
    SAFER = "safer"
    USE = "use"
    OFFERS = "offers"


STATEMENT_LABELS = {
    Statement.NEW: _("Jag fick veta något nytt."),
    Statement.SAFER: _("Jag känner mig tryggare med att komma hit igen."),
    Statement.USE: _("Jag tror att jag kommer att använda något av det här."),
    Statement.OFFERS: _("Jag vet mer om vad biblioteket erbjuder."),
}
#: The faces, from no to yes.
FACE_LABELS = {
    1: _("Nej"),
    2: _("Inte riktigt"),
    3: _("Varken eller"),
    4: _("Ganska"),
    5: _("Ja"),
}


class CardKind(StrEnum):
    """What a card of the toolbox is about (F15b)."""

    MEETING = "meeting"
    CALL = "call"
    RULES = "rules"


CARD_LABELS = {
    CardKind.MEETING: _("Bemötande"),
    CardKind.CALL: _("Vem ringer jag"),
    CardKind.RULES: _("Våra regler"),
}


class Barrier(models.Model):
    """Something in the way, and who owns the way out. About the house, never about a person."""

    kind = models.CharField(max_length=12, choices=[(k.value, k.value) for k in BarrierKind])
    what = models.CharField(max_length=200, blank=True)
    on = models.DateField()
    owner = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    booking = models.ForeignKey(
        Booking, null=True, on_delete=models.SET_NULL, related_name="barriers"
    )
    solved_on = models.DateField(null=True)
    solution = models.CharField(max_length=300, blank=True)
    is_demo = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(solved_on=None) | Q(solved_on__gte=F("on")), name="barrier_order"
            )
        ]
        ordering: ClassVar = ["on", "pk"]

    def __str__(self) -> str:
        return self.what


class EncounterTally(models.Model):
    """How many talks about a theme in a part of a day: a number, and no row for each talk."""

    on = models.DateField()
    part = models.CharField(max_length=12, choices=[(p.value, p.value) for p in DayPart])
    theme = models.CharField(max_length=12, choices=[(t.value, t.value) for t in Theme])
    count = models.PositiveIntegerField(default=0)
    is_demo = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["on", "part", "theme"], name="tally_once")
        ]

    def __str__(self) -> str:
        return f"{self.on} {self.part} {self.theme}"


class Opinion(models.Model):
    """How many of a visit's answers chose one face for one statement: totals only."""

    booking = models.ForeignKey(Booking, on_delete=models.CASCADE, related_name="opinions")
    statement = models.CharField(max_length=8, choices=[(s.value, s.value) for s in Statement])
    face = models.PositiveSmallIntegerField()
    count = models.PositiveIntegerField(default=0)
    is_demo = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["booking", "statement", "face"], name="opinion_once"),
            models.CheckConstraint(condition=Q(face__gte=1, face__lte=5), name="opinion_face"),
        ]

    def __str__(self) -> str:
        return f"{self.booking_id} {self.statement} {self.face}"


class ToolCard(models.Model):
    """A short text that helps whoever meets a group."""

    kind = models.CharField(max_length=8, choices=[(k.value, k.value) for k in CardKind])
    title = models.CharField(max_length=80)
    text = models.TextField()
    archived_at = models.DateTimeField(null=True)
    is_demo = models.BooleanField(default=False)

    class Meta:
        ordering: ClassVar = ["kind", "title", "pk"]

    def __str__(self) -> str:
        return self.title
