"""How PostgreSQL says what DuckDB has a word of its own for.

A cast that fails ends a query there, so that what is no number and no day is found before it is cast.
"""

from __future__ import annotations

from sqlglot import exp

from fairaudit.engines.sayings import (
    Dress,
    is_cast_to,
    renamed,
    template,
    with_names,
    with_short_names,
    without_bins,
    without_finite,
)

POSTGRES = "postgres"
LONGEST_NAME = 63

SPACE = r"[ \t\n\r\v\f]*"
NUMBER = rf"^{SPACE}[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{{1,4}})?{SPACE}$"
DATE = r"^(?!0000)[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
TIME = r"([ T]([01]?[0-9]|2[0-3]):[0-5]?[0-9](:[0-5]?[0-9](\.[0-9]*)?)?|[ T]24:00(:00)?)?"
ZONE = r"( ?UTC|Z|[+-][0-9]{2}(:?[0-9]{2})?)?"


def _number(value: str) -> str:
    """Read a double. Its size is looked at first: too large a one would end the query, and too small a one too."""
    size = f"ABS(CAST({value} AS NUMERIC))"
    return f"""
        CASE WHEN CAST({value} AS TEXT) ~ '{NUMBER}' THEN
            CASE WHEN {size} BETWEEN 1e-307 AND 1.7976931348623157e308 THEN CAST({value} AS DOUBLE PRECISION)
                 WHEN {size} < 1e-307 THEN 0e0 END
        END"""


def _moment(kind: str, pattern: str, value: str) -> str:
    """Read a day, with a time or without, where the calendar has it."""
    last = "CAST(SUBSTRING(:value FROM 1 FOR 7) || '-01' AS DATE) + INTERVAL '1 month' - INTERVAL '1 day'"
    return f"""
        CASE WHEN :value ~ '{pattern}' THEN
            CASE WHEN CAST(SUBSTRING(:value FROM 9 FOR 2) AS INT) <= EXTRACT(DAY FROM {last})
                 THEN CAST({value} AS {kind}) END
        END"""


def _say(text: str):
    return template(text, POSTGRES)


NUMBERS = _say(_number(":value"))
WHOLE = _say("CASE WHEN ABS(:value) < 9.2e18 THEN CAST(:value AS BIGINT) END")
# Digits after the sixth of a second are cut off, and not rounded.
PLAIN = _say(_moment("TIMESTAMP", f"{DATE}{TIME}$", "SUBSTRING(:value FROM 1 FOR 26)"))
ZONED = _say(_moment("TIMESTAMPTZ", f"{DATE}{TIME}{ZONE}$", ":value"))
READ = {
    exp.DataType.Type.DOUBLE: NUMBERS,
    exp.DataType.Type.BIGINT: WHOLE,
    exp.DataType.Type.TIMESTAMP: PLAIN,
    exp.DataType.Type.TIMESTAMPNTZ: PLAIN,
    exp.DataType.Type.TIMESTAMPTZ: ZONED,
}


def _read(node: exp.TryCast) -> exp.Expression:
    saying = READ.get(node.to.this)
    return saying(node) if saying else node


def _cast(node: exp.Cast) -> exp.Expression:
    wide = is_cast_to(node, exp.DataType.Type.INT128)
    return exp.Cast(this=node.this.copy(), to=exp.DataType.build("numeric")) if wide else node


def _finite(node: exp.Anonymous) -> exp.Expression:
    """A moment may be infinite too, and the engine's own word takes only moments."""
    (value,) = node.expressions
    moment = is_cast_to(value, *exp.DataType.TEMPORAL_TYPES)
    return node if moment else _say("ABS(:value) < CAST('Infinity' AS DOUBLE PRECISION)")(node)


def _distinct(node: exp.Expression) -> exp.Expression:
    value = node.expressions[0] if isinstance(node, exp.Anonymous) else node.this
    return exp.Count(this=exp.Distinct(expressions=[value.copy()]))


def _extracted(node: exp.RegexpExtract) -> exp.Expression:
    return _say("COALESCE(SUBSTRING(:value FROM :second), '')")(node)


def _rounded(node: exp.Round) -> exp.Expression:
    """Round a half away from 0, and doubles to any place, as the others do."""
    shift = exp.Literal.number(str(10 ** int(node.args["decimals"].name if node.args.get("decimals") else 0)))
    half = _say("SIGN(:value) * FLOOR(ABS(:value) * :second + 0.5) / :second")
    return exp.paren(half(exp.Anonymous(this="ROUND", expressions=[node.this.copy(), shift])))


def _divided(node: exp.IntDiv) -> exp.Expression:
    """Divide whole numbers, as the engine does by itself."""
    return exp.Div(this=exp.paren(node.this.copy()), expression=node.expression.copy(), typed=True)


DRESS = Dress(
    words={
        exp.TryCast: _read,
        exp.Cast: _cast,
        exp.IsNan: _say("CAST(:value AS DOUBLE PRECISION) = CAST('NaN' AS DOUBLE PRECISION)"),
        "ISFINITE": _finite,
        "CONTAINS": _say("STRPOS(:value, :second) > 0"),
        "EPOCH_US": _say("CAST(EXTRACT(EPOCH FROM :value) * 1000000 AS BIGINT)"),
        "FSUM": renamed("SUM"),
        "APPROX_COUNT_DISTINCT": _distinct,
        exp.ApproxDistinct: _distinct,
        exp.RegexpExtract: _extracted,
        exp.Round: _rounded,
        exp.IntDiv: _divided,
    },
    steps=(without_bins, without_finite, with_names, with_short_names(LONGEST_NAME)),
)
