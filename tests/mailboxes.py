"""A real IMAP server for tests: Dovecot, private, on loopback, in a folder of its own."""

import getpass
import imaplib
import os
import shutil
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from tests.processes import ServerError, folder, free_port, process

USER, PASSWORD = "boka", "hemligt"
_CONFIG = """
base_dir = {base}/state
log_path = /dev/stderr
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
default_login_user = {login}
default_internal_user = {owner}
default_internal_group = {group}
first_valid_uid = 0
mail_uid = {owner}
mail_gid = {group}
mail_location = maildir:{base}/home/Maildir
mail_fsync = never
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={owner} gid={group} home={base}/home
}}
namespace inbox {{
  inbox = yes
}}
service anvil {{
  chroot =
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
"""


@dataclass(frozen=True)
class Mailbox:
    """Where it is, and what a mail server does with it."""

    port: int

    @property
    def url(self) -> str:
        """The MAILBOX_URL."""
        return self.url_at(self.port)

    def url_at(self, port: int) -> str:
        """The same through another port."""
        return f"imap://{USER}:{PASSWORD}@127.0.0.1:{port}/INBOX"

    @contextmanager
    def open(self) -> Iterator[imaplib.IMAP4]:
        """A client of its own."""
        client = imaplib.IMAP4("127.0.0.1", self.port, timeout=10)
        try:
            client.login(USER, PASSWORD)
            yield client
        finally:
            client.logout()

    def deliver(self, *mails: bytes, into: str = "INBOX") -> None:
        """Put mails into a folder, as the mail server does; one that is not there is made."""
        with self.open() as client:
            if into != "INBOX":
                client.create(into)
            for raw in mails:
                said = client.append(into, "", "", raw.replace(b"\n", b"\r\n"))
                assert said[0] == "OK"

    def count(self, name: str = "INBOX") -> int:
        """How many mails a folder holds."""
        with self.open() as client:
            status, data = client.select(name, readonly=True)
            return int(data[0] or 0) if status == "OK" else 0


def dovecot_program() -> str | None:
    """Dovecot's program; None where there is none."""
    return shutil.which("dovecot", path=f"{os.environ.get('PATH', '')}:/usr/sbin")


@contextmanager
def dovecot() -> Iterator[Mailbox]:
    """An empty mailbox behind IMAP."""
    program = dovecot_program()
    if program is None:
        raise ServerError("No Dovecot is installed.")
    root = os.geteuid() == 0
    owner = "dovecot" if root else getpass.getuser()
    port = free_port()
    with folder() as base:
        (base / "state").mkdir()
        (base / "home").mkdir()
        if root:
            base.chmod(0o755)
            for path in (base, base / "state", base / "home"):
                shutil.chown(path, owner, owner)
        config = base / "dovecot.conf"
        login = "dovenull" if root else owner
        values = {"base": base, "owner": owner, "group": owner, "login": login, "port": port}
        config.write_text(_CONFIG.format(password=PASSWORD, **values))
        with process([program, "-F", "-c", str(config)], base / "dovecot.log") as server:
            server.wait_until(lambda: _answers(port), "Dovecot")
            yield Mailbox(port)


def _answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2) as line:
            return line.recv(4) == b"* OK"
    except OSError:
        return False


@contextmanager
def cut_after(port: int, octets: int) -> Iterator[int]:
    """A line to ``port`` that breaks when the server has said ``octets``; yields its own port."""
    listener = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=_relay, args=(listener, port, octets), daemon=True).start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.close()


def _relay(listener: socket.socket, port: int, octets: int) -> None:
    near, _address = listener.accept()
    far = socket.create_connection(("127.0.0.1", port))
    with near, far:
        threading.Thread(target=_forward, args=(near, far), daemon=True).start()
        left = octets
        while left > 0:
            try:
                data = far.recv(min(left, 4096))
                near.sendall(data)
            except OSError:
                return
            if not data:
                return
            left -= len(data)
        with suppress(OSError):  # the client may have gone first
            near.shutdown(socket.SHUT_RDWR)


def _forward(near: socket.socket, far: socket.socket) -> None:
    try:
        while data := near.recv(4096):
            far.sendall(data)
    except OSError:
        return  # the line was cut, which is what it is for
