"""Findings on a researcher's own function of (y_true, y_pred, sample_weight): approximate, by the bootstrap on cells.

They may flag or inform; they never clear and never block, since their error rate is not controlled as that of a measure
of counts is.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from fairaudit import sentences
from fairaudit.cells import Cells
from fairaudit.errors import DataError
from fairaudit.findings import plain
from fairaudit.groupings import Grouping, groupings
from fairaudit.languages import marked, say
from fairaudit.measures.approximate import ApproximateMeasure, Approximation, Bounds, approximate
from fairaudit.plan import Evidence, MeasureLimit
from fairaudit.tally import Tally

REASON = marked("It is approximate: it may flag or inform, but it never clears and blocks nothing.")
FEWEST = 30  # records of a group, or what they are worth: with fewer the bootstrap flags equal groups far too often
KNOWN = np.s_[..., :2, :2]
"""The cells of records whose decision and outcome are both known; a function can be given no other."""


def approximate_findings(
    evidence: Evidence, entry: MeasureLimit, measure: ApproximateMeasure, tally: Tally
) -> list[dict[str, Any]]:
    """Compare all pairs of groups on an approximate measure, a finding a grouping.

    Args:
        evidence: the block of the plan.
        entry: the measure's limits.
        measure: the researcher's function.
        tally: the block's counts.

    Returns:
        Dicts with the keys of `findings.finding`, marked approximate.

    Raises:
        DataError: counts are hidden, so that the function could give anything within them.
    """
    if tally.hidden:
        what = f"hides counts, and {entry.measure} could be anything within them"
        raise DataError.one(evidence.data.source, what, "Ask for the counts in full, or for measures that are shares.")
    return [
        _Finding(evidence, entry, measure, grouping, Cells.of(tally, grouping.attributes)).as_dict()
        for grouping in groupings(evidence)
    ]


# --- what the records are worth --------------------------------------------------------------------------------------


def worth(measure: ApproximateMeasure, cells: Cells) -> dict[str, float]:
    """Say how many independent records of equal weight each group's are worth, never more than there are.

    Weighted records are worth (sum of weights)² / sum of squared weights (Kish 1965). Clustered ones are worth less by
    their design effect: the jackknife's variance over folds, by that of as many independent records.

    Args:
        measure: the researcher's function.
        cells: one grouping.
    """
    groups = dict(enumerate(cells.groups))
    records = cells.n[KNOWN].sum(axis=(0, 2, 3, 4))
    if cells.clustered:
        return {name: float(records[g] / _design_effect(measure, cells, g, records[g])) for g, name in groups.items()}
    if cells.w is None:
        return {name: float(records[g]) for g, name in groups.items()}
    w, ww = (array[KNOWN].sum(axis=(0, 2, 3, 4)) for array in (cells.w, cells.ww))
    return {name: float(min(records[g], w[g] ** 2 / ww[g] if ww[g] else 0)) for g, name in groups.items()}


def _design_effect(measure: ApproximateMeasure, cells: Cells, group: int, records: float) -> float:
    """Give the variance over folds by that of independent records; where there is none, a fold is worth one record."""
    amounts = cells.amounts[:, group].sum(axis=1)
    folds = amounts[amounts.sum(axis=(1, 2)) > 0]
    if not records or not len(folds):
        return 1.0
    without = {str(fold): folds.sum(axis=0) - own for fold, own in enumerate(folds)}
    left_out = np.array(list(approximate(measure, without, draws=1).values.values()))
    jackknife = (len(folds) - 1) / len(folds) * ((left_out - left_out.mean()) ** 2).sum()
    drawn = approximate(measure, {"all": folds.sum(axis=0)}, sizes={"all": records}).draws["all"]
    effect = jackknife / drawn.var() if drawn.var() > 0 else math.nan
    return max(1.0, effect if math.isfinite(effect) else records / len(folds))


# --- comparing -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Comparison:
    """All ordered pairs of groups against one limit."""

    kind: str
    limit: float
    bounds: Mapping[tuple[str, str], Bounds]

    @classmethod
    def of(cls, kind: str, limit: float, sizes: Mapping[str, float], found: Approximation, alpha: float) -> _Comparison:
        """Compare every pair of groups; `sizes` says what each group's records are worth."""
        pairs = [(a, b) for a in sizes for b in sizes if a != b]
        compare = found.ratio if kind == "ratio" else found.difference
        bounds = {pair: compare(*pair, alpha, alpha / len(pairs)) for pair in pairs}
        # A few records drawn again are the same few records: they bound nothing.
        few = {pair for pair in pairs if min(sizes[name] for name in pair) < FEWEST}
        unbounded = {pair: Bounds(bounds[pair].estimate, -math.inf, math.inf) for pair in few}
        return cls(kind, limit, bounds | unbounded)

    @property
    def sign(self) -> int:
        """What turns a difference of the lower less the higher into a gap."""
        return 1 if self.kind == "ratio" else -1

    @property
    def margin(self) -> float:
        """What a ratio, or the lower's difference from the higher, must not fall below."""
        return self.sign * self.limit

    @property
    def worst(self) -> tuple[str, str]:
        """The pair that is outside the limit by most, else the one with the lowest estimate: the lower group first."""
        outermost = min(self.bounds, key=lambda pair: self.bounds[pair].upper)
        if self.is_outside(outermost):
            return outermost
        return min(self.bounds, key=lambda pair: (math.isnan(self.bounds[pair].estimate), self.bounds[pair].estimate))

    def is_outside(self, pair: tuple[str, str]) -> bool:
        """Say whether a pair is shown to be outside the limit."""
        return self.bounds[pair].upper < self.margin

    def shown(self, pair: tuple[str, str]) -> dict[str, float]:
        """Give a pair's estimate and bounds as the report shows them: of a difference, the gap."""
        estimate, lower, upper = self.bounds[pair]
        if self.sign < 0:
            estimate, lower, upper = -estimate, -upper, -lower
        return {"estimate": estimate, "lower": lower, "upper": upper}


@dataclass(frozen=True)
class _Finding:
    """One approximate measure in one grouping."""

    evidence: Evidence
    entry: MeasureLimit
    measure: ApproximateMeasure
    grouping: Grouping
    cells: Cells

    def as_dict(self) -> dict[str, Any]:
        evidence, grouping = self.evidence, self.grouping
        tables = dict(zip(self.cells.groups, self.cells.amounts.sum(axis=(0, 2))[:-1], strict=True))
        sizes = worth(self.measure, self.cells)
        found = approximate(self.measure, tables, sizes=sizes)
        alpha = evidence.alpha_of_look
        described = [
            self._described(_Comparison.of(kind, limit, sizes, found, alpha), found)
            for kind, limit in self.entry.limits.items()
        ]
        decides = next((entry for entry in described if entry["verdict"] == "flagged"), described[0])
        copied = ("tolerance", "worst_pair", "worse_off", "estimate", "lower", "upper", "sentence", "pairs")
        return plain(
            {
                "id": f"{evidence.id}/{grouping.name}{grouping.scheme}/{self.measure.name}",
                "evidence": evidence.id,
                "measure": self.measure.name,
                "parameters": {},
                "scale": {"name": "own", "unit": ""},
                "counted": {"of": "", "share": ""},
                "title": self.measure.title,
                "note": "",
                "grouping": list(grouping.attributes),
                "reference": "all_pairs",
                "comparison": decides["kind"],
                **self._verdict(decides["verdict"]),
                **{"blocks": False, "approximate": True},
                "worse": self.measure.worse_when(evidence.selected_is),
                **{key: decides[key] for key in copied},
                "cleared_for": {"groups": [], "share": 0.0, "left": [], "sentence": ""},
                "too_few": [],
                "more_records": None,
                "groups": self._groups(found),
                "unknown": self._unknown(),
                **{
                    "few": [],
                    "skewed": [],
                    "checks": [],
                    "panel": [],
                    "strata": None,
                    "comparisons": described,
                    "other_side": None,
                    "yearly": "",
                },
            }
        )

    def _verdict(self, verdict: str) -> dict[str, Any]:
        baseline = self.evidence.data.decided_by == "todays_process"
        reason = "baseline" if baseline else "approximate"
        return {
            "verdict": verdict,
            "words": say(sentences.BASELINE_WORDS) if baseline else sentences.verdict_words(verdict),
            "reason": reason,
            "reason_sentence": say(sentences.REASONS.get(reason, REASON)),
            "baseline": baseline,
        }

    def _described(self, comparison: _Comparison, found: Approximation) -> dict[str, Any]:
        pair, baseline = comparison.worst, self.evidence.data.decided_by == "todays_process"
        high_is_worse = self.measure.worse_when(self.evidence.selected_is) == "high"
        named = list(reversed(pair)) if high_is_worse else list(pair)
        flagged = comparison.is_outside(pair) and not baseline
        return {
            "kind": comparison.kind,
            "verdict": "flagged" if flagged else "not_demonstrated",
            "reason": "approximate",
            "tolerance": self._tolerance(comparison),
            "worst_pair": named,
            "worse_off": named[0],
            **comparison.shown(pair),
            "method": "bootstrap",
            "family": len(comparison.bounds),
            "sentence": self._sentence(comparison, named, found, flagged),
            "pairs": self._pairs(comparison),
        }

    def _tolerance(self, comparison: _Comparison) -> dict[str, Any]:
        return {
            **{"kind": comparison.kind, "value": comparison.limit, "because": self.entry.because},
            **{"name": None, "citation": None, "as_of": None, "allows": "", "loosest": False},
        }

    def _pairs(self, comparison: _Comparison) -> list[dict[str, Any]]:
        records = dict(zip(self.cells.groups, self._records(), strict=True))
        return [
            {
                "groups": list(pair),
                "n": [records[name] for name in pair],
                **comparison.shown(pair),
                "method": "bootstrap",
                "reading": "outside the limit" if comparison.is_outside(pair) else "not shown",
            }
            for pair in comparison.bounds
        ]

    def _sentence(self, comparison: _Comparison, named: list[str], found: Approximation, flagged: bool) -> str:
        """Say both values, what is shown of their ratio or gap, and the limit; in the measure's own numbers."""
        values = [found.values[name] for name in named]
        undefined = [name for name, value in zip(named, values, strict=True) if math.isnan(value)]
        if undefined:
            groups = sentences.listed(undefined)
            said = [say("{title} is undefined for {groups}.", title=self.measure.title.capitalize(), groups=groups)]
        else:
            each = "; ".join(f"{name} {_number(value)}" for name, value in zip(named, values, strict=True))
            said = [f"{self.measure.title.capitalize()}: {each}.", _shown(comparison, flagged)]
        cited = self.entry.cited(comparison.kind)
        said.append(sentences.limit_told(_number(comparison.limit), cited))
        return " ".join(filter(None, said))

    def _records(self) -> list[int]:
        return [int(n) for n in self.cells.n[KNOWN].sum(axis=(0, 2, 3, 4))[:-1]]

    def _groups(self, found: Approximation) -> list[dict[str, Any]]:
        return [
            {
                **{"group": name, "n": n, "events": None, "rate": found.values[name], "lower": None, "upper": None},
                "records": int(self.cells.people[g]),
            }
            for g, (name, n) in enumerate(zip(self.cells.groups, self._records(), strict=True))
        ]

    def _unknown(self) -> dict[str, Any]:
        """Count what the function could not be given."""
        n = self.cells.n.sum(axis=(0, 1, 2))
        people, everybody = int(self.cells.people[-1]), float(self.cells.people.sum())
        return {
            **{"people": people, "decisions": int(n[2].sum()), "outcomes": int(n[:, 2].sum())},
            **{"share": people / everybody if everybody else 0.0, "where": "of people's groups" if people else ""},
            **{"limit": self.evidence.unknown_at_most, "worst_case_decides": False},
        }


FLAGGED = {
    "difference": marked("The data show a gap of at least {bound}{best}."),
    "ratio": marked("The data show a ratio of at most {bound}{best}."),
}
OPEN = {
    "difference": marked("The data allow a gap as large as {bound}{best}."),
    "ratio": marked("The data allow a ratio as small as {bound}{best}."),
}
BOUNDLESS = {
    "difference": marked("The data set no bound to the gap{best}."),
    "ratio": marked("The data set no bound to the ratio{best}."),
}


def _shown(comparison: _Comparison, flagged: bool) -> str:
    """Say the bound first and the estimate second."""
    shown, limit, kind = comparison.shown(comparison.worst), comparison.limit, comparison.kind
    best = sentences.best_told(_number(shown["estimate"], limit))
    bound = shown["upper" if (kind == "ratio") == flagged else "lower"]
    if not math.isfinite(bound):
        return say(BOUNDLESS[kind], best=best)
    return say((FLAGGED if flagged else OPEN)[kind], bound=_number(bound, limit), best=best)


def _number(value: float, limit: float = math.nan) -> str:
    """Write a value of any scale, with more digits while it would read like the limit that it is not."""
    for digits in range(3, 10):
        text = f"{value + 0.0:.{digits}g}"  # and never -0
        if value == limit or float(text) != limit:
            break
    return text
