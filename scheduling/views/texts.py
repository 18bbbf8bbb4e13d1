"""Sms: the texts that wait for a person, and the link that a colleague sends."""

from datetime import datetime

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from core import screening, swedish
from core.errors import DomainError, Invalid, Missing
from core.models import User
from scheduling import access
from scheduling.forms import picked
from scheduling.mailbox import texts, texts_waiting
from scheduling.models import Booking, IncomingText, Invitation, TextAction, TextDecision
from scheduling.outbox import sms, texting
from scheduling.states import OPEN_STATES, InvitationState, VisitState
from scheduling.views.setup_edit import user_of

MOST = 50
REASONS = {
    "stranger": gettext_lazy("Från ett nummer vi inte känner"),
    "unclear": gettext_lazy("Svar i ord"),
    "several_visits": gettext_lazy("Gäller något av flera besök"),
    "other_visit": gettext_lazy("Gäller kanske ett annat besök"),
    "old_time": gettext_lazy("Gäller kanske den gamla tiden"),
    "no_visit": gettext_lazy("Inget öppet besök"),
    "which_time": gettext_lazy("Ja, men inte till vilken tid"),
    "clash": gettext_lazy("Ja till en tid som är tagen"),
    "over": gettext_lazy("Svaret kom för sent"),
}


def rows(user: User, *, everything: bool) -> list[dict[str, object]]:
    """Rows of ``ui/need.html``: those that wait, the oldest first; or all, the newest first."""
    every = access.texts_for(user)
    chosen = every.order_by("-pk") if everything else every.waiting().order_by("pk")
    return [_row(text) for text in chosen[:MOST]]


def textable(booking: Booking, now: datetime) -> set[int]:
    """The invitations of an open visit whose contact can be sent the link as a text."""
    if booking.status not in OPEN_STATES or booking.status is VisitState.DRAFT:
        return set()
    if booking.start <= now:
        return set()
    live = booking.invitations.exclude(state=InvitationState.WITHDRAWN.value)
    found = live.select_related("contact")
    return {row.pk for row in found if sms.may_be_texted(row.contact)}


def _row(text: IncomingText) -> dict[str, object]:
    when = f"{swedish.short_date(text.received_at)} kl. {swedish.clock(text.received_at)}"
    number = swedish.format_phone(text.sender) if text.sender else _("Raderat nummer")
    title = f"{text.invitation.name}, {number}" if text.invitation else number
    booking = text.invitation.booking if text.invitation else None
    return {
        "icon": "warn" if text.waits else "text",
        "tone": "now" if text.waits else "",
        "kind": _kind(text),
        "title": title,
        "href": reverse("visit", args=[booking.pk]) if booking else "",
        "text": swedish.compact_when(booking.start, booking.end) if booking else "",
        "quote": screening.mask(text.words),
        "note": when,
        "acts": _acts(text) if text.waits else [],
    }


def _kind(text: IncomingText) -> str:
    if text.action == TextAction.REVIEW.value:
        return str(REASONS[text.reason])
    return {
        TextAction.REPLY.value: _("Svar"),
        TextAction.STOP.value: _("Vill inte ha sms"),
        TextAction.START.value: _("Vill ha sms igen"),
    }.get(text.action, _("Lämnat därhän"))


def _acts(text: IncomingText) -> list[dict[str, object]]:
    """A yes and a no to each visit it may be about, a call, and that it is dealt with."""
    action = reverse("text_decide", args=[text.pk])
    found = texts.open_visits(text.sender, timezone.now())[:3]
    acts: list[dict[str, object]] = []
    for invitation in found:
        day = swedish.short_date(invitation.booking.start)
        for decision, icon, alone, named in (
            (TextDecision.ACCEPTED, "check", _("Det var ett ja"), _("Ja till %(day)s")),
            (TextDecision.DECLINED, "x", _("Det var ett nej"), _("Nej till %(day)s")),
        ):
            acts.append(
                {
                    "action": action,
                    "name": "decision",
                    "value": f"{decision.value}:{invitation.pk}",
                    "label": alone if len(found) == 1 else named % {"day": day},
                    "style": "line",
                    "icon": icon,
                }
            )
    if text.sender.startswith("+"):
        acts.append({"label": _("Ring"), "href": f"tel:{text.sender}", "icon": "phone"})
    seen = {"value": TextDecision.SEEN.value, "label": _("Klart"), "style": "quiet"}
    return [*acts, {"action": action, "name": "decision", **seen}]


@login_required
@require_POST
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """One click: what it said, or that it is dealt with."""
    user = user_of(request)
    text = access.incoming_text(user, pk)
    pressed, _colon, about = request.POST.get("decision", "").partition(":")
    if pressed not in set(TextDecision):
        message = _("Välj vad som ska hända med sms:et.")
        raise Invalid(message, fields={"decision": message})
    invitation = Invitation.objects.filter(pk=about).first() if picked.is_pk(about) else None
    decision = TextDecision(pressed)
    texts_waiting.decide(
        actor=user, now=timezone.now(), text=text, decision=decision, invitation=invitation
    )
    seen = decision is TextDecision.SEEN
    messages.success(request, _("Sms:et är läst.") if seen else _("Svaret är mottaget."))
    return HttpResponseRedirect(reverse("mailbox"), status=303)


@login_required
@require_POST
def link(request: HttpRequest, pk: int, invitation: int) -> HttpResponse:
    """Text the link to one contact."""
    user, now = user_of(request), timezone.now()
    booking = access.visit_to_plan(user, pk)
    row = booking.invitations.filter(pk=invitation).first()
    if row is None:
        raise Missing
    try:
        sent = texting.send_link(actor=user, now=now, invitation=row)
    except DomainError as error:
        messages.error(request, error.message)
        return HttpResponseRedirect(reverse("visit", args=[pk]), status=303)
    if sent.due_at > now:
        when = f"{swedish.short_date(sent.due_at)} kl. {swedish.clock(sent.due_at)}"
        messages.success(request, _("Länken går som sms %(when)s.") % {"when": when})
    else:
        messages.success(request, _("Länken är på väg som sms."))
    return HttpResponseRedirect(reverse("visit", args=[pk]), status=303)


urlpatterns = [
    path("utskick/sms/<int:pk>/beslut", decide, name="text_decide"),
    path("besok/<int:pk>/sms/<int:invitation>", link, name="visit_link_text"),
]
