"""What is planned: how many records a measure needs in a grouping, and what every group has of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from fairaudit.planning.after import POWER, two_digits


@dataclass(frozen=True)
class Group:
    """One group of a plan for records.

    Attributes:
        name: of the group.
        at_hand: its records now, counted by the measure or not.
        worth: how many independent records that the measure counts they are probably worth.
        needed: records that it should have, of such as are at hand; None where no number is known.
        years: how long its missing records would take at today's rate; None where that is not known.
    """

    name: str
    at_hand: int
    worth: float
    needed: int | None
    years: float | None = None

    @property
    def missing(self) -> int | None:
        """Records still missing."""
        return None if self.needed is None else max(self.needed - self.at_hand, 0)


@dataclass(frozen=True)
class Needed:
    """How many records one measure needs in one grouping.

    Attributes:
        by: what groups are made by, in words.
        measure: name, or title with what stands beside it.
        title: in plain words.
        groups: every group.
        limits: kind of limit -> limit; all of them must hold.
        rate: the rate expected, 0 to 1; None of values that are no share.
        each: independent records that the measure counts, of every group, where all have as many; of values and tests,
            records. None where nothing is known.
        fewest: the same, below which not even rates exactly alike could show it.
        counted: of how many records the measure counts one: 1 or more.
        effect: how many records of the same people (or of unequal weight) are worth one: 1 or more.
        total: records in all that would do if they come as those at hand do; None where not known or where none would.
        decides: the group that decides then; "" where not known.
        unknown: the share of unknowns, where it is so large that the worst case decides too; else 0.
        unknown_at_most: the share that the plan allows before that.
        ever: whether any number of records would do while so much is unknown.
        high: whether the expected rate is so high that a ratio alone cannot clear.
        alpha: the error rate of this look.
        power: the chance to clear.
        tests: whether matched tests are counted.
        why: why no number of records is planned; "" where one is.
        curve: gives (records that the measure counts in each of equal groups, chance to clear), for a chart.
    """

    by: str
    measure: str
    title: str
    groups: tuple[Group, ...] = ()
    limits: Mapping[str, float] | None = None
    rate: float | None = None
    each: float | None = None
    fewest: float | None = None
    counted: float = 1.0
    effect: float = 1.0
    total: int | None = None
    decides: str = ""
    unknown: float = 0.0
    unknown_at_most: float = 0.0
    ever: bool = True
    high: bool = False
    alpha: float = 0.05
    power: float = POWER
    tests: bool = False
    why: str = ""
    curve: Callable[[], tuple[tuple[float, float], ...]] | None = field(default=None, repr=False, compare=False)

    @property
    def there(self) -> bool:
        """Say whether there are records already."""
        return any(group.at_hand for group in self.groups)

    @property
    def enough(self) -> bool:
        """Say whether there are enough records of every group now."""
        return self.there and self.ever and not self.high and all(group.missing == 0 for group in self.groups)

    @property
    def records_each(self) -> int | None:
        """Records of every group, counted or not, where all have as many."""
        return None if self.each is None else two_digits(self.each * self.counted * self.effect)


def in_words(names: Sequence[str]) -> str:
    """Name what groups are made by."""
    return " and ".join(name.replace("_", " ") for name in names)
