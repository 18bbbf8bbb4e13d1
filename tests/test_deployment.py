"""compose.yaml, the image and the commands, as far as they can be judged without Docker."""

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

BASE_DIR = Path(__file__).resolve().parent.parent
OURS = ("migrate", "web", "worker", "beat")
DOCKERFILE = (BASE_DIR / "Dockerfile").read_text()
#: The environment that holds a secret, and may be given only as a file.
SECRETS = (
    "SECRET_KEY",
    "SECRET_KEY_FALLBACKS",
    "DATABASE_URL",
    "EMAIL_URL",
    "MAILBOX_URL",
    "SMS_URL",
    "SMS_SECRET",
)


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    parsed: dict[str, Any] = yaml.safe_load((BASE_DIR / "compose.yaml").read_text())
    return parsed


def test_the_services(compose: dict[str, Any]) -> None:
    assert set(compose["services"]) == {*OURS, "postgres", "redis"}


def test_one_image_runs_everything_of_ours(compose: dict[str, Any]) -> None:
    assert {compose["services"][name]["image"] for name in OURS} == {"studiebesok"}
    assert {compose["services"][name]["build"] for name in OURS} == {"."}


def test_secrets_come_as_files_only(compose: dict[str, Any]) -> None:
    for name, service in compose["services"].items():
        for variable, value in service.get("environment", {}).items():
            assert variable not in SECRETS, name
            if "PASSWORD" in variable or variable.endswith("_FILE"):
                assert re.fullmatch(r"/run/secrets/\w+", value), (name, variable)
                assert value.rpartition("/")[2] in service["secrets"]
        assert set(service.get("secrets", [])) <= set(compose["secrets"])
    assert all(set(secret) == {"file"} for secret in compose["secrets"].values())


def test_no_address_holds_a_password(compose: dict[str, Any]) -> None:
    assert not re.search(r"://[^/\s:@$]+:[^@\s$]+@", yaml.safe_dump(compose))


def test_nothing_starts_before_the_migration(compose: dict[str, Any]) -> None:
    services = compose["services"]
    for name in ("web", "worker", "beat"):
        condition = services[name]["depends_on"]["migrate"]["condition"]
        assert condition == "service_completed_successfully"
    assert services["migrate"]["restart"] == "no"
    assert services["migrate"]["depends_on"]["postgres"]["condition"] == "service_healthy"


def test_every_lasting_service_is_watched(compose: dict[str, Any]) -> None:
    for name in ("postgres", "redis", "worker", "beat"):
        assert compose["services"][name]["healthcheck"]["test"]
    assert compose["services"]["migrate"]["healthcheck"] == {"disable": True}
    assert "/healthz" in DOCKERFILE  # the web server's, in the image


def test_exactly_one_beat(compose: dict[str, Any]) -> None:
    beats = [
        name
        for name, service in compose["services"].items()
        if "beat" in service.get("command", []) and "celery" in service["command"]
    ]
    assert beats == ["beat"]
    assert compose["services"]["beat"]["deploy"]["replicas"] == 1


def test_the_processes_may_little(compose: dict[str, Any]) -> None:
    for name in OURS:
        service = compose["services"][name]
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
    assert re.findall(r"^USER (\w+)$", DOCKERFILE, re.MULTILINE) == ["app"]
    assert DOCKERFILE.index("USER app") < DOCKERFILE.index("\nCMD")


def test_only_the_web_server_is_reachable_and_only_from_this_machine(
    compose: dict[str, Any],
) -> None:
    ports = {n: s["ports"] for n, s in compose["services"].items() if "ports" in s}
    assert ports == {"web": ["127.0.0.1:8000:8000"]}


def test_the_image_takes_only_what_the_lock_names() -> None:
    assert "pip install --require-hashes -r" in DOCKERFILE
    copied = re.findall(r"^COPY (?!--from)(\S+) ", DOCKERFILE, re.MULTILINE)
    ignore = (BASE_DIR / ".dockerignore").read_text().splitlines()
    assert {f"!{name}" for name in copied} == {line for line in ignore if line.startswith("!")}
    assert not {"tests", "data", ".git"} & set(copied)


def test_the_secrets_are_not_in_git() -> None:
    assert "/data/" in (BASE_DIR / ".gitignore").read_text().splitlines()


@pytest.mark.parametrize("lock", ["requirements.lock", "tests/requirements.lock"])
def test_the_locks_name_no_host_and_pin_by_hash(lock: str) -> None:
    text = (BASE_DIR / lock).read_text()
    assert "://" not in text
    pins = re.findall(
        r"^[a-zA-Z0-9_.\[\],-]+==\S+.*\\\n((?:    --hash=sha256:\w{64}.*\n)+)", text, re.M
    )
    assert len(pins) == len(re.findall(r"^[a-zA-Z0-9]", text, re.MULTILINE))


class TestCommands:
    """The helpers behind the Makefile, where nothing is installed."""

    def run(self, script: str, path: Path, **values: str) -> subprocess.CompletedProcess[str]:
        environment = {"PATH": str(path), **values}
        bash = shutil.which("bash") or "bash"
        return subprocess.run(
            [bash, f"tests/services/{script}"],
            cwd=BASE_DIR,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def test_no_usable_python_is_told(self, tmp_path: Path) -> None:
        old = tmp_path / "python3"
        old.write_text("#!/bin/sh\nexit 1\n")
        old.chmod(0o755)
        done = self.run("python.sh", tmp_path)
        assert done.returncode == 1
        assert "Python 3.11 or newer with venv is needed" in done.stderr

    def test_the_newest_python_is_taken(self, tmp_path: Path) -> None:
        for name, code in (("python3.13", 1), ("python3.12", 0), ("python3", 0)):
            (tmp_path / name).write_text(f"#!/bin/sh\nexit {code}\n")
            (tmp_path / name).chmod(0o755)
        assert self.run("python.sh", tmp_path).stdout.strip() == str(tmp_path / "python3.12")

    @pytest.mark.parametrize(("ci", "code"), [("", 0), ("true", 1)])
    def test_missing_programs_are_told_and_fail_only_in_ci(
        self, tmp_path: Path, ci: str, code: int
    ) -> None:
        for tool in ("cut", "cat"):
            (tmp_path / tool).symlink_to(shutil.which(tool) or tool)
        (tmp_path / "id").write_text("#!/bin/sh\necho 1000\n")
        (tmp_path / "id").chmod(0o755)
        done = self.run("provision.sh", tmp_path, CI=ci)
        assert done.returncode == code
        assert "chromium: the browser tests" in done.stderr
        assert "NOT INSTALLED" in done.stderr

    def test_each_command_is_explained(self) -> None:
        done = subprocess.run(
            ["make", "help"],
            cwd=BASE_DIR,
            env={**os.environ, "MAKEFLAGS": ""},
            capture_output=True,
            text=True,
            check=True,
        )
        wanted = "run test quick lint messages screenshots lock clean"
        assert all(f"make {name} " in done.stdout for name in wanted.split())
