"""Forms for libraries, seasons, hosts, their days, and times that partners avoid."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.models import User
from partners.models import WEEKDAY_LABELS
from scheduling.booking.avoiding import AvoidFacts
from scheduling.booking.places import LibraryFacts
from scheduling.booking.staffing import HostFacts
from scheduling.forms import picked
from scheduling.forms.setup import DateInput, HoursForm, TimeInput
from scheduling.forms.wall import instant
from scheduling.models import OWN_CALENDAR_MODE_LABELS, Host, Library, OwnCalendarMode, Programme

Span = tuple[time, time]


class LibraryForm(forms.Form):
    """A library or a branch."""

    name = forms.CharField(label=gettext_lazy("Namn"), max_length=80)
    branch_of = forms.ModelChoiceField(
        label=gettext_lazy("Filial till"),
        queryset=Library.objects.filter(branch_of=None),
        required=False,
        empty_label=gettext_lazy("Inget, det är ett eget bibliotek"),
    )
    address = forms.CharField(label=gettext_lazy("Adress"), max_length=200)
    meeting_point = forms.CharField(
        label=gettext_lazy("Mötesplats"),
        max_length=120,
        help_text=gettext_lazy("Fortsätter ”Vi möts …”, till exempel innanför huvudentrén."),
    )
    directions = forms.CharField(
        label=gettext_lazy("Så hittar man hit"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2000,
        required=False,
    )
    phone = forms.CharField(label=gettext_lazy("Telefon"), max_length=40, required=False)
    eve_closes = forms.TimeField(
        label=gettext_lazy("Stänger på aftnar"),
        widget=TimeInput(),
        required=False,
        help_text=gettext_lazy("Midsommar-, jul- och nyårsafton. Tomt betyder stängt."),
    )

    def __init__(self, *args: Any, library: Library | None, **kwargs: Any) -> None:
        kwargs["initial"] = {"meeting_point": "innanför huvudentrén"}
        if library is not None:
            names = (name for name in self.base_fields if name != "branch_of")
            initial = {name: getattr(library, name) for name in names}
            kwargs["initial"] = {**initial, "branch_of": library.branch_of_id}
        super().__init__(*args, **kwargs)
        if library is not None:
            others = Library.objects.filter(branch_of=None).exclude(pk=library.pk)
            self.fields["branch_of"].queryset = others  # type: ignore[attr-defined]

    def facts(self) -> LibraryFacts:
        """For the service."""
        return LibraryFacts(**self.cleaned_data)


class SeasonForm(HoursForm):
    """Other hours during a part of the year."""

    first_day = forms.DateField(label=gettext_lazy("Första dagen"), widget=DateInput())
    last_day = forms.DateField(label=gettext_lazy("Sista dagen"), widget=DateInput())

    def clean(self) -> dict[str, Any] | None:
        """The days come in their order."""
        data = super().clean() or {}
        first, last = data.get("first_day"), data.get("last_day")
        if first and last and last < first:
            self.add_error("last_day", _("Slutdagen är före startdagen."))
        return data


class HostForm(forms.Form):
    """A host; who she is is chosen once, when she is new."""

    user = forms.ModelChoiceField(
        label=gettext_lazy("Kollega"),
        queryset=User.objects.filter(is_active=True, host=None).order_by("first_name"),
        empty_label=None,
    )
    library = forms.ModelChoiceField(
        label=gettext_lazy("Arbetar på"), queryset=Library.objects.all(), empty_label=None
    )
    also_at = picked.Many(
        label=gettext_lazy("Tar också emot på"),
        queryset=Library.objects.all(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    programmes = picked.Many(
        label=gettext_lazy("Kan de här programmen"),
        queryset=Programme.objects.filter(active=True),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    languages = forms.CharField(
        label=gettext_lazy("Språk"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("Med komma emellan, till exempel svenska, arabiska."),
    )
    sign = forms.CharField(
        label=gettext_lazy("Så känner gruppen igen värden"), max_length=80, required=False
    )
    active = forms.BooleanField(label=gettext_lazy("Kan bokas"), required=False)

    def __init__(self, *args: Any, host: Host | None, **kwargs: Any) -> None:
        kwargs["initial"] = {"active": True}
        if host is not None:
            kwargs["initial"] = {
                "library": host.library_id,
                "also_at": host.also_at.all(),
                "programmes": host.programmes.all(),
                "languages": ", ".join(host.languages),
                "sign": host.sign,
                "active": host.active,
            }
        super().__init__(*args, **kwargs)
        if host is not None:
            del self.fields["user"]

    def facts(self) -> HostFacts:
        """For the service."""
        data = {name: value for name, value in self.cleaned_data.items() if name != "user"}
        return HostFacts(**{**data, "languages": data["languages"].split(",")})


class WorkingWeekForm(HoursForm):
    """The usual working hours; all empty means whenever the library is open."""

    def __init__(self, *args: Any, host: Host, **kwargs: Any) -> None:
        super().__init__(*args, library=host.library, **kwargs)
        own = {row.weekday: row for row in host.working_hours.all()}
        for weekday in WEEKDAY_LABELS:
            row = own.get(weekday)
            self.fields[f"opens_{weekday}"].initial = row.start if row else None
            self.fields[f"closes_{weekday}"].initial = row.end if row else None


class WorkingDayForm(forms.Form):
    """Other hours on one day, or off."""

    prefix = "day"
    day = forms.DateField(label=gettext_lazy("Dag"), widget=DateInput())
    start = forms.TimeField(label=gettext_lazy("Från"), widget=TimeInput(), required=False)
    end = forms.TimeField(
        label=gettext_lazy("Till"),
        widget=TimeInput(),
        required=False,
        help_text=gettext_lazy("Lämna båda tomma för ledig hela dagen."),
    )

    def clean(self) -> dict[str, Any] | None:
        """Both hours in order, or neither."""
        data = super().clean() or {}
        start, end = data.get("start"), data.get("end")
        if (start is None) != (end is None):
            self.add_error("end", _("Skriv båda tiderna, eller ingen."))
        elif start and end and end <= start:
            self.add_error("end", _("Sluttiden måste vara efter starttiden."))
        return data

    def hours(self) -> Span | None:
        """None is off."""
        start, end = self.cleaned_data["start"], self.cleaned_data["end"]
        return (start, end) if start and end else None


class AbsenceForm(forms.Form):
    """Away, whole days or from an hour to an hour. Why is not asked."""

    prefix = "absence"
    first_day = forms.DateField(label=gettext_lazy("Från och med"), widget=DateInput())
    last_day = forms.DateField(label=gettext_lazy("Till och med"), widget=DateInput())
    start = forms.TimeField(label=gettext_lazy("Från klockan"), widget=TimeInput(), required=False)
    end = forms.TimeField(label=gettext_lazy("Till klockan"), widget=TimeInput(), required=False)

    def span(self) -> tuple[datetime, datetime]:
        """Two instants. Raises Invalid for a clock that the night skips or repeats."""
        data = self.cleaned_data
        first: date = data["first_day"]
        start = instant(first, data["start"] or time.min, "start")
        if data["end"]:
            return start, instant(data["last_day"], data["end"], "end")
        # The last day first: after the last of all days there is none.
        instant(data["last_day"], time(12), "last_day")
        return start, instant(data["last_day"] + timedelta(days=1), time.min, "end")


class OwnCalendarForm(forms.Form):
    """The secret address of one's own calendar."""

    prefix = "calendar"
    address = forms.CharField(
        label=gettext_lazy("Kalenderns hemliga adress"),
        max_length=2000,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        help_text=gettext_lazy(
            "I Google: Inställningar för kalendern, Hemlig adress i iCal-format. I Outlook: "
            "Delade kalendrar, Publicera en kalender, ICS. Adressen visas aldrig igen."
        ),
    )
    mode = forms.ChoiceField(
        label=gettext_lazy("När min kalender är upptagen"),
        choices=[(mode.value, label) for mode, label in OWN_CALENDAR_MODE_LABELS.items()],
        widget=forms.RadioSelect,
        initial=OwnCalendarMode.WARNS.value,
    )


class AvoidForm(forms.Form):
    """A time to avoid."""

    weekday = forms.TypedChoiceField(
        label=gettext_lazy("Veckodag"),
        choices=[("", gettext_lazy("Alla dagar")), *WEEKDAY_LABELS.items()],
        coerce=int,
        empty_value=None,
        required=False,
    )
    start = forms.TimeField(label=gettext_lazy("Från klockan"), widget=TimeInput(), required=False)
    end = forms.TimeField(label=gettext_lazy("Till klockan"), widget=TimeInput(), required=False)
    first_day = forms.DateField(
        label=gettext_lazy("Första dagen"), widget=DateInput(), required=False
    )
    last_day = forms.DateField(
        label=gettext_lazy("Sista dagen"), widget=DateInput(), required=False
    )
    reason = forms.CharField(
        label=gettext_lazy("Varför"),
        max_length=120,
        required=False,
        help_text=gettext_lazy("Till exempel husmöte eller lunch. Om gruppen, inte om personer."),
    )
    whole = forms.BooleanField(
        label=gettext_lazy("Gäller alla organisationens grupper"), required=False
    )

    def facts(self) -> AvoidFacts:
        """For the service."""
        data = {name: value for name, value in self.cleaned_data.items() if name != "whole"}
        return AvoidFacts(**data)
