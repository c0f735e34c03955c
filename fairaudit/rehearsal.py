"""Rehearsing: the groups' labels shuffled, so that a plan can be mended before any result is seen."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pandas as pd

from fairaudit.groupings import group_name
from fairaudit.languages import marked
from fairaudit.plan import ANY, UNKNOWN
from fairaudit.tally import About, Tally
from fairaudit.tally.cells import add_up, of_records, of_residents

NOTE = marked("REHEARSAL: the groups' labels were shuffled at random. Nothing here is a result.")


def shuffled(tally: Tally, seed: int = 0) -> Tally:
    """Deal the records out to the groups at random.

    Every group keeps its size, and every decision and outcome its number.
    Each table is dealt out by itself, so crossings need not add up to what they cross.

    Args:
        tally: the counts.
        seed: of the shuffle.

    Returns:
        A tally of the same header, whose groups differ by chance alone.
    """
    generator = np.random.default_rng(seed)
    tally = tally.without_proxies()  # whoever is dealt anew is not who the probabilities are of
    deal = {"representation": _reached_anew, "pairs": _swapped}.get(tally.about.kind, _dealt)
    tables = {table: tally.cells[tally.cells["table"] == table] for table in tally.about.tables}
    parts = [deal(tables[table], list(names), tally.about, generator) for table, names in tally.about.tables.items()]
    return Tally(replace(tally.about, notes=(*tally.about.notes, NOTE)), pd.concat(parts, ignore_index=True))


def _dealt(rows: pd.DataFrame, attributes: list[str], about: About, generator: np.random.Generator) -> pd.DataFrame:
    """Draw the rows of one table anew with its margins fixed: groups one way, everything else the other."""
    others = [key for key in about.keys if key not in attributes]
    groups, kinds = (rows.groupby(keys, sort=False).ngroup().to_numpy() for keys in (attributes, others))
    if rows.empty:
        return rows
    counts = np.zeros((groups.max() + 1, kinds.max() + 1), dtype=np.int64)
    np.add.at(counts, (groups, kinds), rows["n"])
    drawn = _drawn(counts, generator)
    # A record takes the mean weight of its kind along.
    means = {
        name: rows[name].groupby(kinds).sum().to_numpy() / np.maximum(counts.sum(axis=0), 1)
        for name in about.sums
        if name != "n"
    }
    group, kind = np.nonzero(drawn)
    dealt = pd.concat([_firsts(rows[attributes], groups, group), _firsts(rows[others], kinds, kind)], axis=1)
    n = drawn[group, kind]
    sums = {name: n * mean[kind] for name, mean in means.items()}
    if "ww" in sums:
        # No weights that add up to a sum have squares that add up to more than its square.
        sums["ww"] = np.minimum(sums["ww"], sums["w"] ** 2)
    if about.adds_whole and "wx" in sums:
        sums = _whole(n, sums["wx"], sums["wxx"])
    return dealt.assign(n=n, **sums)


def _reached_anew(
    rows: pd.DataFrame, attributes: list[str], about: About, generator: np.random.Generator
) -> pd.DataFrame:
    """Deal out who is reached as residents are spread over the groups; who lives there stays."""
    residents, reached = of_residents(rows), of_records(rows)
    share = residents.groupby(attributes, sort=False)["n"].sum()
    known = (reached[attributes] != UNKNOWN).all(axis=1).to_numpy(bool)
    others = [key for key in about.keys if key not in attributes]
    dealt = [residents, reached[~known]]
    for values, n in reached[known].groupby(others, sort=False)["n"].sum().items():
        drawn = generator.multinomial(int(n), share.to_numpy(float) / share.sum())
        groups = pd.DataFrame([g if isinstance(g, tuple) else (g,) for g in share.index], columns=attributes)
        values = values if isinstance(values, tuple) else (values,)
        dealt.append(groups.assign(**dict(zip(others, values, strict=True)), n=drawn)[drawn > 0])
    made = pd.concat(dealt, ignore_index=True)
    return made.assign(**{name: made[name].fillna(0) for name in about.sums if name != "n"})


def _swapped(rows: pd.DataFrame, attributes: list[str], about: About, generator: np.random.Generator) -> pd.DataFrame:
    """Swap the arms of half of the tests at random; what each arm got in all is dealt out anew too."""
    beside = (rows["versus"] != ANY).to_numpy(bool) & (rows["versus_decision"] != UNKNOWN).to_numpy(bool)
    made = [_dealt(rows[~beside], attributes, about, generator)]
    if not beside.any():
        return made[0]
    tests = rows[beside]
    names = {group_name(levels): levels for levels in about.combinations(attributes)}
    first = np.array([group_name(levels) for levels in tests[attributes].itertuples(index=False)])
    once = tests[first < tests["versus"].to_numpy(str)]
    kept = generator.binomial(once["n"].to_numpy(int), 0.5)
    for swap, numbers in ((False, kept), (True, once["n"].to_numpy(int) - kept)):
        part = once.assign(n=numbers)
        got, other = ("versus_decision", "decision") if swap else ("decision", "versus_decision")
        part = part.assign(decision=part[got].to_numpy(), versus_decision=once[other].to_numpy())
        mirrored = part.assign(decision=part["versus_decision"], versus_decision=part["decision"])
        mirrored["versus"] = [group_name(levels) for levels in part[attributes].itertuples(index=False)]
        mirrored[attributes] = [list(names[name]) for name in part["versus"]]
        made += [part[numbers > 0], mirrored[numbers > 0]]
    return add_up(pd.concat(made, ignore_index=True), about.keys)


def _whole(n: np.ndarray, wx: np.ndarray, wxx: np.ndarray) -> dict[str, np.ndarray]:
    """Round the sums of amounts to whole numbers that so many amounts can have."""
    sums = [round(value) for value in wx]
    least = [-(-value * value // count) for value, count in zip(sums, n.tolist(), strict=True)]
    squares = [max(math.ceil(value), low) for value, low in zip(wxx, least, strict=True)]
    return {"wx": np.array(sums, dtype=object), "wxx": np.array(squares, dtype=object)}


def _drawn(counts: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """Draw a table with the same row and column sums as `counts`, as likely as if records were shuffled."""
    left, drawn = counts.sum(axis=0), np.zeros_like(counts)
    for row, size in enumerate(counts.sum(axis=1)):
        drawn[row] = generator.multivariate_hypergeometric(left, size, method="marginals")
        left = left - drawn[row]
    return drawn


def _firsts(names: pd.DataFrame, codes: np.ndarray, wanted: np.ndarray) -> pd.DataFrame:
    """Look up the names behind codes."""
    return names.groupby(codes).first().loc[wanted].reset_index(drop=True)
