"""Every piece of Python in the README runs, in order, and prints what the README shows."""

from __future__ import annotations

import re
import subprocess
import sys
from itertools import pairwise

import pytest

from fairaudit.measures.custom import load_measure
from tests.docs.markdown import README, ROOT, Block

pytestmark = pytest.mark.long

BLOCKS = README.blocks_in("python", "text")
MARK = "--- end of block"


def shown() -> list[str]:
    """What each piece of Python prints: the text that stands right below it, or nothing."""
    below = [after.code if after.language == "text" else "" for _, after in pairwise([*BLOCKS, Block("", "", 0)])]
    return [text for block, text in zip(BLOCKS, below, strict=True) if block.language == "python"]


@pytest.fixture(scope="module")
def printed(tmp_path_factory) -> list[str]:
    """Run all of it in one interpreter of its own, since it adds measures."""
    code = [block.code + f"\nprint({MARK!r})\n" for block in BLOCKS if block.language == "python"]
    script = tmp_path_factory.mktemp("readme") / "readme.py"
    script.write_text("".join(code), encoding="utf-8")
    command = [sys.executable, "-W", "error::DeprecationWarning:__main__", str(script)]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT), "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split(f"{MARK}\n")[:-1]


@pytest.mark.parametrize("place", range(len(shown())))
def test_a_piece_of_python_prints_what_is_shown(printed, place):
    assert printed[place] == shown()[place]


@pytest.mark.parametrize("name", ["missed_share", "f1"])
def test_the_measures_of_the_readme_load_from_a_file_beside_the_plan(tmp_path, name):
    own = [block.code for block in BLOCKS if re.match("# (also in )?my_measures.py", block.code)]
    (tmp_path / "my_measures.py").write_text("\n\n".join(own), encoding="utf-8")
    loaded = load_measure(f"./my_measures.py:{name}", tmp_path, allow_code=True)
    assert loaded.measure.name == name
    assert loaded.measure.approximate is (name == "f1")
