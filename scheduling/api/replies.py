"""From a request to an answer: whose it is, and what was said."""

from django.utils.translation import gettext as _
from pydantic_core import PydanticCustomError

from core.errors import Invalid
from scheduling.api.common import that
from scheduling.api.fields import looks_like_moment, moment
from scheduling.api.schemas import ANSWERS, AnswerIn, WishIn
from scheduling.booking.services import Reply, Wish
from scheduling.models import Booking, Invitation
from scheduling.states import InvitationState


def reply_of(payload: AnswerIn) -> Reply:
    """What was said, from ``answer`` or ``state``."""
    said = payload.answer or payload.state
    if said is None:
        message = _("Skriv svaret: accepted, declined, tentative eller countered.")
        raise Invalid(message, fields={"answer": message})
    if payload.answer and payload.state and ANSWERS[payload.answer] != ANSWERS[payload.state]:
        message = _("Fälten answer och state säger olika. Skriv bara ett av dem.")
        raise Invalid(message, fields={"state": message})
    return Reply(
        state=ANSWERS[said],
        channel=payload.channel,
        size_band=payload.size_band,
        comment=payload.comment,
        wishes=tuple(_wish(given) for given in payload.proposals),
    )


def invitation_of(booking: Booking, payload: AnswerIn) -> Invitation:
    """The invitation named, or the only one to a partner that still counts."""
    rows = Invitation.objects.filter(booking=booking).select_related("booking", "contact")
    if payload.invitation is not None:
        found = that(rows, payload.invitation, "invitation")
        if payload.contact not in {None, found.contact_id}:
            message = _("Inbjudan är till en annan kontakt. Skriv bara ett av fälten.")
            raise Invalid(message, fields={"contact": message})
        return found
    partners = rows.filter(contact__isnull=False)
    if payload.contact is not None:
        chosen = partners.filter(contact=payload.contact).first()
        if chosen is None:
            message = _("Kontakten är inte inbjuden till besöket.")
            raise Invalid(message, fields={"contact": message})
        return chosen
    live = list(partners.exclude(state=InvitationState.WITHDRAWN.value))
    if len(live) == 1:
        return live[0]
    raise _ask_which(live)


def _ask_which(live: list[Invitation]) -> Invalid:
    if not live:
        message = _("Ingen partner är inbjuden till besöket.")
        return Invalid(message, fields={"invitation": message})
    names = ", ".join(f"{row.pk} ({row.name})" for row in live)
    message = _("Flera är inbjudna. Skriv invitation med ett av: %(names)s.") % {"names": names}
    choices = [{"invitation": row.pk, "contact": row.contact_id, "name": row.name} for row in live]
    return Invalid(message, fields={"invitation": message}, extra={"choices": choices})


def _wish(given: WishIn | str) -> Wish:
    if isinstance(given, WishIn):
        if given.end is not None and given.start is None:
            message = _("Skriv också när den föreslagna tiden börjar.")
            raise Invalid(message, fields={"proposals": message})
        return Wish(start=given.start, end=given.end, text=given.text)
    if not looks_like_moment(given):
        return Wish(text=given)
    try:
        return Wish(start=moment(given))
    except PydanticCustomError as error:
        raise Invalid(error.message(), fields={"proposals": error.message()}) from error
