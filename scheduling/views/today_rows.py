"""The rows of I dag: what waits becomes a sentence, and each gets its act."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core import swedish
from partners.models import Group
from scheduling.insight.today import INTEREST_TIMES, Needs, Silent, Wish
from scheduling.models import Booking, CallTask, FollowUp, Invitation
from scheduling.states import AnswerChannel, BookingKind, InvitationState, MessageKind
from scheduling.views.today_mail import MailRows
from scheduling.views.today_words import (
    Row,
    aliases,
    asked,
    book_again,
    capital,
    lang,
    moment,
    short_past,
    what_and_when,
)

#: "Kan vänta" stays short; the rest stand on the page of efforts.
MOST_INTERESTS = 3


@dataclass(frozen=True, slots=True)
class Rows(MailRows):
    """What needs somebody, and what can wait."""

    def needs(self, needs: Needs) -> list[Row]:
        """Every row in the order in which it presses."""
        made: list[Row] = [
            *(self._wish(row) for row in needs.wishes),
            *(self._call(row) for row in needs.calls),
            *(self._lacking(row) for row in needs.lacking),
            *(self._cannot(row) for row in needs.cannot),
            *(self._meeting(row) for row in needs.meetings),
            *([self.line_down(needs.line_down)] if needs.line_down else []),
            *(self.failed(row) for row in needs.failed),
            *(self.late(row) for row in needs.late),
            *(self._silent(row) for row in needs.silent),
            *(self._expired(row) for row in needs.expired),
            *(self._follow_up(row) for row in needs.follow_ups),
            *(self._gathered(row) for row in needs.gathered),
            *(self._next_step(row) for row in needs.next_steps),
        ]
        if not self.acts:
            for row in made:
                row.update(acts=[], quote="", note="")
        return made

    def _lacking(self, booking: Booking) -> Row:
        return {
            "icon": "warn",
            "tone": "now",
            "kind": _("Medvärd saknas"),
            "title": _("%(group)s behöver två värdar") % {"group": aliases(booking)},
            "href": reverse("visit", args=[booking.pk]),
            "text": _("%(what)s Besöket kan inte bekräftas innan en medvärd är vald.")
            % {"what": what_and_when(booking)},
            "quote": "",
            "note": "",
            "acts": [
                {
                    "label": _("Välj medvärd"),
                    "href": reverse("visit_change", args=[booking.pk]),
                    "style": "",
                }
            ],
        }

    def _cannot(self, invitation: Invitation) -> Row:
        booking, host = invitation.booking, invitation.host
        assert host is not None
        wished = [row for row in invitation.proposals.all() if row.start and not row.outdated]
        title = _("%(name)s kan inte, hitta ersättare") % {"name": host.first_name}
        if invitation.status is InvitationState.COUNTERED and wished and wished[-1].start:
            words = {"name": host.first_name, "when": moment(wished[-1].start)}
            title = _("%(name)s kan inte då, men %(when)s") % words
        return {
            "icon": "person",
            "tone": "now",
            "kind": _("Värd kan inte"),
            "owner": booking.created_by_id,
            "title": title,
            "href": reverse("visit", args=[booking.pk]),
            "text": _("%(group)s: %(what)s Besöket står fast.")
            % {"group": aliases(booking), "what": what_and_when(booking)},
            "quote": invitation.comment,
            "note": "",
            "acts": [
                {
                    "label": _("Hitta ersättare"),
                    "href": reverse("visit_host", args=[booking.pk]),
                    "style": "",
                }
            ],
        }

    def _meeting(self, invitation: Invitation) -> Row:
        booking = invitation.booking
        wishes = invitation.status is InvitationState.COUNTERED
        title = _("%(name)s vill hellre ha en annan tid") if wishes else _("%(name)s kan inte")
        page = {
            "label": _("Se svaret"),
            "href": booking.get_absolute_url(),
            "style": "quiet",
        }
        move = {"label": _("Flytta mötet"), "href": reverse("meeting_change", args=[booking.pk])}
        return {
            "icon": "swap" if wishes else "x",
            "tone": "now",
            "kind": _("Svar om ett möte"),
            "owner": booking.created_by_id,
            "title": title % {"name": invitation.name},
            "href": booking.get_absolute_url(),
            "text": what_and_when(booking),
            "quote": invitation.comment,
            "note": "",
            "acts": [move, page],
        }

    def _gathered(self, booking: Booking) -> Row:
        training = booking.kind == BookingKind.TRAINING.value
        act = {
            "label": _("Hur många kom?") if training else _("Skriv en rad"),
            "href": reverse("training_outcome", args=[booking.pk])
            if training
            else booking.get_absolute_url(),
        }
        return {
            "icon": "pen",
            "tone": "",
            "kind": _("Utbildningspass") if training else _("Möte"),
            "owner": booking.created_by_id,
            "title": _("Efter %(what)s") % {"what": booking.title},
            "href": booking.get_absolute_url(),
            "text": _("%(day)s. Det tar en halv minut.")
            % {
                "day": capital(swedish.short_date(booking.start, lang=lang())),
            },
            "quote": "",
            "note": "",
            "acts": [act],
        }

    def _wish(self, wish: Wish) -> Row:
        booking = wish.invitation.booking
        how = self._how(wish.invitation)
        now = _("%(programme)s, nu %(when)s.") % {
            "programme": booking.visit.programme.name,
            "when": moment(booking.start),
        }
        return {
            "icon": "swap",
            "tone": "now",
            "kind": _("Motförslag"),
            "owner": booking.created_by_id,
            "title": _("%(group)s föreslår en annan tid") % {"group": aliases(booking)},
            "href": reverse("visit", args=[booking.pk]),
            "text": f"{now} {how}".strip(),
            "quote": wish.invitation.comment or " ".join(row.text for row in wish.words),
            "note": self._wish_note(wish),
            "acts": self._wish_acts(wish),
        }

    def _wish_acts(self, wish: Wish) -> list[Row]:
        acts: list[Row] = [
            {
                "label": _("Ta %(when)s") % {"when": moment(proposal.start)},
                "action": reverse("proposal_accept", args=[proposal.pk]),
                "icon": "check",
                "next": reverse("today"),
            }
            for proposal, taken in wish.timed
            if proposal.start is not None and not taken
        ]
        move = {
            "label": _("Föreslå annat") if acts else _("Välj en ny tid"),
            "href": reverse("visit_move", args=[wish.invitation.booking_id]),
            "style": "quiet" if acts else "",
        }
        first = wish.timed[0][0] if wish.timed else wish.words[0]
        keep = {
            "label": _("Behåll tiden"),
            "action": reverse("proposal_decline", args=[first.pk]),
            "style": "quiet",
            "next": reverse("today"),
        }
        return [*acts, move, keep]

    def _wish_note(self, wish: Wish) -> str:
        if not wish.timed:
            return _("Förslaget är i ord. Välj en tid som passar och flytta besöket.")
        taken = [
            _("%(when)s går inte, upptaget: %(names)s.")
            % {"when": capital(moment(proposal.start)), "names": ", ".join(names)}
            for proposal, names in wish.timed
            if names and proposal.start is not None
        ]
        if taken:
            return " ".join(taken)
        count = len(wish.timed)
        return ngettext("Rum och värd är lediga då.", "Rum och värd är lediga alla tiderna.", count)

    def _how(self, invitation: Invitation) -> str:
        ways = {
            AnswerChannel.LINK.value: _("Svar via länk"),
            AnswerChannel.SMS_LINK.value: _("Svar via sms-länk"),
            AnswerChannel.MAIL.value: _("Svar från kalendern"),
            AnswerChannel.PHONE.value: _("Svar per telefon"),
            AnswerChannel.SMS.value: _("Svar per sms"),
            AnswerChannel.IN_PERSON.value: _("Svar på plats"),
        }
        if invitation.answered_at is None:
            return ""
        return f"{ways.get(invitation.channel, _('Svar'))} {moment(invitation.answered_at)}."

    def _call(self, task: CallTask) -> Row:
        booking = task.invitation.booking
        titles = {
            MessageKind.REQUEST: _("%(group)s är inte inbjuden än"),
            MessageKind.UPDATE: _("%(group)s vet inte om ändringen"),
            MessageKind.CANCEL: _("%(group)s vet inte att besöket är inställt"),
            MessageKind.REMINDER: _("Påminn %(group)s om besöket"),
            MessageKind.NUDGE: _("%(group)s har inte svarat"),
            MessageKind.DECLINE: _("%(group)s vet inte att tiden står fast"),
            MessageKind.OFFER: _("%(group)s ska välja en tid"),
            MessageKind.CHOSEN: _("%(group)s vet inte vilken tid det blev"),
            MessageKind.TAKEN: _("%(group)s vet inte att tiden gick till någon annan"),
            MessageKind.PASSED: _("%(group)s har fått en ny kontakt för besöket"),
            MessageKind.SERIES: _("%(group)s är inte inbjuden än"),
            MessageKind.SERIES_END: _("%(group)s vet inte att besöken är inställda"),
        }
        acts = self._phone(task.invitation)
        acts.append(
            {
                "label": _("Klart, vi har pratat"),
                "action": reverse("call_done", args=[task.pk]),
                "style": "quiet" if acts else "",
                "next": reverse("today"),
            }
        )
        person = task.contact.name if self.acts else _("Kontakten")
        why = (
            _("%(who)s har fått sms, men det är nära. Hör att det är läst. %(what)s")
            if task.texted  # type: ignore[attr-defined] # annotated
            else _("%(who)s får inget mejl eller sms om det. %(what)s")
        )
        return {
            "icon": "phone",
            "tone": "now",
            "kind": _("Ring kontakten"),
            "owner": booking.created_by_id,
            "title": titles[MessageKind(task.kind)] % {"group": asked(task.invitation)},
            "href": booking.get_absolute_url(),
            "text": why % {"who": person, "what": what_and_when(booking)},
            "acts": acts,
        }  # fmt: skip

    def _silent(self, row: Silent) -> Row:
        booking = row.invitation.booking
        nudge = {
            "label": _("Påminn"),
            "action": reverse("visit_nudge", args=[booking.pk]),
            "icon": "bell",
            "next": reverse("today"),
        }
        words = {"what": what_and_when(booking), "day": swedish.short_date(row.told, lang=lang())}
        return {
            "icon": "clock",
            "tone": "part",
            "kind": _("Inget svar på %(days)d arbetsdagar") % {"days": row.days},
            "owner": booking.created_by_id,
            "title": _("%(group)s har inte svarat") % {"group": aliases(booking)},
            "href": reverse("visit", args=[booking.pk]),
            "text": _("%(what)s De fick senast höra av oss %(day)s.") % words,
            "acts": [nudge, *self._phone(row.invitation, quiet=True)],
        }

    def _expired(self, booking: Booking) -> Row:
        asked = next((row for row in booking.invitations.all() if row.contact_id), None)
        groups = list(booking.visit.groups.all())
        return {
            "icon": "clock",
            "tone": "part",
            "kind": _("Tiderna gick ut"),
            "owner": booking.created_by_id,
            "title": _("%(group)s valde ingen av tiderna") % {"group": aliases(booking)},
            "href": reverse("visit", args=[booking.pk]),
            "text": _("%(programme)s. Tiderna hålls inte längre. Erbjud nya, eller ring och fråga.")
            % {"programme": booking.visit.programme.name},
            "acts": [
                {
                    "label": _("Erbjud nya tider"),
                    "href": book_again(groups[0]) if groups else reverse("book"),
                },
                *(self._phone(asked, quiet=True) if asked else []),
            ],
        }

    def _follow_up(self, booking: Booking) -> Row:
        words = {
            "programme": booking.visit.programme.name,
            "day": swedish.short_date(booking.start, lang=lang()),
        }
        return {
            "icon": "pen",
            "tone": "",
            "kind": _("Uppföljning"),
            "owner": booking.visit.host.user_id,
            "title": _("Skriv några rader om %(group)s") % {"group": aliases(booking)}
            if self.acts
            else _("Ingen uppföljning än: %(group)s") % {"group": aliases(booking)},
            "href": reverse("visit", args=[booking.pk]),
            "text": _("%(programme)s, %(day)s. Det tar ungefär en minut.") % words
            if self.acts
            else f"{words['programme']}, {words['day']}.",
            "acts": [
                {"label": _("Följ upp"), "href": reverse("follow_up", args=[booking.pk])},
            ],
        }

    def _next_step(self, row: FollowUp) -> Row:
        groups = list(row.booking.visit.groups.all())
        assert row.next_step_due is not None
        due = swedish.short_date(row.next_step_due, lang=lang())
        late = row.next_step_due < self.today
        agreed = swedish.short_date(row.at, lang=lang())
        return {
            "icon": "flag",
            "tone": "part" if late else "",
            "owner": row.author_id,
            "kind": _("Nästa steg, skulle ske %(day)s") % {"day": due}
            if late
            else _("Nästa steg i dag"),
            "title": row.next_step
            if self.acts
            else _("Ett nästa steg med %(group)s") % {"group": aliases(row.booking)},
            "href": reverse("visit", args=[row.booking_id]),
            "text": _("%(group)s. Ni kom överens om det %(day)s.")
            % {"group": aliases(row.booking), "day": agreed},
            "acts": [
                {"label": _("Boka"), "href": book_again(groups[0]) if groups else reverse("book")},
                {
                    "label": _("Klart"),
                    "action": reverse("next_step_done", args=[row.pk]),
                    "style": "quiet",
                    "next": reverse("today"),
                },
                {
                    "label": _("Flytta en vecka"),
                    "action": reverse("next_step_move", args=[row.pk]),
                    "style": "quiet",
                    "next": reverse("today"),
                },
            ],
        }

    def later(self, needs: Needs) -> list[Row]:
        """Groups adrift and interests with nothing planned."""
        return [*(self._adrift(group) for group in needs.adrift), *self._interests(needs)]

    def _adrift(self, group: Group) -> Row:
        last: datetime = group.last_came  # type: ignore[attr-defined] # annotated
        text = _("saknar nästa steg sedan %(day)s.") % {"day": short_past(last, self.today)}
        row: Row = {"strong": group.alias, "text": text, "group": reverse("group", args=[group.pk])}
        if self.acts:
            row.update(href=book_again(group), label=_("Boka igen"))
        return row

    def _interests(self, needs: Needs) -> Iterator[Row]:
        for interest in needs.interests[:MOST_INTERESTS]:
            times: int = interest.times  # type: ignore[attr-defined] # annotated
            if times < INTEREST_TIMES:
                text = _("har väntat i mer än 60 dagar. Inget är planerat.")
            else:
                text = _("har nämnts %(times)d gånger. Inget är planerat.") % {"times": times}
            row: Row = {"strong": capital(interest.name), "text": text}
            if self.acts:
                start = f"{reverse('effort_new')}?interest={interest.pk}"
                row.update(href=start, label=_("Starta en insats"))
            yield row
        more = len(needs.interests) - MOST_INTERESTS
        if more > 0:
            words = ngettext(
                "%(count)d intresse till väntar på en insats.",
                "%(count)d intressen till väntar på en insats.",
                more,
            )
            row = {"strong": "", "text": words % {"count": more}}
            if self.acts:
                row.update(href=reverse("efforts"), label=_("Se alla"))
            yield row
