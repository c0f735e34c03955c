"""Clusters: a fold each where they are few, else cut alike by every engine."""

import hashlib

import pytest

from fairaudit.errors import DataError
from tests.tally import records as made_up

PLAN = made_up.block(
    {"race": {}},
    data_cluster="person",
    data_outcome=None,
    measures=[{"measure": "selection_rate", "ratio": 0.8}],
)


def records_of(people: list) -> list[dict]:
    return [{"race": "AB"[place % 2], "d": place // 2 % 2, "person": person} for place, person in enumerate(people)]


def by_fold(tally) -> dict[int, int]:
    cells = tally.cells[tally.cells["n"] > 0]
    return cells.groupby("fold")["n"].sum().to_dict()


@pytest.mark.parametrize("clusters", [1, 2, 40, 100])
def test_up_to_a_hundred_clusters_have_a_fold_each(clusters, tmp_path):
    tally = made_up.count(PLAN, records_of([f"p{place % clusters}" for place in range(400)]), "arrow", tmp_path)
    assert tally.about.folds == clusters
    assert by_fold(tally) == dict.fromkeys(range(clusters), 400 / clusters)


@pytest.mark.parametrize("form", ["csv", "arrow", "xlsx"])
@pytest.mark.parametrize(
    "name",
    [lambda place: place, lambda place: f"person {place}", lambda place: f"é日本{place}\n", lambda place: place / 2],
)
def test_more_clusters_are_cut_by_the_first_three_digits_of_their_md5(form, name, tmp_path):
    people = [name(place) for place in range(101)]
    tally = made_up.count(PLAN, records_of(people), form, tmp_path)
    texts = [f"{person:.15g}" if isinstance(person, float) else str(person).strip() for person in people]
    if form == "csv":  # where 1.0 is a text, which may be another person than 1
        texts = [str(person).strip() for person in people]
    folds = [int(hashlib.md5(text.encode()).hexdigest()[:3], 16) % 100 for text in texts]
    assert tally.about.folds == 100
    assert by_fold(tally) == {fold: folds.count(fold) for fold in folds}


def test_few_records_without_a_cluster_are_one_cluster_and_counted(tmp_path):
    tally = made_up.count(PLAN, records_of([None, "", *range(38)]), "pandas objects", tmp_path)
    assert tally.about.folds == 39  # 38 people and those without a name
    assert max(by_fold(tally).values()) == 2
    facts = tally.about.groups["race"]
    assert {group: facts[group]["without_cluster"] for group in "AB"} == {"A": 1, "B": 1}


def test_many_records_without_a_cluster_are_refused(tmp_path):
    with pytest.raises(DataError, match="10 of 40 records have no 'person'"):
        made_up.count(PLAN, records_of([None] * 10 + list(range(30))), "arrow", tmp_path)


def test_clusters_of_rows_left_out_do_not_count(tmp_path):
    records = [record | {"year": 2020 + (place >= 40)} for place, record in enumerate(records_of(list(range(300))))]
    tally = made_up.count({**PLAN, "data": PLAN["data"] | {"keep": {"year": [2020]}}}, records, "arrow", tmp_path)
    assert tally.about.folds == 40


def test_clusters_and_duplicates_are_counted_by_group(tmp_path):
    rows = [
        ("A", 1, "p", 1),
        ("A", 0, "p", 1),
        ("A", 0, "q", 1),
        ("B", 1, "p", 2),
        ("B", 0, "r", 1),
        (None, 0, "s", None),
    ]
    records = [dict(zip(("race", "d", "person", "case"), row, strict=True)) for row in rows]
    tally = made_up.count({**PLAN, "data": PLAN["data"] | {"key": "case"}}, records, "arrow", tmp_path)
    facts = tally.about.groups["race"]
    assert {group: facts[group]["clusters"] for group in "AB?"} == {"A": 2, "B": 2, "?": 1}
    assert sum(facts[group]["duplicates"] for group in "AB?") == 3  # case 1 stands there four times
    assert {group: facts[group]["without_key"] for group in "AB?"} == {"A": 0, "B": 0, "?": 1}
