"""Error pages that say how to go on."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from core.errors import DomainError


def domain_error_page(request: HttpRequest, error: DomainError) -> HttpResponse:
    """The error's message on a page of its own, with its status."""
    template = "404.html" if error.status == 404 else "error.html"
    return render(request, template, {"error": error}, status=error.status)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 - Django's
    """A form that was open too long: nothing was saved, going back keeps what was typed."""
    return render(request, "csrf.html", status=403)
