"""Which groups of a table are hidden, and how roughly the others must be told so that no sum gives the hidden away.

Of a group with a small count nothing is told. Whatever else is printed of the same people, its counts can then be had
only by taking all other groups from a total. So of those only between what they lie is told, and so widely that they
could all be more, or all less, by as many as the rule hides.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

from fairaudit.disclosure.rule import Rule

Parts = tuple[float | None, ...]
"""How many are counted, how many of them with an event, and how many without; or only the first."""
WIDER = (1, 2, 4, 8, 16)
IN_HUNDREDS = 44
"""A rate of at least so many times what counts are rounded to may be told in whole numbers of every 100."""


def gives_away(parts: Parts, rule: Rule) -> bool:
    """Say whether any part is small, or one is all there is: "all" and "none" tell of everybody."""
    return any(map(rule.small, parts)) or (len(parts) > 1 and bool(parts[0]) and 0 in parts)


def small_groups(table: Mapping[str, Sequence[Parts]], rule: Rule) -> frozenset[str]:
    """Name the groups of a table that hold a small count."""
    return frozenset(group for group, found in table.items() if any(gives_away(parts, rule) for parts in found))


def width(table: Mapping[str, Sequence[Parts]], hidden: Iterable[str], rule: Rule) -> int | None:
    """Choose how widely the counts of the groups that are told are rounded.

    Args:
        table: of every group the same parts, in the same order.
        hidden: the groups of which nothing is told.
        rule: which counts are hidden.

    Returns:
        What counts are rounded to; None where none of the widths tried leaves every small number open.
    """
    hidden = set(hidden)
    told = [found for group, found in table.items() if group not in hidden]
    of_hidden = [table[group] for group in hidden if group in table]
    for times in WIDER:
        if all(_open(place, told, of_hidden, times * rule.each, rule) for place in _places(of_hidden, rule)):
            return times * rule.each
    return None


def _places(of_hidden: Sequence[Sequence[Parts]], rule: Rule) -> list[tuple[int, int]]:
    """Give the columns that could give small counts away: (place of the parts, 0 for all or 1 for events)."""
    found = set()
    for row in of_hidden:
        for place, parts in enumerate(row):
            if rule.small(parts[0]):
                found.add((place, 0))
            if len(parts) > 1 and gives_away(parts, rule):
                found.add((place, 1))
    return sorted(found)


def _open(
    column: tuple[int, int],
    told: Sequence[Sequence[Parts]],
    of_hidden: Sequence[Sequence[Parts]],
    each: int,
    rule: Rule,
) -> bool:
    """Say whether the groups that are told could, all together, be more and be less by what the rule hides."""
    place, part = column
    more = less = 0.0
    for found in told:
        parts = found[place]
        if len(parts) <= part or parts[part] is None:
            continue
        low, high = rule.between(parts[part], each)
        if len(parts) > 1 and part == 1:  # what is without is no small number either
            high = min(high, parts[0] - rule.smallest)
            if parts[0] >= IN_HUNDREDS * each:
                share = round(100 * parts[1] / parts[0])
                low, high = (
                    max(low, math.ceil((share - 0.5) / 100 * parts[0])),
                    min(high, math.floor((share + 0.5) / 100 * parts[0])),
                )
        more, less = more + max(high - parts[part], 0), less + max(parts[part] - low, 0)
    return bool(of_hidden) and min(more, less) >= rule.smallest
