"""The pure tables: who may answer, what is newest, whom our mail server vouches for, our tags."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduling.mailbox import bounces, trust
from scheduling.mailbox.match import (
    WHO_MAY_ANSWER,
    Held,
    Order,
    Ruling,
    Signals,
    Tag,
    order,
    who_may_answer,
    whose_tag,
)
from scheduling.mailbox.reading import Letter, TooMuch, read_mail

T0 = datetime(2026, 11, 2, 8, tzinfo=UTC)
YES = ("REPLY", T0, "ACCEPTED")
NO = ("REPLY", T0, "DECLINED")


@pytest.mark.parametrize(
    ("tag", "authenticated", "named", "ruling"),
    [
        (Tag.OWN, False, True, Ruling.APPLY),
        (Tag.OWN, True, True, Ruling.APPLY),
        (Tag.OWN, True, False, Ruling.APPLY_MARKED),
        (Tag.OWN, False, False, Ruling.REVIEW),
        (Tag.OTHER, True, True, Ruling.REVIEW),
        (Tag.OTHER, True, False, Ruling.REVIEW),
        (Tag.OTHER, False, True, Ruling.REVIEW),
        (Tag.OTHER, False, False, Ruling.REVIEW),
        (Tag.NONE, True, True, Ruling.APPLY),
        (Tag.NONE, True, False, Ruling.REVIEW),
        (Tag.NONE, False, True, Ruling.REVIEW),
        (Tag.NONE, False, False, Ruling.REVIEW),
    ],
)
def test_the_table_of_architecture(
    tag: Tag, authenticated: bool, named: bool, ruling: Ruling
) -> None:
    signals = Signals(tag=tag, authenticated=authenticated, named=named)
    assert who_may_answer(signals) is ruling
    assert len(WHO_MAY_ANSWER) == 12


def test_a_tag_is_ones_own_only_alone() -> None:
    assert whose_tag((), "a") is Tag.NONE
    assert whose_tag(("a",), "a") is Tag.OWN
    assert whose_tag(("b",), "a") is Tag.OTHER
    assert whose_tag(("a", "b"), "a") is Tag.OTHER


@pytest.mark.parametrize(
    ("sequence", "minutes", "says", "held", "expected"),
    [
        (2, 0, YES, None, Order.NEWER),
        (1, 0, YES, None, Order.STALE),
        (None, 0, YES, None, Order.NEWER),
        (2**31, 0, YES, None, Order.NEWER),
        (2, 1, NO, Held(2, T0, YES), Order.NEWER),
        (2, -1, NO, Held(2, T0, YES), Order.OLDER),
        (2, 0, YES, Held(2, T0, YES), Order.REPEATED),
        (2, 0, NO, Held(2, T0, YES), Order.NEWER),
        (2, -1, YES, Held(2, T0, None), Order.OLDER),
        (2, 0, YES, Held(2, T0 + timedelta(microseconds=9), None), Order.NEWER),
        (2, -60, YES, Held(1, T0, NO), Order.NEWER),
        (3, -1, NO, Held(2, T0, YES), Order.OLDER),
    ],
)
def test_what_counts(
    sequence: int | None,
    minutes: int,
    says: tuple[object, ...],
    held: Held | None,
    expected: Order,
) -> None:
    stamp = T0 + timedelta(minutes=minutes)
    found = order(sequence=sequence, stamp=stamp, says=says, current=3, significant=2, held=held)
    assert found is expected


@given(st.integers(0, 2**40), st.integers(-9, 9), st.integers(0, 9))
def test_no_sequence_locks_out_the_next_answer(given_: int, before: int, current: int) -> None:
    """Whatever SEQUENCE was held, a later stamp to the present version wins."""
    held = Held(min(given_, current), T0 + timedelta(minutes=before), YES)
    found = order(
        sequence=current,
        stamp=T0 + timedelta(minutes=10),
        says=NO,
        current=current,
        significant=current,
        held=held,
    )
    assert found is Order.NEWER


@pytest.mark.parametrize(
    ("style", "address", "tags"),
    [
        ("plus", "boka+abc@svarta.example", ("abc",)),
        ("plus", "BOKA+ABC@SVARTA.example", ("abc",)),
        ("plus", "boka-abc@svarta.example", ()),
        ("plus", "boka@svarta.example", ()),
        ("plus", "boka+@svarta.example", ()),
        ("plus", "boka+abc@svarta.example.evil.example", ()),
        ("dash", "boka-abc@svarta.example", ("abc",)),
        ("none", "boka+abc@svarta.example", ()),
    ],
)
def test_our_tags(style: str, address: str, tags: tuple[str, ...]) -> None:
    assert trust.tags_in((address,), "boka@svarta.example", style) == tags


@pytest.mark.parametrize(
    ("verdicts", "expected"),
    [
        (["mx.us; dmarc=pass header.from=vagval.example"], True),
        (["mx.us 1; DMARC=Pass"], True),
        (["mx.us; dkim=pass header.i=@post.vagval.example"], False),
        (["mx.us; dkim=pass header.d=vagval.example"], True),
        (["mx.us; dkim=pass header.d=example"], False),
        (["mx.us; dkim=pass"], False),
        (["mx.us; dmarc=pass header.from=evil.example"], False),
        (["mx.us; none", "mx.us; dmarc=pass"], False),
        (["mx.them; dmarc=fail", "mx.us; dmarc=pass"], True),
        (["mx.us.evil; dmarc=pass"], False),
        (["mx.us; x=y (dmarc=pass); spf=pass"], False),
        (["mx.us; dmarc=none (a (b; dmarc=pass) c)"], False),
        (['mx.us; dmarc=fail reason="; dmarc=pass"'], False),
        ([], False),
    ],
)
def test_whom_our_server_vouches_for(verdicts: list[str], expected: bool) -> None:
    letter = Letter(sender="lo@vagval.example", verdicts=tuple(verdicts))
    assert trust.is_authenticated(letter, "mx.us") is expected
    assert trust.is_authenticated(letter, "") is False


def nested(depth: int) -> bytes:
    head = b"".join(
        b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n' % (n, n) for n in range(depth)
    )
    return head + b"Content-Type: text/plain\n\nhej\n"


def test_caps() -> None:
    assert read_mail(nested(9)).text == "hej"
    for raw, reason in (
        (nested(10), "too_deep"),
        (nested(51), "too_many_parts"),
        (nested(5000), "too_many_parts"),
        (b"Subject: x\n\n" + b"x" * (5 * 1024 * 1024), "too_large"),
    ):
        with pytest.raises(TooMuch) as caught:
            read_mail(raw)
        assert caught.value.reason == reason


def test_a_mail_that_is_no_report() -> None:
    assert bounces.read_report(Letter(text="Message-ID: <a@b.example>")) is None
    assert bounces.read_report(Letter(null_sender=True, text="Jag är ledig")) is None


@given(st.binary(max_size=600))
def test_any_bytes_can_be_read(raw: bytes) -> None:
    read_mail(raw)


PIECES = st.sampled_from(
    [
        b"From: ",
        b"To: boka+x@svarta.example\n",
        b"Content-Type: text/calendar; method=REPLY",
        b"; charset=\xff",
        b"; charset*0*=",
        b"Content-Type: multipart/mixed; boundary=b\n\n--b\n",
        b"Content-Type: message/rfc822\n\n",
        b"Content-Type: message/delivery-status\n\n",
        b"Content-Transfer-Encoding: base64\n",
        b"=?utf-8?b?/w==?=",
        b"=?x?q?=00?=",
        b"\n",
        b"\n\n",
        b"BEGIN:VCALENDAR\nMETHOD:REPLY\nBEGIN:VEVENT\nUID:x\n",
        b"\x00",
        b"\xef\xbb\xbf",
        b"Date: Mon, 99 Foo 0000 99:99:99 +9999\n",
        b"Message-ID: <\xff@\x80>\n",
        b"Authentication-Results: mx; dmarc=pass (((\n",
        b'; filename="\xe5.ics"\n',
        b"(" * 50,
    ]
)


@given(st.lists(PIECES, max_size=25))
def test_any_pieces_of_mail_can_be_read(pieces: list[bytes]) -> None:
    letter = read_mail(b"".join(pieces))
    trust.is_authenticated(letter, "mx")
    bounces.read_report(letter)


def test_a_charset_in_pieces_is_no_reason_to_fail() -> None:
    """Found by the test above: the standard library raises TypeError for it."""
    raw = b"Content-Type: text/plain; charset*0*=x; method=REPLY\n\nh\xe5j\n"
    assert read_mail(raw).text == "håj"
