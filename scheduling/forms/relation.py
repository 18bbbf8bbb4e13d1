"""Contact, steps, stage, channels, agreements, absence: the fields."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from core.models import User
from partners.models import (
    CHANNEL_KIND_LABELS,
    STAGE_LABELS,
    WAY_LABELS,
    Agreement,
    Channel,
    ChannelKind,
    Contact,
    Group,
    Organisation,
    Stage,
    Way,
)
from partners.services.network import AgreementDetails, ChannelDetails

LINE_HINT = _("Om samarbetet, aldrig om enskilda personer.")


class ColleagueChoice(forms.ModelChoiceField):  # type: ignore[type-arg] # not generic at run time
    """A colleague by name."""

    def label_from_instance(self, obj: User) -> str:
        """First and last name."""
        return f"{obj.name}, {obj.title}" if obj.title else obj.name


def colleagues() -> QuerySet[User]:
    """Those who work here, by name."""
    return User.objects.filter(is_active=True).order_by("first_name", "last_name", "pk")


def day_field(label: Any, **more: Any) -> forms.DateField:
    """A date, as the browser asks for one."""
    return forms.DateField(
        label=label,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": _("Välj en dag."), "invalid": _("Skriv dagen som 2026-12-01.")},
        **more,
    )


class LogForm(forms.Form):
    """We were in touch: a way and perhaps a line."""

    organisation = forms.ModelChoiceField(
        queryset=Organisation.objects.filter(archived_at=None),
        label=_("Organisation"),
        error_messages={"required": _("Välj vem ni hade kontakt med.")},
    )
    group = forms.ModelChoiceField(
        queryset=Group.objects.filter(archived_at=None), required=False, widget=forms.HiddenInput
    )
    channel = forms.ModelChoiceField(
        queryset=Channel.objects.filter(archived_at=None), required=False, widget=forms.HiddenInput
    )
    way = forms.ChoiceField(
        label=_("Hur?"),
        choices=[(way.value, WAY_LABELS[way]) for way in Way],
        widget=forms.RadioSelect,
        error_messages={"required": _("Välj hur ni hade kontakt.")},
    )
    line = forms.CharField(label=_("En rad"), required=False, help_text=LINE_HINT)


class StepForm(forms.Form):
    """What was agreed, by when and by whom."""

    group = forms.ModelChoiceField(
        queryset=Group.objects.filter(archived_at=None), required=False, widget=forms.HiddenInput
    )
    channel = forms.ModelChoiceField(
        queryset=Channel.objects.filter(archived_at=None), required=False, widget=forms.HiddenInput
    )
    text = forms.CharField(
        label=_("Vad kom ni överens om?"),
        help_text=LINE_HINT,
        error_messages={"required": _("Skriv vad ni kom överens om.")},
    )
    due = day_field(_("Senast"))
    owner = ColleagueChoice(label=_("Vem gör det?"), queryset=None, empty_label=None)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = colleagues()  # type: ignore[attr-defined]


class StageForm(forms.Form):
    """The stage by hand."""

    stage = forms.ChoiceField(
        label=_("Läge"),
        choices=[(stage.value, STAGE_LABELS[stage]) for stage in Stage],
        widget=forms.RadioSelect,
        error_messages={"required": _("Välj ett av alternativen.")},
    )
    until = day_field(_("Till och med"), required=False)


class ChannelForm(forms.Form):
    """A channel's fields."""

    name = forms.CharField(
        label=_("Roll"),
        help_text=_("Rollen, inte personen: Områdespolis, Mottagningen, Uppsökarteamet."),
        error_messages={"required": _("Fyll i kanalens roll.")},
    )
    kind = forms.ChoiceField(
        label=_("Slag"),
        choices=[(kind.value, CHANNEL_KIND_LABELS[kind]) for kind in ChannelKind],
        widget=forms.RadioSelect,
        error_messages={"required": _("Välj ett av alternativen.")},
    )
    helps_with = forms.CharField(label=_("Det här hjälper de till med"), required=False)
    reach = forms.CharField(
        label=_("Hur och när man når dem"),
        required=False,
        help_text=_("Till exempel: vardagar 8–16, annars växeln."),
    )
    role_phone = forms.CharField(
        label=_("Rollens telefon"),
        required=False,
        help_text=_("Växel eller jourtelefon, aldrig ett privat nummer."),
        widget=forms.TextInput(attrs={"inputmode": "tel"}),
    )
    at_desk = forms.BooleanField(
        label=_("Ska stå på informationsdiskens kontaktlista"), required=False
    )
    contact = forms.ModelChoiceField(
        label=_("Kontakt för mejl och inbjudningar"),
        queryset=Contact.objects.none(),
        required=False,
        empty_label=_("Ingen"),
    )
    next_contact_on = day_field(_("Påminn mig att höra av mig"), required=False)

    def __init__(self, organisation: Organisation, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = organisation.contacts.filter(archived_at=None)
        self.fields["contact"].queryset = people  # type: ignore[attr-defined]

    @classmethod
    def of(cls, channel: Channel) -> "ChannelForm":
        """As it stands."""
        values = {name: getattr(channel, name) for name in ChannelDetails.__slots__}
        return cls(channel.organisation, initial={**values, "contact": channel.contact_id})

    def details(self) -> ChannelDetails:
        """The cleaned values, typed."""
        data = self.cleaned_data
        return ChannelDetails(**{name: data[name] for name in ChannelDetails.__slots__})


class AgreementForm(forms.Form):
    """What both sides offer."""

    we_offer = forms.CharField(
        label=_("Det här erbjuder vi"), required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    they_offer = forms.CharField(
        label=_("Det här erbjuder de"), required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    since = day_field(_("Gäller från"))

    @classmethod
    def of(cls, agreement: Agreement) -> "AgreementForm":
        """As it stands."""
        return cls(initial={n: getattr(agreement, n) for n in AgreementDetails.__slots__})

    def details(self) -> AgreementDetails:
        """The cleaned values, typed."""
        data = self.cleaned_data
        return AgreementDetails(**{name: data[name] for name in AgreementDetails.__slots__})


def spans(today: date) -> list[tuple[str, date]]:
    """Usual lengths of being away, each with its last day; a press instead of a date."""
    friday = today + timedelta(days=(4 - today.weekday()) % 7)
    return [
        ("day", today),
        ("week", friday),
        ("two", today + timedelta(days=13)),
        ("month", today + timedelta(days=30)),
    ]


SPAN_LABELS = {
    "day": _("Bara i dag"),
    "week": _("Till och med fredag"),
    "two": _("Två veckor"),
    "month": _("En månad"),
    "own": _("Andra dagar"),
}


class AwayForm(forms.Form):
    """From, to and who stands in."""

    span = forms.ChoiceField(
        label=_("Hur länge?"),
        choices=list(SPAN_LABELS.items()),
        widget=forms.RadioSelect,
        error_messages={"required": _("Välj ett av alternativen.")},
    )
    first_day = day_field(_("Från och med"), required=False)
    last_day = day_field(_("Till och med"), required=False)
    stand_in = ColleagueChoice(
        label=_("Vem tar över?"),
        queryset=None,
        empty_label=None,
        widget=forms.RadioSelect,
        error_messages={"required": _("Välj en kollega som är på plats.")},
    )

    def __init__(self, person: User, today: date, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["stand_in"].queryset = colleagues().exclude(pk=person.pk)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """A span is days from today; days of one's own must be told."""
        data: dict[str, Any] = super().clean() or {}
        span = data.get("span")
        if span and span != "own":
            data["first_day"], data["last_day"] = self.today, dict(spans(self.today))[span]
        elif span == "own":
            for name in ("first_day", "last_day"):
                if not data.get(name) and name not in self.errors:
                    self.add_error(name, _("Välj en dag."))
        return data
