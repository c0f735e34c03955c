"""Where a gap may come from: crossings that a plan has looked through, beside the findings and never judged."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from fairaudit.cells import Cells, counted_rows, counts, is_weighted, recorded
from fairaudit.comparisons import Arms, Scheme
from fairaudit.comparisons.scheme import FEW_FOLDS
from fairaudit.groupings import scan_attributes, scan_crossings
from fairaudit.languages import say
from fairaudit.measures import MEASURES, Measure, Statistic
from fairaudit.measures.registry import bound
from fairaudit.plan import JOIN, UNKNOWN, Evidence
from fairaudit.stats.scan import Array, Attributes, Crossing, Place, Scanned, scan
from fairaudit.tally import Tally

MOST_ROWS, MOST_ALSO = 10, 3
YES_OR_NO = ("yes", "no", "true", "false", "y", "n")


def scans(
    evidence: Evidence, tally: Tally, own: Mapping[str, Measure | Statistic] | None = None
) -> list[dict[str, Any]]:
    """Give what a scan of crossings found, an entry a measure, as `results.json` holds it.

    Looked through are the measures that can block and are shares; where none is, all that are shares.

    Args:
        evidence: the block of the plan.
        tally: its counts.
        own: measures of the audit's own, by the name in the plan.

    Returns:
        None where the plan asks for no scan. Where nothing can be looked through, the entry says why.
    """
    if evidence.scan is None:
        return []
    known = {**MEASURES, **(own or {})}
    entries = [(entry, known[entry.measure]) for entry in evidence.measures if entry.measure in known]
    shares = [(entry, measure) for entry, measure in entries if isinstance(measure, Measure)]
    some = [pair for pair in shares if pair[0].blocks] or shares
    chosen = [measure.bound(evidence.given(entry)) for entry, measure in some]
    others = [
        bound(measure, evidence.given(entry)).title for entry, measure in entries if (entry, measure) not in shares
    ]
    found = [_entry(evidence, tally, measure) for measure in chosen]
    return [{**entry, "no_shares": others if place == 0 else []} for place, entry in enumerate(found)]


def _words(evidence: Evidence) -> dict[str, str]:
    return evidence.words.model_dump(exclude_unset=True)


def _entry(evidence: Evidence, tally: Tally, measure: Measure) -> dict[str, Any]:
    """Look through the crossings on one measure."""
    names = scan_attributes(evidence)
    effect, why = _worth_of_records(evidence, tally, measure, names)
    tables = {} if why else _tables(evidence, tally, measure, names)
    worse = measure.worse_when(evidence.selected_is)
    found = Scanned(0, 0, ())
    if tables:
        found = scan(tables, evidence.scan.smallest, evidence.alpha_of_look, worse, effect)
    return {
        "shown": "scan",
        "title": say("A hint where to look: crossings by {measure}", measure=measure.titled(_words(evidence))),
        "grouping": list(names),
        "measure": measure.label,
        "worse": worse,
        "depth": evidence.scan.depth,
        "smallest": evidence.scan.smallest,
        "alpha": evidence.alpha_of_look,
        "design_effect": effect if tally.about.folds is not None and not why else None,
        "why_not": why,
        "unknown": _unknown(tables, names),
        "tested": found.tested,
        "standing_out": found.standing_out,
        "left_out": max(len(found.crossings) - MOST_ROWS, 0),
        "rows": [_row(crossing, tally, names) for crossing in found.crossings[:MOST_ROWS]],
    }


def _row(crossing: Crossing, tally: Tally, names: tuple[str, ...]) -> dict[str, Any]:
    calls = {name: _calls(tally, names, name) for name in names}

    def called(places: tuple[Place, ...]) -> str:
        return JOIN.join(calls[names[a]][level] for a, level in places)

    return {
        "groups": {names[a]: tally.about.attributes[names[a]][level] for a, level in crossing.places},
        "group": called(crossing.places),
        "n": round(crossing.people),
        "rate": crossing.rate,
        "rest": crossing.rest,
        "excess": crossing.excess,
        "also": [called(places) for places in crossing.also[:MOST_ALSO]],
    }


def _calls(tally: Tally, names: tuple[str, ...], name: str) -> list[str]:
    """Name the groups of an attribute, and the attribute too where they would not say whose they are."""
    levels = tally.about.attributes[name]
    others = {level for other in names if other != name for level in tally.about.attributes[other]}
    bare = any(level in others or level[0].isdigit() or level.casefold() in YES_OR_NO for level in levels)
    return [f"{name.replace('_', ' ')} {level}" for level in levels] if bare else list(levels)


def _unknown(tables: Mapping[Attributes, Array], names: tuple[str, ...]) -> dict[str, int]:
    """Count the records in the denominator that are of unknown group, attribute by attribute."""
    found: dict[str, int] = {}
    for attributes, table in tables.items():
        for axis, attribute in enumerate(attributes):
            found[names[attribute]] = round(float(table.take(-1, axis)[..., 0].sum()))
    return {name: n for name, n in found.items() if n}


def _tables(evidence: Evidence, tally: Tally, measure: Measure, names: tuple[str, ...]) -> dict[Attributes, Array]:
    """Give the counts of every crossing at full depth, as `stats.scan` takes them."""
    place = {name: k for k, name in enumerate(names)}
    weighted = is_weighted(tally)
    found = {}
    for crossed in scan_crossings(evidence):
        rows = tally.rows_of(crossed, scanned=True)
        found[tuple(place[name] for name in crossed)] = _dense(tally, rows, measure, crossed, weighted)
    return found


def _dense(tally: Tally, rows: pd.DataFrame, measure: Measure, crossed: tuple[str, ...], weighted: bool) -> Array:
    levels = [(*tally.about.attributes[name], UNKNOWN) for name in crossed]
    shape = tuple(map(len, levels))
    codes = [pd.Index(each).get_indexer(rows[name]) for each, name in zip(levels, crossed, strict=True)]
    flat = np.ravel_multi_index(codes, shape)
    events, everybody = counted_rows(tally, rows, measure)

    def added(sums: str, part: np.ndarray) -> np.ndarray:
        return np.bincount(flat, rows[sums].to_numpy(float) * part, int(np.prod(shape)))

    sides = events, everybody - events
    sums = [added(name, side) for name in (("w", "ww") if weighted else ("n",)) for side in sides]
    return np.stack([added("n", everybody), *sums], axis=-1).reshape(*shape, -1)


# --- what records are worth ------------------------------------------------------------------------------------------


def _worth_of_records(
    evidence: Evidence, tally: Tally, measure: Measure, names: tuple[str, ...]
) -> tuple[float, str | None]:
    """Give by what records are to be divided, and why nothing can be looked through, if nothing can."""
    crossings = scan_crossings(evidence)
    if tally.hidden or not all(tally.about.holders(crossed, scanned=True) for crossed in crossings):
        return 1.0, "hidden"
    if tally.about.folds is None:
        return 1.0, None
    effects = [effect for name in names for effect in _design_effects(evidence, tally, measure, name)]
    return (max(1.0, *effects), None) if effects else (1.0, "clusters")


def _design_effects(evidence: Evidence, tally: Tally, measure: Measure, name: str) -> Iterator[float]:
    """Give the design effect of each group of an attribute, and of everybody else, where enough folds tell of it."""
    cells = Cells.of(tally, [name], measure)
    arms = Arms(cells, measure, Scheme.of(cells.groups, "rest"))
    events, n = counts(cells.n, None, arms.scheme.arms, recorded(measure), unknown_group=False)
    seen = np.minimum((events > 0).sum(axis=0), (n > events).sum(axis=0))
    told = (seen >= FEW_FOLDS) & (n.sum(axis=0) >= evidence.scan.smallest)
    yield from (arms.records[1][told] / arms.worth[told]).tolist()
