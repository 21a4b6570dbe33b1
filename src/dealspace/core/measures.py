"""Measures: pure functions of a solution that return one number, with a name, a unit and a sentence.

Pay-offs, gradients, ratifiers, implied weights and uncertainty all read outcomes through these. Regions and
sectors are positions here; names are put on by `dealspace.outcomes.measures`. A group of regions is a tuple of
positions, over which amounts add up.
"""

from __future__ import annotations

from dataclasses import dataclass

import jax.numpy as jnp
from jaxtyping import Array, Float

from dealspace.core.baseline import Baseline
from dealspace.core.solution import Solution

Positions = tuple[int, ...]


def _pick(values: Array, positions: Positions) -> Array:
    return values[jnp.asarray(positions)]


@dataclass(frozen=True)
class Measure:
    """One number read off a solution.

    Attributes
    ----------
    name : as pay-offs and gradients call it, ``ev:USA``
    unit : of the number, ``USD million a year``
    sentence : what the number says
    """

    name: str
    unit: str
    sentence: str

    def __call__(self, baseline: Baseline, solution: Solution) -> Float[Array, ""]:
        """Return the number for a solution of the economy `baseline`."""
        raise TypeError(f"{type(self).__name__} does not say how it is computed")


@dataclass(frozen=True)
class EquivalentVariation(Measure):
    """Income at base prices worth as much as the change: I (I_hat / P_hat - 1), summed over regions."""

    regions: Positions

    def __call__(self, baseline: Baseline, solution: Solution) -> Float[Array, ""]:
        """Return USD million a year at the size of the base year."""
        gain = baseline.income * (solution.income_hat / solution.price_index_hat - 1.0)
        return _pick(gain, self.regions).sum()


@dataclass(frozen=True)
class RealIncome(Measure):
    """I_hat / P_hat of one region."""

    region: int

    def __call__(self, baseline: Baseline, solution: Solution) -> Float[Array, ""]:
        """Return the ratio, 1 = no change."""
        return solution.income_hat[self.region] / solution.price_index_hat[self.region]


@dataclass(frozen=True)
class RealWage(Measure):
    """w_hat / P_hat of one region."""

    region: int

    def __call__(self, baseline: Baseline, solution: Solution) -> Float[Array, ""]:
        """Return the ratio, 1 = no change."""
        return solution.w_hat[self.region] / solution.price_index_hat[self.region]


@dataclass(frozen=True)
class ConsumerPrice(Measure):
    """P_hat / w_hat of one region: consumer prices relative to the home wage."""

    region: int

    def __call__(self, baseline: Baseline, solution: Solution) -> Float[Array, ""]:
        """Return the ratio, 1 = no change."""
        return solution.price_index_hat[self.region] / solution.w_hat[self.region]


@dataclass(frozen=True)
class RealValueAdded(Measure):
    """Value added of one sector, deflated by the region's consumer prices: VA'_j / P_hat."""

    regions: Positions
    sector: int

    def __call__(self, baseline: Baseline, solution: Solution) -> Float[Array, ""]:
        """Return USD million a year at base-year prices."""
        real = solution.value_added[:, self.sector] / solution.price_index_hat
        return _pick(real, self.regions).sum()


@dataclass(frozen=True)
class OutputVolume(Measure):
    """Gross output of one sector at base-year prices: Y'_j / c_hat_j."""

    regions: Positions
    sector: int

    def __call__(self, baseline: Baseline, solution: Solution) -> Float[Array, ""]:
        """Return USD million a year at base-year prices."""
        volume = solution.output[:, self.sector] / solution.c_hat[:, self.sector]
        return _pick(volume, self.regions).sum()


@dataclass(frozen=True)
class TradeBalance(Measure):
    """Exports of one side to the other less imports from it, in the named sectors, at basic price."""

    regions: Positions
    partners: Positions
    sectors: Positions

    def __call__(self, baseline: Baseline, solution: Solution) -> Float[Array, ""]:
        """Return USD million a year at the numeraire."""
        ours, theirs, sectors = (jnp.asarray(each) for each in (self.regions, self.partners, self.sectors))
        exports = solution.sales[jnp.ix_(theirs, ours, sectors)].sum()
        return exports - solution.sales[jnp.ix_(ours, theirs, sectors)].sum()


@dataclass(frozen=True)
class TariffRevenue(Measure):
    """Duty collected."""

    regions: Positions

    def __call__(self, baseline: Baseline, solution: Solution) -> Float[Array, ""]:
        """Return USD million a year at the numeraire."""
        return _pick(solution.tariff_revenue, self.regions).sum()


def read(measures: tuple[Measure, ...], baseline: Baseline, solution: Solution) -> Float[Array, " M"]:
    """Return the values of several measures, (M,)."""
    return jnp.stack([measure(baseline, solution) for measure in measures])
