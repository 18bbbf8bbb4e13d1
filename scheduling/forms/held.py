"""The note of the secrecy check."""

from django import forms
from django.utils.translation import gettext_lazy as _

from scheduling.insight.held import NOTE_LENGTH


class DisclosureForm(forms.Form):
    """Which fields are masked is ticked beside each of them."""

    note = forms.CharField(
        label=_("Sekretessprövning"),
        max_length=NOTE_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Vem som prövat, och mot vilken bestämmelse. Raden följer med underlaget."),
    )
