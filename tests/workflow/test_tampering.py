"""Ways of altering a sealed audit, each on a copy: `verify` names whatever contradicts something that is held."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from fairaudit import resources
from fairaudit.cli import main
from fairaudit.report.html import render
from fairaudit.run import Settings, run
from fairaudit.verifying import CANNOT, Verified, numbers, verify
from fairaudit.workflow import seal
from tests.workflow import forging
from tests.workflow.forging import edited, json_of, swap, write, write_json

pytestmark = pytest.mark.long


@dataclass(frozen=True)
class Audit:
    """A sealed audit to alter.

    Attributes:
        folder: the audit's.
        keys: where the key of whoever signed lies, outside of it.
    """

    folder: Path
    keys: Path

    @property
    def report(self) -> Path:
        return self.folder / "report"

    @property
    def results(self) -> Path:
        return self.report / "results.json"

    @property
    def seal(self) -> Path:
        return self.report / "seal.json"

    def verify(self, **told) -> Verified:
        return verify(self.folder, allow_code=True, **told)


@pytest.fixture(scope="module")
def made(tmp_path_factory, root) -> Audit:
    folder = tmp_path_factory.mktemp("sealed") / "screener"
    return Audit(forging.make_sealed(folder, root / "notebooks" / "decisions.ipynb"), folder.parent / "keys")


@pytest.fixture(scope="module")
def held(made, tmp_path_factory) -> Path:
    """The seal, as somebody else keeps it."""
    return Path(shutil.copy(made.seal, tmp_path_factory.mktemp("held") / "seal.json"))


@cache
def drawn(results: str) -> str:
    return render(json.loads(results))


@pytest.fixture(autouse=True)
def pages_are_drawn_once(monkeypatch) -> None:
    """Most cases leave the results as they are: their page is drawn for the first of them, and kept."""
    monkeypatch.setattr(numbers, "render", lambda results: drawn(json.dumps(results)))


@pytest.fixture
def audit(made, tmp_path) -> Audit:
    return Audit(Path(shutil.copytree(made.folder, tmp_path / made.folder.name, symlinks=True)), made.keys)


def said(found: Verified) -> str:
    return "\n".join(found.lines())


# --- what is altered, and what is said of it -------------------------------------------------------------------------

Alter = Callable[[Audit], object]
NUMBERS = "searches/race/selection_rate"


def of_finding(change: Callable[[dict], object]) -> Callable[[dict], object]:
    """Change the first finding of results."""
    return lambda results: change(results["evidence"][0]["findings"][0])


def rate(finding: dict) -> None:
    finding["groups"][0]["rate"] = 0.4


def a_digit(audit: Audit) -> None:
    text = audit.results.read_text(encoding="utf-8")
    place = re.search(r'"rate": 0\.[1-8]', text).end() - 1
    write(audit.results, f"{text[:place]}{int(text[place]) + 1}{text[place + 1 :]}")


def verdict_and_page(audit: Audit) -> None:
    """Clear a finding in results and page, and seal them anew."""
    results = json_of(audit.results)
    finding = results["evidence"][0]["findings"][0]
    finding |= {"verdict": "cleared", "words": "Shown to be within the limit"}
    forging.publish(audit.folder, results)


def a_page_and_its_seal(audit: Audit) -> None:
    """Turn round what a notebook shows, and seal that."""
    swap(audit.report / "notebooks" / "searches.html", "Black", "White")
    forging.reseal(audit.folder)


def numbers_and_page(audit: Audit) -> None:
    results = json_of(audit.results)
    rate(results["evidence"][0]["findings"][0])
    forging.publish(audit.folder, results)


def counts_and_all(audit: Audit) -> None:
    """Move people from one cell to another in the tally, and make results, page and seal of it."""

    def move(cells) -> None:
        cells.loc[cells.index[0], "n"] += 5
        cells.loc[cells.index[1], "n"] -= 5

    tally = forging.counts_of(audit.folder, "searches", move)
    tally.save(audit.report / "tally" / "searches.tally.json")
    results = forging.computed(audit.folder, {"searches": tally})
    forging.publish(audit.folder, results)


def state_and_page(audit: Audit) -> None:
    results = json_of(audit.results)
    results["determination"] |= {"evidence_state": "supported", "headline": "The evidence supports adoption."}
    forging.publish(audit.folder, results)


def registration_and_page(audit: Audit) -> None:
    """Loosen a limit, compute all anew, and still say that this was registered."""
    swap(audit.folder / "audit.yaml", "ratio: 0.8", "ratio: 0.5")
    results = forging.computed(audit.folder)
    stated = json_of(audit.results)["audit"]
    results["audit"] |= {"registration": stated["registration"], "registered": stated["registered"]}
    forging.publish(audit.folder, results)


def swapped_tallies(audit: Audit) -> None:
    folder = audit.report / "tally"
    for end in ("json", "csv"):
        one, other = folder / f"searches.tally.{end}", folder / f"alarms.tally.{end}"
        content = one.read_bytes()
        one.write_bytes(other.read_bytes())
        other.write_bytes(content)


def a_link(audit: Audit) -> None:
    elsewhere = audit.folder / "elsewhere.html"
    (audit.report / "report.html").rename(elsewhere)
    (audit.report / "report.html").symlink_to(elsewhere)


def a_link_of_a_folder(audit: Audit) -> None:
    (audit.report / "tally").rename(audit.folder / "counts")
    (audit.report / "tally").symlink_to(audit.folder / "counts")


def crlf(path: str) -> Alter:
    def alter(audit: Audit) -> None:
        file = audit.folder / path
        file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))

    return alter


def garbage(path: str) -> Alter:
    return lambda audit: (audit.folder / path).write_bytes(bytes(range(256)) * 40)


def emptied(path: str) -> Alter:
    return lambda audit: (audit.folder / path).write_bytes(b"")


def removed(path: str) -> Alter:
    return lambda audit: (audit.folder / path).unlink()


def text(path: str, old: str, new: str) -> Alter:
    return lambda audit: swap(audit.folder / path, old, new)


def content(path: str, change: Callable[[dict], object]) -> Alter:
    return lambda audit: edited(audit.folder / path, change)


def another_look(register: dict) -> None:
    register["looks"].append({**register["looks"][0], "at": "2026-03-09T09:00:00Z"})


def backwards(register: dict) -> None:
    another_look(register)
    register["looks"][1]["at"] = "2026-01-01T09:00:00Z"


def another_plan(register: dict) -> None:
    register["entries"][0]["plan"]["system"]["version"] = "2"


def unseal(*names: str) -> Alter:
    def alter(audit: Audit) -> None:
        edited(audit.seal, lambda found: [found.pop(name) for name in names])

    return alter


def seal_of_other_times(audit: Audit) -> None:
    edited(audit.seal, lambda found: found["ran"].update(ended="2025-01-01T00:00:00Z"))


def mended_seal(audit: Audit) -> None:
    """Alter the answers' hash, and make the seal's own hashes fit again."""

    def alter(found: dict) -> None:
        found["answers"]["sha256"] = "0" * 64
        found[seal.ROOT] = seal.root_of(found)
        found[seal.WHOLE] = seal.whole_of(found)

    edited(audit.seal, alter)


def nested(audit: Audit) -> None:
    write(audit.results, "[" * 100_000 + "]" * 100_000)


def of_other_types(audit: Audit) -> None:
    edited(audit.results, lambda found: found.update(evidence="all well", determination=None))


FILES = [
    ("a digit of results.json", a_digit,
     ["results.json is not the file", f"finding {NUMBERS}", "rate of Black: sealed"]),
    ("results.json in a verdict", content("report/results.json", of_finding(lambda f: f.update(verdict="cleared"))),
     ["verdict: sealed cleared, recomputed"]),
    ("results.json and the page alike", numbers_and_page, ["rate of Black: sealed 0.4, recomputed 0.53"]),
    ("a verdict in results, page and seal", verdict_and_page, ["verdict: sealed cleared, recomputed not_demonstrated"]),
    ("the state in results, page and seal", state_and_page, ["determination, evidence state: supported in the report"]),
    ("tally, results, page and seal", counts_and_all, ["give other counts than the report's tally"]),
    ("report.html in a word", text("report/report.html", "Screener", "Helper"),
     ["report.html is not the file that was sealed", "not the page that results.json gives (first at line"]),
    ("report.public.html in a word", text("report/report.public.html", "Screener", "Helper"),
     ["report.public.html is not the file that was sealed", "The public reads another page"]),
    ("results.public.json in a number", text("report/results.public.json", '"n": 60', '"n": 61'),
     ["results.public.json is not the file that was sealed", "not the public copy that results.json gives (first at"]),
    ("report.html in a table", text("report/report.html", "<td", "<td data-x"), ["report.html is not the file"]),
    ("two tallies swapped", swapped_tallies, ["tally/alarms.tally.csv is not", "tally/searches.tally.csv is not"]),
    ("a count in a tally", text("report/tally/searches.tally.csv", "32", "23"),
     ["tally/searches.tally.csv is not the file that was sealed"]),
    ("an executed notebook", text("report/notebooks/searches.ipynb", "Black", "White"),
     ["notebooks/searches.ipynb is not the file that was sealed", "does not show what was run"]),
    ("the page of a notebook in a word", text("report/notebooks/searches.html", "Black", "White"),
     ["notebooks/searches.html is not the file that was sealed", "not the page that its notebook gives (first at"]),
    ("the page of a notebook, and the seal", a_page_and_its_seal,
     ["notebooks/searches.html is not the page that its notebook gives"]),
    ("a file added", lambda a: write(a.report / "summary.html", "all is well"), ["summary.html was added"]),
    ("a file added deep down", lambda a: write(a.report / "tally" / "more.csv", "1"), ["tally/more.csv was added"]),
    ("a page removed", removed("report/report.html"), ["report.html is missing from the report"]),
    ("results removed", removed("report/results.json"), ["results.json is missing", "results.json cannot be read"]),
    ("a tally removed", removed("report/tally/alarms.tally.csv"),
     ["tally/alarms.tally.csv is missing", "The saved counts of alarms cannot be read"]),
    ("a page that is a link", a_link, ["report.html is a link to another place"]),
    ("a folder that is a link", a_link_of_a_folder, ["tally was added", "tally/alarms.tally.csv is missing"]),
    ("a page of nothing", emptied("report/report.html"), ["report.html is empty"]),
    ("results of nothing", emptied("report/results.json"), ["results.json is empty", "results.json cannot be read"]),
    ("results of garbage", garbage("report/results.json"), ["results.json is not the file", "cannot be read"]),
    ("results nested without end", nested, ["results.json cannot be read"]),
    ("results of other types", of_other_types, ["The page could not be checked", "could not be checked"]),
    ("a tally of garbage", garbage("report/tally/alarms.tally.json"), ["The saved counts of alarms cannot be read"]),
    ("results with other line ends", crlf("report/results.json"), ["results.json differs only in its line ends"]),
]  # fmt: skip
SEALS = [
    ("a hash of the seal", text("report/seal.json", '"files": {', '"files": {"x.html": "0",'),
     ["seal.json was edited: its own hash", "x.html is missing"]),
    ("the seal's times", seal_of_other_times, ["seal.json was edited: when, where or on what commit"]),
    ("a seal that fits itself", mended_seal, ["answers.yaml is not the file that was sealed"]),
    ("a seal of garbage", garbage("report/seal.json"), ["seal.json is missing or cannot be read"]),
    ("a seal without files", unseal("files"), ["seal.json is not as fairaudit writes it: files is missing"]),
    ("no seal", removed("report/seal.json"), ["seal.json is missing or cannot be read"]),
    ("a seal of another version", content("report/seal.json", lambda s: s["versions"].update(fairaudit="0.0.9")),
     ["It was sealed with other versions: fairaudit 0.0.9 then", "name different inputs or versions"]),
]  # fmt: skip
INPUTS = [
    ("a limit loosened", text("audit.yaml", "ratio: 0.8", "ratio: 0.5"),
     ["evidence searches: measures: selection_rate: ratio: 0.8 became 0.5", "Numbers and verdicts may depend on it",
      f"finding {NUMBERS}, tolerance, value: sealed 0.8, recomputed 0.5"]),
    ("the plan's prose", text("audit.yaml", "as often?", "as gladly?"),
     ["No number and no verdict depends on it", "question: Are all searched as often? became"]),
    ("the plan and the results", registration_and_page,
     ["registration, standing: registered in the report, changed now"]),
    ("a plan of garbage", garbage("audit.yaml"), ["The plan could not be checked"]),
    ("a plan of nothing", emptied("audit.yaml"), ["The plan audit.yaml is empty"]),
    ("a plan with other line ends", crlf("audit.yaml"), ["The plan audit.yaml differs only in its line ends"]),
    ("no plan", removed("audit.yaml"), ["The plan audit.yaml is missing"]),
    ("a block taken out of the plan", lambda a: write(a.folder / "audit.yaml", forging.PLAN.split("  - id: alarms")[0]),
     ["Evidence alarms was sealed, and the plan no longer has it"]),
    ("a cell of the data", text("searches.csv", "Black,1", "Black,0"),
     ["The data searches.csv of searches is not the file", "other counts",
      "rate of Black: sealed 0.533333333333, recomputed from the records 0.516666666667"]),
    ("rows of the data", text("searches.csv", "White,0\nWhite,0\n", ""),
     ["120 records were sealed, 118 are counted now", "records, read: sealed 120, recomputed from the records 118"]),
    ("data of garbage", garbage("searches.csv"),
     ["The data searches.csv of searches is not the file", "The numbers of searches could not be checked"]),
    ("the audit's own notebook", text("alarms.ipynb", "decisions", "decision"),
     ["The notebook alarms.ipynb is not the file that was sealed"]),
    ("the audit's own code", text("own.py", "c.selected, c.n", "c.n, c.n"),
     ["own code ./own.py is not the file that was sealed", "not the code that was sealed, so it was not run"]),
    ("no own code", removed("own.py"), ["own code ./own.py is missing"]),
]  # fmt: skip
PEOPLE = [
    ("an answer", text("answers.yaml", "To find weapons", "To help people"),
     ["The answer purpose is another one (text: To find weapons; counted in a year. in the report, To help people",
      "The sign-off of Eve Fox (analyst) is stale", "The decision of Gil Hart is stale"]),
    ("who answered", text("answers.yaml", "Ada Bell", "Ida Bell"),
     ["The answer purpose is another one (by: Ada Bell programme owner in the report, Ida Bell"]),
    ("an answer removed", content("answers.yaml", lambda a: a["answers"].pop("errors-hurt")),
     ["The answer errors-hurt is another one (state: answered in the report, open now"]),
    ("a comment of the answers", text("answers.yaml", "answers:", "# seen\nanswers:"),
     ["answers.yaml is not the file that was sealed"]),
    ("no answers", removed("answers.yaml"),
     ["answers.yaml is missing", "The sign-off of Eve Fox (analyst) was removed"]),
    ("answers of garbage", garbage("answers.yaml"), ["answered, signed and decided could not be checked"]),
    ("an attachment", text("minutes.txt", "heard", "did not hear"),
     ["The attachment minutes.txt is not the file that was sealed"]),
    ("an attachment removed", removed("minutes.txt"), ["The attachment minutes.txt is missing"]),
    ("a condition removed", content("answers.yaml", lambda a: a["conditions"].clear()),
     [f"The condition on {NUMBERS} (Searches are counted each month) was removed"]),
    ("a condition's day", text("answers.yaml", "2026-09-01", "2036-09-01"),
     ["due: 2026-09-01 in the report, 2036-09-01"]),
    ("a sign-off backdated", content("answers.yaml", lambda a: a["sign_offs"][0].update(date="2026-01-01")),
     ["The sign-off of Eve Fox (analyst) was altered (date: 2026-03-04 in the report, 2026-01-01 now)"]),
    ("a sign-off's hash", content("answers.yaml", lambda a: a["sign_offs"][0].update(signed="0" * 64)),
     ["The sign-off of Eve Fox (analyst) was altered (signed:", "The sign-off of Eve Fox (analyst) is stale"]),
    ("a sign-off removed", content("answers.yaml", lambda a: a["sign_offs"].pop(0)),
     ["The sign-off of Eve Fox (analyst) was removed since the report"]),
    ("a sign-off in another name", content("answers.yaml", lambda a: a["sign_offs"][0]["by"].update(name="Eva Fox")),
     ["The sign-off of Eva Fox (analyst) was added", "The sign-off of Eve Fox (analyst) was removed"]),
    ("a dissent removed", content("answers.yaml", lambda a: a["sign_offs"].pop(1)),
     ["The sign-off of Cora Diaz (community representative), in dissent was removed"]),
    ("a dissent turned", content("answers.yaml", lambda a: a["sign_offs"][1].update(dissents=False)),
     ["Cora Diaz (community representative), in dissent was removed"]),
    ("the decision", content("answers.yaml", lambda a: a["decision"].update(decision="pilot")),
     ["The decision was altered (decision: decline in the report, pilot now)"]),
    ("the decision's statement", content("answers.yaml", lambda a: a["decision"].update(statement="Yes.")),
     ["The decision was altered (statement: I have read it. in the report, Yes. now)"]),
    ("the decision removed", content("answers.yaml", lambda a: a.pop("decision")),
     ["The decision was altered (decision: decline in the report, null now"]),
    ("a sign-off removed in the report only",
     content("report/results.json", lambda r: r["sign_offs"].pop(1)), ["in dissent was added since the report"]),
]  # fmt: skip
REGISTERS = [
    ("a registration backdated", text("register.json", forging.REGISTERED, "2026-01-01T09:00:00Z"),
     [f"The registration of {forging.REGISTERED} was altered (at: sealed {forging.REGISTERED}, now 2026-01-01T"]),
    ("a registration removed", content("register.json", lambda r: r["entries"].clear()),
     [f"The registration of {forging.REGISTERED} was removed from register.json",
      "standing: registered in the report, exploratory now"]),
    ("the plan of a registration", content("register.json", another_plan),
     ["holds another plan than the file whose hash"]),
    ("a space in the register", text("register.json", '"entries"', ' "entries"'),
     ["register.json is not the file that was sealed"]),
    ("a look removed", content("register.json", lambda r: r["looks"].clear()),
     [f"The look at data of {forging.LOOKED} was removed from register.json", "has no look at the data of alarms"]),
    ("a look at other data", content("register.json", lambda r: r["looks"][0]["data"].update(searches="0" * 64)),
     ["has no look at the data of searches"]),
    ("a look added", content("register.json", another_look), ["The look at data of 2026-03-09T09:00:00Z was added"]),
    ("looks out of order", content("register.json", backwards), ["The times in register.json are not in order (looks"]),
    ("no register", removed("register.json"), ["register.json is missing or cannot be read"]),
    ("a register of garbage", garbage("register.json"), ["register.json is missing or cannot be read"]),
    ("a register of other types", content("register.json", lambda r: r.update(looks=7)),
     ["The register could not be checked"]),
    ("a look that is none", content("register.json", lambda r: r.update(looks=["x"])),
     ["The register could not be checked", "register.json: is not as `fairaudit register`"]),
]  # fmt: skip

EVERY = [*FILES, *SEALS, *INPUTS, *PEOPLE, *REGISTERS]
RECOUNTED = {"a cell of the data", "rows of the data", "data of garbage", "tally, results, page and seal"}


@pytest.mark.parametrize(("name", "alter", "sentences"), EVERY, ids=[name for name, _, _ in EVERY])
def test_what_is_altered_is_named(audit, name, alter, sentences):
    alter(audit)
    found = audit.verify(quick=name not in RECOUNTED)
    assert not found.reproduced
    text = said(found)
    assert [sentence for sentence in sentences if sentence not in text] == []
    assert text.startswith("Not reproduced")
    assert all(each.what and each.means and each.move for each in found.differences)


def test_there_are_at_least_forty_and_each_is_another_one():
    assert len({name for name, _, _ in EVERY}) == len(EVERY) >= 40


# --- what is none ----------------------------------------------------------------------------------------------------


def test_a_sealed_audit_is_reproduced(audit):
    found = audit.verify()
    assert said(found).startswith(
        "Reproduced: every file is as it was sealed, the records were counted again, and every number came out the "
        "same."
    )
    assert found.seal_sha256 == json_of(audit.seal)[seal.ROOT]


def test_verifying_writes_nothing(audit):
    before = {path: path.stat().st_mtime_ns for path in audit.folder.rglob("*")}
    audit.verify()
    assert {path: path.stat().st_mtime_ns for path in audit.folder.rglob("*")} == before


def test_a_renamed_folder_is_no_difference(audit):
    renamed = audit.folder.rename(audit.folder.with_name("another-name"))
    assert verify(renamed, allow_code=True, quick=True).reproduced


def test_a_second_run_of_the_same_is_none_and_has_the_same_root(audit, held):
    outcome = run(audit.folder, settings=Settings(allow_code=True, pdf=False))
    assert outcome.seal_sha256 == json_of(held)[seal.ROOT]
    found = audit.verify(against=held, quick=True)
    assert found.reproduced
    assert "The held seal is of another run" in said(found)


def test_records_that_are_not_at_hand_are_said_not_to_be_recounted(audit):
    (audit.folder / "searches.csv").unlink()
    found = audit.verify()
    assert found.reproduced
    assert "searches.csv is not at hand: the records of searches were not recounted." in found.notes
    assert "not all records were recounted" in said(found)


def test_numbers_in_the_report_are_found_without_the_records(audit):
    (audit.folder / "searches.csv").unlink()
    numbers_and_page_without_data(audit)
    assert "rate of Black: sealed 0.4, recomputed 0.53" in said(audit.verify())


def numbers_and_page_without_data(audit: Audit) -> None:
    results = json_of(audit.results)
    rate(results["evidence"][0]["findings"][0])
    write_json(audit.results, results)
    forging.write_pages(audit.report, results)
    forging.reseal(audit.folder)


def test_own_code_runs_only_where_it_is_allowed(audit):
    found = verify(audit.folder, quick=True)
    assert (found.reproduced, found.differences) == (False, ())
    assert "add --allow-code" in said(found)


def test_another_version_is_said_and_numbers_are_compared_all_the_same(audit):
    def older(found: dict) -> None:
        found["versions"]["numpy"] = "1.0"

    edited(audit.results, lambda found: older(found["seal"]))
    forging.write_pages(audit.report, json_of(audit.results))
    forging.reseal(audit.folder)
    found = audit.verify(quick=True)
    assert found.reproduced
    assert "It was sealed with other versions: numpy 1.0 then" in said(found)


def test_a_notebook_that_comes_with_the_package_is_compared(audit, tmp_path, monkeypatch):
    for name in ("notebooks", "templates"):
        shutil.copytree(resources.root() / name, tmp_path / "package" / name)
    monkeypatch.setattr(resources, "_ROOT", tmp_path / "package")
    swap(tmp_path / "package" / "notebooks" / "decisions.ipynb", "cell_type", "cell_type ")
    assert "The notebook decisions.ipynb is not the file that was sealed." in said(audit.verify(quick=True))


# --- a seal that was held elsewhere ----------------------------------------------------------------------------------


def rewrite_everything(audit: Audit) -> None:
    """Change records, and make everything anew that says what they were, with everybody's name under it."""
    write(audit.folder / "searches.csv", forging.records("race", {"Black": 21, "White": 20}))
    forging.forge(audit.folder)


def test_what_is_wholly_rewritten_is_not_detected_and_the_text_says_so(audit):
    rewrite_everything(audit)
    found = audit.verify()
    assert found.reproduced
    assert said(found).endswith(CANNOT)
    assert "rewritten together, where nobody holds the seal" in CANNOT


@pytest.mark.parametrize("kept", ["file", "hash"])
def test_what_is_wholly_rewritten_is_detected_by_a_seal_held_elsewhere(audit, held, kept):
    rewrite_everything(audit)
    found = audit.verify(against=held if kept == "file" else json_of(held)[seal.ROOT], quick=True)
    assert not found.reproduced
    text = said(found)
    assert "held elsewhere is" in text if kept == "hash" else "Held elsewhere, the hash of the data of searches" in text


def test_a_rerun_over_changed_data_differs_from_the_seal_held_elsewhere(audit, held):
    swap(audit.folder / "searches.csv", "Black,1", "Black,0")
    for block in ("searches", "alarms"):
        forging.counts_of(audit.folder, block, lambda cells: None)
    forging.forge(audit.folder)
    text = said(audit.verify(against=held, quick=True))
    assert "the hash of the data of searches was" in text
    assert "the hash of results.json was" in text
    assert "The report was made again, or rewritten, after that seal was put aside." in text


def test_a_held_seal_that_is_the_same_is_said_to_be(audit, held):
    found = audit.verify(against=held, quick=True)
    assert found.reproduced
    assert "as in the seal held elsewhere" in said(found)


def test_a_held_seal_of_another_audit_is_named(audit, held, tmp_path):
    def other(found: dict) -> None:
        found["plan"]["sha256"] = "0" * 64
        for facts in found["evidence"].values():
            facts["source_sha256"] = "1" * 64
        found[seal.ROOT] = seal.root_of(found)

    kept = Path(shutil.copy(held, tmp_path / "kept.json"))
    edited(kept, other)
    assert "The held seal is of another audit" in said(audit.verify(against=kept, quick=True))


def test_a_held_seal_that_was_edited_is_named(audit, held, tmp_path):
    kept = Path(shutil.copy(held, tmp_path / "kept.json"))
    edited(kept, lambda found: found["plan"].update(sha256="0" * 64))
    text = said(audit.verify(against=kept, quick=True))
    assert "The held seal was edited" in text
    assert "the plan's hash was 000000000000…" in text


# --- the commit ------------------------------------------------------------------------------------------------------


def git(folder: Path, *words: str) -> None:
    who = {"GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@b", "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@b"}
    subprocess.run(["git", "-C", str(folder), *words], check=True, capture_output=True, env={**os.environ, **who})


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
def test_a_commit_that_holds_another_plan_is_named(audit):
    git(audit.folder, "init")
    git(audit.folder, "add", "audit.yaml", "answers.yaml", "own.py", "alarms.ipynb", "minutes.txt")
    git(audit.folder, "commit", "-m", "x")
    forging.reseal(audit.folder)
    assert json_of(audit.seal)["ran"]["git"]["clean"] is True
    assert audit.verify(quick=True).reproduced
    swap(audit.folder / "audit.yaml", "ratio: 0.8", "ratio: 0.5")
    git(audit.folder, "commit", "-am", "y")
    commit = json_of(audit.seal)["ran"]["git"]["commit"]
    forging.reseal(audit.folder)
    now = json_of(audit.seal)["ran"]["git"]["commit"]
    assert commit != now

    def lie(found: dict) -> None:
        found["ran"]["git"]["commit"] = now
        found[seal.WHOLE] = seal.whole_of(found)

    edited(audit.seal, lie)
    assert "that commit holds another plan" in said(audit.verify(quick=True))


def test_a_plan_that_is_not_committed_is_not_clean(audit):
    git(audit.folder, "init")
    git(audit.folder, "add", "own.py")
    git(audit.folder, "commit", "-m", "x")
    forging.reseal(audit.folder)
    assert json_of(audit.seal)["ran"]["git"]["clean"] is False


# --- detached signatures ---------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def key(made) -> Path:
    if shutil.which("ssh-keygen") is None:
        pytest.skip("ssh-keygen is not installed")
    made.keys.mkdir()
    return forging.make_key(made.keys, "eve")


@pytest.fixture
def signatures(audit, key) -> Path:
    folder = audit.folder / "signatures"
    forging.allow(folder, key)
    forging.sign(folder, key, json_of(audit.seal)["to_sign"])
    return folder


@pytest.mark.parametrize("signed", ["to_sign", seal.ROOT])
def test_a_signature_of_an_allowed_key_is_said_to_be_one(audit, signatures, key, signed):
    forging.sign(signatures, key, json_of(audit.seal)[signed])
    found = audit.verify(quick=True)
    assert found.reproduced
    assert "signatures/eve.txt is signed by eve@agency.example" in said(found)


def other_key(signatures: Path) -> Path:
    return forging.make_key(signatures.parent.parent, "mallory")


def signed_by_another(signatures: Path) -> None:
    digest = (signatures / "eve.txt").read_text(encoding="utf-8").strip()
    forging.sign(signatures, other_key(signatures), digest)


def signature_altered(signatures: Path) -> None:
    path = signatures / "eve.txt.sig"
    lines = path.read_text(encoding="utf-8").splitlines()
    line = lines[3]
    lines[3] = f"{line[:10]}{'B' if line[10] == 'A' else 'A'}{line[11:]}"
    write(path, "\n".join(lines) + "\n")


SIGNATURES = [
    ("another text", lambda s: swap(s / "eve.txt", "\n", " I agree.\n"), "does not fit eve.txt"),
    ("another hash", lambda s: write(s / "eve.txt", "0" * 64 + "\n"), "eve.txt is stale: it names another hash"),
    ("no hash", lambda s: write(s / "eve.txt", "fine\n"), "signatures/eve.txt holds no hash"),
    ("an altered signature", signature_altered, "signatures/eve.txt.sig"),
    ("a key that is not allowed", signed_by_another, "is by a key that allowed_signers does not name"),
    ("a signature of garbage", lambda s: (s / "eve.txt.sig").write_bytes(b"\0\xff"), "or is no signature"),
    ("no signature", lambda s: (s / "eve.txt.sig").unlink(), "signatures/eve.txt has no signature beside it"),
    ("no text", lambda s: (s / "eve.txt").unlink(), "the text that was signed is missing"),
    ("no list of keys", lambda s: (s / "allowed_signers").unlink(), "signatures/allowed_signers is missing"),
]


@pytest.mark.parametrize(("name", "alter", "sentence"), SIGNATURES, ids=[name for name, _, _ in SIGNATURES])
def test_a_signature_that_does_not_hold_is_named(audit, signatures, name, alter, sentence):
    alter(signatures)
    found = audit.verify(quick=True)
    assert not found.reproduced
    assert sentence in said(found)


def test_a_signature_shows_that_everything_was_rewritten(audit, signatures):
    rewrite_everything(audit)
    assert "signatures/eve.txt is stale" in said(audit.verify(quick=True))


def test_without_ssh_keygen_a_line_says_so(audit, signatures, monkeypatch):
    monkeypatch.setenv("PATH", str(audit.folder))
    found = audit.verify(quick=True)
    assert not found.reproduced
    assert found.differences == ()
    assert "no ssh-keygen here to verify them" in said(found)


# --- the command -----------------------------------------------------------------------------------------------------


def test_the_command_says_it_and_exits_by_it(audit, capsys):
    assert main(["verify", str(audit.folder), "--allow-code", "--quick"]) == 0
    assert capsys.readouterr().out.startswith("Reproduced: ")
    a_digit(audit)
    assert main(["verify", str(audit.folder), "--allow-code", "--quick"]) == 1
    out = " ".join(capsys.readouterr().out.split())
    assert out.startswith("Not reproduced: ")
    assert "What this cannot detect: " in out
    assert "Traceback" not in out


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["nowhere"], "there is no such folder"),
        (["{folder}", "--out", "{folder}/none"], "there is no report"),
        (["{folder}", "--against", "{folder}/audit.yaml"], "is no seal"),
    ],
)
def test_what_is_not_there_is_a_usage_error(audit, capsys, words, sentence):
    assert main(["verify", *(word.format(folder=audit.folder) for word in words)]) == 2
    assert sentence in " ".join(capsys.readouterr().err.split())


def test_the_seal_is_json_that_anybody_can_hash(audit):
    """The root is of the seal without its own hashes and without `ran`: sorted keys, no spaces, ASCII."""
    found = json_of(audit.seal)
    rest = {name: part for name, part in found.items() if name not in ("seal_sha256", "ran", "ran_sha256")}
    text = json.dumps(rest, sort_keys=True, separators=(",", ":"))
    assert hashlib.sha256(text.encode()).hexdigest() == found["seal_sha256"]
