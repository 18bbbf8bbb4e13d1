"""An effort's fields."""

from dataclasses import fields

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from scheduling.followup import words
from scheduling.followup.efforts import Given
from scheduling.forms.relation import LINE_HINT, day_field
from scheduling.models import Effort, EffortKind
from scheduling.states import Judgement

_CHOOSE = {"required": _("Välj ett av alternativen.")}


class EffortForm(forms.Form):
    """What, when, where, about how many; later the judgement and the lesson."""

    what = forms.CharField(
        label=_("Vad gör vi?"), error_messages={"required": _("Skriv vad ni gjorde.")}
    )
    kind = forms.ChoiceField(
        label=_("Slag"),
        choices=[(kind.value, words.EFFORT_KINDS[kind.value]) for kind in EffortKind],
        initial=EffortKind.ONE_OFF.value,
        widget=forms.RadioSelect,
        error_messages=_CHOOSE,
    )
    starts_on = day_field(_("Dag, eller första dagen"))
    ends_on = day_field(_("Sista dagen"), required=False)
    place = forms.CharField(
        label=_("Plats"), required=False, help_text=_("Också utomhus: torget, stationen, parken.")
    )
    met_about = forms.IntegerField(
        label=_("Ungefär hur många samtal"), required=False, min_value=0,
        help_text=_("Ett antal. Aldrig vilka."),
    )  # fmt: skip
    hours = forms.IntegerField(label=_("Timmar"), required=False, min_value=0)
    for_whom = forms.CharField(label=_("För vilka"), required=False)
    why = forms.CharField(label=_("Varför"), required=False, help_text=LINE_HINT)
    judgement = forms.ChoiceField(
        label=_("Hur gick det?"),
        choices=[(one.value, words.JUDGEMENTS[one]) for one in Judgement],
        initial=Judgement.TOO_EARLY.value,
        widget=forms.RadioSelect,
        error_messages=_CHOOSE,
    )
    lesson = forms.CharField(
        label=_("Lärdom"), required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Om insatsen, aldrig om enskilda personer."),
    )  # fmt: skip
    decision = forms.ChoiceField(
        label=_("Beslut"),
        required=False,
        choices=[(code, word) for code, word in words.DECISIONS.items()],
        widget=forms.RadioSelect,
    )

    @classmethod
    def of(cls, effort: Effort | None) -> "EffortForm":
        """As it stands; a new one begins today."""
        if effort is None:
            return cls(initial={"starts_on": timezone.localdate()})
        return cls(initial={one.name: getattr(effort, one.name) for one in fields(Given)})

    def given(self) -> Given:
        """The cleaned values, typed."""
        return Given(**{one.name: self.cleaned_data[one.name] for one in fields(Given)})
