"""Is it alive, and can it work? For the supervisor, the proxy and the start-up check."""

import os
from collections.abc import Callable

from celery import current_app
from django.conf import settings
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.views.decorators.http import require_safe
from kombu.exceptions import OperationalError

from scheduling.models import Allocation, NoOverlap

#: Seconds that the broker gets to answer.
PATIENCE = 3


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """The process answers. Touches nothing else."""
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")


@require_safe
def readyz(request: HttpRequest) -> JsonResponse:  # noqa: ARG001 - Django's signature
    """Each check by name: "ok", or in a word what is wrong; 503 where one is."""
    checks = {name: _tried(check) for name, check in CHECKS.items()}
    ready = all(word == "ok" for word in checks.values())
    failed = [name for name, word in checks.items() if word != "ok"]
    body: dict[str, object] = {"ready": ready, "failed": failed, "checks": checks}
    return JsonResponse(body, status=200 if ready else 503)


def _tried(check: Callable[[], str]) -> str:
    try:
        return check()
    except (Error, OperationalError, OSError, TimeoutError) as error:
        # The kind of fault only: an address of a server is nobody's business.
        return type(error).__name__


def _database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return "ok" if cursor.fetchone() == (1,) else "no answer"


def _migrations() -> str:
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return f"{len(plan)} unapplied" if plan else "ok"


def _no_double_booking() -> str:
    rules = [rule for rule in Allocation._meta.constraints if isinstance(rule, NoOverlap)]
    return "ok" if rules and all(rule.is_in_place(Allocation) for rule in rules) else "missing"


def _broker() -> str:
    options = settings.CELERY_BROKER_TRANSPORT_OPTIONS
    if settings.CELERY_BROKER_URL.startswith("filesystem:"):
        folder = str(options["data_folder_out"])
        return "ok" if os.access(folder, os.W_OK | os.X_OK) else "folder not writable"
    limits = {"socket_connect_timeout": PATIENCE, "socket_timeout": PATIENCE}
    with current_app.connection_for_write(transport_options={**options, **limits}) as broker:
        broker.ensure_connection(max_retries=1, interval_start=0, interval_step=0, timeout=PATIENCE)
    return "ok"


CHECKS: dict[str, Callable[[], str]] = {
    "database": _database,
    "migrations": _migrations,
    "no_double_booking": _no_double_booking,
    "broker": _broker,
}

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
]
