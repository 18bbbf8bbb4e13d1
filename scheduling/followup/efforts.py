"""The one door for efforts: what we try, outdoors and open ones without a group among them."""

from dataclasses import dataclass, fields
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from core import access, audit, texts
from core.errors import DomainError, Invalid, PersonalData
from core.models import User
from scheduling.models import Decision, Effort, EffortKind
from scheduling.states import Judgement

TEXTS = {"what": 120, "why": 300, "for_whom": 120, "place": 120, "lesson": 500}
MOST_MET, MOST_HOURS = 5000, 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """All of an effort that a user can set; ``met_about`` is a number of talks, never who."""

    what: str
    starts_on: date
    kind: str = EffortKind.ONE_OFF.value
    why: str = ""
    for_whom: str = ""
    ends_on: date | None = None
    place: str = ""
    met_about: int | None = None
    hours: int | None = None
    judgement: str = Judgement.TOO_EARLY.value
    lesson: str = ""
    decision: str = ""

    @classmethod
    def of(cls, effort: Effort) -> "Given":
        """As it is stored."""
        return cls(**{one.name: getattr(effort, one.name) for one in fields(cls)})


@transaction.atomic
def save(*, actor: User, now: datetime, given: Given, effort: Effort | None = None) -> Effort:
    """Make or change an effort. Raises Forbidden, Invalid per field, PersonalData."""
    access.require(access.may_plan(actor))
    values = _clean(given)
    row = effort or Effort()
    for name, value in values.items():
        setattr(row, name, value)
    row.save()
    verb = "effort.changed" if effort else "effort.created"
    audit.record(now=now, actor=actor, verb=verb, target=row)
    return row


def _clean(given: Given) -> dict[str, object]:
    values = {one.name: getattr(given, one.name) for one in fields(given)}
    faults: dict[str, str] = {}
    personal = False
    for name, limit in TEXTS.items():
        try:
            values[name] = texts.clean(values[name], field=name, limit=limit)
        except DomainError as error:
            personal = personal or isinstance(error, PersonalData)
            faults |= error.fields
    _check(values, faults)
    if faults:
        raise (PersonalData if personal else Invalid)(" ".join(faults.values()), fields=faults)
    return values


def _check(values: dict[str, object], faults: dict[str, str]) -> None:
    if not values["what"]:
        faults.setdefault("what", _("Skriv vad ni gjorde."))
    known = {
        "kind": list(EffortKind.values),
        "judgement": [str(one) for one in Judgement],
        "decision": ["", *Decision.values],
    }
    for name, choices in known.items():
        if values[name] not in choices:
            faults.setdefault(name, _("Välj ett av alternativen."))
    starts, ends = values["starts_on"], values["ends_on"]
    assert isinstance(starts, date)
    if isinstance(ends, date) and ends < starts:
        faults.setdefault("ends_on", _("Sista dagen är före den första. Rätta den ena."))
    for name, most in (("met_about", MOST_MET), ("hours", MOST_HOURS)):
        number = values[name]
        if isinstance(number, int) and not 0 <= number <= most:
            message = _("Skriv ett tal från 0 till %(most)d.") % {"most": most}
            faults.setdefault(name, message)
