"""How often the whole rule errs on made-up records of which the truth is known.

    python -m tests.validity [SETTING...] [--runs 1000] [--seed 1] [--out tests/validity/results]

The exit code is 1 where an error is more frequent than alpha, beyond Monte-Carlo error.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from tests.validity.alternatives import ALTERNATIVES
from tests.validity.running import run
from tests.validity.settings import SETTINGS
from tests.validity.writing import RESULTS, above, columns, write


def main() -> int:
    """Run, print and write."""
    parser = argparse.ArgumentParser(prog="python -m tests.validity", description=__doc__)
    parser.add_argument("settings", nargs="*", metavar="SETTING", help=f"one of {', '.join(SETTINGS | ALTERNATIVES)}")
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, default=RESULTS)
    options = parser.parse_args()
    if wrong := [name for name in options.settings if name not in SETTINGS | ALTERNATIVES]:
        parser.error(f"no such setting: {', '.join(wrong)}")
    if options.settings and options.out.resolve() == RESULTS:
        parser.error("the kept results are of all settings; name another --out")
    began = time.perf_counter()
    rows = run(options.runs, options.seed, options.settings)
    for name in dict.fromkeys(row.setting for row in rows):
        print(f"{name:20}", *(f"{cell:36}" for cell in columns([row for row in rows if row.setting == name])))
    write(rows, options.seed, options.out)
    print(*above(rows), sep="\n")
    print(f"Written to {options.out} after {time.perf_counter() - began:.0f} s.")
    return int(any(row.too_often for row in rows))


if __name__ == "__main__":
    raise SystemExit(main())
