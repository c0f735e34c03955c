"""What each command says of ordinary audits, and of words that it does not know."""

from __future__ import annotations

import contextlib
import io
import re
import subprocess
import sys

import pytest

from fairaudit.cli import main
from fairaudit.measures import MEASURES
from fairaudit.plan import read_plan
from fairaudit.results import block_results
from fairaudit.sources import read_tally
from fairaudit.stats import sample_size, score
from tests.run.made import audit, block, files, records

COMMANDS = ("demo", "init", "check", "how-many", "run", "tally", "measures")

# --- words -----------------------------------------------------------------------------------------------------------

SLIPS = [
    (["rn"], "there is no command 'rn'", "Did you mean 'run'?"),
    (["tally-up"], "there is no command 'tally-up'", "Did you mean 'tally'?"),
    (["xyzzy"], "there is no command 'xyzzy'", "It can be: demo, init, check"),
    (["check"], "fairaudit check: DIR is missing", "`fairaudit check --help`"),
    (["run"], "fairaudit run: DIR is missing", "--all"),
    (["run", "a", "--rehersal"], "there is no option --rehersal", "Did you mean '--rehearse'?"),
    (["run", "a", "--rehears"], "there is no option --rehears", "Did you mean '--rehearse'?"),
    (["check", "a", "--alow-code=1"], "there is no option --alow-code", "Did you mean '--allow-code'?"),
    (["check", "a", "b"], "'b' is one word too many", "--help"),
    (["how-many", "a", "--rate", "x"], "--rate takes a number, not 'x'", "--help"),
    (["how-many", "a", "--rate"], "--rate needs a value after it", "--help"),
    (["how-many", "a", "--rate", "2"], "--rate lies between 0 and 1, and 2 does not", "Write --rate 0.8"),
    (["how-many", "a", "--power", "nan"], "--power lies between 0 and 1", "Write --power 0.8"),
    (["how-many", "a", "--per-year", "0"], "--per-year is a number above 0", "Write --per-year 9000"),
    (["how-many", "a", "--shares", "Black"], "is no list of groups and their shares", "Write --shares 'Black=0.12"),
    (["how-many", "a", "--shares", "A=-1, B=2"], "is no list of groups and their shares", "Write --shares"),
    (["run", "a", "-j", "0"], "--jobs and --timeout are more than 0", "Leave them out"),
    (["run", "a", "-j", "two"], "-j/--jobs takes a number, not 'two'", "--help"),
    (["run", "a", "--all"], "--all and folders are named", "Name folders, or write --all"),
    (["run", "a", "a"], "a is named twice", "Name each audit once"),
    (["run", "a", "b/a", "--out", "c"], "a is named twice", "Name each audit once"),
    (["tally", "a"], "-o is missing", "Add -o counts"),
    (["measures", "nonsense"], "there is no measure called 'nonsense'", "It can be: selection_rate"),
    (["measures", "recal"], "there is no measure called 'recal'", "Did you mean 'recall'?"),
    (["init", "new", "--kind", "decision"], "there is no kind 'decision'", "Did you mean 'decisions'?"),
    (["--bogus"], "there is no option --bogus", "It can be: --help, --version"),
]


@pytest.mark.parametrize(("words", "what", "hint"), SLIPS, ids=[" ".join(slip[0]) for slip in SLIPS])
def test_a_slip_is_named_with_the_nearest_right_word(tmp_path, monkeypatch, say, words, what, hint):
    monkeypatch.chdir(tmp_path)
    said = say(*words)
    assert said.code == 2
    assert what in said.err
    assert hint in said.err
    assert said.out == ""
    assert list(tmp_path.iterdir()) == []


def test_no_word_at_all_shows_what_there_is(say):
    said = say()
    assert said.code == 2
    assert all(f"fairaudit {command}" in said.out for command in COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_and_a_line_in_the_list(say, command):
    said = say(command, "--help")
    assert said.code == 0
    assert said.out.startswith(f"usage: fairaudit {command}")
    assert f"fairaudit {command}" in say("--help").out


# --- the terminal ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("columns", [40, 80, 200])
def test_nothing_is_cut_off_however_narrow_the_window(root, capsys, monkeypatch, columns):
    said = {}
    for width in (columns, 100):
        monkeypatch.setenv("COLUMNS", str(width))
        assert main(["check", str(root / "audits" / "published-tables")]) == 0
        said[width] = capsys.readouterr().out
    assert said[columns].split() == said[100].split()
    longest = max(map(len, re.split(r"\s", said[columns])))
    assert max(map(len, said[columns].splitlines())) <= max(columns, longest + 8)


def shell(root, words: str, **options) -> subprocess.CompletedProcess:
    command = [sys.executable, *words.split()]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, check=False, timeout=120, **options)


def test_as_a_module_in_a_process_of_its_own(root):
    done = shell(root, "-m fairaudit check audits/nowhere")
    assert (done.returncode, done.stdout) == (2, "")
    assert "there is no such plan" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_reader_who_has_seen_enough_is_no_error(root):
    measures = subprocess.Popen(
        [sys.executable, "-m", "fairaudit", "measures"], cwd=root, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    measures.stdout.readline()
    measures.stdout.close()
    assert (measures.wait(timeout=60), measures.stderr.read()) == (0, b"")
    measures.stderr.close()


def test_a_terminal_without_the_letters_shows_their_numbers(root, tmp_path):
    folder = audit(tmp_path / "a", block(groups="[race]"), data=records().replace("Black", "Māori"))
    done = shell(root, f"-m fairaudit check {folder}", env={"PYTHONIOENCODING": "ascii", "PATH": ""})
    assert (done.returncode, done.stderr) == (0, "")
    assert "M\\u0101ori 60" in done.stdout


# --- check -----------------------------------------------------------------------------------------------------------


def test_check_shows_groups_and_what_is_taken_for_granted_and_writes_nothing(tmp_path, say):
    folder = audit(tmp_path / "a")
    before = files(tmp_path)
    said = say("check", folder)
    assert said.code == 0
    assert "the plan is sound" in said.out
    assert "Columns: race, decision, outcome" in said.out
    assert "race: Black 60, White 60, unknown 0 (0%)" in said.out
    assert "Compares race, every group with every other: can block adoption." in said.out
    assert said.out.endswith(f"Next: before any result is seen, fairaudit register {folder}")
    assert files(tmp_path) == before


def test_check_says_the_same_whatever_the_outcomes_of_groups(tmp_path, say):
    """All that it says is alike where Black people are always selected, and where White ones are."""
    header, *rows = records().splitlines()
    turned = [row.replace("Black", "*").replace("White", "Black").replace("*", "White") for row in rows]
    uneven = [row.replace("no", "yes") if "Black" in row else row for row in rows]
    other = [row.replace("no", "yes") if "Black" in row else row for row in turned]
    measures = "[{measure: selection_rate, ratio: 0.8}, {measure: false_positive_rate, difference: 0.1}]"
    said = []
    for name, lines in (("a", uneven), ("b", other)):
        folder = audit(tmp_path / name, block(measures=measures), data="\n".join([header, *lines]) + "\n")
        said.append([say(command, folder).out.replace(str(folder), "") for command in ("check", "how-many")])
    assert said[0] == said[1]


def test_check_says_what_nobody_has_filled_in(tmp_path, say, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "records.csv").write_text(records(), encoding="utf-8")
    assert say("init", "new", "--data", "records.csv").code == 0
    plan = tmp_path / "new" / "audit.yaml"
    text = plan.read_text(encoding="utf-8")
    text = text.replace("# ratio: us.four_fifths", "ratio: us.four_fifths").replace("is: [1], is_not: [0]", "is: [yes]")
    text = text.replace("being_selected_is:  ", "being_selected_is: a benefit ")
    text = text.replace("decided_by:  ", "decided_by: this_system ")
    plan.write_text(text.replace("name: Name of the system", "name: Risk score"), encoding="utf-8")
    said = say("check", "new")
    assert said.code == 0, said.err
    assert "Still as `fairaudit init` wrote it: system.vendor, system.agency, system.decides" in said.out
    assert "system.name" not in said.out


def test_check_does_not_run_what_an_audit_brings_along(tmp_path, say):
    measure = '[{measure: "./mine.py:share", difference: 0.1}]'
    folder = audit(tmp_path / "a", block(measures=measure))
    (folder / "mine.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w').close()", encoding="utf-8")
    said = say("check", folder)
    assert (said.code, "./mine.py:share is of the audit's own, and was not tried" in said.out) == (0, True)
    assert not (tmp_path / "ran").exists()
    assert say("check", folder, "--allow-code").code == 2
    assert (tmp_path / "ran").exists()


# --- how-many --------------------------------------------------------------------------------------------------------


def numbers(text: str) -> tuple[int, int]:
    """Read how many records a sentence asks for, and below how many none could do."""
    found = re.search(r"about ([\d,]+) records of each group .* fewer than about ([\d,]+) could not", text)
    return int(found[1].replace(",", "")), int(found[2].replace(",", ""))


@pytest.mark.parametrize(
    ("limit", "kind", "margin", "rate"),
    [("ratio: 0.8", "ratio", 0.8, 0.5), ("difference: 0.05", "difference", -0.05, 0.25)],
)
def test_how_many_without_records(tmp_path, say, limit, kind, margin, rate):
    folder = audit(tmp_path / "a", block(measures=f"[{{measure: selection_rate, {limit}}}]"))
    (folder / "records.csv").unlink()
    said = say("how-many", folder, "--rate", rate)
    assert said.code == 0
    needed, fewest = numbers(said.out)
    formula = sample_size.records_per_group(kind, rate, margin, groups=2, power=0.8)
    assert formula <= needed <= 1.15 * formula
    # At rates that are exactly alike, that many just clear, and a tenth fewer do not.
    clears = [bool(score.clearing_p(score.clearing_z(kind, rate * n, n, rate * n, n, margin)) < 0.05) for n in
              (0.9 * fewest, 1.1 * fewest)]  # fmt: skip
    assert clears == [False, True]
    power = sample_size.simulated_power(kind, [needed, needed], [rate, rate], margin, seed=0)
    assert power == pytest.approx(0.8, abs=0.05)


def test_how_many_says_what_it_supposes(tmp_path, say):
    folder = audit(tmp_path / "a", block(groups="[race]", data="      cluster: person\n"))
    (folder / "records.csv").unlink()
    said = say("how-many", folder)
    assert "there are no records yet, so a rate of 30% is supposed" in said.out
    assert "the groups of race are not declared, so two of each are supposed" in said.out
    assert "records will be clustered" in said.out


@pytest.mark.parametrize(("per_group", "ends"), [(60, "Too few now: Black (60); White (60)."), (4000, "enough now.")])
def test_how_many_with_records(tmp_path, say, per_group, ends):
    folder = audit(tmp_path / "a", data=records(per_group))
    said = say("how-many", folder)
    assert "if 50% is the rate" in said.out
    assert ends in said.out


@pytest.fixture(scope="module")
def narrow(root) -> list[str]:
    """Give what how-many says of records of which several are of one person, in a narrow window."""
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stdout(io.StringIO()) as said:
        patch.setenv("COLUMNS", "60")
        assert main(["how-many", str(root / "audits" / "county-recidivism")]) == 0
    return said.getvalue().splitlines()


def test_how_many_counts_records_of_one_person_for_what_they_are_worth(narrow):
    assert re.search(r"Asian \([\d,]+, worth [\d,]+\)", " ".join(" ".join(narrow).split()))


def test_how_many_reads_well_in_a_narrow_window(narrow):
    lines = narrow
    assert max(map(len, lines)) <= 60
    assert "  Group              At hand   Worth  Needed Missing    Time" in lines
    assert [line for line in lines if re.match(r"  Asian +[\d,]+ +[\d,]+ +[\d,]+ +[\d,]+ +\d+ yrs$", line)]


def test_how_many_ends_with_a_paragraph_to_paste(tmp_path, say):
    folder = audit(tmp_path / "a", data=records(60))
    text = say("how-many", folder).out
    assert re.search(r"Please send records \(one record\), at least about [\d,]+ of each group by race", text)
    assert re.search(r"Please see that `race`.* are filled in for at least 95% of every group\.", text)


@pytest.mark.parametrize(("options", "said_of"), [(["--per-year", "600"], "Time"), ([], "")])
def test_how_many_gives_the_time_where_the_pace_is_known(tmp_path, say, options, said_of):
    folder = audit(tmp_path / "a", data=records(60))
    text = say("how-many", folder, *options).out
    assert ("Times are at 600 people a year" in text) == bool(said_of)
    assert ("Missing Time" in text) == bool(said_of)


def test_how_many_takes_shares_before_there_are_records(tmp_path, say):
    folder = audit(tmp_path / "a", block(groups="{race: {levels: [Black, White]}}"))
    (folder / "records.csv").unlink()
    said = say("how-many", folder, "--rate", "0.3", "--shares", "Black=0.1, White=0.9")
    assert "for the sake of Black: the small group decides" in said.out
    stray = say("how-many", folder, "--shares", "Blak=0.1, White=0.9")
    assert (stray.code, "no group is called 'Blak'" in stray.err, "Black" in stray.err) == (2, True, True)


# --- tally -----------------------------------------------------------------------------------------------------------


@pytest.mark.long
def test_a_tally_in_place_of_the_records_gives_the_same_findings(tmp_path, say, root):
    folder = root / "audits" / "county-recidivism"
    said = say("tally", folder, "--evidence", "high-risk-flags", "-o", tmp_path / "to" / "send")
    assert said.code == 0
    assert sorted(files(tmp_path)) == ["to/send.tally.csv", "to/send.tally.json"]
    assert "write `source: send.tally.json` under data:" in said.out
    text = (folder / "audit.yaml").read_text(encoding="utf-8")
    text = text.replace("../../data/sample/county_recidivism.csv", "send.tally.json")
    people = "data/sample/county_population.csv"
    text = text.replace(f"../../{people}", str(root / people))
    (tmp_path / "to" / "audit.yaml").write_text(text, encoding="utf-8")
    found = []
    for place in (folder, tmp_path / "to"):
        plan = read_plan(place)
        found.append(block_results(plan, plan.evidence[0], read_tally(plan.evidence[0], place))["findings"])
    assert found[0] == found[1]


def test_counts_that_are_there_are_not_overwritten(tmp_path, say):
    folder = audit(tmp_path / "a")
    assert say("tally", folder, "-o", tmp_path / "counts").code == 0
    before = files(tmp_path)
    said = say("tally", folder, "-o", tmp_path / "counts.tally.json")
    assert (said.code, "is there already, and is not overwritten" in said.err) == (2, True)
    assert (say("tally", folder, "-o", folder).code, files(tmp_path)) == (2, before)


def test_a_tally_can_be_printed_as_sql_and_then_counts_nothing(tmp_path, say):
    folder = audit(tmp_path / "a")
    before = files(tmp_path)
    said = say("tally", folder, "--print-sql")
    assert (said.code, said.err) == (0, "")
    assert "GROUPING SETS" in said.out
    assert files(tmp_path) == before


def test_one_of_several_blocks_is_named(tmp_path, say):
    folder = audit(tmp_path / "a", block("one"), block("two"))
    said = say("tally", folder, "-o", tmp_path / "counts")
    assert (said.code, "Name one with --evidence: one, two." in said.err) == (2, True)
    assert say("tally", folder, "-o", tmp_path / "counts", "--evidence", "two").code == 0
    assert "It can be: one, two" in say("tally", folder, "-o", tmp_path / "others", "--evidence", "three").err


def test_sql_of_counts_there_is_none(root, say):
    said = say("tally", root / "audits" / "published-tables", "--evidence", "compas", "--print-sql")
    assert (said.code, "holds counts already" in said.err) == (2, True)


# --- measures --------------------------------------------------------------------------------------------------------


def test_measures_lists_every_measure_with_formula_and_source(say):
    said = say("measures")
    assert said.code == 0
    assert all(f"{name}: " in said.out for name in MEASURES)
    assert said.out.count("formula: ") == said.out.count("source: ") == len(MEASURES)


@pytest.mark.parametrize("name", ["recall", "true_positive_rate", "True Positive Rate"])
def test_one_measure_in_full_by_any_of_its_names(say, name):
    said = say("measures", name)
    assert said.out.startswith("true_positive_rate: ")
    assert "aliases: recall" in said.out


# --- run -------------------------------------------------------------------------------------------------------------


def test_of_several_audits_those_that_can_be_run_are(tmp_path, say, monkeypatch):
    monkeypatch.chdir(tmp_path)
    audit(tmp_path / "audits" / "b-bad", data="race,decision,outcome\n")
    audit(tmp_path / "audits" / "a-worse", block(groups="{}"))
    audit(tmp_path / "audits" / "c-good")
    (tmp_path / "audits" / "no-audit").mkdir()
    said = say("run", "--all", "-j", "2", "--no-pdf")
    assert said.code == 4
    assert "audits/a-worse: no report, see below." in said.out
    assert "audits/b-bad: no report, see below." in said.out
    assert "audits/c-good: The evidence does not settle whether to adopt. Of what can block: 1 not shown." in said.out
    assert "1 of 3 audits have a new report." in said.out
    assert "no-audit" not in said.out
    assert "audits/b-bad: no report. 1 problem: " in said.err
    assert "holds no records" in said.err
    assert (tmp_path / "audits" / "c-good" / "report" / "report.html").exists()
    assert (tmp_path / "audits" / "b-bad" / "report" / "failed.html").exists()
    assert not (tmp_path / "audits" / "a-worse" / "report").exists()
    assert not list((tmp_path / "audits").glob("*/.*"))


def test_several_audits_go_each_to_a_folder_of_its_own(tmp_path, say):
    folders = [audit(tmp_path / name).relative_to(tmp_path) for name in ("one", "two")]
    said = say("run", *(tmp_path / folder for folder in folders), "--out", tmp_path / "out", "--no-pdf")
    assert said.code == 0
    assert sorted(path.parent.name for path in tmp_path.glob("out/*/report.html")) == ["one", "two"]
    assert not any((tmp_path / name / "report").exists() for name in ("one", "two"))


def test_all_audits_where_there_are_none(tmp_path, say, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert "there is no audit in the folder audits/" in say("run", "--all").err


def test_a_folder_of_other_files_is_never_replaced(tmp_path, say):
    folder = audit(tmp_path / "a")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work")
    before = files(tmp_path)
    said = say("run", folder, "--out", tmp_path / "mine")
    assert (said.code, "holds thesis.txt, and a report replaces its folder" in said.err) == (2, True)
    assert files(tmp_path) == before
