"""A real cluster of Spark on loopback: a master and two workers, of which one is lost while it counts, or both."""

from __future__ import annotations

import threading
import time

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from fairaudit.errors import DataError
from fairaudit.plan import Evidence
from fairaudit.sources import read_tally
from fairaudit.tally import Tally
from tests.engines import spark
from tests.tally import records as made_up

pytestmark = pytest.mark.long

FILES, ROWS, TIMES = 24, 2_000, 400
GROUPS, GRANTED = ["A", "B", "C"], ["yes", "no"]


@pytest.fixture
def cluster(monkeypatch):
    spark.needed()
    spark.end_in_this_process()
    cluster = spark.Cluster(workers=2)
    for name, value in cluster.settings.items():
        monkeypatch.setenv(name, value)
    yield cluster
    cluster.close()
    spark.end_in_this_process()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Made-up records, in files that several workers share."""
    folder = tmp_path_factory.mktemp("requests")
    for place in range(FILES):
        number = np.arange(ROWS) + place * ROWS
        table = {"race": [GROUPS[n % 3] for n in number], "granted": [GRANTED[n % 2] for n in number], "made_up": "yes"}
        pq.write_table(pa.table({**table, "made_up": ["yes"] * ROWS}), folder / f"part-{place}.parquet")
    return folder


def block(folder, **source) -> Evidence:
    decision = {"column": "granted", "is": ["yes"], "is_not": ["no"]}
    measures = [{"measure": "selection_rate", "ratio": 0.8}]
    found = made_up.evidence(
        made_up.block({"race": {"levels": GROUPS}}, data_decision=decision, data_outcome=None, measures=measures)
    )
    where = {"source": f"env:{spark.VARIABLE}", "table": f"parquet.`{folder}`", **source}
    return found.model_copy(update={"data": found.data.model_copy(update=where)})


def slow(folder) -> Evidence:
    """Count every record many times over, so that there is time to lose a worker."""
    query = f"SELECT r.* FROM parquet.`{folder}` AS r CROSS JOIN (SELECT EXPLODE(SEQUENCE(1, {TIMES})) AS again)"
    return block(folder, table=None, query=query)


def counts(tally: Tally) -> dict[tuple[str, str], int]:
    cells = tally.cells.groupby(["race", "decision"])["n"].sum()
    return {key: int(n) for key, n in cells.items()}


def expected(times: int = 1) -> dict[tuple[str, str], int]:
    """The first record is of A and granted, the next of B and not, and so on: all six pairs come in turn."""
    return {(group, decision): FILES * ROWS * times // 6 for group in GROUPS for decision in ("1", "0")}


class Counting(threading.Thread):
    """Counts beside the test, which meanwhile does harm."""

    def __init__(self, evidence: Evidence):
        super().__init__(daemon=True)
        self.evidence, self.tally, self.error = evidence, None, None

    def run(self) -> None:
        try:
            self.tally = read_tally(self.evidence)
        except DataError as error:
            self.error = error

    def wait_until_some_of_it_is_done(self) -> None:
        """Wait until a task of the job has ended, and others have not."""
        end = time.monotonic() + spark.START_SECONDS
        while self.is_alive() and time.monotonic() < end:
            if spark.running_stage_is_under_way(FILES // 2):
                return
            time.sleep(0.02)
        raise AssertionError(f"the job was never seen half done ({self.error})")


def test_two_workers_count(cluster, folder):
    assert counts(read_tally(block(folder))) == expected()


def test_one_worker_is_lost_while_it_counts_and_the_counts_are_right(cluster, folder):
    counting = Counting(slow(folder))
    counting.start()
    counting.wait_until_some_of_it_is_done()
    cluster.kill_worker()
    counting.join(spark.START_SECONDS)
    assert counting.error is None
    assert counts(counting.tally) == expected(TIMES)


def test_both_workers_are_lost(cluster, folder):
    counting = Counting(slow(folder))
    counting.start()
    counting.wait_until_some_of_it_is_done()
    cluster.kill_worker()
    cluster.kill_worker()
    counting.join(10 * spark.PATIENCE)
    assert not counting.is_alive()
    assert str(counting.error) == (
        f"a query in the warehouse {spark.VARIABLE}: no worker of Spark was there for {spark.PATIENCE} seconds\n"
        "      Are its workers running, and not all taken by others? Nothing was written: try again."
    )
    assert counting.error.exit_code == 3


def test_nobody_answers(cluster, folder):
    cluster.close()
    with pytest.raises(DataError, match="Spark does not answer there"):
        read_tally(block(folder))
