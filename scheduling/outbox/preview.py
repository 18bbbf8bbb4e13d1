"""Who gets what, before an act that writes many: the act itself, rehearsed and taken back.

So the preview cannot say anything else than what the act would do.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import groupby

from django.db import transaction

from core.logs import mask
from scheduling.models import CallTask, Invitation, Message
from scheduling.states import MessageKind


class Way(StrEnum):
    """How an addressee would hear of it."""

    MAIL = "mail"
    SMS = "sms"
    PHONE = "phone"


@dataclass(frozen=True, slots=True)
class Sending:
    """One mail or text that would be written, or one call to make; its links are masked."""

    invitation: Invitation
    kind: MessageKind
    way: Way
    to: str
    subject: str = ""
    text: str = ""
    has_calendar: bool = False

    @property
    def name(self) -> str:
        """Whom it is to."""
        return self.invitation.name


@dataclass(frozen=True, slots=True)
class Addressee:
    """Everything that one person would get."""

    name: str
    sendings: list[Sending]

    @property
    def mails(self) -> int:
        """How many mails."""
        return sum(row.way is Way.MAIL for row in self.sendings)

    @property
    def texts(self) -> int:
        """How many text messages."""
        return sum(row.way is Way.SMS for row in self.sendings)

    @property
    def own_entries(self) -> bool:
        """Whether they are several because each is a calendar entry of its own (one UID a mail)."""
        return sum(row.has_calendar for row in self.sendings) > 1

    @property
    def calls(self) -> int:
        """How many calls somebody must make."""
        return len(self.sendings) - self.mails - self.texts


def of(act: Callable[[], object], *, now: datetime) -> list[Sending]:
    """What ``act`` would send at ``now``, the time it writes with. Nothing stays.

    Raises what the act raises: then it could not be done either.
    """
    with transaction.atomic():
        before = Message.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        last_call = CallTask.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        act()
        # ``now`` tells them from what others write meanwhile.
        mails = Message.objects.filter(pk__gt=before, created_at=now).exclude(state="superseded")
        calls = CallTask.objects.filter(pk__gt=last_call, created_at=now)
        found = [_mail(row) for row in mails.select_related(*_ADDRESSEE).order_by("pk")]
        found += [_call(row) for row in calls.select_related(*_ADDRESSEE).order_by("pk")]
        transaction.set_rollback(True)
    return found


_ADDRESSEE = ("invitation__contact", "invitation__host__user")


def by_addressee(sendings: Sequence[Sending]) -> list[Addressee]:
    """The same, person by person, in the order of their first."""
    first: dict[tuple[int | None, int | None], int] = {}
    for position, row in enumerate(sendings):
        first.setdefault(_whose(row), position)
    ordered = sorted(sendings, key=lambda row: first[_whose(row)])
    groups = [list(rows) for _key, rows in groupby(ordered, key=_whose)]
    return [Addressee(rows[0].name, rows) for rows in groups]


def _whose(row: Sending) -> tuple[int | None, int | None]:
    return row.invitation.contact_id, row.invitation.host_id


def _mail(row: Message) -> Sending:
    return Sending(
        invitation=row.invitation,
        kind=MessageKind(row.kind),
        way=Way(row.channel),
        to=row.recipient,
        subject=row.subject,
        text=mask(row.text),
        has_calendar=row.calendar is not None,
    )


def _call(row: CallTask) -> Sending:
    phone = row.contact.phone
    return Sending(row.invitation, MessageKind(row.kind), Way.PHONE, to=phone)
