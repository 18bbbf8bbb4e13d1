"""Be om en tid: pages without account, cookie or script; and the link as planners see it."""

from collections.abc import Callable

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.errors import DomainError, Missing
from partners import queries
from partners.forms.asking import AskForm, PublicForm, TimeForm
from partners.services import limits, tasks
from partners.views.common import planner
from partners.views.organisations import SECTION


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, token: str) -> HttpResponse:
    """The organisation's own page. Its name is not on it: the link may lie open on a table."""
    try:
        page = tasks.page_by_token(token)
    except Missing:
        return render(request, "answer/missing.html", status=404)
    form = TimeForm(request.POST if request.method == "POST" else None)

    def take() -> None:
        wishes = tasks.Wishes(**form.cleaned_data)
        tasks.ask_time(now=timezone.now(), organisation=page.organisation, wishes=wishes)

    return _answered(request, form, take, link=token)


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def ask_publicly(request: HttpRequest) -> HttpResponse:
    """For anybody."""
    form = PublicForm(request.POST if request.method == "POST" else None)

    def take() -> None:
        # A machine fills in every field; it is thanked, and nothing is kept.
        if not request.POST.get("webbplats"):
            stranger = tasks.Stranger(**form.cleaned_data)
            tasks.ask_publicly(now=timezone.now(), stranger=stranger)

    return _answered(request, form, take)


def _answered(
    request: HttpRequest, form: AskForm, take: Callable[[], None], link: str = ""
) -> HttpResponse:
    public = isinstance(form, PublicForm)
    context: dict[str, object] = {"form": form, "public": public, "done": False}
    if not form.is_bound:
        context["done"] = "tack" in request.GET
        return render(request, "answer/ask.html", context)
    status = 422
    if form.is_valid():
        try:
            limits.count(address=request.META.get("REMOTE_ADDR", ""), link=link)
            take()
        except DomainError as error:
            form.refuse(error)
            status = error.status
        else:
            return HttpResponseRedirect(f"{request.path}?tack", status=303)
    return render(request, "answer/ask.html", context, status=status)


@login_required
@require_safe
def ask_link(request: HttpRequest, pk: int) -> HttpResponse:
    """The link, to be given to the partner."""
    user = planner(request)
    row = queries.organisation_by_id(viewer=user, pk=pk)
    page = row.ask_pages.filter(revoked_at=None).order_by("pk").first()
    token = tasks.page_token(page) if page else ""
    url = f"{settings.BASE_URL}{reverse('partners:ask', args=[token])}" if token else ""
    context = {"section": SECTION, "organisation": row, "url": url}
    return render(request, "partners/ask_link.html", context)


@login_required
@require_POST
def ask_link_act(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Make the link, or another one."""
    user = planner(request)
    row = queries.organisation_by_id(viewer=user, pk=pk)
    act = tasks.rotate_page if name == "rotate" else tasks.open_page
    act(actor=user, now=timezone.now(), organisation=row)
    messages.success(request, _("Länken är klar att lämna vidare."))
    return HttpResponseRedirect(reverse("partners:ask_link", args=[pk]), status=303)


urlpatterns = [
    path("be-om-tid/", ask_publicly, name="ask_publicly"),
    path("be-om-tid/<str:token>", ask, name="ask"),
    path("organisationer/<int:pk>/be-om-tid", ask_link, name="ask_link"),
    path(
        "organisationer/<int:pk>/be-om-tid/skapa", ask_link_act, {"name": "open"}, name="ask_open"
    ),
    path(
        "organisationer/<int:pk>/be-om-tid/byt", ask_link_act, {"name": "rotate"}, name="ask_rotate"
    ),
]
