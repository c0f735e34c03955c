"""Of which groups of an evidence block nothing is told: in tables of people, and in each grouping of the findings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any, NamedTuple

import numpy as np

from fairaudit.disclosure.choosing import WIDER, Parts, small_groups, width
from fairaudit.disclosure.rule import Rule
from fairaudit.measures import MEASURES
from fairaudit.plan import UNKNOWN

Block = Mapping[str, Any]
Grouping = tuple[str, ...]


MANY = 3
"""Times the smallest count: where fewer lack what is measured, all groups together, sizes are told roughly too."""


class Lack(NamedTuple):
    """Records of a group, and how many of them lack what is measured."""

    records: float
    lack: float


@dataclass
class Hidden:
    """What is hidden of a block.

    Attributes:
        people: groups left out of the table of people, by attribute; the unknown one is `UNKNOWN`.
        people_rounded: to what the numbers in the table of people are rounded, by attribute, where they are.
        rates: groups left out of the findings, by grouping; of a closed one, all.
        closed: groupings of which no number at all is told.
        rounded: to what counts are rounded, by grouping, where they are: since some group is hidden, or since small
            counts follow from several of them.
        blurred: attributes whose numbers of records are told roughly, since a few records lack what is measured.
        quiet: whether it is not told how many are of unknown group, decision or outcome, since some are few.
    """

    people: dict[str, frozenset[str]] = field(default_factory=dict)
    people_rounded: dict[str, int] = field(default_factory=dict)
    rates: dict[Grouping, frozenset[str]] = field(default_factory=dict)
    closed: set[Grouping] = field(default_factory=set)
    rounded: dict[Grouping, int] = field(default_factory=dict)
    blurred: set[str] = field(default_factory=set)
    quiet: bool = False

    @property
    def anything(self) -> bool:
        """Say whether anything is hidden, or told roughly."""
        return bool(self.closed or self.rounded or self.blurred or any(self.people.values()))


Key = tuple[str, int, str]


def _records_of(block: Block) -> tuple[str, int]:
    """Say which records a block is of: those of the same source, and as many."""
    return block["source"], block["records"]["kept"]


@dataclass
class Elsewhere:
    """What other blocks of the same source hide, which would be seen here: by records and attribute.

    Attributes:
        people: groups left out of tables of people.
        rates: groups left out of findings.
        rounded: to what counts of findings are rounded.
    """

    people: dict[Key, frozenset[str]] = field(default_factory=dict)
    rates: dict[Key, frozenset[str]] = field(default_factory=dict)
    rounded: dict[Key, int] = field(default_factory=dict)

    def with_block(self, block: Block, hidden: Hidden) -> None:
        """Add what a block hides."""
        for name, groups in hidden.people.items():
            key = (*_records_of(block), name)
            self.people[key] = self.people.get(key, frozenset()) | groups
        for (name, *more), groups in hidden.rates.items():
            if not more:
                key = (*_records_of(block), name)
                self.rates[key] = self.rates.get(key, frozenset()) | (groups - {UNKNOWN})
                if (name,) in hidden.rounded:
                    self.rounded[key] = max(self.rounded.get(key, 0), hidden.rounded[(name,)])


def hidden_of(block: Block, rule: Rule, elsewhere: Elsewhere) -> Hidden:
    """Choose what is hidden of a block.

    Args:
        block: one of `evidence`, as in `results.json`.
        rule: which counts are hidden.
        elsewhere: what other blocks of the same source hide.
    """
    found = Hidden(quiet=_few_unknown(block, rule))
    for attribute in block["attributes"]:
        _people(attribute, rule, found, elsewhere.people.get((*_records_of(block), attribute["name"]), frozenset()))
    of_grouping = _by_grouping(block)
    for grouping, findings in of_grouping.items():
        if len(grouping) == 1:
            _one_way(block, findings, rule, found, elsewhere)
    crossings = [grouping for grouping in of_grouping if len(grouping) > 1]
    if any(_crossing_gives_away(block, of_grouping, grouping, rule, found) for grouping in crossings):
        # Crossings share margins of margins: where one cannot be told, none is.
        found.closed |= set(crossings)
    for grouping in crossings:
        findings = of_grouping[grouping]
        beside = (left for finding in findings for left in _beside(block, finding))
        of_margins = [found.rounded[(name,)] for name in grouping if (name,) in found.rounded]
        if of_margins or _leaves_few(findings, frozenset(), rule) or any(map(rule.small, beside)):
            found.rounded[grouping] = max([rule.each, *of_margins])
    for grouping in found.closed:
        found.rates[grouping] = frozenset(row["group"] for f in of_grouping[grouping] for row in f["groups"])
    return found


def _people(attribute: Mapping[str, Any], rule: Rule, found: Hidden, elsewhere: frozenset[str]) -> None:
    """Choose whom a table of people leaves out, and how roughly it tells the others."""
    name = attribute["name"]
    rows = {_name(row): [(_count(row, "records"),)] for row in attribute["groups"]}
    open_ = {_name(row) for row in attribute["groups"] if "hidden" in row and len(set(row["hidden"]["records"])) > 1}
    hidden = small_groups(rows, rule) | (open_ | elsewhere) & rows.keys()
    if hidden:
        each = width(rows, hidden, rule)
        hidden = hidden if each else frozenset(rows)
        found.people_rounded[name] = each or rule.each
        found.blurred.add(name)
    found.people[name] = hidden


def _name(row: Mapping[str, Any]) -> str:
    return UNKNOWN if row["unknown"] else row["group"]


def _count(row: Mapping[str, Any], key: str) -> float | None:
    return None if row[key] is None else float(row[key])


def _by_grouping(block: Block) -> dict[Grouping, list[Mapping[str, Any]]]:
    found: dict[Grouping, list[Mapping[str, Any]]] = {}
    for finding in block["findings"]:
        found.setdefault(tuple(finding["grouping"]), []).append(finding)
    return found


def _few_unknown(block: Block, rule: Rule) -> bool:
    keys = ("people", "decisions", "outcomes")
    return any(rule.small(finding["unknown"][key]) for finding in block["findings"] for key in keys)


# --- one grouping ----------------------------------------------------------------------------------------------------


def _one_way(
    block: Block, findings: Sequence[Mapping[str, Any]], rule: Rule, found: Hidden, elsewhere: Elsewhere
) -> None:
    name = findings[0]["grouping"][0]
    key = (*_records_of(block), name)
    table = _table(block, findings)
    received = {row["group"] for finding in findings for row in finding["groups"] if _open(row)}
    also = found.people.get(name, frozenset()) | received | elsewhere.rates.get(key, frozenset())
    hidden = small_groups(table, rule) | also & table.keys()
    each = width(table, hidden, rule) if hidden else 0
    if each is None or not table.keys() - hidden - {UNKNOWN}:
        hidden = frozenset(table)
        found.closed.add((name,))
    found.rates[(name,)] = hidden
    if hidden or key in elsewhere.rounded or _leaves_few(findings, hidden, rule):
        found.rounded[(name,)] = max(each or rule.each, elsewhere.rounded.get(key, 0))
    for lacking in _lacking(findings, hidden, rule):
        found.blurred.add(name)
        enough = next((e for e in map(rule.each.__mul__, WIDER) if _all_open(lacking, e, rule)), rule.each * WIDER[-1])
        found.people_rounded[name] = max(found.people_rounded.get(name, 0), enough)
        if sum(group.lack for group in lacking) < MANY * rule.smallest:  # so few in all that sums would tell them
            found.rounded.setdefault((name,), rule.each)


def _open(row: Mapping[str, Any]) -> bool:
    """Say whether counts of a group were received hidden, and are open still."""
    return "hidden" in row and any(len(set(row["hidden"][key])) > 1 for key in ("n", "events"))


def _table(block: Block, findings: Sequence[Mapping[str, Any]]) -> dict[str, list[Parts]]:
    """Give of every group all the counts that the findings of a grouping print or let be worked out."""
    table: dict[str, list[Parts]] = {}
    for finding in findings:
        for row in finding["groups"]:
            table.setdefault(row["group"], []).append(_parts(row["n"], row["events"]))
    for group, parts in table.items():
        parts += _outcomes(block, findings[0]["grouping"], group)
    unknown = [_of_unknown(block, finding) for finding in findings]
    if any(parts[0] for parts in unknown):  # what cannot be worked out is hidden already
        lacking = [(None,)] * (max(map(len, table.values()), default=0) - len(unknown))
        table[UNKNOWN] = [*unknown, *lacking]
    most = max(map(len, table.values()), default=0)
    return {group: parts + [(None,)] * (most - len(parts)) for group, parts in table.items()}


def _parts(n: float, events: float | None) -> Parts:
    return (float(n),) if events is None else (float(n), float(events), float(n - events))


def _of_unknown(block: Block, finding: Mapping[str, Any]) -> Parts:
    """Give the counts of those of unknown group where a finding that knows everybody's group gives them away."""
    whole = [
        other
        for other in block["findings"]
        if len(other["grouping"]) == 1 and _same(other, finding) and not other["unknown"]["people"]
    ]
    rows = finding["groups"]
    if not whole or any(row["events"] is None for row in rows):
        return (None,)
    n, events = (sum(row[key] for row in whole[0]["groups"]) - sum(row[key] for row in rows) for key in ("n", "events"))
    return _parts(max(n, 0), max(events, 0))


def _same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return (one["measure"], one["parameters"]) == (other["measure"], other["parameters"])


def _outcomes(block: Block, grouping: Sequence[str], group: str) -> Iterator[Parts]:
    """Give how many have the outcome, and how many do not, where a curve of outcomes by score tells."""
    for entry in block["shown"]:
        if entry["shown"] == "calibration" and entry["grouping"] == list(grouping):
            for row in entry["groups"]:
                if row["group"] == group:
                    n = sum(point["n"] for point in row["points"])
                    yield _parts(n, round(sum(point["n"] * (point["rate"] or 0) for point in row["points"])))


# --- counts that follow from others ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Printed:
    """A count of a group, and of what cells of decision by outcome it is the sum.

    Attributes:
        count: how many.
        of: shape (9,), True where a cell is part of it; None where that is not known.
        name: what tells counts of the same kind at other cut-offs.
        at: the cut-off or horizon, as text.
    """

    count: float
    of: np.ndarray | None
    name: str
    at: str


def _printed(findings: Sequence[Mapping[str, Any]], group: str) -> list[Printed]:
    made = []
    for finding in findings:
        measure, at = MEASURES.get(finding["measure"]), str(sorted(finding["parameters"].items()))
        shares = measure is not None and hasattr(measure, "membership")
        cells = measure.membership() if shares else (None, None)
        for row in finding["groups"]:
            if row["group"] == group:
                for key, of in zip(("events", "n"), cells, strict=True):
                    if row[key] is not None:
                        of = None if of is None else np.asarray(of, bool).ravel()
                        made.append(Printed(float(row[key]), of, f"{finding['measure']}/{key}", at))
    return made


def left_over(printed: Sequence[Printed]) -> list[float]:
    """Give the counts that follow by taking printed ones from another: what one holds and the others do not.

    Args:
        printed: counts of one group.

    Returns:
        Of each that holds one other, or two that have nothing in common, what is left; and what lies between two
        cut-offs.
    """
    found = []
    for one, other in combinations(printed, 2):
        if one.at != other.at and one.name == other.name:
            found.append(abs(one.count - other.count))
    known = [each for each in printed if each.of is not None]
    for whole in known:
        inside = [each for each in known if each.at == whole.at and _within(each, whole)]
        found += [whole.count - each.count for each in inside]
        for one, other in combinations(inside, 2):
            if not (one.of & other.of).any():
                found.append(whole.count - one.count - other.count)
    return [max(float(left), 0.0) for left in found]


def _within(part: Printed, whole: Printed) -> bool:
    return part is not whole and bool((part.of <= whole.of).all() and (part.of != whole.of).any())


def _leaves_few(findings: Sequence[Mapping[str, Any]], hidden: frozenset[str], rule: Rule) -> bool:
    """Say whether a small count of any group that is told follows from several of its counts."""
    groups = {row["group"] for finding in findings for row in finding["groups"]} - hidden
    return any(rule.small(left) for group in groups for left in left_over(_printed(findings, group)))


def _lacking(findings: Sequence[Mapping[str, Any]], hidden: frozenset[str], rule: Rule) -> Iterator[list[Lack]]:
    """Give what lacks what is measured, group by group, for every measure of which few of any group do.

    Of two measures that share nobody, such as of those with an outcome and of those without, it is what neither counts.
    """
    groups = {row["group"]: row["records"] for row in findings[0]["groups"] if row["group"] not in hidden}
    counted: dict[tuple[str, ...], dict[str, float]] = {}
    for group in groups:
        printed = [each for each in _printed(findings, group) if each.name.endswith("/n")]
        for each in printed:
            counted.setdefault((each.name, each.at), {})[group] = each.count
        for one, other in combinations(printed, 2):
            if _apart(one, other):
                counted.setdefault((one.name, one.at, other.name, other.at), {})[group] = one.count + other.count
    for of_groups in counted.values():
        lacking = [Lack(float(groups[group]), groups[group] - count) for group, count in of_groups.items()]
        if any(rule.small(each.lack) for each in lacking):
            yield lacking


def _apart(one: Printed, other: Printed) -> bool:
    return one.of is not None and other.of is not None and not (one.of & other.of).any()


def _all_open(lacking: Sequence[Lack], each: int, rule: Rule) -> bool:
    """Say whether, of records told so roughly, so many could lack what is measured that they may be told."""
    few = (group for group in lacking if rule.small(group.lack))
    return all(rule.between(group.records, each)[1] - group.records + group.lack >= rule.smallest for group in few)


# --- crossings -------------------------------------------------------------------------------------------------------


def _crossing_gives_away(
    block: Block,
    of_grouping: Mapping[Grouping, Sequence[Mapping[str, Any]]],
    grouping: Grouping,
    rule: Rule,
    found: Hidden,
) -> bool:
    """Say whether a crossing holds a small count, or gives away who is hidden in one of its margins."""
    if any(
        found.people.get(name) or found.rates.get((name,), frozenset()) - {UNKNOWN} or (name,) in found.closed
        for name in grouping
    ):
        return True
    table = _table(block, of_grouping[grouping])
    if any(_open(row) for finding in of_grouping[grouping] for row in finding["groups"]):
        return True
    return bool(small_groups(table, rule))


def _beside(block: Block, finding: Mapping[str, Any]) -> Iterator[float]:
    """Give how many of each group are in a margin and in no cell of a crossing: those whose other group is unknown."""
    levels = {each["name"]: [r["group"] for r in each["groups"] if not r["unknown"]] for each in block["attributes"]}
    shape = tuple(len(levels.get(name, ())) for name in finding["grouping"])
    if int(np.prod(shape)) != len(finding["groups"]):
        return
    for key in ("records", "n", "events"):
        counts = [row[key] for row in finding["groups"]]
        if None in counts:
            continue
        cells = np.array(counts, float).reshape(shape)
        for axis, name in enumerate(finding["grouping"]):
            sums = cells.sum(axis=tuple(other for other in range(len(shape)) if other != axis))
            for margin in _margins(block, finding, name, key):
                yield from np.abs(
                    np.array([margin.get(level, s) for level, s in zip(levels[name], sums, strict=True)]) - sums
                )


def _margins(block: Block, finding: Mapping[str, Any], name: str, key: str) -> Iterator[dict[str, float]]:
    for other in block["findings"]:
        if other["grouping"] == [name] and _same(other, finding):
            yield {row["group"]: float(row[key]) for row in other["groups"]}
    if key == "records":
        for attribute in block["attributes"]:
            if attribute["name"] == name:
                yield {row["group"]: float(row["records"]) for row in attribute["groups"]}
