"""Intervals of shares and means."""

from __future__ import annotations

import numpy as np

from .model import Array

Z95 = 1.959963984540054


def wilson(successes: int, trials: int, z: float = Z95) -> tuple[float, float]:
    """Return Wilson's (1927) score interval of a share; (0, 1) without trials."""
    if trials == 0:
        return (0.0, 1.0)
    share = successes / trials
    denominator = 1 + z * z / trials
    centre = (share + z * z / (2 * trials)) / denominator
    half = z * np.sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials)) / denominator
    # At the ends the bound is exactly 0 or 1; rounding would leave 1e-17.
    low = 0.0 if successes == 0 else float(centre - half)
    high = 1.0 if successes == trials else float(centre + half)
    return (low, high)


def bootstrap_mean(values: Array, rng: np.random.Generator, resamples: int = 400) -> tuple[float, float]:
    """Return the 95 % percentile bootstrap interval of the mean of `values` (S,)."""
    size = len(values)
    counts = rng.multinomial(size, np.full(size, 1 / size), size=resamples)
    low, high = np.quantile(counts @ values / size, [0.025, 0.975])
    return (float(low), float(high))
