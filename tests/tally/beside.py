"""Blocks of representation, places and pairs, their records in any form, and the files that lie beside them."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, settings

from fairaudit.errors import DataError
from fairaudit.plan import Evidence
from fairaudit.sources import read_tally
from fairaudit.tally import Tally
from tests.tally import records as made_up

Rows = list[made_up.Record]
FEW = settings(max_examples=6, phases=[Phase.explicit, Phase.reuse, Phase.generate])
"""A failing example is small enough to read, and to make it smaller takes minutes."""

SIDES = {"representation": "more_is", "places": "more_is", "pairs": "being_selected_is"}
MEASURES = {"representation": "representation_ratio", "places": "share_within_reach", "pairs": "selection_rate"}
YES_NO = {"is": [1], "is_not": [0]}


def rows(names: str, *values: tuple) -> Rows:
    """Give records from a line of names and a tuple each."""
    return [dict(zip(names.split(), row, strict=True)) for row in values]


def evidence(kind: str, data: dict[str, Any], groups: dict | list, **changes: Any) -> Evidence:
    """Read a block of one kind; what it lacks is filled in."""
    source = {"source": "records.csv", "origin": "historical", "decided_by": "this_system"}
    block = {"id": "made-up", "kind": kind, "data": source | data, "groups": groups, SIDES[kind]: "a benefit"}
    return Evidence.model_validate({**block, "measures": [{"measure": MEASURES[kind], "ratio": 0.8}], **changes})


def count(block: Evidence, records: Rows, form: str = "csv", folder: Path | None = None, **files: Rows) -> Tally:
    """Count records that come in one form; each further file is written as NAME.csv beside them."""
    with tempfile.TemporaryDirectory() as made:
        folder = folder or Path(made)
        for name, content in files.items():
            made_up.to_csv(content, folder / f"{name}.csv")
        held = made_up.FORMS[form](records, folder)
        if not isinstance(held, str):
            return read_tally(block, folder, held)
        return read_tally(block.model_copy(update={"data": block.data.model_copy(update={"source": held})}), folder)


def refused(block: Evidence, records: Rows, **files: Rows) -> list[str]:
    """Give the problems of records that are refused, each as where, what and hint on one line."""
    with pytest.raises(DataError) as caught:
        count(block, records, **files)
    assert all(problem.where and problem.what and problem.hint for problem in caught.value.problems)
    return [f"{problem.where}: {problem.what} | {problem.hint}" for problem in caught.value.problems]


def cells(tally: Tally, *sums: str, table: str = "") -> dict[tuple, Any]:
    """Give groups and keys of the cells of one table (the first) -> n, or the sums; those of nobody are left out."""
    table = table or next(iter(tally.about.tables))
    found = tally.cells[(tally.cells["table"] == table) & (tally.cells["n"] > 0)]
    keys = [*tally.about.tables[table], *tally.about.strata, *tally.about.own_keys]
    keys += ["fold"] if tally.about.folds else []
    values = [tuple(row) if len(sums) > 1 else row[0] for row in found[[*(sums or ("n",))]].to_numpy().tolist()]
    named = dict(zip(map(tuple, found[keys].to_numpy().tolist()), values, strict=True))
    assert len(named) == len(found), "a cell stands there twice"
    return named


def saved(tally: Tally, folder: Path) -> tuple[bytes, bytes]:
    """Give the bytes of both files of a tally."""
    path = tally.save(folder / "x")
    return path.read_bytes(), path.with_suffix(".csv").read_bytes()


def assert_saves_and_loads(tally: Tally) -> None:
    """What is loaded is what was saved, and saves to the same bytes."""
    with tempfile.TemporaryDirectory() as name:
        first = saved(tally, Path(name))
        loaded = Tally.load(Path(name) / "x.tally.json")
        assert loaded == tally
        assert loaded.about == tally.about
        assert saved(loaded, Path(name)) == first
        assert loaded.disagreements() == []


def renamed(counted: dict[tuple, Any], names: dict[str, str]) -> dict[tuple, Any]:
    """Give cells with other names of groups."""
    return {tuple(names.get(part, part) for part in key): value for key, value in counted.items()}


def same_in_every_form(counting: Callable[[str, Path], Tally], folder: Path) -> None:
    """Every form of the same records gives the same tally, to the byte but for the name of the file."""
    tallies = {}
    for form in made_up.FORMS:
        (folder / form).mkdir()
        tallies[form] = counting(form, folder / form)
    first = tallies["csv"]
    for form, tally in tallies.items():
        assert tally == first, form
        assert tally.about.notes == first.about.notes, form
