"""The file to import."""

from django import forms
from django.utils.translation import gettext_lazy as _


class ImportForm(forms.Form):
    """One CSV file; what it holds is judged by ``partners.importing``."""

    file = forms.FileField(
        label=_("CSV-fil"),
        help_text=_("Högst 5 MB. Spara kalkylarket som CSV, helst CSV UTF-8."),
        allow_empty_file=True,  # "empty" is said in the same words as every other wrong file
        error_messages={"required": _("Välj en fil.")},
        widget=forms.FileInput(attrs={"class": "input", "accept": ".csv,.txt,.tsv,text/csv"}),
    )
