"""Smooth functions of the measures, which searches maximise or hold above zero."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from .model import Array


class Row(Protocol):
    """A smooth function of the measures."""

    def value(self, measures: Array) -> Array:
        """Return (..,) values of measures (.., M)."""
        ...

    def slope(self, measures: Array) -> Array:
        """Return d value / d measure (M,) at measures (M,)."""
        ...


@dataclass(frozen=True)
class Linear:
    """``weights . m + constant``."""

    weights: Array
    constant: float = 0.0

    def value(self, measures: Array) -> Array:
        """Return (..,) values."""
        return measures @ self.weights + self.constant

    def slope(self, measures: Array) -> Array:
        """Return (M,)."""
        return self.weights


@dataclass(frozen=True)
class LogSum:
    """``sum_p power_p log(row_p)``, a straight line below `edge` so that searches may start there."""

    rows: tuple[Linear, ...]
    powers: tuple[float, ...]
    edge: float = 1e-6

    def value(self, measures: Array) -> Array:
        """Return (..,) values."""
        total = np.zeros(measures.shape[:-1])
        for row, power in zip(self.rows, self.powers, strict=True):
            gain = row.value(measures)
            inside = np.maximum(gain, self.edge)
            total = total + power * (np.log(inside) + np.minimum(gain - self.edge, 0.0) / self.edge)
        return total

    def slope(self, measures: Array) -> Array:
        """Return (M,)."""
        return sum(
            (
                power / max(float(row.value(measures)), self.edge) * row.weights
                for row, power in zip(self.rows, self.powers, strict=True)
            ),
            start=np.zeros(measures.shape[-1]),
        )


def blend(rows: Sequence[Linear], shares: Sequence[float]) -> Linear:
    """Return the weighted sum of linear rows."""
    weights = np.asarray(shares) @ np.array([row.weights for row in rows])
    return Linear(weights, float(np.dot(shares, [row.constant for row in rows])))
