"""Pages for everybody: how details are used, and how accessible the service is."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_safe


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """Så använder vi dina uppgifter."""
    return render(request, "answer/privacy.html")


@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """Tillgänglighetsredogörelse."""
    return render(request, "answer/accessibility.html")


urlpatterns = [
    path("integritet", privacy, name="privacy"),
    path("tillganglighet", accessibility, name="accessibility"),
]
