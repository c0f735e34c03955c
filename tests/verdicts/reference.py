"""The verdict rule once more, slowly and from the definitions, to hold the real one against.

Nothing of `fairaudit` is imported. Restricted estimates come from bisection of the score equation, exact p-values from
every outcome there is, bounds from bisection, worst cases from every way in which the unknown could turn out, and
Holm's procedure is the textbook's. Tables are {(group, decision, outcome): (n, n_high)}, with "?" for unknown.
"""

from __future__ import annotations

import itertools
import math
from fractions import Fraction
from functools import lru_cache

import numpy as np
from scipy import special

NUISANCE = np.sin(np.linspace(0, np.pi / 2, 1001)) ** 2

# measure -> cells (decision, outcome) of the numerator, of the denominator; None is any outcome
MEASURES = {
    "selection_rate": ({("1", None)}, {("1", None), ("0", None)}),
    "false_positive_rate": ({("1", "0")}, {("1", "0"), ("0", "0")}),
    "true_positive_rate": ({("1", "1")}, {("1", "1"), ("0", "1")}),
    "positive_predictive_value": ({("1", "1")}, {("1", "1"), ("1", "0")}),
}


# --- statistics ----------------------------------------------------------------------------------------------------


def restricted(kind, x1, n1, x0, n0, margin):
    """Maximise the likelihood along the edge by bisecting its derivative; arrays."""
    low = np.zeros(np.shape(x1)) if kind == "ratio" else np.full(np.shape(x1), max(0.0, -margin))
    high = np.full(np.shape(x1), min(1.0, 1 / margin) if kind == "ratio" else min(1.0, 1 - margin))

    def part(x, p):  # 0 / 0 is no term at all
        return np.where(x > 0, x / p, 0.0)

    with np.errstate(all="ignore"):
        for _ in range(50):
            p0 = (low + high) / 2
            p1, slope = (margin * p0, margin) if kind == "ratio" else (p0 + margin, 1.0)
            derivative = slope * (part(x1, p1) - part(n1 - x1, 1 - p1)) + part(x0, p0) - part(n0 - x0, 1 - p0)
            low, high = np.where(derivative > 0, p0, low), np.where(derivative > 0, high, p0)
    p0 = (low + high) / 2
    return (margin * p0 if kind == "ratio" else p0 + margin), p0


def restricted_one(kind, x1, n1, x0, n0, margin):
    """Do the same for one pair, in plain Python."""
    slope, low = (margin, 0.0) if kind == "ratio" else (1.0, max(0.0, -margin))
    high = min(1.0, 1 / margin) if kind == "ratio" else min(1.0, 1 - margin)
    shift = 0.0 if kind == "ratio" else margin
    for _ in range(60):
        p0 = (low + high) / 2
        p1 = slope * p0 + shift
        derivative = x0 / p0 if x0 else 0.0
        derivative += slope * x1 / p1 if x1 and p1 > 0 else 0.0
        derivative -= (n0 - x0) / (1 - p0) if x0 < n0 and p0 < 1 else 0.0
        derivative -= slope * (n1 - x1) / (1 - p1) if x1 < n1 and p1 < 1 else 0.0
        low, high = (p0, high) if derivative > 0 else (low, p0)
    p0 = (low + high) / 2
    return np.float64(slope * p0 + shift), np.float64(p0)


def both_z(kind, x1, n1, x0, n0, margin):
    """Give z of Miettinen & Nurminen and of SCAS; arrays."""
    x1, x0 = np.asarray(x1, float), np.asarray(x0, float)
    r = margin if kind == "ratio" else 1.0
    if np.ndim(x1 + x0):
        p1, p0 = restricted(kind, x1, n1, x0, n0, margin)
    else:
        p1, p0 = restricted_one(kind, float(x1), n1, float(x0), n0, margin)
    score = x1 / n1 - r * x0 / n0 - (margin if kind == "difference" else 0)
    variance = (p1 * (1 - p1) / n1 + r**2 * p0 * (1 - p0) / n0) * (n1 + n0) / (n1 + n0 - 1)
    third = p1 * (1 - p1) * (1 - 2 * p1) / n1**2 - r**3 * p0 * (1 - p0) * (1 - 2 * p0) / n0**2
    with np.errstate(all="ignore"):
        z = score / np.sqrt(variance)
        a = third / (6 * variance**1.5)
        root = (-1 + np.sqrt(np.maximum(0, 1 + 4 * a * (a + z)))) / (2 * a)
    return z, np.where(np.abs(a) < 1e-7, z - a * (z * z - 1), root)


def statistic(kind, x1, n1, x0, n0, margin, side):
    """Give the test's z: the smaller for clearing, minus the larger for flagging; large speaks for the claim."""
    x1, x0 = np.broadcast_arrays(np.asarray(x1, float), np.asarray(x0, float))
    z = both_z(kind, x1, n1, x0, n0, margin)
    z = np.minimum(*z) if side == "clear" else -np.maximum(*z)
    return np.where(x1 + x0 == 0, -np.inf, z) if kind == "ratio" else z


def score_p(kind, counts, margin, side):
    x1, n1, x0, n0 = counts
    if not (n1 > 0 and n0 > 0 and n1 + n0 > 1):
        return 1.0
    return float(special.ndtr(-statistic(kind, x1, n1, x0, n0, margin, side)))


def has_exact(kind, counts):
    x1, n1, x0, n0 = counts
    smaller, events = min((n1, x1), (n0, x0))
    whole = all(float(value).is_integer() for value in counts)
    rare = min(events, smaller - events if kind == "difference" else events) < 50
    return whole and smaller > 0 and (smaller <= 1000 or (smaller <= 100_000 and rare))


@lru_cache(maxsize=4096)
def exact_p(kind, counts, margin, side):
    """Sum the probability of every outcome at least as extreme, at every one of 1001 nuisance rates."""
    x1, n1, x0, n0 = (int(value) for value in counts)
    t = statistic(kind, np.arange(n1 + 1)[:, None], n1, np.arange(n0 + 1)[None], n0, margin, side)
    if side == "clear":  # the smallest among outcomes with more events in a and fewer in b
        t = np.minimum.accumulate(np.minimum.accumulate(t[::-1], axis=0)[::-1], axis=1)
    else:
        t = np.minimum.accumulate(np.minimum.accumulate(t, axis=0)[:, ::-1], axis=1)[:, ::-1]
    observed = t[x1, x0]
    region = t >= observed - 1e-8 * max(1.0, abs(observed)) if np.isfinite(observed) else t >= observed
    if kind == "ratio":
        b = min(1.0, 1 / margin) * NUISANCE
        a = margin * b
    else:
        b = max(0.0, -margin) + (min(1.0, 1 - margin) - max(0.0, -margin)) * NUISANCE
        a = b + margin
    a, b = np.clip(a, 0, 1), np.clip(b, 0, 1)
    few, many = (n1, a), (n0, b)
    if n1 > n0:
        region, few, many = region.T, many, few
    # Beside a fixed count of the smaller group the region is a run from one end, so that its probability is one of the
    # distribution's.
    probability = np.zeros(len(b))
    for i in np.flatnonzero(region.any(axis=1)):
        run = np.flatnonzero(region[i])
        assert run[-1] - run[0] + 1 == len(run)
        from_start = run[0] == 0
        assert from_start or run[-1] == many[0]
        last = float(run[-1] if from_start else run[0] - 1)
        at_most = special.bdtr(last, *many)
        ways = math.lgamma(few[0] + 1) - math.lgamma(i + 1) - math.lgamma(few[0] - i + 1)
        exactly = np.exp(ways + special.xlogy(i, few[1]) + special.xlog1py(few[0] - i, -few[1]))
        probability += exactly * (at_most if from_start else 1 - at_most)
    return float(probability.max())


def bound(kind, counts, alpha, side):
    """Bisect for the margin at which the score test is just passed."""
    x1, n1, x0, n0 = counts
    if not (n1 > 0 and n0 > 0 and n1 + n0 > 1):
        return math.nan
    if kind == "ratio":
        if side == "clear" and x1 == 0:
            return 0.0
        if side == "flag" and x0 == 0:
            return math.inf
    elif (side == "clear" and x1 == 0 and x0 == n0) or (side == "flag" and x1 == n1 and x0 == 0):
        return -1.0 if side == "clear" else 1.0
    critical = special.ndtri(1 - alpha)
    low, high = (-50.0, 50.0) if kind == "ratio" else (-1.0, 1.0)
    scale = math.exp if kind == "ratio" else float

    def passes(at):
        return bool(statistic(kind, x1, n1, x0, n0, scale(at), side) > critical)

    for _ in range(60):
        middle = (low + high) / 2
        # Clearing is passed at low margins, flagging at high ones.
        low, high = (middle, high) if passes(middle) == (side == "clear") else (low, middle)
    return scale((low + high) / 2)


# --- counts --------------------------------------------------------------------------------------------------------


def counted(measure, decision, outcome):
    """Say how one record counts: (in numerator, in denominator)."""
    return tuple(int((decision, outcome) in cells or (decision, None) in cells) for cells in MEASURES[measure])


def could_be(measure, decision, outcome):
    """List the ways in which a record counts once what is unknown of it is known."""
    by_outcome = all(outcome is not None for _, outcome in MEASURES[measure][1])
    decisions = "10" if decision == "?" else decision
    outcomes = "10" if outcome == "?" and by_outcome else outcome
    return {counted(measure, d, o) for d in decisions for o in outcomes}


def arm_counts(table, measure, groups, scenario, lean):
    """Count an arm: as recorded, or leaning low or high over every way that whole blocks of unknowns could turn out."""
    x = n = 0
    blocks = []
    for (group, decision, outcome), (count, high) in table.items():
        if group != "?" and group not in groups:
            continue
        ways = could_be(measure, decision, outcome)
        if group == "?":
            if scenario == "worst":
                blocks += [(count, ways | {(0, 0)}), (high - count, ways | {(0, 0)})]
            continue
        blocks.append((high - count, ways | {(0, 0)}))
        if scenario == "worst":
            blocks.append((count, ways))
        else:
            way = counted(measure, decision, outcome)
            x, n = x + count * way[0], n + count * way[1]
    sums = {(x, n)}
    for count, ways in blocks:
        if count:
            sums = {(x + count * a, n + count * b) for x, n in sums for a, b in ways}

    def order(sum_):
        x, n = sum_
        rate = Fraction(x, n) if n else Fraction(lean == "high")  # of nobody nothing is shown
        return (rate if lean == "low" else -rate), -n

    return min(sums, key=order)


def share_out(table, axis):
    """Share unknown decisions (axis 1) or outcomes (axis 2) out over the known; tables of (group, d, o) -> n."""
    result = dict(table)
    for key, count in table.items():
        if key[axis] != "?" or not count:
            continue
        for alike in (lambda k, key=key: k[0] == key[0], lambda k: True):
            known = {
                code: sum(n for k, n in table.items() if alike(k) and k[3 - axis] == key[3 - axis] and k[axis] == code)
                for code in "10"
            }
            if sum(known.values()):
                for code in "10":
                    to = (*key[:axis], code, *key[axis + 1 :])
                    result[to] = result.get(to, 0) + count * known[code] / sum(known.values())
                result[key] = 0
                break
    return result


def spread(table):
    """Spread what is unknown over what is known of the same kind."""
    table = share_out(share_out({key: n for key, (n, _) in table.items()}, 1), 2)
    result = {key: n for key, n in table.items() if key[0] != "?"}
    for (group, decision, outcome), count in table.items():
        if group != "?" or not count:
            continue
        for alike in (lambda k, d=decision, o=outcome: k[1:] == (d, o), lambda k: True):
            known = [(k, n) for k, n in table.items() if k[0] != "?" and alike(k)]
            if sum(n for _, n in known):
                for k, n in known:
                    to = (k[0], decision, outcome)
                    result[to] = result.get(to, 0) + count * n / sum(n for _, n in known)
                break
    return {key: (n, n) for key, n in result.items()}


def spread_with_hidden(table):
    full = spread(table)
    return {
        key: (
            full.get(key, (0, 0))[0],
            full.get(key, (0, 0))[0] + table.get(key, (0, 0))[1] - table.get(key, (0, 0))[0],
        )
        for key in {*full, *(key for key in table if key[0] != "?")}
    }


# --- pairs of arms -------------------------------------------------------------------------------------------------


def pairs_of(names, reference):
    """List ordered pairs of arms, each a tuple of groups, and whether the first is the group of a group and a whole."""
    everyone = tuple(names)
    if reference in ("rest", "overall"):
        rests = [((name,), tuple(g for g in everyone if g != name)) for name in names]
        return [pair for one, rest in rests for pair in (((one, rest), True), ((rest, one), False))]
    if reference == "all_pairs":
        pairs = itertools.permutations(names, 2)
    else:
        wanted = reference["group"]
        pairs = [pair for name in names if name != wanted for pair in ((name, wanted), (wanted, name))]
    return [(((a,), (b,)), True) for a, b in pairs]


def pair_counts(table, measure, pair, scenario, flag=False):
    """Give x1, n1, x0, n0 of a pair, each arm leaning the way that the claim must withstand."""
    leans = ("high", "low") if flag else ("low", "high")
    recorded_n = [
        arm_counts({k: (n, n) for k, (n, _) in table.items()}, measure, arm, "recorded", "low")[1] for arm in pair
    ]
    if scenario == "spread":
        table, scenario = spread_with_hidden(table), "fractions"
    count = arm_counts_fractional if scenario == "fractions" else arm_counts
    sums = [count(table, measure, arm, scenario, lean) for arm, lean in zip(pair, leans, strict=True)]
    (x1, n1), (x0, n0) = sums
    if scenario != "fractions":
        return (x1, n1, x0, n0), (n1, n0)
    worth = [(x / n * m, m) if n else (math.nan, 0) for (x, n), m in zip(sums, recorded_n, strict=True)]
    return (*worth[0], *worth[1]), (n1, n0)


def rates_between(table, measure, groups):
    """The lowest and the highest rate of an arm over every end of every hidden count; NaN where it has none."""
    own = {key: ends for key, ends in table.items() if key[0] in groups}
    rates = []
    for counts in itertools.product(*(sorted(set(ends)) for ends in own.values())):
        x, n = arm_counts({k: (c, c) for k, c in zip(own, counts, strict=True)}, measure, groups, "recorded", "low")
        rates += [x / n] if n else []
    return (min(rates), max(rates)) if rates else (math.nan, math.nan)


def arm_counts_fractional(table, measure, groups, _, lean):
    exact = {
        key: (Fraction(n).limit_denominator(10**12), Fraction(h).limit_denominator(10**12))
        for key, (n, h) in table.items()
    }
    x, n = arm_counts(exact, measure, groups, "recorded", lean)
    return float(x), float(n)


def margin_of(kind, tolerance, reference, group_first, n1, n0):
    """Solve for the margin against the rest at which a group is at its limit against the whole; None: cannot be."""
    if reference != "overall":
        return tolerance if kind == "ratio" else -tolerance
    if n1 + n0 == 0:
        return tolerance if kind == "ratio" else -tolerance
    w = (n1 if group_first else n0) / (n1 + n0)
    if w == 1:
        return None
    if kind == "difference":  # group - whole = (1 - w) (group - rest)
        return -tolerance / (1 - w) if tolerance / (1 - w) < 1 else None
    if group_first:  # group = tau (w group + (1 - w) rest)
        return tolerance * (1 - w) / (1 - tolerance * w)
    # w group + (1 - w) rest = tau group
    return (tolerance - w) / (1 - w) if tolerance > w else None


def as_shown(kind, value, reference, group_first, n1, n0):
    """Put a value against the rest into the whole: theta_rest is 1, or 0, and theta_group the value."""
    if reference != "overall" or n1 + n0 == 0 or math.isnan(value):
        return value
    w = (n1 if group_first else n0) / (n1 + n0)
    if kind == "difference":
        return (1 - w) * value
    if math.isinf(value):
        return (1 / w if w else math.inf) if group_first else math.inf
    if group_first:
        return value / (w * value + 1 - w) if w < 1 else 1.0
    return w + (1 - w) * value


# --- the rule ------------------------------------------------------------------------------------------------------


class Limit:
    """One limit of one measure, with everything the rule needs to know of it."""

    def __init__(self, table, names, measure, reference, kind, tolerance, alpha, scenarios):
        self.kind, self.tolerance, self.alpha, self.scenarios = kind, tolerance, alpha, scenarios
        self.reference, self.pairs = reference, pairs_of(names, reference)
        self.counts, self.margins, self.sizes = {}, {}, {}
        for scenario in scenarios:
            found = [pair_counts(table, measure, pair, scenario) for pair, _ in self.pairs]
            self.counts[scenario], self.sizes[scenario] = [c for c, _ in found], [n for _, n in found]
            self.margins[scenario] = [
                margin_of(kind, tolerance, reference, first, *n)
                for (_, n), (_, first) in zip(found, self.pairs, strict=True)
            ]
        self.flag_counts = [pair_counts(table, measure, pair, "recorded", flag=True)[0] for pair, _ in self.pairs]
        self.estimates = [self.estimate(table, measure, *pair) for pair in self.pairs]
        self.close = False  # an exact p-value so near its level that two searches may part
        self.flagged, self.cleared, self.exact_failed = {}, False, set()

    def estimate(self, table, measure, pair, first):
        """The lowest and the highest that the value can be, each arm's rate taken by itself."""
        arms = list(pair)
        if self.reference == "overall":
            arms[first] = (*pair[0], *pair[1])
        (a, a_most), (b, b_most) = (rates_between(table, measure, arm) for arm in arms)
        if self.kind == "difference":
            return a - b_most, a_most - b
        return tuple(
            one / other if other else math.nan if not one else math.inf for one, other in ((a, b_most), (a_most, b))
        )

    def p_flag(self, pair):
        margin = self.margins["recorded"][pair]
        if margin is None:
            return 1.0
        counts = self.flag_counts[pair]
        p = score_p(self.kind, counts, margin, "flag")
        return (
            max(p, exact_p(self.kind, counts, margin, "flag"))
            if p <= self.alpha and has_exact(self.kind, counts)
            else p
        )

    def passes(self, scenario, pair, exactly):
        margin, counts = self.margins[scenario][pair], self.counts[scenario][pair]
        if margin is None:
            return True
        if not score_p(self.kind, counts, margin, "clear") < self.alpha:
            return False
        if not exactly or scenario == "spread" or not has_exact(self.kind, counts):
            return True
        p = exact_p(self.kind, counts, margin, "clear")
        self.close |= abs(p - self.alpha) < 0.005 * self.alpha
        if p > self.alpha:
            self.exact_failed.add((scenario, pair))
        return p <= self.alpha

    def all_pass(self, exactly):
        return all([self.passes(s, pair, exactly) for s in self.scenarios for pair in range(len(self.pairs))])

    def verdict(self, baseline):
        return (
            "not_demonstrated"
            if baseline
            else "flagged"
            if self.flagged
            else "cleared"
            if self.cleared
            else "not_demonstrated"
        )

    def lower(self, scenario, pair):
        """Bound one pair from below by the score test; nothing where there is no bound."""
        value = bound(self.kind, self.counts[scenario][pair], self.alpha, "clear")
        return (0.0 if self.kind == "ratio" else -1.0) if math.isnan(value) else value

    def shown(self, scenario, pair, value):
        return as_shown(self.kind, value, self.reference, self.pairs[pair][1], *self.sizes[scenario][pair])


def holm(limits):
    """Reject while the smallest p-value left is at most alpha over the number left."""
    family = [
        (limit.p_flag(pair), place, pair) for place, limit in enumerate(limits) for pair in range(len(limit.pairs))
    ]
    family.sort()
    for rank, (p, place, pair) in enumerate(family):
        level = limits[place].alpha / (len(family) - rank)
        if abs(p - level) < 0.005 * level:
            limits[place].close = True
        if p > level:
            break
        limits[place].flagged[pair] = level
    return len(family)


def judge(table, names, measures, reference, *, alpha=0.05, unknown_at_most=0.05, baseline=False):
    """Judge one grouping: {measure: {kind: tolerance}} -> {measure: [Limit, ...]}, all sharing one family."""
    found = {}
    for measure, limits in measures.items():
        scenarios = scenarios_of(table, names, measure, unknown_at_most)
        found[measure] = [
            Limit(table, names, measure, reference, kind, tolerance, alpha, scenarios)
            for kind, tolerance in limits.items()
        ]
        high = any(rates_between(table, measure, (name,))[1] > 0.8 for name in names)
        for limit in found[measure]:
            limit.high = high and limit.kind == "ratio"
    family = 1 if baseline else holm([limit for limits in found.values() for limit in limits])
    for limits in found.values():
        for limit in sorted(limits, key=lambda limit: limit.kind):  # the difference first
            limit.family = family
            limit.side_open = limit.high and not any(
                other.kind == "difference" and other.cleared and other.tolerance <= 1 - limit.tolerance + 1e-12
                for other in limits
            )
            limit.cleared = (
                not (baseline or limit.flagged or limit.side_open) and limit.all_pass(False)
            ) and limit.all_pass(True)
    return found


def scenarios_of(table, names, measure, at_most):
    """As recorded; spread where anything is unknown; the worst where too much is, anywhere it is looked at."""
    by_outcome = all(outcome is not None for _, outcome in MEASURES[measure][1])
    unknown = [high for (g, d, o), (_, high) in table.items() if "?" in (g, d) or (by_outcome and o == "?")]
    if not any(unknown):
        return ("recorded",)
    largest = max(_shares(table, names, measure, by_outcome))
    return ("recorded", "spread", "worst") if largest > at_most else ("recorded", "spread")


def _shares(table, names, measure, by_outcome):
    """List the shares of what is unknown, hidden counts at their most where unknown and at their least elsewhere."""

    def share(part, whole):
        missing = sum(high for key, (_, high) in table.items() if whole(key) and part(key))
        known = sum(n for key, (n, _) in table.items() if whole(key) and not part(key))
        return missing / (missing + known) if missing else 0.0

    everywhere = [lambda key: True]
    sides = [lambda key, side=side: key[1] == side for side in "10"]
    groups = [lambda key, name=name: key[0] == name for name in names]
    in_denominator = [lambda key: counted(measure, *key[1:])[1] == 1]
    yield from (share(lambda key: key[0] == "?", whole) for whole in everywhere + sides + in_denominator)
    may_count = [
        lambda key, name=name: key[0] == name and any(way[1] for way in could_be(measure, *key[1:])) for name in names
    ]
    yield from (share(lambda key: key[1] == "?", whole) for whole in everywhere + groups + may_count)
    if by_outcome:
        yield from (share(lambda key: key[2] == "?", whole) for whole in everywhere + groups + sides + may_count)
