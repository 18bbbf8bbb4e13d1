"""Kalender: when is what, and what is free?"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
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
from scheduling.insight import day as days
from scheduling.insight import month as months
from scheduling.insight import week as weeks
from scheduling.models import Booking, Host, Library, Room
from scheduling.states import VisitState
from scheduling.views import calendar_when
from scheduling.views.calendar_words import calm_words, css_of, gap_words, open_words, words_of
from scheduling.views.today_words import capital, lang

_TEMPLATES = {
    calendar_when.WEEK: "scheduling/calendar.html",
    calendar_when.DAY: "scheduling/calendar_day.html",
    calendar_when.MONTH: "scheduling/calendar_month.html",
    calendar_when.LIST: "scheduling/calendar_list.html",
}


@login_required
@require_safe
def calendar(request: HttpRequest) -> HttpResponse:
    """A week or a day as a grid, a month, or four weeks as a list."""
    user = request.user
    assert isinstance(user, User)
    now = timezone.now()
    today = timezone.localdate(now)
    shown = calendar_when.read(request, today)
    rooms, hosts = list(_rooms()), list(_hosts())
    chosen = weeks.Filter(
        room=_chosen(rooms, request.GET.get("rum", "")),
        host=_chosen(hosts, request.GET.get("vard", "")),
    )
    context: dict[str, Any] = {
        "section": "calendar",
        "when": shown,
        "rooms": rooms,
        "hosts": hosts,
        "chosen": chosen,
        "nav": _nav(request, shown, today),
        "views": _views(request, shown, today),
        "kept": _kept(request, shown),
    }
    if shown.view == calendar_when.LIST:
        rows = weeks.bookings(user, chosen, shown.first, 7 * calendar_when.LIST_WEEKS)
        context |= {"days": _list(rows, shown.first, today), "count": _count(rows)}
    elif shown.view == calendar_when.DAY:
        per_host = request.GET.get("per") == "vard"
        context |= {"per_host": per_host} | _columns(user, hosts if per_host else rooms, shown, now)
    elif shown.view == calendar_when.MONTH:
        context |= _month(request, user, chosen, shown, today)
    else:
        context |= _grid(user, chosen, shown.first, now)
    return render(request, _TEMPLATES[shown.view], context)


def _grid(user: User, chosen: weeks.Filter, monday: date, now: datetime) -> dict[str, Any]:
    library = _library(chosen)
    rows = weeks.bookings(user, chosen, monday)
    week = weeks.week(library, rows, monday, now, lang=lang())
    today, plans = timezone.localdate(now), access.may_plan(user)
    extra = {
        name: str(row.pk)
        for name, row in (("rum", chosen.room), ("vard", chosen.host))
        if row is not None
    }
    return {
        "week": week,
        "days": [_day(day, today, extra, plans=plans) for day in week.days],
        "hours": range(week.first, week.last),
        "count": _sum(rows, plans=plans),
        "ahead": _ahead(library, monday),
    }


def _columns(
    user: User, owners: Sequence[Room | Host], shown: calendar_when.When, now: datetime
) -> dict[str, Any]:
    plan = days.plan(user, owners, shown.first, now, lang=lang())
    plans, today = access.may_plan(user), timezone.localdate(now)
    columns = []
    for column in plan.columns:
        owner = column.owner
        name = "vard" if isinstance(owner, Host) else "rum"
        extra = {name: str(owner.pk)} if owner else {}
        words = _day(column.day, today, extra, plans=plans and owner is not None)
        title = owner.user.name if isinstance(owner, Host) else owner.name if owner else ""
        columns.append({**words, "title": title, "places": getattr(owner, "capacity", None)})
    return {
        "plan": plan,
        "columns": columns,
        "hours": range(plan.first, plan.last),
        "count": _sum(plan.bookings, plans=plans),
    }


def _month(
    request: HttpRequest,
    user: User,
    chosen: weeks.Filter,
    shown: calendar_when.When,
    today: date,
) -> dict[str, Any]:
    found = months.month(user, _library(chosen), chosen, shown.first, lang=lang())
    rows = [
        {
            "label": swedish.week_label(week[0].day.date, lang=lang()),
            "href": calendar_when.link(request, calendar_when.WEEK, week[0].day.date),
            "days": [
                {
                    "item": item,
                    "href": calendar_when.link(request, calendar_when.DAY, item.day.date),
                    "weekday": swedish.short_date(item.day.date, lang=lang())[:3],
                    "long": capital(swedish.date_without_year(item.day.date, lang=lang())),
                    "is_today": item.day.date == today,
                    "note": _note(item.day),
                    "calm": calm_words(item.day),
                    # A day of another month says which.
                    "number": swedish.short_date(item.day.date, lang=lang())[4:]
                    if item.outside
                    else str(item.day.date.day),
                    "rows": [_in_month(row, item.day.date) for row in item.bookings],
                }
                for item in week
            ],
        }
        for week in found.weeks
    ]
    names = [swedish.weekday_name(item.day.date, lang=lang())[:3] for item in found.weeks[0]]
    return {"weeks": rows, "names": names, "count": _sum(found.bookings, plans=False)}


def _in_month(row: Booking, day: date) -> dict[str, object]:
    start = timezone.localtime(row.start)
    clock = swedish.clock(start) if start.date() == day else ""
    return {"booking": row, "clock": clock, **words_of(row)}


def _note(day: weeks.Day) -> str:
    """Only what is not as on other days: the hours themselves stand in the week."""
    return open_words(day) if day.name or day.bridge or day.closed else ""


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


def _nav(request: HttpRequest, shown: calendar_when.When, today: date) -> dict[str, object]:
    before, after = shown.beside(-1), shown.beside(1)
    return {
        "before": calendar_when.link(request, shown.view, before),
        "before_label": shown.label(before),
        "after": calendar_when.link(request, shown.view, after),
        "after_label": shown.label(after),
        "today": calendar_when.link(request, shown.view, None),
        "is_today": shown.shows(today),
    }


def _views(request: HttpRequest, shown: calendar_when.When, today: date) -> list[dict[str, object]]:
    words = {
        calendar_when.WEEK: _("Vecka"),
        calendar_when.DAY: _("Dag"),
        calendar_when.MONTH: _("Månad"),
        calendar_when.LIST: _("Lista"),
    }
    day = None if shown.shows(today) else shown.first
    return [
        {
            "label": word,
            "href": calendar_when.link(request, key, day),
            "present": key == shown.view,
        }
        for key, word in words.items()
    ]


def _kept(request: HttpRequest, shown: calendar_when.When) -> dict[str, str]:
    """What the filter's form sends on: the view and the part of the calendar that it shows."""
    kept = {} if shown.view == calendar_when.WEEK else {"vy": shown.view}
    names = ("vecka", "dag", "manad") if not shown.wrong else ()
    return kept | {name: request.GET[name] for name in names if request.GET.get(name)}


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


def _day(day: weeks.Day, today: date, extra: dict[str, str], *, plans: bool) -> dict[str, object]:
    """The words of a day; ``extra`` is what its free times are booked with."""

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
    found = weeks.special_ahead(library, monday, lang=lang())
    if not found:
        return None
    return {
        "label": swedish.week_label(found[0].date, lang=lang()),
        "href": f"{reverse('calendar')}?vecka={calendar_when.week_key(found[0].date)}",
        "days": [{"day": day, "words": open_words(day)} for day in found],
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
