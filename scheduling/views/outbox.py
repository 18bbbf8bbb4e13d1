"""Utskick: what left the house?"""

import re
from email import message_from_bytes, policy

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from core import swedish
from core.logs import mask
from core.models import User
from scheduling import access
from scheduling.forms.outbox import AddressForm
from scheduling.models import Message
from scheduling.outbox import gsm, retry, waits
from scheduling.states import Fault, MessageChannel, MessageKind, MessageState
from scheduling.views.setup_edit import user_of

PER_PAGE = 25
HEADERS = ("From", "To", "Subject", "Date", "Message-ID", "In-Reply-To", "References")
STATE_WORDS = {
    MessageState.WAITING: gettext_lazy("Väntar"),
    MessageState.SENDING: gettext_lazy("Skickas"),
    MessageState.SENT: gettext_lazy("Skickade"),
    MessageState.KEPT: gettext_lazy("Kvar i huset"),
    MessageState.FAILED: gettext_lazy("Gick inte fram"),
    MessageState.SUPERSEDED: gettext_lazy("Ersatta"),
    MessageState.BUNDLED: gettext_lazy("Gick med i ett annat mejl"),
    MessageState.TOLD: gettext_lazy("Sagt per telefon"),
}
KIND_WORDS = {
    MessageKind.REQUEST: gettext_lazy("Inbjudan"),
    MessageKind.UPDATE: gettext_lazy("Ändring"),
    MessageKind.CANCEL: gettext_lazy("Avbokning"),
    MessageKind.REMINDER: gettext_lazy("Påminnelse"),
    MessageKind.NUDGE: gettext_lazy("Fråga om svar"),
    MessageKind.DECLINE: gettext_lazy("Besked om förslaget"),
    MessageKind.OFFER: gettext_lazy("Tider att välja på"),
    MessageKind.CHOSEN: gettext_lazy("Vald tid"),
    MessageKind.TAKEN: gettext_lazy("Tiden gick till någon annan"),
    MessageKind.PASSED: gettext_lazy("En kollega tar över"),
    MessageKind.SERIES: gettext_lazy("Inbjudan till serien"),
    MessageKind.SERIES_END: gettext_lazy("Avbokning av serien"),
    MessageKind.LINK: gettext_lazy("Länken igen"),
    MessageKind.RECEIPT: gettext_lazy("Svar på sms"),
}
#: A folded line of a calendar goes on with a space (RFC 5545 section 3.1).
_FOLD = re.compile(r"\r?\n[ \t]")


@login_required
@require_safe
def outbox(request: HttpRequest) -> HttpResponse:
    """The mails, newest first; ``?status=`` narrows, and stays in the address."""
    user = request.user
    assert isinstance(user, User)
    rows = access.messages_for(user).order_by("-pk")
    counts = dict(
        rows.order_by()
        .values_list("state")
        .annotate(count=Count("pk"))
        .values_list("state", "count")
    )
    chosen = request.GET.get("status", "")
    if chosen in set(MessageState):
        rows = rows.filter(state=chosen)
    else:
        chosen = ""
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "section": "outbox",
        "page": page,
        "rows": [{"message": row, "kind": KIND_WORDS[MessageKind(row.kind)]} for row in page],
        "views": _views(counts, chosen, Message.objects.undecided().count()),
        "line_down": waits.down_since(),
        "texts_down": waits.down_since(MessageChannel.SMS),
        "texts_leave": bool(settings.SMS_URL) and not settings.SMS_URL.startswith("file:"),
        "chosen": chosen,
        "to_look_at": access.to_look_at(user),
    }
    return render(request, "scheduling/outbox.html", context)


def _views(counts: dict[str, int], chosen: str, undecided: int) -> list[dict[str, object]]:
    here = reverse("outbox")
    views: list[dict[str, object]] = [
        {"label": _("Alla"), "count": sum(counts.values()), "href": here, "present": not chosen}
    ]
    views += [
        {
            "label": word,
            "count": counts.get(state.value, 0),
            "href": f"{here}?status={state.value}",
            "present": chosen == state.value,
            "now": state is MessageState.FAILED and undecided > 0,
        }
        for state, word in STATE_WORDS.items()
        if counts.get(state.value) or chosen == state.value
    ]
    return views


@login_required
@require_safe
def message(request: HttpRequest, pk: int) -> HttpResponse:
    """One mail exactly as it is, its secret links masked."""
    user = request.user
    assert isinstance(user, User)
    row = access.message_for(user, pk)
    invitation = row.invitation
    newer = (
        Message.objects.filter(invitation=invitation, pk__gt=row.pk)
        .exclude(state=MessageState.SUPERSEDED.value)
        .order_by("pk")
        .first()
    )
    undecided = row.status is MessageState.FAILED and row.decided_at is None
    form = AddressForm(initial={"email": invitation.email})
    context = {
        "section": "outbox",
        "message": row,
        "kind": KIND_WORDS[MessageKind(row.kind)],
        "headers": _text_headers(row) if row.is_text else headers_of(bytes(row.raw)),
        "text": mask(row.text),
        "calendar": mask(_FOLD.sub("", bytes(row.calendar).decode())) if row.calendar else "",
        "undecided": undecided,
        "behind": list(waits.behind(row).select_related("invitation__contact")[:20])
        if undecided
        else [],
        "address": form if undecided and invitation.contact and not row.is_text else None,
        "what_to_do": what_to_do(row),
        "carried": list(row.carried.select_related("booking__visit__programme").order_by("pk")),
        "moved_to": row.address_now if row.address_now != row.recipient else "",
        "newer": newer,
    }
    return render(request, "scheduling/message.html", context)


def headers_of(raw: bytes) -> list[tuple[str, str]]:
    """The headers that people ask for, decoded and masked."""
    mail = message_from_bytes(raw, policy=policy.default)
    return [(name, mask(str(mail[name]))) for name in HEADERS if mail[name]]


def _text_headers(row: Message) -> list[tuple[str, str]]:
    """What there is around a text's words."""
    size = gsm.measure(row.text)
    letters = _("%(count)d tecken av 70") if size.ucs2 else _("%(count)d tecken av 160")
    parts = ngettext("%(parts)d del", "%(parts)d delar", size.parts) % {"parts": size.parts}
    return [
        (_("Från"), swedish.format_phone(row.sender)),
        (_("Till"), swedish.format_phone(row.recipient)),
        (_("Längd"), f"{letters % {'count': size.units}}, {parts}"),
    ]


def what_to_do(message: Message) -> str:
    """What is in the way, in words that say how to mend it."""
    if message.is_text:
        return _text_fault(Fault(message.fault)) if message.fault else ""
    words = {
        Fault.REFUSED: _(
            "Mottagarens server tog inte emot. Rätta adressen, försök igen, eller ring. "
            "Nästa mejl dit väntar tills du har valt."
        ),
        Fault.BOUNCED: _(
            "Mejlet kom i retur. Rätta adressen, försök igen, eller ring. "
            "Nästa mejl dit väntar tills du har valt."
        ),
        Fault.LATER: _("Mottagarens server tar inte emot just nu. Vi försöker igen själva."),
        Fault.AWAY: _("Vår mejlserver svarar inte. Mejlet går när den svarar."),
        Fault.CAPPED: _("Dagens antal automatiska mejl till mottagaren är fullt."),
    }
    return words[Fault(message.fault)] if message.fault else ""


def _text_fault(fault: Fault) -> str:
    return {
        Fault.REFUSED: _("Sms-tjänsten tog inte emot. Rätta numret på kontakten, eller ring."),
        Fault.BOUNCED: _("Telefonen tog inte emot sms:et. Rätta numret på kontakten, eller ring."),
        Fault.LATER: _("Sms-tjänsten tar inte emot just nu. Vi försöker igen själva."),
        Fault.AWAY: _(
            "Sms-tjänsten svarar inte. Sms:et går när den svarar, annars blir det att ringa."
        ),
        Fault.CAPPED: _("Dagens antal automatiska utskick till mottagaren är fullt."),
    }[fault]


@login_required
@require_POST
def decide(request: HttpRequest, pk: int, how: str) -> HttpResponse:
    """Send it once more, to a mended address or not; or it has been said by phone."""
    user, now = user_of(request), timezone.now()
    row = access.message_for(user, pk)
    match how:
        case "again":
            row = retry.again(actor=user, now=now, message=row)
            messages.success(request, _("Mejlet skickas igen."))
        case "correct":
            form = AddressForm(request.POST)
            email = form.cleaned_data["email"] if form.is_valid() else ""
            row = retry.correct(actor=user, now=now, message=row, email=email)
            messages.success(request, _("Adressen är rättad, och mejlet skickas dit."))
        case "told":
            row = retry.told(actor=user, now=now, message=row)
            messages.success(request, _("Antecknat: ni har pratat."))
        case _:
            row = retry.let_go(actor=user, now=now, message=row)
            messages.success(request, _("Mejlet skickas nu."))
    wanted = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(wanted, {request.get_host()}):
        wanted = reverse("message", args=[row.pk])
    return HttpResponseRedirect(wanted, status=303)


urlpatterns = [
    path("utskick/", outbox, name="outbox"),
    path("utskick/<int:pk>/", message, name="message"),
    path("utskick/<int:pk>/igen", decide, {"how": "again"}, name="message_retry"),
    path("utskick/<int:pk>/ny-adress", decide, {"how": "correct"}, name="message_correct"),
    path("utskick/<int:pk>/ringt", decide, {"how": "told"}, name="message_told"),
    path("utskick/<int:pk>/nu", decide, {"how": "now"}, name="message_now"),
]
