"""Kaplan & Meier's curve, its restricted mean and its median against published data, scipy and their own laws."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.duration.survfunc import survdiff

from fairaudit.stats import survival

Z95 = stats.norm.isf(0.025)


def numbers(text):
    return [int(word) for word in text.split()]


# Freireich et al. (1963), remission of leukaemia in weeks: relapsed, still in remission
FREIREICH = {
    "6-MP": (numbers("6 6 6 7 10 13 16 22 23"), numbers("6 9 10 11 17 19 20 25 32 32 34 35")),
    "placebo": (numbers("1 1 2 2 3 4 4 5 5 8 8 8 8 11 11 12 12 15 17 22 23"), []),
}
# Loprinzi et al. (1994), advanced lung cancer, NCCTG, days (`lung` of R's survival): died, last seen alive
LUNG = {
    "men": (
        numbers(
            "11 11 11 12 13 13 15 26 30 31 53 53 54 59 60 65 65 71 81 88 88 92 93 95 105 107 110 116 118 131 132 132 "
            "135 142 144 147 156 156 163 163 163 166 170 175 176 177 179 179 180 181 181 183 189 197 202 207 210 212 "
            "218 222 223 229 230 239 246 267 269 270 283 284 285 286 288 291 301 303 306 310 320 329 337 353 353 363 "
            "364 371 387 390 394 428 429 442 455 457 460 477 519 524 533 558 567 574 583 613 624 643 655 689 707 791 "
            "814 883"
        ),
        numbers(
            "174 185 188 191 196 197 221 222 225 225 237 259 279 284 292 300 301 303 404 413 444 458 806 840 1010 1022"
        ),
    ),
    "women": (
        numbers(
            "5 60 61 62 79 81 95 107 122 145 145 153 166 167 182 186 194 199 201 201 208 226 239 245 268 285 293 305 "
            "310 340 345 348 350 351 361 363 371 426 433 444 450 473 520 524 550 641 654 687 705 728 731 735 765"
        ),
        numbers(
            "92 105 173 175 177 192 202 203 211 224 235 240 243 252 266 269 272 276 292 296 315 332 356 364 376 382 "
            "384 511 511 529 543 551 559 588 740 821 965"
        ),
    ),
}
# Survival of flies, days (`load_waltons` of lifelines): died, last seen alive
WALTONS = {
    "miR-137": (
        numbers(
            "6 9 9 9 13 13 13 15 15 19 19 19 22 22 22 22 26 26 26 26 26 29 29 29 29 29 33 33 36 36 43 47 62 62"
        ),
        [],
    ),
    "control": (
        numbers("7 17 32 33 38 38") + [41] * 7 + [45] * 9 + [48] * 8 + [51] * 3 + [53] * 7 + [54] * 2 + [56] * 18
        + [58] * 4 + [60] * 15 + [61] * 9 + [63] * 9 + [66] * 3 + [68] * 9 + [69] * 12 + [75],
        numbers("7 45 60 61 61 68 69"),
    ),
}  # fmt: skip


def counted(*groups):
    """Count records: the times, and how many closed and how many were censored at each, group by group."""
    times = np.unique(np.concatenate([np.concatenate(group) for group in groups]))
    closed, censored = (
        np.array([[np.sum(np.asarray(group[which]) == time) for time in times] for group in groups]) for which in (0, 1)
    )
    return times, closed, censored


def fitted(*groups):
    return survival.kaplan_meier(*counted(*groups))


def restricted(data, horizon):
    return survival.restricted_mean(fitted(*data.values()), horizon)


@pytest.mark.parametrize(("data", "sizes"), [(FREIREICH, [21, 21]), (LUNG, [138, 90]), (WALTONS, [34, 129])])
def test_data_are_complete(data, sizes):
    assert fitted(*data.values()).at_risk[:, 0].tolist() == sizes


class TestCurve:
    def test_freireich_by_hand(self):
        curve = fitted(FREIREICH["6-MP"])
        s6 = 1 - 3 / 21
        s7 = s6 * (1 - 1 / 17)
        s10 = s7 * (1 - 1 / 15)
        s23 = s10 * (1 - 1 / 12) * (1 - 1 / 11) * (1 - 1 / 7) * (1 - 1 / 6)
        for time, expected, published in [(6, s6, 0.8571), (10, s10, 0.7529), (23, s23, 0.4482), (35, s23, 0.4482)]:
            assert survival.survival_at(curve, time)[0] == pytest.approx(expected, rel=1e-12)
            assert expected == pytest.approx(published, abs=5e-5)
        at = list(curve.times).index(7)
        assert curve.at_risk[0, at] == 21 - 4
        assert curve.greenwood[0, at] == pytest.approx(3 / (21 * 18) + 1 / (17 * 16), rel=1e-12)

    @pytest.mark.parametrize(
        ("group", "time", "expected", "lower", "upper"),
        [
            # lifelines 0.30.3, KaplanMeierFitter on load_lung
            ("men", 11, 0.9782608695652172, 0.93412158, 0.99293656),
            ("men", 180, 0.6444650015417823, 0.55841247, 0.7180136),
            ("men", 365, 0.33608783463937814, 0.25272914, 0.42130217),
            ("men", 700, 0.08928467573373637, 0.04278106, 0.15693188),
            ("women", 5, 0.9888888888888887, 0.92374348, 0.99842734),
            ("women", 365, 0.5264630301859056, 0.40357982, 0.63531623),
            ("women", 700, 0.24964333054007445, 0.13440887, 0.38304967),
        ],
    )
    def test_lung_at_a_time(self, group, time, expected, lower, upper):
        curve = fitted(LUNG[group])
        assert survival.survival_at(curve, time) == pytest.approx([expected], abs=1e-6)
        assert np.ravel(survival.interval_at(curve, time, Z95)) == pytest.approx([lower, upper], abs=1e-6)

    def test_nobody_at_risk_any_more(self):
        curve = survival.kaplan_meier([1, 2, 3], [[1, 0, 0], [1, 0, 1]], [[1, 0, 0], [0, 1, 0]])
        assert curve.at_risk.tolist() == [[2, 0, 0], [3, 2, 1]]
        assert curve.survival[0] == pytest.approx([1 / 2, 1 / 2, 1 / 2])
        assert survival.survival_at(curve, 1)[0] == 1 / 2
        assert np.isnan(survival.survival_at(curve, 2)[0])
        assert survival.survival_at(curve, 2.5)[1] == pytest.approx(2 / 3)
        assert survival.survival_at(curve, 9)[1] == 0
        assert np.isnan(np.array(survival.interval(curve, 2.0))[:, 0, 1:]).all()

    def test_an_empty_group_has_nothing(self):
        curve = survival.kaplan_meier([1, 2], [[0, 0]], [[0, 0]])
        assert np.isnan(curve.survival).all()
        for value in (
            survival.survival_at(curve, 0),
            survival.survival_at(curve, 1),
            survival.median(curve),
            survival.follow_up([1, 2], [[0, 0]], [[0, 0]]),
            *survival.interval(curve, 2.0),
            *survival.interval_at(curve, 0, 2.0),
            *survival.restricted_mean(curve, 1),
            *survival.median_interval(curve, 2.0),
        ):
            assert np.isnan(value).all()

    @pytest.mark.parametrize("times", [[1, 1], [2, 1], [-1, 1]])
    def test_refuses_other_times(self, times):
        with pytest.raises(ValueError, match="ascending"):
            survival.kaplan_meier(times, [1, 1], [0, 0])


class TestInterval:
    def test_while_nobody_has_closed_it_is_wilsons(self):
        curve = survival.kaplan_meier([1, 5], [[0, 1]], [[4, 25]])
        lower, upper = survival.interval(curve, 1.96)
        assert lower[0, 0] == pytest.approx(30 / (30 + 1.96**2))
        assert upper[0, 0] == 1
        assert np.ravel(survival.interval_at(curve, 0, 1.96)) == pytest.approx([30 / (30 + 1.96**2), 1])

    def test_once_all_have_closed_there_is_an_upper_end(self):
        lower, upper = survival.interval(survival.kaplan_meier([1, 2, 3], [[10, 0, 0]], [[0, 0, 0]]), 1.96)
        assert lower[0].tolist() == [0, 0, 0]
        assert upper[0] == pytest.approx([1.96**2 / (10 + 1.96**2)] * 3)
        upper = survival.interval(survival.kaplan_meier([1, 2], [[10, 1]], [[0, 0]]), 1.96)[1]
        assert 0 < upper[0, 1] <= upper[0, 0]

    def test_z_may_differ_between_groups(self):
        curve = fitted(*LUNG.values())
        both = survival.interval(curve, [1.0, 2.0])
        for group, z in enumerate([1.0, 2.0]):
            alone = survival.interval(curve, z)
            for end in (0, 1):
                np.testing.assert_array_equal(both[end][group], alone[end][group])

    def test_covers_at_a_time(self):
        # 30 cases, exponential with mean 10, lost from sight uniformly on 0 to 30; days are rounded up.
        rng = np.random.default_rng(1)
        times, closed, censored = simulated(rng, np.full((2000, 30), 10.0), 30)
        curve = survival.kaplan_meier(times, closed, censored)
        lower, upper = survival.interval_at(curve, 10, Z95)
        known = ~np.isnan(lower)
        assert known.mean() > 0.99
        truth = math.exp(-1)
        assert np.mean((lower <= truth) & (truth <= upper), where=known) == pytest.approx(0.95, abs=0.015)


def simulated(rng, means, longest):
    """Draw waits for runs x cases and count them on whole days."""
    wait, seen = np.ceil(rng.exponential(means)), np.floor(rng.uniform(0, longest, means.shape))
    day, event = np.minimum(wait, seen).astype(int), wait <= seen
    times = np.arange(longest + 1)
    closed, censored = np.zeros((len(means), longest + 1)), np.zeros((len(means), longest + 1))
    runs = np.broadcast_to(np.arange(len(means))[:, None], means.shape)
    np.add.at(closed, (runs[event], day[event]), 1)
    np.add.at(censored, (runs[~event], day[~event]), 1)
    return times, closed, censored


class TestRestrictedMean:
    @pytest.mark.parametrize(
        ("data", "horizon", "values", "deviations"),
        [
            # survminer (R) on `lung`
            (LUNG, 965, (324.0484, 455.9041), (22.2979, 32.9174)),
            # lifelines issue 1682: the variance of miR-137 is .015189, where lifelines gives .5164
            (WALTONS, 10, (9.7941, 9.9767), (math.sqrt(0.015189), None)),
            # computed from the curve by two ways
            (FREIREICH, 35, (23.2874, 8.6667), (2.8275, 1.3774)),
        ],
    )
    def test_published_means(self, data, horizon, values, deviations):
        value, variance = restricted(data, horizon)
        assert value == pytest.approx(values, abs=5e-5)
        for ours, published in zip(np.sqrt(variance), deviations, strict=True):
            assert published is None or ours == pytest.approx(published, abs=5e-5)

    def test_lung_difference(self):
        value, variance = restricted(LUNG, 965)
        difference, deviation = value[1] - value[0], math.sqrt(variance.sum())
        assert difference == pytest.approx(131.8557, abs=5e-5)
        limits = difference - Z95 * deviation, difference + Z95 * deviation
        assert limits == pytest.approx((53.930, 209.781), abs=5e-4)
        assert 2 * stats.norm.sf(difference / deviation) == pytest.approx(0.00091187, abs=2e-8)

    def test_waltons_difference(self):
        value, variance = restricted(WALTONS, 10)
        assert variance[0] == pytest.approx(0.015189, abs=5e-7)
        z = (value[1] - value[0]) / math.sqrt(variance.sum())
        assert 2 * stats.norm.sf(z) == pytest.approx(0.1453, abs=5e-5)

    @given(st.lists(st.integers(0, 12), min_size=2, max_size=30), st.floats(0.1, 15))
    def test_without_open_cases_it_is_the_mean_of_what_counts(self, waits, horizon):
        counting = np.minimum(waits, horizon)
        value, variance = survival.restricted_mean(fitted((waits, [])), horizon)
        assert value[0] == pytest.approx(counting.mean(), rel=1e-9, abs=1e-12)
        assert variance[0] == pytest.approx(counting.var() / len(waits), rel=1e-9, abs=1e-12)

    @given(st.floats(0.5, 35))
    def test_is_the_area_under_the_curve_also_between_times(self, horizon):
        curve = fitted(FREIREICH["6-MP"])
        value, _ = survival.restricted_mean(curve, horizon)
        breaks = np.unique(np.append(np.arange(math.ceil(horizon)), horizon))
        heights = [survival.survival_at(curve, time)[0] for time in breaks[:-1]]
        assert value[0] == pytest.approx(np.sum(np.diff(breaks) * heights), rel=1e-12)

    def test_variance_by_hand(self):
        # Five cases: 1 closes, 2 closes, 3 lost, 4 closes, 5 lost; to 4.5
        curve = fitted(([1, 2, 4], [3, 5]))
        s1, s2 = 4 / 5, 3 / 5
        s4 = s2 * (1 - 1 / 2)
        after2, after4 = 2 * s2 + 0.5 * s4, 0.5 * s4
        value, variance = survival.restricted_mean(curve, 4.5)
        assert value[0] == pytest.approx(1 + s1 + after2)
        expected = (s1 + after2) ** 2 / (5 * 4) + after2**2 / (4 * 3) + after4**2 / (2 * 1)
        assert variance[0] == pytest.approx(expected)

    def test_needs_follow_up_to_the_horizon(self):
        times, closed, censored = counted(([1, 2], [5]), ([1, 2], []), ([1], [4]), ([1], []))
        value, variance = survival.restricted_mean(survival.kaplan_meier(times, closed, censored), 5)
        assert np.isnan(value).tolist() == [False, False, True, False]
        # The second closed all its cases, so that nothing is left to see; one case tells nothing of its error.
        assert value[[1, 3]] == pytest.approx([1.5, 1])
        assert np.isnan(variance).tolist() == [False, False, True, True]
        assert survival.follow_up(times, closed, censored).tolist() == [5, 2, 4, 1]

    def test_a_difference_covers(self):
        # 30 and 100 cases, about a third of them lost from sight; horizon 20
        rng = np.random.default_rng(2)
        results = []
        for cases, mean in ((30, 12.0), (100, 9.0)):
            curve = survival.kaplan_meier(*simulated(rng, np.full((2000, cases), mean), 40))
            value, variance = survival.restricted_mean(curve, 20)
            # Rounded up, S is exp(-k / mean) from day k to the next.
            results.append((value - np.exp(-np.arange(20) / mean).sum(), variance))
        error = results[0][0] - results[1][0]
        covered = np.abs(error) <= Z95 * np.sqrt(results[0][1] + results[1][1])
        assert np.mean(covered, where=~np.isnan(error)) == pytest.approx(0.942, abs=0.012)


class TestMedian:
    @pytest.mark.parametrize(
        ("group", "median", "lower", "upper"),
        [
            # lifelines 0.30.3, median_survival_times; R's survfit gives the same medians
            ("men", 270, 210, 306),
            ("women", 426, 345, 524),
        ],
    )
    def test_lung(self, group, median, lower, upper):
        curve = fitted(LUNG[group])
        assert survival.median(curve).tolist() == [median]
        assert np.ravel(survival.median_interval(curve, Z95)).tolist() == [lower, upper]

    def test_freireich(self):
        # Freireich et al. (1963): 23 weeks against 8
        assert survival.median(fitted(*FREIREICH.values())).tolist() == [23, 8]

    def test_exactly_half_is_reached(self):
        curve = survival.kaplan_meier(np.arange(1, 11), np.ones((1, 10)), np.zeros((1, 10)))
        assert [survival.median(curve, q)[0] for q in (0.1, 0.3, 0.5, 0.7, 1.0)] == [1, 3, 5, 7, 10]

    def test_never_reached(self):
        curve = fitted(([1], [9] * 99))
        assert np.isnan(survival.median(curve)).all()
        assert np.ravel(survival.median_interval(curve, 2.0)).tolist() == [9, math.inf]

    def test_covers(self):
        rng = np.random.default_rng(3)
        curve = survival.kaplan_meier(*simulated(rng, np.full((2000, 40), 60.0), 200))
        lower, upper = survival.median_interval(curve, Z95)
        truth = math.ceil(60 * math.log(2))
        assert np.mean((lower <= truth) & (truth <= upper)) >= 0.94


class TestLogRank:
    @pytest.mark.parametrize(("data", "chi2"), [(LUNG, 10.3267), (FREIREICH, 16.793), (WALTONS, 122.249)])
    def test_published(self, data, chi2):
        _, closed, censored = counted(*data.values())
        value, degrees_of_freedom, p = survival.log_rank(closed, censored)
        assert value == pytest.approx(chi2, abs=5e-4)
        assert degrees_of_freedom == 1
        assert p == pytest.approx(stats.chi2.sf(chi2, 1), rel=1e-3)

    def test_three_groups_and_an_empty_one_agree_with_statsmodels(self):
        groups = [*LUNG.values(), WALTONS["control"]]
        cases = [
            (time, event, group)
            for group, (closed, open_) in enumerate(groups)
            for event, times in ((1, closed), (0, open_))
            for time in times
        ]
        _, closed, censored = counted(*groups, ([], []))
        chi2, degrees_of_freedom, p = survival.log_rank(closed, censored)
        assert (chi2, p) == pytest.approx(survdiff(*map(np.array, zip(*cases, strict=True))), rel=1e-8)
        assert degrees_of_freedom == 2

    @pytest.mark.parametrize("closed", [[[0, 0], [0, 0]], [[1, 0], [0, 0]]])
    def test_nothing_to_compare(self, closed):
        chi2, _, p = survival.log_rank(closed, np.zeros((2, 2)))
        assert math.isnan(chi2)
        assert math.isnan(p)


records = st.lists(st.tuples(st.integers(0, 15), st.booleans()), min_size=1, max_size=40)


def split(cases):
    return [time for time, event in cases if event], [time for time, event in cases if not event]


@settings(deadline=None)
@given(records)
def test_agrees_with_scipy_ecdf(cases):
    closed, open_ = split(cases)
    curve = fitted((closed, open_))
    reference = stats.ecdf(stats.CensoredData(uncensored=closed, right=open_)).sf
    assert curve.survival[0] == pytest.approx(reference.evaluate(curve.times), abs=1e-12)


@settings(deadline=None)
@given(records, records)
def test_agrees_with_scipy_logrank(first, second):
    groups = split(first), split(second)
    _, closed, censored = counted(*groups)
    chi2, _, p = survival.log_rank(closed, censored)
    if not math.isnan(chi2):
        reference = stats.logrank(*(stats.CensoredData(uncensored=c, right=o) for c, o in groups))
        assert (chi2, p) == pytest.approx((reference.statistic**2, reference.pvalue), rel=1e-8, abs=1e-10)


@given(records, st.floats(0.1, 50))
def test_records_counted_often_leave_the_curve_and_shrink_the_variance(cases, times_over):
    times, closed, censored = counted(split(cases))
    once = survival.kaplan_meier(times, closed, censored)
    more = survival.kaplan_meier(times, times_over * closed, times_over * censored)
    np.testing.assert_allclose(more.survival, once.survival, atol=1e-12)
    np.testing.assert_allclose(more.greenwood * times_over, once.greenwood, rtol=1e-6)


@given(records, st.floats(0.2, 4))
def test_interval_contains_the_curve_and_stays_on_the_scale(cases, z):
    curve = fitted(split(cases))
    lower, upper = survival.interval(curve, z)
    assert np.all((lower >= 0) & (lower <= curve.survival) & (curve.survival <= upper) & (upper <= 1))


def test_leading_axes_are_each_their_own():
    times, closed, censored = counted(*LUNG.values(), *FREIREICH.values())
    stacked = survival.kaplan_meier(times, closed.reshape(2, 2, -1), censored.reshape(2, 2, -1))
    for group in range(4):
        alone = survival.kaplan_meier(times, closed[group], censored[group])
        at = np.unravel_index(group, (2, 2))
        np.testing.assert_array_equal(stacked.survival[at], alone.survival)
        for horizon in (20, 300):
            for ours, theirs in zip(
                survival.restricted_mean(stacked, horizon), survival.restricted_mean(alone, horizon), strict=True
            ):
                assert ours[at] == pytest.approx(float(theirs), nan_ok=True)
        assert survival.median(stacked)[at] == survival.median(alone)
        assert survival.median_interval(stacked, 2.0)[1][at] == survival.median_interval(alone, 2.0)[1]


def test_what_rounding_leaves_is_nobody():
    # A fold taken off the whole leaves .1 + .2 - .3 = 5.6e-17 open cases, not 0.
    crumb = 0.1 + 0.2 - 0.3
    curve = survival.kaplan_meier([1, 2, 3], [[4, 6, 0]], [[0, 0, crumb]])
    assert curve.survival[0] == pytest.approx([0.6, 0, 0], abs=0)
    value, variance = survival.restricted_mean(curve, 3)
    assert value[0] == pytest.approx(1.6)
    assert variance[0] == pytest.approx(0.4 * 0.6 / 10)
