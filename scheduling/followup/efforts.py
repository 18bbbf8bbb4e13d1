"""The one door for efforts: what we try, outdoors and open ones without a group among them."""

from dataclasses import Field, dataclass, fields, replace
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core import access, audit, texts
from core.errors import DomainError, Invalid, PersonalData
from core.models import User
from scheduling.models import Booking, Decision, Effort, EffortKind, Interest
from scheduling.states import Judgement

TEXTS = {"what": 120, "why": 300, "for_whom": 120, "place": 120, "lesson": 500}
MOST_MET, MOST_HOURS, MOST_COST = 5000, 2000, 10_000_000
_MANY = ("interests", "bookings")


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
    #: In whole kronor.
    cost: int | None = None
    judgement: str = Judgement.TOO_EARLY.value
    lesson: str = ""
    decision: str = ""
    interests: tuple[Interest, ...] = ()
    bookings: tuple[Booking, ...] = ()

    @classmethod
    def of(cls, effort: Effort) -> "Given":
        """As it is stored."""
        plain = {one.name: getattr(effort, one.name) for one in _plain()}
        return cls(
            **plain,
            interests=tuple(effort.interests.all()),
            bookings=tuple(effort.bookings.all()),
        )


def _plain() -> list[Field[Any]]:
    return [one for one in fields(Given) if one.name not in _MANY]


@transaction.atomic
def save(*, actor: User, now: datetime, given: Given, effort: Effort | None = None) -> Effort:
    """Make or change an effort. Raises Forbidden, Invalid per field, PersonalData.

    To end it is a good close and needs its lesson; without a last day it ends today, or on its
    first day where that is still to come.
    """
    access.require(access.may_plan(actor))
    if given.decision == Decision.END and given.ends_on is None:
        given = replace(given, ends_on=max(given.starts_on, timezone.localdate(now)))
    values = _clean(given)
    row = effort or Effort()
    for name, value in values.items():
        setattr(row, name, value)
    row.save()
    row.interests.set(given.interests)
    row.bookings.set(given.bookings)
    verb = "effort.changed" if effort else "effort.created"
    audit.record(now=now, actor=actor, verb=verb, target=row)
    return row


def _clean(given: Given) -> dict[str, object]:
    values = {one.name: getattr(given, one.name) for one in _plain()}
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
    if values["decision"] == Decision.END and not values["lesson"]:
        faults.setdefault("lesson", _("Skriv vad ni lärde er. Då är det ett gott avslut."))
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
    for name, most in (("met_about", MOST_MET), ("hours", MOST_HOURS), ("cost", MOST_COST)):
        number = values[name]
        if isinstance(number, int) and not 0 <= number <= most:
            message = _("Skriv ett tal från 0 till %(most)d.") % {"most": most}
            faults.setdefault(name, message)
