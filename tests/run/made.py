"""Small audits, and notebooks of their own, written where a test wants them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import nbformat

PARAMETERS = """audit = ""
evidence = ""
out = ""
rehearse = False
allow_code = False"""

RUNS_THE_BLOCK = """from fairaudit import Evidence
block = Evidence(audit, evidence, out=out, rehearse=rehearse, allow_code=allow_code)
block.save()"""

BLOCK = """  - id: {name}
    kind: decisions
    data:
      source: {source}
      origin: historical
      decided_by: this_system
      decision: {{column: decision, is: [yes], is_not: [no]}}
      outcome: {{column: outcome, is: [1], is_not: [0]}}
{data}    being_selected_is: a burden
    groups: {groups}
    measures: {measures}
{more}"""

GROUPS = "{race: {levels: [Black, White]}}"
MEASURES = "[{measure: selection_rate, ratio: 0.8, because: the council}]"


def block(name: str = "flags", source: str = "records.csv", **parts: str) -> str:
    """Write one evidence block; `data` and `more` are further lines."""
    return BLOCK.format(
        name=name, source=source, **{"data": "", "more": "", "groups": GROUPS, "measures": MEASURES, **parts}
    )


def records(per_group: int = 60) -> str:
    """Write records of two groups that fare alike."""
    rows = ["race,decision,outcome"]
    for race in ("Black", "White"):
        rows += [f"{race},{('yes', 'no')[i % 2]},{i // 2 % 2}" for i in range(per_group)]
    return "\n".join(rows) + "\n"


def audit(folder: Path, *blocks: str, data: str | None = None, name: str = "Risk score") -> Path:
    """Write an audit: a plan of the blocks, and its records."""
    folder.mkdir(parents=True, exist_ok=True)
    plan = f"system: {{name: {name}, decides: who is held}}\nevidence:\n" + "".join(blocks or [block()])
    (folder / "audit.yaml").write_text(plan, encoding="utf-8")
    (folder / "records.csv").write_text(records() if data is None else data, encoding="utf-8")
    return folder


def notebook(path: Path, *cells: str, parameters: str | None = PARAMETERS) -> Path:
    """Write a notebook of an audit's own."""
    made = [nbformat.v4.new_code_cell(source) for source in cells]
    if parameters is not None:
        made.insert(0, nbformat.v4.new_code_cell(parameters, metadata={"tags": ["parameters"]}))
    nbformat.write(nbformat.v4.new_notebook(cells=made), path)
    return path


def files(folder: Path) -> dict[str, bytes]:
    """Read every file of a folder, by its path in it."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def findings(results: dict) -> list[dict]:
    """List all findings of a run."""
    return [finding for entry in results["evidence"] for finding in entry["findings"]]


def outputs(path: Path) -> Sequence[dict]:
    """List the outputs of a notebook's cells."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return [output for cell in cells for output in cell.get("outputs", [])]
