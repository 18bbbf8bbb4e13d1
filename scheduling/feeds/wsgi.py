"""Feeds in front of Django's stack: a poll is one look-up, not thirteen middlewares.

What is left out here is what a feed has no use for: sessions, cookies, CSRF, languages, pages. What
must hold all the same is done by ``serve``: privacy headers, no redirect, one 404 for all that is
wrong. The host is never looked at, since no address is written into an answer.
"""

import logging
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from http import HTTPStatus
from threading import Lock
from typing import Any

from django.db import connection
from django.utils import timezone

from scheduling.feeds import questions, serve

logger = logging.getLogger(__name__)
#: On SQLite one look-up at a time: threads that wait here do not wait for the interpreter, and the
#: one that looks has it back at once after each question (measured: twice as many answers a
#: second). A server is waited for, and others may go on meanwhile.
_TURN: AbstractContextManager[Any] = Lock() if connection.vendor == "sqlite" else nullcontext()
_LINES = {status: f"{status.value} {status.phrase}" for status in HTTPStatus}
Environ = dict[str, Any]
Start = Callable[..., Any]
App = Callable[[Environ, Start], Iterable[bytes]]


class Feeds:
    """A WSGI application that answers ``/feeds/`` itself and passes the rest on."""

    def __init__(self, app: App) -> None:
        self.app = app

    def __call__(self, environ: Environ, start_response: Start) -> Iterable[bytes]:
        """One look-up, then stored bytes."""
        path = environ.get("PATH_INFO", "")
        if not path.startswith(serve.PREFIX):
            return self.app(environ, start_response)
        asked = serve.Asked(
            environ["REQUEST_METHOD"],
            path,
            environ.get("HTTP_IF_NONE_MATCH", ""),
            environ.get("HTTP_IF_MODIFIED_SINCE", ""),
            environ.get("HTTP_USER_AGENT", ""),
        )
        try:
            with _TURN:
                # A connection past its age is not used again, as around each of Django's requests;
                # one that died shows itself by its first question (``serve``).
                here = questions.here()
                if not here.in_atomic_block:
                    here.close_if_unusable_or_obsolete()
                told = serve.respond(asked, timezone.now())
        except Exception:
            # The outermost frame: logged without the address, told as what it is.
            logger.exception("a feed could not be read")
            start_response("500 Internal Server Error", [("Content-Length", "0")])
            return []
        start_response(_LINES[told.status], list(told.headers))
        return told.body
