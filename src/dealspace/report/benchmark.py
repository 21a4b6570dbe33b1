"""An economy before any measure, with what an effect asks of a solved equilibrium."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr

from dealspace.world.economy import Economy


@dataclass(frozen=True)
class Benchmark:
    """The benchmark itself as the reference of an effect: every ratio is 1.

    Attributes
    ----------
    world : Economy
    """

    world: Economy

    def _ones(self) -> xr.DataArray:
        return xr.DataArray(np.ones(len(self.world.regions)), dims="region")

    @property
    def real_income(self) -> xr.DataArray:
        """Ratio (region,)."""
        return self._ones()

    @property
    def price_index(self) -> xr.DataArray:
        """Ratio (region,)."""
        return self._ones()

    @property
    def consumer_price(self) -> xr.DataArray:
        """Ratio (region,)."""
        return self._ones()

    @property
    def income(self) -> xr.DataArray:
        """Final spending (region,), USD million."""
        return xr.DataArray(self.world.income, dims="region")

    @property
    def equivalent_variation(self) -> xr.DataArray:
        """Zero (region,)."""
        return 0.0 * self._ones()

    @property
    def output_volume(self) -> xr.DataArray:
        """Ratio (region, sector)."""
        return xr.DataArray(np.ones(self.world.output.shape), dims=("region", "sector"))

    @property
    def employment(self) -> xr.DataArray:
        """Ratio (region, sector)."""
        return self.output_volume

    @property
    def sector_price(self) -> xr.DataArray:
        """Ratio (region, sector)."""
        return self.output_volume

    def balance(self, a: str, b: str) -> float:
        """Return goods exports of `a` to `b` less imports, USD million at basic price."""
        world = self.world
        m, n = world.region_index(a), world.region_index(b)
        goods = [world.sector_index(sector) for sector in world.goods]
        return float(world.flows[n, m, goods].sum() - world.flows[m, n, goods].sum())
