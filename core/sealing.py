"""Seal a secret that must be used again, so that a dump of the database does not hold it.

The keys are made from SECRET_KEY and SECRET_KEY_FALLBACKS; the newest seals, each opens. Where all
keys that could open it are gone the secret is gone, and its owner gives it anew.
"""

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings


class SealBroken(Exception):
    """No present key opens it."""


def seal(secret: str) -> str:
    """``secret`` as text that only our keys open; two seals of the same secret differ."""
    return _keys().encrypt(secret.encode()).decode()


def unseal(sealed: str) -> str:
    """What was sealed. Raises SealBroken, without the text."""
    try:
        return _keys().decrypt(sealed.encode()).decode()
    except (InvalidToken, ValueError):
        raise SealBroken("The secret was sealed with a key that is gone.") from None


def _keys() -> MultiFernet:
    return MultiFernet(
        Fernet(
            base64.urlsafe_b64encode(hashlib.sha256(b"studiebesok|seal|" + key.encode()).digest())
        )
        for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    )
