"""An interest's fields."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from partners.models import GROUP_CATEGORY_LABELS, Group
from scheduling.followup import words
from scheduling.followup.interests import Caught
from scheduling.forms.relation import LINE_HINT
from scheduling.models import InterestStage, Programme, SignalSource


class CatchForm(forms.Form):
    """One tap or a short line; ``tapped`` is the name on the button that was pressed."""

    name = forms.CharField(label=_("Vad frågar de efter?"), required=False)
    line = forms.CharField(label=_("En rad"), required=False, help_text=LINE_HINT)
    source = forms.ChoiceField(
        label=_("Var fångades det?"),
        choices=[
            (one.value, words.SOURCES[one.value])
            for one in SignalSource
            if one is not SignalSource.VISIT
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("Välj ett av alternativen.")},
    )
    category = forms.ChoiceField(
        label=_("Slags grupp, bara för planerare"),
        required=False,
        choices=[("", "–"), *((code.value, word) for code, word in GROUP_CATEGORY_LABELS.items())],
    )
    group = forms.ModelChoiceField(
        queryset=Group.objects.filter(archived_at=None), required=False, widget=forms.HiddenInput
    )
    tapped = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, kinds: bool, **kwargs: Any) -> None:
        """``kinds``: whether the kind of group may be seen."""
        super().__init__(*args, **kwargs)
        if not kinds:
            del self.fields["category"]

    def given(self) -> Caught:
        """The cleaned values, typed."""
        data = self.cleaned_data
        return Caught(
            name=data["tapped"] or data["name"],
            line=data["line"],
            source=data["source"],
            group=data["group"],
            category=data.get("category", ""),
        )


class StageForm(forms.Form):
    """What became of an interest, by hand."""

    stage = forms.ChoiceField(
        label=_("Hur långt har det kommit?"),
        required=False,
        choices=[
            ("", _("Följer det som händer")),
            *((one.value, words.STAGES[one.value]) for one in InterestStage),
        ],
        widget=forms.RadioSelect,
    )
    programme = forms.ModelChoiceField(
        label=_("Vilket program blev det?"),
        required=False,
        queryset=Programme.objects.all(),
        empty_label="–",
    )
