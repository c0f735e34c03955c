"""A tally in place of records: does it count what the plan asks?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from fairaudit.errors import DataError, Problem, nearest
from fairaudit.groupings import Coding, attributes, groupings, tables
from fairaudit.plan import UNKNOWN, Evidence
from fairaudit.sources.complaints import check_groupings
from fairaudit.tally import About, Tally
from fairaudit.tally.cells import add_up
from fairaudit.tally.loading import CHANGED


def fitting(tally: Tally, evidence: Evidence) -> Tally:
    """Check that a received tally holds what the plan asks, and keep just that.

    Raises:
        DataError: with everything that it lacks.
    """
    source, wanted = evidence.data.source, tables(evidence)
    disagreements = tally.disagreements()
    _refuse(_other_contents(tally.about, evidence, source))
    tally = _recoded(tally, attributes(evidence))
    _refuse(_other_levels(tally.about, evidence, source))
    _refuse(_lost_tables(tally.about, wanted, source))
    fitted = tally.roll_up(wanted, evidence.strata)
    _refuse(check_groupings(source, groupings(evidence), fitted.about.attributes))
    apart = (f"Tables that should agree do not. {text}" for text in disagreements)
    contradictions = tuple(dict.fromkeys([*fitted.about.contradictions, *apart]))
    notes = tuple(note if note.endswith(CHANGED) else f"The sender notes: {note}" for note in fitted.about.notes)
    return Tally(replace(fitted.about, notes=notes, contradictions=contradictions), fitted.cells)


def _refuse(problems: Iterator[Problem]) -> None:
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
        yield Problem(source, what, "Ask for counts by decision and outcome.")
    if data.weight and not about.weighted:
        yield Problem(source, "was counted without weights, the plan names one", "Ask for a weighted count.")
    if data.cluster and about.folds is None:
        yield Problem(
            source, "was counted without clusters, the plan names one", "Ask for a count by folds of clusters."
        )


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


def _lost_tables(about: About, wanted: dict[str, tuple[str, ...]], source: str) -> Iterator[Problem]:
    for names in wanted.values():
        if not any(set(names) <= set(held) for held in about.tables.values()):
            yield Problem(
                source, f"has no table that crosses {' and '.join(names)}", f"It has: {', '.join(about.tables)}."
            )
