"""Grupper: the list, and the forms. A group's own page belongs to its visits."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.access import may_plan
from core.errors import DomainError, Forbidden, Missing
from partners import queries, services
from partners.forms.group import GroupForm
from partners.views.common import (
    Search,
    attempt,
    form_page,
    page_of,
    planner,
    to_group,
    to_organisation,
    viewer,
)
from partners.views.organisations import organisation_page
from partners.views.rows import group_row


@login_required
@require_safe
def group_list(request: HttpRequest) -> HttpResponse:
    """Who comes, how many they are and when they like to come."""
    user, search = viewer(request), Search.of(request)
    page = page_of(request, queries.groups(viewer=user, q=search.q, archived=search.archived))
    context = {
        "section": "groups",
        "page": page,
        "rows": [group_row(group) for group in page],
        "search": search,
        "plans": may_plan(user),
    }
    return render(request, "partners/group_list.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def group_create(request: HttpRequest, pk: int) -> HttpResponse:
    """A new one in the organisation ``pk``."""
    user = planner(request)
    home = queries.organisation_by_id(viewer=user, pk=pk)
    form = GroupForm(request.POST) if request.method == "POST" else GroupForm()
    if request.method == "POST":
        row = attempt(
            form,
            lambda: services.save_group(
                actor=user, now=timezone.now(), details=form.details(), organisation=home
            ),
        )
        if row is not None:
            messages.success(request, _("Gruppen är sparad."))
            return to_organisation(home)
    return form_page(
        request,
        "group",
        form,
        section="organisations",
        title=_("Ny grupp"),
        over=home.name,
        back=reverse("partners:organisation_detail", args=[home.pk]),
        draft=f"grupp-ny-{home.pk}",
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def group_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change what is known."""
    user = planner(request)
    row = queries.group_by_id(viewer=user, pk=pk)
    form = GroupForm.of(row)
    if request.method == "POST":
        form = GroupForm(request.POST)
        saved = attempt(
            form,
            lambda: services.save_group(
                actor=user, now=timezone.now(), details=form.details(), group=row
            ),
        )
        if saved is not None:
            messages.success(request, _("Ändringen är sparad."))
            return to_group(saved)
    return form_page(
        request,
        "group",
        form,
        section="groups",
        title=_("Ändra gruppen"),
        over=row.alias,
        back=reverse("group", args=[row.pk]),
        draft=f"grupp-{row.pk}",
        archive=None if row.archived_at else reverse("partners:group_archive", args=[row.pk]),
    )


@login_required
@require_POST
def group_act(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Archive or take back."""
    user = planner(request)
    row = queries.group_by_id(viewer=user, pk=pk)
    acts = {
        "archive": (services.archive_group, _("Gruppen är arkiverad.")),
        "restore": (services.restore_group, _("Gruppen är tillbaka.")),
    }
    act, words = acts[name]
    try:
        act(actor=user, now=timezone.now(), group=row)
    except (Forbidden, Missing):
        raise
    except DomainError as error:
        return organisation_page(request, row.organisation_id, error)
    messages.success(request, words)
    return to_organisation(row.organisation_id)


urlpatterns = [
    path("organisationer/<int:pk>/grupper/ny", group_create, name="group_create"),
    path("grupper/", group_list, name="group_list"),
    path("grupper/<int:pk>/andra", group_edit, name="group_edit"),
    path("grupper/<int:pk>/arkivera", group_act, {"name": "archive"}, name="group_archive"),
    path("grupper/<int:pk>/ta-tillbaka", group_act, {"name": "restore"}, name="group_restore"),
]
