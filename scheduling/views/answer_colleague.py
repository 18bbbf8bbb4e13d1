"""Handing over to a colleague: the contact says whom, and nobody is written to yet."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path
from django.utils import timezone

from core.errors import DomainError
from partners.services import limits
from scheduling.booking import delegation
from scheduling.forms.answer import ColleagueForm
from scheduling.models import Invitation
from scheduling.views.answer_page import partner_page, show


@partner_page
def colleague(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """Only the named button sends; afterwards the page says what happens next."""
    form = ColleagueForm(request.POST if request.method == "POST" else None)
    asked = invitation.delegations.filter(decided_at=None).first()
    if request.POST.get("svar") != "kollega":
        return show(request, "colleague", invitation, form=form, asked=asked)
    if not form.is_valid():
        return show(request, "colleague", invitation, 422, form=form, faults=True)
    try:
        limits.count(link=invitation.token_fingerprint or "")
        delegation.ask(invitation=invitation, colleague=form.colleague(), now=timezone.now())
    except DomainError as error:
        for field, message in error.fields.items():
            form.add_error(field if field in form.fields else None, message)
        return show(
            request, "colleague", invitation, error.status, form=form, error=error, faults=True
        )
    return HttpResponseRedirect(request.get_full_path(), status=303)


urlpatterns = [path("svar/<str:token>/kollega", colleague, name="answer_colleague")]
