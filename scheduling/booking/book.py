"""Book a visit."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from core.errors import Conflict
from core.models import User
from partners.models import AccessNeed, Contact, Group
from scheduling import links
from scheduling.booking import allocate, change, facts, fitting, hosting
from scheduling.booking.plan import VisitPlan, as_if_said, check, cleaned_texts, respond_by
from scheduling.models import Booking, Invitation, Message, Visit
from scheduling.states import MessageKind, VisitState


@change.service
def book(
    *,
    actor: User | None,
    now: datetime,
    plan: VisitPlan,
    send: bool = True,
    tell: bool = True,
    takes: bool = True,
    idempotency_key: str | None = None,
) -> Booking:
    """Book the visit of ``plan`` and, with ``send``, invite its contacts; otherwise keep a draft.

    Without ``tell`` the invitations stand, and the caller writes the mail (a series, an offer).
    Without ``takes`` nothing is allocated or asked: the slot is held by a shared offer as it is.
    Writes booking, allocations, invitations, audit row, calendar blocks and the mails in one
    transaction. The same ``idempotency_key`` again returns the booking that it made.
    Raises Invalid (also for a room too small without a reason), PersonalData, Clash, or Conflict
    for a key used for something else.
    """
    check(plan, now)
    send = send and not plan.already_held
    texts = cleaned_texts(plan)
    earlier = _made_with(idempotency_key, plan)
    if earlier is not None:
        return earlier
    try:
        with transaction.atomic():
            booking = _create(actor, now, plan, texts, send=send, key=idempotency_key)
    except IntegrityError:
        # The same form sent twice at once: the other request was quicker, its booking stands.
        earlier = _made_with(idempotency_key, plan)
        if earlier is None:
            raise
        return earlier
    why = _settle(booking, plan, now, takes=takes)
    invitations = [] if plan.already_held else invite(booking, contacts_of(plan), now=now)
    event = change.finish(
        booking,
        actor=actor,
        now=now,
        verb=_verb(plan, send=send),
        data={**change.times(booking), "invitations": len(invitations), **why},
    )
    if send and tell:
        change.tell_all(booking, change=MessageKind.UPDATE, event=event, now=now)
    return booking


def occupy(*, now: datetime, plan: VisitPlan) -> None:
    """Take the time of ``plan``, and no more than that: to be rolled back by the caller.

    Raises what ``book`` would raise. Nobody is invited and no calendar is written, so that dozens
    of dates can be tried before any of them is booked.
    """
    check(plan, now)
    booking = _create(None, now, plan, cleaned_texts(plan), send=False, key=None)
    _settle(booking, plan, now, takes=True)


def _settle(booking: Booking, plan: VisitPlan, now: datetime, *, takes: bool) -> dict[str, object]:
    """Take its time, and say why the room will do: no reason helps against a clash."""
    if takes:
        allocate.take(booking, now=now)
    return fitting.settle(booking.visit, plan.room_reason, asks=takes and not plan.already_held)


def preview(*, actor: User, now: datetime, plan: VisitPlan) -> list[Message]:
    """Exactly what would be sent and to whom: booked for real, and rolled back.

    Raises what ``book`` would raise, so that a clash is told before anything is sent; a reason for
    a room too small may still be missing.
    """
    with transaction.atomic():
        booking = book(actor=actor, now=now, plan=as_if_said(plan))
        messages = list(booking.messages.select_related("invitation__contact"))
        transaction.set_rollback(True)
    return messages


def contacts_of(plan: VisitPlan) -> list[tuple[Contact, Group | None]]:
    """Whom to invite: those chosen, or else each group's living contacts."""
    if plan.contacts:
        return [(contact, _group_of(contact, plan.groups)) for contact in plan.contacts]
    chosen: dict[int, tuple[Contact, Group | None]] = {}
    for group in plan.groups:
        first = group.contacts.filter(archived_at=None).order_by("pk").first()
        if first is not None:
            chosen.setdefault(first.pk, (first, group))
    return list(chosen.values())


def _group_of(contact: Contact, groups: tuple[Group, ...]) -> Group | None:
    own = set(contact.groups.values_list("pk", flat=True))
    for group in groups:
        if group.pk in own:
            return group
    return groups[0] if len(groups) == 1 else None


def invite(
    booking: Booking, contacts: list[tuple[Contact, Group | None]], *, now: datetime
) -> list[Invitation]:
    """An invitation with its own link for each contact that has none yet."""
    made = []
    for contact, group in contacts:
        invitation, created = Invitation.objects.get_or_create(
            booking=booking, contact=contact, defaults={"group": group, "created_at": now}
        )
        if created:
            links.issue(invitation)
            made.append(invitation)
    return made


def _create(
    actor: User | None,
    now: datetime,
    plan: VisitPlan,
    texts: dict[str, str],
    *,
    send: bool,
    key: str | None,
) -> Booking:
    contacts = contacts_of(plan)
    library = plan.room.library if plan.room else plan.host.library
    booking = Booking.objects.create(
        kind=plan.kind.value,
        state=_first_state(plan, send=send).value,
        library=library,
        start=plan.start.replace(second=0, microsecond=0),
        end=plan.end.replace(second=0, microsecond=0),
        version=0,
        idempotency_key=key or None,
        feed_changed_at=now,
        created_by=actor,
        created_at=now,
    )
    meeting_point = texts.pop("meeting_point") or library.meeting_point
    visit = Visit.objects.create(
        booking=booking,
        programme=plan.programme,
        host=plan.host,
        co_host=plan.co_host,
        room=plan.room,
        travel_minutes=plan.travel_minutes,
        meeting_point=meeting_point,
        contact=contacts[0][0] if contacts else None,
        size_band=plan.size.value,
        followers=plan.followers,
        access_needs=[need.value for need in _access_needs(plan)],
        interpreter_by=plan.interpreter_by or "",
        interpreter_state=plan.interpreter_state.value,
        diet_counts=facts.counted(plan.diet_counts),
        calm=plan.calm,
        travel_by=plan.travel_by or "",
        tickets_by=plan.tickets_by or "",
        card_count=plan.card_count,
        photos_agreed=plan.photos_agreed,
        hours_confirmed=plan.hours_confirmed,
        plan_routine_url=plan.plan_routine_url.strip(),
        fika=plan.fika if plan.fika is not None else any(group.fika for group in plan.groups),
        card_signup=plan.card_signup or bool(plan.card_count),
        two_hosts=plan.needs_two_hosts,
        plan_rules_explained=plan.plan_rules_explained,
        plan_guards_informed=plan.plan_guards_informed,
        respond_by=plan.respond_by or respond_by(plan.start, now),
        **texts,
    )
    visit.groups.set(plan.groups)
    if not plan.already_held:
        hosting.require_own_free(visit, booking.start, booking.end)
    return booking


def _first_state(plan: VisitPlan, *, send: bool) -> VisitState:
    if plan.already_held:
        return VisitState.CONFIRMED
    return VisitState.OFFERED if send else VisitState.DRAFT


def _verb(plan: VisitPlan, *, send: bool) -> str:
    if plan.already_held:
        return "visit.registered"
    return "visit.booked" if send else "visit.drafted"


def _access_needs(plan: VisitPlan) -> list[AccessNeed]:
    if plan.access_needs is not None:
        return list(plan.access_needs)
    return sorted({AccessNeed(need) for group in plan.groups for need in group.access_needs})


def _made_with(key: str | None, plan: VisitPlan) -> Booking | None:
    if not key:
        return None
    earlier = Booking.objects.with_visit().filter(idempotency_key=key).first()
    if earlier is None:
        return None
    if {group.pk for group in earlier.visit.groups.all()} != {group.pk for group in plan.groups}:
        raise Conflict(_("Nyckeln har redan använts för en annan bokning."))
    return earlier
