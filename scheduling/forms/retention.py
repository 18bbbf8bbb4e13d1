"""How long, and by which decision."""

from django import forms
from django.utils.translation import gettext_lazy as _

from scheduling.followup.retention import LONGEST_DAYS, Standing


class RetentionForm(forms.Form):
    """One rule of the house."""

    days = forms.IntegerField(label=_("Dagar"), min_value=1, max_value=LONGEST_DAYS)
    decision = forms.CharField(
        label=_("Beslutets diarienummer"),
        max_length=80,
        required=False,
        help_text=_("Allmänna handlingar gallras bara efter beslut."),
    )

    @classmethod
    def of(cls, standing: Standing) -> "RetentionForm":
        """The form as the rule stands."""
        return cls(initial={"days": standing.days, "decision": standing.decision})
