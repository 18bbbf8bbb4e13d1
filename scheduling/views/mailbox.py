"""Att titta på: the mails that no machine could take, each decided in one click."""

from urllib.parse import quote

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from core import screening, swedish
from core.errors import Invalid
from core.logs import mask
from core.models import User
from scheduling import access
from scheduling.calendars.text import clean_text
from scheduling.mailbox import waiting
from scheduling.models import IncomingMail, MailAction, MailDecision
from scheduling.states import InvitationState
from scheduling.views import texts

PER_PAGE = 25
SHOWN = 20_000
QUOTED = 300
REASONS = {
    "other_tag": gettext_lazy("Kom till någon annans svarsadress"),
    "other_attendee": gettext_lazy("Svar från någon som inte är inbjuden"),
    "not_authenticated": gettext_lazy("Avsändaren är inte säker"),
    "delegated": gettext_lazy("Lämnar över till någon annan"),
    "delegate": gettext_lazy("Svarar i den inbjudnas ställe"),
    "winmail": gettext_lazy("Svar i ett format som bara Outlook läser"),
    "forwarded": gettext_lazy("Vidarebefordrat"),
    "no_calendar": gettext_lazy("Svar i ord"),
    "stranger": gettext_lazy("Från någon vi inte känner"),
    "contradiction": gettext_lazy("Säger två olika saker"),
    "several_attendees": gettext_lazy("Flera svarar i samma mejl"),
    "unknown_instance": gettext_lazy("Gäller ett datum som inte finns"),
    "series_counter": gettext_lazy("Vill flytta hela serien"),
    "proposal_unclear": gettext_lazy("Föreslår en tid som inte går att läsa"),
    "unusable_time": gettext_lazy("Föreslår en tid som inte går"),
    "clash": gettext_lazy("Ja till en tid som är tagen"),
}
UNREADABLE = gettext_lazy("Gick inte att läsa")
STATE_LABELS = {
    InvitationState.ACCEPTED: gettext_lazy("Ta emot: ja"),
    InvitationState.DECLINED: gettext_lazy("Ta emot: nej"),
    InvitationState.TENTATIVE: gettext_lazy("Ta emot: kanske"),
    InvitationState.COUNTERED: gettext_lazy("Ta emot: annan tid"),
}
#: What a press sends: the decision, or the contact's answer where a person reads it.
_SPOKEN = ("accepted", "declined")


@login_required
@require_safe
def mailbox(request: HttpRequest) -> HttpResponse:
    """Those that wait, the oldest first; ``?visa=alla`` shows all, the newest first."""
    user = request.user
    assert isinstance(user, User)
    every = access.incoming_for(user)
    everything = request.GET.get("visa") == "alla"
    chosen = every.order_by("-pk") if everything else every.waiting().order_by("pk")
    page = Paginator(chosen, PER_PAGE).get_page(request.GET.get("page"))
    here, waits = reverse("mailbox"), _("Väntar")
    context = {
        "section": "outbox",
        "heading": _("Mejl och sms som har kommit in") if everything else _("Att titta på"),
        "page": page,
        "rows": [_row(mail) for mail in page],
        "texts": texts.rows(user, everything=everything),
        "views": [
            {
                "label": waits,
                "href": here,
                "count": access.to_look_at(user),
                "present": not everything,
            },
            {
                "label": _("Alla"),
                "href": f"{here}?visa=alla",
                "count": every.count() + access.texts_for(user).count(),
                "present": everything,
            },
        ],
    }
    return render(request, "scheduling/mailbox.html", context)


@login_required
@require_safe
def incoming(request: HttpRequest, pk: int) -> HttpResponse:
    """One mail as safe text: decoded, its secrets and personal identity numbers masked."""
    user = request.user
    assert isinstance(user, User)
    mail = access.incoming_mail(user, pk)
    raw = bytes(mail.raw)
    context = {
        "section": "outbox",
        "mail": mail,
        "row": _row(mail),
        "text": mask(screening.mask(clean_text(raw[:SHOWN].decode("utf-8", "replace"), SHOWN))),
        "cut": len(raw) > SHOWN,
        "reply": _reply(mail),
    }
    return render(request, "scheduling/mailbox_mail.html", context)


@login_required
@require_POST
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """One click."""
    user = request.user
    assert isinstance(user, User)
    decision, state = _chosen(request.POST.get("decision", ""))
    mail = access.incoming_mail(user, pk)
    waiting.decide(actor=user, now=timezone.now(), mail=mail, decision=decision, state=state)
    said = {
        MailDecision.CONTACT: _("Svaret är mottaget."),
        MailDecision.NEW_CONTACT: _("Kontakten är inbjuden."),
        MailDecision.IGNORE: _("Mejlet är lagt åt sidan."),
    }
    messages.success(request, said[decision])
    return HttpResponseRedirect(reverse("mailbox"), status=303)


def _chosen(pressed: str) -> tuple[MailDecision, InvitationState | None]:
    if pressed in _SPOKEN:
        return MailDecision.CONTACT, InvitationState(pressed)
    if pressed in set(MailDecision):
        return MailDecision(pressed), None
    message = _("Välj vad som ska hända med mejlet.")
    raise Invalid(message, fields={"decision": message})


def _row(mail: IncomingMail) -> dict[str, object]:
    """A row of ``ui/need.html``."""
    author = f"{mail.sender_name} <{mail.sender}>" if mail.sender_name else mail.sender
    return {
        "icon": "warn" if mail.waits else "mail",
        "tone": "now" if mail.waits else "",
        "kind": _kind(mail),
        "title": author or _("Okänd avsändare"),
        "href": reverse("incoming", args=[mail.pk]),
        "text": _about(mail),
        "quote": clean_text(mail.excerpt, QUOTED),
        "note": f"{swedish.short_date(mail.received_at)} kl. {swedish.clock(mail.received_at)}",
        "acts": _acts(mail) if mail.waits else [],
    }


def _reply(mail: IncomingMail) -> str:
    """A ``mailto:`` to who wrote (RFC 6068), empty where no person did.

    The words of an answer to a stranger belong in the mail program, not among the invitations.
    """
    if not mail.sender or mail.action == MailAction.BOUNCE.value:
        return ""
    subject = mail.subject if mail.subject.lower().startswith(("sv:", "re:")) else _sv(mail.subject)
    return f"mailto:{quote(mail.sender, safe='@')}?subject={quote(subject)}"


def _sv(subject: str) -> str:
    return _("Sv: %(subject)s") % {"subject": subject}


def _kind(mail: IncomingMail) -> str:
    if mail.action == MailAction.REVIEW.value:
        return str(REASONS.get(mail.reason, UNREADABLE))
    words = {
        MailAction.REPLY: _("Svar"),
        MailAction.COUNTER: _("Förslag om annan tid"),
        MailAction.REFRESH: _("Bad om inbjudan igen"),
        MailAction.BOUNCE: _("Studs"),
    }
    return words.get(MailAction(mail.action), _("Lämnat därhän"))


def _about(mail: IncomingMail) -> str:
    if mail.invitation is None:
        return mail.subject
    booking = mail.invitation.booking
    when = swedish.compact_when(booking.start, booking.end)
    return f"{mail.subject} · {mail.invitation.name}, {when}"


def _acts(mail: IncomingMail) -> list[dict[str, object]]:
    found = waiting.guess(mail)
    acts: list[tuple[str, object, str, str]] = []
    if mail.invitation is not None and found.state is not None:
        acts.append((MailDecision.CONTACT.value, STATE_LABELS[found.state], "main", "check"))
    elif mail.invitation is not None:
        acts.append(("accepted", _("Det var ett ja"), "line", "check"))
        acts.append(("declined", _("Det var ett nej"), "line", "x"))
    if found.address:
        label = _("Bjud in %(address)s") % {"address": found.address}
        acts.append((MailDecision.NEW_CONTACT.value, label, "line", "person"))
    acts.append((MailDecision.IGNORE.value, _("Lägg åt sidan"), "quiet", ""))
    action = reverse("incoming_decide", args=[mail.pk])
    return [
        {"action": action, "name": "decision", "value": v, "label": label, "style": s, "icon": i}
        for v, label, s, i in acts
    ]


urlpatterns = [
    path("utskick/att-titta-pa/", mailbox, name="mailbox"),
    path("utskick/inkommet/<int:pk>/", incoming, name="incoming"),
    path("utskick/inkommet/<int:pk>/beslut", decide, name="incoming_decide"),
]
