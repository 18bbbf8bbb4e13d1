"""What is erased when: one rule each, its preview, its run and its log.

Counts, states and times stay for the statistics; words and addresses go. Erasing public records
needs a decision of the municipality (arkivlagen 10 §), so a rule that touches them runs only once
the number of that decision is written down (DOMAIN.md §3, "Gallring").
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, Max, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core import access, audit, texts
from core.errors import Conflict, Invalid, Missing
from core.models import AuditEvent, User
from partners.models import Contact
from scheduling.models import (
    Answer,
    Barrier,
    BoundaryCase,
    CallTask,
    FollowUp,
    FollowUpDraft,
    Handover,
    InterestSignal,
    Invitation,
    Message,
    Proposal,
    RetentionRule,
    RetentionRun,
    Visit,
)

LONGEST_DAYS = 36500
#: What stands where words must stand and none are left: the row is still counted.
ERASED = "–"
Rows = QuerySet[Any]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule as it is proposed.

    ``due`` finds the rows with something left to erase that are older than an instant, so that a
    second run finds none; ``erase`` empties them and is None where a person is only asked.
    """

    key: str
    what: Promise
    days: int
    due: Callable[[datetime], Rows]
    erase: Callable[[Rows, datetime], int] | None
    public_record: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """A rule as it stands in this house: its own days and decision, and what it would erase."""

    rule: Rule
    days: int
    decision: str
    due: int
    last_run: RetentionRun | None

    @property
    def asks(self) -> bool:
        """Whether a person is asked, and nothing is erased."""
        return self.rule.erase is None

    @property
    def runs(self) -> bool:
        """Whether it may erase: what is a public record needs a decision first."""
        return self.rule.erase is not None and (bool(self.decision) or not self.rule.public_record)


def _drafts(before: datetime) -> Rows:
    return FollowUpDraft.objects.filter(at__lt=before)


def _erase_drafts(rows: Rows, _before: datetime) -> int:
    return rows.delete()[0]


#: What a visit keeps of all that only its own day needed.
_NO_CARE: dict[str, Any] = {
    "diets": "", "diet_counts": {}, "access_needs": [], "room_reason": "", "busy_override": "",
}  # fmt: skip


def _visits_with_care(before: datetime) -> Rows:
    said = Invitation.objects.filter(booking=OuterRef("pk")).exclude(needs={})
    return Visit.objects.filter(booking__end__lt=before).exclude(~Exists(said), **_NO_CARE)


def _erase_care(rows: Rows, before: datetime) -> int:
    """Of the visit, and as the partner said it."""
    Invitation.objects.filter(booking__end__lt=before).exclude(needs={}).update(needs={})
    return rows.update(**_NO_CARE)


def _dead_links(before: datetime) -> Rows:
    return Invitation.objects.filter(booking__end__lt=before, token_fingerprint__isnull=False)


def _erase_links(rows: Rows, _before: datetime) -> int:
    return rows.update(token_fingerprint=None)


def _letters(before: datetime) -> Rows:
    return Message.objects.filter(
        created_at__lt=before, booking__end__lt=before, sent_at__isnull=False
    ).exclude(recipient="", text="")


def _erase_letters(rows: Rows, _before: datetime) -> int:
    return rows.update(recipient="", subject="", text="", raw=b"", calendar=None, error="")


def _answers(before: datetime) -> Rows:
    return Answer.objects.filter(at__lt=before, invitation__booking__end__lt=before).exclude(
        comment=""
    )


def _erase_answers(rows: Rows, before: datetime) -> int:
    """The words of an answer, and of what was wished for beside it."""
    over = Q(booking__end__lt=before)
    Invitation.objects.filter(over, answered_at__lt=before).exclude(comment="").update(comment="")
    return rows.update(comment="")


def _wishes(before: datetime) -> Rows:
    return Proposal.objects.filter(
        created_at__lt=before, invitation__booking__end__lt=before
    ).exclude(text__in=["", ERASED])


def _erase_wishes(rows: Rows, _before: datetime) -> int:
    """A wish in words alone keeps a dash: the constraint wants a time or words."""
    return rows.update(text=ERASED)


def _notes(before: datetime) -> Rows:
    return FollowUp.objects.filter(booking__end__lt=before, at__lt=before).exclude(
        note="", next_step=""
    )


def _erase_notes(rows: Rows, _before: datetime) -> int:
    """Free text only: numbers, judgement and chips are the statistics."""
    return rows.update(note="", next_step="", next_step_due=None)


def _interest_lines(before: datetime) -> Rows:
    return InterestSignal.objects.filter(on__lt=timezone.localdate(before)).exclude(line="")


def _erase_lines(rows: Rows, _before: datetime) -> int:
    return rows.update(line="")


def _barrier_words(before: datetime) -> Rows:
    """Of solved ones: what is still in the way must be told until somebody saw to it."""
    solved = Barrier.objects.filter(solved_on__lt=timezone.localdate(before))
    return solved.exclude(what="", solution="")


def _erase_barriers(rows: Rows, _before: datetime) -> int:
    return rows.update(what="", solution="")


def _questions(before: datetime) -> Rows:
    old = BoundaryCase.objects.filter(on__lt=timezone.localdate(before))
    return old.exclude(question=ERASED, outcome="")


def _erase_questions(rows: Rows, _before: datetime) -> int:
    return rows.update(question=ERASED, outcome="")


def _topics(before: datetime) -> Rows:
    return Handover.objects.filter(on__lt=timezone.localdate(before)).exclude(topic=ERASED)


def _erase_topics(rows: Rows, _before: datetime) -> int:
    return rows.update(topic=ERASED)


def _expired_audit(before: datetime) -> Rows:
    return AuditEvent.objects.filter(at__lt=before)


def _erase_audit(rows: Rows, before: datetime) -> int:
    for model in (Message, CallTask):
        model._default_manager.filter(event__in=rows).update(event=None)
    return AuditEvent.objects.expire(before)


def _silent_contacts(before: datetime) -> Rows:
    lately = Invitation.objects.filter(contact=OuterRef("pk"), created_at__gte=before)
    return Contact.objects.filter(archived_at=None, created_at__lt=before).exclude(Exists(lately))


RULES: tuple[Rule, ...] = (
    Rule("drafts", gettext_lazy("Utkast till uppföljningar"), 30, _drafts, _erase_drafts),
    Rule(
        "care",
        gettext_lazy(
            "Kost, tillgänglighet och skäl till ett litet rum eller en upptagen tid, efter besöket"
        ),
        7,
        _visits_with_care,
        _erase_care,
    ),
    Rule("links", gettext_lazy("Svarslänkar, efter besöket"), 30, _dead_links, _erase_links),
    Rule(
        "letters",
        gettext_lazy("Skickade brev och sms: text och adress"),
        365,
        _letters,
        _erase_letters,
        public_record=True,
    ),
    Rule(
        "answers",
        gettext_lazy("Partnerns ord i svar"),
        365,
        _answers,
        _erase_answers,
        public_record=True,
    ),
    Rule(
        "wishes",
        gettext_lazy("Partnerns ord i motförslag"),
        365,
        _wishes,
        _erase_wishes,
        public_record=True,
    ),
    Rule(
        "notes",
        gettext_lazy("Fri text i uppföljningar"),
        730,
        _notes,
        _erase_notes,
        public_record=True,
    ),
    Rule(
        "interests",
        gettext_lazy("Raderna vid intressen"),
        730,
        _interest_lines,
        _erase_lines,
        public_record=True,
    ),
    Rule(
        "barriers",
        gettext_lazy("Ord om hinder som är lösta"),
        730,
        _barrier_words,
        _erase_barriers,
        public_record=True,
    ),
    Rule(
        "cases",
        gettext_lazy("Gränsfallens frågor och svar"),
        1095,
        _questions,
        _erase_questions,
        public_record=True,
    ),
    Rule(
        "handovers",
        gettext_lazy("Vad som lämnats vidare"),
        1095,
        _topics,
        _erase_topics,
        public_record=True,
    ),
    Rule(
        "audit",
        gettext_lazy("Händelseloggen"),
        730,
        _expired_audit,
        _erase_audit,
        public_record=True,
    ),
    Rule(
        "contacts",
        gettext_lazy("Kontakter som det varit tyst om: fråga om de ska vara kvar"),
        730,
        _silent_contacts,
        None,
    ),
)


def rule(key: str) -> Rule:
    """The rule of ``key``, or Missing."""
    for one in RULES:
        if one.key == key:
            return one
    raise Missing


def standing(now: datetime) -> list[Standing]:
    """Every rule as it stands at ``now``, with its preview: how many rows it would erase."""
    own = {row.key: row for row in RetentionRule.objects.all()}
    newest = RetentionRun.objects.values("key").annotate(newest=Max("pk")).values("newest")
    last = {run.key: run for run in RetentionRun.objects.filter(pk__in=newest)}
    return [_standing(one, own.get(one.key), last.get(one.key), now) for one in RULES]


def _standing(
    one: Rule, own: RetentionRule | None, last: RetentionRun | None, now: datetime
) -> Standing:
    days = own.days if own else one.days
    due = one.due(now - timedelta(days=days)).count()
    return Standing(one, days, own.decision if own else "", due, last)


def stands(key: str, now: datetime) -> Standing:
    """One rule as it stands at ``now``; Missing for an unknown key."""
    one = rule(key)
    own = RetentionRule.objects.filter(key=key).first()
    last = RetentionRun.objects.filter(key=key).first()
    return _standing(one, own, last, now)


@transaction.atomic
def change_rule(*, actor: User, now: datetime, key: str, days: int, decision: str) -> Standing:
    """Set how long (whole days) and by which decision. Raises Forbidden, Invalid, Missing."""
    access.require(access.may_administer(actor))
    one = rule(key)
    if not 1 <= days <= LONGEST_DAYS:
        message = _("Skriv ett antal dagar mellan 1 och %(most)d.") % {"most": LONGEST_DAYS}
        raise Invalid(message, fields={"days": message})
    decision = texts.clean(decision, field="decision", limit=80)
    row, _made = RetentionRule.objects.update_or_create(
        key=one.key,
        defaults={"days": days, "decision": decision, "changed_by": actor, "changed_at": now},
    )
    audit.record(
        now=now,
        actor=actor,
        verb="retention.changed",
        target=row,
        data={"rule": one.key, "days": days, "decision": bool(decision)},
    )
    return _standing(one, row, RetentionRun.objects.filter(key=key).first(), now)


@transaction.atomic
def run(*, actor: User | None, now: datetime, key: str) -> RetentionRun:
    """Erase what the rule says, and log it; ``actor`` is None for the nightly run.

    Raises Forbidden, Missing, and Conflict for a rule that only asks or that lacks its decision.
    """
    if actor is not None:
        access.require(access.may_administer(actor))
    now_standing = stands(key, now)
    one = now_standing.rule
    if one.erase is None:
        raise Conflict(_("Den här regeln frågar bara. Arkivera kontakterna en och en."))
    if not now_standing.runs:
        raise Conflict(_("Skriv beslutets diarienummer först. Utan beslut gallras inget."))
    cutoff = now - timedelta(days=now_standing.days)
    erased = one.erase(one.due(cutoff), cutoff)
    done = RetentionRun.objects.create(
        key=key,
        at=now,
        actor=actor,
        cutoff=cutoff,
        days=now_standing.days,
        decision=now_standing.decision,
        rows=erased,
    )
    if erased:
        audit.record(
            now=now,
            actor=actor,
            via="" if actor else "system",
            verb="retention.run",
            target=done,
            data={"rule": key, "rows": erased},
        )
    return done


def run_all(now: datetime) -> list[RetentionRun]:
    """The nightly run: every rule that may erase and finds something to."""
    return [
        run(actor=None, now=now, key=one.rule.key) for one in standing(now) if one.runs and one.due
    ]
