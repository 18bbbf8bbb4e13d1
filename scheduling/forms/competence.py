"""Analyses, training sessions and cards: the fields."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from scheduling.followup.competence import MOST_STAFF, SCALE, STAFF_GROUPS, Outcome
from scheduling.forms.relation import LINE_HINT
from scheduling.models import CARD_LABELS

_NEEDED = {"required": _("Fyll i fältet.")}


class AnalysisForm(forms.Form):
    """A question, its basis and the conclusion."""

    question = forms.CharField(label=_("Fråga"), error_messages=_NEEDED)
    basis = forms.CharField(label=_("Underlag"), error_messages=_NEEDED, help_text=LINE_HINT)
    conclusion = forms.CharField(
        label=_("Slutsats"), required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    basis_query = forms.CharField(required=False, widget=forms.HiddenInput)


class OutcomeForm(forms.Form):
    """Attendance by staff group, one question afterwards, and what changed."""

    check_question = forms.CharField(label=_("En fråga efteråt"), required=False)
    changed_way = forms.CharField(
        label=_("Vad gör vi annorlunda nu?"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=LINE_HINT,
    )
    field_order = [*STAFF_GROUPS, "check_question", *SCALE, "changed_way"]  # noqa: RUF012

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        steps = {code: gettext("Svarade %(step)s av 5") % {"step": code} for code in SCALE}
        groups = {code: str(word) for code, word in STAFF_GROUPS.items()}
        for code, label in {**groups, **steps}.items():
            self.fields[code] = forms.IntegerField(
                label=label, required=False, min_value=0, max_value=MOST_STAFF
            )
        self.order_fields(self.field_order)

    def given(self) -> Outcome:
        """The cleaned values, typed."""
        data = self.cleaned_data
        return Outcome(
            by_staff_group={code: data[code] or 0 for code in STAFF_GROUPS},
            check_question=data["check_question"],
            check_totals={code: data[code] or 0 for code in SCALE},
            changed_way=data["changed_way"],
        )


class CardForm(forms.Form):
    """A short text."""

    kind = forms.ChoiceField(
        label=_("Slag"),
        choices=[(kind.value, word) for kind, word in CARD_LABELS.items()],
        widget=forms.RadioSelect,
        error_messages={"required": _("Välj ett av alternativen.")},
    )
    title = forms.CharField(label=_("Rubrik"), error_messages=_NEEDED)
    text = forms.CharField(
        label=_("Text"), widget=forms.Textarea(attrs={"rows": 5}), error_messages=_NEEDED
    )
