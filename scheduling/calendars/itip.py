"""iTIP objects of the organizer: one VCALENDAR, one UID, one addressee each (RFC 5546)."""

from urllib.parse import quote

from icalendar import Calendar, Event
from icalendar.prop import vCalAddress, vRecur

from scheduling.calendars import render
from scheduling.calendars.render import add_details, add_span, add_text
from scheduling.calendars.snapshots import (
    PRODID,
    EventSnapshot,
    EventStatus,
    InvitationSnapshot,
    Mailbox,
)
from scheduling.calendars.text import clean_text
from scheduling.calendars.timezone import add_timezone

COMMENT_LIMIT = 1000


def address(mailbox: Mailbox, **params: str) -> vCalAddress:
    """Return a CAL-ADDRESS with ``mailto:``, CN if there is a name, and `params` in their order."""
    value = vCalAddress("mailto:" + quote(mailbox.address, safe="@!$&'*+=^_`{|}~-."))
    if mailbox.name:
        value.params["CN"] = mailbox.name
    for name, param in params.items():
        value.params[name] = param
    return value


def _attendee(invitation: InvitationSnapshot, *, asked: bool) -> vCalAddress:
    params = {
        "CUTYPE": "INDIVIDUAL",
        "ROLE": invitation.role,
        "PARTSTAT": invitation.partstat,
    }
    if asked:
        params["RSVP"] = "TRUE"
    return address(invitation.attendee, **params)


def _calendar(method: str, component: Event, prodid: str) -> bytes:
    calendar = Calendar()
    calendar.add("VERSION", "2.0")
    add_text(calendar, "PRODID", prodid)
    calendar.add("CALSCALE", "GREGORIAN")
    calendar.add("METHOD", method)
    text = component.to_ical(sorted=False)
    if b";TZID=" in text:
        add_timezone(calendar)
    calendar.add_component(component)
    return bytes(calendar.to_ical(sorted=False))


def _identity(invitation: InvitationSnapshot) -> Event:
    component = Event()
    component.add("UID", invitation.uid)
    if invitation.recurrence_id is not None:
        component.add("RECURRENCE-ID", invitation.recurrence_id)
    component.add("DTSTAMP", invitation.stamp)
    return component


def _event(invitation: InvitationSnapshot, *, utc: bool = False) -> Event:
    """Return identity, times, recurrence and title."""
    component = _identity(invitation)
    add_span(component, invitation.start, invitation.end, utc=utc)
    if invitation.rrule is not None:
        component.add("RRULE", vRecur.from_ical(invitation.rrule))
    for date in invitation.exdates:
        component.add("EXDATE", date)
    component.add("SEQUENCE", invitation.sequence)
    add_text(component, "SUMMARY", invitation.summary)
    return component


def request(invitation: InvitationSnapshot, *, prodid: str = PRODID) -> bytes:
    """Return METHOD:REQUEST: an invitation, an update or a changed occurrence.

    Times are Europe/Stockholm wall times with the VTIMEZONE first (UTC in the repeated autumn
    hour, see `render.add_span`). ValueError for a cancelled status: that is `cancel`.

    Source: RFC 5546 section 3.2.2; ICAL.md A1 "ORGANIZER", "ATTENDEE", "RSVP", "zone or UTC",
    "counter allowed", "VALARM" (none), section 0 row 7.
    """
    if invitation.status is EventStatus.CANCELLED:
        raise ValueError("a cancelled event is sent with cancel()")
    component = _event(invitation)
    add_details(component, invitation)
    component.add("STATUS", invitation.status.value)
    component.add("TRANSP", "OPAQUE")
    component.add("ORGANIZER", address(invitation.organizer))
    component.add("ATTENDEE", _attendee(invitation, asked=True))
    add_text(component, "X-MICROSOFT-DISALLOW-COUNTER", "FALSE")
    return _calendar("REQUEST", component, prodid)


def cancel(invitation: InvitationSnapshot, *, whole: bool = True, prodid: str = PRODID) -> bytes:
    """Return METHOD:CANCEL; `invitation.sequence` must be counted up already.

    With `whole` the event (or the occurrence that `recurrence_id` names) is cancelled: STATUS says
    CANCELLED. Without, only this addressee is no longer invited, and STATUS is left out. A one-off
    event is written in UTC, because older Outlooks refuse a TZID here; a series and its occurrences
    keep the zone of their master.

    Source: RFC 5546 section 3.2.5; ICAL.md A1 "CANCEL content", "other causes", B4, B5.
    """
    recurring = invitation.rrule is not None or invitation.recurrence_id is not None
    component = _event(invitation, utc=not recurring)
    if whole:
        component.add("STATUS", EventStatus.CANCELLED.value)
        component.add("TRANSP", "TRANSPARENT")
    component.add("ORGANIZER", address(invitation.organizer))
    component.add("ATTENDEE", _attendee(invitation, asked=False))
    return _calendar("CANCEL", component, prodid)


def declinecounter(
    invitation: InvitationSnapshot, *, comment: str = "", prodid: str = PRODID
) -> bytes:
    """Return METHOD:DECLINECOUNTER: the event stays as the snapshot says, SEQUENCE unchanged.

    Only what the method is about stands here: identity, comment, organizer and that one attendee.
    `comment` is cleaned and cut to 1000 characters; say it in the mail's text as well, few clients
    show it. Source: RFC 5546 section 3.2.8; ICAL.md B12.
    """
    component = _identity(invitation)
    component.add("SEQUENCE", invitation.sequence)
    add_text(component, "COMMENT", clean_text(comment, COMMENT_LIMIT))
    component.add("ORGANIZER", address(invitation.organizer))
    component.add("ATTENDEE", _attendee(invitation, asked=False))
    return _calendar("DECLINECOUNTER", component, prodid)


def publish(
    snapshot: EventSnapshot | InvitationSnapshot,
    *,
    organizer: Mailbox | None = None,
    prodid: str = PRODID,
) -> bytes:
    """Return METHOD:PUBLISH for "Lägg i kalendern": no ATTENDEE, nothing to answer.

    An invitation keeps its UID, so a later REQUEST or CANCEL meets the same entry, and names its
    own organizer. An event of a feed knows none: pass `organizer`, which this method must name
    (ValueError without). ValueError also for a cancelled invitation.

    Source: RFC 5546 section 3.2.1; ICAL.md A2 "METHOD".
    """
    if isinstance(snapshot, EventSnapshot):
        component = render.event(snapshot)
    elif snapshot.status is EventStatus.CANCELLED:
        raise ValueError("a cancelled event is sent with cancel()")
    else:
        component = _event(snapshot)
        add_details(component, snapshot)
        component.add("STATUS", snapshot.status.value)
        component.add("TRANSP", "OPAQUE")
        organizer = snapshot.organizer
    if organizer is None:
        raise ValueError("a published event needs an organizer")
    component.add("ORGANIZER", address(organizer))
    return _calendar("PUBLISH", component, prodid)
