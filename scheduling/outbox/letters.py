"""The words of a mail: plain and HTML from templates, in the addressee's language.

Neutral by rule: no group, no organisation, no category in subject or text (DOMAIN.md §3, §4).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

import css_inline
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from core import swedish
from core.languages import lines_of_html, lines_of_text
from scheduling import links, snapshots
from scheduling.models import Booking, Host, Invitation
from scheduling.states import BookingKind, InvitationState, MessageKind, OfferState


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail's words."""

    subject: str
    text: str
    html: str


def write(invitation: Invitation, kind: MessageKind, now: datetime) -> Letter:
    """The letter of ``kind`` for one invitation as the booking stands, written at ``now``."""
    language = snapshots.language(invitation)
    with translation.override(language):
        if invitation.contact is None:
            name, context = f"colleague_{kind.value}", _to_colleague(invitation, language)
        elif not hasattr(invitation.booking, "visit"):
            name, context = f"meeting_{kind.value}", _of_meeting(invitation, language)
        else:
            name, context = kind.value, _context(invitation, language, now)
        subject = render_to_string(f"email/{name}.subject.txt", context)
        text = lines_of_text(render_to_string(f"email/{name}.txt", context))
        html = lines_of_html(render_to_string(f"email/{name}.html", context))
    return Letter(" ".join(subject.split()), f"{text.strip()}\n", _inliner().inline(html))


def write_together(invitations: Sequence[Invitation], kind: MessageKind, now: datetime) -> Letter:
    """One letter of words about several visits of one addressee; REMINDER or NUDGE."""
    language = snapshots.language(invitations[0])
    rows = [_context(row, language, now) for row in invitations]
    context = {**rows[0], "rows": rows, "number": len(rows), "asks": kind is MessageKind.NUDGE}
    with translation.override(language):
        subject = render_to_string("email/together.subject.txt", context)
        text = render_to_string("email/together.txt", context)
        html = render_to_string("email/together.html", context)
    return Letter(" ".join(subject.split()), f"{text.strip()}\n", _inliner().inline(html))


@lru_cache(maxsize=1)
def _inliner() -> css_inline.CSSInliner:
    # Nothing is ever fetched: styles stand in the template itself.
    return css_inline.CSSInliner(load_remote_stylesheets=False, keep_at_rules=True)


def _context(invitation: Invitation, language: str, now: datetime) -> dict[str, object]:
    booking = invitation.booking
    visit = booking.visit
    answers = snapshots.on_the_phone(booking)
    away = answers != visit.host.user
    phone = snapshots.phone_of(answers, booking) if away else visit.host.user.phone
    return {
        "lang": language,
        "name": invitation.contact.first_name if invitation.contact else invitation.name,
        "library": snapshots.organiser_name(booking),
        "when": swedish.long_when(booking.start, booking.end, lang=language),
        "subject_when": swedish.subject_when(booking.start, lang=language),
        "where": snapshots.location(booking),
        "meeting_point": visit.meeting_point,
        "who": who_meets(booking),
        "sign": visit.host.sign,
        "phone": swedish.format_phone(phone) if phone else "",
        # Named only where it is not the host who answers.
        "call": (answers.first_name or answers.username) if away and phone else "",
        "signature": visit.host.first_name,
        "ring": answers.first_name or answers.username,
        "outreach": booking.kind == BookingKind.OUTREACH_VISIT.value,
        "what": visit.programme.text(language),
        "greeting": visit.greeting,
        "size_band": (invitation.size_band or "").replace("-", "–"),
        "fika": visit.fika,
        "respond_by": (
            # A reminder written after the day must not ask for what can no longer be done.
            swedish.date_without_year(visit.respond_by, lang=language)
            if visit.respond_by and visit.respond_by >= timezone.localdate(now)
            else ""
        ),
        "times": [
            swedish.long_when(time.start, time.end, lang=language)
            for time in booking.offered_times.filter(state=OfferState.OPEN.value)
        ],
        **_series(invitation, language),
        "held_until": _held_until(booking, language),
        "answer_url": links.answer_url(invitation),
        "details_url": _details_url(invitation),
        "takes_over": _takes_over(invitation),
        "goes_on": snapshots.goes_on_without(invitation),
        "privacy_url": links.page_url("integritet"),
    }


def _of_meeting(invitation: Invitation, language: str) -> dict[str, object]:
    """For a partner's or a channel's contact: when, where, who from us; never the title."""
    booking, contact = invitation.booking, invitation.contact
    assert contact is not None
    gathering, ring = booking.gathering, snapshots.on_the_phone(booking)
    phone = snapshots.phone_of(ring, booking)
    inside = gathering.room is not None and booking.library is not None
    return {
        "lang": language,
        "name": contact.first_name,
        "library": snapshots.organiser_name(booking),
        "when": swedish.long_when(booking.start, booking.end, lang=language),
        "subject_when": swedish.subject_when(booking.start, lang=language),
        "where": snapshots.location(booking),
        "meeting_point": booking.library.meeting_point if inside and booking.library else "",
        "who": " & ".join(_introduced(host) for host in gathering.hosts.select_related("user")),
        "phone": swedish.format_phone(phone) if phone else "",
        "ring": ring.first_name or ring.username,
        "signature": snapshots.met_by(booking).first_name or snapshots.met_by(booking).username,
        "greeting": gathering.greeting,
        "goes_on": snapshots.goes_on_without(invitation),
        "answer_url": links.answer_url(invitation),
        "details_url": _details_url(invitation),
        "privacy_url": links.page_url("integritet"),
    }


def _to_colleague(invitation: Invitation, language: str) -> dict[str, object]:
    """For a host or an attending colleague: when and where; everything else behind the login."""
    booking, host = invitation.booking, invitation.host
    assert host is not None
    return {
        "lang": language,
        "name": host.first_name,
        "library": snapshots.organiser_name(booking),
        "what": _(snapshots.NEUTRAL_TITLES[BookingKind(booking.kind)]),
        "when": swedish.long_when(booking.start, booking.end, lang=language),
        "subject_when": swedish.subject_when(booking.start, lang=language),
        "where": snapshots.neutral_location(booking),
        "own": invitation.status is InvitationState.ACCEPTED,
        "goes_on": snapshots.goes_on_without(invitation),
        "url": snapshots.colleague_url(booking),
        "settings_url": links.page_url("floden/"),
    }


def _series(invitation: Invitation, language: str) -> dict[str, object]:
    """All dates of a series and the link to them; nothing for a single visit."""
    series = invitation.booking.series
    row = snapshots.series_row(invitation)
    if series is None or row is None:
        return {}
    dates = series.bookings.order_by("start")
    return {
        "dates": [swedish.long_when(one.start, one.end, lang=language) for one in dates],
        "series_url": links.series_url(row),
    }


def _held_until(booking: Booking, language: str) -> str:
    """The last day on which the offered times are held, in words; empty where none is."""
    rows = booking.offered_times.filter(state=OfferState.OPEN.value).order_by("expires_at")
    first = rows.values_list("expires_at", flat=True).first()
    return swedish.date_without_year(first, lang=language) if first else ""


def _details_url(invitation: Invitation) -> str:
    """Where a contact asks to be put right or removed; colleagues have their own ways."""
    url = links.answer_url(invitation) if invitation.contact else ""
    return f"{url}/mina-uppgifter" if url else ""


def _takes_over(invitation: Invitation) -> bool:
    """Whether the addressee comes after a contact who has left."""
    before = invitation.booking.invitations.filter(
        contact__left_at__isnull=False, group=invitation.group
    )
    return invitation.contact is not None and before.exists()


def who_meets(booking: Booking) -> str:
    """ "Charlie, bibliotekarie, och Sam, socionom" in the active language."""
    return " & ".join(_introduced(host) for host in booking.visit.hosts)


def _introduced(host: Host) -> str:
    return f"{host.first_name}, {host.user.title}" if host.user.title else host.first_name
