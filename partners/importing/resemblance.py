"""What a file makes new that resembles something known, judged in the order of the file.

The file is planned in parts (``planning``), so what it names is noted on disk first and compared
last: a private SQLite database that is gone with this object.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from partners.folding import fold
from partners.importing.decisions import Key
from partners.importing.duplicates import Names
from partners.importing.gathering import (
    CONTACT,
    ORGANISATION,
    ContactKey,
    ContactTarget,
    OrganisationTarget,
)
from partners.importing.scratch import scratch
from partners.models import Contact, Organisation


@dataclass(frozen=True, slots=True)
class Resemblance:
    """Row ``row`` makes something new that resembles ``of``.

    ``key`` is the new thing's, ``other`` the key of what it resembles: empty where it cannot be
    the same (archived, or in another organisation).
    """

    row: int
    of: str
    label: str = ""
    key: Key = ()
    other: Key = ()


class Noted:
    """What the parts of a file name, and the comparison of all of it."""

    def __init__(self) -> None:
        self._store = scratch(
            """
            CREATE TABLE organisation (row, key, label, new, archived);
            CREATE TABLE contact (row, key, label, place, new, name, email, phone);
            CREATE TABLE mark (mark PRIMARY KEY, label, key) WITHOUT ROWID;
            """
        )

    def organisation(self, key: str, home: OrganisationTarget, archived: str) -> None:
        """Note ``home``; ``archived`` is the name of an archived one that is called the same."""
        row = (home.row, key, home.label, home.existing is None, archived)
        self._store.execute("INSERT INTO organisation VALUES (?, ?, ?, ?, ?)", row)

    def contact(self, who: ContactKey, target: ContactTarget, place: str) -> None:
        """Note ``target``, who is at ``place``."""
        result = target.result
        if result is not None:
            marks = (fold(result.name), result.email.casefold(), result.phone)
            row = (target.row, json.dumps(who), result.name, place, target.existing is None)
            self._store.execute(
                "INSERT INTO contact VALUES (?, ?, ?, ?, ?, ?, ?, ?)", (*row, *marks)
            )

    def resemblances(self) -> list[Resemblance]:
        """All of them, in the order of the file. Two queries to the register."""
        found = [*self._organisations(), *self._contacts()]
        return sorted(found, key=lambda each: each.row)

    def _organisations(self) -> Iterator[Resemblance]:
        active = Organisation.objects.filter(archived_at=None)
        names = Names(active.values_list("name", flat=True).iterator())
        noted = self._store.execute("SELECT * FROM organisation ORDER BY row, rowid")
        for row, key, label, new, archived in noted:
            resembled = archived or names.like(label)
            if new and resembled:
                same = () if archived else (ORGANISATION, fold(resembled))
                yield Resemblance(row, resembled, label, (ORGANISATION, key), same)
            names.add(label)

    def _contacts(self) -> Iterator[Resemblance]:
        """New contacts whose mail address, phone, or name in the same organisation is known."""
        known = Contact.objects.filter(archived_at=None, organisation__archived_at=None)
        fields = ("organisation__search", "search", "email", "phone", "name", "organisation__name")
        for home, name, email, phone, label, place in known.values_list(*fields).iterator():
            who = (home, email.casefold(), "", "") if email else (home, "", name, phone)
            marks = _marks(home, name, email.casefold(), phone)
            self._bear(marks, f"{label} ({place})", json.dumps(who))
        noted = self._store.execute("SELECT * FROM contact ORDER BY row, rowid")
        for row, key, label, place, new, *said in noted:
            who = json.loads(key)
            marks = _marks(who[0], *said)
            other = self._bearer(marks) if new else None
            if other is not None:
                there = json.loads(other[1])
                same = (CONTACT, *there) if there[0] == who[0] else ()
                yield Resemblance(row, other[0], label, (CONTACT, *who), same)
            self._bear(marks, f"{label} ({place})", key)

    def _bearer(self, marks: list[str]) -> tuple[str, str] | None:
        for mark in marks:
            query = "SELECT label, key FROM mark WHERE mark = ?"
            found: tuple[str, str] | None = self._store.execute(query, (mark,)).fetchone()
            if found is not None:
                return found
        return None

    def _bear(self, marks: list[str], label: str, key: str) -> None:
        """The first who bears a mark keeps it."""
        rows = [(mark, label, key) for mark in marks]
        self._store.executemany("INSERT OR IGNORE INTO mark VALUES (?, ?, ?)", rows)

    def close(self) -> None:
        """Give the disk back."""
        self._store.close()


def _marks(home: str, name: str, email: str, phone: str) -> list[str]:
    """By what a contact is known again, the surest first."""
    marks = [("email", email), ("phone", phone), (home, name)]
    return [json.dumps(mark) for mark in marks if mark[1]]
