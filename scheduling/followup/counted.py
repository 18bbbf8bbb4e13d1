"""Which rows count: those of the present version of a follow-up, and those without one."""

from django.db.models import Q, QuerySet

from scheduling.models import Handover, InterestSignal

#: For signals and handovers: a corrected follow-up's old rows are kept but not counted.
CURRENT = Q(follow_up=None) | Q(follow_up__current=True)


def signals() -> QuerySet[InterestSignal]:
    """Interests caught, each once."""
    return InterestSignal.objects.filter(CURRENT)


def handovers() -> QuerySet[Handover]:
    """What was handed over, each once."""
    return Handover.objects.filter(CURRENT)
