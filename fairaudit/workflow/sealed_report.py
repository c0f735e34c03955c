"""A report that was made earlier, or elsewhere: read only where it is what its seal says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from fairaudit.errors import UsageError
from fairaudit.workflow import seal

RESULTS = "results.json"


def sealed_report(folder: Path, name: str, lacking: tuple[str, str], edited: str) -> dict[str, Any]:
    """Read a report's results, and see that they are what its seal says.

    Args:
        folder: the report's.
        name: what an error calls it.
        lacking: what an error says where there is no report that can be read, and what to do about it.
        edited: what to do about results that are others than were sealed.

    Returns:
        The results, with the keys `root`: of the seal; and `ended`: when the report was made.

    Raises:
        UsageError: there is none, or it is not what was sealed.
    """
    try:
        sealed = json.loads((folder / seal.FILE).read_text(encoding="utf-8"))
        results = json.loads((folder / RESULTS).read_text(encoding="utf-8"))
        found = {**results, "root": sealed[seal.ROOT], "ended": str(sealed[seal.RAN]["ended"])}
        as_sealed = seal.holds(sealed, folder, RESULTS)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise UsageError.one(name, *lacking) from None
    if not as_sealed:
        raise UsageError.one(name, "is not what its seal says: it was edited after it was made", edited)
    return found
