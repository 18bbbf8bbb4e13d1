"""How often a page without an account may be used, counted in the cache alone."""

import ipaddress

from django.core.cache import cache
from django.utils.translation import gettext as _

from core.errors import TooMany

HOUR = 3600
#: Forms an hour from one address class (/24, /56) and with one link.
MOST_FROM_ADDRESS = 10
MOST_WITH_LINK = 20


def address_class(address: str) -> str:
    """The network that a home or an office shares: IPv4 /24, IPv6 /56."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    bits = 24 if parsed.version == 4 else 56
    return str(ipaddress.ip_network(f"{parsed}/{bits}", strict=False))


def count(*, address: str | None = None, link: str = "") -> None:
    """Count one form, from ``address`` where it is told and with ``link`` where there is one.

    Raises TooMany beyond the hour's number.
    """
    limits = {}
    if address is not None:
        limits[f"ask:address:{address_class(address)}"] = MOST_FROM_ADDRESS
    if link:
        limits[f"ask:link:{link}"] = MOST_WITH_LINK
    for key, most in limits.items():
        cache.add(key, 0, HOUR)
        if cache.incr(key) > most:
            raise TooMany(_("Det har kommit många önskemål härifrån. Vänta en timme, eller ring."))
