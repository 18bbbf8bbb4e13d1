"""Acts on offered times, on a slot offered on, and on a whole series."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from core.errors import DomainError, Missing
from core.models import User
from partners.models import Group
from scheduling import access
from scheduling.booking import offers, series, series_undo, slots
from scheduling.booking.services import Reply
from scheduling.forms import picked
from scheduling.models import Booking, OfferedTime
from scheduling.outbox import preview
from scheduling.states import AnswerChannel, InvitationState, OfferState
from scheduling.views.visit import _page


def _booking(request: HttpRequest, pk: int) -> tuple[User, Booking]:
    user = request.user
    assert isinstance(user, User)
    return user, access.visit_to_plan(user, pk)


def _done(request: HttpRequest, booking: Booking, words: str) -> HttpResponse:
    messages.success(request, words)
    return HttpResponseRedirect(reverse("visit", args=[booking.pk]), status=303)


@login_required
@require_POST
def choose(request: HttpRequest, pk: int, time: int, invitation: int) -> HttpResponse:
    """The partner said by phone which time."""
    user, booking = _booking(request, pk)
    row = booking.invitations.filter(pk=invitation).first()
    if row is None:
        raise Missing
    reply = Reply(state=InvitationState.ACCEPTED, channel=AnswerChannel.PHONE)
    try:
        offers.choose(
            offered=OfferedTime(pk=time),
            invitation=row,
            reply=reply,
            now=timezone.now(),
            actor=user,
        )
    except DomainError as error:
        return _page(request, booking, error.status, error=error)
    return _done(request, booking, _("Tiden är vald, och de andra är lediga igen."))


@login_required
@require_POST
def withdraw(request: HttpRequest, pk: int, time: int) -> HttpResponse:
    """One offered time is taken back."""
    user, booking = _booking(request, pk)
    try:
        offers.withdraw(
            actor=user, now=timezone.now(), booking=booking, offered=OfferedTime(pk=time)
        )
    except DomainError as error:
        return _page(request, booking, error.status, error=error)
    return _done(request, booking, _("Tiden är tillbakadragen."))


@login_required
@require_POST
def extend(request: HttpRequest, pk: int) -> HttpResponse:
    """Hold them a week from now."""
    user, booking = _booking(request, pk)
    now = timezone.now()
    try:
        offers.extend(actor=user, now=now, booking=booking, until=now + timedelta(days=7))
    except DomainError as error:
        return _page(request, booking, error.status, error=error)
    return _done(request, booking, _("Tiderna hålls en vecka till."))


def _rehearsed(act: Callable[[], object], now: datetime) -> list[preview.Addressee]:
    return preview.by_addressee(preview.of(act, now=now))


@login_required
@require_POST
def slot_offer(request: HttpRequest, pk: int) -> HttpResponse:
    """A cancelled visit's time goes to others: first yes wins."""
    user, booking = _booking(request, pk)
    chosen = picked.pks(request.POST.getlist("groups"))
    groups = list(Group.objects.filter(pk__in=chosen).select_related("organisation"))
    now = timezone.now()
    act = partial(slots.offer_on, actor=user, now=now, source=booking, groups=groups)
    try:
        if "visa" in request.POST:
            found = {"groups": groups, "addressees": _rehearsed(act, now)}
            return _rehearsal_page(request, "slot_preview", booking, found)
        act()
    except DomainError as error:
        return _page(request, booking, error.status, error=error)
    return _done(request, booking, _("Erbjudandet skickas strax. Den som svarar först får tiden."))


@login_required
@require_POST
def slot_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Nobody gets the slot after all."""
    user, booking = _booking(request, pk)
    slot = booking.slot_offers.filter(state=OfferState.OPEN.value).first()
    if slot is None:
        raise Missing
    slots.withdraw(actor=user, now=timezone.now(), slot=slot)
    return _done(request, booking, _("Erbjudandet är tillbakadraget."))


def _rehearsal_page(
    request: HttpRequest,
    name: str,
    booking: Booking,
    found: dict[str, object],
    error: DomainError | None = None,
) -> HttpResponse:
    context = {"section": "calendar", "booking": booking, "visit": booking.visit, "error": error}
    status = error.status if error else 200
    return render(request, f"scheduling/{name}.html", {**context, **found}, status=status)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def series_cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """What is left of the series is called off; first the page shows who gets what."""
    (user, booking), now = _booking(request, pk), timezone.now()
    if booking.series is None:
        raise Missing
    act = partial(series.cancel_remaining, actor=user, now=now, series=booking.series)
    left = series.remaining(booking.series, now)
    found: dict[str, object] = {"left": left, "addressees": None}
    try:
        if request.method == "POST":
            act()
            return _done(request, booking, _("De datum som var kvar är avbokade."))
        if left:
            found["addressees"] = _rehearsed(act, now)
    except DomainError as error:
        return _rehearsal_page(request, "series_cancel", booking, found, error)
    return _rehearsal_page(request, "series_cancel", booking, found)


@login_required
@require_POST
def series_take_back(request: HttpRequest, pk: int) -> HttpResponse:
    """What was done to the whole series, while its mails wait."""
    user, booking = _booking(request, pk)
    if booking.series is None:
        raise Missing
    try:
        first = series_undo.take_back(actor=user, now=timezone.now(), series=booking.series)
    except DomainError as error:
        return _page(request, booking, error.status, error=error)
    words = _("Ångrat. Inget mejl gick ut.")
    if first.series_id is None:
        words = _("Ångrat. Inget mejl gick ut. Första datumet ligger kvar som utkast.")
    return _done(request, first, words)


urlpatterns = [
    path("besok/<int:pk>/tider/<int:time>/ja/<int:invitation>", choose, name="offer_choose"),
    path("besok/<int:pk>/tider/<int:time>/dra-tillbaka", withdraw, name="offer_withdraw"),
    path("besok/<int:pk>/tider/hall", extend, name="offer_extend"),
    path("besok/<int:pk>/erbjud-andra", slot_offer, name="slot_offer"),
    path("besok/<int:pk>/erbjud-andra/dra-tillbaka", slot_withdraw, name="slot_withdraw"),
    path("besok/<int:pk>/serie/avboka", series_cancel, name="series_cancel"),
    path("besok/<int:pk>/serie/angra", series_take_back, name="series_undo"),
]
