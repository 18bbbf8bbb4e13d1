"""Grupp: how is the relation?"""

from datetime import datetime
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Count, Max, Prefetch, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core import access, swedish
from core.models import User
from partners import queries
from partners.models import (
    ACCESS_NEED_LABELS,
    GROUP_CATEGORY_LABELS,
    WEEKDAY_LABELS,
    AccessNeed,
    Group,
    GroupCategory,
)
from scheduling.insight import rhythm
from scheduling.models import Booking, FollowUp, Interest, SignalSource
from scheduling.models.booking import BookingQuerySet
from scheduling.states import CAME_STATES, OPEN_STATES, VisitState
from scheduling.views.interests import catch_context
from scheduling.views.relation import about, log_undo
from scheduling.views.today_words import book_again

PER_PAGE = 20


@login_required
@require_safe
def group(request: HttpRequest, pk: int) -> HttpResponse:
    """One group with all that was and is."""
    user = request.user
    assert isinstance(user, User)
    row = queries.group_by_id(viewer=user, pk=pk)
    now = timezone.now()
    visits = _visits(user, row)
    upcoming = _upcoming(visits, now)
    history = visits.exclude(pk__in=[item.pk for item in upcoming])
    plans = access.may_plan(user)
    context = {
        "section": "groups",
        "group": row,
        "plans": plans,
        "book": book_again(row) if plans and row.archived_at is None else "",
        "standing": _standing(visits, upcoming, now),
        "upcoming": upcoming,
        "page": Paginator(_with_notes(history), PER_PAGE).get_page(request.GET.get("page")),
        "next_step": _next_step(row) if access.may_read_notes(user) else None,
        "interests": _interests(row),
        **catch_context(user, group=row, source=SignalSource.MEETING),
        "facts": _facts(user, row),
        "hosts": _hosts(visits),
        "contacts": _contacts(user, row),
        "undo": log_undo(user, now),
        **about(user, now, group=row),
    }
    return render(request, "scheduling/group.html", context)


def _upcoming(visits: BookingQuerySet, now: datetime) -> list[Booking]:
    """What is booked ahead, the nearest three."""
    ahead = visits.filter(start__gt=now, state__in=[state.value for state in OPEN_STATES])
    return list(ahead.with_visit().order_by("start", "pk")[:3])


def _standing(visits: BookingQuerySet, upcoming: list[Booking], now: datetime) -> rhythm.Standing:
    """A draft promises nothing: only what was offered counts as the next."""
    came = [state.value for state in CAME_STATES]
    starts = visits.filter(state__in=came).values_list("start", flat=True)
    held = [timezone.localdate(start) for start in starts]
    promised = [item for item in upcoming if item.state != VisitState.DRAFT.value]
    next_on = timezone.localdate(promised[0].start) if promised else None
    return rhythm.standing(held, next_on, timezone.localdate(now))


def _with_notes(visits: BookingQuerySet) -> BookingQuerySet:
    notes = Prefetch("follow_ups", FollowUp.objects.filter(current=True), to_attr="current_notes")
    return visits.with_visit().prefetch_related(notes).order_by("-start", "-pk")


def _visits(user: User, row: Group) -> BookingQuerySet:
    rows = Booking.objects.visits().filter(visit__groups=row)
    return rows if access.may_plan(user) else rows.exclude(state=VisitState.DRAFT.value)


def _next_step(row: Group) -> FollowUp | None:
    open_ones = FollowUp.objects.filter(
        current=True, booking__visit__groups=row, next_step_done_at=None
    ).exclude(next_step="")
    return open_ones.order_by("next_step_due", "-pk").first()


def _interests(row: Group) -> list[Interest]:
    """What the group asked for, most often first; corrected notes count once."""
    mine = Q(signals__group=row) & (
        Q(signals__follow_up=None) | Q(signals__follow_up__current=True)
    )
    return list(
        Interest.objects.filter(mine)
        .annotate(times=Count("signals", filter=mine), latest=Max("signals__on", filter=mine))
        .order_by("-times", "name")
    )


def _hosts(visits: BookingQuerySet) -> str:
    """Who has met the group, the most recent first."""
    came = [state.value for state in CAME_STATES]
    rows = visits.filter(state__in=came).order_by("-start").values_list(
        "visit__host__user__first_name", "visit__co_host__user__first_name"
    )  # fmt: skip
    names = dict.fromkeys(name for pair in rows[:20] for name in pair if name)
    return ", ".join(names)


def _facts(user: User, row: Group) -> list[dict[str, str]]:
    needs = [
        str(ACCESS_NEED_LABELS[AccessNeed(need)])
        for need in row.access_needs
        if need in ACCESS_NEED_LABELS
    ]
    facts = [
        (_("Brukar bli"), _("%(band)s personer") % {"band": row.size.label}),
        (_("Kommer helst"), _preferred(row)),
        (_("Tillgänglighet"), ", ".join(needs)),
        (_("Språk"), ", ".join(str(code) for code in row.languages)),
        (_("Fika"), _("Ja") if row.fika else _("Nej")),
        (_("Värdar"), _("Alltid två") if row.two_hosts else ""),
    ]
    if access.may_see_category(user):
        category = str(GROUP_CATEGORY_LABELS[GroupCategory(row.category)])
        facts.append((_("Kategori, bara för planerare"), category))
    return [{"label": label, "value": value} for label, value in facts if value]


def _preferred(row: Group) -> str:
    words = []
    if row.preferred_weekday is not None:
        words.append(str(WEEKDAY_LABELS[row.preferred_weekday]))
    if row.preferred_time is not None:
        words.append(_("kl. %(clock)s") % {"clock": swedish.clock(row.preferred_time)})
    return " ".join(words)


def _contacts(user: User, row: Group) -> list[dict[str, Any]]:
    """The group's people; what is protected only for planners."""
    rows = queries.contacts(viewer=user, group=row.pk)
    return [{"contact": contact, "open": queries.may_reach(user, contact)} for contact in rows]


urlpatterns = [path("grupper/<int:pk>/", group, name="group")]
