"""The words of every letter: easy to read (LIX), easier still in easy Swedish, and neutral."""

import re
from datetime import timedelta

import pytest

from core.languages import EASY
from partners.models import Contact
from scheduling.booking import gatherings, offers, series, services
from scheduling.booking.gathering_plan import GatheringPlan
from scheduling.booking.offers import Choice
from scheduling.booking.series import SeriesPlan
from scheduling.models import Invitation
from scheduling.outbox import letters
from scheduling.states import MessageKind
from tests.factories import NOW, World, at, day, world

pytestmark = [pytest.mark.django_db, pytest.mark.large]
#: The other two are texts alone.
LETTERS = [kind for kind in MessageKind if kind not in {MessageKind.LINK, MessageKind.RECEIPT}]
ADDRESS = re.compile(r"https?://\S+")
#: Dates, times, places and names are what they are.
FIXED = re.compile(r"Svartåbiblioteket, Exempelgatan 1|\d[\d.–-]*|kl\.")


def invitation(w: World, kind: MessageKind) -> Invitation:
    """A booking that a letter of ``kind`` is about."""
    if kind is MessageKind.OFFER:
        choices = [Choice(start=at(n, 10), end=at(n, 11), host=w.host, room=w.room) for n in (1, 2)]
        booking = offers.offer(actor=w.socionom, now=NOW, plan=w.plan(), choices=choices)
    elif kind in {MessageKind.SERIES, MessageKind.SERIES_END}:
        plan = SeriesPlan(visit=w.plan(), weekly=series.weekly(first=day(1), count=3))
        made = series.book_series(actor=w.socionom, now=NOW, plan=plan)
        booking = made.bookings.with_visit().earliest("start")
    else:
        booking = services.book(actor=w.socionom, now=NOW, plan=w.plan())
    row = booking.invitations.select_related("contact", "booking__visit__programme").get()
    row.size_band = "4-6"
    return row


def sentences(text: str) -> list[list[str]]:
    """Each sentence's words; a line end ends one too, addresses are not read."""
    plain = FIXED.sub("", ADDRESS.sub("", text))
    found = [re.findall(r"[^\W\d_]+(?:-[^\W\d_]+)*", part) for part in re.split(r"[.!?:\n]", plain)]
    return [words for words in found if words]


def lix(text: str) -> float:
    """Words a sentence, and how many of them have more than six letters (per cent)."""
    parts = sentences(text)
    words = [word for part in parts for word in part]
    long = sum(len(word) > 6 for word in words)
    return len(words) / len(parts) + 100 * long / len(words)


def test_lix_is_counted_as_it_should() -> None:
    assert lix("Vi ses. Vi ses.") == 2
    assert lix("Biblioteket öppnar.") == 2 + 50


@pytest.mark.parametrize(("late", "asks"), [(0, True), (1, False)])
def test_a_reminder_names_a_day_to_answer_by_only_while_it_can_be_kept(
    late: int, asks: bool
) -> None:
    row = invitation(world(), MessageKind.NUDGE)
    row.booking.visit.respond_by = NOW.date() - timedelta(days=late)
    letter = letters.write(row, MessageKind.NUDGE, NOW)
    assert ("Svara gärna senast" in letter.text) is asks
    assert ("Svara gärna senast" in letter.html) is asks


@pytest.mark.parametrize("kind", LETTERS)
def test_every_letter_is_easy_to_read(kind: MessageKind) -> None:
    row = invitation(world(), kind)
    letter = letters.write(row, kind, NOW)
    assert lix(letter.text) <= 35, letter.text
    longest = max(sentences(letter.text), key=len)
    assert len(longest) <= 15, longest


@pytest.mark.parametrize("kind", LETTERS)
def test_every_letter_is_easier_in_easy_swedish(kind: MessageKind) -> None:
    w = world()
    plain = letters.write(invitation(w, kind), kind, NOW)
    Contact.objects.update(language=EASY)
    row = Invitation.objects.select_related("contact", "booking__visit__programme").earliest("pk")
    row.size_band = "4-6"
    letter = letters.write(row, kind, NOW)
    longest = max(sentences(letter.text), key=len)
    assert len(longest) <= 10, longest
    assert lix(letter.text) <= min(30, lix(plain.text)), letter.text
    for words in (letter.subject, letter.text, letter.html):
        assert "¶" not in words
    assert f'lang="{EASY}"' in letter.html
    assert "<br>" in letter.html
    # The link, the number and the law stand in both.
    assert set(ADDRESS.findall(plain.text)) == set(ADDRESS.findall(letter.text))


MEETINGS = ["request", "update", "cancel", "decline", "reminder"]


@pytest.mark.parametrize("kind", [MessageKind(kind) for kind in MEETINGS])
def test_letters_of_meetings_are_easy_too(kind: MessageKind) -> None:
    w = world()
    plan = GatheringPlan(
        title="Samverkan", start=at(4, 14), end=at(4, 15), hosts=(w.host,),
        contacts=(w.contact,), room=w.room,
    )  # fmt: skip
    booking = gatherings.book_gathering(actor=w.socionom, now=NOW, plan=plan)
    row = booking.invitations.select_related("contact").get(contact=w.contact)
    letter = letters.write(row, kind, NOW)
    assert lix(letter.text) <= 35, letter.text
    Contact.objects.update(language=EASY)
    row = booking.invitations.select_related("contact").get(contact=w.contact)
    easy = letters.write(row, kind, NOW)
    assert len(max(sentences(easy.text), key=len)) <= 10, easy.text
    assert "¶" not in easy.subject + easy.text + easy.html


@pytest.mark.parametrize("language", ["sv", EASY, "en"])
@pytest.mark.parametrize("kind", LETTERS)
def test_no_letter_says_who_the_group_is(kind: MessageKind, language: str) -> None:
    w = world()
    row = invitation(w, kind)
    Contact.objects.update(language=language)
    row.refresh_from_db()
    letter = letters.write(row, kind, NOW)
    for words in (letter.subject, letter.text, letter.html):
        assert "Tisdagsgruppen" not in words
        assert "Vägval" not in words
