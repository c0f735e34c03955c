"""Write the tables of README.md anew: measures from their code, audits from their plans, limits from their file.

How often the whole rule errs comes from what `make validity` wrote last.

python docs/make_tables.py

Each table stands between two markers, such as ``<!-- measures -->`` and ``<!-- /measures -->``; what stands between
them is replaced. `tests/docs/test_tables.py` fails where a table is not current.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from fairaudit.assessment import assess
from fairaudit.findings import finding
from fairaudit.limits import limits
from fairaudit.measures import measures_table
from fairaudit.plan import Evidence, Plan, read_plan
from fairaudit.sources import read_tally
from fairaudit.workflow.state import evidence_state

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
sys.path.insert(0, str(ROOT / "data" / "sample"))

from make import audits as made_up_audits  # noqa: E402 - it lies in data/sample

PLANTED = {each.audit: each.in_short for each in made_up_audits()}
REAL = "nothing: others' published counts"
STATES = {
    "not_supported": "not supported",
    "not_demonstrated": "not settled",
    "supported_with_conditions": "supported with conditions",
    "supported": "supported",
}
WORDS = {"flagged": "outside", "not_demonstrated": "not shown", "cleared": "within"}


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
    """Give the table of the audits that come along: what each rests on, what was planted, and what is found."""
    rows = [of_audit(read_plan(path)) for path in sorted((ROOT / "audits").glob("*/audit.yaml"))]
    return table(("audit", "evidence", "what is planted", "state", "what is found"), rows)


def of_audit(plan: Plan) -> tuple[str, ...]:
    """Give an audit's row, judged anew from its data."""
    blocks = [judged(plan, block) for block in plan.evidence]
    state = evidence_state(blocks)
    name = plan.folder.name
    folder = f"[{name}](audits/{name}/audit.yaml) ([notes](audits/{name}/notes.md))"
    evidence = "; ".join(map(told, plan.evidence))
    said = f"{'would be: ' if state.demonstration else ''}{STATES[state.state]}"
    return folder, evidence, PLANTED.get(name, REAL), said, found(blocks)


def judged(plan: Plan, block: Evidence) -> dict[str, Any]:
    """Give what the state of an audit rests on."""
    tally = read_tally(block, plan.folder)
    findings = [finding(disparity) for disparity in assess(block, tally)]
    return {
        "id": block.id,
        "origin": block.data.origin,
        "contradictions": list(tally.about.contradictions),
        "counts_from": block.data.whose_counts,
        "findings": findings,
    }


def told(block: Evidence) -> str:
    """Say what an evidence block rests on."""
    of = " (counts)" if block.data.is_tally else ""
    today = " (today's process: a baseline)" if block.data.decided_by == "todays_process" else ""
    return f"{block.kind} `{block.id}`{of}{today}"


def found(blocks: Sequence[dict[str, Any]]) -> str:
    """List what is outside its limit and what is not shown, and count the rest."""
    findings = [each for block in blocks for each in block["findings"]]
    parts = []
    for verdict, words in WORDS.items():
        titles = [title(each) for each in findings if each["verdict"] == verdict and each["blocks"]]
        if titles and verdict == "cleared":
            parts.append(f"**{words}**: {len(titles)}")
        elif titles:
            parts.append(f"**{words}**: {' · '.join(dict.fromkeys(titles))}")
    explored = [title(each) for each in findings if each["verdict"] == "flagged" and not each["blocks"]]
    if explored:
        parts.append(f"explored, and outside: {' · '.join(dict.fromkeys(explored))}")
    if not any(each["blocks"] for each in findings):
        parts.append(f"nothing is judged: {len(findings)} findings of a baseline")
    return "; ".join(parts)


def title(each: dict[str, Any]) -> str:
    """Name a finding, and who are too few where the plan named them."""
    but_for = f" (but for {' and '.join(each['too_few'])})" if each["too_few"] else ""
    by = " and ".join(each["grouping"]).replace("_", " ")
    return f"{each['title']}, by {by}{but_for}"


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


def validity() -> str:
    """Give the short table of how often the whole rule errs, as `make validity` wrote it last."""
    page = (ROOT / "tests" / "validity" / "results" / "rule.md").read_text(encoding="utf-8")
    return page.partition("<!-- short -->")[2].partition("<!-- /short -->")[0].strip()


TABLES = {"measures": measures, "audits": audits, "limits": limits_on_file, "validity": validity}


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
