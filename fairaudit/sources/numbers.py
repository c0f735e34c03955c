"""Reading scores and amounts: plain numbers, counted as they are where they are few, else cut into bins."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping

from sqlglot import exp

from fairaudit import sql, syntax
from fairaudit.errors import Problem
from fairaudit.plan import spellings
from fairaudit.plan.data import Amount, Score
from fairaudit.sources import complaints
from fairaudit.sources.readings import Look, Reading
from fairaudit.tally.values import number_text

MOST_VALUES = 2_000
BINS, BINS_OF_CLUSTERS = 1_000, 200  # cells multiply with folds
LARGEST_AMOUNT = 10**15  # in the smallest unit; its digits survive a float and a spreadsheet
ROUNDED, FLOAT_ERROR = 1e-6, 4e-16

CURRENCY = r"(US\$|[$€£¥₹]|USD|EUR|GBP|CAD|AUD|CHF|JPY|Euro|euro|dollars?)"
MONEY = rf"^[-+(\s]*{CURRENCY}?[-+(\s]*\d[\d.,'\s]*\)?\s*{CURRENCY}?[\s)-]*$"


class _Numbers:
    """One column of numbers: the SQL of its values and of what is none."""

    def __init__(self, look: Look, spec: Score | Amount):
        self.look, self.columns, self.column = look, look.columns, spec.column
        self.is_unknown = self._is_unknown(spec)
        number = self.columns.number(self.column)
        self.number = syntax.case([(self.is_unknown, exp.null())], number) if self.is_unknown else number
        self.stray = self._stray()

    def _is_unknown(self, spec: Score | Amount) -> exp.Expression | None:
        texts = [text for value in spec.unknown for text in spellings(value) if text]
        if not texts:
            return None
        if not self.columns.is_numeric(self.column):
            return syntax.is_in(self.columns.text(self.column), texts)
        numbers = [value for value in spec.unknown if _is_number(value)]
        values = [syntax.number(float(value)) for value in numbers]
        return exp.In(this=self.columns.number(self.column), expressions=values) if values else None

    def _stray(self) -> exp.Expression:
        """Give the text of a value that is no number, and is not known to be missing."""
        text = self.columns.text(self.column)
        missing = syntax.is_in(exp.func("LOWER", text.copy()), ["nan", "null"])
        passed = exp.or_(missing, self.is_unknown.copy()) if self.is_unknown else missing
        lacking = syntax.is_null(self.columns.number(self.column))
        return syntax.case([(exp.and_(lacking, exp.Not(this=exp.paren(passed))), text)], exp.null())

    def counts(self, value: exp.Expression) -> dict[str, exp.Expression]:
        """Give what every column of numbers is looked at for."""
        return {
            "n": syntax.count(),
            "valued": exp.func("COUNT", value),
            "values": syntax.call("APPROX_COUNT_DISTINCT", value.copy()),
            "strays": exp.func("COUNT", self.stray),
        }

    def read(self, value: exp.Expression, found: Mapping[str, int], cuts: tuple[float, ...]) -> tuple:
        """Give what is to be computed, and the edges where values are too many to be counted one by one."""
        prepared = {sql.VALUE: value}
        if self._are_few(value, found["values"]):
            return sql.Reading(prepared, {"value": syntax.name(sql.VALUE)}), None
        edges = self._edges(value, found["valued"], cuts)
        return sql.Reading(prepared, {"value": syntax.name(sql.EDGE)}, self._sums(), edges), edges

    def _are_few(self, value: exp.Expression, about: int) -> bool:
        """Say whether there are at most `MOST_VALUES`; they are counted one by one only where that is near."""
        if about > 2 * MOST_VALUES:
            return False
        distinct = exp.Count(this=exp.Distinct(expressions=[value.copy()]))
        return self.look.survey({"values": distinct})["values"] <= MOST_VALUES

    def _edges(self, value: exp.Expression, valued: int, cuts: tuple[float, ...]) -> tuple[float, ...]:
        """Cut at the plan's cut points, and so that bins hold about as many records each."""
        data = self.look.evidence.data
        step = math.ceil(valued / (BINS_OF_CLUSTERS if data.cluster else BINS))
        place = exp.Window(this=exp.func("ROW_NUMBER"), order=exp.Order(expressions=[value.copy()]))
        ordered = syntax.select({"value": value, "place": place}, sql.RECORDS).where(syntax.not_null(value.copy()))
        ordered = sql.of_kept(ordered, data, self.columns).subquery("ordered")
        first = exp.Mod(this=exp.paren(syntax.name("place") - 1), expression=syntax.integer(step))
        query = syntax.select({"value": syntax.name("value")}, ordered).distinct()
        found = [edge for (edge,) in self.look.fetch(query.where(exp.EQ(this=first, expression=syntax.integer(0))))]
        # An edge is written with fifteen digits, and is then what it says.
        return tuple(sorted({float(number_text(float(edge))) + 0.0 for edge in (*found, *cuts)}))

    def _sums(self) -> dict[str, exp.Expression]:
        """Add up the values of a bin, and their squares."""
        value = syntax.name(sql.VALUE)
        if self.look.evidence.data.weighted:
            weight = sql.weight_of(self.look.evidence.data, self.columns)
            weighted = exp.Mul(this=weight, expression=exp.cast(value, "double"))
            squares = exp.Mul(this=weighted.copy(), expression=exp.cast(value.copy(), "double"))
            return {"wx": exp.func("FSUM", weighted), "wxx": exp.func("FSUM", squares)}
        if self.look.evidence.kind == "amounts":
            whole = exp.cast(value, "hugeint")  # squares of cents do not fit into 64 bits
            return {"wx": exp.func("SUM", whole), "wxx": exp.func("SUM", exp.Mul(this=whole, expression=whole.copy()))}
        return {"wx": exp.func("FSUM", value), "wxx": exp.func("FSUM", exp.Mul(this=value, expression=value.copy()))}


def _is_number(value: object) -> bool:
    try:
        return math.isfinite(float(value)) and not isinstance(value, bool)
    except (TypeError, ValueError):
        return False


# --- scores ----------------------------------------------------------------------------------------------------------


def scores(look: Look) -> Reading:
    """Read scores: any finite number."""
    spec = look.evidence.data.score
    numbers = _Numbers(look, spec)
    outside = exp.Not(this=exp.Between(this=numbers.number.copy(), low=syntax.integer(0), high=syntax.integer(1)))
    found = look.survey({**numbers.counts(numbers.number), "outside": syntax.count_if(outside)})
    problems = [*_strays(numbers, found, "score"), *_none(numbers, found, "score")]
    if spec.probability and found["outside"]:
        problems.append(complaints.no_probabilities(look.source, spec.column, int(found["outside"])))
    columns, edges = numbers.read(numbers.number, found, look.evidence.cut_points)
    return Reading(columns, {"edges": edges}, tuple(problems))


def _strays(numbers: _Numbers, found: Mapping[str, int], name: str) -> Iterator[Problem]:
    if found["strays"]:
        listed = numbers.look.commonest(numbers.stray)
        yield complaints.not_numbers(numbers.look.source, numbers.column, name, found["strays"], listed)


def _none(numbers: _Numbers, found: Mapping[str, int], name: str) -> Iterator[Problem]:
    if found["n"] and not found["valued"] and not found["strays"]:
        yield complaints.nothing_known(numbers.look.source, numbers.column, name)


# --- amounts ---------------------------------------------------------------------------------------------------------


def amounts(look: Look, *, bins: bool = True) -> Reading:
    """Read amounts: plain numbers, as whole numbers of the smallest unit, in bins where they are too many."""
    spec = look.evidence.data.valued
    numbers = _Numbers(look, spec)
    scaled = exp.Mul(this=numbers.number.copy(), expression=syntax.integer(10**spec.decimals))
    whole, size = exp.func("ROUND", scaled), exp.func("ABS", scaled.copy())
    too_large = size >= syntax.integer(LARGEST_AMOUNT)
    off = exp.func("ABS", exp.Sub(this=scaled.copy(), expression=whole.copy()))
    # Of a large amount a float holds fewer digits after the point.
    slack = syntax.number(ROUNDED) + exp.Mul(this=size.copy(), expression=syntax.number(FLOAT_ERROR))
    too_fine = exp.and_(off > slack, exp.Not(this=exp.paren(too_large.copy())))
    integer = exp.TryCast(this=whole.copy(), to=exp.DataType.build("bigint"))
    value = syntax.case([(too_large.copy(), exp.null())], integer)
    money = exp.RegexpLike(this=numbers.stray.copy(), expression=syntax.string(MONEY))
    wrong = {
        "money": money,
        "too fine": too_fine,
        "too large": too_large,
        "negative": numbers.number.copy() < syntax.integer(0),
    }
    counts = {name: syntax.count_if(condition.copy()) for name, condition in wrong.items()}
    found = look.survey({**numbers.counts(value), **counts})
    problems = _amount_problems(numbers, spec, {name: int(n or 0) for name, n in found.items()}, wrong)
    cuts = tuple(units(cut, spec.decimals) for cut in look.evidence.cut_points)
    if bins:
        columns, edges = numbers.read(value, found, cuts)
    else:
        columns, edges = sql.Reading({sql.VALUE: value}, {"value": syntax.name(sql.VALUE)}), None
    return Reading(columns, {"edges": edges, "decimals": spec.decimals}, tuple(problems))


def units(amount: float, decimals: int) -> int:
    """Give a cut point in the smallest unit: the least whole number of it that reaches the cut."""
    return math.ceil(round(amount * 10**decimals, 6))


def _amount_problems(
    numbers: _Numbers, spec: Amount, found: Mapping[str, int], wrong: Mapping[str, exp.Expression]
) -> Iterator[Problem]:
    source, column = numbers.look.source, spec.column

    def examples(condition: exp.Expression, most: int = 5) -> dict[str, int]:
        text = syntax.case([(condition.copy(), numbers.columns.text(column))], exp.null())
        return numbers.look.commonest(text, most)

    if found["money"]:
        symbol = exp.RegexpExtract(this=numbers.stray.copy(), expression=syntax.string(CURRENCY))
        symbols = numbers.look.commonest(exp.func("NULLIF", symbol, syntax.string("")))
        yield complaints.money(source, column, found["money"], examples(wrong["money"]), list(symbols))
    if rest := found["strays"] - found["money"]:
        other = syntax.case([(wrong["money"].copy(), exp.null())], numbers.stray.copy())
        yield complaints.not_numbers(source, column, "amount", rest, numbers.look.commonest(other))
    if found["too fine"]:
        yield complaints.too_fine(source, column, found["too fine"], spec.decimals, examples(wrong["too fine"]))
    if found["too large"]:
        yield complaints.too_large(source, column, found["too large"], examples(wrong["too large"]))
    if found["negative"] and not spec.negative:
        yield complaints.negative(source, column, found["negative"])
    yield from _none(numbers, found, "amount")
