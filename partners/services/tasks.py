"""What a partner asks: taken without an account, closed by a planner, erased a month after."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core import texts, tokens
from core.audit import record
from core.errors import Conflict, Invalid, Missing
from core.models import User
from partners.models import (
    AskPage,
    Contact,
    Group,
    Organisation,
    PartnerTask,
    SizeBand,
    TaskKind,
    TaskOutcome,
)
from partners.services.details import ContactDetails, clean_contact
from partners.services.leaving import erase
from partners.services.writing import locked, open_for_change, permit

#: GDPR art. 12(3): one month; we promise 30 days.
ANSWERED_WITHIN = timedelta(days=30)
#: A wish for a time is answered within a week.
WISH_WITHIN = timedelta(days=7)
#: What is closed is erased after so long.
KEPT = timedelta(days=30)
ASK = "ask"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What a partner writes on "Be om en tid"."""

    text: str = ""
    times: str = ""
    size_band: str = ""
    group: Group | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stranger:
    """Who asks on the public page: name, organisation, and one way to be reached."""

    name: str
    organisation: str
    email: str = ""
    phone: str = ""
    text: str = ""


@transaction.atomic
def ask_removal(*, now: datetime, contact: Contact) -> PartnerTask:
    """ "Ta bort mig": a task within 30 days; a repeat finds the one that waits."""
    row = _waiting(contact, TaskKind.REMOVAL)
    return row or _make(TaskKind.REMOVAL, now, ANSWERED_WITHIN, contact=contact)


@transaction.atomic
def ask_correction(*, now: datetime, contact: Contact, text: str) -> PartnerTask:
    """ "Rätta": what is to be put right, within 30 days. Raises Invalid, PersonalData."""
    clean = texts.clean(text, field="text", limit=500)
    if not clean:
        message = _("Skriv vad som ska rättas.")
        raise Invalid(message, fields={"text": message})
    return _make(TaskKind.CORRECTION, now, ANSWERED_WITHIN, contact=contact, text=clean)


@transaction.atomic
def ask_time(*, now: datetime, organisation: Organisation, wishes: Wishes) -> PartnerTask:
    """A wish from the organisation's own page. Raises Invalid, PersonalData."""
    clean = texts.clean(wishes.text, field="text", limit=500)
    times = texts.clean(wishes.times, field="times", limit=200)
    if not clean and not times:
        message = _("Skriv vad ni önskar, eller när det passar.")
        raise Invalid(message, fields={"text": message})
    band = SizeBand(wishes.size_band).value if wishes.size_band else ""
    groups = list(organisation.groups.filter(archived_at=None)[:2])
    group = wishes.group or (groups[0] if len(groups) == 1 else None)
    return _make(
        TaskKind.REQUEST, now, WISH_WITHIN, organisation=organisation, group=group,
        text=clean, times=times, size_band=band,
    )  # fmt: skip


@transaction.atomic
def ask_publicly(*, now: datetime, stranger: Stranger) -> PartnerTask:
    """A wish from somebody we do not know. Raises Invalid per field, PersonalData."""
    if not stranger.email.strip() and not stranger.phone.strip():
        message = _("Skriv e-post eller telefon, så att vi kan svara.")
        raise Invalid(message, fields={"email": message})
    details = ContactDetails(name=stranger.name, email=stranger.email, phone=stranger.phone)
    tidy = clean_contact(details)
    organisation = texts.clean(stranger.organisation, field="organisation", limit=120)
    if not organisation:
        message = _("Skriv var du arbetar eller vilken förening det gäller.")
        raise Invalid(message, fields={"organisation": message})
    return _make(
        TaskKind.PUBLIC_REQUEST, now, WISH_WITHIN, from_name=tidy.name, from_email=tidy.email,
        from_phone=tidy.phone, from_organisation=organisation,
        text=texts.clean(stranger.text, field="text", limit=500),
    )  # fmt: skip


@transaction.atomic
def close(
    *, actor: User, now: datetime, task: PartnerTask, outcome: TaskOutcome, note: str = ""
) -> PartnerTask:
    """Done, or declined with why. Raises Forbidden, Missing, Conflict (closed), PersonalData."""
    permit(actor)
    row = _open(task)
    row.note = texts.clean(note, field="note", limit=500)
    if outcome is TaskOutcome.DECLINED and not row.note:
        message = _("Skriv en rad om varför. Den som frågar har rätt att få veta det.")
        raise Invalid(message, fields={"note": message})
    row.done_at, row.done_by, row.outcome = now, actor, outcome.value
    row.save()
    record(now=now, actor=actor, verb=f"task.{outcome.value}", target=row, data={"kind": row.kind})
    return row


@transaction.atomic
def remove(*, actor: User, now: datetime, task: PartnerTask) -> PartnerTask:
    """Do what "Ta bort mig" asks: erase the contact and close the task."""
    permit(actor)
    row = _open(task)
    if row.kind != TaskKind.REMOVAL.value or row.contact is None:
        raise Conflict(_("Uppgiften gäller inte att ta bort någon."))
    erase(actor=actor, now=now, contact=row.contact)
    return close(actor=actor, now=now, task=row, outcome=TaskOutcome.DONE)


def erase_old_tasks(*, now: datetime) -> int:
    """Erase what was closed 30 days ago; how many. For the daily housekeeping."""
    return PartnerTask.objects.filter(done_at__lte=now - KEPT).delete()[0]


@transaction.atomic
def open_page(*, actor: User, now: datetime, organisation: Organisation) -> AskPage:
    """The organisation's page "Be om en tid", made by the first who asks for it."""
    permit(actor)
    home = locked(organisation)
    open_for_change(home)
    page = home.ask_pages.filter(revoked_at=None).order_by("pk").first()
    if page is None:
        page = AskPage.objects.create(organisation=home, created_at=now)
        _issue(page)
        record(now=now, actor=actor, verb="ask_page.opened", target=home)
    return page


@transaction.atomic
def rotate_page(*, actor: User, now: datetime, organisation: Organisation) -> AskPage:
    """A new address; every earlier one dies, those that came with a merge too."""
    page = open_page(actor=actor, now=now, organisation=organisation)
    organisation.ask_pages.exclude(pk=page.pk).update(revoked_at=now)
    page.token_epoch += 1
    _issue(page)
    record(now=now, actor=actor, verb="ask_page.rotated", target=organisation)
    return page


def page_token(page: AskPage) -> str:
    """The token of its link; empty where the key that made it is gone."""
    stored = page.token_fingerprint
    return (stored and tokens.reveal(ASK, page.pk, page.token_epoch, stored)) or ""


def page_by_token(token: str) -> AskPage:
    """The page of a link; wrong, revoked and archived are the same Missing."""
    if len(token) != tokens.TOKEN_LENGTH or not token.isascii():
        raise Missing
    found = (
        AskPage.objects.select_related("organisation")
        .filter(token_fingerprint=tokens.fingerprint(token.lower()), revoked_at=None)
        .filter(organisation__archived_at=None)
        .first()
    )
    if found is None:
        raise Missing
    return found


def _issue(page: AskPage) -> None:
    token = tokens.mint(ASK, page.pk, page.token_epoch)
    page.token_fingerprint = tokens.fingerprint(token)
    page.save(update_fields=["token_fingerprint", "token_epoch"])


def _waiting(contact: Contact, kind: TaskKind) -> PartnerTask | None:
    return PartnerTask.objects.filter(contact=contact, kind=kind.value, done_at=None).first()


def _make(
    kind: TaskKind,
    now: datetime,
    within: timedelta,
    contact: Contact | None = None,
    **values: object,
) -> PartnerTask:
    if contact is not None:
        values |= {"contact": contact, "organisation_id": contact.organisation_id}
    due = timezone.localdate(now) + within
    row = PartnerTask.objects.create(kind=kind.value, due=due, created_at=now, **values)
    record(now=now, actor=None, via="link", verb=f"task.{kind.value}", target=row)
    return row


def _open(task: PartnerTask) -> PartnerTask:
    row = PartnerTask.objects.select_for_update().filter(pk=task.pk).first()
    if row is None:
        raise Missing
    if row.done_at is not None:
        raise Conflict(_("Uppgiften är redan avslutad."))
    return row
