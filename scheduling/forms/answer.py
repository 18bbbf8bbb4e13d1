"""The partner's answer: two buttons and at most three lines."""

from datetime import timedelta

from django import forms
from django.utils.translation import gettext_lazy as _

from core.errors import Invalid
from partners.models import SizeBand
from scheduling.booking.services import Reply, Wish
from scheduling.forms.wall import instant
from scheduling.states import AnswerChannel, InvitationState

BUTTONS = {
    "ja": InvitationState.ACCEPTED,
    "nej": InvitationState.DECLINED,
    "annan": InvitationState.COUNTERED,
}


class AnswerForm(forms.Form):
    """Yes with a size, or no with a line."""

    svar = forms.ChoiceField(
        choices=[(key, key) for key in BUTTONS],
        error_messages={
            "required": _("Välj ja eller nej."),
            "invalid_choice": _("Välj ja eller nej."),
        },
    )
    #: Which of several offered times.
    tid = forms.IntegerField(required=False)
    antal = forms.ChoiceField(
        label=_("Ungefär hur många blir ni?"),
        required=False,
        choices=[(band.value, band.label) for band in SizeBand],
        widget=forms.RadioSelect,
    )
    rad = forms.CharField(
        label=_("Vill ni säga något mer?"),
        required=False,
        max_length=1000,
        help_text=_("Skriv om gruppen, inte om enskilda personer."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def reply(self, channel: AnswerChannel) -> Reply:
        """The valid form as an answer."""
        data = self.cleaned_data
        return Reply(
            state=BUTTONS[data["svar"]],
            channel=channel,
            size_band=SizeBand(data["antal"]) if data["antal"] else None,
            comment=data["rad"],
        )


class MeetingAnswerForm(forms.Form):
    """Yes, no, or another time in plain words, with a line."""

    svar = forms.ChoiceField(
        choices=[(key, key) for key in BUTTONS],
        error_messages={
            "required": _("Välj ja, nej eller en annan tid."),
            "invalid_choice": _("Välj ja, nej eller en annan tid."),
        },
    )
    rad = forms.CharField(
        label=_("Vill du säga något mer, eller föreslå en annan tid?"),
        required=False,
        max_length=300,
        help_text=_("Till exempel: en tisdag efter klockan 13."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def clean(self) -> dict[str, object]:
        """Another time needs its words."""
        data = super().clean() or {}
        if data.get("svar") == "annan" and not data.get("rad"):
            self.add_error("rad", _("Skriv vilken tid som passar bättre."))
        return data

    def reply(self, channel: AnswerChannel) -> Reply:
        """The valid form as an answer."""
        state, words = BUTTONS[self.cleaned_data["svar"]], self.cleaned_data["rad"]
        wishes = (Wish(text=words),) if state is InvitationState.COUNTERED else ()
        return Reply(state=state, channel=channel, comment=words, wishes=wishes)


class OtherTimeForm(forms.Form):
    """Up to three other times by day and hour, or in words."""

    ord = forms.CharField(
        label=_("När passar det bättre?"),
        required=False,
        max_length=300,
        help_text=_("Till exempel: en tisdag efter klockan 13."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        for number in (1, 2, 3):
            self.fields[f"dag{number}"] = forms.DateField(
                label=_("Dag"),
                required=False,
                widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            )
            self.fields[f"tid{number}"] = forms.TimeField(
                label=_("Klockan"),
                required=False,
                widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
            )

    def pairs(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """Day and hour side by side, for the template."""
        return [(self[f"dag{number}"], self[f"tid{number}"]) for number in (1, 2, 3)]

    def clean(self) -> dict[str, object]:
        """A day needs its hour, and something must be wished for."""
        data = super().clean() or {}
        for number in (1, 2, 3):
            day, clock = data.get(f"dag{number}"), data.get(f"tid{number}")
            if day and not clock and f"tid{number}" not in self.errors:
                self.add_error(f"tid{number}", _("Välj också ett klockslag."))
            if clock and not day and f"dag{number}" not in self.errors:
                self.add_error(f"dag{number}", _("Välj också en dag."))
            if day and clock:
                try:
                    instant(day, clock, f"tid{number}")
                except Invalid as error:
                    self.add_error(f"tid{number}", error.message)
        if not self.errors and not data.get("ord") and not data.get("dag1"):
            self.add_error("ord", _("Skriv eller välj vilken tid som passar bättre."))
        return data

    def reply(self, channel: AnswerChannel, length: timedelta) -> Reply:
        """The valid form as an answer; ``length`` is the visit's."""
        data = self.cleaned_data
        wishes = []
        for number in (1, 2, 3):
            day, clock = data.get(f"dag{number}"), data.get(f"tid{number}")
            if day and clock:
                start = instant(day, clock, f"tid{number}")
                wishes.append(Wish(start=start, end=start + length))
        words = data.get("ord") or ""
        if words and not wishes:
            wishes.append(Wish(text=words))
        return Reply(
            state=InvitationState.COUNTERED, channel=channel, comment=words, wishes=tuple(wishes)
        )
