"""Windows of binomial distributions against scipy's, and what they leave out."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binom

from fairaudit.stats.binomials import NEGLIGIBLE, Binomials


@pytest.mark.parametrize("n", [1, 7, 100, 1000, 10_000, 10_001, 300_000, 3_000_000])
@pytest.mark.parametrize("rates", [[1e-16, 1e-6, 1e-3], [0.28, 0.30, 0.31], [0.97, 0.999, 1 - 1e-16]])
def test_agrees_with_scipy_and_leaves_out_next_to_nothing(n, rates):
    rates = np.array(rates)
    window = Binomials(n, rates)
    left_out = binom.cdf(window.first - 1, n, rates) + binom.sf(window.last, n, rates)
    assert (left_out <= NEGLIGIBLE).all()
    if n <= 1000:
        counts = np.arange(window.first, window.last + 1)[:, None]
        assert window.probabilities == pytest.approx(binom.pmf(counts, n, rates), rel=1e-9, abs=1e-15)
    deviations = np.sqrt(n * rates * (1 - rates)) * np.arange(-4, 5)[:, None]
    likely = np.rint(n * rates + deviations).astype(int).ravel()
    limits = np.unique(np.concatenate([[-5, -1, 0, n - 1, n, n + 5], likely, np.linspace(0, n, 50).astype(int)]))
    assert window.at_most(limits) == pytest.approx(binom.cdf(limits[:, None], n, rates), abs=1e-11)
