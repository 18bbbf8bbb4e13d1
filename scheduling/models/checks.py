"""At start: the database holds what the product promises."""

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connections

from scheduling.models.allocation import Allocation
from scheduling.models.constraints import NoOverlap


@register(Tags.database)
def no_overlap_is_in_place(
    *, databases: Sequence[str] | None = None, **_kwargs: Any
) -> list[CheckMessage]:
    """The constraint against double booking is looked up in the database's own catalogue.

    Nothing is said of a database that has no tables yet.
    """
    return [
        Error(
            f"The database «{using}» lacks the constraint {constraint.name}: a room could be "
            "booked twice.",
            hint="Stop booking, then restore the newest backup or add the constraint by hand "
            "(manage.py sqlmigrate scheduling 0002 prints it).",
            id="scheduling.E001",
        )
        for using in databases or ()
        if Allocation._meta.db_table in connections[using].introspection.table_names()
        for constraint in Allocation._meta.constraints
        if isinstance(constraint, NoOverlap) and not constraint.is_in_place(Allocation, using)
    ]
