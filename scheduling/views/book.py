"""Boka: one page, not a wizard. What is sent is shown exactly as it will be, then sent."""

from dataclasses import dataclass, field
from datetime import datetime

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core import access
from core.errors import Clash, DomainError, Invalid
from core.logs import mask
from core.models import User
from partners import services as partners
from partners.models import Group, PartnerTask
from scheduling.booking import fitting, offers, series, services, times, ways_out
from scheduling.booking.plan import as_if_said
from scheduling.forms import picked
from scheduling.forms.book import (
    USUAL_TIMES,
    BookForm,
    Repeated,
    choices_from,
    kept_slot,
    plan_from,
    series_from,
    values_of,
)
from scheduling.models import Booking, Message
from scheduling.states import CAME_STATES, BookingKind

SHOWN_TIMES = 4


@dataclass
class _Page:
    """What the page shows beside the form."""

    found: list[tuple[str, times.Proposal]] = field(default_factory=list)
    preview: Message | None = None
    preview_text: str = ""
    call: str = ""
    #: Colleagues whose own calendars are told too.
    also: str = ""
    warnings: list[tuple[str, str]] = field(default_factory=list)
    error: DomainError | None = None
    last: Booking | None = None
    repeated: Repeated | None = None
    plan: services.VisitPlan | None = None
    #: Ways out of a clash, each with its form value, and the act that met it.
    ways: list[tuple[str, ways_out.Way]] = field(default_factory=list)
    took: str = "show"

    @property
    def ticks(self) -> bool:
        """Whether something is to be accepted by a tick."""
        return any(code != fitting.CODE for code, _words in self.warnings)

    @property
    def asks_why(self) -> bool:
        """Whether a reason is asked for a room too small."""
        return any(code == fitting.CODE for code, _words in self.warnings)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def book(request: HttpRequest) -> HttpResponse:
    """GET proposes; POST shows the mail, keeps a draft, or sends."""
    user = request.user
    assert isinstance(user, User)
    access.require(access.may_plan(user))
    now = timezone.now()
    if request.method != "POST":
        form = BookForm(initial=_initial(request))
        return _show(request, form, _proposals(form, now))
    form, act = _posted(request)
    page = _proposals(form, now)
    page.took = act
    if not form.is_valid():
        return _show(request, form, page, 200 if request.htmx else 422)  # type: ignore[attr-defined]
    if act in {"send", "draft"}:
        done = _book(request, form, page, user, now, send=act == "send")
        if done is not None:
            return done
    else:
        _preview(form, page, user, now)
    quiet = request.htmx or (page.error is None and not form.errors)  # type: ignore[attr-defined] # set by django-htmx
    wrong = page.error.status if page.error else 422
    return _show(request, form, page, 200 if quiet else wrong)


def _posted(request: HttpRequest) -> tuple[BookForm, str]:
    """The form and the act. A way out of a clash replaces time, room and hosts, nothing else."""
    data = request.POST.copy()
    if data.get("take"):
        data["slot"], data["act"] = request.POST["take"], request.POST.get("took", "show")
        for name in ("room", "host", "co_host"):
            data[name] = ""
    if data.get("repeat") and not data.get("times"):
        data["times"] = str(USUAL_TIMES)
    return BookForm(data), data.get("act", "show")


def _initial(request: HttpRequest) -> dict[str, object]:
    """What the link that led here knew: group, programme, day and hour."""
    query = request.GET
    initial: dict[str, object] = {
        name: query[name] for name in ("group", "programme") if picked.is_pk(query.get(name, ""))
    }
    if query.get("kind") == BookingKind.OUTREACH_VISIT.value:
        initial["kind"] = query["kind"]
        initial["place"] = _their_place(initial.get("group"))
    if "datum" in query:
        initial |= {"own_date": query["datum"], "own_time": query.get("tid", ""), "slot": "own"}
    if "group" in initial and "programme" not in initial:
        last = _last(int(query["group"]))
        if last is not None:
            initial["programme"] = str(last.visit.programme_id)
    return initial


def _their_place(group: object) -> str:
    """The organisation's address, where it has one that may be known."""
    if group is None:
        return ""
    row = Group.objects.select_related("organisation").filter(pk=str(group)).first()
    return row.organisation.address if row is not None else ""


def _last(group_pk: int) -> Booking | None:
    came = [state.value for state in CAME_STATES]
    return (
        Booking.objects.filter(visit__groups=group_pk, state__in=came)
        .select_related("visit__programme")
        .order_by("-start")
        .first()
    )


def _proposals(form: BookForm, now: datetime) -> _Page:
    """The best times for what is chosen so far; on a GET also the mail for the first of them."""
    page = _Page()
    programme = form.programme_choice()
    if form.chosen is not None:
        page.last = _last(form.chosen.pk)
    if form.chosen is None or programme is None:
        return page
    found = times.find(groups=(form.chosen,), programme=programme, now=now, limit=SHOWN_TIMES)
    page.found = values_of(found)
    # First of all: a bound field remembers the initial value that it was asked for once.
    if not form.is_bound and page.found and not form.initial.get("slot"):
        form.initial["slot"] = page.found[0][0]
    kept = kept_slot(form)
    if kept is not None and form["slot"].value() not in {value for value, _item in page.found}:
        page.found.append((form["slot"].value(), kept))
    return page


def _preview(form: BookForm, page: _Page, user: User, now: datetime) -> None:
    try:
        with transaction.atomic():
            group = _group(form, user, now)
            plan = plan_from(form, group, now)
            page.warnings = _warnings(plan)
            page.plan = plan
            plan = as_if_said(plan)
            choices = choices_from(form, plan)
            page.repeated = series_from(form, plan, now)
            if page.repeated is not None:
                made_series = series.book_series(actor=user, now=now, plan=page.repeated.plan)
                found = list(Message.objects.filter(booking__series=made_series))
            elif len(choices) > 1:
                made = offers.offer(actor=user, now=now, plan=plan, choices=choices)
                found = list(made.messages.all())
            else:
                found = services.preview(actor=user, now=now, plan=plan)
            page.also = _colleagues(found)
            found = [row for row in found if row.invitation.contact_id is not None]
            page.preview = found[0] if found else None
            # The link of a mail that is not sent leads nowhere yet.
            page.preview_text = mask(found[0].text) if found else ""
            page.call = (
                "" if found else _("Kontakten har ingen e-post. Du får en påminnelse om att ringa.")
            )
            transaction.set_rollback(True)
    except DomainError as error:
        _explain(form, page, error, now)


def _colleagues(found: list[Message]) -> str:
    hosts = [row.invitation.host for row in found if row.invitation.host is not None]
    return _(" och ").join(dict.fromkeys(host.first_name for host in hosts))


def _explain(form: BookForm, page: _Page, error: DomainError, now: datetime) -> None:
    """Why it did not go; for a clash of a single visit also what can be had instead."""
    page.error = None if form.tells(error) else error
    single = not form.cleaned_data["more"] and not form.cleaned_data["repeat"]
    if isinstance(error, Clash) and page.plan is not None and single:
        wanted = ways_out.Wanted.of_plan(page.plan)
        page.ways = values_of(ways_out.find(wanted, now=now))


def _warnings(plan: services.VisitPlan) -> list[tuple[str, str]]:
    library = plan.room.library if plan.room else plan.host.library
    return times.warnings(
        hosts=plan.hosts,
        groups=plan.groups,
        start=plan.start,
        end=plan.end,
        room=plan.room,
        size=plan.size,
        library=library,
    )


def _book(
    request: HttpRequest, form: BookForm, page: _Page, user: User, now: datetime, *, send: bool
) -> HttpResponse | None:
    """Book, and go to the visit; None where the page must say something first."""
    key = form.cleaned_data["key"]
    earlier = Booking.objects.filter(idempotency_key=key).first() if key else None
    if earlier is not None:
        # The back button or a double press: what it booked stands.
        return HttpResponseRedirect(reverse("visit", args=[earlier.pk]), status=303)
    try:
        with transaction.atomic():
            group = _group(form, user, now)
            plan = plan_from(form, group, now)
            page.warnings = _warnings(plan)
            page.plan = plan
            _require_yes(form, page, plan)
            page.repeated = series_from(form, plan, now)
            booking = _made(form, page, plan, user, now, send=send)
    except DomainError as error:
        _explain(form, page, error, now)
        return None
    words = _("Inbjudan skickas strax.") if send else _("Utkastet är sparat.")
    messages.success(request, words)
    return HttpResponseRedirect(reverse("visit", args=[booking.pk]), status=303)


def _require_yes(form: BookForm, page: _Page, plan: services.VisitPlan) -> None:
    """Raise Invalid for what is warned of and not accepted, all at once.

    A room too small has a reason instead of the tick.
    """
    said, fields = [], {}
    if page.ticks and not form.cleaned_data["accept_warnings"]:
        said = [message for code, message in page.warnings if code != fitting.CODE]
        said.append(_("Kryssa i Boka ändå om det är som du vill."))
    if page.asks_why and plan.room is not None and not plan.room_reason.strip():
        fields = fitting.missing(plan.room, plan.size).fields
    if said or fields:
        raise Invalid(" ".join(said or fields.values()), fields=fields)


def _made(
    form: BookForm,
    page: _Page,
    plan: services.VisitPlan,
    user: User,
    now: datetime,
    *,
    send: bool,
) -> Booking:
    """A visit at one time, or an offer of several; a draft has one."""
    key = form.cleaned_data["key"] or None
    choices = choices_from(form, plan)
    if send and page.repeated is not None:
        made = series.book_series(actor=user, now=now, plan=page.repeated.plan, idempotency_key=key)
        return made.bookings.order_by("start")[0]
    if send and len(choices) > 1:
        return offers.offer(actor=user, now=now, plan=plan, choices=choices, idempotency_key=key)
    return services.book(actor=user, now=now, plan=plan, send=send, idempotency_key=key)


def _group(form: BookForm, user: User, now: datetime) -> Group:
    """The chosen group, or a new partner with its first group and contact (J2)."""
    if form.chosen is not None:
        return form.chosen
    data = form.cleaned_data
    if not data["new_organisation"]:
        message = _("Välj en grupp, eller skriv in en ny partner.")
        raise Invalid(message, fields={"group": message})
    organisation = partners.save_organisation(
        actor=user, now=now, details=partners.OrganisationDetails(name=data["new_organisation"])
    )
    group = partners.save_group(
        actor=user,
        now=now,
        details=partners.GroupDetails(alias=data["new_alias"] or data["new_organisation"]),
        organisation=organisation,
    )
    partners.save_contact(
        actor=user,
        now=now,
        details=partners.ContactDetails(
            name=data["new_contact"], email=data["new_email"], phone=data["new_phone"]
        ),
        groups=[group],
    )
    return group


def _show(request: HttpRequest, form: BookForm, page: _Page, status: int = 200) -> HttpResponse:
    programmes = form.fields["programme"].queryset  # type: ignore[attr-defined]
    context = {
        "section": "book",
        "form": form,
        "page": page,
        "programmes": programmes,
        "chosen_programme": form.programme_choice(),
        "slot": form["slot"].value(),
        "more": form["more"].value() or [],
        "wish": _wish(request),
    }
    return render(request, "scheduling/book.html", context, status=status)


def _wish(request: HttpRequest) -> PartnerTask | None:
    """What the partner asked for, where I dag led here from it."""
    pk = request.GET.get("uppgift", "")
    if not pk.isdecimal() or len(pk) > 18:
        return None
    return PartnerTask.objects.open().filter(pk=pk, organisation__isnull=False).first()


urlpatterns = [path("boka/", book, name="book")]
