"""An effort's fields."""

from dataclasses import fields
from datetime import timedelta
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core import swedish
from scheduling.followup import words
from scheduling.followup.efforts import Given
from scheduling.forms import picked
from scheduling.forms.relation import LINE_HINT, day_field
from scheduling.models import Booking, Effort, EffortKind, Interest
from scheduling.states import Judgement

NEAR, MOST_BOOKINGS = timedelta(days=90), 24
_CHOOSE = {"required": _("Välj ett av alternativen.")}


class BookingChoices(picked.Many):
    """Visits by day and programme."""

    def label_from_instance(self, obj: Booking) -> str:
        """Day, programme and groups."""
        day = swedish.short_date(obj.start)
        if not hasattr(obj, "visit"):
            return f"{day} {obj.title}"
        groups = ", ".join(group.alias for group in obj.visit.groups.all())
        return f"{day} {obj.visit.programme.name}, {groups}"


class EffortForm(forms.Form):
    """What, when, where, about how many; later the judgement and the lesson."""

    what = forms.CharField(
        label=_("Vad gör vi?"), error_messages={"required": _("Skriv vad ni gjorde.")}
    )
    kind = forms.ChoiceField(
        label=_("Slag"),
        choices=[(kind.value, words.EFFORT_KINDS[kind.value]) for kind in EffortKind],
        initial=EffortKind.ONE_OFF.value,
        widget=forms.RadioSelect,
        error_messages=_CHOOSE,
    )
    starts_on = day_field(_("Dag, eller första dagen"))
    ends_on = day_field(_("Sista dagen"), required=False)
    place = forms.CharField(
        label=_("Plats"), required=False, help_text=_("Också utomhus: torget, stationen, parken.")
    )
    met_about = forms.IntegerField(
        label=_("Ungefär hur många samtal"), required=False, min_value=0,
        help_text=_("Ett antal. Aldrig vilka."),
    )  # fmt: skip
    hours = forms.IntegerField(label=_("Timmar"), required=False, min_value=0)
    cost = forms.IntegerField(label=_("Kostnad i kronor"), required=False, min_value=0)
    for_whom = forms.CharField(label=_("För vilka"), required=False)
    why = forms.CharField(label=_("Varför"), required=False, help_text=LINE_HINT)
    interests = picked.Many(
        label=_("Intressen som insatsen svarar mot"),
        required=False,
        queryset=Interest.objects.all(),
        widget=forms.CheckboxSelectMultiple,
    )
    bookings = BookingChoices(
        label=_("Besök som hör till insatsen"),
        required=False,
        queryset=Booking.objects.none(),
        widget=forms.CheckboxSelectMultiple,
    )
    judgement = forms.ChoiceField(
        label=_("Hur gick det?"),
        choices=[(one.value, words.JUDGEMENTS[one]) for one in Judgement],
        initial=Judgement.TOO_EARLY.value,
        widget=forms.RadioSelect,
        error_messages=_CHOOSE,
    )
    lesson = forms.CharField(
        label=_("Lärdom"), required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Om insatsen, aldrig om enskilda personer."),
    )  # fmt: skip
    decision = forms.ChoiceField(
        label=_("Beslut"),
        required=False,
        choices=[(code, word) for code, word in words.DECISIONS.items()],
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, effort: Effort | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["bookings"].queryset = _bookings(effort)  # type: ignore[attr-defined]

    @classmethod
    def of(cls, effort: Effort | None, interest: Interest | None = None) -> "EffortForm":
        """As it stands; a new one begins today, prefilled with the interest that asks for it."""
        if effort is not None:
            given = Given.of(effort)
            return cls(
                initial={one.name: getattr(given, one.name) for one in fields(Given)},
                effort=effort,
            )
        initial: dict[str, object] = {"starts_on": timezone.localdate()}
        if interest is not None:
            initial |= {
                "what": _("Prova %(what)s") % {"what": interest.name},
                "why": _("Flera har frågat efter det."),
                "kind": EffortKind.TRIAL.value,
                "interests": [interest],
            }
        return cls(initial=initial)

    def given(self) -> Given:
        """The cleaned values, typed."""
        values = {one.name: self.cleaned_data[one.name] for one in fields(Given)}
        for name in ("interests", "bookings"):
            values[name] = tuple(values[name])
        return Given(**values)


class CloseForm(forms.Form):
    """How it went, what it taught and what follows: the close of an effort."""

    judgement = forms.ChoiceField(
        label=_("Hur gick det?"),
        choices=[(one.value, words.JUDGEMENTS[one]) for one in Judgement],
        widget=forms.RadioSelect,
        error_messages=_CHOOSE,
    )
    lesson = forms.CharField(
        label=_("Lärdom"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Om insatsen, aldrig om enskilda personer."),
    )
    decision = forms.ChoiceField(
        label=_("Beslut"),
        choices=[(code, word) for code, word in words.DECISIONS.items() if code],
        widget=forms.RadioSelect,
        error_messages=_CHOOSE,
    )


def _bookings(effort: Effort | None) -> QuerySet[Booking]:
    """The newest visits of ninety days and those ahead, and what is already chosen."""
    since = timezone.now() - NEAR
    visits = Booking.objects.visits().filter(start__gte=since).order_by("-start", "-pk")
    wanted = set(visits.values_list("pk", flat=True)[:MOST_BOOKINGS])
    if effort is not None:
        wanted |= set(effort.bookings.values_list("pk", flat=True))
    return Booking.objects.with_visit().filter(pk__in=wanted).order_by("-start", "-pk")
