"""The limit and the peers: nginx with the same bytes in a file, Radicale, Xandikos."""

import shutil
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.load import BenchError
from tests import processes, servers

PEERS = Path(__file__).resolve().parents[2] / ".venv" / "peers"
_NO_PROXY = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@contextmanager
def nginx(folder: Path, content: bytes) -> Iterator[str]:
    """One worker, no log, no gzip; yields the file's address."""
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
        yield url


def _answers(url: str) -> bool:
    try:
        with _NO_PROXY.open(url, timeout=2):
            return True
    except OSError:
        return False


def install() -> str:
    """Radicale and Xandikos in an environment of their own; why not, where it cannot be."""
    if (PEERS / "bin" / "radicale").exists():
        return ""
    made = subprocess.run(
        [sys.executable, "-m", "venv", str(PEERS)], capture_output=True, check=False
    )
    if made.returncode == 0:
        made = subprocess.run(
            [str(PEERS / "bin" / "pip"), "install", "--quiet", "radicale", "xandikos"],
            capture_output=True,
            check=False,
        )
    return made.stderr.decode()[-300:] if made.returncode else ""


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
    command = [str(PEERS / "bin" / "radicale"), "--config", str(conf)]
    with processes.process(command, folder / "radicale.log") as server:
        server.wait_until(lambda: _port_answers(port), "Radicale")
        request("PUT", url, content, user=True)
        yield url


def _port_answers(port: int) -> bool:
    try:
        request("OPTIONS", f"http://127.0.0.1:{port}/")
    except OSError:
        return False
    return True


def request(method: str, url: str, body: bytes | None = None, *, user: bool = False) -> bytes:
    """One request; the answer's body."""
    made = urllib.request.Request(url, data=body, method=method)
    if body is not None:
        made.add_header("Content-Type", "text/calendar; charset=utf-8")
    if user:
        made.add_header("Authorization", "Basic YmVuY2g6YmVuY2g=")
    with _NO_PROXY.open(made, timeout=900) as response:
        content: bytes = response.read()
        return content
