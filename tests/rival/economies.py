"""Small random worlds, calibrated by construction: final demand is positive wherever anything is sold."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
LEAST_FINAL_DEMAND = 0.1  # of expenditure, by region and sector


class Data(NamedTuple):
    """Arrays in the order of `rival_solve` and with the axes of `Economy`."""

    flows: Array  # (importer, exporter, sector)
    tariff: Array
    io_share: Array  # (region, input, sector)
    va_share: Array  # (region, sector)
    theta: Array


class Recipe(NamedTuple):
    """What kind of world to draw."""

    regions: int = 4
    sectors: int = 3
    home_bias: float = 5.0  # own sales relative to a foreign sale, on average
    zero_flows: float = 0.0  # probability that a foreign sale is absent
    idle: float = 0.0  # probability that a region does not make a product
    blocs: int = 1  # groups of regions without any trade between them
    inputs: float = 0.6  # input share of output before it is fitted into absorption; 0: no input-output links
    theta: tuple[float, float] = (0.5, 15.0)
    top_tariff: float = 0.3
    balancing: int = 2  # sweeps that bring each region's trade towards balance; 0: deficits of any size


DEFAULT = Recipe()


def random_economy(rng: np.random.Generator, recipe: Recipe = DEFAULT) -> Data:
    """Draw a world."""
    regions, sectors = recipe.regions, recipe.sectors
    theta = np.exp(rng.uniform(*np.log(recipe.theta), size=sectors))
    flows = _flows(rng, recipe)
    tariff = recipe.top_tariff * rng.random(flows.shape) * (rng.random(flows.shape) < 0.7)
    own = np.arange(regions)
    tariff[own, own] = 0.0
    output, expenditure = flows.sum(axis=0), ((1 + tariff) * flows).sum(axis=1)
    io_share = rng.random((regions, sectors, sectors)) * (rng.random((regions, sectors, sectors)) < 0.8)
    io_share *= recipe.inputs / np.maximum(io_share.sum(axis=1, keepdims=True), 1e-9)
    use = np.einsum("njk,nk->nj", io_share, output)
    room = np.divide((1 - LEAST_FINAL_DEMAND) * expenditure, use, out=np.ones_like(use), where=use > 0)
    io_share *= np.minimum(room, 1.0)[:, :, None]
    # What nobody in a region sells or buys cannot be an input there either, not even of an idle industry.
    io_share *= (expenditure > 0)[:, :, None]
    return Data(flows, tariff, io_share, 1.0 - io_share.sum(axis=1), theta)


def _flows(rng: np.random.Generator, recipe: Recipe) -> Array:
    regions, sectors = recipe.regions, recipe.sectors
    size = np.exp(rng.normal(0.0, 1.0, regions))
    flows = rng.lognormal(0.0, 1.0, (regions, regions, sectors))
    flows *= np.sqrt(size[:, None] * size[None, :])[:, :, None]
    own = np.arange(regions)
    absent = rng.random(flows.shape) < recipe.zero_flows
    absent[own, own] = False
    group = np.arange(regions) % recipe.blocs
    absent |= (group[:, None] != group[None, :])[:, :, None]
    idle = rng.random((regions, sectors)) < recipe.idle
    idle[own, rng.integers(0, sectors, regions)] = False  # everybody makes something
    flows[own, own] *= recipe.home_bias
    flows = np.where(absent | idle[None], 0.0, flows) * 1000.0
    for _ in range(recipe.balancing):
        for region in range(regions):
            at_home = flows[region, region].sum()
            exports, imports = flows[:, region].sum() - at_home, flows[region].sum() - at_home
            if exports > 0 and imports > 0:
                ratio = np.sqrt(imports / exports)
                flows[:, region] *= ratio
                flows[region] /= ratio
    return flows


def random_shock(
    rng: np.random.Generator, data: Data, cells: int = 4, top_tariff: float = 3.0, top_cost: float = 2.0
) -> tuple[Array, Array]:
    """Rates after the change and ratios of trade costs; costs may change at home too, duties may not."""
    tariff, cost = data.tariff.copy(), np.ones_like(data.tariff)
    regions, _, sectors = tariff.shape
    foreign = ~np.eye(regions, dtype=bool)
    for _ in range(cells):
        importer = rng.integers(regions)
        exporters = rng.random(regions) < rng.choice([0.2, 0.6, 1.0])
        columns = np.flatnonzero(rng.random(sectors) < rng.choice([0.3, 1.0]))
        if rng.random() < 0.6:
            block = np.ix_([importer], np.flatnonzero(exporters & foreign[importer]), columns)
            tariff[block] = rng.choice([0.1, 0.5, 1.0]) * top_tariff * rng.random()
        else:
            block = np.ix_([importer], np.flatnonzero(exporters), columns)
            cost[block] = np.exp(rng.uniform(-0.2, np.log(top_cost)))
    return tariff, cost
