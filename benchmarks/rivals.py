"""What we are timed beside: the usual ways to the same numbers."""

from __future__ import annotations

from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
from fairlearn import metrics
from statsmodels.stats.proportion import confint_proportions_2indep


def pandas_bootstrap(path: Path, draws: int, seed: int = 0) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Count with groupby, draw whole tables of counts: as quick as a bootstrap gets, and twenty lines.

    Returns:
        Rates, a row a group; the 5% and 95% points of each measure's worst ratio and widest gap.
    """
    frame = pd.read_parquet(path, columns=["race", "risk_level", "rearrested"])
    frame["selected"] = frame["risk_level"].isin(["Medium", "High"])
    cells = frame.groupby(["race", "selected", "rearrested"]).size().unstack([1, 2], fill_value=0).sort_index(axis=1)
    counts = cells.to_numpy()
    total = counts.sum()
    drawn = np.random.default_rng(seed).multinomial(total, counts.ravel() / total, size=draws)

    def rates(table):
        tn, fn, fp, tp = np.moveaxis(table.reshape(-1, *counts.shape), -1, 0)
        return {
            "selection_rate": (tp + fp) / (tp + fp + tn + fn),
            "true_positive_rate": tp / (tp + fn),
            "false_positive_rate": fp / (fp + tn),
            "false_negative_rate": fn / (tp + fn),
        }

    spread = {}
    for name, rate in rates(drawn).items():
        low, high = rate.min(axis=1), rate.max(axis=1)
        spread[name, "ratio"] = np.quantile(low / high, [0.05, 0.95])
        spread[name, "difference"] = np.quantile(high - low, [0.05, 0.95])
    return pd.DataFrame({n: rate[0] for n, rate in rates(counts).items()}, index=cells.index), pd.DataFrame(spread)


def fairlearn_bootstrap(selected: np.ndarray, outcome: np.ndarray, race: np.ndarray, draws: int, seed: int = 0):
    """Give fairlearn's `MetricFrame` of the same measures, with its own bootstrap, and its ratios and differences."""
    bootstrap = {"n_boot": draws, "ci_quantiles": [0.05, 0.95], "random_state": seed} if draws else {}
    names = ("selection_rate", "true_positive_rate", "false_positive_rate", "false_negative_rate")
    measures = {name: getattr(metrics, name) for name in names}
    return metrics.MetricFrame(
        metrics=measures, y_true=outcome, y_pred=selected, sensitive_features=pd.Series(race, name="race"), **bootstrap
    )


def duckdb_group_by(path: Path, columns: list[str]) -> int:
    """Count rows by the raw values of columns, and nothing else; gives the number of cells."""
    with duckdb.connect() as engine:
        query = f"SELECT {', '.join(columns)}, count(*) FROM read_parquet('{path}') GROUP BY ALL"
        return len(engine.execute(query).fetchall())


def statsmodels_ratio_bounds(x1, n1, x0, n0) -> list[tuple[float, float]]:
    """Give statsmodels' score interval of a ratio, which takes one pair at a time."""
    return [
        confint_proportions_2indep(*pair, compare="ratio", method="score", alpha=0.1)
        for pair in zip(x1, n1, x0, n0, strict=True)
    ]
