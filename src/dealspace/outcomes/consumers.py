"""What a policy means for those who buy: prices by group of products, choice of origins, cost of living.

Prices are told against two things that people have: the home consumer price index, and the home wage. Choice is counted
two ways from shares of spending by origin: how many origins have at least one per cent, and the number of equally large
origins that would give the same concentration, 1 / sum s^2 (the inverse of Herfindahl's index).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from dealspace.errors import DealspaceError, Fault, near_matches

if TYPE_CHECKING:
    import polars as pl

    from dealspace.outcomes.equilibrium import Equilibrium
    from dealspace.outcomes.products import ProductEffects
    from dealspace.world.economy import Economy

#: Groups of goods that people know, by sectors of world-2022; a sector that is in none stands alone.
GROUPS: dict[str, tuple[str, ...]] = {
    "Food and drink": ("A01_02", "A03", "C10T12"),
    "Clothing and footwear": ("C13T15",),
    "Fuels": ("B05_06", "C19"),
    "Medicines": ("C21",),
    "Electronics": ("C26",),
    "Household appliances": ("C27",),
    "Cars": ("C29",),
    "Furniture, toys and other goods": ("C31T33", "C16", "C22"),
}
#: An origin counts as a choice from this share of spending on.
COUNTED = 0.01
NOT_SHOWN = (
    "Cost of living by income group is not shown: it needs spending shares by income group from a household survey, "
    "and no table of them for the regions of this world is at hand; give `shares` to see it."
)


def consumer_prices(
    equilibrium: Equilibrium, region: str, groups: Mapping[str, tuple[str, ...]] | None = None
) -> pl.DataFrame:
    """Return prices and choice by group of products for the consumers of a region.

    Parameters
    ----------
    equilibrium : Equilibrium
    region : str
    groups : mapping, optional
        Name to sectors; `GROUPS` where left out, of which only sectors that the world has count. Sectors that people of
        the region do not buy are left out.

    Returns
    -------
    polars.DataFrame
        Columns: group, sectors, share of consumption (%), price over home index (%), price over home wage (%), imported
        before and after (% of spending), origins before and after (number), equal origins before and after (number).

    Raises
    ------
    UnknownNameError, NotConvergedError
        For unknown regions and unsolved policies.
    DealspaceError
        When a group names an unknown sector, or two groups the same.

    Notes
    -----
    Within a group prices are weighted as the region's consumption, whose spending shares the model holds constant:
    log P_hat_G = sum_j alpha_j log P_hat_j / sum_j alpha_j. Origins are those of all the region's spending on a sector,
    since final and intermediate buyers choose alike.
    """
    import polars as pl

    s, world = equilibrium.solution, equilibrium.world
    n = world.region_index(region)
    alpha = np.asarray(world.baseline.final_share)[n]
    log_price = np.log(np.asarray(s.P_hat)[n])
    index, wage = np.log(float(s.price_index_hat[n])), np.log(float(s.w_hat[n]))
    before, after = world.flows[n] * (1.0 + world.tariff[n]), np.asarray(s.spending)[n]
    rows = []
    for name, columns in _sectors(world, groups).items():
        weight = alpha[columns]
        if weight.sum() <= 0:
            continue
        price = float(weight @ log_price[columns] / weight.sum())
        old, new = before[:, columns].sum(axis=1), after[:, columns].sum(axis=1)
        rows.append(
            {
                "group": name,
                "sectors": ", ".join(world.sectors[j] for j in columns),
                "share of consumption (%)": 100.0 * float(weight.sum()),
                "price over home index (%)": 100.0 * float(np.expm1(price - index)),
                "price over home wage (%)": 100.0 * float(np.expm1(price - wage)),
                "imported before (%)": 100.0 * _imported(old, n),
                "imported after (%)": 100.0 * _imported(new, n),
                "origins before": counted_origins(old),
                "origins after": counted_origins(new),
                "equal origins before": equal_origins(old),
                "equal origins after": equal_origins(new),
            }
        )
    return pl.DataFrame(rows)


def _sectors(world: Economy, groups: Mapping[str, tuple[str, ...]] | None) -> dict[str, list[int]]:
    """Positions of the sectors of each group; with the default groups every other sector stands alone."""
    if groups is None:
        found = {
            name: [world.sectors.index(sector) for sector in sectors if sector in world.sectors]
            for name, sectors in GROUPS.items()
        }
        taken = {j for columns in found.values() for j in columns}
        names = world.sector_names or {}
        alone = {names.get(sector, sector): [j] for j, sector in enumerate(world.sectors) if j not in taken}
        return {name: columns for name, columns in (found | alone).items() if columns}
    faults, seen = [], set()
    for name, sectors in groups.items():
        faults += [
            Fault(f"has no sector {sector!r}; {near_matches(sector, world.sectors)}", f"groups.{name}")
            for sector in sectors
            if sector not in world.sectors
        ]
        faults += [Fault(f"holds {sector}, as another group does", f"groups.{name}") for sector in seen & set(sectors)]
        seen |= set(sectors)
    if faults:
        raise DealspaceError(faults)
    return {name: [world.sectors.index(sector) for sector in sectors] for name, sectors in groups.items() if sectors}


def _imported(spending: np.ndarray, home: int) -> float:
    return float(1.0 - spending[home] / spending.sum()) if spending.sum() > 0 else 0.0


def counted_origins(spending: np.ndarray) -> int:
    """Return how many origins have at least `COUNTED` of spending (origin,)."""
    total = spending.sum()
    return int((spending >= COUNTED * total).sum()) if total > 0 else 0


def equal_origins(spending: np.ndarray) -> float:
    """Return the number of equally large origins with the same concentration of spending (origin,), 1 / sum s^2."""
    total = spending.sum()
    return float(total**2 / (spending**2).sum()) if total > 0 else 0.0


def product_choice(effects: ProductEffects) -> dict[str, float | int | str]:
    """Return the choice of origins of one product before and after, as in `consumer_prices`."""
    before, after = effects.before.spending, effects.money.spending
    return {
        "product": effects.market.name,
        "origins before": counted_origins(before),
        "origins after": counted_origins(after),
        "equal origins before": equal_origins(before),
        "equal origins after": equal_origins(after),
    }


@dataclass(frozen=True)
class CostOfLiving:
    """Cost of living by income group: `table`, or None with the `reason` why it is not shown."""

    table: pl.DataFrame | None
    reason: str = ""


def cost_of_living(
    equilibrium: Equilibrium,
    region: str,
    shares: Mapping[str, Mapping[str, float]] | None = None,
    source: str = "",
) -> CostOfLiving:
    """Return what each income group pays more or less for what it buys, when its spending shares are given.

    Parameters
    ----------
    equilibrium : Equilibrium
    region : str
    shares : mapping, optional
        Income group to the share of its spending by sector, adding to 1: for instance from a household survey laid out
        on the world's sectors. Without it nothing is shown, and `CostOfLiving.reason` says why.
    source : str
        Where the shares are from; needed with them.

    Returns
    -------
    CostOfLiving
        With a table of group, cost over the home index (%), cost over the home wage (%), and source.

    Raises
    ------
    DealspaceError
        When shares name unknown sectors, are negative, do not add to 1, or have no source.

    Notes
    -----
    Each group has constant shares, log P_hat_g = sum_j share_gj log P_hat_j, as the region as a whole has in the model.
    """
    import polars as pl

    s, world = equilibrium.solution, equilibrium.world
    n = world.region_index(region)
    if shares is None:
        return CostOfLiving(None, NOT_SHOWN)
    faults = _share_faults(world, shares, source)
    if faults:
        raise DealspaceError(faults)
    log_price = np.log(np.asarray(s.P_hat)[n])
    index, wage = np.log(float(s.price_index_hat[n])), np.log(float(s.w_hat[n]))
    cost = {
        name: sum(share * float(log_price[world.sectors.index(sector)]) for sector, share in row.items())
        for name, row in shares.items()
    }
    return CostOfLiving(
        pl.DataFrame(
            {
                "group": list(cost),
                "cost over home index (%)": [100.0 * float(np.expm1(each - index)) for each in cost.values()],
                "cost over home wage (%)": [100.0 * float(np.expm1(each - wage)) for each in cost.values()],
                "source": [source] * len(cost),
            }
        )
    )


def _share_faults(world: Economy, shares: Mapping[str, Mapping[str, float]], source: str) -> list[Fault]:
    faults = [] if source else [Fault("is missing; say where the shares are from", "source")]
    for name, row in shares.items():
        path = f"shares.{name}"
        faults += [
            Fault(f"has no sector {sector!r}; {near_matches(sector, world.sectors)}", path)
            for sector in row
            if sector not in world.sectors
        ]
        if min(row.values(), default=0.0) < 0:
            faults.append(Fault(f"holds {min(row.values()):g}; shares are not negative", path))
        if abs(sum(row.values()) - 1.0) > 1e-6:
            faults.append(Fault(f"adds to {sum(row.values()):g}; give shares of all spending, adding to 1", path))
    return faults
