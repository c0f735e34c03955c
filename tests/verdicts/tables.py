"""Tallies and plans from a line of counts, so that tests read as tables."""

from collections.abc import Mapping

import pandas as pd

from fairaudit.assessment import Disparity, assess
from fairaudit.plan import Evidence
from fairaudit.tally import About, Tally


def counted(groups: Mapping[str, tuple[int, int]]) -> Tally:
    """Tally selected of all: {"A": (48, 80)}; "?" is the unknown group."""
    rows = [
        {"table": "group", "group": group, "decision": decision, "n": n}
        for group, (selected, everyone) in groups.items()
        for decision, n in (("1", selected), ("0", everyone - selected))
    ]
    known = tuple(group for group in groups if group != "?")
    return Tally(About(kind="decisions", attributes={"group": known}, tables={"group": ("group",)}), pd.DataFrame(rows))


def hidden(groups: Mapping[str, tuple[tuple[int, int], tuple[int, int]]]) -> Tally:
    """Tally ends: {"A": ((3, 5), (20, 22))} is 3 to 5 selected and 20 to 22 not selected."""
    rows = [
        {"table": "group", "group": group, "decision": decision, "n": low, "n_high": high}
        for group, sides in groups.items()
        for decision, (low, high) in zip("10", sides, strict=True)
    ]
    known = tuple(group for group in groups if group != "?")
    return Tally(About(kind="decisions", attributes={"group": known}, tables={"group": ("group",)}), pd.DataFrame(rows))


def confusion(groups: Mapping[str, Mapping[str, int]]) -> Tally:
    """Tally decisions and outcomes: {"A": {"tp": 3, "fp": 1, "fn": 2, "tn": 4}}; "11", "1?" and the like name cells."""
    names = {"tp": "11", "fp": "10", "fn": "01", "tn": "00"}
    rows = [
        {"table": "group", "group": group, "decision": cell[0], "outcome": cell[1], "n": n}
        for group, cells in groups.items()
        for cell, n in ((names.get(name, name), n) for name, n in cells.items())
    ]
    known = tuple(group for group in groups if group != "?")
    about = About(kind="decisions", attributes={"group": known}, tables={"group": ("group",)}, has_outcome=True)
    return Tally(about, pd.DataFrame(rows))


def planned(measures: Mapping[str, Mapping[str, float]], reference="all_pairs", **settings) -> Evidence:
    """Plan one grouping with limits: {"selection_rate": {"ratio": 0.8}}."""
    data = {"source": "x.tally.json", "origin": "historical", "decided_by": settings.pop("decided_by", "this_system")}
    return Evidence.model_validate(
        {
            "id": "test",
            "kind": "decisions",
            "data": data,
            "being_selected_is": settings.pop("being_selected_is", "a benefit"),
            "groups": {"group": {}},
            "compare": [{"by": ["group"], "reference": reference}],
            "measures": [{"measure": name, **limits} for name, limits in measures.items()],
            **settings,
        },
        strict=True,
    )


def judge(groups: Mapping[str, tuple[int, int]], reference="all_pairs", settings=None, **limits: float) -> Disparity:
    """Judge counts against a ratio or a difference of selection rates."""
    return assess(planned({"selection_rate": limits}, reference, **(settings or {})), counted(groups))[0]
