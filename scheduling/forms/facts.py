"""The visit's facts as chips and numbers (DOMAIN.md §2), for the pages that book and change."""

from dataclasses import replace
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from partners.models import ACCESS_NEED_LABELS, AccessNeed, Group
from scheduling.booking.services import VisitPlan
from scheduling.models import (
    DIET_LABELS,
    INTERPRETER_STATE_LABELS,
    SIDE_LABELS,
    TRAVEL_LABELS,
    Diet,
    InterpreterState,
    Side,
    Travel,
    Visit,
)

_MOST = 30


def _choices(labels: Any, empty: Any = None) -> list[tuple[str, Any]]:
    found = [(key.value, label) for key, label in labels.items()]
    return found if empty is None else [("", empty), *found]


class FactsForm(forms.Form):
    """What the group needs and how it comes; nothing about persons."""

    access_needs = forms.MultipleChoiceField(
        label=_("Tillgänglighet"),
        required=False,
        choices=_choices(ACCESS_NEED_LABELS),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("För gruppen, inga diagnoser. Tas bort sju dagar efter besöket."),
    )
    calm = forms.BooleanField(label=_("Lugn tid behövs"), required=False)
    interpreter_state = forms.ChoiceField(
        label=_("Tolkens läge"),
        required=False,
        choices=_choices(INTERPRETER_STATE_LABELS),
        widget=forms.RadioSelect,
        initial=InterpreterState.NONE.value,
    )
    interpreter_by = forms.ChoiceField(
        label=_("Vem bokar tolken?"),
        required=False,
        choices=_choices(SIDE_LABELS, _("Inte bestämt")),
    )
    fika = forms.BooleanField(label=_("Fika"), required=False)
    travel_by = forms.ChoiceField(
        label=_("Hur kommer gruppen?"),
        required=False,
        choices=_choices(TRAVEL_LABELS, _("Vet inte")),
    )
    tickets_by = forms.ChoiceField(
        label=_("Vem ordnar busskort?"),
        required=False,
        choices=_choices(SIDE_LABELS, _("Behövs inte")),
    )
    card_signup = forms.BooleanField(label=_("Några vill skaffa lånekort"), required=False)
    card_count = forms.IntegerField(
        label=_("Ungefär hur många lånekort?"), required=False, min_value=0, max_value=_MOST
    )
    photos_agreed = forms.BooleanField(
        label=_("Samtycke till foton finns"),
        required=False,
        help_text=_("Annars tas inga foton. Samtycket sparas inte här."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for diet in Diet:
            self.fields[f"diet_{diet.value}"] = forms.IntegerField(
                label=str(DIET_LABELS[diet]).capitalize(),
                required=False,
                min_value=0,
                max_value=_MOST,
                widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
            )

    @property
    def diets(self) -> list[forms.BoundField]:
        """For the page: a number for each diet."""
        return [self[f"diet_{diet.value}"] for diet in Diet]

    @property
    def has_diets(self) -> bool:
        """Whether any is counted or wrong: the part then stands open."""
        return any(field.errors or field.value() for field in self.diets)

    @staticmethod
    def of_visit(visit: Visit) -> dict[str, Any]:
        """As the visit has them."""
        same = FactsForm.base_fields
        counts = {f"diet_{name}": number for name, number in visit.diet_counts.items()}
        return {**{name: getattr(visit, name) for name in same}, **counts}

    @staticmethod
    def of_group(group: Group) -> dict[str, Any]:
        """What the group brings with it."""
        return {"access_needs": group.access_needs, "fika": group.fika}

    def facts(self) -> dict[str, Any]:
        """The valid form in the services' types."""
        data = self.cleaned_data
        counts = {diet: data[f"diet_{diet.value}"] or 0 for diet in Diet}
        return {
            "access_needs": tuple(AccessNeed(need) for need in data["access_needs"]),
            "calm": data["calm"],
            "interpreter_state": InterpreterState(data["interpreter_state"] or "none"),
            "interpreter_by": Side(data["interpreter_by"]) if data["interpreter_by"] else "",
            "fika": data["fika"],
            "diet_counts": {diet: number for diet, number in counts.items() if number},
            "travel_by": Travel(data["travel_by"]) if data["travel_by"] else "",
            "tickets_by": Side(data["tickets_by"]) if data["tickets_by"] else "",
            "card_signup": data["card_signup"] or bool(data["card_count"]),
            "card_count": data["card_count"],
            "photos_agreed": data["photos_agreed"],
        }


class BookingFacts(FactsForm):
    """The same on the page that books: the group's own facts until they were seen and sent."""

    prefix = "facts"
    #: The group whose facts the page showed; another group brings its own.
    group = forms.CharField(widget=forms.HiddenInput, required=False, max_length=20)

    @classmethod
    def for_page(cls, data: Any, group: Group | None) -> "BookingFacts":
        """Bound where the page that was sent showed this group's facts."""
        if group is not None and data and data.get("facts-group") == str(group.pk):
            return cls(data)
        brought = cls.of_group(group) if group is not None else {}
        return cls(initial={**brought, "group": group.pk if group else ""})

    def onto(self, plan: VisitPlan) -> VisitPlan:
        """The plan with the facts that were sent; as it was where none were."""
        if not self.is_bound or not self.is_valid():
            return plan
        facts = self.facts()
        for name in ("interpreter_by", "travel_by", "tickets_by"):
            facts[name] = facts[name] or None
        return replace(plan, **facts)
