""" "Jag är borta": who takes what, in one place (DOMAIN.md F15).

``responsible_for`` is the one resolver: whoever shows, tells or reminds of something that is a
user's own asks it. Days are Stockholm's.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from core import audit
from core.errors import Conflict, Forbidden, refuse
from core.models import Role, StandIn, User

LONGEST = timedelta(days=366)


def responsible_for(user: User, now: datetime) -> User:
    """Who takes what is ``user``'s at the instant ``now``: the user, or the one who stands in.

    Where the stand-in is away too, the stand-in's stand-in; round a ring it stays with the user.
    """
    found = _resolve(user.pk, _present(timezone.localdate(now)))
    return user if found == user.pk else User.objects.get(pk=found)


def covered_by(user: User, now: datetime | None = None) -> list[User]:
    """For whom ``user`` stands in at ``now`` (the present where left out). Mostly one query."""
    if user.pk is None:
        return []
    present = _present(timezone.localdate(now))
    people = [one for one in present if one != user.pk and _resolve(one, present) == user.pk]
    if not people:
        return []
    return list(User.objects.filter(pk__in=people, is_active=True).order_by("pk"))


def absence_of(user: User, now: datetime) -> StandIn | None:
    """The user's absence at ``now``, if any."""
    return _standing(timezone.localdate(now)).filter(person=user).first()


def coming(now: datetime) -> list[StandIn]:
    """Absences of everybody that last or come, the nearest first."""
    rows = StandIn.objects.filter(ended_at=None, last_day__gte=timezone.localdate(now))
    return list(rows.select_related("person", "stand_in"))


def may_see_to(actor: User, person: User) -> bool:
    """Whether ``actor`` may say that ``person`` is away or back.

    Themselves, a planner, or the manager. Only by their own role: a stand-in hands nothing on.
    """
    own = actor.role in {Role.SOCIONOM, Role.ADMIN, Role.MANAGER}
    return actor.is_active and (actor == person or own)


@transaction.atomic
def go_away(
    *,
    actor: User,
    now: datetime,
    person: User,
    stand_in: User,
    first_day: date,
    last_day: date,
) -> StandIn:
    """``person`` is away from ``first_day`` to ``last_day`` (both included).

    Raises Forbidden, Invalid per field, Conflict where it overlaps another absence of theirs.
    """
    if not may_see_to(actor, person):
        raise Forbidden
    User.objects.select_for_update().get(pk=person.pk)
    _check(person, stand_in, first_day, last_day, timezone.localdate(now))
    row = StandIn.objects.create(
        person=person,
        stand_in=stand_in,
        first_day=first_day,
        last_day=last_day,
        created_by=actor,
        created_at=now,
    )
    data: dict[str, object] = {
        "stand_in": stand_in.pk,
        "first_day": first_day.isoformat(),
        "last_day": last_day.isoformat(),
    }
    audit.record(now=now, actor=actor, verb="absence.begun", target=person, data=data)
    return row


@transaction.atomic
def come_back(*, actor: User, now: datetime, absence: StandIn) -> StandIn:
    """End it now, or call it off before it began; a second press changes nothing.

    Raises Forbidden.
    """
    if not may_see_to(actor, absence.person):
        raise Forbidden
    if StandIn.objects.filter(pk=absence.pk, ended_at=None).update(ended_at=now):
        audit.record(
            now=now,
            actor=actor,
            verb="absence.ended",
            target=absence.person,
            data={"absence": absence.pk},
        )
    absence.refresh_from_db()
    return absence


def _check(person: User, stand_in: User, first: date, last: date, today: date) -> None:
    faults: dict[str, str] = {}
    if last < first:
        faults["last_day"] = _("Sista dagen är före den första. Rätta den ena.")
    elif last < today:
        faults["last_day"] = _("Den dagen har redan varit. Välj en dag som kommer.")
    elif last - first > LONGEST:
        faults["last_day"] = _("Mer än ett år är för långt. Välj en tidigare dag.")
    if stand_in == person or not stand_in.is_active:
        faults["stand_in"] = _("Välj en kollega som är på plats.")
    refuse(faults)
    others = StandIn.objects.filter(person=person, ended_at=None)
    if others.filter(first_day__lte=last, last_day__gte=first).exists():
        message = _("Det finns redan en frånvaro de dagarna. Avsluta den först.")
        raise Conflict(message, fields={"first_day": message})


def _standing(day: date) -> "QuerySet[StandIn]":
    return StandIn.objects.filter(ended_at=None, first_day__lte=day, last_day__gte=day)


def _present(day: date) -> dict[int, int]:
    """Who is away on ``day``, and who stands in."""
    rows = _standing(day).filter(stand_in__is_active=True)
    return dict(rows.values_list("person_id", "stand_in_id"))


def _resolve(person: int, present: Mapping[int, int]) -> int:
    seen = {person}
    found = person
    while found in present:
        found = present[found]
        if found in seen:
            return person
        seen.add(found)
    return found
