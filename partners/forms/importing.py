"""The file to import."""

from django import forms
from django.utils.translation import gettext_lazy as _


class ImportForm(forms.Form):
    """One Excel or CSV file; what it holds is judged by ``partners.importing``."""

    file = forms.FileField(
        label=_("Fil"),
        help_text=_("Excel (.xlsx) eller CSV, högst 10 MB."),
        allow_empty_file=True,  # "empty" is said in the same words as every other wrong file
        error_messages={"required": _("Välj en fil.")},
        widget=forms.FileInput(attrs={"class": "input", "accept": ".xlsx,.csv,.txt,.tsv,text/csv"}),
    )
