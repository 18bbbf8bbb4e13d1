"""One line of what happened to a visit: acts, mails with their version, answers by any channel."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from core import screening, swedish
from core.models import AuditEvent
from scheduling.models import (
    Answer,
    Booking,
    Bounce,
    IncomingAnswer,
    IncomingText,
    MailAction,
    Message,
    TextAction,
)
from scheduling.states import AnswerChannel, InvitationState, MessageKind, MessageState


@dataclass(frozen=True, slots=True)
class Beat:
    """One thing that happened. ``tone``: "", "yes" or "swap"; ``at`` is an instant."""

    at: datetime
    kind: str
    verb: str
    icon: str
    title: str
    by: str = ""
    via: str = ""
    text: str = ""
    quote: str = ""
    tone: str = ""
    message: Message | None = None

    @property
    def byline(self) -> str:
        """When, how and by whom, as one line."""
        when = f"{swedish.short_date(self.at)} kl. {swedish.clock(self.at)}"
        return ", ".join(part for part in (when, self.via, self.by) if part)


def of(booking: Booking) -> list[Beat]:
    """All beats, newest first, in six queries. Comments are masked."""
    events = AuditEvent.objects.filter(object_type="booking", object_id=booking.pk).select_related(
        "actor"
    )
    messages = booking.messages.select_related("invitation__contact", "invitation__host__user")
    answers = Answer.objects.filter(invitation__booking=booking).select_related(
        "invitation__contact", "invitation__host__user", "by"
    )
    beats = [beat for event in events if (beat := _event(event)) is not None]
    # Colleagues' calendars are kept in step quietly: in Utskick, and here where a mail failed.
    beats += [
        _message(message)
        for message in messages
        if message.invitation.contact_id is not None or message.status is MessageState.FAILED
    ]
    beats += [_answer(answer) for answer in answers]
    beats += mail_beats(booking)
    beats += text_beats(booking)
    return sorted(beats, key=lambda beat: beat.at, reverse=True)


def _event_words() -> dict[str, tuple[str, str]]:
    return {
        "visit.booked": ("calendar", _("Besöket bokades")),
        "visit.registered": ("pen", _("Besöket registrerades i efterhand")),
        "visit.drafted": ("pen", _("Ett utkast gjordes")),
        "visit.offered": ("send", _("Utkastet blev en inbjudan")),
        "visit.moved": ("swap", _("Besöket flyttades")),
        "visit.swapped": ("swap", _("Besöket bytte plats med ett annat")),
        "visit.room_changed": ("swap", _("Nytt rum")),
        "visit.host_changed": ("person", _("Nya värdar")),
        "visit.substituted": ("person", _("En kollega tog över")),
        "visit.changed": ("pen", _("Uppgifter ändrades")),
        "visit.confirmed": ("check", _("Bekräftat av oss")),
        "visit.cancelled_by_us": ("x", _("Inställt av oss")),
        "visit.cancelled_by_partner": ("x", _("Avbokat av partnern")),
        "visit.undone": ("undo", _("Ångrat")),
        "visit.contact_added": ("person", _("En kontakt till bjöds in")),
        "visit.hand_over_asked": ("arrow-right", _("Kontakten vill lämna över till en kollega")),
        "visit.handed_over": ("person", _("En kollega hos partnern tog över")),
        "visit.hand_over_ignored": ("x", _("Kollegan bjöds inte in")),
        "visit.contact_removed": ("person", _("En kontakt är inte längre inbjuden")),
        "visit.followed_up": ("check", _("Uppföljt")),
        "offer.chosen": ("check", _("En av tiderna valdes")),
        "offer.withdrawn": ("x", _("Erbjuden tid drogs tillbaka")),
        "offer.extended": ("clock", _("Tiderna hålls längre")),
        "offer.expired": ("clock", _("Erbjudna tider gick ut")),
        "slot.offered": ("send", _("Tiden erbjöds till andra")),
        "slot.taken": ("x", _("Tiden gick till någon annan")),
        "slot.withdrawn": ("x", _("Erbjudandet till andra drogs tillbaka")),
        "proposal.declined": ("x", _("Förslaget om annan tid gick inte")),
    }


_WITH_TIMES = frozenset({"visit.moved", "visit.swapped"})


def _event(event: AuditEvent) -> Beat | None:
    """Answers and reminders have rows of their own and are not told twice."""
    words = _event_words().get(event.verb)
    if words is None:
        return None
    text = ""
    before = event.data.get("before")
    if event.verb in _WITH_TIMES and isinstance(before, dict) and "start" in event.data:
        text = _("Från %(old)s till %(new)s.") % {
            "old": swedish.compact_when(_at(before["start"]), _at(before["end"])),
            "new": swedish.compact_when(_at(event.data["start"]), _at(event.data["end"])),
        }
    if event.data.get("room_reason"):
        # Screened before it was stored; masked like all that somebody typed.
        why = _("Rummet är litet, men: %(why)s") % {
            "why": screening.mask(str(event.data["room_reason"]))
        }
        text = f"{text} {why}".strip()
    return Beat(
        at=event.at,
        kind="event",
        verb=event.verb,
        icon=words[0],
        title=words[1],
        by=event.actor.name if event.actor else "",
        via=event.via,
        text=text,
    )


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _message(message: Message) -> Beat:
    titles = {
        MessageKind.REQUEST: _("Inbjudan"),
        MessageKind.UPDATE: _("Ändring"),
        MessageKind.CANCEL: _("Avbokning"),
        MessageKind.REMINDER: _("Påminnelse"),
        MessageKind.NUDGE: _("Fråga om svar"),
        MessageKind.DECLINE: _("Besked om förslaget"),
        MessageKind.OFFER: _("Tider att välja på"),
        MessageKind.CHOSEN: _("Vald tid"),
        MessageKind.TAKEN: _("Tiden gick till någon annan"),
        MessageKind.PASSED: _("Besked om att en kollega tar över"),
        MessageKind.SERIES: _("Inbjudan till serien"),
        MessageKind.SERIES_END: _("Avbokning av serien"),
        MessageKind.LINK: _("Länken igen"),
        MessageKind.RECEIPT: _("Svar på sms"),
    }
    states = {
        MessageState.WAITING: _("väntar på att skickas"),
        MessageState.SENDING: _("skickas nu"),
        MessageState.SENT: _("skickad"),
        MessageState.KEPT: _("sparad i Utskick, ingen e-postserver är inställd"),
        MessageState.FAILED: _("gick inte fram"),
        MessageState.SUPERSEDED: _("ersatt innan den skickades"),
        MessageState.BUNDLED: _("skickas i samma mejl som ett annat besök"),
        MessageState.TOLD: _("sagt per telefon i stället"),
    }
    if message.is_text:
        states[MessageState.KEPT] = _("sparad i Utskick, ingen sms-tjänst är inställd")
    return Beat(
        at=message.sent_at or message.created_at,
        kind="message",
        verb=message.kind,
        icon="text" if message.is_text else "mail",
        via=channel_word(AnswerChannel.SMS) if message.is_text else "",
        title=f"{titles[MessageKind(message.kind)]}, {states[message.status]}",
        text=_("Till %(name)s, framme i telefonen") % {"name": message.invitation.name}
        if message.delivered_at
        else _("Till %(name)s") % {"name": message.invitation.name},
        tone="swap" if message.status is MessageState.FAILED else "",
        message=message,
    )


def _answer(answer: Answer) -> Beat:
    words = {
        InvitationState.ACCEPTED: ("check", _("%(name)s sa ja"), "yes"),
        InvitationState.DECLINED: ("x", _("%(name)s sa nej"), ""),
        InvitationState.TENTATIVE: ("clock", _("%(name)s sa kanske"), ""),
        InvitationState.COUNTERED: ("swap", _("%(name)s föreslog en annan tid"), "swap"),
        InvitationState.DELEGATED: ("arrow-right", _("%(name)s lämnade över"), ""),
    }
    icon, title, tone = words[InvitationState(answer.state)]
    size = answer.size_band.replace("-", "–")
    return Beat(
        at=answer.at,
        kind="answer",
        verb=answer.state,
        icon=icon,
        title=title % {"name": answer.invitation.name},
        by=answer.by.name if answer.by else "",
        via=channel_word(AnswerChannel(answer.channel)),
        text=_("De blir %(size)s personer.") % {"size": size} if size else "",
        quote=screening.mask(answer.comment),
        tone=tone,
    )


def mail_beats(booking: Booking) -> list[Beat]:
    """What came by mail and was not simply an answer: too late, as somebody else, bounced."""
    answers = IncomingAnswer.objects.filter(invitation__booking=booking).select_related(
        "invitation__contact", "invitation__host__user"
    )
    bounces = Bounce.objects.filter(message__booking=booking).select_related(
        "message__invitation__contact", "message__invitation__host__user"
    )
    beats = [beat for answer in answers if (beat := _mail_answer(answer)) is not None]
    return beats + [_bounce(bounce) for bounce in bounces]


def text_beats(booking: Booking) -> list[Beat]:
    """What came by text and was no answer by itself: what a person read, and STOPP."""
    rows = IncomingText.objects.filter(invitation__booking=booking).select_related(
        "invitation__contact", "decided_by"
    )
    titles = {
        TextAction.REVIEW.value: _("Sms från %(name)s som en människa läser"),
        TextAction.STOP.value: _("%(name)s vill inte ha sms"),
        TextAction.START.value: _("%(name)s vill ha sms igen"),
    }
    return [
        Beat(
            at=row.received_at,
            kind="text",
            verb=row.reason or row.action,
            icon="text",
            title=titles[row.action] % {"name": row.invitation.name},
            by=row.decided_by.name if row.decided_by else "",
            via=channel_word(AnswerChannel.SMS),
            quote=screening.mask(row.words),
        )
        for row in rows
        if row.action in titles and row.invitation is not None
    ]


def _mail_answer(answer: IncomingAnswer) -> Beat | None:
    late = {
        "stale": _("Svaret gällde den gamla tiden och räknas inte"),
        "older": _("Svaret kom för sent: ett nyare finns"),
        "own_answer": _("Svarade på hela serien; datumet behöll sitt eget svar"),
        "over": _("Svaret kom för sent: besöket har varit"),
        "cancelled": _("Svaret kom för sent: besöket är inställt"),
        "withdrawn": _("Svaret kom för sent: inbjudan är återtagen"),
        "outdated": _("Förslaget gällde den gamla tiden"),
    }
    title = late.get(answer.reason, "")
    if not title and answer.answered_as and answer.action != MailAction.IGNORED.value:
        title = _("Svarade som %(address)s") % {"address": answer.answered_as}
    if not title:
        return None
    return Beat(
        at=answer.at,
        kind="mail",
        verb=answer.reason or "answered_as",
        icon="info",
        title=title,
        by=answer.attendee or answer.invitation.name,
        via=channel_word(AnswerChannel.MAIL),
        quote=screening.mask(answer.comment) if answer.action == "ignored" else "",
    )


def _bounce(bounce: Bounce) -> Beat:
    return Beat(
        at=bounce.at,
        kind="mail",
        verb="bounced",
        icon="warn",
        title=_("Mejlet till %(name)s studsade") % {"name": bounce.message.invitation.name},
        text=screening.mask(f"{bounce.status} {bounce.diagnostic}".strip()),
        tone="swap",
        message=bounce.message,
    )


def channel_word(channel: AnswerChannel) -> str:
    """How an answer came, in words."""
    return {
        AnswerChannel.LINK: _("via länk"),
        AnswerChannel.SMS_LINK: _("via länk i sms"),
        AnswerChannel.MAIL: _("från kalendern eller mejlen"),
        AnswerChannel.PHONE: _("per telefon"),
        AnswerChannel.SMS: _("per sms"),
        AnswerChannel.IN_PERSON: _("på plats"),
    }[channel]
