"""What the register's forms share: the one door's errors stand at their fields."""

from typing import Any, Generic, TypeVar

from django import forms

from core.errors import DomainError, Invalid

D = TypeVar("D")


class RegisterForm(forms.Form, Generic[D]):
    """A form whose valid values are ``details``; they pass the same gate as API and import."""

    def details(self) -> D:
        """The cleaned values, typed."""
        raise NotImplementedError

    def gate(self, details: D) -> object:
        """Check ``details`` as the services do. Raises Invalid."""
        raise NotImplementedError

    def clean(self) -> dict[str, Any]:
        """Everything that is wrong at once, not one after the other."""
        data: dict[str, Any] = super().clean() or {}
        for name in self.fields:
            # A field that failed has no value; its own error is the one that is shown.
            data.setdefault(name, self.fields[name].initial or "")
        self.cleaned_data = data
        try:
            self.gate(self.details())
        except Invalid as error:
            self.refuse(error)
        return data

    def refuse(self, error: DomainError) -> None:
        """Show ``error`` at its fields, or above the form."""
        for name, message in error.fields.items():
            if name not in self.fields:
                self.add_error(None, message)
            elif name not in self.errors:
                self.add_error(name, message)
        if not error.fields:
            self.add_error(None, error.message)
