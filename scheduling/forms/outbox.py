"""Utskick: a mended address."""

from django import forms
from django.utils.translation import gettext_lazy as _


class AddressForm(forms.Form):
    """Where the contact can be reached; the service says what is wrong with it."""

    email = forms.CharField(
        label=_("Rätt e-postadress"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off", "inputmode": "email"}),
    )
