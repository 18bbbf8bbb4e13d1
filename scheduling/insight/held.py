"""What is held on a contact, field by field, and the basis for handing it out (GDPR art. 15, TF 2).

Everything that names the contact or is in their words: details, invitations and answers, letters
both ways, requests and what was done about them. Nothing of the groups: they are not about the
person, and their category must never stand beside a name (DOMAIN.md §3).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from core import access, audit, swedish, texts
from core.errors import Invalid
from core.models import AuditEvent, User
from core.templatetags.ui import state_word
from partners.models import TASK_KIND_LABELS, Contact, PartnerTask, TaskKind
from scheduling.followup import words
from scheduling.insight.export import to_csv
from scheduling.models import Answer, IncomingMail, IncomingText, Invitation, Message, Proposal

MASKED = "[maskat]"
NOTE_LENGTH = 500
#: What was done with a contact, as the audit names it.
_DONE = (
    "contact.created",
    "contact.changed",
    "contact.left",
    "contact.erased",
    "contact.disclosed",
)


@dataclass(frozen=True, slots=True)
class Held:
    """One field: ``key`` names it for masking, ``where`` is the part of the page."""

    key: str
    where: str
    label: str
    value: str


def held_on(*, viewer: User, contact: Contact) -> list[Held]:
    """Every field that holds something, in the order of the page. Planners only."""
    access.require(access.may_plan(viewer))
    parts = (_details, _invitations, _answers, _wishes, _letters, _mails, _texts, _requests, _deeds)
    return [row for part in parts for row in part(contact) if row.value]


def _details(contact: Contact) -> Iterator[Held]:
    where = _("Kontaktens uppgifter")
    for name in ("name", "role", "email", "phone", "source"):
        label = str(Contact._meta.get_field(name).verbose_name).capitalize()  # type: ignore[union-attr]
        yield Held(f"contact.{name}", where, label, str(getattr(contact, name)))
    yield Held("contact.organisation", where, _("Organisation"), contact.organisation.name)
    yield Held("contact.created_at", where, _("Inlagd"), _when(contact.created_at))


def _invitations(contact: Contact) -> Iterator[Held]:
    rows = Invitation.objects.filter(contact=contact).select_related("booking").order_by("pk")
    for row in rows:
        label = _("Inbjudan till %(when)s") % {"when": _when(row.booking.start)}
        value = state_word(row.state, "invitation")
        yield Held(f"invitation.{row.pk}", _("Inbjudningar och svar"), label, value)


def _answers(contact: Contact) -> Iterator[Held]:
    rows = Answer.objects.filter(invitation__contact=contact).order_by("at", "pk")
    for row in rows:
        label = _("Svar %(when)s") % {"when": _when(row.at)}
        channel = {code.value: str(word) for code, word in words.CHANNELS.items()}
        said = [state_word(row.state, "invitation"), channel.get(row.channel, ""), row.comment]
        value = ", ".join(word for word in said if word)
        yield Held(f"answer.{row.pk}", _("Inbjudningar och svar"), label, value)


def _wishes(contact: Contact) -> Iterator[Held]:
    for row in Proposal.objects.filter(invitation__contact=contact).order_by("pk"):
        label = _("Motförslag %(when)s") % {"when": _when(row.created_at)}
        value = " ".join(part for part in (_when(row.start) if row.start else "", row.text) if part)
        yield Held(f"proposal.{row.pk}", _("Inbjudningar och svar"), label, value)


def _letters(contact: Contact) -> Iterator[Held]:
    """Letters that went; what a rule of erasure has emptied holds nothing any more."""
    for row in Message.objects.filter(invitation__contact=contact).order_by("pk"):
        label = _("Brev till kontakten %(when)s") % {"when": _when(row.created_at)}
        value = "\n".join(part for part in (row.recipient, row.subject, row.text) if part)
        yield Held(f"message.{row.pk}", _("Brev"), label, value)


def _mails(contact: Contact) -> Iterator[Held]:
    for row in IncomingMail.objects.filter(invitation__contact=contact).order_by("pk"):
        label = _("Brev från kontakten %(when)s") % {"when": _when(row.received_at)}
        said = (row.sender_name, row.sender, row.subject, row.excerpt)
        yield Held(f"mail.{row.pk}", _("Brev"), label, "\n".join(part for part in said if part))


def _texts(contact: Contact) -> Iterator[Held]:
    for row in IncomingText.objects.filter(invitation__contact=contact).order_by("pk"):
        label = _("Sms från kontakten %(when)s") % {"when": _when(row.received_at)}
        value = "\n".join(part for part in (row.sender, row.words) if part)
        yield Held(f"text.{row.pk}", _("Brev"), label, value)


def _requests(contact: Contact) -> Iterator[Held]:
    """What they asked for, and how it ended."""
    for row in PartnerTask.objects.filter(contact=contact).order_by("pk"):
        ended = ""
        if row.done_at:
            by = row.done_by.name if row.done_by else ""
            outcome = _("gjort") if row.outcome == "done" else _("avslaget")
            ended = _("%(outcome)s %(when)s av %(name)s") % {
                "outcome": outcome, "when": _when(row.done_at), "name": by,
            }  # fmt: skip
        said = [
            ended or _("väntar, senast %(day)s") % {"day": row.due.isoformat()},
            row.text,
            row.note,
        ]
        label = f"{TASK_KIND_LABELS[TaskKind(row.kind)]} {_when(row.created_at)}"
        value = ". ".join(part for part in said if part)
        yield Held(f"request.{row.pk}", _("Begäran och vad som gjordes"), label, value)


def _deeds(contact: Contact) -> Iterator[Held]:
    """The proof: who did what with these details, and when."""
    told = {
        "contact.created": _("Inlagd"),
        "contact.changed": _("Ändrad"),
        "contact.left": _("Har slutat"),
        "contact.erased": _("Uppgifterna togs bort"),
        "contact.disclosed": _("Underlag för utlämnande togs ut"),
    }
    rows = AuditEvent.objects.filter(object_type="contact", object_id=contact.pk, verb__in=_DONE)
    for row in rows.select_related("actor").order_by("at", "pk"):
        by = row.actor.name if row.actor else _("systemet")
        value = _("%(when)s av %(name)s") % {"when": _when(row.at), "name": by}
        yield Held(f"event.{row.pk}", _("Begäran och vad som gjordes"), told[row.verb], value)


def _when(moment: datetime) -> str:
    local = moment.astimezone(swedish.STOCKHOLM)
    return f"{local:%Y-%m-%d} {swedish.clock(moment)}"


@transaction.atomic
def disclose(
    *, actor: User, now: datetime, contact: Contact, masked: Iterable[str], note: str
) -> bytes:
    """The basis as CSV, masked fields replaced, with the note of the secrecy check last.

    The audit says that it was taken out and how many fields were masked, never what stood there.
    Raises Forbidden, PersonalData, and Invalid for a field that is not held or a missing note.
    """
    rows = held_on(viewer=actor, contact=contact)
    hidden = set(masked)
    strange = sorted(hidden - {row.key for row in rows})
    if strange:
        message = _("Ett fält finns inte längre. Ladda om sidan och välj igen.")
        raise Invalid(message, fields={"masked": message})
    clean = texts.clean(note, field="note", limit=NOTE_LENGTH)
    if not clean:
        message = _("Skriv en rad om prövningen: vem som prövat, och mot vilken bestämmelse.")
        raise Invalid(message, fields={"note": message})
    audit.record(
        now=now,
        actor=actor,
        verb="contact.disclosed",
        target=contact,
        data={"fields": len(rows), "masked": len(hidden)},
    )
    lines = [(row.where, row.label, MASKED if row.key in hidden else row.value) for row in rows]
    lines.append((_("Sekretessprövning"), _when(now), clean))
    return to_csv((_("Del"), _("Fält"), _("Uppgift")), lines)
