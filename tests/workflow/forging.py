"""A sealed audit of made-up records that its test treats as historical, and a forger who knows how it was made."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from fairaudit.disclosure import public_copy
from fairaudit.own_code import measures_of, own_measures
from fairaudit.plan import read_plan
from fairaudit.report.html import render
from fairaudit.report.notebook import notebook_page
from fairaudit.results import audit_results, block_results, json_text
from fairaudit.run import Settings, run
from fairaudit.sources import read_tally, sha256_of
from fairaudit.tally import Tally
from fairaudit.workflow import seal
from fairaudit.workflow.record import Record, read_record
from fairaudit.workflow.registration import Entry, Look, Register, write_register

PLAN = """\
system: {name: Screener, version: "1", decides: who is searched}
evidence:
  - id: searches
    question: Are all searched as often?
    kind: decisions
    data:
      source: searches.csv
      origin: historical
      decided_by: this_system
      decision: {column: decision, is: [1], is_not: [0]}
    being_selected_is: a burden
    groups: {race: {levels: [Black, White]}}
    measures: [{measure: selection_rate, ratio: 0.8, because: Policy 7}]
  - id: alarms
    kind: decisions
    data:
      source: alarms.csv
      origin: historical
      decided_by: this_system
      decision: {column: decision, is: [1], is_not: [0]}
    being_selected_is: a burden
    groups: {sex: {levels: [women, men]}}
    measures: [{measure: "./own.py:alarmed", difference: 0.1, because: Policy 7}]
    notebook: alarms.ipynb
"""
OWN = '''\
from fairaudit.measures import Rate, measure


@measure(of="{people}", share="{selected}", rises_with="selection", needs=("decision",), source="the council")
def alarmed(c) -> Rate:
    """Of everybody, the share of whom an alarm went off: selected / all."""
    return Rate(c.selected, c.n)
'''
SELECTED = {"Black": 32, "White": 20}
OF = 60
REGISTERED, LOOKED = "2026-03-01T09:00:00Z", "2026-03-02T09:00:00Z"


def write_pages(report: Path, results: Mapping[str, Any]) -> None:
    """Write the page, both files of the public copy, and the page of each notebook that ran."""
    public = public_copy(results)
    write(report / "report.html", render(results))
    write(report / "results.public.json", json_text(public))
    write(report / "report.public.html", render(public))
    for path in sorted((report / "notebooks").glob("*.ipynb")):
        write(path.with_suffix(".html"), notebook_page(json_of(path), results, path.stem))


def records(column: str, selected: Mapping[str, int]) -> str:
    rows = [f"{group},{int(place < k)}" for group, k in selected.items() for place in range(OF)]
    return f"{column},decision\n" + "\n".join(rows) + "\n"


def make(folder: Path, notebook: Path) -> Path:
    """Write plan, records, own code, register and answers; everything but signatures."""
    folder.mkdir(parents=True)
    write(folder / "audit.yaml", PLAN)
    write(folder / "own.py", OWN)
    write(folder / "searches.csv", records("race", SELECTED))
    write(folder / "alarms.csv", records("sex", {"women": 15, "men": 15}))
    write(folder / "minutes.txt", "The meeting heard what searches do to people.\n")
    shutil.copy(notebook, folder / "alarms.ipynb")
    plan = read_plan(folder)
    data = {block.id: sha256_of(block, folder) for block in plan.evidence}
    entry = Entry(REGISTERED, plan.sha256, plan.content)
    write_register(folder, Register((entry,), (Look(LOOKED, plan.sha256, data),)))
    write_answers(folder, ANSWERS)
    return folder


def by(role: str, name: str) -> dict[str, str]:
    return {"role": role, "name": name}


ANSWERS = {
    "answers": {
        "purpose": {
            "answer": "To find weapons; counted in a year.",
            "by": by("programme_owner", "Ada Bell"),
            "date": "2026-03-01",
            "evidence": ["minutes.txt", "https://example.org/policy-7"],
        },
        "errors-hurt": {
            "answer": "To be searched in vain.",
            "by": by("community", "Cora Diaz"),
            "date": "2026-03-01",
        },
    },
    "conditions": [
        {
            "text": "Searches are counted each month",
            "finding": "searches/race/selection_rate",
            "owner": "Ada Bell",
            "due": "2026-09-01",
            "checked_by": "the auditor",
            "contract": "The vendor hands over counts each month.",
        }
    ],
}


def signed(answers: dict[str, Any], digest: str) -> dict[str, Any]:
    """Let an analyst sign, a community representative dissent, and an approver decide."""
    told = {"statement": "I have read it.", "date": "2026-03-04", "signed": digest}
    return {
        **answers,
        "sign_offs": [
            {"by": by("analyst", "Eve Fox"), **told},
            {"by": by("community", "Cora Diaz"), **told, "statement": "We were not heard.", "dissents": True},
        ],
        "decision": {"by": by("approver", "Gil Hart"), **told, "date": "2026-03-05", "decision": "decline"},
    }


def make_sealed(folder: Path, notebook: Path) -> Path:
    """Make the audit, let people sign what it will find, and run it."""
    make(folder, notebook)
    write_answers(folder, signed(ANSWERS, computed(folder)["determination"]["to_sign"]))
    run(folder, settings=Settings(allow_code=True, pdf=False))
    return folder


# --- what a forger does ----------------------------------------------------------------------------------------------


def computed(folder: Path, tallies: Mapping[str, Tally] | None = None) -> dict[str, Any]:
    """Compute the results as a run does, without its notebooks; of other counts where they are given."""
    plan, blocks = read_plan(folder), []
    for block in plan.evidence:
        tally = (tallies or {}).get(block.id) or read_tally(block, folder, plan_sha256=plan.sha256)
        blocks.append(block_results(plan, block, tally, measures_of(own_measures(plan, block, allow_code=True))))
    record = read_record(plan)
    return audit_results(
        plan, blocks, record=Record(record.questions, record.answers, record.register), **given(folder)
    )


def given(folder: Path) -> dict[str, Any]:
    """Say what goes in, as a run does."""
    plan = read_plan(folder)
    code = [{"file": name, "sha256": seal.sha256(folder / name)} for name in ("./own.py", "alarms.ipynb")]
    known = json_of(folder / "report" / "seal.json")["evidence"] if (folder / "report").is_dir() else {}
    facts = {
        block.id: {**known.get(block.id, {}), "source_sha256": sha256_of(block, folder)} for block in plan.evidence
    }
    for name in known:
        facts[name]["tally_sha256"] = seal.sha256(folder / "report" / "tally" / f"{name}.tally.csv")
    return {"code": code, "seal": seal.inputs(plan.path, facts, code)}


def publish(folder: Path, results: dict[str, Any]) -> None:
    """Write results, the page that they give, and a seal that fits."""
    report = folder / "report"
    write_json(report / "results.json", results)
    write_pages(report, results)
    reseal(folder)


def reseal(folder: Path) -> None:
    """Write a seal that fits whatever lies in the report."""
    report, plan = folder / "report", read_plan(folder)
    old = json_of(report / "seal.json")
    (report / "seal.json").unlink()
    results = json_of(report / "results.json")
    times = {"started": old["ran"]["started"], "ended": old["ran"]["ended"]}
    to_sign = results["determination"]["to_sign"]
    write_json(
        report / "seal.json", seal.sealed(results["seal"], plan, read_record(plan).answers, report, to_sign, times)
    )


def forge(folder: Path) -> None:
    """Make the whole report anew of what lies there, with everybody's signature under it."""
    plan = read_plan(folder)
    for block in plan.evidence:
        tally = read_tally(block, folder, plan_sha256=plan.sha256)
        tally.save(folder / "report" / "tally" / f"{block.id}.tally.json")
    data = {block.id: sha256_of(block, folder) for block in plan.evidence}
    write_register(
        folder,
        Register((Entry(REGISTERED, plan.sha256, plan.content),), (Look(LOOKED, plan.sha256, data),)),
    )
    content = yaml_of(folder / "answers.yaml")
    bare = {name: part for name, part in content.items() if name not in ("sign_offs", "decision")}
    write_answers(folder, bare)
    write_answers(folder, signed(bare, computed(folder)["determination"]["to_sign"]))
    publish(folder, computed(folder))


def counts_of(folder: Path, name: str, change: Callable[[Any], None]) -> Tally:
    """Give a block's saved counts with something changed in them."""
    saved = Tally.load(folder / "report" / "tally" / f"{name}.tally.json")
    cells = saved.cells.copy()
    change(cells)
    return Tally(replace(saved.about), cells)


# --- files -----------------------------------------------------------------------------------------------------------


def write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")


def json_of(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text(encoding="utf-8"))


def yaml_of(path: Path) -> dict[str, Any]:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    write(path, json.dumps(content, indent=1, ensure_ascii=False) + "\n")


def write_answers(folder: Path, content: Mapping[str, Any]) -> None:
    write(folder / "answers.yaml", yaml.safe_dump(dict(content), sort_keys=False))


def swap(path: Path, old: str, new: str) -> None:
    """Put one text in the place of another, which must be there."""
    text = path.read_text(encoding="utf-8")
    assert old in text
    write(path, text.replace(old, new, 1))


def edited(path: Path, change: Callable[[dict[str, Any]], Any]) -> None:
    """Change a JSON or YAML file as a mapping."""
    content = yaml_of(path) if path.suffix == ".yaml" else json_of(path)
    change(content)
    write(path, yaml.safe_dump(content, sort_keys=False)) if path.suffix == ".yaml" else write_json(path, content)


def make_key(folder: Path, name: str) -> Path:
    """Make a key without a passphrase, as `ssh-keygen` does."""
    command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", str(folder / name)]
    subprocess.run(command, check=True)
    return folder / name


def allow(folder: Path, key: Path) -> None:
    """Name a key among those that count."""
    folder.mkdir(exist_ok=True)
    public = key.with_name(f"{key.name}.pub").read_text(encoding="utf-8")
    write(folder / "allowed_signers", f'eve@agency.example namespaces="fairaudit" {public}')


def sign(folder: Path, key: Path, digest: str) -> None:
    """Sign a hash."""
    write(folder / "eve.txt", f"{digest}\n")
    (folder / "eve.txt.sig").unlink(missing_ok=True)
    command = ["ssh-keygen", "-q", "-Y", "sign", "-n", "fairaudit", "-f", str(key), str(folder / "eve.txt")]
    subprocess.run(command, check=True, capture_output=True)
