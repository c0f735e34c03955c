"""These tests look at what runs have made; `make test-reports` names the folder, and without one they are skipped."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.browser.conftest import browser  # noqa: F401
from tests.reports.pages import folders, write_others


def pytest_collection_modifyitems(items):
    if not folders():
        skip = pytest.mark.skip(reason="no folder of reports is named; `make test-reports` names build/ci")
        for item in items:
            if Path(__file__).parent in item.path.parents:
                item.add_marker(skip)


@pytest.fixture(scope="session")
def others(tmp_path_factory) -> Callable[[str], Path]:
    """Give a function from a name to a page that is no report."""
    folder = tmp_path_factory.mktemp("pages")
    write_others(folder)
    return lambda name: folder / name
