"""Checks across entries of a plan, on what the file says before it is a `Plan`, so that all problems show together.

The file may hold anything: each check passes over what has another shape than it expects, which the model refuses.
A problem is a place, what is wrong, and what to write instead.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import ValidationError

from fairaudit.errors import FairauditError, listed, nearest
from fairaudit.kinds import KINDS, OF_A_KIND, OUTCOME, PROXIES_OF, Kind
from fairaudit.limits import limits, limits_for
from fairaudit.measures import MEASURES
from fairaudit.plan.data import TALLY_SUFFIX
from fairaudit.plan.databases import check_database
from fairaudit.plan.groups import Group
from fairaudit.plan.measures import PARAMETERS
from fairaudit.plan.values import RESERVED, SPACES, as_tuple, scalar_text, spellings
from fairaudit.yaml_reader import Place

Found = Iterator[tuple[Place, str, str]]
ONE_OF_THEM = "Keep one of them."


def cross_checks(content: dict) -> Found:
    """Run every check on every evidence block."""
    blocks = content.get("evidence")
    blocks = blocks if isinstance(blocks, list) else []
    yield from _repeated_ids(blocks)
    for index, block in enumerate(blocks):
        if isinstance(block, dict):
            for check in CHECKS:
                yield from ((("evidence", index, *place), what, hint) for place, what, hint in check(block))


def _repeated_ids(blocks: list) -> Found:
    ids = [block.get("id") if isinstance(block, dict) else None for block in blocks]
    for index, name in enumerate(ids):
        if name is not None and name in ids[:index]:
            what = f"the id {name!r} is used twice"
            yield ("evidence", index, "id"), what, "Give each evidence block an id of its own."


# --- what a block holds, whatever its form ---------------------------------------------------------------------------


def _mapping(block: dict, key: str) -> dict:
    value = block.get(key)
    return value if isinstance(value, dict) else {}


def _entries(block: dict, key: str) -> list[tuple[int, dict]]:
    value = block.get(key)
    entries = enumerate(value) if isinstance(value, list) else ()
    return [(index, entry) for index, entry in entries if isinstance(entry, dict)]


def _scalars(value: Any) -> list:
    """Give the plain values of a list, or of one value that stands for a list."""
    return [item for item in as_tuple(value) or () if isinstance(item, str | int | float)]


def _texts(value: Any) -> list[str]:
    return [scalar_text(item).strip(SPACES) for item in _scalars(value)]


def _group_names(block: dict) -> list[str]:
    groups = block.get("groups")
    return _texts(list(groups)) if isinstance(groups, dict) else _texts(groups)


def _group_specs(block: dict) -> dict[str, dict]:
    return {str(name): spec for name, spec in _mapping(block, "groups").items() if isinstance(spec, dict)}


def _final_levels(spec: dict) -> tuple[str, ...] | None:
    """Give the levels that a group declares; None where they are taken as found, or wrong."""
    try:
        return Group.model_validate(spec).final_levels
    except (ValidationError, FairauditError, TypeError, ValueError, IndexError):
        return None


def _measure_name(name: Any) -> str | None:
    """Give a measure's own name, whichever alias the plan uses."""
    if not isinstance(name, str):
        return None
    return MEASURES[name].name if name in MEASURES else name


# --- measures and limits ---------------------------------------------------------------------------------------------


def _check_measures(block: dict) -> Found:
    """A measure without a limit; the same measure twice."""
    seen = set()
    for index, entry in _entries(block, "measures"):
        name = _measure_name(entry.get("measure"))
        if name is None:
            continue
        # Of a value that is none, such as a list, the model tells.
        told = tuple((key, entry[key]) for key in PARAMETERS if isinstance(entry.get(key), str | int | float))
        if (name, told) in seen:
            hint = "Give both limits in one entry: {measure: ..., ratio: ..., difference: ...}."
            yield ("measures", index), f"{name} stands here twice{', told the same' if told else ''}", hint
        seen.add((name, told))
        if entry.get("ratio") is None and entry.get("difference") is None:
            yield ("measures", index), f"{name} has no limit, and no limit is assumed", _limits_on_file(name)


def _limits_on_file(measure: str) -> str:
    if measure not in MEASURES:
        return "Write ratio: or difference:, and who set it in because:."
    on_file = [f"{limit.kind}: {limit.name} ({limit.means})" for limit in limits_for(measure)]
    if on_file:
        return f"On file: {'; '.join(on_file)}."
    return "None is on file: write ratio: or difference: with a number, and who set it in because:."


def _check_of_kind(block: dict) -> Found:
    """A measure of another kind of evidence; one that is not told what it needs, or told what it does not take."""
    kind = _kind(block)
    for index, entry in _entries(block, "measures"):
        name = _measure_name(entry.get("measure"))
        if kind is None or name is None:
            continue
        if name in MEASURES:
            measure = MEASURES[name]
            found = _of_another_kind(kind, measure) or [
                *_told_otherwise(kind, measure, entry),
                *_told(block, entry, measure),
            ]
        else:
            # What only the audit's own code knows of its measures is looked at once that is loaded: see `misfits`.
            found = [*_told_at_once(block, entry), *(_difference(entry) if kind.name == "decisions" else ())]
        yield from ((("measures", index, *place), what, hint) for place, what, hint in found)


def misfits(kind: str, measure: Any, entry: dict[str, Any]) -> list[tuple[str, str]]:
    """Say what stands against a measure that only the audit's own code defines: what is wrong, and what to write.

    Args:
        kind: of the evidence.
        measure: as it was loaded.
        entry: what the plan says of it, such as {"days": 30, "difference": 0.05}.
    """
    found = _of_another_kind(KINDS[kind], measure) or [
        *_told_otherwise(KINDS[kind], measure, entry),
        *_limit_of(entry, measure),
    ]
    return [(what, hint) for _, what, hint in found]


def _of_another_kind(kind: Kind, measure: Any) -> list[tuple[Place, str, str]]:
    if measure.kind in kind.measures:
        return []
    own = [each.name for each in MEASURES.values() if each.kind == kind.name]
    hint = f"Of {kind.name} there are: {listed(own, 12)}."
    if "decisions" in kind.measures and kind.name != "decisions":
        hint += " Measures of decisions are taken at a cut-off: at: 5."
    return [(("measure",), f"{measure.name} is a measure of {measure.kind}, and this evidence is of {kind.name}", hint)]


def _told_otherwise(kind: Kind, measure: Any, entry: dict) -> list[tuple[Place, str, str]]:
    """What a measure is not told, and what it is told in vain."""
    needed, found = _needed(kind, measure), []
    taken = [key for each in (*needed, *measure.optional) for key in each.split("/")]
    for each in needed:
        choices = each.split("/")
        if all(entry.get(key) is None for key in choices):
            hint = f"Write {' or '.join(EXAMPLES[key] for key in choices)}."
            found.append(((), f"{measure.name} is not told {ASKED[choices[0]]}", hint))
    for key in PARAMETERS:
        if entry.get(key) is not None and key not in taken:
            hint = f"It takes {listed(taken)}." if taken else "Take it out."
            found.append(((key,), f"{measure.name} takes no {key}", hint))
    return found


def _needed(kind: Kind, measure: Any) -> tuple[str, ...]:
    """Give what must stand beside a measure: of decisions that scores make, the cut-off too."""
    if measure.kind == "decisions" and kind.name == "scores" and "decision" in measure.needs:
        return ("at", *measure.parameters)
    return measure.parameters


EXAMPLES = {
    "at": "at: 5 (whoever scores 5 or more is selected)",
    "capacity": "capacity: 100 (how many can be taken)",
    "per": "per: NAME (the column of the lists, one of the strata)",
    "days": "days: 30",
    "hours": "hours: 48",
    "quantile": "quantile: 0.9 (the amount that 9 in 10 do not exceed)",
    "above": "above: 15.00 (whoever gets so much or more)",
    "at_most": "at_most: 0.5 (whoever lives no further away)",
}
ASKED = {
    "at": "the score from which people are selected",
    "capacity": "how many can be taken",
    "per": "in which lists people are ranked",
    "days": "within what time",
    "hours": "within what time",
    "quantile": "which quantile",
    "above": "which amount is to be reached",
    "at_most": "what is not to be exceeded",
}
CALIBRATION = ("calibration_in_the_large", "calibration_slope")


def _told(block: dict, entry: dict, measure: Any) -> list[tuple[Place, str, str]]:
    """What a measure asks of the rest of the block."""
    data, found = _mapping(block, "data"), _told_at_once(block, entry)
    if measure.name in CALIBRATION and not _mapping(data, "score").get("probability"):
        hint = (
            "Write score: {column: NAME, probability: true} if the score is one, from 0 to 1. "
            "If not, measure positive_predictive_value at the cut-off in use."
        )
        found.append((("measure",), f"{measure.name} needs a score that is a probability", hint))
    found += _limit_of(entry, measure)
    below_0 = _mapping(data, "amount").get("negative") is True
    if measure.averages and measure.ratios and below_0 and entry.get("ratio") is not None:
        what = "amounts may be below 0, and ratios of them mean nothing"
        found.append((("ratio",), what, f"Write difference: with a number of {_unit(block)}."))
    return found


def _told_at_once(block: dict, entry: dict) -> list[tuple[Place, str, str]]:
    """Two horizons at once; lists that are not counted apart."""
    found, per = [], entry.get("per")
    if entry.get("days") is not None and entry.get("hours") is not None:
        found.append((("hours",), "days and hours stand here at once", ONE_OF_THEM))
    if isinstance(per, str) and per not in _texts(block.get("strata")):
        found.append((("per",), f"{per!r} is none of the strata", f"Add it to strata in this block: strata: [{per}]."))
    return found


def _unit(block: dict) -> str:
    unit = _mapping(_mapping(block, "data"), "amount").get("unit")
    return unit if isinstance(unit, str) and unit else "dollars"


def _limit_of(entry: dict, measure: Any) -> list[tuple[Place, str, str]]:
    """A limit that a measure cannot have."""
    found = _difference(entry) if measure.scale in ("share", "points") else []
    if measure.averages and not measure.ratios and entry.get("ratio") is not None:
        hint = "It may be 0 or below 0. Write difference: with a number."
        found.append((("ratio",), f"ratios of {measure.name} mean nothing", hint))
    if measure.averages and not measure.differences and entry.get("difference") is not None:
        hint = "Write ratio: with a share of 1, such as 0.8."
        found.append((("difference",), f"differences of {measure.name} mean nothing", hint))
    if measure.averages and isinstance(entry.get("difference"), str) and entry["difference"] in limits():
        hint = "Write the number itself, and who chose it in because:."
        found.append((("difference",), f"{entry['difference']} was made for shares of people", hint))
    if measure.averages and isinstance(entry.get("ratio"), str) and entry["ratio"] in limits():
        hint = "Write the number itself, and who chose it in because:."
        found.append((("ratio",), f"{entry['ratio']} was made for shares of people", hint))
    return found + _beyond_the_horizon(entry, measure)


def _beyond_the_horizon(entry: dict, measure: Any) -> list[tuple[Place, str, str]]:
    """A gap of means that no data can have: none is beyond the horizon."""
    gap, horizon = entry.get("difference"), entry.get("hours") or entry.get("days")
    numbers = all(isinstance(each, int | float) and not isinstance(each, bool) for each in (gap, horizon))
    if not (measure.name == "restricted_mean_wait" and numbers and gap >= horizon):
        return []
    what = f"a gap of {gap:g} cannot be exceeded: no mean within {horizon} is further from another"
    return [(("difference",), what, f"Write a gap well below {horizon}.")]


def _difference(entry: dict) -> list[tuple[Place, str, str]]:
    """A gap of shares that is no share of 1."""
    gap = entry.get("difference")
    if not isinstance(gap, int | float) or isinstance(gap, bool) or not 1 <= gap < float("inf"):
        return []
    hint = "Write a share of 1: 0.05 for 5 in 100."
    return [(("difference",), f"a difference limit of {gap:g} is not between 0 and 1", hint)]


def _check_overall(block: dict) -> Found:
    """A comparison with everyone, of whom a group is a part, of what is no share."""
    names = [_measure_name(entry.get("measure")) for _, entry in _entries(block, "measures")]
    averages = [name for name in names if name in MEASURES and MEASURES[name].averages]
    averages = [name for name in averages if MEASURES[name].kind != "representation"]
    for index, entry in _entries(block, "compare"):
        if entry.get("reference") == "overall" and averages:
            verb = "is no share" if len(averages) == 1 else "are no shares"
            what = f"{listed(averages)} {verb} and cannot be compared with everyone, of whom a group is a part"
            yield ("compare", index, "reference"), what, "Write reference: rest, which is everyone else."


def _check_limits(block: dict) -> Found:
    """A limit on file that was made for another measure."""
    for index, entry in _entries(block, "measures"):
        name = _measure_name(entry.get("measure"))
        for kind in ("ratio", "difference"):
            limit = limits().get(entry[kind]) if isinstance(entry.get(kind), str) else None
            if limit and name in MEASURES and limit.kind == kind and not limit.suits(name, kind):
                hint = (
                    f"It was made for {listed(limit.measures)}. Write the number itself, and who chose it in because:."
                )
                yield ("measures", index, kind), f"{limit.name} was not made for {name}", hint


def _check_looks(block: dict) -> Found:
    looks, look = block.get("looks", 1), block.get("look", 1)
    if isinstance(looks, int) and isinstance(look, int) and look > looks >= 1:
        hint = "A look that was not declared may not clear: declare `looks: open`, or use data that are all new."
        yield ("look",), f"this is look {look} of {looks} declared", hint


# --- data ------------------------------------------------------------------------------------------------------------


def _check_decision(block: dict) -> Found:
    """Records need the columns of their kind, and an outcome column where a measure uses it."""
    data, kind = _mapping(block, "data"), _kind(block)
    if kind is None:
        return
    for key in sorted(set(data) & OF_A_KIND - {*kind.requires, *kind.allows}):
        of = [name for name, other in KINDS.items() if key in (*other.requires, *other.allows)]
        hint = f"It goes with evidence of the kind {' or '.join(of)}. Take it out, or change kind:."
        yield ("data", key), f"evidence of the kind {kind.name} has no {key}", hint
    if not isinstance(data.get("source"), str) or data["source"].endswith(TALLY_SUFFIX):
        return
    names = [_measure_name(entry.get("measure")) for _, entry in _entries(block, "measures")]
    for need, example in {**kind.requires, **({"outcome": OUTCOME} if "outcome" in kind.allows else {})}.items():
        users = [name for name in names if name in MEASURES and need in MEASURES[name].needs]
        if data.get(need) is None and (users or need in kind.requires):
            if need in data:
                yield ("data", need), f"{need!r} is left empty", f"Write {example}."
                continue
            why = f"{listed(users)} needs it" if users else "records must hold it"
            yield ("data",), f"{need!r} is missing: {why}", f"Write {example}."


def _kind(block: dict) -> Kind | None:
    name = block.get("kind")
    return KINDS.get(name) if isinstance(name, str) else None


def _check_side(block: dict) -> Found:
    """A kind whose measures have a worse side must say which; another must not."""
    kind = _kind(block)
    if kind is None:
        return
    for key in dict.fromkeys(filter(None, (other.side for other in KINDS.values()))):
        if key == kind.side and block.get(key) is None:
            hint = f"It says what {SIDES[key]} means for a person. Write a burden or a benefit."
            yield (key,), f"{key!r} is missing" if key not in block else f"{key!r} is left empty", hint
        elif key != kind.side and block.get(key) is not None:
            instead = (
                f"Write {kind.side} instead." if kind.side else f"{WORSE[kind.name]} is the worse side: take it out."
            )
            yield (key,), f"evidence of the kind {kind.name} has no {key}", instead
    if kind.name != "waits" and "open_never" in _texts(block.get("scenarios")):
        hint = "It goes with waits, some of which are open: take it out."
        yield ("scenarios",), f"evidence of the kind {kind.name} has no scenario open_never", hint


WORSE = {"waits": "Waiting long", "matching": "Every error"}
SIDES = {
    "being_selected_is": "being selected",
    "a_high_amount_is": "a high amount",
    "more_is": "being reached more, or having more of the service,",
}


def _check_yes_and_no(block: dict) -> Found:
    """A value that means yes and no; one column that is decision and outcome."""
    data = _mapping(block, "data")
    specs = {name: _mapping(data, name) for name in ("decision", "outcome")}
    for name, spec in specs.items():
        no = {text for value in _scalars(spec.get("is_not")) for text in spellings(value)}
        both = [value for value in _scalars(spec.get("is")) if no & set(spellings(value))]
        if both:
            yield ("data", name), f"{both[0]!r} stands in both is and is_not", "A value means yes or no, never both."
    for name, other, hint in (
        ("decision", "outcome", "The outcome is what turned out to be true, whatever was decided."),
        ("score", "outcome", "The outcome is what turned out to be true, whatever the score was."),
        ("opened", "closed", "Write the day when the wait began in opened, and the day when it ended in closed."),
    ):
        column = _column(data, name)
        if column is not None and column == _column(data, other):
            place = ("data", other) if isinstance(data.get(other), str) else ("data", other, "column")
            yield place, f"{name} and {other} are the same column, {column!r}", hint


def _column(data: dict, key: str) -> str | None:
    """Give the column of a key of data, in its short form or its long one."""
    value = data.get(key)
    column = value.get("column") if isinstance(value, dict) else value
    return column if isinstance(column, str) else None


FORM_OF_FILE = {
    "sheet": (".xlsx",),
    "encoding": (".csv", ".csv.gz", ".tsv", ".tsv.gz", ".txt"),
    "delimiter": (".csv", ".csv.gz", ".tsv", ".tsv.gz", ".txt"),
    "counts_from": (TALLY_SUFFIX,),
}


def _check_source(block: dict) -> Found:
    """A detail of another kind of file."""
    data = _mapping(block, "data")
    source = data.get("source")
    for key, endings in FORM_OF_FILE.items():
        if data.get(key) is not None and isinstance(source, str) and not source.lower().endswith(endings):
            yield (
                ("data", key),
                f"{key} says nothing of {source!r}",
                f"It goes with {listed(endings)} files: take it out.",
            )


def _check_database(block: dict) -> Found:
    """A warehouse, or a file with tables."""
    yield from check_database(_mapping(block, "data"))


def _check_keep(block: dict) -> Found:
    """A range that holds nothing."""
    for column, want in _mapping(_mapping(block, "data"), "keep").items():
        if not isinstance(want, dict):
            continue
        place, low, high = ("data", "keep", str(column)), want.get("from"), want.get("to")
        if low is None and high is None:
            yield place, "neither from nor to is given", "Write from:, to: or both; or a list of values."
        elif isinstance(low, bool) or isinstance(high, bool):
            yield place, "true and false are no ends of a range", "Write a list of values: [true]."
        elif type(low) is type(high) and isinstance(low, str | int | float) and low > high:
            yield place, f"from ({low}) is above to ({high})", "Write the smaller first."


# --- groups ----------------------------------------------------------------------------------------------------------


def _check_groups(block: dict) -> Found:
    for name, spec in _group_specs(block).items():
        for check in (_check_bands, _check_levels, _check_labels, _check_several, _check_proxy):
            yield from ((("groups", name, *place), what, hint) for place, what, hint in check(spec))


def _check_bands(spec: dict) -> Found:
    cuts = spec.get("bands")
    if cuts and any(spec.get(key) for key in ("levels", "labels", "merge", "multi", "any")):
        hint = "A column is cut into bands, or its values are levels: not both."
        yield (), "bands stand beside levels, labels, merge, multi or any", hint
    numbers = isinstance(cuts, list) and all(isinstance(cut, int | float) for cut in cuts)
    if numbers and sorted(set(cuts)) != cuts:
        yield ("bands",), "bands do not rise", "Write the values at which a new band begins, smallest first."


def _check_levels(spec: dict) -> Found:
    """Levels and merged levels that stand twice."""
    levels = list(filter(None, _texts(spec.get("levels"))))
    merged = [old for olds in _mapping(spec, "merge").values() for old in _texts(olds)]
    if len(set(levels)) < len(levels):
        yield ("levels",), "a level stands here twice", ONE_OF_THEM
    if len(set(merged)) < len(merged):
        yield ("merge",), "a level is merged twice", ONE_OF_THEM
    final = _final_levels(spec)
    if levels and final is not None and len(final) < 2:
        what = f"all levels are merged into {final[0]!r}" if merged else f"{final[0]!r} is the only level"
        yield ("levels",), what, "A disparity needs two groups: name every group there is, also those without a row."


def _check_labels(spec: dict) -> Found:
    """A label, or a value that means unknown, that contradicts the levels."""
    levels, merge = _texts(spec.get("levels")), _mapping(spec, "merge")
    known = [*levels, *_texts(list(merge)), *(old for olds in merge.values() for old in _texts(olds))]
    for raw, target in _mapping(spec, "labels").items():
        texts = _texts(target)
        if levels and texts and texts[0] not in known:
            yield ("labels", str(raw)), f"{texts[0]!r} is no level", nearest(texts[0], known)
        elif texts and scalar_text(raw) in known and texts[0] != scalar_text(raw):
            yield ("labels", str(raw)), f"{raw!r} is a level itself", "Take it out of the labels, or use merge."
    unknown = set(_texts(spec.get("unknown")))
    for value in [*dict.fromkeys([*known, *map(str, _mapping(spec, "labels"))])]:
        if value in unknown:
            yield ("unknown",), f"{value!r} is a level or label and unknown at once", ONE_OF_THEM


def _check_several(spec: dict) -> Found:
    """A separator that parts a level itself; any: true without what it needs."""
    separator = spec.get("multi")
    if isinstance(separator, str) and separator:
        for level in [*_texts(spec.get("levels")), *_texts(list(_mapping(spec, "merge")))]:
            if separator in level:
                yield ("multi",), f"{level!r} holds the separator {separator!r} itself", "Choose another separator."
    if spec.get("any") is True and not (spec.get("multi") and spec.get("levels")):
        hint = 'Write multi: ";" and the levels, so that each can be found in a field.'
        yield (), "any: true needs multi and levels", hint


def _check_proxy(spec: dict) -> Found:
    """Probabilities of a group: a column for every level, each its own."""
    proxy = spec.get("proxy")
    if not isinstance(proxy, dict) or not proxy:
        return
    if others := [key for key in ("bands", "quantiles", "columns", "any") if spec.get(key)]:
        hint = "Probabilities are of declared levels: write levels: [Black, White]."
        yield ("proxy",), f"proxy stands beside {' and '.join(others)}", hint
        return
    final = _final_levels(spec)
    if not spec.get("levels"):
        yield ("proxy",), "proxy needs levels", "Name every group there is: levels: [Black, White]."
    elif final is not None:
        named = _texts(list(proxy))
        for level in [level for level in named if level not in final]:
            yield ("proxy", level), f"{level!r} is no level", nearest(level, final)
        if lacking := [level for level in final if level not in named]:
            hint = "Every level needs a column, a column of zeros where nobody can be of it; or merge it into another."
            yield ("proxy",), f"proxy has no column for {listed(lacking)}", hint
    columns = [column for column in proxy.values() if isinstance(column, str)]
    for column in dict.fromkeys(column for column in columns if columns.count(column) > 1):
        yield ("proxy",), f"the column {column!r} is given to two levels", "Each level has a column of its own."
    if isinstance(spec.get("column"), str) and spec["column"] in columns:
        hint = "The column holds the group as it was recorded; column: null where nobody recorded it."
        yield ("column",), f"{spec['column']!r} is a column of probabilities", hint


def _check_proxies_of_kind(block: dict) -> Found:
    """Probabilities where records are no people, or stand beside others; two attributes that are crossed."""
    with_proxy = [name for name, spec in _group_specs(block).items() if spec.get("proxy")]
    kind = block.get("kind")
    if isinstance(kind, str) and kind in KINDS and kind not in PROXIES_OF:
        for name in with_proxy:
            hint = f"They are for {listed(PROXIES_OF)}. Take them out: who is of unknown group stays so."
            yield ("groups", name, "proxy"), f"evidence of {kind} takes no probabilities of groups", hint
    for by in _crossings(block):
        if len(both := [name for name in by if name in with_proxy]) > 1:
            what = f"{' and '.join(both)} have probabilities each, and are crossed: how they go together is not known"
            yield ("groups", both[-1], "proxy"), what, "Keep the probabilities of one, or compare them apart."


def _attribute_names(block: dict) -> Iterator[tuple[str, str]]:
    """Give group name -> attribute name, as the tally will have it; a group read as any: true has one a level."""
    specs = _group_specs(block)
    for name in _group_names(block):
        spec = specs.get(name, {})
        levels = _final_levels(spec) if spec.get("any") is True else None
        yield from ((name, f"{name} {level}") for level in levels) if levels else ((name, name),)


def _check_names(block: dict) -> Found:
    """Names of groups and strata become columns of the tally: each must be its own."""
    strata = [("strata", name) for name in _texts(block.get("strata"))]
    groups = [("groups", attribute) for _, attribute in _attribute_names(block)]
    crossings = {"_".join(by): by for by in _crossings(block)}
    seen: dict[str, str] = {}
    for key, name in [*groups, *strata]:
        if name.casefold() in RESERVED or name in ("?", "*"):
            yield (key,), f"{name!r} is the name of a column of the tally", _other_name(key, name)
        elif seen.get(name.casefold()) == name:
            yield (key,), f"{name!r} stands there already", "Groups and strata are different columns, each named once."
        elif name.casefold() in seen:
            what = f"{name!r} and {seen[name.casefold()]!r} differ in capitals only"
            yield (key,), what, _other_name(key, name)
        elif name in crossings:
            yield (
                (key,),
                f"{name!r} is also the name of the crossing of {' and '.join(crossings[name])}",
                _other_name(key, name),
            )
        seen.setdefault(name.casefold(), name)


def _other_name(key: str, name: str) -> str:
    if key == "strata":
        return "Rename the column in the data."
    return f"Give the group another name: my_{name}: {{column: {name}}}."


def _check_columns(block: dict) -> Found:
    """A group that is read from the column of the decision or the outcome; rows kept for what they hold."""
    data, specs = _mapping(block, "data"), _group_specs(block)
    measured = ("outcome", "decision", "reached", "score", "amount", "service", "matched_by", "closed")
    taken = {column: name for name in measured if (column := _column(data, name)) is not None}
    for column in _mapping(data, "keep"):
        if column in taken:
            what = f"the column {column!r} is the {taken[column]}"
            hint = "Rows cannot be kept for what was decided or came of it: what is left would no longer show it."
            yield ("data", "keep", column), what, hint
    for key in ("random_subset", "inclusion_probability"):
        if (column := _column(data, key)) in taken:
            hint = "Who is drawn at random is drawn before anybody knows that: name the column that says who was drawn."
            yield ("data", key), f"the column {column!r} is the {taken[column]}", hint
    for name in _group_names(block):
        spec = specs.get(name, {})
        column = None if spec.get("proxy") and spec.get("column", name) is None else spec.get("column") or name
        if isinstance(column, str) and taken.get(column):
            what = f"the column {column!r} is the {taken[column]}"
            yield ("groups", name), what, "A group is who people are, not what was decided or came of it."


# --- comparisons -----------------------------------------------------------------------------------------------------


def _crossings(block: dict) -> list[tuple[str, ...]]:
    found = [tuple(_texts(entry.get("by"))) for _, entry in _entries(block, "compare")]
    return [by for by in dict.fromkeys(found) if len(by) > 1]


def _check_compare(block: dict) -> Found:
    """A comparison by something that is no group, or twice the same."""
    names, specs, seen = _group_names(block), _group_specs(block), []
    for index, entry in _entries(block, "compare"):
        by = _texts(entry.get("by"))
        for name in by:
            if name not in names:
                yield ("compare", index, "by"), f"{name!r} is not one of the groups", nearest(name, names)
        if len(by) > 1 and any(specs.get(name, {}).get("any") for name in by):
            yield ("compare", index, "by"), "a group read as any: true cannot be crossed", "Cross it without any: true."
        key = (sorted(by), repr(entry.get("reference", "all_pairs")))
        if by and (key in seen or len(set(by)) < len(by)):
            yield ("compare", index), f"{' and '.join(by)} stands here twice", ONE_OF_THEM
        seen.append(key)


SCANNED = ("decisions", "scores", "matching", "waits", "amounts")
"""The kinds whose shares can be looked through crossing by crossing: those that count each record by itself."""


def _check_scan(block: dict) -> Found:
    """A scan of what is no group, of the same group twice, or where there is no share to look at."""
    scan, names = _mapping(block, "scan"), _group_names(block)
    if not scan:
        return
    kind, by = block.get("kind"), _texts(scan.get("by"))
    for name in by:
        if name not in names:
            yield ("scan", "by"), f"{name!r} is not one of the groups", nearest(name, names)
    for name in dict.fromkeys(name for name in by if by.count(name) > 1):
        yield ("scan", "by"), f"{name} stands here twice", ONE_OF_THEM
    if kind in KINDS and kind not in SCANNED:
        yield ("scan",), f"crossings of {kind} are not looked through", f"Take it out; it is for {listed(SCANNED)}."
        return
    measures = [_measure_name(entry.get("measure")) for _, entry in _entries(block, "measures")]
    # What an own measure is, is not known before its code is loaded.
    known = [name for name in measures if name in MEASURES]
    if known and len(known) == len(measures) and all(MEASURES[name].averages for name in known):
        what = f"{listed(known)} {'is no share' if len(known) == 1 else 'are no shares'}, and only shares are scanned"
        yield ("scan",), what, "Take it out, or measure a share."


def _check_references(block: dict) -> Found:
    """A reference group that is none of the levels."""
    names, specs = _group_names(block), _group_specs(block)
    for index, entry in _entries(block, "compare"):
        reference, by = entry.get("reference"), _texts(entry.get("by"))
        if not isinstance(reference, dict) or "group" not in reference or not set(by) <= set(names):
            continue
        place, wanted = ("compare", index, "reference"), _texts(reference.get("group"))
        if len(wanted) != len(by):
            hint = f"Name one level of each of {' and '.join(by)}: {{group: [...]}}."
            yield place, f"the reference names {len(wanted)} levels for {len(by)} groups", hint
            continue
        for name, level in zip(by, wanted, strict=True):
            yield from ((place, what, hint) for what, hint in _no_level(name, level, specs.get(name, {})))


def _no_level(name: str, level: str, spec: dict) -> Iterator[tuple[str, str]]:
    if spec.get("any"):
        yield (
            f"{name} is read as any: true, and has a table a level",
            "Leave the reference out: each is compared with everybody else.",
        )
        return
    levels = _final_levels(spec) if spec.get("levels") or spec.get("bands") else None
    if levels and level not in levels:
        yield f"{level!r} is no level of {name}", nearest(level, levels)


def _check_too_few(block: dict) -> Found:
    """A group that is named as too few and is none."""
    names, specs = _group_names(block), _group_specs(block)
    for index, entry in _entries(block, "too_few"):
        place = ("too_few", index, "groups")
        for name, levels in _mapping(entry, "groups").items():
            known = _final_levels(specs.get(str(name), {}))
            if name not in names:
                yield (*place, str(name)), f"{name!r} is not one of the groups", nearest(str(name), names)
            elif known is None:
                hint = "Write levels: under this group, so that whoever is too few is known before the records are."
                yield (*place, str(name)), f"the groups of {name} are taken as found, and none can be named", hint
            else:
                for level in _texts(levels):
                    if level not in known:
                        yield (*place, str(name)), f"{level!r} is no level of {name}", nearest(level, list(known))
                if len([level for level in known if level not in _texts(levels)]) < 2:
                    hint = "Leave two groups at least of which something is to be shown."
                    yield (*place, str(name)), f"all groups of {name} but one are named as too few", hint


# --- kinds of their own ----------------------------------------------------------------------------------------------


def _check_matching(block: dict) -> Found:
    """Which error hurts, and whom, must be said before anybody looks which of them is rarer."""
    missed, false = "benefits stop until it is found", "somebody else's debt is collected"
    for key, what, example in (
        ("a_missed_match_costs", "a missed match", missed),
        ("a_false_match_costs", "a false match", false),
    ):
        if block.get("kind") == "matching" and not block.get(key):
            state = "left empty" if key in block else "missing"
            yield (key,), f"{key!r} is {state}", f"Say what {what} does to a person, such as: {example}."
        elif block.get("kind") != "matching" and block.get(key) is not None:
            yield (
                (key,),
                f"evidence of the kind {block.get('kind')} has no {key}",
                "It goes with matching: take it out.",
            )


def _check_pairs(block: dict) -> Found:
    """Matched tests compare two arms of a unit, by what each got."""
    if block.get("kind") != "pairs":
        return
    data = _mapping(block, "data")
    for index, entry in _entries(block, "measures"):
        name = _measure_name(entry.get("measure"))
        if name in MEASURES and MEASURES[name].kind == "decisions" and "outcome" in MEASURES[name].needs:
            what = f"{name} needs an outcome, and a matched test has none"
            yield ("measures", index, "measure"), what, "Write selection_rate, or kind: decisions."
    for index, entry in _entries(block, "compare"):
        if entry.get("reference") in ("rest", "overall"):
            what = f"arms of a test are compared with each other, not with {entry['reference']}"
            yield ("compare", index, "reference"), what, "Leave the reference out, or name one arm: {group: NAME}."
    for key in ("weight", "count"):
        if data.get(key) is not None:
            yield ("data", key), f"matched tests have no {key}", "Every test counts once: take it out."


def _check_representation(block: dict) -> Found:
    """What a benchmark must hold for the measures that are asked, and what tells how events vary."""
    if block.get("kind") != "representation":
        return
    data, population = _mapping(block, "data"), _mapping(_mapping(block, "data"), "population")
    share = population.get("share")
    if population.get("by"):
        yield ("data", "population", "by"), "nothing is weighed here: groups are compared with it", "Take it out."
    if data.get("weight") is not None:
        what = "records of who is reached are counted, and not weighted"
        yield ("data", "weight"), what, "Take the weight out; count: says how many records a row stands for."
    for index, entry in _entries(block, "measures"):
        name = _measure_name(entry.get("measure"))
        if share is not None and name in ("share_reached", "events_per_1000"):
            what = f"{name} needs numbers of people, and the benchmark has shares"
            yield ("measures", index, "measure"), what, "Write representation_ratio, or people: in the population."
        if name == "events_per_1000" and not data.get("cluster"):
            what = "events_per_1000 is not told whose events they are: one person may have many"
            hint = "Name the caller, or the area, as cluster: in data. If each record is another person: share_reached."
            yield ("measures", index, "measure"), what, hint


def _check_population(block: dict) -> Found:
    """People or shares of them; and the groups by which records are weighed to them."""
    population, specs = _mapping(_mapping(block, "data"), "population"), _group_specs(block)
    place, kind = ("data", "population"), block.get("kind")
    people, share = population.get("people"), population.get("share")
    if population and (people is None) == (share is None):
        what = "people and share stand here at once" if people else "neither people nor share is given"
        yield place, what, "Write people: the column of numbers of people; or share: that of shares of the whole."
    if share is not None and population.get("moe") is not None:
        what = "a margin of error goes with people, not with shares"
        yield (*place, "moe"), what, "Give people and moe, or take it out."
    if "raked" in _texts(block.get("scenarios")) and not population:
        hint = "Write population: {source: FILE, people: COLUMN, from: WHO COUNTED THEM, year: 2023} under data."
        yield ("scenarios",), "there is no population to rake the records to", hint
    if not population or kind == "representation":
        return
    names = _group_names(block)
    for name in _texts(population.get("by")):
        if name not in names:
            yield (*place, "by"), f"{name!r} is none of the groups", nearest(name, names)
    for name in _texts(population.get("by")) or names:
        if specs.get(name, {}).get("any") is True:
            hint = "Write by: with groups of which everybody is in one only."
            yield place, f"people can be in several groups of {name}, to which records cannot be weighed", hint


def _check_standard(block: dict) -> Found:
    """A declared mix of a stratum, which adds up; error rates of outcomes, where there are outcomes."""
    standard, strata = _mapping(block, "standard"), _texts(block.get("strata"))
    of, mix = standard.get("of"), _mapping(standard, "mix")
    if isinstance(of, str) and of not in strata:
        yield ("standard", "of"), f"{of!r} is none of the strata", f"Add it to strata in this block: strata: [{of}]."
    shares = [share for share in mix.values() if isinstance(share, int | float) and not isinstance(share, bool)]
    if mix and len(shares) == len(mix) and abs(sum(shares) - 1) > ADDS_UP:
        yield ("standard", "mix"), f"the shares add up to {sum(shares):.6g}", "Write shares that add up to 1."
    errors = _mapping(block, "label_errors")
    rates = [errors.get(key) for key in ("sensitivity", "specificity")]
    if errors and not _mapping(_mapping(block, "data"), "outcome"):
        yield (
            ("label_errors",),
            "no outcome is recorded here that could be wrong",
            "Name it under data, or take it out.",
        )
    if all(isinstance(rate, int | float) and not isinstance(rate, bool) for rate in rates) and 0 < sum(rates) <= 1:
        what = f"sensitivity and specificity add up to {sum(rates):g}: such records tell nothing, or the opposite"
        yield ("label_errors",), what, "Look whether they are mixed up: both are near 1 where records are good."


ADDS_UP = 1e-6


def _check_sample(block: dict) -> Found:
    """How records were drawn, and of whom outcomes can be known."""
    data, kind = _mapping(block, "data"), block.get("kind")
    seen_of = _mapping(data, "outcome").get("seen_of")
    if seen_of in ("selected", "not_selected") and kind in KINDS and "decision" not in KINDS[kind].keys:
        hint = "It goes with evidence of the kind decisions, in which everybody is selected or not."
        yield ("data", "outcome", "seen_of"), f"evidence of the kind {kind} does not say who was selected", hint
    for key in ("inclusion_probability", "random_subset"):
        if data.get(key) is not None and kind in ("representation", "places", "pairs"):
            hint = "It goes with records of people: take it out."
            yield ("data", key), f"evidence of the kind {kind} has no {key}", hint
    if data.get("inclusion_probability") is not None and data.get("count") is not None:
        what = "inclusion_probability stands beside count: a row would stand for many, drawn with one probability"
        yield ("data", "inclusion_probability"), what, "Give a row a record, or write weight: 1 over the probability."
    if data.get("inclusion_probability") is not None and data.get("inclusion_probability") == data.get("weight"):
        what = f"weight and inclusion_probability are both {data['weight']!r}"
        hint = "A weight is how many a record stands for, a probability at most 1: keep what the column holds."
        yield ("data", "inclusion_probability"), what, hint
    if seen_of in ("selected", "not_selected") and data.get("random_subset") is not None:
        what = f"outcomes of records drawn at random are said to be known of the {seen_of.replace('_', ' ')} only"
        hint = "Where they were looked up for all that were drawn, leave seen_of out; else take random_subset out."
        yield ("data", "outcome", "seen_of"), what, hint


def _check_places(block: dict) -> Found:
    """Whether all areas are counted or a sample, and what of them."""
    data, specs = _mapping(block, "data"), _group_specs(block)
    of_places = {name: spec for name, spec in specs.items() if spec.get("columns") or spec.get("quantiles")}
    if block.get("kind") != "places":
        for name, spec in of_places.items():
            key = "columns" if spec.get("columns") else "quantiles"
            yield (
                ("groups", name, key),
                f"evidence of the kind {block.get('kind')} has no {key}",
                "It goes with places.",
            )
        return
    if (data.get("reached") is None) == (data.get("service") is None):
        what = (
            "reached and service stand here at once" if data.get("reached") else "neither reached nor service is given"
        )
        hint = "Write reached: {column: NAME, is: [1], is_not: [0]}, or service: {column: NAME} for a number."
        yield ("data",), what, hint
    yield from _check_area(data)
    census = data.get("areas") == "all"
    for key in ("weight", "cluster") if census else ("people",):
        if data.get(key) is not None:
            what = f"{key} says nothing where {'all areas are counted' if census else 'a sample is drawn'}"
            hint = "people: says how many live in an area." if census else "Each record counts once, or by its weight:."
            yield ("data", key), what, hint
    if data.get("count") is not None and census:
        yield ("data", "count"), "a row is an area where all are counted", "people: says how many live in an area."
    for name, spec in of_places.items():
        yield from (
            (("groups", name, *place), what, hint) for place, what, hint in _people_in_areas(spec, data.get("areas"))
        )
    wide = [name for name, spec in specs.items() if spec.get("columns")]
    for index, entry in _entries(block, "compare"):
        if len(set(_texts(entry.get("by"))) & set(wide)) > 1:
            hint = "An area tells how many of each group there are, not of both at once: give columns for the crossing."
            yield ("compare", index, "by"), "two groups that are counted by columns cannot be crossed", hint
    for index, entry in _entries(block, "measures"):
        name = _measure_name(entry.get("measure"))
        told = [key for key in ("above", "at_most") if entry.get(key) is not None]
        if name == "share_within_reach" and data.get("service") is not None and len(told) != 1:
            hint = "Write above: 25 (so much or more), or at_most: 0.5 (no further than that)."
            yield ("measures", index), "share_within_reach is not told how much service is within reach", hint
        if name == "share_within_reach" and data.get("reached") is not None and told:
            yield ("measures", index, told[0]), f"{told[0]} says nothing of a yes or no", "Take it out."
        if name == "mean_service" and data.get("service") is None:
            yield (
                ("measures", index, "measure"),
                "mean_service needs a service that is a number",
                "Write service: NAME.",
            )


def _check_area(data: dict) -> Found:
    """An area is named by a column, or by coordinates and the shapes that they fall into."""
    area = data.get("area")
    if not isinstance(area, dict):
        return
    column, pair = area.get("column"), [area.get("longitude"), area.get("latitude")]
    if (column is None) != (None not in pair) or (column is None and pair.count(None) == 1):
        hint = "Write area: NAME, or area: {longitude: X, latitude: Y} beside shapes:."
        yield ("data", "area"), "an area is named by a column or by both coordinates", hint
    elif column is None and data.get("shapes") is None:
        hint = "Write shapes: {source: tracts.geojson, key: GEOID}."
        yield ("data", "area"), "coordinates lie in an area only where its shape is known", hint
    if None not in pair and data.get("areas") == "all":
        yield ("data", "areas"), "coordinates are of records in areas, and not of areas", "Write areas: sample."


def _people_in_areas(spec: dict, areas: Any) -> Found:
    """Groups of people by columns, and of areas by quantile."""
    columns, moe = _mapping(spec, "columns"), _mapping(spec, "moe")
    others = [key for key in ("levels", "labels", "merge", "multi", "any", "bands") if spec.get(key)]
    key = "columns" if columns else "quantiles"
    if others or (columns and (spec.get("quantiles") or spec.get("column"))):
        yield (), f"{key} stands beside {listed(others or ['quantiles or column'])}", f"{key} makes the groups alone."
    if columns and areas == "sample":
        hint = "Write areas: all; or give the records a column of their own group."
        yield ("columns",), "numbers of people by area are of areas, and records are a sample", hint
    if columns and len(columns) < 2:
        yield ("columns",), "there is but one group", "A disparity needs two groups: name the column of each."
    for level in moe:
        if level not in columns:
            yield ("moe", str(level)), f"{level!r} is none of the groups", nearest(str(level), [*columns])
    if columns and moe and set(moe) < set(columns):
        lacking = listed([level for level in columns if level not in moe])
        yield (
            ("moe",),
            f"no margin of error is given for {lacking}",
            "Give all of them or none: a missing one is not 0.",
        )


CHECKS = (
    _check_matching,
    _check_pairs,
    _check_representation,
    _check_population,
    _check_standard,
    _check_sample,
    _check_places,
    _check_measures,
    _check_of_kind,
    _check_overall,
    _check_limits,
    _check_looks,
    _check_decision,
    _check_side,
    _check_yes_and_no,
    _check_source,
    _check_database,
    _check_keep,
    _check_groups,
    _check_proxies_of_kind,
    _check_names,
    _check_columns,
    _check_compare,
    _check_scan,
    _check_references,
    _check_too_few,
)
