"""A real HTTP service for texts on loopback, in a thread: remembers what came, answers as told."""

import json
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs


@dataclass
class Sms:
    """One text as it was handed over."""

    path: str
    authorization: str
    content_type: str
    body: bytes

    @property
    def form(self) -> dict[str, str]:
        """Of a form: its fields."""
        return {name: values[0] for name, values in parse_qs(self.body.decode()).items()}

    @property
    def json(self) -> dict[str, str]:
        """Of JSON: the object."""
        found: dict[str, str] = json.loads(self.body)
        return found


@dataclass
class Reply:
    """What the service answers: status and body, a header, or silence for some seconds."""

    status: int = 200
    body: str = '{"id": "s1"}'
    location: str = ""
    silent: float = 0


@dataclass
class SmsService:
    """The running service."""

    port: int
    texts: list[Sms] = field(default_factory=list)
    replies: deque[Reply] = field(default_factory=deque)

    def answer_next(self, *replies: Reply) -> None:
        """Answer so, one after another; afterwards 200 with the text's number."""
        self.replies.extend(replies)


@contextmanager
def sms_service() -> Iterator[SmsService]:
    """Listen until the block ends."""
    service = SmsService(0)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length", "0"))
            service.texts.append(
                Sms(
                    self.path,
                    self.headers.get("Authorization", ""),
                    self.headers.get("Content-Type", ""),
                    self.rfile.read(length),
                )
            )
            usual = Reply(body=json.dumps({"id": f"s{len(service.texts)}"}))
            reply = service.replies.popleft() if service.replies else usual
            time.sleep(reply.silent)
            self.send_response(reply.status)
            if reply.location:
                self.send_header("Location", reply.location)
            self.send_header("Content-Length", str(len(reply.body.encode())))
            self.end_headers()
            self.wfile.write(reply.body.encode())

        def log_message(self, *_arguments: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    service.port = server.server_port
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield service
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
