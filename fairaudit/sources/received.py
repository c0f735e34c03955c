"""A tally in place of records: does it count what the plan asks?"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from fairaudit.errors import DataError, Problem, listed, nearest
from fairaudit.groupings import Coding, attributes, compared_tables, groupings, proxies, scan_tables
from fairaudit.kinds import KINDS
from fairaudit.measures import MEASURES
from fairaudit.plan import UNKNOWN, Evidence
from fairaudit.sources.complaints import check_groupings
from fairaudit.sources.days import MOST_BACKWARDS
from fairaudit.sources.numbers import units
from fairaudit.sources.rules import unlike
from fairaudit.tally import About, Tally
from fairaudit.tally.cells import add_up
from fairaudit.tally.loading import CHANGED
from fairaudit.tally.values import number_text


def fitting(tally: Tally, evidence: Evidence) -> Tally:
    """Check that a received tally holds what the plan asks, and keep just that.

    Counts that were received hidden are narrowed first by what all its tables have in common, and again once groups are
    called, and merged, as the plan has them.

    Raises:
        DataError: with everything that it lacks.
    """
    tally = _as_sent(tally)
    # Of hidden counts no crossing can be looked through: what is for that only is neither asked for nor narrowed.
    source, for_scan = evidence.data.source, {} if tally.hidden else scan_tables(evidence)
    wanted = compared_tables(evidence) | for_scan
    tally = _without_scanned(tally) if tally.hidden else tally
    disagreements = tally.disagreements()
    _refuse([*_other_contents(tally.about, evidence, source), *_other_rules(tally.about, evidence, source)])
    if not disagreements and not _hides_what_it_must_not(tally):
        tally, disagreements = _narrowed(tally)
    _refuse(_impossible(tally, evidence, source))
    tally = tally if proxies(evidence) else tally.without_proxies()
    tally = _followed(_recoded(tally, attributes(evidence)), evidence)
    _refuse(_other_levels(tally.about, evidence, source))
    _refuse(_lost_tables(tally.about, wanted, for_scan, source))
    if tally.hidden and not disagreements:
        tally, disagreements = _with_tables(tally, wanted).narrowed()
    fitted = tally.roll_up(wanted, evidence.strata, for_scan)
    _refuse(check_groupings(source, groupings(evidence), fitted.about.attributes))
    apart = (f"Tables that should agree do not. {text}" for text in disagreements)
    contradictions = tuple(dict.fromkeys([*fitted.about.contradictions, *apart]))
    return Tally(replace(fitted.about, contradictions=contradictions), fitted.cells)


def _without_scanned(tally: Tally) -> Tally:
    """Leave out the tables that only a scan looks at."""
    about = tally.about
    kept = {table: names for table, names in about.tables.items() if table not in about.scanned}
    cells = tally.cells[tally.cells["table"].isin(list(kept))]
    return Tally(replace(about, tables=kept, scanned=()), cells)


def _hides_what_it_must_not(tally: Tally) -> bool:
    """Say whether counts are hidden of a kind whose tables hold more than records."""
    return tally.hidden and (tally.about.kind in ("representation", "pairs") or tally.about.census)


def _as_sent(tally: Tally) -> Tally:
    """Say of the sender's notes whose they are."""
    notes = tuple(note if note.endswith(CHANGED) else f"The sender notes: {note}" for note in tally.about.notes)
    return Tally(replace(tally.about, notes=notes), tally.cells)


def _narrowed(tally: Tally) -> tuple[Tally, list[str]]:
    """Narrow hidden counts, and note how many."""
    found, impossible = tally.narrowed()
    before, after = (each.high.to_numpy() - each.cells["n"].to_numpy() for each in (tally, found))
    hidden, narrower = before > 0, after < before
    if impossible or not hidden.any():
        return found, impossible
    found = Tally(replace(found.about, records=_records(found)), found.cells)
    note = f"{hidden.sum():,} counts were received hidden, of which what tables have in common narrows "
    note += f"{narrower.sum():,}, {(narrower & (after == 0)).sum():,} of them to a single number."
    return Tally(replace(found.about, notes=(*found.about.notes, note)), found.cells), []


def _records(tally: Tally) -> dict[str, Any]:
    """Say how many records were kept, where the file does not and its tables leave one number only."""
    sums = tally.cells.assign(n_high=tally.high).groupby("table")[["n", "n_high"]].sum()
    least, most = int(sums["n"].max()), int(sums["n_high"].min())
    return {**({"kept": least} if least == most else {}), **tally.about.records}


def _with_tables(tally: Tally, wanted: dict[str, tuple[str, ...]]) -> Tally:
    """Add the tables that are asked for and must be rolled up from finer ones, so that they are narrowed as well."""
    held = tally.about.tables
    there = [set(names) for names in held.values()]
    added = {f"{name} as asked": names for name, names in wanted.items() if set(names) not in there}
    parts = [tally.table(names).assign(table=table) for table, names in added.items()]
    about = replace(tally.about, tables={**held, **added})
    return Tally(about, pd.concat([tally.cells, *parts], ignore_index=True)) if added else tally


def _refuse(problems: Iterable[Problem]) -> None:
    if found := list(problems):
        raise DataError(found)


def _other_contents(about: About, evidence: Evidence, source: str) -> Iterator[Problem]:
    """What the plan asks for and the tally does not count."""
    data = evidence.data
    if about.kind != evidence.kind:
        yield Problem(source, f"counts {about.kind}, the plan asks for {evidence.kind}", "Ask for the other kind.")
    if about.origin and about.origin != data.origin:
        what = f"says that its origin is {about.origin}, the plan says {data.origin}"
        yield Problem(source, what, "Write in the plan what the numbers are.")
    for name in attributes(evidence):
        if name not in about.attributes:
            yield Problem(source, f"has no attribute {name!r}", nearest(name, list(about.attributes)))
    for name in evidence.strata:
        if name not in about.strata:
            yield Problem(source, f"has no stratum {name!r}", nearest(name, about.strata) or "It has none at all.")
    if evidence.needs_outcome and not about.has_outcome:
        what = "does not count outcomes, which a measure of the plan needs"
        by = " and ".join(KINDS[evidence.kind].keys)
        yield Problem(source, what, f"Ask for counts by {by}.")
    for name in proxies(evidence):
        if name not in about.proxies:
            what = f"has no probabilities of {name}, which the plan names"
            yield Problem(source, what, "Ask for them, or take `proxy` out of the plan.")
    for name in about.proxies:
        coding = attributes(evidence).get(name)
        if name in proxies(evidence) and coding and coding.levels:
            kept = dict.fromkeys(coding.codes.get(level, level) for level in about.attributes.get(name, ()))
            if UNKNOWN in kept or len(kept) < len(about.attributes.get(name, ())):
                what = f"counts {name} by levels that the plan merges, and probabilities of each apart"
                yield Problem(source, what, "Ask for counts by the plan's own levels.")
    if data.weighted and not about.weighted:
        yield Problem(source, "was counted without weights, the plan names one", "Ask for a weighted count.")
    if data.cluster and about.folds is None:
        yield Problem(
            source, "was counted without clusters, the plan names one", "Ask for a count by folds of clusters."
        )
    if about.kind == evidence.kind:
        yield from _other_units(about, evidence, source)
        yield from _other_horizons(about, evidence, source)
        yield from _other_edges(about, evidence, source)


def _other_rules(about: About, evidence: Evidence, source: str) -> Iterator[Problem]:
    """Counts for another plan: what is counted as a yes, who is kept, how a group is read."""
    if about.asked is None:
        return
    for each in unlike(about.asked, evidence):
        what = f"was counted by another plan: {each.place} was {each.counted}, and is {each.here} here"
        yield Problem(source, what, "Ask for counts by this plan, or write in it what they were counted by.")


def _impossible(tally: Tally, evidence: Evidence, source: str) -> Iterator[Problem]:
    """Values that records would be refused for; counts hidden where a measure needs every value."""
    about, cells = tally.about, tally.cells
    averages = [e.measure for e in evidence.measures if e.measure in MEASURES and MEASURES[e.measure].averages]
    if tally.hidden and averages:
        what = f"hides counts, and {listed(averages)} could be anything within them"
        yield Problem(source, what, "Ask for the counts in full, or for measures that are shares.")
    if _hides_what_it_must_not(tally):
        what = (
            f"hides counts, which tell nothing of {about.kind}{' where all areas are counted' if about.census else ''}"
        )
        yield Problem(source, what, "Ask for the counts in full.")
    if "value" not in cells:
        return
    below = pd.to_numeric(cells["value"].replace(UNKNOWN, None), errors="coerce").lt(0).to_numpy(bool)
    first = (cells["table"] == next(iter(about.tables))).to_numpy(bool)
    n = int(cells.loc[below & first, "n"].sum())
    if about.kind == "amounts" and n and not (evidence.data.amount and evidence.data.amount.negative):
        yield Problem(
            source, f"counts {n:,} amounts below 0", "Write `negative: true` in the amount if they make sense."
        )
    if about.kind == "waits":
        ended = int(cells.loc[first & (cells["open"] == "0").to_numpy(bool), "n"].sum())
        if n * MOST_BACKWARDS > ended:
            what = f"counts {n:,} of {ended:,} waits that ended before they began, more than 1 in 1,000"
            yield Problem(source, what, "Ask for records that are right, or for another count.")


def _other_units(about: About, evidence: Evidence, source: str) -> Iterator[Problem]:
    """Cents, days and the end of the records mean the same in the plan and in the tally, or nothing compares."""
    data = evidence.data
    if data.amount and about.decimals != data.amount.decimals:
        what = f"counts amounts with {about.decimals} decimals, the plan says {data.amount.decimals}"
        yield Problem(source, what, f"Write `decimals: {about.decimals}` in the amount.")
    if about.time_unit and about.time_unit != evidence.time_unit:
        what = f"counts waits in {about.time_unit}, the measures of the plan ask for {evidence.time_unit}"
        yield Problem(source, what, f"Write the measures in {about.time_unit}, or ask for another count.")
    if data.areas and (data.areas == "all") != about.census:
        what = "counts all areas" if about.census else "counts a sample of records"
        yield Problem(source, f"{what}, the plan says areas: {data.areas}", "Write what the counts are.")
    if about.until and data.until and about.until != data.until:
        what = f"counts waits until {about.until}, the plan says {data.until}"
        yield Problem(source, what, f"Write `until: {about.until}`, or ask for another count.")


def _other_horizons(about: About, evidence: Evidence, source: str) -> Iterator[Problem]:
    """How long an open record was followed is known for the horizons of the tally only."""
    if about.time_unit != evidence.time_unit:
        return
    if lacking := [horizon for horizon in evidence.horizons if horizon not in about.horizons]:
        what = f"does not say who was followed for {listed(lacking)} {evidence.time_unit}"
        yield Problem(source, what, f"It has: {listed(about.horizons) or 'none'}. Ask for these horizons.")


def _other_edges(about: About, evidence: Evidence, source: str) -> Iterator[Problem]:
    """Where values are cut into bins, what the plan cuts at must be an edge."""
    if about.edges is None:
        return
    for cut in evidence.cut_points:
        edge = cut if about.decimals is None else units(cut, about.decimals)
        if number_text(float(edge)) not in map(number_text, about.edges):
            near = sorted(about.edges, key=lambda other, edge=edge: abs(other - edge))[:4]
            hint = f"Its edges nearby: {listed(sorted(near))}. Ask for an edge there, or for exact values."
            yield Problem(source, f"cuts values into bins of which none begins at {number_text(float(edge))}", hint)


def _recoded(tally: Tally, codings: dict[str, Coding]) -> Tally:
    """Call groups as the plan does: its labels, merges and unknown values hold for a received tally too."""
    about, cells = tally.about, tally.cells.copy()
    names = dict(about.attributes)
    for name, coding in codings.items():
        # A level that the plan itself declares stays, whatever else its text may stand for.
        codes = {level: coding.codes.get(level, level) for level in names[name] if level not in (coding.levels or ())}
        cells[name] = [codes.get(level, level) for level in cells[name]]
        renamed = dict.fromkeys(codes.get(level, level) for level in names[name])
        names[name] = tuple(level for level in renamed if level != UNKNOWN)
    if names == dict(about.attributes):
        return tally
    about = replace(about, attributes=names, groups={})
    return Tally(about, add_up(cells, about.keys))


def _followed(tally: Tally, evidence: Evidence) -> Tally:
    """Let `followed` speak of the plan's horizons only."""
    about = tally.about
    if about.horizons == evidence.horizons or "followed" not in about.own_keys:
        return tally
    reached = {horizon: max((h for h in evidence.horizons if h <= horizon), default=0) for horizon in about.horizons}
    codes = {str(horizon): str(other) for horizon, other in reached.items()} | {"0": "0", UNKNOWN: UNKNOWN}
    cells = tally.cells.assign(followed=[codes[value] for value in tally.cells["followed"]])
    return Tally(replace(about, horizons=evidence.horizons), add_up(cells, about.keys))


def _other_levels(about: About, evidence: Evidence, source: str) -> Iterator[Problem]:
    """A group that the plan declares must be one that the tally counted, and the other way round."""
    for name, coding in attributes(evidence).items():
        counted = about.attributes[name]
        for level in coding.levels or ():
            if level not in counted:
                yield Problem(source, f"does not count the {name} {level!r}", nearest(level, counted))
        for level in counted if coding.levels else ():
            if level not in coding.levels:
                what = f"counts the {name} {level!r}, which the plan does not declare"
                yield Problem(source, what, nearest(level, coding.levels))
        if coding.levels is None and len(counted) < 2:
            yield Problem(source, f"counts one group of {name}", "A disparity needs two groups.")


def _lost_tables(
    about: About, wanted: Mapping[str, tuple[str, ...]], for_scan: Collection[str], source: str
) -> Iterator[Problem]:
    lost = {name: by for name, by in wanted.items() if not about.holders(by, scanned=name in for_scan)}
    for name, by in lost.items():
        if name not in for_scan:
            yield Problem(
                source, f"has no table that crosses {' and '.join(by)}", f"It has: {', '.join(about.tables)}."
            )
    if scanned := [by for name, by in lost.items() if name in for_scan]:
        more = f", nor {len(scanned) - 1:,} more that the scan needs" if len(scanned) > 1 else ", which the scan needs"
        what = f"has no table that crosses {' and '.join(scanned[0])}{more}"
        yield Problem(source, what, "Ask for them, scan fewer groups or less deep, or take `scan` out.")
