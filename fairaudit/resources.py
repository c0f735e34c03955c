"""Where the files that come with the package are: templates, notebooks, sample audits and data.

In a checkout they lie beside the package; in an installed wheel they lie inside it.
"""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
_CHECKOUT = (_PACKAGE.parent / "templates").is_dir()
_ROOT = _PACKAGE.parent if _CHECKOUT else _PACKAGE / "_data"


def in_checkout() -> bool:
    """Say whether the package lies in a checkout, rather than where pip installs."""
    return _CHECKOUT


def root() -> Path:
    """Give the folder that holds `templates/`, `notebooks/`, `audits/` and `data/sample/`."""
    return _ROOT


def template(name: str) -> Path:
    """Give the path of a file in `templates/`."""
    return _ROOT / "templates" / name


def notebook(kind: str) -> Path:
    """Give the path of the notebook that runs a kind of evidence."""
    return _ROOT / "notebooks" / f"{kind}.ipynb"
