"""Värd: what do I need this morning? One screen on a phone."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core import access, swedish
from core.models import User
from partners.models import ACCESS_NEED_LABELS, AccessNeed, SizeBand
from partners.queries import may_reach
from scheduling.access import is_host_of, may_see_plan, visit_for
from scheduling.models import Booking, FollowUp, Visit
from scheduling.states import CALLED_OFF, VisitState
from scheduling.views import facts_words
from scheduling.views.today_words import aliases, lang

LESSONS = 3


@login_required
@require_safe
def host_visit(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything for one visit, most needed first."""
    user = request.user
    assert isinstance(user, User)
    booking = visit_for(user, pk)
    now = timezone.now()
    context = {
        "booking": booking,
        "visit": booking.visit,
        "alias": aliases(booking),
        "when": _when(booking),
        "day": swedish.relative_day(booking.start, timezone.localdate(now), lang=lang()),
        "over": booking.status in CALLED_OFF,
        "calls": _calls(user, booking),
        "facts": _facts(user, booking),
        "checks": _checks(booking) if may_see_plan(user, booking) else [],
        "programme_text": booking.visit.programme.text(lang()),
        "lessons": _lessons(booking) if access.may_read_notes(user) else [],
        "kind_lessons": _of_kind(booking) if access.may_read_notes(user) else [],
        "may_follow_up": _may_follow_up(user, booking, now),
        "plans": access.may_plan(user),
        "said": booking.known_of(user),
        "may_answer": is_host_of(user, booking)
        and booking.start > now
        and booking.status in {VisitState.OFFERED, VisitState.CONFIRMED},
    }
    return render(request, "scheduling/host.html", context)


def _when(booking: Booking) -> str:
    hours = swedish.time_range(booking.start, booking.end)
    return _("%(day)s kl. %(hours)s") % {
        "day": swedish.date_without_year(booking.start, lang=lang()),
        "hours": hours,
    }


def _calls(user: User, booking: Booking) -> list[dict[str, str]]:
    """Whom to ring: the group's contact, then the other host."""
    found = []
    contact = booking.visit.contact
    if contact is not None and contact.phone and may_reach(user, contact):
        found.append({"label": contact.first_name, "phone": contact.phone})
    others = [host for host in booking.visit.hosts if host.user_id != user.pk]
    found += [
        {"label": host.first_name, "phone": host.user.phone} for host in others if host.user.phone
    ]
    return found


def _facts(user: User, booking: Booking) -> list[dict[str, str]]:
    visit = booking.visit
    where = visit.room.name if visit.room is not None else visit.place or _("Vi går dit")
    people = _("%(band)s personer") % {"band": SizeBand(visit.size_band).label}
    if visit.followers:
        people = _("%(people)s och %(count)d ledare") % {"people": people, "count": visit.followers}
    rows = [
        (_("Var"), where, ". ".join(_about_place(visit))),
        (_("Vilka"), aliases(booking), people),
        (_("Kontakt"), *_contact(user, booking)),
        (_("Värdar"), "\n".join(host.user.name for host in visit.hosts), visit.host.sign),
        (_("Att tänka på"), "\n".join(_needs(booking)), ""),
        (_("Fika"), _("Ja") if visit.fika else _("Nej"), facts_words.diets(visit)),
    ]  # fmt: skip
    return [{"label": label, "value": value, "soft": soft} for label, value, soft in rows if value]


def _about_place(visit: Visit) -> Iterator[str]:
    if visit.meeting_point:
        yield _("Vi möts %(point)s") % {"point": visit.meeting_point}
    if visit.why_room:
        yield _("Rummet är litet, men: %(why)s") % {"why": visit.why_room}


def _contact(user: User, booking: Booking) -> tuple[str, str]:
    contact = booking.visit.contact
    if contact is None:
        return "", ""
    if not may_reach(user, contact):
        return contact.first_name, _("Uppgifterna är skyddade. Be socionomen ringa.")
    return contact.name, contact.role


def _needs(booking: Booking) -> list[str]:
    visit = booking.visit
    words = [
        str(ACCESS_NEED_LABELS[AccessNeed(need)])
        for need in visit.access_needs
        if need in ACCESS_NEED_LABELS
    ]
    if visit.calm:
        words.append(_("Lugn tid"))
    if visit.interpreter:
        words.append(facts_words.interpreter(visit))
    words += facts_words.sundry(visit)
    return words


def _checks(booking: Booking) -> list[str]:
    """The approach plan: about the situation, never about persons (F14)."""
    visit = booking.visit
    words = []
    if visit.two_hosts:
        words.append(_("Ni är två värdar hela tiden."))
    if visit.plan_quiet_place:
        words.append(_("Lugn plats: %(place)s") % {"place": visit.plan_quiet_place})
    if visit.plan_exit:
        words.append(_("Utgång: %(exit)s") % {"exit": visit.plan_exit})
    if visit.plan_rules_explained:
        words.append(_("Gruppen känner till bibliotekets regler."))
    if visit.plan_guards_informed:
        words.append(_("Väktarna vet att ni har besök."))
    if visit.plan_routine_url:
        words.append(_("Rutin: %(link)s") % {"link": visit.plan_routine_url})
    return words


def _lessons(booking: Booking) -> list[dict[str, Any]]:
    """The newest notes about the same groups: what to do otherwise this time."""
    groups = [group.pk for group in booking.visit.groups.all()]
    rows = (
        FollowUp.objects.filter(current=True, booking__visit__groups__in=groups)
        .exclude(booking=booking)
        .exclude(did_not_work=[], note="")
        .select_related("booking__visit__programme")
        .order_by("-booking__start", "-pk")
        .distinct()[:LESSONS]
    )
    return [
        {
            "when": row.booking.start,
            "judgement": row.judgement,
            "did_not_work": ", ".join(str(word) for word in row.did_not_work),
            "note": row.note,
        }
        for row in rows
    ]


def _of_kind(booking: Booking) -> list[dict[str, Any]]:
    """The newest chips of other groups of the same kind (F15b).

    Neither group, day, words nor the kind are shown: the kind is for planners only, and a free
    line was written about another group than the one the host now meets.
    """
    groups = list(booking.visit.groups.all())
    rows = (
        FollowUp.objects.filter(
            current=True, booking__visit__groups__category__in={row.category for row in groups}
        )
        .exclude(booking__visit__groups__in=groups)
        .exclude(worked=[], did_not_work=[])
        .order_by("-booking__start", "-pk")
        .distinct()[:LESSONS]
    )
    return [
        {
            "judgement": row.judgement,
            "worked": ", ".join(str(word) for word in row.worked),
            "did_not_work": ", ".join(str(word) for word in row.did_not_work),
        }
        for row in rows
    ]


def _may_follow_up(user: User, booking: Booking, now: datetime) -> bool:
    own = access.may_follow_up(user) and is_host_of(user, booking)
    return booking.start <= now and (access.may_plan(user) or own)


urlpatterns = [path("vard/<int:pk>", host_visit, name="host_visit")]
