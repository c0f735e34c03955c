"""What is shown beside the findings and never judged: curves, calibration, cut-offs, spread, standardised means.

Each entry is a plain dict, as `results.json` holds it; a chart and a table are drawn of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import reduce
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from fairaudit.cells import Cells, counts, groups_of, recorded
from fairaudit.comparisons import MatchedArms, Residents, Scheme
from fairaudit.distributions import Distributions
from fairaudit.groupings import groupings
from fairaudit.languages import marked, say
from fairaudit.measures import MEASURES, Distribution
from fairaudit.plan import UNKNOWN, Evidence
from fairaudit.stats import calibration, matched, means, segregation, survival
from fairaudit.stats.intervals import wilson
from fairaudit.stats.score import critical_z
from fairaudit.tally import Tally, level_names

MOST_STEPS, MOST_CUTOFFS, MOST_POINTS, FEW_VALUES = 120, 60, 10, 20
QUANTILES = (("5%", 0.05), ("25%", 0.25), ("50%", 0.5), ("75%", 0.75), ("95%", 0.95))
AT_CUT_OFFS = ("selection_rate", "false_positive_rate", "false_negative_rate")
TICKS = 6


def shown(evidence: Evidence, tally: Tally, folder: str | Path = ".") -> list[dict[str, Any]]:
    """Give what is shown of a block, grouping by grouping, and a map where its shapes are known.

    Args:
        evidence: the block of the plan.
        tally: its counts.
        folder: what the file of shapes is relative to.

    Returns:
        An entry each; none where counts are hidden, which a chart of single numbers would pass over.
    """
    if tally.hidden:
        return []
    made: list[dict[str, Any]] = [_map(evidence, tally, Path(folder))] if evidence.data.shapes else []
    for attributes in dict.fromkeys(grouping.attributes for grouping in groupings(evidence)):
        for show in SHOWN.get(evidence.kind, ()):
            made += [{**entry, "grouping": list(attributes)} for entry in show(evidence, tally, attributes)]
    return made


def records_and_population(
    evidence: Evidence, tally: Tally, findings: Sequence[Mapping[str, Any]]
) -> Iterator[dict[str, Any]]:
    """Give who is in the records beside who lives there, and which findings read otherwise weighed to them.

    Nothing where the plan names no population to weigh to, or counts are hidden.
    """
    population, source = tally.about.population, evidence.data.population
    if population is None or not evidence.raked_by or tally.hidden:
        return
    people = pd.DataFrame(population["rows"], columns=[*population["by"], "people", "moe2"])
    panels = {f["id"]: {row["scenario"]: row["reading"] for row in f["panel"]} for f in findings if f["panel"]}
    raked = {name: rows for name, rows in panels.items() if "raked" in rows}
    yield {
        "shown": "records_and_population",
        "title": say("Who is in the records, and who is meant"),
        "grouping": [],
        "source": f"{source.from_} {source.year}",
        "groups": [row for name in evidence.raked_by for row in _beside_people(evidence, tally, name, people)],
        "weighed": len(raked),
        "changed": [name for name, rows in raked.items() if rows["raked"] != rows["recorded"]],
    }


def _beside_people(evidence: Evidence, tally: Tally, name: str, people: pd.DataFrame) -> Iterator[dict[str, Any]]:
    cells = Cells.of(tally, [name])
    amounts, n = cells.amounts.sum(axis=(0, 2, 3, 4))[:-1], cells.people[:-1]
    there = people.groupby(name)["people"].sum()
    plain = cells.w is None and not cells.clustered
    low, high = wilson(n, np.full(n.shape, n.sum()), 2 * evidence.alpha_of_look) if n.sum() else (n, n)
    for g, level in enumerate(cells.groups):
        share, of_people = (
            float(part / whole) if whole else np.nan
            for part, whole in ((amounts[g], amounts.sum()), (there.get(level, 0), there.sum()))
        )
        yield {
            "attribute": name,
            "group": level,
            "n": int(n[g]),
            "people": float(there.get(level, 0)),
            "share_records": share,
            "lower": float(low[g]) if plain else None,
            "upper": float(high[g]) if plain else None,
            "share_population": of_people,
            "ratio": share / of_people if of_people > 0 else np.nan,
        }


Entries = Iterator[dict[str, Any]]


def _by(title: str, attributes: tuple[str, ...]) -> str:
    """Say a title, and by which groups."""
    names = [name.replace("_", " ") for name in attributes]
    return say("{title}, by {groups}", title=say(title), groups=reduce(_and, names))


def _and(first: str, last: str) -> str:
    return say("{first} and {last}", first=first, last=last)


def _everybody(tally: Tally, attributes: tuple[str, ...], name: str) -> tuple[Distributions, Distribution, np.ndarray]:
    """Give every group's distribution as recorded, and how many records each has."""
    found = Distributions.of(tally, attributes, MEASURES[name])
    arms = np.eye(len(found.cells.groups))
    _, n = counts(found.cells.n.sum(axis=0), None, arms, recorded(MEASURES[name]), unknown_group=False)
    return found, found.recorded(arms), n


# --- waits -----------------------------------------------------------------------------------------------------------


def _curves(evidence: Evidence, tally: Tally, attributes: tuple[str, ...]) -> Entries:
    found, d, n = _everybody(tally, attributes, "median_wait")
    horizon = max(evidence.horizons, default=int(d.values[-1]) if len(d.values) else 1)
    curve = survival.kaplan_meier(d.values, d.n[..., 0], d.n[..., 1])
    lower, upper = survival.interval(curve, float(critical_z(evidence.alpha_of_look)))
    kept = _thinned(np.flatnonzero(d.values <= horizon))
    ticks = _ticks(horizon)
    test = survival.log_rank(d.n[n > 0, :, 0], d.n[n > 0, :, 1]) if (n > 0).sum() > 1 else (None, None, None)
    yield {
        "shown": "survival",
        "title": _by(marked("Share still waiting"), attributes),
        "unit": evidence.time_unit,
        "horizon": horizon,
        "ticks": ticks,
        "log_rank": dict(zip(("chi_squared", "degrees_of_freedom", "p"), test, strict=True)),
        "groups": [
            {
                "group": name,
                "n": int(n[g]),
                "steps": [
                    [float(d.values[t]), *(float(each[g, t]) for each in (curve.survival, lower, upper))] for t in kept
                ]
                if n[g]
                else [],
                "at_risk": [_at_risk(curve, g, tick) for tick in ticks],
                "median": float(survival.median(curve)[g]),
            }
            for g, name in enumerate(found.cells.groups)
        ],
    }


def _at_risk(curve: survival.Curve, group: int, tick: float) -> int:
    """Count who was still watched and waiting at a time."""
    later = np.flatnonzero(curve.times >= tick)
    return round(float(curve.at_risk[group, later[0]])) if len(later) else 0


def _ticks(horizon: float) -> list[float]:
    """Choose times for the numbers at risk: round ones, and the horizon."""
    step = next(
        (s for s in (1, 2, 5, 7, 10, 15, 20, 30, 50, 60, 90, 180, 365) if horizon / s <= TICKS), horizon / TICKS
    )
    return [round(step * k, 6) for k in range(int(horizon / step) + 1)]


def _thinned(places: np.ndarray, most: int = MOST_STEPS) -> list[int]:
    """Keep so many places, evenly, with the first and the last."""
    if len(places) <= most:
        return [int(place) for place in places]
    return [int(places[k]) for k in np.unique(np.linspace(0, len(places) - 1, most).round().astype(int))]


# --- scores ----------------------------------------------------------------------------------------------------------


def _calibration(evidence: Evidence, tally: Tally, attributes: tuple[str, ...]) -> Entries:
    if not tally.about.has_outcome:
        return
    found, d, n = _everybody(tally, attributes, "auc")
    probability = bool(evidence.data.score and evidence.data.score.probability)
    positives, negatives = d.n[..., 0], d.n[..., 1]
    bins = FEW_VALUES if len(d.values) <= FEW_VALUES else MOST_POINTS
    score, rate, size = calibration.curve(d.middles, positives, negatives, bins)
    lower, upper = wilson(np.nan_to_num(rate) * size, size, 2 * evidence.alpha_of_look)
    error = calibration.expected_error(d.middles, positives, negatives) if probability else np.full(len(n), np.nan)
    yield {
        "shown": "calibration",
        "title": _by(marked("Outcome at each score"), attributes),
        "probability": probability,
        "groups": [
            {
                "group": name,
                "n": int(n[g]),
                "points": [
                    {
                        "score": float(score[g, b]),
                        "n": round(float(size[g, b])),
                        "rate": float(rate[g, b]),
                        "lower": float(lower[g, b]),
                        "upper": float(upper[g, b]),
                    }
                    for b in np.flatnonzero(size[g] > 0)
                ],
                "expected_error": float(error[g]),
            }
            for g, name in enumerate(found.cells.groups)
        ],
    }


def _sweep(evidence: Evidence, tally: Tally, attributes: tuple[str, ...]) -> Entries:
    found = Distributions.of(tally, attributes, MEASURES["auc" if tally.about.has_outcome else "exposure"])
    names = [name for name in AT_CUT_OFFS if tally.about.has_outcome or MEASURES[name].needs == ("decision",)]
    values = _values_of(tally)
    in_use = [cut for cut in evidence.cut_points if len(values) and values[0] <= cut <= values[-1]]
    cuts = sorted({*in_use, *(float(values[k]) for k in _thinned(np.arange(len(values)), MOST_CUTOFFS))})
    groups = found.cells.groups
    scheme = Scheme.of(groups, "all_pairs")
    rates: dict[str, list[np.ndarray]] = {name: [] for name in names}
    for cut in cuts:
        # The same way as a verdict goes, so that what is drawn at a cut-off in use is what is judged.
        cells = Cells.of(tally, attributes, MEASURES["selection_rate"].bound({"at": cut}))
        for name in names:
            x, n = counts(cells.amounts.sum(axis=0), None, scheme.arms, recorded(MEASURES[name]), unknown_group=False)
            rates[name].append(np.divide(x, n, out=np.full(len(n), np.nan), where=n > 0))
    if not cuts:
        return
    yield {
        "shown": "sweep",
        "title": _by(marked("At every cut-off"), attributes),
        "in_use": in_use,
        "cutoffs": cuts,
        "measures": [{"measure": name, "title": MEASURES[name].titled()} for name in names],
        "groups": [
            {
                "group": name,
                "n": int(found.cells.people[g]),
                "rates": {measure: [float(each[g]) for each in rates[measure]] for measure in names},
            }
            for g, name in enumerate(groups)
        ],
    }


def _values_of(tally: Tally) -> np.ndarray:
    values = {value for value in tally.cells["value"] if value != "?"}
    return np.sort(np.array([float(value) for value in values]))


# --- spread ----------------------------------------------------------------------------------------------------------


def _spread(evidence: Evidence, tally: Tally, attributes: tuple[str, ...]) -> Entries:
    amounts = evidence.kind == "amounts"
    measure = MEASURES["mean_amount"]
    found = Distributions.of(tally, attributes, measure)
    d = found.recorded(np.eye(len(found.cells.groups)))
    n = d.all
    mean, _ = means.mean(d.values, n, *d.sums)
    skewness = means.skewness(d.values, n, d.sums[0])
    at = {label: means.quantile(d.values, n, q, d.upper) for label, q in QUANTILES}
    none = d.values == 0
    # Of binned amounts the bin that begins at 0 holds others too: how many are none is then not known.
    exact = d.upper is None or bool((d.upper[none] <= 0).all())
    yield {
        "shown": "distribution",
        "title": _by(marked("Spread of amounts") if amounts else marked("Spread of scores"), attributes),
        "unit": evidence.data.amount.unit if evidence.data.amount else say("points"),
        "groups": [
            {
                "group": name,
                "n": round(float(n[g].sum())),
                "quantiles": [[label, float(at[label][g])] for label, _ in QUANTILES],
                "mean": float(mean[g]),
                "skewness": float(skewness[g]),
                "none": float(n[g, none].sum() / n[g].sum()) if amounts and exact and n[g].sum() else None,
            }
            for g, name in enumerate(found.cells.groups)
        ],
    }


def _standardised(evidence: Evidence, tally: Tally, attributes: tuple[str, ...]) -> Entries:
    """Means at the same mix of strata, and how much of each gap the mix makes (Kitagawa 1955)."""
    if not evidence.strata:
        return
    found = Distributions.of(tally, attributes, MEASURES["mean_amount"])
    sizes, averages = _by_stratum(found)
    mix = sizes.sum(axis=0) / sizes.sum() if sizes.sum() else np.zeros(sizes.shape[1])
    shared = (sizes > 0).all(axis=0)
    held = mix * shared / max((mix * shared).sum(), 1e-300)
    standardised = np.where(shared.any(), np.nansum(np.where(shared, averages, 0) * held, axis=1), np.nan)
    raw = np.divide(
        np.nansum(averages * sizes, axis=1),
        sizes.sum(axis=1),
        out=np.full(len(sizes), np.nan),
        where=sizes.sum(axis=1) > 0,
    )
    largest = int(np.argmax(sizes.sum(axis=1)))
    yield {
        "shown": "standardised",
        "title": _by(say("Mean amount at the same mix of {strata}", strata=reduce(_and, evidence.strata)), attributes),
        "unit": evidence.data.amount.unit if evidence.data.amount else "",
        "reference": found.cells.groups[largest],
        "shared": float(sizes[:, shared].sum() / sizes.sum()) if sizes.sum() else None,
        "groups": [
            {
                "group": name,
                "n": round(float(sizes[g].sum())),
                "mean": float(raw[g]),
                "standardised": float(standardised[g]),
                **dict(
                    zip(
                        ("gap", "of_amounts", "of_mix"),
                        kitagawa(sizes[[g, largest]], averages[[g, largest]]),
                        strict=True,
                    )
                ),
            }
            for g, name in enumerate(found.cells.groups)
        ],
    }


def _by_stratum(found: Distributions) -> tuple[np.ndarray, np.ndarray]:
    """Give records and mean of every group in every stratum, each of shape (groups, strata)."""
    n = found.n[:-1, :, :-1].sum(axis=-1)
    totals = n * found.values if found.totals is None else found.totals[:-1, :, :-1].sum(axis=-1)
    sizes, sums = n.sum(axis=-1), totals.sum(axis=-1)
    return sizes, np.divide(sums, sizes, out=np.full(sizes.shape, np.nan), where=sizes > 0)


def kitagawa(sizes: np.ndarray, averages: np.ndarray) -> tuple[float, float, float]:
    """Split the gap of two means into what differs within strata and what their mix makes (Kitagawa 1955).

    Args:
        sizes: records of two groups by stratum, shape (2, strata).
        averages: their means, likewise; NaN where there are no records.

    Returns:
        The gap of the first from the second, the part of it within strata, and the part of the mix; over the strata
        that hold both, so the parts add to the gap there. NaN where no stratum does.
    """
    both = (sizes > 0).all(axis=0)
    if not both.any():
        return float("nan"), float("nan"), float("nan")
    mix = sizes[:, both] / sizes[:, both].sum(axis=1, keepdims=True)
    first, second = averages[:, both]
    within = float(((first - second) * mix.mean(axis=0)).sum())
    of_mix = float(((mix[0] - mix[1]) * (first + second) / 2).sum())
    return within + of_mix, within, of_mix


# --- tests, residents, areas -----------------------------------------------------------------------------------------


def _matched(evidence: Evidence, tally: Tally, attributes: tuple[str, ...]) -> Entries:
    """Both arms of every test, and McNemar's exact test, which is no verdict."""
    measure = MEASURES["selection_rate"]
    cells = Cells.of(tally, attributes, measure)
    scheme = Scheme.of(cells.groups, "all_pairs")
    arms = MatchedArms.of(tally, attributes, cells, measure, scheme)
    units = np.array(arms.units.sum(axis=0)[:, :2, :2]).reshape(-1, 4).round().astype(int)
    rows = []
    for (a, b), (both, first, second, neither) in zip(scheme.pairs, units, strict=True):
        if a < b:
            counted = {"both": both, "first": first, "second": second, "neither": neither}
            names = [cells.groups[a], cells.groups[b]]
            p = float(matched.mcnemar_exact(first, second))
            n = int(both + first + second + neither)
            rows.append({"groups": names, "n": n, **{key: int(value) for key, value in counted.items()}, "mcnemar": p})
    yield {"shown": "matched", "title": _by(marked("Tests by what both arms got"), attributes), "pairs": rows}


def _residents(evidence: Evidence, tally: Tally, attributes: tuple[str, ...]) -> Entries:
    """Who is reached, and who lives there."""
    cells = Cells.of(tally, attributes)
    residents = Residents.of(tally, attributes, len(cells.groups))
    reached, people = cells.people[:-1], residents.people.sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        shares = reached / reached.sum(), people / people.sum()
        ratio = shares[0] / shares[1]
    population = evidence.data.population
    yield {
        "shown": "representation",
        "title": _by(marked("Who is reached and who lives there"), attributes),
        "source": f"{population.from_} {population.year}" if population else "",
        "shares": tally.about.shares,
        "groups": [
            {
                "group": name,
                "n": int(reached[g]),
                "residents": round(float(people[g])),
                "moe": float(np.sqrt(residents.moe2[g])) if tally.about.has_moe else None,
                "share_reached": float(shares[0][g]),
                "share_residents": float(shares[1][g]),
                "ratio": float(ratio[g]),
            }
            for g, name in enumerate(cells.groups)
        ],
    }


def _apart(evidence: Evidence, tally: Tally, attributes: tuple[str, ...]) -> Entries:
    """How apart groups live (dissimilarity from everybody else), and towards whom the service leans (concentration)."""
    rows = tally.rows_of(attributes)
    group = groups_of(rows, tally.about, attributes)
    names = level_names(tally.about, attributes)
    amount = _amount(tally, rows)
    areas, area = np.unique(rows["area_key"].to_numpy(str), return_inverse=True)
    people = np.zeros((len(names) + 1, len(areas)))
    np.add.at(people, (group, area), amount)
    people = people[:-1]
    mixed = bool(((people > 0).sum(axis=0) > 1).any())
    ranked = len(attributes) == 1 and evidence.groups.get(attributes[0]) and evidence.groups[attributes[0]].quantiles
    if not (mixed or ranked):
        return
    totals, served = _served(tally, attributes)
    index = segregation.concentration_index(totals, served, np.arange(len(names))) if ranked else np.nan
    everybody = people.sum(axis=0)
    yield {
        "shown": "segregation",
        "title": _by(marked("How apart groups live, and what they have of the service"), attributes),
        "concentration": float(index),
        "groups": [
            {
                "group": name,
                "areas": int((people[g] > 0).sum()),
                "service": float(served[g] / totals[g]) if totals[g] else np.nan,
                "dissimilarity": float(segregation.dissimilarity(people[g], everybody - people[g]))
                if mixed
                else np.nan,
            }
            for g, name in enumerate(names)
        ],
    }


def _served(tally: Tally, attributes: tuple[str, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Give people whose service is known, and how much of it they have in all, of every group."""
    rows = tally.rows_of(attributes)
    group = groups_of(rows, tally.about, attributes)
    amount = _amount(tally, rows)
    service = _service(tally, rows)
    known = ~np.isnan(service)
    size = len(level_names(tally.about, attributes)) + 1
    people = np.bincount(group[known], amount[known], size)[:-1]
    return people, np.bincount(group[known], (amount * np.nan_to_num(service))[known], size)[:-1]


def _amount(tally: Tally, rows: pd.DataFrame) -> np.ndarray:
    """Give what each row counts: people where they are weighed, else records."""
    return rows["w" if tally.about.weighted else "n"].to_numpy(float)


def _service(tally: Tally, rows: pd.DataFrame) -> np.ndarray:
    """Give each row's service: a number, or 1 where it reaches and 0 where it does not; NaN where that is unknown."""
    column = "decision" if "decision" in rows else "value"
    value = pd.to_numeric(rows[column].replace(UNKNOWN, None), errors="coerce").to_numpy(float)
    return value / 10 ** (tally.about.decimals or 0)


def _map(evidence: Evidence, tally: Tally, folder: Path) -> dict[str, Any]:
    """Draw the service area by area."""
    from fairaudit.geography import read_areas, simplified

    shapes = evidence.data.shapes
    areas = read_areas(folder / shapes.source, shapes.key, shapes.source)
    rows = tally.rows_of(tally.about.tables[next(iter(tally.about.tables))])
    service, amount = _service(tally, rows), _amount(tally, rows)
    counted = pd.DataFrame({"area": rows["area_key"].to_numpy(), "n": amount, "sum": amount * service})
    known = counted[counted["sum"].notna()].groupby("area")[["n", "sum"]].sum()
    values = (known["sum"] / known["n"]).where(known["n"] > 0)
    everybody = counted.groupby("area")["n"].sum()
    measure = MEASURES.get(evidence.measures[0].measure)
    said = evidence.words.model_dump(exclude_unset=True).get("selected", "")
    told = said and "decision" in rows
    value_of = {area: float(value) for area, value in values.items() if not np.isnan(value)}
    return {
        "shown": "map",
        "title": say("Where {people} {selected}, area by area", people=evidence.people, selected=said)
        if told
        else say("The service, area by area"),
        "grouping": [],
        "unit": "share" if "decision" in rows else evidence.data.service.unit,
        "worse": measure.worse_when(evidence.selected_is) if measure else None,
        "counted": "people" if tally.about.weighted else "records",
        "areas": [
            {"area": key, "value": value_of.get(key), "n": int(everybody.get(key, 0)), "rings": rings}
            for key, rings in zip(areas.keys, simplified(areas), strict=True)
        ],
    }


Show = Callable[[Evidence, Tally, tuple[str, ...]], Entries]
SHOWN: dict[str, tuple[Show, ...]] = {
    "scores": (_calibration, _sweep, _spread),
    "amounts": (_spread, _standardised),
    "waits": (_curves,),
    "pairs": (_matched,),
    "representation": (_residents,),
    "places": (_apart,),
}
"""What is shown of each kind, in order."""
