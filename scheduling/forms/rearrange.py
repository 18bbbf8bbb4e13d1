"""Forms of the acts that change who meets and where, and of two visits that change places."""

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from scheduling.booking.services import Exchange
from scheduling.forms.room_reason import RoomReasonForm
from scheduling.models import Booking, Host, Room


class RoomForm(RoomReasonForm):
    """One press: that room."""

    room = forms.ModelChoiceField(
        label=_("Rum"), queryset=Room.objects.filter(active=True).select_related("library")
    )
    version = forms.IntegerField(widget=forms.HiddenInput)


class HostForm(forms.Form):
    """Whoever the planner says."""

    host = forms.ModelChoiceField(
        label=_("Värd"),
        queryset=Host.objects.filter(active=True).select_related("user"),
        empty_label=None,
    )
    co_host = forms.ModelChoiceField(
        label=_("Medvärd"),
        queryset=Host.objects.filter(active=True).select_related("user"),
        required=False,
        empty_label=_("Ingen"),
    )
    version = forms.IntegerField(widget=forms.HiddenInput)


class SubstituteForm(forms.Form):
    """One press: a colleague in the place of one who cannot come."""

    away = forms.ModelChoiceField(label=_("Vem"), queryset=Host.objects.select_related("user"))
    by = forms.ModelChoiceField(
        label=_("Kollega"), queryset=Host.objects.filter(active=True).select_related("user")
    )
    version = forms.IntegerField(widget=forms.HiddenInput)


class SwapForm(RoomReasonForm):
    """With which visit, and what the two exchange."""

    other = forms.ModelChoiceField(
        label=_("Byt med"),
        queryset=Booking.objects.none(),
        error_messages={"required": _("Välj ett besök att byta med.")},
    )
    what = forms.ChoiceField(
        label=_("Vad ska de byta?"),
        choices=[
            (Exchange.BOTH.value, _("Tid och rum")),
            (Exchange.TIMES.value, _("Bara tid")),
            (Exchange.ROOMS.value, _("Bara rum")),
        ],
        initial=Exchange.BOTH.value,
        widget=forms.RadioSelect,
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, others: QuerySet[Booking], *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["other"].queryset = others  # type: ignore[attr-defined]
