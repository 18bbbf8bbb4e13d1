"""Real HTTP servers on loopback that behave as badly as the internet does."""

import gzip
import ipaddress
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from scheduling.busy.read import Policy

HOME = ipaddress.ip_address("127.0.0.1")
#: The strict policy's shape with one address of this machine; every other one is refused.
AT_HOME = Policy(
    schemes=frozenset({"http"}), ports=None, permitted=lambda address: address == HOME, seconds=5
)


def home(name: str, port: int) -> list[str]:
    """Every name is this machine."""
    return ["127.0.0.1"]


class Server(ThreadingHTTPServer):
    """Answers each path by a function, and remembers which paths were asked."""

    daemon_threads = True

    def __init__(self, paths: dict[str, Callable[["Handler"], None]]) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.paths = paths
        self.asked: list[str] = []
        self.stopping = threading.Event()

    def url(self, path: str, host: str = "calendar.example") -> str:
        return f"http://{host}:{self.server_port}{path}"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        try:
            self.server.paths[self.path](self)
        except OSError:
            self.close_connection = True  # The reader hung up, as it should.

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name
        """Quiet."""


@contextmanager
def serving(**paths: Callable[[Handler], None]) -> Iterator[Server]:
    """A server that answers ``/name`` by the function of that name."""
    server = Server({f"/{name}": act for name, act in paths.items()})
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.stopping.set()
        server.shutdown()
        server.server_close()
        thread.join()


def body(data: bytes, status: int = 200, **headers: str) -> Callable[[Handler], None]:
    def act(handler: Handler) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", str(len(data)))
        handler.end_headers()
        handler.wfile.write(data)

    return act


def redirect(where: str) -> Callable[[Handler], None]:
    return body(b"", 302, Location=where)


def stream(handler: Handler) -> None:
    """200 MB without saying so."""
    handler.send_response(200)
    handler.end_headers()
    for _number in range(200):
        if handler.server.stopping.is_set():
            return
        handler.wfile.write(b"X" * 1024 * 1024)


def drip_body(handler: Handler) -> None:
    """An octet now and then, for ever."""
    handler.send_response(200)
    handler.end_headers()
    while not handler.server.stopping.wait(0.05):
        handler.wfile.write(b"B")
        handler.wfile.flush()


def drip_head(handler: Handler) -> None:
    """A header that never comes to its end (slow loris)."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    while not handler.server.stopping.wait(0.05):
        handler.wfile.write(b"s")
        handler.wfile.flush()


def silent(handler: Handler) -> None:
    """Says nothing at all."""
    handler.server.stopping.wait()


def bomb(handler: Handler) -> None:
    """50 MB in some 50 kB."""
    body(gzip.compress(b"B" * 50 * 1024 * 1024, 9), Content_Encoding="gzip")(handler)


def cut_short(handler: Handler) -> None:
    """Promises more than it gives."""
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b"BEGIN:VCALENDAR\r\n")
