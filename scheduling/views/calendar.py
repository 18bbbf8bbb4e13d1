"""Kalender: when is what, and what is free?"""

import re
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from core import access, swedish
from core.models import User
from scheduling.insight import week as weeks
from scheduling.models import Booking, Host, Library, Room
from scheduling.states import VisitState
from scheduling.views.calendar_words import css_of, gap_words, open_words, words_of
from scheduling.views.today_words import capital, lang

FIRST_YEAR, LAST_YEAR = 2015, 2099
LIST_WEEKS = 4
_WEEK = re.compile(r"([0-9]{4})-?[Ww]([0-9]{1,2})")


@login_required
@require_safe
def calendar(request: HttpRequest) -> HttpResponse:
    """A week as a grid, or four as a list."""
    user = request.user
    assert isinstance(user, User)
    now = timezone.now()
    today = timezone.localdate(now)
    monday, wrong = _week(request.GET.get("vecka", ""), today)
    rooms, hosts = list(_rooms()), list(_hosts())
    chosen = weeks.Filter(
        room=_chosen(rooms, request.GET.get("rum", "")),
        host=_chosen(hosts, request.GET.get("vard", "")),
    )
    view = "lista" if request.GET.get("vy") == "lista" else "vecka"
    context: dict[str, Any] = {
        "section": "calendar",
        "wrong": wrong,
        "monday": monday,
        "range": _range(monday, LIST_WEEKS if view == "lista" else 1),
        "view": view,
        "rooms": rooms,
        "hosts": hosts,
        "chosen": chosen,
        "nav": _nav(request, monday, today),
        "views": _views(request, view),
    }
    if view == "lista":
        rows = weeks.bookings(user, chosen, monday, 7 * LIST_WEEKS)
        context |= {"days": _list(rows, monday, today), "count": _count(rows)}
        return render(request, "scheduling/calendar_list.html", context)
    context |= _grid(user, chosen, monday, now)
    return render(request, "scheduling/calendar.html", context)


def _grid(user: User, chosen: weeks.Filter, monday: date, now: datetime) -> dict[str, Any]:
    library = _library(chosen)
    rows = weeks.bookings(user, chosen, monday)
    week = weeks.week(library, rows, monday, now, lang=lang())
    today, plans = timezone.localdate(now), access.may_plan(user)
    return {
        "week": week,
        "days": [_day(day, today, chosen, plans=plans) for day in week.days],
        "hours": range(week.first, week.last),
        "count": _sum(rows, plans=plans),
        "ahead": _ahead(library, monday),
    }


def _week(raw: str, today: date) -> tuple[date, str]:
    """The Monday of "2026-W48"; for what is no week this week's, and what was wrong with it."""
    this = swedish.monday_of(today)
    if not raw:
        return this, ""
    wrong = _("Veckan i adressen finns inte. Här är den här veckan i stället.")
    found = _WEEK.fullmatch(raw)
    if found is None or not FIRST_YEAR <= int(found[1]) <= LAST_YEAR:
        return this, wrong
    try:
        return date.fromisocalendar(int(found[1]), int(found[2]), 1), ""
    except ValueError:
        # Week 53 of a year that has 52.
        return this, wrong


def _range(monday: date, count: int) -> str:
    """ "23–29 november 2026", "30 november – 6 december 2026"."""
    last = monday + count * weeks.WEEK - timedelta(days=1)
    end = f"{last.day} {swedish.month_name(last, lang=lang())} {last.year}"
    if (monday.year, monday.month) == (last.year, last.month):
        return f"{monday.day}–{end}"
    start = f"{monday.day} {swedish.month_name(monday, lang=lang())}"
    return f"{start} – {end}" if monday.year == last.year else f"{start} {monday.year} – {end}"


def week_key(day: date) -> str:
    """ "2026-W48"."""
    year, number = swedish.iso_week(day)
    return f"{year}-W{number:02d}"


def _rooms() -> Iterable[Room]:
    return Room.objects.filter(active=True).select_related("library")


def _hosts() -> Iterable[Host]:
    return Host.objects.filter(active=True).select_related("user", "library")


def _chosen(rows: list[Any], raw: str) -> Any:
    return next((row for row in rows if str(row.pk) == raw), None)


def _library(chosen: weeks.Filter) -> Library | None:
    """Whose hours are drawn: the room's, the host's, or the first."""
    if chosen.room is not None:
        return chosen.room.library
    if chosen.host is not None:
        return chosen.host.library
    return Library.objects.first()


def _link(request: HttpRequest, **changes: str | None) -> str:
    query = {
        name: request.GET[name] for name in ("vecka", "rum", "vard", "vy") if name in request.GET
    }
    merged = {**query, **changes}
    kept = {name: value for name, value in merged.items() if value}
    return f"{reverse('calendar')}?{urlencode(kept)}" if kept else reverse("calendar")


def _nav(request: HttpRequest, monday: date, today: date) -> dict[str, object]:
    before, after = monday - weeks.WEEK, monday + weeks.WEEK
    return {
        "before": _link(request, vecka=week_key(before)),
        "before_label": swedish.week_label(before, lang=lang()),
        "after": _link(request, vecka=week_key(after)),
        "after_label": swedish.week_label(after, lang=lang()),
        "today": _link(request, vecka=None),
        "is_today": monday == swedish.monday_of(today),
    }


def _views(request: HttpRequest, view: str) -> list[dict[str, object]]:
    words = {"vecka": _("Vecka"), "lista": _("Lista")}
    return [
        {"label": word, "href": _link(request, vy=key), "present": key == view}
        for key, word in words.items()
    ]


def _count(rows: list[Booking]) -> str:
    count = len(rows)
    return ngettext("%(count)d bokning.", "%(count)d bokningar.", count) % {"count": count}


def _sum(rows: list[Booking], *, plans: bool) -> str:
    standing = [row for row in rows if css_of(row) != "gone"]
    waiting = sum(row.state == VisitState.OFFERED.value for row in standing)
    drafts = sum(row.state == VisitState.DRAFT.value for row in standing)
    parts = [_count(standing)]
    if waiting:
        parts.append(
            ngettext(
                "%(count)d väntar på svar.", "%(count)d väntar på svar.", waiting
            ) % {"count": waiting}
        )  # fmt: skip
    if drafts:
        words = ngettext("%(count)d är ett utkast.", "%(count)d är utkast.", drafts)
        parts.append(words % {"count": drafts})
    if plans:
        parts.append(_("Välj en ledig tid för att boka."))
    return " ".join(parts)


def _day(day: weeks.Day, today: date, chosen: weeks.Filter, *, plans: bool) -> dict[str, object]:
    extra = {
        name: str(row.pk)
        for name, row in (("rum", chosen.room), ("vard", chosen.host))
        if row is not None
    }

    def book(clock: str) -> str:
        query = {"datum": day.date.isoformat(), "tid": clock, **extra}
        return f"{reverse('book')}?{urlencode(query)}"

    free = day.free if plans else []
    return {
        "day": day,
        "weekday": swedish.short_date(day.date, lang=lang())[:3],
        "short": swedish.short_date(day.date, lang=lang())[4:],
        "is_today": day.date == today,
        "open": open_words(day),
        "shut": capital(day.name) if day.closed and day.name else _("Stängt"),
        "gaps": [
            {"words": gap_words(start.clock, end.clock), "href": book(start.clock) if plans else ""}
            for start, end in day.gaps
        ],
        "free": [{"place": place, "href": book(place.clock)} for place in free],
        "events": [{"event": event, **words_of(event.booking)} for event in day.events],
    }


def _ahead(library: Library | None, monday: date) -> dict[str, object] | None:
    days = weeks.special_ahead(library, monday, lang=lang())
    if not days:
        return None
    return {
        "label": swedish.week_label(days[0].date, lang=lang()),
        "href": f"{reverse('calendar')}?vecka={week_key(days[0].date)}",
        "days": [{"day": day, "words": open_words(day)} for day in days],
    }


def _list(rows: list[Booking], monday: date, today: date) -> list[dict[str, object]]:
    found: dict[date, list[dict[str, object]]] = {}
    for row in rows:
        day = max(timezone.localdate(row.start), monday)
        found.setdefault(day, []).append({"booking": row, **words_of(row)})
    return [
        {
            "date": day,
            "title": capital(swedish.date_without_year(day, lang=lang())),
            "week": swedish.week_label(day, lang=lang()),
            "is_today": day == today,
            "name": swedish.red_day(day, lang=lang()) or swedish.eve(day, lang=lang()) or "",
            "rows": bookings,
        }
        for day, bookings in sorted(found.items())
    ]


urlpatterns = [path("kalender/", calendar, name="calendar")]
