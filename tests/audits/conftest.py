"""The folder of sample data, and the script that writes published tables; what makes records up is `made_up`."""

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
def published(sample_folder) -> ModuleType:
    """The script that writes published tables as tallies."""
    return script(sample_folder / "published" / "make.py", "make_published")
