"""Meetings and training sessions: the fields."""

import uuid
from datetime import datetime
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.errors import Invalid
from partners.models import Channel, Contact, Organisation
from scheduling.booking.gathering_more import MOST_TIMES
from scheduling.booking.gathering_plan import MOST_TRAVEL, GatheringPlan
from scheduling.booking.gathering_ways import Way
from scheduling.forms import picked
from scheduling.forms.relation import LINE_HINT, day_field
from scheduling.forms.wall import instant, moment
from scheduling.models import Analysis, Host, Room
from scheduling.states import BookingKind

_NEEDED = {"required": _("Fyll i fältet.")}
_CLOCK = _("Skriv klockslaget som 09:30.")
#: Samverkansmöte kvartalsvis: thirteen weeks keep the weekday.
EVERY = [("", _("En gång")), ("4", _("Var fjärde vecka")), ("13", _("Varje kvartal"))]


def _clock(label: Any) -> forms.TimeField:
    return forms.TimeField(
        label=label,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        error_messages={"required": _CLOCK, "invalid": _CLOCK},
    )


class _Hosts(picked.Many):
    def label_from_instance(self, obj: Host) -> str:
        return obj.user.name


class _Contacts(picked.Many):
    def label_from_instance(self, obj: Contact) -> str:
        return f"{obj.name}, {obj.organisation.name}"


class GatheringForm(forms.Form):
    """What, when, where, who of us and who else."""

    title = forms.CharField(
        label=_("Vad gäller det?"),
        max_length=120,
        error_messages=_NEEDED,
        help_text=_("Bara för oss. Det står inte i något mejl."),
    )
    analysis = forms.ModelChoiceField(
        label=_("Vilken analys svarar det på?"),
        queryset=Analysis.objects.order_by("-on", "-pk"),
        required=False,
        empty_label="–",
    )
    day = day_field(_("Dag"))
    starts = _clock(_("Från"))
    end = _clock(_("Till"))
    room = forms.ModelChoiceField(
        label=_("Rum hos oss"),
        queryset=Room.objects.filter(active=True).select_related("library"),
        required=False,
        empty_label="–",
    )
    place = forms.CharField(label=_("Eller en annan plats"), required=False, max_length=200)
    travel_minutes = forms.IntegerField(
        label=_("Restid dit, minuter"), required=False, min_value=0, max_value=MOST_TRAVEL
    )
    hosts = _Hosts(
        label=_("Vilka av oss är med?"),
        queryset=Host.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    contacts = _Contacts(
        label=_("Vilka bjuds in?"),
        queryset=Contact.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    greeting = forms.CharField(
        label=_("En rad till dem"),
        required=False,
        max_length=500,
        help_text=LINE_HINT,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    every = forms.ChoiceField(label=_("Hur ofta?"), choices=EVERY, required=False)
    times = forms.IntegerField(
        label=_("Hur många gånger?"), required=False, min_value=1, max_value=MOST_TIMES
    )
    channel = forms.ModelChoiceField(
        queryset=Channel.objects.all(), required=False, widget=forms.HiddenInput
    )
    key = forms.CharField(required=False, max_length=60, widget=forms.HiddenInput)
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        *args: Any,
        kind: BookingKind,
        contacts: QuerySet[Contact] | None = None,
        new: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.kind = kind
        hosts = Host.objects.filter(active=True, user__is_active=True)
        self.fields["hosts"].queryset = hosts.select_related("user")  # type: ignore[attr-defined]
        if kind is BookingKind.TRAINING:
            self.fields["topic"] = self.fields.pop("title")
            self.fields["topic"].label = _("Ämne")
            for name in ("contacts", "every", "times", "channel", "greeting"):
                del self.fields[name]
            self.order_fields(["topic", "analysis"])
        else:
            del self.fields["analysis"]
            self.fields["contacts"].queryset = contacts  # type: ignore[attr-defined]
        if not new:
            for name in {"every", "times"} & set(self.fields):
                del self.fields[name]

    def plan(self) -> GatheringPlan:
        """The valid form as a plan. Raises Invalid for a clock that the day does not have once."""
        data = self.cleaned_data
        return GatheringPlan(
            kind=self.kind,
            title=data["topic" if self.kind is BookingKind.TRAINING else "title"],
            start=instant(data["day"], data["starts"], "starts"),
            end=instant(data["day"], data["end"], "end"),
            hosts=tuple(data["hosts"]),
            contacts=tuple(data.get("contacts") or ()),
            channel=data.get("channel"),
            room=data["room"],
            place=data["place"],
            travel_minutes=data["travel_minutes"] or 0,
            greeting=data.get("greeting", ""),
        )

    def repeats(self) -> tuple[int, int]:
        """(weeks between, how many times); once where nothing else is chosen."""
        every = self.cleaned_data.get("every") or ""
        times = self.cleaned_data.get("times") or (4 if every == "13" else 6)
        return (int(every), times) if every else (1, 1)


def initial_of(plan: GatheringPlan) -> dict[str, Any]:
    """A plan as the form shows it."""
    start, end = timezone.localtime(plan.start), timezone.localtime(plan.end)
    return {
        "title": plan.title,
        "topic": plan.title,
        "day": start.date(),
        "starts": start.time(),
        "end": end.time(),
        "room": plan.room.pk if plan.room else None,
        "place": plan.place,
        "travel_minutes": plan.travel_minutes or None,
        "hosts": [host.pk for host in plan.hosts],
        "contacts": [contact.pk for contact in plan.contacts],
        "greeting": plan.greeting,
        "channel": plan.channel.pk if plan.channel else None,
        "key": new_key(),
    }


def new_key() -> str:
    """Of one form: pressing twice books once."""
    return uuid.uuid4().hex


def askable(*, channel: Channel | None, home: Organisation | None) -> QuerySet[Contact]:
    """Whom a meeting may be with: the organisation's contacts, or those of all channels."""
    rows = Contact.objects.filter(archived_at=None).select_related("organisation")
    home = channel.organisation if channel else home
    if home is not None:
        return rows.filter(organisation=home).order_by("name", "pk")
    return rows.filter(channels__archived_at=None, channels__isnull=False).distinct()


def with_invited(rows: QuerySet[Contact], invited: list[Contact]) -> QuerySet[Contact]:
    """And those who are asked already, wherever they belong."""
    pks = [contact.pk for contact in invited]
    everybody = Contact.objects.filter(Q(pk__in=rows.values("pk")) | Q(pk__in=pks))
    return everybody.select_related("organisation").order_by("name", "pk")


def way_value(way: Way) -> str:
    """A way out as a form value: "2026-12-04T13:00+00:00|room|host,host"."""
    room = way.plan.room.pk if way.plan.room else ""
    hosts = ",".join(str(host.pk) for host in way.plan.hosts)
    return f"{way.plan.start.isoformat()}|{room}|{hosts}"


def taken(value: str, end: datetime | None, start: datetime | None) -> dict[str, Any]:
    """The fields that a way out replaces. Raises Invalid for what no page has made."""
    try:
        start_text, room, hosts = value.split("|")
        begins = timezone.localtime(moment(start_text))
        length = end - start if end is not None and start is not None else None
        found: dict[str, Any] = {
            "day": begins.strftime("%Y-%m-%d"),
            "starts": begins.strftime("%H:%M"),
            "room": str(picked.pk(room)) if room else "",
            "hosts": [str(picked.pk(pk)) for pk in hosts.split(",") if pk],
        }
    except ValueError as error:
        raise Invalid(str(_("Tiden gick inte att läsa. Välj en tid på nytt."))) from error
    if length is not None:
        found["end"] = (begins + length).strftime("%H:%M")
    return found


class NoteForm(forms.Form):
    """What was said, in a line."""

    line = forms.CharField(
        label=_("Vad sa ni?"), max_length=200, help_text=LINE_HINT, error_messages=_NEEDED
    )


class OffForm(forms.Form):
    """Why it is called off."""

    reason = forms.CharField(
        label=_("Orsak"),
        required=False,
        max_length=300,
        help_text=_("Skriv om läget, inte om enskilda personer."),
    )
    version = forms.IntegerField(widget=forms.HiddenInput)
