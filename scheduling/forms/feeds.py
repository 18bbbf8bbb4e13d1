"""What a subscribed calendar shows."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core import access
from core.models import User
from scheduling.models import FeedLevel, FeedScope, Library, Room

LEVELS = {
    FeedLevel.NEUTRAL: _("Neutralt: Studiebesök, tid och rum"),
    FeedLevel.BUSY: _("Bara upptagen"),
    FeedLevel.FULL: _("Allt: gruppens alias, program och värdar"),
}


class FeedForm(forms.Form):
    """Scope and level in one choice each; neutral titles unless somebody chooses otherwise."""

    scope = forms.ChoiceField(label=_("Vad ska kalendern visa?"))
    level = forms.ChoiceField(
        label=_("Hur mycket ska den berätta?"),
        initial=FeedLevel.NEUTRAL.value,
        help_text=_("Den som har adressen ser detta, utan att logga in."),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._rooms = {f"room:{row.pk}": row for row in Room.objects.filter(active=True)}
        self._libraries = {f"library:{row.pk}": row for row in Library.objects.all()}
        scope, level = self.fields["scope"], self.fields["level"]
        assert isinstance(scope, forms.ChoiceField)
        assert isinstance(level, forms.ChoiceField)
        scope.choices = [
            ("user", _("Mina egna besök")),
            *((key, _("Rum: %(name)s") % {"name": row.name}) for key, row in self._rooms.items()),
            *((key, row.name) for key, row in self._libraries.items()),
        ]
        scope.initial = "user"
        level.choices = [
            (key.value, word)
            for key, word in LEVELS.items()
            if key is not FeedLevel.FULL or access.may_plan(user) or hasattr(user, "host")
        ]

    def arguments(self) -> dict[str, Any]:
        """For ``feeds.manage.create``."""
        chosen = self.cleaned_data["scope"]
        return {
            "scope": FeedScope(chosen.partition(":")[0]),
            "level": FeedLevel(self.cleaned_data["level"]),
            "room": self._rooms.get(chosen),
            "library": self._libraries.get(chosen),
        }
