"""Runs settings many times, on all cores, and counts verdicts."""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import starmap

import numpy as np
from scipy.stats import binom

from fairaudit.assessment import assess
from fairaudit.stats.intervals import wilson
from tests.validity.alternatives import ALTERNATIVES, found_any
from tests.validity.records import Drawing, planned
from tests.validity.settings import SETTINGS
from tests.validity.truths import TRUTHS, truths_of

ALPHA = 0.05
BY_CHANCE = 0.001
"""Above alpha beyond Monte-Carlo error: more than this many would be by chance with so small a probability."""

CHUNK = 50
ERRORS = ("limit", "limits", "loses")  # where what is looked for is an error
OF_POWER = 5
"""Where gaps are planted, or groups alike, a fifth of the runs tells enough."""


@dataclass(frozen=True)
class Row:
    """How often something was said of one setting and one truth.

    Attributes:
        setting, truth: their names.
        what: "cleared" or "flagged"; of alternatives "found".
        times, runs: in how many of how many.
        asked: "at most", which is alpha, "power", or "" where nothing is asked.
    """

    setting: str
    truth: str
    what: str
    times: int
    runs: int
    asked: str

    @property
    def share(self) -> float:
        """The share of runs."""
        return self.times / self.runs

    @property
    def interval(self) -> tuple[float, float]:
        """Between what it lies, at 95% (Wilson 1927)."""
        low, high = wilson(self.times, self.runs, 0.05)
        return float(low), float(high)

    @property
    def too_often(self) -> bool:
        """Say whether an error is more frequent than alpha, beyond Monte-Carlo error."""
        return self.asked == "at most" and bool(binom.sf(self.times - 1, self.runs, ALPHA) < BY_CHANCE)


def asked_of(truth: str, what: str) -> str:
    """Say what is asked: errors at most at alpha, and gaps and equal groups found."""
    return "power" if (truth, what) in (("planted", "flagged"), ("equal", "cleared")) else "at most"


def once(setting: str, truth: str, start: int, runs: int, seed: int) -> tuple[str, str, int, int, int]:
    """Draw and judge some records: how many were cleared and how many flagged.

    Each draw has a seed of its own, so that cores and chunks change nothing.
    """
    if setting in ALTERNATIVES:
        return setting, truth, found_any(setting, truth, _seeds(setting, truth, start, runs, seed)), 0, runs
    known = SETTINGS[setting]
    evidence, drawing = planned(known), Drawing(known, truth, known.many if truth == "equal" else 1)
    cleared = flagged = 0
    for random in _seeds(setting, truth, start, runs, seed):
        verdicts = [each.verdict for each in assess(evidence, drawing.tally(random))]
        cleared += verdicts[0] == "cleared"  # of several measures each is a claim of its own
        flagged += "flagged" in verdicts  # they share one error rate
    return setting, truth, cleared, flagged, runs


def _seeds(setting: str, truth: str, start: int, runs: int, seed: int) -> Iterable[np.random.Generator]:
    name = zlib.crc32(f"{setting}/{truth}".encode())
    return (np.random.default_rng([seed, name, run]) for run in range(start, start + runs))


def run(runs: int, seed: int = 1, settings: Iterable[str] = (), workers: int = 0) -> list[Row]:
    """Run settings.

    Args:
        runs: how many draws of every setting and truth; a fifth of it where the truth is no error.
        seed: of which all seeds are made.
        settings: their names; all where empty.
        workers: how many processes; as many as there are cores where 0, none beside this one where 1.

    Returns:
        Two rows, cleared and flagged, of every setting and truth; one of alternatives.
    """
    names = list(settings) or [*SETTINGS, *ALTERNATIVES]
    jobs = [
        (name, truth, start, min(CHUNK, many - start), seed)
        for name in names
        for truth in (ALTERNATIVES[name].truths if name in ALTERNATIVES else truths_of(SETTINGS[name]))
        for many in [runs if truth in ERRORS else max(runs // OF_POWER, 1)]
        for start in range(0, many, CHUNK)
    ]
    if workers == 1:
        return _rows(starmap(once, jobs))
    with ProcessPoolExecutor(workers or os.cpu_count() or 1) as pool:
        return _rows(pool.map(once, *zip(*jobs, strict=True)))


def _rows(done: Iterable[tuple[str, str, int, int, int]]) -> list[Row]:
    counted: dict[tuple[str, str], np.ndarray] = {}
    for setting, truth, *counts in done:
        counted[setting, truth] = counted.get((setting, truth), np.zeros(3, int)) + counts
    rows = []
    for (setting, truth), (first, flagged, runs) in counted.items():
        if setting in ALTERNATIVES:
            asked = "power" if truth == "planted" else "at most"
            rows.append(Row(setting, truth, "found", int(first), int(runs), asked))
            continue
        for what, times in (("cleared", first), ("flagged", flagged)):
            rows.append(Row(setting, truth, what, int(times), int(runs), asked_of(truth, what)))
    return rows


__all__ = ["ALPHA", "BY_CHANCE", "TRUTHS", "Row", "run"]
