"""Alternatives in words: what was found, and the entries that charts and tables are made of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fairaudit.alternatives.points import Asked, Point, better
from fairaudit.charts.numbers import percent
from fairaudit.charts.sheet import exact
from fairaudit.measures import MEASURES
from fairaudit.plan import Evidence
from fairaudit.sentences import VERDICT_WORDS, listed

TITLES = {
    "cut-off": "Every cut-off",
    "number of places": "Other numbers of places",
    "alternative": "Models made otherwise",
}


def frontier_entry(asked: Asked, points: Sequence[Point], evidence: Evidence, word: str) -> dict[str, Any]:
    """Give an entry as charts and tables take it.

    Args:
        asked: on what alternatives were judged.
        points: today's and the others.
        evidence: the block of the plan, for its words.
        word: what an alternative is here: "cut-off", "number of places" or "alternative".
    """
    measure = MEASURES[asked.entry.measure]
    words = evidence.words.model_dump(exclude_unset=True)
    title = "share among the highest" if word == "number of places" else measure.titled(words)
    return {
        "shown": "frontier",
        "title": f"{TITLES[word]}: {title}, by {' and '.join(asked.by)}",
        "measure": title,
        "word": word,
        "grouping": list(asked.by),
        "kind": asked.kind,
        "limit": asked.limit,
        "points": [point.row() for point in points],
    }


def found_sentences(asked: Asked, points: Sequence[Point], lost_at_most: float) -> list[str]:
    """Say whether an alternative was found that parts groups less and is shown to serve no worse."""
    others = [point for point in points if not point.today]
    today = next((point for point in points if point.today), None)
    if today is None or not others:
        return ["There is nothing to compare with."]
    now = VERDICT_WORDS[today.verdict].lower()
    said = [f"Today's decisions: {now} ({_bound(asked, today)})."]
    if today.accuracy is None:
        return [*said, "No outcome is named, so that it cannot be told how well any of these would serve its purpose."]
    if today.verdict == "cleared":
        return [*said, "They are within the limit already, so that no alternative was looked for."]
    found = better(points, asked.evidence.alpha_of_look, lost_at_most)
    lost = f"at most {100 * lost_at_most:g} in 100"
    rule = f"within the limit, and less accurate than today by {lost} (so too the balanced accuracy)"
    if not found:
        return [*said, f"No alternative was found that is shown to be {rule}. That does not show that there is none."]
    names = listed([point.name for point in found])
    best = found[0]
    return [
        *said,
        f"Found, to be confirmed on new records: {names} {'is' if len(found) == 1 else 'are each'} shown to be {rule}, "
        f"also after correcting for all that were looked at. {best.name}: {_bound(asked, best)}; right of all whose "
        f"outcome is known, {percent(best.served.accuracy)}, today {percent(today.served.accuracy)}.",
    ]


def _bound(asked: Asked, point: Point) -> str:
    if asked.kind == "ratio":
        return f"the records leave open a ratio of {point.bound:.3g}; the limit is {asked.limit:g}"
    gap, limit = 100 * point.bound, 100 * asked.limit
    return f"the records leave open a gap of {gap:.3g} in 100; the limit is {limit:g}"


def group_cut_off_table(asked: Asked, rows: Sequence[dict[str, Any]]) -> tuple[str, list[str], list[list[str]]]:
    """Write the diagnostic of groups' cut-offs: caption, heads, rows."""
    title = MEASURES[asked.entry.measure].titled()
    caption = f"Diagnostic, not to be adopted: cut-off at which each group has the {title} that everybody has today"
    heads = ["Group", "Records", "Rate today", "Cut-off of its own", "Rate then"]
    body = [[row["group"], f"{row['n']:,}", _rate(row["rate"]), *_own(row)] for row in rows]
    everybody = next((row["everybody"] for row in rows), None)
    return (
        caption,
        heads,
        [*body, ["everybody", "all", _rate(everybody), f"{exact(asked.entry.at)} (in use)", _rate(everybody)]],
    )


def _rate(rate: float | None) -> str:
    return "undefined" if rate is None or rate != rate else percent(rate)


def _own(row: dict[str, Any]) -> list[str]:
    if row["cut_off"] is None:
        return ["too few records", "not reckoned"]
    return [exact(row["cut_off"]), _rate(row["then"])]
