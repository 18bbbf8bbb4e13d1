"""One click each: invite the colleague whom a partner named, or not; needs are read."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.errors import DomainError
from core.models import User
from scheduling import access
from scheduling.booking import delegation, needs
from scheduling.models import Booking
from scheduling.views.relation import back


def _decide(
    request: HttpRequest, pk: int, service: Callable[..., Booking], words: str
) -> HttpResponse:
    user = request.user
    assert isinstance(user, User)
    row = access.delegation_for(user, pk)
    try:
        service(actor=user, now=timezone.now(), delegation=row)
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, words % {"name": row.name})
    return back(request, reverse("today"))


@login_required
@require_POST
def invite(request: HttpRequest, pk: int) -> HttpResponse:
    """The colleague gets an invitation of their own."""
    return _decide(request, pk, delegation.invite, _("%(name)s är inbjuden."))


@login_required
@require_POST
def ignore(request: HttpRequest, pk: int) -> HttpResponse:
    """Nobody is told."""
    return _decide(request, pk, delegation.ignore, _("%(name)s är inte inbjuden."))


@login_required
@require_POST
def needs_seen(request: HttpRequest, pk: int) -> HttpResponse:
    """Read; it stays with the visit."""
    user = request.user
    assert isinstance(user, User)
    row = access.invitation_to_plan(user, pk)
    needs.seen(actor=user, now=timezone.now(), invitation=row)
    return back(request, reverse("today"))


urlpatterns = [
    path("ny-kontakt/<int:pk>/bjud-in", invite, name="delegation_invite"),
    path("ny-kontakt/<int:pk>/bjud-inte-in", ignore, name="delegation_ignore"),
    path("behov/<int:pk>/sett", needs_seen, name="needs_seen"),
]
