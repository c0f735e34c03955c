"""Small words of the syntax tree that SQL is built from: names are quoted, values are literals, nothing is pasted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlglot import exp

from fairaudit.plan import SPACES


def string(text: str) -> exp.Expression:
    """Give a text as a literal."""
    return exp.Literal.string(text)


def spaces() -> exp.Expression:
    """Give the characters that are trimmed, by number: in a text they would get lost on the way to a vendor."""
    codes = [exp.func("CHR", exp.Literal.number(ord(space))) for space in SPACES]
    return exp.func("CONCAT", *codes)


def number(value: float | int) -> exp.Expression:
    """Give a number as a literal."""
    literal = exp.Literal.number(repr(abs(value)))
    return exp.Neg(this=literal) if value < 0 else literal


def double(value: float) -> exp.Expression:
    """Give a number as a literal that the engine takes for a double: 0.5 alone would be a decimal."""
    text = repr(abs(float(value)))
    literal = exp.Literal.number(text if "e" in text else f"{text}e0")
    return exp.Neg(this=literal) if value < 0 else literal


def name(name: str) -> exp.Column:
    """Name a column."""
    return exp.column(name, quoted=True)


def text(value: exp.Expression) -> exp.Expression:
    """Write a value as text, as the engine does."""
    return exp.cast(value, "varchar")


def is_null(value: exp.Expression) -> exp.Expression:
    """Say whether a value is missing."""
    return exp.Is(this=value, expression=exp.null())


def join(mark: str, value: exp.Expression) -> exp.Expression:
    """Put a mark before a text."""
    return exp.DPipe(this=string(mark), expression=value)


def first(value: exp.Expression, length: int) -> exp.Expression:
    """Give the start of a text."""
    return exp.Substring(this=value, start=exp.Literal.number(1), length=exp.Literal.number(length))


def to_number(value: exp.Expression) -> exp.Expression:
    """Read a text as a number; NULL where it is none, or not a finite one."""
    return finite(exp.TryCast(this=value.copy(), to=exp.DataType.build("double")))


def finite(number: exp.Expression) -> exp.Expression:
    """Give a number; NULL where it is not a finite one."""
    return case([(exp.func("ISFINITE", number), number.copy())], exp.null())


def case(branches: Sequence[tuple[exp.Expression, exp.Expression]], otherwise: exp.Expression) -> exp.Expression:
    """Build a CASE at once; growing it branch by branch would copy it each time."""
    ifs = [exp.If(this=condition, true=value) for condition, value in branches]
    return exp.Case(ifs=ifs, default=otherwise) if ifs else otherwise


def is_in(value: exp.Expression, texts: Sequence[str]) -> exp.Expression:
    """Say whether a text is one of several."""
    return exp.In(this=value, expressions=[string(text) for text in texts])


def select(columns: Mapping[str, exp.Expression], source: str | exp.Expression) -> exp.Select:
    """Select columns, by their names, from a table."""
    aliases = [
        value
        if isinstance(value, exp.Column) and value.name == name
        else exp.alias_(value, name, quoted=True, copy=False)
        for name, value in columns.items()
    ]
    table = exp.to_table(source) if isinstance(source, str) else source
    return exp.Select(expressions=aliases).from_(table, copy=False)


def count_if(condition: exp.Expression) -> exp.Expression:
    """Count the rows of which something is true."""
    return exp.func("SUM", case([(condition, exp.Literal.number(1))], exp.Literal.number(0)))


def integer(value: int) -> exp.Expression:
    """Give a whole number of any size as a literal."""
    literal = exp.Literal.number(str(abs(value)))
    return exp.Neg(this=literal) if value < 0 else literal


def not_null(value: exp.Expression) -> exp.Expression:
    """Say whether a value is there."""
    return exp.Not(this=is_null(value))


def call(function: str, *values: exp.Expression) -> exp.Expression:
    """Call a function of the engine by its name."""
    return exp.Anonymous(this=function, expressions=list(values))


def moment(value: exp.Expression) -> exp.Expression:
    """Take a value that is a moment for one without a time zone; one with a zone becomes UTC."""
    return exp.Cast(this=value, to=exp.DataType.build("timestamp", dialect="duckdb"))


def count() -> exp.Expression:
    """Count rows."""
    return exp.func("COUNT", exp.Star())
