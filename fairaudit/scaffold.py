"""A new audit folder: a commented plan to edit, with columns and levels drafted from the data.

Only columns whose names say that they hold groups of people are read; decisions and outcomes are not looked at.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fairaudit import resources, sql
from fairaudit.errors import DataError, UsageError, nearest
from fairaudit.limits import limits_for
from fairaudit.plan import Data, Plan
from fairaudit.sources.opening import Records, opened
from fairaudit.yaml_reader import read_yaml

GROUPS = re.compile(
    r"race|raza|ethnic\w*|sex|gender|age|agegroup|disab\w*|language|religion|veteran|marital|nationality|citizen\w*|"
    r"tribe|caste|ward|neighbou?rhood|borough"
)
"""A word in a column's name that says that it holds groups of people."""

UNKNOWN = re.compile(
    r"\W*|unk\w*|n\W?a\W?|na|none|null|nan|missing|refused|undisclosed|other/unknown|"
    r"(not|no|prefer not|declin\w+|refus\w+|choose not|did not)( .*)?",
    re.IGNORECASE,
)
"""A value that means that nobody knows."""

AGE = re.compile(r"age|agegroup")
PEOPLE: Mapping[str, re.Pattern[str]] = {
    "race": re.compile(r"black|white|asian|hispanics?|latin(o|a|os|x|e)|native|indigenous|pacific|multiracial|race"),
    "sex": re.compile(r"female|male|women|men|nonbinary"),
}
"""Of areas: a word in a column's name that says that it holds how many people of a group live there."""

TIMES: Mapping[str, re.Pattern[str]] = {
    "opened": re.compile(
        r"open(ed)?|creat(ed|ion)|submitted|received|requested|filed|reported|applied|began|start(ed)?"
    ),
    "closed": re.compile(r"closed?|closing|complet(ed|ion)|resolved|ended|finish(ed)?|answered|decided"),
}
"""Of waits: a word in a column's name that says that it holds the day when one began, or ended."""

DAY = re.compile(r"date|day|time|timestamp|on|at")

DECISION = re.compile(
    r"decisions?|decided|approved|denied|granted|selected|hired|flagged|accepted|admitted|awarded|eligible|detained"
)
"""A word in a column's name that says that it holds what was decided."""

IDENTIFIER = re.compile(r"ids?|identifier|uuid|guid")
PERSON = re.compile(
    r"persons?|people|applicants?|clients?|students?|pupils?|patients?|residents?|defendants?|claimants?|tenants?|"
    r"workers?|employees?|drivers?|customers?|members?|officers?|households?|child|children|seekers?|candidates?"
)
"""A word in the name of a column of identifiers that says whose they are: one may have several records."""

MADE_UP = re.compile(r"made ?up|synthetic|simulated|fictitious|fake|dummy")

MARGIN = re.compile(r"moe|margin")
NO_NUMBER_OF_PEOPLE = re.compile(r"pct|percent\w*|shares?|rates?|median|mean|income|se|cv")
INCOME = re.compile(r"incomes?")
TO_FILL_IN = ("name", "vendor", "agency", "decides")
BECAUSE = "who set the limit, and where it is written"
"""What the templates write in the place of who chose a limit."""
MOST_LEVELS = 60
FEW_NUMBERS = 12
BANDS = "bands: [25, 45, 65]   # where a new band begins"
ADVICE = re.compile(r"add `(delimiter|encoding): (.+)` under data")


@dataclass(frozen=True)
class Draft:
    """What was seen of the data.

    Attributes:
        data: how the file was opened.
        columns: the names of its columns.
        groups: column -> its values, the commonest first; only of columns that seem to hold groups of people.
        areas: group -> the lines that draft it from names of columns alone; only of places.
    """

    data: Data
    columns: list[str] = field(default_factory=list)
    groups: dict[str, list[str]] = field(default_factory=dict)
    areas: dict[str, list[str]] = field(default_factory=dict)

    @property
    def drafted(self) -> dict[str, list[str]]:
        """Give the groups that can be drafted, each with its lines."""
        found = {name: lines for name, values in self.groups.items() if (lines := _levels(name, values))}
        return found | {name: lines for name, lines in self.areas.items() if name not in found}


def new_audit(folder: Path, kind: str, data: Path | None, sheet: str | None = None) -> Iterator[str]:
    """Write `audit.yaml` and `notes.md` into a new folder.

    Args:
        folder: the new audit's folder; may exist, but must not hold a plan.
        kind: the kind of evidence.
        data: records to draft columns and levels from, or None.
        sheet: the sheet of a workbook.

    Yields:
        Lines that say what was written.

    Raises:
        UsageError: there is a plan already, no template of that kind, or nothing can be written.
        DataError: the data cannot be read.
    """
    target, text = folder / "audit.yaml", _template(kind)
    if target.exists():
        hint = "Name another folder, or edit this plan."
        raise UsageError.one(str(target), "is there already, and is not overwritten", hint)
    told: list[str] = []
    if data is not None:
        draft = _look(data, sheet, kind)
        text, told = _drafted(text, draft, _relative(data, folder)), list(_told(draft))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8", newline="\n")
        if not (folder / "notes.md").exists():
            shutil.copyfile(resources.template("notes.md"), folder / "notes.md")
    except OSError as error:
        raise UsageError.one(str(folder), f"cannot be written ({error.strerror})", "Name another folder.") from None
    yield f"Wrote {target} and {folder / 'notes.md'}."
    yield from told


def _template(kind: str) -> str:
    template = resources.template(f"audit.{kind}.yaml")
    kinds = sorted(path.name.split(".")[1] for path in template.parent.glob("audit.*.yaml"))
    if kind not in kinds:
        raise UsageError.one("fairaudit init", f"there is no kind {kind!r}", nearest(kind, kinds))
    on_file = [f"        # {limit.kind}: {limit.name}   # {limit.means}" for limit in limits_for("selection_rate")]
    return template.read_text(encoding="utf-8").replace("        # {{limits}}", "\n".join(on_file))


def _relative(data: Path, folder: Path) -> str:
    """Give a path as the plan writes it; on another drive there is no relative one."""
    try:
        return Path(os.path.relpath(data.resolve(), folder.resolve())).as_posix()
    except ValueError:
        return data.resolve().as_posix()


def as_drafted(plan: Plan) -> list[str]:
    """Find what nobody has filled in yet: the keys of a plan that still hold the template's words."""
    found = []
    for block in plan.evidence:
        draft = read_yaml(resources.template(f"audit.{block.kind}.yaml")).content
        drafted = draft["evidence"][0]
        system = {f"system.{key}": (getattr(plan.system, key), draft["system"][key]) for key in TO_FILL_IN}
        found += [name for name, (said, template) in system.items() if said == template]
        found += [f"{block.id}.period"] if block.data.period == drafted["data"]["period"] else []
        counted, by = block.data.population, drafted["data"].get("population")
        found += [f"{block.id}.population.from"] if counted and by and counted.from_ == by["from"] else []
        found += [f"{block.id}.cannot_tell"] if list(block.cannot_tell) == drafted["cannot_tell"] else []
        found += [f"{block.id}.measures.{each.measure}.because" for each in block.measures if each.because == BECAUSE]
    return list(dict.fromkeys(found))


# --- looking at the data ---------------------------------------------------------------------------------------------


def _look(path: Path, sheet: str | None, kind: str) -> Draft:
    """Read the columns' names, and the values of those that seem to hold groups of people.

    Where the file says how it must be opened (another delimiter or encoding), that is taken down and done.
    """
    if not path.is_file():
        beside = [entry.name for entry in path.parent.iterdir()] if path.parent.is_dir() else []
        close = nearest(path.name, beside)
        raise DataError.one(str(path), "there is no such file", close if close.startswith("Did you mean") else "")
    said: dict[str, str] = {"sheet": sheet} if sheet else {}
    while True:
        data = Data(source=path.name, origin="historical", decided_by="this_system", **said)
        try:
            with opened(data, path.resolve().parent) as records:
                columns = list(records.types)
                people = _people(columns) if kind == "places" else {}
                counts = {name for named in people.values() for pair in named.items() for name in pair}
                groups = dict(_groups(records, data, [name for name in columns if name not in counts]))
                return Draft(data, columns, groups, _areas(columns, people))
        except DataError as error:
            advice = ADVICE.search(error.problems[0].hint)
            if advice is None or advice[1] in said:
                raise _without_a_plan(error) from None
            said[advice[1]] = advice[2].strip('"').replace("\\t", "\t")


def _without_a_plan(error: DataError) -> DataError:
    """Say what to do where there is no plan yet to write it into."""
    problem = error.problems[0]
    return DataError.one(problem.where, problem.what, problem.hint.replace("Add `sheet:` under data.", "Add --sheet."))


def _groups(records: Records, data: Data, names: list[str]) -> Iterator[tuple[str, list[str]]]:
    columns = sql.Columns(records.types)
    for name in names:
        if any(GROUPS.fullmatch(word) for word in _words(name)):
            query = sql.values_query(name, data, columns, MOST_LEVELS + 1)
            rows = records.fetch(query)
            yield name, [value for value, *_ in rows if value is not None]


def _words(name: str) -> list[str]:
    """Take a column's name apart: age_at_arrest, AgeGroup and "Age group" all begin with age."""
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    return re.findall(r"[^\W\d_]+", apart.casefold())


def _people(columns: list[str]) -> dict[str, dict[str, str]]:
    """Find the columns that count an area's people by group, from their names alone.

    Returns:
        What groups are of -> column -> the column of its margin of error, "" where there is none.
    """
    apart = {name: [word for word in _words(name) if not MARGIN.fullmatch(word)] for name in columns}
    margins = {tuple(words): name for name, words in apart.items() if len(words) < len(_words(name))}
    found: dict[str, dict[str, str]] = {}
    for name, words in apart.items():
        of = [group for group, pattern in PEOPLE.items() if any(map(pattern.fullmatch, words))]
        if len(of) == 1 and name not in margins.values() and not any(map(NO_NUMBER_OF_PEOPLE.fullmatch, words)):
            found.setdefault(of[0], {})[name] = margins.get(tuple(words), "")
    return {group: named for group, named in found.items() if len(named) > 1}


def _areas(columns: list[str], people: Mapping[str, Mapping[str, str]]) -> dict[str, list[str]]:
    """Draft the groups of areas: by numbers of people, with all their margins or none, and by income."""
    drafted = {}
    for group, named in people.items():
        written = {" ".join(_words(name)).capitalize(): name for name in named}
        lines = [f"      {group}:", f"        columns: {{{_flow(written)}}}"]
        if all(named.values()):
            lines.append(f"        moe: {{{_flow({label: named[name] for label, name in written.items()})}}}")
        drafted[group] = lines
    for name in columns:
        ranks = any(map(INCOME.fullmatch, _words(name))) and not any(map(MARGIN.fullmatch, _words(name)))
        if people and ranks and "income" not in drafted:
            drafted["income"] = [f"      income: {{column: {_quoted(name)}, quantiles: 5}}"]
    return drafted


def _times(columns: list[str]) -> dict[str, str]:
    """Find the columns of the days when a wait began and when it ended, from their names alone: only where one fits."""
    found = {}
    for key, pattern in TIMES.items():
        named = [name for name in columns if any(map(pattern.fullmatch, _words(name)))]
        dated = [name for name in named if any(map(DAY.fullmatch, _words(name)))] or named
        if len(dated) == 1:
            found[key] = dated[0]
    return found


def _named(columns: list[str]) -> dict[str, str]:
    """Find the columns that name a record (key) and a person (cluster), from their names alone: only where one fits."""

    def names(words: list[str], *, people: bool) -> bool:
        return any(map(IDENTIFIER.fullmatch, words)) and any(map(PERSON.fullmatch, words)) == people

    found = {
        "key": _only(columns, lambda words: names(words, people=False)),
        "cluster": _only(columns, lambda words: names(words, people=True)),
    }
    return {key: name for key, name in found.items() if name}


def _only(columns: list[str], fits: Callable[[list[str]], bool]) -> str:
    """Give the one column whose name fits; none where there are several."""
    found = [name for name in columns if fits(_words(name))]
    return found[0] if len(found) == 1 else ""


def _flow(pairs: Mapping[str, str]) -> str:
    return ", ".join(f"{_quoted(key)}: {_quoted(value)}" for key, value in pairs.items())


def _told(draft: Draft) -> Iterator[str]:
    yield f"Columns found: {', '.join(draft.columns)}."
    drafted = list(draft.drafted)
    if not drafted:
        yield "No column's name says that it holds groups of people: name them under groups."
        return
    yield (
        f"Drafted as groups, from their names: {', '.join(drafted)}. Look over their levels, and what means unknown; "
        "add those that have no row."
    )


# --- writing it down -------------------------------------------------------------------------------------------------


def _drafted(text: str, draft: Draft, source: str) -> str:
    """Put the data's path, columns and groups into the template."""
    lines = [f"      source: {_quoted(source)}"]
    for key in ("sheet", "delimiter", "encoding"):
        if value := getattr(draft.data, key):
            lines.append(f"      {key}: {_quoted(value)}")
    columns = "".join(c if c.isprintable() else " " for c in ", ".join(draft.columns))
    text = re.sub(r"      source: records.csv.*", lambda _: "\n".join(lines), text)
    text = text.replace("      # its columns: ...", f"      # its columns: {columns}")
    if any(MADE_UP.search(" ".join(_words(name))) for name in draft.columns):
        text = re.sub(r"origin: \w+ +# historical", "origin: synthetic          # historical", text)
    for key, column in _named(draft.columns).items():
        mark = "# " if key == "cluster" else ""  # whether anybody has several records is for people to say
        text = re.sub(rf"      # {key}: \w+", lambda _, k=key, c=column, m=mark: f"      {m}{k}: {_quoted(c)}", text)
    if column := _only(draft.columns, lambda words: any(map(DECISION.fullmatch, words))):
        text = text.replace("decision: {column: decision,", f"decision: {{column: {_quoted(column)},")
    for key, column in _times(draft.columns).items():
        text = re.sub(rf"      {key}: {key}(?= )", lambda _, k=key, c=column: f"      {k}: {_quoted(c)}", text)
    groups = draft.drafted
    if not groups:
        return text
    compared = [f"      - {{by: {_quoted(name)}}}" for name in groups]
    text = _replaced(text, "groups", [line for lines in groups.values() for line in lines])
    return _replaced(text, "compare", compared)


def _replaced(text: str, key: str, lines: list[str]) -> str:
    """Put lines in the place of what is written under a key of the evidence."""
    block = "\n".join([f"    {key}:", *lines]) + "\n"
    return re.sub(rf"    {key}:\n(?:      .*\n)+", lambda _: block, text)


def _levels(column: str, values: list[str]) -> list[str]:
    """Draft one group from its values; none where there are not two to compare."""
    head = f"      {_quoted(column)}:"
    known = sorted((value for value in values if not UNKNOWN.fullmatch(value)), key=_by_number)
    unknown = [value for value in values if UNKNOWN.fullmatch(value)]
    if _is_age(column) and len(known) > FEW_NUMBERS and all(re.fullmatch(r"-?\d+(\.\d+)?", value) for value in known):
        return [head, f"        {BANDS}", *_unknown(unknown)]
    if len(values) > MOST_LEVELS:
        return [f"{head}   # more than {MOST_LEVELS} values: declare levels, and merge them", *_unknown(unknown)]
    if len(known) < 2:
        return []
    return [head, f"        levels: [{', '.join(map(_quoted, known))}]", *_unknown(unknown)]


def _by_number(value: str) -> tuple[bool, float, str]:
    """Sort whole numbers by size, and before everything else."""
    return not value.isdecimal(), int(value) if value.isdecimal() else 0, value


def _is_age(column: str) -> bool:
    return any(AGE.fullmatch(word) for word in _words(column))


def _unknown(values: list[str]) -> list[str]:
    return [f"        unknown: [{', '.join(map(_quoted, values))}]"] if values else []


ESCAPES: Mapping[str, str] = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def _quoted(value: Any) -> str:
    """Write a value as YAML reads it back."""
    text = str(value)
    plain = re.fullmatch(r"[^\W\d_][\w ./-]*\w|[^\W\d_]", text)
    if plain and text.casefold() not in ("true", "false", "null"):
        return text
    return '"' + "".join(ESCAPES.get(c, c if c.isprintable() else f"\\U{ord(c):08x}") for c in text) + '"'
