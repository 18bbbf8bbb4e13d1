"""The texts that a person must read, each decided once."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from core import audit
from core.errors import Conflict, IllegalTransition
from core.models import User
from scheduling.booking import services
from scheduling.mailbox.texts import open_visits
from scheduling.models import IncomingText, Invitation, TextDecision
from scheduling.states import AnswerChannel, InvitationState


@transaction.atomic
def decide(
    *,
    actor: User,
    now: datetime,
    text: IncomingText,
    decision: TextDecision,
    invitation: Invitation | None = None,
) -> IncomingText:
    """Decide once: it was a yes or a no to ``invitation`` (else the likely one), or is dealt with.

    Raises IllegalTransition where it is decided or the visit is over, Conflict where nothing links
    the number to that visit, Clash, Invalid.
    """
    row = IncomingText.objects.select_for_update().get(pk=text.pk)
    if not row.waits:
        raise IllegalTransition(_("Sms:et är redan avgjort."))
    row.decision, row.decided_at, row.decided_by = decision.value, now, actor
    if decision is not TextDecision.SEEN:
        wanted = invitation or row.invitation
        mine = [one for one in open_visits(row.sender, now) if wanted and one.pk == wanted.pk]
        if not mine:
            raise Conflict(_("Numret hör inte till något öppet besök. Skriv in svaret där."))
        row.invitation = mine[0]
        reply = services.Reply(state=InvitationState(decision.value), channel=AnswerChannel.SMS)
        services.answer(invitation=mine[0], reply=reply, now=now, actor=actor)
    row.save(update_fields=["decision", "decided_at", "decided_by", "invitation"])
    audit.record(
        now=now,
        actor=actor,
        verb="text.decided",
        target=row,
        data={"decision": decision.value, "reason": row.reason},
    )
    return row
