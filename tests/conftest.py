"""What every test may rely on: no network, settled random draws, and the real data where they are at hand."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import hypothesis
import pytest

ROOT = Path(__file__).resolve().parent.parent
SHARED_DATA = ROOT.parent / "shared" / "data"

# Charts are drawn to files, and two test processes on two cores need no threads of their own.
os.environ["MPLBACKEND"] = "agg"
os.environ.setdefault("OMP_NUM_THREADS", "1")

# Default: the same examples in each run, so that a red test is red for everyone. To look for new ones:
# HYPOTHESIS_PROFILE=explore make test
hypothesis.settings.register_profile("repeatable", derandomize=True, deadline=None, max_examples=50)
hypothesis.settings.register_profile("explore", deadline=None, max_examples=1000)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeatable"))

# No test sees counts that another one, or a person, has kept.
os.environ["FAIRAUDIT_CACHE"] = "off"

LOOPBACK = ("127.", "::1", "localhost")


def refuse_network(event: str, arguments: tuple) -> None:
    """Stop a test that would reach beyond this machine; kernels and workers talk over loopback."""
    if event == "socket.connect":
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) else ""
    elif event == "socket.getaddrinfo":
        host = arguments[0] or ""
    else:
        return
    host = host.decode() if isinstance(host, bytes) else str(host)
    if host and not host.startswith(LOOPBACK):
        raise RuntimeError(f"A test asked for the network ({event} {host}). No test may need one.")


sys.addaudithook(refuse_network)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Starting Spark takes longer than most tests do: those that count in it are long ones."""
    for item in items:
        if getattr(item, "callspec", None) is not None and item.callspec.params.get("form") == "spark":
            item.add_marker(pytest.mark.long)


@pytest.fixture(scope="session")
def root() -> Path:
    """Give the top folder of the repository."""
    return ROOT


@pytest.fixture(scope="session")
def shared_data() -> Callable[[str], Path]:
    """Give a function from a path below the folder of real data to the file there.

    A test that asks for a file that is not there is skipped, and fails where the data must be: in CI.
    """

    def find(relative: str) -> Path:
        path = SHARED_DATA / relative
        if path.exists():
            return path
        reason = f"real data are not at hand: no {relative} in the folder shared/data beside this repository"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)

    return find
