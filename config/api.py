"""The one API: authentication, and errors mapped once to problem+json (RFC 9457)."""

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.openapi.schema import OpenAPISchema
from ninja.security import HttpBearer, SessionAuth

from core import tokens
from core.errors import DomainError
from core.models import ApiToken, User
from partners.api import routers as partner_routers
from scheduling.api import routers as scheduling_routers


class PersonalToken(HttpBearer):
    """``Authorization: Bearer <personal token>`` (``manage.py create_token USER``)."""

    def authenticate(self, request: HttpRequest, token: str) -> User | None:
        """The token's user, who then is ``request.user``."""
        row = (
            ApiToken.objects.select_related("user")
            .filter(fingerprint=tokens.fingerprint(token), revoked_at=None, user__is_active=True)
            .first()
        )
        if row is None:
            return None
        now = timezone.now()
        # Noted at most once a minute: a read must not cost a write.
        if row.last_used_at is None or (now - row.last_used_at).total_seconds() > 60:
            ApiToken.objects.filter(pk=row.pk).update(last_used_at=now)
        request.user = row.user
        return row.user


class DescribedOnce(NinjaAPI):
    """An API whose description is made once in a process.

    It is the same for everybody and takes a second of a processor, and anybody may ask for it.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._described: dict[str, OpenAPISchema] = {}

    def get_openapi_schema(
        self, *, path_prefix: str | None = None, path_params: dict[str, Any] | None = None
    ) -> OpenAPISchema:
        """The description as it stands under ``path_prefix``; not to be changed."""
        prefix = self.get_root_path(path_params or {}) if path_prefix is None else path_prefix
        if prefix not in self._described:
            self._described[prefix] = super().get_openapi_schema(path_prefix=prefix)
        return self._described[prefix]


api = DescribedOnce(
    title="Studiebesök",
    version="1",
    description="Partners, visits, invitations, feeds and the report.",
    auth=[PersonalToken(), SessionAuth(csrf=True)],
    urls_namespace="api",
)


def problem(status: int, code: str, detail: str, **extra: object) -> HttpResponse:
    """application/problem+json with a stable ``code``."""
    body = {"type": "about:blank", "title": code, "status": status, "code": code, "detail": detail}
    return JsonResponse({**body, **extra}, status=status, content_type="application/problem+json")


@api.exception_handler(DomainError)
def _domain_error(_request: HttpRequest, error: DomainError) -> HttpResponse:
    extra = {**error.extra, **({"errors": error.fields} if error.fields else {})}
    return problem(error.status, error.code, error.message, **extra)


@api.exception_handler(ValidationError)
def _validation_error(_request: HttpRequest, error: ValidationError) -> HttpResponse:
    fields: dict[str, str] = {}
    for fault in error.errors:
        where = [str(part) for part in fault["loc"] if part not in {"body", "query", "payload"}]
        fields[".".join(where) or "body"] = _fault_words(fault)
    detail = _("Rätta det här: %(fields)s.") % {"fields": ", ".join(fields)}
    return problem(422, "invalid", detail, errors=fields)


def _fault_words(fault: dict[str, Any]) -> str:
    """In the user's language; the framework's own English where nobody foresaw the fault."""
    words = _limit_words() | _kind_words()
    found = words.get(fault["type"])
    return found % fault.get("ctx", {}) if found else str(fault["msg"])


def _limit_words() -> dict[str, str]:
    one_of = _("Välj ett av de här: %(expected)s.")
    return {
        "less_than_equal": _("Det kan vara högst %(le)s."),
        "greater_than_equal": _("Det måste vara minst %(ge)s."),
        "too_long": _("Listan kan vara högst %(max_length)s lång."),
        "enum": one_of,
        "literal_error": one_of,
    }


def _kind_words() -> dict[str, str]:
    whole, flag = _("Skriv ett heltal."), _("Skriv true eller false.")
    return {
        "extra_forbidden": _("Fältet är okänt. Ta bort det eller rätta stavningen."),
        "missing": _("Fältet saknas."),
        "int_type": whole,
        "int_parsing": whole,
        "int_from_float": whole,
        "bool_type": flag,
        "bool_parsing": flag,
        "string_type": _("Skriv en text."),
        "list_type": _("Skriv en lista."),
    }


@api.exception_handler(AuthenticationError)
def _no_user(_request: HttpRequest, _error: AuthenticationError) -> HttpResponse:
    detail = _("Logga in, eller skicka en giltig token i Authorization: Bearer.")
    return problem(401, "unauthenticated", detail)


@api.exception_handler(HttpError)
def _http_error(_request: HttpRequest, error: HttpError) -> HttpResponse:
    return problem(error.status_code, "bad_request", str(error))


def _add_routers() -> None:
    """Each app brings its own."""
    for prefix, router in (*partner_routers, *scheduling_routers):
        api.add_router(prefix, router)


_add_routers()
