"""Intressen: catch one by a tap or a line, and say what became of it."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core import access
from core.errors import DomainError, Missing
from core.models import User
from partners.models import Group
from scheduling.followup import chips, counted
from scheduling.followup import interests as service
from scheduling.forms.interest import CatchForm, StageForm
from scheduling.models import Interest, SignalSource
from scheduling.views.relation import back, form_page, save_form, sent
from scheduling.views.setup_edit import told_at_fields, user_of


def catch_context(
    user: User, *, group: Group | None = None, source: SignalSource = SignalSource.DESK
) -> dict[str, Any]:
    """What ``interest_catch.html`` shows: the usual ones as one tap each, and a line."""
    if not access.may_log(user):
        return {"catch": None}
    rows = (
        counted.signals()
        .values("interest__name")
        .annotate(times=Count("pk"))
        .order_by("-times", "interest__name")
    )
    initial = {"source": source.value, "group": group.pk if group else None}
    kinds = access.may_see_category(user) and group is None
    return {
        "catch": CatchForm(kinds=kinds, initial=initial),
        "usual": [row["interest__name"] for row in rows[: chips.MOST_WORDS]],
    }


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def interest_catch(request: HttpRequest) -> HttpResponse:
    """Catch one; what was typed comes back where it cannot be stored."""
    user = user_of(request)
    access.require(access.may_log(user))
    kinds = access.may_see_category(user)
    data = sent(request)
    form = CatchForm(data, kinds=kinds, initial={"source": SignalSource.DESK.value})
    error: DomainError | None = None
    if data is not None and form.is_valid():
        try:
            caught = service.catch(actor=user, now=timezone.now(), given=form.given())
        except DomainError as refused:
            error = told_at_fields(form, refused)
        else:
            messages.success(request, _("Fångat: %(what)s.") % {"what": caught.interest.name})
            return back(request, reverse("efforts"))
    return form_page(request, form, error, title=_("Fånga ett intresse"), over=_("Intressen"),
                     section="efforts", back=reverse("efforts"))  # fmt: skip


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def interest_stage(request: HttpRequest, pk: int) -> HttpResponse:
    """Say how far it has come, or which programme it became."""
    user = user_of(request)
    access.require(access.may_plan(user))
    row = Interest.objects.filter(pk=pk).first()
    if row is None:
        raise Missing
    to = reverse("interest", args=[row.pk])
    initial = {"stage": row.stage_set, "programme": row.programme_id}
    form = StageForm(sent(request), initial=initial)

    def save() -> None:
        service.set_stage(actor=user, now=timezone.now(), interest=row, **form.cleaned_data)

    return save_form(
        request,
        form,
        save,
        saved=_("Intresset är sparat."),
        to=to,
        title=_("Vad blev det av intresset?"),
        over=row.name,
        section="efforts",
    )


urlpatterns = [
    path("insatser/fanga", interest_catch, name="interest_catch"),
    path("insatser/intresse/<int:pk>/lage", interest_stage, name="interest_stage"),
]
