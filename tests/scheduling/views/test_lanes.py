"""Positions on the page, as properties."""

from hypothesis import given
from hypothesis import strategies as st

from scheduling.insight import lanes

SPANS = st.lists(
    st.tuples(st.integers(0, 1439), st.integers(1, 600)).map(
        lambda s: (s[0], min(s[0] + s[1], 1440))
    ),
    max_size=12,
)


@given(SPANS)
def test_no_two_that_overlap_stand_in_the_same_lane(spans: list[lanes.Span]) -> None:
    found = lanes.lanes(spans)
    for i, (lane, count) in enumerate(found):
        assert 1 <= lane <= count <= lanes.MOST_LANES
        for j in range(i):
            overlap = spans[i][0] < spans[j][1] and spans[j][0] < spans[i][1]
            if overlap:
                assert found[j][1] == count
                assert found[j][0] != lane or count == lanes.MOST_LANES


@given(SPANS, st.integers(7, 12), st.integers(13, 21))
def test_every_place_is_one_that_the_style_sheet_knows(
    spans: list[lanes.Span], first: int, last: int
) -> None:
    for span in spans:
        place = lanes.place(span, first, last)
        assert first <= place.h <= last
        assert place.m % 5 == 0
        assert place.length % (5 if place.length <= 180 else 15) == 0
        assert 5 <= place.length <= 900


@given(SPANS)
def test_gaps_are_free_and_long_enough(spans: list[lanes.Span]) -> None:
    for start, end in lanes.gaps((540, 1140), spans):
        assert 540 <= start < end <= 1140
        assert end - start >= 30
        assert not any(a < end and start < b for a, b in spans)
        pieces = lanes.by_the_hour((start, end))
        assert (pieces[0][0], pieces[-1][1]) == (start, end)
        assert all(b - a >= 30 for a, b in pieces)


def test_the_hours_drawn_hold_what_there_is() -> None:
    assert lanes.hours([]) == (9, 17)
    assert lanes.hours([(510, 600), (1000, 1141)]) == (8, 20)
    assert lanes.hours([(0, 1440)]) == (7, 21)
