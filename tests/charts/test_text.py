"""Text that fits, whatever it is."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairaudit.charts.numbers import count, percent
from fairaudit.charts.scales import Scale
from fairaudit.charts.text import clean, drawable, fitted, width

WRITING = st.text(st.characters(codec="utf-8"), max_size=80)


@given(WRITING, st.sampled_from([20.0, 60.0, 130.0]), st.integers(1, 3))
def test_no_line_is_wider_than_its_place(text, most, lines):
    drawn = "".join(character if drawable(character) else "x" for character in text)
    made = fitted(drawn, 9, most, lines)
    assert 1 <= len(made) <= lines
    assert all(width(line, 9) <= most or len(line) <= 2 for line in made)


@given(WRITING)
def test_what_fits_is_left_whole(text):
    drawn = "".join(character if drawable(character) else "x" for character in text)
    assert fitted(drawn, 9, 1e6, 1) == [clean(drawn)]


def test_words_are_kept_together_where_they_can_be():
    assert fitted("Native Hawaiian or Pacific Islander", 9, 110, 2) == ["Native Hawaiian or", "Pacific Islander"]


def test_what_is_cut_ends_in_an_ellipsis():
    assert fitted("x" * 1000, 9, 60, 1)[0].endswith("…")


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0.4485, "44.9%"), (0, "0.0%"), (1, "100.0%"), (1 / 3, "33.3%"), (None, "undefined"),
        # neither none nor all may read as if it were
        (0.00004, "0.004%"), (0.99999, "99.999%"),
    ],
)  # fmt: skip
def test_percentages(share, text):
    assert percent(share) == text


@pytest.mark.parametrize(("number", "text"), [(0, "0"), (1234567, "1,234,567"), (None, "not known")])
def test_counts(number, text):
    assert count(number) == text


def test_places_on_an_axis():
    assert [Scale(0, 40).place(number) for number in (0, 10, 40, 50)] == [0, 0.25, 1, 1]
    assert Scale(50, 200, log=True).place(100) == pytest.approx(0.5)
    assert Scale(50, 200, log=True).place(0) == 0


@given(st.floats(-400, 100), st.floats(1, 900), st.booleans())
def test_ticks_lie_on_the_axis_and_apart(low, span, log):
    scale = Scale(max(low, 1.0), max(low, 1.0) + span, log=True) if log else Scale(low, low + span)
    ticks = scale.ticks(150, 7.6)
    assert all(not scale.beyond(number) for number, _ in ticks)
    ends = [(scale.place(n) * 150 - width(t, 7.6) / 2, scale.place(n) * 150 + width(t, 7.6) / 2) for n, t in ticks]
    assert all(left[1] < right[0] for left, right in pairwise(ends))
