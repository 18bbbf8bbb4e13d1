"""Pages for everybody: how details are used, and how accessible the service is."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from scheduling.views.answer_page import speak, spoken


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """Så använder vi dina uppgifter."""
    speak(request, get_language() or "sv")
    return spoken(request, "privacy", {})


@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """Tillgänglighetsredogörelse."""
    return render(request, "answer/accessibility.html")


urlpatterns = [
    path("integritet", privacy, name="privacy"),
    path("tillganglighet", accessibility, name="accessibility"),
]
