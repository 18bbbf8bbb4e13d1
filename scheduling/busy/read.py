"""Fetch a foreign calendar: a public address, a few octets, a short while, or a clear fault.

The address is typed by a user, so that it could point into our own network. Each name is resolved
once, every address that it resolves to must be public, and the connection goes to the address that
was checked: a name that answers differently a moment later gains nothing. A redirect is a new
address and is checked anew. Nothing here logs or repeats the address: it is a secret.

The standard library's client is used because it connects where it is told; a pinned address is
two lines there.
"""

import contextlib
import http.client
import ipaddress
import re
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final
from urllib.parse import SplitResult, urljoin, urlsplit

from scheduling.busy.faults import Fault, Unreadable

MOST_OCTETS: Final = 5 * 1024 * 1024
MOST_SECONDS: Final = 10.0
MOST_REDIRECTS: Final = 3
_CHUNK: Final = 64 * 1024
_REDIRECT: Final = frozenset({301, 302, 303, 307, 308})
_HEADERS: Final = {
    "Accept": "text/calendar, */*;q=0.1",
    "Accept-Encoding": "identity",
    "User-Agent": "Studiebesok",
    "Connection": "close",
}
_NAME: Final = re.compile(r"[A-Za-z0-9.:_-]{1,253}", re.ASCII)
#: Prefixes that carry an IPv4 address inside an IPv6 one besides ::ffff:0:0/96, 6to4 and Teredo.
_NAT64: Final = (
    ipaddress.IPv6Network("64:ff9b::/96"),
    ipaddress.IPv6Network("64:ff9b:1::/48"),
    ipaddress.IPv6Network("::/96"),
)

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolver = Callable[[str, int], Iterable[str]]


def is_public(address: Address) -> bool:
    """Whether ``address`` is somebody's on the open internet, not ours or a network's own.

    Refuses loopback, private, shared (100.64/10), link-local, multicast, reserved and unspecified
    addresses, and IPv6 forms that carry such an IPv4 address.
    """
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if inner is not None:
            return is_public(inner)
        if address.teredo is not None or any(address in network for network in _NAT64):
            return False
        if address.is_site_local:
            return False
    return address.is_global and not address.is_multicast and not address.is_reserved


@dataclass(frozen=True, slots=True)
class Policy:
    """Where a reader may go. Only tests make another than ``STRICT``; no setting reaches here."""

    schemes: frozenset[str] = frozenset({"https"})
    ports: frozenset[int] | None = frozenset({443, 8443})
    permitted: Callable[[Address], bool] = is_public
    octets: int = MOST_OCTETS
    seconds: float = MOST_SECONDS


STRICT: Final = Policy()


def resolve(name: str, port: int) -> list[str]:
    """Every address of ``name`` as the system knows it. Raises OSError."""
    found = socket.getaddrinfo(name, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    return [str(row[4][0]) for row in found]


def checked(url: str, policy: Policy = STRICT) -> SplitResult:
    """The parts of an address that may be asked, ``webcal:`` read as ``https:``.

    Raises Unreadable (ADDRESS, NOT_HTTPS, NOT_PUBLIC for a literal address). Looks up nothing.
    """
    text = url.strip()
    if text[:9].lower() == "webcal://":
        text = f"https://{text[9:]}"
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise Unreadable(Fault.ADDRESS) from None
    if parts.scheme not in policy.schemes:
        raise Unreadable(Fault.NOT_HTTPS if parts.scheme == "http" else Fault.ADDRESS)
    printable = text.isascii() and text.isprintable() and " " not in text
    if not printable or not _NAME.fullmatch(parts.hostname or "") or "@" in parts.netloc:
        raise Unreadable(Fault.ADDRESS)
    if policy.ports is not None and (port or 443) not in policy.ports:
        raise Unreadable(Fault.ADDRESS)
    literal = _literal(parts.hostname or "")
    if literal is not None and not policy.permitted(literal):
        raise Unreadable(Fault.NOT_PUBLIC)
    return parts


def fetch(url: str, *, policy: Policy = STRICT, resolver: Resolver = resolve) -> bytes:
    """The calendar's octets. Raises Unreadable with the fault; takes ``policy.seconds`` in all."""
    deadline = time.monotonic() + policy.seconds
    for _hop in range(MOST_REDIRECTS + 1):
        parts = checked(url, policy)
        answer = _ask(parts, _pinned(parts, policy, resolver), policy, deadline)
        if isinstance(answer, bytes):
            return answer
        url = urljoin(parts.geturl(), answer)
    raise Unreadable(Fault.REDIRECTS)


def _literal(name: str) -> Address | None:
    try:
        return ipaddress.ip_address(name)
    except ValueError:
        return None


def _pinned(parts: SplitResult, policy: Policy, resolver: Resolver) -> str:
    """The address to connect to, when every address of the name is permitted."""
    name = parts.hostname or ""
    try:
        texts = list(resolver(name, parts.port or 443))
        found = [ipaddress.ip_address(text.partition("%")[0]) for text in texts]
    except (OSError, ValueError):
        raise Unreadable(Fault.UNKNOWN_HOST) from None
    if not found:
        raise Unreadable(Fault.UNKNOWN_HOST)
    if not all(policy.permitted(address) for address in found):
        raise Unreadable(Fault.NOT_PUBLIC)
    return str(found[0])


class _Connection(http.client.HTTPConnection):
    """Connects to the pinned address; TLS still asks for the certificate of the name."""

    def __init__(self, parts: SplitResult, address: str, seconds: float) -> None:
        self._tls = parts.scheme == "https"
        port = parts.port or (443 if self._tls else 80)
        super().__init__(parts.hostname or "", port, timeout=seconds)
        self._address = address
        #: Kept, since the library forgets its own when the answer has no length.
        self._live: socket.socket | None = None

    def connect(self) -> None:
        self.sock = self._live = socket.create_connection((self._address, self.port), self.timeout)
        if self._tls:
            wrapped = ssl.create_default_context().wrap_socket(
                self.sock, server_hostname=self.host, do_handshake_on_connect=False
            )
            # Known to ``cut`` before the handshake, which a slow server can draw out.
            self.sock = self._live = wrapped
            wrapped.do_handshake()

    def cut(self) -> None:
        """End whatever goes on, from another thread; its reader gets an end of file."""
        if self._live is not None:
            try:
                socket.socket.shutdown(self._live, socket.SHUT_RDWR)
            except OSError:
                return  # It has ended by itself.


def _ask(parts: SplitResult, address: str, policy: Policy, deadline: float) -> bytes | str:
    """The body, or where a redirect leads."""
    left = deadline - time.monotonic()
    if left <= 0:
        raise Unreadable(Fault.TOO_SLOW)
    connection = _Connection(parts, address, left)
    # A time limit of the socket begins anew with each octet; only a clock of its own ends a drip.
    timer = threading.Timer(left, connection.cut)
    timer.daemon = True
    timer.start()
    try:
        return _answer(connection, parts, policy, deadline)
    except (OSError, http.client.HTTPException, zlib.error):
        slow = time.monotonic() >= deadline
        raise Unreadable(Fault.TOO_SLOW if slow else Fault.UNREACHABLE) from None
    finally:
        timer.cancel()
        connection.close()


def _answer(
    connection: _Connection, parts: SplitResult, policy: Policy, deadline: float
) -> bytes | str:
    path = parts.path or "/"
    connection.request("GET", f"{path}?{parts.query}" if parts.query else path, headers=_HEADERS)
    with contextlib.closing(connection.getresponse()) as response:
        return _read(response, policy, deadline)


def _read(response: http.client.HTTPResponse, policy: Policy, deadline: float) -> bytes | str:
    if response.status in _REDIRECT:
        return response.headers.get("Location") or ""
    if response.status != http.client.OK:
        raise Unreadable(Fault.REFUSED)
    if (response.length or 0) > policy.octets:
        raise Unreadable(Fault.TOO_LARGE)
    body = _body(response, policy.octets)
    if time.monotonic() >= deadline:
        raise Unreadable(Fault.TOO_SLOW)
    if response.length:
        raise Unreadable(Fault.UNREACHABLE)  # It ended before it said it would.
    return body


def _body(response: http.client.HTTPResponse, most: int) -> bytes:
    """At most ``most`` octets, unpacked piece by piece where the server packed them unasked."""
    packed = response.headers.get("Content-Encoding", "identity").strip().lower()
    if packed not in {"identity", "gzip", "x-gzip", ""}:
        raise Unreadable(Fault.NOT_A_CALENDAR)
    unpacker = zlib.decompressobj(wbits=31) if "gzip" in packed else None
    parts: list[bytes] = []
    size = 0
    while chunk := response.read1(_CHUNK):
        part = unpacker.decompress(chunk, most + 1 - size) if unpacker else chunk
        size += len(part)
        if size > most:
            raise Unreadable(Fault.TOO_LARGE)
        parts.append(part)
    return b"".join(parts)
