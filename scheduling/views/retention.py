"""Gallring: what is erased when, by which decision, and what was."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core import access
from core.errors import DomainError
from scheduling.followup import retention
from scheduling.forms.retention import RetentionForm
from scheduling.models import RetentionRun
from scheduling.views.setup_edit import told_at_fields, user_of

SHOWN_RUNS = 50


@login_required
@require_safe
def rules(request: HttpRequest) -> HttpResponse:
    """The table of rules, each with its preview, and the log."""
    access.require(access.may_administer(user_of(request)))
    return _page(request)


def _page(
    request: HttpRequest, error: DomainError | None = None, status: int = 200
) -> HttpResponse:
    words = {rule.key: rule.what for rule in retention.RULES}
    runs = RetentionRun.objects.select_related("actor")[:SHOWN_RUNS]
    context = {
        "section": "settings",
        "rules": retention.standing(timezone.now()),
        "runs": [{"run": run, "what": words.get(run.key, run.key)} for run in runs],
        "error": error,
    }
    return render(request, "scheduling/retention.html", context, status=status)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, key: str) -> HttpResponse:
    """Change one rule."""
    user, now = user_of(request), timezone.now()
    access.require(access.may_administer(user))
    standing = retention.stands(key, now)
    form = RetentionForm(request.POST) if request.method == "POST" else RetentionForm.of(standing)
    error = None
    if request.method == "POST" and form.is_valid():
        try:
            retention.change_rule(actor=user, now=now, key=key, **form.cleaned_data)
        except DomainError as caught:
            error = told_at_fields(form, caught)
        else:
            messages.success(request, _("Regeln är sparad."))
            return HttpResponseRedirect(reverse("retention"), status=303)
    context = {"section": "settings", "standing": standing, "form": form, "error": error}
    status = 422 if request.method == "POST" else 200
    return render(request, "scheduling/retention_edit.html", context, status=status)


@login_required
@require_POST
def run(request: HttpRequest, key: str) -> HttpResponse:
    """Erase now what the rule says."""
    try:
        done = retention.run(actor=user_of(request), now=timezone.now(), key=key)
    except DomainError as error:
        access.require(access.may_administer(user_of(request)))
        return _page(request, error, error.status)
    words = ngettext("%(count)d uppgift är gallrad.", "%(count)d uppgifter är gallrade.", done.rows)
    messages.success(request, words % {"count": done.rows})
    return HttpResponseRedirect(reverse("retention"), status=303)


urlpatterns = [
    path("installningar/gallring", rules, name="retention"),
    path("installningar/gallring/<slug:key>", edit, name="retention_edit"),
    path("installningar/gallring/<slug:key>/kor", run, name="retention_run"),
]
