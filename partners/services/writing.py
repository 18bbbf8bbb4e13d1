"""What every change of a partner shares: permission, the row, its audit, its listeners."""

import copy
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, TypeVar

from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _

from core.access import may_plan, require
from core.audit import record
from core.errors import Conflict, Invalid, Missing
from core.models import User
from partners.hooks import Change
from partners.models import Contact, Group, Organisation

M = TypeVar("M", Organisation, Group, Contact)
Tell = Callable[[Change[M]], None]


def permit(actor: User | None) -> None:
    """Planners keep the register; None is the system. Raises Forbidden."""
    if actor is not None:
        require(may_plan(actor))


def locked(row: M) -> M:
    """``row`` as it stands now, locked until the transaction ends. Raises Missing."""
    found = type(row)._default_manager.select_for_update().filter(pk=row.pk).first()
    if found is None:
        raise Missing
    return found


def open_for_change(row: Organisation | Group | Contact) -> None:
    """Raise Conflict where ``row`` is archived."""
    if row.archived_at is not None:
        raise Conflict(_("Det här är arkiverat. Ta tillbaka det innan du ändrar."))


@contextmanager
def once(field: str, message: str) -> Iterator[None]:
    """A clash with a unique constraint, by race, is said as the field's error (Invalid)."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        raise Invalid(message, code="taken", fields={field: message}) from error


def refuse_taken(others: "models.QuerySet[Any]", *, but: int | None, field: str, text: str) -> None:
    """Raise Invalid for ``field`` where ``others`` holds a row that is not ``but``."""
    if others.exclude(pk=but).exists():
        raise Invalid(text, code="taken", fields={field: text})


def assign(row: models.Model, values: dict[str, Any]) -> frozenset[str]:
    """Set ``values`` on ``row`` and return the names of those that differed."""
    differing = {name for name, value in values.items() if _plain(getattr(row, name)) != value}
    for name in differing:
        value = values[name]
        setattr(row, name, list(value) if isinstance(value, tuple) else value)
    return frozenset(differing)


def finish(
    *,
    actor: User | None,
    now: datetime,
    verb: str,
    before: M | None,
    after: M,
    fields: Iterable[str],
    tell: Tell[M],
    data: dict[str, object] | None = None,
) -> None:
    """Audit one change of one row and tell the listeners."""
    names = frozenset(fields)
    seen = {"fields": sorted(names), **(data or {})}
    record(now=now, actor=actor, verb=verb, target=after, data=seen)
    tell(Change(actor=actor, now=now, before=before, after=after, fields=names))


def snapshot(row: M) -> M:
    """A detached copy of ``row`` as it is."""
    return copy.copy(row)


def _plain(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value
