"""Rows picked in a page, by their ids."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet

#: No id has more digits; a longer number fits in no column.
_DIGITS = 18


def is_pk(text: str) -> bool:
    """Whether ``text`` can be somebody's id."""
    return text.isdecimal() and len(text) <= _DIGITS


def pk(text: str) -> int:
    """The id in ``text``; ValueError for what is none."""
    if not is_pk(text):
        raise ValueError("no id")
    return int(text)


def pks(texts: Iterable[str]) -> list[int]:
    """The ids among ``texts``."""
    return [int(text) for text in texts if is_pk(text)]


class Many(forms.ModelMultipleChoiceField):  # type: ignore[type-arg] # not generic at run time
    """Any number of rows. A number that can be nobody's id is an unknown choice as any other."""

    def clean(self, value: Any) -> QuerySet[Any]:
        """The rows; ValidationError for a choice that is none."""
        for one in value or ():
            if len(str(one)) > _DIGITS:
                raise ValidationError(
                    self.error_messages["invalid_choice"], code="invalid_choice",
                    params={"value": one},
                )  # fmt: skip
        return super().clean(value)
