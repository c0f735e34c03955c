"""Writes what was counted: every row as CSV, and two tables to read, a short one for the README and a long one."""

from __future__ import annotations

import csv
import platform
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import scipy

import fairaudit
from tests.validity.alternatives import ALTERNATIVES
from tests.validity.running import ALPHA, BY_CHANCE, OF_POWER, Row
from tests.validity.settings import AREAS, SETTINGS, Setting

RESULTS = Path(__file__).parent / "results"
COLUMNS = {
    "cleared at the limit": (("limit", "cleared"), ("limits", "cleared"), ("limits", "found"), ("loses", "found")),
    "flagged at the limit": (("limit", "flagged"), ("limits", "flagged")),
    "planted, found": (("planted", "flagged"), ("planted", "found")),
    "equal, cleared": (("equal", "cleared"),),
}
"""What is read across: a column, and the truths and verdicts of which it shows the furthest from what is asked."""


def write(rows: Sequence[Row], seed: int, folder: Path = RESULTS) -> None:
    """Write `rule.md` and `rule.csv`."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "rule.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["setting", "truth", "what", "times", "runs", "share", "low", "high", "asked", "too_often"])
        for row in rows:
            low, high = row.interval
            shares = [f"{value:.4f}" for value in (row.share, low, high)]
            writer.writerow(
                [row.setting, row.truth, row.what, row.times, row.runs, *shares, row.asked, int(row.too_often)]
            )
    (folder / "rule.md").write_text(page(rows, seed), encoding="utf-8", newline="\n")


def page(rows: Sequence[Row], seed: int) -> str:
    """Give the page: what was run, both tables, and what is above alpha."""
    runs = max(row.runs for row in rows)
    versions = f"fairaudit {fairaudit.__version__}, Python {platform.python_version()}, numpy {np.__version__}"
    return HEAD.format(
        runs=runs,
        power=max(runs // OF_POWER, 1),
        seed=seed,
        versions=f"{versions}, scipy {scipy.__version__}",
        alpha=f"{ALPHA:g}",
        by_chance=f"{BY_CHANCE:g}",
        short=table(["made-up records", *COLUMNS], short_rows(rows)),
        above="\n".join(above(rows)),
        long=table(["setting", "what is particular", "records a group", "limit", "m", *COLUMNS], long_rows(rows)),
    )


HEAD = """\
# The size of the whole rule

How often the whole rule (a plan, a tally, `fairaudit.assessment.assess`, its verdict) errs on made-up records of which
the truth is known. To repeat: `make validity RUNS={runs}`. {runs} draws of every setting and truth, {power} where the
truth is no error; seed {seed}; {versions}.

- **cleared at the limit**: some pair of groups is exactly at the limit, so that clearing is an error. Where records are
  weighed, raked or spread, they are at the limit only once they are so; as recorded, all groups are alike. Of
  alternatives: every one is exactly at the limit, or loses just as much accuracy as may be lost, and some is called
  better.
- **flagged at the limit**: pairs are exactly at the limit and none beyond, so that flagging any is an error. Holm's
  method allows for `m`: ordered pairs of groups (beside the rest, each group from both sides), times limits, times
  measures.
- **planted, found**: one group is far beyond the limit. **equal, cleared**: all groups are alike, and there are many
  records.

Errors must be at most {alpha}. Each share is the furthest from what is asked of those that were run, with its interval
at 95% (Wilson 1927). **Too often** is an error of which so many would come by chance with a probability below
{by_chance}, were it {alpha}.

<!-- short -->

{short}

<!-- /short -->

{above}

## Every setting

{long}
"""


def above(rows: Iterable[Row]) -> list[str]:
    """Say which errors are more frequent than alpha, beyond Monte-Carlo error."""
    found = [row for row in rows if row.too_often]
    if not found:
        return ["No error is above alpha beyond Monte-Carlo error."]
    return ["Too often:", ""] + [f"- {row.setting}, {row.truth}: {row.what} {said(row)}" for row in found]


def short_rows(rows: Sequence[Row]) -> list[list[str]]:
    """Give a row an area of settings."""
    areas = {**{area: list(names) for area, names in AREAS.items()}, "Alternative cut-offs": list(ALTERNATIVES)}
    own = {area: [row for row in rows if row.setting in names] for area, names in areas.items()}
    return [[area, *columns(found)] for area, found in own.items() if found]


def long_rows(rows: Sequence[Row]) -> list[list[str]]:
    """Give a row a setting."""
    found = []
    for name in dict.fromkeys(row.setting for row in rows):
        own = [row for row in rows if row.setting == name]
        found.append([name, *(_of_setting(SETTINGS[name]) if name in SETTINGS else _of_cuts(name)), *columns(own)])
    return found


def _of_setting(setting: Setting) -> list[str]:
    sizes = dict.fromkeys(setting.sizes)
    alike = f"{setting.groups} of {setting.sizes[0]:,}"
    said_sizes = alike if len(sizes) == 1 else ", ".join(f"{size:,}" for size in setting.sizes)
    limits = ", ".join(f"{kind} {value:g}" for kind, value in setting.limit.items())
    return [setting.what, said_sizes, limits, str(setting.family)]


def _of_cuts(name: str) -> list[str]:
    return [ALTERNATIVES[name].what, "2 of 3,000 (of accuracy, 12,000)", "difference 0.05", "2"]


def columns(rows: Sequence[Row]) -> list[str]:
    """Give the furthest share of every column: of errors the highest, else the lowest."""
    cells = []
    for kinds in COLUMNS.values():
        own = [row for row in rows if (row.truth, row.what) in kinds]
        furthest = sorted(own, key=lambda row: -row.share if row.asked == "at most" else row.share)
        cells.append(said(furthest[0]) if furthest else "")
    return cells


def said(row: Row) -> str:
    """Give a share and its interval, in words where it is too much."""
    low, high = row.interval
    return f"{row.share:.3f} ({low:.3f} to {high:.3f})" + (" **too often**" if row.too_often else "")


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Write a Markdown table."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
