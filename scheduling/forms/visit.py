"""Small forms of a visit's page: move, change, cancel, an answer taken by phone."""

from datetime import datetime

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from partners.models import Contact, SizeBand
from scheduling.booking.services import Details
from scheduling.forms.facts import FactsForm
from scheduling.forms.room_reason import RoomReasonForm
from scheduling.forms.wall import instant
from scheduling.models import Booking, Host, Invitation, Room
from scheduling.states import InvitationState


class MoveForm(RoomReasonForm):
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


class ChangeForm(FactsForm, RoomReasonForm):
    """Who meets, where inside the house, what the group needs, and the approach plan."""

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
    contact = forms.ModelChoiceField(
        label=_("Kontakt på dagen"),
        queryset=Contact.objects.none(),
        required=False,
        empty_label=_("Ingen"),
    )
    hours_confirmed = forms.BooleanField(
        label=_("Värden har sagt ja till en tid utanför öppettiderna"), required=False
    )
    busy_override = forms.CharField(
        label=_("Varför det går fast värdens egen kalender är upptagen"),
        required=False,
        max_length=200,
    )
    size_band = forms.ChoiceField(
        label=_("Ungefär hur många?"), choices=[(b.value, b.label) for b in SizeBand]
    )
    followers = forms.IntegerField(
        label=_("Ledare som följer med"), min_value=0, max_value=20, required=False
    )
    travel_minutes = forms.IntegerField(
        label=_("Vår restid, minuter åt varje håll"), min_value=0, max_value=240, required=False
    )
    interpreter = forms.CharField(label=_("Tolk, språk"), max_length=120, required=False)
    plan_quiet_place = forms.CharField(label=_("Lugn plats"), max_length=200, required=False)
    plan_exit = forms.CharField(label=_("Utgång"), max_length=200, required=False)
    two_hosts = forms.BooleanField(label=_("Två värdar krävs"), required=False)
    plan_rules_explained = forms.BooleanField(
        label=_("Bibliotekets regler är förklarade vänligt"), required=False
    )
    plan_guards_informed = forms.BooleanField(
        label=_("Väktare är informerade vid behov"), required=False
    )
    plan_routine_url = forms.URLField(
        label=_("Länk till vår rutin"), max_length=300, required=False, assume_scheme="https"
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, booking: Booking, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        groups = booking.visit.groups.all()
        chosen: QuerySet[Contact] = Contact.objects.filter(
            organisation__in={group.organisation_id for group in groups}, archived_at=None
        )
        self.fields["contact"].queryset = chosen  # type: ignore[attr-defined]
        if booking.visit.room_id is None:
            del self.fields["room"]
        else:
            del self.fields["travel_minutes"]

    def _some(self, *names: str) -> list[forms.BoundField]:
        return [self[name] for name in names if name in self.fields]

    @property
    def meeting(self) -> list[forms.BoundField]:
        """For the page: who meets and where."""
        names = ("host", "co_host", "room", "meeting_point", "contact", "travel_minutes")
        return self._some(*names, "hours_confirmed", "busy_override")

    @property
    def coming(self) -> list[forms.BoundField]:
        """For the page: who comes."""
        return self._some("size_band", "followers", "interpreter")

    @property
    def plan(self) -> list[forms.BoundField]:
        """For the page: the approach plan."""
        names = ("two_hosts", "plan_quiet_place", "plan_exit", "plan_rules_explained")
        return self._some(*names, "plan_guards_informed", "plan_routine_url")

    @classmethod
    def of(cls, booking: Booking) -> "ChangeForm":
        """As it stands."""
        visit = booking.visit
        names = set(cls.base_fields) - {"version", *_ROWS, "room_reason_usual"}
        people = {name: getattr(visit, f"{name}_id") for name in _ROWS}
        return cls(
            booking,
            initial={
                **{name: getattr(visit, name) for name in names},
                **cls.of_visit(visit),
                **people,
                "version": booking.version,
            },
        )

    def details(self) -> Details:
        """For the service; the version is the caller's."""
        data = self.cleaned_data
        own = {name: data[name] for name in _OWN if name in data}
        return Details(
            **own,
            **self.facts(),
            room_reason=self.said_of_room(),
            size_band=SizeBand(data["size_band"]),
            followers=data["followers"] or 0,
            travel_minutes=data.get("travel_minutes"),
            without_co_host=data["co_host"] is None,
            without_contact=data["contact"] is None,
            without_card_count=data["card_count"] is None,
        )


_ROWS = ("host", "co_host", "room", "contact")
#: Taken over from the form as they are.
_OWN = (
    *_ROWS,
    "meeting_point",
    "hours_confirmed",
    "busy_override",
    "interpreter",
    "plan_quiet_place",
    "plan_exit",
    "two_hosts",
    "plan_rules_explained",
    "plan_guards_informed",
    "plan_routine_url",
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
        self.fields["invitation"].queryset = booking.invitations.filter(contact__isnull=False)  # type: ignore[attr-defined]
