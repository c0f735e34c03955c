"""JSON Schemas in `templates/`, written from the models: `python -m fairaudit.schemas` after a model has changed.

An editor that knows YAML and JSON Schema completes `audit.yaml` and marks what is unknown, once the file begins with
`# yaml-language-server: $schema=../../templates/audit.schema.json`.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from fairaudit import resources
from fairaudit.plan import json_schema

SCHEMAS: dict[str, Callable[[], dict]] = {"audit.schema.json": json_schema}
"""File in `templates/` -> what gives its content."""


def text_of(schema: dict) -> str:
    """Write a schema as it stands in its file."""
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def write() -> list[Path]:
    """Write every schema to its file in `templates/`, and give the files."""
    for name, schema in SCHEMAS.items():
        resources.template(name).write_text(text_of(schema()), encoding="utf-8", newline="\n")
    return [resources.template(name) for name in SCHEMAS]


if __name__ == "__main__":
    print("\n".join(f"Wrote {path}" for path in write()))
