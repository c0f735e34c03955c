"""How a finding's disparity differs between two systems that judged the same people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np

from fairaudit.comparing.reading import Bid
from fairaudit.comparisons.scheme import EVERYONE_ELSE
from fairaudit.groupings import group_name
from fairaudit.languages import listed, say, say_count
from fairaudit.measures import MEASURES
from fairaudit.plan import UNKNOWN, Evidence
from fairaudit.sources.beside import FOLD, Matched, N, beside, group_columns
from fairaudit.stats import matched, systems

PLACE = {"1": 0, "0": 1, UNKNOWN: 2}
ALPHA = 0.05
"""The error of both ends of an interval together: 95%."""


@dataclass(frozen=True)
class Pairing:
    """Two systems' records of one evidence block.

    Attributes:
        places: of the two systems.
        found: the records side by side; None where they were not matched.
        why_not: why nothing is paired; "" where it is.
        other_group: matched people who stand in another group in the other file, by attribute.
        other_outcome: matched people whose outcome is another one in the other file.
    """

    places: tuple[int, int]
    found: Matched | None = None
    why_not: str = ""
    other_group: Mapping[str, int] | None = None
    other_outcome: int = 0


def pairings(bids: Sequence[Bid], evidence: str) -> list[Pairing]:
    """Match the records of a block, two systems at a time."""
    blocks = [bid.plan.block(evidence) for bid in bids]
    reasons = {
        places: _why_not([bids[place] for place in places], [blocks[place] for place in places])
        for places in combinations(range(len(bids)), 2)
    }
    able = sorted({place for places, reason in reasons.items() if not reason for place in places})
    found = beside([(blocks[place], bids[place].plan.folder) for place in able]) if len(able) > 1 else {}
    by_places = {(able[first], able[second]): each for (first, second), each in found.items()}
    return [
        Pairing(places, why_not=reason) if reason else _looked_at(places, by_places[places], bids, blocks)
        for places, reason in reasons.items()
    ]


def _why_not(bids: Sequence[Bid], blocks: Sequence[Evidence]) -> str:
    """Say why the records of two systems cannot be matched; "" where they can."""
    kinds = {block.kind for block in blocks}
    if kinds != {"decisions"}:
        return say("records are matched of yes/no decisions only, and these are {kinds}", kinds=listed(sorted(kinds)))
    if any(block.data.is_tally for block in blocks):
        return say("counts were received, and no record")
    if any(block.data.is_warehouse for block in blocks):
        return say("the records stay in a warehouse, and are not carried out of it")
    lacking = [bid.name for bid, block in zip(bids, blocks, strict=True) if not block.data.key]
    if lacking:
        return say("no key names a person in the records of {systems}", systems=listed(lacking))
    if any(block.data.weighted or block.raked_by for block in blocks):
        return say("the records are weighed, and a pair of records would have two weights")
    if any(block.data.count for block in blocks):
        return say("a row stands for several records")
    if any(block.data.cluster for block in blocks) and not all(block.data.cluster for block in blocks):
        return say("only one of the plans says which records belong together")
    return next(filter(None, (bid.why_no_records(block.id) for bid, block in zip(bids, blocks, strict=True))), "")


def _looked_at(places: tuple[int, int], found: Matched, bids: Sequence[Bid], blocks: Sequence[Evidence]) -> Pairing:
    names = [bids[place].name for place in places]
    for name, held in zip(names, found.held, strict=True):
        if not held.unique:
            return Pairing(places, found, _repeated(held.repeated, name))
    if not found.people:
        return Pairing(places, found, say("no key stands in both files"))
    rows, n = found.rows, found.rows[N].to_numpy(int)
    other_group = {}
    for name in blocks[places[0]].groups:
        one, two = (_attribute(rows, name, side) for side in (0, 1))
        if one is not None and two is not None:
            other_group[name] = int(n[(one != two) & (one != UNKNOWN) & (two != UNKNOWN)].sum())
    other_outcome = 0
    if "outcome 0" in rows:
        one, two = (rows[f"outcome {side}"].to_numpy(str) for side in (0, 1))
        other_outcome = int(n[(one != two) & (one != UNKNOWN) & (two != UNKNOWN)].sum())
    return Pairing(places, found, _disagree(other_group, other_outcome), other_group, other_outcome)


def _repeated(number: int, system: str) -> str:
    return say_count(
        number,
        "a key stands twice in the records of {system}",
        "keys stand more than once in the records of {system}: {count} more records than keys",
        system=system,
    )


def _disagree(other_group: Mapping[str, int], other_outcome: int) -> str:
    """Say what two files hold otherwise of the same people; "" where nothing."""
    told = [
        say_count(n, "1 is of another {group}", "{count} are of another {group}", group=name.replace("_", " "))
        for name, n in other_group.items()
        if n
    ]
    if other_outcome:
        told.append(say_count(other_outcome, "1 has another outcome", "{count} have another outcome"))
    return say("of the people in both files, {told} in one than in the other", told=listed(told)) if told else ""


def _attribute(rows: Any, name: str, side: int) -> np.ndarray | None:
    (column,) = group_columns([name], side)
    return rows[column].to_numpy(str) if column in rows else None


# --- one finding -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Group:
    """What two systems did with one group's people, of those whom a measure counts.

    Attributes:
        name: the group.
        joint: its people, by the ways in which both can judge them.
        not_known: people of the group, matched, whose decision or outcome is not known in one file.
    """

    name: str
    joint: systems.Joint
    not_known: int


def groups_of(pairing: Pairing, grouping: Sequence[str], measure: str, *, clustered: bool) -> dict[str, Group]:
    """Count, group by group, the people whom a measure counts under either system.

    Args:
        pairing: two systems' records.
        grouping: the attributes that are crossed.
        measure: its name in the register.
        clustered: whether records share clusters.

    Returns:
        By name of the group; those of unknown group are in none.
    """
    rows = pairing.found.rows
    columns = group_columns(grouping, 0)
    others = group_columns(grouping, 1)
    top, bottom = (cells.astype(float) for cells in MEASURES[measure].membership())
    uses_outcome = "outcome" in MEASURES[measure].needs
    tops, bottoms = _ways(top), _ways(bottom)
    found: dict[str, np.ndarray] = {}
    lost: dict[str, int] = {}
    folds = {text: place for place, text in enumerate(sorted(rows[FOLD].unique()))} if clustered else None
    outcomes = [rows[f"outcome {side}"] if uses_outcome else ["1"] * len(rows) for side in (0, 1)]
    decided = [rows[f"decision {side}"] for side in (0, 1)]
    names = zip(*(rows[column] for column in columns), strict=True)
    seconds = zip(*(rows[column] for column in others), strict=True)
    told = zip(names, seconds, *decided, *outcomes, rows[FOLD], rows[N], strict=True)
    for levels, other, first, second, outcome, also, fold, n in told:
        name = group_name(levels)
        if UNKNOWN in (name, group_name(other)):
            continue
        table = found.setdefault(name, np.zeros((len(folds) if folds else 1, 2, 2, 2)))
        if UNKNOWN in (first, second, outcome, also):
            lost[name] = lost.get(name, 0) + int(n)
        else:
            table[folds[fold] if folds else 0, PLACE[first], PLACE[second], PLACE[outcome]] += n
    return {
        name: Group(name, systems.Joint.of(table.reshape(len(table), -1), tops, bottoms), lost.get(name, 0))
        for name, table in found.items()
    }


def _ways(cells: np.ndarray) -> np.ndarray:
    """Say of each way (decision 1, decision 2, outcome) whether it counts under system 1, and under system 2."""
    known = cells[:2, :2]
    first = np.broadcast_to(known[:, None, :], (2, 2, 2))
    second = np.broadcast_to(known[None, :, :], (2, 2, 2))
    return np.stack([first.reshape(-1), second.reshape(-1)])


def unknown_group(pairing: Pairing, grouping: Sequence[str]) -> int:
    """Count the matched people whose group is not known in one file, or in both: they are in no gap."""
    rows = pairing.found.rows
    columns = [column for side in (0, 1) for column in group_columns(grouping, side)]
    return int(rows.loc[(rows[columns] == UNKNOWN).any(axis=1), N].sum())


def why_side_by_side(pairing: Pairing, finding: Mapping[str, Any], block: Evidence) -> str:
    """Say why a finding's change is not told, though the records match; "" where it is."""
    if pairing.why_not:
        return pairing.why_not
    if finding["measure"] not in MEASURES:
        return say("a measure of an audit's own is not paired")
    needs_outcome = "outcome" in MEASURES[finding["measure"]].needs
    if needs_outcome and block.data.outcome.seen_of != "everyone":
        return say("an outcome is seen only of those whom a system chose, who are others under each")
    if finding["reference"] == "overall":
        return say("each group is compared with everybody, and is a part of them")
    if any(block.groups[name].multi or block.groups[name].proxy for name in finding["grouping"]):
        return say("people may count in several groups")
    return ""


def changes(pairing: Pairing, found: Sequence[Mapping[str, Any]], block: Evidence) -> Iterator[dict[str, Any]]:
    """Tell how the disparity of a finding differs between two systems.

    Args:
        pairing: their records.
        found: the finding as either system's report has it.
        block: the evidence block, of the first plan.

    Yields:
        For each pair of groups that is the worst under either system: the worse-treated group under that system first.
    """
    told = groups_of(pairing, found[0]["grouping"], found[0]["measure"], clustered=bool(block.data.cluster))
    done = set()
    for finding in found:
        pair = [_arm(name, told) for name in finding["worst_pair"] or ()]
        names = frozenset(finding["worst_pair"] or ())
        if len(pair) != 2 or None in pair or names in done:
            continue
        done.add(names)
        told_of = _change(pair, found[0])
        yield {**told_of, "unknown_group": unknown_group(pairing, found[0]["grouping"])}


def _arm(name: str, told: Mapping[str, Group]) -> Group | None:
    """Find a group, or put everybody else together; None where nobody of it is in both files."""
    if name in told or not name.startswith(f"{EVERYONE_ELSE} than "):
        return told.get(name)
    others = [group for other, group in told.items() if name != f"{EVERYONE_ELSE} than {other}"]
    if not others:
        return None
    one = others[0].joint
    together = systems.Joint(sum(group.joint.n for group in others), one.numerators, one.denominators)
    return Group(name, together, sum(group.not_known for group in others))


def _change(pair: Sequence[Group], finding: Mapping[str, Any]) -> dict[str, Any]:
    """Tell both systems' gap between two groups, and the second's less the first's."""
    kind, low_is_worse = finding["comparison"], finding["worse"] != "high"
    worse, other = pair
    rates = np.array([group.joint.rates for group in pair])
    with np.errstate(divide="ignore", invalid="ignore"):
        gaps = rates[0] / rates[1] if kind == "ratio" else rates[0] - rates[1]
    # The second system's less the first's, counted so that more is more harm to the group that is named first.
    ends = np.array(systems.change(kind, worse.joint, other.joint, ALPHA))
    if kind == "ratio":
        value, low, high = 1 / ends[[0, 2, 1]] if not low_is_worse else ends
        gaps = gaps if not low_is_worse else 1 / gaps
    else:
        value, low, high = -ends[[0, 2, 1]] if not low_is_worse else ends
        gaps = gaps if not low_is_worse else -gaps
    return {
        "groups": [group.name for group in pair],
        "people": int(sum(group.joint.n[:, group.joint.denominators.max(axis=0) > 0].sum() for group in pair)),
        "not_known": sum(group.not_known for group in pair),
        "same_people": bool(worse.joint.same_people),
        "disparity": [float(gap) for gap in gaps],
        "change": float(value),
        "lower": float(low),
        "upper": float(high),
    }


def unlike(pairing: Pairing, finding: Mapping[str, Any], block: Evidence) -> list[dict[str, Any]]:
    """Count, group by group, the people whom two systems treat differently, of those whom the measure counts.

    Returns:
        `group`, `people`, `first_only`, `second_only` (whom only one system counts as the measure's event), and
        `by_chance`: the exact two-sided p-value of McNemar's test; None where records are clustered. Empty where the
        measure does not count the same people under both.
    """
    clustered = bool(block.data.cluster)
    told = groups_of(pairing, finding["grouping"], finding["measure"], clustered=clustered)
    rows = []
    for group in told.values():
        if not group.joint.same_people:
            return []
        both, first, second, neither = group.joint.pairs
        chance = None if clustered else float(matched.mcnemar_exact(first, second))
        people = int(both + first + second + neither)
        rows.append(
            {
                "group": group.name,
                "people": people,
                "first_only": int(first),
                "second_only": int(second),
                "by_chance": chance if people else None,
            }
        )
    worst = list(finding["worst_pair"] or ())
    return sorted(rows, key=lambda row: worst.index(row["group"]) if row["group"] in worst else len(worst))
