"""Överlämning: what a new colleague must know of a group, on one page that prints."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core import access
from core.models import User
from partners import queries
from partners.models import (
    ACCESS_NEED_LABELS,
    WEEKDAY_LABELS,
    AccessNeed,
    ContactChannel,
    Group,
)
from partners.models.words import CONTACT_CHANNEL_LABELS
from scheduling.insight import takeover as insight
from scheduling.models import Booking
from scheduling.views.setup_edit import user_of


@login_required
@require_safe
def takeover(request: HttpRequest, pk: int) -> HttpResponse:
    """The page; the category is not on it, since nobody needs it to meet the group."""
    user = user_of(request)
    row = queries.group_by_id(viewer=user, pk=pk)
    found = insight.of(row, timezone.now(), reads_notes=access.may_read_notes(user))
    context = {
        "section": "groups",
        "group": row,
        "found": found,
        "usual": _usual(row, found.usual),
        "defaults": _defaults(row),
        "plan": _plan(found.plan[0]) if found.plan and access.may_plan(user) else [],
        "contacts": _contacts(user, row),
        "today": timezone.localdate(),
    }
    return render(request, "scheduling/takeover.html", context)


def _pairs(rows: list[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"label": label, "value": value} for label, value in rows if value]


def _usual(row: Group, usual: insight.Usual) -> list[dict[str, str]]:
    when = ""
    if usual.weekday is not None:
        words = {"day": WEEKDAY_LABELS[usual.weekday], "clock": usual.clock}
        when = _("%(day)s kl. %(clock)s") % words
    return _pairs([
        (_("Tid"), when),
        (_("Rum"), usual.room),
        (_("Program"), usual.programme),
        (_("Värd"), usual.host),
        (_("Brukar bli"), _("%(band)s personer") % {"band": row.size.label}),
    ])  # fmt: skip


def _defaults(row: Group) -> list[dict[str, str]]:
    needs = [ACCESS_NEED_LABELS[need] for need in AccessNeed if need.value in row.access_needs]
    return _pairs([
        (_("Tillgänglighet"), ", ".join(str(need) for need in needs)),
        (_("Språk"), ", ".join(str(code) for code in row.languages)),
        (_("Fika"), _("Ja") if row.fika else _("Nej")),
        (_("Värdar"), _("Alltid två") if row.two_hosts else ""),
    ])  # fmt: skip


def _plan(booking: Booking) -> list[str]:
    visit = booking.visit
    return [
        words
        for words in (
            _("Två värdar hela tiden.") if visit.two_hosts else "",
            _("Lugn plats: %(place)s") % {"place": visit.plan_quiet_place}
            if visit.plan_quiet_place else "",
            _("Utgång: %(exit)s") % {"exit": visit.plan_exit} if visit.plan_exit else "",
            _("Gruppen känner till bibliotekets regler.") if visit.plan_rules_explained else "",
            _("Väktarna brukar få veta.") if visit.plan_guards_informed else "",
        )
        if words
    ]  # fmt: skip


def _contacts(user: User, row: Group) -> list[dict[str, Any]]:
    return [
        {
            "contact": contact,
            "open": queries.may_reach(user, contact),
            "channel": CONTACT_CHANNEL_LABELS[ContactChannel(contact.channel)],
        }
        for contact in queries.contacts(viewer=user, group=row.pk)
    ]


urlpatterns = [path("grupper/<int:pk>/overlamning", takeover, name="takeover")]
