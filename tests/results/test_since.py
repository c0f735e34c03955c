"""What has moved since an earlier report: verdicts, gaps with the interval of their change, and who is compared."""

from __future__ import annotations

import json
import math
import shutil

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairaudit import cli
from fairaudit.errors import UsageError
from fairaudit.run import Settings, run
from fairaudit.since import _change, earlier_report, moved
from fairaudit.verifying import verify
from tests.report.page import parse
from tests.workflow.made import write_audit

DIFFERENCE, RATIO = {"comparison": "difference"}, {"comparison": "ratio"}


def around(rate: float, below: float, above: float) -> tuple[float, float, float]:
    return rate, rate - below, rate + above


THEN = [around(0.40, 0.03, 0.04), around(0.30, 0.02, 0.02)]
NOW = [around(0.36, 0.04, 0.03), around(0.31, 0.02, 0.03)]


def test_the_change_of_a_gap_joins_the_four_intervals():
    """MOVER: below, what each term can lose; above, what each can gain."""
    found = _change(THEN, NOW, DIFFERENCE, same_records=False)
    assert found["was"] == pytest.approx(0.40 - 0.30)
    assert found["now"] == pytest.approx(0.36 - 0.31)
    assert found["change"] == pytest.approx(0.05 - 0.10)
    assert found["lower"] == pytest.approx(-0.05 - math.sqrt(0.04**2 + 0.03**2 + 0.04**2 + 0.02**2))
    assert found["upper"] == pytest.approx(-0.05 + math.sqrt(0.03**2 + 0.02**2 + 0.03**2 + 0.02**2))


def test_the_change_of_a_ratio_is_a_quotient():
    found = _change(THEN, NOW, RATIO, same_records=False)
    assert found["change"] == pytest.approx((0.36 / 0.31) / (0.40 / 0.30))
    low = math.log(0.36 / 0.32) ** 2 + math.log(0.34 / 0.31) ** 2
    low += math.log(0.44 / 0.40) ** 2 + math.log(0.30 / 0.28) ** 2
    assert found["lower"] == pytest.approx(found["change"] * math.exp(-math.sqrt(low)))


def test_of_the_same_records_nothing_moved_by_chance():
    found = _change(THEN, NOW, DIFFERENCE, same_records=True)
    assert (found["lower"], found["upper"]) == (None, None)


def test_a_ratio_to_nothing_is_not_told():
    assert _change([around(0.0, 0.0, 0.1), THEN[1]], NOW, RATIO, same_records=False) is None


RATES = st.lists(st.floats(0.05, 0.95), min_size=4, max_size=4)


@given(RATES, st.sampled_from([DIFFERENCE, RATIO]))
def test_law_the_change_lies_in_its_interval_and_turns_round_with_time(rates, comparison):
    then, now = ([around(rate, 0.02, 0.03) for rate in pair] for pair in (rates[:2], rates[2:]))
    found = _change(then, now, comparison, same_records=False)
    assert found["lower"] <= found["change"] <= found["upper"]
    back = _change(now, then, comparison, same_records=False)
    if comparison is RATIO:
        assert found["change"] * back["change"] == pytest.approx(1)
        assert found["lower"] * back["upper"] == pytest.approx(1)
    elif (rates[0] < rates[1]) == (rates[2] < rates[3]):
        assert found["change"] == pytest.approx(-back["change"])
        assert found["lower"] == pytest.approx(-back["upper"])


def test_simulated_the_interval_holds_the_true_change_about_nine_times_in_ten():
    """Four samples of 400 people; each rate with its 90% Wilson interval, as a plan with alpha .05 prints it."""
    from fairaudit.stats.intervals import wilson

    draw, n, rates = np.random.default_rng(20261129), 400, (0.42, 0.30, 0.38, 0.33)
    true, held = (0.38 - 0.33) - (0.42 - 0.30), 0
    for _ in range(2000):
        events = [draw.binomial(n, rate) for rate in rates]
        rows = [(k / n, *map(float, wilson(k, n, 0.10))) for k in events]
        found = _change(rows[:2], rows[2:], DIFFERENCE, same_records=False)
        sign = 1 if rows[2][0] >= rows[3][0] else -1
        held += found["lower"] <= sign * true <= found["upper"]
    assert 0.885 < held / 2000 < 0.925


# --- a real run after a real run -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def reports(tmp_path_factory):
    """Run one system on two sets of records, the second beside the first, without PDFs; give both reports' folders."""
    first = write_audit(tmp_path_factory.mktemp("first") / "audit", "flagged")
    run(first, settings=Settings(pdf=False))
    second = shutil.copytree(first, tmp_path_factory.mktemp("second") / "audit")
    other = write_audit(tmp_path_factory.mktemp("other") / "audit", "cleared")
    shutil.copy(other / "records.csv", second / "records.csv")
    run(second, settings=Settings(since=first / "report", pdf=False))
    return first, second


def test_a_report_says_which_verdict_has_changed_and_how_far_the_gap_has_moved(reports):
    first, second = reports
    results = json.loads((second / "report" / "results.json").read_text())
    since = results["since"]
    (row,) = since["findings"]
    assert (row["was"]["verdict"], row["now"]["verdict"], since["changed"]) == ("flagged", "cleared", 1)
    assert since["seal"] == json.loads((first / "report" / "seal.json").read_text())["seal_sha256"]
    assert row["change"]["lower"] < row["change"]["change"] < row["change"]["upper"]
    assert f"Since the report of {since['day']}, 1 verdict has changed." in results["page_one"]["more"]
    page = parse((second / "report" / "report.html").read_text())
    assert "It was shown to be outside the limit, and is shown to be within the limit." in page.text
    assert verify(second).differences == ()


def test_the_same_records_again_have_not_moved(reports, tmp_path):
    first, _ = reports
    found = run(first, tmp_path / "again", Settings(since=first / "report" / "seal.json", pdf=False)).results["since"]
    assert (found["changed"], found["same_plan"]) == (0, True)
    assert found["findings"][0]["sentence"].endswith("the records are the same.")


def test_what_is_in_one_report_only_is_named(reports):
    first, _ = reports
    earlier = earlier_report(first / "report")
    block = earlier["evidence"][0]
    renamed = {
        **block,
        "findings": [{**block["findings"][0], "id": "screened/sex/selection_rate", "grouping": ["sex"]}],
    }
    found = moved(earlier, earlier["audit"], [renamed])
    assert (len(found["findings"]), len(found["gone"]), len(found["added"])) == (0, 1, 1)
    assert found["added"][0].endswith("by sex")


def test_an_earlier_report_that_was_edited_or_is_none_is_refused(reports, tmp_path, capsys):
    first, second = reports
    folder = shutil.copytree(first / "report", tmp_path / "edited")
    (folder / "results.json").write_text((folder / "results.json").read_text().replace("flagged", "cleared", 1))
    with pytest.raises(UsageError, match="edited after it was made"):
        earlier_report(folder)
    assert cli.main(["run", str(second), "--since", str(tmp_path / "nowhere")]) == 2
    assert "is no earlier report" in " ".join(capsys.readouterr().err.split())
    assert cli.main(["run", str(first), str(second), "--since", str(first / "report")]) == 2
