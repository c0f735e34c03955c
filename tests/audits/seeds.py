"""Whether an audit finds what is planted in its made-up records, mess and all, and nothing where nothing is planted.

    python -m tests.audits.seeds [AUDIT...] [--seeds 50]

Every draw goes the whole way: files are written as an office would export them, and the very plan in `audits/` counts
and judges them.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

from scipy.stats import binom

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "data" / "sample"))

from fairaudit.assessment import Disparity, assess  # noqa: E402 - made_up lies in data/sample
from fairaudit.plan import read_plan  # noqa: E402
from fairaudit.sources import read_tally  # noqa: E402

FOUND, FLAGGED = 0.90, 0.05
"""Planted: found in at least so many draws. Nothing planted: flagged in at most so many."""

ENOUGH = 50
"""From so many draws on the shares themselves are asked; fewer may fall short of them by what chance explains."""

BY_CHANCE = 0.01


def audit(name: str):
    """Give what is made up for an audit."""
    from importlib import import_module

    return import_module(f"made_up.{name.replace('-', '_')}").MADE_UP


def draw(name: str, seed: int, planted: bool) -> list[Disparity]:
    """Make an audit's files from another seed, and judge them by its plan."""
    with tempfile.TemporaryDirectory() as folder:
        sample, plan = Path(folder, "data", "sample"), Path(folder, "audits", name)
        sample.mkdir(parents=True)
        plan.mkdir(parents=True)
        shutil.copy(ROOT / "audits" / name / "audit.yaml", plan)
        for file in audit(name).files:
            (sample / file.name).write_bytes(file.content(seed, planted=planted))
        read = read_plan(plan)
        return [found for block in read.evidence for found in assess(block, read_tally(block, plan))]


def flagged_pairs(disparity: Disparity) -> list[tuple[str, str]]:
    """Give the pairs of groups that are shown to be outside the limit."""
    pairs = []
    for comparison in disparity.comparisons:
        scheme = comparison.arms.scheme
        pairs += [tuple(scheme.names[arm] for arm in scheme.pairs[place]) for place in comparison.flagged_at]
    return pairs


def kept(name: str, disparity: Disparity) -> bool:
    """Say whether a finding is as promised, and blames nobody else."""
    promise = audit(name).promises[disparity.name]
    blamed = flagged_pairs(disparity) if promise.worse_off else []
    return disparity.verdict in promise.verdicts and all(set(pair) & set(promise.worse_off) for pair in blamed)


Counts = dict[str, Counter]


def tally_of_seed(name: str, seed: int) -> list[tuple[str, str, bool]]:
    """Give finding, what, whether: of one seed, planted and not."""
    with_gaps = draw(name, seed, planted=True)
    without = draw(name, seed, planted=False)
    return [
        *((found.name, "kept", kept(name, found)) for found in with_gaps),
        *((found.name, found.verdict, True) for found in with_gaps),
        *((found.name, f"equal: {found.verdict}", True) for found in without),
    ]


def over_seeds(name: str, seeds: Sequence[int], workers: int = 1) -> Counts:
    """Count over many draws: finding -> what -> in how many."""
    counts: Counts = defaultdict(Counter)
    with ProcessPoolExecutor(workers) as pool:
        for result in pool.map(partial(tally_of_seed, name), seeds):
            for finding, what, is_so in result:
                counts[finding][what] += is_so
    return counts


def least_kept(seeds: int) -> float:
    """Give in how many draws a promise must be kept at least."""
    return FOUND * seeds if seeds >= ENOUGH else binom.ppf(BY_CHANCE, seeds, FOUND)


def most_flagged(seeds: int) -> float:
    """Give in how many draws a finding may be flagged at most that is not to be."""
    return FLAGGED * seeds if seeds >= ENOUGH else binom.ppf(1 - BY_CHANCE, seeds, FLAGGED)


def failures(name: str, counts: Counts, seeds: int) -> list[str]:
    """Say what is not as promised."""
    said = []
    for finding, count in counts.items():
        if count["kept"] < least_kept(seeds):
            said.append(f"{finding}: as promised in {count['kept']} of {seeds} draws only: {dict(count)}")
        if count["equal: flagged"] > most_flagged(seeds):
            said.append(f"{finding}: nothing planted, and flagged in {count['equal: flagged']} of {seeds}")
        if "flagged" not in audit(name).promises[finding].verdicts and count["flagged"] > most_flagged(seeds):
            said.append(f"{finding}: promised not to be flagged, and flagged in {count['flagged']} of {seeds}")
    return said


def main() -> int:
    """Print what is found over many seeds; the exit code is 1 where a promise is not kept."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("audits", nargs="*")
    parser.add_argument("--seeds", type=int, default=50)
    options = parser.parse_args()
    everywhere = sorted(path.parent.name for path in (ROOT / "audits").glob("*/audit.yaml"))
    wrong = []
    for name in options.audits or [each for each in everywhere if each != "published-tables"]:
        # A further seed of 0 is none: it would draw the very files that are kept.
        counts = over_seeds(name, range(1, options.seeds + 1), os.cpu_count() or 1)
        print(f"\n{name}, {options.seeds} seeds")
        for finding, count in counts.items():
            promise = " or ".join(audit(name).promises[finding].verdicts)
            verdicts = ", ".join(f"{what} {n}" for what, n in count.items() if what in VERDICTS)
            equal = ", ".join(f"{what[7:]} {n}" for what, n in count.items() if what.startswith("equal: "))
            print(f"  {finding}: promised {promise}, kept {count['kept']} ({verdicts}); all equal: {equal}")
        wrong += (said := failures(name, counts, options.seeds))
        print(*(f"  ! {line}" for line in said), sep="\n")
    return 1 if wrong else 0


VERDICTS = ("flagged", "cleared", "not_demonstrated")

if __name__ == "__main__":
    raise SystemExit(main())
