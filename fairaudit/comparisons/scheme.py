"""Who is compared with whom: reference schemes, as ordered pairs of groups."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from fairaudit.languages import say

Scenario = Literal[
    "recorded", "spread", "proxy", "worst", "reversed", "open_never", "raked", "raked_moe", "post_stratified",
    "kamiran_calders", "standardised", "balanced", "corrected",
]  # fmt: skip
OTHERWISE = {"reversed": {"reversed": True}}
"""Scenarios in which values are read otherwise, and what the view is then told."""
Kind = Literal["ratio", "difference"]
EVERYONE_ELSE = "everyone else"
EVERYONE = "everyone"


def arm_said(name: str) -> str:
    """Say whom an arm holds, in the language of the report: a group as it is called, or everyone else than one."""
    if name == EVERYONE:
        return say("everyone")
    if name.startswith(f"{EVERYONE_ELSE} than "):
        return say("everyone else than {group}", group=name.removeprefix(f"{EVERYONE_ELSE} than "))
    return name


FEW_FOLDS = 10  # with an event, or with anybody else: fewer say little of how clusters differ
NO_EFFECT = 1e-9  # a design effect below it is rounding: the folds agree


@dataclass(frozen=True)
class Scheme:
    """Ordered pairs of arms to compare; an arm is a group, or everybody but one group.

    Attributes:
        reference: "all_pairs", "rest", "overall" or a group's name.
        names: the arms' names.
        arms: shape (arms, groups), 1 where a group is part of an arm.
        pairs: shape (pairs, 2): places of the arms (a, b) of each ordered pair.
    """

    reference: str
    names: tuple[str, ...]
    arms: np.ndarray
    pairs: np.ndarray

    @classmethod
    def of(cls, groups: tuple[str, ...], reference: str) -> Scheme:
        """Build the pairs of a reference scheme, both directions of each."""
        size = len(groups)
        arms, names = np.eye(size), groups
        if reference == "all_pairs":
            pairs = [(a, b) for a in range(size) for b in range(size) if a != b]
        elif reference in ("rest", "overall"):
            arms = np.concatenate([arms, 1 - arms])
            names = (*groups, *(f"{EVERYONE_ELSE} than {name}" if reference == "rest" else EVERYONE for name in groups))
            pairs = [pair for g in range(size) for pair in ((g, size + g), (size + g, g))]
        else:
            place = groups.index(reference)
            pairs = [pair for g in range(size) if g != place for pair in ((g, place), (place, g))]
        return cls(reference, names, arms, np.array(pairs, int).reshape(-1, 2))

    @property
    def said(self) -> np.ndarray:
        """The arms as their names say: everyone is everyone, not everyone else; shape (arms, groups)."""
        size = self.arms.shape[1]
        return np.concatenate([self.arms[:size], np.ones((size, size))]) if self.overall else self.arms

    @property
    def overall(self) -> bool:
        """Say whether groups are compared with a whole of which they are a part."""
        return self.reference == "overall"


def divide(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """Divide; NaN where the whole is not above 0."""
    part, whole = np.broadcast_arrays(np.asarray(part, float), np.asarray(whole, float))
    return np.divide(part, whole, out=np.full(part.shape, np.nan), where=whole > 0)
