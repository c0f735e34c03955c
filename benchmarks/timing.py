"""Timing contenders side by side: in turn, several rounds, wall clock and processor time."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from statistics import median


@dataclass
class Times:
    """Seconds that each round took.

    Attributes:
        wall: by the clock on the wall.
        cpu: of all cores together, child processes included.
    """

    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)

    def scaled(self, factor: float) -> Times:
        """Give what the same work would take so many times over."""
        return Times([seconds * factor for seconds in self.wall], [seconds * factor for seconds in self.cpu])

    def time(self, work: Callable[[], object]) -> None:
        """Run the work once and note what it took."""
        cpu, wall = _cpu_seconds(), time.perf_counter()
        work()
        self.wall.append(time.perf_counter() - wall)
        self.cpu.append(_cpu_seconds() - cpu)


def in_turn(contenders: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, Times]:
    """Time contenders A B A B ..., so that a busy moment of the machine meets them alike.

    Args:
        contenders: work by name; it is run once beforehand, untimed, so that files and imports are warm for all.
        rounds: how often each is timed.

    Returns:
        Times by name; round k of one was run right beside round k of the others.
    """
    times = {name: Times() for name in contenders}
    for work in contenders.values():
        work()
    for _ in range(rounds):
        for name, work in contenders.items():
            times[name].time(work)
    return times


def ratio(ours: list[float], theirs: list[float]) -> float:
    """Give the median over rounds of theirs / ours: how many times as long they take."""
    return median(b / a for a, b in zip(ours, theirs, strict=True))


def _cpu_seconds() -> float:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime
