"""What every request passes: the client's address, privacy headers, language, domain errors."""

import ipaddress
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation

from core.errors import DomainError
from core.errors_view import domain_error_page
from core.models import User

Handler = Callable[[HttpRequest], HttpResponse]

#: Paths opened by partners and calendar programs: no cookie is ever set there.
COOKIELESS = (
    "/svar/",
    "/s/",
    "/sms/",
    "/be-om-tid/",
    "/feeds/",
    "/healthz",
    "/readyz",
    "/integritet",
    "/tillganglighet",
)


class ClientAddressMiddleware:
    """REMOTE_ADDR and the scheme as our own proxies tell them; anybody else's word is ignored."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Walk X-Forwarded-For from the right past trusted proxies."""
        if settings.TRUSTED_PROXIES and _trusted(request.META.get("REMOTE_ADDR", "")):
            hops = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
            for hop in reversed([hop.strip() for hop in hops if hop.strip()]):
                request.META["REMOTE_ADDR"] = hop
                if not _trusted(hop):
                    break
            if request.META.get("HTTP_X_FORWARDED_PROTO") == "https":
                request.META["wsgi.url_scheme"] = "https"
        return self.get_response(request)


def _trusted(address: str) -> bool:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(parsed in network for network in settings.TRUSTED_PROXIES)


class PrivacyHeadersMiddleware:
    """No search engine, no referrer from pages whose address is a secret."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Set the headers on the way out."""
        response = self.get_response(request)
        response.headers.setdefault("X-Robots-Tag", "noindex")
        response.headers.setdefault(
            "Permissions-Policy", "geolocation=(), camera=(), microphone=()"
        )
        if request.path.startswith(COOKIELESS):
            response.headers["Referrer-Policy"] = "no-referrer"
            response.headers.setdefault("Cache-Control", "private, no-store")
        return response


class CookielessPathsMiddleware:
    """The partner's pages and the feeds neither read nor set a cookie (DOMAIN.md §3, LEK 9:28)."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Drop incoming cookies before the session looks, outgoing ones after everything ran."""
        if not request.path.startswith(COOKIELESS):
            return self.get_response(request)
        request.META.pop("HTTP_COOKIE", None)
        response = self.get_response(request)
        response.cookies.clear()
        if "Vary" in response.headers:
            kept = [v for v in response.headers["Vary"].split(", ") if v.lower() != "cookie"]
            response.headers["Vary"] = ", ".join(kept)
            if not kept:
                del response.headers["Vary"]
        return response


class UserLanguageMiddleware:
    """A signed-in user's own language wins over the browser's."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Activate the user's language for this request."""
        if not request.path.startswith(COOKIELESS) and isinstance(request.user, User):
            translation.activate(request.user.language)
            request.LANGUAGE_CODE = request.user.language
        return self.get_response(request)


class DomainErrorMiddleware:
    """A DomainError that a page did not catch becomes a page that says how to go on."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Nothing on the normal way."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Map the one tree once."""
        if isinstance(exception, DomainError):
            return domain_error_page(request, exception)
        return None
