"""Rätta and Ta bort mig: the page that every mail's foot leads to. No cookie, no account."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils import timezone, translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from core.errors import DomainError, Missing
from partners.models import PartnerTask
from partners.services import limits, tasks
from scheduling import access, links, snapshots


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def my_details(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows two ways; POST makes a task with a day and says which."""
    try:
        invitation = access.invitation_by_token(token)
    except Missing:
        return render(request, "answer/missing.html", status=404)
    translation.activate(snapshots.language(invitation))
    contact = invitation.contact
    assert contact is not None
    made: PartnerTask | None = None
    error: DomainError | None = None
    text = request.POST.get("text", "")
    if request.method == "POST":
        try:
            limits.count(address=request.META.get("REMOTE_ADDR", ""), link=token)
            if request.POST.get("vill") == "bort":
                made = tasks.ask_removal(now=timezone.now(), contact=contact)
            else:
                made = tasks.ask_correction(now=timezone.now(), contact=contact, text=text)
        except DomainError as refused:
            error = refused
    context = {
        "path": links.answer_path(invitation),
        "library_name": snapshots.organiser_name(invitation.booking),
        "made": made,
        "error": error,
        "text": text,
    }
    return render(request, "answer/my_details.html", context, status=error.status if error else 200)


urlpatterns = [path("svar/<str:token>/mina-uppgifter", my_details, name="my_details")]
