"""How texts leave: 46elks, any service that takes JSON over HTTP, or a file that keeps them.

No redirect is followed, little of a reply is read, and a reply is waited for a few seconds only.
What goes wrong is told by what is to be done about it (``Outcome``), never with the password.
"""

import http.client
import json
import os
import ssl
from base64 import b64encode
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlencode, urlsplit

from django.conf import settings

from scheduling.outbox.adapters import Outcome, Result, Transport

#: For each step of the conversation; a lease holds a whole batch of them.
SECONDS = 5
#: Of a reply: more is no number of a text.
MOST_BYTES = 16_384
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_ELKS_HOST, _ELKS_PATH = "api.46elks.com", "/a1/sms"
#: The service takes nothing from us just now: wrong password, no money, too fast, not there.
_OUR_FAULT = frozenset({401, 402, 403, 404, 405, 429, 503})


@dataclass(frozen=True, slots=True)
class Call:
    """One request, ready to be made."""

    secure: bool
    host: str
    port: int | None
    path: str
    headers: dict[str, str]
    body: bytes


class KeepInFile:
    """Nothing leaves the house: a line of JSON for each text, and *Utskick* shows it."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def send(self, sender: str, recipient: str, raw: bytes) -> Result:
        """Write it down."""
        line = json.dumps(
            {"from": sender, "to": recipient, "text": raw.decode()}, ensure_ascii=False
        )
        try:
            # Links stand in it: for its owner alone.
            flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT
            with os.fdopen(os.open(self._path, flags, 0o600), "a", encoding="utf-8") as file:
                file.write(f"{line}\n")
        except OSError as error:
            return Result(Outcome.AWAY, f"{type(error).__name__}: {error.strerror}")
        return Result(Outcome.KEPT)


class Elks:
    """46elks: a form, with basic authentication; the reply's ``id`` names the text in reports."""

    def __init__(self, parts: SplitResult, report_url: str) -> None:
        self._parts, self._report_url = parts, report_url

    def send(self, sender: str, recipient: str, raw: bytes) -> Result:
        """Hand it over once."""
        form = {"from": sender, "to": recipient, "message": raw.decode()}
        if self._report_url:
            form["whendelivered"] = self._report_url
        host = self._parts.hostname or _ELKS_HOST
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        return _hand_over(
            Call(
                secure=host not in _LOOPBACK,
                host=host,
                port=self._parts.port,
                path=_ELKS_PATH,
                headers={**headers, **_login(self._parts)},
                body=urlencode(form).encode(),
            )
        )


class Http:
    """Any service that takes from, to and text as JSON and answers 2xx, best with an ``id``."""

    def __init__(self, parts: SplitResult) -> None:
        self._parts = parts

    def send(self, sender: str, recipient: str, raw: bytes) -> Result:
        """Hand it over once."""
        parts = self._parts
        body = {"from": sender, "to": recipient, "text": raw.decode()}
        path = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
        return _hand_over(
            Call(
                secure=parts.scheme == "https",
                host=parts.hostname or "",
                port=parts.port,
                path=path,
                headers={"Content-Type": "application/json", **_login(parts)},
                body=json.dumps(body).encode(),
            )
        )


def service() -> Transport:
    """What SMS_URL names; it is set."""
    # A scheme that begins with a digit is none to urlsplit.
    parts = urlsplit(settings.SMS_URL.removeprefix("46"))
    if parts.scheme == "elks":
        return Elks(parts, report_url())
    if parts.scheme in {"http", "https"}:
        return Http(parts)
    return KeepInFile(Path(parts.path) if parts.path else settings.DATA_DIR / "sms.jsonl")


def report_url() -> str:
    """Where the service tells what became of a text; empty where nobody may."""
    if not settings.SMS_SECRET or not settings.BASE_URL.startswith("https:"):
        return ""
    return f"{settings.BASE_URL}/sms/rapport/{settings.SMS_SECRET}"


def _login(parts: SplitResult) -> dict[str, str]:
    if not parts.username:
        return {}
    pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
    return {"Authorization": f"Basic {b64encode(pair.encode()).decode()}"}


def _hand_over(call: Call) -> Result:
    connection = _connection(call)
    try:
        connection.connect()
    except OSError as error:
        return Result(Outcome.AWAY, f"{type(error).__name__}: {error}")
    try:
        connection.request("POST", call.path, body=call.body, headers=call.headers)
        response = connection.getresponse()
        reply = response.read(MOST_BYTES)
    except (OSError, http.client.HTTPException) as error:
        # It was on its way: it may have been taken.
        return Result(Outcome.UNSURE, f"{type(error).__name__}: {error}")
    finally:
        connection.close()
    return _read(response.status, reply)


def _connection(call: Call) -> http.client.HTTPConnection:
    if not call.secure:
        return http.client.HTTPConnection(call.host, call.port, timeout=SECONDS)
    trusted = ssl.create_default_context()
    return http.client.HTTPSConnection(call.host, call.port, timeout=SECONDS, context=trusted)


def _read(status: int, reply: bytes) -> Result:
    if 200 <= status < 300:
        return Result(Outcome.SENT, reference=_number(reply))
    words = " ".join(reply.decode("utf-8", "replace").split())[:200]
    detail = f"{status} {words}".strip()
    if status in _OUR_FAULT or 300 <= status < 400:
        return Result(Outcome.AWAY, detail)
    return Result(Outcome.LATER if status >= 500 else Outcome.REFUSED, detail)


def _number(reply: bytes) -> str:
    """The service's own number for the text; empty where it gives none."""
    try:
        found = json.loads(reply)
    except ValueError:
        return ""
    number = found.get("id") if isinstance(found, dict) else None
    return str(number)[:100] if isinstance(number, str | int) else ""
