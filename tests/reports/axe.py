"""axe-core in a page: the newest from npm where `make axe` has put it, else that of axe-playwright-python."""

from __future__ import annotations

import os
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

FROM_NPM = Path(__file__).resolve().parents[2] / "build" / "axe" / "node_modules" / "axe-core" / "axe.min.js"
# Colours are the same at any width, and axe cannot see through what is scrolled out of sight on a narrow screen.
WIDTHS = {1280: {}, 320: {"rules": {"color-contrast": {"enabled": False}}}}
RUN = "options => axe.run(document, {...options, resultTypes: ['violations', 'incomplete']})"
# Everything is unfolded, and the bar that stays at the foot of a form lies over nothing.
OPEN = """
document.querySelectorAll('details').forEach(each => each.open = true);
document.querySelectorAll('.bar').forEach(each => each.style.position = 'static');
"""


@cache
def source() -> str:
    """Read axe-core."""
    if FROM_NPM.is_file():
        return FROM_NPM.read_text(encoding="utf-8")
    assert os.environ.get("CI") != "true", "axe-core is not in build/axe: make axe"
    return (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")


def looked(page: Any, width: int) -> list[str]:
    """Look at a page, everything unfolded; say what is wrong, and what axe could not decide."""
    page.set_viewport_size({"width": width, "height": 900})
    page.evaluate(OPEN)
    page.evaluate(source())
    found = page.evaluate(RUN, WIDTHS[width])
    return [
        f"{kind} {each['id']}: {node['html'][:200]}"
        for kind in ("violations", "incomplete")
        for each in found[kind]
        for node in each["nodes"]
    ]
