"""Measures of scores: how a score reads as yes or no, the published example of New York, and what is estimated."""

import numpy as np
import pytest
import scipy.stats
import sklearn.linear_model
import sklearn.metrics

from fairaudit.measures import MEASURES, Distribution, Rows
from fairaudit.measures.views import above_median, among_the_first, at_cut_off, exposure_of
from fairaudit.testing import check_measure
from tests.measures.laws import nan, of_kind, says_what_it_is_and_whose

BOTH_EMPTY = np.zeros((1, 3, 2))


def rows(value, amount=None, **columns):
    """Rows of a tally; one record each where nothing else is said."""
    value = np.array(value, float)
    amount = np.ones(len(value)) if amount is None else np.array(amount, float)
    return Rows(value, amount, columns={name: np.array(column) for name, column in columns.items()})


READINGS = [
    # view, rows, what the plan says, the part of each row that is a yes
    (at_cut_off, rows([4, 5, 6, nan]), {"at": 5}, [0, 1, 1, nan]),
    # the median of 1, 2, 3 is 2, and 2 is not above it
    (above_median, rows([1, 2, 3]), {}, [0, 0, 1]),
    # of 1, 2, 3, 4 it is 2.5
    (above_median, rows([1, 2, 3, 4]), {}, [0, 0, 1, 1]),
    # of 1, 2, 2, 3 it is 2
    (above_median, rows([3, 2, 2, 1]), {}, [1, 0, 0, 0]),
    # of 1, 1, 1, 2, 2, 2 it is 1.5
    (above_median, rows([1, 2], [3, 3]), {}, [0, 1]),
    # one record of 9 in five weighs more than the other four
    (above_median, rows([1, 9], [4, 5]), {}, [0, 0]),
    (above_median, rows([1, 5, 9], [2, 1, 4]), {}, [0, 0, 0]),
    # weights: half of .1 + .2 + .3 lies on the edge between 2 and 3, though sums of fractions do not
    (above_median, rows([1, 2, 3], [0.1, 0.2, 0.3]), {}, [0, 0, 1]),
    # who has no score has no part in it; nor has a value that nobody has
    (above_median, rows([1, 2, 3, nan]), {}, [0, 0, 1, nan]),
    (above_median, rows([1, 2, 3, 9], [1, 1, 1, 0]), {}, [0, 0, 1, 1]),
    (above_median, rows([nan, nan]), {}, [nan, nan]),
    (above_median, rows([]), {}, []),
    (among_the_first, rows([1, 2, 3]), {"capacity": 2}, [0, 1, 1]),
    # two of three tied for one place: each has a third of it
    (among_the_first, rows([5, 4, 4, 4, 1]), {"capacity": 2}, [1, 1 / 3, 1 / 3, 1 / 3, 0]),
    (among_the_first, rows([5, 4, 1], [1, 3, 2]), {"capacity": 2}, [1, 1 / 3, 0]),
    # more places than people
    (among_the_first, rows([2, 1, nan]), {"capacity": 9}, [1, 1, nan]),
    # without a score, no place, and nobody's place taken
    (among_the_first, rows([2, nan, 1]), {"capacity": 1}, [1, nan, 0]),
    # the first of each list
    (among_the_first, rows([9, 8, 2, 1], day=list("aabb")), {"capacity": 1, "per": "day"}, [1, 0, 1, 0]),
    (among_the_first, rows([9, 8, 2, 1], day=list("aabb")), {"capacity": 1}, [1, 0, 0, 0]),
    (among_the_first, rows([]), {"capacity": 1}, []),
    (among_the_first, rows([], day=[]), {"capacity": 1, "per": "day"}, []),
]


@pytest.mark.parametrize(("view", "read", "given", "expected"), READINGS)
def test_a_score_reads_as_yes_or_no(view, read, given, expected):
    selected, looked_at = view(read, given)
    np.testing.assert_allclose(selected, expected)
    assert looked_at is None


def test_as_many_have_a_place_as_there_are_places():
    rng = np.random.default_rng(3)
    read = rows(rng.integers(0, 9, 80), rng.integers(1, 5, 80), day=rng.choice(list("abc"), 80))
    taken, _ = among_the_first(read, {"capacity": 20, "per": "day"})
    by_day = [(taken * read.amount)[read.columns["day"] == day].sum() for day in "abc"]
    assert by_day == pytest.approx([20, 20, 20])


def test_the_median_is_that_of_the_expanded_records():
    rng = np.random.default_rng(4)
    for _ in range(200):
        value, amount = rng.integers(0, 6, 5), rng.integers(1, 4, 5)
        above, _ = above_median(rows(value, amount), {})
        np.testing.assert_array_equal(above, value > np.median(np.repeat(value, amount)))


@pytest.mark.parametrize(
    ("read", "given", "expected"),
    [
        # ranks 1, 2, 3
        (rows([9, 5, 1]), {}, [1 / np.log2(2), 1 / np.log2(3), 1 / np.log2(4)]),
        # two share ranks 1 and 2
        (rows([5, 5, nan]), {}, [(1 + 1 / np.log2(3)) / 2] * 2 + [nan]),
        (rows([5], [2]), {}, [(1 + 1 / np.log2(3)) / 2]),
        # each list has a rank 1
        (rows([9, 5, 1], day=list("aba")), {"per": "day"}, [1, 1, 1 / np.log2(3)]),
        (rows([]), {}, []),
    ],
)
def test_exposure_goes_by_rank(read, given, expected):
    np.testing.assert_allclose(exposure_of(read, given), expected)


# New York City Department of Consumer and Worker Protection, rule on Local Law 144, final text of April 2023, example 2
# of section 5-301: scoring rates and impact ratios as the rule prints them. The rule prints no counts; those in the
# second and third column are rebuilt from the rates, and 84 of the 168 people are above the median.
#             sex       race                  people  above the median   rate    ratio
CELLS = [
    ("Male", "Hispanic or Latino", 16, 12, 75.0, 1.00),
    ("Male", "White", 20, 7, 35.0, 0.47),
    ("Male", "Black", 20, 10, 50.0, 0.67),
    ("Male", "Native Hawaiian", 4, 3, 75.0, 1.00),
    ("Male", "Asian", 12, 7, 58.3, 0.78),
    ("Male", "Native American", 8, 5, 62.5, 0.83),
    ("Male", "Two or more", 12, 6, 50.0, 0.67),
    ("Female", "Hispanic or Latino", 12, 6, 50.0, 0.67),
    ("Female", "White", 20, 8, 40.0, 0.53),
    ("Female", "Black", 12, 6, 50.0, 0.67),
    ("Female", "Native Hawaiian", 4, 2, 50.0, 0.67),
    ("Female", "Asian", 12, 3, 25.0, 0.33),
    ("Female", "Native American", 8, 5, 62.5, 0.83),
    ("Female", "Two or more", 8, 4, 50.0, 0.67),
]
BY_SEX = [("Male", 54.3, 1.00), ("Female", 44.7, 0.82)]
BY_RACE = [
    ("Hispanic or Latino", 64.2, 1.00),  # truncated: 18 / 28 is 64.29%, and every other rate is rounded
    ("White", 37.5, 0.58),
    ("Black", 50.0, 0.78),
    ("Native Hawaiian", 62.5, 0.97),
    ("Asian", 41.7, 0.65),
    ("Native American", 62.5, 0.97),
    ("Two or more", 50.0, 0.78),
]
UNKNOWN = 15


def made_up_scores():
    """MADE UP: scores of which so many of each cell are above the median of all, the 15 unknown people counted.

    Those above score 60 and more, those below less than 50. Of the unknown one scores 55, which is the median of the
    183, seven more and seven less.
    """
    sex, race, score = [], [], []
    for place, (one, other, people, above, *_) in enumerate(CELLS):
        sex += [one] * people
        race += [other] * people
        score += [60 + place + k for k in range(above)] + [10 + place + k for k in range(people - above)]
    return (np.array(sex + ["?"] * UNKNOWN), np.array(race + ["?"] * UNKNOWN),
            np.array(score + [55] + [80] * 7 + [20] * 7, float))  # fmt: skip


def scoring_rates(groups):
    """Give each group's scoring rate, unrounded."""
    *_, score = made_up_scores()
    above, _ = above_median(rows(score), {})
    rates = {}
    for group in dict.fromkeys(groups):
        own = above[groups == group]
        cells = np.zeros((1, 3, 3))
        cells[0, :2, 2] = own.sum(), (1 - own).sum()
        rates[group] = MEASURES["scoring_rate"].rate(cells).value[0]
    return rates


def agrees(rates, printed):
    highest = max(rates[group] for group, *_ in printed)
    for group, percent, ratio in printed:
        shown = np.floor(1000 * rates[group]) / 10 if percent == 64.2 else 100 * rates[group]
        assert shown == pytest.approx(percent, abs=0.05 + 1e-9), group
        assert round(rates[group] / highest, 2) == ratio, group


def test_the_example_of_new_york_as_printed():
    sex, race, score = made_up_scores()
    assert len(score) == 168 + UNKNOWN
    assert np.median(score) == 55
    assert (score[:168] > 55).sum() == 84
    agrees(scoring_rates(sex), BY_SEX)
    agrees(scoring_rates(race), BY_RACE)
    both = np.char.add(np.char.add(sex, " "), race)
    agrees(scoring_rates(both), [(f"{one} {other}", rate, ratio) for one, other, _, _, rate, ratio in CELLS])


def test_the_median_is_of_everybody_scored_also_of_those_whose_group_is_unknown():
    """Without five unknown people of low scores the median would be another, and with it every rate."""
    known, unknown = [1, 2, 3, 4], [1, 1, 1, 1, 1]
    assert above_median(rows(known), {})[0].tolist() == [0, 0, 1, 1]
    assert above_median(rows(known + unknown), {})[0][:4].tolist() == [0, 1, 1, 1]


# Statistics, against numpy, scipy and scikit-learn on the expanded records


def expanded(d, group):
    """Give the records of a group of a distribution over scores: score, outcome."""
    n = d.n[group].astype(int)
    score = np.concatenate([np.repeat(d.values, n[:, part]) for part in (0, 1)])
    return score, np.repeat([1, 0], n.sum(axis=0))


@pytest.fixture
def made_up():
    rng = np.random.default_rng(8)
    return Distribution(np.array([0.1, 0.2, 0.4, 0.5, 0.8, 0.9]), rng.integers(1, 12, (3, 6, 2)).astype(float))


def test_auc_is_that_of_scikit_learn(made_up):
    found = MEASURES["auc"].estimate(made_up)
    for group in range(3):
        score, outcome = expanded(made_up, group)
        assert found.value[group] == pytest.approx(sklearn.metrics.roc_auc_score(outcome, score))


def test_the_variance_of_auc_is_delong_s(made_up):
    found = MEASURES["auc"].estimate(made_up)
    for group in range(3):
        score, outcome = expanded(made_up, group)
        wins = np.sign(score[outcome == 1][:, None] - score[outcome == 0][None, :]) / 2 + 1 / 2
        placements = wins.mean(axis=1), wins.mean(axis=0)
        variance = sum(np.var(each, ddof=1) / len(each) for each in placements)
        assert found.variance[group] == pytest.approx(variance)


def test_xauc_sets_those_with_the_outcome_against_others_without_it(made_up):
    other = Distribution(made_up.values, made_up.n[[1, 2, 0]])
    found = MEASURES["xauc"].estimate(made_up, other)
    for group in range(3):
        mine, outcome = expanded(made_up, group)
        theirs, their_outcome = expanded(other, group)
        score, who = mine[outcome == 1], theirs[their_outcome == 0]
        u = scipy.stats.mannwhitneyu(score, who).statistic
        assert found.value[group] == pytest.approx(u / (len(score) * len(who)))


def test_xauc_of_a_group_against_itself_is_its_auc(made_up):
    np.testing.assert_allclose(MEASURES["xauc"].estimate(made_up).value, MEASURES["auc"].estimate(made_up).value)


def test_calibration_in_the_large_is_a_mean_of_differences(made_up):
    found = MEASURES["calibration_in_the_large"].estimate(made_up)
    for group in range(3):
        score, outcome = expanded(made_up, group)
        assert found.value[group] == pytest.approx(np.mean(outcome - score))
        assert found.variance[group] == pytest.approx(np.var(outcome - score, ddof=1) / len(score))
        assert found.degrees[group] == len(score) - 1


def test_where_scores_are_binned_each_group_has_its_own_mean_of_a_bin():
    """One bin from 0 to .5: group a at .1, of whom 1 in 10 has the outcome; b at .4, of whom 4 in 10 have it."""
    n = np.array([[[10.0, 90.0]], [[40.0, 60.0]]])
    score = np.array([0.1, 0.4])[:, None, None]
    binned = Distribution(np.array([0.0]), n, totals=n * score, squares=n * score**2, upper=np.array([0.5]))
    assert MEASURES["calibration_in_the_large"].estimate(binned).value == pytest.approx([0, 0], abs=1e-12)


def test_the_calibration_slope_is_a_logistic_regression(made_up):
    found = MEASURES["calibration_slope"].estimate(made_up)
    for group in range(3):
        score, outcome = expanded(made_up, group)
        model = sklearn.linear_model.LogisticRegression(C=np.inf, tol=1e-10, max_iter=1000)
        model.fit(np.log(score / (1 - score))[:, None], outcome)
        assert found.value[group] == pytest.approx(model.coef_[0, 0], rel=1e-5)


def test_a_score_that_is_calibrated_has_slope_1_and_nothing_beyond():
    scores = np.array([0.2, 0.5, 0.8])
    d = Distribution(scores, np.stack([scores, 1 - scores], axis=-1)[None] * 100)
    assert MEASURES["calibration_slope"].estimate(d).value == pytest.approx([1])
    assert MEASURES["calibration_in_the_large"].estimate(d).value == pytest.approx([0], abs=1e-12)


def test_exposure_is_a_mean(made_up):
    found = MEASURES["exposure"].estimate(made_up)
    for group in range(3):
        score, _ = expanded(made_up, group)
        assert found.value[group] == pytest.approx(score.mean())
        assert found.variance[group] == pytest.approx(score.var(ddof=1) / len(score))


ALL_WITH = np.array([[[1.0, 0], [2, 0], [3, 0]]])
ALL_WITHOUT = ALL_WITH[..., ::-1]
PARTED = np.array([[[0.0, 5], [0, 5], [5, 0]]])
ONE_SCORE = np.array([[[0.0, 0], [3, 4], [0, 0]]])


@pytest.mark.parametrize(
    ("name", "n"),
    [
        ("auc", BOTH_EMPTY),
        ("auc", ALL_WITH),
        ("auc", ALL_WITHOUT),
        ("xauc", BOTH_EMPTY),
        ("xauc", ALL_WITH),
        ("xauc", ALL_WITHOUT),
        ("calibration_in_the_large", BOTH_EMPTY),
        ("calibration_slope", BOTH_EMPTY),
        ("calibration_slope", ALL_WITH),
        ("calibration_slope", ALL_WITHOUT),
        ("calibration_slope", PARTED),
        ("calibration_slope", ONE_SCORE),
        ("exposure", BOTH_EMPTY),
    ],
)
def test_undefined(name, n):
    found = MEASURES[name].estimate(Distribution(np.array([0.2, 0.5, 0.8]), n))
    assert np.isnan(found.value).all()


@pytest.mark.parametrize("name", ["scoring_rate", "top_k_share"])
def test_a_share_of_nobody_is_undefined(name):
    assert np.isnan(MEASURES[name].rate(np.zeros((1, 3, 3))).value).all()


@pytest.mark.parametrize(
    ("alias", "name"),
    [
        ("top_k", "top_k_share"),
        ("roc_auc_score", "auc"),
        ("roc_auc", "auc"),
        ("area_under_the_curve", "auc"),
        ("cross_auc", "xauc"),
        ("calibration", "calibration_in_the_large"),
    ],
)
def test_a_measure_is_found_by_the_names_that_users_know(alias, name):
    assert MEASURES[alias].name == name


@pytest.mark.parametrize(
    ("name", "given", "label", "title", "share"),
    [
        (
            "selection_rate",
            {"at": 5},
            "selection_rate-at-5",
            "share who scored 5 or more",
            "scored 5 or more",
        ),
        (
            "false_negative_rate",
            {"at": 0.5},
            "false_negative_rate-at-0.5",
            "share who scored less than 0.5, of those with the outcome",
            "scored less than 0.5",
        ),
        ("selection_rate", {"at": 5.0}, "selection_rate-at-5", "share who scored 5 or more", "scored 5 or more"),
        (
            "top_k_share",
            {"capacity": 1500},
            "top_k_share-capacity-1500",
            "share among the 1,500 highest of all",
            "were among the 1,500 with the highest scores of all",
        ),
        (
            "top_k_share",
            {"capacity": 20, "per": "intake_day"},
            "top_k_share-capacity-20-per-intake_day",
            "share among the 20 highest of each intake day",
            "were among the 20 with the highest scores of each intake day",
        ),
    ],
)
def test_what_the_plan_says_is_in_name_title_and_phrase(name, given, label, title, share):
    bound = MEASURES[name].bound(given)
    assert (bound.label, bound.title, bound.phrases()[1]) == (label, title, share)
    assert MEASURES[name].label == name  # the one on the list stays as it is


def test_the_words_of_the_plan_stand_before_those_of_the_cut_off():
    bound = MEASURES["selection_rate"].bound({"at": 5})
    assert bound.phrases({"selected": "were flagged"})[1] == "were flagged"


def test_what_is_below_0_is_said_the_other_way_round():
    measure = MEASURES["calibration_in_the_large"]
    words = {"positive": "reoffended"}
    assert measure.says("White", "3", words) == "Of White, 3 in 100 more than predicted reoffended"
    assert measure.says("White", "-3", words) == "Of White, 3 in 100 fewer than predicted reoffended"


@pytest.mark.parametrize("name", of_kind("scores"))
def test_every_measure_obeys_the_laws(name):
    check_measure(MEASURES[name])


@pytest.mark.parametrize("name", of_kind("scores"))
def test_every_measure_says_what_it_is_and_whose(name):
    assert says_what_it_is_and_whose(name)
