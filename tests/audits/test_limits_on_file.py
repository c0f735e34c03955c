"""`templates/limits.yaml`: every limit is dated, cited, and cautious."""

from __future__ import annotations

import datetime

import pytest

from fairaudit.limits import limits
from fairaudit.measures import MEASURES

ON_FILE = list(limits().values())
NAMES = [limit.name for limit in ON_FILE]


def test_four_fifths_is_what_the_federal_guidelines_say():
    # 29 CFR 1607.4(D), Uniform Guidelines on Employee Selection Procedures (1978), in force since 25 September 1978.
    limit = limits()["us.four_fifths"]
    assert (limit.kind, limit.value, limit.measures, limit.as_of) == ("ratio", 0.8, ("selection_rate",), "1978-09-25")
    assert "29 CFR 1607.4(D)" in limit.citation


@pytest.mark.parametrize("limit", ON_FILE, ids=NAMES)
def test_a_limit_is_dated_and_cited(limit):
    assert datetime.date(1900, 1, 1) < datetime.date.fromisoformat(limit.as_of) <= datetime.date.today()
    assert len(limit.citation) > 20
    assert limit.caution.endswith(".")
    assert limit.means[0].islower()  # it ends the sentence "This limit ..."
    assert not limit.means.endswith(".")


@pytest.mark.parametrize("limit", ON_FILE, ids=NAMES)
def test_a_limit_is_a_share_of_measures_that_exist(limit):
    assert limit.kind in ("ratio", "difference")
    assert 0 < limit.value < 1
    assert set(limit.measures) <= set(MEASURES)


@pytest.mark.parametrize("limit", ON_FILE, ids=NAMES)
def test_what_is_no_rule_is_called_a_convention(limit):
    is_rule = not limit.name.startswith("convention.")
    assert is_rule or "No law" in limit.caution or "default of a software tool" in limit.caution
