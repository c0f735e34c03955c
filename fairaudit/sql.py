"""The one SQL text that turns records into a tally.

Three steps over one scan: count the records by their raw values (the only pass over the data, as cheap as a plain
GROUP BY); code the raw values as the plan says (a few hundred rows by now); add up every grouping with GROUPING SETS.
Names are quoted and values are literals of the syntax tree: no text is pasted together.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from sqlglot import exp

from fairaudit import syntax
from fairaudit.groupings import CODED, NO_COLUMN, STRAY, Coding
from fairaudit.plan import UNKNOWN, Data, FromTo, Scalar, spellings

RECORDS = "records"
# No column of a plan begins with a space.
KEY, CLUSTER, COPY = " key", " cluster", " copy"
VALUE, EDGE, OPENED, CLOSED = " value", " edge", " opened", " closed"
FOLDS = 100
ANY_TYPE = "ANY"
"""The type of a column of which only the name is known: it is written as text before anything else."""
HEX = "0123456789abcdef"
LARGEST_WEIGHT = "1e15"


# --- columns ---------------------------------------------------------------------------------------------------------


WHOLE = re.compile(r"U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER")
NUMERIC = re.compile(r"FLOAT|DOUBLE|REAL|DECIMAL|U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER")


@dataclass(frozen=True)
class Columns:
    """The records' columns and their types, as the engine names them."""

    types: Mapping[str, str]

    def raw(self, column: str) -> exp.Expression:
        """Give the column itself; of a group that nobody recorded, that it is missing."""
        return syntax.text(exp.null()) if column == NO_COLUMN else syntax.name(column)

    def text(self, column: str, of: exp.Expression | None = None) -> exp.Expression:
        """Give a value as text, alike whatever the column's type; NULL where it is missing.

        1.0 reads 1, midnight reads as its day, spaces around a text are not part of it, and NaN and an empty text are
        missing.

        Args:
            column: whose type the value has.
            of: the value; the column itself where None.
        """
        value = self.raw(column) if of is None else of
        kind = "VARCHAR" if column == NO_COLUMN else self.types[column].upper()
        if kind.startswith(("FLOAT", "DOUBLE", "REAL", "DECIMAL")):
            return _number_as_text(value, "double" if kind.startswith("DECIMAL") else None)
        if kind.startswith("TIMESTAMP"):
            midnight = exp.EQ(this=value, expression=exp.func("DATE_TRUNC", syntax.string("day"), value))
            return syntax.case([(midnight, syntax.first(syntax.text(value), len("2024-01-31")))], syntax.text(value))
        if kind == "VARCHAR" or kind.startswith(("ENUM", ANY_TYPE)):
            text = exp.Trim(this=value if kind == "VARCHAR" else syntax.text(value), expression=syntax.spaces())
            return exp.func("NULLIF", text, syntax.string(""))
        return syntax.text(value)

    def identity(self, column: str) -> exp.Expression:
        """Give what tells values apart: whole numbers as they are, which is quicker than as text."""
        return self.raw(column) if WHOLE.match(self.types[column].upper()) else self.text(column)

    def number(self, column: str) -> exp.Expression:
        """Give a value as a number; NULL where it is none, or not a finite one."""
        kind = self.types[column].upper()
        if kind.startswith(("FLOAT", "REAL")):
            return syntax.to_number(self.text(column))  # else a 0.7 of seven digits were 0.699999988
        if NUMERIC.match(kind):
            return syntax.finite(exp.cast(self.raw(column), "double"))
        text = self.text(column)
        # The engine would read 1_000 as a thousand.
        return syntax.case([(syntax.call("CONTAINS", text, syntax.string("_")), exp.null())], syntax.to_number(text))

    def is_numeric(self, column: str) -> bool:
        """Say whether the engine holds a column as numbers."""
        return bool(NUMERIC.match(self.types[column].upper()))


def _number_as_text(value: exp.Expression, other: str | None) -> exp.Expression:
    whole = exp.and_(
        exp.EQ(this=value, expression=exp.func("FLOOR", value)),
        exp.func("ABS", value) < exp.Literal.number("1000000000000000"),
    )
    # An engine may cast before it has looked at the condition, so that NaN must not stop it.
    integer = exp.TryCast(this=value, to=exp.DataType.build("bigint"))
    missing = exp.func("ISNAN", exp.cast(value, "double"))
    rest = syntax.text(exp.cast(value, other) if other else value)
    return syntax.case([(missing, exp.null()), (whole, syntax.text(integer))], rest)


# --- which rows are kept ---------------------------------------------------------------------------------------------


def left_out(data: Data, columns: Columns) -> exp.Expression:
    """Name the first rule of `keep` that a row breaks; empty where it is kept."""
    branches = []
    for column, want in data.keep.items():
        if isinstance(want, FromTo):
            branches += _outside(column, columns, want)
        else:
            kept = _is_among(columns.text(column), want)
            branches.append((exp.Not(this=exp.paren(kept)), syntax.string(f"{column} not kept")))
    if data.random_subset:
        drawn = _is_among(columns.text(data.random_subset.column), data.random_subset.is_)
        branches.append((exp.Not(this=exp.paren(drawn)), syntax.string(NOT_DRAWN)))
    return syntax.case(branches, syntax.string(""))


NOT_DRAWN = "not drawn at random"


def _is_among(text: exp.Expression, values: Sequence[Scalar]) -> exp.Expression:
    texts = [spelling for value in values for spelling in spellings(value)]
    return syntax.is_in(exp.func("COALESCE", text, syntax.string("")), texts)


DATE = re.compile(r"\d{4}-\d{2}")
LIKE_A_DATE = "____-__%"


def _outside(column: str, columns: Columns, want: FromTo) -> list[tuple[exp.Expression, exp.Expression]]:
    """Give why a value is not within a range; what cannot be compared has a reason of its own."""
    text, branches = columns.text(column), []
    for bound, comparison in ((want.from_, exp.GTE), (want.to, exp.LTE)):
        if bound is None:
            continue
        value, literal, kind = _comparable(text, bound)
        incomparable = exp.and_(exp.Not(this=syntax.is_null(text)), syntax.is_null(value))
        kept = exp.func("COALESCE", comparison(this=value.copy(), expression=literal), exp.false())
        branches.append((incomparable, syntax.string(f"{column} is no {kind}")))
        branches.append((exp.Not(this=kept), syntax.string(f"{column} not kept")))
    return branches


def _comparable(text: exp.Expression, bound: Scalar) -> tuple[exp.Expression, exp.Expression, str]:
    """Give a value in the form in which it compares with a bound, the bound, and what that form is called.

    Numbers compare as numbers, and a year also with dates. Dates are written 2024-01-31 and compare as far as the bound
    goes, so that 2019-12-31 10:00 is within 2019-12-31. Any other text compares as text.
    """
    dated = exp.Like(this=text.copy(), expression=syntax.string(LIKE_A_DATE))
    number = _as_number(bound)
    if number is not None:
        is_year = number == int(number) and 1000 <= number <= 9999
        value = syntax.to_number(text)
        value = syntax.case([(dated, syntax.to_number(syntax.first(text, 4)))], value) if is_year else value
        return value, syntax.number(number), "number"
    start = syntax.first(text, len(bound))
    if DATE.match(bound):
        return syntax.case([(dated, start)], exp.null()), syntax.string(bound), "date (2024-01-31)"
    return start, syntax.string(bound), "text"


def _as_number(bound: Scalar) -> float | None:
    try:
        return float(bound)
    except ValueError:
        return None


# --- coding ----------------------------------------------------------------------------------------------------------


def code(coding: Coding, text: exp.Expression) -> exp.Expression:
    """Code a value: unknown where missing, the plan's code where it names one, else passed on behind `STRAY`."""
    by_code: dict[str, list[str]] = {}
    for raw, value in coding.codes.items():
        if raw:
            by_code.setdefault(value, []).append(raw)
    named = [(syntax.is_in(text.copy(), raws), syntax.string(CODED + value)) for value, raws in by_code.items()]
    return syntax.case([(syntax.is_null(text), syntax.string(CODED + UNKNOWN)), *named], syntax.join(STRAY, text))


def band(coding: Coding, column: Columns) -> exp.Expression:
    """Cut a number into bands, before counting, so that a fine-grained column stays a few values."""
    text, number = column.text(coding.column), column.number(coding.column)
    unknown = (
        syntax.is_null(text)
        if not coding.codes
        else exp.or_(syntax.is_null(text), syntax.is_in(text, list(coding.codes)))
    )
    branches = [(unknown, syntax.string(CODED + UNKNOWN)), (syntax.is_null(number), syntax.join(STRAY, text.copy()))]
    for cut, name in zip(coding.bands, coding.levels, strict=False):
        branches.append((exp.LT(this=number.copy(), expression=syntax.number(cut)), syntax.string(CODED + name)))
    return syntax.case(branches, syntax.string(CODED + coding.levels[-1]))


def fold(text: exp.Expression, folds: int = FOLDS) -> exp.Expression:
    """Cut clusters into folds by the first three hex digits of the key's md5, alike in every engine."""
    digest = exp.func("MD5", exp.func("COALESCE", text, syntax.string("")))
    parts = []
    for place, weight in ((1, 256), (2, 16), (3, 1)):
        digit = exp.Substring(this=digest.copy(), start=exp.Literal.number(place), length=exp.Literal.number(1))
        position = exp.func("STR_POSITION", syntax.string(HEX), digit) - exp.Literal.number(1)
        parts.append(exp.paren(position) * exp.Literal.number(weight))
    value = parts[0] + parts[1] + parts[2]
    return syntax.text(exp.Mod(this=exp.paren(value), expression=exp.Literal.number(folds)))


# --- the query -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Reading:
    """What a kind counts records by beside groups and yes or no: columns that are computed from each record.

    Attributes:
        prepared: names that begin with a space -> what is computed first; `keys` and `sums` name these.
        keys: columns of the tally -> their values, which nothing has to settle.
        sums: further columns that add -> how they are added up over the records of a cell.
        edges: lower edges of the bins that `VALUE` is cut into; the bin's edge is in `EDGE`.
        texts: names that begin with a space -> texts that are trimmed before all that; `prepared` names these.
        records: where all that is computed from; the records themselves unless they are laid out otherwise.
    """

    prepared: Mapping[str, exp.Expression] = field(default_factory=dict)
    keys: Mapping[str, exp.Expression] = field(default_factory=dict)
    sums: Mapping[str, exp.Expression] = field(default_factory=dict)
    edges: Sequence[float] = ()
    texts: Mapping[str, exp.Expression] = field(default_factory=dict)
    records: str | exp.Expression = RECORDS

    @property
    def source(self) -> str | exp.Expression:
        """The records, each with what is computed first."""
        source: str | exp.Expression = self.records
        for step in (self.texts, self.prepared):
            if step:
                computed = [exp.alias_(value, name, quoted=True) for name, value in step.items()]
                table = exp.to_table(source) if isinstance(source, str) else source
                source = exp.Select(expressions=[exp.Star(), *computed]).from_(table).subquery()
        return source

    def joined(self, query: exp.Select) -> exp.Select:
        """Give each record of a query the edge of its bin: the largest that its value reaches."""
        if not self.edges:
            return query
        lowest, value = syntax.double(self.edges[0]), syntax.name(VALUE)
        # What lies below the lowest edge by a rounding belongs to the lowest bin.
        reached = syntax.case([(exp.LT(this=value, expression=lowest), lowest.copy())], value.copy())
        edges = exp.func("UNNEST", exp.Array(expressions=[syntax.double(edge) for edge in self.edges]))
        bins = exp.Select(expressions=[exp.alias_(edges, EDGE, quoted=True)]).subquery("bins")
        at = exp.GTE(this=reached, expression=syntax.name(EDGE))
        return query.join(exp.Join(this=bins, method="ASOF", side="LEFT", on=at), copy=False)


@dataclass(frozen=True)
class Request:
    """What is to be counted.

    Attributes:
        data: the plan's data block.
        codings: the columns to code, by name in the tally: attributes, strata, decision, outcome.
        tables: name -> attributes.
        strata: names of the strata.
        folds: number of folds; 0 for none; -1 where each of a few clusters is its own fold.
        reading: what the kind computes from each record.
        unfolded: the tables that are not cut into folds.
    """

    data: Data
    codings: Mapping[str, Coding]
    tables: Mapping[str, Sequence[str]]
    strata: Sequence[str]
    folds: int = 0
    reading: Reading = Reading()
    unfolded: Collection[str] = ()

    @property
    def keys(self) -> list[str]:
        """The columns that every table has: strata, decision or the like, outcome, fold."""
        found = [name for name in ("decision", "outcome") if name in self.codings]
        return [*self.strata, *found, *self.reading.keys, *(["fold"] if self.folds else [])]

    @property
    def attributes(self) -> list[str]:
        """The attributes of all tables, in order."""
        return list(dict.fromkeys(name for names in self.tables.values() for name in names))

    @property
    def sums(self) -> list[str]:
        """The columns that add."""
        weights = ["w", "ww", "bad_weights", "zero_weights"] if self.data.weighted else []
        weights += ["bad_probabilities"] if self.data.inclusion_probability else []
        return ["n", *(["bad_counts"] if self.data.count else []), *weights, *self.reading.sums]


def tally_query(request: Request, columns: Columns) -> exp.Select:
    """Build the whole query: one row a cell of each table.

    Its columns are the attributes and keys (NULL where not in a table, which tells the tables apart), `left_out`, and
    the sums.
    """
    keys = [*request.attributes, *request.keys, "left_out"]
    whole = [name for name in request.keys if name != "fold"]
    sets = [
        [*names, *(whole if table in request.unfolded else request.keys), "left_out"]
        for table, names in request.tables.items()
    ]
    sums = {name: exp.func("SUM", syntax.name(name)) for name in request.sums}
    query = syntax.select({name: syntax.name(name) for name in keys} | sums, "coded")
    query.set("group", _grouping_sets(sets))
    steps = {"counted": _counted(request, columns), "texts": _texts(request, columns), "coded": _coded(request)}
    for name, step in steps.items():
        query = query.with_(name, as_=step, copy=False)
    return query


def _grouping_sets(sets: Sequence[Sequence[str]]) -> exp.Group:
    tuples = [exp.Tuple(expressions=[syntax.name(name) for name in names]) for names in sets]
    return exp.Group(grouping_sets=[exp.GroupingSets(expressions=tuples)])


def _counted(request: Request, columns: Columns) -> exp.Select:
    """Count the records by raw values: the one pass over the data."""
    raws = _raws(request, columns)
    sums = _records(request, columns) | (_weights(request.data, columns) if request.data.weighted else {})
    places = [exp.Literal.number(place + 1) for place in range(len(raws))]
    query = syntax.select(raws | sums | dict(request.reading.sums), request.reading.source)
    return request.reading.joined(query).group_by(*places, copy=False)


def _records(request: Request, columns: Columns) -> dict[str, exp.Expression]:
    """Count rows, or add up how many records each stands for."""
    if not request.data.count:
        return {"n": syntax.count()}
    number = columns.number(request.data.count)
    bad = is_bad_count(number)
    records = syntax.case([(bad, syntax.integer(0))], exp.TryCast(this=number.copy(), to=exp.DataType.build("bigint")))
    # The engine's sum of whole numbers is wider than any count.
    return {"n": exp.cast(exp.func("SUM", records), "bigint"), "bad_counts": syntax.count_if(bad.copy())}


def is_bad_count(number: exp.Expression) -> exp.Expression:
    """Say whether a number is no count of records: missing, negative, or not whole."""
    whole = exp.EQ(this=number, expression=exp.func("FLOOR", number.copy()))
    good = exp.and_(whole, number.copy() >= syntax.integer(0), number.copy() < syntax.integer(10**12))
    return exp.Not(this=exp.func("COALESCE", exp.paren(good), exp.false()))


def bad_counts_query(data: Data, columns: Columns, most: int = 5) -> exp.Select:
    """List what stands in the place of counts and is none, among the kept rows."""
    query = of_kept(syntax.select({"value": columns.text(data.count)}, RECORDS).distinct(), data, columns)
    return query.where(is_bad_count(columns.number(data.count))).order_by(exp.Literal.number(1)).limit(most)


def _weights(data: Data, columns: Columns) -> dict[str, exp.Expression]:
    weight, own = weight_of(data, columns), columns.number(data.weight) if data.weight else syntax.integer(1)
    # FSUM carries the rounding along, so that the order in which threads add does not show.
    sums = {
        "w": exp.func("FSUM", weight),
        "ww": exp.func("FSUM", exp.Mul(this=weight.copy(), expression=weight.copy())),
        "bad_weights": syntax.count_if(_is_bad(own)),
        "zero_weights": syntax.count_if(exp.EQ(this=own.copy(), expression=exp.Literal.number(0))),
    }
    if data.inclusion_probability:
        sums["bad_probabilities"] = syntax.count_if(_is_no_probability(columns.number(data.inclusion_probability)))
    return sums


def weight_of(data: Data, columns: Columns) -> exp.Expression:
    """Give what a record counts for: its weight, over the probability with which it was drawn (Horvitz & Thompson)."""
    if not data.inclusion_probability:
        return columns.number(data.weight)
    own = columns.number(data.weight) if data.weight else syntax.double(1.0)
    drawn = columns.number(data.inclusion_probability)
    # What is no probability is refused; until then it must not be divided by.
    return exp.paren(exp.Div(this=own, expression=syntax.case([(_is_no_probability(drawn), exp.null())], drawn.copy())))


def _is_no_probability(value: exp.Expression) -> exp.Expression:
    good = exp.and_(value > exp.Literal.number(0), value.copy() <= exp.Literal.number(1))
    return exp.Not(this=exp.func("COALESCE", exp.paren(good), exp.false()))


def bad_probabilities_query(data: Data, columns: Columns, most: int = 5) -> exp.Select:
    """List probabilities of the kept rows that are missing, no number, 0 or less, or above 1."""
    column = data.inclusion_probability
    query = of_kept(syntax.select({"value": columns.text(column)}, RECORDS).distinct(), data, columns)
    return query.where(_is_no_probability(columns.number(column))).order_by(exp.Literal.number(1)).limit(most)


def _is_bad(weight: exp.Expression) -> exp.Expression:
    good = exp.and_(weight >= exp.Literal.number(0), weight < exp.Literal.number(LARGEST_WEIGHT))
    return exp.Not(this=exp.func("COALESCE", exp.paren(good), exp.false()))


def _raws(request: Request, columns: Columns) -> dict[str, exp.Expression]:
    """Name the raw values that are counted: columns as they are, bands, the fold, and why a row is left out."""
    raws = {
        _raw_name(coding): band(coding, columns) if coding.bands else columns.raw(coding.column)
        for coding in request.codings.values()
    }
    if request.folds:
        text = columns.text(request.data.cluster)
        raws["raw fold"] = text if request.folds < 0 else fold(text, request.folds)
    return raws | dict(request.reading.keys) | {"left_out": left_out(request.data, columns)}


def _raw_name(coding: Coding) -> str:
    # Bands have an expression of their own; all else shares its column, however many codings read it.
    return f"band {coding.name}" if coding.bands else f"raw {coding.column}"


def _text_name(coding: Coding) -> str:
    return f"text {coding.column}"


def _texts(request: Request, columns: Columns) -> exp.Select:
    """Write raw values as text, alike whatever their type."""
    texts = {
        _text_name(coding): columns.text(coding.column, syntax.name(_raw_name(coding)))
        for coding in request.codings.values()
        if not coding.bands
    }
    bands = {_raw_name(coding): syntax.name(_raw_name(coding)) for coding in request.codings.values() if coding.bands}
    fold_of = {"fold": exp.func("COALESCE", syntax.name("raw fold"), syntax.string(""))} if request.folds else {}
    rest = {name: syntax.name(name) for name in (*request.reading.keys, "left_out", *request.sums)}
    return syntax.select(texts | bands | fold_of | rest, "counted")


def _coded(request: Request) -> exp.Select:
    """Turn texts into codes; rows that are left out keep their groups only."""
    kept = exp.EQ(this=syntax.name("left_out"), expression=syntax.string(""))
    codes = {}
    for name, coding in request.codings.items():
        value = syntax.name(_raw_name(coding)) if coding.bands else code(coding, syntax.name(_text_name(coding)))
        in_table = name in request.attributes
        codes[name] = value if in_table else syntax.case([(kept.copy(), value)], syntax.string(CODED + UNKNOWN))
    codes |= {name: syntax.case([(kept.copy(), syntax.name(name))], exp.null()) for name in request.reading.keys}
    fold_of = {"fold": syntax.case([(kept.copy(), syntax.name("fold"))], syntax.string(""))} if request.folds else {}
    return syntax.select(codes | fold_of | {name: syntax.name(name) for name in ("left_out", *request.sums)}, "texts")


# --- questions asked beside it ---------------------------------------------------------------------------------------


def duplicates_query(request: Request, columns: Columns) -> exp.Select:
    """Count, by attribute, the kept rows that repeat the key of another; and the rows without a key.

    Of rows that share a key the first by attributes is no repeat, so that the order of rows does not show.
    """
    key = columns.identity(request.data.key)
    keys = of_kept(syntax.select({KEY: key}, RECORDS), request.data, columns)
    repeated = keys.group_by(exp.Literal.number(1)).having(exp.func("COUNT", exp.Star()) > 1)
    # Most keys stand there once: only the others, and rows without a key, are looked at one by one.
    rows = of_kept(syntax.select(_raw_attributes(request, columns) | {KEY: key.copy()}, RECORDS), request.data, columns)
    rows = rows.where(exp.or_(syntax.is_null(key.copy()), exp.In(this=key.copy(), query=repeated.subquery())))
    coded = _attribute_codes(request, columns)
    order = exp.Order(expressions=[value.copy() for value in coded.values()])
    copy = exp.Window(this=exp.func("ROW_NUMBER"), partition_by=[syntax.name(KEY)], order=order)
    missing = syntax.is_null(syntax.name(KEY))
    counts = {
        "duplicates": syntax.count_if(exp.and_(exp.Not(this=missing), syntax.name(COPY) > 1)),
        "without_key": syntax.count_if(missing.copy()),
    }
    return _by_attribute(request, rows, coded | {KEY: syntax.name(KEY), COPY: copy}, counts)


def clusters_query(request: Request, columns: Columns) -> exp.Select:
    """Count, by attribute, the clusters of the kept rows; and the rows without one."""
    raws = _raw_attributes(request, columns) | {CLUSTER: columns.identity(request.data.cluster)}
    rows = of_kept(syntax.select(raws | {"n": exp.func("COUNT", exp.Star())}, RECORDS), request.data, columns)
    rows = rows.group_by(*[exp.Literal.number(place + 1) for place in range(len(raws))])
    without = exp.func(
        "SUM", syntax.case([(syntax.is_null(syntax.name(CLUSTER)), syntax.name("n"))], exp.Literal.number(0))
    )
    counts = {"clusters": exp.Count(this=exp.Distinct(expressions=[syntax.name(CLUSTER)])), "without_cluster": without}
    rest = {name: syntax.name(name) for name in (CLUSTER, "n")}
    return _by_attribute(request, rows, _attribute_codes(request, columns) | rest, counts)


def _raw_attributes(request: Request, columns: Columns) -> dict[str, exp.Expression]:
    codings = [request.codings[name] for name in request.attributes]
    return {_raw_name(c): band(c, columns) if c.bands else columns.raw(c.column) for c in codings}


def _attribute_codes(request: Request, columns: Columns) -> dict[str, exp.Expression]:
    """Give the code of every attribute, from its raw value."""
    codes = {}
    for name in request.attributes:
        coding = request.codings[name]
        raw = syntax.name(_raw_name(coding))
        codes[name] = raw if coding.bands else code(coding, columns.text(coding.column, raw))
    return codes


def _by_attribute(
    request: Request, rows: exp.Select, coded: Mapping[str, exp.Expression], counts: Mapping[str, exp.Expression]
) -> exp.Select:
    query = syntax.select({name: syntax.name(name) for name in request.attributes} | dict(counts), "coded")
    query.set("group", _grouping_sets([[name] for name in request.attributes]))
    query = query.with_("kept", as_=rows, copy=False)
    return query.with_("coded", as_=syntax.select(dict(coded), "kept"), copy=False)


def of_kept(query: exp.Select, data: Data, columns: Columns) -> exp.Select:
    """Let a query see the kept rows only."""
    if not (data.keep or data.random_subset):
        return query
    return query.where(exp.EQ(this=left_out(data, columns), expression=syntax.string("")))


def values_query(column: str, data: Data, columns: Columns, most: int = 12) -> exp.Select:
    """List a column's most frequent values among the kept rows, as text, with their counts."""
    query = syntax.select({"value": columns.text(column), "n": exp.func("COUNT", exp.Star())}, RECORDS)
    query = of_kept(query, data, columns).group_by(exp.Literal.number(1))
    return query.order_by(syntax.name("n").desc(), syntax.name("value")).limit(most)


def bad_weights_query(data: Data, columns: Columns, most: int = 5) -> exp.Select:
    """List weights of the kept rows that are missing, not a number, negative or infinite."""
    query = of_kept(syntax.select({"value": columns.text(data.weight)}, RECORDS).distinct(), data, columns)
    return query.where(_is_bad(columns.number(data.weight))).order_by(exp.Literal.number(1)).limit(most)


def not_numbers_query(column: str, unknown: Sequence[str], data: Data, columns: Columns, most: int = 12) -> exp.Select:
    """List the most frequent values of a column that should be a number and are none."""
    text = columns.text(column)
    query = values_query(column, data, columns, most).where(
        syntax.is_null(syntax.to_number(text)), exp.Not(this=syntax.is_null(text))
    )
    return query.where(exp.Not(this=syntax.is_in(text.copy(), unknown))) if unknown else query


def distinct_query(column: str, data: Data, columns: Columns, most: int) -> exp.Select:
    """List the distinct values of a column among the kept rows, at most so many; a missing one as an empty text."""
    value = exp.func("COALESCE", columns.text(column), syntax.string(""))
    return of_kept(syntax.select({"value": value}, RECORDS).distinct(), data, columns).limit(most)


def count_distinct_query(column: str, data: Data, columns: Columns) -> exp.Select:
    """Count the distinct values of a column among the kept rows."""
    count = exp.Count(this=exp.Distinct(expressions=[columns.text(column)]))
    return of_kept(syntax.select({"n": count}, RECORDS), data, columns)
