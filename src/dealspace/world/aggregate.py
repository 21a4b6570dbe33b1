"""Merge regions and sectors of an economy, keeping every total."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from dealspace.errors import EconomyError, Fault, unknown_name
from dealspace.world.economy import Economy


def aggregate(
    world: Economy,
    regions: Mapping[str, Sequence[str]] | None = None,
    sectors: Mapping[str, Sequence[str]] | None = None,
    *,
    name: str | None = None,
) -> Economy:
    """Return `world` with regions and sectors merged; those not mentioned stay as they are.

    Parameters
    ----------
    world : Economy
    regions, sectors : mapping of new name to old names, optional
        Every old name may stand in one group only.

    Returns
    -------
    Economy
        Flows are summed; tariffs are weighted by flows (foreign sales only: trade inside a merged region
        becomes own absorption, and its duty leaves the accounts), cost shares by output and elasticities by
        foreign trade. A merged sector is a good when all its members are. Lines are dropped.

    Raises
    ------
    UnknownNameError, EconomyError
        When a name is unknown or stands in two groups.

    Examples
    --------
    >>> import dealspace as ds
    >>> ds.load_world("world-2022").aggregate(regions={"EU": ["DEU", "FRA", "ITA"]}).regions[:2]
    ('USA', 'JPN')
    """
    region_names, by_region = _membership("region", world.regions, regions or {})
    sector_names, by_sector = _membership("sector", world.sectors, sectors or {})
    flows = _merge(world.flows, by_region, by_region, by_sector)
    duty = _merge(world.flows * world.tariff, by_region, by_region, by_sector)
    plain = _merge(world.tariff, by_region, by_region, by_sector)
    count = _merge(np.ones_like(world.tariff), by_region, by_region, by_sector)
    # A cell without trade takes the simple mean of the rates it covers.
    tariff = np.where(flows > 0, duty / np.where(flows > 0, flows, 1.0), plain / count)
    own = np.arange(len(region_names))
    tariff[own, own, :] = 0.0
    output = flows.sum(axis=0)
    use = np.einsum(
        "nkj,nj,an,bk,cj->abc", world.io_share, world.output, by_region, by_sector, by_sector, optimize=True
    )
    value_added = by_region @ world.value_added @ by_sector.T
    active = output > 0
    safe = np.where(active, output, 1.0)
    goods = [
        new
        for new, row in zip(sector_names, by_sector, strict=True)
        if all(world.sectors[j] in world.goods for j in np.flatnonzero(row))
    ]
    return Economy(
        flows=flows,
        tariff=tariff,
        io_share=use / safe[:, None, :],
        va_share=np.where(active, value_added / safe, 1.0),
        trade_elasticity=_mean_elasticity(world, by_sector),
        regions=region_names,
        sectors=sector_names,
        goods=goods,
        name=name or f"{world.name} (merged)",
        year=world.year,
        groups=_groups(world, region_names, by_region),
        region_names={new: world.region_names[new] for new in region_names if new in world.region_names},
        sector_names={new: world.sector_names[new] for new in sector_names if new in world.sector_names},
    )


def keep(world: Economy, regions: Sequence[str], sectors: Sequence[str], *, rest: str) -> Economy:
    """Keep named regions and sectors apart and merge all others into `rest` (empty: keep all)."""
    for name in regions:
        world.region_index(name)
    for name in sectors:
        world.sector_index(name)
    others = [name for name in world.regions if name not in regions] if regions else []
    other_sectors = [name for name in world.sectors if name not in sectors] if sectors else []
    return aggregate(
        world,
        {rest: others} if others else None,
        {rest: other_sectors} if other_sectors else None,
    )


def _membership(kind: str, names: Sequence[str], groups: Mapping[str, Sequence[str]]) -> tuple[list[str], np.ndarray]:
    """New names and the 0/1 matrix (new, old) that sums old into new, in the order of first members."""
    target: dict[str, str] = {}
    for new, members in groups.items():
        for old in members:
            if old not in names:
                raise unknown_name(kind, old, names)
            if old in target:
                raise EconomyError(Fault(f"{old} stands in {target[old]} and in {new}; name it once", f"{kind}s"))
            target[old] = new
    order = list(dict.fromkeys(target.get(old, old) for old in names))
    matrix = np.zeros((len(order), len(names)))
    for column, old in enumerate(names):
        matrix[order.index(target.get(old, old)), column] = 1.0
    return order, matrix


def _merge(array: np.ndarray, importer: np.ndarray, exporter: np.ndarray, sector: np.ndarray) -> np.ndarray:
    return np.einsum("nij,an,bi,cj->abc", array, importer, exporter, sector, optimize=True)


def _mean_elasticity(world: Economy, by_sector: np.ndarray) -> np.ndarray:
    """Elasticities weighted by foreign trade, or evenly where a sector is not traded."""
    foreign = world.flows.sum(axis=(0, 1)) - np.einsum("nnj->j", world.flows)
    weight = by_sector * np.where(foreign > 0, foreign, 0.0)
    bare = weight.sum(axis=1) == 0
    weight[bare] = by_sector[bare]
    return (weight @ world.trade_elasticity) / weight.sum(axis=1)


def _groups(world: Economy, regions: Sequence[str], by_region: np.ndarray) -> dict[str, tuple[str, ...]]:
    """Groups whose members are still whole: each new region lies inside the group or outside it."""
    kept = {}
    for group, members in world.groups.items():
        inside = np.isin(world.regions, members)
        share = by_region @ inside / by_region.sum(axis=1)
        if group not in regions and np.isin(share, (0.0, 1.0)).all() and share.any():
            kept[group] = tuple(name for name, part in zip(regions, share, strict=True) if part == 1.0)
    return kept
