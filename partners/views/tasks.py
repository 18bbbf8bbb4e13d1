"""A partner's wish or request: what was asked, and the acts that close it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core import swedish
from core.errors import Conflict, Invalid
from core.models import User
from partners import queries
from partners.models import TASK_KIND_LABELS, PartnerTask, TaskKind, TaskOutcome
from partners.services import tasks
from partners.views.common import planner


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def task(request: HttpRequest, pk: int) -> HttpResponse:
    """Read it, do it, close it."""
    user = planner(request)
    row = queries.task_by_id(viewer=user, pk=pk)
    error: Invalid | Conflict | None = None
    if request.method == "POST":
        try:
            _act(request, user, row)
        except (Invalid, Conflict) as refused:
            error = refused
        else:
            messages.success(request, _("Uppgiften är avslutad."))
            return HttpResponseRedirect(reverse("today"), status=303)
    context = {
        "section": "today",
        "task": row,
        "kind": TASK_KIND_LABELS[TaskKind(row.kind)],
        "facts": _facts(row),
        "removal": row.kind == TaskKind.REMOVAL.value,
        "note": request.POST.get("note", ""),
        "error": error,
    }
    status = error.status if error else 200
    return render(request, "partners/task.html", context, status=status)


def _act(request: HttpRequest, user: User, row: PartnerTask) -> None:
    now, act = timezone.now(), request.POST.get("act")
    if act == "remove":
        tasks.remove(actor=user, now=now, task=row)
        return
    outcome = TaskOutcome.DECLINED if act == "decline" else TaskOutcome.DONE
    tasks.close(actor=user, now=now, task=row, outcome=outcome, note=request.POST.get("note", ""))


def _facts(row: PartnerTask) -> list[dict[str, object]]:
    phone = swedish.format_phone(row.from_phone) if row.from_phone else ""
    size = _("%(size)s personer") % {"size": row.size_band_label}
    pairs = [
        (_("Organisation"), str(row.organisation or row.from_organisation)),
        (_("Kontakt"), str(row.contact or row.from_name)),
        (_("E-post"), row.from_email),
        (_("Telefon"), phone),
        (_("Önskar"), row.text),
        (_("Tider som passar"), row.times),
        (_("Ungefär hur många"), size if row.size_band else ""),
        (_("Svara senast"), swedish.short_date(row.due)),
    ]
    return [{"label": label, "value": value} for label, value in pairs if value]


urlpatterns = [path("uppgifter/<int:pk>", task, name="task")]
