"""Which target of a file is which row of the register. Four queries, however long the file."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from partners.folding import fold
from partners.importing.gathering import ContactKey, ContactTarget, Gathered, contact_key
from partners.models import Contact, Group, Organisation


@dataclass(slots=True)
class Register:
    """A part of the register: what is active, and names that are put aside."""

    organisations: dict[str, Organisation] = field(default_factory=dict)
    groups: dict[tuple[str, str], Group] = field(default_factory=dict)
    contacts: list[tuple[str, Contact]] = field(default_factory=list)
    memberships: set[tuple[int, int]] = field(default_factory=set)
    archived: dict[str, Organisation] = field(default_factory=dict)


def load_register(names: Collection[str]) -> Register:
    """What stands under the organisations called ``names`` (folded). Four queries."""
    register = Register()
    called: dict[int, str] = {}
    for organisation in Organisation.objects.filter(search__in=names):
        if organisation.archived_at is None:
            register.organisations[organisation.search] = organisation
            called[organisation.pk] = organisation.search
        else:
            register.archived[organisation.search] = organisation
    for group in Group.objects.filter(archived_at=None, organisation__in=called):
        register.groups[called[group.organisation_id], group.search] = group
    contacts = Contact.objects.filter(archived_at=None, organisation__in=called)
    for contact in contacts:
        register.contacts.append((called[contact.organisation_id], contact))
    links = Contact.groups.through.objects.filter(contact__organisation__in=called)
    register.memberships = set(links.values_list("contact_id", "group_id"))
    return register


def match(found: Gathered, register: Register) -> None:
    """Set ``existing`` on every target that the register holds."""
    for name, home in found.organisations.items():
        home.existing = register.organisations.get(name)
    for key, group in found.groups.items():
        group.existing = register.groups.get(key)
    _match_contacts(found.contacts, register.contacts)


def _match_contacts(
    targets: dict[ContactKey, ContactTarget], known: Iterable[tuple[str, Contact]]
) -> None:
    """By mail address, or name and phone; then by a name that is used once and contradicts not."""
    free: dict[tuple[str, str], list[Contact]] = defaultdict(list)
    for home, contact in known:
        key = contact_key(home, contact.email, contact.name, contact.phone)
        if key in targets:
            targets[key].existing = contact
        else:
            free[home, contact.search].append(contact)
    for (home, *_), target in targets.items():
        same_name = free[home, fold(target.label)]
        if target.existing is None and len(same_name) == 1 and _fits(target, same_name[0]):
            target.existing = same_name.pop()


def _fits(target: ContactTarget, contact: Contact) -> bool:
    """Whether mail and phone are equal wherever both sides know them."""
    pairs = ((target.said.get(name), getattr(contact, name)) for name in ("email", "phone"))
    return all(not said or not there or said.value == there for said, there in pairs)
