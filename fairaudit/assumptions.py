"""What was taken for granted: every default that matters, and how records were read, a plain sentence each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from fairaudit.errors import counted, listed
from fairaudit.groupings import is_unsure
from fairaudit.plan import TWO_OR_MORE, UNKNOWN, Decision, Evidence, Group, ReferenceGroup
from fairaudit.sql import FOLDS
from fairaudit.tally import Tally

MOST_GROUPS_NAMED = 12


def assumptions(evidence: Evidence, tally: Tally) -> list[str]:
    """Say in plain sentences what the plan leaves to defaults, and how records were read.

    Args:
        evidence: the block of the plan.
        tally: what was counted for it.
    """
    parts = (
        _whose,
        _yes_and_no,
        _outcomes,
        _values,
        _of_kind,
        _groups,
        _comparisons,
        _records,
        _people,
        _clusters,
        _weights,
        _rule,
        _limits,
        _too_few,
        _notes,
    )
    return list(dict.fromkeys(sentence for part in parts for sentence in part(evidence, tally)))


def _whose(evidence: Evidence, tally: Tally) -> Iterator[str]:
    """Whose decisions, and of what kind of records."""
    data = evidence.data
    if data.origin == "synthetic":
        yield "The records are made up: whatever they show, they show of no real person."
    if data.decided_by == "this_system_elsewhere":
        yield "The system decided these cases elsewhere; people here are taken to be like them."
    if data.decided_by == "todays_process":
        yield "These are decisions of today's process. They say nothing of the system, and clear or flag nothing."
    if data.period is None and tally.about.period is None:
        yield "The plan does not say when the decisions were made."
    if data.is_tally and tally.about.counted_by:
        yield f"The records were counted by {tally.about.counted_by}; only the counts were received."
    elif data.is_tally:
        yield "Only counts were received, and the file does not say who counted."


def _yes_and_no(evidence: Evidence, tally: Tally) -> Iterator[str]:
    """Which values count as yes and no, and which were not named."""
    data = evidence.data
    if data.is_tally:
        return
    for name, spec in (("decision", data.decision), ("outcome", data.outcome)):
        if spec is not None and (name == "decision" or tally.about.has_outcome):
            yield from _unnamed(name, spec, tally.about.strays.get(spec.column, {}))
    if data.outcome is not None and not tally.about.has_outcome:
        yield f"The outcome {data.outcome.column!r} is not counted, since no measure needs it."


def _outcomes(evidence: Evidence, tally: Tally) -> Iterator[str]:
    """Of whom outcomes can be known, and where it looks as if they could not be of one side."""
    outcome = evidence.data.outcome
    if outcome is None or not {"decision", "outcome"} <= set(tally.about.own_keys):
        return
    seen_of = outcome.seen_of
    if seen_of != "everyone":
        yield f"Outcomes can be known only of those who were {seen_of.replace('_', ' ')}; any other is read as unknown."
        return
    for code, name, other in (("1", "selected", "not_selected"), ("0", "not selected", "selected")):
        here, there = (_share_without_outcome(tally, side) for side in (code, "0" if code == "1" else "1"))
        if here >= NEARLY_ALL and there <= HALF:
            yield (
                f"Of those who were {name} next to nobody has an outcome. If none can be known of them (who is held "
                f"cannot reoffend, what is not looked into is not found), write seen_of: {other} under outcome."
            )


NEARLY_ALL, HALF = 0.99, 0.5


def _share_without_outcome(tally: Tally, decision: str) -> float:
    """Give the share of those decided on alike whose outcome is unknown; 0 where there is nobody."""
    rows = tally.cells[(tally.cells["table"] == next(iter(tally.about.tables))).to_numpy(bool)]
    rows = rows[(rows["decision"] == decision).to_numpy(bool)]
    n = float(rows["n"].sum())
    return float(rows.loc[(rows["outcome"] == UNKNOWN).to_numpy(bool), "n"].sum()) / n if n else 0.0


def _values(evidence: Evidence, tally: Tally) -> Iterator[str]:
    """How scores, amounts and waits were read."""
    about, data = tally.about, evidence.data
    if about.kind == "waits":
        unit = evidence.time_unit
        until = about.until or data.until or "the records were drawn"
        yield f"A wait is counted in {unit} begun; one that still goes on, in whole {unit} until {until}."
        if at_once := _total(tally, "same_moment"):
            yield f"{at_once:,} waits ended the very moment they began, and count like any other."
        if going_on := still_open(tally):
            yield f"{going_on:,} waits had not ended when the records were drawn; none is left out for that."
    if about.kind == "scores":
        yield "A high score is taken to mean: selected first."
        if data.score and not data.score.probability:
            yield "The plan does not say that the score is a probability, so calibration is shown and not judged."
    if "value" in about.own_keys and (unknown := _without_value(tally)):
        what = VALUES[about.kind]
        yield f"{_without(unknown, f'{what} that is known')}: it stays unknown."
    if about.edges is not None:
        yield f"Values are counted in {len(about.edges):,} bins of about equal size, with the exact sum of each."


VALUES = {"scores": "score", "amounts": "amount", "waits": "day on which the wait began", "places": "service"}


def _of_kind(evidence: Evidence, tally: Tally) -> Iterator[str]:
    """What only some kinds take for granted."""
    data, about = evidence.data, tally.about
    if about.kind == "places":
        yield "Areas are not people: who within an area is reached, and who is not, the numbers do not tell."
    if about.census:
        yield "All areas are counted: there is no sampling error, and none is reckoned."
        if about.has_moe:
            yield "Bounds come of the margins of error (at 90%) of how many people live in each area."
        else:
            yield "How many people live in each area is taken as exact: a value is known, and not estimated."
    if about.kind == "representation":
        if about.has_moe:
            yield "The benchmark's margins of error (at 90%) are reckoned with, as of independent estimates."
        else:
            yield "The benchmark is taken as exact: it has no margin of error."
    if about.kind == "pairs":
        yield "Both arms of a test are taken to differ in nothing but the group that they stand for."
    if about.kind == "matching":
        yield f"A missed match costs: {evidence.a_missed_match_costs}."
        yield f"A false match costs: {evidence.a_false_match_costs}."
    if data.join:
        yield f"Columns of {data.join.source} are added to the records by {data.join.on.records}."
    if data.count:
        yield f"A row stands for as many records as its {data.count!r} says."


def _without_value(tally: Tally) -> int:
    first = tally.cells[tally.cells["table"] == next(iter(tally.about.tables))]
    lacking = first[(first["value"] == UNKNOWN).to_numpy(bool)]
    if tally.about.census:
        return int(lacking.loc[lacking["n"] > 0, "area_key"].nunique())
    return int(lacking["n"].sum())


def still_open(tally: Tally) -> int:
    """Count the waits that had not ended when the records were drawn."""
    first = tally.cells[tally.cells["table"] == next(iter(tally.about.tables))]
    return int(first.loc[(first["open"] == "1").to_numpy(bool), "n"].sum())


def _unnamed(name: str, spec: Decision, strays: Mapping[str, int]) -> Iterator[str]:
    yes, shown = _words(spec.is_), _with_counts(strays)
    if spec.is_not is None:
        unsure = {value: n for value, n in strays.items() if is_unsure(value)}
        noes = _with_counts({value: n for value, n in strays.items() if value not in unsure})
        or_one = f", and so is one that says so: {_with_counts(unsure)}" if unsure else ""
        took = f": {noes}" if noes else ""
        yield f"Every {name} in {spec.column!r} other than {yes} counts as no{took}; a missing one is unknown{or_one}."
    elif shown:
        yield f"In {spec.column!r}, values that are neither yes nor no count as {name} unknown: {shown}."


def _with_counts(values: Mapping[str, int]) -> str:
    return listed([f"{value!r} ({n:,})" for value, n in values.items()])


def _words(values: tuple) -> str:
    return " or ".join(repr(value) for value in values)


def _groups(evidence: Evidence, tally: Tally) -> Iterator[str]:
    """How groups were read."""
    for name, group in evidence.groups.items():
        if group.final_levels is None:
            yield from _as_found(name, tally.about.attributes[name], evidence.data.is_tally)
        yield from _changed(name, group)
    for name in tally.about.attributes:
        if empty := _without_records(name, tally):
            yield f"No record is of these groups of {name}: {listed(empty)}."


def _as_found(name: str, levels: Sequence[str], received: bool) -> Iterator[str]:
    how, found = "as the tally names them" if received else "as found", listed(levels, MOST_GROUPS_NAMED)
    yield f"The groups of {name} are taken {how}: {found}. A group without rows cannot be seen."
    if unsure := [repr(level) for level in levels if is_unsure(level)]:
        yield f"In {name}, {listed(unsure)} is taken for a group of people, not for unknown."


def _changed(name: str, group: Group) -> Iterator[str]:
    """Groups that are not what stands in the data."""
    renamed = [f"{value!r} as {level}" for value, level in group.labels.items() if str(value) != level]
    if renamed:
        yield f"In {name}, these values are counted under another name: {listed(renamed)}."
    if group.unknown:
        values = ["an empty one" if value in (None, "") else repr(value) for value in group.unknown]
        yield f"In {name}, these values count as unknown: {listed(list(dict.fromkeys(values)))}."
    for new, olds in group.merge.items():
        yield f"In {name}, {listed(olds)} are counted together as {new}, so how each of them fares cannot be seen."
    if group.bands:
        yield f"{name} is cut into {listed(group.final_levels)}."
    if group.any_:
        yield f"In {name}, people of several groups count in each of them."
    elif group.multi:
        yield f"In {name}, people of several groups are one group, {TWO_OR_MORE}, and count in no other."


def _without_records(name: str, tally: Tally) -> list[str]:
    counts = tally.rows_of([name]).groupby(name)["n"].sum()
    return [level for level in tally.about.attributes[name] if not counts.get(level, 0)]


def _comparisons(evidence: Evidence, tally: Tally) -> Iterator[str]:
    """Who is compared with whom."""
    if not evidence.compare:
        yield f"The plan names no comparison: each of {listed(list(evidence.groups))} is compared by itself."
    every = [" x ".join(compare.by) for compare in evidence.comparisons if compare.reference == "all_pairs"]
    if every:
        yield f"In {listed(every)}, every group is compared with every other: no group is the standard."
    for compare in evidence.comparisons:
        if with_whom := _with_whom(compare.reference):
            yield f"In {' x '.join(compare.by)}, each group is compared {with_whom}, and not with each other group."
        if not compare.blocking:
            why = "since the plan says so" if compare.blocks is False else "since it is a crossing: it explores"
            yield f"The comparison by {' x '.join(compare.by)} is shown, and cannot block adoption, {why}."
    compared = {name for compare in evidence.comparisons for name in compare.by}
    if left := [name for name in evidence.groups if name not in compared]:
        yield f"{listed(left)} is counted, and compared in no grouping."


def _with_whom(reference: str | ReferenceGroup) -> str:
    if isinstance(reference, ReferenceGroup):
        return f"with {', '.join(reference.group)} alone"
    return {"rest": "with everyone else", "overall": "with everyone"}.get(reference, "")


def _records(evidence: Evidence, tally: Tally) -> Iterator[str]:
    """Rows that were left out, and rows that may stand there twice."""
    left_out: Mapping[str, int] = tally.about.records.get("left_out", {})
    if left_out:
        read, kept = tally.about.records.get("read", 0), tally.about.records.get("kept", 0)
        reasons = listed([f"{reason} ({n:,})" for reason, n in left_out.items()])
        yield f"Of {read:,} records read, {read - kept:,} are left out as the plan says: {reasons}."
        for name in tally.about.attributes:
            if gone := _left_out_altogether(name, tally):
                yield f"All records of these groups of {name} are left out: {listed(gone)}."
    if not evidence.data.is_tally:
        yield from _twice(evidence, tally)


def _left_out_altogether(name: str, tally: Tally) -> list[str]:
    facts, counted = tally.about.groups.get(name, {}), (*tally.about.attributes[name], UNKNOWN)
    left_out = {group: sum(fact.get("left_out", {}).values()) for group, fact in facts.items() if group not in counted}
    return [f"{group} ({n:,})" for group, n in left_out.items()]


def _twice(evidence: Evidence, tally: Tally) -> Iterator[str]:
    key = evidence.data.key
    if tally.about.census or tally.about.kind == "pairs":
        return
    if key is None:
        yield "The plan names no key, so a record that stands in the data twice counts twice."
        return
    if duplicates := _total(tally, "duplicates"):
        by_group = listed([counted(group, n) for group, n in _by_group(tally, "duplicates").items()])
        number, verb = ("1 record", "repeats") if duplicates == 1 else (f"{duplicates:,} records", "repeat")
        yield f"{number} {verb} the {key!r} of another one, and count all the same ({by_group})."
    if without := _total(tally, "without_key"):
        yield f"{_without(without, repr(key))}: whether repeated, cannot be told."


def _people(evidence: Evidence, tally: Tally) -> Iterator[str]:
    """People of unknown group, and what is known of them."""
    cells = tally.cells
    if tally.about.kind != "pairs" and (cells[list(tally.about.attributes)] == UNKNOWN).any(axis=None):
        where = f"within {' x '.join(evidence.strata)}" if evidence.strata else "as if nothing else were known of them"
        yield f"Records of unknown group are spread over the groups {where}."
        for name in evidence.strata:
            if (cells[name] == UNKNOWN).any():
                yield f"Records without {name} are a stratum of their own."
    if (cells.drop(columns="table") == UNKNOWN).any(axis=None):
        share = f"{100 * evidence.unknown_at_most:g} in 100"
        yield f"Where more than {share} are unknown, a verdict must also hold in the worst case."


def _clusters(evidence: Evidence, tally: Tally) -> Iterator[str]:
    cluster, folds = evidence.data.cluster or ("area" if evidence.kind == "places" else "cluster"), tally.about.folds
    if tally.about.census or (tally.about.kind == "pairs" and folds is None):
        return
    if folds is None:
        yield "No cluster is named, so records are taken as independent: nobody is thought to have several."
    elif folds == FOLDS:
        yield f"Records of one {cluster} stay together in one of {FOLDS} parts, cut by a hash."
    if without := _total(tally, "without_cluster"):
        as_one = f"counts as a {cluster} of its own" if without == 1 else f"count together as one {cluster}"
        yield f"{_without(without, cluster)}, and {as_one}."


def _without(count: int, what: str) -> str:
    return f"1 record has no {what}" if count == 1 else f"{count:,} records have no {what}"


def _weights(evidence: Evidence, tally: Tally) -> Iterator[str]:
    if tally.about.census:
        wide = any(group.columns for group in evidence.groups.values())
        people = evidence.data.people is not None
        if wide:
            yield "Each area counts as many times as people of a group live in it."
        if not all(group.columns for group in evidence.groups.values()):
            yield "Each area counts as many times as people live in it." if people else "Each area counts once."
    elif tally.about.kind in ("pairs", "representation"):
        return
    elif tally.about.weighted:
        if drawn := evidence.data.inclusion_probability:
            own = f", times its {evidence.data.weight}" if evidence.data.weight else ""
            yield f"Each record counts as many as it was drawn from: 1 over its {drawn}{own}."
        else:
            yield f"Each record counts as much as its {evidence.data.weight or 'weight'} says."
    else:
        yield "No weight is named, so every record counts alike."


def _rule(evidence: Evidence, tally: Tally) -> Iterator[str]:
    """How sure a verdict must be, and how often one may look."""
    if tally.about.census and not tally.about.has_moe:
        return
    spent, all_looks = f"{100 * evidence.alpha_of_look:.3g}", f"{100 * evidence.alpha:g}"
    yield f"Errors are held to {spent} in 100 (one-sided): of 100 systems just at a limit, no more would be cleared."
    if evidence.looks == 1:
        yield "One look at the data is declared: a later one may not clear, unless its data are all new."
    else:
        of = "any number" if evidence.looks == "open" else evidence.looks
        yield f"This is look {evidence.look} of {of}, which share {all_looks} in 100."


def _limits(evidence: Evidence, tally: Tally) -> Iterator[str]:
    for entry in evidence.measures:
        if entry.because is None:
            yield f"The plan does not say who chose the limit of {_in_words(entry.measure)}, and why."
        if not entry.blocks:
            yield f"{_in_words(entry.measure)} is shown, and cannot block adoption, since the plan says so."


def _in_words(measure: str) -> str:
    """Write a measure's name as words; one of the audit's own is a path, and stays as it is."""
    return measure if ":" in measure else measure.replace("_", " ")


def _too_few(evidence: Evidence, tally: Tally) -> Iterator[str]:
    """Which groups the plan named as too few before any result, and what it sets for them."""
    for each in evidence.too_few:
        for name, levels in each.groups.items():
            yield (
                f"The plan named {listed(list(levels))} ({name}) as too few before any result: "
                f"{each.because.rstrip('.')}. After adoption: {each.monitoring.rstrip('.')}. It ends so: "
                f"{each.stop_rule.rstrip('.')}. It is decided anew by {each.until}, and {each.owner.rstrip('.')} "
                "answers for it."
            )


def _notes(evidence: Evidence, tally: Tally) -> Iterator[str]:
    yield from tally.about.notes
    yield from tally.about.contradictions
    if hidden := int((tally.high > tally.cells["n"]).sum()):
        yield f"{hidden:,} counts are hidden, known as a least and a most; a verdict holds whatever they are."
        if "kept" not in tally.about.records:
            yield f"How many records there are is hidden too: {tally.records:,} at least."
    if tally.about.suppression:
        yield f"Counts were hidden before they were received: {tally.about.suppression}."


def _by_group(tally: Tally, what: str) -> dict[str, int]:
    """Give a fact of the groups of the first attribute, where there is any."""
    facts: Mapping[str, Any] = next(iter(tally.about.groups.values()), {})
    words = {UNKNOWN: "unknown group"}
    return {words.get(group, group): fact[what] for group, fact in facts.items() if fact.get(what)}


def _total(tally: Tally, what: str) -> int:
    return sum(_by_group(tally, what).values())
