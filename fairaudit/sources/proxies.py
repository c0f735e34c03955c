"""Probabilities of groups for people whose group is unknown: what is wrong with them, and how they are counted.

Nobody is put into the likeliest group. Each record of unknown group is counted once a level, with its probability as
its weight, by bins of that probability; who has no probabilities stays unknown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import pandas as pd
from sqlglot import exp

from fairaudit import sql, syntax
from fairaudit.errors import Problem, listed
from fairaudit.groupings import CODED, NO_COLUMN, STRAY, Coding
from fairaudit.plan import UNKNOWN, Data
from fairaudit.sources import complaints
from fairaudit.sources.readings import Look
from fairaudit.tally.values import BINS_OF_PROBABILITY, bin_of_probability

LEVEL, CHANCE = " level", " chance"
ROUNDED = 0.01
"""How far from one the probabilities of a record may add up to, as they do where each was rounded."""
SLACK = 1e-9


@dataclass(frozen=True)
class Proxy:
    """The probabilities of one attribute's levels.

    Attributes:
        name: the attribute.
        coding: how its own column is read, of which only those count that are unknown.
        of: level -> column.
        columns: the records' columns.
    """

    name: str
    coding: Coding
    of: Mapping[str, str]
    columns: sql.Columns

    @cached_property
    def numbers(self) -> dict[str, exp.Expression]:
        """Give every level's probability; NULL where it is no number."""
        return {level: self.columns.number(column) for level, column in self.of.items()}

    @property
    def total(self) -> exp.Expression:
        """Give what the probabilities of a record add up to; NULL where one is missing."""
        numbers = [number.copy() for number in self.numbers.values()]
        total = numbers[0]
        for number in numbers[1:]:
            total = total + number
        return total

    @property
    def may_be_unknown(self) -> exp.Expression:
        """Say whether a record's own group is unknown, or read by a rule that only `Coding.settle` knows."""
        code = sql.code(self.coding, self.columns.text(self.coding.column))
        stray = exp.EQ(this=syntax.first(code, 1), expression=syntax.string(STRAY))
        return exp.paren(exp.or_(exp.EQ(this=code.copy(), expression=syntax.string(CODED + UNKNOWN)), stray))

    def laid_out(self) -> exp.Expression:
        """Give each record of unknown group once a level, with its probability (of their sum, where rounded)."""
        parts = []
        for level, number in self.numbers.items():
            share = exp.Div(this=number.copy(), expression=exp.paren(self.total))
            added = {LEVEL: syntax.string(level), CHANCE: share}
            named = [exp.alias_(value, name, quoted=True) for name, value in added.items()]
            query = exp.Select(expressions=[exp.Star(), *named]).from_(exp.to_table(sql.RECORDS))
            parts.append(query.where(self.may_be_unknown, syntax.not_null(self.total)))
        query = parts[0]
        for part in parts[1:]:
            query = exp.Union(this=query, expression=part, distinct=False)
        return query.subquery("chances")

    def asked(self, request: sql.Request) -> sql.Request:
        """Give what is to be counted: in every table that holds the attribute, by level and bin of probability."""
        chance, reading = syntax.name(CHANCE), request.reading
        # An edge is an edge, whatever floating point makes of 1 - 0.65.
        scaled = exp.Mul(this=chance, expression=syntax.integer(BINS_OF_PROBABILITY))
        place = exp.func("FLOOR", exp.func("ROUND", scaled, syntax.integer(9)))
        last = syntax.integer(BINS_OF_PROBABILITY - 1)
        place = syntax.case([(place > last, last.copy())], place.copy())
        mass = self._mass(request.data)
        columns = replace(
            reading,
            records=self.laid_out(),
            keys={**reading.keys, LEVEL: syntax.name(LEVEL), "proxy": place},
            sums={**reading.sums, **mass},
        )
        tables = {table: names for table, names in request.tables.items() if self.name in names}
        return replace(request, tables=tables, reading=columns)

    def _mass(self, data: Data) -> dict[str, exp.Expression]:
        """Add up probabilities, times the weights of records, and the squares of that."""
        chance = syntax.name(CHANCE)
        if data.weight:
            each = exp.Mul(this=self.columns.number(data.weight), expression=chance)
            return {"p": exp.func("FSUM", each), "pp": exp.func("FSUM", exp.Mul(this=each.copy(), expression=each))}
        square = exp.Mul(this=chance.copy(), expression=chance.copy())
        if data.count:
            number = self.columns.number(data.count)
            counted = syntax.case([(sql.is_bad_count(number), syntax.integer(0))], number.copy())
            return {
                name: exp.func("FSUM", exp.Mul(this=counted.copy(), expression=exp.paren(each)))
                for name, each in (("p", chance), ("pp", square))
            }
        return {"p": exp.func("FSUM", chance), "pp": exp.func("FSUM", square)}

    # --- what is wrong with them ---

    def look(self, look: Look) -> dict[str, int]:
        """Count what is wrong with the probabilities of those who are of unknown group."""
        here = self.may_be_unknown
        counts = {"n": syntax.count_if(here)}
        lacking = [syntax.is_null(self.columns.text(column)) for column in self.of.values()]
        nothing, something = exp.and_(*lacking), exp.or_(*[each.copy() for each in lacking])
        counts["without"] = self._among(nothing)
        counts["partly"] = self._among(exp.and_(something, exp.Not(this=exp.paren(nothing.copy()))))
        off = exp.func("ABS", exp.Sub(this=self.total, expression=syntax.integer(1))) > syntax.number(ROUNDED)
        counts["off"] = self._among(off)
        counts["percent"] = self._among(
            exp.func("ABS", exp.Sub(this=self.total, expression=syntax.integer(100))) < syntax.integer(1)
        )
        for column, number in zip(self.of.values(), self.numbers.values(), strict=True):
            text = self.columns.text(column)
            counts[f"stray {column}"] = self._among(exp.and_(syntax.is_null(number.copy()), syntax.not_null(text)))
            counts[f"negative {column}"] = self._among(number.copy() < syntax.number(-SLACK))
            counts[f"above {column}"] = self._among(number.copy() > syntax.number(1 + SLACK))
        return {name: int(n or 0) for name, n in look.survey(counts).items()}

    def _among(self, condition: exp.Expression) -> exp.Expression:
        return syntax.count_if(exp.and_(self.may_be_unknown, exp.paren(condition)))

    def problems(self, source: str, found: Mapping[str, int]) -> Iterator[Problem]:
        """Say what is wrong, one problem a column and rule."""
        mend = f"Mend them, or leave all probabilities of those records empty: they then stay of unknown {self.name}."
        percent = found["n"] and found["percent"] > found["n"] / 2
        for column in self.of.values():
            for rule, words in (("stray", "no number"), ("negative", "below 0"), ("above", "above 1")):
                if n := found[f"{rule} {column}"]:
                    what = f"{complaints.counted(n, 'probability', 'probabilities')} in {column!r} {_is(n)} {words}"
                    hint = "They look like percent: divide them by 100." if percent and rule == "above" else mend
                    yield Problem(source, what, hint)
        if n := found["partly"]:
            what = (
                f"{complaints.counted(n, 'record')} {_has(n)} some probabilities of {self.name} and lack{_s(n)} others"
            )
            yield Problem(source, what, "Write 0 where a group is ruled out; leave all empty where nothing is known.")
        if (n := found["off"]) and not percent:
            columns = listed(list(self.of.values()))
            what = f"of {complaints.counted(n, 'record')} the probabilities {columns} do not add up to 1"
            hint = (
                "They need not be exact (0.99 to 1.01 is read as rounded), but must be of every group: give the rest a "
                "level of its own."
            )
            yield Problem(source, what, hint)

    def notes(self, found: Mapping[str, int]) -> Iterator[str]:
        """Say how many are told by probabilities, and how many by nothing."""
        n, without = found["n"], found["without"]
        if self.coding.column == NO_COLUMN:
            yield f"No column holds {self.name}: everybody's is unknown, and probabilities alone clear nothing."
        if n and without:
            yield f"{without:,} of {n:,} records of unknown {self.name} have no probabilities of it: they stay unknown."


def allotted(rows: pd.DataFrame, name: str) -> pd.DataFrame:
    """Give the rows of people of unknown group under the level that they may be of.

    Args:
        rows: counted by level and by bin; those whose group turned out to be known have no part in it.
        name: the attribute.
    """
    rows = rows[(rows[name] == UNKNOWN).to_numpy(bool)]
    return rows.assign(**{name: rows[LEVEL], "proxy": [bin_of_probability(int(p)) for p in rows["proxy"]]})


def _is(n: int) -> str:
    return "is" if n == 1 else "are"


def _has(n: int) -> str:
    return "has" if n == 1 else "have"


def _s(n: int) -> str:
    return "s" if n == 1 else ""
