"""Answers that come in by mail, read defensively (RFC 5546 sections 3.2.3, 3.2.6, 3.2.7).

Nothing here decides whether an answer counts: that needs the invitation. What a reader of these
values must still do: match the UID, find out who answered, compare sequence and stamp.
"""

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any, Final
from urllib.parse import unquote

from icalendar import Event
from icalendar.prop import vBroken

from scheduling.calendars.answers import Answer, AnswerItem, Doubt, Method
from scheduling.calendars.snapshots import MAX_SEQUENCE
from scheduling.calendars.text import clean_text
from scheduling.calendars.unpack import ZONE_PARAM, BareEvent, Reason, Unpacked, Unreadable, unpack
from scheduling.calendars.zones import zone_of

__all__ = ["Answer", "AnswerItem", "Doubt", "Method", "Reason", "Unreadable", "read_answer"]

COMMENT_LIMIT: Final = 1000
UID_LIMIT: Final = 1000
ADDRESS_LIMIT: Final = 254
CLOCK_TOLERANCE: Final = timedelta(days=1)
ANSWERS: Final = frozenset({"ACCEPTED", "DECLINED", "TENTATIVE", "DELEGATED"})
NO_ANSWERS: Final = frozenset({"", "NEEDS-ACTION"})

_ADDRESS = re.compile(r"[^\s@<>\"',;:]+@[^\s@<>\"',;:]+")
_DIGITS = re.compile(r"\d{1,10}", re.ASCII)
_YEARS: Final = range(2000, 2101)


@dataclass(frozen=True, slots=True)
class _Voice:
    address: str
    partstat: str
    comment: str
    delegated_to: str
    delegated_from: str


def _all(event: Event, name: str) -> list[Any]:
    value = event.get(name, [])
    values = value if isinstance(value, list) else [value]
    return [value for value in values if not isinstance(value, vBroken)]


def _first(event: Event, name: str) -> Any:
    return next(iter(_all(event, name)), None)


def _param(value: Any, name: str) -> str:
    found = getattr(value, "params", {}).get(name, "")
    if isinstance(found, (list, tuple)):
        found = found[0] if found else ""
    return str(found)


def _address(text: str) -> str:
    text = clean_text(text, ADDRESS_LIMIT * 4, one_line=True).strip('"')
    if text[:7].lower() == "mailto:":
        text = unquote(text[7:].partition("?")[0]).strip(" <>")
    return text.lower() if len(text) <= ADDRESS_LIMIT and _ADDRESS.fullmatch(text) else ""


def _number(value: Any) -> int | None:
    text = str(value).strip() if value is not None else ""
    return int(text) if _DIGITS.fullmatch(text) and int(text) <= MAX_SEQUENCE else None


def _sequence(event: Event) -> int | None:
    """Return SEQUENCE, or Microsoft's own counter if that is missing or 0 (ICAL.md B7)."""
    plain = _number(_first(event, "SEQUENCE"))
    return plain or _number(_first(event, "X-MICROSOFT-CDO-APPT-SEQUENCE")) or plain


def _instant(value: Any, zones: Mapping[str, tzinfo]) -> datetime | None:
    """Return the UTC instant of a DATE-TIME, or None if there is none or its zone is unknown."""
    moment = getattr(value, "dt", None)
    if not isinstance(moment, datetime) or moment.year not in _YEARS:
        return None
    if moment.tzinfo is None:
        zone = zone_of(_param(value, ZONE_PARAM), zones)
        if zone is None:
            return None
        moment = moment.replace(tzinfo=zone)
    return moment.astimezone(UTC)


def _stamp(event: Event, sent_at: datetime, received_at: datetime) -> datetime:
    """Return DTSTAMP in UTC (a naive one is read as UTC), bounded as ICAL.md B7 says."""
    moment = getattr(_first(event, "DTSTAMP"), "dt", None)
    if not isinstance(moment, datetime) or moment.year not in _YEARS:
        return min(sent_at, received_at)
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    return received_at if moment > received_at + CLOCK_TOLERANCE else moment


def _proposal(event: Event, zones: Mapping[str, tzinfo]) -> tuple[datetime, datetime] | None:
    start = _instant(_first(event, "DTSTART"), zones)
    if start is None:
        return None
    end = _instant(_first(event, "DTEND"), zones)
    length = getattr(_first(event, "DURATION"), "dt", None)
    if end is None and "DTEND" not in event and isinstance(length, timedelta):
        end = start + length if timedelta(0) < length < timedelta(days=366) else None
    return (start, end) if end is not None and end > start else None


def _remark(value: Any) -> str:
    """Return Google's and Nextcloud's X-RESPONSE-COMMENT, where the escapes of a text remain."""
    text = _param(value, "X-RESPONSE-COMMENT")
    return text.replace("\\;", ";").replace("\\,", ",").replace("\\n", "\n")


def _plain(text: str) -> str:
    """Return a comment without HTML entities, which Google writes and which could hide a number."""
    for _ in range(3):
        text = html.unescape(text)
    return clean_text(text, COMMENT_LIMIT)


def _partstat(value: Any) -> str:
    """Return PARTSTAT as written in any case (ICAL.md B9)."""
    return _param(value, "PARTSTAT").strip().upper()


def _voice(value: Any) -> _Voice:
    address = _address(str(value)) or _address(_param(value, "EMAIL"))
    return _Voice(
        address=address,
        partstat=_partstat(value),
        comment=_remark(value),
        delegated_to=_address(_param(value, "DELEGATED-TO")),
        delegated_from=_address(_param(value, "DELEGATED-FROM")),
    )


def _speakers(event: Event) -> tuple[list[_Voice], list[Doubt]]:
    """Return who answers in this event, each address once, the last line of it.

    Who only stands there, or was only named as a delegate, does not answer (ICAL.md B10, C "two
    ATTENDEEs for one person"), and neither does the organizer, whom some programs list as a guest.
    Without any answer the first attendee, or nobody, stands for all.
    """
    voices = [_voice(value) for value in _all(event, "ATTENDEE")]
    organizer = _organizer(event)
    voices = [voice for voice in voices if not organizer or voice.address != organizer]
    answering = [voice for voice in voices if voice.partstat not in NO_ANSWERS]
    if not answering:
        return (voices or [_Voice("", "", "", "", "")])[:1], []
    speakers = list({voice.address: voice for voice in answering}.values())
    # Who says the same on several lines may be one person with several addresses.
    doubts = [Doubt.SEVERAL_ATTENDEES] if len({voice.partstat for voice in speakers}) > 1 else []
    if len({(voice.address, voice.partstat) for voice in answering}) > len(speakers):
        doubts.append(Doubt.CONTRADICTION)
    return speakers, doubts


def _organizer(event: Event) -> str:
    return _address(str(_first(event, "ORGANIZER") or ""))


def _comment(event: Event, voice: _Voice) -> str:
    texts: list[str] = []
    for text in (*(str(value) for value in _all(event, "COMMENT")), voice.comment):
        cleaned = _plain(text)
        if cleaned and cleaned not in texts:
            texts.append(cleaned)
    return clean_text("\n".join(texts), COMMENT_LIMIT)


def _items(
    bare: BareEvent, method: Method, unpacked: Unpacked, sent_at: datetime, received_at: datetime
) -> Iterator[AnswerItem]:
    event = bare.event
    doubts: list[Doubt] = []
    occurrence = _first(event, "RECURRENCE-ID")
    instant = _instant(occurrence, unpacked.zones)
    if bare.is_occurrence and instant is None:
        doubts.append(Doubt.OCCURRENCE_UNCLEAR)
    if _param(occurrence, "RANGE"):
        doubts.append(Doubt.OCCURRENCE_RANGE)
    proposal = _proposal(event, unpacked.zones) if method is Method.COUNTER else None
    if method is Method.COUNTER and proposal is None:
        doubts.append(Doubt.PROPOSAL_UNCLEAR)
    speakers, more = _speakers(event)
    doubts += more
    for voice in speakers:
        known = voice.partstat in ANSWERS
        odd = not known and voice.partstat not in NO_ANSWERS
        yield AnswerItem(
            sequence=_sequence(event),
            stamp=_stamp(event, sent_at, received_at),
            attendee=voice.address,
            partstat=voice.partstat if known else "",
            comment=_comment(event, voice),
            recurrence_id=instant,
            proposed_start=proposal[0] if proposal else None,
            proposed_end=proposal[1] if proposal else None,
            delegated_to=voice.delegated_to,
            delegated_from=voice.delegated_from,
            doubts=(*doubts, Doubt.UNKNOWN_PARTSTAT) if odd else tuple(doubts),
        )


def _method(unpacked: Unpacked, hint: str | None) -> Method:
    methods = unpacked.methods or {word for word in (str(hint or "").strip().upper(),) if word}
    if len(methods) != 1:
        raise Unreadable(Reason.NO_METHOD)
    (method,) = methods
    if method not in Method.__members__:
        raise Unreadable(Reason.NOT_AN_ANSWER)
    return Method(method)


def _uid(unpacked: Unpacked) -> str:
    if not unpacked.events:
        raise Unreadable(Reason.NO_EVENT)
    found = {
        clean_text(str(uid), UID_LIMIT + 1, one_line=True)
        for bare in unpacked.events
        for uid in _all(bare.event, "UID")
    }
    if not found or any("UID" not in bare.event for bare in unpacked.events):
        raise Unreadable(Reason.NO_UID)
    if len(found) > 1:
        raise Unreadable(Reason.SEVERAL_UIDS)
    (uid,) = found
    if not 0 < len(uid) <= UID_LIMIT:
        raise Unreadable(Reason.NO_UID)
    return uid


def read_answer(
    data: bytes,
    *,
    charset: str | None,
    received_at: datetime,
    sent_at: datetime | None = None,
    method_hint: str | None = None,
) -> Answer:
    """Return what a calendar part says, or raise Unreadable with a reason and nothing else.

    `data` is the part after its transfer encoding is undone, `charset` that of its Content-Type.
    `received_at` bounds DTSTAMP, and `sent_at` (the mail's Date) replaces a missing one; both are
    aware. `method_hint` is the method of Content-Type, used only if the object names none. No
    foreign recurrence or zone rule is ever expanded and nothing is fetched.

    Source: RFC 5546 section 3.2; ICAL.md B6-B12, B14, C, E1, E2, E11.
    """
    received_at = received_at.astimezone(UTC)
    sent_at = sent_at.astimezone(UTC) if sent_at is not None else received_at
    unpacked = unpack(data, charset)
    method = _method(unpacked, method_hint)
    uid = _uid(unpacked)
    items = [
        item
        for bare in unpacked.events
        for item in _items(bare, method, unpacked, sent_at, received_at)
    ]
    organizers = (_organizer(bare.event) for bare in unpacked.events)
    return Answer(
        method=method,
        uid=uid,
        items=_without_contradiction(items),
        organizer=next(filter(None, organizers), ""),
    )


def _without_contradiction(items: list[AnswerItem]) -> tuple[AnswerItem, ...]:
    """Return each item once; of one person's about one date at one instant all say the same.

    The newer of two counts (B7), but nobody knows which of two equally old ones was meant.
    """
    said: dict[object, set[object]] = {}
    for item in items:
        about = (item.attendee, item.recurrence_id, item.sequence, item.stamp)
        said.setdefault(about, set()).add((item.partstat, item.proposed_start, item.proposed_end))
    found = dict.fromkeys(items)
    for item in items:
        about = (item.attendee, item.recurrence_id, item.sequence, item.stamp)
        if len(said[about]) > 1 and Doubt.CONTRADICTION not in item.doubts:
            del found[item]
            found[replace(item, doubts=(*item.doubts, Doubt.CONTRADICTION))] = None
    return tuple(found)
