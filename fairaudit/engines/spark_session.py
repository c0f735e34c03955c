"""Starting Spark and ending it: quietly, on this machine or on a cluster, once in a process.

Whatever Spark would print may quote a record or an address, so that nothing of it is shown.
"""

from __future__ import annotations

import atexit
import contextlib
import logging
import os
import re
import shutil
import socket
import subprocess
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from fairaudit.errors import DataError

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

SPARK = "spark:"
EXAMPLE = "spark://HOST:7077, or spark:local[2] for two cores of this machine"
JAVA = 17
INSTALL = "pip install 'fairaudit-toolkit[spark]'"
INSTALL_JAVA = f"Debian, Ubuntu: apt-get install openjdk-{JAVA}-jre-headless; conda: conda install openjdk={JAVA}"
ANSWER_SECONDS = 5

SETTINGS = {
    "spark.app.name": "fairaudit",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "OFF",
}
# Of what a session reads and writes: alike on every cluster, and a sum that does not fit ends the query.
SESSION = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.ansi.enabled": "true",
    "spark.sql.adaptive.enabled": "true",
    "spark.sql.parquet.binaryAsString": "true",
    "spark.sql.legacy.timeParserPolicy": "CORRECTED",
}
HERE = {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}
LOCAL = {**HERE, "spark.sql.shuffle.partitions": "8"}


def is_spark(address: str) -> bool:
    """Say whether an address is one of Spark."""
    return address.startswith(SPARK)


def master_of(address: str, where: str) -> str:
    """Give Spark's own name of where it runs: spark://host:7077, local[2], yarn.

    Args:
        address: what the variable holds: spark://HOST:PORT, or what Spark calls it behind `spark:`.
        where: the source, for errors.

    Raises:
        DataError: it is no such address.
    """
    master = address if address.startswith("spark://") else address.removeprefix(SPARK)
    if not re.fullmatch(r"spark://[^/\s@:,]+:\d+(,[^/\s@:,]+:\d+)*|local(\[(\d+|\*)(,\d+)?\])?|yarn|k8s://\S+", master):
        raise DataError.one(where, "is no address of Spark", f"It reads like {EXAMPLE}.")
    return master


def is_local(master: str) -> bool:
    """Say whether Spark runs within this process's own machine, without a cluster."""
    return master.startswith("local")


@contextlib.contextmanager
def session_on(master: str, where: str) -> Iterator[SparkSession]:
    """Start Spark, or take the one that runs in this process on the same cluster; end what was started here.

    Ended at once, it leaves the cluster's cores to whoever counts beside.

    Raises:
        DataError: Spark or Java is not installed, another Spark runs in this process, the cluster does not answer.
    """
    _check_installed(where)
    with _quietly():
        from pyspark import SparkContext
        from pyspark.sql import SparkSession

        running = SparkContext._active_spark_context
        if getattr(running, "_jsc", None) is not None and not running._jsc.sc().isStopped():
            if running.master != master:
                hint = "Stop it (spark.stop()), or count in a process of its own: fairaudit run."
                raise DataError.one(where, "another Spark runs in this process, on another cluster", hint)
            started, context = None, running
        else:
            started = context = _started(master, where)
        try:
            session = SparkSession(context).newSession()
            for name, value in SESSION.items():
                session.conf.set(name, value)
            yield session
        finally:
            if started is not None:
                with contextlib.suppress(Exception):
                    started.stop()


def _started(master: str, where: str):
    from py4j.protocol import Py4JError
    from pyspark import SparkConf, SparkContext
    from pyspark.errors import PySparkException

    _check_answers(master, where)
    conf = SparkConf().setMaster(master).setAll(list((SETTINGS | _network(master)).items()))
    try:
        with _at_home(master):
            return SparkContext(conf=conf, gateway=SparkContext._gateway or _gateway(conf))
    except (PySparkException, Py4JError, OSError, RuntimeError):
        hint = "Is it of the same version of Spark, and can it reach this machine?"
        raise DataError.one(where, "Spark could not be started there", "" if is_local(master) else hint) from None


def _gateway(conf):
    """Start the Java of this process, once, with nothing that it says."""
    from pyspark.java_gateway import launch_gateway

    gateway = launch_gateway(conf, {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL})
    atexit.register(end)
    return gateway


def end() -> None:
    """End the Java that was started here, so that nothing of it outlives this process."""
    from pyspark import SparkContext

    gateway = SparkContext._gateway
    process = getattr(gateway, "proc", None)
    SparkContext._gateway = SparkContext._jvm = None
    if process is None:
        return
    with contextlib.suppress(Exception):
        gateway.shutdown()
    with contextlib.suppress(Exception):
        process.stdin.close()
        process.wait(10)


def _network(master: str) -> dict[str, str]:
    if is_local(master):
        return LOCAL
    return HERE if _is_loopback(master) else {}


def _hosts(master: str) -> list[tuple[str, int]]:
    """Give the hosts and ports of the masters; none where others than Spark itself lead the cluster."""
    if not master.startswith("spark://"):
        return []
    pairs = [each.rpartition(":") for each in master.removeprefix("spark://").split(",")]
    return [(host, int(port)) for host, _, port in pairs]


def _is_loopback(master: str) -> bool:
    hosts = _hosts(master)
    return bool(hosts) and all(host == "localhost" or host.startswith("127.") for host, _ in hosts)


@contextlib.contextmanager
def _at_home(master: str) -> Iterator[None]:
    """Let Spark look up no name of this machine where it needs none: a machine without a network has none."""
    name = "SPARK_LOCAL_IP"
    if name in os.environ or not (is_local(master) or _is_loopback(master)):
        yield
        return
    os.environ[name] = "127.0.0.1"
    try:
        yield
    finally:
        del os.environ[name]


def _check_answers(master: str, where: str) -> None:
    """Knock first: Spark itself would try for minutes."""
    hosts = _hosts(master)
    for host, port in hosts:
        with contextlib.suppress(OSError), socket.create_connection((host, port), ANSWER_SECONDS):
            return
    if hosts:
        hint = "Is it running, and does the address have the right port?"
        raise DataError.one(where, "Spark does not answer there", hint)


def _check_installed(where: str) -> None:
    if not has_pyspark():
        raise DataError.one(where, "needs Spark's library, which is not installed", f"{INSTALL} (and Java {JAVA}).")
    found = java_version()
    if found is None or found < JAVA:
        what = "which is not here" if found is None else f"and Java {found} is here"
        raise DataError.one(where, f"Spark needs Java {JAVA} or newer, {what}", f"{INSTALL_JAVA}.")


def has_pyspark() -> bool:
    """Say whether Spark's library is installed."""
    from importlib.util import find_spec

    return find_spec("pyspark") is not None


def java_version() -> int | None:
    """Give the version of the Java that Spark would take; None where there is none."""
    home = os.environ.get("JAVA_HOME")
    program = str(Path(home) / "bin" / "java") if home else shutil.which("java")
    if not program:
        return None
    try:
        said = subprocess.run([program, "-version"], capture_output=True, text=True, timeout=30, check=False).stderr
    except (OSError, subprocess.SubprocessError):
        return None
    found = re.search(r'version "(?:1\.)?(\d+)', said)
    return int(found[1]) if found else None


@contextlib.contextmanager
def _quietly() -> Iterator[None]:
    """Let Spark's library log nothing: it would write whole queries, with what stands in them."""
    logger = logging.getLogger("SQLQueryContextLogger")
    was, logger.disabled = logger.disabled, True
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            yield
        finally:
            logger.disabled = was
