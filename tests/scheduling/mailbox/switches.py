"""How a rule is switched off: what stands in the place of the function that it is."""

import uuid
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from scheduling.booking import change
from scheduling.calendars import replies, unpack
from scheduling.mailbox import apply, match, parts, receive, trust
from scheduling.mailbox.match import Order, Ruling
from scheduling.models import Booking, Invitation
from scheduling.outbox import enqueue
from scheduling.states import MessageKind
from tests.scheduling.mailbox.staging import Off


def gives(owner: object, name: str, value: object) -> Off:
    """The function ``name`` always returns ``value``."""
    return puts(owner, name, lambda *_args, **_kwargs: value)


def puts(owner: object, name: str, instead: object) -> Off:
    """``instead`` stands in the place of ``name``."""

    def off(monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(owner, name, instead)

    return off


def wraps(owner: object, name: str, after: Callable[..., Any]) -> Off:
    """What ``name`` returns goes through ``after``, which gets the arguments too."""

    def off(monkeypatch: pytest.MonkeyPatch) -> None:
        real = getattr(owner, name)
        monkeypatch.setattr(
            owner, name, lambda *args, **kwargs: after(real(*args, **kwargs), *args, **kwargs)
        )

    return off


def ordered(instead: Mapping[Order, Order]) -> Off:
    """Some orders are taken for others."""
    return wraps(match, "order", lambda found, **_given: instead.get(found, found))


def keeps_sequence(monkeypatch: pytest.MonkeyPatch) -> None:
    """A change is told with the SEQUENCE that was."""
    real = enqueue.tell

    def tell(invitation: Invitation, **given: Any) -> Any:
        before = invitation.sequence, invitation.significant_sequence
        message = real(invitation, **given)
        invitation.sequence, invitation.significant_sequence = before
        invitation.save()
        return message

    monkeypatch.setattr(enqueue, "tell", tell)


def tells_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """What concerns one is told to all."""

    def tell_one(_row: Invitation, booking: Booking, **given: Any) -> None:
        change.tell_all(booking, change=MessageKind.UPDATE, **given)

    monkeypatch.setattr(change, "tell_one", tell_one)


def moves_the_visit(said: Any, case: apply.Case, *_rest: Any) -> Any:
    """As a program would that took the mail's object for the event itself."""
    (bare,) = unpack.unpack(case.letter.calendars[0].data, None).events
    start = bare.event.decoded("DTSTART")
    booking = Booking.objects.get(pk=case.invitation.booking_id)
    end = start + (booking.end - booking.start)
    Booking.objects.filter(pk=booking.pk).update(start=start, end=end)
    return said


def any_invitation(monkeypatch: pytest.MonkeyPatch) -> None:
    """A UID that nobody knows is taken for somebody's."""
    monkeypatch.setattr(apply, "addressed", lambda _uid: Invitation.objects.get())


def another_key(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each mail is new."""
    monkeypatch.setattr(receive, "_key", lambda *_args: uuid.uuid4().hex)


def any_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever writes Authentication-Results is believed."""
    real = trust.is_authenticated

    def believed(letter: Any, _ours: str) -> bool:
        names = (verdict.partition(";")[0].strip() for verdict in letter.verdicts)
        return any(real(letter, name) for name in names)

    monkeypatch.setattr(trust, "is_authenticated", believed)


NO_MARKS = {
    key: Ruling.REVIEW if ruling is Ruling.APPLY_MARKED else ruling
    for key, ruling in match.WHO_MAY_ANSWER.items()
}


def needs_organizer(answer: Any, *_args: Any, **_given: Any) -> Any:
    """An answer that names no ORGANIZER is none."""
    if not answer.organizer:
        raise replies.Unreadable(replies.Reason.NOT_AN_ANSWER)
    return answer


def first_uid(unpacked: unpack.Unpacked) -> str:
    """Whatever the others say."""
    return str(unpacked.events[0].event["UID"])


def plain_sequence(event: Any) -> int | None:
    """Without Microsoft's own counter."""
    return replies._number(replies._first(event, "SEQUENCE"))


def takes_each_copy(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same calendar twice in one mail is two answers."""

    def every(leaves: Any) -> Any:
        named = [part for part in leaves if "calendar" in part.get_content_type()]
        files = [part for part in leaves if part.get_content_type() == "application/ics"]
        return tuple(
            parts.CalendarPart(parts.payload(part), "utf-8", None) for part in (*named, *files)
        )

    monkeypatch.setattr(parts, "calendars", every)
    monkeypatch.setattr(receive, "_gist", id)


def as_utf8(line: bytes, _charset: str) -> str:
    """Whatever a line is written in."""
    return line.decode("utf-8", "replace")


def without_delegate(value: Any) -> replies._Voice:
    """Who was named as a delegate answers too."""
    return replies._Voice(
        replies._address(str(value)),
        "ACCEPTED" if replies._param(value, "DELEGATED-FROM") else replies._partstat(value),
        "",
        "",
        "",
    )


def as_written(calendar: Any) -> list[str]:
    """METHOD in the case it came."""
    return [line.partition(":")[2] for line in calendar.lines if line.startswith("METHOD:")]


def first_line(event: Any) -> Any:
    """The first ATTENDEE answers, whoever it is."""
    return [replies._voice(value) for value in replies._all(event, "ATTENDEE")][:1], []


def last_line(event: Any) -> Any:
    """The last ATTENDEE answers, whoever it is."""
    return [replies._voice(value) for value in replies._all(event, "ATTENDEE")][-1:], []


def strict_tree(lines: list[str]) -> unpack._Block:
    """A component without its END is none."""
    if sum(line.startswith("END:") for line in lines) < 2:
        raise unpack.Unreadable(unpack.Reason.NOT_A_CALENDAR)
    return _TREE(lines)


_TREE = unpack._tree
