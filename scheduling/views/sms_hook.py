"""Where a text service hands in what came and what became of ours; the address is the secret.

The body of an answer is always empty: some services send it to whoever wrote.
"""

import hmac
import json

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from scheduling.mailbox import texts
from scheduling.outbox import texting

MOST_BYTES, _DIGITS = 16_384, 9
_DELIVERED, _NOT_DELIVERED = frozenset({"delivered"}), frozenset({"failed", "undelivered"})


@csrf_exempt
@require_POST
def incoming(request: HttpRequest, secret: str) -> HttpResponse:
    """A text: ``from``, ``message`` (or ``text``) and ``id``, as a form or JSON. 204 when taken."""
    fields = _fields(request, secret)
    if isinstance(fields, HttpResponse):
        return fields
    words = fields.get("message", fields.get("text"))
    if words is None or not fields.get("from"):
        return HttpResponse(status=400)
    text = texts.TextIn(fields["from"], words, fields.get("id", ""))
    try:
        texts.receive(text, now=timezone.now())
    except (OperationalError, InterfaceError):
        return HttpResponse(status=503)
    return HttpResponse(status=204)


@csrf_exempt
@require_POST
def report(request: HttpRequest, secret: str) -> HttpResponse:
    """What became of a text of ours: ``id`` and ``status``. 204, also for one we do not know."""
    fields = _fields(request, secret)
    if isinstance(fields, HttpResponse):
        return fields
    status = fields.get("status", "").lower()
    if status in _DELIVERED | _NOT_DELIVERED:
        delivered = status in _DELIVERED
        texting.report(number=fields.get("id", ""), delivered=delivered, now=timezone.now())
    return HttpResponse(status=204)


def _fields(request: HttpRequest, secret: str) -> dict[str, str] | HttpResponse:
    """The fields as text; 404 where the secret is wrong, unset or not ours to know."""
    known = settings.SMS_SECRET
    if not known or not hmac.compare_digest(secret.encode(), known.encode()):
        return HttpResponse(status=404)
    length = request.headers.get("Content-Length") or "0"
    if not length.isdecimal() or len(length) > _DIGITS or int(length) > MOST_BYTES:
        return HttpResponse(status=413)
    try:
        if request.content_type != "application/json":
            return {name: _whole(str(value)) for name, value in request.POST.items()}
        found = json.loads(request.body)
    except (ValueError, RecursionError):  # broken, or brackets without end
        return HttpResponse(status=400)
    if not isinstance(found, dict):
        return HttpResponse(status=400)
    return {
        name: _whole(str(value)) for name, value in found.items() if isinstance(value, str | int)
    }


def _whole(text: str) -> str:
    """Without NUL and halves of characters, which no database keeps."""
    return text.replace("\0", "").encode(errors="ignore").decode()


urlpatterns = [
    path("sms/in/<str:secret>", incoming, name="sms_in"),
    path("sms/rapport/<str:secret>", report, name="sms_report"),
]
