"""An organisation's fields."""

from django import forms
from django.utils.translation import gettext_lazy as _

from partners.forms.base import RegisterForm
from partners.models import ORGANISATION_KIND_LABELS, Organisation, OrganisationKind
from partners.services import OrganisationDetails
from partners.services.details import clean_organisation


class OrganisationForm(RegisterForm[OrganisationDetails]):
    """Make or change one."""

    name = forms.CharField(
        label=_("Namn"), error_messages={"required": _("Fyll i organisationens namn.")}
    )
    kind = forms.ChoiceField(
        label=_("Slag"),
        choices=[(kind.value, ORGANISATION_KIND_LABELS[kind]) for kind in OrganisationKind],
        widget=forms.RadioSelect,
        initial=OrganisationKind.CIVIL_SOCIETY.value,
        error_messages={"required": _("Välj ett av alternativen.")},
    )
    protected = forms.BooleanField(
        label=_("Skyddad adress"),
        required=False,
        help_text=_("Då får ingen adress stå här, och inga uppgifter visas i öppna kalendrar."),
    )
    address = forms.CharField(
        label=_("Adress"), required=False, help_text=_("Lämna tomt om adressen är skyddad.")
    )
    notes = forms.CharField(
        label=_("Om samarbetet"),
        required=False,
        help_text=_("Skriv om gruppen och miljön, inte om enskilda personer."),
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    @classmethod
    def of(cls, organisation: Organisation) -> "OrganisationForm":
        """As it stands."""
        return cls(initial={name: getattr(organisation, name) for name in cls.base_fields})

    def details(self) -> OrganisationDetails:
        """The cleaned values, typed."""
        return OrganisationDetails(**self.cleaned_data)

    def gate(self, details: OrganisationDetails) -> object:
        """As the service."""
        return clean_organisation(details)
