"""Whatever the form of the records, the counts are those of a row-by-row count in plain Python."""

import datetime
import math
import tempfile
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.tally import records as made_up
from tests.tally import reference

WITHOUT_SHRINKING = [Phase.explicit, Phase.reuse, Phase.generate]  # a failing example is small enough to read


@pytest.mark.long
@settings(max_examples=15, phases=WITHOUT_SHRINKING)
@given(
    made_up.plans_and_records(), st.lists(st.sampled_from(sorted(made_up.EVERY)), min_size=3, max_size=3, unique=True)
)
def test_every_form_of_any_records_gives_the_cells_of_the_reference(drawn, forms):
    block, records = drawn
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        expected = reference.count(block, reference.read(made_up.to_csv(records, folder / "reference.csv")))
        for form in forms:
            assert made_up.alike(made_up.cells(made_up.count(block, records, form, folder)), expected), form


RECORDS = [
    {
        "race": made_up.NAMES[place % len(made_up.NAMES)] if place % 7 else None,
        "sex": ("F", "M", " F", None)[place % 4],
        "age": None if place % 11 == 0 else float(place % 90) + (place % 2) / 2,
        "d": (place * 7 % 5 > 2) if place % 13 else None,
        "y": float(place % 3 % 2) if place % 17 else None,
        "part": ("north", "?", None, "*", "south")[place % 5],
        "w": place % 8 / 4,
        "person": place % 150,
        "year": 2022 + place % 3,
        "day": datetime.date(2023, 1 + place % 12, 1 + place % 28),
        "fee": Decimal(place % 30) / 4 if place % 19 else None,
        "share": math.nan if place % 9 == 0 else place % 2 + 0.5,
    }
    for place in range(600)
]
BLOCK = made_up.block(
    {"race": {}, "sex": {"levels": ["F", "M", "X"]}, "age": {"bands": [18, 30.5, 65]}, "fee": {"bands": [2.5, 5]}},
    data_decision={"column": "d", "is": [True]},
    data_weight="w",
    data_cluster="person",
    data_keep={"year": {"from": 2023}, "day": {"to": "2023-10"}},
    strata=["part", "share"],
    compare=[
        {"by": "race"},
        {"by": "fee"},
        {"by": ["race", "sex", "age"]},
        {"by": ["sex", "age"], "reference": "rest"},
    ],
)


@pytest.mark.parametrize("form", sorted(made_up.EVERY))
def test_each_form_of_many_records_gives_the_cells_of_the_reference(form, tmp_path):
    expected = reference.count(BLOCK, reference.read(made_up.to_csv(RECORDS, tmp_path / "reference.csv")))
    assert made_up.alike(made_up.cells(made_up.count(BLOCK, RECORDS, form, tmp_path)), expected)
