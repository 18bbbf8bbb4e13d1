"""One form of a text for comparing and searching. Pure."""

import unicodedata


def fold(text: str) -> str:
    """``text`` without regard to case, width and runs of space; å, ä and ö stay letters.

    Stored beside what it was made from, because SQLite compares only A–Z without regard to case.
    """
    plain = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(unicodedata.normalize("NFKC", plain).split())
