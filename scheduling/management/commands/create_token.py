"""``manage.py create_token USER``: a personal token for the API, shown once."""

import base64
import secrets
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Q
from django.utils import timezone

from core import tokens
from core.models import ApiToken, User


class Command(BaseCommand):
    """Print a new token and nothing else; only its fingerprint is kept."""

    help = "Make a personal token for the API and print it, once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Whose, and what for."""
        parser.add_argument("user", metavar="USER", help="user name or e-mail address")
        parser.add_argument("--name", default="", help="what the token is for")

    def handle(self, *args: Any, **options: Any) -> None:
        """Raises CommandError (exit 1, on standard error) for a user who cannot have one."""
        user = self._user(options["user"])
        # Random, not made from a key: it can be shown now and never again.
        token = base64.b32encode(secrets.token_bytes(20)).decode().lower()
        now = timezone.now()
        ApiToken.objects.create(
            user=user,
            name=options["name"][:80] or f"create_token {now:%Y-%m-%d}",
            fingerprint=tokens.fingerprint(token),
            created_at=now,
        )
        self.stdout.write(token)

    def _user(self, name: str) -> User:
        user = User.objects.filter(Q(username=name) | Q(email__iexact=name)).first()
        if user is None:
            raise CommandError(f"There is no user {name!r}. Give a user name or an e-mail address.")
        if not user.is_active:
            raise CommandError(f"The user {name!r} is not active and cannot have a token.")
        return user
