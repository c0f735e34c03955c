"""What a measure's docstring says, read back for the README, for `fairaudit measures` and for the laws."""

from __future__ import annotations

import inspect

from fairaudit.kinds import KINDS
from fairaudit.measures.registry import MEASURES, Measure, words_of
from fairaudit.measures.statistic import Statistic

LABELS = ("Formula", "Range", "Undefined", "Definition")
"""The lines that a measure's docstring has after its first paragraph, each as ``Label: text``."""


PLAN_SAYS = {
    "within": "a stated time",
    "capacity": "so many",
    "each": "all, or of each list",
    "percentile": "stated percentile",
    "amount": "a stated amount",
}
"""What a title says where no plan has said it."""


def read_docstring(doc: str) -> dict[str, str]:
    """Split a measure's docstring into what it says.

    Args:
        doc: the docstring, indented as it stands in the source or not.

    Returns:
        "what" (the first paragraph) and one entry for each of `LABELS`, lower case; "" where the docstring has none.
    """
    summary, _, rest = inspect.cleandoc(doc or "").partition("\n\n")
    said = {"what": " ".join(summary.split())} | {label.lower(): "" for label in LABELS}
    current = None
    for line in rest.splitlines():
        label, colon, text = line.partition(":")
        if colon and label in LABELS:
            current = label.lower()
            said[current] = text.strip()
        elif current and line.strip():
            said[current] += " " + line.strip()
        else:
            current = None
    return said


def describe(measure: Measure | Statistic) -> dict[str, object]:
    """Put in one flat dict all that is worth printing about a measure."""
    said = read_docstring(measure.doc)
    return {
        "name": measure.name,
        "title": measure.title.format_map({**words_of(measure.given), **({} if measure.given else PLAN_SAYS)}),
        "kind": measure.kind,
        "what": said["what"],
        "formula": said["formula"],
        "range": said["range"],
        "undefined": said["undefined"],
        "definition": said["definition"],
        "source": measure.source,
        "needs": list(measure.needs),
        "worse_if_burden": measure.worse_when("burden"),
        "worse_if_benefit": measure.worse_when("benefit"),
        "aliases": list(measure.aliases),
        "parameters": [*measure.parameters, *(f"{name} (may be left out)" for name in measure.optional)],
        "counterpart": measure.counterpart,
    }


def measures_table() -> list[dict[str, object]]:
    """List every registered measure, as `describe` gives them: by kind, then in the order of registering."""
    kinds = list(KINDS)
    return [describe(measure) for measure in sorted(MEASURES.values(), key=lambda each: kinds.index(each.kind))]
