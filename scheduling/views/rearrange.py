"""Byt rum, byt värd, byt plats: each lists what is possible, each choice is one press."""

from datetime import timedelta
from functools import partial

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core.errors import DomainError
from scheduling import access
from scheduling.booking import colleagues, services, ways_out
from scheduling.forms.rearrange import HostForm, RoomForm, SubstituteForm, SwapForm
from scheduling.models import Booking, Host
from scheduling.outbox import preview
from scheduling.states import OPEN_STATES
from scheduling.views.visit import _form_page, _to, _user

#: How far away in time a visit may be to be proposed for a swap, and how many are.
SWAP_DAYS = timedelta(days=42)
SWAPS_SHOWN = 30


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def room(request: HttpRequest, pk: int) -> HttpResponse:
    """The other rooms at the visit's time, free ones first."""
    user, now = _user(request), timezone.now()
    booking = access.visit_to_plan(user, pk)
    form = RoomForm(request.POST or None)
    error, wanted = None, None
    if request.method == "POST" and form.is_valid():
        try:
            services.change_room(
                actor=user,
                now=now,
                booking=booking,
                room=form.cleaned_data["room"],
                version=form.cleaned_data["version"],
                room_reason=form.said_of_room(),
            )
        except DomainError as caught:
            error = caught
            wanted = ways_out.Wanted.of_booking(booking, room=form.cleaned_data["room"])
        else:
            messages.success(request, _("Rummet är bytt. Alla som är inbjudna får veta det."))
            return _to(booking)
    choices = colleagues.rooms(booking=booking, now=now)
    return _form_page(request, "room", booking, error, wanted, form=form, choices=choices)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def host(request: HttpRequest, pk: int) -> HttpResponse:
    """ "Värden är sjuk": who could take over; and a form for whoever the planner says."""
    user, now = _user(request), timezone.now()
    booking = access.visit_to_plan(user, pk)
    visit = booking.visit
    initial = {"host": visit.host_id, "co_host": visit.co_host_id, "version": booking.version}
    one_press = SubstituteForm(request.POST) if "away" in request.POST else None
    chosen = one_press is None and request.method == "POST"
    form = HostForm(request.POST if chosen else None, initial=initial)
    posted = one_press or (form if chosen else None)
    error, wanted = None, None
    if posted is not None and posted.is_valid():
        act = services.change_host if one_press is None else services.substitute
        try:
            booking = act(actor=user, now=now, booking=booking, **posted.cleaned_data)
        except DomainError as caught:
            error = caught
            if chosen:
                hosts = [row for row in form.cleaned_data.values() if isinstance(row, Host)]
                wanted = ways_out.Wanted.of_booking(booking, hosts=hosts)
        else:
            words = _("%(name)s möter gruppen. Alla som är inbjudna får veta det.")
            names = ways_out.first_names(booking.visit.hosts)
            messages.success(request, words % {"name": names})
            return _to(booking)
    team = [
        (row, colleagues.substitutes(booking=booking, away=row, now=now)) for row in visit.hosts
    ]
    return _form_page(
        request,
        "host",
        booking,
        error,
        wanted,
        form=form,
        one_press=one_press,
        team=team,
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def swap(request: HttpRequest, pk: int) -> HttpResponse:
    """Two visits exchange times, rooms or both."""
    user, now = _user(request), timezone.now()
    booking = access.visit_to_plan(user, pk)
    others = _others(booking)
    form = SwapForm(others, request.POST or None, initial={"version": booking.version})
    error, addressees = None, None
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        act = partial(
            services.swap,
            actor=user,
            now=now,
            booking=booking,
            other=data["other"],
            what=services.Exchange(data["what"]),
            version=data["version"],
            room_reason=form.said_of_room(),
        )
        try:
            if "visa" in request.POST:
                addressees = preview.by_addressee(preview.of(act, now=now))
            else:
                act()
        except DomainError as caught:
            error = caught
        if error is None and addressees is None:
            messages.success(request, _("Besöken har bytt plats. Alla får veta det."))
            return _to(booking)
    near = sorted(others, key=lambda row: abs(row.start - booking.start))[:SWAPS_SHOWN]
    near.sort(key=lambda row: (row.start, row.pk))
    return _form_page(
        request, "swap", booking, error=error, form=form, others=near, addressees=addressees
    )


def _others(booking: Booking) -> QuerySet[Booking]:
    """Open visits near in time, still to come."""
    return (
        Booking.objects.visits()
        .with_visit()
        .filter(
            state__in=[state.value for state in OPEN_STATES],
            start__gt=max(timezone.now(), booking.start - SWAP_DAYS),
            start__lt=booking.start + SWAP_DAYS,
        )
        .exclude(pk=booking.pk)
    )


urlpatterns = [
    path("besok/<int:pk>/rum", room, name="visit_room"),
    path("besok/<int:pk>/vard", host, name="visit_host"),
    path("besok/<int:pk>/byt", swap, name="visit_swap"),
]
