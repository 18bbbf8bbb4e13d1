"""What is asked without an account, and what a planner writes of it."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.errors import DomainError
from partners.models import Contact, SizeBand


class AskForm(forms.Form):
    """Checked by the service; what it refuses stands at its field, and nothing typed is lost."""

    def refuse(self, error: DomainError) -> None:
        """Show ``error`` at its fields, or above the form."""
        for name, message in error.fields.items():
            self.add_error(name if name in self.fields else None, message)
        if not error.fields:
            self.add_error(None, error.message)


class TimeForm(AskForm):
    """ "Be om en tid", on the organisation's own page."""

    text = forms.CharField(
        label=_("Vad önskar ni?"),
        required=False,
        max_length=500,
        help_text=_("Skriv om gruppen, inte om enskilda personer."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    times = forms.CharField(
        label=_("När passar det?"),
        required=False,
        max_length=200,
        help_text=_("Till exempel tisdagar på förmiddagen."),
    )
    size_band = forms.ChoiceField(
        label=_("Ungefär hur många blir ni?"),
        required=False,
        choices=[(band.value, band.label) for band in SizeBand],
        widget=forms.RadioSelect,
    )


class PublicForm(AskForm):
    """The same for somebody we do not know; ``webbplats`` is for machines, people never see it."""

    name = forms.CharField(label=_("Ditt namn"), max_length=80)
    organisation = forms.CharField(label=_("Förening eller verksamhet"), max_length=120)
    email = forms.CharField(
        label=_("E-post"), required=False, max_length=254, widget=forms.EmailInput
    )
    phone = forms.CharField(
        label=_("Telefon"),
        required=False,
        max_length=40,
        help_text=_("E-post eller telefon räcker."),
        widget=forms.TextInput(attrs={"type": "tel"}),
    )
    text = forms.CharField(
        label=_("Vad gäller det?"),
        required=False,
        max_length=500,
        help_text=_("En rad räcker. Skriv inte om enskilda personer."),
    )


class LeftForm(AskForm):
    """Who takes over."""

    successor = forms.TypedChoiceField(
        label=_("Vem tar över?"),
        required=False,
        coerce=int,
        empty_value=None,
        widget=forms.RadioSelect,
    )

    def __init__(self, contact: Contact, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = contact.organisation.contacts.filter(archived_at=None).exclude(pk=contact.pk)
        self.others = {row.pk: row for row in others}
        field = self.fields["successor"]
        assert isinstance(field, forms.TypedChoiceField)
        field.choices = [("", _("Ingen än")), *((pk, row.name) for pk, row in self.others.items())]

    def heir(self) -> Contact | None:
        """The chosen one, None where nobody is."""
        return self.others.get(self.cleaned_data["successor"])
