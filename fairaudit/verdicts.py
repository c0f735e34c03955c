"""Three verdicts, with the burden of proof on the technology: cleared, flagged, not demonstrated.

A comparison is *cleared* only when every pair of groups is shown, at a controlled error rate, to be within the limit,
under every scenario of the unknown that applies (intersection-union: no correction needed). It is *flagged* when some
pair is shown to be outside (union-intersection: Holm over the family). Otherwise it is *not demonstrated*, which holds
adoption up just as a flag does.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from fairaudit.cells import Unknowns
from fairaudit.comparisons import Arms, EstimateArms, Kind, PairCounts, Scenario, WeighedPairs
from fairaudit.stats import score
from fairaudit.stats.estimates import Pairs

Verdict = Literal["cleared", "flagged", "not_demonstrated"]
SEVERITY: dict[str, int] = {"flagged": 2, "not_demonstrated": 1, "cleared": 0}
ROUNDING = 1e-12
MOST_LISTED = 40  # groups that a clearance is spelled out for; each more costs exact tests against all before it
MOST_EXACT_UPPERS = 3
MOST_TESTED = 500  # pairs whose rows are tested exactly where they are not all to be
HIGH_RATE = 0.8  # above it a ratio hides a gap: 93% v 97% not flagged is 7 v 3 flagged (amendment 7)


@dataclass
class Comparison:
    """One measure compared between groups by one kind of limit, settled step by step.

    Arrays have shape (pairs,), in the order of `arms.scheme.pairs`. A pair's value is theta_a / theta_b or
    theta_a - theta_b; within the limit means above `margins`, which differ by scenario only against a whole.
    """

    arms: Arms | EstimateArms
    kind: Kind
    tolerance: float
    alpha: float
    blocks: bool
    baseline: bool
    unknown: Unknowns
    scenarios: tuple[Scenario, ...]
    high: bool
    hollow: bool = False
    weighed: Mapping[Scenario, WeighedPairs] = field(default_factory=dict)
    margins_under: dict[Scenario, np.ndarray] = field(init=False)
    counts: dict[Scenario, PairCounts | Pairs] = field(init=False)
    z: dict[Scenario, np.ndarray] = field(init=False)
    flag_counts: PairCounts | Pairs = field(init=False)
    p_flag: np.ndarray = field(init=False)
    family: int = 1
    flagged_elsewhere: int = 0
    flagged_at: dict[int, float] = field(default_factory=dict)
    exact_flag: dict[int, float] = field(default_factory=dict)
    exact_clear: dict[tuple[Scenario, int], bool] = field(default_factory=dict)
    exact_uppers: list[int] = field(default_factory=list)
    exact_bounds: set[tuple[Scenario, int]] = field(default_factory=set)
    failed_exact: tuple[Scenario, int] | None = None
    side_open: bool = False
    cleared: bool = False

    def __post_init__(self) -> None:
        own = [name for name in self.scenarios if name not in self.weighed]
        self.margins_under = {name: self.arms.margins(self.kind, self.tolerance, name) for name in own}
        self.counts = {name: self.arms.pairs(name, self.kind, m) for name, m in self.margins_under.items()}
        for name in self.scenarios:
            if name in self.weighed:
                self.margins_under[name], self.counts[name] = self.weighed[name].margins, self.weighed[name].counts
        self.z = {name: c.clearing_z(self.kind, self.tested(name)) for name, c in self.counts.items()}
        self.flag_counts = self.arms.pairs("recorded", self.kind, self.margins, to_flag=True)
        c = self.flag_counts
        z = c.flagging_z(self.kind, self.tested("recorded"))
        p = np.nan_to_num(score.flagging_p(z, c.degrees_of_freedom), nan=1.0)
        self.p_flag = np.where(self.cannot_fail("recorded"), 1.0, p)

    @property
    def sign(self) -> int:
        """What turns a value of a pair into what results hold: gaps are held with their sign turned, ratios as are."""
        return 1 if self.kind == "ratio" else -1

    @property
    def margin(self) -> float:
        """The limit as values of pairs are held against it: a ratio, or the gap with its sign turned."""
        return self.sign * self.tolerance

    @property
    def margins(self) -> np.ndarray:
        """Margins of the records as they are."""
        return self.margins_under["recorded"]

    def cannot_fail(self, scenario: Scenario) -> np.ndarray:
        """Pairs whose groups cannot differ by more than the limit, whatever the rates."""
        return np.isnan(self.margins_under[scenario])

    def tested(self, scenario: Scenario) -> np.ndarray:
        """Margins to test at; any will do for pairs that cannot fail."""
        return np.where(self.cannot_fail(scenario), 1.0 if self.kind == "ratio" else 0.0, self.margins_under[scenario])

    def shown(self, values: np.ndarray, scenario: Scenario = "recorded") -> np.ndarray:
        """Turn what was estimated against the rest into what the report shows, under a scenario."""
        if scenario in self.weighed:
            return self.weighed[scenario].shown(values)
        return self.arms.shown(self.kind, values, scenario)

    def passes(self, scenario: Scenario) -> np.ndarray:
        """Say which pairs are shown to be within the limit by the score test."""
        p = score.clearing_p(self.z[scenario], self.counts[scenario].degrees_of_freedom)
        # Strictly above the critical value, so that no pair can both clear and be flagged.
        return self.cannot_fail(scenario) | (np.nan_to_num(p, nan=1.0) < self.alpha)

    def under(self, scenario: Scenario, weighed: Mapping[Scenario, WeighedPairs] | None = None) -> Comparison:
        """Give the comparison by which a scenario can be looked at that does not decide; itself where it does.

        Args:
            scenario: what is supposed.
            weighed: the pairs of a scenario that weighs records otherwise.
        """
        if scenario in self.scenarios:
            return self
        return Comparison(
            arms=self.arms,
            kind=self.kind,
            tolerance=self.tolerance,
            alpha=self.alpha,
            blocks=False,
            baseline=False,
            unknown=self.unknown,
            scenarios=("recorded", scenario),
            high=False,
            weighed=weighed or {},
        )

    @property
    def verdict(self) -> Verdict:
        """What the data demonstrate."""
        if self.baseline:
            return "not_demonstrated"
        return "flagged" if self.flagged_at else "cleared" if self.cleared else "not_demonstrated"


# --- flagging: Holm over the family --------------------------------------------------------------------------------


def flag(comparisons: Sequence[Comparison]) -> None:
    """Flag what is shown to be outside its limit, by Holm's step-down over all pairs of a family.

    A pair of small groups must also pass the exact test at its Holm level; its p-value is then the larger of the two.
    Exact p-values are computed only as they come up: the smallest p is settled first, so the order is Holm's own. Equal
    ones go by the groups' names, so that the order in which a plan lists them does not show.
    """
    alive = [comparison for comparison in comparisons if not (comparison.baseline or comparison.arms.selective)]
    family = sum(len(comparison.p_flag) for comparison in alive)
    queue = [
        (float(p), place, _names(c, pair), pair, False)
        for place, c in enumerate(alive)
        for pair, p in enumerate(c.p_flag)
        if p <= c.alpha
    ]
    heapq.heapify(queue)
    rejected = 0
    while queue:
        p, place, names, pair, settled = heapq.heappop(queue)
        comparison = alive[place]
        counts = comparison.flag_counts
        if not settled and counts.exactly(comparison.kind, pair):
            exact_p = counts.exact_p(comparison.kind, pair, comparison.margins[pair], "flag")
            comparison.exact_flag[pair] = exact_p
            heapq.heappush(queue, (max(p, exact_p), place, names, pair, True))
            continue
        level = comparison.alpha / (family - rejected)
        if p > level:
            break
        comparison.flagged_at[pair] = level
        rejected += 1
    for comparison in comparisons:
        comparison.family = max(family, 1)
        comparison.flagged_elsewhere = rejected - len(comparison.flagged_at)


# --- clearing: every pair, every scenario, the exact step ----------------------------------------------------------


def clear(comparisons: Sequence[Comparison]) -> None:
    """Clear the comparisons of one finding: every pair, every scenario, exactly where groups are small.

    Each is a claim of its own, and the finding clears only if all do. Where rates are high a ratio clears only beside a
    difference that does. The exact step runs only where it decides, weakest pair first, and stops at the first failure.
    """
    for comparison in sorted(comparisons, key=lambda c: c.high):
        comparison.side_open = comparison.high and not any(
            other.cleared for other in comparisons if _mends_the_side(other, comparison)
        )
        comparison.cleared = passes_score(comparison) and _passes_exactly(comparison)


def passes_score(comparison: Comparison) -> bool:
    """Say whether a comparison could be cleared, but for the exact step."""
    open_way = not (comparison.baseline or comparison.flagged_at or comparison.side_open or _says_nothing(comparison))
    return (
        open_way and len(comparison.margins) > 0 and all(comparison.passes(name).all() for name in comparison.scenarios)
    )


def _says_nothing(comparison: Comparison) -> bool:
    """Say whether keeping the limit would show nothing: it could not be broken, or nobody can know the rates."""
    return comparison.hollow or comparison.arms.selective


def _passes_exactly(comparison: Comparison) -> bool:
    return all(_pairs_pass_exactly(comparison, name, range(len(comparison.margins))) for name in comparison.scenarios)


def _pairs_pass_exactly(comparison: Comparison, scenario: Scenario, pairs: Sequence[int]) -> bool:
    counts = comparison.counts[scenario]
    if not counts.whole:
        return True
    for pair in sorted(pairs, key=lambda place: comparison.z[scenario][place]):
        if comparison.cannot_fail(scenario)[pair] or not counts.exactly(comparison.kind, pair):
            continue
        key = (scenario, int(pair))
        if key not in comparison.exact_clear:
            margin = comparison.margins_under[scenario][pair]
            comparison.exact_clear[key] = counts.exact_passes(comparison.kind, pair, margin, comparison.alpha)
        if not comparison.exact_clear[key]:
            comparison.failed_exact = comparison.failed_exact or key
            return False
    return True


def pairs_within(comparison: Comparison) -> np.ndarray:
    """Say which pairs, each taken alone, are shown to be within the limit under every scenario, exactly where small.

    Of very many pairs those nearest to the limit are tested exactly, and the others are not said to be within it unless
    the comparison is cleared, which tests them all.
    """
    within = np.all([comparison.passes(name) for name in comparison.scenarios], axis=0)
    failed = comparison.failed_exact
    passing = sorted(np.flatnonzero(within), key=lambda pair: comparison.z["recorded"][pair])
    tested = passing if comparison.cleared else passing[:MOST_TESTED]
    within[:] = False
    for pair in tested:
        within[pair] = all(_pairs_pass_exactly(comparison, name, [int(pair)]) for name in comparison.scenarios)
    comparison.failed_exact = failed
    return within


def cleared_for(comparisons: Sequence[Comparison], sizes: np.ndarray) -> list[int]:
    """Find for which groups a finding clears: the most, largest first, that are within the limit of each other.

    Groups are taken in order of size, which says nothing of their rates, after the reference group where there is one;
    the list ends at the first group that fails. So the statement "these groups are within the limit" errs with
    probability alpha at most, like any clearance.

    Args:
        comparisons: of one finding, by pairs of groups (not against everyone else).
        sizes: shape (groups,), records in the denominator.

    Returns:
        Places of the groups in that order; empty where not even the first two clear.
    """
    scheme = comparisons[0].arms.scheme
    if scheme.reference in ("rest", "overall") or any(
        c.baseline or _says_nothing(c) or _side_is_open(c, comparisons) for c in comparisons
    ):
        return []
    order = [int(place) for place in np.argsort(-sizes, kind="stable")]
    if scheme.reference != "all_pairs":
        order.sort(key=lambda place: scheme.names[place] != scheme.reference)
    order = order[:MOST_LISTED]
    best: list[int] = []
    for end in range(2, len(order) + 1):
        if not all(_clears_within(comparison, set(order[:end])) for comparison in comparisons):
            break
        best = order[:end]
    return best


def cleared_but_for(comparisons: Sequence[Comparison], named: set[int]) -> bool:
    """Say whether a finding clears for all groups but some that were named beforehand, of which too little is known.

    Which groups are left out was settled before any result, so that clearing the others errs with probability alpha
    at most, like any clearance. Of those named there must be too little data: a pair that could have cleared had both
    fared alike, and has not, is no lack of data.

    Args:
        comparisons: of one finding that is not demonstrated.
        named: places of the groups that were named.
    """
    scheme = comparisons[0].arms.scheme
    others = set(range(len(comparisons[0].arms.cells.groups))) - named
    if scheme.reference in ("rest", "overall") or not named or len(others) < 2:
        return False
    if any(c.baseline or _says_nothing(c) or _side_is_open(c, comparisons) for c in comparisons):
        return False
    return all(_clears_within(comparison, others) and _all_too_few(comparison, named) for comparison in comparisons)


def _all_too_few(comparison: Comparison, named: set[int]) -> bool:
    """Say whether every pair with a named group is within, or could not have been shown to be had both fared alike.

    Pairs are ordered: where rates are low, a small group cannot be far below another, and may well be above.
    """
    defined = comparison.counts["recorded"].defined
    theirs = [place for place, pair in enumerate(comparison.arms.scheme.pairs) if {int(arm) for arm in pair} & named]
    enough = [place for place in theirs if defined[place] and could_clear(comparison, place)]
    if not all(comparison.passes(name)[enough].all() for name in comparison.scenarios):
        return False
    failed = comparison.failed_exact
    passed = all(_pairs_pass_exactly(comparison, name, enough) for name in comparison.scenarios)
    comparison.failed_exact = failed
    return passed


def _side_is_open(comparison: Comparison, comparisons: Sequence[Comparison]) -> bool:
    return comparison.high and not any(_mends_the_side(other, comparison) for other in comparisons)


def _mends_the_side(other: Comparison, ratio: Comparison) -> bool:
    """Say whether a limit asks of high rates what the ratio alone does not: any ratio keeps gaps below 1 - tau."""
    return other.kind == "difference" and other.tolerance < 1 - ratio.tolerance + ROUNDING


def _clears_within(comparison: Comparison, groups: set[int]) -> bool:
    pairs = [place for place, (a, b) in enumerate(comparison.arms.scheme.pairs) if a in groups and b in groups]
    if not all(comparison.passes(name)[pairs].all() for name in comparison.scenarios):
        return False
    failed = comparison.failed_exact
    passed = all(_pairs_pass_exactly(comparison, name, pairs) for name in comparison.scenarios)
    comparison.failed_exact = failed
    return passed


# --- bounds that agree with the verdict ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Bounds:
    """The worst pair and what is shown of it.

    Attributes:
        pair: place of the deciding pair.
        estimate: the pair's value as recorded: theta_a / theta_b or theta_a - theta_b; NaN where undefined, or where
            hidden counts leave it open.
        between: the lowest and the highest that it can be; the same unless counts are hidden.
        lower: shown to be at least this, at alpha, over all pairs and scenarios.
        upper: shown to be at most this, at the level of the family.
        method: "score" or "exact".
        scenario: the scenario that decides.
        lower_from: the scenario that gave `lower`, the least over all.
        of_pairs: every pair's value and both bounds as recorded, converted to what the report shows.
    """

    pair: int
    estimate: float
    between: tuple[float, float]
    lower: float
    upper: float
    method: str
    scenario: Scenario
    lower_from: Scenario
    of_pairs: tuple[np.ndarray, np.ndarray, np.ndarray] = field(repr=False, compare=False)


def pair_bounds(comparison: Comparison) -> tuple[np.ndarray, np.ndarray]:
    """Give every pair's clearing bound and flagging bound, as recorded and as tested.

    Returns:
        Lower bounds at alpha, and upper bounds at alpha over the family (or at the Holm level at which the pair was
        flagged), each of shape (pairs,).
    """
    f = comparison.flag_counts
    levels = np.full(len(comparison.margins), comparison.alpha / comparison.family)
    for pair, level in comparison.flagged_at.items():
        levels[pair] = level
    _, upper = f.bounds(comparison.kind, comparison.alpha, levels)
    comparison.exact_uppers = _decided_exactly(comparison, upper)
    for pair in comparison.exact_uppers:
        upper[pair] = _exact_upper(comparison, pair, float(levels[pair]), float(upper[pair]))
    return scenario_bounds(comparison, "recorded"), upper


def _decided_exactly(comparison: Comparison, upper: np.ndarray) -> list[int]:
    """Choose the pairs whose bound from above is to be the exact one.

    They are those that only the exact test keeps from being flagged, and of the flagged ones, all of which are outside
    by both tests, those furthest outside: one of them is spoken of.
    """
    shown = comparison.arms.shown(comparison.kind, upper)
    kept = [pair for pair in comparison.exact_flag if pair not in comparison.flagged_at]
    flagged = sorted(set(comparison.exact_flag) - set(kept), key=lambda pair: (shown[pair], _names(comparison, pair)))
    return kept + flagged[:MOST_EXACT_UPPERS]


def _exact_upper(comparison: Comparison, pair: int, level: float, score_bound: float) -> float:
    """Bound a pair from above by the exact test; below the limit where it is flagged, above it where it is not."""
    flagged, margin = pair in comparison.flagged_at, float(comparison.margins[pair])
    start = min(score_bound, margin) if flagged else margin
    bound = comparison.flag_counts.exact_bound(comparison.kind, pair, level, "flag", start)
    return min(bound, margin) if flagged else max(bound, score_bound)


def _exact_lower(comparison: Comparison, scenario: Scenario, lower: np.ndarray) -> np.ndarray:
    """Put the exact bound, which is below the limit, where the exact step was what failed."""
    for (name, pair), passed in comparison.exact_clear.items():
        if name == scenario and not passed:
            margin = float(comparison.margins_under[scenario][pair])
            test = (comparison.kind, pair, comparison.alpha, "clear", margin)
            lower[pair] = comparison.counts[scenario].exact_bound(*test)
    return lower


def scenario_bounds(comparison: Comparison, scenario: Scenario) -> np.ndarray:
    """Give every pair's clearing bound under a scenario, exact where the exact step was what failed."""
    lower, _ = comparison.counts[scenario].bounds(comparison.kind, comparison.alpha, comparison.alpha)
    return _exact_lower(comparison, scenario, lower)


def worst(comparison: Comparison) -> Bounds:
    """Find the pair that decides, and the bounds of the worst ratio or gap over all pairs.

    Where the comparison is flagged it is the flagged pair that is furthest outside; else the pair whose clearing bound
    is furthest from clearing, under the scenario that says so first.
    """
    recorded, upper = pair_bounds(comparison)
    lower = {n: recorded if n == "recorded" else scenario_bounds(comparison, n) for n in comparison.scenarios}
    shown = {name: comparison.shown(_at_least(comparison, b), name) for name, b in lower.items()}
    distance = {name: _distance(comparison, name, bounds) for name, bounds in shown.items()}
    scenario = next((name for name in comparison.scenarios if (distance[name] < 0).any()), "recorded")
    if comparison.failed_exact:
        scenario = comparison.failed_exact[0]
    estimate = comparison.arms.estimates(comparison.kind)
    place = _furthest(comparison, distance[scenario], estimate)
    exactly = (scenario, place) in comparison.exact_clear
    if comparison.exact_clear.get((scenario, place)) and not comparison.flagged_at:
        # A bound that is printed as exact is the exact one, also where the exact step had nothing against it.
        test = (comparison.kind, place, comparison.alpha, "clear", float(lower[scenario][place]))
        bound = comparison.counts[scenario].exact_bound(*test)
        lower[scenario][place] = max(bound, float(comparison.margins_under[scenario][place]))
        bounds = comparison.shown(_at_least(comparison, lower[scenario]), scenario)
        shown[scenario] = bounds
        comparison.exact_bounds.add((scenario, place))
    of_pairs = (estimate, *(comparison.arms.shown(comparison.kind, bounds) for bounds in (recorded, upper)))
    # Small groups' bounds by the score test alone stand in the rows, and are not spoken of.
    left = [pair for pair in comparison.exact_flag if pair not in comparison.exact_uppers]
    if comparison.flagged_at:
        outside = {pair: of_pairs[2][pair] for pair in comparison.flagged_at if pair not in left}
        place = min(outside, key=lambda pair: (outside[pair], _names(comparison, pair)))
        exactly = place in comparison.exact_uppers
    lowest = {name: float(bounds.min()) for name, bounds in shown.items()}
    lower_from = min(lowest, key=lowest.get)
    no_gap = 1.0 if comparison.kind == "ratio" else 0.0
    shown_upper = np.where(comparison.cannot_fail("recorded"), np.nan, of_pairs[2])
    shown_upper[left] = np.nan
    method = "exact" if exactly else "score"
    return Bounds(
        pair=place,
        estimate=float(estimate[place]),
        between=tuple(float(values[place]) for values in comparison.arms.estimates_between(comparison.kind)),
        lower=lowest[lower_from],
        upper=float(np.nanmin([no_gap, *shown_upper])),
        method=method,
        scenario=scenario,
        lower_from=lower_from,
        of_pairs=of_pairs,
    )


def _furthest(comparison: Comparison, distance: np.ndarray, estimate: np.ndarray) -> int:
    """Choose the pair whose bound is furthest from clearing; of several without a bound that with the lowest estimate.

    Groups of the same counts go by their names, so that the order in which a plan lists them does not show.
    """
    tied = np.flatnonzero(distance <= distance.min() + ROUNDING)
    lowest = np.nan_to_num(estimate, nan=np.inf)
    return int(min(tied, key=lambda pair: (lowest[pair], _names(comparison, pair))))


def _names(comparison: Comparison, pair: int) -> list[str]:
    return [comparison.arms.scheme.names[arm] for arm in comparison.arms.scheme.pairs[pair]]


def _distance(comparison: Comparison, scenario: Scenario, shown: np.ndarray) -> np.ndarray:
    """Say how far each pair's bound lies inside the limit, on the scale that the report shows."""
    limit = comparison.margin
    return np.where(comparison.cannot_fail(scenario), np.inf, shown - limit)


def _at_least(comparison: Comparison, bounds: np.ndarray) -> np.ndarray:
    """Give the lowest value there is where there is no bound."""
    least = 0.0 if comparison.kind == "ratio" else -math.inf if comparison.arms.measure.averages else -1.0
    return np.where(np.isnan(bounds), least, bounds)


def lowest_shown(comparison: Comparison, scenario: Scenario, bounds: np.ndarray) -> float:
    """Give the bound of the worst ratio or gap over all pairs under a scenario, as the report shows it."""
    return float(comparison.shown(_at_least(comparison, bounds), scenario).min())


# --- why a comparison is not demonstrated --------------------------------------------------------------------------


def reason(comparison: Comparison, bounds: Bounds) -> str:
    """Say why a comparison is not demonstrated.

    Returns:
        One of: "" (cleared or flagged), "baseline", "hollow" (no records of these sizes could be outside the limit),
        "selective_labels" (by the decision itself, outcomes that it needs cannot be known of all), "no_data" (a
        declared group has nobody in the denominator), "no_variation" (a value is undefined, or nothing
        tells how sure it is), "too_skewed" (a group is too small for the mean of values as skewed as its own), "side"
        (a ratio alone cannot clear where rates are high), "too_little_data" (even equal rates could not clear),
        "unknowns" (it clears as recorded, and not with the unknowns), "weighing" (it clears as recorded, and not
        weighed to the population), "cannot_weigh" (no weights make the records like the population), "labels" (it does
        not clear once outcomes are corrected for their known errors), "hidden" (hidden
        counts leave open on which side the best estimate is), "leaning_outside", "leaning_inside".
    """
    if comparison.baseline:
        return "baseline"
    if comparison.verdict != "not_demonstrated":
        return ""
    if comparison.arms.selective:
        return "selective_labels"
    if comparison.hollow:
        return "hollow"
    if not comparison.counts["recorded"].defined.all():
        return _why_undefined(comparison)
    if comparison.side_open and all(comparison.passes(name).all() for name in comparison.scenarios):
        return "side"
    if bounds.scenario == "corrected":
        return "labels"
    if bounds.scenario in comparison.weighed:
        return "weighing" if comparison.weighed[bounds.scenario].arms else "cannot_weigh"
    if bounds.scenario != "recorded":
        return "unknowns"
    if not could_clear(comparison, bounds.pair):
        return "too_little_data"
    limit = comparison.margin
    # Exactly at the limit is not outside it: 48 of 80 against 60 of 80 is 4/5, whatever floating point makes of it.
    outside = [value < limit - ROUNDING for value in bounds.between]
    return "hidden" if outside == [True, False] else "leaning_outside" if outside[0] else "leaning_inside"


def _why_undefined(comparison: Comparison) -> str:
    arms = np.unique(comparison.arms.scheme.pairs)
    if not (comparison.arms.records[1][arms] > 0).all():
        return "no_data"
    if isinstance(comparison.arms, EstimateArms) and comparison.arms.few[arms].any():
        return "too_little_data"
    if isinstance(comparison.arms, EstimateArms) and comparison.arms.too_skewed[arms].any():
        return "too_skewed"
    return "no_variation"


def could_clear(comparison: Comparison, pair: int) -> bool:
    """Say whether a pair of this size could clear as recorded if both groups fared alike."""
    margin = float(comparison.tested("recorded")[pair])
    return comparison.counts["recorded"].could_clear(comparison.kind, pair, margin, comparison.alpha)
