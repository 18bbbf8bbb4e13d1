"""Real servers for tests: private, on loopback, on free ports, in a folder of their own.

Each is a context manager that yields when the server answers and leaves nothing behind.
"""

import os
import shutil
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from tests.mailserver import Answer, Mail, MailServer, smtp
from tests.processes import (
    BASE_DIR,
    START_SECONDS,
    Server,
    ServerError,
    folder,
    free_port,
    process,
    wait_until,
)

__all__ = [
    "Answer",
    "Mail",
    "MailServer",
    "Server",
    "ServerError",
    "WebServer",
    "app_environment",
    "celery_beat",
    "celery_worker",
    "django_server",
    "free_port",
    "manage",
    "postgres",
    "postgres_folder",
    "redis",
    "redis_program",
    "smtp",
    "wait_until",
]

NO_PROXY = urllib.request.build_opener(urllib.request.ProxyHandler({}))


# --- PostgreSQL and Redis ----------------------------------------------------------------------
POSTGRES_OPTIONS = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


def postgres_folder() -> Path | None:
    """Where the newest PostgreSQL server's programs are; None where there is none."""
    versions = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    newest = max(versions, key=lambda path: int(path.parts[-3].split(".")[0]), default=None)
    found = newest or shutil.which("initdb")
    return Path(found).parent if found else None


def redis_program() -> str | None:
    """The Redis server's program; None where there is none."""
    return shutil.which("redis-server")


@contextmanager
def postgres() -> Iterator[str]:
    """A PostgreSQL cluster with the database ``visits``; yields its DATABASE_URL.

    btree_gist is there for raw SQL in ``visits``; a test database is made from template1, without
    it, so that the migrations prove that they ask for it themselves.
    """
    programs = postgres_folder()
    if programs is None:
        raise ServerError("No PostgreSQL server is installed.")
    user = "postgres" if os.geteuid() == 0 else None  # it refuses to run as root
    port = free_port()
    with folder() as base:
        data = base / "data"
        data.mkdir()
        if user:
            shutil.chown(data, user, user)
        make = [str(programs / "initdb"), "-D", str(data), "-U", "postgres", "-A", "trust"]
        make += ["-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]
        with process(make, base / "initdb.log", directory=base, user=user) as initdb:
            if initdb.process.wait(START_SECONDS):
                raise ServerError(initdb.output)
        serve = [str(programs / "postgres"), "-D", str(data), "-p", str(port)]
        for option in (*POSTGRES_OPTIONS, "listen_addresses=127.0.0.1", "unix_socket_directories="):
            serve += ["-c", option]
        with process(serve, base / "postgres.log", directory=base, user=user) as server:
            server.wait_until(lambda: _postgres_answers(port), "PostgreSQL")
            _create_visits(port)
            yield f"postgresql://visits@127.0.0.1:{port}/visits"


def _superuser(port: int, database: str = "postgres") -> "psycopg.Connection[tuple[object, ...]]":
    return psycopg.connect(
        host="127.0.0.1", port=port, user="postgres", dbname=database, autocommit=True
    )


def _postgres_answers(port: int) -> bool:
    try:
        _superuser(port).close()
    except psycopg.OperationalError:
        return False
    return True


def _create_visits(port: int) -> None:
    with _superuser(port) as connection:
        connection.execute("CREATE ROLE visits LOGIN CREATEDB")
        connection.execute("CREATE DATABASE visits OWNER visits")
    with _superuser(port, "visits") as connection:
        connection.execute("CREATE EXTENSION btree_gist")


@contextmanager
def redis(port: int | None = None) -> Iterator[str]:
    """A Redis that keeps nothing; yields its REDIS_URL."""
    program = redis_program()
    if program is None:
        raise ServerError("No Redis server is installed.")
    port = port or free_port()
    with folder() as base:
        options = ["--port", str(port), "--bind", "127.0.0.1", "--dir", str(base)]
        options += ["--save", "", "--appendonly", "no"]
        with process([program, *options], base / "redis.log", directory=base) as server:
            server.says("Ready to accept connections")
            yield f"redis://127.0.0.1:{port}/0"


# --- The application ---------------------------------------------------------------------------
def app_environment(data_dir: Path, **values: str) -> dict[str, str]:
    """The environment of an installation of its own: nothing of the caller's but the paths."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return {
        **kept,
        "PYTHONUNBUFFERED": "1",
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "SECRET_KEY": "only-for-tests-" + "p" * 40,
        "DATA_DIR": str(data_dir),
        "STATIC_ROOT": str(data_dir / "static"),
        "OUTBOX_HOLD_SECONDS": "0",
        **values,
    }


def manage(environment: Mapping[str, str], *arguments: str) -> str:
    """Run one management command; its standard output, or ServerError with everything."""
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=BASE_DIR,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=START_SECONDS * 6,
        check=False,
    )
    if done.returncode:
        raise ServerError(f"manage.py {' '.join(arguments)}\n{done.stdout}{done.stderr}")
    return done.stdout


@dataclass
class WebServer(Server):
    """The application behind granian."""

    url: str = ""

    def status(self, path: str) -> int:
        """The status of one GET; 0 where nobody answers."""
        try:
            with NO_PROXY.open(self.url + path, timeout=5) as response:
                status: int = response.status
                return status
        except urllib.error.HTTPError as error:
            with error:
                return error.code
        except OSError:
            return 0


@contextmanager
def django_server(
    environment: Mapping[str, str], *, port: int | None = None, workers: int = 2
) -> Iterator[WebServer]:
    """The application on a free port, up when /healthz answers; migrate and seed before."""
    port = port or free_port()
    url = f"http://127.0.0.1:{port}"
    serve = [sys.executable, "-m", "granian", "--interface", "wsgi", "--no-ws"]
    serve += ["--workers", str(workers), "--blocking-threads", "2"]
    # A thread that ends takes its connection to the database along.
    serve += ["--blocking-threads-idle-timeout", "600"]
    serve += ["--workers-kill-timeout", "5"]  # a worker that is starting misses the signal
    serve += ["--host", "127.0.0.1", "--port", str(port), "config.wsgi:application"]
    with (
        folder() as base,
        process(serve, base / "web.log", environment={"BASE_URL": url, **environment}) as server,
    ):
        web = WebServer(server.process, server.log, url=url)
        web.wait_until(lambda: web.status("/healthz") == 200, "/healthz")
        yield web


def _celery(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "celery", "--app", "config", *arguments]


@contextmanager
def celery_worker(environment: Mapping[str, str], *, concurrency: int = 1) -> Iterator[Server]:
    """A Celery worker, up when it says that it is ready."""
    pool = ["--pool", "solo"] if concurrency == 1 else ["--concurrency", str(concurrency)]
    quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    with folder() as base:
        name = f"{base.name}@%h"
        work = _celery("worker", "--loglevel", "INFO", "-n", name, *pool, *quiet)
        with process(work, base / "worker.log", environment=environment) as server:
            server.says(" ready.")
            yield server


@contextmanager
def celery_beat(environment: Mapping[str, str]) -> Iterator[Server]:
    """The one Celery beat, with a schedule file of its own; up when it says so."""
    with folder() as base:
        beat = _celery("beat", "--loglevel", "INFO", "--pidfile", "")
        beat += ["--schedule", str(base / "schedule")]
        with process(beat, base / "beat.log", environment=environment) as server:
            server.says("beat: Starting")
            yield server
