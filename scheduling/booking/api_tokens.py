"""Personal tokens for the API: shown once, kept as a fingerprint."""

import secrets
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from core import audit, texts, tokens
from core.errors import Invalid, Missing
from core.models import ApiToken, User

MOST_LIVING = 10


@transaction.atomic
def create(*, actor: User, now: datetime, name: str) -> tuple[ApiToken, str]:
    """A new token of the actor's own, and its secret, which is never shown again."""
    name = texts.clean(name, field="name", limit=80)
    if not name:
        message = _("Skriv vad nyckeln ska användas till.")
        raise Invalid(message, fields={"name": message})
    if ApiToken.objects.filter(user=actor, revoked_at=None).count() >= MOST_LIVING:
        message = _("Du har redan tio nycklar. Dra tillbaka en som inte används.")
        raise Invalid(message, fields={"name": message})
    secret = secrets.token_urlsafe(32)
    row = ApiToken.objects.create(
        user=actor, name=name, fingerprint=tokens.fingerprint(secret), created_at=now
    )
    audit.record(now=now, actor=actor, verb="api_token.created", target=row)
    return row, secret


@transaction.atomic
def revoke(*, actor: User, now: datetime, pk: int) -> ApiToken:
    """The token opens nothing from now on; somebody else's is Missing."""
    row = ApiToken.objects.filter(user=actor, pk=pk).first()
    if row is None:
        raise Missing
    if row.revoked_at is None:
        row.revoked_at = now
        row.save(update_fields=["revoked_at"])
        audit.record(now=now, actor=actor, verb="api_token.revoked", target=row)
    return row
