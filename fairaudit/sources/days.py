"""Reading waits: from the day when each was opened to the day when it was closed, or until the records were drawn."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import duckdb
from sqlglot import exp

from fairaudit import sql, syntax
from fairaudit.errors import DataError, Problem
from fairaudit.sources import complaints
from fairaudit.sources.readings import Look, Reading

MICROSECONDS = {"days": 86_400_000_000, "hours": 3_600_000_000}
MOST_BACKWARDS = 1_000  # one record in so many may be closed before it was opened
SAMPLE = 1_000
FIRST_YEAR = "1000-01-01"  # a year of two digits reads as one of the first centuries
LIKE_A_DAY, MINUS_AFTER_A_DAY = "____-__-__%", "____-__-__%-%"

DAYS = (
    "%m/%d/%Y", "%d/%m/%Y", "%m/%d/%y", "%d/%m/%y", "%d.%m.%Y", "%d.%m.%y", "%m-%d-%Y", "%d-%m-%Y", "%Y/%m/%d",
    "%Y%m%d", "%d-%b-%Y", "%d-%b-%y", "%d %b %Y", "%d %B %Y", "%b %d, %Y", "%B %d, %Y",
)  # fmt: skip
TIMES = ("", " %H:%M", " %H:%M:%S", " %I:%M %p", " %I:%M:%S %p")
ISO = "2024-01-31"
FORMATS = (ISO, *("".join(parts) for parts in product(DAYS, TIMES)), *(f"%Y-%m-%d{time}" for time in TIMES[3:]))
"""Ways to write days that are tried where the plan's way does not read them."""


@dataclass(frozen=True)
class _Column:
    """One column of days: its moments as SQL, and the text of what is none."""

    look: Look
    name: str
    place: str

    @property
    def kind(self) -> str:
        return self.look.columns.types[self.name].upper()

    @property
    def is_typed(self) -> bool:
        """Say whether the engine holds days, which need no reading."""
        return self.kind == "DATE" or self.kind.startswith("TIMESTAMP")

    @property
    def text(self) -> exp.Expression:
        """Give the trimmed text; what begins and ends like a day need not be trimmed, which is slow."""
        text = self.look.columns.text(self.name)
        if self.kind != "VARCHAR":
            return text
        raw = self.look.columns.raw(self.name)
        ends = (raw >= syntax.string("0"), raw < syntax.string("{"), _last(raw) >= syntax.string("0"))
        plain = exp.and_(*ends, _last(raw) < syntax.string("{"))
        return syntax.case([(plain, raw.copy())], text)

    @property
    def texts(self) -> dict[str, exp.Expression]:
        """Name the text, so that it is computed once."""
        return {} if self.is_typed else {f"{self.place} text": self.text}

    @property
    def prepared_text(self) -> exp.Expression:
        return syntax.name(f"{self.place} text")

    @property
    def moment(self) -> exp.Expression:
        """Give the moment, of the prepared text where it is a text."""
        if self.is_typed:
            moment = syntax.moment(self.look.columns.raw(self.name))
            return syntax.case([(exp.func("ISFINITE", moment), moment.copy())], exp.null())
        return read_as(self.prepared_text, self.look.evidence.data.date_format or ISO)

    @property
    def stray(self) -> exp.Expression:
        """Give the text of a value that is there and is no day, of the prepared text and moment."""
        if self.is_typed:
            return exp.cast(exp.null(), "varchar")
        missing = syntax.is_in(exp.func("LOWER", self.prepared_text), ["null", "nan", "nat"])
        unread = exp.Not(this=exp.func("COALESCE", _is_plausible(syntax.name(self.place)), exp.false()))
        return syntax.case([(exp.and_(unread, exp.Not(this=missing)), self.prepared_text)], exp.null())

    @property
    def is_zoned(self) -> exp.Expression:
        """Say whether a moment tells its time zone."""
        written = self.look.evidence.data.date_format
        if self.is_typed or written:
            zoned = self.kind.endswith("TIME ZONE") if self.is_typed else "%z" in written or "%Z" in written
            return exp.true() if zoned else exp.false()
        return _has_zone(self.prepared_text)


def _last(text: exp.Expression) -> exp.Expression:
    return syntax.call("RIGHT", text.copy(), syntax.integer(1))


def _has_zone(text: exp.Expression) -> exp.Expression:
    """Say whether a moment written as 2024-01-31 10:00 has something behind it that tells the time zone."""
    minus = exp.Like(this=text.copy(), expression=syntax.string(MINUS_AFTER_A_DAY))
    letter = _last(text) >= syntax.string("A")
    return exp.paren(exp.or_(syntax.call("CONTAINS", text.copy(), syntax.string("+")), minus, letter))


def read_as(text: exp.Expression, written: str) -> exp.Expression:
    """Read a text as a moment; NULL where it is none that is written in this way."""
    if written != ISO:
        return syntax.moment(syntax.call("TRY_STRPTIME", text.copy(), syntax.string(written)))
    like = exp.Like(this=text.copy(), expression=syntax.string(LIKE_A_DAY))
    # A plain cast would pass over the zone, and one with zones is slow.
    plain, zoned = (
        exp.TryCast(this=text.copy(), to=exp.DataType.build(kind, dialect="duckdb"))
        for kind in ("timestamp", "timestamptz")
    )
    has_zone = exp.and_(like.copy(), _has_zone(text))
    return syntax.case([(has_zone, syntax.moment(zoned)), (like, plain)], exp.null())


def _is_plausible(moment: exp.Expression) -> exp.Expression:
    """Say whether a moment is not of the first centuries, which a year of two digits would be."""
    return exp.paren(moment.copy() >= syntax.moment(syntax.string(FIRST_YEAR)))


def _plausible(moment: exp.Expression) -> exp.Expression:
    return syntax.case([(_is_plausible(moment), moment.copy())], exp.null())


def waits(look: Look) -> Reading:
    """Read waits: whole units of time begun until closed, or complete until the records were drawn."""
    _check_format(look)
    evidence = look.evidence
    opened = _Column(look, evidence.data.opened, sql.OPENED)
    closed = _Column(look, evidence.data.closed, sql.CLOSED)
    found = _surveyed(look, opened, closed)
    on_days = _times_apart(found)
    about = {"horizons": evidence.horizons, "time_unit": evidence.time_unit, "until": evidence.data.until}
    problems = tuple(_problems(look, opened, closed, found, on_days))
    notes = tuple(_notes(opened, closed, found, on_days))
    return Reading(_computed(look, opened, closed, on_days), about, problems, notes, ("same_moment",))


def _check_format(look: Look) -> None:
    written = look.evidence.data.date_format
    try:
        if written:
            look.fetch(exp.Select(expressions=[read_as(syntax.string(""), written)]))
    except duckdb.InvalidInputException:
        raise DataError(complaints.no_format(look.source, written)) from None


def _last_moment(until: str) -> datetime:
    """Give the moment until which waits are followed: the last one of a day."""
    moment = datetime.fromisoformat(until)
    return moment + timedelta(days=1, microseconds=-1) if len(until) == len(ISO) else moment


def _microseconds(moment: datetime) -> int:
    return (moment.replace(tzinfo=UTC) - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def _since_epoch(value: exp.Expression) -> exp.Expression:
    return syntax.call("EPOCH_US", value)


def _day(value: exp.Expression) -> exp.Expression:
    return syntax.moment(exp.func("DATE_TRUNC", syntax.string("day"), value))


# --- what is computed ------------------------------------------------------------------------------------------------


def _computed(look: Look, opened: _Column, closed: _Column, on_days: bool) -> sql.Reading:
    """Give the keys of each record: its wait, whether it is still open, and how long it was followed."""
    evidence = look.evidence
    prepared = {sql.OPENED: opened.moment, sql.CLOSED: closed.moment}
    if on_days:
        prepared = {name: _day(value) for name, value in prepared.items()}
    begun, ended = syntax.name(sql.OPENED), syntax.name(sql.CLOSED)
    unit = MICROSECONDS[evidence.time_unit]
    until = syntax.integer(_microseconds(_last_moment(evidence.data.until)))
    followed = _units(until - _since_epoch(begun.copy()), unit)
    wait = _units(_since_epoch(ended.copy()) - _since_epoch(begun.copy()) + syntax.integer(unit - 1), unit)
    unknown, is_open = syntax.is_null(begun), syntax.is_null(ended)
    value = [
        (unknown, exp.null()),
        (is_open, followed),
        (exp.LT(this=ended.copy(), expression=begun.copy()), syntax.integer(-1)),
    ]
    reached = [
        (exp.GTE(this=followed.copy(), expression=syntax.integer(horizon)), syntax.integer(horizon))
        for horizon in reversed(evidence.horizons)
    ]
    one, zero = syntax.integer(1), syntax.integer(0)
    keys = {
        "value": syntax.case(value, wait),
        "open": syntax.case([(exp.and_(is_open.copy(), exp.Not(this=unknown.copy())), one)], zero),
        "followed": syntax.case([(unknown.copy(), exp.null()), *reached], zero.copy()),
    }
    same = exp.EQ(this=ended.copy(), expression=begun.copy())
    return sql.Reading(prepared, keys, {"same_moment": syntax.count_if(same)}, texts=opened.texts | closed.texts)


def _units(microseconds: exp.Expression, unit: int) -> exp.Expression:
    """Count the complete units in a time that is not negative."""
    return exp.IntDiv(this=exp.paren(microseconds), expression=syntax.integer(unit))


# --- what is looked at first -----------------------------------------------------------------------------------------


def _surveyed(look: Look, opened: _Column, closed: _Column) -> dict[str, Any]:
    """Count, over the kept records, what can be wrong and what a reader must know."""
    source = _source(opened, closed)
    limit = syntax.moment(syntax.string(_last_moment(look.evidence.data.until).isoformat(" ")))
    counts: dict[str, exp.Expression] = {"n": syntax.count()}
    for place, column, name in (("opened", opened, sql.OPENED), ("closed", closed, sql.CLOSED)):
        moment = syntax.name(name)
        timed = exp.NEQ(this=moment.copy(), expression=_day(moment.copy()))
        counts |= {
            place: exp.func("COUNT", moment),
            f"{place} strays": exp.func("COUNT", column.stray),
            f"{place} late": syntax.count_if(moment.copy() > limit.copy()),
            f"{place} last": exp.cast(exp.Max(this=moment.copy()), "varchar"),
            f"{place} timed": syntax.count_if(timed),
            f"{place} zoned": syntax.count_if(exp.and_(syntax.not_null(moment.copy()), column.is_zoned)),
        }
    begun, ended = syntax.name(sql.OPENED), syntax.name(sql.CLOSED)
    counts |= {
        "both": syntax.count_if(exp.and_(syntax.not_null(begun), syntax.not_null(ended))),
        "backwards": syntax.count_if(ended.copy() < begun.copy()),
        "backwards by day": syntax.count_if(_day(ended.copy()) < _day(begun.copy())),
        "first": exp.Min(this=_since_epoch(begun.copy())),
    }
    found = look.survey(counts, source)
    return {
        name: 0 if value is None and not name.endswith(("last", "first")) else value for name, value in found.items()
    }


def _source(opened: _Column, closed: _Column) -> str | exp.Expression:
    prepared = {sql.OPENED: opened.moment, sql.CLOSED: closed.moment}
    return sql.Reading(prepared, texts=opened.texts | closed.texts).source


def _times_apart(found: Mapping[str, Any]) -> bool:
    """Say whether one column has times of day and the other has none, so that only days can be compared."""
    both = found["opened"] and found["closed"]
    return bool(both and (found["opened timed"] == 0) != (found["closed timed"] == 0))


def _backwards(found: Mapping[str, Any], on_days: bool) -> int:
    return int(found["backwards by day" if on_days else "backwards"])


def _problems(
    look: Look, opened: _Column, closed: _Column, found: Mapping[str, Any], on_days: bool
) -> Iterator[Problem]:
    source, data = look.source, look.evidence.data
    unread = [column for column, n in _by_column(opened, closed, found, "strays") if n]
    hint = _hint(look, [column for column in (opened, closed) if not column.is_typed]) if unread else ""
    for column, count in _by_column(opened, closed, found, "strays"):
        if count:
            ways = _ways(look, column)
            yield complaints.not_days(
                source,
                column.name,
                count,
                look.commonest(column.stray, 5, _source(opened, closed)),
                ways,
                hint or (ALIKE if ways else MEND),
            )
    for place, column in (("opened", opened), ("closed", closed)):
        if late := int(found[f"{place} late"]):
            last = found[f"{place} last"].removesuffix(" 00:00:00")
            yield complaints.after_until(source, column.name, late, last, data.until)
    moments, zoned = (int(found[f"opened{what}"] + found[f"closed{what}"]) for what in ("", " zoned"))
    if 0 < zoned < moments:
        yield complaints.zones_mixed(source, [opened.name, closed.name], zoned, moments)
    if unread or not found["n"]:
        return
    if not found["opened"]:
        yield complaints.nothing_known(source, opened.name, "day when it was opened")
        return
    if _backwards(found, on_days) * MOST_BACKWARDS > found["both"]:
        yield complaints.backwards(source, _backwards(found, on_days), int(found["both"]))
    yield from _time_problems(look, opened, closed, found)


def _time_problems(look: Look, opened: _Column, closed: _Column, found: Mapping[str, Any]) -> Iterator[Problem]:
    """Hours between days, and horizons that nobody was followed for."""
    unit, horizons = look.evidence.time_unit, look.evidence.horizons
    untimed = [column.name for column, n in _by_column(opened, closed, found, "timed") if not n]
    if not found["closed"] and closed.name in untimed:
        untimed.remove(closed.name)
    if unit == "hours" and untimed:
        yield complaints.no_times(look.source, untimed)
    until = _microseconds(_last_moment(look.evidence.data.until))
    longest = (until - int(found["first"])) // MICROSECONDS[unit]
    if beyond := [horizon for horizon in horizons if horizon > max(longest, 0)]:
        yield complaints.beyond(look.source, beyond, max(longest, 0), unit)


def _by_column(opened: _Column, closed: _Column, found: Mapping[str, Any], what: str) -> list[tuple[_Column, int]]:
    return [(opened, int(found[f"opened {what}"])), (closed, int(found[f"closed {what}"]))]


def _notes(opened: _Column, closed: _Column, found: Mapping[str, Any], on_days: bool) -> Iterator[str]:
    if not found["opened"]:
        return
    count = _backwards(found, on_days)
    if count == 1:
        yield "1 record was closed before it was opened: it counts as closed at once, and once more as never closed."
    elif count:
        yield (
            f"{count:,} records were closed before they were opened: they count as closed at once, and once more as "
            "never closed."
        )
    if not found["closed"]:
        yield "No record is closed: every wait is still open."
    if found["opened zoned"] + found["closed zoned"]:
        yield f"{opened.name} and {closed.name} have time zones: all moments were turned into UTC, as `until` is taken."
    if on_days:
        column = opened if not found["opened timed"] else closed
        yield f"{column.name} holds days without a time, so that waits are counted from day to day."


# --- ways to write days ----------------------------------------------------------------------------------------------

MEND = "Mend them, or leave those rows out with `keep`."
ALIKE = "Write all days alike, as 2024-01-31."


def _texts(look: Look, column: _Column) -> exp.Select:
    """Select the texts of a column of the kept records, those that are there."""
    query = syntax.select({"text": column.text}, sql.RECORDS).where(syntax.not_null(column.text))
    return sql.of_kept(query, look.evidence.data, look.columns)


def _read_counts(look: Look, source: exp.Select, formats: Sequence[str], unread_by: str = "") -> dict[str, int]:
    """Count the texts that each way of writing days reads; only those that another way does not, where one is given."""
    text = syntax.name("text")
    counts = {written: exp.func("COUNT", _plausible(read_as(text, written))) for written in formats}
    query = syntax.select(counts, source.subquery("texts"))
    if unread_by:
        query = query.where(syntax.is_null(_plausible(read_as(text, unread_by))))
    return dict(zip(formats, look.fetch(query)[0], strict=True))


def _sampled(look: Look, column: _Column) -> exp.Select:
    return _texts(look, column).distinct().order_by(exp.Literal.number(1)).limit(SAMPLE)


def _hint(look: Look, columns: Sequence[_Column]) -> str:
    """Propose the way that reads all values of all columns; where two do, say so; "" where none does."""
    formats = list(FORMATS)
    # Few values tell most ways apart; what is left is tried on all.
    for texts in (_sampled, _texts):
        for column in columns:
            total = look.fetch(syntax.select({"n": syntax.count()}, texts(look, column).subquery("texts")))[0][0]
            found = _read_counts(look, texts(look, column), formats) if formats else {}
            formats = [written for written in formats if found[written] == total]
    different = [written for written in formats[1:] if _differ(look, columns, formats[0], written)]
    if different:
        ways = " and as ".join(f'"{written}"' for written in (formats[0], *different))
        return f"All can be read as {ways}, which are different days: somebody must know. Write it as `date_format:`."
    if not formats:
        return ""
    if formats[0] == ISO:
        return "Leave `date_format` out: all days are written as 2024-01-31."
    return f'Add `date_format: "{formats[0]}"` under data.'


def _differ(look: Look, columns: Sequence[_Column], one: str, other: str) -> bool:
    """Say whether two ways read some value as different days."""
    text = syntax.name("text")
    differ = exp.NEQ(this=read_as(text, one), expression=read_as(text.copy(), other))
    return any(
        look.fetch(syntax.select({"n": syntax.count_if(differ.copy())}, _texts(look, column).subquery("texts")))[0][0]
        for column in columns
    )


def _ways(look: Look, column: _Column) -> dict[str, int]:
    """Name the ways in which one column writes days, where they are several, with counts of values."""
    sampled = _read_counts(look, _sampled(look, column), FORMATS)
    formats = [written for written, n in sampled.items() if n]
    ways: dict[str, int] = {}
    for _ in range(3):
        if not formats:
            break
        last = list(ways)[-1] if ways else ""
        found = _read_counts(look, _texts(look, column), formats, last)
        commonest = max(found, key=lambda written: found[written])
        if not found[commonest] or commonest in ways:
            break
        ways[commonest] = found[commonest]
        formats.remove(commonest)
    return ways if len(ways) > 1 else {}
