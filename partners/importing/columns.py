"""Which column means what: Swedish or English headers in any order and spelling. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from partners.folding import fold
from partners.importing.problems import Code, Problem, UnreadableError


class Field(StrEnum):
    """Every column that is understood, in the order of the export."""

    ORGANISATION = "organisation"
    KIND = "kind"
    ORGANISATION_PROTECTED = "organisation_protected"
    ADDRESS = "address"
    NOTES = "notes"
    GROUP = "group"
    CATEGORY = "category"
    SIZE_BAND = "size_band"
    LANGUAGES = "languages"
    ACCESS_NEEDS = "access_needs"
    WEEKDAY = "preferred_weekday"
    TIME = "preferred_time"
    FIKA = "fika"
    TWO_HOSTS = "two_hosts"
    CONTACT = "contact"
    ROLE = "role"
    EMAIL = "email"
    PHONE = "phone"
    CONTACT_LANGUAGE = "contact_language"
    CHANNEL = "channel"
    SOURCE = "source"
    CONTACT_PROTECTED = "contact_protected"


class Part(StrEnum):
    """Columns that together, or in part, make a field."""

    FIRST_NAME = "first_name"
    LAST_NAME = "last_name"
    POSTCODE = "postcode"
    TOWN = "town"
    REACH = "reach"


#: Fields of which a row may have several columns: the first filled one counts, notes are joined.
REPEATED = (Field.EMAIL, Field.PHONE, Field.NOTES)
#: The header of each column in an export; the words under it are read as well.
HEADERS = {
    Field.ORGANISATION: "Organisation",
    Field.KIND: "Slag",
    Field.ORGANISATION_PROTECTED: "Skyddad adress",
    Field.ADDRESS: "Adress",
    Field.NOTES: "Om samarbetet",
    Field.GROUP: "Grupp",
    Field.CATEGORY: "Kategori",
    Field.SIZE_BAND: "Storlek",
    Field.LANGUAGES: "Gruppens språk",
    Field.ACCESS_NEEDS: "Tillgänglighet",
    Field.WEEKDAY: "Veckodag",
    Field.TIME: "Tid",
    Field.FIKA: "Fika",
    Field.TWO_HOSTS: "Två värdar",
    Field.CONTACT: "Kontakt",
    Field.ROLE: "Roll",
    Field.EMAIL: "E-post",
    Field.PHONE: "Telefon",
    Field.CONTACT_LANGUAGE: "Kontaktens språk",
    Field.CHANNEL: "Kanal",
    Field.SOURCE: "Källa",
    Field.CONTACT_PROTECTED: "Skyddad kontakt",
}
_SPELLINGS = {
    Field.ORGANISATION: "organisationer organisationens_namn organisationsnamn organization "
    "organisation_name organization_name org förening föreningen föreningens_namn föreningsnamn "
    "partner verksamhet verksamheten verksamhetens_namn verksamhetsnamn samarbetspartner aktör "
    "namn_på_organisation namn_på_organisationen namn_på_förening namn_på_föreningen "
    "namn_på_verksamhet organisation/förening samverkanspart association company partner_name",
    Field.KIND: "kind typ type organisationstyp typ_av_organisation organisation_kind sort sektor "
    "organisationsform typ_av_verksamhet verksamhetstyp",
    Field.ORGANISATION_PROTECTED: "skyddad_organisation organisation_protected "
    "organisationen_skyddad protected_address protected_organisation",
    Field.ADDRESS: "address gatuadress besöksadress postadress street street_address gata "
    "visiting_address",
    Field.NOTES: "anteckning anteckningar notering noteringar kommentar kommentarer notes note "
    "comment comments about samarbete övrigt övrig_information övriga_upplysningar anm "
    "anmärkning information info",
    Field.GROUP: "gruppen grupper gruppnamn gruppens_namn gruppens_alias namn_på_grupp "
    "namn_på_gruppen group group_name alias group_alias",
    Field.CATEGORY: "gruppkategori gruppens_kategori intern_kategori kategori_intern category "
    "group_category internal_category",
    Field.SIZE_BAND: "gruppstorlek gruppens_storlek antal antal_personer antal_deltagare "
    "antal_i_gruppen antal_pers hur_många brukar_bli deltagare size size_band group_size number",
    Field.LANGUAGES: "grupp_språk gruppspråk språk_i_gruppen languages group_languages "
    "group_language",
    Field.ACCESS_NEEDS: "tillgänglighetsbehov behov access access_needs accessibility",
    Field.WEEKDAY: "dag helst föredragen_veckodag önskad_veckodag önskad_dag weekday day "
    "preferred_weekday preferred_day",
    Field.TIME: "klockan klockslag kl önskad_tid föredragen_tid time preferred_time",
    Field.FIKA: "coffee kaffe",
    Field.TWO_HOSTS: "två_värdar_krävs 2_värdar two_hosts",
    Field.CONTACT: "kontaktperson kontaktpersoner kontaktpersonens_namn kontaktens_namn "
    "kontaktnamn kontakter namn_på_kontaktperson namn_kontaktperson ansvarig ansvarig_person "
    "samordnare kontaktperson_namn coordinator contact contacts contact_name contact_person",
    Field.ROLE: "funktion titel befattning role contact_role title",
    Field.EMAIL: "epost epostadress e_postadress mail mejl mejladress mailadress e_mail email "
    "email_address mail_address e_mailadress kontaktens_e_post kontaktpersonens_e_post "
    "e_post_kontaktperson contact_email",
    Field.PHONE: "tel tfn telefonnummer telefonnr tel_nr mobil mobilnummer mobiltelefon phone "
    "phone_number telephone telephone_number tele mobilnr mobiltel telefon_nummer mobile "
    "mobile_phone cell cell_phone contact_phone kontaktens_telefon kontaktpersonens_telefon",
    Field.CONTACT_LANGUAGE: "kontaktspråk contact_language",
    Field.CHANNEL: "kontaktkanal kontaktväg kontaktsätt channel contact_channel",
    Field.SOURCE: "uppgifter_från uppgiftslämnare source",
    Field.CONTACT_PROTECTED: "skyddade_uppgifter skyddad_kontaktperson protected_contact "
    "contact_protected protected_details",
}
_PARTS = {
    Part.FIRST_NAME: "förnamn kontaktens_förnamn first_name given_name",
    Part.LAST_NAME: "efternamn kontaktens_efternamn last_name surname family_name",
    Part.POSTCODE: "postnummer postnr zip zip_code postcode postal_code",
    Part.TOWN: "ort postort stad town city",
    Part.REACH: "kontaktuppgifter kontaktuppgift kontaktinfo kontaktinformation contact_details "
    "contact_info",
}
_ORGANISATION_WORDS = frozenset({"namn", "name"})
_LANGUAGE_WORDS = frozenset({"språk", "language"})
_PROTECTED_WORDS = frozenset({"skyddad", "skyddat", "skydd", "protected"})


@dataclass(frozen=True, slots=True)
class Columns:
    """Where each field stands (counted from 0), and the headers nobody knows, as written."""

    places: dict[Field, int]
    ignored: tuple[str, ...]
    width: int
    #: Further columns of a field in REPEATED.
    more: dict[Field, list[int]] = field(default_factory=dict)
    parts: dict[Part, int] = field(default_factory=dict)
    #: Exactly the export's own headers: then every cell is taken to the letter.
    own: bool = False


Meaning = Field | Part | None


def header_key(header: str) -> str:
    """``header`` without case, space and signs, by which it is known again."""
    return re.sub(r"[\W_]+", "", fold(header))


_key = header_key


_LOOSE = _ORGANISATION_WORDS | _LANGUAGE_WORDS | _PROTECTED_WORDS
_KNOWN: dict[str, Field | Part] = {
    **{
        _key(word): known
        for known in Field
        for word in (HEADERS[known], known.value, *_SPELLINGS[known].split())
    },
    **{_key(word): part for part, typed in _PARTS.items() for word in (part.value, *typed.split())},
}


def recognised(headers: Sequence[str]) -> int:
    """How many of ``headers`` mean something; tells the delimiter."""
    return sum(
        1
        for header in headers
        if header.strip() and (_key(header) in _LOOSE or _meaning(header) is not None)
    )


def map_columns(headers: Sequence[str], told: Mapping[str, str] | None = None) -> Columns:
    """The meaning of ``headers``; ``told`` gives what a person said of a header, by its key.

    A told meaning is a field's or part's value, or "" for a column that is not used. Raises
    UnreadableError: no organisation, or a meaning twice.
    """
    told = told or {}
    keys = [_key(header) for header in headers]
    meant = [_told(header, told) for header in headers]
    found = Columns({}, (), len(headers), own=list(headers) == list(HEADERS.values()))
    ignored: list[str] = []
    for place, key in enumerate(keys):
        meaning = meant[place]
        if meaning is None and key not in told:
            meaning = _by_company(key, meant, found.places)
        if meaning is None:
            if key:
                ignored.append(headers[place].strip()[:80])
        else:
            _put(found, meaning, place, headers)
    if Field.ORGANISATION not in found.places:
        seen = ", ".join(header.strip()[:80] for header in headers if header.strip())[:400]
        raise UnreadableError(Problem(1, "header", Code.NO_ORGANISATION_COLUMN, {"columns": seen}))
    return replace(found, ignored=tuple(ignored))


def _put(found: Columns, meaning: Field | Part, place: int, headers: Sequence[str]) -> None:
    known: int | None
    if isinstance(meaning, Part):
        known = found.parts.setdefault(meaning, place)
    else:
        known = found.places.setdefault(meaning, place)
    if known == place:
        return
    if isinstance(meaning, Field) and meaning in REPEATED:
        found.more.setdefault(meaning, []).append(place)
        return
    both = f"{headers[known].strip()}, {headers[place].strip()}"
    raise UnreadableError(Problem(1, "header", Code.COLUMN_TWICE, {"columns": both}))


def _told(header: str, told: Mapping[str, str]) -> Meaning:
    said = told.get(_key(header))
    if said is None:
        return _meaning(header)
    return next((known for known in (*Field, *Part) if known.value == said), None)


def _meaning(header: str) -> Meaning:
    """What ``header`` says by itself: as it is, without a bracket or number, or "Roll/titel"."""
    short = re.sub(r"\([^()]*\)", " ", header)
    for form in (header, short, re.sub(r"\s1\s*$", "", short)):
        if meaning := _KNOWN.get(_key(form)):
            return meaning
    again = _KNOWN.get(_key(re.sub(r"\s\d\s*$", "", short)))
    if isinstance(again, Field) and again in REPEATED:
        return again
    meanings = {_KNOWN.get(_key(part)) for part in re.split(r"[/,]|\boch\b", short) if part.strip()}
    if meanings == {Field.EMAIL, Field.PHONE}:
        return Part.REACH
    return meanings.pop() if len(meanings) == 1 else None


def _by_company(key: str, meant: Sequence[Meaning], places: dict[Field, int]) -> Field | None:
    """Words whose meaning depends on the other columns: Namn, Språk, Skyddad."""
    if key in _ORGANISATION_WORDS:
        taken = Field.ORGANISATION in meant or Field.ORGANISATION in places
        return Field.CONTACT if taken else Field.ORGANISATION
    if key in _LANGUAGE_WORDS:
        group = Field.GROUP in meant and Field.LANGUAGES not in meant
        return Field.LANGUAGES if group else Field.CONTACT_LANGUAGE
    if key in _PROTECTED_WORDS:
        people = Field.CONTACT in meant or Field.CONTACT in places or Field.EMAIL in meant
        return Field.CONTACT_PROTECTED if people else Field.ORGANISATION_PROTECTED
    return None
