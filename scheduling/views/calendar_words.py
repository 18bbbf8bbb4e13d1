"""The words of Kalender: what a booking is called, and what a day's hours are."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from core import swedish
from scheduling.insight import week as weeks
from scheduling.models import Booking
from scheduling.states import BookingKind, VisitState
from scheduling.views.today_words import aliases

KINDS = {
    BookingKind.MEETING: gettext_noop("Möte"),
    BookingKind.TRAINING: gettext_noop("Utbildningspass"),
    BookingKind.ABSENCE: gettext_noop("Frånvaro"),
}


def css_of(row: Booking) -> str:
    """The class that sets proposed, promised and our own apart."""
    if not hasattr(row, "visit"):
        return "own"
    if getattr(row, "countered", False):
        return "swap"
    words = {
        VisitState.DRAFT: "draft",
        VisitState.OFFERED: "off",
        VisitState.CONFIRMED: "yes",
        VisitState.HELD: "yes",
        VisitState.PARTLY_HELD: "yes",
        VisitState.NONE_CAME: "own",
    }
    return words.get(row.status, "gone")


def words_of(row: Booking) -> dict[str, object]:
    """Who, what and where of one booking."""
    css = css_of(row)
    if not hasattr(row, "visit"):
        kind = _(KINDS[BookingKind(row.kind)]) if row.kind in KINDS else ""
        room = row.gathering.room if hasattr(row, "gathering") else None
        return {
            "css": css,
            "title": row.title or kind,
            "what": room.name if room else "",
            "kind": kind,
            "href": row.get_absolute_url() if hasattr(row, "gathering") else "",
        }
    visit = row.visit
    outreach = row.kind == BookingKind.OUTREACH_VISIT.value or visit.room is None
    where = _("vi går dit") if outreach or visit.room is None else visit.room.name
    return {
        "css": css,
        "title": aliases(row),
        "what": f"{visit.programme.name}, {where}",
        "hosts": ", ".join(host.first_name for host in visit.hosts),
        "href": reverse("visit", args=[row.pk]),
    }


def open_words(day: weeks.Day) -> str:
    """ "Öppet 9–19", "Stängt: julafton", "Röd dag: juldagen", with the bridge day told."""
    name = day.name[:1].lower() + day.name[1:]
    if day.opens is not None and day.closes is not None:
        words = _("Öppet %(opens)s–%(closes)s") % {
            "opens": swedish.clock_short(day.opens),
            "closes": swedish.clock_short(day.closes),
        }
        if name:
            words = f"{words}, {name}"
    elif day.red:
        words = _("Röd dag: %(name)s") % {"name": name}
    else:
        words = _("Stängt: %(name)s") % {"name": name} if name else _("Stängt")
    return _("%(words)s. Klämdag") % {"words": words} if day.bridge else words


def calm_words(day: weeks.Day) -> str:
    """ "Lugn tid 9–11", with every such time of the day; empty where there is none."""
    spans = [gap_words(_clock(first), _clock(last)) for first, last in day.calm_spans]
    return _("Lugn tid %(hours)s") % {"hours": ", ".join(spans)} if spans else ""


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def gap_words(start: str, end: str) -> str:
    """ "9–9.45" of "09:00" and "09:45"."""
    return f"{_short(start)}–\u2060{_short(end)}"


def _short(clock: str) -> str:
    hour, _colon, minute = clock.partition(":")
    return str(int(hour)) if minute == "00" else f"{int(hour)}.{minute}"
