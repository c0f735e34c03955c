"""Outcomes that cannot be: of whom the system under audit left no outcome to be known, none is counted."""

from __future__ import annotations

from dataclasses import replace

from fairaudit.plan import UNKNOWN, Evidence
from fairaudit.tally import Tally
from fairaudit.tally.cells import add_up

SIDES = {"selected": ("0", "not selected"), "not_selected": ("1", "selected")}
"""Of whom outcomes are seen -> the decision of the others, and what they are called."""


def seen(tally: Tally, evidence: Evidence) -> Tally:
    """Read outcomes as unknown where, the plan says, none can be known, and note how many stood there.

    Whoever is held cannot reoffend, and what nobody looked into has no outcome. A 0 in their place is no 0.
    """
    outcome = evidence.data.outcome
    if outcome is None or outcome.seen_of == "everyone" or not {"decision", "outcome"} <= set(tally.about.own_keys):
        return tally
    code, words = SIDES[outcome.seen_of]
    cells = tally.cells
    there = ((cells["decision"] == code) & (cells["outcome"] != UNKNOWN)).to_numpy(bool)
    by_table = cells[there].groupby("table")["n"].sum()
    if not there.any() or not by_table.max():
        return tally
    rows = cells.assign(outcome=cells["outcome"].where(~there, UNKNOWN))
    note = (
        f"{int(by_table.max()):,} outcomes are recorded of people who were {words}, of whom none can be known: they "
        "are read as unknown."
    )
    return Tally(replace(tally.about, notes=(*tally.about.notes, note)), add_up(rows, tally.about.keys))
