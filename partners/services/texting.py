"""STOPP and START: who wants no text messages, by number."""

from datetime import datetime

from django.db import transaction

from core.audit import record
from core.models import User
from partners.models import Contact, StoppedNumber
from partners.services.writing import permit


@transaction.atomic
def stop_texts(*, number: str, now: datetime) -> bool:
    """Send no more to ``number`` (E.164): its owner said so. False where it was so already."""
    row, made = StoppedNumber.objects.get_or_create(number=number, defaults={"stopped_at": now})
    if made:
        record(now=now, actor=None, via="sms", verb="texts.stopped", target=row)
    return made


@transaction.atomic
def start_texts(*, number: str, now: datetime, actor: User | None = None) -> bool:
    """Texts may be sent again; ``actor`` is None where the owner wrote START. Raises Forbidden."""
    permit(actor)
    row = StoppedNumber.objects.filter(number=number).first()
    if row is None:
        return False
    record(now=now, actor=actor, via="" if actor else "sms", verb="texts.started", target=row)
    row.delete()
    return True


def wants_no_texts(contact: Contact) -> bool:
    """Whether the contact's number has said STOPP."""
    return bool(contact.phone) and StoppedNumber.objects.filter(number=contact.phone).exists()
