"""A polynomial sketch of the measures, which proposes deals that are then solved.

Measures are smooth in the deal, so a cubic fitted to the deals solved so far gives their curvature nearly
for free. A sketch is anchored at a solved deal: there it has the exact measures and the exact gradient, so a
search that stays put on the anchored sketch has met the exact first-order conditions. No number of a sketch is
ever shown.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np

from .model import Array, Index

# The fit needs this many deals per coefficient.
POINTS = 1.5


@dataclass(frozen=True)
class Polynomial:
    """``sum_f coefficients[f] prod_k z_k^powers[f, k]`` in unit coordinates z of the box.

    Attributes
    ----------
    powers
        (F, K) exponents.
    coefficients
        (F, M).
    low, span
        (K,) the box; a span of zero counts as one.
    """

    powers: Array
    coefficients: Array
    low: Array
    span: Array

    def value(self, deal: Array) -> Array:
        """Return (M,) at a deal (K,)."""
        return self._terms((deal - self.low) / self.span) @ self.coefficients

    def slope(self, deal: Array) -> Array:
        """Return (M, K) at a deal (K,), per natural unit."""
        z = (deal - self.low) / self.span
        lowered = np.maximum(self.powers[None] - np.eye(len(z))[:, None, :], 0.0)
        terms = self.powers.T * np.prod(z**lowered, axis=-1)
        return (terms @ self.coefficients).T / self.span

    def _terms(self, z: Array) -> Array:
        return np.prod(z[..., None, :] ** self.powers, axis=-1)


def fit_polynomial(deals: Array, measures: Array, low: Array, span: Array) -> Polynomial | None:
    """Fit a cubic, or a quadratic when deals (B, K) are few for one; None when they are few for that too."""
    issues = deals.shape[1]
    moving = np.flatnonzero(span > 0)
    unit = np.where(span > 0, span, 1.0)
    for degree in (3, 2):
        powers = _powers(issues, moving, degree)
        if len(deals) >= POINTS * len(powers):
            z = (deals - low) / unit
            basis = np.prod(z[:, None, :] ** powers, axis=-1)
            coefficients = np.linalg.lstsq(basis, measures, rcond=1e-10)[0]
            return Polynomial(powers, coefficients, low, unit)
    return None


def _powers(issues: int, moving: Index, degree: int) -> Array:
    rows = []
    for total in range(degree + 1):
        for chosen in itertools.combinations_with_replacement(moving, total):
            row = np.zeros(issues)
            np.add.at(row, list(chosen), 1.0)
            rows.append(row)
    return np.array(rows)


@dataclass(frozen=True)
class Anchored:
    """A polynomial corrected to have the exact measures and gradient at one deal.

    m(x) = p(x) + [m0 - p(x0)] + [J0 - p'(x0)] (x - x0)
    """

    polynomial: Polynomial
    deal: Array
    shift: Array
    tilt: Array

    @classmethod
    def at(cls, polynomial: Polynomial, deal: Array, measures: Array, jacobian: Array) -> Anchored:
        """Anchor at a solved deal (K,) with its measures (M,) and gradient (M, K)."""
        return cls(polynomial, deal, measures - polynomial.value(deal), jacobian - polynomial.slope(deal))

    def measures_at(self, deal: Array) -> Array:
        """Return (M,)."""
        return self.polynomial.value(deal) + self.shift + self.tilt @ (deal - self.deal)

    def jacobian(self, deal: Array) -> Array:
        """Return (M, K)."""
        return self.polynomial.slope(deal) + self.tilt
