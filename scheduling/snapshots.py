"""The one place where rows become calendar snapshots."""

from dataclasses import replace
from datetime import UTC, datetime

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from core.models import User
from core.standing_in import responsible_for
from scheduling import links
from scheduling.calendars.snapshots import (
    EventSnapshot,
    EventStatus,
    InvitationSnapshot,
    Mailbox,
)
from scheduling.models import Booking, FeedVariant, Invitation, SeriesInvitation
from scheduling.states import CALLED_OFF, BookingKind, InvitationState, VisitState

#: Titles that say nothing of who comes (DOMAIN.md §3): the neutral level.
NEUTRAL_TITLES = {
    BookingKind.STUDY_VISIT: gettext_noop("Studiebesök"),
    BookingKind.OUTREACH_VISIT: gettext_noop("Uppsökande besök"),
    BookingKind.MEETING: gettext_noop("Möte"),
    BookingKind.TRAINING: gettext_noop("Utbildningspass"),
    BookingKind.ABSENCE: gettext_noop("Frånvaro"),
}
_STATUS = {
    VisitState.DRAFT: EventStatus.TENTATIVE,
    VisitState.OFFERED: EventStatus.TENTATIVE,
    VisitState.DECLINED: EventStatus.CANCELLED,
    VisitState.CANCELLED_BY_PARTNER: EventStatus.CANCELLED,
    VisitState.CANCELLED_BY_US: EventStatus.CANCELLED,
}


def location(booking: Booking) -> str:
    """Where it is, as a partner may read it: library, address, meeting point. Never the room."""
    here = booking.visit if hasattr(booking, "visit") else booking.gathering
    if here.room is None and here.place:
        return here.place
    library = here.room.library if here.room else booking.library
    if library is None:
        return ""
    return ", ".join(part for part in (library.name, library.address) if part)


def organiser_name(booking: Booking) -> str:
    """The library's name, or the product's where there is no place yet."""
    return booking.library.name if booking.library else "Studiebesök"


def on_the_phone(booking: Booking, now: datetime | None = None) -> User:
    """Whom a partner rings about the visit: its host, or who stands in for the host then.

    With ``now`` also who stands in at that instant, for a page that is read today.
    """
    host = met_by(booking)
    found = responsible_for(host, booking.start)
    return responsible_for(host, now) if found == host and now is not None else found


def met_by(booking: Booking) -> User:
    """Who signs: the visit's host; of a meeting its planner where she attends, or the first."""
    if hasattr(booking, "visit"):
        return booking.visit.host.user
    users = [host.user for host in booking.gathering.hosts.select_related("user").order_by("pk")]
    planner = booking.created_by
    if planner is not None and (planner in users or not users):
        return planner
    return users[0]


def phone_of(user: User, booking: Booking) -> str:
    """The colleague's number as E.164, or the library's where there is none."""
    return user.phone or (booking.library.phone if booking.library else "")


def event(booking: Booking, variant: FeedVariant) -> EventSnapshot:
    """One booking as a feed shows it at ``variant``; stamps are stored, never the present."""
    kind = BookingKind(booking.kind)
    full = variant is FeedVariant.FULL
    busy = variant is FeedVariant.BUSY
    summary = "Upptagen" if busy else (_full_title(booking) if full else NEUTRAL_TITLES[kind])
    return EventSnapshot(
        uid=booking.feed_uid,
        sequence=booking.feed_sequence,
        stamp=booking.feed_changed_at.astimezone(UTC),
        last_modified=booking.feed_changed_at.astimezone(UTC),
        created=booking.created_at.astimezone(UTC),
        start=booking.start,
        end=booking.end,
        summary=summary,
        location="" if busy else _feed_location(booking, full=full),
        description=_full_description(booking) if full else "",
        status=_STATUS.get(booking.status, EventStatus.CONFIRMED),
        transparent=variant is FeedVariant.NEUTRAL_FREE or booking.status in CALLED_OFF,
        categories=() if busy else (NEUTRAL_TITLES[kind],),
        # Behind login: the address alone tells nothing.
        url=f"{settings.BASE_URL}{booking.get_absolute_url()}" if full else "",
    )


def _full_title(booking: Booking) -> str:
    if not hasattr(booking, "visit"):
        return booking.title or NEUTRAL_TITLES[BookingKind(booking.kind)]
    groups = ", ".join(group.alias for group in booking.visit.groups.all())
    return f"{groups}: {booking.visit.programme.name}"


def _feed_location(booking: Booking, *, full: bool) -> str:
    here = getattr(booking, "visit", None) or getattr(booking, "gathering", None)
    if here is None or (here.room is None and not here.place and not hasattr(booking, "visit")):
        return booking.library.name if booking.library else ""
    room = here.room
    if room is None:
        # An address we go to can be a protected one: only those who go see it.
        return here.place if full else ""
    return f"{room.name}, {room.library.name}"


def _full_description(booking: Booking) -> str:
    if hasattr(booking, "gathering"):
        users = booking.gathering.hosts.select_related("user")
        return "Från oss: " + ", ".join(host.user.name for host in users) if users else ""
    if not hasattr(booking, "visit"):
        return ""
    hosts = ", ".join(host.user.name for host in booking.visit.hosts)
    return f"Värd: {hosts}\nMötesplats: {booking.visit.meeting_point}"


def invitation(
    row: Invitation, *, sequence: int, stamp: datetime, answer_url: str, chosen: bool = False
) -> InvitationSnapshot:
    """The iTIP object for one addressee: neutral words, their language, only them as ATTENDEE."""
    if row.contact_id is None:
        return _colleague_invitation(row, sequence=sequence, stamp=stamp)
    booking = row.booking
    series = series_invitation(row)
    with translation.override(language(row)):
        summary, description = _words_to_partner(row, answer_url)
    return InvitationSnapshot(
        uid=series.ical_uid if series else row.ical_uid,
        recurrence_id=booking.original_start if series else None,
        sequence=sequence,
        stamp=stamp,
        start=booking.start,
        end=booking.end,
        summary=summary,
        location=location(booking),
        description=description,
        url=answer_url,
        organizer=Mailbox(links.tagged_address(row.mail_tag), organiser_name(booking)),
        attendee=Mailbox(row.email, row.name),
        # Who has chosen the time by the link is not asked once more.
        partstat="ACCEPTED" if chosen else "NEEDS-ACTION",
        status=_STATUS_OF_INVITATION.get(booking.status, EventStatus.CONFIRMED),
    )


def _words_to_partner(row: Invitation, answer_url: str) -> tuple[str, str]:
    booking = row.booking
    if not hasattr(booking, "visit"):
        return _("Möte med biblioteket"), _("Svara eller ändra här: %(url)s") % {"url": answer_url}
    description = _("%(what)s\n\nVi möts %(meeting)s.\n\nSvara eller ändra här: %(url)s") % {
        "what": booking.visit.programme.text(language(row)),
        "meeting": booking.visit.meeting_point,
        "url": answer_url,
    }
    outreach = booking.kind == BookingKind.OUTREACH_VISIT.value
    return _("Möte med biblioteket") if outreach else _("Besök på biblioteket"), description


#: What a colleague's own calendar shows of her answer: a changed room does not ask again.
_PARTSTAT = {
    InvitationState.ACCEPTED: "ACCEPTED",
    InvitationState.DECLINED: "DECLINED",
    InvitationState.TENTATIVE: "TENTATIVE",
}


def _colleague_invitation(row: Invitation, *, sequence: int, stamp: datetime) -> InvitationSnapshot:
    """A colleague's: what a neutral feed shows; group, plan and phone behind the login.

    It is CONFIRMED as long as the time is hers to keep, whatever the partner has said so far.
    """
    booking = row.booking
    url = colleague_url(booking)
    with translation.override(language(row)):
        summary = _(NEUTRAL_TITLES[BookingKind(booking.kind)])
        description = _("Allt om bokningen, efter inloggning: %(url)s") % {"url": url}
    return InvitationSnapshot(
        uid=row.ical_uid,
        sequence=sequence,
        stamp=stamp,
        start=booking.start,
        end=booking.end,
        summary=summary,
        location=neutral_location(booking),
        description=description,
        url=url,
        organizer=Mailbox(links.tagged_address(row.mail_tag), organiser_name(booking)),
        attendee=Mailbox(row.email, row.name),
        partstat=_PARTSTAT.get(row.status, "NEEDS-ACTION"),
    )


def neutral_location(booking: Booking) -> str:
    """Room and library; nothing of an address we go to, which may be a protected one."""
    return _feed_location(booking, full=False)


def colleague_url(booking: Booking) -> str:
    """The page with all that a colleague needs, behind the login."""
    if hasattr(booking, "visit"):
        return links.page_url(f"vard/{booking.pk}")
    return f"{settings.BASE_URL}{booking.get_absolute_url()}"


def goes_on_without(row: Invitation) -> bool:
    """Whether the booking stands although the addressee is no longer asked."""
    return row.status is InvitationState.WITHDRAWN and row.booking.status not in CALLED_OFF


def series_invitation(row: Invitation) -> SeriesInvitation | None:
    """The regular series' own invitation that a date's belongs to; None for any other visit."""
    series = row.booking.series
    if series is None or not series.regular:
        return None
    return series.invitations.filter(contact=row.contact).first()


def series_row(row: Invitation) -> SeriesInvitation | None:
    """The contact's invitation to the whole series, regular or not; None for a single visit."""
    series = row.booking.series
    return series.invitations.filter(contact=row.contact).first() if series else None


def whole_series(
    row: Invitation, *, sequence: int, stamp: datetime, answer_url: str
) -> InvitationSnapshot:
    """The master of a regular series: one UID, RRULE, EXDATE for what is skipped or called off."""
    one = invitation(row, sequence=sequence, stamp=stamp, answer_url=answer_url)
    series = row.booking.series
    assert series is not None
    gone = series.bookings.filter(state__in=[state.value for state in _STATUS_OF_INVITATION])
    if series.cancelled_at is not None:
        gone = gone.none()  # all of it is: the CANCEL names the dates that were
    called_off = [day for day in gone.values_list("original_start", flat=True) if day]
    return replace(
        one,
        start=series.start,
        end=series.end,
        recurrence_id=None,
        rrule=series.rule,
        exdates=tuple(sorted({*map(datetime.fromisoformat, series.exdates), *called_off})),
        status=EventStatus.CONFIRMED,
    )


#: A partner's own copy is never tentative: the time is theirs until somebody says otherwise.
_STATUS_OF_INVITATION = {
    VisitState.CANCELLED_BY_US: EventStatus.CANCELLED,
    VisitState.CANCELLED_BY_PARTNER: EventStatus.CANCELLED,
}


def language(row: Invitation) -> str:
    """The addressee's language: "sv" or "en"."""
    if row.contact:
        return row.contact.language
    return row.host.user.language if row.host else "sv"
