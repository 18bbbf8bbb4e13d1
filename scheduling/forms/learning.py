"""Barriers, boundary cases, handovers and paper slips: the fields."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from scheduling.followup import words
from scheduling.followup.counting import FACES, MOST_AT_ONCE
from scheduling.forms.relation import ColleagueChoice, colleagues, day_field
from scheduling.models import BARRIER_LABELS, FACE_LABELS, STATEMENT_LABELS, Barrier, Statement

_ABOUT = _("Om huset och miljön, aldrig om enskilda personer.")
_CHOOSE = {"required": _("Välj ett av alternativen.")}


class BarrierForm(forms.Form):
    """What is in the way, and who sees to it."""

    kind = forms.ChoiceField(
        label=_("Slag"),
        choices=[(kind.value, word) for kind, word in BARRIER_LABELS.items()],
        widget=forms.RadioSelect,
        error_messages=_CHOOSE,
    )
    what = forms.CharField(label=_("Vad är i vägen?"), required=False, help_text=_ABOUT)
    owner = ColleagueChoice(
        label=_("Vem äger lösningen?"), queryset=None, required=False, empty_label="–"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = colleagues()  # type: ignore[attr-defined]

    @classmethod
    def of(cls, row: Barrier | None) -> "BarrierForm":
        """As it stands."""
        if row is None:
            return cls()
        return cls(initial={"kind": row.kind, "what": row.what, "owner": row.owner_id})


class SolveForm(forms.Form):
    """How it came out of the way."""

    solution = forms.CharField(
        label=_("Hur löstes det?"),
        help_text=_ABOUT,
        error_messages={"required": _("Skriv kort hur det löstes.")},
    )


class CaseForm(forms.Form):
    """A question about the boundary; planners write what the talk came to."""

    question = forms.CharField(
        label=_("Vad undrar ni?"),
        help_text=_("Frågan, aldrig vem den gällde."),
        error_messages={"required": _("Skriv frågan: var går gränsen?")},
    )
    outcome = forms.CharField(label=_("Vad kom ni fram till?"), required=False)

    def __init__(self, *args: Any, decides: bool, **kwargs: Any) -> None:
        """``decides``: whether the outcome may be written."""
        super().__init__(*args, **kwargs)
        if not decides:
            del self.fields["outcome"]


class HandoverForm(forms.Form):
    """What was handed over outside a visit."""

    topic = forms.CharField(
        label=_("Vad gällde frågan?"),
        help_text=_("Ämnet, aldrig vem. Till exempel bank-id."),
        error_messages={"required": _("Skriv kort vad frågan gällde, aldrig vem.")},
    )
    receiver = forms.ChoiceField(
        label=_("Vart lämnades den?"),
        choices=[(kind.value, word) for kind, word in words.RECEIVERS.items()],
        widget=forms.RadioSelect,
        error_messages={"required": _("Välj vart frågan lämnades.")},
    )
    on = day_field(_("Dag"), required=False)


class PaperForm(forms.Form):
    """How many slips chose each face: one number for each statement and face."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for statement in Statement:
            for face in FACES:
                self.fields[f"{statement.value}_{face}"] = forms.IntegerField(
                    label=f"{STATEMENT_LABELS[statement]} {FACE_LABELS[face]}",
                    required=False,
                    min_value=0,
                    max_value=MOST_AT_ONCE,
                )

    def rows(self) -> list[dict[str, Any]]:
        """Each statement with its fields, as the page lays them out."""
        return [
            {
                "statement": STATEMENT_LABELS[statement],
                "fields": [
                    (FACE_LABELS[face], self[f"{statement.value}_{face}"]) for face in FACES
                ],
            }
            for statement in Statement
        ]

    def counts(self) -> dict[tuple[str, int], int]:
        """What was typed, (statement, face) -> number."""
        return {
            (statement.value, face): self.cleaned_data[f"{statement.value}_{face}"] or 0
            for statement in Statement
            for face in FACES
        }
