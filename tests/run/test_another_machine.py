"""The same audit elsewhere gives the same bytes: in another folder, zone and language, with another mask and seed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.run.made import GROUPS, audit, block, files

pytestmark = pytest.mark.long

WAITS = f"""  - id: waits
    kind: waits
    data:
      source: records.csv
      origin: historical
      decided_by: this_system
      opened: opened
      closed: closed
      until: 2024-03-31
    groups: {GROUPS}
    measures: [{{measure: served_within, days: 30, difference: 0.1, because: the council}}]
    strata: [district]
"""
DECISIONS = block(
    "decisions",
    groups='{race: {levels: [Black, White], unknown: [""]}, "sexo (ñ)": }',
    data="      cluster: district\n",
    measures="[{measure: selection_rate, ratio: 0.8, because: the council}, "
    "{measure: false_positive_rate, difference: 0.1, because: the council}]",
    more="    strata: [district]\n",
)
HERE = {"TZ": "UTC", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "1"}
ELSEWHERE = {"TZ": "Pacific/Kiritimati", "LC_ALL": "C", "LANG": "de_DE.UTF-8", "PYTHONHASHSEED": "4711"}


def records() -> str:
    """Write records whose days are within hours of a zone's edge of each other, and whose words are no ASCII."""
    rows = ["race,sexo (ñ),district,decision,outcome,opened,closed"]
    for i in range(240):
        race, sex, district = ("Black", "White")[i % 2], ("Ž", "Ü", "男")[i // 2 % 3], ("north", "south")[i // 6 % 2]
        closed = "" if i % 7 == 0 else f"2024-02-{1 + i % 28:02}"
        decided = f"{('yes', 'no')[i // 12 % 2]},{i // 24 % 2}"
        rows.append(f"{race},{sex},{district},{decided},2024-01-{1 + i % 31:02},{closed}")
    return "\n".join(rows) + "\n"


def run_there(folder: Path, mask: int, scratch: Path, **environment: str) -> dict[str, bytes]:
    """Run an audit by the command line, and read what it left."""
    scratch.mkdir()
    own = {"HOME": str(scratch), "TMPDIR": str(scratch), **environment}
    package = str(Path(__file__).resolve().parents[2])
    paths = os.pathsep.join([package, *filter(None, [os.environ.get("PYTHONPATH")])])
    done = subprocess.run(
        [sys.executable, "-P", "-m", "fairaudit", "run", folder.name],
        env={**os.environ, "PYTHONPATH": paths, **own},
        cwd=folder.parent,
        umask=mask,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode(errors="replace")
    return files(folder / "report")


@pytest.fixture(scope="module")
def both(tmp_path_factory) -> tuple[dict[str, bytes], dict[str, bytes]]:
    here = audit(tmp_path_factory.mktemp("here") / "screener", DECISIONS, WAITS, data=records(), name="Prüfer")
    first = run_there(here, 0o022, here.parent / "scratch", **HERE)
    # As a clone has it: plan, records and register, and no report.
    # The folder's own name is the audit's, and stands in its results.
    there = tmp_path_factory.mktemp("elsewhere") / "a copy (2)" / here.name
    shutil.copytree(here, there, ignore=shutil.ignore_patterns("report"))
    return first, run_there(there, 0o077, there.parent / "other scratch", **ELSEWHERE)


def test_every_file_of_a_report_is_the_same_elsewhere(both):
    first, second = both
    assert {"report.html", "report.public.html", "results.json", "results.public.json"} <= first.keys()
    assert {"notebooks/decisions.html", "notebooks/decisions.ipynb", "notebooks/waits.html"} <= first.keys()
    assert first.keys() == second.keys()
    assert [name for name in first if name != "seal.json" and first[name] != second[name]] == []


def test_so_is_the_root_of_its_seal(both):
    first, second = (json.loads(found["seal.json"]) for found in both)
    assert {name for name in first if first[name] != second[name]} <= {"ran", "ran_sha256"}
    assert first["seal_sha256"] == second["seal_sha256"]
