"""Counting records into a tally, each column checked against the plan."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pandas as pd

from fairaudit.errors import DataError, Problem, nearest
from fairaudit.groupings import NO, STRAY, YES, groupings
from fairaudit.plan import UNKNOWN, Decision, Evidence, spellings
from fairaudit.sources import complaints, places, populations, proxies
from fairaudit.sources.asking import Asked, named_columns, telling
from fairaudit.sources.complaints import MOST_GROUPS
from fairaudit.sources.joining import AREA
from fairaudit.sources.opening import Records, opened
from fairaudit.sources.received import fitting
from fairaudit.sources.selective import seen
from fairaudit.sql import FOLDS
from fairaudit.tally import About, Tally
from fairaudit.tally.values import number_text

MOST_LISTED = 20
NO_NAMES: Mapping[str, str] = MappingProxyType({})


def read_tally(
    evidence: Evidence,
    folder: str | Path = ".",
    frame: Any = None,
    plan_sha256: str | None = None,
    told: Callable[[str], None] | None = None,
    renamed: Mapping[str, str] = NO_NAMES,
    *,
    weighed: bool = True,
) -> Tally:
    """Count an evidence block's records, or load its tally.

    Args:
        evidence: the block of the plan.
        folder: what its source is relative to.
        frame: records at hand (pandas, Polars or Arrow) instead of the source.
        plan_sha256: the plan's hash, to be noted in the tally.
        told: called with the text of each SQL query that counts.
        renamed: column as the plan calls it -> as the source does.
        weighed: whether to note whom the records are to be weighed to. The counts are the same without; whoever counts
            for somebody else need not have that population at hand.

    Returns:
        The tally, with every table that the plan's groupings need.

    Raises:
        DataError: the source cannot be read, or does not hold what the plan says.
    """
    population = None
    if evidence.raked_by and weighed:
        evidence, population = populations.benchmark(evidence, Path(folder), _count_alone)
    with telling(told):
        tally = seen(_read(evidence, Path(folder), frame, plan_sha256, renamed), evidence)
    return tally if population is None else Tally(replace(tally.about, population=population), tally.cells)


def _read(evidence: Evidence, folder: Path, frame: Any, plan_sha256: str | None, renamed: Mapping[str, str]) -> Tally:
    if frame is None and evidence.data.is_tally:
        return fitting(Tally.load(folder / evidence.data.source), evidence)
    count = COUNTS.get(evidence.kind, _count_records)
    with opened(evidence.data, Path(folder), frame, named_columns(evidence), renamed) as records:
        if problems := complaints.missing_columns(evidence.data.source, named_columns(evidence), records.types):
            raise DataError(problems)
        tally = count(evidence, records, folder, plan_sha256)
    return Tally(replace(tally.about, notes=(*records.notes, *tally.about.notes)), tally.cells)


def _count_alone(evidence: Evidence, records: Records) -> Tally:
    return _Counter(Asked(evidence, records)).tally(None)


def _count_records(evidence: Evidence, records: Records, folder: Path, plan_sha256: str | None) -> Tally:
    return _Counter(Asked(evidence, records)).tally(plan_sha256)


def _count_representation(evidence: Evidence, records: Records, folder: Path, plan_sha256: str | None) -> Tally:
    """Count who lives there, and who is reached; clusters that both files name are cut alike."""
    with populations.opened_population(evidence, folder) as people:
        lives_there, people = populations.prepare(evidence, people)
        clusters = None
        if evidence.data.cluster:
            # Of callers there may be many who never call: their folds are cut by a hash, and some may be empty.
            clusters = [""] * (FOLDS + 1)
            if lives_there.data.cluster:
                populations.check_areas(evidence, records, people)
                of_both = ((evidence, records), (lives_there, people))
                clusters = {name for block, rows in of_both for name in Asked(block, rows).clusters()}
        residents = _Counter(Asked(lives_there, people, clusters)).tally(plan_sha256)
    declared = populations.with_levels(evidence, residents)
    reached = _Counter(Asked(declared, records, clusters)).tally(plan_sha256)
    return populations.side_by_side(evidence, reached, residents)


def _count_places(evidence: Evidence, records: Records, folder: Path, plan_sha256: str | None) -> Tally:
    """Count areas, table by table where all of them are counted, else records with their area as cluster."""
    evidence, notes = places.cut_into_quantiles(evidence, records)
    if evidence.data.areas == "all":
        left_out = places.check_areas(evidence, records)
        blocks = places.table_by_table(evidence, records)
        alone = [_Counter(Asked(block, rows)).tally(plan_sha256).roll_up(table) for table, block, rows in blocks]
        tally = places.merged(alone, left_out)
    else:
        cluster = evidence.data.cluster or places.area_column(evidence)
        data = evidence.data.model_copy(update={"cluster": cluster})
        tally = _Counter(Asked(evidence.model_copy(update={"data": data}), records)).tally(plan_sha256)
    tally = Tally(replace(tally.about, notes=(*notes, *tally.about.notes)), tally.cells)
    return places.check_map(evidence, folder, tally) if evidence.data.shapes else tally


COUNTS = {"representation": _count_representation, "places": _count_places}
"""How records are counted of the kinds that need more than one pass."""


def count_asked(asked: Asked, plan_sha256: str | None) -> Tally:
    """Turn what an engine gives for what it is asked into a tally."""
    return _Counter(asked).tally(plan_sha256)


def query_text(evidence: Evidence, folder: str | Path = ".") -> str:
    """Give the SQL text that counts the records, which lie in a view named `records`.

    Raises:
        DataError: the source cannot be read, or lacks a column.
    """
    with opened(evidence.data, Path(folder)) as records:
        return Asked(evidence, records).text(pretty=True)


class _Counter:
    """Turns what the engine counted into a tally, step by step; each step refuses what cannot be."""

    def __init__(self, asked: Asked):
        self.asked, self.evidence, self.data = asked, asked.evidence, asked.data
        self.codings, self.attributes = asked.codings, asked.request.attributes
        self.counted = asked.cells()
        self.recoded: dict[str, dict] = {}
        self.strays: dict[str, dict[str, int]] = {}

    def tally(self, plan_sha256: str | None) -> Tally:
        self._check_kept()
        self._check_counts()
        self._check_weights()
        self._settle()
        levels = {name: self._levels(name) for name in self.attributes}
        self._check_levels(levels)
        self._check_decisions()
        about = self._about(levels, plan_sha256)
        if self.data.cluster:
            # A row that is left out has no fold, and no part in the cells.
            texts = set(self.counted.columns["fold"])
            named = self.asked.fold_of or {text: int(text) for text in texts if text}
            self.recoded["fold"] = dict.fromkeys(texts, 0) | named
            self.counted.recode("fold", self.recoded["fold"])
            self.counted.columns["fold"] = [fold or 0 for fold in self.counted.columns["fold"]]
        whole = ("wx", "wxx") if about.adds_whole else ()
        finish, extra = self.asked.reading.finish, self.asked.reading.extra
        keys = [key for key in about.keys if key in self.counted.columns]
        sums = [name for name in about.sums if name in self.counted.columns]
        rows = self.counted.frame([*keys, *extra], sums, whole)
        if finish is None:
            return Tally(about, pd.concat([rows, *self._probable(about, whole)], ignore_index=True))
        cells, notes = finish(rows, about, self.data)
        return Tally(replace(about, notes=(*about.notes, *notes)), cells)

    def _probable(self, about: About, whole: tuple[str, ...]) -> Iterator[pd.DataFrame]:
        """Count people of unknown group once a level, where there are probabilities of it."""
        for proxy, found in self.asked.proxies:
            if found["n"] == found["without"]:
                continue
            counted = self.asked.probable(proxy)
            for name, coding in self.codings.items():
                settled = {text: coding.settle(text) or UNKNOWN for text in set(counted.columns[name]) - {None}}
                counted.recode(name, settled)
            for name in self.asked.reading.columns.keys:
                counted.write(name, _key)
            if "fold" in self.recoded:
                counted.recode("fold", self.recoded["fold"])
            keys = [*(key for key in about.keys if key in counted.columns), proxies.LEVEL]
            yield proxies.allotted(counted.frame(keys, about.sums, whole), proxy.name).drop(columns=proxies.LEVEL)

    # --- checking and settling ---

    def _check_kept(self) -> None:
        if not len(self.counted):
            raise DataError.one(self.data.source, "holds no records", "It has a header and nothing below it.")
        if not any(self.counted.columns["kept"]):
            reasons = ", ".join(f"{reason} {n:,}" for reason, n in self._reasons().items())
            what = f"holds no records after `keep`: {reasons}"
            raise DataError.one(self.data.source, what, "Look at `keep` under data.")

    def _check_counts(self) -> None:
        if self.data.count and (bad := int(self.counted.total("bad_counts"))):
            raise DataError(complaints.bad_counts(self.data.source, self.data.count, bad, self.asked.bad_counts()))

    def _check_weights(self) -> None:
        if not self.data.weighted:
            return
        problems = []
        if bad := int(self.counted.total("bad_weights")):
            problems.append(complaints.bad_weights(self.data.source, self.data.weight, bad, self.asked.bad_weights()))
        drawn = self.data.inclusion_probability
        if drawn and (bad := int(self.counted.total("bad_probabilities"))):
            problems.append(complaints.bad_probabilities(self.data.source, drawn, bad, self.asked.bad_probabilities()))
        if problems:
            raise DataError(problems)
        if not self.counted.total("w") > 0:
            what = f"all weights in {self.data.weight!r} are 0"
            raise DataError.one(self.data.source, what, "Choose another column.")

    def _settle(self) -> None:
        """Settle what SQL passed on unread, and note what no rule names.

        What is wrong in a row that is left out anyway is unknown, and no error.
        """
        problems = []
        for name, coding in self.codings.items():
            settled = {text: coding.settle(text) for text in set(self.counted.columns[name]) - {None}}
            counts = self.counted.counts(name)
            unnamed = {text.removeprefix(STRAY): n for text, n in counts.items() if text.startswith(STRAY)}
            wrong = {raw: n for raw, n in unnamed.items() if settled[STRAY + raw] is None}
            if wrong:
                problems.append(complaints.not_levels(self.data.source, coding, wrong))
            if coding.otherwise in ("no", "unknown") and unnamed:
                self.strays[coding.column] = unnamed
            self.counted.recode(name, {text: code or UNKNOWN for text, code in settled.items()})
        for proxy, found in self.asked.proxies:
            problems += proxy.problems(self.data.source, found)
        if problems := [*self.asked.reading.problems, *problems]:
            raise DataError(dict.fromkeys(problems))
        for name in self.asked.reading.columns.keys:
            self.counted.write(name, _key)

    def _levels(self, name: str) -> tuple[str, ...]:
        found = [level for level in self.counted.counts(name) if level != UNKNOWN]
        return self.codings[name].levels or tuple(sorted(found, key=_number_or_text))

    def _check_levels(self, levels: Mapping[str, tuple[str, ...]]) -> None:
        """Columns with one group, or with more values than groups of people have."""
        source, problems = self.data.source, []
        found = {**levels, **{name: tuple(self.counted.counts(name)) for name in self.evidence.strata}}
        for name, values in found.items():
            column = self.codings[name].column
            if len(values) > MOST_GROUPS:
                raise complaints.too_many_values(source, column, len(values), self.asked.role(name))
            if name in levels and len(values) < 2:
                problems.append(complaints.one_group(source, column, values))
        problems += complaints.check_groupings(source, groupings(self.evidence), levels)
        if problems:
            raise DataError(problems)

    def _check_decisions(self) -> None:
        """A yes or a no that never occurs is a slip of the plan more often than a fact."""
        problems = []
        for name in [name for name in ("decision", "outcome") if name in self.codings]:
            spec: Decision = self.data.decided if name == "decision" else self.data.outcome
            unnamed = list(self.strays.get(spec.column, ()))
            if spec.is_not is None:
                problems += self._reading_alike(name, spec, unnamed)
            if len(unnamed) > MOST_GROUPS:
                raise complaints.too_many_values(self.data.source, spec.column, len(unnamed), name)
            counts = self.counted.counts(name)
            sides = ((YES, spec.is_), (NO, spec.is_not or ()))
            # Where both sides are named and nothing else occurs, that a side is empty is a fact.
            all_named = spec.is_not is not None and not unnamed and any(counts.get(code) for code, _ in sides)
            absent = [values for code, values in sides if values and not counts.get(code) and not all_named]
            rest = [value for code, values in sides if counts.get(code) for value in values]
            # A value misspelt leaves the one that was meant among those that no rule names.
            slips = [value for value in rest if nearest(str(value), unnamed).startswith("Did you mean")]
            if absent or slips:
                takes = self.asked.values(spec.column)
                absent += [(value,) for value in slips if not set(spellings(value)) & set(takes)]
                problems += [complaints.never_taken(self.data.source, name, spec.column, v, takes) for v in absent]
        if problems:
            raise DataError(problems)

    def _reading_alike(self, name: str, spec: Decision, unnamed: list[str]) -> list[Problem]:
        """Find values that differ from a yes in capitals only, and would count as no."""
        yes = {spelling.casefold(): value for value in spec.is_ for spelling in spellings(value)}
        alike = {value: yes[value.casefold()] for value in unnamed if value.casefold() in yes}
        counts = self.strays.get(spec.column, {})
        return [
            complaints.reads_alike(self.data.source, name, spec.column, value, counts[value], named)
            for value, named in alike.items()
        ]

    # --- what the tally is about ---

    def _about(self, levels: Mapping[str, tuple[str, ...]], plan_sha256: str | None) -> About:
        reasons, read = self._reasons(), sum(self.counted.counts("table", where="all").values())
        records = {"read": read, "kept": read - sum(reasons.values()), "left_out": reasons}
        return About(
            kind=self.evidence.kind,
            attributes=dict(levels),
            tables={name: tuple(names) for name, names in self.asked.request.tables.items()},
            strata=self.evidence.strata,
            proxies=tuple(proxy.name for proxy, _ in self.asked.proxies),
            has_outcome="outcome" in self.codings,
            weighted=self.data.weighted,
            folds=self.asked.folds,
            records=records,
            groups=self._facts(levels, records["kept"]),
            strays={column: self._listed(found) for column, found in self.strays.items()},
            title=self.evidence.id,
            origin=self.data.origin,
            counted_by=self.data.counted_by,
            source=self.data.source_name,
            period=self.data.period,
            plan_sha256=plan_sha256,
            notes=tuple(self._notes()),
            scanned=self.asked.request.unfolded,
            **self.asked.reading.about,
        )

    def _reasons(self) -> dict[str, int]:
        reasons = self.counted.counts("left_out", where="all")
        return {reason: reasons[reason] for reason in sorted(reasons) if reason}

    def _notes(self) -> Iterator[str]:
        yield from self.asked.reading.notes
        for proxy, found in self.asked.proxies:
            yield from proxy.notes(found)
        if self.data.weight and (zero := int(self.counted.total("zero_weights"))):
            said = (
                "1 record has a weight of 0, and counts"
                if zero == 1
                else f"{zero:,} records have a weight of 0, and count"
            )
            yield f"{said} for nothing: ask why."
        if "value" in self.counted.columns:
            values = [value for value in self.counted.counts("value") if value != UNKNOWN]
            if len(values) == 1:
                yield f"All {self.evidence.kind} that are known are the same."
        for column, found in self.strays.items():
            listed = self._listed(found)
            if rest := [n for value, n in found.items() if value not in listed]:
                values = "1 more value" if len(rest) == 1 else f"{len(rest):,} more values"
                records = "1 record" if sum(rest) == 1 else f"{sum(rest):,} records"
                yield f"{column} takes {values} that no rule names, in {records}."

    def _listed(self, found: Mapping[str, int]) -> dict[str, int]:
        """Name the commonest values; one that stands there once may be a note about a person."""
        return dict([(value, n) for value, n in found.items() if n > 1][:MOST_LISTED])

    def _facts(self, levels: Mapping[str, tuple[str, ...]], kept: int) -> dict[str, dict]:
        """Count, by group, what the cells do not tell: rows left out, duplicates, clusters."""
        none = ({"duplicates": 0} if self.data.key else {}) | dict.fromkeys(self.asked.reading.facts, 0)
        facts: dict = {name: {level: dict(none) for level in (*groups, UNKNOWN)} for name, groups in levels.items()}
        for name in self.attributes:
            for (group, reason), n in self.counted.left_out(name).items():
                # A group left out altogether has a place of its own, unless there are too many of them.
                known = group if group in facts[name] or len(facts[name]) <= MOST_GROUPS else UNKNOWN
                _count(facts[name].setdefault(known, {}).setdefault("left_out", {}), {reason: n})
            for fact in self.asked.reading.facts:
                for group, n in self.counted.by_group(name, fact).items():
                    _count(facts[name].setdefault(group, {}), {fact: int(n)})
        for name, group, counts in self.asked.facts():
            _count(facts[name].setdefault(self.codings[name].settle(group) or UNKNOWN, {}), counts)
        without = sum(fact.get("without_cluster", 0) for fact in facts[self.attributes[0]].values())
        if without > self.evidence.unknown_at_most * kept and self.data.cluster == AREA and self.asked.notes:
            raise DataError([Problem(self.data.source, note) for note in self.asked.notes])
        if without > self.evidence.unknown_at_most * kept:
            raise DataError(complaints.without_cluster(self.data.source, self.data.cluster, without, kept))
        return facts


def _count(into: dict[str, int], counts: Mapping[str, int]) -> None:
    for name, n in counts.items():
        into[name] = into.get(name, 0) + n


def _key(value: float | str | None) -> str:
    """Write a number that the engine gave as a key; a text is one."""
    return UNKNOWN if value is None else value if isinstance(value, str) else number_text(value)


def _number_or_text(level: str) -> tuple:
    """Sort 2 before 10, and numbers before texts."""
    return (0, int(level), level) if level.isascii() and level.isdigit() else (1, 0, level)
