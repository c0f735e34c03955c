"""Draws records of a setting, and counts them as a tally holds them: hundreds in a moment."""

from __future__ import annotations

from copy import copy
from itertools import product

import numpy as np
import pandas as pd

from fairaudit.plan import UNKNOWN, Evidence
from fairaudit.tally import About, Tally
from tests.checks.weighed import OUTCOME, block
from tests.validity.settings import Setting
from tests.validity.truths import at_limit, mix, selected

NAMES = tuple("ABCDEFGH")
STRATA = ("s", "t")
FOLDS = 100  # clusters are cut into so many at most
KNOWN, HIDDEN = ("1", "0"), 2
OF_ERRORS = 0.5  # share with the outcome, where it is looked at
RIGHT = {"false_positive_rate": 0.7, "false_negative_rate": 0.2}
"""Where one error is looked at, the share selected on the other side of the outcome."""


def planned(setting: Setting) -> Evidence:
    """Give the block of a plan: what an agency would have written of such records."""
    groups = {"group": {"levels": list(NAMES[: setting.groups]), "unknown": [""]}}
    data: dict = dict(OUTCOME) if _has_outcome(setting) else {}
    more: dict = {}
    if setting.clusters:
        data["cluster"] = "person"
    if setting.weights or setting.uneven:
        data["weight"] = "stands_for"
    if setting.strata == "strata":
        more["strata"] = ["office"]
    if setting.strata == "raked":
        groups["age"] = {"levels": list(STRATA)}
        margin = {"moe": "moe"} if setting.margin else {}
        told = {"source": "people.csv", "people": "people", "from": "a made-up count", "year": 2024, **margin}
        data["population"], more["scenarios"] = told, ["raked"]
    measures = [{"measure": name, **setting.limit} for name in setting.measures]
    compare = [{"by": ["group"], "reference": setting.reference}]
    more["unknown_at_most"] = setting.unknown_at_most
    return block(groups, measures, compare=compare, data=data, **more)


class Drawing:
    """Draws tallies of one setting, which differ in their counts alone.

    Args:
        setting: what is particular to the records.
        truth: what is true of them.
        size: how many times as many records as the setting has.
    """

    def __init__(self, setting: Setting, truth: str, size: int = 1):
        self.setting, self.mix = setting, mix(setting)
        self.selected = selected(setting, truth)
        assert ((self.selected >= 0) & (self.selected <= 1)).all()
        self.group = np.repeat(np.arange(setting.groups), np.array(setting.sizes) * size)
        self.clusters = setting.clusters * size
        keys, about = self._about()
        self.shape = tuple(len(codes) for codes in keys.values())
        rows = pd.DataFrame(list(product(*keys.values())), columns=list(keys)).assign(table="group")
        # A tally sorts its cells in its own way: the numbers say where each went.
        sums = {name: 0.0 for name in ("w", "ww") if about.weighted}
        self.empty = Tally(about, rows.assign(n=range(len(rows)), **sums))
        self.order = self.empty.cells["n"].to_numpy(int)

    def _about(self) -> tuple[dict, About]:
        setting = self.setting
        names = NAMES[: setting.groups]
        keys: dict = {"group": (*names, UNKNOWN)}
        attributes, strata, population = {"group": names}, (), None
        if setting.strata == "raked":
            keys["age"], attributes["age"], population = STRATA, STRATA, _population(setting)
        elif setting.strata == "strata":
            keys["office"], strata = STRATA, ("office",)
        keys["decision"] = (*KNOWN, UNKNOWN)
        keys |= {"outcome": (*KNOWN, UNKNOWN)} if _has_outcome(setting) else {}
        keys |= {"fold": range(FOLDS)} if setting.clusters else {}
        about = About(
            "decisions",
            attributes,
            {"group": tuple(attributes)},
            strata=strata,
            has_outcome=_has_outcome(setting),
            weighted=bool(setting.weights or setting.uneven),
            folds=FOLDS if setting.clusters else None,
            population=population,
        )
        return keys, about

    def records(self, random: np.random.Generator) -> dict[str, np.ndarray]:
        """Draw records: the place of every key among its codes, and weights; each of shape (records,)."""
        setting, group, n = self.setting, self.group, len(self.group)
        stratum = np.zeros(n, int) if not setting.mix else (random.random(n) >= self.mix[group, 0]).astype(int)
        rate, fold = self.selected[group, stratum], None
        if setting.clusters:
            cluster = random.integers(self.clusters, size=n)
            rate = np.clip(rate * self._effects(random)[cluster, group], 0, 1)
            fold = random.integers(FOLDS, size=self.clusters)[cluster]
        outcome = (random.random(n) >= OF_ERRORS).astype(int)
        decision = (random.random(n) >= self._chance(rate, outcome)).astype(int)
        weight = np.exp(setting.uneven * random.standard_normal(n)) if setting.uneven else np.ones(n)
        weight = weight * np.array(setting.weights)[stratum] if setting.weights else weight
        drawn = {"group": group, "age": stratum, "office": stratum, "decision": decision, "outcome": outcome}
        return {**self._with_unknowns(drawn, random), "fold": fold, "weight": weight}

    def _effects(self, random: np.random.Generator) -> np.ndarray:
        """Draw what clusters do to the rates of groups: factors of mean 1, relative deviation about .4."""
        shape = (self.clusters, self.setting.groups)
        if self.setting.effects == "independent":
            lean = random.standard_normal(shape)
        else:
            sign = np.where(np.arange(shape[1]) % 2, -1, 1) if self.setting.effects == "opposite" else 1
            lean = random.standard_normal((shape[0], 1)) * sign * np.ones(shape[1])
        return np.exp(0.4 * lean - 0.08)

    def _chance(self, rate: np.ndarray, outcome: np.ndarray) -> np.ndarray:
        """Give how probably each record is selected; place 0 of outcomes is that it came about."""
        measures = self.setting.measures
        if "selection_rate" in measures:
            return rate
        with_outcome = 1 - rate if "false_negative_rate" in measures else RIGHT["false_positive_rate"]
        without = rate if "false_positive_rate" in measures else RIGHT["false_negative_rate"]
        return np.where(outcome == 0, with_outcome, without)

    def _with_unknowns(self, drawn: dict[str, np.ndarray], random: np.random.Generator) -> dict[str, np.ndarray]:
        setting, group, decision = self.setting, drawn["group"], drawn["decision"]
        n = len(group)
        hidden = random.random((3, n))
        chance = np.array(setting.no_group)[drawn["age"]]
        without = np.full(n, setting.no_decision)
        if setting.at_worst:
            low, high = at_limit(setting), setting.rate
            without = np.where((group == 0) & (decision == 1), 1 - low * (1 - high) / (high * (1 - low)), 0.0)
        return {
            **drawn,
            "group": np.where(hidden[0] < chance, setting.groups, group),
            "decision": np.where(hidden[1] < without, HIDDEN, decision),
            "outcome": np.where(hidden[2] < setting.no_outcome, HIDDEN, drawn["outcome"]),
        }

    def tally(self, random: np.random.Generator) -> Tally:
        """Draw records and count them."""
        drawn = self.records(random)
        keys = [key for key in self.empty.about.keys if key != "table"]
        cell = np.ravel_multi_index([drawn[key] for key in keys], self.shape)
        sums = {"n": np.bincount(cell, minlength=len(self.order))}
        if self.empty.about.weighted:
            sums |= {name: np.bincount(cell, drawn["weight"] ** power, len(self.order)) for name, power in SUMS.items()}
        tally = copy(self.empty)
        cells = self.empty.cells.assign(**{name: each[self.order] for name, each in sums.items()})
        # Cells of no records are not in a tally; groups have some in every setting.
        tally.cells = cells[cells["n"] > 0].reset_index(drop=True)
        return tally


SUMS = {"w": 1, "ww": 2}


def _has_outcome(setting: Setting) -> bool:
    return "selection_rate" not in setting.measures


def _population(setting: Setting) -> dict:
    """Give who lives there: as many of each group as the records have, and other shares of the strata."""
    total = sum(setting.sizes)
    moe2 = (setting.margin * total) ** 2 / setting.groups or None
    rows = [
        [name, stratum, size * share, moe2]
        for name, size in zip(NAMES, setting.sizes, strict=False)
        for stratum, share in zip(STRATA, setting.people, strict=True)
    ]
    return {"by": ["group", "age"], "rows": rows}
