"""Write the partners: organisations, groups and contacts."""

from datetime import date, datetime, time
from random import Random

from partners.models import Contact, Group, Organisation
from scheduling.demo import days, people
from scheduling.demo.world import World, new_tag, number
from scheduling.models import Resource, ResourceKind


def write(world: World, random: Random) -> None:
    """All twelve, each group with the resource that a booking takes."""
    for partner in people.PARTNERS:
        organisation = Organisation.objects.create(
            name=partner.name,
            kind=partner.kind,
            protected=partner.protected,
            address="",
            notes=partner.notes,
            is_demo=True,
            created_at=world.began,
        )
        for group in partner.groups:
            _group(world, organisation, group)
        for contact in partner.contacts:
            _contact(world, organisation, partner, contact, random)


def _group(world: World, organisation: Organisation, group: people.Group) -> None:
    row = Group.objects.create(
        organisation=organisation,
        alias=group.alias,
        category=group.category,
        size_band=group.band,
        languages=list(group.languages),
        access_needs=list(group.needs),
        preferred_weekday=group.weekday,
        preferred_time=time(group.hour),
        two_hosts=group.two_hosts,
        created_at=world.began,
    )
    world.groups[group.alias] = row
    resource = Resource.objects.create(kind=ResourceKind.GROUP.value, group=row)
    world.resources[group.alias] = resource.pk


def _contact(
    world: World,
    organisation: Organisation,
    partner: people.Partner,
    contact: people.Contact,
    random: Random,
) -> None:
    row = Contact.objects.create(
        organisation=organisation,
        name=contact.name,
        role=contact.role,
        email=f"{contact.mail}@{partner.domain}.example" if contact.mail else "",
        phone=number(contact.phone),
        language=contact.language,
        channel=contact.channel,
        source="Eget samtal",
        protected=partner.protected,
        mail_tag=new_tag(random),
        archived_at=_moment(world, contact.left),
        created_at=_moment(world, contact.since) or world.began,
    )
    row.groups.set(world.groups[alias] for alias in contact.groups)
    for alias in contact.groups:
        world.contacts.setdefault(alias, []).append(row)


def _moment(world: World, day: date | None) -> datetime | None:
    return None if day is None else days.at(days.moved(day, world.today), time(10))
