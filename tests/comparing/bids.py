"""Audits to compare, written where a test wants them: the records are made up here, the same people in each file."""

from __future__ import annotations

from pathlib import Path

from fairaudit.run import Settings, run_all

PLAN = """\
system: {{name: {name}, vendor: {vendor}, decides: who is held}}
evidence:
  - id: flags
    kind: decisions
    question: Who is flagged?
    data:
      source: records.csv
      origin: {origin}
      decided_by: this_system
{key}      decision: {{column: {column}, is: [yes], is_not: [no]}}
      outcome: {{column: outcome, is: [1], is_not: [0]}}
    being_selected_is: {selected_is}
    groups: {{race: {{levels: [{levels}]}}}}
    measures:
      - {{measure: false_positive_rate, difference: {limit}, because: the council}}
      - {{measure: selection_rate, ratio: 0.8, because: the council, blocks: false}}
"""
# Half of each group's 200 people have the outcome. Of either half: flagged by both, by the first system only, by the
# second only, by neither.
WITHOUT = {"Black": (30, 20, 4, 46), "White": (15, 5, 5, 75)}
WITH = {"Black": (60, 10, 10, 20), "White": (60, 10, 10, 20)}
HEADER = "case,race,outcome,flag"


def people() -> list[tuple[str, str, int, str, str]]:
    """List case, race, outcome and both systems' decisions."""
    rows = []
    for outcome, told in ((0, WITHOUT), (1, WITH)):
        for race, counts in told.items():
            for (first, second), n in zip(
                (("yes", "yes"), ("yes", "no"), ("no", "yes"), ("no", "no")), counts, strict=True
            ):
                rows += [(race, outcome, first, second)] * n
    return [(f"c{place}", *row) for place, row in enumerate(rows)]


def lines(system: int, column: str = "flag") -> list[str]:
    """Write one system's records, the header first."""
    rows = [f"{case},{race},{outcome},{flags[system]}" for case, race, outcome, *flags in people()]
    return [HEADER.replace("flag", column), *rows]


def bid(folder: Path, records: list[str], **parts: str) -> Path:
    """Write one audit; parts of the plan may be others than usual."""
    usual = {
        "name": "Alpha",
        "vendor": "First (made up)",
        "origin": "historical",
        "key": "      key: case\n",
        "column": "flag",
        "selected_is": "a burden",
        "levels": "Black, White",
        "limit": "0.05",
    }
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "audit.yaml").write_text(PLAN.format(**{**usual, **parts}), encoding="utf-8")
    (folder / "records.csv").write_text("\n".join(records) + "\n", encoding="utf-8")
    return folder


def two_bids(folder: Path, second: list[str] | None = None, **parts: str) -> list[Path]:
    """Write and run two audits on the same people.

    Args:
        folder: where.
        second: the second file's lines, where they are not the usual ones.
        parts: what the second plan says otherwise.
    """
    told = {"name": "Beta", "vendor": "Second (made up)", "column": "risk", **parts}
    audits = [bid(folder / "alpha", lines(0)), bid(folder / "beta", second or lines(1, told["column"]), **told)]
    for outcome in run_all(dict.fromkeys(audits), Settings(pdf=False)):
        if isinstance(outcome, Exception):
            raise outcome
    return audits
