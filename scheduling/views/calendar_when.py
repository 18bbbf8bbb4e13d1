"""Which part of the calendar an address asks for, and the addresses of its neighbours."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from core import swedish
from scheduling.insight import month as months
from scheduling.insight import week as weeks
from scheduling.views.today_words import capital, lang

FIRST_YEAR, LAST_YEAR = 2015, 2099
LIST_WEEKS = 4
WEEK, DAY, MONTH, LIST = "vecka", "dag", "manad", "lista"
_WEEK = re.compile(r"([0-9]{4})-?[Ww]([0-9]{1,2})")
_MONTH = re.compile(r"([0-9]{4})-([0-9]{2})")
_DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
#: What an address may hold; the rest of it is dropped from the links.
_KEPT = ("rum", "vard", "per")


@dataclass(frozen=True, slots=True)
class When:
    """A view and its first day; ``wrong`` tells of an address that asked for nothing there is."""

    view: str
    first: date
    wrong: str

    @property
    def last(self) -> date:
        """The last day shown."""
        length = {DAY: 1, WEEK: 7, LIST: 7 * LIST_WEEKS}.get(self.view)
        after = months.following(self.first) if length is None else self.first + length * _A_DAY
        return after - _A_DAY

    @property
    def title(self) -> str:
        """ "Vecka 48", "Tisdag 1 december", "December 2026"."""
        if self.view == DAY:
            return capital(swedish.date_without_year(self.first, lang=lang()))
        if self.view == MONTH:
            return capital(f"{swedish.month_name(self.first, lang=lang())} {self.first.year}")
        label = swedish.week_label(self.first, lang=lang())
        if self.view == LIST:
            return _("Fyra veckor från %(week)s") % {"week": label}
        return _("Vecka %(number)s") % {"number": swedish.iso_week(self.first)[1]}

    @property
    def over(self) -> str:
        """Above the title: the days, or the weeks, that it means."""
        if self.view == DAY:
            return f"{swedish.week_label(self.first, lang=lang())} · {self.first.year}"
        if self.view == MONTH:
            label = swedish.week_label(self.first, lang=lang())
            return f"{label}–{swedish.iso_week(self.last)[1]}"
        return _span(self.first, self.last)

    def beside(self, step: int) -> date:
        """The first day of the neighbour before (-1) or after (1)."""
        if self.view == MONTH:
            return months.following(self.first) if step > 0 else _month_before(self.first)
        return self.first + step * (_A_DAY if self.view == DAY else weeks.WEEK)

    def label(self, first: date) -> str:
        """What a neighbour is called on its button."""
        if self.view == DAY:
            return swedish.short_date(first, lang=lang())
        if self.view == MONTH:
            return capital(swedish.month_name(first, lang=lang()))
        return swedish.week_label(first, lang=lang())

    def shows(self, day: date) -> bool:
        """Whether ``day`` is in it; of a list only its first week counts."""
        return self.first <= day <= (self.first + 6 * _A_DAY if self.view == LIST else self.last)


_A_DAY = timedelta(days=1)


def read(request: HttpRequest, today: date) -> When:
    """What the address asks for; today's where it asks for nothing, or for what does not exist."""
    view = request.GET.get("vy", "")
    view = view if view in {DAY, MONTH, LIST} else WEEK
    raw = request.GET.get({DAY: "dag", MONTH: "manad"}.get(view, "vecka"), "")
    this = {DAY: today, MONTH: today.replace(day=1)}.get(view, swedish.monday_of(today))
    if not raw:
        return When(view, this, "")
    found = {DAY: _day, MONTH: _month}.get(view, _week)(raw)
    if found is not None:
        return When(view, found, "")
    wrong = {
        DAY: _("Dagen i adressen finns inte. Här är i dag i stället."),
        MONTH: _("Månaden i adressen finns inte. Här är den här månaden i stället."),
    }.get(view, _("Veckan i adressen finns inte. Här är den här veckan i stället."))
    return When(view, this, wrong)


def link(request: HttpRequest, view: str, day: date | None) -> str:
    """``view`` of the part that holds ``day``, with the filters of this page; None is today's."""
    query = {} if view == WEEK else {"vy": view}
    if day is not None:
        query |= {
            DAY: {"dag": day.isoformat()},
            MONTH: {"manad": f"{day.year}-{day.month:02d}"},
        }.get(view, {"vecka": week_key(day)})
    query |= {name: request.GET[name] for name in _KEPT if request.GET.get(name)}
    return f"{reverse('calendar')}?{urlencode(query)}" if query else reverse("calendar")


def week_key(day: date) -> str:
    """ "2026-W48"."""
    year, number = swedish.iso_week(day)
    return f"{year}-W{number:02d}"


def _week(raw: str) -> date | None:
    found = _WEEK.fullmatch(raw)
    if found is None or not FIRST_YEAR <= int(found[1]) <= LAST_YEAR:
        return None
    try:
        return date.fromisocalendar(int(found[1]), int(found[2]), 1)
    except ValueError:
        # Week 53 of a year that has 52.
        return None


def _month(raw: str) -> date | None:
    found = _MONTH.fullmatch(raw)
    return _date(found[1], found[2], "1") if found else None


def _day(raw: str) -> date | None:
    found = _DAY.fullmatch(raw)
    return _date(found[1], found[2], found[3]) if found else None


def _date(year: str, month: str, day: str) -> date | None:
    if not FIRST_YEAR <= int(year) <= LAST_YEAR:
        return None
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def _month_before(first: date) -> date:
    return (first - _A_DAY).replace(day=1)


def _span(first: date, last: date) -> str:
    """ "23–29 november 2026", "30 november – 6 december 2026"."""
    end = f"{last.day} {swedish.month_name(last, lang=lang())} {last.year}"
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{end}"
    start = f"{first.day} {swedish.month_name(first, lang=lang())}"
    return f"{start} – {end}" if first.year == last.year else f"{start} {first.year} – {end}"
