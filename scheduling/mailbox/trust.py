"""Who wrote, as far as the mail system vouches for it. Pure: values in, a verdict out."""

import re
from typing import Final

from scheduling.mailbox.reading import Letter

_COMMENT = re.compile(r"\((?:[^()\\]|\\.)*\)")
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
_RESULT = re.compile(r"\s*(dmarc|dkim)\s*=\s*([a-z]+)(.*)", re.IGNORECASE | re.DOTALL)
_PROPERTY = re.compile(r"header\.(from|d|i)\s*=\s*(\S+)", re.IGNORECASE)
_LIMIT: Final = 10_000


def is_authenticated(letter: Letter, authserv_id: str) -> bool:
    """Whether our own mail server says that From is true: dmarc=pass, or an aligned dkim=pass.

    Only the topmost Authentication-Results that names ``authserv_id`` counts: those below may have
    been written by the sender. Without an ``authserv_id`` nothing is. Source: RFC 8601 section 5,
    RFC 7489 section 3.1; ICAL.md B "Authenticating an answer", E12.
    """
    domain = letter.sender.rpartition("@")[2]
    if not authserv_id or not domain:
        return False
    for verdict in letter.verdicts:
        name, _, results = _bare(verdict).partition(";")
        if name.split()[:1] == [authserv_id.lower()]:
            return any(_vouches(result, domain) for result in results.split(";"))
    return False


def _bare(verdict: str) -> str:
    """The header without comments and quoted texts, in which anything may stand."""
    text = _QUOTED.sub("x", " ".join(verdict[:_LIMIT].split()))
    while (shorter := _COMMENT.sub(" ", text)) != text:
        text = shorter
    return text.lower()


def _vouches(result: str, domain: str) -> bool:
    found = _RESULT.fullmatch(result)
    if found is None or found[2] != "pass":
        return False
    properties: dict[str, str] = {
        name: value.rpartition("@")[2] for name, value in _PROPERTY.findall(found[3])
    }
    if found[1] == "dmarc":
        return properties.get("from", domain) == domain
    signer = properties.get("d") or properties.get("i") or ""
    return "." in signer and (domain == signer or domain.endswith(f".{signer}"))


def tags_in(addresses: tuple[str, ...], mail_from: str, style: str) -> tuple[str, ...]:
    """The tags of our own tagged addresses among ``addresses``; none with the style "none"."""
    local, _, domain = mail_from.lower().rpartition("@")
    mark = {"plus": "+", "dash": "-"}.get(style)
    if mark is None:
        return ()
    start, end = f"{local}{mark}", f"@{domain}"
    found = (
        address[len(start) : -len(end)]
        for address in (address.lower() for address in addresses)
        if address.startswith(start) and address.endswith(end)
    )
    return tuple(dict.fromkeys(tag for tag in found if tag))


def is_own(address: str, mail_from: str, style: str) -> bool:
    """Whether ``address`` is the house's own, tagged or not."""
    return address == mail_from.lower() or bool(tags_in((address,), mail_from, style))
