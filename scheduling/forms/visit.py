"""Small forms of a visit's page: move, change, cancel, an answer taken by phone."""

from datetime import datetime

from django import forms
from django.utils.translation import gettext_lazy as _

from partners.models import SizeBand
from scheduling.forms.wall import instant
from scheduling.models import Booking, Host, Invitation, Room
from scheduling.states import InvitationState



class MoveForm(forms.Form):
    """Another time, and perhaps another room."""

    day = forms.DateField(
        label=_("Dag"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    clock = forms.TimeField(
        label=_("Klockan"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    room = forms.ModelChoiceField(
        label=_("Rum"),
        queryset=Room.objects.filter(active=True),
        required=False,
        empty_label=_("Samma rum"),
    )
    hours_confirmed = forms.BooleanField(
        label=_("Värden har sagt ja till en tid utanför öppettiderna"), required=False
    )
    busy_override = forms.CharField(
        label=_("Varför det går fast värdens egen kalender är upptagen"),
        required=False,
        max_length=200,
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    def start(self) -> datetime:
        """The new start, aware. Raises Invalid for a clock that the night skips or repeats."""
        data = self.cleaned_data
        return instant(data["day"], data["clock"], "clock")


class ChangeForm(forms.Form):
    """Who meets, and where inside the house."""

    host = forms.ModelChoiceField(
        label=_("Värd"),
        queryset=Host.objects.filter(active=True).select_related("user"),
        empty_label=None,
    )
    co_host = forms.ModelChoiceField(
        label=_("Medvärd"),
        required=False,
        empty_label=_("Ingen"),
        queryset=Host.objects.filter(active=True).select_related("user"),
    )
    room = forms.ModelChoiceField(
        label=_("Rum"), queryset=Room.objects.filter(active=True), required=False, empty_label=None
    )
    meeting_point = forms.CharField(label=_("Mötesplats"), max_length=120, required=False)
    diets = forms.CharField(label=_("Specialkost, som antal"), max_length=200, required=False)
    interpreter = forms.CharField(label=_("Tolk"), max_length=120, required=False)
    plan_quiet_place = forms.CharField(label=_("Lugn plats"), max_length=200, required=False)
    plan_exit = forms.CharField(label=_("Utgång"), max_length=200, required=False)
    two_hosts = forms.BooleanField(label=_("Två värdar krävs"), required=False)
    plan_rules_explained = forms.BooleanField(
        label=_("Bibliotekets regler är förklarade vänligt"), required=False
    )
    plan_guards_informed = forms.BooleanField(
        label=_("Väktare är informerade vid behov"), required=False
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    @classmethod
    def of(cls, booking: Booking) -> "ChangeForm":
        """As it stands."""
        visit = booking.visit
        names = [
            name for name in cls.base_fields if name not in {"version", "host", "co_host", "room"}
        ]
        initial = {name: getattr(visit, name) for name in names}
        return cls(
            initial={
                **initial,
                "host": visit.host_id,
                "co_host": visit.co_host_id,
                "room": visit.room_id,
                "version": booking.version,
            }
        )


class CancelForm(forms.Form):
    """Who called it off, and why (not about persons)."""

    by = forms.ChoiceField(
        label=_("Vem ställer in?"),
        choices=[("partner", _("Partnern avbokar")), ("us", _("Vi ställer in"))],
        widget=forms.RadioSelect,
        initial="partner",
    )
    reason = forms.CharField(
        label=_("Orsak"),
        required=False,
        max_length=300,
        help_text=_("Skriv om läget, inte om enskilda personer."),
    )
    version = forms.IntegerField(widget=forms.HiddenInput)


class PhoneAnswerForm(forms.Form):
    """What the contact said on the phone."""

    invitation = forms.ModelChoiceField(queryset=Invitation.objects.none(), empty_label=None)
    answer = forms.ChoiceField(
        choices=[
            (InvitationState.ACCEPTED.value, _("Ja")),
            (InvitationState.DECLINED.value, _("Nej")),
            (InvitationState.TENTATIVE.value, _("Kanske")),
        ]
    )
    size_band = forms.ChoiceField(
        choices=[("", ""), *((band.value, band.label) for band in SizeBand)], required=False
    )

    def __init__(self, booking: Booking, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["invitation"].queryset = booking.invitations.all()  # type: ignore[attr-defined]
