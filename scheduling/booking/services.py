"""The one door for every change of a booking's state; pages, API, mailbox and jobs call this."""

from scheduling.booking.alter import (
    Details,
    cancel,
    change_details,
    mark_public,
    move,
    send_draft,
)
from scheduling.booking.answers import (
    Reply,
    Wish,
    accept_proposal,
    answer,
    confirm,
    decline_proposal,
    is_free,
)
from scheduling.booking.book import book, preview
from scheduling.booking.guests import add_contact, remove_contact
from scheduling.booking.plan import VisitPlan
from scheduling.booking.rearrange import change_host, change_room, substitute, take_way
from scheduling.booking.swap import Exchange, swap
from scheduling.booking.undo import seconds_left, undo, undoable

__all__ = [
    "Details",
    "Exchange",
    "Reply",
    "VisitPlan",
    "Wish",
    "accept_proposal",
    "add_contact",
    "answer",
    "book",
    "cancel",
    "change_details",
    "change_host",
    "change_room",
    "confirm",
    "decline_proposal",
    "is_free",
    "mark_public",
    "move",
    "preview",
    "remove_contact",
    "seconds_left",
    "send_draft",
    "substitute",
    "swap",
    "take_way",
    "undo",
    "undoable",
]
