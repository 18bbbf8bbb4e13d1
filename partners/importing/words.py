"""How people write kinds, sizes, weekdays, times and yes: words to stored values. Pure.

The values on the right are those of the enumerations in ``partners.models``; a test keeps the two
together, because this module must not import Django.
"""

import re
from datetime import time

from partners.folding import fold


def _key(text: str) -> str:
    return re.sub(r"[\W_]+", "", fold(text))


def _index(spellings: dict[str, str]) -> dict[str, str]:
    """Every spelling, without space and sign, to its value."""
    return {
        _key(word): value for value, typed in spellings.items() for word in (value, *typed.split())
    }


KINDS = _index(
    {
        "civil_society": "civilsamhälle civilsamhället förening ideell ideell_förening",
        "municipality": "kommun kommunen kommunal municipality",
        "region": "region regionen",
        "state": "stat staten statlig myndighet state",
        "education": "utbildning skola folkhögskola sfi education school",
    }
)
CATEGORIES = _index(
    {
        "own_experience": "egen_erfarenhet_av_beroende egen_erfarenhet own_experience",
        "homelessness": "hemlöshet homelessness",
        "social_care": "socialt_stöd socialtjänst social_care",
        "protected_housing": "skyddat_boende protected_housing",
        "mental_health": "psykisk_hälsa psykisk_ohälsa mental_health",
        "language_learning": "språkstudier språk sfi language_learning",
        "probation": "frivård frivården probation",
        "community": "gemenskap community",
        "other": "annat annan övrigt other",
    }
)
CHANNELS = _index(
    {
        "email": "e_post epost mail mejl e_mail email",
        "sms": "sms text",
        "phone": "telefon tel ring ringa samtal phone call",
    }
)
LANGUAGES = _index(
    {
        "sv": "sv svenska swedish",
        "sv-x-lattlast": "lättläst lättsvenska lätt_svenska easy_swedish",
        "en": "en engelska english",
    }
)
ACCESS_NEEDS = _index(
    {
        "wheelchair": "rullstol wheelchair",
        "hearing_loop": "hörslinga hearing_loop",
        "quiet": "stark_ljudkänslighet ljudkänslighet ljudkänslig quiet",
        "near_door": "sitta_nära_dörr nära_dörr near_door",
        "low_vision": "synstöd low_vision",
        "breaks": "paus pauser breaks",
        "dog": "hund dog",
        "sign_language": "teckenspråk sign_language",
    }
)
#: Written back by the export, one word a value.
NAMES = {
    "civil_society": "Civilsamhälle",
    "municipality": "Kommun",
    "region": "Region",
    "state": "Stat",
    "education": "Utbildning",
    "own_experience": "Egen erfarenhet av beroende",
    "homelessness": "Hemlöshet",
    "social_care": "Socialt stöd",
    "protected_housing": "Skyddat boende",
    "mental_health": "Psykisk hälsa",
    "language_learning": "Språkstudier",
    "probation": "Frivård",
    "community": "Gemenskap",
    "other": "Annat",
    "email": "E-post",
    "sms": "Sms",
    "phone": "Telefon",
    "sv": "Svenska",
    "sv-x-lattlast": "Lätt svenska",
    "en": "Engelska",
    "wheelchair": "Rullstol",
    "hearing_loop": "Hörslinga",
    "quiet": "Stark ljudkänslighet",
    "near_door": "Sitta nära dörr",
    "low_vision": "Synstöd",
    "breaks": "Paus",
    "dog": "Hund",
    "sign_language": "Teckenspråk",
}
WEEKDAYS = ("måndag", "tisdag", "onsdag", "torsdag", "fredag", "lördag", "söndag")
_ENGLISH = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
SIZES = ((1, 3), (4, 6), (7, 10), (11, 15), (16, 25))
_YES = frozenset(["ja", "j", "yes", "y", "x", "1", "true", "sant"])
_NO = frozenset(["nej", "n", "no", "0", "false", "falskt", "-"])
_SIZE = re.compile(
    r"(?:ca\.? ?|cirka |about )?(\d{1,3})(?: ?(?:-|till|to) ?(\d{1,3}))?(?: ?(?:pers|st).*)?"
)
_MONTH = r"(?:jan|feb|mar|apr|ma[jy]|jun|jul|aug|sep|o[kc]t|nov|dec)[a-z]*\.?"
_DATE = re.compile(
    rf"\d{{4}}-\d\d-\d\d(?: .*)?|\d{{1,2}}[- /.]?{_MONTH}(?:[- ]\d{{2,4}})?|{_MONTH}[- ]\d{{2,4}}"
)
_TIME = re.compile(r"(?:kl\.? ?)?(\d{1,2})(?:[.:](\d\d)(?:[.:]00)?)?(?: ?(?:h|tiden))?")


class UnknownWordError(ValueError):
    """The word is none of those that are understood."""


class LooksLikeDateError(ValueError):
    """A spreadsheet has made a date of "4-6"."""


def choice(text: str, words: dict[str, str]) -> str:
    """The value that ``text`` is a word for. Raises UnknownWordError."""
    value = words.get(_key(text))
    if value is None:
        raise UnknownWordError
    return value


def choices(text: str, words: dict[str, str]) -> tuple[str, ...]:
    """Each of several, parted by commas, semicolons or slashes. Raises UnknownWordError."""
    return tuple(choice(item, words) for item in re.split(r"[,;/\n]", text) if item.strip())


def yes_or_no(text: str) -> bool:
    """Ja, nej, x, 1, true … Raises UnknownWordError."""
    word = fold(text)
    if word in _YES or word in _NO:
        return word in _YES
    raise UnknownWordError


def size_band(text: str) -> str:
    """The band of "4–6 personer" or "ca 5". Raises UnknownWordError, LooksLikeDateError."""
    plain = re.sub("[–—−‐‑]", "-", fold(text))
    if _DATE.fullmatch(plain):
        raise LooksLikeDateError
    found = _SIZE.fullmatch(plain)
    if found is None:
        raise UnknownWordError
    low, high = int(found[1]), int(found[2] or found[1])
    for first, last in SIZES:
        if (low, high) == (first, last) or (low == high and first <= low <= last):
            return f"{first}-{last}"
    raise UnknownWordError


def weekday(text: str) -> int:
    """0 for måndag, mån, måndagar, Monday or Mon. Raises UnknownWordError."""
    word = fold(text).removesuffix(".")
    for names in (WEEKDAYS, _ENGLISH):
        for number, name in enumerate(names):
            forms = {name, name[:3], f"{name}ar", f"{name}s", f"{name}en"}
            if word in forms:
                return number
    raise UnknownWordError


def clock(text: str) -> time:
    """10, 10.00, 10:30, kl. 10. Raises UnknownWordError."""
    found = _TIME.fullmatch(fold(text))
    if found is None or int(found[1]) > 23 or int(found[2] or 0) > 59:
        raise UnknownWordError
    return time(int(found[1]), int(found[2] or 0))
