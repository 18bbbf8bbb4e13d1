"""Organisationer: the list, one with its groups and contacts, and its acts."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.access import may_plan, may_see_category
from core.errors import DomainError, Forbidden, Missing
from partners import queries, services
from partners.forms.organisation import OrganisationForm
from partners.models import ORGANISATION_KIND_LABELS, Organisation, OrganisationKind
from partners.views.common import (
    Search,
    attempt,
    form_page,
    page_of,
    planner,
    to_organisation,
    viewer,
)
from partners.views.rows import contact_rows, group_row

SECTION = "organisations"


@login_required
@require_safe
def organisation_list(request: HttpRequest) -> HttpResponse:
    """Who they are, and how many."""
    user, search = viewer(request), Search.of(request)
    found = queries.organisations(viewer=user, q=search.q, archived=search.archived)
    page = page_of(request, found)
    context = {"section": SECTION, "page": page, "search": search, "plans": may_plan(user)}
    return render(request, "partners/organisation_list.html", context)


@login_required
@require_safe
def organisation_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Facts, groups and the people to call."""
    return organisation_page(request, pk)


def organisation_page(
    request: HttpRequest, pk: int, error: DomainError | None = None
) -> HttpResponse:
    """The organisation's page; ``error`` is what an act was refused with."""
    user = viewer(request)
    row = queries.organisation_with_parts(viewer=user, pk=pk)
    groups = [group_row(group) for group in row.groups.all()]
    contacts = contact_rows(row.contacts.all(), user)
    context = {
        "section": SECTION,
        "organisation": row,
        "facts": _facts(row),
        "groups": [item for item in groups if item.group.archived_at is None],
        "old_groups": [item for item in groups if item.group.archived_at is not None],
        "contacts": [item for item in contacts if item.contact.archived_at is None],
        "old_contacts": [item for item in contacts if item.contact.archived_at is not None],
        "plans": may_plan(user),
        "sees_category": may_see_category(user),
        "error": error,
    }
    status = error.status if error else 200
    return render(request, "partners/organisation.html", context, status=status)


def _facts(row: Organisation) -> list[dict[str, object]]:
    kind = ORGANISATION_KIND_LABELS[OrganisationKind(row.kind)]
    address = _("Skyddad") if row.protected else row.address
    facts: list[dict[str, object]] = [{"label": _("Slag"), "value": str(kind)}]
    if address:
        facts.append({"label": _("Adress"), "value": address})
    if row.notes:
        facts.append({"label": _("Om samarbetet"), "value": row.notes})
    return facts


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def organisation_create(request: HttpRequest) -> HttpResponse:
    """A new one."""
    user = planner(request)
    form = (
        OrganisationForm(request.POST)
        if request.method == "POST"
        else OrganisationForm(initial={"name": request.GET.get("name", "")[:120]})
    )
    if request.method == "POST":
        row = attempt(
            form,
            lambda: services.save_organisation(
                actor=user, now=timezone.now(), details=form.details()
            ),
        )
        if row is not None:
            messages.success(request, _("Organisationen är sparad. Lägg gärna till en grupp."))
            return to_organisation(row)
    return form_page(
        request,
        "organisation",
        form,
        section=SECTION,
        title=_("Ny organisation"),
        over=_("Organisationer"),
        back=reverse("partners:organisation_list"),
        draft="organisation-ny",
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def organisation_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change what is known."""
    user = planner(request)
    row = queries.organisation_by_id(viewer=user, pk=pk)
    form = OrganisationForm.of(row)
    if request.method == "POST":
        form = OrganisationForm(request.POST)
        saved = attempt(
            form,
            lambda: services.save_organisation(
                actor=user, now=timezone.now(), details=form.details(), organisation=row
            ),
        )
        if saved is not None:
            messages.success(request, _("Ändringen är sparad."))
            return to_organisation(saved)
    return form_page(
        request,
        "organisation",
        form,
        section=SECTION,
        title=_("Ändra organisationen"),
        over=row.name,
        back=reverse("partners:organisation_detail", args=[row.pk]),
        draft=f"organisation-{row.pk}",
    )


@login_required
@require_POST
def organisation_act(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Archive or take back, with what belongs to it."""
    user = planner(request)
    row = queries.organisation_by_id(viewer=user, pk=pk)
    acts = {
        "archive": (services.archive_organisation, _("Organisationen är arkiverad.")),
        "restore": (services.restore_organisation, _("Organisationen är tillbaka.")),
    }
    act, words = acts[name]
    try:
        act(actor=user, now=timezone.now(), organisation=row)
    except (Forbidden, Missing):
        raise
    except DomainError as error:
        return organisation_page(request, pk, error)
    messages.success(request, words)
    return to_organisation(row)


urlpatterns = [
    path("organisationer/", organisation_list, name="organisation_list"),
    path("organisationer/ny", organisation_create, name="organisation_create"),
    path("organisationer/<int:pk>", organisation_detail, name="organisation_detail"),
    path("organisationer/<int:pk>/andra", organisation_edit, name="organisation_edit"),
    path(
        "organisationer/<int:pk>/arkivera",
        organisation_act,
        {"name": "archive"},
        name="organisation_archive",
    ),
    path(
        "organisationer/<int:pk>/ta-tillbaka",
        organisation_act,
        {"name": "restore"},
        name="organisation_restore",
    ),
]
