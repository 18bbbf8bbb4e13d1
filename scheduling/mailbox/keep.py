"""How long mails and texts are kept (MAIL_KEEP_MONTHS): their words go, what they did stays."""

from datetime import datetime, timedelta

from django.db import transaction

from scheduling.models import Bounce, IncomingAnswer, IncomingMail, IncomingText


def erase_old_mail(*, now: datetime, months: int) -> int:
    """Erase bytes, words and addresses of mails older than ``months`` (of 30.5 days); how many.

    Of what they said the answer stays, and the row, so that the same mail has no second effect.
    Idempotent.
    """
    before = now - timedelta(days=months * 30.5)
    old = IncomingMail.objects.filter(received_at__lt=before, erased_at=None)
    with transaction.atomic():
        IncomingAnswer.objects.filter(mail__in=old).update(comment="", attendee="", answered_as="")
        Bounce.objects.filter(mail__in=old).update(diagnostic="")
        return old.update(raw=b"", subject="", excerpt="", sender="", sender_name="", erased_at=now)


def erase_old_texts(*, now: datetime, months: int) -> int:
    """Erase words and numbers of texts that came in, as of mails; how many. Idempotent."""
    before = now - timedelta(days=months * 30.5)
    return IncomingText.objects.filter(received_at__lt=before, erased_at=None).update(
        words="", sender="", erased_at=now
    )
