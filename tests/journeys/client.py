"""A small HTTP client with cookies, for journeys that use nothing but HTTP."""

import json
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.cookiejar import CookieJar
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import (
    BaseHandler,
    HTTPCookieProcessor,
    OpenerDirector,
    ProxyHandler,
    Request,
    build_opener,
)


@dataclass
class Reply:
    """Status, headers (their names in lower case) and body."""

    status: int
    headers: dict[str, str]
    body: bytes
    url: str

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode()

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


def lower(headers: Mapping[str, str]) -> dict[str, str]:
    """Header names have no case."""
    return {name.lower(): value for name, value in headers.items()}


@dataclass
class Client:
    """One visitor of one site."""

    base: str
    token: str = ""
    jar: CookieJar = field(default_factory=CookieJar)

    def __post_init__(self) -> None:
        handlers: list[BaseHandler] = [ProxyHandler({}), HTTPCookieProcessor(self.jar)]
        self._opener: OpenerDirector = build_opener(*handlers)

    def send(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        extra: dict[str, str] | None = None,
    ) -> Reply:
        """One request; an error status is a reply like any other."""
        url = path if path.startswith("http") else self.base + path
        request = Request(url, data=body, method=method, headers=extra or {})
        if self.token:
            request.add_header("Authorization", f"Bearer {self.token}")
        try:
            with self._opener.open(request, timeout=30) as response:
                return Reply(
                    response.status, lower(response.headers), response.read(), response.url
                )
        except HTTPError as error:
            with error:
                return Reply(error.code, lower(error.headers), error.read(), url)

    def get(self, path: str, **headers: str) -> Reply:
        """GET; an underscore in a header's name is a hyphen."""
        return self.send(
            "GET", path, extra={name.replace("_", "-"): value for name, value in headers.items()}
        )

    def api(self, method: str, path: str, body: object = None) -> Any:
        """A JSON call that must succeed."""
        data = None if body is None else json.dumps(body).encode()
        reply = self.send(method, f"/api/v1{path}", data, {"Content-Type": "application/json"})
        assert reply.status < 300, (method, path, reply.status, reply.text)
        return reply.json

    def form(self, path: str, values: dict[str, str], page: str = "") -> Reply:
        """POST a form that stands on ``page``, with the page's CSRF token where it has one."""
        shown = self.get(page or path).text
        found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', shown)
        data = {**values, **({"csrfmiddlewaretoken": found.group(1)} if found else {})}
        kind = {"Content-Type": "application/x-www-form-urlencoded", "Referer": self.base + path}
        return self.send("POST", path, urlencode(data).encode(), kind)

    def upload(self, path: str, name: str, filename: str, content: bytes) -> Reply:
        """POST a file, with the page's CSRF token."""
        page = self.get(path).text
        found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        assert found is not None
        line = uuid.uuid4().hex
        body = (
            f'--{line}\r\nContent-Disposition: form-data; name="csrfmiddlewaretoken"\r\n\r\n'
            f'{found.group(1)}\r\n--{line}\r\nContent-Disposition: form-data; name="{name}"; '
            f'filename="{filename}"\r\nContent-Type: text/csv\r\n\r\n'
        ).encode()
        body += content + f"\r\n--{line}--\r\n".encode()
        kind = {
            "Content-Type": f"multipart/form-data; boundary={line}",
            "Referer": self.base + path,
        }
        return self.send("POST", path, body, kind)
