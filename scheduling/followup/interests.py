"""Interests ("tentakler"): caught anywhere by one tap or a short line, tried, become a programme.

An interest is bound to a group or to a kind of group, never to a person (F5).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core import access, audit, texts
from core.errors import Invalid, refuse
from core.models import User
from partners.folding import fold
from partners.models import Group, GroupCategory
from scheduling.models import Interest, InterestSignal, InterestStage, Programme, SignalSource

NAME, LINE = 60, 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Caught:
    """An interest as it was caught; without ``on`` today."""

    name: str
    source: str = SignalSource.DESK.value
    line: str = ""
    group: Group | None = None
    category: str = ""
    on: date | None = None


@transaction.atomic
def catch(*, actor: User, now: datetime, given: Caught) -> InterestSignal:
    """Write one signal down, the interest itself where it is new.

    Any member of the staff may; only a planner names a kind of group. Raises Forbidden, Invalid
    per field and PersonalData.
    """
    access.require(access.may_log(actor))
    access.require(not given.category or access.may_see_category(actor))
    name = " ".join(texts.clean(given.name, field="name", limit=NAME).split())
    line = texts.clean(given.line, field="line", limit=LINE)
    today = timezone.localdate(now)
    on = given.on or today
    faults = _faults(given, name, on, today)
    refuse(faults)
    signal = InterestSignal.objects.create(
        interest=named([name])[0],
        group=given.group,
        category="" if given.group else given.category,
        source=given.source,
        line=line,
        on=on,
    )
    audit.record(now=now, actor=actor, verb="interest.caught", target=signal)
    return signal


def named(names: Iterable[str]) -> list[Interest]:
    """The interests of these names whatever their case, made where there is none."""
    known = {fold(interest.name): interest for interest in Interest.objects.all()}
    return [known.get(fold(name)) or Interest.objects.get_or_create(name=name)[0] for name in names]


def _faults(given: Caught, name: str, on: date, today: date) -> dict[str, str]:
    faults: dict[str, str] = {}
    if not name:
        faults["name"] = _("Välj eller skriv vad det gäller.")
    choose = _("Välj ett av alternativen.")
    if given.source not in SignalSource.values or given.source == SignalSource.VISIT:
        faults["source"] = choose
    if given.category and given.category not in set(GroupCategory):
        faults["category"] = choose
    if on > today:
        faults["on"] = _("Dagen har inte varit än.")
    return faults


@transaction.atomic
def set_stage(
    *, actor: User, now: datetime, interest: Interest, stage: str, programme: Programme | None
) -> Interest:
    """Say by hand what became of it, and which programme; an empty stage follows events again."""
    access.require(access.may_plan(actor))
    if stage not in {"", *InterestStage.values}:
        message = _("Välj ett av alternativen.")
        raise Invalid(message, fields={"stage": message})
    interest.stage_set, interest.programme = stage, programme
    interest.save(update_fields=["stage_set", "programme"])
    audit.record(
        now=now,
        actor=actor,
        verb="interest.stage_set",
        target=interest,
        data={"stage": stage, "programme": programme.pk if programme else None},
    )
    return interest


def stages(interests: Iterable[Interest]) -> dict[int, str]:
    """What became of each: as set by hand, else by its programme, else by its efforts. One query.

    A programme is enough: an interest that became one stays so whether it is held this term.
    """
    rows = list(interests)
    tried = set(
        Interest.objects.filter(pk__in=[row.pk for row in rows], efforts__isnull=False).values_list(
            "pk", flat=True
        )
    )
    return {row.pk: _stage(row, tried=row.pk in tried) for row in rows}


def _stage(interest: Interest, *, tried: bool) -> str:
    if interest.stage_set:
        return interest.stage_set
    if interest.programme_id is not None:
        return InterestStage.PROGRAMME.value
    return (InterestStage.TRIED if tried else InterestStage.CAUGHT).value
