"""Mails of tests/data/eml, as partners' programs write them about a visit that was booked.

A template names what stands in the invitation as ``{uid}``, ``{sequence}``, ``{address}`` (the
tagged one) and so on. ``<<base64 lf>>`` … ``<<end>>`` encodes what is between, once it is filled
in: base64, qp or ascii; then crlf, lf, bom or a character set.
"""

import base64
import quopri
import re
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

from scheduling import links
from scheduling.models import Invitation
from tests.factories import STOCKHOLM

FOLDER = Path(__file__).parent / "data" / "eml"
_SECTION = re.compile(r"<<(\w+) ?([\w -]*)>>\n(.*?)<<end>>\n", re.DOTALL)


def names() -> list[str]:
    """Every template."""
    return sorted(path.stem for path in FOLDER.glob("*.eml"))


def _utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _local(moment: datetime) -> str:
    return f"{moment.astimezone(STOCKHOLM):%Y%m%dT%H%M%S}"


def render(name: str, invitation: Invitation, *, sent: datetime, **changes: str) -> bytes:
    """The mail ``name`` from the addressee of ``invitation``, written at ``sent``.

    ``{later}`` is the same hour two days after the visit.
    """
    booking, two_days = invitation.booking, timedelta(days=2)
    first = invitation.messages.order_by("pk").first()
    values = {
        "uid": invitation.ical_uid,
        "sequence": str(invitation.sequence),
        "address": links.tagged_address(invitation.mail_tag),
        "email": invitation.email,
        "EMAIL": invitation.email.upper(),
        "other_address": "",
        "date": format_datetime(sent),
        "stamp": _utc(sent),
        "start": _utc(booking.start),
        "end": _utc(booking.end),
        "start_local": _local(booking.start),
        "end_local": _local(booking.end),
        "later": _utc(booking.start + two_days),
        "later_end": _utc(booking.end + two_days),
        "later_local": _local(booking.start + two_days),
        "later_end_local": _local(booking.end + two_days),
        "message_id": first.message_id if first else "<none@svarta.example>",
        **changes,
    }
    return fill((FOLDER / f"{name}.eml").read_text(encoding="utf-8"), values)


def fill(text: str, values: dict[str, str]) -> bytes:
    """The template's text with ``values``, encoded."""
    for key, value in values.items():
        text = text.replace(f"{{{key}}}", value)
    parts: list[bytes] = []
    end = 0
    for found in _SECTION.finditer(text):
        parts += [
            text[end : found.start()].encode(),
            _encoded(found[1], found[2].split(), found[3]),
        ]
        end = found.end()
    return b"".join([*parts, text[end:].encode()])


def _encoded(kind: str, how: list[str], text: str) -> bytes:
    if "crlf" in how:
        text = text.replace("\n", "\r\n")
    charsets = {"cp1252": "cp1252", "utf-16": "utf-16", "bom": "utf-8-sig"}
    charset = next((charsets[word] for word in how if word in charsets), "utf-8")
    data = text.encode(charset)
    if kind == "base64":
        return base64.encodebytes(data)
    if kind == "qp":
        # A line end of the text is written out, as Apple does; those of the mail are soft.
        lines = (quopri.encodestring(line) for line in data.split(b"\r\n"))
        return b"=0D=0A=\n".join(lines) + b"\n"
    return text.encode("ascii", "xmlcharrefreplace")
