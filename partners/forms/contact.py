"""A contact's fields."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core import languages
from core.swedish import format_phone
from partners.forms.base import RegisterForm
from partners.models import CONTACT_CHANNEL_LABELS, Contact, ContactChannel, Group, Organisation
from partners.services import ContactDetails
from partners.services.details import clean_contact


class ContactForm(RegisterForm[ContactDetails]):
    """Make or change one; ``groups`` are those of its organisation."""

    name = forms.CharField(
        label=_("Namn"), error_messages={"required": _("Fyll i kontaktens namn.")}
    )
    role = forms.CharField(label=_("Roll"), required=False, help_text=_("Till exempel samordnare."))
    email = forms.CharField(
        label=_("E-post"),
        required=False,
        help_text=_("Gärna en adress för rollen, inte för personen."),
        widget=forms.EmailInput,
    )
    phone = forms.CharField(
        label=_("Telefon"), required=False, widget=forms.TextInput(attrs={"type": "tel"})
    )
    channel = forms.ChoiceField(
        label=_("Vill helst nås med"),
        required=False,
        choices=[
            ("", _("Det som passar")),
            *((channel.value, CONTACT_CHANNEL_LABELS[channel]) for channel in ContactChannel),
        ],
        widget=forms.RadioSelect,
    )
    language = forms.ChoiceField(
        label=_("Vi skriver på"),
        choices=list(languages.LABELS.items()),
        widget=forms.RadioSelect,
        initial="sv",
        error_messages={"required": _("Välj ett av alternativen.")},
    )
    groups = forms.TypedMultipleChoiceField(
        label=_("Grupper"), required=False, coerce=int, widget=forms.CheckboxSelectMultiple
    )
    source = forms.CharField(
        label=_("Källa"),
        required=False,
        help_text=_("Varifrån vi fick uppgifterna, till exempel föreningens webbplats."),
    )
    protected = forms.BooleanField(
        label=_("Skyddade uppgifter"),
        required=False,
        help_text=_("Telefon och e-post visas då bara för den som planerar besök."),
    )

    def __init__(
        self, organisation: Organisation, *args: Any, contact: Contact | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        linked = {group.pk: group for group in contact.groups.all()} if contact else {}
        active = {group.pk: group for group in organisation.groups.filter(archived_at=None)}
        #: By their id: what can be chosen; an archived group stays chosen until it is taken away.
        self.choosable: dict[int, Group] = {**active, **linked}
        field = self.fields["groups"]
        assert isinstance(field, forms.TypedMultipleChoiceField)
        field.choices = [(group.pk, group.alias) for group in self.choosable.values()]
        if not self.choosable:
            del self.fields["groups"]

    @classmethod
    def of(cls, contact: Contact) -> "ContactForm":
        """As it stands."""
        initial = {name: getattr(contact, name) for name in cls.base_fields}
        initial["phone"] = format_phone(contact.phone) if contact.phone else ""
        initial["groups"] = [group.pk for group in contact.groups.all()]
        return cls(contact.organisation, contact=contact, initial=initial)

    def groups_chosen(self) -> list[Group]:
        """The groups, none where there are none to choose from."""
        return [self.choosable[pk] for pk in self.cleaned_data.get("groups") or ()]

    def details(self) -> ContactDetails:
        """The cleaned values, typed."""
        data = {name: self.cleaned_data[name] for name in ContactDetails.__slots__}
        return ContactDetails(**{**data, "channel": data["channel"] or None})

    def gate(self, details: ContactDetails) -> object:
        """As the service."""
        return clean_contact(details)
