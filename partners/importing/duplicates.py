"""Names that are probably the same partner, spelt in two ways. Pure."""

import re
import unicodedata
from collections.abc import Iterable, Iterator

from partners.folding import fold
from partners.importing.scratch import scratch

# Words that one writes and another leaves out.
_COMMON = frozenset(
    {"föreningen", "förening", "ideella", "ideell", "organisation", "organisationen"}
    | {"i", "på", "och", "the", "of", "and", "ab", "ek"}
)
_SHORTEST = 6


def loose_key(name: str) -> str:
    """``name`` without accents, signs and common words: "Föreningen Vägval-Fri" is "vagvalfri"."""
    words = [word for word in re.split(r"[\W_]+", fold(name)) if word]
    telling = [word for word in words if word not in _COMMON] or words
    plain = unicodedata.normalize("NFKD", "".join(telling))
    return "".join(sign for sign in plain if not unicodedata.combining(sign))


class Names:
    """Names seen so far, to ask which of them a new one resembles: equal, or one letter apart.

    They stand in a private database on disk, which is gone with this object.
    """

    def __init__(self, names: Iterable[str] = ()) -> None:
        self._store = scratch(
            """
            CREATE TABLE exact (key PRIMARY KEY, name) WITHOUT ROWID;
            CREATE TABLE near (form, key);
            CREATE INDEX near_form ON near (form);
            """
        )
        for name in names:
            self.add(name)

    def add(self, name: str) -> None:
        """Remember ``name``."""
        key = loose_key(name)
        made = self._store.execute("INSERT OR IGNORE INTO exact VALUES (?, ?)", (key, name))
        if key and made.rowcount:
            rows = [(form, key) for form in _forms(key)]
            self._store.executemany("INSERT INTO near VALUES (?, ?)", rows)

    def like(self, name: str) -> str | None:
        """A remembered name that resembles ``name``, never the same spelling."""
        key = loose_key(name)
        exact = self._named(key)
        if exact is not None:
            return exact if fold(exact) != fold(name) else None
        for form in _forms(key):
            query = "SELECT key FROM near WHERE form = ? ORDER BY rowid"
            for (other,) in self._store.execute(query, (form,)):
                if _one_apart(key, other):
                    return self._named(other)
        return None

    def _named(self, key: str) -> str | None:
        found = self._store.execute("SELECT name FROM exact WHERE key = ?", (key,)).fetchone()
        return found and str(found[0]) if key else None


def _forms(key: str) -> Iterator[str]:
    """``key`` and every form of it with one sign left out; short names are too alike anyway."""
    if len(key) >= _SHORTEST:
        yield key
        for place in range(len(key)):
            yield key[:place] + key[place + 1 :]


def _one_apart(one: str, other: str) -> bool:
    """One letter more, less, other, or two swapped; numbers make a different name (Spår 1, 2)."""
    if re.sub(r"\D", "", one) != re.sub(r"\D", "", other):
        return False
    while one and other and one[0] == other[0]:
        one, other = one[1:], other[1:]
    while one and other and one[-1] == other[-1]:
        one, other = one[:-1], other[:-1]
    return max(len(one), len(other)) <= 1 or (len(one) == 2 and one == other[::-1])
