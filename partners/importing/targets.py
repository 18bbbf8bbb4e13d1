"""One organisation, group or contact that a file speaks of, gathered from all of its rows."""

from dataclasses import dataclass, field, fields, replace
from enum import StrEnum
from typing import Any, Generic, TypeVar

from partners.folding import fold
from partners.importing.columns import Field
from partners.importing.problems import Code, Problem
from partners.importing.records import CONTACT_FIELDS, GROUP_FIELDS, ORGANISATION_FIELDS, Value
from partners.models import Contact, Group, Organisation
from partners.services.details import ContactDetails, GroupDetails, OrganisationDetails

M = TypeVar("M", Organisation, Group, Contact)
D = TypeVar("D", OrganisationDetails, GroupDetails, ContactDetails)


class Status(StrEnum):
    """What an import does to a thing, or to the row that names it."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    WRONG = "wrong"


#: Column to the name of the value in the details of services.
ORGANISATION_VALUES = {
    **{part: part.value for part in ORGANISATION_FIELDS},
    Field.ORGANISATION: "name",
    Field.ORGANISATION_PROTECTED: "protected",
}
GROUP_VALUES = {**{part: part.value for part in GROUP_FIELDS}, Field.GROUP: "alias"}
CONTACT_VALUES = {
    **{part: part.value for part in CONTACT_FIELDS},
    Field.CONTACT: "name",
    Field.CONTACT_LANGUAGE: "language",
    Field.CONTACT_PROTECTED: "protected",
}


@dataclass(slots=True)
class Said:
    """A value and the first row that said it."""

    value: object
    row: int


@dataclass(slots=True)
class Target(Generic[M, D]):
    """What the file says of one thing. ``said`` is by the name of the value in the details."""

    row: int
    label: str
    columns: dict[Field, str]
    existing: M | None = None
    said: dict[str, Said] = field(default_factory=dict)
    #: Names of values that differ from the register, with what was there.
    changes: dict[str, object] = field(default_factory=dict)
    result: D | None = None

    def hear(self, details: D, given: set[str], row: int) -> list[Problem]:
        """Take in the ``given`` values of ``details``; to contradict an earlier row is wrong."""
        wrong = []
        for name in sorted(given):
            value = getattr(details, name)
            earlier = self.said.setdefault(name, Said(value, row))
            if earlier.value != value:
                where: dict[str, object] = {"row": earlier.row}
                wrong.append(Problem(row, self.column(name), Code.CONTRADICTS, where))
        return wrong

    def column(self, name: str) -> Field:
        """The column that the value ``name`` came from."""
        return next(column for column, known in self.columns.items() if known == name)

    def settle(self, base: D) -> D:
        """``base`` with what was said; notes what differs where the thing exists already."""
        said: dict[str, Any] = {
            name: heard.value
            for name, heard in self.said.items()
            if not _same_name(name, getattr(base, name), heard.value)
        }
        result = replace(base, **said)
        self.result = result
        if self.existing is not None:
            self.changes = {
                part.name: getattr(base, part.name)
                for part in fields(base)
                if getattr(base, part.name) != getattr(result, part.name)
            }
        return result

    @property
    def status(self) -> Status:
        """New, changed or the same."""
        if self.existing is None:
            return Status.NEW
        return Status.CHANGED if self.changes else Status.SAME


def _same_name(name: str, old: object, new: object) -> bool:
    """Whether only the spelling differs: the register's stays."""
    return name in {"name", "alias", "email"} and fold(str(old)) == fold(str(new))


def given_values(values: dict[Field, Value], columns: dict[Field, str]) -> dict[str, Value]:
    """The cells of one part of a row, by the names of the details."""
    return {columns[column]: value for column, value in values.items()}
