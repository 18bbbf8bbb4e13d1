"""What templates need: icons, states as icon and word, widgets, and Swedish dates as filters."""

import datetime as dt
from typing import TYPE_CHECKING, Any

from django import template
from django.forms import BoundField, CheckboxInput, FileInput, SplitDateTimeWidget
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from core import swedish

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

register = template.Library()

_CIRCLE = '<circle cx="12" cy="12" r="9"/>'
_FACE = _CIRCLE + '<path d="M9 9.4v.9M15 9.4v.9"/>'
ICONS = {
    "arrow-left": '<path d="m14.5 5-7 7 7 7"/>',
    "arrow-right": '<path d="m9.5 5 7 7-7 7"/>',
    "bell": '<path d="M6 16v-5a6 6 0 0 1 12 0v5l1.5 2h-15ZM10 21h4"/>',
    "book": '<path d="M12 6.5C10 4.8 7 4 3.5 4v14.5c3.5 0 6.5.8 8.5 2.5 2-1.7 '
    '5-2.5 8.5-2.5V4C17 4 14 4.8 12 6.5ZM12 6.5V21"/>',
    "calendar": '<rect x="3.5" y="5" width="17" height="15.5" rx="2"/>'
    '<path d="M3.5 10h17M8 3v4M16 3v4"/>',
    "calm": '<path d="M3 9c3-3.5 6 3.5 9 0s6 3.5 9 0M3 15.5c3-3.5 6 3.5 9 0s6 3.5 9 0"/>',
    "chart": '<path d="M4 4v16h16M8.5 16v-4M13 16V8M17.5 16v-6"/>',
    "check": '<path d="m4.5 12.5 5 5 10-11"/>',
    "clock": _CIRCLE + '<path d="M12 7v5l3.5 2"/>',
    "coffee": '<path d="M4 9h12v6a5 5 0 0 1-5 5H9a5 5 0 0 1-5-5ZM16 10.5h1.5a2.75 2.75 0 0 1 '
    '0 5.5H16M8 3v2.5M12 3v2.5"/>',
    "eye": '<path d="M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 '
    '12Z"/><circle cx="12" cy="12" r="3"/>',
    "face-1": _FACE + '<path d="M8 16.8c2.2-3 5.8-3 8 0"/>',
    "face-2": _FACE + '<path d="M8.5 16.2c2-1.5 5-1.5 7 0"/>',
    "face-3": _FACE + '<path d="M8.5 15.6h7"/>',
    "face-4": _FACE + '<path d="M8.5 15c2 1.5 5 1.5 7 0"/>',
    "face-5": _FACE + '<path d="M8 14.4c2.2 3.4 5.8 3.4 8 0"/>',
    "flag": '<path d="M6 21V4h12l-2.5 4L18 12H6"/>',
    "gear": '<circle cx="12" cy="12" r="3"/><path d="M12 2.5v3M12 18.5v3M2.5 12h3M18.5 12h3'
    'M5.3 5.3l2.1 2.1M16.6 16.6l2.1 2.1M18.7 5.3l-2.1 2.1M7.4 16.6l-2.1 2.1"/>'
    '<circle cx="12" cy="12" r="6.5"/>',
    "half": _CIRCLE + '<path d="M12 3v18"/><path d="M12 3a9 9 0 0 0 0 18Z" fill="currentColor"/>',
    "home": '<path d="m3.5 11 8.5-7 8.5 7v9h-6v-6h-5v6h-6Z"/>',
    "info": _CIRCLE + '<path d="M12 11v5.5M12 7.6v.1"/>',
    "key": '<circle cx="8" cy="15.5" r="4.5"/><path d="m11.2 12.3 8.3-8.3M15.5 8l3 3"/>',
    "link": '<path d="M9.5 14.5l5-5M11 6.5l1.5-1.5a4.6 4.6 0 0 1 6.5 6.5L17.5 13M13 '
    '17.5 11.5 19A4.6 4.6 0 0 1 5 12.5L6.5 11"/>',
    "list": '<path d="M9 6h11.5M9 12h11.5M9 18h11.5M4 6h.1M4 12h.1M4 18h.1"/>',
    "mail": '<rect x="3" y="5" width="18" height="14" rx="2"/><path d="m3.5 7 8.5 6 8.5-6"/>',
    "map": '<path d="m3.5 6.5 5.5-2.5 6 2.5 5.5-2.5v13.5l-5.5 2.5-6-2.5-5.5 2.5ZM9 '
    '4v13.5M15 6.5V20"/>',
    "menu": '<path d="M4 7h16M4 12h16M4 17h16"/>',
    "minus": _CIRCLE + '<path d="M8 12h8"/>',
    "pen": '<path d="m4 20 1-4L16.5 4.5l3 3L8 19l-4 1ZM14 7l3 3"/>',
    "people": '<circle cx="9" cy="8" r="3.5"/><path d="M2.5 20a6.5 6.5 0 0 1 13 0M16 4.8a3.5 '
    '3.5 0 0 1 0 6.4M18 14.5a6.5 6.5 0 0 1 3.5 5.5"/>',
    "person": '<circle cx="12" cy="8" r="4"/><path d="M4.5 20.5a7.5 7.5 0 0 1 15 0"/>',
    "phone": '<path d="M6 3h3l2 5-2.5 1.5a12 12 0 0 0 6 6L16 13l5 2v3a3 3 0 0 1-3 3A15 15 0 0 1 '
    '3 6a3 3 0 0 1 3-3Z"/>',
    "pin": '<path d="M12 21s7-6.2 7-11.5a7 7 0 0 0-14 0C5 14.8 12 21 12 21Z"/>'
    '<circle cx="12" cy="9.5" r="2.5"/>',
    "text": '<path d="M4 5h16v11H10l-4.5 4V16H4Z"/><path d="M8 9h8M8 12h5"/>',
    "plus": '<path d="M12 5v14M5 12h14"/>',
    "print": '<path d="M7 9V3h10v6M7 17H4v-7h16v7h-3M7 14h10v7H7Z"/>',
    "search": '<circle cx="10.5" cy="10.5" r="6.5"/><path d="m15.5 15.5 5 5"/>',
    "send": '<path d="M21 3.5 2.5 10l7.5 3.5 3.5 7.5ZM10 13.5l4.5-4.5"/>',
    "swap": '<path d="M4 8h13l-3-3M20 16H7l3 3"/>',
    "undo": '<path d="M4 9.5h10.5a5.5 5.5 0 0 1 0 11H9M4 9.5l4.5-4.5M4 9.5 8.5 14"/>',
    "warn": '<path d="M12 4 2.5 20h19ZM12 10v4.5M12 17.2v.1"/>',
    "x": '<path d="m6 6 12 12M18 6 6 18"/>',
}

# kind -> code -> (icon, tone, word); tones: "" quiet, yes, now (needs a person), part, less
STATES: "dict[str, dict[str, tuple[str, str, StrOrPromise]]]" = {
    "visit": {
        "draft": ("pen", "", _("Utkast")),
        "offered": ("clock", "", _("Inbjuden")),
        "confirmed": ("check", "yes", _("Bekräftad")),
        "held": ("check", "yes", _("Genomförd")),
        "partly_held": ("half", "part", _("Delvis genomförd")),
        "none_came": ("minus", "", _("Ingen kom")),
        "declined": ("x", "", _("Avböjd")),
        "cancelled_by_partner": ("x", "", _("Avbokad")),
        "cancelled_by_us": ("x", "", _("Inställd")),
    },
    "invitation": {
        "pending": ("clock", "", _("Väntar på svar")),
        "accepted": ("check", "yes", _("Ja")),
        "declined": ("x", "", _("Nej")),
        "tentative": ("half", "part", _("Kanske")),
        "countered": ("swap", "now", _("Motförslag")),
        "delegated": ("arrow-right", "", _("Vidarebefordrad")),
        "withdrawn": ("undo", "", _("Återtagen")),
    },
    "judgement": {
        "success": ("check", "yes", _("Lyckat")),
        "partial": ("half", "part", _("Delvis")),
        "less_successful": ("minus", "less", _("Mindre lyckat")),
        "too_early": ("clock", "", _("För tidigt att säga")),
    },
    "message": {
        "waiting": ("clock", "", _("Väntar")),
        "sending": ("send", "", _("Skickas")),
        "sent": ("check", "yes", _("Skickat")),
        "kept": ("mail", "", _("Sparat här")),
        "failed": ("warn", "now", _("Gick inte fram")),
        "superseded": ("swap", "", _("Ersatt av nyare")),
        "bundled": ("mail", "", _("I samma mejl")),
        "told": ("phone", "", _("Sagt per telefon")),
    },
    "rhythm": {
        "new": ("plus", "", _("Ny")),
        "under_way": ("arrow-right", "", _("På gång")),
        "established": ("check", "yes", _("Etablerad")),
        "resting": ("clock", "part", _("Vilar")),
    },
}


@register.simple_tag
def icon(name: str, size: str = "") -> SafeString:
    """The icon called ``name``, decorative; ``size`` "s" is the small one for a line of text."""
    css = "i i--s" if size == "s" else "i"
    shape = SafeString(ICONS[name])
    svg = '<svg class="{}" viewBox="0 0 24 24" aria-hidden="true" focusable="false">{}</svg>'
    return format_html(svg, css, shape)


@register.inclusion_tag("ui/state.html")
def state(kind: str, code: str, more: str = "", style: str = "", size: str = "s") -> dict[str, Any]:
    """A state as icon and word; ``style`` "pill" gives it a ground, ``more`` follows the word."""
    known = STATES[kind].get(str(code), ("info", "", code))
    name, tone, word = known
    return {"icon": name, "tone": tone, "word": word, "more": more, "style": style, "size": size}


@register.simple_tag
def state_icon(kind: str, code: str) -> SafeString:
    """Only the icon of a state, where its word stands elsewhere for those who do not see it."""
    return icon(STATES[kind].get(str(code), ("info", "", ""))[0], "s")


@register.filter
def equals(value: object, other: object) -> bool:
    """Whether both are written alike; for a choice's ``checked`` in an include."""
    return str(value) == str(other)


@register.filter
def text(value: object) -> str:
    """The value as text, for ``add``."""
    return str(value)


@register.filter
def state_word(code: str, kind: str = "visit") -> str:
    """Only the word of a state, for tables, titles and exports."""
    return str(STATES[kind][str(code)][2]) if str(code) in STATES[kind] else str(code)


@register.simple_tag
def judgement_icon(code: object) -> SafeString:
    """The icon of a judgement, for its chip."""
    name = STATES["judgement"].get(str(code), ("info", "", ""))[0]
    return icon(name)


@register.simple_tag
def widget(field: BoundField) -> SafeString:
    """The field's widget with our class, tied to hint and errors, without a placeholder."""
    attrs: dict[str, str | bool] = {"placeholder": False}
    inner = field.field.widget
    if isinstance(inner, SplitDateTimeWidget):
        words = ((_("Dag"), "date"), (_("Klockan"), "time"))
        for part, (word, kind) in zip(inner.widgets, words, strict=True):
            part.attrs.update({"class": "input", "aria-label": word})
            part.input_type = kind
    elif not isinstance(inner, CheckboxInput | FileInput) and not field.use_fieldset:
        attrs["class"] = f"{inner.attrs.get('class', '')} input".strip()
    return field.as_widget(attrs=attrs)


@register.simple_tag(takes_context=True)
def page_link(context: template.Context, number: int, name: str = "page") -> str:
    """The present address with another page number; filters stay."""
    query = context["request"].GET.copy()
    query[name] = str(number)
    return f"?{query.urlencode()}"


def _lang() -> str:
    return get_language() or "sv"


@register.filter
def long_date(value: dt.date | None) -> str:
    """Måndag 23 november 2026."""
    return "" if value is None else swedish.long_date(value, lang=_lang())


@register.filter
def date_without_year(value: dt.date | None) -> str:
    """Tisdag 1 december."""
    return "" if value is None else swedish.date_without_year(value, lang=_lang())


@register.filter
def short_date(value: dt.date | None) -> str:
    """Mån 23 nov."""
    return "" if value is None else swedish.short_date(value, lang=_lang())


@register.filter
def table_date(value: dt.date | None) -> str:
    """2026-11-23, for tables and the datetime attribute of a day."""
    return "" if value is None else swedish.table_date(value)


@register.filter
def clock(value: dt.datetime | dt.time | None) -> str:
    """13.00: a point, never a colon."""
    return "" if value is None else swedish.clock(value)


@register.filter
def time_range(start: dt.datetime | dt.time | None, end: dt.datetime | dt.time | None) -> str:
    """10.00–11.15."""
    return "" if start is None or end is None else swedish.time_range(start, end)


@register.filter
def long_when(start: dt.datetime | None, end: dt.datetime | None) -> str:
    """Måndag 23 november 2026 kl. 13.00–14.30."""
    return "" if start is None or end is None else swedish.long_when(start, end, lang=_lang())


@register.filter
def subject_when(start: dt.datetime | None) -> str:
    """Tisdag 1 december kl. 10."""
    return "" if start is None else swedish.subject_when(start, lang=_lang())


@register.filter
def compact_when(start: dt.datetime | None, end: dt.datetime | None = None) -> str:
    """Mån 23 nov kl. 13.00–14.30; without an end only kl. 13.00."""
    if start is None:
        return ""
    if end is None:
        at = "at" if _lang().startswith("en") else "kl."
        return f"{swedish.short_date(start, lang=_lang())} {at} {swedish.clock(start)}"
    return swedish.compact_when(start, end, lang=_lang())


@register.filter
def relative_day(value: dt.date | None, today: dt.date | None = None) -> str:
    """I dag, i morgon, om 8 dagar: beside a date, never instead of it."""
    if value is None:
        return ""
    return swedish.relative_day(value, today or timezone.localdate(), lang=_lang())


@register.filter
def week_label(value: dt.date | None) -> str:
    """v. 48."""
    return "" if value is None else swedish.week_label(value, lang=_lang())


@register.filter
def format_phone(value: str | None) -> str:
    """070-174 06 05."""
    return swedish.format_phone(value) if value else ""
