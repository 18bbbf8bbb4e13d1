"""Möten och utbildningspass: one form to book and to change, with exactly what is sent."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core import access as predicates
from core import swedish
from core.errors import Clash, DomainError, Invalid
from core.logs import mask
from core.models import User
from partners import queries
from partners.models import Channel
from scheduling import access
from scheduling.booking import (
    gathering_more,
    gathering_ways,
    gatherings,
)
from scheduling.booking.gathering_plan import GatheringPlan
from scheduling.followup import competence
from scheduling.forms import picked
from scheduling.forms.gathering import (
    GatheringForm,
    askable,
    initial_of,
    new_key,
    taken,
    way_value,
    with_invited,
)
from scheduling.models import Booking, Message
from scheduling.states import (
    BookingKind,
)
from scheduling.views.setup_edit import told_at_fields, user_of
from scheduling.views.today_words import lang

#: The usual gap to the next meeting of the same channel.
QUARTER = timedelta(weeks=13)


@dataclass
class _Shown:
    """What the form's page shows beside the form."""

    mails: list[dict[str, str]] = field(default_factory=list)
    colleagues: str = ""
    calls: str = ""
    quiet: bool = False
    dates: list[str] = field(default_factory=list)
    ways: list[tuple[str, gathering_ways.Way]] = field(default_factory=list)
    error: DomainError | None = None


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def meeting_new(request: HttpRequest, kind: BookingKind = BookingKind.MEETING) -> HttpResponse:
    """GET asks; POST shows the mails, or books and sends them."""
    user, now = user_of(request), timezone.now()
    predicates.require(predicates.may_plan(user))
    initial, contacts = _first(request, user)
    data, stale = _posted(request)
    form = GatheringForm(data, initial=initial, kind=kind, contacts=contacts)
    shown = _Shown(error=stale)
    if data is not None and stale is None and form.is_valid():
        try:
            plan = form.plan()
            if data.get("act") == "show":
                _preview_new(form, plan, shown, user, now)
            else:
                return _book(request, form, plan, user, now)
        except DomainError as error:
            _explain(form, shown, error, now)
    return _form_page(request, form, shown, kind=kind)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def meeting_change(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything about it in one form; another time asks everybody anew."""
    user, now = user_of(request), timezone.now()
    booking = access.gathering_to_plan(user, pk)
    plan = gatherings.plan_of(booking)
    kind = BookingKind(booking.kind)
    initial = {**initial_of(plan), "version": booking.version}
    if kind is BookingKind.TRAINING:
        initial["analysis"] = booking.training.analysis_id
    homes = gathering_more.organisations(booking)
    rows = askable(channel=plan.channel, home=homes[0] if homes else None)
    contacts = with_invited(rows, list(plan.contacts))
    data, stale = _posted(request)
    form = GatheringForm(data, initial=initial, kind=kind, contacts=contacts, new=False)
    shown = _Shown(error=stale)
    if data is not None and stale is None and form.is_valid():
        try:
            wanted = form.plan()
            if data.get("act") == "show":
                found = gathering_more.preview_change(
                    actor=user, now=now, booking=booking, plan=wanted
                )
                _show(shown, found)
            else:
                _change(form, wanted, booking, user, now)
                messages.success(request, _("Ändringen är sparad. De som berörs får veta det."))
                return _to(booking)
        except DomainError as error:
            _explain(form, shown, error, now, without=booking.pk)
    return _form_page(request, form, shown, kind=kind, booking=booking)


def _change(
    form: GatheringForm, plan: GatheringPlan, booking: Booking, user: User, now: datetime
) -> None:
    version = form.cleaned_data["version"]
    if form.kind is BookingKind.TRAINING:
        competence.change_training(
            actor=user, now=now, session=booking.training, version=version,
            given=_given(form, plan),
        )  # fmt: skip
        return
    gatherings.change_gathering(actor=user, now=now, booking=booking, plan=plan, version=version)


def _given(form: GatheringForm, plan: GatheringPlan) -> competence.GivenTraining:
    return competence.GivenTraining(
        topic=plan.title,
        start=plan.start,
        end=plan.end,
        analysis=form.cleaned_data["analysis"],
        room=plan.room,
        hosts=plan.hosts,
        place=plan.place,
        travel_minutes=plan.travel_minutes,
        idempotency_key=form.cleaned_data["key"] or None,
    )


def _book(
    request: HttpRequest, form: GatheringForm, plan: GatheringPlan, user: User, now: datetime
) -> HttpResponse:
    if form.kind is BookingKind.TRAINING:
        session = competence.book_training(actor=user, now=now, given=_given(form, plan))
        messages.success(request, _("Passet är bokat och står i kalendern."))
        return _to(session.booking)
    weeks, times = form.repeats()
    rows = gathering_more.book_repeated(
        actor=user, now=now, plan=plan, weeks=weeks, times=times,
        idempotency_key=form.cleaned_data["key"] or None,
    )  # fmt: skip
    messages.success(request, _("Mötet är bokat. Inbjudan skickas strax."))
    return _to(rows[0])


def _preview_new(
    form: GatheringForm, plan: GatheringPlan, shown: _Shown, user: User, now: datetime
) -> None:
    weeks, times = form.repeats()
    dates = gathering_more.dates(plan, weeks=weeks, times=times)
    shown.dates = [swedish.long_when(one.start, one.end, lang=lang()) for one in dates[1:]]
    _show(shown, gathering_more.preview(actor=user, now=now, plan=plan))
    shown.calls = ", ".join(row.name for row in plan.contacts if not row.email)


def _show(shown: _Shown, found: list[Message]) -> None:
    """Each partner's mail as it will be; of colleagues only who."""
    partners = [row for row in found if row.invitation.contact_id is not None]
    shown.mails = [
        # The link of a mail that is not sent leads nowhere yet.
        {"to": row.recipient, "subject": row.subject, "text": mask(row.text)}
        for row in partners
    ]
    hosts = [row.invitation.host for row in found if row.invitation.host is not None]
    shown.colleagues = ", ".join(dict.fromkeys(host.first_name for host in hosts))
    shown.quiet = not found


def _explain(
    form: GatheringForm,
    shown: _Shown,
    error: DomainError,
    now: datetime,
    without: int | None = None,
) -> None:
    """Why it did not go, at its field; after a clash also what can be had instead."""
    if "start" in error.fields:
        error.fields["starts"] = error.fields.pop("start")
    shown.error = told_at_fields(form, error)
    if isinstance(error, Clash):
        shown.error = error
        ways = gathering_ways.find(form.plan(), now=now, without=without)
        shown.ways = [(way_value(way), way) for way in ways]


def _posted(request: HttpRequest) -> tuple[QueryDict | None, Invalid | None]:
    """What was sent; a way out of a clash replaces time, room and colleagues, nothing else.

    A way that no page has made replaces nothing, and comes back as what is to be said of it.
    """
    if request.method != "POST":
        return None, None
    data = request.POST.copy()
    if data.get("take"):
        begins, ends = (_clock(data, name) for name in ("starts", "end"))
        try:
            replaced = taken(request.POST["take"], ends, begins)
        except Invalid as error:
            return data, error
        for name, value in replaced.items():
            if isinstance(value, list):
                data.setlist(name, value)
            else:
                data[name] = value
        data["act"] = "show"
    return data, None


def _clock(data: QueryDict, name: str) -> datetime | None:
    try:
        return datetime.strptime(data.get(name, "")[:5], "%H:%M")  # noqa: DTZ007 - a length alone
    except ValueError:
        return None


def _first(request: HttpRequest, user: User) -> tuple[dict[str, Any], Any]:
    """What the link that led here knew: channel, organisation, the meeting before, a free slot."""
    channel = _channel(user, request.POST.get("channel") or request.GET.get("channel", ""))
    home = None
    if picked.is_pk(request.GET.get("organisation", "")):
        home = queries.organisation_by_id(viewer=user, pk=int(request.GET["organisation"]))
    rows = askable(channel=channel, home=home)
    initial: dict[str, Any] = {"channel": channel.pk if channel else None}
    own = getattr(user, "host", None)
    if own is not None:
        initial["hosts"] = [own.pk]
    if channel is not None and channel.contact is not None and not channel.contact.archived_at:
        initial["contacts"] = [channel.contact.pk]
        initial["title"] = _("Samverkansmöte")
    if picked.is_pk(request.GET.get("analys", "")):
        initial["analysis"] = request.GET["analys"]
    before = request.GET.get("efter", "")
    if picked.is_pk(before):
        booking = access.gathering_to_plan(user, int(before))
        start = booking.start + QUARTER
        local = timezone.localtime(booking.start)
        start = swedish.at_wall(timezone.localtime(start).date(), local.time())
        plan = gatherings.plan_of(booking, start=start, end=start + (booking.end - booking.start))
        initial = initial_of(plan)
        rows = with_invited(rows, list(plan.contacts))
    if "datum" in request.GET:
        initial |= {"day": request.GET["datum"], "starts": request.GET.get("tid", "")}
    initial.setdefault("key", new_key())
    return initial, rows


def _channel(user: User, pk: str) -> Channel | None:
    return queries.channel_by_id(viewer=user, pk=int(pk)) if picked.is_pk(pk) else None


def _form_page(
    request: HttpRequest,
    form: GatheringForm,
    shown: _Shown,
    *,
    kind: BookingKind,
    booking: Booking | None = None,
) -> HttpResponse:
    training = kind is BookingKind.TRAINING
    if booking is None:
        title = _("Nytt utbildningspass") if training else _("Nytt möte")
        back = reverse("competence") if training else reverse("network")
    else:
        title = _("Ändra passet") if training else _("Ändra mötet")
        back = booking.get_absolute_url()
    context = {
        "section": "competence" if training else "network",
        "form": form,
        "shown": shown,
        "error": shown.error,
        "title": title,
        "back": back,
        "over": _("Kompetens") if training else _("Nätverk"),
        "booking": booking,
        "training": training,
    }
    status = shown.error.status if shown.error else 422 if form.errors else 200
    return render(request, "scheduling/meeting_form.html", context, status=status)


def _to(booking: Booking) -> HttpResponse:
    return HttpResponseRedirect(booking.get_absolute_url(), status=303)


urlpatterns = [
    path("moten/nytt", meeting_new, name="meeting_new"),
    path("moten/<int:pk>/andra", meeting_change, name="meeting_change"),
    path("kompetens/pass/nytt", meeting_new, {"kind": BookingKind.TRAINING}, name="training_new"),
]
