"""Why a room with too few places will do: one press, or a line of one's own."""

from django import forms
from django.utils.translation import gettext_lazy as _

from core.errors import DomainError
from scheduling.booking import fitting

#: What it mostly is; the words are kept as they were read.
USUAL = [
    ("shorter", _("Kortare besök")),
    ("apart", _("Delar på oss")),
    ("fewer", _("Vi vet att färre kommer")),
]
FIELDS = ("room_reason_usual", "room_reason")


class RoomReasonForm(forms.Form):
    """The two fields of forms that put a group in a room; shown where the room is too small."""

    room_reason_usual = forms.ChoiceField(
        label=_("Varför går det ändå?"),
        choices=USUAL,
        required=False,
        widget=forms.RadioSelect,
    )
    room_reason = forms.CharField(
        label=_("Eller med egna ord, en rad"),
        required=False,
        max_length=fitting.LONGEST,
        help_text=_("Värdarna ser det. Det står aldrig i mejlet till partnern."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def tells(self, error: DomainError | None) -> bool:
        """Whether ``error`` is about the reason; then it stands beside the field."""
        if error is None or fitting.FIELD not in error.fields:
            return False
        if self.is_bound:
            self.add_error(fitting.FIELD, error.fields[fitting.FIELD])
        return error.message == error.fields[fitting.FIELD] and self.is_bound

    @property
    def has_reason(self) -> bool:
        """Whether something was said or is wrong with it, so that the fields must be shown."""
        return any(self[name].value() or self[name].errors for name in FIELDS)

    def said_of_room(self) -> str:
        """What was typed, or else pressed; nothing where neither was. Of a valid form."""
        typed, usual = self.cleaned_data["room_reason"], self.cleaned_data["room_reason_usual"]
        return str(typed or dict(USUAL).get(usual, ""))
