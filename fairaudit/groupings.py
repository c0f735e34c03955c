"""From the plan's words to codes: how a raw value becomes a group, a yes, a no or unknown; and the groupings made.

A `Coding` holds one column's rules. The same rules are rendered to SQL (`sql.py`) for values known beforehand; what no
rule names, SQL passes on unread, marked with `STRAY`, and `Coding.settle` decides.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import combinations

from fairaudit.plan import ANY, JOIN, SPACES, TWO_OR_MORE, UNKNOWN, Decision, Evidence, Group, spellings

CODED, STRAY = "=", "!"
"""What SQL puts before a code, and before a raw value that no rule names."""

YES, NO = "1", "0"

NO_COLUMN = " none"
"""The column of a group that nobody recorded: no record has a value there. No column of a plan begins with a space."""

UNSURE = frozenset({
    "unknown", "unk", "n/a", "na", "#n/a", "none", "null", "nan", "missing", "refused", "declined", "prefer not to say",
    "not stated", "not reported", "not given", "not specified", "unspecified", "-", "--", ".", "x",
})  # fmt: skip
"""Values that may mean that nobody asked, or that nobody knows."""


@dataclass(frozen=True)
class Coding:
    """How the values of one column are read.

    Attributes:
        name: the tally's column: an attribute, a stratum, ``decision`` or ``outcome``.
        column: the records' column.
        codes: raw text -> code.
        otherwise: what any other value is: "level" (a group of that name), "stratum" (likewise), "error", "no" (but
            unknown where it may mean that nobody knows), or "unknown" (and listed).
        levels: the codes that exist, in order; None where they are taken as found.
        bands: cut points of a numeric column, else None.
        separator: what separates several groups in one field, else None.
        member: for a yes/no table of one level: that level.
    """

    name: str
    column: str
    codes: Mapping[str, str] = field(default_factory=dict)
    otherwise: str = "level"
    levels: tuple[str, ...] | None = None
    bands: tuple[float, ...] | None = None
    separator: str | None = None
    member: str | None = None

    def settle(self, text: str) -> str | None:
        """Give the final code of what SQL gave; None where the value is not allowed.

        Args:
            text: `CODED` and a code, or `STRAY` and the raw text that no rule named.
        """
        mark, value = text[:1], text[1:]
        if mark == CODED:
            return self._as_member(value)
        if self.separator and self.separator in value:
            return self._several(value)
        return self._as_member(self._one(value))

    def _one(self, raw: str) -> str | None:
        """Read a value that the plan does not name."""
        if self.otherwise == "stratum":
            return UNKNOWN if raw in (UNKNOWN, ANY) else raw
        if self.otherwise == "level":
            return None if raw in (UNKNOWN, ANY) else raw
        if self.otherwise == "no" and is_unsure(raw):
            return UNKNOWN
        return {"error": None, "no": NO, "unknown": UNKNOWN}[self.otherwise]

    def _several(self, raw: str) -> str | None:
        """Read a field that holds several groups; one group and an unknown one are unknown."""
        parts = [part.strip(SPACES) for part in raw.split(self.separator) if part.strip(SPACES)]
        levels = dict.fromkeys(self.codes[part] if part in self.codes else self._one(part) for part in parts)
        known = [level for level in levels if level != UNKNOWN]
        if None in levels:
            return None
        if self.member in known:
            return self.member
        if not known or (UNKNOWN in levels and (self.member or len(known) < 2)):
            return UNKNOWN
        if self.member:
            return self._as_member(known[0])
        return known[0] if len(known) == 1 else TWO_OR_MORE

    def _as_member(self, level: str | None) -> str | None:
        """In a yes/no table of one level, give every other known level as its opposite."""
        if self.member is None or level in (None, UNKNOWN, self.member):
            return level
        return f"not {self.member}"


@dataclass(frozen=True)
class Grouping:
    """One grouping of people and whom each group is compared with.

    Attributes:
        name: the tally's table, such as ``race_sex``.
        attributes: the attributes that are crossed.
        reference: "all_pairs", "rest", "overall", or a group's name.
        blocks: whether it can block adoption.
    """

    name: str
    attributes: tuple[str, ...]
    reference: str
    blocks: bool

    @property
    def scheme(self) -> str:
        """The name of the reference scheme in ids: empty for all pairs."""
        return "" if self.reference == "all_pairs" else f"-v-{self.reference}"


def is_unsure(value: str) -> bool:
    """Say whether a value may mean that nobody asked, or that nobody knows."""
    return value.casefold() in UNSURE


def group_name(levels: tuple[str, ...]) -> str:
    """Name a group of a crossing, such as ``Black, F``; unknown where any part is."""
    return UNKNOWN if UNKNOWN in levels else JOIN.join(levels)


def attributes(evidence: Evidence) -> dict[str, Coding]:
    """Give the coding of every group attribute, by its name in the tally, in the plan's order."""
    return {coding.name: coding for name, group in evidence.groups.items() for coding in _attribute(name, group)}


def groupings(evidence: Evidence) -> list[Grouping]:
    """Give the groupings that the plan compares, those read as `any: true` spread into one a level."""
    found = []
    for compare in evidence.comparisons:
        reference = compare.reference if isinstance(compare.reference, str) else JOIN.join(compare.reference.group)
        names = [compare.by]
        if len(compare.by) == 1 and (group := evidence.groups[compare.by[0]]).any_:
            names = [(coding.name,) for coding in _attribute(compare.by[0], group)]
        found += [Grouping("_".join(by), by, reference, compare.blocking) for by in names]
    return found


def tables(evidence: Evidence) -> dict[str, tuple[str, ...]]:
    """Give the tables a tally needs: those of comparisons, then those that only the scan looks at."""
    return compared_tables(evidence) | scan_tables(evidence)


def scan_attributes(evidence: Evidence) -> tuple[str, ...]:
    """Give the attributes that are scanned, in the order of the groups, however the scan lists them."""
    wanted = evidence.scan.by if evidence.scan else ()
    return tuple(
        coding.name for name, group in evidence.groups.items() if name in wanted for coding in _attribute(name, group)
    )


def scan_crossings(evidence: Evidence) -> list[tuple[str, ...]]:
    """Give every set of attributes that a scan crosses at its full depth; all others are sums of these."""
    names = scan_attributes(evidence)
    return list(combinations(names, min(evidence.scan.depth, len(names)))) if names else []


def scan_tables(evidence: Evidence) -> dict[str, tuple[str, ...]]:
    """Give the tables that only the scan needs; name -> attributes."""
    held = list(map(set, compared_tables(evidence).values()))
    return {f"scan {' x '.join(names)}": names for names in scan_crossings(evidence) if set(names) not in held}


def compared_tables(evidence: Evidence) -> dict[str, tuple[str, ...]]:
    """Give the tables of comparisons: every attribute alone, then every crossing compared; name -> attributes.

    Where records are weighed to a population, every grouping is crossed with what they are weighed by.
    """
    found = {name: (name,) for name in attributes(evidence)}
    crossings = [grouping.attributes for grouping in groupings(evidence)]
    if evidence.raked_by:
        crossings += [weighed_by(evidence, names) for names in list(crossings)]
    for names in crossings:
        # Two orders of the same attributes are one table.
        if set(names) not in map(set, found.values()):
            found["_".join(names)] = names
    return found


def weighed_by(evidence: Evidence, names: tuple[str, ...]) -> tuple[str, ...]:
    """Give the attributes of a grouping, and then those that records are weighed by beside them."""
    return (*names, *(name for name in evidence.raked_by if name not in names))


def proxies(evidence: Evidence) -> dict[str, dict[str, str]]:
    """Give the attributes that have probabilities of their levels: attribute -> level -> column."""
    return {name: dict(group.proxy) for name, group in evidence.groups.items() if group.proxy}


def decision_coding(name: str, spec: Decision) -> Coding:
    """Give the coding of a yes/no column."""
    meanings = ((YES, spec.is_), (NO, spec.is_not or ()))
    codes = {text: code for code, values in meanings for value in values for text in spellings(value)}
    return Coding(name, spec.column, codes, "no" if spec.is_not is None else "unknown")


def stratum_coding(column: str) -> Coding:
    """Give the coding of a stratum: its values as found; a missing one is a stratum of its own, unknown."""
    return Coding(column, column, otherwise="stratum")


def _attribute(name: str, group: Group) -> list[Coding]:
    column = NO_COLUMN if group.nobody_asked else group.column or name
    unknown = {text: UNKNOWN for value in group.unknown for text in spellings(value)}
    if group.bands:
        return [Coding(name, column, unknown, "error", group.final_levels, group.bands)]
    codes = _codes(group) | unknown
    if group.any_:
        return [_membership(name, column, codes, level, group.multi) for level in group.final_levels or ()]
    otherwise = "error" if group.levels else "level"
    return [Coding(name, column, codes, otherwise, group.final_levels, separator=group.multi)]


def _codes(group: Group) -> dict[str, str]:
    """Give raw text -> group, for what the plan names."""
    merged = {old: new for new, olds in group.merge.items() for old in olds}
    named = dict.fromkeys([*(group.levels or ()), *merged, *group.merge])
    codes = {text: level for level in named for text in _spelled(level)} | {level: level for level in named}
    codes |= {text: level for value, level in group.labels.items() for text in spellings(value)}
    return {text: merged.get(level, level) for text, level in codes.items()}


def _membership(name: str, column: str, codes: Mapping[str, str], member: str, separator: str | None) -> Coding:
    """Code a field by whether it holds one level, so that people of several groups count in each."""
    levels = (member, f"not {member}")
    return Coding(f"{name} {member}", column, codes, "error", levels, separator=separator, member=member)


def _spelled(level: str) -> list[str]:
    """List the texts of a level that is a whole number or a truth value in the data: 1.0 too, True too."""
    if level in ("true", "false"):
        return spellings(level == "true")
    # A leading zero, a plus or a decimal point means a code, which has one spelling.
    whole = level.removeprefix("-").isdecimal() and level.isascii() and str(int(level)) == level
    return spellings(int(level)) if whole else [level]
