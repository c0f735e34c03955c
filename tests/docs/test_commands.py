"""Every command that a document names is there, with the options that it names; and the README names them all."""

from __future__ import annotations

import argparse
import re
import shlex

import pytest

from fairaudit import cli, errors
from tests.docs.markdown import DOCUMENTS, README, ROOT, Document


@pytest.fixture(scope="module")
def parsers() -> dict[str, argparse.ArgumentParser]:
    """The real parser of every command."""
    found = {}

    def add(name: str, about: str) -> argparse.ArgumentParser:
        return found.setdefault(name, argparse.ArgumentParser(name, description=about))

    for name, function in vars(cli).items():
        if name.startswith("_add_") and name != "_add_allow_code":
            function(add)
    return found


def options_of(parser: argparse.ArgumentParser) -> set[str]:
    return {option for action in parser._actions for option in action.option_strings if option.startswith("--")}


def lines_with_fairaudit() -> list:
    """Every command line of ours in a code block, without prompts, comments and what runs it."""
    found = []
    for document in DOCUMENTS:
        for block in document.blocks_in("sh"):
            for line in block.code.splitlines():
                words = shlex.split(line, comments=True)
                if "fairaudit" in words and "run" not in words[: words.index("fairaudit")][:1]:
                    last = len(words) - 1 - words[::-1].index("fairaudit")
                    found.append(pytest.param(words[last + 1 :], id=f"{document.name}: {line.strip()}"))
    return found


@pytest.mark.parametrize("words", lines_with_fairaudit())
def test_a_command_line_is_one_that_the_parser_takes(words):
    assert callable(cli._options(words).command)


def mentions() -> list:
    return [
        pytest.param(shlex.split(code)[1:], id=f"{document.name}: {code}")
        for document in DOCUMENTS
        for code in document.inline_code
        if code.startswith("fairaudit ") and not code.startswith("fairaudit --")
    ]


@pytest.mark.parametrize("words", mentions())
def test_a_command_in_the_text_is_there_with_the_options_named(parsers, words):
    """`fairaudit how-many` may stand in a sentence without its folder."""
    command, *others = words
    assert command in parsers
    assert {word for word in others if word.startswith("--")} <= options_of(parsers[command])


OTHER_OPTIONS = {"--editable", "--check"}  # pip's; that of data/sample/sign.py


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.name)
def test_an_option_in_the_text_is_one_of_ours(document: Document, parsers):
    ours = {"--help"}.union(*map(options_of, parsers.values()))
    named = {word for code in document.inline_code for word in code.split() if word.startswith("--")}
    assert named <= ours | OTHER_OPTIONS


def rows_of(command: str) -> list[str]:
    return [row for row in README.text.splitlines() if re.match(rf"\| `fairaudit {command}\b[^`]*` \|", row)]


def test_the_readme_has_a_row_for_every_command(parsers):
    assert {name: len(rows_of(name)) for name in parsers} == dict.fromkeys(parsers, 1)


def test_the_readme_names_every_option(parsers):
    named = {(name, option) for name in parsers for option in options_of(parsers[name]) if option in rows_of(name)[0]}
    short = {("tally", "--out")}  # as -o
    usual = {(name, "--help") for name in parsers}
    rare = {("demo", "--out")}
    every = {(name, option) for name in parsers for option in options_of(parsers[name])}
    assert every - named == short | usual | rare


def test_the_readme_explains_every_exit_code():
    classes = [error for error in vars(errors).values() if hasattr(error, "exit_code")]
    codes = {0, cli.SHUT, cli.STOPPED, cli.TERMINATED, *(error.exit_code for error in classes)}
    rows = re.findall(r"^\| (\d+) \| .{4,} \|$", README.text, flags=re.MULTILINE)
    assert {int(code) for code in rows} == codes


def make_targets() -> set[str]:
    return set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE))


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.name)
def test_a_make_target_is_in_the_makefile(document: Document):
    code = [*document.inline_code, *(line for block in document.blocks_in("sh") for line in block.code.splitlines())]
    named = {word for text in code for word in re.findall(r"\bmake ([a-z]+)", text)}
    assert named <= make_targets()
    if document is README:
        assert {"audit", "test", "setup"} <= named
