"""Cells that hold several people, addresses or numbers, as real files do. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from partners.folding import fold
from partners.phones import NotAPhoneNumberError, to_e164

_PARTS = re.compile(r"\s*(?:[/;\n&+]|,|\boch\b|\band\b)\s*")
_ANGLED = re.compile(r"<\s*([^<>@\s]+@[^<>\s]+)\s*>")
_ADDRESS_BREAK = re.compile(r"[;,/\s]+|\b(?:och|and|eller|or)\b")
_NUMBER_BREAK = re.compile(r"\s*(?:[;,/\n]|\b(?:eller|och|alt\.?|or)\b)\s*")
_BRACKET = re.compile(r"\([^()]*\)")
_REMARK = re.compile(r"\([^()]*[^\W\d_][^()]*\)")
_KINDS_OF_NUMBER = re.compile(
    r"\b(?:telefon|tel|tfn|mobil|mob|växeln?|vxl?|arbete|arb|hem|direkt|jour|kontor|reception"
    r"|phone|mobile|work|home)\b[.:]?",
    re.IGNORECASE,
)
_ROLE = re.compile(r"(?P<name>[^()]+?)\s*\((?P<role>[^()]*[^\W\d_][^()]*)\)")
_IDENTITY_FORM = re.compile(r"\s*\d{6}\s*[-+]\s*\d{4}\s*")


@dataclass(frozen=True, slots=True)
class Person:
    """One contact of a row, as text that was not judged yet."""

    name: str = ""
    role: str = ""
    email: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class People:
    """The contacts of a row; ``dropped`` names the columns in which something was left over."""

    people: tuple[Person, ...]
    dropped: tuple[str, ...] = ()


def people(name: str, role: str, email: str, phone: str) -> People:
    """Part cells that speak of several people: "Kim Holm / Alex Ek", "kim@x.se; alex@x.se".

    Addresses go to the name they resemble, else in order. What nobody can be given is told.
    """
    mails, numbers = addresses(email), phones(phone)
    names = _names(name, len(mails))
    if len(names) < 2:
        only, its_role = _with_role(name, role)
        dropped = [
            column for column, found in (("email", mails), ("phone", numbers)) if len(found) > 1
        ]
        one = Person(only, its_role, next(iter(mails), ""), next(iter(numbers), ""))
        return People((one,), tuple(dropped))
    roles = _shared_out(_parts(role), len(names)) or [role] * len(names)
    given = _by_likeness(names, mails)
    called = _shared_out(numbers, len(names)) or numbers[:1] + [""] * len(names)
    found = []
    for place, whole in enumerate(names):
        bare, its_role = _with_role(whole, roles[place])
        found.append(Person(bare, its_role, given[place], called[place]))
    dropped = []
    if len(mails) > len(names):
        dropped.append("email")
    if len(numbers) > 1 and len(numbers) != len(names):
        dropped.append("phone")
    return People(tuple(found), tuple(dropped))


def addresses(cell: str) -> list[str]:
    """The mail addresses of a cell without "mailto:" and names; one odd text stays as it is."""
    if angled := _ANGLED.findall(cell):
        return list(dict.fromkeys(str(found) for found in angled))
    parts = [re.sub(r"^mailto:", "", part, flags=re.IGNORECASE) for part in _words(cell)]
    parts = [part.partition("?")[0].strip("<>.()") for part in parts]
    if parts and all(part.count("@") == 1 for part in parts):
        return list(dict.fromkeys(parts))
    return [cell] if cell else []


def phones(cell: str) -> list[str]:
    """The numbers of a cell without remarks such as "(växel)"; one odd text stays as it is."""
    plain = _KINDS_OF_NUMBER.sub(" ", _REMARK.sub(" ", cell)).strip(" .:")
    if not plain or _IDENTITY_FORM.fullmatch(plain):
        return [cell] if cell else []
    if _callable(plain):
        return [plain]
    parts = [part for part in _NUMBER_BREAK.split(plain) if part]
    if len(parts) > 1 and all(_callable(part) for part in parts):
        return list(dict.fromkeys(parts))
    return [plain]


def reach(cell: str) -> tuple[str, str]:
    """Mail and phone out of one cell: "kim@x.se, 070-174 06 05"."""
    mails = [word for word in _words(cell) if "@" in word]
    rest = cell
    for mail in mails:
        rest = rest.replace(mail, " ")
    rest = rest.strip(" ,;/\n")
    return "; ".join(mails), rest if any(sign.isdigit() for sign in rest) else ""


def is_callable(cell: str) -> bool:
    """Whether ``cell`` is a phone number, and not written as a personal identity number is."""
    return not _IDENTITY_FORM.fullmatch(cell) and _callable(cell)


def _callable(text: str) -> bool:
    try:
        to_e164(text)
    except NotAPhoneNumberError:
        return False
    return True


def _words(cell: str) -> list[str]:
    return [part for part in _ADDRESS_BREAK.split(cell) if part]


def _parts(cell: str) -> list[str]:
    return [part for part in _PARTS.split(cell) if part]


def _names(cell: str, mails: int) -> list[str]:
    """Several names, or one. "Vård och omsorg" and "Ek, Kim" are one; "Kim/Alex" needs mails."""
    bare = _BRACKET.sub(lambda found: str(found[0]).translate(_SHIELD), cell)
    parts = [part.translate(_UNSHIELD) for part in _PARTS.split(bare) if part]
    if len(parts) < 2 or not all(part[0].isupper() for part in parts):
        return [cell]
    full = all(len(part.split()) > 1 for part in parts)
    spaced = re.search(r"\s[/&+]\s|[;\n]|\boch\b|\band\b", bare) is not None
    # A comma alone stands between surname and given name as well: "Ek, Kim".
    alike = mails == len(parts) and "," not in bare
    return parts if full or spaced or alike else [cell]


_SIGNS = "/;\n&+,"
_SHIELD = {ord(sign): chr(0xE000 + place) for place, sign in enumerate(_SIGNS)}
_UNSHIELD = {0xE000 + place: sign for place, sign in enumerate(_SIGNS)}


def _with_role(name: str, role: str) -> tuple[str, str]:
    """The role out of "Kim Holm (samordnare)" where none is told elsewhere."""
    found = _ROLE.fullmatch(name)
    return (found["name"], found["role"]) if found and not role else (name, role)


def _shared_out(values: list[str], count: int) -> list[str] | None:
    return values if len(values) == count else None


def _by_likeness(names: Sequence[str], mails: list[str]) -> list[str]:
    """Each address to the one name of which it holds a part; the others in order."""
    given = [""] * len(names)
    left = []
    for mail in mails:
        local = fold(mail.partition("@")[0])
        alike = [
            place
            for place, name in enumerate(names)
            if any(len(word) > 2 and _ascii(word) in _ascii(local) for word in fold(name).split())
        ]
        if len(alike) == 1 and not given[alike[0]]:
            given[alike[0]] = mail
        else:
            left.append(mail)
    for place, held in enumerate(given):
        if not held and left:
            given[place] = left.pop(0)
    return given


def _ascii(word: str) -> str:
    return word.translate(str.maketrans("åäöéü", "aaoeu"))
