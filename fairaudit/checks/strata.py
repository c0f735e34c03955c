"""Would it hold within strata? The deciding pair, stratum by stratum, and one disparity common to all.

Shown and never judged: a stratum may carry the inequity itself, and what is alike within strata may still be apart in
what people get.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from fairaudit import sentences
from fairaudit.assessment import Disparity
from fairaudit.cells import counts, recorded
from fairaudit.checks.scenarios import READINGS, bound_in_words, estimate_in_words
from fairaudit.comparisons import Arms
from fairaudit.comparisons.scheme import divide
from fairaudit.languages import listed, say
from fairaudit.stats import mantel_haenszel, strata
from fairaudit.stats.mantel_haenszel import breslow_day
from fairaudit.verdicts import Comparison

LITTLE = 0.01  # of a share, or of a ratio's logarithm: what is nearer to none has no sign to turn round
DIFFERS = 0.05  # a p-value below it: one number does not fit all strata


def stratified(disparity: Disparity, comparison: Comparison) -> dict[str, Any] | None:
    """Compare the deciding pair within strata.

    Args:
        disparity: the finding.
        comparison: its deciding comparison.

    Returns:
        Counts by stratum, and what is common to all; None where there are no strata, counts are hidden, or the measure
        is no share of records.
    """
    return disparity.once("strata", lambda: _stratified(disparity, comparison))


def _stratified(disparity: Disparity, comparison: Comparison) -> dict[str, Any] | None:
    arms = disparity.arms
    plain = type(arms) is Arms and not arms.selective and arms.cells.maybe is None and not arms.cells.census
    if not plain or len(arms.cells.strata) < 2 or arms.scheme.overall:
        return None
    place = disparity.bounds[disparity.deciding].pair
    pair = arms.scheme.pairs[place]
    events, n = _by_stratum(arms)
    used = n[:, pair].sum(axis=1) > 0
    events, n = events[used], n[used]
    (x1, x0), (n1, n0) = events[:, pair].T, n[:, pair].T
    names = [name for name, here in zip(arms.cells.strata, used, strict=True) if here]
    # Clustered or weighted records are worth fewer than they are, in every stratum alike.
    of_pair = comparison.counts["recorded"]
    worth = divide([of_pair.n1[place], of_pair.n0[place]], [n1.sum(), n0.sum()])
    at = [each * of for each, of in zip((x1, n1, x0, n0), np.nan_to_num(worth).repeat(2), strict=True)]
    sign = comparison.sign
    lower, upper = (float(end) for end in strata.bounds(comparison.kind, *at, comparison.alpha))
    _, surely = strata.bounds(comparison.kind, *at, comparison.alpha / comparison.family)
    margin = comparison.margin
    common = mantel_haenszel.mantel_haenszel(*at, 2 * comparison.alpha)
    same = breslow_day(*at)
    raw = float(comparison.arms.estimates(comparison.kind)[place])
    estimate = float(common.ratio if comparison.kind == "ratio" else common.difference)
    # Of a ratio the logarithm has a sign, where it has one.
    signed = [
        value if comparison.kind == "difference" else math.log(value) if value > 0 else math.nan
        for value in (raw, estimate)
    ]
    standard = strata.standardised_difference(x1, n1, x0, n0, n.sum(axis=1))
    parts = strata.kitagawa(x1, n1, x0, n0)
    return {
        "pair": [arms.scheme.names[arm] for arm in pair],
        "by": list(disparity.evidence.strata),
        "shared": float(strata.shared_strata(n1, n0)),
        "raw": sign * raw,
        "common": sign * estimate,
        "lower": lower if sign == 1 else -upper,
        "upper": upper if sign == 1 else -lower,
        "holds": bool(lower > margin),
        "outside": bool(surely < margin),
        "odds_ratio": [float(common.odds_ratio), float(common.odds_ratio_lower), float(common.odds_ratio_upper)],
        "standardised": [float(standard.rate_a), float(standard.rate_b)],
        "from_rates": float(parts.from_rates),
        "from_composition": float(parts.from_composition),
        "breslow_day": [float(same.chi_squared), float(same.degrees_of_freedom), float(same.p)],
        "reversed": bool(strata.reversed_by_strata(*signed, LITTLE)),
        "rows": [
            {"stratum": name, "n": [float(n1[k]), float(n0[k])], "events": [float(x1[k]), float(x0[k])]}
            for k, name in enumerate(names)
        ],
    }


def _by_stratum(arms: Arms) -> tuple[np.ndarray, np.ndarray]:
    """Give events and records of every arm in every stratum, weighted where they are; each of shape (strata, arms)."""
    total = arms.cells.amounts.sum(axis=0)
    found = [
        counts(total[:, [k]], None, arms.scheme.arms, recorded(arms.measure), unknown_group=False)
        for k in range(len(arms.cells.strata))
    ]
    return np.array([events for events, _ in found]), np.array([n for _, n in found])


def strata_rows(disparity: Disparity, comparison: Comparison) -> Iterator[dict[str, Any]]:
    """Say whether the deciding pair is within the limit within strata, and whether strata turn it round."""
    found = stratified(disparity, comparison)
    if found is None or comparison.baseline:
        return
    yield {
        "check": "strata",
        "scenario": "within strata",
        "decides": False,
        "holds": found["holds"],
        "bound": _worst(comparison, found),
        "sentence": _said(disparity, comparison, found),
    }


def _worst(comparison: Comparison, found: dict[str, Any]) -> float:
    return found["lower"] if comparison.kind == "ratio" else found["upper"]


def _said(disparity: Disparity, comparison: Comparison, found: dict[str, Any]) -> str:
    by = listed([name.replace("_", " ") for name in found["by"]])
    bound = _worst(comparison, found)
    if not math.isfinite(bound):
        return say("Within strata of {strata}: it cannot be said, since no stratum holds both groups.", strata=by)
    sign = comparison.sign
    if found["outside"]:
        reading, number = "outside", estimate_in_words(disparity, comparison, sign * found["common"])
    else:
        reading = "within" if found["holds"] else "not_shown"
        number = bound_in_words(disparity, comparison, sign * bound)
    said = [say(READINGS[reading, False], how=say("Within strata of {strata}", strata=by), number=number)]
    if found["reversed"]:
        one, other = found["pair"]
        said.append(
            say(
                "Beware: within strata it points the other way than over all, since {one} and {other} are spread "
                "otherwise over them (Simpson's paradox). Read every stratum below.",
                one=one,
                other=other,
            )
        )
    if found["shared"] < 1:
        said.append(
            say(
                "That covers {share} of both groups: the others are in strata that hold one group only.",
                share=sentences.percent(found["shared"]),
            )
        )
    if found["breslow_day"][2] < DIFFERS:
        said.append(say("The strata differ more than chance explains: one number does not fit them all."))
    return " ".join(said)
