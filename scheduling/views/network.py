"""Nätverk: whom do I call? Channels, agreements and the information desk's list."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core import access
from core.errors import DomainError
from partners import queries
from partners.models import (
    CHANNEL_KIND_LABELS,
    Agreement,
    Channel,
    ChannelKind,
    Contact,
    Organisation,
)
from partners.services import network as services
from scheduling.forms.relation import AgreementForm, ChannelForm
from scheduling.insight import coming, relations
from scheduling.models import SignalSource
from scheduling.views.interests import catch_context
from scheduling.views.relation import about, form_page, log_undo
from scheduling.views.setup_edit import told_at_fields, user_of
from scheduling.views.today_words import Row

SECTION = "network"


def meeting_link(**of: int) -> str:
    """Where a samverkansmöte is booked."""
    return reverse("meeting_new") + "?" + "&".join(f"{name}={pk}" for name, pk in of.items())


@login_required
@require_safe
def network(request: HttpRequest) -> HttpResponse:
    """Every channel by kind, the silent ones marked; what is agreed."""
    user, now = user_of(request), timezone.now()
    rows = [_row(channel, now) for channel in queries.channels(viewer=user)]
    silent = [row for row in rows if row["silent"]]
    only = request.GET.get("visa") == "tysta"
    context = {
        "section": SECTION,
        "kinds": _by_kind(silent if only else rows),
        "count": len(rows),
        "silent": len(silent),
        "only": only,
        "agreements": Agreement.objects.standing().order_by("organisation__search", "pk"),
        "old": queries.channels(viewer=user, archived=True),
        "plans": access.may_plan(user),
        "today": timezone.localdate(now),
    }
    return render(request, "scheduling/network.html", context)


def _row(channel: Channel, now: datetime) -> Row:
    last: datetime | None = channel.last_contact  # type: ignore[attr-defined] # annotated
    return {
        "channel": channel,
        "last": last,
        "silent": (last or channel.created_at) < now - relations.SILENT_AFTER,
    }


def _by_kind(rows: list[Row]) -> list[Row]:
    made = [
        {"label": label, "rows": [row for row in rows if row["channel"].kind == kind.value]}
        for kind, label in CHANNEL_KIND_LABELS.items()
    ]
    return [kind for kind in made if kind["rows"]]


@login_required
@require_safe
def channel(request: HttpRequest, pk: int) -> HttpResponse:
    """One channel: what they help with, how to reach them, what was said."""
    user, now = user_of(request), timezone.now()
    row = queries.channel_by_id(viewer=user, pk=pk)
    context = {
        "section": SECTION,
        "channel": row,
        "facts": _facts(row),
        "contact": row.contact,
        "reachable": row.contact and queries.may_reach(user, row.contact),
        "plans": access.may_plan(user),
        "meeting": meeting_link(channel=row.pk) if access.may_plan(user) else "",
        "meetings": coming.meetings_with(row, now),
        "silent": _row(row, now)["silent"],
        "undo": log_undo(user, now),
        **catch_context(user, source=SignalSource.PARTNER),
        **about(user, now, channel=row),
    }
    return render(request, "scheduling/channel.html", context)


def _facts(row: Channel) -> list[dict[str, Any]]:
    facts = [
        (_("Slag"), str(CHANNEL_KIND_LABELS[ChannelKind(row.kind)])),
        (_("Hjälper till med"), row.helps_with),
        (_("Hur och när"), row.reach),
        (_("Informationsdisken"), _("Står på kontaktlistan") if row.at_desk else ""),
    ]
    return [{"label": label, "value": value} for label, value in facts if value]


@login_required
@require_safe
def choose_organisation(request: HttpRequest) -> HttpResponse:
    """A new channel: in which organisation?"""
    user = user_of(request)
    access.require(access.may_plan(user))
    q = request.GET.get("q", "").replace("\0", " ").strip()
    found = queries.organisations(viewer=user, q=q)
    context = {"section": SECTION, "organisations": found[:50], "q": q}
    return render(request, "scheduling/channel_where.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def channel_new(request: HttpRequest, pk: int) -> HttpResponse:
    """A new channel in organisation ``pk``."""
    user = user_of(request)
    access.require(access.may_plan(user))
    home = queries.organisation_by_id(viewer=user, pk=pk)
    form = ChannelForm(home, request.POST or None)
    return _channel_page(request, form, home, None, _("Ny kanal"), reverse("network"))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def channel_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change what is known."""
    user = user_of(request)
    access.require(access.may_plan(user))
    row = queries.channel_by_id(viewer=user, pk=pk)
    posted = request.method == "POST"
    form = ChannelForm(row.organisation, request.POST) if posted else ChannelForm.of(row)
    to = reverse("channel", args=[row.pk])
    return _channel_page(request, form, row.organisation, row, _("Ändra kanalen"), to)


def _channel_page(
    request: HttpRequest,
    form: ChannelForm,
    home: Organisation,
    row: Channel | None,
    title: str,
    to: str,
) -> HttpResponse:
    error: DomainError | None = None
    if request.method == "POST" and form.is_valid():
        chosen: Contact | None = form.cleaned_data["contact"]
        try:
            saved = services.save_channel(
                actor=user_of(request), now=timezone.now(), details=form.details(),
                organisation=home, contact=chosen, channel=row,
            )  # fmt: skip
        except DomainError as caught:
            error = told_at_fields(form, caught)
        else:
            messages.success(request, _("Kanalen är sparad."))
            return HttpResponseRedirect(reverse("channel", args=[saved.pk]), status=303)
    return form_page(request, form, error, title=title, over=home.name, back=to,
                     draft=f"kanal-{row.pk if row else f'ny-{home.pk}'}")  # fmt: skip


@login_required
@require_POST
def channel_act(request: HttpRequest, pk: int, act: str) -> HttpResponse:
    """Put aside or take back."""
    user = user_of(request)
    row = queries.channel_by_id(viewer=user, pk=pk)
    try:
        if act == "archive":
            services.archive_channel(actor=user, now=timezone.now(), channel=row)
            messages.success(request, _("Kanalen är arkiverad."))
        else:
            services.restore_channel(actor=user, now=timezone.now(), channel=row)
            messages.success(request, _("Kanalen är tillbaka."))
    except DomainError as error:
        messages.error(request, error.message)
    return HttpResponseRedirect(reverse("channel", args=[row.pk]), status=303)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def agreement_new(request: HttpRequest, pk: int) -> HttpResponse:
    """A new agreement with organisation ``pk``."""
    user = user_of(request)
    access.require(access.may_plan(user))
    home = queries.organisation_by_id(viewer=user, pk=pk)
    form = AgreementForm(request.POST or None, initial={"since": timezone.localdate()})
    return _agreement_page(request, form, home, None)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def agreement_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change what is agreed."""
    user = user_of(request)
    access.require(access.may_plan(user))
    row = queries.agreement_by_id(viewer=user, pk=pk)
    posted = request.method == "POST"
    form = AgreementForm(request.POST) if posted else AgreementForm.of(row)
    return _agreement_page(request, form, row.organisation, row)


def _agreement_page(
    request: HttpRequest, form: AgreementForm, home: Organisation, row: Agreement | None
) -> HttpResponse:
    to = reverse("partners:organisation_detail", args=[home.pk])
    error: DomainError | None = None
    if request.method == "POST" and form.is_valid():
        try:
            services.save_agreement(
                actor=user_of(request), now=timezone.now(), details=form.details(),
                organisation=home, agreement=row,
            )  # fmt: skip
        except DomainError as caught:
            error = told_at_fields(form, caught)
        else:
            messages.success(request, _("Överenskommelsen är sparad."))
            return HttpResponseRedirect(to, status=303)
    return form_page(request, form, error, title=_("Överenskommelse"), over=home.name, back=to,
                     draft=f"avtal-{row.pk if row else f'ny-{home.pk}'}",
                     lede=_("Det ni ger varandra. Den ses över en gång om året."))  # fmt: skip


@login_required
@require_POST
def agreement_act(request: HttpRequest, pk: int, act: str) -> HttpResponse:
    """Looked over, or ended."""
    user = user_of(request)
    row = queries.agreement_by_id(viewer=user, pk=pk)
    try:
        if act == "review":
            services.review_agreement(actor=user, now=timezone.now(), agreement=row)
            messages.success(request, _("Översedd. Den kommer tillbaka om ett år."))
        else:
            services.end_agreement(actor=user, now=timezone.now(), agreement=row)
            messages.success(request, _("Överenskommelsen är avslutad."))
    except DomainError as error:
        messages.error(request, error.message)
    to = reverse("partners:organisation_detail", args=[row.organisation_id])
    return HttpResponseRedirect(to, status=303)


@login_required
@require_safe
def desk_list(request: HttpRequest) -> HttpResponse:
    """Kontaktlista för informationsdisken: one page to print, role numbers only."""
    queries.viewer_of(request.user)
    rows = [{"channel": row} for row in Channel.objects.at_desk().with_last()]
    context = {"section": SECTION, "kinds": _by_kind(rows), "today": timezone.localdate()}
    return render(request, "scheduling/desk_list.html", context)


urlpatterns = [
    path("natverk/", network, name="network"),
    path("natverk/kontaktlista", desk_list, name="desk_list"),
    path("natverk/kanal/ny", choose_organisation, name="channel_where"),
    path("natverk/kanal/<int:pk>", channel, name="channel"),
    path("natverk/kanal/<int:pk>/andra", channel_edit, name="channel_edit"),
    path(
        "natverk/kanal/<int:pk>/arkivera", channel_act, {"act": "archive"}, name="channel_archive"
    ),
    path(
        "natverk/kanal/<int:pk>/ta-tillbaka",
        channel_act,
        {"act": "restore"},
        name="channel_restore",
    ),
    path("organisationer/<int:pk>/kanaler/ny", channel_new, name="channel_new"),
    path("organisationer/<int:pk>/overenskommelser/ny", agreement_new, name="agreement_new"),
    path("overenskommelser/<int:pk>/andra", agreement_edit, name="agreement_edit"),
    path(
        "overenskommelser/<int:pk>/oversedd",
        agreement_act,
        {"act": "review"},
        name="agreement_review",
    ),
    path("overenskommelser/<int:pk>/avsluta", agreement_act, {"act": "end"}, name="agreement_end"),
]
