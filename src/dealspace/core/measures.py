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
    """Income at base prices worth as much as the change: I (I_hat / P_hat - 1) less the cost of work, summed."""

    regions: Positions

    def __call__(self, baseline: Baseline, solution: Solution) -> Float[Array, ""]:
        """Return USD million a year at the size of the base year."""
        gain = baseline.income * (solution.income_hat / solution.price_index_hat - 1.0)
        return _pick(gain - solution.work_cost, self.regions).sum()


@dataclass(frozen=True)
class RealIncome(Measure):
    """I_hat / P_hat of one region; no measure of welfare where labour supply is elastic."""

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
    """Duty and services tax collected, in all sectors or in some."""

    regions: Positions
    sectors: Positions = ()

    def __call__(self, baseline: Baseline, solution: Solution) -> Float[Array, ""]:
        """Return USD million a year at the numeraire."""
        by_sector = _pick(solution.duty, self.regions)
        return (by_sector[:, jnp.asarray(self.sectors)] if self.sectors else by_sector).sum()


@dataclass(frozen=True)
class Rents(Measure):
    """Scarcity rents received, of barriers and of quotas."""

    regions: Positions

    def __call__(self, baseline: Baseline, solution: Solution) -> Float[Array, ""]:
        """Return USD million a year at the numeraire."""
        return _pick(solution.rents, self.regions).sum()


@dataclass(frozen=True)
class Subsidies(Measure):
    """Subsidies paid, less export taxes received."""

    regions: Positions

    def __call__(self, baseline: Baseline, solution: Solution) -> Float[Array, ""]:
        """Return USD million a year at the numeraire."""
        return _pick(solution.subsidies, self.regions).sum()


@dataclass(frozen=True)
class Grants(Measure):
    """Grant equivalents of commitments received, less given; apart from the equilibrium."""

    regions: Positions

    def __call__(self, baseline: Baseline, solution: Solution) -> Float[Array, ""]:
        """Return USD million a year."""
        return _pick(solution.transfer, self.regions).sum()


@dataclass(frozen=True)
class Employment(Measure):
    """Workers of one sector, after over before: VA_hat_j / W_hat, over regions weighted by base value added."""

    regions: Positions
    sector: int

    def __call__(self, baseline: Baseline, solution: Solution) -> Float[Array, ""]:
        """Return the ratio, 1 = no change; 1 too where none were."""
        before = _pick(baseline.value_added[:, self.sector], self.regions)
        after = _pick(solution.value_added[:, self.sector] / solution.w_hat, self.regions)
        return jnp.where(before.sum() > 0, after.sum() / jnp.where(before.sum() > 0, before.sum(), 1.0), 1.0)


@dataclass(frozen=True)
class LabourSupply(Measure):
    """Workers of one region, after over before."""

    region: int

    def __call__(self, baseline: Baseline, solution: Solution) -> Float[Array, ""]:
        """Return the ratio, 1 = no change."""
        return solution.labour_hat[self.region]


@dataclass(frozen=True)
class SectorPrice(Measure):
    """Consumer price of one sector over the region's consumer price index."""

    region: int
    sector: int

    def __call__(self, baseline: Baseline, solution: Solution) -> Float[Array, ""]:
        """Return the ratio, 1 = no change."""
        return solution.P_hat[self.region, self.sector] / solution.price_index_hat[self.region]


def read(measures: tuple[Measure, ...], baseline: Baseline, solution: Solution) -> Float[Array, " M"]:
    """Return the values of several measures, (M,)."""
    return jnp.stack([measure(baseline, solution) for measure in measures])
