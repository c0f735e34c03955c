"""Laws of a tally, on any records: it adds up, rolls up, adds, and does not mind names or order."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from fairaudit.errors import DataError, UsageError
from fairaudit.tally import Tally
from tests.tally import records as made_up

SMALL = settings(max_examples=10, phases=[Phase.explicit, Phase.reuse, Phase.generate])


def counted(block: dict, records: list) -> Tally:
    return made_up.count(block, records, "arrow", Path())


def saved(tally: Tally, folder: Path) -> tuple[bytes, bytes]:
    path = tally.save(folder / "x")
    return path.read_bytes(), path.with_suffix(".csv").read_bytes()


@SMALL
@given(made_up.plans_and_records())
def test_every_table_counts_every_kept_record_once(drawn):
    tally = counted(*drawn)
    assert set(tally.cells.groupby("table")["n"].sum()) == {tally.records}
    assert tally.disagreements() == []


@SMALL
@given(made_up.plans_and_records())
def test_rows_left_out_are_counted_by_reason_and_by_group(drawn):
    about = counted(*drawn).about
    assert about.records["read"] == len(drawn[1])
    assert about.records["read"] - about.records["kept"] == sum(about.records["left_out"].values())
    for facts in about.groups.values():
        by_group = sum(n for fact in facts.values() for n in fact.get("left_out", {}).values())
        assert by_group == sum(about.records["left_out"].values())


@SMALL
@given(made_up.plans_and_records())
def test_a_crossing_rolls_up_to_the_single_tables(drawn):
    tally = counted(*drawn)
    crossed = {table: names for table, names in tally.about.tables.items() if len(names) > 1}
    for names in crossed.values():
        alone = {name: (name,) for name in names}
        fine = Tally.roll_up(tally, {"crossed": names})
        assert fine.roll_up(alone) == tally.roll_up(alone)


@SMALL
@given(made_up.plans_and_records(), st.randoms())
def test_the_order_of_records_changes_nothing(drawn, random):
    block, records = drawn
    shuffled = random.sample(records, len(records))
    with tempfile.TemporaryDirectory() as folder:
        assert saved(counted(block, shuffled), Path(folder)) == saved(counted(block, records), Path(folder))


def recoded(tally: Tally, names: dict[str, str]) -> dict:
    return {
        (table, tuple(names.get(level, level) for level in levels), *rest): sums
        for (table, levels, *rest), sums in made_up.cells(tally).items()
    }


@SMALL
@given(made_up.plans_and_records())
def test_renaming_groups_changes_nothing_but_their_names(drawn):
    block, records = drawn
    levels = [f"group {place}" for place in range(5)]
    names = dict(zip(["Black", "White", "Asian", "NO", "01"], levels, strict=True))
    records = [record | {"race": list(names)[place % 5]} for place, record in enumerate(records)]
    renamed = [record | {"race": names[record["race"]]} for record in records]
    block = block | {"groups": block["groups"] | {"race": {"levels": list(names)}}}
    other = block | {"groups": block["groups"] | {"race": {"levels": levels[::-1]}}}
    assert recoded(counted(block, records), names) == made_up.cells(counted(other, renamed))


@SMALL
@given(made_up.plans_and_records())
def test_a_saved_tally_loads_as_it_was(drawn):
    tally = counted(*drawn)
    with tempfile.TemporaryDirectory() as folder:
        first = saved(tally, Path(folder))
        loaded = Tally.load(Path(folder) / "x.tally.json")
        assert loaded == tally
        assert loaded.about == tally.about
        assert saved(loaded, Path(folder)) == first


@SMALL
@given(made_up.plans_and_records(), st.data())
def test_two_tallies_added_are_the_records_counted_together(drawn, data):
    block, records = drawn
    block = block | {"data": {key: value for key, value in block["data"].items() if key not in ("cluster", "key")}}
    # As found, two halves may hold other groups; declared, their headers are one.
    block["groups"] = {name: spec for name, spec in block["groups"].items() if name != "race"}
    block.pop("compare", None)
    anchors = records[-6:]  # so that neither half lacks a yes or a no
    cut = data.draw(st.integers(0, len(records)))
    parts = [records[:cut] + anchors, records[cut:] + anchors]
    together = counted(block, records + anchors + anchors)
    added = counted(block, parts[0]).add(counted(block, parts[1]))
    assert added == together
    assert added.about == together.about


# --- adding ----------------------------------------------------------------------------------------------------------

RECORDS = [{"race": "AB"[place % 2], "d": place % 3 % 2, "person": place % 40} for place in range(120)]


def plan(**changes) -> dict:
    changes = {"data_outcome": None, "measures": [{"measure": "selection_rate", "ratio": 0.8}], **changes}
    return made_up.block({"race": {}}, **changes)


def test_clustered_tallies_are_added_only_on_the_callers_word():
    tally = counted(plan(data_cluster="person"), RECORDS)
    with pytest.raises(UsageError, match="no cluster is in both"):
        tally.add(tally)
    assert tally.add(tally, clusters_apart=True).records == 240


@pytest.mark.parametrize(
    ("other", "differ"),
    [
        (plan(data_cluster="person"), "folds"),
        (plan(data_origin="synthetic"), "origin"),
        (plan(strata=["person"]), "strata"),
        (
            made_up.block({"race": {"levels": ["A", "B", "C"]}}, measures=plan()["measures"], data_outcome=None),
            "attributes",
        ),
        (made_up.block({"race": {}}, data_outcome={"column": "d", "is": [1]}), "outcome"),
    ],
)
def test_tallies_of_different_plans_are_not_added(other, differ):
    with pytest.raises(UsageError, match=differ):
        counted(plan(), RECORDS).add(counted(other, RECORDS))


def test_repeats_between_two_tallies_are_not_seen_and_that_is_said():
    tally = counted(plan(data_key="person"), RECORDS)
    assert (tally + tally).about.groups["race"]["A"]["duplicates"] == 2 * tally.about.groups["race"]["A"]["duplicates"]
    assert (tally + tally).about.notes == (
        "Tallies were added: a record that is in two of them was not seen to be repeated.",
    )


def test_a_plus_sign_adds():
    tally = counted(plan(), RECORDS)
    assert (tally + tally).records == tally.records + tally.records


# --- groups without records ------------------------------------------------------------------------------------------


def test_a_declared_group_without_records_is_there_with_zero():
    levels = {"race": {"levels": ["A", "B", "C"]}, "sex": {"levels": ["F", "M"]}}
    records = [record | {"sex": "F"} for record in RECORDS]
    block = plan(compare=[{"by": ["race", "sex"]}]) | {"groups": levels}
    cells = counted(block, records).cells
    crossed = cells[cells["table"] == "race_sex"].groupby(["race", "sex"])["n"].sum().to_dict()
    # 120 records, half of each race, all of them F
    assert crossed == {("A", "F"): 60, ("B", "F"): 60, ("C", "F"): 0, ("A", "M"): 0, ("B", "M"): 0, ("C", "M"): 0}
    assert cells[(cells["table"] == "race") & (cells["race"] == "C")]["n"].tolist() == [0]


def test_a_missing_or_odd_stratum_is_a_stratum_of_its_own():
    records = [record | {"part": part} for record, part in zip(RECORDS, ["x", None, "?", "*", " "] * 24, strict=True)]
    cells = counted(plan(strata=["part"]), records).cells
    # 1 of 5 is in x; 4 of 5 are in no part that has a name
    assert cells.groupby("part")["n"].sum().to_dict() == {"x": 120 / 5, "?": 120 * 4 / 5}


def test_no_table_no_roll_up():
    with pytest.raises(DataError, match="no table crosses race and sex"):
        counted(plan(), RECORDS).table(["race", "sex"])
