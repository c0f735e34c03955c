"""environment.yml: the same names and ranges as pyproject.toml, in the form that conda reads."""

from __future__ import annotations

import re

import pytest
import yaml

from fairaudit.engines import spark_session

# Libraries that conda-forge calls otherwise; the -base and -core builds leave out desktop tool kits and pandoc.
CONDA_NAMES = {
    "duckdb": "python-duckdb",
    "jupyter-client": "jupyter_client",
    "matplotlib": "matplotlib-base",
    "ruamel-yaml": "ruamel.yaml",
}
RANGE = r"(>=|<=|<|>|==|!=)\d+(\.\d+)*"


@pytest.fixture(scope="module")
def environment(root) -> dict:
    return yaml.safe_load((root / "environment.yml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def conda_lines(environment) -> list[str]:
    return [line for line in environment["dependencies"] if isinstance(line, str)]


def name_and_range(line: str) -> tuple[str, frozenset[str]]:
    name, specifiers = re.fullmatch(r"([a-z0-9_.-]+?)((?:[<>=!].*)?)", line).groups()
    return name, frozenset(filter(None, specifiers.split(",")))


def test_only_conda_forge_is_asked(environment):
    assert environment["channels"] == ["conda-forge", "nodefaults"]


def test_it_has_the_keys_that_conda_reads_and_no_other(environment):
    assert set(environment) == {"name", "channels", "dependencies"}
    assert environment["name"] == "fairaudit"


def test_every_line_is_a_plain_name_and_range(conda_lines):
    assert [line for line in conda_lines if not re.fullmatch(rf"[a-z0-9._-]+?({RANGE}(,{RANGE})*)?", line)] == []


def test_no_name_is_listed_twice(conda_lines):
    names = [name_and_range(line)[0] for line in conda_lines]
    assert len(names) == len(set(names))


def test_names_and_ranges_are_those_of_pyproject(conda_lines, declared):
    expected = {
        CONDA_NAMES.get(name, name): frozenset(map(str, requirement.specifier))
        for name, requirement in declared.requirements("", "lab", "test").items()
    }
    expected |= {"python": frozenset([declared.python]), "pip": frozenset()}
    assert dict(map(name_and_range, conda_lines)) == expected


def test_pip_installs_only_fairaudit_itself(environment):
    assert environment["dependencies"][-1] == {"pip": ["-e ."]}


def test_what_spark_needs_is_named_and_not_installed(root, conda_lines, declared):
    """It is large, and needs Java: those who want it add it."""
    names = {name_and_range(line)[0] for line in conda_lines}
    assert names & set(declared.requirements("spark")) == set()
    text = (root / "environment.yml").read_text(encoding="utf-8")
    (comment,) = re.findall(r"^ *# .*\bpyspark\b.*$", text, flags=re.MULTILINE)
    assert f"openjdk={spark_session.JAVA}" in comment
