"""What partners said on their page that a person must look at: a colleague named, needs told."""

from django.db.models import F, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from core import access, swedish
from core.models import User
from scheduling.booking import delegation
from scheduling.booking.needs import Needs
from scheduling.models import Booking, Delegation, Invitation
from scheduling.states import CALLED_OFF
from scheduling.views import facts_words
from scheduling.views.today_words import Row, aliases, what_and_when

_VISIT = "booking__visit__programme"


def asked(user: User, booking: Booking | None = None) -> list[Row]:
    """Every row for a planner, of one visit or of all; the longest waiting first."""
    if not access.may_plan(user):
        return []
    back = reverse("visit", args=[booking.pk]) if booking else reverse("today")
    of = Q(booking=booking) if booking else Q()
    rows = [_hand_over(row, back) for row in _delegations(booking)]
    return rows + [_needs(row, back) for row in _told().filter(of)]


def _delegations(booking: Booking | None) -> QuerySet[Delegation]:
    of = Q(invitation__booking=booking) if booking else Q()
    return (
        Delegation.objects.filter(
            of, decided_at=None, invitation__booking__start__gt=timezone.now()
        )
        .exclude(invitation__booking__state__in=[state.value for state in CALLED_OFF])
        .select_related("invitation__contact__organisation", f"invitation__{_VISIT}")
        .prefetch_related("invitation__booking__visit__groups")
    )


def _told() -> QuerySet[Invitation]:
    return (
        Invitation.objects.filter(needs_at__isnull=False, booking__start__gt=timezone.now())
        .filter(Q(needs_seen_at=None) | Q(needs_seen_at__lt=F("needs_at")))
        .exclude(booking__state__in=[state.value for state in CALLED_OFF])
        .select_related("contact", _VISIT)
        .prefetch_related("booking__visit__groups")
        .order_by("needs_at", "pk")
    )


def _hand_over(row: Delegation, back: str) -> Row:
    booking, old = row.invitation.booking, row.invitation.contact
    reach = ", ".join(
        part for part in (row.email, swedish.format_phone(row.phone) if row.phone else "") if part
    )
    there = delegation.known(row)
    stays = _("%(who)s vill vara kvar.") if row.stays else _("%(who)s får veta det och lämnar.")
    note = (
        _("%(name)s finns redan som kontakt.") % {"name": there.name}
        if there
        else _("Kontakten läggs till hos organisationen.")
    )
    return {
        "icon": "person",
        "tone": "now",
        "kind": _("Vill lämna över"),
        "owner": booking.created_by_id,
        "title": _("%(group)s får en ny kontakt: %(name)s")
        % {"group": aliases(booking), "name": row.name},
        "href": reverse("visit", args=[booking.pk]),
        "text": f"{reach}. {what_and_when(booking)}",
        "quote": "",
        "note": f"{note} {stays % {'who': old.name if old else ''}}",
        "acts": [
            {
                "label": _("Bjud in %(name)s") % {"name": row.name.split()[0]},
                "action": reverse("delegation_invite", args=[row.pk]),
                "icon": "check",
                "next": back,
            },
            {
                "label": _("Bjud inte in"),
                "action": reverse("delegation_ignore", args=[row.pk]),
                "style": "quiet",
                "next": back,
            },
        ],
    }


def _needs(row: Invitation, back: str) -> Row:
    booking = row.booking
    words = facts_words.needs(Needs.of(row.needs))
    return {
        "icon": "info",
        "tone": "",
        "kind": _("Nytt om behov"),
        "owner": booking.created_by_id,
        "title": _("%(group)s har sagt vad de behöver") % {"group": aliases(booking)},
        "href": reverse("visit", args=[booking.pk]),
        "text": what_and_when(booking),
        "quote": words or _("Inget särskilt den här gången."),
        "note": _("Det är tillagt i besökets uppgifter. Inget ni har planerat är borttaget."),
        "acts": [
            {
                "label": _("Sett"),
                "action": reverse("needs_seen", args=[row.pk]),
                "icon": "check",
                "next": back,
            }
        ],
    }
