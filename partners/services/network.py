"""The one door for every change of the network: channels and agreements."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core.audit import record
from core.errors import Conflict
from core.models import User
from partners.folding import fold
from partners.models import Agreement, Channel, ChannelKind, Contact, Organisation
from partners.models.relation import day_after_a_year
from partners.phones import to_e164
from partners.services.details import Wrongs
from partners.services.writing import assign, locked, once, open_for_change, permit, refuse_taken


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelDetails:
    """All of a channel that a user can set; ``role_phone`` in any form."""

    name: str
    kind: str = ChannelKind.OTHER.value
    helps_with: str = ""
    reach: str = ""
    role_phone: str = ""
    at_desk: bool = False
    next_contact_on: date | None = None

    @classmethod
    def of(cls, channel: Channel) -> "ChannelDetails":
        """As it is stored."""
        return cls(**{name: getattr(channel, name) for name in cls.__slots__})


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementDetails:
    """What both sides offer, and from when."""

    since: date
    we_offer: str = ""
    they_offer: str = ""

    @classmethod
    def of(cls, agreement: Agreement) -> "AgreementDetails":
        """As it is stored."""
        return cls(**{name: getattr(agreement, name) for name in cls.__slots__})


def clean_channel(details: ChannelDetails, organisation: Organisation) -> ChannelDetails:
    """``details`` tidied, phone as E.164. Raises Invalid or PersonalData per field.

    A number that stands on one of the organisation's contacts is a person's, and is refused.
    """
    wrong = Wrongs()
    tidy = replace(
        details,
        name=wrong.name("name", details.name, limit=80, missing=_("Fyll i kanalens roll.")),
        kind=wrong.one_of("kind", details.kind, list(ChannelKind)),
        helps_with=wrong.text("helps_with", details.helps_with, limit=200),
        reach=wrong.text("reach", details.reach, limit=200),
        role_phone=_role_phone(wrong, details.role_phone),
    )
    if tidy.role_phone and Contact.objects.filter(phone=tidy.role_phone).exists():
        message = _("Det numret står på en person. Skriv rollens eller växelns nummer.")
        wrong.add("role_phone", message)
    if tidy.at_desk and not tidy.role_phone:
        wrong.add("role_phone", _("Fyll i numret som ska stå på informationsdiskens lista."))
    if tidy.at_desk and organisation.protected:
        message = _("Organisationen har skyddad adress och kan inte stå på listan.")
        wrong.add("at_desk", message)
    wrong.stop()
    return tidy


@transaction.atomic
def save_channel(
    *,
    actor: User | None,
    now: datetime,
    details: ChannelDetails,
    organisation: Organisation | None = None,
    contact: Contact | None = None,
    channel: Channel | None = None,
    is_demo: bool = False,
) -> Channel:
    """Make a channel in ``organisation``, or change ``channel`` (which stays there).

    ``contact`` is who answers mails and invitations; None is nobody. Raises Forbidden, Missing,
    Conflict (archived), Invalid per field (``code`` "taken" where the name is used), PersonalData.
    """
    permit(actor)
    home = locked(channel.organisation if channel else _given(organisation))
    open_for_change(home)
    tidy = clean_channel(details, home)
    row = _locked(channel) if channel else Channel(organisation=home, created_at=now)
    if row.archived_at is not None:
        raise Conflict(_("Det här är arkiverat. Ta tillbaka det innan du ändrar."))
    _check_contact(home, contact)
    fields = assign(row, {name: getattr(tidy, name) for name in ChannelDetails.__slots__})
    if row.contact != contact:
        row.contact, fields = contact, fields | {"contact"}
    if row.pk is None:
        row.is_demo = is_demo
    elif not fields:
        return row
    made = row.pk is None
    _save(row)
    verb = "channel.created" if made else "channel.changed"
    record(now=now, actor=actor, verb=verb, target=row, data={"fields": sorted(fields)})
    return row


@transaction.atomic
def archive_channel(*, actor: User | None, now: datetime, channel: Channel) -> None:
    """Put it aside; its log stays. A repeat changes nothing. Raises Forbidden."""
    permit(actor)
    row = _locked(channel)
    if row.archived_at is None:
        row.archived_at = now
        row.save(update_fields=["archived_at"])
        record(now=now, actor=actor, verb="channel.archived", target=row)


@transaction.atomic
def restore_channel(*, actor: User | None, now: datetime, channel: Channel) -> None:
    """Take it back. Raises Forbidden, Conflict while its organisation is archived, Invalid."""
    permit(actor)
    row = _locked(channel)
    if row.archived_at is None:
        return
    if row.organisation.archived_at is not None:
        raise Conflict(_("Organisationen är arkiverad. Ta tillbaka den först."))
    row.archived_at = None
    _save(row)
    record(now=now, actor=actor, verb="channel.restored", target=row)


@transaction.atomic
def save_agreement(
    *,
    actor: User | None,
    now: datetime,
    details: AgreementDetails,
    organisation: Organisation | None = None,
    agreement: Agreement | None = None,
    is_demo: bool = False,
) -> Agreement:
    """Make or change an agreement; it is looked over a year after it began or was looked over.

    Raises Forbidden, Missing, Conflict (archived or ended), Invalid per field, PersonalData.
    """
    permit(actor)
    home = locked(agreement.organisation if agreement else _given(organisation))
    open_for_change(home)
    tidy = _clean_agreement(details, timezone.localdate(now))
    if agreement is None:
        row = Agreement(organisation=home, created_at=now, is_demo=is_demo)
    else:
        row = Agreement.objects.select_for_update(of=("self",)).get(pk=agreement.pk)
    if row.ended_on is not None:
        raise Conflict(_("Överenskommelsen är avslutad. Skriv en ny."))
    fields = assign(row, {name: getattr(tidy, name) for name in AgreementDetails.__slots__})
    if agreement is not None and not fields:
        return row
    row.review_by = day_after_a_year(max(filter(None, (row.since, row.reviewed_on))))
    row.save()
    verb = "agreement.changed" if agreement else "agreement.created"
    record(now=now, actor=actor, verb=verb, target=row, data={"fields": sorted(fields)})
    return row


@transaction.atomic
def review_agreement(*, actor: User | None, now: datetime, agreement: Agreement) -> Agreement:
    """Looked over today and still good; next in a year. Raises Forbidden, Conflict where ended."""
    permit(actor)
    row = Agreement.objects.select_for_update(of=("self",)).get(pk=agreement.pk)
    if row.ended_on is not None:
        raise Conflict(_("Överenskommelsen är avslutad. Skriv en ny."))
    today = timezone.localdate(now)
    if row.reviewed_on != today:
        row.reviewed_on, row.review_by = today, day_after_a_year(today)
        row.save(update_fields=["reviewed_on", "review_by"])
        record(now=now, actor=actor, verb="agreement.reviewed", target=row)
    return row


@transaction.atomic
def end_agreement(*, actor: User | None, now: datetime, agreement: Agreement) -> Agreement:
    """It no longer counts; it stays in the history. A repeat changes nothing. Raises Forbidden."""
    permit(actor)
    row = Agreement.objects.select_for_update(of=("self",)).get(pk=agreement.pk)
    if row.ended_on is None:
        row.ended_on = max(timezone.localdate(now), row.since)
        row.save(update_fields=["ended_on"])
        record(now=now, actor=actor, verb="agreement.ended", target=row)
    return row


def _clean_agreement(details: AgreementDetails, today: date) -> AgreementDetails:
    wrong = Wrongs()
    tidy = replace(
        details,
        we_offer=wrong.text("we_offer", details.we_offer, limit=500, lines=True),
        they_offer=wrong.text("they_offer", details.they_offer, limit=500, lines=True),
    )
    if not (tidy.we_offer or tidy.they_offer):
        wrong.add("we_offer", _("Skriv vad vi erbjuder, eller vad de erbjuder."))
    if not 2000 <= details.since.year <= today.year + 1:
        wrong.add("since", _("Årtalet är orimligt. Kontrollera det."))
    wrong.stop()
    return tidy


def _given(organisation: Organisation | None) -> Organisation:
    if organisation is None:
        raise TypeError("a new row needs its organisation")
    return organisation


def _locked(channel: Channel) -> Channel:
    return (
        Channel.objects.select_for_update(of=("self",))
        .select_related("organisation", "contact")
        .get(pk=channel.pk)
    )


def _check_contact(home: Organisation, contact: Contact | None) -> None:
    wrong = Wrongs()
    if contact is not None and contact.organisation_id != home.pk:
        wrong.add("contact", _("Kontakten hör till en annan organisation. Välj en annan."))
    wrong.stop()


def _role_phone(wrong: Wrongs, typed: str) -> str:
    text = wrong.text("role_phone", typed, limit=40)
    message = _("Telefonnumret går inte att ringa. Skriv till exempel 019-21 10 00.")
    return wrong.parsed("role_phone", text, to_e164, message) if text else ""


def _save(row: Channel) -> None:
    message = _("Organisationen har redan en kanal med det namnet.")
    same = Channel.objects.filter(
        organisation_id=row.organisation_id, search=fold(row.name), archived_at=None
    )
    refuse_taken(same, but=row.pk, field="name", text=message)
    with once("name", message):
        row.save()
