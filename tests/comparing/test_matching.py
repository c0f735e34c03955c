"""The same people in two files are counted together by their key; whatever does not match is counted and said."""

from __future__ import annotations

from pathlib import Path

import pytest

from fairaudit.comparing import words
from fairaudit.comparing.changes import Pairing, changes, groups_of, pairings, unknown_group, unlike
from fairaudit.comparing.reading import Bid, called
from fairaudit.plan import read_plan
from fairaudit.sources import sha256_of
from fairaudit.sources.beside import beside
from tests.comparing.bids import WITH, WITHOUT, bid, lines

NAMES = ["Alpha", "Beta"]


def bids(tmp_path: Path, second: list[str], **parts: str) -> list[Bid]:
    folders = [bid(tmp_path / "a", lines(0)), bid(tmp_path / "b", second, name="Beta", **parts)]
    found = []
    for folder, name in zip(folders, NAMES, strict=True):
        plan = read_plan(folder)
        evidence = {"flags": {"source_sha256": sha256_of(plan.block("flags"), folder)}}
        found.append(Bid(folder, plan, {"seal": {"evidence": evidence}}, name))
    return found


def pairing(tmp_path: Path, second: list[str], **parts: str):
    (found,) = pairings(bids(tmp_path, second, **parts), "flags")
    return found


def test_people_are_counted_by_what_both_systems_decided(tmp_path):
    found = groups_of(pairing(tmp_path, lines(1)), ["race"], "false_positive_rate", clustered=False)
    assert {name: tuple(group.joint.pairs) for name, group in found.items()} == WITHOUT
    everybody = groups_of(pairing(tmp_path, lines(1)), ["race"], "selection_rate", clustered=False)
    both = {name: tuple(a + b for a, b in zip(WITH[name], WITHOUT[name], strict=True)) for name in WITH}
    assert {name: tuple(group.joint.pairs) for name, group in everybody.items()} == both


def test_the_order_of_a_file_says_nothing(tmp_path):
    header, *rows = lines(1)
    found = pairing(tmp_path, [header, *reversed(rows)])
    again = groups_of(found, ["race"], "false_positive_rate", clustered=False)
    assert {name: tuple(group.joint.pairs) for name, group in again.items()} == WITHOUT


def test_people_in_one_file_only_are_counted_and_said(tmp_path):
    found = pairing(tmp_path, [*lines(1)[:-30], "new,Black,0,yes"])
    assert (found.found.people, found.found.in_one_only, found.why_not) == (370, (30, 1), "")
    assert words.matched(found, NAMES) == (
        "370 people are in the records of both. 30 only in those of Alpha: not paired."
        " 1 only in those of Beta: not paired."
    )


def test_a_decision_that_one_file_lacks_is_not_a_no(tmp_path):
    header, *rows = lines(1)
    lost = [
        row.rpartition(",")[0] + "," if row.split(",")[1:3] == ["Black", "0"] and n < 5 else row
        for n, row in enumerate(rows)
    ]
    found = groups_of(pairing(tmp_path, [header, *lost]), ["race"], "false_positive_rate", clustered=False)
    assert found["Black"].not_known == 5
    assert found["Black"].joint.pairs.sum() == 100 - 5


def test_people_of_unknown_group_are_in_no_gap_and_are_counted(tmp_path):
    rows = [row.replace("c0,Black", "c0,").replace("c1,Black", "c1,") for row in lines(1)]
    found = pairing(tmp_path, rows)
    groups = groups_of(found, ["race"], "false_positive_rate", clustered=False)
    assert (groups["Black"].joint.pairs.sum(), unknown_group(found, ["race"])) == (98, 2)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda rows: [*rows, rows[-1]], "a key stands twice in the records of Beta"),
        (
            lambda rows: [row.replace("c0,Black", "c0,White").replace("c1,Black", "c1,White") for row in rows],
            "of the people in both files, 2 are of another race in one than in the other",
        ),
        (
            lambda rows: [row.replace("c0,Black,0", "c0,Black,1") for row in rows],
            "of the people in both files, 1 has another outcome in one than in the other",
        ),
        (lambda rows: [f"x{row}" for row in rows], "no key stands in both files"),
    ],
    ids=["a key twice", "another group", "another outcome", "other people"],
)
def test_files_that_are_not_of_the_same_facts_stand_side_by_side(tmp_path, change, why):
    header, *rows = lines(1)
    found = pairing(tmp_path, [header, *change(rows)])
    assert found.why_not == why
    assert words.side_by_side(found.why_not, NAMES).startswith("Alpha and Beta stand side by side only")


def test_a_plan_without_a_key_matches_nobody(tmp_path):
    assert pairing(tmp_path, lines(1), key="").why_not == "no key names a person in the records of Beta"


def test_records_that_are_gone_or_changed_are_not_counted(tmp_path):
    found = bids(tmp_path, lines(1))
    (found[1].folder / "records.csv").write_text("\n".join(lines(0)), encoding="utf-8")
    why = "the records of Beta are others than when its report was made"
    assert pairings(found, "flags")[0].why_not == why
    (found[1].folder / "records.csv").unlink()
    assert pairings(found, "flags")[0].why_not == "the records of Beta are not here"


def test_only_counts_come_back(tmp_path):
    found = bids(tmp_path, lines(1))
    told = beside([(each.plan.block("flags"), each.folder) for each in found])[0, 1]
    assert len(told.rows) == 2 * 2 * 4
    assert not any(str(value).startswith("c1") for column in told.rows for value in told.rows[column])


def test_a_third_system_is_put_beside_each(tmp_path):
    block = [(each.plan.block("flags"), each.folder) for each in bids(tmp_path, lines(1))]
    assert list(beside([*block, block[0]])) == [(0, 1), (0, 2), (1, 2)]


@pytest.mark.parametrize(
    ("told", "names"),
    [
        ((("A", "x"), ("B", "y")), ["A", "B"]),
        ((("A", "x"), ("A", "y")), ["A (x)", "A (y)"]),
        ((("A", "x"), ("A", "x")), ["A (one)", "A (two)"]),
        ((("A", ""), ("A", "")), ["A (one)", "A (two)"]),
        ((("A", "x"), ("A", "")), ["A (x)", "A"]),
    ],
)
def test_systems_of_the_same_name_are_told_apart(tmp_path, told, names):
    folders = [tmp_path / "one", tmp_path / "two"]
    plans = [read_plan(bid(f, lines(0), name=n, vendor=f'"{v}"')) for f, (n, v) in zip(folders, told, strict=True)]
    assert called(plans, folders) == names


def test_everybody_else_is_the_other_groups_together(tmp_path):
    found = pairing(tmp_path, lines(1))
    block = read_plan(tmp_path / "a").block("flags")
    rest = "everyone else than White"
    finding = {
        **{"grouping": ["race"], "measure": "false_positive_rate", "comparison": "difference", "worse": "high"},
        "worst_pair": [rest, "White"],
    }
    (told,) = changes(found, [finding, finding], block)
    (named,) = changes(found, [{**finding, "worst_pair": ["Black", "White"]}] * 2, block)
    assert told["groups"] == [rest, "White"]
    assert {**told, "groups": None} == {**named, "groups": None}


def test_records_of_the_same_cluster_stand_in_one_fold(tmp_path):
    key = "      key: case\n      cluster: case\n"
    folders = [bid(tmp_path / name, lines(place), key=key) for place, name in enumerate(("a", "b"))]
    plans = [read_plan(folder) for folder in folders]
    found = beside([(plan.block("flags"), plan.folder) for plan in plans])[0, 1]
    side = Pairing((0, 1), found)
    groups = groups_of(side, ["race"], "false_positive_rate", clustered=True)
    assert {name: tuple(group.joint.pairs) for name, group in groups.items()} == WITHOUT
    assert len(groups["Black"].joint.n) > 50
    finding = {"grouping": ["race"], "measure": "false_positive_rate", "worst_pair": ["White", "Black"]}
    rows = unlike(side, finding, plans[0].block("flags"))
    assert [(row["group"], row["by_chance"]) for row in rows] == [("White", None), ("Black", None)]
