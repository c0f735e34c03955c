"""Time fairaudit beside the usual ways to the same numbers, and write the table to results.md.

Run by `make bench`. Nothing here is a test of speed that could fail: it prints, and says which goal was missed.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import areas
import checks
import kinds
import nbformat
import numpy as np
import pandas as pd
import records
import rivals
import scale
from results import Row, machine, table
from timing import Times, in_turn

from fairaudit.assessment import Disparity, assess
from fairaudit.findings import finding
from fairaudit.plan import Evidence, read_plan
from fairaudit.sources import read_tally
from fairaudit.stats import binomials, exact, score

HERE = Path(__file__).resolve().parent
DRAWS = 1000
PANDAS_DRAWS = 2000
PARQUET = "records.parquet"
AUDIT = HERE.parent / "audits" / "county-recidivism"


@dataclass(frozen=True)
class Size:
    """How large the contests are.

    Attributes:
        rows: records that are judged.
        more_rows: records that are only counted.
        pairs: pairs of groups that are bounded.
        groups: groups in the exact step, at most 14.
        rounds: how often each contender is timed.
        fairlearn_draws: draws of fairlearn's bootstrap that are timed.
        row_draws: draws of all rows that are timed.
    """

    rows: int = 1_000_000
    more_rows: int = 10_000_000
    pairs: int = 10_000
    groups: int = 14
    rounds: int = 9
    fairlearn_draws: int = 2
    row_draws: int = 20


SCALE = "scale"
SIZES, ALONE = (100_000, 1_000_000, 10_000_000), 100_000_000
SCALE_ROUNDS = 3
SMOKE = Size(rows=5_000, more_rows=5_000, pairs=100, groups=2, rounds=1, fairlearn_draws=1, row_draws=1)


# --- records ---------------------------------------------------------------------------------------------------------


def judging(size: Size, folder: Path) -> Iterator[Row]:
    """Records to verdicts with bounds: beside pandas lines and fairlearn."""
    path = folder / PARQUET
    records.write_records(path, size.rows)
    evidence = records.plan(PARQUET, groups=["race"], compare=[["race"]])

    def ours() -> list[Disparity]:
        found = assess(evidence, read_tally(evidence, folder))
        for disparity in found:
            assert disparity.bounds
        return found

    def lines() -> tuple[pd.DataFrame, pd.DataFrame]:
        return rivals.pandas_bootstrap(path, PANDAS_DRAWS)

    _check_rates(ours(), lines()[0], "the pandas lines")
    times = in_turn({"ours": ours, "pandas": lines}, size.rounds)
    what = f"{size.rows:,} rows of Parquet: count, bound and judge {len(records.RATES)} measures of 8 groups"
    yield Row(what, times["ours"], f"pandas groupby and {PANDAS_DRAWS:,} draws", times["pandas"], at_least=1)

    frame = pd.read_parquet(path, columns=["race", "risk_level", "rearrested"])
    fairlearn, by_group = _thousand_draws(frame, size)
    _check_rates(ours(), by_group, "fairlearn")
    yield Row(what, times["ours"], f"fairlearn's MetricFrame with {DRAWS:,} draws (reckoned)", fairlearn, at_least=1000)


def _thousand_draws(frame: pd.DataFrame, size: Size) -> tuple[Times, pd.DataFrame]:
    """Time fairlearn on all rows without draws, and reckon a thousand from what a few add on a tenth of the rows."""
    selected, outcome = frame["risk_level"].isin(records.SELECTED).to_numpy(int), frame["rearrested"].to_numpy()
    race = frame["race"].to_numpy()
    few = slice(0, size.rows // 10)
    contenders = {
        draws: lambda draws=draws: rivals.fairlearn_bootstrap(selected[few], outcome[few], race[few], draws)
        for draws in (0, size.fairlearn_draws)
    }
    tenth, all_rows, kept = in_turn(contenders, min(size.rounds, 3)), Times(), []
    all_rows.time(lambda: kept.append(rivals.fairlearn_bootstrap(selected, outcome, race, 0)))

    def reckoned(point: list[float], drawn: list[float], full: list[float]) -> list[float]:
        # Of the fastest rounds, since a difference of disturbed ones can be anything
        a_draw = (min(drawn) - min(point)) / size.fairlearn_draws / min(point)
        return [full[0] * (1 + DRAWS * a_draw)] * size.rounds

    point, drawn = tenth[0], tenth[size.fairlearn_draws]
    thousand = Times(reckoned(point.wall, drawn.wall, all_rows.wall), reckoned(point.cpu, drawn.cpu, all_rows.cpu))
    return thousand, kept[0].by_group


def _check_rates(found: Sequence[Disparity], theirs: pd.DataFrame, name: str) -> None:
    """Stop where two contenders do not come to the same rates: they would not be doing the same work."""
    ours = pd.DataFrame({d.measure.name: dict(zip(d.groups, d.arms.rates, strict=False)) for d in found})
    gap = (ours - theirs[ours.columns].astype(float)).abs().to_numpy().max()
    if not gap < 1e-12:
        raise SystemExit(f"{name} and fairaudit differ by {gap} in a rate, so their times say nothing")


def counting(size: Size, folder: Path) -> Iterator[Row]:
    """Records to a tally: beside the bare query over the same columns."""
    records.write_records(folder / PARQUET, size.more_rows)
    evidence = records.plan(PARQUET, groups=["race", "sex"], compare=[["race"], ["sex"], ["race", "sex"]])
    columns = ["race", "sex", "risk_level", "rearrested"]
    contenders = {
        "ours": lambda: read_tally(evidence, folder),
        "bare": lambda: rivals.duckdb_group_by(folder / PARQUET, columns),
    }
    times = in_turn(contenders, size.rounds)
    what = f"{size.more_rows:,} rows of Parquet: a tally by race, sex and both"
    yield Row(what, times["ours"], "DuckDB's GROUP BY of the same four columns", times["bare"], at_most=2)


def judging_values(size: Size, folder: Path) -> Iterator[Row]:
    """Scores, amounts and waits to verdicts: beside what else one would run, and beside the bare query."""
    path = folder / PARQUET
    kinds.write_values(path, size.rows)
    plans = kinds.plans(PARQUET)
    draws = size.fairlearn_draws
    rivals_of = {
        "scores": (f"scikit-learn's roc_auc_score with {DRAWS:,} draws (reckoned)", lambda: kinds.aucs(path, draws)),
        "amounts": ("pandas groupby and scipy's ttest_ind of every pair", lambda: kinds.welch(path)),
        "waits": ("scipy's Kaplan-Meier of every group and logrank of every pair", lambda: kinds.curves(path)),
    }
    for kind, (name, theirs) in rivals_of.items():
        evidence = plans[kind]

        def ours(evidence: Evidence = evidence) -> list[Disparity]:
            found = assess(evidence, read_tally(evidence, folder))
            for disparity in found:
                assert disparity.bounds
            return found

        _check_values(ours(), theirs(), name)
        contenders = {"ours": ours, "theirs": theirs, "bare": lambda kind=kind: kinds.group_by(path, kind)}
        if kind == "scores":
            contenders["point"] = lambda: kinds.aucs(path, 0)
        times = in_turn(contenders, min(size.rounds, 3))
        rival = times["theirs"] if kind != "scores" else _many_draws(times["point"], times["theirs"], draws)
        (entry,) = evidence.measures
        what = f"{size.rows:,} rows of Parquet: count, bound and judge {entry.measure} of 8 groups"
        yield Row(what, times["ours"], name, rival, at_least=1)
        yield Row(f"the same {kind}", times["ours"], "DuckDB's GROUP BY of the values alone", times["bare"])


def judging_places(size: Size, folder: Path) -> Iterator[Row]:
    """Addresses in areas, requests of callers, and matched tests to verdicts: beside what gives the values alone."""
    areas.write_areas(folder, size.rows)
    for kind, evidence in areas.plans().items():
        name, theirs = areas.RIVALS[kind]

        def ours(evidence: Evidence = evidence) -> list[Disparity]:
            found = assess(evidence, read_tally(evidence, folder))
            for disparity in found:
                assert disparity.bounds
            return found

        _check_values(ours(), theirs(folder), name)
        times = in_turn({"ours": ours, "theirs": lambda theirs=theirs: theirs(folder)}, min(size.rounds, 3))
        (entry,) = evidence.measures
        rows = size.rows if kind != "pairs" else size.rows // 10
        what = f"{rows:,} rows of Parquet: count, bound and judge {entry.measure} ({kind})"
        yield Row(what, times["ours"], name, times["theirs"])


def _many_draws(point: Times, drawn: Times, draws: int) -> Times:
    """Reckon a thousand draws from what a few add."""

    def reckoned(without: list[float], few: list[float]) -> list[float]:
        return [a + DRAWS * max(b - a, 0.0) / draws for a, b in zip(without, few, strict=True)]

    return Times(reckoned(point.wall, drawn.wall), reckoned(point.cpu, drawn.cpu))


def _check_values(found: Sequence[Disparity], theirs: dict[str, float], name: str) -> None:
    """Stop where two contenders do not come to the same values: bins may move an area by a thousandth."""
    (disparity,) = found
    ours = dict(zip(disparity.groups, disparity.arms.rates, strict=False))
    gap = max(abs(ours[group] - value) / abs(value) for group, value in theirs.items())
    if not gap < 1e-3:
        raise SystemExit(f"{name} and fairaudit differ by {gap} in a value, so their times say nothing")


def checking(size: Size, folder: Path) -> Iterator[Row]:
    """Records, and their tally, to findings with every check: beside a bootstrap that draws the rows."""
    # Of fewer records no weights between 0.2 and 5 make a small race like the population
    rows = max(size.rows, 100_000)
    checks.write_records(folder, PARQUET, rows)
    evidence = checks.plan(PARQUET)
    tally = read_tally(evidence, folder)
    of_rows = checks.prepared(folder, PARQUET)
    _check_panels(checks.panel(checks.found(evidence, tally)), checks.panel_of(*of_rows))
    contenders = {
        "records": lambda: checks.found(evidence, read_tally(evidence, folder)),
        "tally": lambda: checks.found(evidence, tally),
        "prepared": lambda: checks.prepared(folder, PARQUET),
        "drawn": lambda: checks.bootstrap(*of_rows, size.row_draws),
    }
    times = in_turn(contenders, min(size.rounds, 5))
    once, drawn = times["prepared"], times["drawn"].scaled(DRAWS / size.row_draws)
    rival = Times(list(np.add(once.wall, drawn.wall)), list(np.add(once.cpu, drawn.cpu)))
    what = f"{rows:,} rows of Parquet, {len(checks.RACES)} groups, {len(checks.RATES)} measures, all checks"
    name = f"the panel's rates alone, by {DRAWS:,} draws of all rows (reckoned from {size.row_draws})"
    yield Row(f"{what}: from records to findings", times["records"], name, rival, at_least=5)
    yield Row("the same from their tally to findings", times["tally"], name, rival, at_least=5)


def _check_panels(ours: dict, theirs: dict) -> None:
    """Stop where a rate of the panel differs: raking ends at a millionth of a share."""
    gaps = [np.abs(np.array(rates) - theirs[key]).max() for key, rates in ours.items()]
    if set(ours) != set(theirs) or not max(gaps) < 1e-4:
        raise SystemExit(f"the bootstrap and fairaudit differ by {max(gaps)} in a rate, so their times say nothing")


def scanning(size: Size, folder: Path) -> Iterator[Row]:
    """Records, and their tally, to the crossings that stand out."""
    rows = max(size.rows, 100_000)
    checks.write_crossings(folder, PARQUET, rows)
    evidence = checks.scan_plan(PARQUET)
    tally = read_tally(evidence, folder)
    contenders = {
        "records": lambda: checks.crossings(evidence, read_tally(evidence, folder)),
        "tally": lambda: checks.crossings(evidence, tally),
    }
    times = in_turn(contenders, min(size.rounds, 3))
    tested = checks.crossings(evidence, tally)
    what = f"{tested:,} crossings of {rows:,} rows x {len(checks.LEVELS)} attributes, scan"
    yield Row(f"{what}: from records", times["records"], seconds=10)
    yield Row("the same from their tally", times["tally"], seconds=1)


# --- statistics ------------------------------------------------------------------------------------------------------


def bounding(size: Size, folder: Path) -> Iterator[Row]:
    """Bounds of many pairs at once: beside statsmodels, which takes one at a time."""
    rng = np.random.default_rng(0)
    n1, n0 = rng.integers(20, 5000, (2, size.pairs))
    x1, x0 = (
        rng.binomial(n1, rng.uniform(0.02, 0.98, size.pairs)),
        rng.binomial(n0, rng.uniform(0.02, 0.98, size.pairs)),
    )
    few = slice(0, max(size.pairs // 20, 1))
    contenders = {
        "ratio": lambda: score.ratio_bounds(x1, n1, x0, n0, 0.05, 0.05),
        "difference": lambda: score.difference_bounds(x1, n1, x0, n0, 0.05, 0.05),
        "statsmodels": lambda: rivals.statsmodels_ratio_bounds(x1[few], n1[few], x0[few], n0[few]),
    }
    times = in_turn(contenders, size.rounds)
    theirs = times["statsmodels"].scaled(size.pairs / few.stop)
    name = f"statsmodels' score interval of a ratio (from {few.stop:,} pairs)"
    yield Row(f"{size.pairs:,} pairs: bounds of the ratio", times["ratio"], name, theirs, seconds=0.1)
    yield Row(f"{size.pairs:,} pairs: bounds of the difference", times["difference"], seconds=0.1)


def exactly(size: Size, folder: Path) -> Iterator[Row]:
    """Many groups so small that the exact test must be run."""
    for word, sizes in (("alike", records.ALIKE), ("unlike", records.UNLIKE)):
        for truth in records.TRUTHS:
            yield _exact_row(size, truth, word, [*sizes[: size.groups - 1], sizes[-1]])


def _exact_row(size: Size, truth: str, word: str, sizes: Sequence[int]) -> Row:
    evidence, tally = records.many_groups(sizes, truth)

    verdicts: Counter[str] = Counter()

    def ours() -> None:
        for module in (exact, binomials):
            _forget(module)
        findings = [finding(disparity) for disparity in assess(evidence, tally)]
        verdicts.clear()
        verdicts.update(entry["verdict"].replace("_", " ") for entry in findings)

    times = in_turn({"ours": ours}, min(size.rounds, 3))
    found = ", ".join(f"{n} {verdict}" for verdict, n in sorted(verdicts.items()))
    people = f"{min(sizes):,} people each" if word == "alike" else f"{min(sizes):,} to {max(sizes):,} people"
    what = f"{len(sizes)} groups of {people}, {len(records.MEASURES)} measures, exact step: {truth} ({found})"
    return Row(what, times["ours"], seconds=2)


def _forget(module) -> None:
    """Empty a module's caches, so that every round does the whole work."""
    for value in vars(module).values():
        if hasattr(value, "cache_clear"):
            value.cache_clear()


# --- commands --------------------------------------------------------------------------------------------------------


def starting(size: Size, folder: Path) -> Iterator[Row]:
    """The command line's start: beside Python's own."""
    times = in_turn(
        {"ours": lambda: _command(*_fairaudit(), "--help"), "python": lambda: _command(sys.executable, "-c", "pass")},
        size.rounds,
    )
    yield Row("fairaudit --help", times["ours"], "python -c pass", times["python"], seconds=0.3)


def running(size: Size, folder: Path) -> Iterator[Row]:
    """A whole audit, cold and with kept counts: beside as many notebooks that only import, and the report's files."""
    blocks = len(read_plan(AUDIT).evidence)
    cell = nbformat.v4.new_code_cell("import fairaudit.evidence, fairaudit.charts")
    metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    empty, report = folder / "empty.ipynb", folder / "report"
    nbformat.write(nbformat.v4.new_notebook(cells=[cell], metadata=metadata), empty)
    notebooks = f"""
import sys, papermill
from concurrent.futures import ThreadPoolExecutor
with ThreadPoolExecutor(2) as pool:
    list(pool.map(lambda _: papermill.execute_notebook(sys.argv[1], None, progress_bar=False), range({blocks})))
"""
    run = [*_fairaudit(), "run", str(AUDIT), "--out", str(report)]
    fixed = str(folder / "kept")

    def cold() -> None:
        with tempfile.TemporaryDirectory(dir=folder) as fresh:
            _command(*run, FAIRAUDIT_CACHE=fresh)

    def floor() -> None:
        _command(sys.executable, "-c", notebooks, str(empty))
        _command(sys.executable, str(HERE / "pages.py"), str(report), str(folder / "pages"))

    contenders = {"cold": cold, "kept": lambda: _command(*run, FAIRAUDIT_CACHE=fixed), "floor": floor}
    times = in_turn(contenders, min(size.rounds, 3))
    what = f"fairaudit run {AUDIT.name}: {blocks} notebooks, findings, report, PDF"
    name = f"{blocks} notebooks that only import the same, two at a time, and the making of the report's files"
    yield Row(f"{what}; cold", times["cold"], name, times["floor"], at_most=1.5)
    yield Row("the same, with counts kept from the run before", times["kept"], name, times["floor"])


def _fairaudit() -> list[str]:
    script = shutil.which("fairaudit", path=str(Path(sys.executable).parent))
    return [script] if script else [sys.executable, "-m", "fairaudit.cli"]


def _command(*words: str, **variables: str) -> None:
    subprocess.run(words, check=True, capture_output=True, cwd=HERE.parent, env={**os.environ, **variables})


# --- the run ---------------------------------------------------------------------------------------------------------


ALL = (judging, judging_values, judging_places, counting, checking, scanning, bounding, exactly, starting, running)
PARTS = {part.__name__: part for part in ALL}

NOTES = f"""\
Times are seconds: median / fastest by the clock, then the median of processor time of all cores. Contenders take turns
in one process (commands: each in its own) after one untimed round, so files and imports are warm for all. "Ours is" is
the median over rounds of the ratio within a round, by the clock (by processor time). A goal that is a ratio is judged
by that median; one in seconds by the fastest round, which the rest of the machine disturbed least, and where a busy
machine still spoils that ("met on a free core"), by processor time.

* **Records** are made up, seeded, and written by DuckDB: eight races of very unequal size; half of the columns are
  texts and half are never asked for. Rates must agree between contenders to 1e-12, else nothing is printed.
* **Ours** opens the file, counts it, and gives verdicts and bounds for all pairs of groups. It draws nothing.
* **The pandas lines** read the same file, count it with groupby and draw {PANDAS_DRAWS:,} tables of counts at once, the
  quickest bootstrap there is. They give percentiles of the widest gap and the worst ratio, and no verdict.
* **fairlearn** gets the columns already in memory. A draw computes everything anew, and time grows with rows and with
  draws, so a thousand draws are reckoned: what fairlearn takes on all rows without draws, times one plus a thousand
  times the share that a draw adds (on a tenth of the rows, with {Size.fairlearn_draws} draws and without, the fastest
  of 3 rounds).
* **Scores, amounts, waits:** made up, seeded. A row each beside what an analyst would run (lifelines is not among them:
  it asks for a pandas older than this one), and beside DuckDB alone on the same columns. Values must agree to a
  thousandth.
* **Places, representation, matched tests:** made up, seeded. What stands beside them gives the same values and no
  verdict: no library that we know of judges them.
* **All checks:** made up, seeded: 14 races of 1 to 30 in 100, 2 in 100 unknown; unknowns, raking to a census and to its
  margins of error, post-stratification, Kamiran and Calders, a declared mix of strata, strata, wrong labels, fragility
  and a scan. The bootstrap beside it draws a million rows at a time, each row made into one number beforehand, and
  rakes, post-stratifies, weighs and standardises the cells of each draw for every group's selection and error rates:
  no bounds, no verdicts, none of the other checks. Its {DRAWS:,} draws are reckoned from {Size.row_draws}. Rates of the
  panel must agree to a ten-thousandth. Drawing tables of counts, as the pandas lines do, would be quicker.
* **Scan:** every crossing of one, two and three of eight attributes, with one crossing planted.
* **DuckDB's GROUP BY** opens the same file in an engine of its own, as ours does, and only counts rows by raw value.
* **Exact step:** from counts to findings with every pair's bounds, all caches emptied before each round.

One part alone: `python benchmarks/bench.py counting` ({", ".join(PARTS)}, scale).
"""


SCALE_NOTES = """\
Each contender runs in a process of its own, imports before the clock starts, reads the same Parquet file and gives
four rates of eight races, which must agree to 1e-9. Seconds are the median of the rounds by the clock; MiB is the most
memory that the process held, libraries included. Who takes long is timed once, and who would take more than five
minutes is reckoned from the smaller file. None but fairaudit gives bounds or verdicts.
"""


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the contests, print their table, and write it to a file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; all where none is named")
    parser.add_argument("--out", type=Path, help="file for the table (default: results.md, where all parts are run)")
    parser.add_argument("--smoke", action="store_true", help="tiny, to see that it works; the numbers mean nothing")
    options = parser.parse_args(arguments)
    known = [*PARTS, SCALE]
    if unknown := set(options.parts) - set(known):
        parser.error(f"no part {', '.join(unknown)}; there are {', '.join(known)}")
    out = options.out or (HERE / "results.md" if not options.parts and not options.smoke else None)
    parts = options.parts or known
    rows = _run([part for part in parts if part != SCALE], SMOKE if options.smoke else Size())
    scaled = [_scaled(smoke=options.smoke)] if SCALE in parts else []
    text = "\n\n".join(["# Benchmarks", "Written by `make bench`.", table(rows), *scaled, "\n".join(machine()), NOTES])
    print(text)
    if out:
        out.write_text(text, encoding="utf-8", newline="\n")


def _scaled(*, smoke: bool) -> str:
    """Run the contenders from few rows to many, and write the table with its heading."""
    print(f"{SCALE} ...", file=sys.stderr, flush=True)
    with tempfile.TemporaryDirectory(prefix="fairaudit-bench-") as folder:
        sizes, alone = ((1_000, 5_000), 10_000) if smoke else (SIZES, ALONE)
        found = scale.report(sizes, alone, Path(folder), 1 if smoke else SCALE_ROUNDS, install=not smoke)
    return f"## From 0.1 to 100 million rows\n\n{SCALE_NOTES}\n{found}"


def _run(parts: Sequence[str], size: Size) -> list[Row]:
    rows = []
    for part in parts:
        print(f"{part} ...", file=sys.stderr, flush=True)
        with tempfile.TemporaryDirectory(prefix="fairaudit-bench-") as folder:
            for row in PARTS[part](size, Path(folder)):
                rows.append(row)
                print(f"  {' | '.join(row.cells())}", file=sys.stderr, flush=True)
    return rows


if __name__ == "__main__":
    main()
