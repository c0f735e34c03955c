"""Every verdict, reason and bound against a slow, independent implementation of the rule."""

import itertools
import math

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairaudit.assessment import assess
from fairaudit.tally import About, Tally
from tests.verdicts import reference
from tests.verdicts.tables import planned

NAMES = ("A", "B", "C", "D", "E")
SCHEMES = ["all_pairs", {"group": "B"}, "rest", "overall"]
LIMITS = [
    {"selection_rate": {"ratio": 0.8}},
    {"selection_rate": {"difference": 0.1}},
    {"selection_rate": {"ratio": 0.5, "difference": 0.3}},
    {"false_positive_rate": {"difference": 0.2}, "true_positive_rate": {"ratio": 0.6}},
    {"positive_predictive_value": {"ratio": 0.7}, "selection_rate": {"ratio": 0.6, "difference": 0.25}},
]


def tally_of(table, names):
    """Make a tally of a reference table."""
    hidden = any(high != n for n, high in table.values())
    rows = [
        {"table": "group", "group": group, "decision": d, "outcome": o, "n": n} | ({"n_high": high} if hidden else {})
        for (group, d, o), (n, high) in table.items()
    ]
    about = About(kind="decisions", attributes={"group": names}, tables={"group": ("group",)}, has_outcome=True)
    return Tally(about, pd.DataFrame(rows))


def alike(table, names, limits, scheme, **settings):
    """Hold both implementations against each other, and give the verdicts."""
    alpha = 0.05 / settings.get("looks", 1)
    baseline = settings.get("decided_by") == "todays_process"
    wanted = reference.judge(
        table, names, limits, scheme, alpha=alpha, baseline=baseline,
        unknown_at_most=settings.get("unknown_at_most", 0.05),
    )  # fmt: skip
    found = assess(planned(limits, scheme, **settings), tally_of(table, names))
    for disparity in found:
        theirs = wanted[disparity.measure.name]
        if any(limit.close for limits in wanted.values() for limit in limits):
            continue  # an exact p-value within half a percent of its level: either verdict is right
        for limit, comparison in zip(theirs, disparity.comparisons, strict=True):
            assert comparison.scenarios == limit.scenarios
            assert comparison.verdict == limit.verdict(baseline)
            assert set(comparison.flagged_at) == set(limit.flagged)
            assert list(comparison.flagged_at.values()) == pytest.approx(list(limit.flagged.values()))
            assert comparison.family == limit.family
        for limit, bounds, reason in zip(theirs, disparity.bounds, disparity.reasons, strict=True):
            bounds_agree(limit, bounds)
            assert reason in reasons(limit, theirs, baseline, bounds)
    return [disparity.verdict for disparity in found]


def bounds_agree(limit, bounds):
    """The bounds of the worst pair over pairs and scenarios; where the exact step decides, on the right side of it."""
    lowers = {
        (s, pair): limit.shown(s, pair, limit.lower(s, pair))
        for s in limit.scenarios
        for pair in range(len(limit.pairs))
    }
    tolerance = limit.tolerance if limit.kind == "ratio" else -limit.tolerance
    if limit.exact_failed:
        assert bounds.method == "exact" or limit.flagged
        assert bounds.lower <= min(min(lowers.values()), tolerance) + 1e-9
        if limit.reference != "overall" and bounds.scenario != "spread" and not limit.flagged:
            exact_bound_is_right(limit, bounds)
    elif bounds.method == "exact" and not limit.flagged:  # passed, and printed as exact all the same
        assert tolerance <= bounds.lower <= min(lowers.values()) + 1e-6
        if limit.reference != "overall" and (bounds.scenario, bounds.lower_from) == ("recorded", "recorded"):
            exact_bound_is_right(limit, bounds)
    else:
        assert bounds.lower == pytest.approx(min(lowers.values()), abs=1e-6)
    if limit.cleared and bounds.scenario != "spread":
        assert (bounds.method == "exact") == reference.has_exact(limit.kind, limit.counts[bounds.scenario][bounds.pair])
    uppers = [upper(limit, pair) for pair in range(len(limit.pairs))]
    if None in uppers:
        assert (bounds.upper <= tolerance) == bool(limit.flagged)
    else:
        assert bounds.upper == pytest.approx(min(uppers), abs=1e-6)
    low, high = limit.estimates[bounds.pair]
    assert bounds.between == pytest.approx((low, high), nan_ok=True)
    assert bounds.estimate == pytest.approx(low if low == high else math.nan, nan_ok=True)


def exact_bound_is_right(limit, bounds):
    """The furthest margin that passes: there the exact p-value is alpha, and a little further it is more."""
    counts = limit.counts[bounds.scenario][bounds.pair]
    margin = bounds.of_pairs[1][bounds.pair] if bounds.scenario == "recorded" else bounds.lower
    if margin in (0, -1):
        return
    assert reference.exact_p(limit.kind, counts, margin, "clear") <= 1.005 * limit.alpha
    assert reference.exact_p(limit.kind, counts, margin + 1e-3, "clear") >= 0.99 * limit.alpha


def upper(limit, pair):
    """Bound a pair from above by the score test; None where the exact one decides."""
    margin, counts = limit.margins["recorded"][pair], limit.flag_counts[pair]
    if margin is None:
        return 1.0 if limit.kind == "ratio" else 0.0
    if reference.score_p(limit.kind, counts, margin, "flag") <= limit.alpha and reference.has_exact(limit.kind, counts):
        return None
    value = reference.bound(limit.kind, counts, limit.flagged.get(pair, limit.alpha / limit.family), "flag")
    value = limit.shown("recorded", pair, value)
    no_gap = 1.0 if limit.kind == "ratio" else 0.0
    return no_gap if math.isnan(value) else min(value, no_gap)


def reasons(limit, limits, baseline, bounds):
    """List the reasons that the definitions allow; several where pairs are equally far from clearing."""
    if baseline:
        return {"baseline"}
    if limit.flagged or limit.cleared:
        return {""}
    recorded = limit.counts["recorded"]
    if any(not (n1 > 0 and n0 > 0) for _, n1, _, n0 in recorded):
        return {"no_data"}
    if limit.side_open and limit.all_pass(False):
        return {"side"}
    if bounds.scenario != "recorded":
        assert all(limit.passes("recorded", pair, True) for pair in range(len(limit.pairs)))
        return {"unknowns"}
    x1, n1, x0, n0 = recorded[bounds.pair]
    rate, margin = (x1 + x0) / (n1 + n0), limit.margins["recorded"][bounds.pair]
    pooled = (rate * n1, n1, rate * n0, n0)
    if not reference.score_p(limit.kind, pooled, margin, "clear") < limit.alpha:
        return {"too_little_data"}
    whole = (math.ceil(rate * n1 - 1e-9), n1, math.floor(rate * n0 + 1e-9), n0)
    if reference.has_exact(limit.kind, whole) and reference.exact_p(limit.kind, whole, margin, "clear") > limit.alpha:
        return {"too_little_data"}
    margin = limit.tolerance if limit.kind == "ratio" else -limit.tolerance
    outside = tuple(value < margin - 1e-12 for value in limit.estimates[bounds.pair])
    return {{(True, True): "leaning_outside", (True, False): "hidden"}.get(outside, "leaning_inside")}


def plain(groups):
    """Turn {"A": (tp, fp, fn, tn)} into a table without unknowns."""
    cells = ("11", "10", "01", "00")
    return {(g, *cell): (n, n) for g, counts in groups.items() for cell, n in zip(cells, counts, strict=True)}


FIXED = [
    {"A": (30, 10, 10, 10), "B": (28, 8, 12, 12)},
    {"A": (5, 1, 2, 2), "B": (800, 260, 520, 1100), "C": (790, 270, 510, 1150)},
    {"A": (700, 500, 600, 900), "B": (800, 300, 800, 1300)},
    {"A": (700, 500, 600, 900), "B": (690, 480, 610, 870), "C": (0, 0, 0, 0)},
    {"A": (2800, 30, 50, 20), "B": (1900, 30, 60, 10)},
    {"A": (53, 0, 0, 47), "B": (53, 0, 0, 47)},
    {"A": (20, 10, 10, 10), "B": (21, 9, 12, 8), "C": (3, 30, 5, 12), "D": (25, 5, 5, 25), "E": (0, 0, 1, 0)},
]


@pytest.mark.parametrize("scheme", SCHEMES, ids=str)
@pytest.mark.parametrize("place", range(len(FIXED)))
def test_tables_without_unknowns(place, scheme):
    for limits in LIMITS:
        alike(plain(FIXED[place]), tuple(FIXED[place]), limits, scheme)


UNKNOWNS = [
    {("?", "1", "1"): (30, 30), ("?", "0", "0"): (60, 60)},
    {("?", "1", "0"): (3, 3), ("?", "0", "1"): (2, 2)},
    {("A", "?", "1"): (20, 20), ("B", "?", "?"): (15, 15)},
    {("A", "1", "?"): (40, 40), ("B", "0", "?"): (150, 150), ("?", "?", "?"): (9, 9)},
    {("A", "0", "1"): (1, 10), ("B", "1", "0"): (0, 10)},
    {("A", "0", "1"): (1, 10), ("?", "1", "0"): (0, 10)},
]


@pytest.mark.parametrize("scheme", SCHEMES, ids=str)
@pytest.mark.parametrize("place", range(len(UNKNOWNS)))
def test_tables_with_unknowns(place, scheme):
    for groups, limits in itertools.product((FIXED[0], FIXED[2]), LIMITS[2::2]):
        names = tuple(groups)
        alike({**plain(groups), **UNKNOWNS[place]}, names, limits, scheme)


@pytest.mark.parametrize(
    "settings", [{"looks": 2}, {"unknown_at_most": 0.2}, {"decided_by": "todays_process"}], ids=str
)
def test_settings(settings):
    table = plain(FIXED[2]) | UNKNOWNS[0]
    assert set(alike(table, ("A", "B"), LIMITS[4], "all_pairs", **settings))


small = st.integers(0, 15)
group_counts = st.one_of(
    st.tuples(small, small, small, small),
    st.tuples(*[st.integers(0, 4)] * 4),
    st.integers(520, 640).flatmap(lambda n: st.tuples(*[st.integers(n, n + 60)] * 4)),
)
tables = (
    st.integers(2, 5)
    .flatmap(lambda k: st.tuples(*[group_counts] * k))
    .map(lambda counts: dict(zip(NAMES, counts, strict=False)))
)
unknown_cells = st.dictionaries(
    st.sampled_from([(g, d, o) for g in "AB?" for d in "10?" for o in "10?" if "?" in (g, d, o)]),
    st.integers(1, 40).map(lambda n: (n, n)),
    max_size=3,
)


@settings(max_examples=8, deadline=None)
@given(tables, st.sampled_from(LIMITS), st.sampled_from(SCHEMES))
def test_any_table(groups, limits, scheme):
    alike(plain(groups), tuple(groups), limits, scheme)


@settings(max_examples=8, deadline=None)
@given(tables, unknown_cells, st.sampled_from(LIMITS), st.sampled_from(SCHEMES))
def test_any_table_with_unknowns(groups, unknown, limits, scheme):
    alike({**plain(groups), **unknown}, tuple(groups), limits, scheme)


@settings(max_examples=8, deadline=None)
@given(
    tables,
    st.sampled_from([("A", "1", "1"), ("B", "0", "0"), ("?", "1", "0")]),
    st.sampled_from(LIMITS),
    st.sampled_from(SCHEMES),
)
def test_any_table_with_a_hidden_count(groups, hidden, limits, scheme):
    alike({**plain(groups), hidden: (1, 10)}, tuple(groups), limits, scheme)
