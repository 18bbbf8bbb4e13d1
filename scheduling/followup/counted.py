"""Which rows count: those of the present version of a follow-up, and those without one."""

from collections.abc import Iterable
from datetime import date

from django.db.models import Case, DateField, Q, QuerySet, Value, When

from scheduling.models import Handover, InterestSignal

#: For signals and handovers: a corrected follow-up's old rows are kept but not counted.
CURRENT = Q(follow_up=None) | Q(follow_up__current=True)


def signals() -> QuerySet[InterestSignal]:
    """Interests caught, each once."""
    return InterestSignal.objects.filter(CURRENT)


def handovers() -> QuerySet[Handover]:
    """What was handed over, each once."""
    return Handover.objects.filter(CURRENT)


def ending(spans: Iterable[tuple[date, date]]) -> Case:
    """The last day of the one of ``spans`` that holds a row's day, ``on``; NULL where none does."""
    return Case(
        *(When(on__range=(first, last), then=Value(last)) for first, last in spans),
        output_field=DateField(null=True),
    )
