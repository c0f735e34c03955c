"""Measures of scores and rankings: who scores high, and how well the score tells people apart in each group.

Every measure of decisions is one of scores too, at a cut-off: ``{measure: false_positive_rate, at: 5, ...}``.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from fairaudit.measures.counts import Rate
from fairaudit.measures.distribution import Distribution
from fairaudit.measures.registry import measure
from fairaudit.measures.statistic import statistic
from fairaudit.measures.views import above_median, among_the_first, exposure_of
from fairaudit.stats import calibration, means, ranking
from fairaudit.stats.estimates import Estimate

BOTH = ("decision", "outcome")
LOCAL_LAW_144 = "Rules of the City of New York, title 6, section 5-301 (Local Law 144 of 2021): scoring rate"
DELONG = "DeLong, DeLong & Clarke-Pearson 1988, Biometrics 44: 837-845"
KALLUS = "Kallus & Zhou 2019, NeurIPS 32, arXiv:1902.05826"
COX = "Cox 1958, Biometrika 45: 562-565; Van Calster et al. 2016, Journal of Clinical Epidemiology 74: 167-176"
SINGH = "Singh & Joachims 2018, KDD '18, arXiv:1802.07281"


@measure(
    of="{people}",
    share="scored above the median of everybody scored",
    rises_with="selection",
    needs=("decision",),
    source=LOCAL_LAW_144,
    title="share scored above the median",
    kind="scores",
    view=above_median,
)
def scoring_rate(c: Any) -> Rate:
    """Of all people scored, the share whose score is above the median of the whole sample.

    Formula: scored above the median / scored.
    Range: 0 to 1; no value is best in itself.
    Undefined: where nobody in the group has a score.
    Definition: the scoring rate whose ratios the rule asks to publish; the median is that of everybody scored, also of
        people whose group is unknown.
    """
    return Rate(c.selected, c.n)


@measure(
    of="{people}",
    share="were among the {capacity} with the highest scores of {each}",
    rises_with="selection",
    needs=("decision",),
    source=SINGH,
    title="share among the {capacity} highest of {each}",
    aliases=("top_k", "top_k_selection_rate"),
    kind="scores",
    parameters=("capacity",),
    optional=("per",),
    view=among_the_first,
)
def top_k_share(c: Any) -> Rate:
    """Of all people scored, the share who are among so many with the highest scores, of all or of each list.

    Formula: among the first `capacity` / scored; of those tied for the last places a share, as if drawn by lot.
    Range: 0 to 1; no value is best in itself.
    Undefined: where nobody in the group has a score.
    Definition: the selection rate where places are few and scores decide who gets them.
    """
    return Rate(c.selected, c.n)


@statistic(
    kind="scores",
    scale="share",
    method="DeLong",
    phrase="{who}: of one with the outcome and one without, the score put the one with it higher {value} in 100 times",
    rises_with="accuracy",
    needs=BOTH,
    source=DELONG,
    title="AUC (how well the score tells outcomes apart)",
    aliases=("roc_auc", "roc_auc_score", "area_under_the_curve"),
    counterpart="sklearn.metrics.roc_auc_score",
    ends=((0, 0), (-1, 0)),
    fewest=20,
)
def auc(d: Distribution) -> Estimate:
    """In each group, how often somebody with the outcome scores higher than somebody without it.

    Formula: P(score with outcome > score without) + P(equal) / 2, within the group.
    Range: 0 to 1; .5 tells nothing, best 1.
    Undefined: where nobody in the group has the outcome, or nobody is without it.
    Definition: area under the receiver operating characteristic curve (Hanley & McNeil 1982, Radiology 143: 29-36);
        variance of DeLong et al. by midranks (Sun & Xu 2014), limits on the logit scale. Equal AUCs do not make a
        score fair: it may rank every group well and still set one above the other.
    """
    return _ranked(d.n[..., 0], d.n[..., 1])


@statistic(
    kind="scores",
    scale="share",
    method="DeLong",
    phrase="{who} with the outcome scored higher than people of the other group without it {value} in 100 times",
    rises_with="selection",
    needs=BOTH,
    source=KALLUS,
    title="xAUC (how well the score ranks across groups)",
    aliases=("cross_auc",),
    pairwise=True,
    ends=((0, 0), (-1, 0)),
    fewest=20,
)
def xauc(first: Distribution, second: Distribution) -> Estimate:
    """How often somebody of one group with the outcome scores higher than somebody of the other without it.

    Formula: P(score of a with outcome > score of b without) + P(equal) / 2, against the same with a and b exchanged.
    Range: 0 to 1; best 1.
    Undefined: where one group has nobody with the outcome, or the other nobody without it.
    Definition: the xAUC of Kallus & Zhou, whose difference shows that one group is ranked above or below what its
        outcomes warrant. Where a high score is a burden the group with the higher value is worse off: its people
        without the outcome are passed over less often by others with it. A group's own row is against all others.
    """
    return _ranked(first.n[..., 0], second.n[..., 1])


def _ranked(positives: np.ndarray, negatives: np.ndarray) -> Estimate:
    value, variance = ranking.auc(positives, negatives)
    return Estimate(value, variance, link="logit")


@statistic(
    kind="scores",
    scale="points",
    method="Welch",
    phrase="Of {who}, {value} in 100 more than predicted {positive}",
    phrase_below="Of {who}, {value} in 100 fewer than predicted {positive}",
    rises_with="non_selection",
    needs=BOTH,
    source=COX,
    title="outcomes beyond those predicted (calibration in the large)",
    aliases=("calibration",),
    ends=((-1, 1), (0, 0)),
    ratios=False,
)
def calibration_in_the_large(d: Distribution) -> Estimate:
    """In each group, how much more often the outcome came than the scores predicted.

    Formula: mean of (outcome - predicted probability).
    Range: -1 to 1; best 0.
    Undefined: where nobody in the group has both a score and an outcome.
    Definition: calibration in the large. The score must be a probability (`probability: true`).
    """
    value, variance = calibration.in_the_large(d.middles, d.n[..., 0], d.n[..., 1])
    return Estimate(value, variance, d.n[..., :2].sum(axis=(-2, -1)) - 1)


@statistic(
    kind="scores",
    scale="number",
    method="Wald",
    phrase="For {who}, the calibration slope is {value}",
    rises_with=None,
    needs=BOTH,
    source=COX,
    title="calibration slope",
    ends=None,
)
def calibration_slope(d: Distribution) -> Estimate:
    """In each group, how much the outcome rises with the score; below 1 the scores are more extreme than the truth.

    Formula: coefficient of logit(predicted probability) in a logistic regression of the outcome, with an intercept.
    Range: any number; best 1.
    Undefined: where scores or outcomes of the group are all alike, or the scores part the outcomes wholly.
    Definition: Cox's calibration slope; Wald variance. The score must be a probability (`probability: true`).
    """
    return Estimate(*calibration.slope(d.middles, d.n[..., 0], d.n[..., 1]))


@statistic(
    kind="scores",
    scale="number",
    method="Welch",
    phrase="On average {who} get an exposure of {value}",
    rises_with="selection",
    source=SINGH,
    title="exposure in the ranked list",
    optional=("per",),
    derive=exposure_of,
    skew_sensitive=True,
)
def exposure(d: Distribution) -> Estimate:
    """In each group, the mean exposure that members get by their rank in the list.

    Formula: mean of 1 / log2(1 + rank), rank 1 the highest score of the list; those tied share their ranks' mean.
    Range: above 0, at most 1; no value is best in itself.
    Undefined: where nobody in the group has a score.
    Definition: exposure under the usual position bias of discounted cumulative gain; ranks are taken as given.
    """
    value, variance = means.mean(d.values, d.all)
    return Estimate(value, variance, d.all.sum(axis=-1) - 1)
