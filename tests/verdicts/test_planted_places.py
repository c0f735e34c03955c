"""Whether the method finds what is planted in matched tests, in who is reached, and in places, and nothing else.

As in `test_planted_kinds`, all draws of a case stand in one array, as pairs of groups of which each is judged like an
audit of two groups: both orders of the pair must clear, either flags at half of alpha, and what the exact test has to
say is asked of it. Audits of the same records, from files to verdicts, are held against the array.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from statsmodels.stats.proportion import confint_proportions_2indep
from statsmodels.stats.rates import test_poisson_2indep as poisson_test

from fairaudit.assessment import assess
from fairaudit.cells import Cells
from fairaudit.comparisons import AreaArms, AreaEstimates, Arms, MatchedArms, ReachArms, Residents, Scheme
from fairaudit.distributions import Distributions
from fairaudit.findings import finding
from fairaudit.measures import MEASURES
from fairaudit.plan import Evidence, read_plan
from fairaudit.sources import read_tally
from fairaudit.stats import score

SEEDS = 200
ALPHA = 0.05
POWER = 0.95
# As in test_planted_kinds: more than so many of 200 draws go wrong with probability .001, if the size is .05.
MOST_AT_THE_LIMIT = stats.binom.isf(0.001, SEEDS, ALPHA) / SEEDS
FOLDS = 100
MOE_Z = 1.645
DECIDED = 2.5  # a score test that passes by so much is not asked exactly, which can only make more draws pass


def scheme(groups: int = 2 * SEEDS) -> Scheme:
    """Pair each group with its neighbour, both ways."""
    places = np.arange(groups)
    return Scheme("all_pairs", tuple(map(str, places)), np.eye(groups), np.stack([places, places ^ 1], axis=1))


def of_cells(yes: np.ndarray, no: np.ndarray | None = None, *, clustered: bool = False, **more: np.ndarray) -> Cells:
    """Put records of shape (folds, groups) into cells; `more` are sums of shape (yes and no, folds, groups)."""

    def placed(yes: np.ndarray, no: np.ndarray) -> np.ndarray:
        cells = np.zeros((len(yes), yes.shape[1] + 1, 1, 3, 3))
        cells[:, :-1, 0, 0, 2], cells[:, :-1, 0, 1, 2] = yes, no
        return cells

    names = tuple(map(str, range(yes.shape[1])))
    sums = {name: placed(*both) for name, both in more.items()}
    n = placed(yes, np.zeros(yes.shape) if no is None else no)
    return Cells(names, ("",), n, None, sums.get("w"), sums.get("ww"), clustered, sums.get("moe2"), bool(sums))


@cache
def exactly(made: type, kind: str, counts: tuple[float, ...], margin: float, side: str) -> float:
    """Ask the exact test once of the same counts."""
    numbers = [np.array([each]) for each in counts]
    return made(*numbers, None, True).exact_p(kind, 0, margin, side)


def judged(arms, kind: str, limit: float) -> tuple[np.ndarray, np.ndarray]:
    """Say of every draw whether it is cleared, and whether it is flagged."""
    margins = arms.margins(kind, limit)
    found = []
    for side, level in (("clear", ALPHA), ("flag", ALPHA / 2)):
        pairs = arms.pairs("recorded", kind, margins, to_flag=side == "flag")
        z = pairs.clearing_z(kind, margins) if side == "clear" else -pairs.flagging_z(kind, margins)
        passes = np.nan_to_num(score.clearing_p(z, pairs.degrees_of_freedom), nan=1.0) < level
        for pair in np.flatnonzero(passes & (z < DECIDED)):
            if pairs.exactly(kind, pair):
                passes[pair] = exactly(type(pairs), kind, pairs.at(pair), float(margins[pair]), side) <= level
        found.append(passes.reshape(-1, 2))
    return found[0].all(axis=1), found[1].any(axis=1)


def each_way(arms, kind: str, limit: float) -> float:
    """Say how often the first group of a draw is shown to be within the limit, whatever the other way says."""
    margins = arms.margins(kind, limit)
    pairs = arms.pairs("recorded", kind, margins)
    p = np.nan_to_num(score.clearing_p(pairs.clearing_z(kind, margins), pairs.degrees_of_freedom), nan=1.0)
    return float((p < ALPHA)[::2].mean())


def shares(arms, kind: str, limit: float) -> tuple[float, float]:
    """Say how often draws are cleared, and flagged."""
    cleared, flagged = judged(arms, kind, limit)
    return cleared.mean(), flagged.mean()


def expect(planted: str, cleared: float, flagged: float, *, mostly: float = 0.8) -> None:
    """Hold shares of verdicts against what was planted."""
    if planted == "outside":
        assert flagged >= 0.90
        assert cleared == 0
    elif planted == "limit":
        assert cleared <= MOST_AT_THE_LIMIT
        assert flagged <= MOST_AT_THE_LIMIT
    else:
        assert cleared >= mostly
        assert flagged <= 0.05


def size_for_power(variance: float, apart: float) -> int:
    """Records with which what is so far `apart` from the limit is flagged with probability .95."""
    z = score.critical_z(ALPHA / 2) + score.critical_z(1 - POWER)
    return int(np.ceil(variance * (z / apart) ** 2))


PLANTED = ("outside", "limit", "equal")
TOGETHER = ("apart", "alike", "opposite")

# --- matched tests ---------------------------------------------------------------------------------------------------


def matched(tests: np.ndarray) -> MatchedArms:
    """Put tests of shape (folds, draws, what the first got, what the second got) side by side."""
    folds, draws = tests.shape[:2]
    first = np.arange(0, 2 * draws, 2)
    beside = np.zeros((folds, 2 * draws, 2 * draws, 3, 3))
    beside[:, first, first + 1, :2, :2], beside[:, first + 1, first, :2, :2] = tests, tests.swapaxes(-1, -2)
    cells = of_cells(np.ones((folds, 2 * draws)), clustered=folds > 1)
    return MatchedArms(cells, beside, MEASURES["selection_rate"], scheme(2 * draws))


def chances(first: float, second: float, alike: float) -> list[float]:
    """Give how often tests end both yes, first alone, second alone, neither; `alike` of 1 is as alike as can be."""
    both = first * second + alike * (min(first, second) - first * second)
    return [both, first - both, second - both, 1 - first - second + both]


FIRST = {"outside": 0.3, "limit": 0.4, "equal": 0.5}
LIMIT = {"difference": 0.1, "ratio": 0.8}


@pytest.mark.parametrize("planted", PLANTED)
@pytest.mark.parametrize("kind", ["difference", "ratio"])
@pytest.mark.parametrize("alike", [0.0, 0.7])
def test_matched_tests(kind, alike, planted):
    """The second arm is called back in half of all tests; tests differ in strength, so that both arms fare alike."""
    p = chances(FIRST[planted], 0.5, alike)
    worth = np.array([1, 1, 0, 0]) - (0.8 if kind == "ratio" else 1) * np.array([1, 0, 1, 0])
    n = size_for_power(p @ worth**2 - (p @ worth) ** 2, 0.1) if planted == "outside" else 600
    tests = np.random.default_rng(1).multinomial(n, p, SEEDS).reshape(1, SEEDS, 2, 2)
    expect(planted, *shares(matched(tests.astype(float)), kind, LIMIT[kind]))


@pytest.mark.parametrize("kind", ["difference", "ratio"])
def test_few_matched_tests(kind):
    p = chances(0.4, 0.5, 0.9)
    tests = np.random.default_rng(2).multinomial(30, p, SEEDS).reshape(1, SEEDS, 2, 2)
    expect("limit", *shares(matched(tests.astype(float)), kind, LIMIT[kind]))


def in_clusters(planted: str, together: str, seed: int, clusters: int) -> np.ndarray:
    """Draw about six tests a cluster, which make arms succeed more or less often: apart, alike or unlike."""
    generator = np.random.default_rng(seed)
    first = FIRST[planted]
    effects = [np.clip(1 + 0.3 * generator.normal(size=(SEEDS, clusters)), 0.1, 1.9) for _ in range(2)]
    effects[1] = {"apart": effects[1], "alike": effects[0], "opposite": 2 - effects[0]}[together]
    sizes = generator.poisson(5, (SEEDS, clusters)) + 1
    cluster = np.repeat(np.arange(SEEDS * clusters), sizes.ravel())
    got = [generator.random(len(cluster)) >= p * e.ravel()[cluster] for p, e in zip((first, 0.5), effects, strict=True)]
    tests = np.zeros((min(clusters, FOLDS), SEEDS, 2, 2))
    np.add.at(tests, (cluster % clusters % FOLDS, cluster // clusters, *(each.astype(int) for each in got)), 1)
    return tests


@pytest.mark.parametrize("together", TOGETHER)
def test_matched_in_clusters_at_the_limit(together):
    expect("limit", *shares(matched(in_clusters("limit", together, 3, 60)), "difference", 0.1))


@pytest.mark.parametrize("planted", ["outside", "equal"])
def test_matched_in_clusters(planted):
    expect(planted, *shares(matched(in_clusters(planted, "apart", 4, 200)), "difference", 0.1))


def test_ignoring_clusters_of_tests_would_clear_too_often():
    tests = in_clusters("limit", "opposite", 5, 60) * 4  # each test four times, all alike
    cleared, _ = shares(matched(tests.sum(axis=0, keepdims=True)), "difference", 0.1)
    assert cleared > MOST_AT_THE_LIMIT
    expect("limit", *shares(matched(tests), "difference", 0.1))


# --- who is reached --------------------------------------------------------------------------------------------------


def reached(events: np.ndarray, people: np.ndarray, measure: str, moe2=None, *, clustered: bool = False) -> ReachArms:
    """Events and residents of shape (folds, groups), side by side."""
    moe2 = np.zeros(events.shape[1]) if moe2 is None else moe2
    residents = Residents(people.astype(float), moe2, clustered)
    return ReachArms(of_cells(events.astype(float), clustered=clustered), residents, MEASURES[measure], scheme())


PEOPLE = np.tile([6_000, 60_000], SEEDS)
REACHED = {"outside": [0.03, 0.05], "limit": [0.04, 0.05], "equal": [0.05, 0.05]}


@pytest.mark.parametrize("planted", PLANTED)
@pytest.mark.parametrize("measure", ["share_reached", "representation_ratio"])
def test_who_is_reached_of_all_who_live_there(measure, planted):
    small = size_for_power(0.03 + 0.64 * 0.05 / 10, 0.01) if planted == "outside" else 12_000
    people = np.tile([small, 10 * small], SEEDS)
    generator = np.random.default_rng(6)
    draw = generator.binomial if measure == "share_reached" else lambda n, p: generator.poisson(n * p)
    events = draw(people, np.tile(REACHED[planted], SEEDS))
    expect(planted, *shares(reached(events[None], people[None], measure), "ratio", 0.8))


@pytest.mark.parametrize("expected", [1, 3, 10, 40])
@pytest.mark.parametrize("measure", ["share_reached", "representation_ratio"])
def test_few_of_a_group_are_reached(measure, expected):
    people = np.tile([expected * 25, expected * 2500], SEEDS)
    events = np.random.default_rng(7).binomial(people, np.tile(REACHED["limit"], SEEDS))
    arms = reached(events[None], people[None], measure)
    expect("limit", *shares(arms, "ratio", 0.8))


def published(relative: float, people: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Publish numbers of people with a margin of error that is so large a part of them; and its square."""
    moe = relative * people
    return np.rint(people + moe / MOE_Z * np.random.default_rng(seed).normal(size=people.shape)), moe**2


@pytest.mark.parametrize("relative", [0.05, 0.2, 0.5])
@pytest.mark.parametrize("larger", [0.1, 10])
@pytest.mark.parametrize(("kind", "rates", "limit"), [("ratio", [0.16, 0.2], 0.8), ("difference", [0.15, 0.2], 0.05)])
def test_a_benchmark_with_a_margin_of_error(kind, rates, limit, larger, relative):
    people = np.tile([40_000 * larger, 40_000], SEEDS)
    events = np.random.default_rng(8).binomial(people.astype(int), np.tile(rates, SEEDS))
    seen, moe2 = published(relative, people, seed=9)
    arms = reached(events[None], seen[None], "share_reached", moe2)
    expect("limit", *shares(arms, kind, limit))
    assert each_way(arms, kind, limit) <= MOST_AT_THE_LIMIT


def test_ignoring_a_margin_of_error_would_clear_too_often():
    events = np.random.default_rng(10).binomial(PEOPLE, np.tile(REACHED["limit"], SEEDS))
    seen, _ = published(0.2, PEOPLE, seed=11)
    assert each_way(reached(events[None], seen[None], "share_reached"), "ratio", 0.8) > MOST_AT_THE_LIMIT


@pytest.mark.parametrize("planted", ["outside", "equal"])
def test_what_is_planted_is_found_beside_a_margin_of_error(planted):
    people = np.tile([400_000, 400_000], SEEDS)
    events = np.random.default_rng(12).binomial(people, np.tile(REACHED[planted], SEEDS))
    seen, moe2 = published(0.06, people, seed=13)
    expect(planted, *shares(reached(events[None], seen[None], "share_reached", moe2), "ratio", 0.8))


def calls(planted: str, callers: tuple[float, float], seed: int) -> np.ndarray:
    """Draw callers, of whom some call many times, in the folds that a hash puts them in."""
    generator = np.random.default_rng(seed)
    rates = np.array(REACHED[planted]) / 0.05
    groups = generator.poisson(np.tile(rates * callers, SEEDS))
    caller = np.repeat(np.arange(2 * SEEDS), groups)
    events = np.zeros((FOLDS, 2 * SEEDS))
    np.add.at(events, (generator.integers(0, FOLDS, len(caller)), caller), generator.geometric(0.4, len(caller)))
    return events


@pytest.mark.parametrize("planted", PLANTED)
def test_callers_who_call_many_times(planted):
    callers = np.array([size_for_power(1.6 * (0.6 + 0.64), 0.2), 2_000]) if planted == "outside" else [2_000, 2_000]
    people = np.broadcast_to(np.tile(np.array(callers) * 20 / FOLDS, SEEDS), (FOLDS, 2 * SEEDS))
    arms = reached(calls(planted, tuple(callers), 14), people, "events_per_1000", clustered=True)
    expect(planted, *shares(arms, "ratio", 0.8))


def test_calls_are_not_callers():
    events = calls("limit", (600, 600), 15)
    people = np.broadcast_to(np.tile([120, 120], SEEDS), events.shape)
    each_call_alone = reached(events.sum(axis=0)[None], people.sum(axis=0)[None], "representation_ratio")
    assert each_way(each_call_alone, "ratio", 0.8) > MOST_AT_THE_LIMIT
    assert each_way(reached(events, people, "events_per_1000", clustered=True), "ratio", 0.8) <= MOST_AT_THE_LIMIT


def areas(planted: str, together: str, count: int, measure: str, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Draw events and residents area by area, of both groups in each."""
    generator = np.random.default_rng(seed)
    shared = generator.normal(size=(count, SEEDS))
    events, people = np.zeros((2, count, SEEDS, 2))
    for group, rate in enumerate(REACHED[planted]):
        effect = {"apart": generator.normal(size=shared.shape), "alike": shared, "opposite": (1 - 2 * group) * shared}
        people[..., group] = generator.poisson(2000, shared.shape) + 1
        rates = rate * np.exp(0.4 * effect[together] - 0.08)
        several = measure == "share_reached"
        drawn = generator.binomial(people[..., group].astype(int), np.minimum(rates, 1)) if several else None
        events[..., group] = generator.poisson(people[..., group] * rates) if drawn is None else drawn
    return events.reshape(count, -1), people.reshape(count, -1)


@pytest.mark.parametrize("together", TOGETHER)
@pytest.mark.parametrize("count", [12, 60])
@pytest.mark.parametrize("measure", ["events_per_1000", "share_reached", "representation_ratio"])
def test_events_in_areas_at_the_limit(measure, count, together):
    arms = reached(*areas("limit", together, count, measure, 16), measure, clustered=True)
    expect("limit", *shares(arms, "ratio", 0.8))
    assert each_way(arms, "ratio", 0.8) <= MOST_AT_THE_LIMIT


@pytest.mark.parametrize("planted", ["outside", "equal"])
def test_events_in_areas(planted):
    arms = reached(*areas(planted, "alike", 60, "events_per_1000", 17), "events_per_1000", clustered=True)
    expect(planted, *shares(arms, "ratio", 0.8))


@pytest.mark.parametrize("few", [3, 5, 8])
@pytest.mark.parametrize("measure", ["share_reached", "representation_ratio", "events_per_1000"])
def test_a_group_in_few_areas_of_which_none_is_reached_is_not_flagged_for_it(measure, few):
    """Whole areas are reached or not, so that nobody of a group in three areas is reached in four draws of ten."""
    generator = np.random.default_rng(18)
    people = generator.poisson(100, (few + 60, SEEDS, 2)) + 1
    people[few:, :, 0] = people[:few, :, 1] = 0
    events = people * (
        generator.random((few + 60, SEEDS, 1)) < np.where(np.arange(few + 60) < few, 0.24, 0.3)[:, None, None]
    )
    arms = reached(events.reshape(few + 60, -1), people.reshape(few + 60, -1), measure, clustered=True)
    expect("limit", *shares(arms, "ratio", 0.8))


# --- places ----------------------------------------------------------------------------------------------------------


def addresses(planted: str, count: int, seed: int, *, mixed: bool) -> AreaArms | Arms:
    """Draw addresses in sampled areas that are mostly within reach, or mostly not (design effects of about 16)."""
    generator = np.random.default_rng(seed)
    sizes = generator.poisson(40, (count, SEEDS))
    first = (
        generator.binomial(sizes, generator.random(sizes.shape)) if mixed else sizes * (np.arange(count) % 2)[:, None]
    )
    parts = []
    for rate, n in ((FIRST[planted], first), (0.5, sizes - first)):
        within = generator.beta(1.5 * rate, 1.5 * (1 - rate), sizes.shape)
        parts.append((generator.binomial(n, within), n))
    yes, everyone = (np.stack([part[k] for part in parts], axis=-1) for k in (0, 1))
    fold = np.arange(count) % FOLDS
    sums = np.zeros((2, min(count, FOLDS), SEEDS, 2))
    np.add.at(sums[0], fold, yes)
    np.add.at(sums[1], fold, everyone - yes)
    cells = of_cells(*sums.reshape(2, sums.shape[1], -1), clustered=True)
    return Arms(cells, MEASURES["share_within_reach"], scheme())


@pytest.mark.parametrize("mixed", [False, True])
@pytest.mark.parametrize("count", [30, 100, 300])
def test_sampled_areas_at_the_limit(count, mixed):
    arms = addresses("limit", count, 19, mixed=mixed)
    expect("limit", *shares(arms, "difference", 0.1))
    assert each_way(arms, "difference", 0.1) <= MOST_AT_THE_LIMIT


@pytest.mark.parametrize("planted", ["outside", "equal"])
def test_sampled_areas(planted):
    expect(planted, *shares(addresses(planted, 1500, 20, mixed=False), "difference", 0.1))


def counted(people: np.ndarray, moe2: np.ndarray, service: np.ndarray, measure: str) -> AreaArms | AreaEstimates:
    """Areas all of which are counted: people of shape (groups, areas), and the service of each area."""
    here = (people > 0).astype(float)

    def sums(of: np.ndarray, where: np.ndarray | float = 1.0) -> np.ndarray:
        within = (of * where).sum(axis=1)
        return np.stack([within, of.sum(axis=1) - within])[:, None]

    where = service if measure == "share_within_reach" else 1.0
    more = {name: sums(of, where) for name, of in (("w", people), ("ww", people**2), ("moe2", moe2))}
    cells = of_cells(*sums(here, where), **more)
    if measure == "share_within_reach":
        return AreaArms(cells, MEASURES[measure], scheme(len(people)))
    values, place = np.unique(service, return_inverse=True)
    at = np.eye(len(values))[place]
    n, ww = (np.pad(of @ at, [(0, 1), (0, 1)])[:, None, :, None] for of in (people, people**2))
    found = Distributions(cells, values, None, n, ww, None, None, None, None, MEASURES[measure])
    return AreaEstimates(found, MEASURES[measure], scheme(len(people)), 0.05, moe2 @ at)


def where_they_live(service: np.ndarray, gap: float, seed: int) -> np.ndarray:
    """Place two groups in areas so that the mean of the first is `gap` below that of the second."""
    people = np.random.default_rng(seed).gamma(2, 50, (2, len(service))) + 5
    aim = people[1] @ service / people[1].sum() - gap
    low, high, standard = -9.0, 9.0, (service - service.mean()) / service.std()
    for _ in range(100):
        middle = (low + high) / 2
        tilted = people[0] * np.exp(middle * standard)
        low, high = (middle, high) if tilted @ service / tilted.sum() < aim else (low, middle)
    return np.stack([tilted * people[0].sum() / tilted.sum(), people[1]])


SERVICE = {"share_within_reach": (np.arange(60) % 2).astype(float), "mean_service": 5.0 + np.arange(60) % 30}
OF_SERVICE = {"share_within_reach": 0.05, "mean_service": 1.0}


@pytest.mark.parametrize("planted", PLANTED)
@pytest.mark.parametrize("relative", [0.2, 0.5])
@pytest.mark.parametrize("measure", SERVICE)
def test_all_areas_whose_people_have_a_margin_of_error(measure, relative, planted):
    limit, service = OF_SERVICE[measure], SERVICE[measure]
    people = where_they_live(service, limit * {"outside": 2.6, "limit": 1, "equal": 0}[planted], seed=21)
    moe = relative * people
    noise = np.random.default_rng(22).normal(size=(SEEDS, *people.shape))
    seen = np.rint(np.maximum(people + moe / MOE_Z * noise, 0)).reshape(-1, people.shape[1])
    arms = counted(seen, np.tile(moe**2, (SEEDS, 1)), service, measure)
    if planted == "outside" and relative == 0.5:
        return  # so wide a margin leaves less power than .95
    expect(planted, *shares(arms, "difference", limit), mostly=0.8 if relative == 0.2 else 0.0)


@pytest.mark.parametrize("measure", SERVICE)
def test_all_areas_leave_no_error(measure):
    """Without margins of error what was counted is so: exactly at the limit is within it, a person more is not."""
    service = np.array([0.0, 1.0])
    people = np.array([[60, 40], [50, 50], [60_001, 39_999], [50_000, 50_000]] * (SEEDS // 2), float)
    cleared, flagged = judged(_certain(people, service, measure), "difference", 0.1)
    assert cleared.tolist() == [True, False] * (SEEDS // 2)
    assert flagged.tolist() == [False, True] * (SEEDS // 2)
    assert judged(_certain(people, service, measure), "ratio", 0.8)[0].tolist() == [True, False] * (SEEDS // 2)


def _certain(people: np.ndarray, service: np.ndarray, measure: str) -> AreaArms | AreaEstimates:
    arms = counted(people, np.zeros(people.shape), service, measure)
    object.__setattr__(arms.cells, "moe2", None)
    if isinstance(arms, AreaEstimates):
        arms.moe2 = None
    return arms


# --- other implementations -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("events", [(3, 40), (12, 9), (0, 7), (30, 300)])
def test_events_over_residents_are_tested_as_statsmodels_tests_poisson_rates(events):
    people = np.array([1000.0, 9000.0])
    pairs = _two(events, people, "representation_ratio").pairs("recorded", "ratio", np.array([0.8, 0.8]))
    for side, alternative in (("clear", "larger"), ("flag", "smaller")):
        theirs = poisson_test(
            events[0], people[0], events[1], people[1], value=0.8, method="exact-cond", alternative=alternative
        )
        assert pairs.exact_p("ratio", 0, 0.8, side) == pytest.approx(theirs.pvalue, rel=1e-9)


def test_shares_reached_are_bounded_as_statsmodels_bounds_ratios():
    margins = np.array([0.8, 0.8])
    lower, _ = (
        _two((240, 300), np.array([1000.0, 1000.0]), "share_reached")
        .pairs("recorded", "ratio", margins)
        .bounds("ratio", 0.05, 0.05)
    )
    theirs, _ = confint_proportions_2indep(240, 1000, 300, 1000, compare="ratio", method="score", alpha=0.1)
    assert lower[0] == pytest.approx(theirs, abs=1e-3)  # ours is the lower of two


def _two(events: tuple[int, int], people: np.ndarray, measure: str, moe2: np.ndarray | None = None) -> ReachArms:
    residents = Residents(people[None], np.zeros(2) if moe2 is None else moe2, False)
    return ReachArms(of_cells(np.array([events], float)), residents, MEASURES[measure], scheme(2))


def test_where_only_the_benchmark_is_unsure_the_test_is_fiellers():
    """x_a N_b - tau x_b N_a is normal, whatever the numbers are (Fieller 1954); so it nearly is for a difference."""
    events, people, moe = np.array([8_000_000, 9_000_000]), np.array([5e7, 5e7]), np.array([1e6, 2e6])
    arms = _two(tuple(events), people, "share_reached", moe**2)
    for kind, margin, tau, ahead in (("ratio", 0.85, 0.85, 0.0), ("difference", -0.03, 1.0, -0.03)):
        margins = np.array([margin, margin])
        z = arms.pairs("recorded", kind, margins).clearing_z(kind, margins)
        for place, (a, b) in enumerate(((0, 1), (1, 0))):
            apart = events[a] * people[b] - tau * events[b] * people[a] - ahead * people[a] * people[b]
            of_a, of_b = tau * events[b] + ahead * people[b], events[a] - ahead * people[a]
            assert z[place] == pytest.approx(apart * MOE_Z / np.hypot(of_a * moe[a], of_b * moe[b]), rel=0.005)


@pytest.mark.parametrize("measure", SERVICE)
def test_the_variance_that_margins_of_error_leave_is_that_of_many_censuses(measure):
    service = SERVICE[measure]
    people = where_they_live(service, OF_SERVICE[measure], seed=23)[:1]
    moe = 0.2 * people
    seen = people + moe / MOE_Z * np.random.default_rng(24).normal(size=(40_000, people.shape[1]))
    arms = counted(np.concatenate([people, people]), np.tile(moe**2, (2, 1)), service, measure)
    low, high = arms.limits(0.05)
    sd = (high - low)[0] / 2 / score.critical_z(0.05)
    assert sd == pytest.approx((seen @ service / seen.sum(axis=1)).std(), rel=0.03)


# --- from records to verdicts ----------------------------------------------------------------------------------------


def block(kind: str, data: dict, measures: list[dict], **more) -> Evidence:
    """Write a plan's block."""
    data = {"source": "x.csv", "origin": "test", "decided_by": "this_system", **data}
    return Evidence.model_validate({"id": "test", "kind": kind, "data": data, "measures": measures, **more})


def words(cleared: np.ndarray, flagged: np.ndarray) -> list[str]:
    """Say verdicts as audits do."""
    return list(np.select([flagged, cleared], ["flagged", "cleared"], "not_demonstrated"))


@pytest.mark.parametrize("planted", PLANTED)
def test_matched_tests_from_records(planted):
    tests = np.random.default_rng(25).multinomial(300, chances(FIRST[planted], 0.5, 0.5), SEEDS)[:4]
    said = words(*judged(matched(tests.reshape(1, 4, 2, 2).astype(float)), "difference", 0.1))
    plan = block(
        "pairs",
        {"decision": {"column": "call", "is": [1], "is_not": [0]}, "matched_by": "test"},
        [{"measure": "selection_rate", "difference": 0.1}],
        being_selected_is="a benefit",
        groups={"name": {"levels": ["A", "B"]}},
    )
    for draw, verdict in zip(tests, said, strict=True):
        got = np.repeat([[1, 1], [1, 0], [0, 1], [0, 0]], draw, axis=0)
        records = pd.DataFrame(
            {"test": np.repeat(np.arange(len(got)), 2), "name": ["A", "B"] * len(got), "call": got.ravel()}
        )
        assert assess(plan, read_tally(plan, ".", records))[0].verdict == verdict


def test_three_arms_at_the_limit_from_records():
    """Two arms are .1 below a third: of 24 audits at most 5 flag with probability .997, if 5 in 100 do."""
    generator, flagged = np.random.default_rng(26), 0
    plan = block(
        "pairs",
        {"decision": {"column": "call", "is": [1], "is_not": [0]}, "matched_by": "test"},
        [{"measure": "selection_rate", "difference": 0.1}],
        being_selected_is="a benefit",
        groups={"name": {"levels": ["A", "B", "C"]}},
    )
    for _ in range(24):
        got = (generator.random((200, 3)) < np.array([0.4, 0.4, 0.5])).astype(int)
        records = pd.DataFrame({"test": np.repeat(np.arange(200), 3), "name": list("ABC") * 200, "call": got.ravel()})
        verdict = assess(plan, read_tally(plan, ".", records))[0].verdict
        flagged += verdict == "flagged"
    assert flagged <= stats.binom.isf(0.003, 24, ALPHA)


def test_tests_with_one_arm_that_may_hide_anything_do_not_clear():
    """One test in ten has one arm only, and the others say that both arms fare alike."""
    got = np.repeat([[1, 1], [1, 0], [0, 1], [0, 0]], [200, 5, 5, 200], axis=0)
    records = pd.DataFrame({"test": np.repeat(np.arange(410), 2), "name": ["A", "B"] * 410, "call": got.ravel()})
    plan = block(
        "pairs",
        {"decision": {"column": "call", "is": [1], "is_not": [0]}, "matched_by": "test"},
        [{"measure": "selection_rate", "difference": 0.05}],
        being_selected_is="a benefit",
        groups={"name": {"levels": ["A", "B"]}},
    )
    assert assess(plan, read_tally(plan, ".", records))[0].verdict == "cleared"
    lacking = records[~((records["test"] % 10 == 0) & (records["name"] == "B"))]
    assert assess(plan, read_tally(plan, ".", lacking))[0].verdict == "not_demonstrated"


@pytest.mark.parametrize("planted", PLANTED)
def test_who_is_reached_from_records(planted, tmp_path):
    people = np.array([3_000, 30_000])
    seen, moe2 = published(0.02, np.tile(people, SEEDS), seed=27)
    events = np.random.default_rng(28).binomial(np.tile(people, SEEDS), np.tile(REACHED[planted], SEEDS))
    said = words(*judged(reached(events[None], seen[None], "share_reached", moe2), "ratio", 0.8))[:5]
    plan = block(
        "representation",
        {"population": {"source": "people.csv", "people": "n", "moe": "moe", "from": "test", "year": 2020}},
        [{"measure": "share_reached", "ratio": 0.8}],
        more_is="a benefit",
        groups={"group": {}},
    )
    for draw, verdict in enumerate(said):
        here = slice(2 * draw, 2 * draw + 2)
        numbers = {"group": ["A", "B"], "n": seen[here].astype(int), "moe": np.sqrt(moe2[here])}
        pd.DataFrame(numbers).to_csv(tmp_path / "people.csv", index=False)
        records = pd.DataFrame({"group": np.repeat(["A", "B"], events[here])})
        assert assess(plan, read_tally(plan, tmp_path, records))[0].verdict == verdict


@pytest.mark.parametrize("planted", PLANTED)
def test_all_areas_from_records(planted):
    limit, service = 0.05, SERVICE["share_within_reach"]
    people = where_they_live(service, limit * {"outside": 2.6, "limit": 1, "equal": 0}[planted], seed=29)
    moe = np.rint(0.2 * people)
    seen = np.rint(np.maximum(people + moe / MOE_Z * np.random.default_rng(30).normal(size=(SEEDS, *people.shape)), 1))
    arms = counted(seen.reshape(-1, len(service)), np.tile(moe**2, (SEEDS, 1)), service, "share_within_reach")
    said = words(*judged(arms, "difference", limit))[:4]
    plan = block(
        "places",
        {"area": {"column": "area"}, "areas": "all", "reached": {"column": "has", "is": [1], "is_not": [0]}},
        [{"measure": "share_within_reach", "difference": limit}],
        more_is="a benefit",
        groups={"group": {"columns": {"A": "A", "B": "B"}, "moe": {"A": "moe_a", "B": "moe_b"}}},
    )
    for draw, verdict in zip(seen, said, strict=False):
        records = pd.DataFrame({"area": [f"a{k}" for k in range(len(service))], "has": service.astype(int)})
        records = records.assign(A=draw[0], B=draw[1], moe_a=moe[0], moe_b=moe[1])
        assert assess(plan, read_tally(plan, ".", records))[0].verdict == verdict


# --- what is shown ---------------------------------------------------------------------------------------------------


def test_where_all_areas_are_counted_pairs_are_of_as_many_people_as_their_groups(root):
    plan = read_plan(root / "audits" / "large-lots")
    block = plan.block("lots-offered")
    for disparity in assess(block, read_tally(block, plan.folder)):
        found = finding(disparity)
        people = {row["group"]: row["n"] for row in found["groups"]}
        assert min(people.values()) > 1_000  # and there are 95 areas
        for row in found["pairs"]:
            assert row["n"] == [people[group] for group in row["groups"]]
