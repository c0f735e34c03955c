"""Measures of yes/no decisions.

Records are counted by decision ("was selected": yes or no) and by outcome ("had the outcome": what turned out to be
true). A record whose decision or outcome is unknown counts in no measure that needs it. TP, FP, FN and TN are the four
cells where both are known; the field's words "positive" and "negative" mean with and without the outcome.

"Best" is the value of a decision that always agrees with the outcome. It is no statement of fairness: what a plan
limits is how far apart groups may be. What a high value means for a group hangs on whether being selected is a burden
or a benefit, and is said by `rises_with`. Measures of those selected (predictive values and their complements) are
read as an outcome test reads them (Becker 1993, Journal of Political Economy 101(3): 385-409): where a burden falls
on a group with less cause, fewer of its selected people have the outcome; where a benefit is held to a higher bar,
more do. Averages can mislead such a test where groups differ in how their risks spread (Simoiu, Corbett-Davies & Goel
2017, Annals of Applied Statistics 11(3): 1193-1216).
"""

from __future__ import annotations

from typing import Any

from fairaudit.measures.counts import Rate
from fairaudit.measures.registry import measure

BOTH = ("decision", "outcome")
UNIFORM_GUIDELINES = "Uniform Guidelines on Employee Selection Procedures 1978, 29 CFR 1607.16(R)"
HARDT = "Hardt, Price & Srebro 2016, arXiv:1610.02413"
CHOULDECHOVA = "Chouldechova 2017, Big Data 5(2): 153-163, arXiv:1703.00056"
BERK = "Berk, Heidari, Jabbari, Kearns & Roth 2018, Sociological Methods & Research, arXiv:1703.09207"
ZAFAR = "Zafar, Valera, Gomez Rodriguez & Gummadi 2017, WWW '17, arXiv:1610.08452"
SENSITIVITY = "Altman & Bland 1994, BMJ 308: 1552"
PREVALENCE = "Porta (ed.) 2014, A Dictionary of Epidemiology, 6th edition, Oxford University Press"


@measure(
    of="{people}",
    share="{selected}",
    rises_with="selection",
    needs=("decision",),
    source=UNIFORM_GUIDELINES,
    title="share selected",
    aliases=("demographic_parity", "statistical_parity", "positive_rate", "pprev"),
    counterpart="fairlearn.metrics.selection_rate",
)
def selection_rate(c: Any) -> Rate:
    """Of all people decided on, the share who were selected.

    Formula: selected / (selected + not selected), whatever the outcome.
    Range: 0 to 1; no value is best in itself.
    Undefined: where no decision is known in the group.
    Definition: the selection rate of the Uniform Guidelines, whose four-fifths rule compares it; equal across groups
        it is called demographic or statistical parity (Dwork et al. 2012, arXiv:1104.3913).
    """
    return Rate(c.selected, c.n)


@measure(
    of="{people} who {positive}",
    share="{selected}",
    rises_with="selection",
    needs=BOTH,
    source=HARDT,
    title="share selected, of those with the outcome",
    aliases=("recall", "recall_score", "sensitivity", "tpr", "equal_opportunity"),
    counterpart="fairlearn.metrics.true_positive_rate",
)
def true_positive_rate(c: Any) -> Rate:
    """Of those with the outcome, the share who were selected.

    Formula: TP / (TP + FN).
    Range: 0 to 1; best 1.
    Undefined: where nobody in the group has the outcome.
    Definition: sensitivity in medicine (Altman & Bland 1994, BMJ 308: 1552), recall in information retrieval; equal
        across groups it is the equal opportunity of Hardt et al.
    """
    return Rate(c.tp, c.tp + c.fn)


@measure(
    of="{people} who {negative}",
    share="{selected}",
    rises_with="selection",
    needs=BOTH,
    source=HARDT,
    title="share selected, of those without the outcome",
    aliases=("fpr", "fall_out", "predictive_equality"),
    counterpart="fairlearn.metrics.false_positive_rate",
)
def false_positive_rate(c: Any) -> Rate:
    """Of those without the outcome, the share who were selected all the same.

    Formula: FP / (FP + TN).
    Range: 0 to 1; best 0.
    Undefined: where nobody in the group is without the outcome.
    Definition: 1 - specificity; equal across groups together with the true positive rate it is the equalized odds of
        Hardt et al., alone the predictive equality of Corbett-Davies et al. 2017 (arXiv:1701.08230).
    """
    return Rate(c.fp, c.fp + c.tn)


@measure(
    of="{people} who {negative}",
    share="{not_selected}",
    rises_with="non_selection",
    needs=BOTH,
    source=SENSITIVITY,
    title="share not selected, of those without the outcome",
    aliases=("specificity", "tnr"),
    counterpart="fairlearn.metrics.true_negative_rate",
)
def true_negative_rate(c: Any) -> Rate:
    """Of those without the outcome, the share who were rightly not selected.

    Formula: TN / (TN + FP).
    Range: 0 to 1; best 1.
    Undefined: where nobody in the group is without the outcome.
    Definition: specificity in medicine, the complement of the false positive rate.
    """
    return Rate(c.tn, c.tn + c.fp)


@measure(
    of="{people} who {positive}",
    share="{not_selected}",
    rises_with="non_selection",
    needs=BOTH,
    source=CHOULDECHOVA,
    title="share not selected, of those with the outcome",
    aliases=("fnr", "miss_rate"),
    counterpart="fairlearn.metrics.false_negative_rate",
)
def false_negative_rate(c: Any) -> Rate:
    """Of those with the outcome, the share whom the decision missed.

    Formula: FN / (FN + TP).
    Range: 0 to 1; best 0.
    Undefined: where nobody in the group has the outcome.
    Definition: 1 - sensitivity; equal across groups together with the false positive rate it is Chouldechova's error
        rate balance.
    """
    return Rate(c.fn, c.fn + c.tp)


@measure(
    of="{people} who {selected}",
    share="{positive}",
    rises_with="non_selection",
    needs=BOTH,
    source=CHOULDECHOVA,
    title="share with the outcome, of those selected",
    aliases=("precision", "precision_score", "ppv", "predictive_parity"),
    counterpart="sklearn.metrics.precision_score",
)
def positive_predictive_value(c: Any) -> Rate:
    """Of those selected, the share who had the outcome.

    Formula: TP / (TP + FP).
    Range: 0 to 1; best 1.
    Undefined: where nobody selected in the group has a known outcome.
    Definition: predictive value in medicine (Altman & Bland 1994, BMJ 309: 102), precision in information retrieval;
        equal across groups it is Chouldechova's predictive parity. Compared as in an outcome test (Becker 1993).
    """
    return Rate(c.tp, c.tp + c.fp)


@measure(
    of="{people} who {not_selected}",
    share="{negative}",
    rises_with="selection",
    needs=BOTH,
    source=BERK,
    title="share without the outcome, of those not selected",
    aliases=("npv",),
    counterpart="sklearn.metrics.precision_score(pos_label=0)",
)
def negative_predictive_value(c: Any) -> Rate:
    """Of those not selected, the share who did not have the outcome.

    Formula: TN / (TN + FN).
    Range: 0 to 1; best 1.
    Undefined: where nobody left unselected in the group has a known outcome.
    Definition: predictive value of a negative test in medicine (Altman & Bland 1994, BMJ 309: 102); equal across
        groups together with the positive predictive value it is the conditional use accuracy equality of Berk et al.
    """
    return Rate(c.tn, c.tn + c.fn)


@measure(
    of="{people} who {selected}",
    share="{negative}",
    rises_with="selection",
    needs=BOTH,
    source=ZAFAR,
    title="share without the outcome, of those selected",
    aliases=("fdr",),
)
def false_discovery_rate(c: Any) -> Rate:
    """Of those selected, the share who did not have the outcome.

    Formula: FP / (FP + TP).
    Range: 0 to 1; best 0.
    Undefined: where nobody selected in the group has a known outcome.
    Definition: one of the five error rates by which Zafar et al. define disparate mistreatment; 1 - positive predictive
        value. Here it is a share of one group's selected people, not the expected share over many tests (Benjamini &
        Hochberg 1995).
    """
    return Rate(c.fp, c.fp + c.tp)


@measure(
    of="{people} who {not_selected}",
    share="{positive}",
    rises_with="non_selection",
    needs=BOTH,
    source=ZAFAR,
    title="share with the outcome, of those not selected",
    aliases=("for",),
)
def false_omission_rate(c: Any) -> Rate:
    """Of those not selected, the share who had the outcome.

    Formula: FN / (FN + TN).
    Range: 0 to 1; best 0.
    Undefined: where nobody left unselected in the group has a known outcome.
    Definition: one of the five error rates by which Zafar et al. define disparate mistreatment; 1 - negative predictive
        value.
    """
    return Rate(c.fn, c.fn + c.tn)


@measure(
    of="{people}",
    share="got a decision that matches the outcome",
    rises_with="accuracy",
    needs=BOTH,
    source=BERK,
    title="share of decisions that match the outcome",
    aliases=("accuracy_score",),
    counterpart="sklearn.metrics.accuracy_score",
)
def accuracy(c: Any) -> Rate:
    """Of all people whose decision and outcome are known, the share in whom the two agree.

    Formula: (TP + TN) / (TP + FP + FN + TN).
    Range: 0 to 1; best 1.
    Undefined: where nobody in the group has both a known decision and a known outcome.
    Definition: equal across groups it is the overall accuracy equality of Berk et al. It weighs both kinds of error
        alike, and so can be equal while one group bears all the wrongful selections.
    """
    return Rate(c.tp + c.tn, c.tp + c.fp + c.fn + c.tn)


@measure(
    of="{people}",
    share="got a decision that does not match the outcome",
    rises_with="error",
    needs=BOTH,
    source=ZAFAR,
    title="share of decisions that do not match the outcome",
    aliases=("zero_one_loss", "misclassification_rate"),
    counterpart="sklearn.metrics.zero_one_loss",
)
def error_rate(c: Any) -> Rate:
    """Of all people whose decision and outcome are known, the share in whom the two disagree.

    Formula: (FP + FN) / (TP + FP + FN + TN).
    Range: 0 to 1; best 0.
    Undefined: where nobody in the group has both a known decision and a known outcome.
    Definition: the overall misclassification rate of Zafar et al.; 1 - accuracy.
    """
    return Rate(c.fp + c.fn, c.tp + c.fp + c.fn + c.tn)


@measure(
    of="{people}",
    share="{positive}",
    rises_with=None,
    needs=("outcome",),
    source=PREVALENCE,
    title="share with the outcome",
    aliases=("base_rate",),
)
def prevalence(c: Any) -> Rate:
    """Of all people whose outcome is known, the share who had it, whatever was decided.

    Formula: positive / (positive + negative).
    Range: 0 to 1; no value is best.
    Undefined: where no outcome is known in the group.
    Definition: a term of epidemiology. It describes the people, not the decisions; where it differs between groups,
        error rates and predictive values cannot all be equal (Chouldechova 2017).
    """
    return Rate(c.positive, c.positive + c.negative)
