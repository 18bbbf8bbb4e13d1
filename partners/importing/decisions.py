"""What a person decided in the preview: same as that one, leave out. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

#: ("organisation", name) or ("contact", organisation, mail, name, phone), all folded.
Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Decisions:
    """``same``: what the file calls by one key is the thing of another. ``leave``: not read."""

    same: Mapping[Key, Key] = field(default_factory=dict)
    leave: frozenset[Key] = frozenset()
    rows: frozenset[int] = frozenset()

    def meant(self, key: Key) -> Key:
        """The key that ``key`` stands for, through any number of decisions."""
        seen = {key}
        while (other := self.same.get(key)) is not None and other not in seen:
            seen.add(other)
            key = other
        return key

    def and_also(self, other: "Decisions") -> "Decisions":
        """Both; the newer where they differ."""
        same = {key: to for key, to in self.same.items() if key not in other.leave}
        return Decisions(
            {**same, **other.same},
            (self.leave | other.leave) - frozenset(other.same),
            self.rows | other.rows,
        )

    def __len__(self) -> int:
        return len(self.same) + len(self.leave) + len(self.rows)

    def as_json(self) -> dict[str, Any]:
        """For the database."""
        return {
            "same": [[list(key), list(to)] for key, to in self.same.items()],
            "leave": sorted(list(key) for key in self.leave),
            "rows": sorted(self.rows),
        }

    @classmethod
    def of_json(cls, stored: Mapping[str, Any]) -> "Decisions":
        """What ``as_json`` was given; nothing stored is nothing decided."""
        return cls(
            {tuple(key): tuple(to) for key, to in stored.get("same", ())},
            frozenset(tuple(key) for key in stored.get("leave", ())),
            frozenset(stored.get("rows", ())),
        )
