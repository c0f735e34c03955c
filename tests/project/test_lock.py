"""Both locks: everything pinned and hashed, no address of any index, and in step with pyproject.toml."""

from __future__ import annotations

import re
from typing import NamedTuple

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

REMAKE = "run `make lock`"


class Pin(NamedTuple):
    requirement: Requirement
    hashes: list[str]
    wanted_by: list[str]

    @property
    def name(self) -> str:
        return canonicalize_name(self.requirement.name)

    @property
    def version(self) -> str:
        (specifier,) = self.requirement.specifier
        return specifier.version


def read_pins(text: str) -> list[Pin]:
    """Read the pins: an unindented requirement, then its indented hashes and comments on who wants it."""
    pins = []
    for block in re.split(r"\n(?=\S)", text.strip()):
        first, *rest = block.splitlines()
        hashes = [line.strip(" \\").removeprefix("--hash=") for line in rest if "--hash=" in line]
        wanted_by = [re.sub(r"^\s*#\s*(via\s+)?", "", line).strip() for line in rest if line.lstrip().startswith("#")]
        pins.append(Pin(Requirement(first.rstrip(" \\")), hashes, [who for who in wanted_by if who]))
    return pins


@pytest.fixture(scope="module", params=["requirements.lock", "requirements-spark.lock"])
def lock(root, request) -> str:
    return (root / request.param).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def pins(root) -> list[Pin]:
    return read_pins((root / "requirements.lock").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def spark_pins(root) -> list[Pin]:
    """Spark's library is large and few need it, so that it has a lock of its own."""
    return read_pins((root / "requirements-spark.lock").read_text(encoding="utf-8"))


def test_it_holds_no_address(lock):
    assert "://" not in lock
    assert not re.search(r"^\s*--?(i|index|extra|find|trusted|f)\b", lock, flags=re.MULTILINE)


def test_every_library_is_pinned_to_one_version(lock):
    pins = read_pins(lock)
    assert [pin.requirement for pin in pins if [s.operator for s in pin.requirement.specifier] != ["=="]] == []


def test_every_library_has_hashes(lock):
    pins = read_pins(lock)
    assert [pin.name for pin in pins if not pin.hashes] == []
    assert {
        digest for pin in pins for digest in pin.hashes if not re.fullmatch(r"sha256:[0-9a-f]{64}", digest)
    } == set()


def test_it_was_made_from_the_names_in_pyproject(pins, declared):
    asked_for = {pin.name for pin in pins if any(who.startswith("fairaudit-toolkit ") for who in pin.wanted_by)}
    assert asked_for == set(declared.requirements("", "test", "browser")), REMAKE


@pytest.mark.parametrize("python", ["3.11.0", "3.11.9", "3.12.4", "3.13.1", "3.14.0"])
@pytest.mark.parametrize("platform", ["linux", "darwin", "win32"])
def test_every_declared_library_has_one_pin_within_its_range(pins, declared, python, platform):
    machine = {"python_full_version": python, "python_version": python.rpartition(".")[0], "sys_platform": platform}
    here = [pin for pin in pins if not pin.requirement.marker or pin.requirement.marker.evaluate(machine)]
    for name, requirement in declared.requirements("", "test", "browser").items():
        versions = [pin.version for pin in here if pin.name == name]
        assert len(versions) == 1, f"{name} on Python {python}, {platform}: {versions}; {REMAKE}"
        assert versions[0] in requirement.specifier, f"{name} {versions[0]} is not {requirement}; {REMAKE}"


def test_no_library_is_pinned_twice_on_one_machine(pins):
    machine = {"python_full_version": "3.11.7", "python_version": "3.11", "sys_platform": "linux"}
    here = [p.name for p in pins if not p.requirement.marker or p.requirement.marker.evaluate(machine)]
    assert len(here) == len(set(here))


def test_the_build_tools_are_in_the_lock(pins, declared):
    """An editable install without build isolation, and so without a network, finds what it needs."""
    assert {"hatchling", "editables"} <= {pin.name for pin in pins}


def test_the_lock_of_spark_holds_what_its_extra_asks_for(spark_pins, declared):
    wanted = declared.requirements("spark")
    assert {pin.name for pin in spark_pins} >= set(wanted), REMAKE
    wrong = [pin.name for pin in spark_pins if pin.name in wanted and pin.version not in wanted[pin.name].specifier]
    assert wrong == [], REMAKE


def test_nobody_else_installs_spark(pins, spark_pins):
    assert {pin.name for pin in spark_pins} & {pin.name for pin in pins} == set()
