"""Inställningar, one thing at a time: rooms, programmes and opening hours."""

from collections.abc import Callable
from typing import Any, TypeVar

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core import access
from core.errors import DomainError, Missing
from core.models import User
from scheduling.booking import places
from scheduling.forms.setup import HoursForm, ProgrammeForm, RoomForm
from scheduling.models import Library, Programme, Room

M = TypeVar("M", Library, Programme, Room)


def user_of(request: HttpRequest) -> User:
    """The one who is logged in."""
    user = request.user
    assert isinstance(user, User)
    return user


def edit(
    request: HttpRequest,
    title: str,
    form: forms.Form,
    save: Callable[[], object],
    saved: str,
    library: Library | None = None,
) -> HttpResponse:
    """Show the form, save it, or say what to mend; nothing typed is lost."""
    error: DomainError | None = None
    if request.method == "POST" and form.is_valid():
        try:
            save()
        except DomainError as caught:
            error = told_at_fields(form, caught)
        else:
            messages.success(request, saved)
            return HttpResponseRedirect(reverse("settings"), status=303)
    context = {
        "section": "settings",
        "title": title,
        "form": form,
        "error": error,
        "library": library,
    }
    template = "scheduling/setup_hours.html" if library else "scheduling/setup_form.html"
    return render(request, template, context, status=422 if request.method == "POST" else 200)


def told_at_fields(form: forms.Form, error: DomainError) -> DomainError | None:
    """Put the error at the fields it names; what names none comes back for the summary."""
    known = {name: text for name, text in error.fields.items() if name in form.fields}
    for name, text in known.items():
        form.add_error(name, text)
    return None if known else error


def posted(request: HttpRequest) -> Any:
    """What was sent; None where the form is only shown."""
    return request.POST if request.method == "POST" else None


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def room_edit(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """Change a room, or add one."""
    user = user_of(request)
    access.require(access.may_administer(user))
    room = None if pk is None else _one(Room.objects.select_related("library"), pk)
    library = room.library if room else Library.objects.first()
    if library is None:
        raise Missing(_("Lägg in ett bibliotek först."))
    form = RoomForm(posted(request), initial=RoomForm.of(room), new=room is None)
    return edit(
        request,
        room.name if room else _("Nytt rum"),
        form,
        lambda: places.save_room(
            actor=user,
            now=timezone.now(),
            facts=form.facts(),
            room=room,
            library=form.cleaned_data.get("library") or library,
        ),
        _("Rummet är sparat."),
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def programme_edit(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """Change a programme, or add one."""
    user = user_of(request)
    access.require(access.may_administer(user))
    programme = None if pk is None else _one(Programme.objects.all(), pk)
    form = ProgrammeForm(posted(request), initial=ProgrammeForm.of(programme))
    return edit(
        request,
        programme.name if programme else _("Nytt program"),
        form,
        lambda: places.save_programme(
            actor=user, now=timezone.now(), facts=form.facts(), programme=programme
        ),
        _("Programmet är sparat."),
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def hours_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """The usual opening hours."""
    user = user_of(request)
    access.require(access.may_administer(user))
    library = library_of(pk)
    form = HoursForm(posted(request), library=library)
    return edit(
        request,
        _("Öppettider"),
        form,
        lambda: places.set_hours(actor=user, now=timezone.now(), library=library, week=form.week()),
        _("Öppettiderna är sparade."),
        library,
    )


def library_of(pk: int) -> Library:
    """The library, or Missing."""
    return _one(Library.objects.all(), pk)


def _one(rows: QuerySet[M, M], pk: int) -> M:
    found = rows.filter(pk=pk).first()
    if found is None:
        raise Missing
    return found


urlpatterns = [
    path("installningar/rum/nytt", room_edit, name="room_new"),
    path("installningar/rum/<int:pk>/", room_edit, name="room_edit"),
    path("installningar/program/nytt", programme_edit, name="programme_new"),
    path("installningar/program/<int:pk>/", programme_edit, name="programme_edit"),
    path("installningar/bibliotek/<int:pk>/tider/", hours_edit, name="hours_edit"),
]
