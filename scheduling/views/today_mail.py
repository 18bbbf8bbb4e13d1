"""I dag: mails that did not arrive, or that wait, each with its ways out."""

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from core import swedish
from scheduling.models import Invitation, Message
from scheduling.states import Fault
from scheduling.views.today_words import Reader, Row, asked, moment, what_and_when


@dataclass(frozen=True, slots=True)
class MailRows(Reader):
    """What the outbox asks of somebody."""

    def _phone(self, invitation: Invitation, *, quiet: bool = False) -> list[Row]:
        contact = invitation.contact
        if contact is None or not contact.phone:
            return []
        number = swedish.format_phone(contact.phone)
        label = _("Ring %(number)s") % {"number": number} if quiet else number
        style = "quiet" if quiet else ""
        return [{"label": label, "href": f"tel:{contact.phone}", "icon": "phone", "style": style}]

    def failed(self, message: Message) -> Row:
        """It did not arrive: again, mend the address, or it has been said by phone."""
        retry = {
            "label": _("Försök igen"),
            "action": reverse("message_retry", args=[message.pk]),
            "next": reverse("today"),
        }
        told = {
            "label": _("Klart, vi har pratat"),
            "action": reverse("message_told", args=[message.pk]),
            "style": "quiet",
            "next": reverse("today"),
        }
        read = {
            "label": _("Rätta adressen"),
            "href": reverse("message", args=[message.pk]),
            "style": "quiet",
        }
        sms = message.is_text
        title = _("%(group)s har inte fått sms:et") if sms else _("%(group)s har inte fått mejlet")
        if sms:
            read["label"] = _("Läs sms:et")
        server = (
            _("Sms:et kom inte fram: %(error)s")
            if sms
            else _("Mottagarens server svarade: %(error)s")
        )
        return {
            "icon": "warn",
            "tone": "now",
            "kind": _("Sms:et gick inte fram") if sms else _("Mejlet gick inte fram"),
            "owner": message.booking.created_by_id,
            "title": title % {"group": asked(message.invitation)},
            "href": message.booking.get_absolute_url(),
            "text": what_and_when(message.booking),
            "note": server % {"error": message.error} if self.acts and message.error else "",
            "acts": [retry, read, told, *self._phone(message.invitation, quiet=True)],
        }

    def line_down(self, since: datetime) -> Row:
        """Our own mail server does not answer; nothing is wrong with any mail."""
        return {
            "icon": "warn",
            "tone": "now",
            "kind": _("Mejlservern svarar inte"),
            "title": _("Inga mejl går ut just nu"),
            "href": reverse("outbox"),
            "text": _(
                "Det äldsta skrevs %(when)s. Inget är borta: de går själva när servern svarar. "
                "Ring om något är bråttom, och säg till den som sköter servern."
            )
            % {"when": moment(since)},
            "quote": "",
            "note": "",
            "acts": [
                {
                    "label": _("Se vad som väntar"),
                    "href": f"{reverse('outbox')}?status=waiting",
                    "style": "quiet",
                }
            ],
        }

    def late(self, message: Message) -> Row:
        """It waits longer than anybody would think: for their server, or for the day's cap."""
        capped = message.fault == Fault.CAPPED.value
        words = _("Dagens antal automatiska mejl till mottagaren är fullt. Det går %(when)s.")
        if not capped:
            words = _("Mottagarens server tar inte emot än. Vi försöker igen %(when)s.")
        go = {
            "label": _("Skicka ändå"),
            "action": reverse("message_now", args=[message.pk]),
            "next": reverse("today"),
        }
        read = {
            "label": _("Läs mejlet"),
            "href": reverse("message", args=[message.pk]),
            "style": "quiet",
        }
        return {
            "icon": "clock",
            "tone": "part",
            "kind": _("Mejlet väntar"),
            "owner": message.booking.created_by_id,
            "title": _("%(group)s har inte fått mejlet än") % {"group": asked(message.invitation)},
            "href": message.booking.get_absolute_url(),
            "text": what_and_when(message.booking),
            "note": words % {"when": moment(message.due_at)},
            "acts": [
                *([go] if capped else []),
                read,
                *self._phone(message.invitation, quiet=True),
            ],
        }
