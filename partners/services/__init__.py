"""Every change of the register: one function an act, one transaction, one audit row.

Callers give ``actor`` (None is the system) and an aware ``now``; each function raises the errors of
``core.errors`` with a message for the user.
"""

from partners.services.contacts import archive_contact, restore_contact, save_contact
from partners.services.details import ContactDetails, GroupDetails, OrganisationDetails
from partners.services.groups import archive_group, restore_group, save_group
from partners.services.organisations import (
    archive_organisation,
    restore_organisation,
    save_organisation,
)

__all__ = [
    "ContactDetails",
    "GroupDetails",
    "OrganisationDetails",
    "archive_contact",
    "archive_group",
    "archive_organisation",
    "restore_contact",
    "restore_group",
    "restore_organisation",
    "save_contact",
    "save_group",
    "save_organisation",
]
