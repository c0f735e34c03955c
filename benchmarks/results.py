"""The table of results: a row a contest, and the machine it was run on."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import metadata
from statistics import median

from timing import Times, ratio

from fairaudit import __version__

LIBRARIES = ("numpy", "scipy", "pandas", "pyarrow", "duckdb", "fairlearn", "scikit-learn", "statsmodels", "papermill")
MISSED = "**missed**"


@dataclass(frozen=True)
class Row:
    """One contest, or one piece of work against the clock.

    Attributes:
        what: our work.
        ours: how long it took.
        beside: what it is compared with; empty where the goal is a number of seconds.
        theirs: how long that took.
        at_least: goal for theirs / ours.
        at_most: goal for ours / theirs.
        seconds: goal for ours.
    """

    what: str
    ours: Times
    beside: str = ""
    theirs: Times | None = None
    at_least: float | None = None
    at_most: float | None = None
    seconds: float | None = None

    @property
    def met(self) -> str:
        """Whether the goal is met: a ratio in the median round, seconds in the fastest; empty where there is none."""
        if self.seconds is not None:
            if min(self.ours.wall) <= self.seconds:
                return "met"
            return "met on a free core" if min(self.ours.cpu) <= self.seconds else MISSED
        if self.at_least is not None:
            return "met" if ratio(self.ours.wall, self.theirs.wall) >= self.at_least else MISSED
        if self.at_most is not None:
            return "met" if ratio(self.theirs.wall, self.ours.wall) <= self.at_most else MISSED
        return ""

    @property
    def goal(self) -> str:
        """The goal in words."""
        if self.seconds is not None:
            return f"at most {self.seconds:g} s"
        if self.at_least is not None:
            return f"at least {self.at_least:,g} times as fast"
        return f"at most {self.at_most:g} times as slow" if self.at_most is not None else "none"

    def cells(self) -> list[str]:
        """Give the row's texts, in the order of `HEADER`."""
        theirs = _seconds(self.theirs) if self.theirs else ""
        return [self.what, _seconds(self.ours), self.beside, theirs, self._compared(), self.goal, self.met]

    def _compared(self) -> str:
        if self.theirs is None:
            return ""
        word, first, second = "fast", self.ours, self.theirs
        if self.at_most is not None or ratio(first.wall, second.wall) < 1:
            word, first, second = "slow", second, first
        by_clock, by_processor = ratio(first.wall, second.wall), ratio(first.cpu, second.cpu)
        return f"{_short(by_clock)} ({_short(by_processor)}) times as {word}"


HEADER = ("Ours", "Took", "Beside it", "Took", "Ours is", "Goal", "")


def table(rows: Sequence[Row]) -> str:
    """Write the rows as a Markdown table."""
    lines = [HEADER, ["---"] * len(HEADER), *(row.cells() for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def machine() -> list[str]:
    """Describe the machine and the versions, a line each."""
    versions = ", ".join(f"{name} {metadata.version(name)}" for name in LIBRARIES)
    return [
        f"{_processor()}, {os.cpu_count()} cores, {_memory()}; {platform.system()} {platform.machine()}; "
        f"load {os.getloadavg()[1]:.1f} over the last five minutes (of {os.cpu_count()} without anybody waiting).",
        f"fairaudit {__version__}, Python {platform.python_version()}, {versions}.",
    ]


def _processor() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as lines:
            return next(line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or "unknown processor"


def _memory() -> str:
    return f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GiB of memory"


def _seconds(times: Times) -> str:
    """Write the median by the clock, the fastest, and the median of processor time."""
    return " / ".join(_short(seconds) for seconds in (median(times.wall), min(times.wall), median(times.cpu)))


def _short(value: float) -> str:
    """Write a number with three digits that count, or whole where it is large."""
    return f"{value:,.0f}" if value >= 100 else f"{value:#.3g}".rstrip(".") if value >= 0.001 else f"{value:.4f}"
