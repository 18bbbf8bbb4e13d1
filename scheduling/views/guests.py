"""One contact more on a visit, one less: each a press on the visit's page."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.errors import DomainError, Invalid
from scheduling import access
from scheduling.booking import services
from scheduling.views.visit import _page, _to, _user


@login_required
@require_POST
def invite(request: HttpRequest, pk: int) -> HttpResponse:
    """ "Bjud in en till"."""
    user = _user(request)
    booking = access.visit_to_plan(user, pk)
    chosen = request.POST.get("contact", "")
    try:
        if not chosen.isdigit():
            message = _("Välj vem som ska bjudas in.")
            raise Invalid(message, fields={"contact": message})
        services.add_contact(
            actor=user, now=timezone.now(), booking=booking, contact_pk=int(chosen)
        )
    except DomainError as error:
        return _page(request, booking, error.status, error=error)
    messages.success(request, _("Kontakten är inbjuden."))
    return _to(booking)


@login_required
@require_POST
def withdraw(request: HttpRequest, pk: int, invitation: int) -> HttpResponse:
    """ "Bjud inte längre in": that one is told, the visit stands."""
    user = _user(request)
    booking = access.visit_to_plan(user, pk)
    row = access.invitation_of(booking, invitation)
    try:
        services.remove_contact(actor=user, now=timezone.now(), booking=booking, invitation=row)
    except DomainError as error:
        return _page(request, booking, error.status, error=error)
    words = _("%(name)s är inte längre inbjuden och får veta det. Besöket står kvar.")
    messages.success(request, words % {"name": row.name})
    return _to(booking)


urlpatterns = [
    path("besok/<int:pk>/bjud-in", invite, name="visit_invite"),
    path("besok/<int:pk>/inbjudan/<int:invitation>/ta-bort", withdraw, name="visit_withdraw"),
]
