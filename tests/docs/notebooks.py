"""What every notebook of ours is held to: it teaches, and only calls."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

LOGIC = (ast.FunctionDef, ast.ClassDef, ast.For, ast.While, ast.If, ast.Lambda, ast.ListComp, ast.Try)


def cells_of(notebook: Path) -> list[dict]:
    """Read a notebook's cells."""
    return json.loads(notebook.read_text(encoding="utf-8"))["cells"]


def code(cells: list[dict]) -> list[str]:
    """Give the text of each cell of code."""
    return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]


def check_it_only_calls(cells: list[dict], begins: str, name: str) -> None:
    """Check that there are parameters, then one object, and then nothing but what it shows.

    Args:
        cells: the notebook's.
        begins: how the cell begins that makes the object.
        name: the object's.
    """
    first, second, *rest = code(cells)
    assert cells[1]["metadata"] == {"tags": ["parameters"]}
    assert second.startswith(begins)
    assert all(re.fullmatch(rf"{name}\.\w+(\(\))?", text) for text in rest), rest
    assert not any(isinstance(node, LOGIC) for text in (first, second, *rest) for node in ast.walk(ast.parse(text)))


def prose_before_every_call(cells: list[dict]) -> str:
    """Check that prose stands before every call, and give it."""
    assert [cell["id"] for cell in cells] == [f"cell-{place:02d}" for place in range(len(cells))]
    assert [cell["cell_type"] for cell in cells[3:]] == ["markdown", "code"] * (len(cells[3:]) // 2)
    return "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
