"""YAML's traps: what it would turn into something else, blow up or pass over."""

import time
from itertools import pairwise

import pytest

from fairaudit.errors import PlanError
from fairaudit.yaml_reader import read_yaml
from tests.plan.texts import SHORT, changed, problems, read

BEFORE = "Look at the indentation, colons and quotes just before this line."
NO_PLAN = "audit.yaml: is empty or not a mapping | A plan begins with `system:` and `evidence:`."

REFUSED = {
    # trap: (the file, the problem)
    "a tab": (
        "system:\n\tname: X\n",
        "line 2: a tab is used to indent | YAML wants spaces: put two spaces for each tab.",
    ),
    "an anchor": (
        "system: &s {name: X}\n",
        "line 1: anchors (&) and aliases (*) are not allowed | "
        "Write the value out where it is used; put text that begins with * or & in quotes.",
    ),
    "an anchor bomb": (
        "a: &a [x, x]\n" + "".join(f"{n}: &{n} [*{p}, *{p}]\n" for p, n in pairwise("abcdefghijklm")),
        "line 1: anchors (&) and aliases (*) are not allowed | "
        "Write the value out where it is used; put text that begins with * or & in quotes.",
    ),
    "a star in front of a text": (
        "system:\n  name: *best\n",
        "line 2: anchors (&) and aliases (*) are not allowed | "
        "Write the value out where it is used; put text that begins with * or & in quotes.",
    ),
    "an object": (
        "a: !!python/object/apply:os.system [ls]\n",
        "line 1: tags (!) are not allowed | Put text that begins with ! in quotes.",
    ),
    "a tag": ("a:\n  - !!binary aGk=\n", "line 2: tags (!) are not allowed | Put text that begins with ! in quotes."),
    "a key twice": ("a: 1\nb: 2\na: 3\n", "line 3: the key 'a' stands here twice | Keep one of them."),
    "a key twice, deep": ("a:\n  - {b: 1, b: 1}\n", "line 2: the key 'b' stands here twice | Keep one of them."),
    "a list for a key": ("? [a, b]\n: 1\n", "line 1: a key is a list or a mapping | Keys are plain words."),
    "no key": ("~: 1\n", "line 1: a key is missing before the colon | Put an empty text as ''."),
    "two documents": (
        "a: 1\n---\nb: 2\n",
        f"line 2: this is not YAML: but found another document | {BEFORE}",
    ),
    "a bracket that does not close": (
        "a: [1, 2\nb: 3\n",
        f"line 2: this is not YAML: expected ',' or ']', but got ':' | {BEFORE}",
    ),
    "two colons": (
        "a: b: c\n",
        f"line 1: this is not YAML: mapping values are not allowed here | {BEFORE}",
    ),
    "a character that no text has": (
        b"a: b\0c\n",
        "audit.yaml: there is a character that no text has, U+0000 | "
        "Take it out, and save the file as plain UTF-8 text.",
    ),
    "another encoding": (
        "a: 1\nb: \N{LATIN SMALL LETTER E WITH ACUTE}\n".encode("cp1252"),
        "line 2: is not UTF-8 text | Save the file as UTF-8.",
    ),
    "UTF-16": ("a: 1\n".encode("utf-16"), "line 1: is not UTF-8 text | Save the file as UTF-8."),
    "nesting": ("a: " + "[" * 5000, "audit.yaml: is nested too deeply | A plan needs at most eight levels."),
    "five megabytes": (
        "a: b\n" * 1_000_000,
        "audit.yaml: is larger than 300 kB | Here is room for text; records belong in a data file.",
    ),
    "nothing": ("", NO_PLAN),
    "comments only": ("# to do\n", NO_PLAN),
    "a list": ("- a\n", NO_PLAN),
    "a text": ("hello\n", NO_PLAN),
}


@pytest.mark.parametrize("trap", REFUSED)
def test_a_trap_is_refused_in_words_and_at_once(trap, tmp_path):
    text, problem = REFUSED[trap]
    start = time.process_time()
    assert problems(tmp_path, text) == [problem]
    assert time.process_time() - start < 5


SCALARS = {
    # what is written, and what it says
    "no": "no", "NO": "NO", "yes": "yes", "on": "on", "off": "off", "Y": "Y",
    "true": True, "False": False, "~": None, "null": None, "": None,
    "2019-12-31": "2019-12-31", "2019-12-31 10:00": "2019-12-31 10:00", "12:30": "12:30",
    "06037": "06037", "007": "007", "0": 0, "-3": -3, "1_000": "1_000", "0x1f": "0x1f", "0o17": "0o17",
    "1.50": 1.5, ".5": 0.5, "1e3": "1e3", "1.0e3": 1000.0, ".inf": ".inf", ".nan": ".nan",
    "12345678901234567890": "12345678901234567890", "'1'": "1", '"true"': "true", "<<": "<<", "=cmd()": "=cmd()",
    "N/A": "N/A", "5-9": "5-9",
}  # fmt: skip


@pytest.mark.parametrize(("written", "said"), SCALARS.items())
def test_only_plain_numbers_and_true_and_false_are_more_than_text(written, said, tmp_path):
    path = tmp_path / "x.yaml"
    path.write_text(f"a: {written}\n")
    found = read_yaml(path).content["a"]
    assert found == said
    assert type(found) is type(said)


def test_groups_and_codes_stay_what_they_are(tmp_path):
    spec = "groups: {county: {levels: [06037, 06059, NO]}, sex: }"
    text = changed(
        SHORT, ("groups: [race, sex]", spec), ("is: [1], is_not: [0]}\n      o", "is: [on], is_not: [off]}\n      o")
    )
    evidence = read(tmp_path, text).evidence[0]
    assert evidence.groups["county"].levels == ("06037", "06059", "NO")
    assert evidence.data.decision.is_ == ("on",)


def test_a_merge_key_merges_nothing(tmp_path):
    (problem,) = problems(tmp_path, changed(SHORT, ("{name: Risk score}", "{name: Risk score, <<: {vendor: X}}")))
    assert problem.startswith("line 1: system.<<: unknown key '<<'")


def test_a_folder_or_a_missing_file_cannot_be_read(tmp_path):
    for path in (tmp_path, tmp_path / "no.yaml"):
        with pytest.raises(PlanError, match="cannot be read"):
            read_yaml(path)
