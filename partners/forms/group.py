"""A group's fields."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from partners.forms.base import RegisterForm
from partners.models import (
    ACCESS_NEED_LABELS,
    GROUP_CATEGORY_LABELS,
    WEEKDAY_LABELS,
    AccessNeed,
    Group,
    GroupCategory,
    SizeBand,
)
from partners.services import GroupDetails
from partners.services.details import clean_group


class GroupForm(RegisterForm[GroupDetails]):
    """Make or change one."""

    alias = forms.CharField(
        label=_("Alias"),
        help_text=_("Ett neutralt namn, till exempel Tisdagsgruppen. Det kan synas i kalendrar."),
        error_messages={"required": _("Fyll i ett alias.")},
    )
    size_band = forms.ChoiceField(
        label=_("Brukar bli"),
        choices=[(band.value, band.label) for band in SizeBand],
        widget=forms.RadioSelect,
        initial=SizeBand.B4_6.value,
        error_messages={"required": _("Välj ett av alternativen.")},
    )
    preferred_weekday = forms.TypedChoiceField(
        label=_("Passar bäst"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=[("", _("Ingen särskild dag")), *WEEKDAY_LABELS.items()],
    )
    preferred_time = forms.TimeField(
        label=_("Klockan"),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        error_messages={"invalid": _("Skriv klockslaget som 10.00.")},
        input_formats=["%H:%M", "%H.%M", "%H:%M:%S", "%H"],
    )
    languages = forms.CharField(label=_("Språk"), required=False, help_text=_("Med komma emellan."))
    access_needs = forms.MultipleChoiceField(
        label=_("Tillgänglighet"),
        required=False,
        choices=[(need.value, ACCESS_NEED_LABELS[need]) for need in AccessNeed],
        widget=forms.CheckboxSelectMultiple,
    )
    category = forms.ChoiceField(
        label=_("Kategori"),
        choices=[(item.value, GROUP_CATEGORY_LABELS[item]) for item in GroupCategory],
        initial=GroupCategory.OTHER.value,
        help_text=_("Intern. Den syns aldrig i mejl eller kalendrar."),
        error_messages={"required": _("Välj ett av alternativen.")},
    )
    fika = forms.BooleanField(label=_("Fika"), required=False, initial=True)
    two_hosts = forms.BooleanField(label=_("Två värdar krävs"), required=False)

    @classmethod
    def of(cls, group: Group) -> "GroupForm":
        """As it stands."""
        initial = {name: getattr(group, name) for name in cls.base_fields}
        return cls(initial={**initial, "languages": ", ".join(group.languages)})

    def details(self) -> GroupDetails:
        """The cleaned values, typed."""
        data: dict[str, Any] = dict(self.cleaned_data)
        for name in ("preferred_weekday", "preferred_time"):
            data[name] = None if data[name] == "" else data[name]
        data["languages"] = (data["languages"],)
        data["access_needs"] = tuple(data["access_needs"])
        return GroupDetails(**data)

    def gate(self, details: GroupDetails) -> object:
        """As the service."""
        return clean_group(details)
