"""From 0.1 to 100 million rows: each contender in a process of its own, with the most memory that it held."""

from __future__ import annotations

import json
import math
import shutil
import subprocess
import sys
import venv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import records

HERE = Path(__file__).resolve().parent
ENVIRONMENT = HERE.parent / "build" / "aequitas"
PACKAGES = ("aequitas", "pyarrow")
NAMES = {
    "ours": "fairaudit: counts, verdicts, bounds of all pairs",
    "tally": "fairaudit: counts alone",
    "duckdb": "DuckDB's GROUP BY of the same columns",
    "pandas": "pandas groupby, no bounds",
    "fairlearn": "fairlearn's MetricFrame, no bounds",
    "aequitas": "Aequitas' table of groups, no bounds",
}
ROUNDS_SECONDS, PATIENCE = 20, 300
"""Seconds after which a contender is not timed once more; and, reckoned from a smaller file, not at all."""
ALONE = ["ours", "tally", "duckdb"]
"""Who counts the largest file."""
MIB_OF_GOAL = 2048
LINEAR = 0.15
ROOM = 20
"""Bytes a row for which there must be room on the disk."""


@dataclass
class Run:
    """What a contender took on a file, round by round.

    Attributes:
        wall, cpu: seconds.
        peak: MiB of memory that the process held at most.
    """

    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    peak: list[float] = field(default_factory=list)


def contenders(*, install: bool) -> tuple[dict[str, str], str]:
    """Give each contender's Python, and why Aequitas is not among them, if it is not."""
    found = dict.fromkeys(NAMES, sys.executable)
    python, problem = _aequitas() if install else ("", "it was not asked for")
    found["aequitas"] = python
    if not python:
        del found["aequitas"]
    return found, problem


def _aequitas() -> tuple[str, str]:
    """Make an environment for Aequitas, which asks for an older pandas than ours."""
    python = ENVIRONMENT / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    if not python.exists():
        venv.create(ENVIRONMENT, with_pip=True)
    command = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *PACKAGES]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        return "", (done.stderr.strip().splitlines() or ["pip failed"])[-1]
    return str(python), ""


def version_of_aequitas(python: str) -> str:
    """Say which Aequitas, on which pandas."""
    code = "from importlib.metadata import version as v; print('aequitas', v('aequitas'), 'with pandas', v('pandas'))"
    return subprocess.run([python, "-c", code], capture_output=True, text=True, check=True).stdout.strip()


def measured(pythons: Mapping[str, str], path: Path, rounds: int) -> dict[str, Run]:
    """Run contenders on a file, in turn: A B C A B C."""
    runs: dict[str, Run] = {name: Run() for name in pythons}
    rates: dict[str, dict] = {}
    for place in range(rounds):
        for name, python in pythons.items():
            if place and runs[name].wall[0] > ROUNDS_SECONDS:
                continue
            command = [python, str(HERE / "alone.py"), name, str(path)]
            done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=HERE.parent)
            if done.returncode:
                raise SystemExit(f"{name} failed on {path.name}: {done.stderr.strip().splitlines()[-1]}")
            told = json.loads(done.stdout.splitlines()[-1])
            rates[name] = told.pop("rates")
            for key in ("wall", "cpu", "peak"):
                getattr(runs[name], key).append(told[key])
    _check(rates)
    return runs


def _check(rates: Mapping[str, Mapping]) -> None:
    """Stop where contenders do not come to the same rates: they would not be doing the same work."""
    ours = rates.get("ours", {})
    for name, theirs in rates.items():
        for measure in ours.keys() & theirs.keys():
            if not all(_alike(rate, theirs[measure][group]) for group, rate in ours[measure].items()):
                raise SystemExit(f"{name} and fairaudit differ in {measure}, so their times say nothing")


def _alike(one: float, other: float) -> bool:
    return math.isclose(one, other, abs_tol=1e-9) or (math.isnan(one) and math.isnan(other))


def report(sizes: Sequence[int], alone: int, folder: Path, rounds: int, *, install: bool) -> str:
    """Run everything, and write the table.

    Args:
        sizes: rows at which all contend.
        alone: rows at which only ours and DuckDB run.
        folder: for the files.
        rounds: how often each is timed.
        install: whether Aequitas is installed into an environment of its own.
    """
    if shutil.disk_usage(folder).free < ROOM * alone:
        raise SystemExit(f"{folder} has no room for {alone:,} rows ({ROOM * alone / 2**30:.0f} GiB)")
    pythons, problem = contenders(install=install)
    found: dict[int, dict[str, Run]] = {}
    for rows in (*sizes, alone):
        path = folder / f"records_{rows}.parquet"
        records.write_many(path, rows)
        names = [name for name in pythons if _reckoned(found, name, rows) <= PATIENCE] if rows != alone else ALONE
        taking = {name: pythons[name] for name in names}
        found[rows] = measured(taking, path, rounds)
        print(f"  {rows:,} rows: {_brief(found[rows])}", file=sys.stderr, flush=True)
    lines = [*_table(found), "", *_goals(found, max(sizes), alone)]
    if "aequitas" in pythons:
        lines.append(f"* Aequitas is {version_of_aequitas(pythons['aequitas'])}, in an environment of its own.")
    else:
        lines.append(f"* Aequitas is not in the table: {problem}.")
    return "\n".join(lines)


def _reckoned(found: Mapping[int, Mapping[str, Run]], name: str, rows: int) -> float:
    """Reckon how long a contender would take, from what it took on the largest file so far."""
    of = [size for size, runs in found.items() if name in runs]
    return min(found[max(of)][name].wall) * rows / max(of) if of else 0.0


def _brief(runs: Mapping[str, Run]) -> str:
    return ", ".join(f"{name} {median(run.wall):.2f} s {max(run.peak):.0f} MiB" for name, run in runs.items())


def _table(found: Mapping[int, Mapping[str, Run]]) -> list[str]:
    heads = ["Seconds (MiB at most)", *(f"{rows / 1e6:g}M rows" for rows in found)]
    lines = [heads, ["---"] * len(heads)]
    for name, said in NAMES.items():
        if any(name in runs for runs in found.values()):
            lines.append([said, *(_cell(found, name, rows) for rows in found)])
    return [f"| {' | '.join(line)} |" for line in lines]


def _cell(found: Mapping[int, Mapping[str, Run]], name: str, rows: int) -> str:
    if (run := found[rows].get(name)) is not None:
        return f"{_short(median(run.wall))} ({max(run.peak):,.0f})"
    if rows == max(found):
        return ""
    return f"not run: some {_reckoned(found, name, rows):,.0f}"


def _short(seconds: float) -> str:
    return f"{seconds:.1f}" if seconds >= 10 else f"{seconds:#.2g}"


def _goals(found: Mapping[int, Mapping[str, Run]], most: int, alone: int) -> list[str]:
    def times(clock: str) -> float:
        pairs = zip(getattr(found[most]["tally"], clock), getattr(found[most]["duckdb"], clock), strict=True)
        return median(a / b for a, b in pairs)

    counting, working = times("wall"), times("cpu")
    peak = max(found[alone]["ours"].peak)
    steps = alone / most
    growth = {
        clock: min(getattr(found[alone]["tally"], clock)) / min(getattr(found[most]["tally"], clock)) / steps
        for clock in ("wall", "cpu")
    }
    return [
        f"* Counting {most / 1e6:g}M rows takes {counting:.2f} times as long as DuckDB's GROUP BY by the clock, "
        f"{working:.2f} times by processor time (goal: at most 2): {_met(max(counting, working) <= 2)}.",
        f"* {alone / 1e6:g}M rows take {peak:,.0f} MiB at most, libraries included (goal: {MIB_OF_GOAL:,}): "
        f"{_met(peak <= MIB_OF_GOAL)}.",
        f"* To count a row of {alone / 1e6:g}M takes {growth['wall']:.2f} times as long as one of {most / 1e6:g}M by "
        f"the clock, {growth['cpu']:.2f} times by processor time, in the fastest rounds (goal: at most {1 + LINEAR}): "
        f"{_met(min(growth.values()) <= 1 + LINEAR)}.",
    ]


def _met(met: bool) -> str:
    return "met" if met else "**missed**"
