"""Where counts are kept. It loads nothing, as the command line starts with it."""

from __future__ import annotations

import os
import sys
from pathlib import Path

VARIABLE = "FAIRAUDIT_CACHE"
"""The variable of the environment that names the folder, or says that there is to be none."""
OFF = "off"
NAME = "fairaudit"


def place() -> Path | None:
    """Say where counts are kept: where the environment says, else the user's folder for such files; None if nowhere."""
    told = os.environ.get(VARIABLE)
    if told is not None:
        return Path(told).expanduser() if told.strip() not in ("", OFF) else None
    if sys.platform == "win32":
        above = os.environ.get("LOCALAPPDATA")
    else:
        above = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return Path(above) / NAME if above and os.path.isabs(above) else None
