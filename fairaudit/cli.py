"""The command line: thin. Each command imports what it needs when it runs, so that `--help` stays quick."""

from __future__ import annotations

import argparse
import contextlib
import math
import os
import re
import shlex
import shutil
import signal
import sys
import textwrap
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from fairaudit import __version__
from fairaudit.errors import FairauditError, UsageError, nearest
from fairaudit.languages import ENGLISH, LANGUAGES

if TYPE_CHECKING:
    from fairaudit.sending import Counts
    from fairaudit.tally import Tally

HELP = """\
Audit a technology before an agency adopts it: who would be treated worse, by how much, and how sure we are.

  fairaudit demo                 a sample audit, end to end
  fairaudit init DIR             a new audit folder to edit
  fairaudit check DIR            the plan and the data, every problem at once
  fairaudit how-many DIR         how many records are needed
  fairaudit register DIR         record the plan before results are seen
  fairaudit run DIR...           the notebooks and the report
  fairaudit form DIR --for ROLE  a page with a role's questions, to fill in without a network
  fairaudit answers DIR FILE...  merge what people saved with it
  fairaudit status [DIR...]      what each audit still needs, and from whom
  fairaudit gate DIR             whether the system may be adopted on it
  fairaudit verify DIR           whether a report comes out again as it was sealed
  fairaudit publish              the public list of audits
  fairaudit compare DIR DIR...   systems whose audits ask the same, side by side
  fairaudit export DIR --to NAME the results in a form that others ask for
  fairaudit request DIR          a folder for a vendor: letter, columns, SQL, empty tables, questions
  fairaudit tally DIR -o FILE    only the counts, to send instead of records
  fairaudit measures [NAME]      every measure, with formula and source
  fairaudit doctor               what this machine lacks, and the line that mends it

`fairaudit COMMAND --help` says what a command takes.
Exit codes: 0 done; 1 the gate stays shut, a report is not reproduced, or something is missing; 2 plan or usage; 3 data;
4 a notebook failed, or one of several audits.
"""
STOPPED, TERMINATED = 130, 143
SHUT = NOT_REPRODUCED = LACKING = 1
SEVERAL_FAILED = 4
IN_SHORT = {"flagged": "outside", "not_demonstrated": "not shown", "cleared": "within"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        arguments: words after the program's name; those of the process where None.

    Returns:
        The exit code.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    with contextlib.suppress(AttributeError):
        # A terminal that cannot show a letter gets its number instead of a traceback.
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        options = _options(words)
        code = options.command(options) or 0
        sys.stdout.flush()
        return code
    except FairauditError as error:
        _complain(error)
        return error.exit_code
    except KeyboardInterrupt:
        print("Stopped. Nothing was overwritten.", file=sys.stderr)
        return STOPPED
    except BrokenPipeError:
        # Whoever read the output has seen enough; Python must not try to flush the rest.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        # A folder that may not be read, a name too long, a link that leads in a circle
        what = f"cannot be used ({error.strerror or error})"
        problem = UsageError.one(str(error.filename or "fairaudit"), what, "Look at its name and who may read it.")
        _complain(problem)
        return problem.exit_code


# --- what a command takes --------------------------------------------------------------------------------------------


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in a sentence instead of a usage dump."""

    def error(self, message: str):
        for pattern, what in COMPLAINTS:
            if found := re.fullmatch(pattern, message):
                message = what.format(*found.groups())
        raise UsageError.one(self.prog, message, f"`{self.prog} --help` says what it takes.")


# What argparse says -> the same in plain words.
COMPLAINTS = (
    (r"the following arguments are required: (.*)", "{0} is missing"),
    (r"argument (\S+): invalid (?:float|int) value: (.*)", "{0} takes a number, not {1}"),
    (r"argument (\S+): expected .*", "{0} needs a value after it"),
    (r"argument (?:\S+/)?(--\S+): (.*)", "{0} {1}"),
)


def _options(words: list[str]) -> argparse.Namespace:
    parser = _Parser(
        prog="fairaudit",
        description=HELP,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        usage="fairaudit COMMAND ...",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"fairaudit {__version__}")
    form = {"prog": "fairaudit", "metavar": "", "help": argparse.SUPPRESS, "parser_class": _Parser}
    commands = parser.add_subparsers(dest="name", **form)
    for add in COMMANDS:
        add(lambda name, about: commands.add_parser(name, help=about, description=about, allow_abbrev=False))
    if not words:
        parser.print_help()
        raise SystemExit(UsageError.exit_code)
    if not words[0].startswith("-") and words[0] not in commands.choices:
        what = f"there is no command {words[0]!r}"
        raise UsageError.one("fairaudit", what, nearest(words[0], list(commands.choices)))
    options, left = parser.parse_known_args(words)
    _refuse_left_over(left, commands.choices.get(options.name, parser))
    return options


def _refuse_left_over(left: list[str], parser: argparse.ArgumentParser) -> None:
    """Say of each word that nothing takes what was probably meant."""
    if not left:
        return
    known = [option for action in parser._actions for option in action.option_strings if option.startswith("--")]
    word = next((word for word in left if word.startswith("-")), left[0]).partition("=")[0]
    if word.startswith("-"):
        raise UsageError.one(parser.prog, f"there is no option {word}", nearest(word, known))
    raise UsageError.one(parser.prog, f"{word!r} is one word too many", f"`{parser.prog} --help` says what it takes.")


Add = Callable[[str, str], argparse.ArgumentParser]


def _takes_language(parser: argparse.ArgumentParser, what: str, usual: str) -> None:
    about = f"language of the {what}: {', '.join(LANGUAGES)} (default: {usual})"
    parser.add_argument("--language", default="", choices=LANGUAGES, metavar="CODE", help=about)


def _add_demo(add: Add) -> None:
    parser = add("demo", "run a sample audit, end to end")
    out = Path("build") / "demo"
    parser.add_argument("--out", type=Path, default=out, help="folder for the report (default: build/demo)")
    parser.set_defaults(command=_demo)


def _add_init(add: Add) -> None:
    parser = add("init", "write a new audit folder to edit")
    parser.add_argument("folder", type=Path, metavar="DIR")
    about = "decisions (where it is left out), scores, amounts, waits, representation, places, pairs or matching"
    parser.add_argument("--kind", default="decisions", help=f"kind of evidence: {about}")
    about = "records from which to draft columns and groups; decisions and outcomes are not read"
    parser.add_argument("--data", type=Path, metavar="FILE", help=about)
    parser.add_argument("--sheet", metavar="NAME", help="the sheet of an .xlsx file")
    parser.set_defaults(command=_init)


def _add_check(add: Add) -> None:
    parser = add("check", "check plan and data; shows group counts, never outcomes by group")
    parser.add_argument("folder", type=Path, metavar="DIR")
    _add_allow_code(parser, "measures")
    parser.set_defaults(command=_check)


def _add_how_many(add: Add) -> None:
    parser = add("how-many", "how many records of each group are needed")
    parser.add_argument("folder", type=Path, metavar="DIR")
    parser.add_argument("--rate", type=float, help="rate to expect, 0 to 1, where there are no records yet")
    parser.add_argument("--power", type=float, default=0.8, help="chance that equal groups clear (default: 0.8)")
    about = "each group's share of the records to come, such as 'Black=0.12, White=0.6' (default: as at hand)"
    parser.add_argument("--shares", default="", metavar="GROUP=SHARE,...", help=about)
    about = "records that come in a year (default: people_per_year of the plan)"
    parser.add_argument("--per-year", type=float, metavar="N", help=about)
    _add_allow_code(parser, "measures")
    parser.set_defaults(command=_how_many)


def _add_run(add: Add) -> None:
    parser = add("run", "run the notebooks and write the report")
    parser.add_argument("folders", type=Path, nargs="*", metavar="DIR")
    parser.add_argument("--all", action="store_true", help="every audit in the folder audits/")
    about = "folder for the report (default: DIR/report); of several audits, for a folder each"
    parser.add_argument("--out", type=Path, help=about)
    about = "shuffle the groups' labels, to mend a plan before any result is seen (default folder: DIR/rehearsal)"
    parser.add_argument("--rehearse", action="store_true", help=about)
    parser.add_argument("-j", "--jobs", type=int, metavar="N", help="notebooks to run at a time (default: 2)")
    about = "an earlier report's folder: the new report says what has moved since"
    parser.add_argument("--since", type=Path, metavar="REPORT", help=about)
    about = "seconds that one cell of a notebook may take (default: 1800)"
    parser.add_argument("--timeout", type=float, metavar="SECONDS", help=about)
    about = "take the last report's counts of a warehouse's tables, and do not ask it; the report says so"
    parser.add_argument("--reuse-tally", action="store_true", help=about)
    _takes_language(parser, "report", "the plan's")
    parser.add_argument("--no-pdf", action="store_true", help="write no report.pdf, which takes seconds")
    about = "read all records, also of files whose counts are kept from an earlier run"
    parser.add_argument("--no-cache", action="store_true", help=about)
    _add_allow_code(parser, "notebooks and measures")
    parser.set_defaults(command=_run)


def _add_verify(add: Add) -> None:
    parser = add("verify", "compare a report with its seal, and compute it again")
    parser.add_argument("folder", type=Path, metavar="DIR")
    parser.add_argument("--out", type=Path, metavar="REPORT", help="folder of the report (default: DIR/report)")
    about = "a seal.json that was held elsewhere, or its hash"
    parser.add_argument("--against", metavar="SEAL", help=about)
    parser.add_argument("--quick", action="store_true", help="compute from the saved counts; records are not recounted")
    _add_allow_code(parser, "measures")
    parser.set_defaults(command=_verify)


def _add_request(add: Add) -> None:
    parser = add("request", "write a folder for a vendor, which asks for counts instead of records")
    parser.add_argument("folder", type=Path, metavar="DIR")
    about = "where to write it (default: DIR/request); nothing is overwritten"
    parser.add_argument("-o", "--out", type=Path, metavar="FOLDER", help=about)
    about = "which evidence blocks to ask for (default: all of the system's own decisions)"
    parser.add_argument("--evidence", nargs="+", default=[], metavar="ID", help=about)
    parser.add_argument("--by", default="", metavar="DAY", help="the day by which counts are to be there")
    parser.add_argument("--send-to", default="", metavar="TEXT", help="where to send them")
    about = "rate to expect, 0 to 1, where there are no records yet"
    parser.add_argument("--rate", type=float, help=about)
    about = "for which engine to write the SQL: postgres, spark, sqlite, duckdb or another one (default: postgres)"
    parser.add_argument("--dialect", default="postgres", metavar="NAME", help=about)
    parser.set_defaults(command=_request)


def _add_tally(add: Add) -> None:
    parser = add("tally", "write only the counts")
    parser.add_argument("folder", type=Path, metavar="DIR")
    about = "where to write FILE.tally.json and FILE.tally.csv"
    parser.add_argument("-o", "--out", type=Path, metavar="FILE", help=about)
    parser.add_argument("--evidence", default="", metavar="ID", help="which evidence block, where there are several")
    about = "the file of records, where not the plan's; its --sheet, --table, --encoding, --delimiter as in a plan"
    parser.add_argument("--source", type=Path, metavar="FILE", help=about)
    parser.add_argument("--sheet", metavar="NAME", help=argparse.SUPPRESS)
    parser.add_argument("--table", metavar="NAME", help=argparse.SUPPRESS)
    parser.add_argument("--encoding", metavar="NAME", help=argparse.SUPPRESS)
    parser.add_argument("--delimiter", metavar="SIGN", help=argparse.SUPPRESS)
    about = "a column as the plan calls it, and as the records do; may be repeated"
    parser.add_argument("--map", action="append", default=[], metavar="OURS=THEIRS", help=about)
    about = "the smallest count to tell: those below are given as a range, and what would give them away"
    parser.add_argument("--smallest-cell", type=int, metavar="N", help=about)
    parser.add_argument("--counted-by", default="", metavar="NAME", help="who counts; written into the counts")
    parser.add_argument("--print-sql", action="store_true", help="print the SQL that counts, and count nothing")
    about = "for which engine to print it, from the plan alone: postgres, spark, sqlite, duckdb or another one"
    parser.add_argument("--dialect", default="", metavar="NAME", help=about)
    about = "the CSV file that this SQL gave, to be made into counts"
    parser.add_argument("--from-cells", type=Path, metavar="FILE", help=about)
    parser.set_defaults(command=_tally)


def _add_measures(add: Add) -> None:
    parser = add("measures", "list every measure with formula and source")
    parser.add_argument("measure", nargs="?", default="", metavar="NAME", help="one measure, in full")
    parser.set_defaults(command=_measures)


def _add_doctor(add: Add) -> None:
    parser = add("doctor", "name what this machine lacks, each with the line that mends it")
    about = "folder that reports are to be written to (default: this one)"
    parser.add_argument("--out", type=Path, default=Path(), metavar="DIR", help=about)
    parser.set_defaults(command=_doctor)


def _add_allow_code(parser: argparse.ArgumentParser, what: str) -> None:
    parser.add_argument("--allow-code", action="store_true", help=f"let {what} of the audit's own run")


def _add_register(add: Add) -> None:
    parser = add("register", "record the plan's hash and date before results are seen")
    parser.add_argument("folder", type=Path, metavar="DIR")
    about = "why the plan was changed since it was registered; printed in the report"
    parser.add_argument("--because", default="", metavar="TEXT", help=about)
    parser.set_defaults(command=_register)


def _add_form(add: Add) -> None:
    parser = add("form", "write one page with a role's questions, to fill in without a network")
    parser.add_argument("folder", type=Path, metavar="DIR")
    about = "analyst, programme_owner, vendor, legal, community, approver, or reviewer"
    parser.add_argument("--for", dest="role", required=True, metavar="ROLE", help=about)
    about = "where to write it (default: DIR/form-ROLE.html)"
    parser.add_argument("-o", "--out", type=Path, metavar="FILE", help=about)
    _takes_language(parser, "page", "the plan's")
    parser.set_defaults(command=_form)


def _add_answers(add: Add) -> None:
    parser = add("answers", "merge what forms saved into answers.yaml; nothing is overwritten")
    parser.add_argument("folder", type=Path, metavar="DIR")
    parser.add_argument("files", type=Path, nargs="+", metavar="FILE", help="what “Save answers” of a form wrote")
    parser.set_defaults(command=_answers)


def _add_status(add: Add) -> None:
    parser = add("status", "what each audit still needs, from whom")
    about = "audits' folders (default: every audit in the folder audits/)"
    parser.add_argument("folders", type=Path, nargs="*", metavar="DIR", help=about)
    parser.add_argument("--json", action="store_true", help="print it as JSON")
    parser.set_defaults(command=_status)


def _add_gate(add: Add) -> None:
    parser = add("gate", "exit 0 only where the system may be adopted on this audit")
    parser.add_argument("folder", type=Path, metavar="DIR")
    _add_allow_code(parser, "measures")
    parser.set_defaults(command=_gate)


def _add_publish(add: Add) -> None:
    parser = add("publish", "write the public list of audits: one page, and JSON")
    about = "audits' folders (default: every audit in the folder audits/)"
    parser.add_argument("folders", type=Path, nargs="*", metavar="DIR", help=about)
    out = Path("build") / "public"
    parser.add_argument("--out", type=Path, default=out, help="folder for the page (default: build/public)")
    parser.add_argument("--pdf", action="store_true", help="print each report as PDF too, which takes seconds each")
    _takes_language(parser, "list", ENGLISH)
    parser.set_defaults(command=_publish)


def _add_compare(add: Add) -> None:
    parser = add("compare", "put systems whose audits ask the same side by side: one page, and JSON")
    about = "audits' folders, two or more, each with a report"
    parser.add_argument("folders", type=Path, nargs="*", metavar="DIR", help=about)
    out = Path("build") / "compare"
    parser.add_argument("--out", type=Path, default=out, help="folder for the page (default: build/compare)")
    parser.set_defaults(command=_compare)


def _add_export(add: Add) -> None:
    parser = add("export", "write the results in a form that others ask for")
    parser.add_argument("folder", type=Path, nargs="?", metavar="DIR")
    about = "which form: one that --list names, several, or all"
    parser.add_argument("--to", nargs="+", default=[], metavar="NAME", help=about)
    parser.add_argument("--list", action="store_true", help="say which forms there are")
    parser.add_argument("--report", type=Path, metavar="REPORT", help="folder of the report (default: DIR/report)")
    parser.add_argument("--out", type=Path, help="folder to write to (default: DIR/export)")
    parser.set_defaults(command=_export)


COMMANDS = (
    _add_demo,
    _add_init,
    _add_check,
    _add_how_many,
    _add_register,
    _add_run,
    _add_form,
    _add_answers,
    _add_status,
    _add_verify,
    _add_gate,
    _add_publish,
    _add_compare,
    _add_export,
    _add_request,
    _add_tally,
    _add_measures,
    _add_doctor,
)


# --- the commands ----------------------------------------------------------------------------------------------------


def _demo(options: argparse.Namespace) -> None:
    from fairaudit import resources

    _say(["A sample audit, with made-up records: a risk score that flags people before trial.", ""])
    _run_one(resources.root() / "audits" / "county-recidivism", options.out, {})
    _next("fairaudit init my-audit", "read page one of the report, then")


def _init(options: argparse.Namespace) -> None:
    from fairaudit.scaffold import new_audit

    _say(new_audit(options.folder, options.kind, options.data, options.sheet))
    where = _quoted(options.folder)
    _say(["", f"Before limits are set, ask the community: fairaudit form {where} --for community"])
    _next(f"fairaudit check {where}", f"edit {options.folder / 'audit.yaml'}, then")


def _check(options: argparse.Namespace) -> None:
    from fairaudit.checking import report_of
    from fairaudit.workflow.registration import is_registered

    _say(report_of(options.folder, allow_code=options.allow_code))
    if is_registered(options.folder):
        _next(_run_of(options))
    else:
        _next(f"fairaudit register {_quoted(options.folder)}", "before any result is seen,")


def _how_many(options: argparse.Namespace) -> None:
    from fairaudit.checking import records_needed

    for name in ("rate", "power"):
        value = getattr(options, name)
        if value is not None and not 0 < value < 1:
            what = f"--{name} lies between 0 and 1, and {value:g} does not"
            raise UsageError.one("fairaudit how-many", what, f"Write --{name} 0.8 for 80%.")
    if options.per_year is not None and not 0 < options.per_year < math.inf:
        what = f"--per-year is a number above 0, and {options.per_year:g} is not"
        raise UsageError.one("fairaudit how-many", what, "Write --per-year 9000.")
    given = {"shares": _shares(options.shares), "per_year": options.per_year, "allow_code": options.allow_code}
    _say(records_needed(options.folder, options.rate, options.power, **given))
    _next(_run_of(options), "when the records are there,")


def _shares(text: str) -> dict[str, float] | None:
    """Read GROUP=SHARE, ...; a name may hold a comma, since a share ends each.

    Raises:
        UsageError: it reads otherwise, or a share is not above 0.
    """
    found = dict(re.findall(r"\s*([^=]+?)\s*=\s*([^,;=]+?)\s*(?:[,;]|$)", text))
    try:
        shares = {name: float(share) for name, share in found.items()}
    except ValueError:
        shares = {}
    right = shares and all(0 < share < math.inf for share in shares.values()) and text.count("=") == len(shares)
    if text and not right:
        what = f"--shares {text!r} is no list of groups and their shares"
        raise UsageError.one("fairaudit how-many", what, "Write --shares 'Black=0.12, White=0.6'.")
    return shares or None


def _run_of(options: argparse.Namespace) -> str:
    """Write the command that runs the audit just looked at."""
    return f"fairaudit run {_quoted(options.folder)}{' --allow-code' if options.allow_code else ''}"


def _run(options: argparse.Namespace) -> int:
    folders = _folders(options)
    settings = {"rehearse": options.rehearse, "allow_code": options.allow_code, "pdf": not options.no_pdf}
    settings |= {"language": options.language, "reuse_tally": options.reuse_tally, "cache": not options.no_cache}
    settings |= {"jobs": options.jobs} if options.jobs is not None else {}
    settings |= {"seconds": options.timeout} if options.timeout is not None else {}
    if min(settings.get("jobs", 1), settings.get("seconds", 1)) <= 0:
        raise UsageError.one("fairaudit run", "--jobs and --timeout are more than 0", "Leave them out for the usual.")
    if not options.rehearse:
        _warn_of_unregistered(folders)
    if options.since is not None:
        if len(folders) > 1:
            raise UsageError.one("fairaudit run", "--since is of one audit", "Name one audit's folder.")
        settings["since"] = options.since
    if len(folders) == 1:
        _run_one(folders[0], options.out, settings)
        failed = 0
    else:
        failed = _run_several({folder: options.out and options.out / _name(folder) for folder in folders}, settings)
    _next(_after_run(options, failed), "" if failed or options.rehearse else "read page one of the report, then")
    return failed


def _warn_of_unregistered(folders: Iterable[Path]) -> None:
    """Say before results are seen that they will be exploratory: afterwards it cannot be mended."""
    from fairaudit.workflow.registration import is_unregistered

    for folder in folders:
        if is_unregistered(folder):
            line = (
                f"Warning: the plan of {folder} is not registered. Results seen now are exploratory for good: to stop "
                f"it, press Ctrl-C, and first call: fairaudit register {_quoted(folder)}"
            )
            print(_wrapped(line), file=sys.stderr)


def _after_run(options: argparse.Namespace, failed: int) -> str:
    if failed:
        return "mend what is said above, and run those audits again"
    if options.rehearse:
        return "mend the plan where it is puzzling, register it, then run it without --rehearse"
    if len(options.folders) == 1:
        return f"fairaudit status {_quoted(options.folders[0])}"
    return "fairaudit status"


def _folders(options: argparse.Namespace) -> list[Path]:
    """Give the audits to run."""
    if options.all and options.folders:
        raise UsageError.one("fairaudit run", "--all and folders are named", "Name folders, or write --all.")
    if not options.all and not options.folders:
        raise UsageError.one("fairaudit run", "DIR is missing", "Name an audit's folder, or write --all.")
    folders = _every(options.folders, "run")
    # Reports in one folder are told apart by the audits' names alone.
    names = [_name(folder) if options.out else str(folder) for folder in folders]
    if twice := [name for name in names if names.count(name) > 1]:
        hint = "Name each audit once, and run those of one name apart."
        raise UsageError.one("fairaudit run", f"{twice[0]} is named twice", hint)
    return folders


def _name(folder: Path) -> str:
    """Name an audit by its folder, also where its file is named."""
    return (folder.parent if folder.suffix in (".yaml", ".yml") else folder).resolve().name


def _run_one(folder: Path, out: Path | None, settings: dict) -> None:
    from fairaudit.run import Settings, run

    with _stopped_by_signals(), _bar() as progress:
        outcome = run(folder, out, Settings(**settings), progress)
    _say([*_summary(outcome.results), "", f"The report: {outcome.report}"])
    _say([f"To print or to send: {outcome.pdf}"] if outcome.pdf.is_file() else filter(None, [outcome.no_pdf]))
    _say([f"The seal: {outcome.seal_sha256}"])
    if outcome.kept:
        counts = "Counts kept from an earlier run over the same files were taken"
        _say([f"{counts} for {', '.join(outcome.kept)}; --no-cache reads the records again."])


def _run_several(audits: dict[Path, Path | None], settings: dict) -> int:
    """Run several audits under one bar, and say of each in a line what was found, or that it has no report."""
    from fairaudit.run import Settings, run_all

    with _stopped_by_signals(), _bar() as progress:
        outcomes = dict(zip(audits, run_all(audits, Settings(**settings), progress), strict=True))
    failed = {folder: found for folder, found in outcomes.items() if isinstance(found, FairauditError)}
    for folder, found in outcomes.items():
        _say([f"{folder}: {'no report, see below.' if folder in failed else _in_short(found.results)}"])
        _say([] if folder in failed else [f"  {found.report}"])
    _say(dict.fromkeys(found.no_pdf for folder, found in outcomes.items() if folder not in failed and found.no_pdf))
    reports = len(outcomes) - len(failed)
    _say(["", f"{reports} of {len(outcomes)} audits have a new report."])
    for folder, error in failed.items():
        print(f"\n{printable(str(folder))}: no report.", file=sys.stderr)
        _complain(error)
    return SEVERAL_FAILED if failed else 0


def _in_short(results: dict) -> str:
    """Say in a line what an audit found."""
    page = results["page_one"]
    blocking = [f["verdict"] for block in results["evidence"] for f in block["findings"] if f["blocks"]]
    counts = [f"{blocking.count(verdict)} {words}" for verdict, words in IN_SHORT.items() if verdict in blocking]
    found = f" Of what can block: {', '.join(counts)}." if counts else ""
    return f"{'would be: ' if page['would_be'] else ''}{page['headline']}{found}"


@contextlib.contextmanager
def _bar() -> Iterator[Callable[[str, int, int], None]]:
    """Show a progress bar on a terminal, and nothing where there is none."""
    from tqdm import tqdm

    form = "{desc} {bar} {n_fmt}/{total_fmt} {elapsed}"
    with tqdm(bar_format=form, file=sys.stderr, disable=None, leave=False, dynamic_ncols=True, total=1) as bar:

        def progress(step: str, done: int, steps: int) -> None:
            bar.total, bar.n = steps, done
            bar.set_description_str(printable(step))

        yield progress


@contextlib.contextmanager
def _stopped_by_signals() -> Iterator[None]:
    """Tidy up when asked to end, as for Ctrl-C, so that no kernel and no folder is left behind.

    Where it comes while a library is loaded, that turns it into an error of its own, which is then none.
    """
    asked: list[BaseException] = []

    def ends(reason: BaseException) -> Callable[..., None]:
        def stop(*_signal: object) -> None:
            asked.append(reason)
            raise reason

        return stop

    reasons = {signal.SIGTERM: SystemExit(TERMINATED), signal.SIGINT: KeyboardInterrupt()}
    try:
        before = {number: signal.signal(number, ends(reason)) for number, reason in reasons.items()}
    except ValueError:  # only the main thread may say what a signal does
        yield
        return
    try:
        yield
    except Exception:
        if asked:
            raise asked[0] from None
        raise
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _summary(results: dict) -> Iterator[str]:
    page = results["page_one"]
    yield f"{page['title']}: " + " ".join(page["status"])
    yield ("Would be: " if page["would_be"] else "") + page["headline"]
    for place, why in enumerate(page["why"], 1):
        yield f"{place}. {why['words']}: {why['about']}."
    yield page["more"]
    yield from page["warnings"]


def _register(options: argparse.Namespace) -> None:
    from fairaudit.completing import register

    _say(register(options.folder, options.because))
    _next(f"fairaudit run {_quoted(options.folder)}")


def _form(options: argparse.Namespace) -> None:
    from fairaudit.filling import write_form

    _say(write_form(options.folder, options.role, options.out, options.language))
    _next(f"fairaudit answers {_quoted(options.folder)} FILE", "when they have saved their answers,")


def _answers(options: argparse.Namespace) -> None:
    from fairaudit.filling import merge_answers

    _say(merge_answers(options.folder, options.files))
    _next(f"fairaudit status {_quoted(options.folder)}")


def _status(options: argparse.Namespace) -> None:
    import datetime
    import json

    from fairaudit.completing import status_dict, status_lines, status_or_unfinished

    folders = _every(options.folders, "status")
    today, found = datetime.date.today(), [status_or_unfinished(folder) for folder in folders]
    if options.json:
        told = [status_dict(each, today) for each in found]
        print(json.dumps(told, indent=1, ensure_ascii=False))
        return
    for place, each in enumerate(found):
        _say([*([""] if place else []), *filter(None, status_lines(each, today))])
    _next(found[0].next if len(found) == 1 else "fairaudit status DIR", "" if len(found) == 1 else "for one of them,")


def _every(folders: list[Path], command: str) -> list[Path]:
    """Give the audits that are named, or else every one in the folder audits/."""
    found = folders or sorted(plan.parent for plan in Path("audits").glob("*/audit.yaml"))
    if not found:
        hint = "Name an audit's folder."
        raise UsageError.one(f"fairaudit {command}", "there is no audit in the folder audits/", hint)
    return found


def _publish(options: argparse.Namespace) -> None:
    from fairaudit.publishing import publish

    written = publish(_every(options.folders, "publish"), options.out, options.language, pdf=options.pdf)
    reports = sum(path.suffix == ".html" for path in written) - 1
    _say([f"Wrote {written[0]} and {written[1]}, and beside them {reports} report{'' if reports == 1 else 's'}."])
    _next(f"open {written[0]}, and put the folder where the public finds it")


def _compare(options: argparse.Namespace) -> None:
    from fairaudit.comparing import compared, write

    found = compared(options.folders)
    written = write(found, options.out)
    _say([f"Wrote {path}" for path in written])
    _say(each["sentence"] for block in found["evidence"] for each in block["pairings"] if each["sentence"])
    _next(f"open {written[0]}; it names no winner, so say what counts for more, and why")


def _export(options: argparse.Namespace) -> None:
    from fairaudit.exports import FOLDER, every, write

    if options.list:
        for each in every().values():
            _say([f"{each.name}: {each.title}.", *([f"  After: {each.cited}"] if each.cited else [])])
        _next("fairaudit export DIR --to NAME")
        return
    if options.folder is None or not options.to:
        missing = "DIR is missing" if options.folder is None else "--to is missing: which form"
        raise UsageError.one("fairaudit export", missing, "`fairaudit export --list` says which forms there are.")
    report, out = options.report or options.folder / "report", options.out or options.folder / FOLDER
    written, left_out = write(report, options.to, out)
    _say([f"Wrote {path}" for path in written])
    for problem in left_out:
        _say(["", f"Not written: {problem.what}", f"  {problem.hint}"])
    _next("read what is still “to be completed” in them; the report stays the record")


def _gate(options: argparse.Namespace) -> int:
    import datetime

    from fairaudit.completing import gate_of, objections

    found, gate = gate_of(options.folder, datetime.date.today(), allow_code=options.allow_code)
    if gate.opens:
        decision = found.results["determination"]["decision"]["words"]
        _say([f"The gate opens: {found.plan.system.title} may be adopted on this audit.", decision])
        conditions = len(found.results["conditions"])
        _say([f"Conditions that must hold: {conditions}; the report prints them."] if conditions else [])
        _say(objections(found.results))
        _next("fairaudit publish", "keep the seal with somebody else, then")
        return 0
    _say([f"The gate stays shut for {found.plan.system.title}:", *(f"- {reason}" for reason in gate.reasons)])
    _say([*gate.pilot, *objections(found.results)])
    if gate.pilot_may_start:
        _next("fairaudit publish", "keep the seal with somebody else, then")
    else:
        _next(found.next)
    return SHUT


def _verify(options: argparse.Namespace) -> int:
    from fairaudit.verifying import verify

    settings = {"quick": options.quick, "allow_code": options.allow_code}
    found = verify(options.folder, options.out, options.against, **settings)
    _say(found.lines())
    if found.reproduced:
        _next("keep seal.json, or its hash, with somebody else, and name it with --against next time")
    else:
        _next(f"fairaudit run {_quoted(options.folder)}", "ask whose move it is, as said above; where it is yours,")
    return 0 if found.reproduced else NOT_REPRODUCED


def _request(options: argparse.Namespace) -> None:
    from fairaudit.requesting import Request, write_request

    if options.rate is not None and not 0 < options.rate < 1:
        what = f"--rate lies between 0 and 1, and {options.rate:g} does not"
        raise UsageError.one("fairaudit request", what, "Write --rate 0.8 for 80%.")
    told = {name: getattr(options, name) for name in ("by", "send_to", "rate", "dialect")}
    _say(write_request(options.folder, options.out, Request(tuple(options.evidence), **told)))
    _next(f"fairaudit check {_quoted(options.folder)}", "read letter.html, send the folder; when the counts are there,")


def _tally(options: argparse.Namespace) -> None:
    from fairaudit.checking import refuse_to_overwrite
    from fairaudit.sending import Sender, counts_of, pairs, sql_of

    _refuse_unlike(options)
    renamed = pairs(options.map)
    if options.print_sql:
        text = sql_of(options.folder, options.evidence, options.dialect, renamed or ({} if options.dialect else None))
        print("\n".join(map(printable, text.splitlines())))
        return
    if options.out is None:
        raise UsageError.one("fairaudit tally", "-o is missing: where to write", "Add -o counts.")
    refuse_to_overwrite(options.out)
    file = {name: getattr(options, name) for name in ("source", "sheet", "table", "encoding", "delimiter")}
    sender = Sender(
        **file,
        renamed=renamed,
        counted_by=options.counted_by,
        smallest=options.smallest_cell,
        cells=options.from_cells,
    )
    found = counts_of(options.folder, options.evidence, sender)
    tally = found.tally
    with contextlib.suppress(OSError):  # what cannot be written is said when the counts are
        options.out.parent.mkdir(parents=True, exist_ok=True)
    path = tally.save(options.out)
    counts = f"{tally.records:,} records in {len(tally.cells):,} cells"
    _say([f"Wrote {path} and {path.name.removesuffix('json')}csv: {counts}.", *_privacy(found, options.smallest_cell)])
    _next(f"write `source: {path.name}` under data: in the plan that is to use them, with `counts_from:`")


def _refuse_unlike(options: argparse.Namespace) -> None:
    """Say which options do not go together."""
    given = {
        "--from-cells": options.from_cells,
        "--source": options.source,
        "--map": options.map,
        "--print-sql": options.print_sql,
        "--smallest-cell": options.smallest_cell,
    }
    apart = (("--from-cells", "--source"), ("--from-cells", "--map"), ("--from-cells", "--print-sql"))
    apart += (("--print-sql", "--source"), ("--print-sql", "--smallest-cell"))
    for one, other in apart:
        if given[one] and given[other]:
            raise UsageError.one("fairaudit tally", f"{one} and {other} do not go together", "Leave one of them out.")
    if options.dialect and not options.print_sql:
        raise UsageError.one("fairaudit tally", "--dialect is of the SQL that is printed", "Add --print-sql.")
    own = [name for name in ("sheet", "table", "encoding", "delimiter") if getattr(options, name) is not None]
    if own and options.source is None:
        raise UsageError.one("fairaudit tally", f"--{own[0]} is of the file that --source names", "Add --source FILE.")


def _privacy(found: Counts, smallest: int | None) -> Iterator[str]:
    """Say what the counts still tell of single people."""
    if smallest is None:
        yield f"Counts are not private: a cell of 1 is a record, and {_ones(found.tally)}. See who may have them."
        return
    yield f"{found.hidden:,} counts are hidden: {found.tally.about.suppression}."
    if found.tally.about.folds is not None and found.hidden > len(found.tally.cells) / 2:
        yield "Most are: clusters cut every count into parts of a person or two. Little can be shown by such counts."
    if found.close:
        yield f"{found.close:,} small counts still follow closely from the others: see who may have them."


def _ones(tally: Tally) -> str:
    """Say how many cells are a single record."""
    ones = int((tally.cells["n"] == 1).sum())
    why = ", since clusters are counted apart" if ones and tally.about.folds else ""
    return f"{ones:,} of these {'is' if ones == 1 else 'are'}{why}"


def _measures(options: argparse.Namespace) -> None:
    from fairaudit.checking import measure_lines

    _say(measure_lines(options.measure))
    _next("fairaudit measures NAME", "for one of them in full,") if not options.measure else _next("fairaudit init DIR")


def _doctor(options: argparse.Namespace) -> int:
    from fairaudit.doctor import examine

    found = examine(options.out)
    _say(f"- {each}" for each in found)
    missing = [each for each in found if not each.there]
    if missing:
        _next("fairaudit doctor", "do what is said above, and look again:")
        return LACKING
    _say(["", "Nothing is missing."])
    _next("fairaudit demo")
    return 0


# --- printing --------------------------------------------------------------------------------------------------------


def _say(lines: Iterable[str]) -> None:
    for line in lines:
        print(_wrapped(line))


def _next(command: str, before: str = "") -> None:
    """End with the one next command."""
    _say(["", f"Next: {before + ' ' if before else ''}{command}"])


def _complain(error: FairauditError) -> None:
    """Show every problem: where, what, and what to do."""
    count = len(error.problems)
    lines = [f"{count} problem{'s' if count > 1 else ''}:"]
    for problem in error.problems:
        lines += ["", f"  {problem.where}: {problem.what}"]
        lines += [f"    {problem.hint}"] if problem.hint else []
    notes = getattr(error, "__notes__", [])
    lines += ["", *notes] if notes else []
    sys.stdout.flush()
    print("\n".join(map(_wrapped, lines)), file=sys.stderr)


def _quoted(path: Path) -> str:
    """Write a path as a shell takes it."""
    return shlex.quote(str(path))


def _wrapped(line: str) -> str:
    """Wrap a line to the terminal, keeping its indent, so that nothing is cut off in a narrow window."""
    text = printable(line).strip()
    indent = " " * (len(line) - len(line.lstrip(" ")))
    hanging = indent + "  " if re.match(r"- |\d+\. ", text) else indent
    width = max(40, min(100, shutil.get_terminal_size().columns))
    options = {"break_long_words": False, "break_on_hyphens": False}
    return textwrap.fill(text, width, initial_indent=indent, subsequent_indent=hanging, **options)


def printable(text: str) -> str:
    """Take control characters out of what came from a file, so that it cannot steer the terminal."""
    return "".join(character if character.isprintable() else " " for character in text)


if __name__ == "__main__":
    raise SystemExit(main())
