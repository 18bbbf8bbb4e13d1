"""What every template may say about the site."""

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone


def site(request: HttpRequest) -> dict[str, object]:  # noqa: ARG001 - Django's signature
    """The site's address, today's date in Stockholm, and whether mail leaves the house."""
    return {
        "base_url": settings.BASE_URL,
        "today": timezone.localdate(),
        "mail_leaves": bool(settings.EMAIL_URL),
    }
