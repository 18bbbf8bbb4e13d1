"""The limit and the peers: nginx with the same bytes in a file, Radicale, Xandikos."""

import shutil
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from bench.load import BenchError, seconds
from tests import processes, servers

PEERS = Path(__file__).resolve().parents[2] / ".venv" / "peers"
_BEGIN, _END = b"BEGIN:VEVENT\r\n", b"END:VCALENDAR\r\n"
_NO_PROXY = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@contextmanager
def nginx(folder: Path, content: bytes) -> Iterator[tuple[str, int]]:
    """One worker, no log, no gzip; yields the file's address and the server's process."""
    program = shutil.which("nginx")
    if program is None:
        raise BenchError("nginx lacks: apt-get install nginx-light")
    port = servers.free_port()
    root = folder / "root"
    root.mkdir(parents=True)
    (root / "feed.ics").write_bytes(content)
    # Readable by the worker, whoever that is.
    for path in (folder, *folder.parents):
        if path.stat().st_uid == 0 and path.is_relative_to("/tmp"):
            path.chmod(path.stat().st_mode | 0o055)
    (root / "feed.ics").chmod(0o644)
    conf = folder / "nginx.conf"
    conf.write_text(
        f"worker_processes 1; daemon off; pid {folder}/pid; error_log stderr;\n"
        "events { worker_connections 256; }\n"
        "http { access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000;\n"
        f"  client_body_temp_path {folder}/b; proxy_temp_path {folder}/p;\n"
        f"  fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;\n"
        "  types { text/calendar ics; }\n"
        f"  server {{ listen 127.0.0.1:{port}; root {root}; etag on; }} }}\n"
    )
    url = f"http://127.0.0.1:{port}/feed.ics"
    with processes.process([program, "-c", str(conf)], folder / "nginx.log") as server:
        server.wait_until(lambda: _answers(url), "nginx")
        yield url, server.process.pid


def _answers(url: str) -> bool:
    try:
        with _NO_PROXY.open(url, timeout=2):
            return True
    except OSError:
        return False


def lacking() -> str:
    """Which of the other servers are not installed; bench/provision.sh says why."""
    return ", ".join(n for n in ("radicale", "xandikos") if not (PEERS / "bin" / n).exists())


@contextmanager
def radicale(folder: Path, content: bytes) -> Iterator[str]:
    """Radicale with one calendar of the same events; yields the collection's address."""
    port = servers.free_port()
    folder.mkdir(parents=True, exist_ok=True)
    conf = folder / "config"
    conf.write_text(
        f"[server]\nhosts = 127.0.0.1:{port}\nmax_content_length = 200000000\ntimeout = 900\n"
        f"[auth]\ntype = none\n[storage]\nfilesystem_folder = {folder}/data\n"
        "[rights]\ntype = authenticated\n[logging]\nlevel = error\n"
    )
    url = f"http://127.0.0.1:{port}/bench/feed/"
    # As it stores what it is given; to upload so much takes it longer than everything measured.
    calendar = folder / "data" / "collection-root" / "bench" / "feed"
    calendar.mkdir(parents=True)
    (calendar / ".Radicale.props").write_text('{"tag": "VCALENDAR"}')
    for uid, single in singles(content):
        (calendar / f"{uid}.ics").write_bytes(single)
    command = [str(PEERS / "bin" / "radicale"), "--config", str(conf)]
    with processes.process(command, folder / "radicale.log") as server:
        server.wait_until(lambda: _port_answers(port), "Radicale")
        yield url


@contextmanager
def xandikos(folder: Path, content: bytes) -> Iterator[str]:
    """Xandikos with the same events, a file for each in git; yields the collection's address."""
    port = servers.free_port()
    folder.mkdir(parents=True, exist_ok=True)
    command = [str(PEERS / "bin" / "xandikos"), "serve", "-d", str(folder / "data"), "--defaults"]
    command += ["--listen-address", "127.0.0.1", "--port", str(port)]
    command += ["--state-dir", str(folder / "state")]
    with processes.process(command, folder / "xandikos.log") as server:
        server.wait_until(lambda: _port_answers(port), "Xandikos")
        calendar = folder / "data" / "user" / "calendars" / "calendar"
        for uid, single in singles(content):
            (calendar / f"{uid}.ics").write_bytes(single)
        git = ["git", "-c", "user.name=bench", "-c", "user.email=bench@bench.example"]
        subprocess.run([*git, "add", "--all"], cwd=calendar, check=True, capture_output=True)
        subprocess.run(
            [*git, "commit", "--quiet", "-m", "Events"], cwd=calendar, check=True,
            capture_output=True,
        )  # fmt: skip
        yield f"http://127.0.0.1:{port}/user/calendars/calendar/"


def singles(content: bytes) -> Iterator[tuple[str, bytes]]:
    """Each event as a calendar of its own, with its UID."""
    head, *rest = content.removesuffix(_END).split(_BEGIN)
    for event in rest:
        uid = event.partition(b"UID:")[2].partition(b"\r\n")[0].decode()
        yield uid, head + _BEGIN + event + _END


def after_a_change(url: str, content: bytes, times: int = 3) -> float:
    """A GET of the whole after one event has another title: seconds, the middle of ``times``."""
    request("GET", url)
    uid, event = next(singles(content))
    taken = []
    for number in range(times):
        changed = event.replace(b"SUMMARY:", f"SUMMARY:{number} ".encode())
        request("PUT", f"{url}{uid}.ics", changed)
        taken.append(seconds(lambda: request("GET", url)))
    return median(taken)


def _port_answers(port: int) -> bool:
    try:
        request("OPTIONS", f"http://127.0.0.1:{port}/")
    except OSError:
        return False
    return True


def request(method: str, url: str, body: bytes | None = None) -> bytes:
    """One request of a calendar program; the answer's body."""
    made = urllib.request.Request(url, data=body, method=method)
    made.add_header("Accept", "text/calendar")
    made.add_header("Authorization", "Basic YmVuY2g6YmVuY2g=")
    if body is not None:
        made.add_header("Content-Type", "text/calendar; charset=utf-8")
    with _NO_PROXY.open(made, timeout=900) as response:
        content: bytes = response.read()
        return content
