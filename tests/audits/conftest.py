"""The scripts in `data/sample/` as modules, and the folders that the tests of audits read."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest


def script(path: Path, name: str) -> ModuleType:
    """Import a script that lies in no package."""
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    # Dataclasses look their module up by its name.
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def sample_folder(root) -> Path:
    return root / "data" / "sample"


@pytest.fixture(scope="session")
def sample(sample_folder) -> ModuleType:
    """The script that makes records up."""
    return script(sample_folder / "make.py", "make_sample")


@pytest.fixture(scope="session")
def published(sample_folder) -> ModuleType:
    """The script that writes published tables as tallies."""
    return script(sample_folder / "published" / "make.py", "make_published")
