"""The words of a text message: one part of GSM characters where it can be.

Neutral by rule: no group, no organisation, no category (DOMAIN.md §3, §4). Each is written from
the fullest form to the barest; the first that fits in one part is sent.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from core import swedish
from scheduling import links, snapshots
from scheduling.models import Invitation
from scheduling.outbox import gsm
from scheduling.states import BookingKind, InvitationState, MessageKind

_ASKS = frozenset({MessageKind.REQUEST, MessageKind.UPDATE, MessageKind.NUDGE, MessageKind.DECLINE})


_ENDS = frozenset(
    {MessageKind.CANCEL, MessageKind.TAKEN, MessageKind.SERIES_END, MessageKind.PASSED}
)
#: The words before the link say what it is for.
_BARE = frozenset({MessageKind.LINK, MessageKind.OFFER})


@dataclass(frozen=True, slots=True)
class TextLetter:
    """A text's words as they are sent, and what names it in lists."""

    title: str
    text: str

    @property
    def size(self) -> gsm.Size:
        """What it takes."""
        return gsm.measure(self.text)


@dataclass(frozen=True, slots=True)
class _Facts:
    """What every text may say, in the addressee's language."""

    when: str
    at: str
    point: str
    phone: str
    ring: str
    sign: str
    outreach: bool

    def fill(self, words: str, **more: object) -> str:
        return words % {"when": self.when, "at": self.at, "point": self.point, **more}


def write(invitation: Invitation, kind: MessageKind, now: datetime) -> TextLetter:
    """The text of ``kind`` for one invitation as the booking stands now."""
    language = snapshots.language(invitation)
    with translation.override(language):
        facts = _facts(invitation, language)
        opening = _opening(invitation, kind, facts, now)
        return TextLetter(
            _("Sms: %(when)s") % {"when": facts.when},
            _fitted(opening, _ask(invitation, kind), facts),
        )


def unclear(invitation: Invitation) -> TextLetter:
    """The word back to what no machine can read."""
    return _word(invitation, lambda: _("Tack! Vi läser ditt sms och hör av oss."), ring=True)


def stopped(invitation: Invitation) -> TextLetter:
    """The last word to somebody who wants no texts."""
    return _word(invitation, lambda: _("Ni får inga fler sms av oss. Vi ringer i stället."))


def can_be_answered() -> bool:
    """Whether texts come from a number, and what comes back reaches us."""
    return settings.SMS_FROM.startswith("+") and bool(settings.SMS_SECRET)


def _word(invitation: Invitation, words: Callable[[], str], *, ring: bool = False) -> TextLetter:
    language = snapshots.language(invitation)
    with translation.override(language):
        facts = _facts(invitation, language)
        title = _("Sms: %(when)s") % {"when": facts.when}
        return TextLetter(
            title, _fitted([words()], "", facts if ring else replace(facts, phone=""))
        )


def _facts(invitation: Invitation, language: str) -> _Facts:
    booking = invitation.booking
    answers = snapshots.on_the_phone(booking)
    phone = snapshots.phone_of(answers, booking)
    outreach = booking.kind == BookingKind.OUTREACH_VISIT.value
    point = booking.visit.meeting_point
    return _Facts(
        when=_when(booking.start, language),
        at=_("hos er") if outreach else _("på biblioteket"),
        point=f", {point}" if point and not outreach else "",
        phone=swedish.format_phone(phone).replace(" ", "") if phone else "",
        ring=answers.first_name or answers.username,
        sign=booking.visit.host.first_name,
        outreach=outreach,
    )


def _when(start: datetime, language: str) -> str:
    clock = swedish.clock(start) if language == "en" else swedish.clock_short(start)
    return f"{swedish.short_date(start, lang=language)} {_('kl.')} {clock}"


def _fitted(opening: list[str], ask: str, facts: _Facts) -> str:
    """The fullest of the forms that fits in one part; the barest where none does."""
    ring = _("Ring %(name)s, %(phone)s.") % {"name": facts.ring, "phone": facts.phone}
    rings = [ring, ""] if facts.phone else [""]
    forms = [
        gsm.plain(" ".join(part for part in (first, ask, last, f"/{facts.sign}") if part))
        for first in opening
        for last in (rings if ask else rings[:1])
    ]
    return next((form for form in forms if gsm.measure(form).parts == 1), forms[-1])


def _opening(invitation: Invitation, kind: MessageKind, facts: _Facts, now: datetime) -> list[str]:
    """With the meeting point and without."""
    words = _words(invitation, kind, facts, now)
    count = invitation.booking.series.bookings.count() if invitation.booking.series else 1
    full = facts.fill(words, count=count)
    return list(dict.fromkeys((full, full.replace(facts.point, "") if facts.point else full)))


def _words(invitation: Invitation, kind: MessageKind, facts: _Facts, now: datetime) -> str:
    if kind is MessageKind.REQUEST and facts.outreach:
        return _("Hej! Vi kommer gärna till er %(when)s.")
    if kind is MessageKind.REMINDER and not _is_tomorrow(invitation, now):
        return _("Hej! Snart ses vi %(at)s: %(when)s%(point)s.")
    if kind is MessageKind.RECEIPT and invitation.status is InvitationState.DECLINED:
        return _("Tack för beskedet! Vill ni ha en annan tid?")
    return {
        MessageKind.REQUEST: _("Hej! Välkomna till biblioteket %(when)s%(point)s."),
        MessageKind.UPDATE: _("Hej! Ändrat: nu ses vi %(at)s %(when)s%(point)s."),
        MessageKind.CANCEL: _("Hej! Att vi ses %(at)s %(when)s är avbokat."),
        MessageKind.REMINDER: _("Hej! I morgon %(when)s ses vi %(at)s%(point)s."),
        MessageKind.NUDGE: _("Hej! Passar det att vi ses %(at)s %(when)s?"),
        MessageKind.DECLINE: _("Hej! Den andra tiden gick tyvärr inte. %(when)s står kvar."),
        MessageKind.OFFER: _("Hej! Vilken tid passar att vi ses %(at)s?"),
        MessageKind.CHOSEN: _("Tack! Då ses vi %(at)s %(when)s%(point)s."),
        MessageKind.TAKEN: _("Hej! Tiden %(when)s gick till någon annan. Vi hör av oss om en ny."),
        MessageKind.SERIES: _("Hej! Välkomna till biblioteket %(count)d gånger, först %(when)s."),
        MessageKind.SERIES_END: _("Hej! Besöken på biblioteket från %(when)s är avbokade."),
        MessageKind.PASSED: _("Hej! En kollega till dig tar över det %(when)s. Tack!"),
        MessageKind.LINK: _("Hej! Här är länken om att vi ses %(at)s %(when)s:"),
        MessageKind.RECEIPT: _("Tack! Vi ses %(at)s %(when)s%(point)s."),
    }[kind]


def _ask(invitation: Invitation, kind: MessageKind) -> str:
    """What is asked of the reader, with the link it needs."""
    url, row = links.short_url(invitation), snapshots.series_row(invitation)
    if kind in _ENDS or not url:
        return ""
    if kind is MessageKind.SERIES and row is not None:
        return _("Svara om datumen: %(url)s") % {"url": links.series_url(row)}
    declined = invitation.status is InvitationState.DECLINED
    if kind in _BARE or (kind is MessageKind.RECEIPT and declined):
        return url
    pending = invitation.status in {InvitationState.PENDING, InvitationState.TENTATIVE}
    if kind in _ASKS or (kind is MessageKind.REMINDER and pending):
        two_ways = _("Svara JA/NEJ eller här: %(url)s")
        return (two_ways if can_be_answered() else _("Svara här: %(url)s")) % {"url": url}
    return _("Ändrat? %(url)s") % {"url": url}


def _is_tomorrow(invitation: Invitation, now: datetime) -> bool:
    day = timezone.localdate(invitation.booking.start)
    return (day - timezone.localdate(now)).days == 1
