"""Random visits with everything that a report counts, straight into the tables."""

import random
from datetime import UTC, datetime, timedelta

from partners.models import Contact, Group
from scheduling.models import (
    Answer,
    Booking,
    FollowUp,
    Handover,
    Interest,
    InterestSignal,
    Invitation,
    Programme,
    Visit,
)
from scheduling.states import (
    OUTCOME_STATES,
    AnswerChannel,
    InvitationState,
    Judgement,
    Mission,
    ReceiverKind,
    VisitState,
)
from tests.factories import NOW, World

NAMES = ("Släktforskning", "Film", "Motorböcker")
#: Around the year's end in Stockholm, which is an hour before it in UTC.
FIRST = datetime(2026, 12, 30, 12, tzinfo=UTC)
EDGES = (
    datetime(2026, 12, 31, 22, 59, tzinfo=UTC),
    datetime(2026, 12, 31, 23, 0, tzinfo=UTC),
    datetime(2027, 1, 1, 22, 59, tzinfo=UTC),
    datetime(2027, 1, 1, 23, 0, tzinfo=UTC),
)


def make(w: World, seed: int, count: int) -> None:
    """``count`` visits from 30 December 2026 to 3 January 2027, on the edges among them."""
    chance = random.Random(seed)
    programmes = [w.programme, Programme.objects.create(name="Film", minutes=60, text_sv="x")]
    groups = [
        w.group,
        *(
            Group.objects.create(organisation=w.organisation, alias=f"Grupp {n}", created_at=NOW)
            for n in range(3)
        ),
    ]
    other = Contact.objects.create(organisation=w.organisation, name="Kim Ek", created_at=NOW)
    for name in NAMES:
        Interest.objects.get_or_create(name=name)
    for number in range(count):
        start = FIRST + timedelta(minutes=chance.randrange(4 * 24 * 60))
        if number < len(EDGES):
            start = EDGES[number]
        _visit(w, chance, start, programmes, groups, [w.contact, other])


def _visit(
    w: World,
    chance: random.Random,
    start: datetime,
    programmes: list[Programme],
    groups: list[Group],
    contacts: list[Contact],
) -> None:
    state = chance.choice(list(VisitState))
    booking = Booking.objects.create(
        kind="study_visit",
        state=state.value,
        library=w.library,
        start=start,
        end=start + timedelta(minutes=75),
        created_at=start - timedelta(days=chance.randrange(1, 40)),
        feed_changed_at=NOW,
    )
    visit = Visit.objects.create(
        booking=booking,
        programme=chance.choice(programmes),
        host=w.host,
        room=w.room,
        size_band="4-6",
    )
    visit.groups.set(chance.sample(groups, chance.choice([1, 1, 1, 2])))
    for contact in chance.sample(contacts, chance.choice([1, 1, 2])):
        _invite(chance, booking, contact)
    if state in OUTCOME_STATES:
        _follow_up(w, chance, booking)


def _invite(chance: random.Random, booking: Booking, contact: Contact) -> None:
    state = chance.choice(list(InvitationState))
    answered = state not in {InvitationState.PENDING, InvitationState.WITHDRAWN}
    channel = chance.choice(list(AnswerChannel))
    at = booking.created_at + timedelta(hours=chance.randrange(1, 100))
    invitation = Invitation.objects.create(
        booking=booking,
        contact=contact,
        state=state.value,
        created_at=booking.created_at,
        answered_at=at if answered else None,
        channel=channel.value if answered else "",
    )
    if chance.random() < 0.5:
        first = chance.choice(list(InvitationState))
        Answer.objects.create(
            invitation=invitation, at=at, state=first.value, channel=channel.value
        )


def _follow_up(w: World, chance: random.Random, booking: Booking) -> None:
    versions = chance.choice([0, 1, 1, 2])
    for version in range(1, versions + 1):
        follow_up = FollowUp.objects.create(
            booking=booking,
            version=version,
            current=version == versions,
            author=w.socionom,
            at=booking.end,
            attendance=chance.randrange(0, 25),
            judgement=chance.choice(list(Judgement)).value,
            worked=chance.sample(["Fika först", "Lugn plats"], 1),
            mission=chance.choice(list(Mission)).value,
        )
        day = booking.start.date()
        for name in chance.sample(NAMES, chance.randrange(3)):
            InterestSignal.objects.create(
                interest=Interest.objects.get(name=name),
                follow_up=follow_up,
                source="visit",
                on=day,
            )
        if chance.random() < 0.4:
            Handover.objects.create(
                follow_up=follow_up,
                on=day,
                topic="Bank-id",
                receiver=chance.choice(list(ReceiverKind)).value,
            )
