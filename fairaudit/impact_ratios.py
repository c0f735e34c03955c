"""Rates of categories, and their impact ratios, as New York City's rules on bias audits ask for them.

Rules of the City of New York, title 6, sections 5-300 and 5-301. Ratios are of unrounded rates. No ratio says by itself
whether anything is wrong: the rules set no limit.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

SMALL = Fraction(2, 100)
"""A category below this share of the people counted may be left out of the comparison, for a reason (5-301(d))."""


@dataclass(frozen=True)
class Category:
    """People of one category.

    Attributes:
        name: of the category.
        n: how many were assessed, with a known decision or score.
        selected: how many of them were selected, or scored above the median of everybody.
        left_open: whether either count was received hidden; both are then only the least that they can be.
    """

    name: str
    n: int
    selected: int
    left_open: bool = False

    @property
    def rate(self) -> Fraction | None:
        """Selected / n, 0 to 1; None where n is 0, or a count is left open."""
        return Fraction(self.selected, self.n) if self.n and not self.left_open else None


@dataclass(frozen=True)
class Compared:
    """A category beside the one selected most.

    Attributes:
        category: its counts.
        ratio: its rate / the highest rate of a category that is compared, 0 to 1; None where the category is left out,
            where it has no rate, or where nobody was selected at all (0/0).
        small: whether it is less than `SMALL` of the people counted.
        left_out: whether it is left out of the comparison; its rate may then be above the reference's.
    """

    category: Category
    ratio: Fraction | None
    small: bool
    left_out: bool


@dataclass(frozen=True)
class Comparison:
    """Categories of one kind, compared.

    Attributes:
        rows: one a category, in the order given.
        reference: the category with the highest rate of those compared, the first of several; None where no ratio can
            be told.
    """

    rows: tuple[Compared, ...]
    reference: Category | None


def compare(categories: Sequence[Category], *, leave_out_small: bool = False) -> Comparison:
    """Compare every category with the one that is selected most.

    Args:
        categories: of one kind, such as sex.
        leave_out_small: whether categories below `SMALL` are left out; they are never the reference then.

    Returns:
        Rates are 0 to 1, and so are ratios. While a count is left open no ratio is told, as the reference may be it.
    """
    people = sum(category.n for category in categories)
    small = [category.n < SMALL * people for category in categories]
    left_out = [each and leave_out_small for each in small]
    rates = [None if out else category.rate for category, out in zip(categories, left_out, strict=True)]
    known = [rate for rate in rates if rate is not None]
    highest = max(known, default=Fraction(0))
    told = highest > 0 and not any(c.left_open and not out for c, out in zip(categories, left_out, strict=True))
    rows = tuple(
        Compared(category, rate / highest if told and rate is not None else None, is_small, out)
        for category, rate, is_small, out in zip(categories, rates, small, left_out, strict=True)
    )
    return Comparison(rows, categories[rates.index(highest)] if told else None)


@dataclass(frozen=True)
class Disagreement:
    """A category whose people in its own table and in the table of combinations are not the same.

    Attributes:
        name: of the category.
        alone: its people and its selected, in its own table.
        combined: the same, summed over its combinations.
    """

    name: str
    alone: tuple[int, int]
    combined: tuple[int, int]

    @property
    def possible(self) -> bool:
        """Whether people whose other category is unknown can account for it: none too many, nor more selected."""
        people, selected = (alone - combined for alone, combined in zip(self.alone, self.combined, strict=True))
        return 0 <= selected <= people


def disagreements(
    categories: Sequence[Category], combinations: Mapping[str, Sequence[Category]]
) -> Iterator[Disagreement]:
    """Find the categories whose counts are not the sum of their combinations'.

    Args:
        categories: of one kind.
        combinations: by category: those that it is part of.
    """
    for category in categories:
        parts = combinations.get(category.name, ())
        if category.left_open or any(part.left_open for part in parts):
            continue
        alone, combined = (category.n, category.selected), (sum(p.n for p in parts), sum(p.selected for p in parts))
        if alone != combined:
            yield Disagreement(category.name, alone, combined)
