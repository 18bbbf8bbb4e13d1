"""How long mails are kept (MAIL_KEEP_MONTHS): then their words go, and what they changed stays."""

from datetime import datetime, timedelta

from scheduling.models import IncomingMail


def erase_old_mail(*, now: datetime, months: int) -> int:
    """Erase bytes, words and addresses of mails older than ``months`` (of 30.5 days); how many.

    The row stays, so that the same mail has no second effect. Idempotent.
    """
    before = now - timedelta(days=months * 30.5)
    return IncomingMail.objects.filter(received_at__lt=before, erased_at=None).update(
        raw=b"", subject="", excerpt="", sender="", sender_name="", erased_at=now
    )
