"""Write the tables of README.md anew: measures from their code, audits from their plans, limits from their file.

python docs/make_tables.py

Each table stands between two markers, such as ``<!-- measures -->`` and ``<!-- /measures -->``; what stands between
them is replaced. `tests/docs/test_tables.py` fails where a table is not current.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from fairaudit.limits import limits
from fairaudit.measures import measures_table
from fairaudit.plan import Evidence, read_plan

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"

WHOSE = {
    "this_system": "the system's own",
    "this_system_elsewhere": "the system's own, elsewhere",
    "todays_process": "today's process: a baseline",
}
ORIGIN = {"historical": "real", "pooled": "real, pooled", "test": "test records", "synthetic": "made up"}


def measures() -> str:
    """Give the table of measures."""
    rows = [
        (row["kind"], named(row), row["what"], row["formula"].rstrip("."), row["source"]) for row in measures_table()
    ]
    return table(("kind", "measure", "what it is", "formula", "source"), rows)


def named(row: dict) -> str:
    """Name a measure, and what the plan must say beside it (in brackets, what it may say)."""
    told = [each.replace(" (may be left out)", "]").replace("/", " or ") for each in row["parameters"]]
    beside = ", ".join(f"[`{each[:-1]}`]" if each.endswith("]") else f"`{each}`" for each in told)
    beside = beside.replace(" or ", "` or `")
    return f"`{row['name']}`" + (f" with {beside}" if beside else "")


def audits() -> str:
    """Give the table of the audits that come along, a row an evidence block."""
    plans = [read_plan(path) for path in sorted((ROOT / "audits").glob("*/audit.yaml"))]
    rows = []
    for plan in plans:
        folder = f"[{plan.folder.name}](audits/{plan.folder.name}/audit.yaml)"
        rows += [(folder, block.question, evidence(block), WHOSE[block.data.decided_by]) for block in plan.evidence]
    return table(("audit", "question", "evidence", "whose decisions"), rows)


def evidence(block: Evidence) -> str:
    """Say what an evidence block rests on."""
    what = "counts" if block.data.is_tally else "records"
    return f"`{block.id}`: {what}, {ORIGIN[block.data.origin]}"


def limits_on_file() -> str:
    """Give the table of the limits on file."""
    rows = [
        (f"`{limit.name}`", ", ".join(limit.measures) or "any", f"{limit.kind} {limit.value:g}", limit.means)
        for limit in limits().values()
    ]
    return table(("limit", "made for", "value", "what it allows"), rows)


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Write a Markdown table."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(escaped(cell) for cell in line) + " |" for line in lines)


def escaped(cell: str) -> str:
    """Keep a cell on one line, and its bars from ending it."""
    return " ".join(cell.split()).replace("|", "\\|")


TABLES = {"measures": measures, "audits": audits, "limits": limits_on_file}


def with_tables(text: str) -> str:
    """Give a text with every table in it written anew.

    Args:
        text: Markdown with a pair of markers for each of `TABLES`.

    Raises:
        ValueError: a pair of markers is missing.
    """
    for name, make in TABLES.items():
        content = f"<!-- {name} -->\n\n{make()}\n\n<!-- /{name} -->"
        text, found = re.subn(rf"<!-- {name} -->.*?<!-- /{name} -->", lambda _, new=content: new, text, flags=re.DOTALL)
        if found != 1:
            raise ValueError(f"README.md holds the markers of the table {name} {found} times, not once")
    return text


if __name__ == "__main__":
    README.write_text(with_tables(README.read_text(encoding="utf-8")), encoding="utf-8", newline="\n")
