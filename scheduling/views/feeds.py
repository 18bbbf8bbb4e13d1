"""Kalenderflöden: make, show and revoke; and the feeds themselves."""

import io
from datetime import datetime, timedelta

import segno
from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseNotAllowed,
    HttpResponseNotModified,
    HttpResponseRedirect,
)
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.http import parse_etags
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.errors import DomainError, Missing
from core.models import User
from scheduling import access, links
from scheduling.feeds import manage, read
from scheduling.forms.feeds import FeedForm
from scheduling.models import Feed, FeedLevel, FeedScope

#: A feed just made shows its address without asking for the password again.
FRESH = timedelta(minutes=15)
CACHING = "private, no-cache"


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
    context = {
        "section": "settings",
        "form": form,
        "error": error,
        "living": [_row(row) for row in rows if row.revoked_at is None],
        "gone": [_row(row) for row in rows if row.revoked_at is not None][:10],
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "scheduling/feeds.html", context, status=status)


def _show_next(request: HttpRequest, feed: Feed, now: datetime) -> HttpResponse:
    request.session["feed_shown"] = {str(feed.pk): now.isoformat()}
    return HttpResponseRedirect(reverse("feed_show", args=[feed.pk]), status=303)


def _row(feed: Feed) -> dict[str, object]:
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
    }[feed.scope]
    return {"feed": feed, "what": f"{scope}, {level}"}


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
        "row": _row(feed),
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
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """What a calendar program fetches: 304 before anything else, otherwise stored bytes joined."""
    if request.method not in {"GET", "HEAD"}:
        return HttpResponseNotAllowed(["GET", "HEAD"])
    now = timezone.now()
    try:
        row = read.by_token(token)
    except Missing:
        return _not_here()
    body = read.body(row, now)
    read.note_fetch(row, client=client_name(request.headers.get("User-Agent", "")), now=now)
    if _has_it(request.headers.get("If-None-Match", ""), body.etag):
        response: HttpResponse = HttpResponseNotModified()
    else:
        whole = b"".join(body.parts())
        sent = whole if request.method == "GET" else b""
        response = HttpResponse(sent, content_type="text/calendar; charset=utf-8")
        response["Content-Length"] = str(len(whole))
    response["ETag"] = body.etag
    response["Cache-Control"] = CACHING
    return response


@csrf_exempt
def feed_cut(request: HttpRequest, rest: str) -> HttpResponse:  # noqa: ARG001 - whatever it was
    """An address that was cut or mistyped: the same answer as a revoked one."""
    if request.method not in {"GET", "HEAD"}:
        return HttpResponseNotAllowed(["GET", "HEAD"])
    return _not_here()


def _not_here() -> HttpResponse:
    response = HttpResponse("Not found\n", content_type="text/plain; charset=utf-8", status=404)
    response["Cache-Control"] = CACHING
    return response


def _has_it(header: str, etag: str) -> bool:
    """If-None-Match compares weakly (RFC 9110 section 13.1.2)."""
    held = parse_etags(header)
    return held == ["*"] or etag in [item.removeprefix("W/") for item in held]


def client_name(agent: str) -> str:
    """The program's name as a person knows it, never its whole signature."""
    known = {
        "Google": "Google Kalender",
        "Outlook": "Outlook",
        "Microsoft": "Outlook",
        "Exchange": "Outlook",
        "Thunderbird": "Thunderbird",
        "Lightning": "Thunderbird",
        "dataaccessd": "Apple Kalender",
        "CalendarAgent": "Apple Kalender",
        "iOS": "Apple Kalender",
        "macOS": "Apple Kalender",
        "ICSx5": "ICSx5",
        "Nextcloud": "Nextcloud",
        "Proton": "Proton",
    }
    for part, name in known.items():
        if part.lower() in agent.lower():
            return name
    first = agent.partition("/")[0].partition(" ")[0]
    return "".join(letter for letter in first if letter.isprintable())[:40]


urlpatterns = [
    path("floden/", feeds, name="feeds"),
    path("floden/<int:pk>/", feed_show, name="feed_show"),
    path("floden/<int:pk>/qr.svg", feed_qr, name="feed_qr"),
    path("floden/<int:pk>/aterkalla", feed_revoke, name="feed_revoke"),
    path("floden/<int:pk>/ny-adress", feed_rotate, name="feed_rotate"),
    path("feeds/<str:token>.ics", feed, name="feed"),
    path("feeds/<path:rest>", feed_cut),
]
