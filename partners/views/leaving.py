"""Har slutat: who takes over."""

from collections.abc import Sequence
from functools import partial

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core.errors import Conflict, Invalid
from partners import hooks, queries
from partners.forms.asking import LeftForm
from partners.services.leaving import leave
from partners.views.common import planner, to_organisation
from partners.views.organisations import SECTION


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def contact_left(request: HttpRequest, pk: int) -> HttpResponse:
    """Links die, open visits go to the chosen one, history stays with the group."""
    user = planner(request)
    row = queries.contact_by_id(viewer=user, pk=pk)
    form = LeftForm(row, request.POST if request.method == "POST" else None)
    addressees: Sequence[object] | None = None
    if form.is_bound and form.is_valid():
        now = timezone.now()
        act = partial(leave, actor=user, now=now, contact=row, successor=form.heir())
        try:
            if "visa" in request.POST:
                addressees = hooks.rehearse(act, now)
            else:
                act()
        except (Invalid, Conflict) as error:
            form.refuse(error)
        else:
            if addressees is None:
                words = _("%(name)s är avslutad som kontakt.") % {"name": row.name}
                messages.success(request, words)
                return to_organisation(row.organisation_id)
    context = {"section": SECTION, "contact": row, "form": form, "addressees": addressees}
    status = 422 if form.is_bound and addressees is None else 200
    return render(request, "partners/contact_left.html", context, status=status)


urlpatterns = [path("kontakter/<int:pk>/har-slutat", contact_left, name="contact_left")]
