"""Read the environment: typed, and loud about what is wrong.

Every reader takes the raw text and returns a typed value or raises
``ImproperlyConfigured`` with a sentence that says what to write instead.
"""

import ipaddress
import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

T = TypeVar("T")
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class Environment:
    """The process environment, or a mapping given in its place (tests)."""

    def __init__(self, values: Mapping[str, str] | None = None) -> None:
        self._values = os.environ if values is None else values

    def text(self, name: str, default: str = "") -> str:
        """The value of ``name``; of the file named by ``name_FILE`` where that is set instead."""
        direct = self._values.get(name, "").strip()
        path = self._values.get(f"{name}_FILE", "").strip()
        if direct and path:
            raise ImproperlyConfigured(
                f"Both {name} and {name}_FILE are set. Keep one: {name}_FILE is the safer."
            )
        if not path:
            return direct or default
        try:
            content = Path(path).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise ImproperlyConfigured(
                f"{name}_FILE names {path}, which cannot be read ({error.strerror}). "
                f"Point it at a readable file that holds the value alone."
            ) from error
        if not content:
            raise ImproperlyConfigured(f"{name}_FILE names {path}, which is empty.")
        return content

    def parsed(self, name: str, default: str, read: Callable[[str], T], hint: str) -> T:
        """``read`` applied to the value; any ValueError becomes a sentence with ``hint``."""
        raw = self.text(name, default)
        try:
            return read(raw)
        except ValueError as error:
            raise ImproperlyConfigured(f"{name} is not usable: {error}. Write {hint}.") from error

    def flag(self, name: str, *, default: bool = False) -> bool:
        """true or false."""
        return self.parsed(name, "true" if default else "false", read_flag, "true or false")

    def seconds(self, name: str, default: int) -> int:
        """A whole number of seconds, 0 or more."""
        return self.parsed(name, str(default), read_seconds, "a whole number of seconds, as in 10")

    def choice(self, name: str, default: str, choices: tuple[str, ...]) -> str:
        """One of ``choices``."""

        def read(raw: str) -> str:
            if raw not in choices:
                raise ValueError(f"«{raw}» is not known")
            return raw

        return self.parsed(name, default, read, "one of " + ", ".join(choices))

    def words(self, name: str, default: str = "") -> list[str]:
        """A list parted by commas."""
        return [word.strip() for word in self.text(name, default).split(",") if word.strip()]

    def url(self, name: str, default: str, schemes: tuple[str, ...], example: str) -> str:
        """A URL of one of ``schemes``, or the empty text where ``default`` is empty."""

        def read(raw: str) -> str:
            if not raw:
                return raw
            parts = urlsplit(raw)
            if parts.scheme not in schemes:
                raise ValueError(f"«{parts.scheme or 'no scheme'}» is not a kind it takes")
            # `.port` raises ValueError itself where it is no number.
            if parts.port == 0:
                raise ValueError("port 0 cannot be reached")
            return raw

        return self.parsed(name, default, read, f"a URL like {example}")


def read_flag(raw: str) -> bool:
    """true/false, yes/no, 1/0."""
    word = raw.lower()
    if word in {"true", "yes", "1", "on"}:
        return True
    if word in {"false", "no", "0", "off"}:
        return False
    raise ValueError(f"«{raw}» is neither")


def read_seconds(raw: str) -> int:
    """A whole number, 0 to 86,400."""
    if not raw.isdecimal() or int(raw) > 86_400:
        raise ValueError(f"«{raw}» is not between 0 and 86400")
    return int(raw)


def read_ahead(raw: str) -> int:
    """Seconds up to fourteen days: over any row of days on which nobody works."""
    if not raw.isdecimal() or int(raw) > 14 * 86_400:
        raise ValueError(f"«{raw}» is not between 0 and {14 * 86_400}")
    return int(raw)


def read_months(raw: str) -> int:
    """A whole number, 1 to 120."""
    if not raw.isdecimal() or not 1 <= int(raw) <= 120:
        raise ValueError(f"«{raw}» is not between 1 and 120")
    return int(raw)


def read_mail_address(raw: str) -> str:
    """A bare mail address with a domain."""
    local, at, domain = raw.rpartition("@")
    if not (at and local and "." in domain) or any(c.isspace() or c in "<>,;" for c in raw):
        raise ValueError(f"«{raw}» is not a mail address")
    return raw


def read_sms_url(raw: str) -> str:
    """Where text messages go; the empty text for nowhere. No error repeats it: it has a password.

    ``46elks://user:password@`` (a host after it is a relay), ``https://user:password@host/path``,
    ``file:`` or ``file:/path``. Plain http is for this machine alone.
    """
    # A scheme that begins with a digit is none to urlsplit.
    parts = urlsplit(raw.removeprefix("46"))
    if raw and parts.scheme not in {"elks", "https", "http", "file"}:
        raise ValueError("that is not a kind of service it takes")
    if parts.scheme == "elks" and not (parts.username and parts.password):
        raise ValueError("46elks wants a user and a password")
    if parts.scheme in {"https", "http"} and not parts.hostname:
        raise ValueError("it names no host")
    if parts.scheme == "http" and parts.hostname not in {"127.0.0.1", "localhost", "::1"}:
        raise ValueError("a text would cross the net unencrypted")
    if parts.port == 0:
        raise ValueError("port 0 cannot be reached")
    return raw


def read_sms_sender(raw: str) -> str:
    """What a telephone shows: a number with its country's code, or at most 11 letters and digits.

    Only a number can be answered.
    """
    if re.fullmatch(r"\+[1-9][0-9]{6,14}|(?=.*[A-Za-z])[A-Za-z0-9]{1,11}", raw) is None:
        raise ValueError(f"«{raw}» is no sender of texts")
    return raw


def read_secret(raw: str) -> str:
    """Part of an address: letters, digits, - and _, at least 24; or empty."""
    if raw and re.fullmatch(r"[A-Za-z0-9_-]{24,128}", raw) is None:
        raise ValueError("it is too short to be a secret, or cannot stand in an address")
    return raw


def read_base_url(raw: str) -> str:
    """http(s)://host[:port] without a path; no slash at the end."""
    parts = urlsplit(raw)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path.strip("/"):
        raise ValueError(f"«{raw}» is not an address of a site")
    return raw.rstrip("/")


def read_networks(raw: str) -> list[Network]:
    """Addresses or CIDR networks parted by commas."""
    return [ipaddress.ip_network(word.strip()) for word in raw.split(",") if word.strip()]


def smtp_settings(url: str) -> tuple[str, int, str, str]:
    """Host, port, user and password of an smtp URL; user and password are percent-decoded."""
    parts = urlsplit(url)
    usual = {"smtp": 25, "smtp+tls": 587, "smtps": 465}[parts.scheme]
    return (
        parts.hostname or "localhost",
        parts.port or usual,
        unquote(parts.username or ""),
        unquote(parts.password or ""),
    )
