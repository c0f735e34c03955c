"""Matched tests: records that share a test are put beside each other, arm by arm."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from fairaudit import sql
from fairaudit.errors import DataError, Problem, counted, listed
from fairaudit.groupings import group_name
from fairaudit.plan import ANY, UNKNOWN, Data
from fairaudit.sources.readings import Look, Reading
from fairaudit.tally import About

UNIT = "unit"
MOST_NAMED = 5


def pairs(look: Look) -> Reading:
    """Read which test each record belongs to; a record without one stands alone."""
    text = look.columns.text(look.evidence.data.matched_by)
    return Reading(sql.Reading(keys={UNIT: text}), extra=(UNIT,), finish=paired)


def paired(rows: pd.DataFrame, about: About, data: Data) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Turn rows of one test and arm each into the cells of a tally.

    Args:
        rows: a row a table, test, group and decision.
        about: what the tally is about.
        data: where the records are, and the columns that name a test and a cluster.

    Returns:
        The cells: each record once by itself (versus `*`), and beside each other arm of its test; and what a reader
        must know, a sentence each.

    Raises:
        DataError: an arm of a test stands there more than once; no test has two arms.
    """
    source, column = data.source, data.matched_by
    alone = rows.assign(versus=ANY, versus_decision=ANY)
    parts, notes = [alone.drop(columns=UNIT)], []
    for table, names in about.tables.items():
        of_table = rows[rows["table"] == table]
        arms = of_table.assign(arm=[group_name(levels) for levels in of_table[list(names)].itertuples(index=False)])
        arms = arms[arms["arm"] != UNKNOWN]
        unnamed, arms = arms[arms[UNIT] == UNKNOWN], arms[arms[UNIT] != UNKNOWN]
        problems = [*_several(arms, source, column), *_torn_apart(arms, data)]
        if problems:
            raise DataError(problems)
        beside, alone_in_test = _beside(arms)
        if beside.empty:
            what = f"no test of {column!r} has two arms of {' x '.join(names)}"
            raise DataError.one(source, what, "It names what the arms of a test share, such as the advertisement.")
        parts += [beside, _lacking(alone_in_test, [group_name(levels) for levels in about.combinations(names)])]
        if without := int(unnamed["n"].sum()):
            parts.append(_lacking(unnamed, [group_name(levels) for levels in about.combinations(names)]))
            told = "1 record names" if without == 1 else f"{without:,} records name"
            notes.append(f"By {' x '.join(names)}, {told} no test: what another arm would have got is unknown.")
        if len(alone_in_test):
            tests = counted_of(alone_in_test)
            notes.append(f"By {' x '.join(names)}, {tests}: what the other would have got is unknown.")
    keys = [*about.keys]
    cells = pd.concat(parts, ignore_index=True)
    return cells.groupby(keys, sort=False, dropna=False)[["n"]].sum().reset_index(), tuple(notes)


def counted_of(alone: pd.DataFrame) -> str:
    """Say how many tests have one arm only, arm by arm."""
    each = listed([counted(arm, int(n)) for arm, n in alone["arm"].value_counts().sort_index().items()])
    return f"{len(alone):,} test{' has' if len(alone) == 1 else 's have'} one arm only ({each})"


def _several(arms: pd.DataFrame, source: str, column: str) -> Iterator[Problem]:
    sizes = arms.groupby([UNIT, "arm"])["n"].sum()
    several = sizes[sizes > 1]
    if len(several):
        examples = listed([f"{unit} ({arm}: {n})" for (unit, arm), n in several.head(MOST_NAMED).items()])
        verb = "arm of a test stands" if len(several) == 1 else "arms of a test stand"
        what = f"{len(several):,} {verb} there more than once: {examples}"
        hint = f"Several records an arm are no pair: write kind: decisions, and cluster: {column}."
        yield Problem(source, what, hint)


def _torn_apart(arms: pd.DataFrame, data: Data) -> Iterator[Problem]:
    """A test is of one cluster: what varies between clusters would else be taken for what varies within tests."""
    if "fold" not in arms:
        return
    apart = arms.groupby(UNIT)["fold"].nunique()
    if n := int((apart > 1).sum()):
        tests = "1 test has arms" if n == 1 else f"{n:,} tests have arms"
        named = listed(sorted(map(str, apart[apart > 1].index)), MOST_NAMED)
        what = f"{tests} of several clusters ({data.cluster}): {named}"
        yield Problem(data.source, what, f"A cluster holds whole tests: name what several of {data.matched_by} share.")


def _beside(arms: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Put each arm beside every other arm of its test; give also the arms that are alone in theirs."""
    others = arms[[UNIT, "arm", "decision"]].rename(columns={"arm": "versus", "decision": "versus_decision"})
    beside = arms.merge(others, on=UNIT)
    beside = beside[beside["arm"] != beside["versus"]].drop(columns=[UNIT, "arm"])
    alone = arms[arms.groupby(UNIT)["arm"].transform("size") == 1]
    return beside, alone


def _lacking(alone: pd.DataFrame, groups: list[str]) -> pd.DataFrame:
    """Put an arm that is alone beside every arm that it could have had, whose decision is unknown."""
    others = pd.DataFrame({"versus": groups, "versus_decision": UNKNOWN})
    lacking = alone.merge(others, how="cross")
    lacking = lacking[lacking["arm"] != lacking["versus"]]
    return lacking.drop(columns=[UNIT, "arm"])
