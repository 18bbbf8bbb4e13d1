"""What can be said about a partner: typed values, cleaned before anything is stored.

``clean_…`` returns the same values tidied, or raises Invalid (PersonalData where a personal
identity number stands) with every field that is wrong. Forms, API and import all pass here.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import time
from enum import StrEnum
from typing import TypeVar

from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from django.utils.translation import gettext as _

from core.errors import DomainError, Invalid, PersonalData
from core.languages import LANGUAGES
from core.texts import clean
from partners.models import (
    AccessNeed,
    Contact,
    ContactChannel,
    Group,
    GroupCategory,
    Organisation,
    OrganisationKind,
    SizeBand,
)
from partners.phones import to_e164

_ITEM_BREAK = re.compile(r"[,;/\n]")
E = TypeVar("E", bound=StrEnum)


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganisationDetails:
    """All of an organisation that a user can set."""

    name: str
    kind: str = OrganisationKind.CIVIL_SOCIETY.value
    protected: bool = False
    address: str = ""
    notes: str = ""

    @classmethod
    def of(cls, organisation: Organisation) -> "OrganisationDetails":
        """As it is stored."""
        return cls(**{name: getattr(organisation, name) for name in cls.__slots__})


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupDetails:
    """All of a group that a user can set; ``preferred_weekday`` 0 is Monday."""

    alias: str
    category: str = GroupCategory.OTHER.value
    size_band: str = SizeBand.B4_6.value
    languages: tuple[str, ...] = ()
    access_needs: tuple[str, ...] = ()
    preferred_weekday: int | None = None
    preferred_time: time | None = None
    fika: bool = True
    two_hosts: bool = False

    @classmethod
    def of(cls, group: Group) -> "GroupDetails":
        """As it is stored."""
        values = {name: getattr(group, name) for name in cls.__slots__}
        values |= {name: tuple(values[name]) for name in ("languages", "access_needs")}
        return cls(**values)


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactDetails:
    """All of a contact that a user can set; ``phone`` in any form, None ``channel`` is chosen."""

    name: str
    role: str = ""
    email: str = ""
    phone: str = ""
    language: str = "sv"
    channel: str | None = None
    source: str = ""
    protected: bool = False

    @classmethod
    def of(cls, contact: Contact) -> "ContactDetails":
        """As it is stored."""
        return cls(**{name: getattr(contact, name) for name in cls.__slots__})


@dataclass(slots=True)
class Wrongs:
    """Collects what is wrong, field by field, so that the user hears everything at once."""

    fields: dict[str, str] = field(default_factory=dict)
    personal: bool = False

    def add(self, name: str, message: str) -> None:
        """The first message of a field stays."""
        self.fields.setdefault(name, message)

    def text(self, name: str, value: str, *, limit: int, lines: bool = False) -> str:
        """``value`` cleaned; on one line unless ``lines``."""
        try:
            tidy = clean(value, field=name, limit=limit)
        except DomainError as error:
            self.personal = self.personal or isinstance(error, PersonalData)
            self.add(name, error.message)
            return ""
        return tidy if lines else " ".join(tidy.split())

    def name(self, name: str, value: str, *, limit: int, missing: str) -> str:
        """As ``text``, and something readable must be left."""
        tidy = self.text(name, value, limit=limit)
        if not any(character.isalnum() for character in tidy):
            self.add(name, missing)
        return tidy

    def one_of(self, name: str, value: str, known: Iterable[str]) -> str:
        """``value``, which must be among ``known``."""
        if value not in known:
            self.add(name, _("Välj ett av alternativen."))
        return value

    def parsed(self, name: str, value: str, parse: Callable[[str], str], message: str) -> str:
        """``parse(value)``, or ``message`` where it raises ValueError or ValidationError."""
        try:
            return parse(value)
        except (ValueError, ValidationError):
            self.add(name, message)
            return ""

    def stop(self) -> None:
        """Raise what was collected, if anything."""
        if self.fields:
            kind = PersonalData if self.personal else Invalid
            raise kind(next(iter(self.fields.values())), fields=self.fields)


def clean_organisation(details: OrganisationDetails) -> OrganisationDetails:
    """``details`` tidied. Raises Invalid or PersonalData per field."""
    wrong = Wrongs()
    tidy = tidy_organisation(wrong, details)
    check_organisation(wrong, tidy)
    wrong.stop()
    return tidy


def clean_group(details: GroupDetails) -> GroupDetails:
    """``details`` tidied. Raises Invalid or PersonalData per field."""
    wrong = Wrongs()
    tidy = tidy_group(wrong, details)
    wrong.stop()
    return tidy


def clean_contact(details: ContactDetails) -> ContactDetails:
    """``details`` tidied, phone as E.164, channel chosen. Raises Invalid or PersonalData."""
    wrong = Wrongs()
    tidy = with_channel(tidy_contact(wrong, details))
    check_contact(wrong, tidy)
    wrong.stop()
    return tidy


def tidy_organisation(wrong: Wrongs, details: OrganisationDetails) -> OrganisationDetails:
    """Each value for itself; what is wrong is told to ``wrong``."""
    missing = _("Fyll i organisationens namn.")
    return replace(
        details,
        name=wrong.name("name", details.name, limit=120, missing=missing),
        kind=wrong.one_of("kind", details.kind, list(OrganisationKind)),
        address=wrong.text("address", details.address, limit=200),
        notes=wrong.text("notes", details.notes, limit=2000, lines=True),
    )


def check_organisation(wrong: Wrongs, tidy: OrganisationDetails) -> None:
    """What the values must be to each other."""
    if tidy.protected and tidy.address:
        message = _("En organisation med skyddad adress får inte ha någon adress här. Ta bort den.")
        wrong.add("address", message)


def tidy_group(wrong: Wrongs, details: GroupDetails) -> GroupDetails:
    """Each value for itself; what is wrong is told to ``wrong``."""
    needs = [wrong.one_of("access_needs", n, list(AccessNeed)) for n in details.access_needs]
    weekday, at = details.preferred_weekday, details.preferred_time
    if weekday is not None and not 0 <= weekday <= 6:
        wrong.add("preferred_weekday", _("Välj ett av alternativen."))
    return replace(
        details,
        alias=wrong.name("alias", details.alias, limit=80, missing=_("Fyll i ett alias.")),
        category=wrong.one_of("category", details.category, list(GroupCategory)),
        size_band=wrong.one_of("size_band", details.size_band, list(SizeBand)),
        languages=_languages(wrong, details.languages),
        access_needs=tuple(need.value for need in AccessNeed if need.value in needs),
        preferred_time=at and at.replace(second=0, microsecond=0, tzinfo=None),
    )


def tidy_contact(wrong: Wrongs, details: ContactDetails) -> ContactDetails:
    """Each value for itself, phone as E.164; what is wrong is told to ``wrong``."""
    return replace(
        details,
        name=wrong.name("name", details.name, limit=80, missing=_("Fyll i kontaktens namn.")),
        role=wrong.text("role", details.role, limit=80),
        email=_email(wrong, details.email),
        phone=_phone(wrong, details.phone),
        language=wrong.one_of("language", details.language, LANGUAGES),
        channel=details.channel and wrong.one_of("channel", details.channel, list(ContactChannel)),
        source=wrong.text("source", details.source, limit=120),
    )


def check_contact(wrong: Wrongs, tidy: ContactDetails) -> None:
    """What the values must be to each other."""
    if tidy.channel == ContactChannel.EMAIL and not tidy.email:
        wrong.add("email", _("Fyll i e-postadressen, eller välj en annan kanal."))
    if tidy.channel == ContactChannel.SMS and not tidy.phone:
        wrong.add("phone", _("Fyll i telefonnumret, eller välj en annan kanal."))


def with_channel(details: ContactDetails) -> ContactDetails:
    """``details`` with mail or, where there is none, phone as its channel if none was chosen."""
    return replace(details, channel=details.channel or _likely_channel(details))


def _likely_channel(details: ContactDetails) -> str:
    return ContactChannel.EMAIL.value if details.email else ContactChannel.PHONE.value


def _languages(wrong: Wrongs, typed: Iterable[str]) -> tuple[str, ...]:
    """Each once, in the order typed; commas, slashes and semicolons part them."""
    found: dict[str, str] = {}
    for text in typed:
        for item in _ITEM_BREAK.split(text):
            if tidy := wrong.text("languages", item, limit=40):
                found.setdefault(tidy.casefold(), tidy)
    if len(found) > 10:
        wrong.add("languages", _("Ange högst tio språk."))
    return tuple(found.values())


def _email(wrong: Wrongs, typed: str) -> str:
    text = wrong.text("email", typed, limit=254)

    def parse(value: str) -> str:
        EmailValidator()(value)
        return value

    message = _("E-postadressen är inte fullständig. Skriv till exempel namn@forening.se.")
    return wrong.parsed("email", text, parse, message) if text else ""


def _phone(wrong: Wrongs, typed: str) -> str:
    text = wrong.text("phone", typed, limit=40)
    message = _("Telefonnumret går inte att ringa. Skriv till exempel 070-174 06 05.")
    return wrong.parsed("phone", text, to_e164, message) if text else ""
