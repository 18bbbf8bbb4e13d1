"""What a text says, and above all what it does not."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduling.mailbox.words_of_text import Meaning, Reading, read

YES = [
    *(
        "JA",
        "ja",
        "Ja!",
        "ja tack",
        "Ja tack!! 😊",
        "JA 👍",
        " ja\n",
        "Ja, gärna.",
        "ja, det passar bra",
    ),
    "Hej! Ja, vi kommer. /Lo",
    "Yes",
    "yes please",
    "Japp",
    "ja ja",
    "Ja, vi ses då! Mvh Lo",
]
NO = [
    "NEJ",
    "nej",
    "Nej.",
    "nej tyvärr",
    "Nej tack",
    "Tyvärr, vi kan inte komma",
    "Nej 😢",
    *(
        "nej vi kan inte",
        "Nej, inte den här gången",
        "No",
        "No, sorry",
        "Nej, det går tyvärr inte /Lo",
    ),
]
UNCLEAR = [
    *(
        "ja men inte på tisdag",
        "Ja, om vi får skjuts",
        "nja",
        "kanske",
        "ja?",
        "Ja, men kl. 11",
        "ok",
    ),
    "nej men onsdag går bra",
    "ja nej",
    "nej ja",
    "Vilken tid var det?",
    "6",
    "",
    "👍",
    "ja 👎",
    *(
        "nej 👍",
        "ja vi blir 60",
        "ja vi blir 0",
        "ja vi blir 6-4",
        "Ja vi blir färre",
        "vi kommer inte ja",
    ),
    *(
        "ja, Kim Svensson kommer",
        "ja 19121212-1212",
        "ja imorgon",
        "jag vet inte",
        "neja",
        "ja" * 150,
    ),
    *(
        "ja vi kommer inte",
        "ja tack men nej",
        "stopp för tisdag",
        "jag kommer",
        "Ja 12 dec",
        "ja till fika",
    ),
]


@pytest.mark.parametrize("text", YES)
def test_yes(text: str) -> None:
    assert read(text, ["Lo"]) == Reading(Meaning.YES)


@pytest.mark.parametrize("text", NO)
def test_no(text: str) -> None:
    assert read(text, ["Lo"]) == Reading(Meaning.NO)


@pytest.mark.parametrize("text", UNCLEAR)
def test_never_guessed(text: str) -> None:
    assert read(text, ["Lo"]).meaning is Meaning.UNCLEAR


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("Ja vi blir 6", (6, 6)),
        ("JA, VI BLIR 6 ST!", (6, 6)),
        ("Ja tack, vi blir ca 4-6 personer", (4, 6)),
        ("ja vi är 12 pers", (12, 12)),
        ("Ja 5 personer", (5, 5)),
        ("yes we are 7 people", (7, 7)),
        ("Ja, vi blir 4 – 6. Tack!", (4, 6)),
    ],
)
def test_how_many(text: str, size: tuple[int, int]) -> None:
    assert read(text) == Reading(Meaning.YES, size)


@pytest.mark.parametrize("text", ["STOPP", "stop", "Stopp!", "STOP ALL", "Avsluta."])
def test_stop(text: str) -> None:
    assert read(text).meaning is Meaning.STOP


def test_start() -> None:
    assert read("Start").meaning is Meaning.START


@given(
    st.sampled_from(["ja tack", "nej tyvärr", "ja vi blir 6", "stopp"]),
    st.sampled_from([str.upper, str.title, str.lower]),
    st.text("!., \n🙏🌸", max_size=6),
)
def test_case_and_signs_change_nothing(words: str, case: object, around: str) -> None:
    assert callable(case)
    assert read(f"{around}{case(words)}{around}") == read(words)


@given(
    st.sampled_from(["ja", "ja tack", "nej", "nej tyvärr", "ja vi blir 6"]),
    st.from_regex(r"[bcfgjklmqwxz]{3,9}", fullmatch=True),
    st.booleans(),
)
def test_an_unknown_word_anywhere_makes_it_unclear(words: str, other: str, first: bool) -> None:
    text = f"{other} {words}" if first else f"{words} {other}"
    assert read(text).meaning is Meaning.UNCLEAR


@given(st.text(max_size=220))
def test_whatever_comes_it_is_read_and_a_yes_holds_a_word_for_yes(text: str) -> None:
    found = read(text, ["Lo", "", "(["])
    if found.meaning is Meaning.YES:
        assert re.search("ja|y|absolut|självklart", text.casefold())
