"""A group against a whole that it is part of: the overlap is taken out by comparing it with the rest.

With w the group's share of the whole's denominator and r = theta_group / theta_rest,
theta_group / theta_whole = r / (w r + 1 - w), and theta_group - theta_whole = (1 - w) (theta_group - theta_rest). Both
rise with the comparison against the rest, so limits and bounds convert one to one.
"""

from __future__ import annotations

import math

from fairaudit.stats.score import Kind


def margin(kind: Kind, limit: float, share: float, group_first: bool) -> float:
    """Turn a limit against the whole into the margin of the comparison with the rest.

    Args:
        kind: "ratio" (limit tau, 0 to 1) or "difference" (limit -delta, -1 to 0).
        limit: the lowest value allowed of theta_group / theta_whole, or of theta_whole / theta_group, or of the
            difference between them in the same order.
        share: the group's share w of the whole's denominator, 0 to 1; NaN where nobody is in it.
        group_first: whether the group comes first; else the whole does.

    Returns:
        The margin of theta_group against theta_rest, in the same order; NaN where no rates could break the limit,
        because the group is so large a part of the whole. Where nobody is in the denominator, the limit itself: of
        nobody nothing is shown.
    """
    if math.isnan(share):
        return limit
    if share >= 1:
        return math.nan
    if kind == "difference":
        converted = limit / (1 - share)
        return converted if converted > -1 else math.nan
    if group_first:
        return limit * (1 - share) / (1 - limit * share)
    return (limit - share) / (1 - share) if share < limit else math.nan


def shown(kind: Kind, value: float, share: float, group_first: bool) -> float:
    """Turn an estimate or bound of the comparison with the rest into that against the whole.

    Args:
        kind: "ratio" or "difference".
        value: theta_group / theta_rest, or theta_rest / theta_group, or the difference in the same order.
        share: the group's share w of the whole's denominator, 0 to 1; NaN where nobody is in it.
        group_first: whether the group comes first.

    Returns:
        The same, with the whole in place of the rest.
    """
    if math.isnan(share):
        return value
    if share >= 1:
        return 1.0 if kind == "ratio" else 0.0
    if kind == "difference":
        return (1 - share) * value
    if not group_first:
        return share + (1 - share) * value
    if math.isinf(value):
        return 1 / share if share > 0 else math.inf
    return value / (share * value + 1 - share)
