"""What a policy does to the price of a car by the place where it is built, from a solved equilibrium or as given.

A car from region i costs its buyer c_hat_i (1 - s_i) tau'_i d_hat_i / tau0_i, where s_i is the subsidy on it. Plants in
the market that use parts of region k in a share phi of their cost, where the sector as a whole uses phi0 = gamma_io pi,
pay besides

    c_hat_plants / c_hat_sector = ( c_hat_k (1 - s_k) tau'_k / tau0_k / P_hat_sector )^(phi - phi0)

which swaps the average basket of inputs of the sector for these parts, at fixed shares of cost.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from dealspace.errors import DealspaceError, SheetError
from dealspace.outcomes.footprint.model import Footprint

if TYPE_CHECKING:
    from dealspace.outcomes.equilibrium import Equilibrium
    from dealspace.termsheet.sheet import TermSheet
    from dealspace.world.economy import Economy


@dataclass(frozen=True)
class Duty:
    """Mean duty on a product of one origin: rates before and after as fractions, and a factor on its trade cost."""

    before: float
    after: float
    barrier: float = 1.0


@dataclass(frozen=True, eq=False)
class Costs:
    """Changes that a footprint answers to; M makers, P places.

    Attributes
    ----------
    producer_hat : (M, P)
        Price at the gate, new over old.
    duty_before, duty_after : (P,)
        Duty rates on cars by place, fractions; zero at home.
    barrier_hat : (P,)
        Factor on the cost of trade, 1 without barriers.
    spending_hat : float
        Spending on all makers in the market, new over old.
    exports_hat : float
        Sales of the home plants outside the market by volume, new over old.
    parts : Duty or None
        Duty on the parts that the home plants bring in.
    parts_price_hat : float
        Their price with duty, new over old.
    volume_hat : (P,) or None
        What the equilibrium says about the volume sold in the market by place, to compare with.
    price_hat : float or None
        What it says about the price of the sector in the market.
    """

    producer_hat: np.ndarray
    duty_before: np.ndarray
    duty_after: np.ndarray
    barrier_hat: np.ndarray
    spending_hat: float = 1.0
    exports_hat: float = 1.0
    parts: Duty | None = None
    parts_price_hat: float = 1.0
    volume_hat: np.ndarray | None = None
    price_hat: float | None = None

    @property
    def buyer_hat(self) -> np.ndarray:
        """Price with duty (M, P), new over old."""
        duty = (1.0 + self.duty_after) / (1.0 + self.duty_before)
        return self.producer_hat * (duty * self.barrier_hat)[None, :]


def costs_given(
    footprint: Footprint,
    duties: Mapping[str, tuple[float, float]] | None = None,
    cost_hat: Mapping[str, float] | None = None,
    *,
    spending_hat: float = 1.0,
    exports_hat: float = 1.0,
    parts: Duty | None = None,
) -> Costs:
    """Return costs from plain numbers by place, without an equilibrium.

    Parameters
    ----------
    footprint : Footprint
    duties : place -> (before, after)
        Duty rates as fractions; 0 where left out.
    cost_hat : place -> float
        Price at the gate, new over old; 1 where left out.
    spending_hat, exports_hat : float
    parts : Duty, optional
        Duty on the parts of ``footprint.parts_from``; raises the cost of the group's home plants by its share.

    Raises
    ------
    DealspaceError
        For places that the footprint does not have.
    """
    for given in (duties or {}, cost_hat or {}):
        unknown = [plant for plant in given if plant not in footprint.plants]
        if unknown:
            raise DealspaceError(f"{', '.join(unknown)} is no place of {footprint.name}: {', '.join(footprint.plants)}")
    before, after = np.array([(duties or {}).get(plant, (0.0, 0.0)) for plant in footprint.plants], dtype=float).T
    gate = np.array([(cost_hat or {}).get(plant, 1.0) for plant in footprint.plants])
    parts_hat = 1.0 if parts is None else parts.barrier * (1.0 + parts.after) / (1.0 + parts.before)
    producer = _with_parts(footprint, gate, parts_hat**footprint.parts_share)
    even = np.ones(len(footprint.plants))
    return Costs(producer, before, after, even, spending_hat, exports_hat, parts, parts_hat)


def costs_solved(
    footprint: Footprint,
    equilibrium: Equilibrium,
    duties: Mapping[str, Duty],
    parts: Duty | None = None,
) -> Costs:
    """Return costs from a solved equilibrium and the duties on cars by region.

    Parameters
    ----------
    footprint : Footprint
    equilibrium : Equilibrium
        Gives the costs of each region's sector, what final buyers spend (their income, since the shares of final
        demand stand) and the volumes to compare with.
    duties : region -> Duty
        Regions without an entry pay none.
    parts : Duty, optional

    Raises
    ------
    UnknownNameError
        When the economy lacks a region or the sector.
    NotConvergedError
        When the equilibrium holds no numbers.
    """
    world, found = equilibrium.world, equilibrium.solution
    n, j = world.region_index(footprint.market), world.sector_index(footprint.sector)
    # Subsidies lower what the market pays at the gate; the base has none.
    c_hat = np.asarray(found.c_hat)[:, j] * np.asarray(1.0 - equilibrium.wedges.subsidy)[n, :, j]
    none = Duty(0.0, 0.0)
    before, after, barrier, gate = (np.zeros(len(footprint.plants)) for _ in range(4))
    for region, weight in footprint.weights.items():
        duty = duties.get(region, none)
        before += weight * duty.before
        after += weight * duty.after
        barrier += weight * duty.barrier
        gate += weight * c_hat[world.region_index(region)]
    parts_hat, relative = 1.0, 1.0
    if footprint.parts_from is not None:
        k, rule = world.region_index(footprint.parts_from), parts or none
        parts_hat = float(c_hat[k] * rule.barrier * (1.0 + rule.after) / (1.0 + rule.before))
        excess = footprint.parts_share - _average_share(world, n, k, j)
        relative = (parts_hat / float(np.asarray(found.P_hat)[n, j])) ** excess
    return Costs(
        producer_hat=_with_parts(footprint, gate, relative),
        duty_before=before,
        duty_after=after,
        barrier_hat=barrier,
        spending_hat=float(np.asarray(found.income)[n] / world.income[n]),
        exports_hat=_exports_hat(equilibrium, n, j),
        parts=parts if footprint.parts_from else None,
        parts_price_hat=parts_hat,
        volume_hat=_volume_hat(footprint, equilibrium, n, j),
        price_hat=float(np.asarray(found.P_hat)[n, j]),
    )


def sheet_duties(
    sheet: TermSheet, world: Economy, policy: str, importer: str, regions: tuple[str, ...], product: str
) -> dict[str, Duty]:
    """Return the mean duty on a product by origin before and after a policy; origins that do not sell it are left out.

    Parameters
    ----------
    sheet, world : TermSheet, Economy
    policy : str
        A policy or an offer of the sheet.
    importer, regions, product : str
        Market, origins, product term such as ``hs:8703``.
    """
    from dealspace.instruments.explain import explain

    found = {}
    for region in regions:
        if region == importer:
            continue
        try:
            told = explain(sheet, world, importer, region, product, policy)
        except SheetError as error:
            if "imports no" in str(error):
                continue
            raise
        before = sum(ruling.share * ruling.normal for ruling in told.rulings)
        barrier = sum(ruling.share * ruling.barrier for ruling in told.rulings)
        found[region] = Duty(float(before), float(told.duty), float(barrier))
    return found


def _with_parts(footprint: Footprint, gate: np.ndarray, relative: float) -> np.ndarray:
    """Spread prices by place over makers; the group's home plants pay for their parts besides."""
    producer = np.tile(gate, (len(footprint.makers), 1))
    producer[footprint.in_group, footprint.plants.index(footprint.home)] *= relative
    return producer


def _average_share(world: Economy, n: int, k: int, j: int) -> float:
    """Share of region k's products of the sector in the cost of the market's own sector: gamma_io pi."""
    spent = world.flows[n, :, j] * (1.0 + world.tariff[n, :, j])
    return float(world.io_share[n, j, j] * spent[k] / spent.sum()) if spent.sum() > 0 else 0.0


def _volumes(equilibrium: Equilibrium, n: int, j: int) -> np.ndarray:
    """Sales to the market by origin at base-year prices (N,)."""
    found = equilibrium.solution
    return np.asarray(found.sales)[n, :, j] / np.asarray(found.c_hat)[:, j]


def _volume_hat(footprint: Footprint, equilibrium: Equilibrium, n: int, j: int) -> np.ndarray:
    world = equilibrium.world
    before, after = world.flows[n, :, j], _volumes(equilibrium, n, j)
    total = np.zeros(len(footprint.plants))
    for region, weight in footprint.weights.items():
        i = world.region_index(region)
        total += weight * (after[i] / before[i] if before[i] > 0 else 1.0)
    return total


def _exports_hat(equilibrium: Equilibrium, n: int, j: int) -> float:
    """Volume that the market's own sector sells elsewhere, new over old; 1 where it sold nothing."""
    world, found = equilibrium.world, equilibrium.solution
    abroad = np.arange(len(world.regions)) != n
    before = world.flows[abroad, n, j].sum()
    after = np.asarray(found.sales)[abroad, n, j].sum() / np.asarray(found.c_hat)[n, j]
    return float(after / before) if before > 0 else 1.0
