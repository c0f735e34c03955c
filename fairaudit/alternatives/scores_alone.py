"""From scores alone: what every cut-off and every capacity would do, the same for everybody.

It reads the tally of a block of scores. Cut-offs of each group are a diagnostic: they use a person's group.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from fairaudit.alternatives.points import Asked, Point, asked_of, error_gaps, judged
from fairaudit.alternatives.purpose import Change, balanced_change, change, served
from fairaudit.cells import Cells, counts, recorded
from fairaudit.errors import PlanError
from fairaudit.measures import MEASURES
from fairaudit.plan import UNKNOWN, Evidence, MeasureLimit
from fairaudit.tally import Tally

MOST = 40  # cut-offs or capacities judged; of more values, those that cut off even shares of the records
NEED_SCORES = "Alternative cut-offs need a block of kind scores, with a measure that says `at:` or `capacity:`."


def cut_offs(evidence: Evidence, tally: Tally, measure: str = "", by: str = "") -> tuple[Asked, list[Point]]:
    """Judge every cut-off, as the plan judges the one in use.

    Args:
        evidence: a block of scores with a measure taken `at` a cut-off.
        tally: its counts.
        measure: which of those measures; the first where empty.
        by: the grouping; the first where empty.

    Returns:
        On what it was judged, and a point a cut-off, ascending. Of very many values, about forty that cut off even
        shares of the records, and the one in use.

    Raises:
        PlanError: the block has no scores, or no measure with a cut-off.
    """
    asked = asked_of(evidence, _entries(evidence, tally, "at"), measure, by)
    values = _cut_offs_among(tally, asked.by)
    return asked, _points(asked, tally, values, float(asked.entry.at), "at", "cut-off")


def capacities(evidence: Evidence, tally: Tally, measure: str = "", by: str = "") -> tuple[Asked, list[Point]]:
    """Judge other numbers of places, as the plan judges the one in use: from a quarter of it to four times as many.

    Args, returns and raises as `cut_offs` does.
    """
    asked = asked_of(evidence, _entries(evidence, tally, "capacity"), measure, by)
    now = float(asked.entry.capacity)
    places = sorted({max(1.0, float(round(now * 2 ** (step / 4)))) for step in range(-8, 9)})
    return asked, _points(asked, tally, places, now, "capacity", "capacity")


def _entries(evidence: Evidence, tally: Tally, key: str) -> list[MeasureLimit]:
    entries = [entry for entry in evidence.measures if getattr(entry, key) is not None]
    if evidence.kind != "scores" or not entries:
        raise PlanError.one(evidence.id, f"has no scores that are judged by `{key}:`", NEED_SCORES)
    if tally.hidden:
        raise PlanError.one(evidence.id, "holds hidden counts", "Ask for counts in full.")
    return entries


def _cut_offs_among(tally: Tally, by: Sequence[str]) -> list[float]:
    """Give the values that cut, without the lowest, which selects everybody."""
    rows = tally.rows_of(by)
    known = rows[rows["value"] != UNKNOWN]
    values, place = np.unique(known["value"].to_numpy(float), return_inverse=True)
    if len(values) <= MOST + 1:
        return [float(value) for value in values[1:]]
    below = np.cumsum(np.bincount(place, known["n"].to_numpy(float)))
    shares = np.arange(1, MOST + 1) / (MOST + 1)
    kept = np.unique(np.searchsorted(below / below[-1], shares) + 1)
    return [float(values[k]) for k in kept if k < len(values)]


def _points(asked: Asked, tally: Tally, values: Sequence[float], now: float, key: str, word: str) -> list[Point]:
    values = sorted({*values, now})
    looks = len(values) - 1
    before = _table(asked, tally, key, now)
    made = []
    for value in values:
        cells = _table(asked, tally, key, value)
        told = int(value) if key == "capacity" else value
        at = _asked_at(asked, key, told)
        accuracy, balanced = _changes(before, cells, tally)
        made.append(
            Point(
                name=f"{word} {value:g}",
                at=value,
                served=served(cells.amounts.sum(axis=(0, 1, 2))),
                gaps=error_gaps(cells),
                accuracy=accuracy,
                balanced=balanced,
                today=value == now,
                **judged(at, tally, looks),
            )
        )
    return made


def _asked_at(asked: Asked, key: str, value: float) -> Asked:
    """Ask the same of another cut-off or capacity; measures taken at the same one go with it."""
    now = getattr(asked.entry, key)

    def moved(entry: MeasureLimit) -> MeasureLimit:
        return entry.model_copy(update={key: value}) if getattr(entry, key) == now else entry

    entry = moved(asked.entry)
    whole = asked.whole.model_copy(update={"measures": tuple(map(moved, asked.whole.measures))})
    evidence = asked.evidence.model_copy(update={"measures": (entry,)})
    return replace(asked, evidence=evidence, entry=entry, whole=whole)


def _table(asked: Asked, tally: Tally, key: str, value: float) -> Cells:
    """Count decisions as a cut-off or capacity would make them."""
    given = asked.evidence.given(asked.entry)
    name = "selection_rate" if key == "at" else "top_k_share"
    return Cells.of(tally, asked.by, MEASURES[name].bound({**given, key: value}))


def _changes(before: Cells, after: Cells, tally: Tally) -> tuple[Change | None, Change | None]:
    """Compare with the decisions in use; of two cut-offs, whoever lies between them is decided otherwise, one way."""
    if not tally.about.has_outcome:
        return None, None
    one, two = _known(before), _known(after)
    moved = two[:, 0] - one[:, 0]  # newly selected, by fold: with the outcome, without it
    n = one.sum(axis=1)  # with the outcome, without it
    heavy = 1.0 if after.w is None else float(after.ww.sum() / max(after.w.sum(), 1e-300))
    clustered = after.clustered
    gain = moved * np.array([1.0, -1.0])
    parts = [change(gain[:, k], np.abs(moved[:, k]) * heavy, n[:, k], clustered) for k in (0, 1)]
    whole = change(gain.sum(axis=1), np.abs(moved).sum(axis=1) * heavy, n.sum(axis=1), clustered)
    return whole, balanced_change(*parts)


def _known(cells: Cells) -> np.ndarray:
    """Give records by fold, decision and outcome, of whom both are known; shape (folds, 2, 2)."""
    return cells.amounts.sum(axis=(1, 2))[:, :2, :2]


# --- cut-offs of each group: a diagnostic ----------------------------------------------------------------------------


def group_cut_offs(asked: Asked, tally: Tally, points: Sequence[Point]) -> list[dict[str, Any]]:
    """Give the cut-off at which each group would have the rate that everybody has at the one in use.

    A diagnostic: it tells how far apart the groups' scores lie, on the scores' own scale. To decide by it would be to
    treat people differently by their group.

    Args:
        asked: on what cut-offs were judged.
        tally: the counts.
        points: the cut-offs judged.

    Returns:
        A row a group: its records, its rate at the cut-off in use, the cut-off at which its rate is nearest to that of
        everybody, and that rate; None where it has fewer than 30 records.
    """
    measure = MEASURES[asked.entry.measure]
    places = [point.at for point in points]
    rates, sizes, overall = zip(*(_rates(asked, tally, measure, at) for at in places), strict=True)
    now = next(place for place, point in enumerate(points) if point.today)
    table, target = np.array(rates), overall[now]
    rows = []
    for g, name in enumerate(_group_names(tally, asked.by)):
        n = int(sizes[now][g])
        off = np.abs(table[:, g] - target)
        found = int(np.nanargmin(off)) if n >= 30 and not np.isnan(off).all() and not np.isnan(target) else None
        rows.append(
            {
                "group": name,
                "n": n,
                "rate": float(table[now, g]),
                "cut_off": None if found is None else places[found],
                "then": None if found is None else float(table[found, g]),
                "everybody": float(target),
            }
        )
    return rows


def _rates(asked: Asked, tally: Tally, measure: Any, at: float) -> tuple[np.ndarray, np.ndarray, float]:
    cells = Cells.of(tally, asked.by, measure.bound({**asked.evidence.given(asked.entry), "at": at}))
    arms = np.vstack([np.eye(len(cells.groups)), np.ones(len(cells.groups))])
    corner = recorded(measure)
    x, n = counts(cells.amounts.sum(axis=0), None, arms, corner, unknown_group=False)
    _, records = counts(cells.n.sum(axis=0), None, arms, corner, unknown_group=False)
    rates = np.divide(x, n, out=np.full(len(n), np.nan), where=n > 0)
    return rates[:-1], records[:-1], float(rates[-1])


def _group_names(tally: Tally, by: Sequence[str]) -> tuple[str, ...]:
    return Cells.of(tally, by, MEASURES["selection_rate"].bound({"at": 0})).groups
