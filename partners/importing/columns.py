"""Which column means what: Swedish or English headers in any order and spelling. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
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
    "partner verksamhet association company",
    Field.KIND: "kind typ type organisationstyp typ_av_organisation organisation_kind sort sektor",
    Field.ORGANISATION_PROTECTED: "skyddad_organisation organisation_protected "
    "organisationen_skyddad protected_address protected_organisation",
    Field.ADDRESS: "address gatuadress besöksadress postadress street",
    Field.NOTES: "anteckning anteckningar notering noteringar kommentar kommentarer notes note "
    "comment comments about samarbete övrigt",
    Field.GROUP: "gruppen grupper gruppnamn gruppens_namn gruppens_alias group group_name alias "
    "group_alias",
    Field.CATEGORY: "gruppkategori gruppens_kategori intern_kategori kategori_intern category "
    "group_category internal_category",
    Field.SIZE_BAND: "gruppstorlek antal antal_personer antal_deltagare hur_många brukar_bli size "
    "size_band group_size",
    Field.LANGUAGES: "grupp_språk gruppspråk språk_i_gruppen languages group_languages "
    "group_language",
    Field.ACCESS_NEEDS: "tillgänglighetsbehov behov access access_needs accessibility",
    Field.WEEKDAY: "dag helst föredragen_veckodag önskad_veckodag önskad_dag weekday day "
    "preferred_weekday preferred_day",
    Field.TIME: "klockan klockslag kl önskad_tid föredragen_tid time preferred_time",
    Field.FIKA: "coffee kaffe",
    Field.TWO_HOSTS: "två_värdar_krävs 2_värdar two_hosts",
    Field.CONTACT: "kontaktperson kontaktens_namn kontaktnamn kontakter samordnare coordinator "
    "contact contact_name contact_person",
    Field.ROLE: "funktion titel befattning role contact_role title",
    Field.EMAIL: "epost epostadress e_postadress mail mejl mejladress mailadress e_mail email "
    "email_address mail_address kontaktens_e_post contact_email",
    Field.PHONE: "tel tfn telefonnummer telefonnr tel_nr mobil mobilnummer mobiltelefon phone "
    "phone_number telephone mobile cell contact_phone kontaktens_telefon",
    Field.CONTACT_LANGUAGE: "kontaktspråk contact_language",
    Field.CHANNEL: "kontaktkanal kontaktväg kontaktsätt channel contact_channel",
    Field.SOURCE: "uppgifter_från uppgiftslämnare source",
    Field.CONTACT_PROTECTED: "skyddade_uppgifter skyddad_kontaktperson protected_contact "
    "contact_protected protected_details",
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


def _key(header: str) -> str:
    return re.sub(r"[\W_]+", "", fold(header))


_KNOWN = {
    _key(word): field
    for field in Field
    for word in (HEADERS[field], field.value, *_SPELLINGS[field].split())
}


def recognised(headers: Sequence[str]) -> int:
    """How many of ``headers`` mean something; tells the delimiter."""
    loose = _ORGANISATION_WORDS | _LANGUAGE_WORDS | _PROTECTED_WORDS
    return sum(_key(header) in _KNOWN or _key(header) in loose for header in headers)


def map_columns(headers: Sequence[str]) -> Columns:
    """The meaning of ``headers``. Raises UnreadableError: no organisation, or a meaning twice."""
    keys = [_key(header) for header in headers]
    meant = [_KNOWN.get(key) for key in keys]
    places: dict[Field, int] = {}
    ignored: list[str] = []
    for place, key in enumerate(keys):
        field = meant[place] or _by_company(key, meant, places)
        if field is None:
            if key:
                ignored.append(headers[place].strip()[:80])
        elif field in places:
            both = f"{headers[places[field]].strip()}, {headers[place].strip()}"
            raise UnreadableError(Problem(1, "header", Code.COLUMN_TWICE, {"columns": both}))
        else:
            places[field] = place
    if Field.ORGANISATION not in places:
        seen = ", ".join(header.strip()[:80] for header in headers if header.strip())[:400]
        raise UnreadableError(Problem(1, "header", Code.NO_ORGANISATION_COLUMN, {"columns": seen}))
    return Columns(places, tuple(ignored), len(headers))


def _by_company(key: str, meant: Sequence[Field | None], places: dict[Field, int]) -> Field | None:
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
