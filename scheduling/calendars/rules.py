"""The few recurrence rules that every calendar client understands, and no other."""

import re
from datetime import UTC, datetime, timedelta

MAX_COUNT = 200
MAX_SPAN = timedelta(days=731)

_PART = {
    "FREQ": r"DAILY|WEEKLY|MONTHLY",
    "INTERVAL": r"[1-9]\d?",
    "COUNT": r"[1-9]\d{0,2}",
    "UNTIL": r"\d{8}T\d{6}Z",
    "BYDAY": r"(?:[1-5]|-1)?(?:MO|TU|WE|TH|FR|SA|SU)(?:,(?:MO|TU|WE|TH|FR|SA|SU))*",
    "BYMONTHDAY": r"[1-9]|[12]\d|3[01]",
    "WKST": r"MO|SU",
}


def _parts(rule: str) -> dict[str, str]:
    parts: dict[str, str] = {}
    for part in rule.split(";"):
        key, _, value = part.partition("=")
        if key in parts or key not in _PART or not re.fullmatch(_PART[key], value, re.ASCII):
            raise ValueError(f"recurrence rule part not allowed: {part!r}")
        parts[key] = value
    return parts


def _check_days(parts: dict[str, str]) -> None:
    days, monthday = parts.get("BYDAY", ""), "BYMONTHDAY" in parts
    if parts["FREQ"] == "MONTHLY":
        if "," in days or (days and monthday) or (days and days[:1].isalpha()):
            raise ValueError("a monthly rule may name one day only")
    elif monthday or (days and not days[:1].isalpha()):
        raise ValueError("only a monthly rule may count days of the month")
    elif days and parts["FREQ"] == "DAILY":
        raise ValueError("a daily rule may not name days")


def check_rule(rule: str, start: datetime) -> str:
    """Return `rule` (the value of RRULE, upper case) if it is one of ours, else raise ValueError.

    Allowed: FREQ DAILY, WEEKLY with BYDAY, or MONTHLY with one day; INTERVAL up to 99; exactly one
    of COUNT (at most 200) and UNTIL (UTC with Z, within two years of `start`, which is aware).

    Source: RFC 5545 section 3.3.10 (UNTIL in UTC when DTSTART has a zone); ICAL.md A1 "other causes
    of 'not supported calendar message'" and E1.
    """
    parts = _parts(rule)
    if "FREQ" not in parts:
        raise ValueError("a recurrence rule needs FREQ")
    if ("COUNT" in parts) == ("UNTIL" in parts):
        raise ValueError("a recurrence rule needs either COUNT or UNTIL")
    if int(parts.get("COUNT", "1")) > MAX_COUNT:
        raise ValueError(f"COUNT is above {MAX_COUNT}")
    if "UNTIL" in parts:
        until = datetime.strptime(parts["UNTIL"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        if not start <= until <= start + MAX_SPAN:
            raise ValueError("UNTIL is before the start or more than two years after it")
    _check_days(parts)
    return rule
