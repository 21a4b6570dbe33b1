"""An economy as a labelled dataset, for notebooks and for other tools."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dealspace.world.checks import AXES

if TYPE_CHECKING:
    import xarray as xr

    from dealspace.world.economy import Economy


def to_dataset(world: Economy) -> xr.Dataset:
    """Return arrays and accounts of `world` as an xarray Dataset with units.

    Dimensions are importer, exporter, region, input and sector, as in `Economy`.
    """
    import xarray as xr

    content = {field: (axes, np.array(getattr(world, field))) for field, axes in AXES.items()}
    for field in ("output", "expenditure", "final_demand", "value_added"):
        content[field] = (("region", "sector"), np.array(getattr(world, field)))
    for field in ("income", "revenue", "deficit"):
        content[field] = (("region",), np.array(getattr(world, field)))
    names, sectors = list(world.regions), list(world.sectors)
    coords = {"importer": names, "exporter": names, "region": names, "input": sectors, "sector": sectors}
    dataset = xr.Dataset(content, coords=coords, attrs={"name": world.name, "year": world.year or 0})
    rates = {"tariff", "io_share", "va_share", "trade_elasticity"}
    for field in content:
        dataset[field].attrs["unit"] = "1" if field in rates else "USD million"
    return dataset
