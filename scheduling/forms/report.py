"""The words beside a report."""

from django import forms
from django.utils.translation import gettext_lazy as _

from scheduling.insight.summaries import LONGEST
from scheduling.models import ReportSummary


class SummaryForm(forms.Form):
    """A summary; ``version`` is the one that the writer saw, 0 where there was none."""

    text = forms.CharField(
        label=_("Sammanfattning"),
        max_length=LONGEST,
        required=False,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_("Skriv om grupper och arbetssätt, inte om enskilda personer."),
    )
    version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)

    @classmethod
    def of(cls, summary: ReportSummary | None) -> "SummaryForm":
        """The form as the summary stands."""
        if summary is None:
            return cls(initial={"text": "", "version": 0})
        return cls(initial={"text": summary.text, "version": summary.version})
