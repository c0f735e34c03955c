"""How few people's outcomes a verdict hangs on.

Group a, the worse off, has `x1` events among `n1`, group b `x0` among `n0`; an event is what the rate counts. A verdict
that falls with one or two other outcomes is no reason to distrust the test, which has allowed for chance: it tells how
little it would take.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fairaudit.stats import score
from fairaudit.stats.score import Kind

Array = NDArray[np.float64]
Booleans = NDArray[np.bool_]
Verdict = Literal["cleared", "flagged"]
# Says at (x1, n1, x0, n0) whether a verdict stands.
Still = Callable[[Array, Array, Array, Array], Booleans]


class Shift(NamedTuple):
    """The point ratio a / b as it is and after one person's decision, or one person's place, were another.

    `one_less` and `one_more` are the smallest and largest ratio after one selected more or less in either group;
    `swapped` and `swapped_back` after one selected in a rather than in b, and in b rather than in a. `crosses` says
    that one of them lies on the other side of the limit; `turns_round` that group a falls short of the limit, and would
    have the higher rate after `swapped`.
    """

    ratio: Array
    one_less: Array
    one_more: Array
    swapped_back: Array
    swapped: Array
    crosses: Booleans
    turns_round: Booleans


def stands(kind: Kind, margin: ArrayLike, alpha: ArrayLike, verdict: Verdict) -> Still:
    """Give a function that says whether the score test clears, or flags, at given counts; not where it is undefined.

    Args:
        kind: "ratio" or "difference".
        margin: of theta_a against theta_b.
        alpha: one-sided level, above 0 and below .5.
        verdict: "cleared" or "flagged".

    Raises:
        ValueError: if a level is outside (0, .5), or the verdict is another.
    """
    critical = score.critical_z(alpha)
    if verdict == "cleared":
        return lambda *counts: score.clearing_z(kind, *counts, margin) > critical
    if verdict == "flagged":
        return lambda *counts: score.flagging_z(kind, *counts, margin) <= -critical
    raise ValueError(f"only a pair that is cleared or flagged can stop being so; got {verdict!r}")


def fragility(
    kind: Kind,
    x1: ArrayLike,
    n1: ArrayLike,
    x0: ArrayLike,
    n0: ArrayLike,
    margin: ArrayLike,
    alpha: ArrayLike,
    verdict: Verdict,
    still: Still | None = None,
    of: Literal["a", "b"] = "a",
) -> Array:
    """Count the people of one group whose outcomes would have to differ for a verdict to fall (Walsh et al. 2014).

    One after the other, people of group a with the event are counted without it (cleared), or the reverse (flagged),
    with `n1` unchanged, until the verdict no longer stands; the one that fells it is counted. Beside 260 of 500, 250 of
    500 clear a ratio of .8, and so do 232 but not 231: that makes 19. Of group b, the other way round.

    Args:
        kind: "ratio" or "difference".
        x1: events of group a.
        n1: records of group a.
        x0: events of group b.
        n0: records of group b.
        margin: of theta_a against theta_b.
        alpha: one-sided level, above 0 and below .5.
        verdict: "cleared" or "flagged".
        still: says whether the verdict stands at (x1, n1, x0, n0), for another test than the score test; takes and
            returns arrays.
        of: whose people are counted otherwise: "a", or "b".

    Returns:
        Whole numbers from 1, of the broadcast shape; NaN where the verdict does not stand to begin with, and where it
        still stands when all of the group have the event, or none.

    Raises:
        ValueError: if a level is outside (0, .5), or the verdict is another.
    """
    x1, n1, x0, n0 = np.broadcast_arrays(*(np.asarray(each, dtype=float) for each in (x1, n1, x0, n0)))
    test = still or stands(kind, margin, alpha, verdict)
    x, n = (x1, n1) if of == "a" else (x0, n0)
    fewer = (verdict == "cleared") == (of == "a")

    def stands_after(k: Array) -> Booleans:
        other = x - np.minimum(k, x) if fewer else x + np.minimum(k, n - x)
        return test(other, n1, x0, n0) if of == "a" else test(x1, n1, other, n0)

    return smallest(stands_after, x if fewer else n - x)


def smallest(holds: Callable[[Array], Booleans], most: ArrayLike) -> Array:
    """Find the smallest whole number at which something no longer holds, by bisection, all at once.

    Args:
        holds: says for an array of numbers, 0 to `most`, whether it does; once it does not, it does not any further on.
        most: the largest number that is tried.

    Returns:
        1 to `most`, of the broadcast shape; NaN where it still holds at `most`, or does not hold at 0.
    """
    most = np.floor(np.asarray(most, dtype=float))
    start = np.asarray(holds(np.zeros_like(most)), dtype=bool)
    most = np.broadcast_to(np.where(np.isnan(most), 0.0, most), np.broadcast_shapes(start.shape, most.shape))
    falls = start & ~np.asarray(holds(most), dtype=bool)
    low, high = np.zeros(falls.shape), np.array(most)  # it holds at low and not at high
    while np.any(falls & (high - low > 1)):
        middle = np.floor((low + high) / 2)
        good = np.asarray(holds(middle), dtype=bool)
        low, high = np.where(good, middle, low), np.where(good, high, middle)
    return np.where(falls, high, np.nan)


def one_person_shift(x1: ArrayLike, n1: ArrayLike, x0: ArrayLike, n0: ArrayLike, limit: ArrayLike) -> Shift:
    """Say whether one person's decision puts the point ratio on the other side of a limit.

    `turns_round` is the case in which federal questions and answers on selection procedures (44 FR 11996, 1979) find
    it generally inappropriate to act: so few people that one different person selected would leave the group with the
    higher rate. 3 of 20 beside 16 of 80, a ratio of .75, become 4 of 20 beside 15 of 80, that is 20% beside 18.75%.
    It says that little is known, not that the groups fare alike.

    Args:
        x1: selected in group a, the worse off.
        n1: people in group a.
        x0: selected in group b.
        n0: people in group b.
        limit: smallest ratio a / b that is on the good side.

    Returns:
        Ratios of the broadcast shape; NaN where a group is empty, or where nobody is selected; infinite where b alone
        has nobody selected. A change that a group has no room for leaves its count as it is. `crosses` and
        `turns_round` are False where the ratio is undefined.
    """
    x1, n1, x0, n0, limit = np.broadcast_arrays(*(np.asarray(each, dtype=float) for each in (x1, n1, x0, n0, limit)))
    more1, less1 = np.minimum(x1 + 1, n1), np.maximum(x1 - 1, 0)
    more0, less0 = np.minimum(x0 + 1, n0), np.maximum(x0 - 1, 0)
    # Nobody can be taken from where nobody is, nor put where all are.
    forth, back = (x1 < n1) & (x0 > 0), (x0 < n0) & (x1 > 0)
    swapped_back = np.where(back, less1, x1), np.where(back, more0, x0)
    swapped = np.where(forth, more1, x1), np.where(forth, less0, x0)
    others = [(less1, x0), (x1, more0), (more1, x0), (x1, less0), swapped_back, swapped]
    ratio = _ratio(x1, n1, x0, n0)
    ratios = [_ratio(a, n1, b, n0) for a, b in others]
    good = _reaches(x1, n1, x0, n0, limit)
    turned = [~np.isnan(r) & (_reaches(a, n1, b, n0, limit) != good) for r, (a, b) in zip(ratios, others, strict=True)]
    return Shift(
        ratio,
        np.fmin(ratios[0], ratios[1]),
        np.fmax(ratios[2], ratios[3]),
        *ratios[4:],
        ~np.isnan(ratio) & np.any(turned, axis=0),
        ~np.isnan(ratio) & ~good & (swapped[0] * n0 > swapped[1] * n1),
    )


def _ratio(x1: Array, n1: Array, x0: Array, n0: Array) -> Array:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where((n1 > 0) & (n0 > 0), x1 * n0 / (x0 * n1), np.nan)


def _reaches(x1: Array, n1: Array, x0: Array, n0: Array, limit: Array) -> Booleans:
    """Compare without dividing, so that .48 beside .60 is a ratio of .8."""
    ours, theirs = x1 * n0, limit * x0 * n1
    return ours >= theirs * (1 - 1e-12)
