"""Capability links that a database dump cannot replay (ARCHITECTURE.md, "Tokens").

A token is HMAC(key, purpose | id | epoch), 160 bits, written in base32 so that it survives case
folding, SMS and speech. Only its SHA-256 is stored, as the look-up index; the token itself can be
made again and shown. A new epoch revokes. Old keys (SECRET_KEY_FALLBACKS) go on opening the links
made with them, and ``reveal`` finds the key with which a stored one was made.
"""

import base64
import hashlib
import hmac
from collections.abc import Iterator

from django.conf import settings

TOKEN_LENGTH = 32


def mint(purpose: str, identifier: int | str, epoch: int, *, key: str | None = None) -> str:
    """The token of (purpose, id, epoch): 32 characters of a–z and 2–7, 160 bits."""
    message = f"studiebesok|{purpose}|{identifier}|{epoch}".encode()
    secret = (key or settings.SECRET_KEY).encode()
    mac = hmac.new(secret, message, hashlib.sha256).digest()[:20]
    return base64.b32encode(mac).decode().lower()


def fingerprint(token: str) -> str:
    """The hex SHA-256 by which a token is found; nothing can be made from it."""
    return hashlib.sha256(token.encode()).hexdigest()


def reveal(purpose: str, identifier: int | str, epoch: int, stored: str) -> str | None:
    """The token whose fingerprint is ``stored``, made again; None where its key is gone."""
    for key in _keys():
        token = mint(purpose, identifier, epoch, key=key)
        if hmac.compare_digest(fingerprint(token), stored):
            return token
    return None


def _keys() -> Iterator[str]:
    yield settings.SECRET_KEY
    yield from settings.SECRET_KEY_FALLBACKS
