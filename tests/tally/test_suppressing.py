"""Small counts hidden before they are sent: within their range, and not to be worked out from sums over tables."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, milp

from fairaudit.errors import UsageError
from fairaudit.tally import About, Tally

RACES, SEXES, DECISIONS = ("Black", "White", "Asian"), ("Female", "Male"), ("1", "0")
KEYS = ["table", "race", "sex", "decision"]
PEOPLE = list(product((*RACES, "?"), (*SEXES, "?"), DECISIONS))
SINGLE = {"race": ("race",), "sex": ("sex",)}
CROSSED = {**SINGLE, "race_sex": ("race", "sex")}


def tally(counts: dict, tables: dict = SINGLE, **more) -> Tally:
    """Count people of each race, sex and decision, table by table."""
    people = pd.DataFrame([(*who, n) for who, n in counts.items()], columns=["race", "sex", "decision", "n"])
    parts = []
    for table, names in tables.items():
        rows = people.groupby([*names, "decision"], as_index=False)["n"].sum().assign(table=table)
        parts.append(rows.assign(**{name: "*" for name in ("race", "sex") if name not in names}))
    cells = pd.concat(parts, ignore_index=True)
    kept = int(people["n"].sum())
    about = About("decisions", {"race": RACES, "sex": SEXES}, tables, records={"read": kept, "kept": kept}, **more)
    return Tally(about, cells[cells["n"] > 0])


def ranges(made: Tally) -> dict[tuple, tuple[int, int]]:
    rows = made.cells.assign(high=made.high)[[*KEYS, "n", "high"]]
    return {tuple(row[:4]): (row[4], row[5]) for row in rows.itertuples(index=False, name=None)}


def small_ones(made: Tally, smallest: int) -> list[tuple]:
    return [cell for cell, (n, _) in ranges(made).items() if 0 < n < smallest]


counts_of_people = st.lists(st.integers(0, 40), min_size=len(PEOPLE), max_size=len(PEOPLE)).map(
    lambda found: dict(zip(PEOPLE, found, strict=True))
)


@settings(max_examples=30)
@given(counts=counts_of_people, tables=st.sampled_from([SINGLE, CROSSED]), smallest=st.sampled_from([3, 6, 11]))
def test_every_count_lies_in_its_range_and_no_small_one_is_told(counts, tables, smallest):
    made = tally(counts, tables)
    hidden, _ = made.suppress(smallest)
    before, after = ranges(made), ranges(hidden)
    assert before.keys() == after.keys()
    for cell, (n, _) in before.items():
        low, high = after[cell]
        assert low <= n <= high
        if 0 < n < smallest:
            assert (low, high) == (1, smallest - 1)
        elif low < high:
            assert low == smallest  # a wider range, of which the lower end tells nothing either
    # All that is hidden beside small counts has one range, whatever the counts are.
    assert len({high for low, high in after.values() if low == smallest and low < high}) <= 1


def told(made: Tally, cell: tuple) -> tuple[int, int]:
    """Say between what a count must lie for somebody who solves all that was sent, exactly: whole people, every sum."""
    found, rows, low, high = ranges(made), [], [], []
    for table, names in made.about.tables.items():
        races, sexes = ((*levels, "?") if name in names else ("*",) for name, levels in made.about.attributes.items())
        for key in product([table], races, sexes, DECISIONS):
            rows.append([key[1] in ("*", r) and key[2] in ("*", s) and key[3] == d for r, s, d in PEOPLE])
            least, most = found.get(key, (0, 0))
            low.append(least)
            high.append(most)
            if key == cell:
                wanted = np.array(rows[-1], float)
    rows.append([True] * len(PEOPLE))
    kept = made.about.records["kept"]
    sent = LinearConstraint(np.array(rows, float), [*low, kept], [*high, kept])
    ends = [
        milp(sign * wanted, constraints=sent, integrality=np.ones(len(PEOPLE)), bounds=Bounds(0)) for sign in (1, -1)
    ]
    assert all(end.success for end in ends)
    return round(ends[0].fun), round(-ends[1].fun)


@settings(max_examples=12, deadline=None)
@given(counts=counts_of_people)
def test_whoever_solves_single_tables_exactly_is_left_half_of_the_numbers(counts):
    made = tally(counts)
    hidden, close = made.suppress(11)
    for cell in [] if close else small_ones(made, 11):
        low, high = told(hidden, cell)
        assert 2 * (min(high, 10) - max(low, 1) + 1) >= 10


def test_where_groups_are_crossed_exact_calculation_tells_little_more():
    """Interval propagation, by which counts are hidden, looks at one sum at a time; this looks at all at once."""
    generator, left = np.random.default_rng(1), []
    for _ in range(15):
        counts = dict(zip(PEOPLE, generator.poisson(generator.choice([3, 8, 20]), len(PEOPLE)).tolist(), strict=True))
        made = tally(counts, CROSSED)
        hidden, close = made.suppress(11)
        ends = [told(hidden, cell) for cell in (small_ones(made, 11) if not close else ())]
        left += [min(high, 10) - max(low, 1) + 1 for low, high in ends]
    assert len(left) > 200
    assert sum(2 * numbers < 10 for numbers in left) < len(left) / 20


def test_a_count_that_follows_from_another_table_takes_a_larger_one_along():
    """5 of one race are all that is small; the other table gives the sum, 5 + 60 + 70."""
    counts = dict.fromkeys(PEOPLE, 0)
    counts[("Black", "Female", "1")] = 5
    counts[("White", "Female", "1")] = 60
    counts[("Asian", "Male", "1")] = 70
    hidden, close = tally(counts).suppress(11)
    found = ranges(hidden)
    assert (found["race", "Black", "*", "1"], close) == ((1, 10), 0)
    assert found["race", "White", "*", "1"][0] == 11  # the smallest beside it: 60
    assert found["race", "Asian", "*", "1"] == (70, 70)
    assert told(hidden, ("race", "Black", "*", "1")) == (1, 10)
    assert hidden.about.suppression == (
        "counts of 1 to 10 are given as that range (1), and larger ones as a wider one, so that none follows from the "
        "others (1)"
    )


def test_nothing_small_is_left_as_it_is():
    counts = dict.fromkeys(PEOPLE, 20)
    made = tally(counts)
    hidden, close = made.suppress(11)
    assert (ranges(hidden), close) == (ranges(made), 0)


def test_small_numbers_beside_the_cells_go_too():
    more = {
        "groups": {"race": {"Black": {"duplicates": 2}}},
        "strays": {"said": {"maybe": 3, "withdrawn": 40}},
        "notes": ("1 record was closed before it was opened.", "Of 2,000 records nothing is known."),
    }
    made = tally(dict.fromkeys(PEOPLE, 20), **more)
    made.about.records["left_out"] = {"year not kept": 4, "office not kept": 30}
    about = made.suppress(11)[0].about
    assert (about.groups, about.strays) == ({}, {"said": {"withdrawn": 40}})
    assert about.notes == ("Of 2,000 records nothing is known.",)
    assert about.records["left_out"] == {"left out as the plan says": 34}


def test_what_is_hidden_is_read_back_and_narrowed(tmp_path):
    hidden, _ = tally(dict(zip(PEOPLE, range(0, 48, 2), strict=True)), CROSSED).suppress(11)
    read = Tally.load(hidden.save(tmp_path / "x"))
    assert ranges(read) == ranges(hidden)
    assert read.narrowed()[1] == []


REFUSED = [
    ({"weighted": True}, "weights"),
    ({"edges": (0.0, 1.0), "kind": "scores"}, "bins"),
    ({"kind": "representation"}, "representation"),
    ({"census": True, "kind": "places"}, "places"),
]


@pytest.mark.parametrize(("more", "why"), REFUSED)
def test_counts_that_cannot_be_hidden_are_refused(more, why):
    about = About(**{"kind": "decisions", "attributes": {"race": RACES}, "tables": {"race": ("race",)}, **more})
    made = Tally(about, pd.DataFrame({name: pd.Series(dtype=object) for name in [*about.keys, *about.sums]}))
    with pytest.raises(UsageError, match=why):
        made.suppress(11)


@pytest.mark.parametrize("smallest", [-1, 0, 1, 2])
def test_a_range_has_two_numbers(smallest):
    with pytest.raises(UsageError, match="hides nothing" if smallest < 2 else "no range"):
        tally(dict.fromkeys(PEOPLE, 20)).suppress(smallest)
