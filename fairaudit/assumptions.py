"""What was taken for granted: every default that matters, and how records were read, a plain sentence each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import reduce
from typing import Any

from fairaudit.errors import counted
from fairaudit.groupings import is_unsure
from fairaudit.languages import marked, say, say_count
from fairaudit.notes import retold
from fairaudit.plan import TWO_OR_MORE, UNKNOWN, Decision, Evidence, Group, ReferenceGroup
from fairaudit.sources.rules import unstated
from fairaudit.sql import FOLDS
from fairaudit.tally import Tally

MOST_NAMED = 12


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
        yield say("The records are made up: whatever they show, they show of no real person.")
    if data.decided_by == "this_system_elsewhere":
        yield say("The system decided these cases elsewhere; people here are taken to be like them.")
    if data.decided_by == "todays_process":
        yield say("These are decisions of today's process. They say nothing of the system, and clear or flag nothing.")
    if data.period is None and tally.about.period is None:
        yield say("The plan does not say when the decisions were made.")
    if data.is_warehouse:
        yield say(
            "The records were counted where they are, in {source}; only the counts came back.", source=data.source_name
        )
    if data.is_tally and tally.about.counted_by:
        yield say("The records were counted by {who}; only the counts were received.", who=tally.about.counted_by)
    elif data.is_tally:
        yield say("Only counts were received, and the file does not say who counted.")
    if data.is_tally and data.counts_from == "vendor":
        yield say("The vendor counted, and not we: nobody here has seen a record.")
    if data.is_tally:
        yield from _what_was_asked(evidence, tally)


def _what_was_asked(evidence: Evidence, tally: Tally) -> Iterator[str]:
    """What plan counts that were received answer, as far as they say so."""
    asked = tally.about.asked
    if asked is None:
        if evidence.data.counts_from not in ("agency", "published"):
            yield say("The counts do not say by what plan they were made: that they answer this one is taken on trust.")
        return
    plan = tally.about.plan_sha256
    if plan:
        yield say(
            "The counts say that they answer the plan with the SHA-256 {hash}...; its rules of counting are those of "
            "this plan.",
            hash=plan[:12],
        )
    else:
        yield say("The counts say by what rules they were made, and those are this plan's.")
    if silent := unstated(asked, evidence):
        yield say("They were made by rules that this plan does not repeat: {names}.", names=", ".join(silent))


def _yes_and_no(evidence: Evidence, tally: Tally) -> Iterator[str]:
    """Which values count as yes and no, and which were not named."""
    data = evidence.data
    if data.is_tally:
        return
    for name, spec in (("decision", data.decision), ("outcome", data.outcome)):
        if spec is not None and (name == "decision" or tally.about.has_outcome):
            yield from _unnamed(name, spec, tally.about.strays.get(spec.column, {}))
    if data.outcome is not None and not tally.about.has_outcome:
        yield say("The outcome {column} is not counted, since no measure needs it.", column=repr(data.outcome.column))


def _outcomes(evidence: Evidence, tally: Tally) -> Iterator[str]:
    """Of whom outcomes can be known, and where it looks as if they could not be of one side."""
    outcome = evidence.data.outcome
    if outcome is None or not {"decision", "outcome"} <= set(tally.about.own_keys):
        return
    seen_of = outcome.seen_of
    if seen_of != "everyone":
        yield say(KNOWN_ONLY_OF[seen_of])
        return
    without = {decision: _share_without_outcome(tally, decision) for decision in NEXT_TO_NONE}
    for decision, sentence in NEXT_TO_NONE.items():
        other = next(each for each in NEXT_TO_NONE if each != decision)
        if without[decision] >= NEARLY_ALL and without[other] <= HALF:
            yield say(sentence)


NEARLY_ALL, HALF = 0.99, 0.5
KNOWN_ONLY_OF = {
    "selected": marked("Outcomes can be known only of those who were selected; any other is read as unknown."),
    "not_selected": marked("Outcomes can be known only of those who were not selected; any other is read as unknown."),
}
NEXT_TO_NONE = {
    "1": marked(
        "Of those who were selected next to nobody has an outcome. If none can be known of them (who is held cannot "
        "reoffend, what is not looked into is not found), write seen_of: not_selected under outcome."
    ),
    "0": marked(
        "Of those who were not selected next to nobody has an outcome. If none can be known of them (who is held "
        "cannot reoffend, what is not looked into is not found), write seen_of: selected under outcome."
    ),
}
"""A decision -> what is said where those so decided on have no outcome, and the others have."""


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
        yield say(COUNTED_IN[evidence.time_unit], until=about.until or data.until or say("the records were drawn"))
        if at_once := _total(tally, "same_moment"):
            yield say_count(
                at_once,
                "{count} wait ended the very moment it began, and counts like any other.",
                "{count} waits ended the very moment they began, and count like any other.",
            )
        if going_on := still_open(tally):
            yield say_count(
                going_on,
                "{count} wait had not ended when the records were drawn; it is not left out for that.",
                "{count} waits had not ended when the records were drawn; none is left out for that.",
            )
    if about.kind == "scores":
        yield say("A high score is taken to mean: selected first.")
        if data.score and not data.score.probability:
            yield say("The plan does not say that the score is a probability, so calibration is shown and not judged.")
    if "value" in about.own_keys and (unknown := _without_value(tally)):
        yield say_count(
            unknown,
            "{count} record has no {what} that is known: it stays unknown.",
            "{count} records have no {what} that is known: it stays unknown.",
            what=say(VALUES[about.kind]),
        )
    if about.edges is not None:
        yield say(
            "Values are counted in {count:,} bins of about equal size, with the exact sum of each.",
            count=len(about.edges),
        )


COUNTED_IN = {
    "days": marked("A wait is counted in days begun; one that still goes on, in whole days until {until}."),
    "hours": marked("A wait is counted in hours begun; one that still goes on, in whole hours until {until}."),
}
VALUES = {
    "scores": marked("score"),
    "amounts": marked("amount"),
    "waits": marked("day on which the wait began"),
    "places": marked("service"),
}


def _of_kind(evidence: Evidence, tally: Tally) -> Iterator[str]:
    """What only some kinds take for granted."""
    data, about = evidence.data, tally.about
    if about.kind == "places":
        yield say("Areas are not people: who within an area is reached, and who is not, the numbers do not tell.")
    if about.census:
        yield say("All areas are counted: there is no sampling error, and none is reckoned.")
        if about.has_moe:
            yield say("Bounds come of the margins of error (at 90%) of how many people live in each area.")
        else:
            yield say("How many people live in each area is taken as exact: a value is known, and not estimated.")
    if about.kind == "representation":
        if about.has_moe:
            yield say("The benchmark's margins of error (at 90%) are reckoned with, as of independent estimates.")
        else:
            yield say("The benchmark is taken as exact: it has no margin of error.")
    if about.kind == "pairs":
        yield say("Both arms of a test are taken to differ in nothing but the group that they stand for.")
    if about.kind == "matching":
        yield say("A missed match costs: {what}.", what=evidence.a_missed_match_costs)
        yield say("A false match costs: {what}.", what=evidence.a_false_match_costs)
    if data.join:
        yield say(
            "Columns of {source} are added to the records by {column}.",
            source=data.join.source,
            column=data.join.on.records,
        )
    if data.count:
        yield say("A row stands for as many records as its {column} says.", column=repr(data.count))


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
    yes, shown, column = _words(spec.is_), _with_counts(strays), repr(spec.column)
    if spec.is_not is None:
        unsure = {value: n for value, n in strays.items() if is_unsure(value)}
        noes = _with_counts({value: n for value, n in strays.items() if value not in unsure})
        or_one = say(", and so is one that says so: {values}", values=_with_counts(unsure)) if unsure else ""
        took = f": {noes}" if noes else ""
        yield say(ALL_OTHERS_ARE_NO[name], column=column, yes=yes, took=took, or_one=or_one)
    elif shown:
        yield say(NEITHER_YES_NOR_NO[name], column=column, values=shown)


ALL_OTHERS_ARE_NO = {
    "decision": marked(
        "Every decision in {column} other than {yes} counts as no{took}; a missing one is unknown{or_one}."
    ),
    "outcome": marked(
        "Every outcome in {column} other than {yes} counts as no{took}; a missing one is unknown{or_one}."
    ),
}
NEITHER_YES_NOR_NO = {
    "decision": marked("In {column}, values that are neither yes nor no count as decision unknown: {values}."),
    "outcome": marked("In {column}, values that are neither yes nor no count as outcome unknown: {values}."),
}


def _listed(words: Sequence[object]) -> str:
    """Join words with commas, cutting a long list with how many more there are."""
    shown = ", ".join(str(word) for word in words[:MOST_NAMED])
    left = len(words) - MOST_NAMED
    return say("{shown} and {count} more", shown=shown, count=left) if left > 0 else shown


def _with_counts(values: Mapping[str, int]) -> str:
    return _listed([f"{value!r} ({n:,})" for value, n in values.items()])


def _words(values: tuple) -> str:
    words = [repr(value) for value in values]
    return reduce(lambda first, last: say("{first} or {last}", first=first, last=last), words)


def _groups(evidence: Evidence, tally: Tally) -> Iterator[str]:
    """How groups were read."""
    for name, group in evidence.groups.items():
        if group.final_levels is None:
            yield from _as_found(name, tally.about.attributes[name], evidence.data.is_tally)
        yield from _changed(name, group)
    for name in tally.about.attributes:
        if empty := _without_records(name, tally):
            yield say("No record is of these groups of {name}: {groups}.", name=name, groups=_listed(empty))


def _as_found(name: str, levels: Sequence[str], received: bool) -> Iterator[str]:
    told = AS_NAMED if received else AS_FOUND
    yield say(told, name=name, groups=_listed(levels))
    if unsure := [repr(level) for level in levels if is_unsure(level)]:
        yield say(
            "In {name}, {group} is taken for a group of people, not for unknown.", name=name, group=_listed(unsure)
        )


AS_FOUND = marked("The groups of {name} are taken as found: {groups}. A group without rows cannot be seen.")
AS_NAMED = marked(
    "The groups of {name} are taken as the tally names them: {groups}. A group without rows cannot be seen."
)


def _changed(name: str, group: Group) -> Iterator[str]:
    """Groups that are not what stands in the data."""
    renamed = [
        say("{value} as {group}", value=repr(value), group=level)
        for value, level in group.labels.items()
        if str(value) != level
    ]
    if renamed:
        yield say(
            "In {name}, these values are counted under another name: {values}.", name=name, values=_listed(renamed)
        )
    if group.unknown:
        values = [say("an empty one") if value in (None, "") else repr(value) for value in group.unknown]
        named = _listed(list(dict.fromkeys(values)))
        yield say("In {name}, these values count as unknown: {values}.", name=name, values=named)
    for new, olds in group.merge.items():
        yield say(
            "In {name}, {groups} are counted together as {merged}, so how each of them fares cannot be seen.",
            name=name,
            groups=_listed(olds),
            merged=new,
        )
    if group.bands:
        yield say("{name} is cut into {bands}.", name=name, bands=_listed(group.final_levels))
    if group.any_:
        yield say("In {name}, people of several groups count in each of them.", name=name)
    elif group.multi:
        yield say(
            "In {name}, people of several groups are one group, {group}, and count in no other.",
            name=name,
            group=TWO_OR_MORE,
        )


def _without_records(name: str, tally: Tally) -> list[str]:
    counts = tally.rows_of([name]).groupby(name)["n"].sum()
    return [level for level in tally.about.attributes[name] if not counts.get(level, 0)]


def _comparisons(evidence: Evidence, tally: Tally) -> Iterator[str]:
    """Who is compared with whom."""
    if not evidence.compare:
        named = _listed(list(evidence.groups))
        yield say("The plan names no comparison: each of {groupings} is compared by itself.", groupings=named)
    every = [" x ".join(compare.by) for compare in evidence.comparisons if compare.reference == "all_pairs"]
    if every:
        yield say(
            "In {groupings}, every group is compared with every other: no group is the standard.",
            groupings=_listed(every),
        )
    for compare in evidence.comparisons:
        by = " x ".join(compare.by)
        if isinstance(compare.reference, ReferenceGroup):
            yield say(WITH_ONE, grouping=by, group=", ".join(compare.reference.group))
        elif compare.reference in WITH_A_WHOLE:
            yield say(WITH_A_WHOLE[compare.reference], grouping=by)
        if not compare.blocking:
            yield say(SHOWN_AS_TOLD if compare.blocks is False else SHOWN_AS_CROSSING, grouping=by)
    compared = {name for compare in evidence.comparisons for name in compare.by}
    if left := [name for name in evidence.groups if name not in compared]:
        yield say("{names} is counted, and compared in no grouping.", names=_listed(left))


WITH_ONE = marked("In {grouping}, each group is compared with {group} alone, and not with each other group.")
WITH_A_WHOLE = {
    "rest": marked("In {grouping}, each group is compared with everyone else, and not with each other group."),
    "overall": marked("In {grouping}, each group is compared with everyone, and not with each other group."),
}
SHOWN_AS_TOLD = marked("The comparison by {grouping} is shown, and cannot block adoption, since the plan says so.")
SHOWN_AS_CROSSING = marked(
    "The comparison by {grouping} is shown, and cannot block adoption, since it is a crossing: it explores."
)


def _records(evidence: Evidence, tally: Tally) -> Iterator[str]:
    """Rows that were left out, and rows that may stand there twice."""
    left_out: Mapping[str, int] = tally.about.records.get("left_out", {})
    if left_out:
        read, kept = tally.about.records.get("read", 0), tally.about.records.get("kept", 0)
        yield say(
            "Of {read:,} records read, {gone:,} are left out as the plan says: {reasons}.",
            read=read,
            gone=read - kept,
            reasons=_listed([f"{retold(reason)} ({n:,})" for reason, n in left_out.items()]),
        )
        for name in tally.about.attributes:
            if gone := _left_out_altogether(name, tally):
                named = _listed(gone)
                yield say("All records of these groups of {name} are left out: {groups}.", name=name, groups=named)
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
        yield say("The plan names no key, so a record that stands in the data twice counts twice.")
        return
    if duplicates := _total(tally, "duplicates"):
        yield say_count(
            duplicates,
            "{count} record repeats the {key} of another one, and count all the same ({by_group}).",
            "{count} records repeat the {key} of another one, and count all the same ({by_group}).",
            key=repr(key),
            by_group=_listed([counted(group, n) for group, n in _by_group(tally, "duplicates").items()]),
        )
    if without := _total(tally, "without_key"):
        yield say_count(
            without,
            "{count} record has no {key}: whether repeated, cannot be told.",
            "{count} records have no {key}: whether repeated, cannot be told.",
            key=repr(key),
        )


def _people(evidence: Evidence, tally: Tally) -> Iterator[str]:
    """People of unknown group, and what is known of them."""
    cells = tally.cells
    if tally.about.kind != "pairs" and (cells[list(tally.about.attributes)] == UNKNOWN).any(axis=None):
        if evidence.strata:
            within = " x ".join(evidence.strata)
            yield say("Records of unknown group are spread over the groups within {strata}.", strata=within)
        else:
            yield say("Records of unknown group are spread over the groups as if nothing else were known of them.")
        for name in evidence.strata:
            if (cells[name] == UNKNOWN).any():
                yield say("Records without {name} are a stratum of their own.", name=name)
    if (cells.drop(columns="table") == UNKNOWN).any(axis=None):
        yield say(
            "Where more than {number:g} in 100 are unknown, a verdict must also hold in the worst case.",
            number=100 * evidence.unknown_at_most,
        )


def _clusters(evidence: Evidence, tally: Tally) -> Iterator[str]:
    own = say("area") if evidence.kind == "places" else say("cluster")
    cluster, folds = evidence.data.cluster or own, tally.about.folds
    if tally.about.census or (tally.about.kind == "pairs" and folds is None):
        return
    if folds is None:
        yield say("No cluster is named, so records are taken as independent: nobody is thought to have several.")
    elif folds == FOLDS:
        yield say(
            "Records of one {cluster} stay together in one of {folds} parts, cut by a hash.",
            cluster=cluster,
            folds=FOLDS,
        )
    if without := _total(tally, "without_cluster"):
        yield say_count(
            without,
            "{count} record has no {cluster}, and counts as a {cluster} of its own.",
            "{count} records have no {cluster}, and count together as one {cluster}.",
            cluster=cluster,
        )


def _weights(evidence: Evidence, tally: Tally) -> Iterator[str]:
    if tally.about.census:
        wide = any(group.columns for group in evidence.groups.values())
        people = evidence.data.people is not None
        if wide:
            yield say("Each area counts as many times as people of a group live in it.")
        if not all(group.columns for group in evidence.groups.values()):
            if people:
                yield say("Each area counts as many times as people live in it.")
            else:
                yield say("Each area counts once.")
    elif tally.about.kind in ("pairs", "representation"):
        return
    elif tally.about.weighted:
        if drawn := evidence.data.inclusion_probability:
            if evidence.data.weight:
                yield say(
                    "Each record counts as many as it was drawn from: 1 over its {drawn}, times its {weight}.",
                    drawn=drawn,
                    weight=evidence.data.weight,
                )
            else:
                yield say("Each record counts as many as it was drawn from: 1 over its {drawn}.", drawn=drawn)
        else:
            weight = evidence.data.weight or say("weight")
            yield say("Each record counts as much as its {weight} says.", weight=weight)
    else:
        yield say("No weight is named, so every record counts alike.")


def _rule(evidence: Evidence, tally: Tally) -> Iterator[str]:
    """How sure a verdict must be, and how often one may look."""
    if tally.about.census and not tally.about.has_moe:
        return
    yield say(
        "Errors are held to {spent:.3g} in 100 (one-sided): of 100 systems just at a limit, no more would be cleared.",
        spent=100 * evidence.alpha_of_look,
    )
    if evidence.looks == 1:
        yield say("One look at the data is declared: a later one may not clear, unless its data are all new.")
    elif evidence.looks == "open":
        yield say(
            "This is look {look} of any number, which share {all_looks:g} in 100.",
            look=evidence.look,
            all_looks=100 * evidence.alpha,
        )
    else:
        yield say(
            "This is look {look} of {looks}, which share {all_looks:g} in 100.",
            look=evidence.look,
            looks=evidence.looks,
            all_looks=100 * evidence.alpha,
        )


def _limits(evidence: Evidence, tally: Tally) -> Iterator[str]:
    for entry in evidence.measures:
        measure = say(_in_words(entry.measure))
        if entry.because is None:
            yield say("The plan does not say who chose the limit of {measure}, and why.", measure=measure)
        if not entry.blocks:
            yield say("{measure} is shown, and cannot block adoption, since the plan says so.", measure=measure)


def _in_words(measure: str) -> str:
    """Write a measure's name as words; one of the audit's own is a path, and stays as it is."""
    return measure if ":" in measure else measure.replace("_", " ")


def _too_few(evidence: Evidence, tally: Tally) -> Iterator[str]:
    """Which groups the plan named as too few before any result, and what it sets for them."""
    for each in evidence.too_few:
        for name, levels in each.groups.items():
            yield say(
                "The plan named {groups} ({name}) as too few before any result: {because}. After adoption: "
                "{monitoring}. It ends so: {stop_rule}. It is decided anew by {until}, and {owner} answers for it.",
                groups=_listed(list(levels)),
                name=name,
                because=each.because.rstrip("."),
                monitoring=each.monitoring.rstrip("."),
                stop_rule=each.stop_rule.rstrip("."),
                until=each.until,
                owner=each.owner.rstrip("."),
            )


def _notes(evidence: Evidence, tally: Tally) -> Iterator[str]:
    yield from map(retold, tally.about.notes)
    yield from map(retold, tally.about.contradictions)
    if hidden := int((tally.high > tally.cells["n"]).sum()):
        yield say_count(
            hidden,
            "{count} count is hidden, known as a least and a most; a verdict holds whatever it is.",
            "{count} counts are hidden, known as a least and a most; a verdict holds whatever they are.",
        )
        if "kept" not in tally.about.records:
            yield say("How many records there are is hidden too: {count:,} at least.", count=tally.records)
    if tally.about.suppression:
        yield say("Counts were hidden before they were received: {how}.", how=retold(tally.about.suppression))


def _by_group(tally: Tally, what: str) -> dict[str, int]:
    """Give a fact of the groups of the first attribute, where there is any."""
    facts: Mapping[str, Any] = next(iter(tally.about.groups.values()), {})
    words = {UNKNOWN: say("unknown group")}
    return {words.get(group, group): fact[what] for group, fact in facts.items() if fact.get(what)}


def _total(tally: Tally, what: str) -> int:
    return sum(_by_group(tally, what).values())
