"""Many visits with their answers, follow-ups and opinions, straight into the tables."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from partners.models import Contact, Group
from scheduling.models import (
    Answer,
    Booking,
    FollowUp,
    Interest,
    InterestSignal,
    Invitation,
    Opinion,
    Programme,
    Statement,
    Visit,
)
from scheduling.states import AnswerChannel, Judgement, Mission, VisitState
from tests.factories import NOW, World, world

BATCH = 2000
WORKED = ("Fika först", "Lugn plats", "Känd värd", "Visa själv", "Kort pass", "Egna frågor")
DID_NOT_WORK = ("Högljutt", "För långt", "Svårt att hitta", "Fel tid", "För få datorer")
_CAME = (VisitState.HELD, VisitState.PARTLY_HELD)
_STATES = (*_CAME * 6, VisitState.NONE_CAME, VisitState.CANCELLED_BY_PARTNER, VisitState.DECLINED)


@dataclass
class Filler:
    """Fills ``span`` back from ``last``; called again it goes on."""

    chance: Random
    last: datetime
    span: timedelta
    w: World = field(default_factory=world)
    groups: list[Group] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.groups = [
            Group.objects.create(
                organisation=self.w.organisation, alias=f"Grupp {n}", created_at=NOW
            )
            for n in range(60)
        ]
        self.programmes = [
            Programme.objects.create(name=f"Program {n}", minutes=60, text_sv="x") for n in range(9)
        ]
        self.contacts = [
            Contact.objects.create(
                organisation=self.w.organisation, name=f"Kim Ek {n}", created_at=NOW
            )
            for n in range(40)
        ]
        self.interests = [Interest.objects.create(name=f"Intresse {n}") for n in range(25)]

    def fill(self, count: int) -> None:
        """``count`` visits more."""
        for done in range(0, count, BATCH):
            self._batch(min(BATCH, count - done))

    def _batch(self, count: int) -> None:
        bookings = Booking.objects.bulk_create(self._booking() for _number in range(count))
        visits = Visit.objects.bulk_create(
            Visit(
                booking=booking,
                programme=self.chance.choice(self.programmes),
                host=self.w.host,
                room=self.w.room,
                size_band="4-6",
            )
            for booking in bookings
        )
        through = Visit.groups.through
        through.objects.bulk_create(
            through(visit_id=visit.pk, group_id=self.chance.choice(self.groups).pk)
            for visit in visits
        )
        invitations = Invitation.objects.bulk_create(map(self._invitation, bookings))
        Answer.objects.bulk_create(answer for row in invitations for answer in self._answers(row))
        came = [booking for booking in bookings if booking.status in _CAME]
        notes = FollowUp.objects.bulk_create(self._note(booking) for booking in came)
        Opinion.objects.bulk_create(
            opinion for booking in came[::4] for opinion in self._opinions(booking)
        )
        InterestSignal.objects.bulk_create(
            InterestSignal(
                interest=self.chance.choice(self.interests),
                follow_up=note,
                source="visit",
                on=note.at.date(),
            )
            for note in notes[::3]
        )

    def _booking(self) -> Booking:
        start = self.last - self.span * self.chance.random()
        return Booking(
            kind="study_visit",
            state=self.chance.choice(_STATES).value,
            library=self.w.library,
            start=start,
            end=start + timedelta(minutes=75),
            created_at=start - timedelta(days=14),
            feed_changed_at=NOW,
        )

    def _invitation(self, booking: Booking) -> Invitation:
        return Invitation(
            booking=booking,
            contact=self.chance.choice(self.contacts),
            state="declined" if booking.state == VisitState.DECLINED.value else "accepted",
            created_at=booking.created_at,
            answered_at=booking.created_at + timedelta(hours=30),
            channel=self.chance.choice(list(AnswerChannel)).value,
        )

    def _answers(self, invitation: Invitation) -> Iterator[Answer]:
        """What was answered and when: one in ten changed their mind."""
        assert invitation.answered_at is not None
        said = [invitation.state, *["tentative"] * (self.chance.random() < 1 / 10)]
        for number, state in enumerate(said):
            yield Answer(
                invitation=invitation,
                at=invitation.answered_at - timedelta(hours=number),
                state=state,
                channel=invitation.channel,
            )

    def _opinions(self, booking: Booking) -> Iterator[Opinion]:
        """Faces of a few visitors for each statement."""
        for statement in Statement:
            for face in self.chance.sample((1, 2, 3, 4, 5), 2):
                count = self.chance.randrange(1, 6)
                yield Opinion(booking=booking, statement=statement.value, face=face, count=count)

    def _note(self, booking: Booking) -> FollowUp:
        return FollowUp(
            booking=booking,
            author=self.w.socionom,
            at=booking.end,
            attendance=self.chance.randrange(1, 25),
            judgement=self.chance.choice(list(Judgement)).value,
            worked=self.chance.sample(WORKED, self.chance.randrange(1, 4)),
            did_not_work=self.chance.sample(DID_NOT_WORK, self.chance.randrange(3)),
            mission=Mission.OURS.value,
        )
