"""What a tally shows, to draw: made by arithmetic, so that every run draws the same."""

from __future__ import annotations

import math
from typing import Any

LONG = "A group of whose name there are sixty characters or more, {:02d}"
NAMES: dict[str, list[str]] = {
    "two groups": ["Majority Black", "Majority White"],
    "three groups": ["Black", "White", "Hispanic"],
    "four groups, long names": [LONG.format(place) for place in range(4)],
    "six groups": ["Black", "White", "Hispanic", "Asian", "Native American", "Other"],
    "twelve groups": [f"Group {place}" for place in range(12)],
    "twelve groups, long names": [LONG.format(place) for place in range(12)],
    "forty groups": [f"District {place}" for place in range(40)],
    "names without a space": ["x" * 500, "W" * 500],
    "names with signs": ["$a_b^c$", "<b>&amp;</b>", "tab\there"],
    "many names with signs": ["$a_b^c$", "<b>&amp;</b>", "tab\there", "$x$", "\\frac{1}{2}"],
    "names from the right": ["نساء", "גברים"],
    "names that the font lacks": ["女性", "男性", "🧑🏽‍🚒"],
}

# --- times ---


def curve(name: str, n: int, rate: float, until: int = 30) -> dict[str, Any]:
    """Let so large a part be closed each day."""
    shares = [(1 - rate) ** day for day in range(1, until + 1)]
    half = [1.96 * math.sqrt(share * (1 - share) / n) for share in shares]
    bounds = [(max(s - h, 0.0), min(s + h, 1.0)) for s, h in zip(shares, half, strict=True)]
    steps = [[float(day + 1), share, *bound] for day, (share, bound) in enumerate(zip(shares, bounds, strict=True))]
    at_risk = [round(n * (1 - rate) ** tick) if tick <= until else 0 for tick in range(0, 31, 5)]
    median = next((day for day, share, *_ in steps if share <= 0.5), None)
    return {"group": name, "n": n, "steps": steps, "at_risk": at_risk, "median": median}


def no_curve(name: str, n: int = 0) -> dict[str, Any]:
    return {"group": name, "n": n, "steps": [], "at_risk": [0] * 7, "median": None}


def survival(groups: list[dict[str, Any]], **other: Any) -> dict[str, Any]:
    ticks = [0, 5, 10, 15, 20, 25, 30]
    words = {"shown": "survival", "title": "Time until closed, by area", "grouping": ["area"], "unit": "days"}
    return {**words, "horizon": 30, "ticks": ticks, "groups": groups, **other}


def curves(names: list[str]) -> dict[str, Any]:
    return survival([curve(name, 1234 + 9 * place, 0.02 + 0.2 / (place + 1)) for place, name in enumerate(names)])


SURVIVAL: dict[str, dict[str, Any]] = {
    **{case: curves(names) for case, names in NAMES.items()},
    "a group without records": survival([curve("A", 900, 0.1), no_curve("Empty"), no_curve("Lost", 5)]),
    "no records anywhere": survival([no_curve("A"), no_curve("B")]),
    "many without records": survival([*curves(["A", "B", "C", "D"])["groups"], no_curve("Empty"), no_curve("Lost", 5)]),
    "a step alone": survival([curve("A", 1, 0.9, 1), curve("B", 2, 0.5, 1)]),
    "no bounds": survival(
        [curve("A", 9, 0.1) | {"steps": [[2.0, 0.5, None, None], [9.0, 0.2, 0.1, None]]}, curve("B", 50, 0.1)]
    ),
    "large counts": survival([curve(f"Group {place}", 123_456_789, 0.01 * place) for place in range(1, 5)]),
    "large counts, many": survival([curve(f"Group {place}", 123_456_789, 0.01 * place) for place in range(1, 8)]),
    "an early horizon": survival([curve("A", 700, 0.1), curve("B", 90, 0.2, 12)], horizon=2.5),
    "many steps": survival(
        [curve(f"Group {g}", 99, 0.1) | {"steps": [[s / 100, 1 - s / 4000, 0.1, 1.0] for s in range(1, 3000)]}
         for g in range(5)]
    ),
}  # fmt: skip

# --- scores ---


def calibrated(name: str, n: int, scores: list[float], rates: list[float | None], error: float | None = None):
    half = 0.98 / math.sqrt(max(n / len(rates), 1))
    points = [
        {
            "score": score,
            "n": 0 if rate is None else n // len(rates),
            "rate": rate,
            "lower": None if rate is None else max(rate - half, 0.0),
            "upper": None if rate is None else min(rate + half, 1.0),
        }
        for score, rate in zip(scores, rates, strict=True)
    ]
    return {"group": name, "n": n, "points": points, "expected_error": error}


def calibration(groups: list[dict[str, Any]], probability: bool = False) -> dict[str, Any]:
    words = {"shown": "calibration", "title": "Outcome at each score, by race", "grouping": ["race"]}
    return {**words, "probability": probability, "groups": groups}


DECILES = [float(score) for score in range(1, 11)]


def deciles(names: list[str]) -> dict[str, Any]:
    rising = [[0.15 + 0.055 * score + 0.015 * (place % 5) for score in range(10)] for place in range(len(names))]
    return calibration([calibrated(n, 3696, DECILES, r) for n, r in zip(names, rising, strict=True)])


def bins(names: list[str]) -> dict[str, Any]:
    made = []
    for place, name in enumerate(names):
        scores = [(bin_ + 0.3 + 0.02 * place) / 10 for bin_ in range(10)]
        made.append(
            calibrated(name, 900, scores, [min(s * (0.9 + 0.1 * place), 1.0) for s in scores], 0.01 + place / 50)
        )
    return calibration(made, True)


CALIBRATION: dict[str, dict[str, Any]] = {
    **{case: deciles(names) for case, names in NAMES.items()},
    "probabilities": bins(["Black", "White"]),
    "probabilities, many": bins([f"Group {place}" for place in range(7)]),
    "a group without records": calibration(
        [*deciles(["A", "B"])["groups"], {"group": "Empty", "n": 0, "points": [], "expected_error": None}]
    ),
    "rates unknown": calibration(
        [calibrated("A", 80, DECILES, [None] * 10), calibrated("B", 80, DECILES, [0.1, None, 0.3, None, *[0.5] * 6])]
    ),
    "no records anywhere": calibration([{"group": n, "n": 0, "points": [], "expected_error": None} for n in "ABCDE"]),
    "a point alone": calibration([calibrated("A", 3, [5.0], [1 / 3]), calibrated("B", 9, [5.0], [0.0])]),
    "a hundred scores": calibration(
        [calibrated(name, 9000, [s / 1 for s in range(100)], [s / 200 + place / 20 for s in range(100)])
         for place, name in enumerate("ABCD")]
    ),
    "odd scores": calibration([calibrated("A", 90, [-1e6, 0.0, 2e7], [0.001, 0.002, 0.003])]),
}  # fmt: skip

# --- cut-offs ---

MEASURES = [
    {"measure": "selection_rate", "title": "share selected"},
    {"measure": "false_positive_rate", "title": "share selected, of those without the outcome"},
    {"measure": "false_negative_rate", "title": "share not selected, of those with the outcome"},
    {"measure": "ppv", "title": "share with the outcome, of those selected"},
    {"measure": "fomr", "title": "share with the outcome, of those not selected"},
]


def swept(name: str, cutoffs: list[float], place: int, measures: int, n: int = 3696) -> dict[str, Any]:
    parts = [at / max(len(cutoffs) - 1, 1) for at in range(len(cutoffs))]
    rates = {
        measure["measure"]: [round((1 - part) ** (1 + 0.2 * place + 0.5 * number), 6) for part in parts]
        for number, measure in enumerate(MEASURES[:measures])
    }
    return {"group": name, "n": n, "rates": rates}


def sweep(names: list[str], cutoffs: list[float], in_use: list[float], measures: int = 2) -> dict[str, Any]:
    words = {"shown": "sweep", "title": "At every cut-off, by race", "grouping": ["race"], "in_use": in_use}
    groups = [swept(name, cutoffs, place, measures) for place, name in enumerate(names)]
    return {**words, "cutoffs": cutoffs, "measures": MEASURES[:measures], "groups": groups}


def unknown(shown: dict[str, Any], *places: int) -> dict[str, Any]:
    """Let groups be without records."""
    nothing = {measure["measure"]: [None] * len(shown["cutoffs"]) for measure in shown["measures"]}
    groups = [group | {"n": 0, "rates": nothing} if at in places else group for at, group in enumerate(shown["groups"])]
    return shown | {"groups": groups}


FINE = [place / 200 for place in range(200)]
SWEEP: dict[str, dict[str, Any]] = {
    **{case: sweep(names, DECILES, [5.0], 2 if len(names) <= 12 else 1) for case, names in NAMES.items()},
    "one measure": sweep(["Black", "White"], DECILES, [5.0], 1),
    "three measures": sweep(["Black", "White", "Hispanic"], FINE, [0.5], 3),
    "four measures": sweep(["Black", "White"], FINE, [0.005, 0.5, 0.505, 0.995], 4),
    "five measures": sweep(["Black", "White"], DECILES, [1.0, 10.0], 5),
    "five measures, seven groups": sweep([f"Group {place}" for place in range(7)], FINE, [0.25, 0.5], 5),
    "a cut-off alone": sweep(["Black", "White"], [5.0], [5.0]),
    "none in use": sweep(["Black", "White"], DECILES, []),
    "one in use that was not tried": sweep(["Black", "White"], DECILES, [12.5]),
    "twenty in use": sweep(["Black", "White"], FINE, FINE[::10]),
    "a group without records": unknown(sweep(["A", "B", "Empty"], DECILES, [5.0]), 2),
    "no records anywhere": unknown(sweep(["A", "B"], DECILES, [5.0]), 0, 1),
    "many without records": unknown(sweep([*"ABCDEF"], DECILES, [5.0]), 1, 4),
}

# --- amounts ---


def spread(name: str, middle: float, n: int = 800, none: float | None = None, by: float = 1.0) -> dict[str, Any]:
    factors = {"5%": 0.6, "25%": 0.8, "50%": 1.0, "75%": 1.3, "95%": 2.2}
    quantiles = [[label, middle * factor**by] for label, factor in factors.items()]
    return {"group": name, "n": n, "quantiles": quantiles, "mean": 1.1 * middle, "none": none}


def nothing(name: str, n: int = 0) -> dict[str, Any]:
    quantiles = [[label, None] for label in ("5%", "25%", "50%", "75%", "95%")]
    return {"group": name, "n": n, "quantiles": quantiles, "mean": None, "none": None if n == 0 else 1.0}


def distribution(groups: list[dict[str, Any]], unit: str = "dollars") -> dict[str, Any]:
    words = {"shown": "distribution", "title": "Hourly pay, by race", "grouping": ["race"]}
    return {**words, "unit": unit, "groups": groups}


def amounts(names: list[str], none: float | None = None) -> dict[str, Any]:
    return distribution([spread(name, 15 + 3 * place, none=none) for place, name in enumerate(names)])


DISTRIBUTION: dict[str, dict[str, Any]] = {
    **{case: amounts(names, 0.02) for case, names in NAMES.items()},
    "none with none": amounts(["Black", "White"]),
    "a group without records": distribution([spread("A", 15, none=0.1), nothing("Empty"), nothing("Without", 50)]),
    "no records anywhere": distribution([nothing("A"), nothing("B")]),
    "one amount": distribution([spread("A", 15, n=1, by=0.0) | {"mean": 15.0}]),
    "zero": distribution([spread("A", 0.0), spread("B", 0.0)]),
    "far apart": distribution([spread("A", 0.0004), spread("B", 3_000_000, n=123_456_789)]),
    "large": distribution([spread("A", 4e9, n=123_456_789), spread("B", 5e9)], "dollars of the year in which " * 9),
    "below zero": distribution([spread("A", -4.0), spread("B", 5.0)]),
    "a long tail": distribution([spread("A", 20.0, by=6.0), spread("B", 30.0, by=4.0)]),
}
