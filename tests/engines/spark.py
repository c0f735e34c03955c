"""Spark of the tests' own: in this process, or a cluster on loopback, a process each; ended when they are done."""

from __future__ import annotations

import atexit
import functools
import importlib.util
import itertools
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from fairaudit.engines import spark_session

VARIABLE = "FAIRAUDIT_TEST_SPARK"
"""The environment variable that holds the address."""

PATIENCE = 6  # seconds, after which a cluster without workers is given up
START_SECONDS = 120
# Tests ask little, and often of a Spark that has just started: less compiling, and one collector of garbage.
JAVA_OPTIONS = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
MASTER, WORKER = "org.apache.spark.deploy.master.Master", "org.apache.spark.deploy.worker.Worker"


def needed() -> None:
    """Skip the test where Spark cannot run, and in CI fail it."""
    reason = ""
    if not spark_session.has_pyspark():
        reason = f"Spark's library is not installed: {spark_session.INSTALL}"
    elif (spark_session.java_version() or 0) < spark_session.JAVA:
        reason = f"there is no Java {spark_session.JAVA}: {spark_session.INSTALL_JAVA}"
    if reason:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(reason)


class Cluster:
    """A master and workers, each a process of its own on 127.0.0.1.

    Attributes:
        address: what a plan's variable holds.
        workers: the workers' processes.
    """

    def __init__(self, workers: int = 2):
        self.folder = Path(tempfile.mkdtemp(prefix="fairaudit-spark-"))
        self.workers: list[subprocess.Popen] = []
        port = _free_port()
        self.address = f"spark://127.0.0.1:{port}"
        self.conf = _settings(
            self.folder / "conf",
            {
                "spark.executor.memory": "512m",
                "spark.executor.extraJavaOptions": JAVA_OPTIONS,
                "spark.fairaudit.patience": str(PATIENCE),
                "spark.sql.files.maxPartitionBytes": "1m",  # so that each file of a test is a task of its own
            },
        )
        try:
            self.master = self._started(MASTER, "--host", "127.0.0.1", "--port", str(port), "--webui-port", "0")
            _until(lambda: _answers(port), self.master, "the master")
            for _ in range(workers):
                self._add_worker()
        except BaseException:
            self.close()
            raise

    @property
    def settings(self) -> dict[str, str]:
        """The environment in which Spark finds the cluster's settings."""
        return {"SPARK_CONF_DIR": str(self.conf), VARIABLE: self.address}

    def kill_worker(self) -> None:
        """Kill a worker, at once; what it runs ends with it."""
        worker = self.workers.pop()
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait(START_SECONDS)

    def close(self) -> None:
        """End all of it."""
        for process in [*self.workers, *([self.master] if hasattr(self, "master") else [])]:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait(START_SECONDS)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _add_worker(self) -> None:
        work = self.folder / f"work-{len(self.workers)}"
        options = [
            "--host",
            "127.0.0.1",
            "--cores",
            "1",
            "--memory",
            "768m",
            "--webui-port",
            "0",
            "--work-dir",
            str(work),
        ]
        worker = self._started(WORKER, *options, self.address)
        self.workers.append(worker)
        log = self.folder / f"{worker.pid}.log"
        _until(lambda: "Successfully registered" in log.read_text(errors="replace"), worker, "a worker")

    def _started(self, kind: str, *options: str) -> subprocess.Popen:
        """Start one of Spark's daemons in a group of processes of its own, to be ended with its children."""
        home = Path(importlib.util.find_spec("pyspark").origin).parent
        own = {
            "SPARK_HOME": str(home),
            "SPARK_LOCAL_IP": "127.0.0.1",
            "SPARK_DAEMON_MEMORY": "256m",
            "SPARK_LOCAL_DIRS": str(self.folder / "scratch"),
            "SPARK_CONF_DIR": str(self.conf),
            "SPARK_DAEMON_JAVA_OPTS": JAVA_OPTIONS,
        }
        log = self.folder / "starting.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [str(home / "bin" / "spark-class"), kind, *options],
                stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=os.environ | own, start_new_session=True,
            )  # fmt: skip
        log.rename(self.folder / f"{process.pid}.log")
        return process


def _settings(folder: Path, more: Mapping[str, str]) -> Path:
    folder.mkdir()
    settings = {"spark.driver.extraJavaOptions": JAVA_OPTIONS, **more}
    (folder / "spark-defaults.conf").write_text("".join(f"{name} {value}\n" for name, value in settings.items()))
    return folder


def _until(condition, process: subprocess.Popen, what: str) -> None:
    end = time.monotonic() + START_SECONDS
    while not condition():
        assert process.poll() is None, f"{what} of Spark ended by itself"
        assert time.monotonic() < end, f"{what} of Spark did not start within {START_SECONDS} seconds"
        time.sleep(0.1)


def _answers(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def running_stage_is_under_way(least: int) -> bool:
    """Say whether Spark in this process runs a stage of at least so many tasks, some of them done and some not."""
    from pyspark import SparkContext

    context = SparkContext._active_spark_context
    if getattr(context, "_jsc", None) is None:
        return False
    tracker = context.statusTracker()
    stages = [tracker.getStageInfo(stage) for stage in tracker.getActiveStageIds()]
    return any(s and s.numTasks >= least and 0 < s.numCompletedTasks < s.numTasks - 2 for s in stages)


# --- in this process -------------------------------------------------------------------------------------------------


_opened = ExitStack()
atexit.register(_opened.close)


@functools.cache
def in_this_process() -> None:
    """Start Spark in this process once, for all tests that count with it."""
    needed()
    folder = Path(tempfile.mkdtemp(prefix="fairaudit-spark-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    os.environ["SPARK_CONF_DIR"] = str(_settings(folder / "conf", {}))
    _opened.enter_context(spark_session.session_on("local[2]", "the tests' Spark"))
    os.environ[VARIABLE] = "spark:local[2]"


def end_in_this_process() -> None:
    """End the Java of this process, which would keep the settings with which it started."""
    _opened.close()
    in_this_process.cache_clear()
    spark_session.end()


_folders = itertools.count()


def with_files(columns: Mapping[str, list], folder: Path) -> str:
    """Write made-up records into a folder of Parquet files, and name it as a plan does."""
    in_this_process()
    place = folder / f"spark-{next(_folders)}"
    place.mkdir()
    whole = pa.table(dict(columns))
    half = max(1, whole.num_rows // 2)
    for start in range(0, whole.num_rows, half):
        pq.write_table(whole.slice(start, half), place / f"part-{start:05}.parquet")
    return f"parquet.`{place}`"
