"""The 60-second follow-up: chips first, nothing typed is lost."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from core import screening, swedish
from core.errors import DomainError
from scheduling.followup import words
from scheduling.followup.chips import Chips
from scheduling.followup.given import (
    CHIP_LENGTH,
    MOST_PEOPLE,
    NOTE_LENGTH,
    STEP_LENGTH,
    TOPIC_LENGTH,
)
from scheduling.followup.services import FollowUpInput, Suggestion
from scheduling.forms.wall import moment
from scheduling.models import BARRIER_LABELS, BarrierKind, Programme
from scheduling.states import Judgement, Mission, ReceiverKind, VisitEvent

OTHER, NOTHING = "other", "none"
#: What belongs to one sending and not to what was typed.
NOT_DRAFTED = frozenset({"version", "key", "read_through"})
#: Several words of one's own in one line.
_LINE = 3 * CHIP_LENGTH
#: A service's field -> the form's, where they differ.
_FIELDS = {"outcome": "partly", "attendance": "count", "next_start": "next"}
_OWN = ("worked_own", "did_not_work_own", "interests_own")
_SCREENED = (*_OWN, "handover_topic", "next_step", "note")


class _AnyWord:
    """Any word may come: the chips can have changed since the page was opened."""

    def valid_value(self, value: object) -> bool:
        """Left to ``clean`` and to the service."""
        return isinstance(value, str)


class ChipsField(_AnyWord, forms.MultipleChoiceField):
    """Several chips."""

    widget = forms.CheckboxSelectMultiple


class ChipField(_AnyWord, forms.ChoiceField):
    """One of the chips."""

    widget = forms.RadioSelect


def _own(label: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=False,
        max_length=_LINE,
        help_text=gettext_lazy("Sätt komma mellan."),
    )


class FollowUpForm(forms.Form):
    """What came of a visit. The fields of a plain post; see ``given``."""

    judgement = forms.ChoiceField(
        label=gettext_lazy("Din bedömning"),
        choices=[
            *list(words.JUDGEMENTS.items())[:-1],
            (Judgement.TOO_EARLY, gettext_lazy("För tidigt")),
        ],
        required=False,
        widget=forms.RadioSelect,
    )
    count = ChipField(label=gettext_lazy("Hur många kom?"), required=False)
    attendance = forms.IntegerField(
        label=gettext_lazy("Annat antal"),
        required=False,
        min_value=0,
        max_value=MOST_PEOPLE,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    partly = forms.BooleanField(
        label=gettext_lazy("Bara en del av besöket blev av"), required=False
    )
    worked = ChipsField(label=gettext_lazy("Vad fungerade?"), required=False)
    worked_own = _own(gettext_lazy("Annat som fungerade"))
    did_not_work = ChipsField(label=gettext_lazy("Vad fungerade inte?"), required=False)
    did_not_work_own = _own(gettext_lazy("Annat som inte fungerade"))
    interests = ChipsField(label=gettext_lazy("Intressen"), required=False)
    interests_own = _own(gettext_lazy("Nytt intresse"))
    barriers = forms.MultipleChoiceField(
        label=gettext_lazy("Stod något i vägen?"),
        required=False,
        choices=[(kind.value, word) for kind, word in BARRIER_LABELS.items()],
        widget=forms.CheckboxSelectMultiple,
    )
    mission = forms.ChoiceField(
        label=gettext_lazy("Var det vårt uppdrag?"),
        choices=list(words.MISSIONS.items()),
        widget=forms.RadioSelect,
    )
    handover_topic = forms.CharField(
        label=gettext_lazy("Vad gällde frågan?"),
        required=False,
        max_length=TOPIC_LENGTH,
        help_text=gettext_lazy("Ämnet, aldrig vem. Till exempel bank-id."),
    )
    handover_receiver = forms.ChoiceField(
        label=gettext_lazy("Vart lämnades den?"),
        required=False,
        choices=[("", "–"), *words.RECEIVERS.items()],
    )
    next = ChipField(label=gettext_lazy("Nästa besök"), required=False)
    next_day = forms.DateField(
        label=gettext_lazy("Dag"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    next_time = forms.TimeField(
        label=gettext_lazy("Klockan"),
        required=False,
        input_formats=["%H:%M", "%H.%M", "%H:%M:%S", "%H"],
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )
    next_programme = forms.ModelChoiceField(
        label=gettext_lazy("Program"),
        required=False,
        queryset=Programme.objects.none(),
        empty_label=gettext_lazy("Samma som nu"),
    )
    next_send = forms.BooleanField(
        label=gettext_lazy("Skicka inbjudan direkt, i stället för att spara ett utkast"),
        required=False,
    )
    next_step = forms.CharField(
        label=gettext_lazy("Något att göra"), required=False, max_length=STEP_LENGTH
    )
    next_step_due = forms.DateField(
        label=gettext_lazy("Senast"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    note = forms.CharField(
        label=gettext_lazy("En rad att minnas"),
        required=False,
        max_length=NOTE_LENGTH,
        help_text=gettext_lazy("Skriv om gruppen och miljön, inte om enskilda personer."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    read_through = forms.BooleanField(
        label=gettext_lazy("Jag har läst igenom texten. Den handlar inte om någon enskild."),
        required=False,
    )
    version = forms.IntegerField(widget=forms.HiddenInput)
    key = forms.CharField(max_length=64, widget=forms.HiddenInput)

    def __init__(
        self,
        *args: Any,
        chips: Chips,
        suggestions: Iterable[Suggestion],
        may_send: bool,
        ask_next: bool,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        lang = get_language() or "sv"
        numbers = [(str(n), str(n) if n else _("Ingen")) for n in chips.numbers]
        self._choices("count", [*numbers, (OTHER, _("Annat"))])
        for name in ("worked", "did_not_work", "interests"):
            self._choices(name, [(word, word) for word in getattr(chips, name)])
        times = [
            (
                time.start.isoformat(),
                _("Samma tid %(day)s") % {"day": swedish.short_date(time.start, lang=lang)},
            )
            for time in suggestions
        ]
        self._choices("next", [*times, (OTHER, _("Annan tid")), (NOTHING, _("Inget just nu"))])
        programmes = self.fields["next_programme"]
        assert isinstance(programmes, forms.ModelChoiceField)
        programmes.queryset = Programme.objects.filter(active=True)
        if not may_send:
            del self.fields["next_send"]
        if not ask_next:
            for name in ("next", "next_day", "next_time", "next_programme", "next_send"):
                self.fields.pop(name, None)

    def _choices(self, name: str, offered: list[tuple[str, str]]) -> None:
        """Those offered, and what was chosen while something else was."""
        chosen = self.data.getlist(name) if hasattr(self.data, "getlist") else []
        chosen = chosen or self.initial.get(name, [])
        known = {value for value, _label in offered}
        if name in {"worked", "did_not_work", "interests"}:
            offered = [*offered, *((word, word) for word in chosen if word not in known)]
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = offered

    def clean_count(self) -> str:
        """A number, "other", or nothing."""
        value = str(self.cleaned_data["count"])
        number = value.isascii() and value.isdigit() and len(value) <= len(str(MOST_PEOPLE))
        if value not in {"", OTHER} and not number:
            raise forms.ValidationError(_("Välj hur många som kom."))
        return value

    def clean_next(self) -> datetime | str:
        """A time that was suggested, "other" or nothing."""
        value = str(self.cleaned_data["next"])
        if value in {"", OTHER, NOTHING}:
            return value
        try:
            return moment(value)
        except ValueError:
            raise forms.ValidationError(_("Välj en av tiderna.")) from None

    def clean(self) -> dict[str, Any]:
        """What hangs together: another number, another time."""
        if "count" in self.cleaned_data and "attendance" in self.cleaned_data:
            # Both questions are asked at once, so that both are mended at once.
            if self._number() != 0 and self.cleaned_data.get("judgement") == "":
                self.add_error("judgement", _("Välj hur det gick."))
            self._check_number()
        if "next" in self.cleaned_data:
            self._check_next()
        return self.cleaned_data

    def _check_number(self) -> None:
        chip, typed = self.cleaned_data["count"], self.cleaned_data["attendance"]
        if chip.isdigit() and typed not in {None, int(chip)} and "attendance" in self.changed_data:
            self.add_error("count", _("Välj ett antal eller skriv ett annat, inte båda."))
        elif self._number() is None:
            self.add_error("count", _("Välj hur många som kom."))

    def _number(self) -> int | None:
        chip: str = self.cleaned_data["count"]
        typed: int | None = self.cleaned_data["attendance"]
        return int(chip) if chip.isdigit() else typed

    def _check_next(self) -> None:
        day, clock = self.cleaned_data.get("next_day"), self.cleaned_data.get("next_time")
        typed = day is not None or clock is not None
        other = self.cleaned_data["next"] in {"", OTHER}
        if typed and not other:
            self.add_error("next", _("Välj ”Annan tid”, eller ta bort dagen och klockslaget."))
        elif (typed or self.cleaned_data["next"] == OTHER) and not (
            {"next_day", "next_time"} & set(self.errors)
        ):
            for name, value in (("next_day", day), ("next_time", clock)):
                if value is None:
                    self.add_error(name, _("Skriv både dag och klockslag."))

    def _next_start(self) -> datetime | None:
        chosen = self.cleaned_data.get("next", "")
        if isinstance(chosen, datetime):
            return chosen
        day, clock = self.cleaned_data.get("next_day"), self.cleaned_data.get("next_time")
        return datetime.combine(day, clock, swedish.STOCKHOLM) if day and clock else None

    def _words(self, name: str) -> tuple[str, ...]:
        own = self.cleaned_data[f"{name}_own"].split(",")
        return (*self.cleaned_data[name], *own)

    def given(self) -> FollowUpInput:
        """The valid form as the service takes it."""
        data = self.cleaned_data
        number = self._number()
        assert number is not None
        receiver = data["handover_receiver"]
        return FollowUpInput(
            attendance=number,
            judgement=Judgement(data["judgement"]) if data["judgement"] else None,
            outcome=VisitEvent.HOLD_PARTLY if data["partly"] else None,
            worked=self._words("worked"),
            did_not_work=self._words("did_not_work"),
            note=data["note"],
            interests=self._words("interests"),
            barriers=tuple(BarrierKind(kind) for kind in data["barriers"]),
            mission=Mission(data["mission"]),
            handover_topic=data["handover_topic"],
            handover_receiver=ReceiverKind(receiver) if receiver else None,
            next_step=data["next_step"],
            next_step_due=data["next_step_due"],
            next_start=self._next_start(),
            next_programme=data.get("next_programme"),
            next_send=bool(data.get("next_send")),
        )

    def warnings(self) -> list[str]:
        """What looks like a person in the texts, once; a tick says that it was looked at."""
        if self.cleaned_data["read_through"]:
            return []
        return [
            _("Vi tror att det står %(what)s i ”%(field)s”.")
            % {"what": words.KINDS[kind], "field": self.fields[name].label}
            for name in _SCREENED
            for kind in screening.screen(self.cleaned_data[name]).kinds
            if kind in words.KINDS
        ]

    def refuse(self, error: DomainError) -> None:
        """Show a service's refusal at its fields; what was typed stays."""
        told = False
        for name, message in error.fields.items():
            field = _FIELDS.get(name, name)
            if field in self.fields:
                self.add_error(field, message)
                told = True
        if not told:
            self.add_error(None, error.message)
