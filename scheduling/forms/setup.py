"""Forms for rooms, programmes, hours, closures, calm times and personal tokens."""

from datetime import time
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from partners.models import WEEKDAY_LABELS
from scheduling.booking.places import Hours, ProgrammeFacts, RoomFacts
from scheduling.models import (
    ROOM_FEATURE_LABELS,
    Library,
    OpeningHours,
    Programme,
    Room,
    RoomFeature,
)

FEATURES = [(feature.value, label) for feature, label in ROOM_FEATURE_LABELS.items()]


class DateInput(forms.DateInput):
    """The browser's own calendar."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class TimeInput(forms.TimeInput):
    """The browser's own clock."""

    input_type = "time"

    def __init__(self) -> None:
        super().__init__(format="%H:%M")


class RoomForm(forms.Form):
    """A room; its library is chosen once, when it is new."""

    library = forms.ModelChoiceField(
        label=gettext_lazy("Bibliotek"), queryset=Library.objects.all(), empty_label=None
    )
    name = forms.CharField(label=gettext_lazy("Namn"), max_length=80)
    capacity = forms.IntegerField(label=gettext_lazy("Platser"), min_value=1, max_value=500)
    buffer_before = forms.IntegerField(
        label=gettext_lazy("Minuter före, för att göra i ordning"), min_value=0, max_value=240
    )
    buffer_after = forms.IntegerField(
        label=gettext_lazy("Minuter efter"), min_value=0, max_value=240
    )
    features = forms.MultipleChoiceField(
        label=gettext_lazy("Rummet har"),
        required=False,
        choices=FEATURES,
        widget=forms.CheckboxSelectMultiple,
    )
    open_area = forms.BooleanField(label=gettext_lazy("Öppen yta"), required=False)
    active = forms.BooleanField(label=gettext_lazy("Kan bokas"), required=False)

    def __init__(self, *args: Any, new: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not new or Library.objects.count() < 2:
            del self.fields["library"]

    @staticmethod
    def of(room: Room | None) -> dict[str, object]:
        """What the form shows first."""
        if room is None:
            return {"buffer_before": 0, "buffer_after": 15, "active": True}
        return {name: getattr(room, name) for name in RoomForm.base_fields if name != "library"}

    def facts(self) -> RoomFacts:
        """For the service."""
        data = {name: value for name, value in self.cleaned_data.items() if name != "library"}
        data["features"] = [RoomFeature(name) for name in data["features"]]
        return RoomFacts(**data)


class ProgrammeForm(forms.Form):
    """A programme."""

    name = forms.CharField(label=gettext_lazy("Namn"), max_length=80)
    minutes = forms.IntegerField(label=gettext_lazy("Minuter"), min_value=5, max_value=480)
    hosts_required = forms.TypedChoiceField(
        label=gettext_lazy("Värdar"),
        choices=[(1, gettext_lazy("En")), (2, gettext_lazy("Två"))],
        coerce=int,
        widget=forms.RadioSelect,
    )
    text_sv = forms.CharField(
        label=gettext_lazy("Det här gör vi, på svenska"),
        help_text=gettext_lazy("Så läser partnern det i mejlet. Fyra korta meningar räcker."),
        widget=forms.Textarea(attrs={"rows": 5}),
        max_length=2000,
    )
    text_en = forms.CharField(
        label=gettext_lazy("Det här gör vi, på engelska"),
        widget=forms.Textarea(attrs={"rows": 5}),
        max_length=2000,
        required=False,
    )
    needs = forms.MultipleChoiceField(
        label=gettext_lazy("Rummet måste ha"),
        required=False,
        choices=FEATURES,
        widget=forms.CheckboxSelectMultiple,
    )
    active = forms.BooleanField(label=gettext_lazy("Kan bokas"), required=False)

    @staticmethod
    def of(programme: Programme | None) -> dict[str, object]:
        """What the form shows first."""
        if programme is None:
            return {"minutes": 60, "hosts_required": 1, "active": True}
        return {name: getattr(programme, name) for name in ProgrammeForm.base_fields}

    def facts(self) -> ProgrammeFacts:
        """For the service."""
        needs = [RoomFeature(name) for name in self.cleaned_data["needs"]]
        return ProgrammeFacts(**{**self.cleaned_data, "needs": needs})


class ClosureForm(forms.Form):
    """A day that is not like others."""

    prefix = "closure"
    day = forms.DateField(label=gettext_lazy("Dag"), widget=DateInput())
    reason = forms.CharField(
        label=gettext_lazy("Varför"),
        max_length=120,
        help_text=gettext_lazy("Till exempel Inventering."),
    )
    opens = forms.TimeField(
        label=gettext_lazy("Öppnar i stället"), widget=TimeInput(), required=False
    )
    closes = forms.TimeField(label=gettext_lazy("Stänger"), widget=TimeInput(), required=False)

    def clean(self) -> dict[str, Any] | None:
        """Both hours or neither."""
        data = super().clean() or {}
        if (data.get("opens") is None) != (data.get("closes") is None):
            self.add_error("closes", _("Skriv båda tiderna, eller ingen om det är stängt."))
        return data

    def hours(self) -> Hours:
        """Other hours; None is closed."""
        opens, closes = self.cleaned_data["opens"], self.cleaned_data["closes"]
        return (opens, closes) if opens and closes else None


class CalmTimeForm(forms.Form):
    """A weekly calm time."""

    prefix = "calm"
    weekday = forms.TypedChoiceField(
        label=gettext_lazy("Veckodag"), choices=list(WEEKDAY_LABELS.items()), coerce=int
    )
    start = forms.TimeField(label=gettext_lazy("Från"), widget=TimeInput())
    end = forms.TimeField(label=gettext_lazy("Till"), widget=TimeInput())

    def clean(self) -> dict[str, Any] | None:
        """The end comes after the start."""
        data = super().clean() or {}
        start, end = data.get("start"), data.get("end")
        if start and end and end <= start:
            self.add_error("end", _("Sluttiden måste vara efter starttiden."))
        return data


class HoursForm(forms.Form):
    """The usual hours, a pair of fields a weekday; both empty is closed."""

    def __init__(self, *args: Any, library: Library, **kwargs: Any) -> None:
        usual: dict[int, OpeningHours] = {
            row.weekday: row for row in library.hours.filter(first_day=None, last_day=None)
        }
        super().__init__(*args, **kwargs)
        for weekday, word in WEEKDAY_LABELS.items():
            row = usual.get(weekday)
            for part, label in (("opens", _("öppnar")), ("closes", _("stänger"))):
                self.fields[f"{part}_{weekday}"] = forms.TimeField(
                    label=f"{str(word).capitalize()} {label}",
                    widget=TimeInput(),
                    required=False,
                    initial=getattr(row, part) if row else None,
                )

    def clean(self) -> dict[str, Any] | None:
        """Each day has both hours in order, or neither."""
        data = super().clean() or {}
        for weekday in WEEKDAY_LABELS:
            opens, closes = data.get(f"opens_{weekday}"), data.get(f"closes_{weekday}")
            if (opens is None) != (closes is None):
                self.add_error(
                    f"closes_{weekday}", _("Skriv båda tiderna, eller ingen om det är stängt.")
                )
            elif opens and closes and closes <= opens:
                self.add_error(f"closes_{weekday}", _("Sluttiden måste vara efter starttiden."))
        return data

    def pairs(self) -> list[tuple[str, forms.BoundField, forms.BoundField]]:
        """For the page: the day's name and its two fields."""
        return [
            (str(word).capitalize(), self[f"opens_{weekday}"], self[f"closes_{weekday}"])
            for weekday, word in WEEKDAY_LABELS.items()
        ]

    def week(self) -> dict[int, Hours]:
        """For the service."""

        def hours(weekday: int) -> Hours:
            opens: time | None = self.cleaned_data[f"opens_{weekday}"]
            closes: time | None = self.cleaned_data[f"closes_{weekday}"]
            return (opens, closes) if opens and closes else None

        return {weekday: hours(weekday) for weekday in WEEKDAY_LABELS}


class TokenForm(forms.Form):
    """A personal token's purpose."""

    prefix = "token"
    name = forms.CharField(
        label=gettext_lazy("Vad ska nyckeln användas till?"),
        max_length=80,
        help_text=gettext_lazy("Till exempel Kopia till intranätet."),
    )
