"""Whatever a file holds, reading it gives a plan or its problems: never another error."""

import copy
import tempfile
from pathlib import Path

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from fairaudit.errors import PlanError, Problem
from fairaudit.plan import Plan
from fairaudit.sources.asking import codings_of
from tests.plan.texts import AMOUNTS, FULL, SCORES, SHORT, WAITS, read

PLANS = [yaml.safe_load(text) for text in (SHORT, FULL, SCORES, AMOUNTS, WAITS)]
ODD = st.recursive(
    st.sampled_from(
        [None, True, 0, -1, 1.5, float("inf"), 10**30, "", "?", "*", "race", "x", "n", "é\n", "0.8", "80%"]
    ),
    lambda inside: (
        st.lists(inside, max_size=3)
        | st.dictionaries(
            st.sampled_from(["race", "column", "is", "from", "group", "levels", "x", 1, True]), inside, max_size=3
        )
    ),
    max_leaves=5,
)


def places(content, place=()):
    """Yield every place in a plan."""
    items = content.items() if isinstance(content, dict) else enumerate(content) if isinstance(content, list) else ()
    for key, value in items:
        yield (*place, key)
        yield from places(value, (*place, key))


@st.composite
def mangled(draw: st.DrawFn) -> dict:
    """Take a plan that is right, and put odd values into it, or take entries out."""
    content = copy.deepcopy(draw(st.sampled_from(PLANS)))
    for _ in range(draw(st.integers(1, 3))):
        *path, last = draw(st.sampled_from(list(places(content)) or [("system",)]))
        around = content
        for key in path:
            around = around[key]
        if isinstance(around, dict) and draw(st.booleans()):
            around.pop(last, None)
        elif isinstance(around, dict | list):
            around[last] = draw(ODD)
    return content


def read_or_refused(text: bytes) -> Plan | list[Problem]:
    with tempfile.TemporaryDirectory() as folder:
        try:
            return read(Path(folder), text)
        except PlanError as error:
            return list(error.problems)


@settings(max_examples=300)
@given(mangled())
def test_a_mangled_plan_is_read_or_refused(content):
    text = yaml.safe_dump(content, allow_unicode=True, sort_keys=False)
    found = read_or_refused(text.encode())
    if isinstance(found, Plan):
        assert all(codings_of(block) for block in found.evidence if not block.data.is_tally)
    else:
        assert found
        assert all(problem.where.startswith("audit.yaml") and problem.what for problem in found)


@settings(max_examples=100)
@given(st.text(max_size=200).map(str.encode) | st.binary(max_size=200))
def test_any_text_is_read_or_refused(text):
    assert read_or_refused(text)
