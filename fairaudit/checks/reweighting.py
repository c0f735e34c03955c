"""Would it hold if the records were weighed otherwise? One row a way to weigh them.

Raking to a declared population decides; the other ways are no estimates of a population, and only shown. Weighing can
move a harm to another group or to another error: so every group's rate stands there, and both error rates where
outcomes are known.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from fairaudit import sentences
from fairaudit.assessment import Disparity, Weighed
from fairaudit.checks.scenarios import READINGS, bound_in_words, estimate_in_words
from fairaudit.comparisons import Arms, EstimateArms, WeighedPairs
from fairaudit.languages import listed, marked, say
from fairaudit.measures import MEASURES
from fairaudit.stats import design, score
from fairaudit.verdicts import Comparison, lowest_shown, scenario_bounds

ERRORS = ("false_positive_rate", "false_negative_rate")
LITTLE = 0.01  # of a share, or of a ratio: a gap of less is not spoken of
TIED = 1e-9  # a gap of less is rounding: nobody is worse off
GROWN = 0.02  # of a share: another error's gap that grows by less is not spoken of
TITLES = {
    "recorded": marked("As recorded"),
    "raked": marked("Raked to the population"),
    "raked_moe": marked("Raked, benchmarks at their margins of error"),
    "post_stratified": marked("Post-stratified to the population"),
    "kamiran_calders": marked("Kamiran and Calders"),
    "standardised": marked("Standardised"),
    "balanced": marked("Balanced"),
}
CANNOT_SAY = {
    True: marked("{how}: it cannot be said, since {why}, so that nothing is shown to be within the limit."),
    False: marked("{how}: it cannot be said, since {why} (shown, does not decide)."),
}
"""Whether a way to weigh decides -> what is said where there are no weights."""
GROWS = {
    "false_positive_rate": marked("the largest gap of the false positive rate grows from {before} to {after} in 100"),
    "false_negative_rate": marked("the largest gap of the false negative rate grows from {before} to {after} in 100"),
}


def panel(disparity: Disparity, comparison: Comparison) -> list[dict[str, Any]]:
    """Give one row a way to weigh the records, as they are recorded first.

    Args:
        disparity: the finding.
        comparison: its deciding comparison.

    Returns:
        Rows as `results.json` holds them; none where there is no other way, nor where outcomes can be known of one side
        only.
    """
    if comparison.arms.selective:
        return []
    return disparity.once(f"panel {comparison.kind}", lambda: _panel(disparity, comparison))


def _panel(disparity: Disparity, comparison: Comparison) -> list[dict[str, Any]]:
    ways = [*disparity.weighed, *disparity.ways.shown(disparity.measure)]
    rows = [_recorded(disparity, comparison)] if ways else []
    return [*rows, *(_row(disparity, comparison, way) for way in ways)]


def _recorded(disparity: Disparity, comparison: Comparison) -> dict[str, Any]:
    inside = bool(comparison.passes("recorded").all()) and (comparison.failed_exact or ("",))[0] != "recorded"
    lower = lowest_shown(comparison, "recorded", scenario_bounds(comparison, "recorded"))
    cells = disparity.arms.cells
    records = float(cells.n.sum())
    effective = records if cells.w is None else float(design.kish(cells.w.sum(), cells.ww.sum()))
    reading = "outside" if comparison.flagged_at else "within" if inside else "not_shown"
    return {
        **_about("recorded", decides=True),
        "reading": "baseline" if comparison.baseline else reading,
        **_gap(disparity, comparison, [disparity.arms], lower),
        "groups": _groups(disparity, [disparity.arms], None),
        "weights": {"records": records, "effective": effective}
        | dict.fromkeys(("largest", "furthest_before", "furthest_after", "unweighed")),
    }


def _row(disparity: Disparity, comparison: Comparison, way: Weighed) -> dict[str, Any]:
    name, weighing = way.weighing.scenario, way.weighing
    about = {**_about(name, decides=weighing.decides), "to": weighing.to, "why_not": weighing.why_not}
    if not way.arms:
        gap = dict.fromkeys(("worse_off", "other", "estimate", "bound"))
        return {**about, "reading": "cannot_say", **gap, "groups": [], "weights": None}
    under = _under(comparison, way)
    lower = lowest_shown(under, name, scenario_bounds(under, name))
    before, after = weighing.furthest
    return {
        **about,
        "reading": "baseline" if comparison.baseline else _reading(under, comparison, name),
        **_gap(disparity, comparison, way.arms, lower),
        "groups": _groups(disparity, way.arms, way),
        "weights": {
            "records": float(weighing.records.sum()),
            "effective": weighing.effective,
            "largest": weighing.largest,
            "furthest_before": before if weighing.shares else None,
            "furthest_after": after if weighing.shares else None,
            "unweighed": weighing.unweighed,
        },
    }


def _about(name: str, *, decides: bool) -> dict[str, Any]:
    return {"scenario": name, "title": say(TITLES[name]), "to": "", "why_not": "", "decides": decides}


def _under(comparison: Comparison, way: Weighed) -> Comparison:
    """Hold the records so weighed against the same limit."""
    if way.weighing.decides:
        return comparison
    pairs = WeighedPairs(way.arms, comparison.kind, comparison.tolerance, len(comparison.arms.scheme.pairs))
    return comparison.under(way.weighing.scenario, {way.weighing.scenario: pairs})


def _reading(under: Comparison, comparison: Comparison, name: str) -> str:
    """Say what is shown: within the limit for every pair; outside for some, at the level of the family; or neither."""
    if under.passes(name).all():
        return "within"
    counts, margins = under.counts[name], under.tested(name)
    p = score.flagging_p(counts.flagging_z(under.kind, margins), counts.degrees_of_freedom)
    outside = np.nan_to_num(p, nan=1.0) <= comparison.alpha / comparison.family
    return "outside" if (outside & ~under.cannot_fail(name)).any() else "not_shown"


def _gap(
    disparity: Disparity, comparison: Comparison, arms: Sequence[Arms | EstimateArms], lower: float
) -> dict[str, Any]:
    """Say which pair is furthest apart by the best estimate, and what is shown of the worst."""
    sign = comparison.sign
    found = [each.estimates(comparison.kind) for each in arms]
    values = np.nan_to_num(np.stack(found), nan=np.inf).min(axis=0)
    if not np.isfinite(values).any():
        return {"worse_off": None, "other": None, "estimate": None, "bound": sign * lower}
    pair = int(values.argmin())
    if abs(values[pair] - (1 if comparison.kind == "ratio" else 0)) < TIED:
        return {"worse_off": None, "other": None, "estimate": sign * float(values[pair]), "bound": sign * lower}
    a, b = (comparison.arms.scheme.names[arm] for arm in comparison.arms.scheme.pairs[pair])
    if disparity.measure.worse_when(disparity.evidence.selected_is) == "high":
        a, b = b, a  # of a pair the first has the lower rate
    return {"worse_off": a, "other": b, "estimate": sign * float(values[pair]), "bound": sign * lower}


def _groups(disparity: Disparity, arms: Sequence[Arms | EstimateArms], way: Weighed | None) -> list[dict[str, Any]]:
    """Give every group's rate (between what it lies, of several corners), and both error rates."""
    rates = np.stack([each.rates[: len(disparity.groups)] for each in arms])
    errors = _errors(disparity, way)
    worth = np.min([each.worth[: len(disparity.groups)] for each in arms], axis=0)
    return [
        {
            "group": name,
            "rate": _between(rates[:, g]),
            **{error: _between(values[:, g]) for error, values in errors.items()},
            "worth": float(worth[g]),
        }
        for g, name in enumerate(disparity.groups)
    ]


def _between(values: np.ndarray) -> list[float] | None:
    known = values[np.isfinite(values)]
    return [float(known.min()), float(known.max())] if len(known) else None


def _errors(disparity: Disparity, way: Weighed | None) -> dict[str, np.ndarray]:
    """Give both error rates of every group, at every corner; none where no outcome or no decision is counted."""
    tally, given = disparity.ways.counted.tally, disparity.measure.given
    if not tally.about.has_outcome or disparity.evidence.kind not in ("decisions", "scores"):
        return dict.fromkeys(ERRORS, np.full((1, len(disparity.groups)), np.nan))
    if disparity.evidence.kind == "scores" and "at" not in given:
        return dict.fromkeys(ERRORS, np.full((1, len(disparity.groups)), np.nan))
    told = {"at": given["at"]} if "at" in given else {}
    found = {}
    for name in ERRORS:
        measure = MEASURES[name].bound(told)
        arms = [disparity.ways.arms(measure)] if way is None else disparity.ways.weighed_arms(measure, way.weighing)
        found[name] = np.stack([each.rates[: len(disparity.groups)] for each in arms])
    return found


def weighing_rows(disparity: Disparity, comparison: Comparison) -> Iterator[dict[str, Any]]:
    """Say of each way whether the finding holds, and where weighing moves a harm to others."""
    if comparison.baseline:
        return
    rows = panel(disparity, comparison)
    share = not disparity.measure.averages
    moved = dict(sentences_of(rows, disparity.evidence.people, share=share))
    for row in rows[1:]:
        if not row["decides"] and row["scenario"] not in moved:
            continue  # it stands in the panel, and has nothing to say beside it
        yield {
            "check": "reweighting",
            "scenario": row["scenario"],
            "decides": row["decides"],
            "holds": row["reading"] == "within",
            "bound": row["bound"],
            "sentence": " ".join(filter(None, [_said(disparity, comparison, row), moved.get(row["scenario"], "")])),
        }


def _said(disparity: Disparity, comparison: Comparison, row: dict[str, Any]) -> str:
    """Say what is shown of the records so weighed."""
    if row["why_not"]:
        return say(CANNOT_SAY[row["decides"]], how=row["title"], why=row["why_not"])
    sign = comparison.sign
    if row["reading"] == "outside":
        number = estimate_in_words(disparity, comparison, sign * row["estimate"])
    else:
        number = bound_in_words(disparity, comparison, sign * row["bound"])
    return say(READINGS[row["reading"], row["decides"]], how=row["title"], number=number)


# --- in words --------------------------------------------------------------------------------------------------------


def sentences_of(rows: Sequence[dict[str, Any]], people: str, *, share: bool) -> list[tuple[str, str]]:
    """Say what weighing does: who is worse off then, and whether another error grows.

    Args:
        rows: of the panel.
        people: the plan's word for those who are counted.
        share: whether the measure is a share.

    Returns:
        (scenario, sentence) pairs.
    """
    found: dict[str, str] = {}
    for row in rows[1:]:
        said = [_moved(rows[0], row, people), _grown(rows[0], row) if share else ""]
        text = " ".join(filter(None, said))
        if text and text not in found.values():  # another way that does the same needs no words
            found[row["scenario"]] = text
    return list(found.items())


def _moved(recorded: dict[str, Any], row: dict[str, Any], people: str) -> str:
    """Say that another group is worse off than as recorded."""
    if None in (row["worse_off"], recorded["worse_off"]) or row["worse_off"] == recorded["worse_off"]:
        return ""
    if min(abs(row["estimate"]), abs(1 - row["estimate"])) < LITTLE:
        return ""
    one, other = (sentences.who(each["worse_off"], people, people) for each in (row, recorded))
    return say("The worse off would be {one}, instead of {other}.", one=one, other=other)


def _grown(recorded: dict[str, Any], row: dict[str, Any]) -> str:
    """Say that an error's largest gap between groups grows."""
    said = []
    for error in ERRORS:
        before, after = (_widest(each["groups"], error) for each in (recorded, row))
        if math.isfinite(before) and math.isfinite(after) and after > before + GROWN:
            numbers = [sentences.digits(100 * each) for each in (before, after)]
            said.append(say(GROWS[error], before=numbers[0], after=numbers[1]))
    return say("But {what}.", what=listed(said)) if said else ""


def _widest(groups: Sequence[dict[str, Any]], key: str) -> float:
    values = [row[key] for row in groups if row[key] is not None]
    return max(high for _, high in values) - min(low for low, _ in values) if len(values) > 1 else math.nan
