"""Tables of what is counted beside the findings on tests, residents and areas."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fairaudit.charts.numbers import percent, span, value
from fairaudit.languages import say
from fairaudit.sentences import digits

Table = tuple[str, list[str], list[list[str]]]


def matched_table(shown: Mapping[str, Any]) -> Table:
    """Give both arms of every pair, unit by unit, and McNemar's exact p-value."""
    heads = [say("Arms"), say("Tests"), say("Both"), say("First alone"), say("Second alone"), say("Neither")]
    heads += [say("McNemar, exact")]
    rows = []
    for row in shown["pairs"]:
        counts = [f"{row[key]:,}" for key in ("n", "both", "first", "second", "neither")]
        rows.append([say(" beside ").join(row["groups"]), *counts, _small(row["mcnemar"])])
    return shown["title"], heads, rows


def representation_table(shown: Mapping[str, Any]) -> Table:
    """Give who is reached and who lives there, group by group."""
    heads = [say("Group"), say("Reached"), say("Share of those reached"), say("Residents"), say("± at 90%")]
    heads += [say("Share of residents"), say("Ratio")]
    rows = []
    for row in shown["groups"]:
        people = say("shares only") if shown["shares"] else f"{row['residents']:,}"
        moe = "" if row["moe"] is None else f"{row['moe']:,.0f}"
        shares = [percent(row["share_reached"]), percent(row["share_residents"])]
        rows.append([row["group"], f"{row['n']:,}", shares[0], people, moe, shares[1], value(row["ratio"])])
    return shown["title"], heads, rows


def segregation_table(shown: Mapping[str, Any]) -> Table:
    """Give how apart groups live, and towards whom the service leans."""
    columns = {say("Areas"): "areas", say("Mean service"): "service", say("Dissimilarity"): "dissimilarity"}
    columns = {head: key for head, key in columns.items() if any(row[key] is not None for row in shown["groups"])}
    rows = [[row["group"], *(value(row[key]) for key in columns.values())] for row in shown["groups"]]
    title = shown["title"]
    if shown["concentration"] is not None:
        title = say("{title} (concentration index {number})", title=title, number=value(shown["concentration"]))
    return title, [say("Group"), *columns], rows


def scan_table(shown: Mapping[str, Any]) -> Table:
    """Give the crossings that stand out, those that count for most first."""
    heads = [say("Crossing"), say("Records"), say("Rate"), say("Everybody else")]
    heads += [say("More or fewer than at everybody else's rate")]
    merged = any(row["also"] for row in shown["rows"])
    rows = []
    for row in shown["rows"]:
        excess = f"{row['excess']:+,.0f}".replace("-", "−")
        also = ["; ".join(row["also"])] if merged else []
        rows.append([row["group"], f"{row['n']:,}", percent(row["rate"]), percent(row["rest"]), excess, *also])
    return shown["title"], [*heads, *([say("Nearly the same people")] if merged else [])], rows


def _small(p: float) -> str:
    """Write a p-value; none reads 0."""
    return say("under 0.0001") if p < 0.0001 else value(p)


def population_table(shown: Mapping[str, Any]) -> Table:
    """Set who is in the records beside who is in the population that they are weighed to."""
    heads = [say("Group"), say("Records"), say("Share of records"), say("Interval"), say("Share of population")]
    heads += [say("In the records for each 100")]
    rows = [
        [
            f"{row['attribute'].replace('_', ' ')}: {row['group']}",
            f"{row['n']:,}",
            percent(row["share_records"]),
            "–" if row["lower"] is None else span(percent(row["lower"]), percent(row["upper"])),
            percent(row["share_population"]),
            "–" if row["ratio"] is None else digits(100 * row["ratio"]),
        ]
        for row in shown["groups"]
    ]
    return f"{shown['title']} ({shown['source']})", heads, rows
