"""Jag är borta: from, to and who stands in; in four presses."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from core import access, standing_in
from core.errors import DomainError, Missing
from core.models import StandIn, User
from scheduling.forms.relation import AwayForm
from scheduling.insight import relations
from scheduling.views.relation import back
from scheduling.views.setup_edit import told_at_fields, user_of


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def away(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """One's own absence, or that of the colleague ``pk`` who is ill."""
    user, now = user_of(request), timezone.now()
    person = _person(user, pk)
    today = timezone.localdate(now)
    form = AwayForm(person, today, request.POST or None, initial=_initial(person))
    error: DomainError | None = None
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            standing_in.go_away(
                actor=user, now=now, person=person, stand_in=data["stand_in"],
                first_day=data["first_day"], last_day=data["last_day"],
            )  # fmt: skip
        except DomainError as caught:
            error = told_at_fields(form, caught)
        else:
            words = _("Sparat. %(name)s tar över under tiden.")
            messages.success(request, words % {"name": data["stand_in"].name})
            return HttpResponseRedirect(request.path, status=303)
    status = 422 if request.method == "POST" else 200
    return render(request, "scheduling/stand_in.html", _context(user, person, form, error, now),
                  status=status)  # fmt: skip


def _context(
    user: User, person: User, form: AwayForm, error: DomainError | None, now: datetime
) -> dict[str, Any]:
    rows = standing_in.coming(now)
    mine = [row for row in rows if row.person_id == person.pk]
    others = User.objects.filter(is_active=True).exclude(pk__in=(user.pk, person.pk))
    return {
        "section": "today",
        "person": person,
        "own": person == user,
        "form": form,
        "error": error,
        "absences": [
            {"row": row, "visits": list(relations.hostless(row, now))} for row in mine
        ],
        "others": [row for row in rows if row.person_id != person.pk],
        "colleagues": [
            one for one in others.order_by("first_name", "pk")
            if standing_in.may_see_to(user, one)
        ],
        "plans": access.may_plan(user),
    }  # fmt: skip


def _person(user: User, pk: int | None) -> User:
    if pk is None:
        return user
    person = User.objects.filter(pk=pk, is_active=True).first()
    if person is None:
        raise Missing
    access.require(standing_in.may_see_to(user, person))
    return person


def _initial(person: User) -> dict[str, Any]:
    """The one who stood in last time, most likely again."""
    last = StandIn.objects.filter(person=person).order_by("-pk").first()
    return {"stand_in": last.stand_in_id} if last else {}


@login_required
@require_POST
def come_back(request: HttpRequest, pk: int) -> HttpResponse:
    """ "Jag är tillbaka", also before it began."""
    user = user_of(request)
    row = StandIn.objects.select_related("person").filter(pk=pk).first()
    if row is None:
        raise Missing
    standing_in.come_back(actor=user, now=timezone.now(), absence=row)
    messages.success(request, _("Frånvaron är avslutad."))
    return back(request, reverse("away"))


urlpatterns = [
    path("borta/", away, name="away"),
    path("borta/for/<int:pk>", away, name="away_for"),
    path("borta/<int:pk>/tillbaka", come_back, name="come_back"),
]
