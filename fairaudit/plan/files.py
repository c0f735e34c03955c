"""The files that hold what a plan names. It loads nothing that counts, since a run looks at them before it starts."""

from __future__ import annotations

import re
from pathlib import Path

from fairaudit.plan.data import TALLY_SUFFIX, Data

CELLS_SUFFIX = TALLY_SUFFIX.replace("json", "csv")
PARQUET = (".parquet", ".pq")


def files_of(data: Data, folder: str | Path) -> list[Path]:
    """Name the files that hold a source: a tally's two, a folder's Parquet files; none of a warehouse."""
    if data.is_warehouse:
        return []
    path = Path(folder) / data.source
    if data.is_tally:
        return list(places(path))
    return parquet_files(path) if path.is_dir() else [path]


def places(path: str | Path) -> tuple[Path, Path]:
    """Give a tally's two files, what it is about first; `x`, `x.tally.json` and `x.tally.csv` all mean the same."""
    stem = re.sub(r"(\.tally)?(\.(json|csv))?$", "", str(path))
    return Path(stem + TALLY_SUFFIX), Path(stem + CELLS_SUFFIX)


def parquet_files(folder: Path) -> list[Path]:
    """Name the Parquet files of a folder and of the folders in it, in order; what is hidden is none of them."""
    found = (path for path in folder.rglob("*") if path.name.lower().endswith(PARQUET) and path.is_file())
    return sorted(path for path in found if not any(_is_hidden(part) for part in path.relative_to(folder).parts))


def _is_hidden(name: str) -> bool:
    """Say whether engines pass over a name: what they are still writing, or have not cleared away."""
    return name.startswith((".", "_"))
