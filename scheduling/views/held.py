"""Det här har vi om kontakten: everything on one page, and the basis for handing it out."""

from itertools import groupby

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from core import access
from core.errors import DomainError, Forbidden
from partners import queries
from scheduling.forms.held import DisclosureForm
from scheduling.insight import held as insight
from scheduling.views.setup_edit import told_at_fields, user_of


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def held(request: HttpRequest, pk: int) -> HttpResponse:
    """Read it; posted, the file with the ticked fields masked."""
    user, now = user_of(request), timezone.now()
    access.require(access.may_plan(user))
    contact = queries.contact_by_id(viewer=user, pk=pk)
    form = DisclosureForm(request.POST if request.method == "POST" else None)
    masked = request.POST.getlist("masked")
    error: DomainError | None = None
    if request.method == "POST" and form.is_valid():
        try:
            body = insight.disclose(
                actor=user, now=now, contact=contact, masked=masked, note=form.cleaned_data["note"]
            )
        except Forbidden:
            raise
        except DomainError as caught:
            error = told_at_fields(form, caught)
        else:
            return _file(body, f"underlag-{contact.pk}-{timezone.localdate(now)}.csv")
    rows = insight.held_on(viewer=user, contact=contact)
    context = {
        "section": "organisations",
        "contact": contact,
        "parts": [(where, list(part)) for where, part in groupby(rows, lambda row: row.where)],
        "masked": masked,
        "form": form,
        "error": error,
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "scheduling/held.html", context, status=status)


def _file(body: bytes, name: str) -> HttpResponse:
    return HttpResponse(
        body,
        content_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "private, no-store",
        },
    )


urlpatterns = [path("kontakter/<int:pk>/uppgifter", held, name="held")]
