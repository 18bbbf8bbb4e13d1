"""Kalenderflöden: make, show and revoke; and the feeds themselves."""

import io
from collections.abc import Mapping
from datetime import datetime, timedelta

import segno
from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
    StreamingHttpResponse,
)
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import path, re_path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core import swedish
from core.errors import DomainError, Missing
from core.models import User
from scheduling import access, links
from scheduling.feeds import manage, serve
from scheduling.forms.feeds import FeedForm
from scheduling.models import Feed, FeedLevel, FeedScope
from scheduling.views.colleagues import invitation_choice
from scheduling.views.today_words import lang

#: A feed just made shows its address without asking for the password again.
FRESH = timedelta(minutes=15)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def feeds(request: HttpRequest) -> HttpResponse:
    """One's feeds; POST makes one and shows its address."""
    user = request.user
    assert isinstance(user, User)
    now = timezone.now()
    form = FeedForm(request.POST if request.method == "POST" else None, user=user)
    error: DomainError | None = None
    if request.method == "POST" and form.is_valid():
        try:
            feed = manage.create(actor=user, now=now, **form.arguments())
        except DomainError as caught:
            error = caught
        else:
            return _show_next(request, feed, now)
    rows = list(access.feeds_for(user).order_by("revoked_at", "-created_at", "-pk"))
    counts = manage.counts(rows)
    context = {
        "section": "settings",
        "form": form,
        "error": error,
        "living": [_row(row, counts) for row in rows if row.revoked_at is None],
        "gone": [_row(row, counts) for row in rows if row.revoked_at is not None][:10],
        "invitations": invitation_choice(user),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "scheduling/feeds.html", context, status=status)


def expiring(user: User, now: datetime) -> list[dict[str, object]]:
    """For *I dag*: calendars that nobody fetches and that are about to end."""
    return [
        {
            "strong": feed.name,
            "text": _("slutar gälla %(day)s, för ingen kalender hämtar den.")
            % {"day": swedish.short_date(manage.dies_on(feed), lang=lang())},
            "href": reverse("feeds"),
            "label": _("Se kalenderflöden"),
        }
        for feed in manage.expiring(owner=user, now=now)
    ]


def _show_next(request: HttpRequest, feed: Feed, now: datetime) -> HttpResponse:
    request.session["feed_shown"] = {str(feed.pk): now.isoformat()}
    return HttpResponseRedirect(reverse("feed_show", args=[feed.pk]), status=303)


def _row(feed: Feed, counts: Mapping[tuple[str, str], int]) -> dict[str, object]:
    level = {
        FeedLevel.FULL.value: _("allt"),
        FeedLevel.NEUTRAL.value: _("neutralt"),
        FeedLevel.BUSY.value: _("bara upptagen"),
    }[feed.level]
    scope = {
        FeedScope.USER.value: _("Egna besök"),
        FeedScope.ROOM.value: _("Rum"),
        FeedScope.LIBRARY.value: _("Bibliotek"),
        FeedScope.PARTNER.value: _("Partner"),
        FeedScope.HOST.value: _("Värd"),
        FeedScope.PROGRAMME.value: _("Program"),
        FeedScope.ALL.value: _("Alla besök"),
        FeedScope.PUBLIC.value: _("Offentligt"),
    }[feed.scope]
    dies = manage.dies_on(feed)
    return {
        "feed": feed,
        "what": f"{scope}, {level}",
        "count": counts.get((feed.scope_key, feed.variant)),
        "dies": dies if dies - timezone.localdate() <= manage.WARNED else None,
    }


def _not_fresh(request: HttpRequest) -> bool:
    """The address is as good as a key (ARCHITECTURE.md): ask again, unless it was just made."""
    match = request.resolver_match
    key = str(match.kwargs["pk"]) if match else ""
    shown = request.session.get("feed_shown", {}).get(key)
    return not shown or timezone.now() - datetime.fromisoformat(shown) >= FRESH


@login_required
@require_safe
@reauthentication_required(enabled=_not_fresh)  # type: ignore[untyped-decorator] # allauth is untyped
def feed_show(request: HttpRequest, pk: int) -> HttpResponse:
    """The address, ready to paste, and how to add it."""
    user = request.user
    assert isinstance(user, User)
    feed = access.feed_for(user, pk)
    if feed.revoked_at is not None:
        raise Missing(_("Adressen är återkallad. Skapa en ny."))
    address = links.feed_url(feed)
    context = {
        "section": "settings",
        "feed": feed,
        "address": address,
        "webcal": address.replace("https://", "webcal://").replace("http://", "webcal://"),
        "row": _row(feed, manage.counts([feed])),
        "full": feed.level == FeedLevel.FULL.value,
    }
    response = render(request, "scheduling/feeds_show.html", context)
    response["Cache-Control"] = "private, no-store"
    return response


@login_required
@require_safe
@reauthentication_required(enabled=_not_fresh)  # type: ignore[untyped-decorator] # allauth is untyped
def feed_qr(request: HttpRequest, pk: int) -> HttpResponse:
    """The address for a phone's camera."""
    user = request.user
    assert isinstance(user, User)
    feed = access.feed_for(user, pk)
    address = links.feed_url(feed)
    if feed.revoked_at is not None or not address:
        raise Missing
    picture = io.BytesIO()
    segno.make(address, micro=False).save(
        picture, kind="svg", scale=5, border=3, light="#ffffff", xmldecl=False
    )
    response = HttpResponse(picture.getvalue(), content_type="image/svg+xml")
    response["Cache-Control"] = "private, no-store"
    return response


@login_required
@require_POST
def feed_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """The address dies at once."""
    user = request.user
    assert isinstance(user, User)
    manage.revoke(actor=user, now=timezone.now(), feed=access.feed_for(user, pk))
    messages.success(request, _("Adressen är återkallad och visar inget mer."))
    return HttpResponseRedirect(reverse("feeds"), status=303)


@login_required
@require_POST
def feed_rotate(request: HttpRequest, pk: int) -> HttpResponse:
    """A new address; the old one dies."""
    user = request.user
    assert isinstance(user, User)
    now = timezone.now()
    feed = access.feed_for(user, pk)
    if feed.revoked_at is not None:
        raise Missing(_("Adressen är återkallad. Skapa en ny."))
    manage.rotate(actor=user, now=now, feed=feed)
    messages.success(request, _("Kalendern har en ny adress. Den gamla visar inget mer."))
    return _show_next(request, feed, now)


# --- The feed itself -----------------------------------------------------------------------------


@csrf_exempt
def feed(request: HttpRequest) -> HttpResponseBase:
    """The same as ``scheduling.feeds.wsgi`` answers, for servers that do not run it."""
    told = serve.respond(
        serve.Asked(
            method=request.method or "",
            path=request.path,
            if_none_match=request.headers.get("If-None-Match", ""),
            if_modified_since=request.headers.get("If-Modified-Since", ""),
            agent=request.headers.get("User-Agent", ""),
        ),
        timezone.now(),
    )
    response = StreamingHttpResponse(told.body, status=told.status)
    del response.headers["Content-Type"]
    for name, value in told.headers:
        response.headers[name] = value
    return response


urlpatterns = [
    path("floden/", feeds, name="feeds"),
    path("floden/<int:pk>/", feed_show, name="feed_show"),
    path("floden/<int:pk>/qr.svg", feed_qr, name="feed_qr"),
    path("floden/<int:pk>/aterkalla", feed_revoke, name="feed_revoke"),
    path("floden/<int:pk>/ny-adress", feed_rotate, name="feed_rotate"),
    re_path(r"^feeds/", feed, name="feed"),
]
