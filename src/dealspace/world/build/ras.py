"""Iterative proportional fitting (RAS): scale a prior to known sums, keeping its zeros."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


class FitError(ValueError):
    """The sums asked for cannot be reached from the prior."""


def fit(
    prior: np.ndarray,
    margins: Sequence[tuple[tuple[int, ...], np.ndarray]],
    *,
    tolerance: float = 1e-12,
    iterations: int = 20_000,
    name: str = "the table",
) -> np.ndarray:
    """Scale `prior` until its sums over each `axes` equal the target.

    Parameters
    ----------
    prior : array of any shape, zero or positive
    margins : pairs (axes to sum over, target array of the remaining axes)
    tolerance : largest gap allowed, relative to the largest target

    Raises
    ------
    FitError
        When a positive sum is asked of zeros, or the gap does not close.
    """
    table = prior.astype(float)
    scale = max(float(np.abs(target).max(initial=0.0)) for _, target in margins)
    gap = np.inf
    for _ in range(iterations):
        gap = 0.0
        for axes, target in margins:
            total = table.sum(axis=axes)
            gap = max(gap, float(np.abs(total - target).max(initial=0.0)))
            factor = np.divide(target, total, out=np.zeros_like(total), where=total > 0)
            table *= np.expand_dims(factor, axes)
        if gap <= tolerance * scale:
            return table
    raise FitError(f"{name} does not fit its sums: gap {gap:.3g} against {scale:.3g} after {iterations} rounds")


def fit_with_pins(
    prior: np.ndarray, pins: np.ndarray, row_sums: np.ndarray, column_sums: np.ndarray, *, name: str
) -> np.ndarray:
    """Scale `prior` (row, column) to its sums while the cells of `pins` that are not NaN keep their value."""
    known = np.isfinite(pins)
    fixed = np.where(known, pins, 0.0)
    rows, columns = row_sums - fixed.sum(axis=1), column_sums - fixed.sum(axis=0)
    scale = max(float(row_sums.max()), 1e-300)
    if rows.min() < -1e-9 * scale or columns.min() < -1e-9 * scale:
        raise FitError(f"pinned cells of {name} exceed a sum by {-min(rows.min(), columns.min()):.4g}")
    rows, columns = np.maximum(rows, 0.0), np.maximum(columns, 0.0)
    free = np.where(known, 0.0, prior)
    return fit(free, [((1,), rows), ((0,), columns)], name=name) + fixed
