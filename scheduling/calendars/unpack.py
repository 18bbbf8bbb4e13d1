"""Foreign calendar bytes to bare events: capped, unfolded, decoded, stripped to what is needed.

The library that parses property values never sees a foreign VTIMEZONE, alarm, attachment or
recurrence rule: it keeps zones beyond one object and expands their rules.
"""

import codecs
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta, timezone, tzinfo
from enum import StrEnum
from typing import Final

from icalendar import Event

from scheduling.calendars.timezone import STOCKHOLM

MAX_OCTETS: Final = 256 * 1024
MAX_LINES: Final = 1000
MAX_EVENTS: Final = 20
MAX_ATTENDEES: Final = 50
MAX_DEPTH: Final = 10

_CHARSETS: Final = re.compile(
    r"ascii|utf-8|iso8859-\d{1,2}|cp125\d|cp437|cp850|cp858|cp865|koi8-[ru]|mac-roman"
)
_WIDE: Final = frozenset({"utf-16-le", "utf-16-be"})
_LINE_END = re.compile(rb"\r*\n|\r")
ZONE_PARAM: Final = "X-TZID"

_TZID = re.compile(";TZID=", re.IGNORECASE)
_DATES: Final = frozenset({"DTSTAMP", "RECURRENCE-ID", "DTSTART", "DTEND"})
_NAME = re.compile(r"([A-Za-z0-9-]+)[;:]")
_WANTED: Final = frozenset({
    "UID", "SEQUENCE", "DTSTAMP", "ATTENDEE", "COMMENT", "RECURRENCE-ID", "DTSTART", "DTEND",
    "DURATION", "ORGANIZER", "X-MICROSOFT-CDO-APPT-SEQUENCE",
})  # fmt: skip
_WHOLE: Final = re.compile(
    r'ATTENDEE(?:;[^";:=]+=(?:"[^"]*"|[^";:,]*)(?:,(?:"[^"]*"|[^";:,]*))*)*'
    r':(?:(?!;[A-Z-]+=)[^"])*',
    re.IGNORECASE,
)
_MAILTO: Final = re.compile(r"mailto:[^\s\";:,]+\s*$", re.IGNORECASE)
_ANSWERING: Final = re.compile(
    r';\s*(PARTSTAT|DELEGATED-TO|DELEGATED-FROM)=("[^"]*"|[^";:,]*)', re.IGNORECASE
)
_PARSE_FAULTS = (ValueError, KeyError, IndexError, TypeError, AttributeError, OverflowError)
_OFFSET = re.compile(r"([+-])(\d\d)(\d\d)(?:\d\d)?")
_CENTRAL_EUROPEAN: Final = frozenset({("3", "+0200"), ("10", "+0100")})


class Reason(StrEnum):
    """Why an object cannot be used as an answer; none of them deserves a mail back."""

    TOO_LARGE = "too_large"
    TOO_MANY_LINES = "too_many_lines"
    TOO_MANY_EVENTS = "too_many_events"
    TOO_MANY_ATTENDEES = "too_many_attendees"
    NOT_A_CALENDAR = "not_a_calendar"
    NO_METHOD = "no_method"
    NOT_AN_ANSWER = "not_an_answer"
    NO_EVENT = "no_event"
    NO_UID = "no_uid"
    SEVERAL_UIDS = "several_uids"


class Unreadable(Exception):
    """The object is no usable answer; `reason` says why."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class BareEvent:
    """The wanted properties that parsed, and whether a RECURRENCE-ID stood there at all.

    Dates with a TZID are naive and keep it as the parameter `ZONE_PARAM`: the library would look
    for a file of that name.
    """

    event: Event
    is_occurrence: bool


@dataclass(frozen=True, slots=True)
class Unpacked:
    """The METHOD values found, the bare events, and the zones whose meaning is certain."""

    methods: frozenset[str]
    events: tuple[BareEvent, ...]
    zones: Mapping[str, tzinfo]


@dataclass(slots=True)
class _Block:
    name: str
    lines: list[str]
    children: list["_Block"]


def _decode(line: bytes, charset: str) -> str:
    """Return the text without a BOM."""
    for name in ("utf-8", charset):
        try:
            return line.decode(name).lstrip("\ufeff")
        except UnicodeDecodeError:
            continue
    return line.decode("cp1252", errors="replace")


def _codec(charset: str | None) -> str:
    """Return Python's name of the declared character set; of none, Windows-1252."""
    try:
        name = codecs.lookup(charset or "cp1252").name
    except (LookupError, ValueError):
        return "cp1252"
    return name if _CHARSETS.fullmatch(name) or name in _WIDE else "cp1252"


def content_lines(data: bytes, charset: str | None) -> list[str]:
    """Return the unfolded lines; LF, CR, CR LF and CR CR LF all end one.

    Unfolds before it decodes, for a fold may split a character. In each line UTF-8 is tried before
    `charset`, then Windows-1252; a BOM goes. Raises Unreadable beyond 256 KiB or 1000 lines.

    Source: RFC 5545 section 3.1; ICAL.md C "icalendar 7.3.0 behaviour", E2.
    """
    if len(data) > MAX_OCTETS:
        raise Unreadable(Reason.TOO_LARGE)
    codec = _codec(charset)
    if data[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        data = data.decode("utf-16", errors="replace").encode("utf-8", errors="replace")
    elif codec in _WIDE and b"\x00" in data:
        data = data.decode(codec, errors="replace").encode("utf-8", errors="replace")
    data = re.sub(rb"\n[ \t]", b"", _LINE_END.sub(b"\n", data))
    decoded = (_decode(line, codec) for line in data.split(b"\n"))
    lines = [line for line in decoded if line.strip()]
    if len(lines) > MAX_LINES:
        raise Unreadable(Reason.TOO_MANY_LINES)
    return lines


def _tree(lines: list[str]) -> _Block:
    """Return the nesting of components, whatever is missing: END closes the nearest of its name."""
    root = _Block("", [], [])
    stack = [root]
    for line in lines:
        name, _, value = line.partition(":")
        word = value.strip().upper()
        if name.upper() == "BEGIN":
            if word in ("VCALENDAR", "VEVENT"):  # never inside an event or a zone
                del stack[1 if word == "VCALENDAR" else 2 :]
            block = _Block(word, [], [])
            stack[-1].children.append(block)
            stack.append(block)
            if len(stack) > MAX_DEPTH:
                raise Unreadable(Reason.NOT_A_CALENDAR)
        elif name.upper() == "END":
            names = [block.name for block in stack]
            if word in names[1:]:
                del stack[len(names) - 1 - names[::-1].index(word) :]
        else:
            stack[-1].lines.append(line)
    return root


def _values(block: _Block) -> dict[str, str]:
    """Return the properties of a zone or calendar without their parameters; the last one wins."""
    pairs = (line.partition(":") for line in block.lines)
    return {name.partition(";")[0].upper(): value.strip() for name, _, value in pairs}


def _methods(calendar: _Block) -> Iterator[str]:
    """Yield each METHOD: two different ones are none."""
    for line in calendar.lines:
        name, _, value = line.partition(":")
        if name.partition(";")[0].upper() == "METHOD":
            yield value.strip().upper()


def _zone(block: _Block) -> tzinfo | None:
    """Return what a VTIMEZONE means if that needs no rule to be expanded: Central Europe or fixed.

    Source: ICAL.md C "zone names", E1.
    """
    seen: set[tuple[str, str]] = set()
    for observance in block.children:
        values = _values(observance)
        rule = dict(part.partition("=")[::2] for part in values.get("RRULE", "").upper().split(";"))
        if rule.get("BYDAY", "-1SU") != "-1SU":
            return None
        seen.add((rule.get("BYMONTH", ""), values.get("TZOFFSETTO", "")))
    if seen == _CENTRAL_EUROPEAN:
        return STOCKHOLM
    if len(seen) == 1 and len(block.children) == 1:
        month, text = seen.pop()
        offset = _OFFSET.fullmatch(text)
        if offset and not month and int(offset[2]) < 15 and int(offset[3]) < 60:
            delta = timedelta(hours=int(offset[2]), minutes=int(offset[3]))
            return timezone(-delta if offset[1] == "-" else delta)
    return None


def _parse(lines: list[str]) -> Event:
    event = Event.from_ical("\r\n".join(("BEGIN:VEVENT", *lines, "END:VEVENT", "")))
    if not isinstance(event, Event):
        raise TypeError("not one VEVENT")
    return event


def _attendee(line: str) -> str:
    """Return an ATTENDEE line as it was meant where a name breaks it (`CN=Berg: Lo`, a lone quote).

    Only what an answer needs is kept; a whole line is returned as it is.
    """
    if line[:8].upper() != "ATTENDEE" or _WHOLE.fullmatch(line):
        return line
    address = _MAILTO.search(line)
    params = "".join(f";{name.upper()}={value}" for name, value in _ANSWERING.findall(line))
    return f"ATTENDEE{params}:{address[0]}" if address else line


def _parses(line: str) -> bool:
    try:
        _parse([line])
    except _PARSE_FAULTS:
        return False
    return True


def _bare_event(block: _Block) -> BareEvent:
    """Return the event of the wanted lines that parse: a broken one must not cost an answer."""
    wanted = [
        _TZID.sub(f";{ZONE_PARAM}=", line) if match[1].upper() in _DATES else _attendee(line)
        for line in block.lines
        if (match := _NAME.match(line)) and match[1].upper() in _WANTED
    ]
    try:
        event = _parse(wanted)
    except _PARSE_FAULTS:
        event = _parse([line for line in wanted if _parses(line)])
    return BareEvent(event, any(line[:13].upper() == "RECURRENCE-ID" for line in block.lines))


def _named(root: _Block, name: str) -> Iterator[_Block]:
    for calendar in root.children:
        yield from (block for block in calendar.children if block.name == name)


def unpack(data: bytes, charset: str | None) -> Unpacked:
    """Return the bare events of a calendar object, or raise Unreadable.

    Caps: 256 KiB, 1000 lines, 20 VEVENTs, 50 ATTENDEEs in all. Tolerates what ICAL.md C lists:
    missing END lines, junk lines, lone CR, an empty or wrong VTIMEZONE, several VCALENDARs.
    """
    lines = content_lines(data, charset)
    if sum(line[:9].upper() in ("ATTENDEE;", "ATTENDEE:") for line in lines) > MAX_ATTENDEES:
        raise Unreadable(Reason.TOO_MANY_ATTENDEES)
    root = _tree(lines)
    root.children = [block for block in root.children if block.name == "VCALENDAR"]
    if not root.children:
        raise Unreadable(Reason.NOT_A_CALENDAR)
    events = list(_named(root, "VEVENT"))
    if len(events) > MAX_EVENTS:
        raise Unreadable(Reason.TOO_MANY_EVENTS)
    zones = {_values(block).get("TZID", ""): _zone(block) for block in _named(root, "VTIMEZONE")}
    methods = (method for calendar in root.children for method in _methods(calendar))
    return Unpacked(
        methods=frozenset(method for method in methods if method),
        events=tuple(_bare_event(block) for block in events),
        zones={name: zone for name, zone in zones.items() if zone is not None},
    )
