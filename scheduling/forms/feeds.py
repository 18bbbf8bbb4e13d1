"""What a subscribed calendar shows."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from core import access
from core.models import User
from scheduling.feeds.manage import Target
from scheduling.models import FeedLevel, FeedScope, Host, Library, Programme, Room

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
        self._targets: dict[str, dict[str, Any]] = {}
        scope, level = self.fields["scope"], self.fields["level"]
        assert isinstance(scope, forms.ChoiceField)
        assert isinstance(level, forms.ChoiceField)
        scope.choices = [
            ("user", _("Mina egna besök")),
            ("all", _("Alla besök")),
            *([("public", _("Det som är offentligt"))] if access.may_plan(user) else []),
            *self._of("library", Library.objects.all(), "%(name)s"),
            *self._of("room", Room.objects.filter(active=True), _("Rum: %(name)s")),
            *self._of(
                "host",
                Host.objects.filter(active=True).select_related("user").exclude(user=user),
                _("Värd: %(name)s"),
            ),
            *self._of("programme", Programme.objects.filter(active=True), _("Program: %(name)s")),
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
            "target": Target(**self._targets.get(chosen, {})),
        }

    def _of(self, scope: str, rows: QuerySet[Any], words: Any) -> list[tuple[str, str]]:
        """A choice for each row."""
        found = []
        for row in rows:
            self._targets[f"{scope}:{row.pk}"] = {scope: row}
            found.append((f"{scope}:{row.pk}", str(words) % {"name": str(row)}))
        return found
