"""The only answer of a machine to a machine: what stands now, at most hourly (ICAL.md B13, E8)."""

from datetime import datetime, timedelta

from core import audit
from scheduling.models import IncomingAnswer, Invitation, MailAction, SeriesInvitation
from scheduling.outbox import enqueue
from scheduling.states import MessageKind

HOURLY, DAILY = 1, 4


def refresh(invitation: Invitation, *, now: datetime) -> tuple[MailAction, str]:
    """Send the addressee on file what stands now, if the caps allow; says what was done."""
    if not invitation.email or not invitation.messages.exists():
        return MailAction.IGNORED, "not_sent"
    if _sent_since(invitation, now - timedelta(hours=1)) >= HOURLY:
        return MailAction.IGNORED, "refresh_too_soon"
    if _sent_since(invitation, now - timedelta(days=1)) >= DAILY:
        return MailAction.IGNORED, "refresh_too_many"
    event = audit.record(
        now=now,
        actor=None,
        via="mail",
        verb="message.refreshed",
        target=invitation.booking,
        data={"invitation": invitation.pk},
    )
    if enqueue.repeat(invitation, event=event, now=now) is None:
        return MailAction.IGNORED, "news_on_its_way"
    return MailAction.REFRESH, ""


def asked_for(whole: SeriesInvitation, dates: list[Invitation], *, alone: bool) -> Invitation:
    """Whose mail is sent again: that of the one date if it ever had its own, else the whole's."""
    if alone and dates[0].messages.exists():
        return dates[0]
    rows = Invitation.objects.filter(booking__series=whole.series, contact=whole.contact)
    told = rows.filter(messages__kind=MessageKind.SERIES.value).select_related("booking", "contact")
    return told.first() or dates[0]


def _sent_since(invitation: Invitation, since: datetime) -> int:
    """How often the same addressee was answered, whichever visit it was about."""
    rows = IncomingAnswer.objects.filter(action=MailAction.REFRESH.value, at__gt=since)
    rows = rows.filter(
        invitation__contact=invitation.contact_id, invitation__host=invitation.host_id
    )
    return rows.count()
