"""The panel of a finding as tables: one row a way to weigh the records, and every group's rates."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from fairaudit.charts.numbers import between, count, percent, rate_writer
from fairaudit.charts.rows import draws_own, is_own, numbers_of, worse_side
from fairaudit.comparisons.scheme import arm_said
from fairaudit.languages import say
from fairaudit.plan import UNKNOWN
from fairaudit.report.tables import table
from fairaudit.sentences import digits, significant

Found = Mapping[str, Any]
Words = Mapping[str, Any]
ERRORS = ("false_positive_rate", "false_negative_rate")


def panel_tables(finding: Found, name: str, w: Words) -> list[Markup]:
    """Write the panel of a finding; nothing where there is but one way to weigh the records."""
    rows = finding["panel"]
    if not rows:
        return []
    made = [_ways(finding, rows, w["panel_caption"].format(name), w)]
    known = [row for row in rows if row["groups"]]
    if len(known) > 1:
        write = rate_writer(is_own(finding))
        rates = [[_range(group["rate"], write) for group in row["groups"]] for row in known]
        made.append(_by_group(known, rates, w["panel_rates"].format(name), w))
        errors = [[[_range(group[error], percent) for error in ERRORS] for group in row["groups"]] for row in known]
        if any(group[error] for row in known for group in row["groups"] for error in ERRORS):
            texts = [[w["panel_either"].format(*both) for both in row] for row in errors]
            made.append(_by_group(known, texts, w["panel_errors"].format(name), w))
    return made


def strata_tables(finding: Found, name: str, w: Words) -> list[Markup]:
    """Write the deciding pair stratum by stratum, and what is common to all; nothing where there are no strata."""
    found = finding["strata"]
    if found is None:
        return []
    # As in the pairs of the finding, the group that is worse off comes first.
    first = [1, 0] if worse_side(finding) == "high" else [0, 1]
    pair = [arm_said(found["pair"][place]) for place in first]
    heads = [w["stratum"].format(", ".join(each.replace("_", " ") for each in found["by"]))]
    for group in pair:
        heads += [w["strata_counted"].format(group), w["strata_rate"].format(group)]
    rows = []
    for row in found["rows"]:
        texts = [w["not_known"] if row["stratum"] == UNKNOWN else row["stratum"]]
        for n, events in ((row["n"][place], row["events"][place]) for place in first):
            texts += [count(n), percent(events / n) if n else "–"]
        rows.append(texts)
    odds, *ends = _odds_ratio(found["odds_ratio"], turned=first == [1, 0])
    common = [
        [w["strata_raw"], _apart(finding, found["raw"]), "–"],
        [w["strata_common"], _apart(finding, found["common"]), _ends(finding, found, w)],
        [
            w["strata_standardised"],
            w["against"].format(*(percent(found["standardised"][place]) for place in first)),
            "–",
        ],
        [w["strata_odds"], odds, w["from_to"].format(*ends)],
        [w["strata_parts"], _parts(found), "–"],
        [w["strata_same"], _small(found["breslow_day"][2]), "–"],
    ]
    return [
        table(w["strata_caption"].format(name), heads, rows),
        table(
            w["strata_common_caption"].format(*pair),
            [w["strata_what"], w["strata_value"], w["strata_ends"]],
            common,
        ),
    ]


def _ends(finding: Found, found: Found, w: Words) -> str:
    turned = found["lower"], found["upper"]
    if finding["comparison"] == "ratio" and numbers_of(finding).turned:
        turned = turned[::-1]
    ends = (_apart(finding, end, rounding) for end, rounding in zip(turned, ("down", "up"), strict=True))
    return w["from_to"].format(*ends)


def _odds_ratio(values: Sequence[float | None], *, turned: bool) -> list[str]:
    """Write an odds ratio and its ends, of the group that is worse off over the other."""
    best, lower, upper = values
    if turned:
        best, lower, upper = (None if value is None else 1 / value if value else None for value in (best, upper, lower))
    return [_number(value) for value in (best, lower, upper)]


def _number(value: float | None) -> str:
    return "–" if value is None else significant(value)


def _parts(found: Found) -> str:
    """Take the gap over all, which is shown as a positive number, apart into two of which one may be negative."""
    parts = [found["from_rates"], found["from_composition"]]
    if None in parts:
        return "–"
    rates, composition = (digits(-100 * part) for part in parts)
    return (
        f"{rates} − {composition[1:]}" if composition.startswith("-") else f"{rates} + {composition}".replace("-", "−")
    )


def _small(p: float | None) -> str:
    return "–" if p is None else say("under 0.0001") if p < 0.0001 else f"{p:.4f}"


def _ways(finding: Found, rows: Sequence[Found], caption: str, w: Words) -> Markup:
    """One row a way: what the records are worth so, who is worse off, what is shown."""
    columns = {
        w["panel_to"]: [row["to"] or w["panel_as_recorded"] for row in rows],
        w["panel_worth"].format(count(rows[0]["weights"]["records"])): [
            _weight(row, "effective", count) for row in rows
        ],
        w["panel_largest"]: [_weight(row, "largest", significant) for row in rows],
        w["panel_worst"]: [_worst(row, w) for row in rows],
        w["panel_gap"]: [_apart(finding, row["estimate"]) for row in rows],
        w["panel_bound"]: [_bound(finding, row["bound"]) for row in rows],
        w["panel_reading"]: [_reading(row, w) for row in rows],
    }
    if any(row["weights"] and row["weights"]["furthest_before"] is not None for row in rows):
        columns[w["panel_off"]] = [_off(row, w) for row in rows]
    names = [row["title"] for row in rows]
    return table(caption, [w["panel_way"], *columns], list(zip(names, *columns.values(), strict=True)))


def _by_group(rows: Sequence[Found], texts: Sequence[Sequence[str]], caption: str, w: Words) -> Markup:
    groups = [group["group"] for group in rows[0]["groups"]]
    heads = [w["group"], *(row["title"] for row in rows)]
    return table(caption, heads, [[group, *(row[g] for row in texts)] for g, group in enumerate(groups)])


def _weight(row: Found, key: str, write: Any) -> str:
    known = row["weights"] and row["weights"][key]
    return "–" if known is None else write(known)


def _off(row: Found, w: Words) -> str:
    weights = row["weights"]
    if not weights or weights["furthest_before"] is None:
        return "–"
    return w["panel_from_to"].format(*(f"{weights[key]:.2f}" for key in ("furthest_before", "furthest_after")))


def _worst(row: Found, w: Words) -> str:
    return (
        "–"
        if row["worse_off"] is None
        else w["panel_versus"].format(arm_said(row["worse_off"]), arm_said(row["other"]))
    )


def _apart(finding: Found, value: float | None, rounding: str = "nearest") -> str:
    """Write a gap or a ratio as the finding's chart and sentence write it."""
    if value is None:
        return "–"
    kind, said = finding["comparison"], numbers_of(finding)
    if draws_own(finding, kind):
        return significant(value)
    number = said.number(value if kind == "ratio" else -value)
    return said.digits(number, rounding) if math.isfinite(number) else "–"


def _bound(finding: Found, value: float | None) -> str:
    """Write a bound so that rounding promises no more than is shown."""
    return _apart(finding, value, "up" if numbers_of(finding).turned else "down")


def _reading(row: Found, w: Words) -> str:
    said = w[f"panel_{row['reading']}"]
    if row["reading"] == "cannot_say":
        said = said.format(row["why_not"])
    return said if row["decides"] or row["reading"] == "baseline" else w["panel_shown_only"].format(said)


def _range(values: Sequence[float] | None, write: Any) -> str:
    return write(None) if values is None else between(*values, write)
