"""How Spark says what DuckDB has a word of its own for, so that every value comes out alike.

Its casts read more than DuckDB's (`1d` is a number to it), write numbers as Java does (1.0E-5), and days have a zone.
"""

from __future__ import annotations

from sqlglot import exp

from fairaudit.engines.sayings import Dress, renamed, template, without_bins
from fairaudit.engines.strptime import spark_moment

SPARK = "spark"
Type = exp.DataType.Type

SPACE = r"[ \t\n\r\x0B\f]*"
NUMBER = rf"^{SPACE}[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?{SPACE}\z"
DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
AS_SPARK_READS_IT = rf"^{DAY}( ([01][0-9]|2[0-3]):[0-9]{{2}}:[0-9]{{2}}([.][0-9]{{1,6}})?)?\z"
CLOCK = r"[T\s]\s*([0-9]{1,2}):(?:([0-9]{1,2})(?::([0-9]{1,2})(?:[.]([0-9]*))?)?)?"
ZONE = r"(?: ?Z|([+-][0-9]{2})(?::?([0-9]{2}))?| ([A-Za-z][A-Za-z_/]*))?"
MOMENT = rf"^({DAY})(?:{CLOCK}{ZONE}\s*)?\z"
"""What else is read. Its groups: the day, hour, minute, second, its digits, hours and minutes of a zone, its name."""


def quoted(pattern: str) -> str:
    """Write a pattern as a literal of Spark, to which a backslash escapes what follows."""
    return "'" + pattern.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _say(text: str):
    return template(text, SPARK)


# --- what is read from a text ----------------------------------------------------------------------------------------


def _moment(kind: str) -> str:
    """Read a day, with a time or without. Spark reads what is written out in full; anything shorter is, first."""
    part = {place: f"REGEXP_EXTRACT(:value, {quoted(MOMENT)}, {place})" for place in range(1, 9)}
    hour, minute, second = (f"LPAD({part[place]}, 2, '0')" for place in (2, 3, 4))
    last = f"{hour} = '24' AND CONCAT({part[3]}, {part[4]}, {part[5]}) RLIKE '^0*$'"
    hour = f"CASE WHEN {last} THEN '00' ELSE {hour} END"
    digits = f"RPAD(SUBSTRING({part[5]}, 1, 6), 6, '0')"
    zone = f"CASE WHEN {part[6]} <> '' THEN CONCAT({part[6]}, ':', RPAD({part[7]}, 2, '0')) ELSE {part[8]} END"
    text = f"CONCAT({part[1]}, ' ', {hour}, ':', {minute}, ':', {second}, '.', {digits}, {zone})"
    return f"""
        CASE WHEN :value RLIKE {quoted(AS_SPARK_READS_IT)} THEN TRY_CAST(:value AS {kind})
             WHEN :value RLIKE {quoted(MOMENT)}
             THEN TRY_CAST({text} AS {kind}) + CASE WHEN {last} THEN INTERVAL '1' DAY ELSE INTERVAL '0' DAY END END"""


READ = {
    Type.DOUBLE: _say(f"CASE WHEN :value RLIKE {quoted(NUMBER)} THEN TRY_CAST(:value AS DOUBLE) END"),
    Type.BIGINT: _say("TRY_CAST(:value AS BIGINT)"),
    Type.TIMESTAMP: _say(_moment("TIMESTAMP_NTZ")),
    Type.TIMESTAMPNTZ: _say(_moment("TIMESTAMP_NTZ")),
    Type.TIMESTAMPTZ: _say(_moment("TIMESTAMP")),
}


def _read(node: exp.TryCast) -> exp.Expression:
    saying = READ.get(node.to.this)
    return saying(node) if saying else node


def _cast(node: exp.Cast) -> exp.Expression:
    if node.to.this == Type.INT128:
        return exp.Cast(this=node.this.copy(), to=exp.DataType.build("decimal(38, 0)"))
    return node


def _finite(node: exp.Anonymous) -> exp.Expression:
    """Ask whether a number is finite; NaN is larger than any. A moment always is."""
    (value,) = node.expressions
    if isinstance(value, exp.Cast) and value.to.this in (Type.TIMESTAMP, Type.TIMESTAMPNTZ):
        return exp.Not(this=exp.Is(this=value.copy(), expression=exp.null()))
    return _say("ABS(:value) < CAST('Infinity' AS DOUBLE)")(node)


WHOLE = _say("(:value) % 1 = 0")


def _equal(node: exp.EQ) -> exp.Expression:
    """Ask whether a number is whole by what is left of it: the whole part of a large one would end the query."""
    return WHOLE(node) if isinstance(node.expression, exp.Floor) else node


# --- how values are written ------------------------------------------------------------------------------------------


def _number_as_written() -> str:
    """Write a number that is not whole, or large: 0.0001 and 12345678.9 plainly, 1e-05 and 1e+16 not."""
    text = "CAST(:value AS STRING)"
    plain = f"REGEXP_REPLACE(CAST(CAST({text} AS DECIMAL(38, 21)) AS STRING), '0+$', '')"
    power = f"REGEXP_REPLACE(REGEXP_REPLACE({text}, '[.]0E', 'E'), 'E-([0-9])$', 'E-0$1')"
    power = f"REPLACE(REPLACE(REPLACE({power}, 'E-', 'e-'), 'E', 'e+'), 'Infinity', 'inf')"
    exact = "CAST(CAST(:value AS DOUBLE) AS STRING)"
    # Of a short float that lies between two texts of the same length, DuckDB writes the longer one.
    return f"""
        CASE WHEN {exact} LIKE '%5' AND LENGTH({exact}) = LENGTH({text}) + 1 THEN {exact}
             WHEN NOT {text} RLIKE '[EI]' THEN {text}
             WHEN ABS(CAST({text} AS DOUBLE)) >= 1e-4 AND ABS(CAST({text} AS DOUBLE)) < 1e16
                  THEN REGEXP_REPLACE({plain}, '[.]$', '.0')
             ELSE {power} END"""


NUMBER_AS_WRITTEN = _say(_number_as_written())
MOMENT_AS_WRITTEN = _say(
    "CASE WHEN TYPEOF(:value) = 'timestamp' THEN CONCAT(CAST(:value AS STRING), '+00') ELSE CAST(:value AS STRING) END"
)


def as_written(tree: exp.Expression) -> exp.Expression:
    """Write numbers and moments as DuckDB does: their type shows in what is asked of them first."""
    for case in list(tree.find_all(exp.Case)):
        first, rest = case.args["ifs"][0].this, case.args.get("default")
        if not isinstance(rest, exp.Cast) or rest.to.this != Type.VARCHAR:
            continue
        if isinstance(first, exp.IsNan):
            rest.replace(NUMBER_AS_WRITTEN(rest))
        elif isinstance(first, exp.EQ) and isinstance(first.expression, exp.DateTrunc | exp.TimestampTrunc):
            rest.replace(MOMENT_AS_WRITTEN(rest))
    return tree


def missing_last(tree: exp.Expression) -> exp.Expression:
    """Order what is missing last, as DuckDB does."""
    for order in tree.find_all(exp.Order):
        items = [item if isinstance(item, exp.Ordered) else exp.Ordered(this=item.copy()) for item in order.expressions]
        order.set("expressions", items)
    return tree


# --- patterns --------------------------------------------------------------------------------------------------------


def _at_the_end(pattern: exp.Expression) -> exp.Expression:
    """Let the end of a pattern be the end of a text: Java would also stop before its last line break."""
    if isinstance(pattern, exp.Literal) and pattern.this.endswith("$"):
        return exp.Literal.string(pattern.this[:-1] + r"\z")
    return pattern.copy()


def _like(node: exp.RegexpLike) -> exp.Expression:
    return exp.RegexpLike(this=node.this.copy(), expression=_at_the_end(node.expression))


def _extracted(node: exp.RegexpExtract) -> exp.Expression:
    return exp.func(
        "REGEXP_EXTRACT", node.this.copy(), _at_the_end(node.expression), exp.Literal.number(0), dialect=SPARK
    )


DAY_OF = _say("CAST(CAST(:value AS DATE) AS TIMESTAMP_NTZ)")


def _truncated(node: exp.DateTrunc) -> exp.Expression:
    return DAY_OF(exp.Paren(this=node.this.copy())) if node.unit.name.upper() == "DAY" else node


def _said_by_format(node: exp.Anonymous) -> exp.Expression:
    text, written = node.expressions
    return spark_moment(text, written.this) or node


DRESS = Dress(
    words={
        exp.TryCast: _read,
        exp.Cast: _cast,
        exp.EQ: _equal,
        exp.DateTrunc: _truncated,
        exp.RegexpLike: _like,
        exp.RegexpExtract: _extracted,
        "ISFINITE": _finite,
        "EPOCH_US": _say("UNIX_MICROS(CAST(:value AS TIMESTAMP))"),
        "FSUM": renamed("SUM"),
        "TRY_STRPTIME": _said_by_format,
    },
    steps=(without_bins, as_written, missing_last),
)
