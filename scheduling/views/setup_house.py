"""Inställningar: libraries, seasons, hosts and their days, own calendars, times to avoid."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from core import access, swedish
from core.errors import DomainError, Missing
from partners.models import Group
from scheduling.booking import avoiding, places, staffing
from scheduling.busy import calendars
from scheduling.busy.faults import Fault
from scheduling.forms.setup_house import (
    AbsenceForm,
    AvoidForm,
    HostForm,
    LibraryForm,
    OwnCalendarForm,
    SeasonForm,
    WorkingDayForm,
    WorkingWeekForm,
)
from scheduling.models import Host, OpeningHours, OwnCalendar, OwnCalendarMode, WorkingDay
from scheduling.views.setup_edit import edit, library_of, posted, told_at_fields, user_of

EDIT = ["GET", "HEAD", "POST"]


@login_required
@require_http_methods(EDIT)
def library_edit(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """Change a library, or add one."""
    user = user_of(request)
    access.require(access.may_administer(user))
    library = None if pk is None else library_of(pk)
    form = LibraryForm(posted(request), library=library)
    return edit(
        request,
        library.name if library else _("Nytt bibliotek eller filial"),
        form,
        lambda: places.save_library(
            actor=user, now=timezone.now(), facts=form.facts(), library=library
        ),
        _("Biblioteket är sparat."),
    )


@login_required
@require_http_methods(EDIT)
def season_add(request: HttpRequest, pk: int) -> HttpResponse:
    """Summer hours, or others during a part of the year."""
    user = user_of(request)
    access.require(access.may_administer(user))
    library = library_of(pk)
    form = SeasonForm(posted(request), library=library)
    return edit(
        request,
        _("Andra tider under en del av året"),
        form,
        lambda: places.add_season(
            actor=user,
            now=timezone.now(),
            library=library,
            first=form.cleaned_data["first_day"],
            last=form.cleaned_data["last_day"],
            week=form.week(),
        ),
        _("Tiderna är sparade."),
        library,
    )


@login_required
@require_POST
def season_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """The usual hours again; ``pk`` is any weekday's row of the season."""
    user = user_of(request)
    row = OpeningHours.objects.select_related("library").filter(pk=pk).first()
    if row is None or row.first_day is None or row.last_day is None:
        raise Missing
    places.remove_season(
        actor=user,
        now=timezone.now(),
        library=row.library,
        first=row.first_day,
        last=row.last_day,
    )
    messages.success(request, _("De vanliga tiderna gäller igen."))
    return HttpResponseRedirect(reverse("settings"), status=303)


@login_required
@require_http_methods(EDIT)
def host_edit(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """Change a host, or make a colleague one."""
    user = user_of(request)
    access.require(access.may_administer(user))
    host = None if pk is None else _host(pk)
    form = HostForm(posted(request), host=host)
    return edit(
        request,
        host.user.name if host else _("Ny värd"),
        form,
        lambda: staffing.save_host(
            actor=user,
            now=timezone.now(),
            facts=form.facts(),
            host=host,
            member=host.user if host else form.cleaned_data["user"],
        ),
        _("Värden är sparad."),
    )


def _host(pk: int) -> Host:
    found = Host.objects.select_related("user", "library").filter(pk=pk).first()
    if found is None:
        raise Missing
    return found


@login_required
@require_http_methods(EDIT)
def host_days(request: HttpRequest, pk: int) -> HttpResponse:
    """When a host works, is away, and what her own calendar says."""
    user, host, now = user_of(request), _host(pk), timezone.now()
    access.require(staffing.may_keep_days(user, host))
    act = request.POST.get("act", "") if request.method == "POST" else ""
    data = request.POST if act else None
    forms: dict[str, Any] = {
        "week": WorkingWeekForm(data if act == "week" else None, host=host),
        "day": WorkingDayForm(data if act == "day" else None),
        "absence": AbsenceForm(data if act == "absence" else None),
        "calendar": OwnCalendarForm(data if act == "calendar" else None),
    }
    error: DomainError | None = None
    if act in forms and forms[act].is_valid():
        try:
            _keep(act, forms[act], actor=user, host=host)
        except DomainError as caught:
            error = told_at_fields(forms[act], caught)
        else:
            messages.success(request, _("Sparat."))
            return HttpResponseRedirect(reverse("host_days", args=[pk]), status=303)
    ahead = host.working_days.filter(day__gte=timezone.localdate(now))
    context = {
        "section": "settings",
        "host": host,
        "forms": forms,
        "form": forms.get(act),
        "open": act,
        "error": error,
        "days": [(row, _day_words(row)) for row in ahead],
        "absences": staffing.absences(host).filter(end__gt=now),
        "own": calendars.may_keep(user, host),
        "calendars": [_calendar(row) for row in calendars.calendars_of(host)],
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "scheduling/host_days.html", context, status=status)


def _keep(act: str, form: Any, **who: Any) -> None:
    """One of the page's four forms, valid."""
    data, now = form.cleaned_data, timezone.now()
    match act:
        case "week":
            staffing.set_working_hours(now=now, week=form.week(), **who)
        case "day":
            staffing.set_working_day(now=now, day=data["day"], hours=form.hours(), **who)
        case "absence":
            start, end = form.span()
            staffing.add_absence(now=now, start=start, end=end, **who)
        case _:
            mode = OwnCalendarMode(data["mode"])
            calendars.add(now=now, address=data["address"], mode=mode, **who)


def _day_words(row: WorkingDay) -> str:
    day = swedish.short_date(row.day)
    if row.start is None or row.end is None:
        return _("%(day)s: ledig") % {"day": day}
    return f"{day}: {swedish.time_range(row.start, row.end)}"


def _calendar(row: OwnCalendar) -> dict[str, Any]:
    now = timezone.now()
    return {
        "row": row,
        "blocks": row.mode == OwnCalendarMode.BLOCKS.value,
        "problem": calendars.words(Fault(row.problem)) if row.problem else "",
        "stale": calendars.is_stale(row, now),
        "count": row.intervals.filter(end__gt=now).count(),
    }


@login_required
@require_POST
def host_day_act(request: HttpRequest, pk: int, row: int, act: str) -> HttpResponse:
    """Take away a day, an absence or a calendar, or turn a calendar's mode."""
    user, host, now = user_of(request), _host(pk), timezone.now()
    if act == "day":
        staffing.remove_working_day(actor=user, now=now, host=host, pk=row)
    elif act == "absence":
        staffing.remove_absence(actor=user, now=now, host=host, pk=row)
    elif act == "calendar":
        calendars.remove(actor=user, now=now, host=host, pk=row)
    elif act in {"blocks", "warns"}:
        calendars.set_mode(actor=user, now=now, host=host, pk=row, mode=OwnCalendarMode(act))
    else:
        raise Missing
    messages.success(request, _("Sparat."))
    return HttpResponseRedirect(reverse("host_days", args=[pk]), status=303)


@login_required
@require_http_methods(EDIT)
def avoid_times(request: HttpRequest, pk: int) -> HttpResponse:
    """The times that a group and its organisation would rather avoid."""
    user = user_of(request)
    access.require(access.may_plan(user))
    group = get_object_or_404(Group.objects.select_related("organisation"), pk=pk)
    form = AvoidForm(posted(request))
    error: DomainError | None = None
    if request.method == "POST" and form.is_valid():
        owner = group.organisation if form.cleaned_data["whole"] else group
        try:
            avoiding.add(actor=user, now=timezone.now(), owner=owner, facts=form.facts())
        except DomainError as caught:
            error = told_at_fields(form, caught)
        else:
            messages.success(request, _("Tiden är sparad. Den varnar när någon bokar då."))
            return HttpResponseRedirect(reverse("avoid_times", args=[pk]), status=303)
    context = {
        "section": "partners",
        "group": group,
        "rows": [(row, avoiding.words(row)) for row in avoiding.of_group(group)],
        "form": form,
        "error": error,
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "scheduling/avoid_times.html", context, status=status)


@login_required
@require_POST
def avoid_remove(request: HttpRequest, pk: int, row: int) -> HttpResponse:
    """It no longer matters."""
    avoiding.remove(actor=user_of(request), now=timezone.now(), pk=row)
    messages.success(request, _("Tiden är borttagen."))
    return HttpResponseRedirect(reverse("avoid_times", args=[pk]), status=303)


_DAYS = "installningar/vard/<int:pk>/tider/"
urlpatterns = [
    path("installningar/bibliotek/nytt", library_edit, name="library_new"),
    path("installningar/bibliotek/<int:pk>/", library_edit, name="library_edit"),
    path("installningar/bibliotek/<int:pk>/sasong", season_add, name="season_add"),
    path("installningar/sasong/<int:pk>/ta-bort", season_remove, name="season_remove"),
    path("installningar/vard/ny", host_edit, name="host_new"),
    path("installningar/vard/<int:pk>/", host_edit, name="host_edit"),
    path(_DAYS, host_days, name="host_days"),
    path(f"{_DAYS}<int:row>/<slug:act>", host_day_act, name="host_day_act"),
    path("grupp/<int:pk>/undvik-tider", avoid_times, name="avoid_times"),
    path("grupp/<int:pk>/undvik-tider/<int:row>/ta-bort", avoid_remove, name="avoid_remove"),
]
