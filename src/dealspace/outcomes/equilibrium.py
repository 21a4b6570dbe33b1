"""A solved policy with its outcomes labelled, or the reason why there is none."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from dealspace.core.closure import DEFICITS, LABOUR, Closure
from dealspace.core.equilibrium import State, initial_state
from dealspace.core.solution import Solution
from dealspace.core.solve import TOLERANCE, Status, name_regions
from dealspace.core.solve import solve as solve_core
from dealspace.errors import DealspaceError, NotConvergedError, PolicyError, unknown_name
from dealspace.instruments.policy import Policy
from dealspace.outcomes import labels
from dealspace.world.economy import Economy

if TYPE_CHECKING:
    import xarray as xr

LEAST_TOLERANCE, LARGEST_TOLERANCE = 1e-15, 1e-6


@dataclass(frozen=True, eq=False, repr=False)
class Equilibrium:
    """The outcomes of one policy under one closure, compared with the base solved under the same closure.

    Ratios are new over old (1 = no change); values are USD million a year at the numeraire (world value added
    keeps its size). Each array carries its unit and meaning in ``attrs``. Every number raises
    `NotConvergedError` when the solver did not converge.

    Attributes
    ----------
    world : the economy compared with; re-solved to zero deficits when these are ``balanced``
    policy, closure : what was solved
    status : code, reason, residual, iterations
    """

    world: Economy
    policy: Policy
    closure: Closure
    status: Status
    state: State
    found: Solution | None

    @property
    def converged(self) -> bool:
        """Whether there are numbers."""
        return self.status.converged

    @property
    def reason(self) -> str:
        """Why there are none; empty when converged."""
        return self.status.reason

    @property
    def residual(self) -> float:
        """Largest scaled fault of any equation."""
        return self.status.residual

    @cached_property
    def solution(self) -> Solution:
        """The unlabelled arrays of the core."""
        if self.found is None:
            raise NotConvergedError(f"{self.policy.name}: {self.status.reason}")
        return self.found

    # -- by region ------------------------------------------------------------------------------------------

    @cached_property
    def real_income(self) -> xr.DataArray:
        """I_hat / P_hat (region,): what spending buys, after over before."""
        return self._by_region(self.solution.real_income_hat, "real income", labels.RATIO)

    @cached_property
    def real_wage(self) -> xr.DataArray:
        """w_hat / P_hat (region,)."""
        s = self.solution
        return self._by_region(s.w_hat / s.price_index_hat, "real wage", labels.RATIO)

    @cached_property
    def wage(self) -> xr.DataArray:
        """w_hat (region,), at the numeraire."""
        return self._by_region(self.solution.w_hat, "wage at the numeraire", labels.RATIO)

    @cached_property
    def price_index(self) -> xr.DataArray:
        """P_hat of final consumption (region,), at the numeraire; `consumer_price` is what people feel."""
        return self._by_region(self.solution.price_index_hat, "price index at the numeraire", labels.RATIO)

    @cached_property
    def consumer_price(self) -> xr.DataArray:
        """P_hat / w_hat (region,): consumer prices relative to the home wage."""
        s = self.solution
        return self._by_region(s.price_index_hat / s.w_hat, "consumer prices over the home wage", labels.RATIO)

    @cached_property
    def income(self) -> xr.DataArray:
        """Final spending I' (region,): value added, duty, rents, less subsidies, plus the deficit."""
        return self._by_region(self.solution.income, "income", labels.USD)

    @cached_property
    def equivalent_variation(self) -> xr.DataArray:
        """I (I_hat / P_hat - 1) (region,), USD million a year at the size of the base year."""
        gain = self.world.income * (np.asarray(self.solution.real_income_hat) - 1.0)
        return self._by_region(gain, "equivalent variation", labels.USD)

    @cached_property
    def tariff_revenue(self) -> xr.DataArray:
        """Duty collected (region,)."""
        return self._by_region(self.solution.tariff_revenue, "tariff revenue", labels.USD)

    @cached_property
    def rents(self) -> xr.DataArray:
        """Scarcity rents received (region,)."""
        return self._by_region(self.solution.rents, "rents", labels.USD)

    @cached_property
    def subsidies(self) -> xr.DataArray:
        """Subsidies paid, less export taxes received (region,)."""
        return self._by_region(self.solution.subsidies, "subsidies", labels.USD)

    @cached_property
    def deficit(self) -> xr.DataArray:
        """Aggregate trade deficit D' (region,)."""
        return self._by_region(self.solution.deficit, "trade deficit", labels.USD)

    # -- by region and sector -------------------------------------------------------------------------------

    @cached_property
    def output(self) -> xr.DataArray:
        """Gross output Y' (region, sector)."""
        return self._by_sector(self.solution.output, "gross output", labels.USD)

    @cached_property
    def output_volume(self) -> xr.DataArray:
        """Y_hat / c_hat (region, sector): output at base-year prices; 1 where there was none."""
        s = self.solution
        before = self.world.output
        ratio = np.divide(s.output, before * np.asarray(s.c_hat), out=np.ones_like(before), where=before > 0)
        return self._by_sector(ratio, "output volume", labels.RATIO)

    @cached_property
    def value_added(self) -> xr.DataArray:
        """Value added (region, sector)."""
        return self._by_sector(self.solution.value_added, "value added", labels.USD)

    @cached_property
    def employment(self) -> xr.DataArray:
        """Workers (region, sector), after over before: VA_hat_j / w_hat when labour is mobile; 1 where none were."""
        s = self.solution
        before = self.world.value_added * np.asarray(s.w_hat)[:, None]
        ratio = np.divide(s.value_added, before, out=np.ones_like(before), where=before > 0)
        return self._by_sector(ratio, "employment", labels.RATIO)

    @cached_property
    def expenditure(self) -> xr.DataArray:
        """Spending E' including duty (region, sector)."""
        return self._by_sector(self.solution.expenditure, "expenditure", labels.USD)

    @cached_property
    def sector_price(self) -> xr.DataArray:
        """P_hat_j over the home consumer price index (region, sector)."""
        s = self.solution
        return self._by_sector(
            s.P_hat / s.price_index_hat[:, None], "consumer price over the home price index", labels.RATIO
        )

    # -- by pair --------------------------------------------------------------------------------------------

    @cached_property
    def flows(self) -> xr.DataArray:
        """Sales X' at basic price, net of duty (importer, exporter, sector)."""
        return labels.by_cell(self.world, self.solution.sales, "sales at basic price", labels.USD)

    @cached_property
    def flow_volume(self) -> xr.DataArray:
        """X' over the producer's price change (importer, exporter, sector), USD million at base-year prices."""
        volume = self.solution.sales / self.solution.c_hat[None]
        return labels.by_cell(self.world, volume, "sales at base-year prices", labels.USD)

    def balance(self, region: str, partner: str, sectors: tuple[str, ...] | None = None) -> float:
        """Return exports of `region` to `partner` less imports from it, USD million at basic price.

        Both may be groups; `sectors` are the goods where left out. Subsidies on exports are not taken off.
        """
        world, sales = self.world, np.asarray(self.solution.sales)
        return bilateral_balance(world, sales, region, partner, sectors)

    def conditioning(self) -> float:
        """Return the smallest singular value of the wage Jacobian: how firmly trade pins relative wages down.

        Order one in a trading world; near zero the residual says little about wages (regions hardly trade).
        """
        from dealspace.core.conditioning import smallest_singular_value

        _ = self.solution
        return smallest_singular_value(self.world.baseline, self.policy.wedges, self.closure.rules, self.state)

    # -- where the change comes from ------------------------------------------------------------------------

    def decomposition(self, steps: int = 20) -> xr.Dataset:
        """Split the log change of real income along the path of the policy; see `outcomes.decomposition`."""
        from dealspace.outcomes.decomposition import along_the_path

        return along_the_path(self, steps)

    def first_order_decomposition(self) -> xr.Dataset:
        """Return Caliendo and Parro's (2015) first-order sum, which is not the exact change of real income."""
        from dealspace.outcomes.decomposition import first_order

        return first_order(self)

    def _by_region(self, values: object, name: str, unit: str) -> xr.DataArray:
        return labels.by_region(self.world, values, name, unit)

    def _by_sector(self, values: object, name: str, unit: str) -> xr.DataArray:
        return labels.by_sector(self.world, values, name, unit)

    def __repr__(self) -> str:
        how = "converged" if self.converged else f"not converged: {self.reason}"
        return f"Equilibrium({self.policy.name!r}, deficits {self.closure.deficits}, {how})"


def bilateral_balance(
    world: Economy, sales: np.ndarray, region: str, partner: str, sectors: tuple[str, ...] | None = None
) -> float:
    """Return exports less imports between two regions or groups, USD million, given sales at basic price."""
    ours = [world.region_index(name) for name in world.members(region)]
    theirs = [world.region_index(name) for name in world.members(partner)]
    columns = [world.sector_index(name) for name in (world.goods if sectors is None else sectors)]
    exports = sales[np.ix_(theirs, ours, columns)].sum()
    return float(exports - sales[np.ix_(ours, theirs, columns)].sum())


def solve(
    world: Economy,
    policy: Policy | None = None,
    *,
    deficits: str = "fixed",
    labour: str = "mobile",
    tolerance: float = TOLERANCE,
    start: Equilibrium | None = None,
) -> Equilibrium:
    """Solve the equilibrium after a policy and compare it with the base under the same closure.

    Parameters
    ----------
    world : Economy
    policy : Policy, optional
        Levels of the wedges after; no change where left out.
    deficits : {"fixed", "balanced", "proportional"}
        Held in units of world value added, set to zero (the base is re-solved to zero first), or moving with
        value added.
    labour : {"mobile"}
        One wage a region: the long run.
    tolerance : float
        On the largest scaled fault of any equation.
    start : Equilibrium, optional
        A solved policy nearby on the same world and closure, to save iterations.

    Returns
    -------
    Equilibrium
        Whose ``converged`` says whether it holds numbers, and ``reason`` why not.

    Raises
    ------
    UnknownNameError
        For a closure that does not exist.
    PolicyError
        When the policy was made for other axes.
    DealspaceError
        For a world or policy of another kind, or a tolerance out of bounds.

    Examples
    --------
    >>> import dealspace as ds
    >>> world = ds.load_world("world-2022")
    >>> eq = ds.solve(world, ds.Policy(world, tariff={("USA", "JPN", "C29"): 0.275}))
    >>> bool(eq.real_income.sel(region="JPN") < 1)
    True
    """
    closure = _closure(deficits, labour)
    check_inputs(world, policy, tolerance)
    plan = Policy(world, name="no change") if policy is None else policy
    try:
        base = world.rebase(deficits)
    except NotConvergedError as error:
        status = Status("no-equilibrium", str(error), math.inf, 0)
        return Equilibrium(world, plan, closure, status, initial_state(world.baseline), None)
    if plan.world.regions != world.regions or plan.world.sectors != world.sectors:
        raise PolicyError(f"the policy {plan.name!r} was made for {plan.world!r}, not for {world!r}")
    if not np.array_equal(plan.world.tariff, base.tariff):
        raise PolicyError(f"the policy {plan.name!r} starts from other duties than those of {world!r}")
    near = start.state if start is not None and start.world == base and start.closure == closure else None
    found, status, state = solve_core(base.baseline, plan.wedges, closure, tolerance, near)
    named = Status(status.code, name_regions(status.reason, base.regions), status.residual, status.iterations)
    return Equilibrium(base, plan, closure, named, state, found)


def check_inputs(world: object, policy: object, tolerance: object) -> None:
    """Refuse what is no economy, no policy or no tolerance, in words."""
    if not isinstance(world, Economy):
        cure = 'give an Economy, such as dealspace.load_world("world-2022")'
        raise DealspaceError(f"{world!r} is not an economy; {cure}")
    if policy is not None and not isinstance(policy, Policy):
        cure = "give a Policy, such as sheet.policy('no-deal'), or None for no change"
        raise PolicyError(f"{policy!r} is not a policy; {cure}")
    if not isinstance(tolerance, int | float) or not LEAST_TOLERANCE <= tolerance <= LARGEST_TOLERANCE:
        raise DealspaceError(
            f"a tolerance of {tolerance!r} makes no sense; give one from {LEAST_TOLERANCE:g} to "
            f"{LARGEST_TOLERANCE:g} (a looser one would pass off an unfinished solve as a solution)"
        )


def _closure(deficits: str, labour: str) -> Closure:
    if deficits not in DEFICITS:
        raise unknown_name("closure of the deficits", deficits, DEFICITS)
    if labour not in LABOUR:
        raise unknown_name("closure of labour", labour, LABOUR)
    return Closure(deficits, labour)
