"""The one door for what happens in a relation: contact, stage, and the next agreed step."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from core import standing_in
from core.access import may_log, may_plan, require
from core.audit import record
from core.errors import Conflict, Forbidden
from core.models import User
from partners.models import (
    AgreedStep,
    Channel,
    ContactLog,
    Group,
    Organisation,
    Stage,
    StageOverride,
    Way,
)
from partners.models.relation import may_undo
from partners.services.details import Wrongs
from partners.services.writing import locked, open_for_change, permit

#: How far ahead a step may lie, and how far back a contact may be noted.
FURTHEST_STEP = timedelta(days=3 * 366)
LATEST_NOTE = timedelta(days=366)


@transaction.atomic
def log_contact(
    *,
    actor: User,
    now: datetime,
    organisation: Organisation,
    way: str,
    line: str = "",
    group: Group | None = None,
    channel: Channel | None = None,
    at: datetime | None = None,
) -> ContactLog:
    """Note that we were in touch (``at``, or now); a channel's reminder that was due is met by it.

    Raises Forbidden, Missing, Conflict (archived), Invalid per field, PersonalData.
    """
    require(may_log(actor))
    home = locked(organisation)
    open_for_change(home)
    wrong = Wrongs()
    wrong.one_of("way", way, list(Way))
    tidy = wrong.text("line", line, limit=200)
    _belongs(wrong, home, group, channel)
    moment = at or now
    if not now - LATEST_NOTE <= moment <= now:
        wrong.add("at", _("Välj en dag som har varit, högst ett år tillbaka."))
    wrong.stop()
    row = ContactLog.objects.create(
        organisation=home, group=group, channel=channel, way=way, at=moment, line=tidy, by=actor
    )
    if channel is not None:
        # The wish to be reminded is met by the contact itself.
        Channel.objects.filter(
            pk=channel.pk, next_contact_on__lte=timezone.localdate(moment)
        ).update(next_contact_on=None)
    _note(actor, now, "contact.logged", home, log=row.pk, way=way)
    return row


@transaction.atomic
def undo_contact(*, actor: User, now: datetime, entry: ContactLog) -> None:
    """Take an entry back as if it had not been; within a day, by the one who wrote it.

    Raises Conflict where it is too late, Forbidden for another's. A repeat changes nothing.
    """
    row = ContactLog.objects.select_for_update().filter(pk=entry.pk).first()
    if row is None:
        return
    require(row.by_id == actor.pk)
    if not may_undo(row, actor, now):
        raise Conflict(_("Det går inte att ångra längre. Anteckna i stället en ny kontakt."))
    _note(actor, now, "contact.unlogged", row.organisation, log=row.pk)
    row.delete()


@transaction.atomic
def set_stage(
    *,
    actor: User | None,
    now: datetime,
    organisation: Organisation,
    stage: str,
    until: date | None = None,
) -> StageOverride:
    """Set the stage by hand, until a day (included) or until events are followed again.

    Raises Forbidden, Missing, Conflict (archived), Invalid per field.
    """
    permit(actor)
    home = locked(organisation)
    open_for_change(home)
    wrong = Wrongs()
    wrong.one_of("stage", stage, list(Stage))
    if until is not None and until < timezone.localdate(now):
        wrong.add("until", _("Den dagen har redan varit. Välj en dag som kommer."))
    wrong.stop()
    values = {"stage": stage, "until": until, "set_by": actor, "set_at": now}
    row, _made = StageOverride.objects.update_or_create(organisation=home, defaults=values)
    _note(actor, now, "organisation.stage_set", home, stage=stage)
    return row


@transaction.atomic
def follow_events(*, actor: User | None, now: datetime, organisation: Organisation) -> None:
    """Let the stage follow what happened again; a repeat changes nothing. Raises Forbidden."""
    permit(actor)
    home = locked(organisation)
    gone, _rows = StageOverride.objects.filter(organisation=home).delete()
    if gone:
        _note(actor, now, "organisation.stage_followed", home)


@transaction.atomic
def agree_step(
    *,
    actor: User,
    now: datetime,
    organisation: Organisation,
    text: str,
    due: date,
    owner: User | None = None,
    group: Group | None = None,
    channel: Channel | None = None,
) -> AgreedStep:
    """Write down the next step with its day; its owner is the actor unless another is told.

    Raises Forbidden, Missing, Conflict (archived), Invalid per field, PersonalData.
    """
    require(may_log(actor))
    home = locked(organisation)
    open_for_change(home)
    wrong = Wrongs()
    tidy = wrong.name("text", text, limit=200, missing=_("Skriv vad ni kom överens om."))
    _belongs(wrong, home, group, channel)
    _check_due(wrong, due, now)
    if owner is not None and not owner.is_active:
        wrong.add("owner", _("Välj en kollega som är på plats."))
    wrong.stop()
    row = AgreedStep.objects.create(
        organisation=home,
        group=group,
        channel=channel,
        text=tidy,
        due=due,
        owner=owner or actor,
        created_by=actor,
        created_at=now,
    )
    _note(actor, now, "step.agreed", home, step=row.pk, due=due.isoformat(), owner=row.owner_id)
    return row


@transaction.atomic
def step_done(*, actor: User, now: datetime, step: AgreedStep) -> AgreedStep:
    """It is done; a second press changes nothing. Raises Forbidden."""
    row = _own(actor, now, step)
    if row.done_at is None:
        row.done_at, row.done_by = now, actor
        row.save(update_fields=["done_at", "done_by"])
        _note(actor, now, "step.done", row.organisation, step=row.pk)
    return row


@transaction.atomic
def move_step(*, actor: User, now: datetime, step: AgreedStep, due: date) -> AgreedStep:
    """Another day. Raises Forbidden, Conflict where it is done, Invalid for a day that was."""
    row = _own(actor, now, step)
    if row.done_at is not None:
        raise Conflict(_("Steget är redan avprickat."))
    wrong = Wrongs()
    _check_due(wrong, due, now)
    wrong.stop()
    row.due = due
    row.save(update_fields=["due"])
    _note(actor, now, "step.moved", row.organisation, step=row.pk, due=due.isoformat())
    return row


def may_see_to(step: AgreedStep, user: User, now: datetime) -> bool:
    """The owner, who stands in for the owner, or who plans."""
    own = step.owner_id == user.pk or standing_in.responsible_for(step.owner, now) == user
    return user.is_active and (own or may_plan(user))


def _own(actor: User, now: datetime, step: AgreedStep) -> AgreedStep:
    row = AgreedStep.objects.select_for_update(of=("self",)).get(pk=step.pk)
    if not may_see_to(row, actor, now):
        raise Forbidden
    return row


def _check_due(wrong: Wrongs, due: date, now: datetime) -> None:
    today = timezone.localdate(now)
    if due < today:
        wrong.add("due", _("Den dagen har redan varit. Välj en dag som kommer."))
    elif due - today > FURTHEST_STEP:
        wrong.add("due", _("Tiden ligger mer än tre år bort. Kontrollera årtalet."))


def _belongs(
    wrong: Wrongs, home: Organisation, group: Group | None, channel: Channel | None
) -> None:
    message = _("Den hör inte till organisationen. Välj en annan.")
    if group is not None and group.organisation_id != home.pk:
        wrong.add("group", message)
    if channel is not None and channel.organisation_id != home.pk:
        wrong.add("channel", message)


def _note(
    actor: User | None, now: datetime, verb: str, organisation: Organisation, **data: object
) -> None:
    record(now=now, actor=actor, verb=verb, target=organisation, data=data)
