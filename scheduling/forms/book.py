"""Book a visit on one page: group, programme, time, and who meets."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeVar

from django import forms
from django.utils.translation import gettext_lazy as _

from core.errors import Invalid
from core.swedish import STOCKHOLM
from partners.models import Contact, Group, SizeBand
from scheduling.booking import times
from scheduling.booking.offers import Choice
from scheduling.booking.series import Clashing, Instead, Outline, SeriesPlan, outline, weekly
from scheduling.booking.services import VisitPlan
from scheduling.booking.ways_out import Way
from scheduling.forms import picked
from scheduling.forms.facts import BookingFacts
from scheduling.forms.room_reason import RoomReasonForm
from scheduling.forms.wall import instant, moment
from scheduling.models import Host, Programme, Room
from scheduling.states import BookingKind

Placed = TypeVar("Placed", times.Proposal, Way)


def encode_slot(start: datetime, room: int | None, host: int, co_host: int | None) -> str:
    """A proposed time as a form value; no room for a visit at theirs."""
    return f"{start.isoformat()}|{room or ''}|{host}|{co_host or ''}"


def _pk(room: Room | None) -> int | None:
    return None if room is None else room.pk


def values_of(ways: Iterable[Placed]) -> list[tuple[str, Placed]]:
    """Each proposed time or way out with its form value."""
    return [
        (
            encode_slot(
                way.start,
                _pk(way.room),
                way.host.pk,
                way.co_host.pk if way.co_host else None,
            ),
            way,
        )
        for way in ways
    ]


#: A clashing date's choice is called this and the day; a way out's value, or this to leave it out.
WAY, SKIP = "datum_", "hoppa"
#: A series is this long unless somebody says otherwise (DOMAIN.md, J8).
USUAL_TIMES = 8


class GroupChoice(forms.ModelChoiceField):  # type: ignore[type-arg] # not generic at run time
    """ "Läsgruppen, Klubbhuset Strimman"."""

    def label_from_instance(self, obj: Group) -> str:
        """Alias and organisation."""
        return f"{obj.alias}, {obj.organisation.name}"


class SlotList(forms.Field):
    """Any number of proposed times, as ``encode_slot`` wrote them."""

    widget = forms.MultipleHiddenInput

    def to_python(self, value: object) -> list[str]:
        """The values, each once."""
        found = value if isinstance(value, list) else []
        return list(dict.fromkeys(str(one) for one in found if one))


class BookForm(RoomReasonForm):
    """The page's fields. A proposed slot, or a time of one's own."""

    group = GroupChoice(
        label=_("Vilka kommer?"),
        queryset=Group.objects.filter(archived_at=None, organisation__archived_at=None)
        .select_related("organisation")
        .order_by("alias"),
        required=False,
        empty_label=_("Välj grupp"),
    )
    programme = forms.ModelChoiceField(
        label=_("Program"),
        queryset=Programme.objects.filter(active=True),
        empty_label=None,
        widget=forms.RadioSelect,
        required=False,
    )
    slot = forms.CharField(required=False, max_length=120)
    #: Further proposed times: with them it is an offer, and the partner chooses.
    more = SlotList(required=False)
    repeat = forms.ChoiceField(
        label=_("Upprepa"),
        required=False,
        choices=[("", _("Bara den gången")), ("1", _("Varje vecka")), ("2", _("Varannan vecka"))],
    )
    times = forms.IntegerField(label=_("Antal gånger"), required=False, min_value=2)
    skip_clashes = forms.BooleanField(label=_("Hoppa över de datum som krockar"), required=False)
    own_date = forms.DateField(
        label=_("Dag"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    own_time = forms.TimeField(
        label=_("Klockan"),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )
    room = forms.ModelChoiceField(
        label=_("Rum"),
        queryset=Room.objects.filter(active=True),
        required=False,
        empty_label=_("Det som passar bäst"),
    )
    host = forms.ModelChoiceField(
        label=_("Värd"),
        queryset=Host.objects.filter(active=True).select_related("user"),
        required=False,
        empty_label=_("Den som är ledig och kan"),
    )
    co_host = forms.ModelChoiceField(
        label=_("Medvärd"),
        queryset=Host.objects.filter(active=True).select_related("user"),
        required=False,
        empty_label=_("Ingen"),
    )
    contact = forms.ModelChoiceField(
        label=_("Bjud in"), queryset=Contact.objects.none(), required=False, empty_label=None
    )
    size_band = forms.ChoiceField(
        label=_("Ungefär hur många?"),
        required=False,
        choices=[("", _("Som gruppen brukar")), *((b.value, b.label) for b in SizeBand)],
    )
    #: An outreach visit: we go to them, to meet or to prepare the first visit.
    kind = forms.ChoiceField(
        label=_("Var ses ni?"),
        required=False,
        choices=[
            (BookingKind.STUDY_VISIT.value, _("Hos oss")),
            (BookingKind.OUTREACH_VISIT.value, _("Hos dem")),
        ],
        initial=BookingKind.STUDY_VISIT.value,
        widget=forms.RadioSelect,
    )
    place = forms.CharField(label=_("Plats hos dem"), required=False, max_length=200)
    travel_minutes = forms.IntegerField(
        label=_("Restid i minuter, enkel väg"), required=False, min_value=0, max_value=240
    )
    meeting_point = forms.CharField(label=_("Mötesplats"), required=False, max_length=120)
    interpreter = forms.CharField(label=_("Tolk"), required=False, max_length=120)
    diets = forms.CharField(
        label=_("Specialkost, som antal"),
        required=False,
        max_length=200,
        help_text=_("Till exempel: 2 glutenfritt. Aldrig vem."),
    )
    greeting = forms.CharField(
        label=_("En egen rad i mejlet"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    accept_warnings = forms.BooleanField(label=_("Boka ändå"), required=False)
    key = forms.CharField(widget=forms.HiddenInput, max_length=64, required=False)

    new_organisation = forms.CharField(label=_("Organisation"), required=False, max_length=120)
    new_alias = forms.CharField(
        label=_("Gruppens alias"),
        required=False,
        max_length=80,
        help_text=_("Ett neutralt namn, som Tisdagsgruppen."),
    )
    new_contact = forms.CharField(label=_("Kontaktens namn"), required=False, max_length=80)
    new_email = forms.EmailField(label=_("Kontaktens e-post"), required=False)
    new_phone = forms.CharField(label=_("Kontaktens telefon"), required=False, max_length=40)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        if not self.is_bound:
            self.initial.setdefault("key", uuid.uuid4().hex)
        self.chosen = self._chosen()
        self.facts = BookingFacts.for_page(self.data, self.chosen)
        if self.chosen is not None:
            contacts = self.chosen.contacts.filter(archived_at=None).order_by("pk")
            self.fields["contact"].queryset = contacts  # type: ignore[attr-defined]

    def _chosen(self) -> Group | None:
        raw = self["group"].value()
        if isinstance(raw, Group):
            return raw
        if not picked.is_pk(str(raw or "")):
            return None
        living = Group.objects.filter(archived_at=None).select_related("organisation")
        return living.filter(pk=raw).first()

    @property
    def is_outreach(self) -> bool:
        """Whether we go to them: no room of ours is taken."""
        return str(self["kind"].value()) == BookingKind.OUTREACH_VISIT.value

    @property
    def is_new_partner(self) -> bool:
        """Whether the page also makes a partner (J2)."""
        return self.chosen is None and bool(self["new_organisation"].value())

    def programme_choice(self) -> Programme | None:
        """The programme as far as it is chosen."""
        raw = self["programme"].value()
        pk = getattr(raw, "pk", raw)
        if not picked.is_pk(str(pk or "")):
            return None
        return Programme.objects.filter(pk=pk, active=True).first()


def plan_from(form: BookForm, group: Group, now: datetime) -> VisitPlan:
    """The valid form as a plan; raises Invalid with the field that is missing."""
    data = form.cleaned_data
    programme = data["programme"]
    if programme is None:
        raise Invalid(
            str(_("Välj ett program.")), fields={"programme": str(_("Välj ett program."))}
        )
    start, room, hosts = _time(form, group, programme, now)
    end = start + timedelta(minutes=programme.minutes)
    two = group.two_hosts or programme.hosts_required > 1
    host = data["host"] or (hosts[0] if hosts else None)
    if host is None:
        message = str(_("Ingen som kan programmet är ledig då. Välj en annan tid eller en värd."))
        raise Invalid(message, fields={"host": message})
    others = [row for row in hosts if row != host]
    co_host = data["co_host"] or (others[0] if two and others else None)
    away = form.is_outreach
    if away and not data["place"].strip():
        message = str(_("Skriv var ni ses."))
        raise Invalid(message, fields={"place": message})
    room = None if away else data["room"] or room
    if room is None and not away:
        message = str(_("Inget rum är ledigt då. Välj en annan tid."))
        raise Invalid(message, fields={"room": message})
    plan = VisitPlan(
        groups=(group,),
        programme=programme,
        start=start,
        end=end,
        host=host,
        co_host=co_host,
        room=room,
        contacts=(data["contact"],) if data["contact"] else (),
        size_band=SizeBand(data["size_band"]) if data["size_band"] else None,
        kind=BookingKind.OUTREACH_VISIT if away else BookingKind.STUDY_VISIT,
        place=data["place"] if away else "",
        travel_minutes=(data["travel_minutes"] or 0) if away else 0,
        # Our own door is no meeting point at theirs.
        meeting_point=data["meeting_point"] or (str(_("på plats hos er")) if away else ""),
        interpreter=data["interpreter"],
        diets=data["diets"],
        greeting=data["greeting"],
        hours_confirmed=data["accept_warnings"],
        room_reason=form.said_of_room(),
    )
    return form.facts.onto(plan)


def _time(
    form: BookForm, group: Group, programme: Programme, now: datetime
) -> tuple[datetime, Room | None, list[Host]]:
    data = form.cleaned_data
    if data["slot"] and data["slot"] != "own":
        return _slot(data["slot"])
    if not data["own_date"] or not data["own_time"]:
        message = str(_("Välj en av tiderna, eller skriv dag och klockslag."))
        raise Invalid(message, fields={"slot": message})
    start = instant(data["own_date"], data["own_time"], "own_time")
    room, hosts = times.pick(
        groups=(group,),
        programme=programme,
        start=start,
        end=start + timedelta(minutes=programme.minutes),
        now=now,
    )
    return start, room, hosts


def _slot(raw: str) -> tuple[datetime, Room | None, list[Host]]:
    """A proposed time, as ``encode_slot`` wrote it; anything else is a page gone stale."""
    try:
        begins, room, host, co_host = raw.split("|")
        start = moment(begins)
        people = [picked.pk(pk) for pk in (host, co_host) if pk]
        rooms = Room.objects.filter(active=True).select_related("library")
        place = rooms.filter(pk=picked.pk(room)).first() if room else None
    except ValueError as error:
        message = str(_("Tiden gick inte att läsa. Välj en tid på nytt."))
        raise Invalid(message, fields={"slot": message}) from error
    found = Host.objects.filter(active=True).select_related("user").in_bulk(people)
    if (room and place is None) or not people or len(found) != len(people):
        message = str(_("Tiden gäller inte längre. Välj en tid på nytt."))
        raise Invalid(message, fields={"slot": message})
    return start, place, [found[pk] for pk in people]


class TakeForm(RoomReasonForm):
    """One press on a proposed time or a way out of a clash, for a visit that exists."""

    take = forms.CharField(max_length=120)
    version = forms.IntegerField(widget=forms.HiddenInput)

    def place(self) -> tuple[datetime, Room | None, list[Host]]:
        """Start (aware), room and hosts. Raises Invalid for a page gone stale."""
        return _slot(self.cleaned_data["take"])


def kept_slot(form: BookForm) -> times.Proposal | None:
    """The chosen time, so that it stays on the page though it is no longer proposed."""
    raw, programme = str(form["slot"].value() or ""), form.programme_choice()
    if raw in {"", "own"} or programme is None:
        return None
    try:
        start, room, hosts = _slot(raw)
    except Invalid:
        # A stale or damaged value: the form itself says so when it is sent.
        return None
    if room is None:
        return None
    names = tuple(host.first_name for host in hosts)
    return times.Proposal(
        start=start,
        end=start + timedelta(minutes=programme.minutes),
        room=room,
        host=hosts[0],
        co_host=hosts[1] if len(hosts) > 1 else None,
        reasons=(room.name, *names),
        score=0,
    )


def choices_from(form: BookForm, plan: VisitPlan) -> list[Choice]:
    """The plan's own time and the further ones that were ticked; one alone is no offer."""
    choices = [
        Choice(start=plan.start, end=plan.end, room=plan.room, host=plan.host, co_host=plan.co_host)
    ]
    for raw in form.cleaned_data["more"]:
        start, room, hosts = _slot(raw)
        if start != plan.start and hosts:
            choices.append(
                Choice(
                    start=start,
                    end=start + (plan.end - plan.start),
                    room=room,
                    host=hosts[0],
                    co_host=hosts[1] if len(hosts) > 1 else None,
                )
            )
    return choices


@dataclass(frozen=True, slots=True)
class DateChoice:
    """One clashing date on the page: ``value`` is what was chosen, empty where nothing was."""

    clash: Clashing
    name: str
    ways: list[tuple[str, Way]]
    value: str
    #: What was chosen is no longer free.
    gone: bool = False

    @classmethod
    def of(cls, form: BookForm, clash: Clashing) -> "DateChoice":
        """As it was chosen; a way that is no longer free is asked of again."""
        name, ways = f"{WAY}{clash.day.isoformat()}", values_of(clash.ways)
        value = str(form.data.get(name, ""))
        if value == SKIP or value in dict(ways):
            return cls(clash, name, ways, value)
        skipped = SKIP if form.cleaned_data["skip_clashes"] else ""
        return cls(clash, name, ways, skipped, gone=bool(value))

    @property
    def instead(self) -> Instead | None:
        """The way that was chosen."""
        way = dict(self.ways).get(self.value)
        if way is None:
            return None
        return Instead(start=way.start, room=way.room, host=way.host, co_host=way.co_host)


@dataclass(frozen=True, slots=True)
class Repeated:
    """The plan as a series with what was chosen for its dates, and what clashes without that."""

    plan: SeriesPlan
    outline: Outline
    dates: list[DateChoice]


def series_from(form: BookForm, plan: VisitPlan, now: datetime) -> Repeated | None:
    """The plan as a series where it is repeated.

    A clashing date goes the way that was chosen for it, or is left out where so chosen or ticked.
    """
    data = form.cleaned_data
    if not data["repeat"]:
        return None
    first = plan.start.astimezone(STOCKHOLM).date()
    rule = weekly(first=first, weeks=int(data["repeat"]), count=data["times"])
    made = SeriesPlan(visit=plan, weekly=rule)
    found = outline(plan=made, now=now)
    dates = [DateChoice.of(form, clash) for clash in found.clashes]
    chosen = replace(
        made,
        skip=frozenset(row.clash.day for row in dates if row.value == SKIP),
        instead={row.clash.day: row.instead for row in dates if row.instead is not None},
    )
    return Repeated(chosen, found, dates)
