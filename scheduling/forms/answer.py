"""The partner's answer: two buttons and at most three lines."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from django import forms
from django.utils.translation import gettext_lazy as _

from partners.models import ACCESS_NEED_LABELS, AccessNeed, SizeBand
from scheduling.booking import needs
from scheduling.booking.answers import MOST_PROPOSALS
from scheduling.booking.delegation import Colleague
from scheduling.booking.facts import MOST_EATING
from scheduling.booking.services import Reply, Wish
from scheduling.forms.wall import moment
from scheduling.models import DIET_LABELS, Diet, Invitation
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

    #: Says that the page showed what the group needs: an answer without it leaves that alone.
    med = forms.BooleanField(required=False, widget=forms.HiddenInput)
    behov = forms.MultipleChoiceField(
        label=_("Vad ska vi tänka på?"),
        required=False,
        choices=[(need.value, ACCESS_NEED_LABELS[need]) for need in AccessNeed],
        widget=forms.CheckboxSelectMultiple,
    )
    tolk = forms.CharField(
        label=_("Tolk på vilket språk?"),
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        for diet in Diet:
            self.fields[f"kost_{diet.value}"] = forms.IntegerField(
                label=DIET_LABELS[diet], required=False, min_value=0, max_value=MOST_EATING
            )

    @classmethod
    def of(cls, invitation: Invitation) -> "AnswerForm":
        """As it stands: the size and the needs that we know of."""
        known = needs.known(invitation)
        return cls(
            initial={
                "antal": invitation.size_band or invitation.booking.visit.size_band,
                "said": invitation.needs_at is not None,
                "behov": [need.value for need in known.access],
                "tolk": known.interpreter,
                **{f"kost_{diet.value}": number for diet, number in known.diets.items()},
            }
        )

    def eating(self) -> list[forms.BoundField]:
        """How many want what, for the template."""
        return [self[f"kost_{diet.value}"] for diet in Diet]

    @property
    def unfolded(self) -> bool:
        """Whether something was written in the folded part, or is wrong there."""
        if not self.is_bound:
            return bool(self.initial.get("said"))
        names = ["behov", "tolk", "rad", *(f"kost_{diet.value}" for diet in Diet)]
        return any(self[name].value() or self[name].errors for name in names)

    def reply(self, channel: AnswerChannel) -> Reply:
        """The valid form as an answer."""
        data = self.cleaned_data
        return Reply(
            state=BUTTONS[data["svar"]],
            channel=channel,
            size_band=SizeBand(data["antal"]) if data["antal"] else None,
            comment=data["rad"],
            needs=self._needs() if data["med"] and data["svar"] == "ja" else None,
        )

    def _needs(self) -> needs.Needs:
        data = self.cleaned_data
        return needs.Needs(
            access=tuple(AccessNeed(need) for need in data["behov"]),
            interpreter=data["tolk"],
            diets={diet: data[f"kost_{diet.value}"] or 0 for diet in Diet},
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


def _instant(value: str) -> datetime:
    """An aware instant of a page's own checkbox; ValueError for anything else."""
    return moment(value).astimezone(UTC)


class Instants(forms.MultipleChoiceField):
    """Instants as a page wrote them, whichever days it showed."""

    widget = forms.CheckboxSelectMultiple

    def valid_value(self, value: str) -> bool:
        """Whether it is one at all; if it is still free is asked when it is sent."""
        with suppress(ValueError):
            return bool(_instant(value))
        return False


class OtherTimeForm(forms.Form):
    """Up to three other times, picked from the days shown; or words, where none of them suits."""

    tid = Instants(
        label=_("Välj upp till tre tider"),
        required=False,
        error_messages={"invalid_choice": _("Tiden gick inte att läsa. Välj en av tiderna.")},
    )
    ord = forms.CharField(
        label=_("Passar ingen av tiderna?"),
        required=False,
        max_length=300,
        help_text=_("Skriv när det passar bättre. Till exempel: en tisdag efter klockan 13."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def clean(self) -> dict[str, object]:
        """Something must be wished for, and at most three times."""
        data = super().clean() or {}
        picked = data.get("tid") or []
        if isinstance(picked, list) and len(picked) > MOST_PROPOSALS:
            self.add_error("tid", _("Välj högst tre tider. Ta bort någon."))
        elif not self.errors and not picked and not data.get("ord"):
            self.add_error("tid", _("Välj en tid, eller skriv när det passar bättre."))
        return data

    @property
    def picked(self) -> list[datetime]:
        """What was picked, valid or not, in order; nothing typed or chosen is lost."""
        found = []
        for value in self["tid"].data or []:
            with suppress(ValueError):
                found.append(_instant(value))
        return sorted(set(found))

    def reply(self, channel: AnswerChannel, length: timedelta, starts: Sequence[datetime]) -> Reply:
        """The valid form as an answer; ``length`` is the visit's, ``starts`` what is still free."""
        words = self.cleaned_data.get("ord") or ""
        wishes = [Wish(start=start, end=start + length) for start in starts]
        if words and not wishes:
            wishes.append(Wish(text=words))
        return Reply(
            state=InvitationState.COUNTERED, channel=channel, comment=words, wishes=tuple(wishes)
        )


class ColleagueForm(forms.Form):
    """Who should be asked instead."""

    name = forms.CharField(
        label=_("Vad heter din kollega?"),
        max_length=80,
        error_messages={"required": _("Skriv din kollegas namn.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    email = forms.CharField(
        label=_("E-post"),
        required=False,
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    phone = forms.CharField(
        label=_("Telefon"),
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "off"}),
    )
    stays = forms.BooleanField(label=_("Jag vill också vara kvar"), required=False)

    def colleague(self) -> Colleague:
        """The valid form as a colleague."""
        data = self.cleaned_data
        return Colleague(
            name=data["name"], email=data["email"], phone=data["phone"], stays=data["stays"]
        )
