"""Record what came of a visit: one act, one transaction, one audit row; corrections keep the old.

What a report counts are the rows of current versions only: see ``scheduling.followup.counted``.
"""

from datetime import UTC, datetime, timedelta

from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from core import access, swedish
from core.errors import Conflict, DomainError, Forbidden, IllegalTransition
from core.models import User
from partners.models import AccessNeed, Contact
from scheduling.booking import alter, change, services
from scheduling.followup import barriers, drafts, interests
from scheduling.followup.given import FollowUpInput, tidy
from scheduling.followup.suggest import Suggestion, due, suggest_next
from scheduling.models import (
    Booking,
    FollowUp,
    Handover,
    InterestSignal,
    SignalSource,
)
from scheduling.states import (
    CALLED_OFF,
    BookingKind,
    InvitationState,
    VisitState,
)

__all__ = ["FollowUpInput", "Suggestion", "check_open", "due", "record", "suggest_next"]


@change.service
def record(
    *,
    actor: User,
    now: datetime,
    booking: Booking,
    given: FollowUpInput,
    version: int | None = None,
    idempotency_key: str | None = None,
) -> FollowUp:
    """Write the follow-up of a visit that has begun; again, it is a correction.

    ``booking`` comes from ``scheduling.access.visit_to_follow_up``; ``version`` is the booking's
    as the writer saw it. A correction becomes a new version and the old one is kept, no longer
    counted. The next visit, where one is agreed, is booked in the same transaction.
    The same ``idempotency_key`` again returns the follow-up that it made.
    Raises IllegalTransition before the start and for a visit that was called off, Invalid,
    PersonalData, Stale, Forbidden, Conflict for a key used elsewhere, and Clash (field
    ``next_start``) where the next time is taken; then nothing at all is stored.
    """
    earlier = _made_with(idempotency_key, booking)
    if earlier is not None:
        return earlier
    clean = tidy(given)
    Booking.objects.select_for_update().get(pk=booking.pk)
    # The same form twice at once: the first has it by now, the second waited for the lock.
    earlier = _made_with(idempotency_key, booking)
    if earlier is not None:
        return earlier
    booking = change.locked(booking, version)
    check_open(booking, now)
    previous = booking.follow_ups.filter(current=True).first()
    before = booking.state
    change.step(booking, clean.event)
    following = _book_next(actor, now, booking, clean, previous)
    follow_up = _store(actor, now, booking, clean, previous, following, idempotency_key)
    _catch_interests(booking, follow_up, clean)
    _hand_over(booking, follow_up, clean)
    barriers.from_follow_up(booking, clean.barriers)
    drafts.drop(actor, booking)
    alter.close_proposals(booking)
    change.finish(
        booking,
        actor=actor,
        now=now,
        verb="visit.followed_up" if previous is None else "visit.follow_up_corrected",
        data={
            "follow_up": follow_up.pk,
            "version": follow_up.version,
            "before": before,
            "state": booking.state,
            "next_booking": following.pk if following else None,
        },
    )
    return follow_up


def check_open(booking: Booking, now: datetime) -> None:
    """Raise IllegalTransition, saying why, where the visit cannot be followed up at ``now``."""
    if booking.status in CALLED_OFF:
        message = _("Besöket blev inte av: det är %(state)s. Då finns inget att följa upp.")
        words = {"state": _(change.STATE_WORDS[booking.status])}
    elif booking.status is VisitState.DRAFT:
        message = _("Besöket är ett utkast. Skicka inbjudan först, eller ta bort utkastet.")
        words = {}
    elif booking.start > now:
        message = _("Besöket har inte börjat. Du kan följa upp det från %(when)s.")
        words = {"when": _when(booking.start)}
    else:
        return
    raise IllegalTransition(message % words, extra={"state": booking.state})


def _when(moment: datetime) -> str:
    lang = get_language() or "sv"
    at = "at" if lang.startswith("en") else "kl."
    return f"{swedish.short_date(moment, lang=lang)} {at} {swedish.clock(moment)}"


def _made_with(key: str | None, booking: Booking) -> FollowUp | None:
    if not key:
        return None
    earlier = FollowUp.objects.filter(idempotency_key=key).first()
    if earlier is not None and earlier.booking_id != booking.pk:
        raise Conflict(_("Nyckeln har redan använts för en annan uppföljning."))
    return earlier


def _store(
    actor: User,
    now: datetime,
    booking: Booking,
    given: FollowUpInput,
    previous: FollowUp | None,
    following: Booking | None,
    key: str | None,
) -> FollowUp:
    done_at = None
    if previous is not None:
        FollowUp.objects.filter(pk=previous.pk).update(current=False)
        if previous.next_step == given.next_step:
            done_at = previous.next_step_done_at
    return FollowUp.objects.create(
        booking=booking,
        version=previous.version + 1 if previous else 1,
        author=actor,
        at=now,
        attendance=given.attendance,
        judgement=given.judgement.value if given.judgement else "",
        worked=list(given.worked),
        did_not_work=list(given.did_not_work),
        note=given.note,
        mission=given.mission.value,
        next_step=given.next_step,
        next_step_due=given.next_step_due,
        next_step_done_at=done_at,
        next_booking=following,
        idempotency_key=key or None,
    )


def _catch_interests(booking: Booking, follow_up: FollowUp, given: FollowUpInput) -> None:
    """One signal for each interest: of the visit's group, or of none where several came."""
    if not given.interests:
        return
    groups = list(booking.visit.groups.all())
    for interest in interests.named(given.interests):
        InterestSignal.objects.create(
            interest=interest,
            group=groups[0] if len(groups) == 1 else None,
            follow_up=follow_up,
            source=SignalSource.VISIT,
            on=timezone.localdate(booking.start),
        )


def _hand_over(booking: Booking, follow_up: FollowUp, given: FollowUpInput) -> None:
    if given.handover_receiver is None:
        return
    Handover.objects.create(
        follow_up=follow_up,
        on=timezone.localdate(booking.start),
        topic=given.handover_topic,
        receiver=given.handover_receiver.value,
    )


def _book_next(
    actor: User, now: datetime, booking: Booking, given: FollowUpInput, previous: FollowUp | None
) -> Booking | None:
    """The visit agreed on the spot; a correction keeps the one that it already made."""
    already = previous.next_booking if previous else None
    if given.next_start is None or (already is not None and already.start == given.next_start):
        return already
    if given.next_send and not access.may_plan(actor):
        raise Forbidden(_("Boka nästa besök som utkast. Socionomen skickar inbjudan."))
    plan = _plan(booking, given, given.next_start)
    try:
        return services.book(actor=actor, now=now, plan=plan, send=given.next_send)
    except DomainError as error:
        error.fields = {"next_start": error.message}
        raise


def _plan(booking: Booking, given: FollowUpInput, start: datetime) -> services.VisitPlan:
    """The same visit again: people, place, access and plan; not that day's diets or greeting."""
    visit = booking.visit
    programme = given.next_programme or visit.programme
    length = booking.end - booking.start
    if programme != visit.programme:
        length = timedelta(minutes=programme.minutes)
    return services.VisitPlan(
        groups=tuple(visit.groups.all()),
        programme=programme,
        start=start.astimezone(UTC),
        end=start.astimezone(UTC) + length,
        host=visit.host,
        co_host=visit.co_host,
        room=visit.room,
        # Nobody is asked again about the room they were just in.
        room_reason=visit.room_reason or _("Samma rum som förra gången"),
        contacts=_contacts(booking),
        kind=BookingKind(booking.kind),
        place=visit.place,
        travel_minutes=visit.travel_minutes,
        meeting_point=visit.meeting_point,
        size_band=visit.size,
        followers=visit.followers,
        access_needs=tuple(AccessNeed(need) for need in visit.access_needs),
        fika=visit.fika,
        two_hosts=visit.two_hosts,
        plan_quiet_place=visit.plan_quiet_place,
        plan_exit=visit.plan_exit,
        plan_rules_explained=visit.plan_rules_explained,
        plan_guards_informed=visit.plan_guards_informed,
    )


def _contacts(booking: Booking) -> tuple[Contact, ...]:
    """Those invited to this visit who are still there; none lets the group's own be chosen."""
    allowed = {group.organisation_id for group in booking.visit.groups.all()}
    rows = booking.invitations.exclude(state=InvitationState.WITHDRAWN.value)
    return tuple(
        row.contact
        for row in rows.select_related("contact")
        if row.contact is not None
        and row.contact.archived_at is None
        and row.contact.organisation_id in allowed
    )
