"""What a foreign address may and may not do to us, against real servers."""

import gzip
import ipaddress
import time
from dataclasses import replace

import pytest

from scheduling.busy import read
from scheduling.busy.faults import Fault, Unreadable
from tests.scheduling.busy.servers import (
    AT_HOME,
    Handler,
    body,
    bomb,
    cut_short,
    drip_body,
    drip_head,
    home,
    redirect,
    serving,
    silent,
    stream,
)

ICS = b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"
HURRIED = replace(AT_HOME, seconds=0.4)


def fault_of(url: str, policy: read.Policy = AT_HOME, resolver: read.Resolver = home) -> Fault:
    with pytest.raises(Unreadable) as caught:
        read.fetch(url, policy=policy, resolver=resolver)
    assert not url or url not in str(caught.value)
    return caught.value.fault


def test_a_calendar_is_read_with_its_query_and_the_name_is_asked_for() -> None:
    seen: dict[str, str] = {}

    def calendar(handler: Handler) -> None:
        seen.update(handler.headers)
        body(ICS)(handler)

    with serving(**{"private.ics?key=a%20b": calendar}) as server:
        assert (
            read.fetch(server.url("/private.ics?key=a%20b"), policy=AT_HOME, resolver=home) == ICS
        )
        assert seen["Host"] == f"calendar.example:{server.server_port}"
        assert seen["Accept-Encoding"] == "identity"
    assert "Cookie" not in seen


def test_redirects_are_followed_three_times_and_no_more() -> None:
    paths = {f"r{number}": redirect(f"/r{number + 1}") for number in range(4)}
    with serving(**paths, r4=body(ICS)) as server:
        assert read.fetch(server.url("/r1"), policy=AT_HOME, resolver=home) == ICS
        assert fault_of(server.url("/r0")) is Fault.REDIRECTS
        assert server.asked == ["/r1", "/r2", "/r3", "/r4", "/r0", "/r1", "/r2", "/r3"]


@pytest.mark.parametrize(
    ("where", "fault"),
    [
        ("http://10.0.0.5/x.ics", Fault.NOT_PUBLIC),
        ("http://[::1]/x.ics", Fault.NOT_PUBLIC),
        ("http://169.254.169.254/latest/meta-data", Fault.NOT_PUBLIC),
        ("http://internal.example/x.ics", Fault.NOT_PUBLIC),
        ("file:///etc/passwd", Fault.ADDRESS),
        ("gopher://calendar.example/", Fault.ADDRESS),
        ("http://user:secret@calendar.example/", Fault.ADDRESS),
        ("", Fault.REDIRECTS),
    ],
)
def test_a_redirect_is_a_new_address(where: str, fault: Fault) -> None:
    def resolver(name: str, port: int) -> list[str]:
        return ["127.0.0.1"] if name == "calendar.example" else ["192.168.1.4"]

    with serving(r=redirect(where)) as server:
        assert fault_of(server.url("/r"), resolver=resolver) is fault


def test_the_address_that_was_checked_is_the_one_that_is_asked() -> None:
    """A name that answers otherwise the second time (DNS rebinding) is never asked again."""
    answers = iter([["127.0.0.1"], ["10.0.0.1"]])
    with serving(x=body(ICS)) as server:
        found = read.fetch(
            server.url("/x"), policy=AT_HOME, resolver=lambda name, port: next(answers)
        )
    assert found == ICS
    assert next(answers) == ["10.0.0.1"]


def test_one_private_address_among_public_ones_is_enough() -> None:
    with serving(x=body(ICS)) as server:
        mixed = fault_of(server.url("/x"), resolver=lambda name, port: ["127.0.0.1", "10.0.0.1"])
        assert mixed is Fault.NOT_PUBLIC
        assert server.asked == []


def test_names_that_are_nobodys() -> None:
    def lost(name: str, port: int) -> list[str]:
        raise OSError("no such name")

    assert fault_of("http://nobody.example/x", resolver=lost) is Fault.UNKNOWN_HOST
    assert fault_of("http://nobody.example/x", resolver=lambda n, p: []) is Fault.UNKNOWN_HOST


@pytest.mark.parametrize(
    ("act", "fault"),
    [
        (stream, Fault.TOO_LARGE),
        (bomb, Fault.TOO_LARGE),
        (body(b"", 404), Fault.REFUSED),
        (body(b"", 401), Fault.REFUSED),
        (body(ICS, Content_Encoding="br"), Fault.NOT_A_CALENDAR),
        (body(ICS, Content_Encoding="gzip"), Fault.UNREACHABLE),
        (cut_short, Fault.UNREACHABLE),
    ],
)
def test_what_is_no_calendar_of_ours(act: object, fault: Fault) -> None:
    with serving(x=act) as server:  # type: ignore[arg-type]
        assert fault_of(server.url("/x")) is fault


@pytest.mark.parametrize("act", [drip_body, drip_head, silent])
def test_a_slow_server_is_left_in_time(act: object) -> None:
    began = time.monotonic()
    with serving(x=act) as server:  # type: ignore[arg-type]
        assert fault_of(server.url("/x"), HURRIED) is Fault.TOO_SLOW
    assert time.monotonic() - began < 3


def test_a_length_that_is_too_large_is_believed_before_anything_is_read() -> None:
    def act(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", str(6 * 1024 * 1024))
        handler.end_headers()
        handler.server.stopping.wait()

    with serving(x=act) as server:
        assert fault_of(server.url("/x")) is Fault.TOO_LARGE


def test_what_a_server_packs_unasked_is_unpacked() -> None:
    with serving(x=body(gzip.compress(ICS), Content_Encoding="gzip")) as server:
        assert read.fetch(server.url("/x"), policy=AT_HOME, resolver=home) == ICS


def test_nobody_at_home() -> None:
    with serving() as server:
        url = server.url("/x")
    assert fault_of(url) is Fault.UNREACHABLE


@pytest.mark.parametrize(
    ("url", "fault"),
    [
        ("http://calendar.google.com/x.ics", Fault.NOT_HTTPS),
        ("ftp://calendar.google.com/x.ics", Fault.ADDRESS),
        ("calendar.google.com/x.ics", Fault.ADDRESS),
        ("", Fault.ADDRESS),
        ("https://", Fault.ADDRESS),
        ("https://[::1", Fault.ADDRESS),
        ("https://user:p@calendar.google.com/x", Fault.ADDRESS),
        ("https://calendar.google.com:22/x", Fault.ADDRESS),
        ("https://calendar.google.com:99999/x", Fault.ADDRESS),
        ("https://calendar.google.com/x y", Fault.ADDRESS),
        ("https://calendar.google.com/x\r\nHost: y", Fault.ADDRESS),
        ("https://kalender.åäö.example/x", Fault.ADDRESS),
        ("https://127.0.0.1/x.ics", Fault.NOT_PUBLIC),
        ("https://[::ffff:10.0.0.1]/x.ics", Fault.NOT_PUBLIC),
        ("https://100.64.0.1/x.ics", Fault.NOT_PUBLIC),
    ],
)
def test_addresses_that_are_refused_as_they_are_typed(url: str, fault: Fault) -> None:
    assert fault_of(url, read.STRICT) is fault


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        (" https://outlook.office365.com/owa/x.ics ", "https://outlook.office365.com/owa/x.ics"),
        ("webcal://p1.icloud.com/x", "https://p1.icloud.com/x"),
        ("https://calendar.example:8443/x", "https://calendar.example:8443/x"),
    ],
)
def test_addresses_that_may_be_asked(typed: str, asked: str) -> None:
    assert read.checked(typed).geturl() == asked


def test_odd_spellings_of_loopback_go_through_the_resolver() -> None:
    for host in ("2130706433", "0x7f.1", "localhost", "127.1"):
        fault = fault_of(f"https://{host}/x", read.STRICT, lambda name, port: ["127.0.0.1"])
        assert fault is Fault.NOT_PUBLIC, host


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "127.9.9.9", "10.1.2.3", "172.16.0.1", "192.168.0.1", "169.254.169.254"),
        *("100.64.0.1", "100.127.255.254", "0.0.0.0", "224.0.0.1", "239.1.1.1", "240.0.0.1"),
        *("255.255.255.255", "192.0.2.1", "198.18.0.1", "198.51.100.7", "203.0.113.9"),
        *("::", "::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:100.64.0.1", "::10.0.0.1"),
        *("fe80::1", "fc00::1", "fd12::1", "ff02::1", "2001:db8::1", "fec0::1"),
        *("2002:0a00:0001::1", "2002:7f00:0001::", "64:ff9b::10.0.0.1", "64:ff9b:1::1"),
        "2001:0:4136:e378:8000:63bf:3fff:fdd2",
    ],
)
def test_no_address_of_a_network_of_ours_is_public(address: str) -> None:
    assert not read.is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "52.96.0.1", "2a00:1450:400f:80c::200e", "::ffff:8.8.8.8"]
)
def test_the_open_internet_is(address: str) -> None:
    assert read.is_public(ipaddress.ip_address(address))


def test_the_production_reader_takes_no_loopback() -> None:
    with serving(x=body(ICS)) as server:
        url = f"https://127.0.0.1:{server.server_port}/x"
        assert fault_of(url, read.STRICT, read.resolve) is Fault.ADDRESS
        assert fault_of("https://127.0.0.1/x", read.STRICT, read.resolve) is Fault.NOT_PUBLIC
        assert server.asked == []
