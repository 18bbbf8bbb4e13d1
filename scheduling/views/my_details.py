"""Rätta and Ta bort mig: the page that every mail's foot leads to. No cookie, no account."""

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils import timezone

from core.errors import DomainError
from partners.models import PartnerTask
from partners.services import limits, tasks
from scheduling import links, snapshots
from scheduling.models import Invitation
from scheduling.views.answer_page import invitation_page, spoken


@invitation_page
def my_details(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """GET shows two ways; POST with one of their buttons makes a task with a day and says which."""
    made: PartnerTask | None = None
    error: DomainError | None = None
    if request.POST.get("vill") in {"ratta", "bort"}:
        try:
            made = _ask(request, invitation)
        except DomainError as refused:
            error = refused
    context: dict[str, object] = {
        "path": links.answer_path(invitation),
        "here": request.get_full_path(),
        "library_name": snapshots.organiser_name(invitation.booking),
        "made": made,
        "error": error,
        "text": request.POST.get("text", ""),
    }
    return spoken(request, "my_details", context, error.status if error else 200)


def _ask(request: HttpRequest, invitation: Invitation) -> PartnerTask:
    contact, now = invitation.contact, timezone.now()
    assert contact is not None
    limits.count(
        address=request.META.get("REMOTE_ADDR", ""), link=invitation.token_fingerprint or ""
    )
    if request.POST["vill"] == "bort":
        return tasks.ask_removal(now=now, contact=contact)
    return tasks.ask_correction(now=now, contact=contact, text=request.POST.get("text", ""))


urlpatterns = [path("svar/<str:token>/mina-uppgifter", my_details, name="my_details")]
