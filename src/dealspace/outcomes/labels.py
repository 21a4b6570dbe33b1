"""Put names, units and meanings on the core's arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dealspace.world.economy import Economy

if TYPE_CHECKING:
    import xarray as xr

RATIO = "ratio, 1 = no change"
USD = "USD million a year"


def by_region(world: Economy, values: object, name: str, unit: str) -> xr.DataArray:
    """Label (region,)."""
    return _labelled(values, {"region": world.regions}, name, unit)


def by_sector(world: Economy, values: object, name: str, unit: str) -> xr.DataArray:
    """Label (region, sector)."""
    return _labelled(values, {"region": world.regions, "sector": world.sectors}, name, unit)


def by_cell(world: Economy, values: object, name: str, unit: str) -> xr.DataArray:
    """Label (importer, exporter, sector)."""
    axes = {"importer": world.regions, "exporter": world.regions, "sector": world.sectors}
    return _labelled(values, axes, name, unit)


def _labelled(values: object, axes: dict[str, tuple[str, ...]], name: str, unit: str) -> xr.DataArray:
    import xarray as xr

    coords = {axis: list(names) for axis, names in axes.items()}
    return xr.DataArray(
        np.asarray(values), dims=list(axes), coords=coords, name=name, attrs={"unit": unit, "long_name": name}
    )
