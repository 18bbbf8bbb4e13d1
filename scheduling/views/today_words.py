"""The words of I dag: greeting, sentence, and the coming visits by day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from core import swedish
from core.models import User
from partners.models import Group, SizeBand
from scheduling.models import Booking, Host, Invitation
from scheduling.states import BookingKind, VisitState

Row = dict[str, Any]


def lang() -> str:
    """The active language."""
    return get_language() or "sv"


def greeting(user: User, now: datetime) -> str:
    """ "God morgon, Sam"."""
    hour = timezone.localtime(now).hour
    if 5 <= hour < 10:
        words = _("God morgon, %(name)s")
    elif 10 <= hour < 12:
        words = _("God förmiddag, %(name)s")
    elif 12 <= hour < 18:
        words = _("God eftermiddag, %(name)s")
    else:
        words = _("God kväll, %(name)s")
    return words % {"name": user.first_name or user.username}


def in_words(count: int) -> str:
    """ "Sex" for 6, up to twelve; then the figure."""
    small = (
        *(_("Noll"), _("En"), _("Två"), _("Tre"), _("Fyra"), _("Fem"), _("Sex"), _("Sju")),
        *(_("Åtta"), _("Nio"), _("Tio"), _("Elva"), _("Tolv")),
    )
    return small[count] if count < len(small) else str(count)


def capital(text: str) -> str:
    """With a capital first letter, the rest as it is."""
    return text[:1].upper() + text[1:]


def aliases(booking: Booking) -> str:
    """The groups of a visit, by their neutral names; of a meeting its title."""
    if not hasattr(booking, "visit"):
        return booking.title
    return ", ".join(group.alias for group in booking.visit.groups.all())


def moment(value: datetime) -> str:
    """ "tis 1 dec kl. 13.00"."""
    at = "at" if lang().startswith("en") else "kl."
    # A clock time never stands alone on the next line.
    return f"{swedish.short_date(value, lang=lang())} {at}\u00a0{swedish.clock(value)}"


def what_and_when(booking: Booking) -> str:
    """ "Digital hjälp, tis 1 dec kl. 13.00."."""
    return f"{booking.what}, {moment(booking.start)}."


def asked(invitation: Invitation) -> str:
    """Whom a mail or a call was for: the groups of a visit, else the one who was asked."""
    if invitation.contact is not None and hasattr(invitation.booking, "visit"):
        return aliases(invitation.booking)
    return invitation.name


def _more(booking: Booking) -> str:
    if booking.state == VisitState.OFFERED.value:
        return _("inget svar än")
    band = SizeBand(booking.visit.size_band).label
    return _("%(band)s personer") % {"band": band}


def short_past(value: datetime, today: date) -> str:
    """ "tis 6 okt", with the year where it is another."""
    short = swedish.short_date(value, lang=lang())
    year = timezone.localdate(value).year
    return short if year == today.year else f"{short} {year}"


def book_again(group: Group) -> str:
    """The booking page with the group chosen."""
    return f"{reverse('book')}?group={group.pk}"


@dataclass(frozen=True, slots=True)
class Reader:
    """For whom the words are; without ``acts`` rows are only read, and quote nobody."""

    user: User
    now: datetime
    acts: bool = True

    @property
    def today(self) -> date:
        """The local date."""
        return timezone.localdate(self.now)

    def summary(self, count: int) -> str:
        """ "Sex saker behöver dig."."""
        if not self.acts:
            if count == 0:
                return _("Inget väntar på någon just nu.")
            words = ngettext("%(count)s sak väntar.", "%(count)s saker väntar.", count)
        elif count == 0:
            return _("Inget behöver dig just nu.")
        else:
            words = ngettext("%(count)s sak behöver dig.", "%(count)s saker behöver dig.", count)
        return words % {"count": in_words(count)}

    def next_visit(self, visits: Sequence[Booking]) -> str:
        """ "Nästa besök är i dag kl. 13.00, i Datasalen."."""
        for booking in visits:
            if booking.start > self.now:
                when = swedish.relative_day(booking.start, self.today, lang=lang())
                words = {"when": when, "clock": "\u00a0" + swedish.clock(booking.start)}
                room = booking.visit.room
                if room is None:
                    return _("Nästa besök är %(when)s kl.%(clock)s, ute hos gruppen.") % words
                words["where"] = room.name
                return _("Nästa besök är %(when)s kl.%(clock)s, %(where)s.") % words
        return _("Inget besök är inbokat framåt.")

    def days(self, visits: Sequence[Booking]) -> list[Row]:
        """The coming visits by day; today always stands first."""
        found: dict[date, list[Row]] = {self.today: []}
        for booking in visits:
            found.setdefault(timezone.localdate(booking.start), []).append(self._slot(booking))
        return [{"title": self._day(day), "slots": slots} for day, slots in found.items()]

    def _day(self, day: date) -> str:
        short = swedish.short_date(day, lang=lang())
        if day == self.today:
            return _("I dag")
        if day == self.today + timedelta(days=1):
            return _("I morgon, %(day)s") % {"day": short}
        return capital(short)

    def _gathering(self, booking: Booking) -> Row:
        room = booking.gathering.room
        kind = _("Utbildningspass") if booking.kind == BookingKind.TRAINING.value else _("Möte")
        hosts = list(booking.gathering.hosts.all())
        names = [_("du") if host.user_id == self.user.pk else host.first_name for host in hosts]
        names.sort(key=lambda name: name != _("du"))
        where = room.name if room is not None else ""
        return {
            "booking": booking,
            "title": booking.title or kind,
            "href": booking.get_absolute_url(),
            "what": " · ".join(part for part in (kind, where) if part),
            "who": capital(", ".join(names)),
            "own": True,
        }

    def _slot(self, booking: Booking) -> Row:
        if not hasattr(booking, "visit"):
            return self._gathering(booking)
        visit = booking.visit
        outreach = booking.kind == BookingKind.OUTREACH_VISIT.value
        where = _("vi går dit") if outreach or visit.room is None else visit.room.name
        page = "host_visit" if self.user.role == "host" else "visit"
        return {
            "booking": booking,
            "title": aliases(booking),
            "href": reverse(page, args=[booking.pk]),
            "what": f"{visit.programme.name} · {where}",
            "who": self._who(visit.hosts, visit.meeting_point),
            "countered": getattr(booking, "countered", False),
            "more": _more(booking),
        }

    def _who(self, hosts: Sequence[Host], point: str) -> str:
        names = sorted(
            (host.user_id != self.user.pk, _("du") if host.user_id == self.user.pk else
             host.first_name) for host in hosts
        )  # fmt: skip
        listed = _(" och ").join(name for _other, name in names)
        listed = capital(listed)
        met = _("%(names)s möter") % {"names": listed}
        return f"{met}, {point}" if point else met
