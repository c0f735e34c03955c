"""What is true of made-up records: which rates the groups have, as recorded and as the rule is to see them.

limit    one pair of groups exactly at the limit, all others nearer: must hardly ever clear
limits   as many pairs as can be exactly at the limit, none beyond: must hardly ever be flagged
planted  the first group far beyond the limit: must be found
equal    all groups alike, and many records: must clear
"""

from __future__ import annotations

import numpy as np

from tests.validity.settings import Setting

TRUTHS = ("limit", "limits", "planted", "equal")
Array = np.ndarray


def truths_of(setting: Setting) -> list[str]:
    """List what can be true of a setting: of two groups the only pair that is at the limit is all pairs that are."""
    same = setting.groups == 2 and not setting.only_there
    without = {"limits"} if same else set()
    return [truth for truth in TRUTHS if truth not in without | ({"equal"} if not setting.many else set())]


def at_limit(setting: Setting) -> float:
    """Give the rate that is exactly at the limit beside the highest."""
    kind, limit = next(iter(setting.limit.items()))
    return setting.rate * limit if kind == "ratio" else setting.rate - limit


def rates(setting: Setting, truth: str) -> Array:
    """Give the true rate of every group, shape (groups,)."""
    found = np.full(setting.groups, setting.rate)
    if truth == "limit":
        # Others in between, where they are least in the way of clearing; beside the rest all must be alike.
        middle = (setting.rate + at_limit(setting)) / 2
        found[1:-1] = setting.rate if setting.reference == "rest" else middle
        found[0] = at_limit(setting)
    if truth == "limits":
        many = 1 if setting.reference == "rest" else setting.groups // 2
        found[:many] = at_limit(setting)
    if truth == "planted":
        found[0] = setting.planted
    return found


def selected(setting: Setting, truth: str) -> Array:
    """Give the share with the event in every group and stratum, shape (groups, strata)."""
    true = rates(setting, truth)
    if not setting.mix:
        return true[:, None]
    if not (setting.only_there and truth == "limit"):
        return np.repeat(true[:, None], 2, axis=1)
    seen, meant = recorded_mix(setting), true_mix(setting)
    # As recorded every group has the mean of all true rates.
    alike = np.full(setting.groups, true.mean())
    mixes, wanted = np.stack([seen, meant], axis=1), np.stack([alike, true], axis=1)
    return np.linalg.solve(mixes, wanted[..., None])[..., 0]


def mix(setting: Setting) -> Array:
    """Give the shares of the strata among all records of a group, shape (groups, strata)."""
    if not setting.mix:
        return np.ones((setting.groups, 1))
    return np.array([setting.mix[min(g, 1)] for g in range(setting.groups)])


def recorded_mix(setting: Setting) -> Array:
    """Give the shares of the strata among the records whose group is known, each counted once."""
    known = mix(setting) * (1 - np.array(setting.no_group))
    return known / known.sum(axis=1, keepdims=True)


def true_mix(setting: Setting) -> Array:
    """Give the shares of the strata in the groups as they are meant: weighed, raked, or with everybody in them."""
    if setting.strata == "weights":
        heavy = mix(setting) * np.array(setting.weights)
        return heavy / heavy.sum(axis=1, keepdims=True)
    if setting.strata == "raked":
        return _raked(setting)
    return mix(setting)


def _raked(setting: Setting) -> Array:
    """Fit the records' table to the population's margins in turn (Deming & Stephan 1940), at an end of its margin."""
    table = mix(setting) * np.array(setting.sizes)[:, None]
    total, of_groups = table.sum(), table.sum(axis=1)
    # The end at which the stratum that is rarer in the population is rarest: furthest from the records.
    of_strata = np.array(setting.people, float) - np.array([setting.margin, 0])
    for _ in range(500):
        table = table * (of_strata / of_strata.sum() * total / table.sum(axis=0))
        table = table * (of_groups / table.sum(axis=1))[:, None]
    return table / table.sum(axis=1, keepdims=True)
