"""One mail of each kind that a partner's program reads, as it came over SMTP."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import icalendar
from django.test import override_settings

from partners.models import Contact
from scheduling.booking import alter, series, services
from scheduling.mailbox.intake import take
from scheduling.models import Booking, Proposal
from scheduling.outbox import deliver
from tests import eml
from tests.factories import NOW, STOCKHOLM, World, at, world
from tests.mailserver import Mail, MailServer

#: Across the clock change of March, with Easter Monday left out.
FIRST = datetime(2027, 3, 15, 10, tzinfo=STOCKHOLM)
HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Posted:
    """A mail, its calendar part and its one event."""

    mail: Mail

    @property
    def calendar(self) -> bytes:
        """The text/calendar part, its transfer encoding undone."""
        parts = [p for p in self.mail.message.walk() if p.get_content_type() == "text/calendar"]
        content = parts[0].get_payload(decode=True)
        assert isinstance(content, bytes)
        return content

    @property
    def event(self) -> icalendar.Event:
        """As icalendar reads it."""
        calendar = icalendar.Calendar.from_ical(self.calendar)
        (found,) = calendar.walk("VEVENT")
        assert isinstance(found, icalendar.Event)
        return found

    def values(self, name: str) -> list[str]:
        """The content lines of a property of the event, unfolded."""
        text = self.calendar.decode().replace("\r\n ", "").partition("BEGIN:VEVENT")[2]
        lines = text.split("\r\n")
        return [line for line in lines if line.startswith((f"{name}:", f"{name};"))]


def everything(server: MailServer) -> dict[str, Posted]:
    """Book, change and call off; the mails by what they are. Needs a database."""
    with override_settings(
        EMAIL_URL=server.url,
        EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend",
        EMAIL_HOST=server.host,
        EMAIL_PORT=server.port,
    ):
        return _Acts(server).all()


class _Acts:
    def __init__(self, server: MailServer) -> None:
        self.server, self.now = server, NOW
        self.w: World = world()
        self.mails: dict[str, Posted] = {}

    def all(self) -> dict[str, Posted]:
        visit = services.book(actor=self.w.socionom, now=self.now, plan=self.w.plan())
        self.posted("request")
        services.move(actor=self.w.socionom, now=self.now, booking=visit, start=at(3, 13))
        self.posted("update")
        self._by_mail(visit, "refresh")
        self.posted("again")
        self._by_mail(visit, "outlook-counter")
        wish = Proposal.objects.get()
        services.decline_proposal(actor=self.w.socionom, now=self.now, proposal=wish)
        self.posted("decline")
        self._guests(visit)
        services.cancel(actor=self.w.socionom, now=self.now, booking=visit)
        self.posted("cancel")
        self._series()
        return self.mails

    def posted(self, name: str) -> None:
        """The one mail that leaves now is called ``name``."""
        before = len(self.server.mails)
        deliver.deliver_due(clock=lambda: self.now)
        (mail,) = self.server.mails[before:]
        self.mails[name] = Posted(mail)
        self.now += 2 * HOUR

    def _by_mail(self, visit: Booking, name: str) -> None:
        invitation = Booking.objects.get(pk=visit.pk).invitations.get()
        take(raw=eml.render(name, invitation, sent=self.now), now=self.now)

    def _guests(self, visit: Booking) -> None:
        mo = Contact.objects.create(
            organisation=self.w.organisation,
            name='Mo "Ek", chef',
            email="mo@vagval.example",
            created_at=NOW,
        )
        services.add_contact(actor=self.w.socionom, now=self.now, booking=visit, contact_pk=mo.pk)
        self.posted("added")
        row = visit.invitations.get(contact=mo)
        services.remove_contact(actor=self.w.socionom, now=self.now, booking=visit, invitation=row)
        self.posted("uninvited")

    def _series(self) -> None:
        visit = self.w.plan(start=FIRST, end=FIRST + timedelta(minutes=75))
        weekly = series.weekly(first=date(2027, 3, 15), count=5)
        made = series.book_series(
            actor=self.w.socionom, now=self.now, plan=series.SeriesPlan(visit=visit, weekly=weekly)
        )
        self.posted("series")
        dates = list(made.bookings.order_by("start"))
        services.move(
            actor=self.w.socionom, now=self.now, booking=dates[1], start=FIRST + timedelta(days=8)
        )
        self.posted("date")
        alter.cancel(actor=self.w.socionom, now=self.now, booking=dates[2])
        self.posted("date_cancel")
