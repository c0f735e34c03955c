"""What the rule is tried on, a row a setting: records that are made up, and the limit that they are held to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

UNEQUAL = (300, 600, 1_200, 1_200, 2_400, 4_800, 9_600, 300)
RATIO, GAP = {"ratio": 0.8}, {"difference": 0.05}
OFFICES = {"mix": ((0.6, 0.4), (0.3, 0.7))}
"""Shares of two strata in the first group, and in every other."""


@dataclass(frozen=True)
class Setting:
    """One kind of records, and the limit.

    Attributes:
        what: what is particular, in words.
        limit: ratio, difference, or both; the first is the one that records are exactly at.
        rate: the highest rate of any group.
        planted: the rate of the first group where a gap is planted.
        sizes: records of each group.
        many: how many times as many there are where all groups are alike, and should clear; 0 where none could.
        measures: what is measured; each has these rates.
        reference: who is compared with whom.
        mix: shares of two strata in the first group and in every other; one stratum where empty.
        strata: what strata are: declared "strata", an attribute "raked" to a population, or classes of "weights".
        only_there: whether records at the limit are so only once weighed, raked or spread; as they are recorded all
            groups are then alike.
        people: shares of the strata in the population.
        margin: of error of each of these shares at 90%.
        weights: what a record of each stratum stands for.
        uneven: standard deviation of the logarithm of a further factor of every weight.
        clusters: how many; 0 where every record is its own.
        effects: what clusters do to groups' rates: "like", "independent" or "opposite".
        no_group: share of either stratum whose group is unknown.
        no_decision: share whose decision is unknown.
        no_outcome: share whose outcome is unknown.
        at_worst: whether just so many of the first group's people who were not selected have no decision on file that
            what is known of the groups is alike.
        unknown_at_most: the share above which the plan asks for the worst case.
    """

    what: str
    limit: Mapping[str, float] = field(default_factory=lambda: RATIO)
    rate: float = 0.30
    planted: float = 0.12
    sizes: tuple[int, ...] = (400, 400)
    many: int = 10
    measures: tuple[str, ...] = ("selection_rate",)
    reference: str = "all_pairs"
    mix: tuple[tuple[float, float], ...] = ()
    strata: str = ""
    only_there: bool = False
    people: tuple[float, float] = ()
    margin: float = 0.0
    weights: tuple[float, float] = ()
    uneven: float = 0.0
    clusters: int = 0
    effects: str = "like"
    no_group: tuple[float, float] = (0.0, 0.0)
    no_decision: float = 0.0
    no_outcome: float = 0.0
    at_worst: bool = False
    unknown_at_most: float = 0.05

    @property
    def groups(self) -> int:
        """How many groups there are."""
        return len(self.sizes)

    @property
    def family(self) -> int:
        """How many pairs of groups are looked at in all: what Holm's method allows for."""
        pairs = self.groups * (self.groups - 1) if self.reference == "all_pairs" else 2 * self.groups
        return pairs * len(self.limit) * len(self.measures)


ERRORS = {
    "measures": ("false_positive_rate",),
    "rate": 0.25,
    "planted": 0.05,
    "limit": GAP,
    "sizes": (3_000, 3_000),
    "many": 3,
}

HEAVY = {**OFFICES, "strata": "weights", "weights": (4.0, 1.0)}
TWO_ERRORS = ("false_positive_rate", "false_negative_rate")

AREAS: dict[str, dict[str, Setting]] = {
    "Two groups: sizes, limits, rates": {
        "ratio": Setting("ratio"),
        "difference": Setting("difference", GAP, planted=0.15, sizes=(1_500, 1_500)),
        "small": Setting("60 records a group", {"difference": 0.25}, planted=0.05, sizes=(60, 60), rate=0.6),
        "large": Setting("10,000 records a group", planted=0.20, sizes=(10_000, 10_000), many=1),
        "unequal": Setting("few beside many", {"ratio": 0.6}, planted=0.03, sizes=(120, 5_000), many=5),
        "near 0": Setting("rates of 1 in 100", rate=0.01, planted=0.004, sizes=(20_000, 20_000), many=3),
        "near 1": Setting("rates of 99 in 100", GAP, rate=0.99, planted=0.85, sizes=(300, 300)),
        "both limits": Setting("ratio and difference", {"ratio": 0.8, "difference": 0.10}),
    },
    "4 and 8 groups": {
        "4 groups": Setting("4 groups", planted=0.20, sizes=(3_000,) * 4, many=1),
        "8 groups": Setting("8 groups", planted=0.20, sizes=(3_000,) * 8, many=1),
        "8 small": Setting("8 groups of 50", planted=0.10, sizes=(50,) * 8, rate=0.5, many=40),
        "8 unequal": Setting("8 groups of 300 to 9,600", planted=0.05, sizes=UNEQUAL, many=6),
        "4 v the rest": Setting("4 groups, each beside the rest", sizes=(800,) * 4, reference="rest"),
    },
    "Error rates": {
        "errors": Setting("wrong alarms", **ERRORS),
        "errors, 4 groups": Setting("wrong alarms, 4 groups",
                                    **{**ERRORS, "sizes": (4_000,) * 4, "planted": 0.15, "many": 2}),
        "both errors": Setting("two error rates", **{**ERRORS, "measures": TWO_ERRORS}),
    },
    "Weights": {
        "weights": Setting("weights, some 10 times others", uneven=0.7, sizes=(1_500, 1_500)),
        "weights tell": Setting("heavy records fare otherwise", **HEAVY, uneven=0.3,
                                only_there=True, planted=0.08, sizes=(1_500, 1_500)),
    },
    "Clusters": {
        "12 clusters": Setting("12 clusters, opposite effects", {"ratio": 0.5}, clusters=12, effects="opposite",
                               sizes=(1_000, 1_000), planted=0.06),
        "30 clusters": Setting("30 clusters", clusters=30, many=20),
        "opposite": Setting("300 clusters, opposite effects", clusters=300, effects="opposite", sizes=(2_000, 2_000)),
        "500 clusters": Setting("500 clusters", clusters=500, effects="independent"),
        "clusters, 4 groups": Setting("100 clusters, 4 groups", clusters=100, effects="independent", sizes=(2_000,) * 4,
                                      many=8),
        "clusters, weights": Setting("100 clusters and weights", clusters=100, uneven=0.5, sizes=(600, 600), many=20),
    },
    "Unknown groups, decisions, outcomes; strata": {
        "unknown groups": Setting("unknown groups, few", **OFFICES, strata="strata", no_group=(0.03, 0.03),
                                  sizes=(1_000, 1_000)),
        "spread": Setting("unknown groups, at the limit once spread", **OFFICES, strata="strata", no_group=(0.7, 0.05),
                          only_there=True, unknown_at_most=0.9, sizes=(2_000, 2_000)),
        "unknown decisions": Setting("unknown decisions, few", no_decision=0.03, sizes=(1_000, 1_000)),
        "unknown outcomes": Setting("unknown outcomes, few", **ERRORS, no_outcome=0.02),
        "at worst": Setting("unknown decisions, many, hiding the gap", {"ratio": 0.5}, rate=0.6, planted=0.03,
                            at_worst=True, many=0),
    },
    "Raked to a population, as declared": {
        "raked": Setting("at the limit once raked", **OFFICES, strata="raked", people=(0.2, 0.8), only_there=True,
                         sizes=(1_500, 1_500)),
        "raked, margins": Setting("raked, at the limit at one end of a margin", **OFFICES, strata="raked",
                                  people=(0.3, 0.7), margin=0.06, only_there=True, sizes=(1_500, 1_500), many=5),
        "raked, 4 groups": Setting("raked, 4 groups", **OFFICES, strata="raked", people=(0.2, 0.8), only_there=True,
                                   sizes=(3_000,) * 4, many=3),
        "raked, clusters": Setting("raked, 100 clusters", **OFFICES, strata="raked", people=(0.2, 0.8), only_there=True,
                                   clusters=100, sizes=(2_000, 2_000), many=10),
        "raked, weights": Setting("raked, with weights", **OFFICES, strata="raked", people=(0.2, 0.8), only_there=True,
                                  uneven=0.5, sizes=(1_500, 1_500)),
    },
}  # fmt: skip
"""Settings by what they have in common. Where strata are `raked`, the plan declares `scenarios: [raked]`."""

SETTINGS: dict[str, Setting] = {name: each for area in AREAS.values() for name, each in area.items()}
