"""Inställningar: the house as it is, and what may be changed by whom."""

from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from core import access, swedish
from core.errors import DomainError
from core.models import ApiToken, User
from partners.models import WEEKDAY_LABELS
from scheduling.booking import api_tokens, places
from scheduling.forms.setup import (
    CalmTimeForm,
    ClosureForm,
    TokenForm,
)
from scheduling.models import Host, Library, OpeningHours, Programme, Room
from scheduling.views import setup_edit, setup_house
from scheduling.views.setup_edit import library_of, told_at_fields, user_of
from scheduling.views.today_words import capital

Forms = dict[str, forms.Form]


@login_required
@require_safe
def settings(request: HttpRequest) -> HttpResponse:
    """Everything on one page."""
    return _page(request, user_of(request), {})


def _page(
    request: HttpRequest,
    user: User,
    bound: Forms,
    *,
    error: DomainError | None = None,
    secret: str = "",
) -> HttpResponse:
    """The overview; ``bound`` holds a form that came back with something to mend."""
    context = {
        "section": "settings",
        "may": access.may_administer(user),
        "libraries": _libraries(),
        "rooms": Room.objects.select_related("library").order_by("-active", "library", "name"),
        "programmes": Programme.objects.order_by("-active", "sort", "name"),
        "mine": Host.objects.filter(user=user).first(),
        "hosts": Host.objects.select_related("user", "library").prefetch_related("programmes"),
        "closure_form": bound.get("closure") or ClosureForm(),
        "calm_form": bound.get("calm") or CalmTimeForm(),
        "token_form": bound.get("token") or TokenForm(),
        "open": next(iter(bound), ""),
        "tokens": ApiToken.objects.filter(user=user, revoked_at=None).order_by("-created_at"),
        "secret": secret,
        "error": error,
        "form": next(iter(bound.values()), None),
    }
    faulty = error is not None or bool(bound)
    response = render(request, "scheduling/setup.html", context, status=422 if faulty else 200)
    if secret:
        response["Cache-Control"] = "private, no-store"
    return response


def _libraries() -> list[dict[str, Any]]:
    today = timezone.localdate()
    rows = Library.objects.prefetch_related("hours", "closures", "calm_times")
    return [
        {
            "library": row,
            "hours": _week(list(row.hours.all())),
            "seasons": _seasons(list(row.hours.all())),
            "closures": sorted(
                (item for item in row.closures.all() if item.day >= today), key=lambda i: i.day
            ),
            "calm": [
                {"row": item, "words": f"{capital(str(WEEKDAY_LABELS[item.weekday]))} "
                 f"{swedish.time_range(item.start, item.end)}"}
                for item in sorted(row.calm_times.all(), key=lambda i: (i.weekday, i.start))
            ],
        }
        for row in rows
    ]  # fmt: skip


def _seasons(rows: list[OpeningHours]) -> list[dict[str, Any]]:
    """Each season once: its weekdays in words, and one row's id by which it is taken away."""
    found: dict[Any, list[OpeningHours]] = {}
    for row in rows:
        if row.first_day:
            found.setdefault((row.first_day, row.last_day), []).append(row)
    return [
        {"pk": days[0].pk, "lines": [_season(day) for day in sorted(days, key=lambda d: d.weekday)]}
        for _days, days in sorted(found.items())
    ]


def _season(row: OpeningHours) -> str:
    """ "Måndag 2026-06-15 – 2026-08-15: 10–17"."""
    day = capital(str(WEEKDAY_LABELS[row.weekday]))
    return f"{day} {row.first_day} – {row.last_day}: {_hours(row)}"


def _hours(row: OpeningHours | None) -> str:
    if row is None or row.opens is None or row.closes is None:
        return _("Stängt")
    return f"{swedish.clock_short(row.opens)}–{swedish.clock_short(row.closes)}"


def _week(rows: list[OpeningHours]) -> list[tuple[str, str]]:
    usual = {row.weekday: row for row in rows if row.first_day is None}
    return [
        (capital(str(word)), _hours(usual.get(weekday))) for weekday, word in WEEKDAY_LABELS.items()
    ]


def _done(request: HttpRequest, words: str, anchor: str) -> HttpResponse:
    messages.success(request, words)
    return HttpResponseRedirect(f"{reverse('settings')}#{anchor}", status=303)


@login_required
@require_POST
def closure_add(request: HttpRequest, pk: int) -> HttpResponse:
    """Closed, or other hours, on a day; told kindly where visits lie there."""
    user = user_of(request)
    access.require(access.may_administer(user))
    library = library_of(pk)
    form = ClosureForm(request.POST)
    if not form.is_valid():
        return _page(request, user, {"closure": form})
    day = form.cleaned_data["day"]
    try:
        places.add_closure(
            actor=user,
            now=timezone.now(),
            library=library,
            day=day,
            reason=form.cleaned_data["reason"],
            hours=form.hours(),
        )
    except DomainError as error:
        return _page(request, user, {"closure": form}, error=told_at_fields(form, error))
    start = timezone.make_aware(datetime.combine(day, time.min))
    booked = places.booked_on(library, start, start + timedelta(days=1))
    if booked:
        words = ngettext(
            "%(count)d besök är redan bokat den dagen och ligger kvar.",
            "%(count)d besök är redan bokade den dagen och ligger kvar.",
            booked,
        )
        messages.warning(request, words % {"count": booked})
    return _done(request, _("Dagen är sparad."), "tider")


@login_required
@require_POST
def closure_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """The usual hours again."""
    places.remove_closure(actor=user_of(request), now=timezone.now(), pk=pk)
    return _done(request, _("Dagen har sina vanliga tider igen."), "tider")


@login_required
@require_POST
def calm_add(request: HttpRequest, pk: int) -> HttpResponse:
    """A weekly calm time."""
    user = user_of(request)
    access.require(access.may_administer(user))
    library = library_of(pk)
    form = CalmTimeForm(request.POST)
    if not form.is_valid():
        return _page(request, user, {"calm": form})
    places.add_calm_time(actor=user, now=timezone.now(), library=library, **form.cleaned_data)
    return _done(request, _("Den lugna tiden är sparad."), "tider")


@login_required
@require_POST
def calm_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """No longer calm."""
    places.remove_calm_time(actor=user_of(request), now=timezone.now(), pk=pk)
    return _done(request, _("Den lugna tiden är borttagen."), "tider")


@login_required
@require_POST
def token_create(request: HttpRequest) -> HttpResponse:
    """A personal token, shown this once."""
    user = user_of(request)
    form = TokenForm(request.POST)
    if not form.is_valid():
        return _page(request, user, {"token": form})
    try:
        _row, secret = api_tokens.create(
            actor=user, now=timezone.now(), name=form.cleaned_data["name"]
        )
    except DomainError as error:
        return _page(request, user, {"token": form}, error=told_at_fields(form, error))
    return _page(request, user, {}, secret=secret)


@login_required
@require_POST
def token_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """The token opens nothing from now on."""
    api_tokens.revoke(actor=user_of(request), now=timezone.now(), pk=pk)
    return _done(request, _("Nyckeln är återkallad."), "nycklar")


urlpatterns = [
    *setup_edit.urlpatterns,
    *setup_house.urlpatterns,
    path("installningar/", settings, name="settings"),
    path("installningar/bibliotek/<int:pk>/avvikelse", closure_add, name="closure_add"),
    path("installningar/avvikelse/<int:pk>/ta-bort", closure_remove, name="closure_remove"),
    path("installningar/bibliotek/<int:pk>/lugn-tid", calm_add, name="calm_add"),
    path("installningar/lugn-tid/<int:pk>/ta-bort", calm_remove, name="calm_remove"),
    path("installningar/nycklar/ny", token_create, name="token_create"),
    path("installningar/nycklar/<int:pk>/aterkalla", token_revoke, name="token_revoke"),
]
