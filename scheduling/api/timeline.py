"""What happened to a visit, as codes: acts, mails and answers, the oldest first."""

from datetime import datetime

from core import access, screening, swedish
from core.models import AuditEvent, User
from scheduling.api.bodies import BeatBody
from scheduling.api.fields import iso
from scheduling.insight.timeline import Beat, mail_beats, text_beats
from scheduling.models import Answer, Booking, Message

_ORDER = {"event": 0, "answer": 1, "message": 2, "mail": 3, "text": 4}


def of(booking: Booking, user: User) -> list[BeatBody]:
    """All of it in six queries. What partners wrote is for planners, and masked."""
    events = AuditEvent.objects.filter(object_type="booking", object_id=booking.pk)
    answers = Answer.objects.filter(invitation__booking=booking)
    people = ("invitation__contact", "invitation__host__user")
    messages = Message.objects.filter(booking=booking).select_related(*people)
    # An answer has a row of its own and is not told twice.
    told = events.exclude(verb__startswith="invitation.").select_related("actor")
    planner = access.may_plan(user)
    beats = [
        *((row.at, _event(row)) for row in told),
        *((row.at, _answer(row, planner)) for row in answers.select_related("by", *people)),
        *((beat.at, _came(beat, planner)) for beat in mail_beats(booking)),
        *((beat.at, _came(beat, planner)) for beat in text_beats(booking)),
        *((row.sent_at or row.created_at, _message(row)) for row in messages.defer("raw", "text")),
    ]
    beats.sort(key=lambda beat: (beat[0], _ORDER[beat[1].kind]))
    return [body for _at, body in beats]


def _event(row: AuditEvent) -> BeatBody:
    return BeatBody(
        at=iso(row.at),
        kind="event",
        verb=row.verb,
        by=row.actor.name if row.actor else "",
        via=row.via,
        text=_said(row),
    )


def _said(row: AuditEvent) -> str:
    """The times of a move, and why a room too small will do."""
    moved = _moved(row) if row.verb in {"visit.moved", "visit.swapped"} else ""
    why = screening.mask(str(row.data.get("room_reason") or ""))
    return ". ".join(part for part in (moved, why) if part)


def _moved(row: AuditEvent) -> str:
    before = row.data.get("before") or {}
    spans = [
        swedish.compact_when(
            datetime.fromisoformat(times["start"]), datetime.fromisoformat(times["end"])
        )
        for times in (before, row.data)
        if "start" in times and "end" in times
    ]
    return " → ".join(spans)


def _answer(row: Answer, planner: bool) -> BeatBody:  # noqa: FBT001 - one caller, above
    return BeatBody(
        at=iso(row.at),
        kind="answer",
        verb=row.state,
        by=row.by.name if row.by else row.invitation.name,
        via=row.channel,
        text=screening.mask(row.comment) if planner else None,
    )


def _came(beat: Beat, planner: bool) -> BeatBody:  # noqa: FBT001 - one caller, above
    """By mail: what did not count, or bounced. By text: what a person read."""
    mail = beat.kind == "mail"
    return BeatBody(
        at=iso(beat.at),
        kind="mail" if mail else "text",
        verb=beat.verb,
        by=beat.by if planner else "",
        via="mail" if mail else "sms",
        text=(beat.quote or beat.text) if planner else None,
    )


def _message(row: Message) -> BeatBody:
    return BeatBody(
        at=iso(row.sent_at or row.created_at),
        kind="message",
        verb=row.kind,
        by="",
        via=row.channel,
        text=row.invitation.name,
        subject=row.subject,
        state=row.status,
        sequence=row.sequence,
    )
