"""A solved policy with its outcomes labelled, or the reason why there is none."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from dealspace.core.closure import Closure, Specific
from dealspace.core.equilibrium import State, initial_state
from dealspace.core.solution import Solution
from dealspace.core.solve import TOLERANCE, Status, name_regions
from dealspace.core.solve import solve as solve_core
from dealspace.errors import DealspaceError, NotConvergedError, PolicyError
from dealspace.instruments.policy import Policy
from dealspace.outcomes import labels
from dealspace.outcomes.checks import check_inputs
from dealspace.outcomes.horizon import Horizon, LabourMarket, closure_of, horizon_of, in_words
from dealspace.world.economy import Economy

if TYPE_CHECKING:
    from collections.abc import Iterable

    import polars as pl
    import xarray as xr

NOT_WELFARE = "not welfare: labour supply is elastic and the cost of work is not taken off; see equivalent_variation"
NET_OF_WORK = "the cost of work is taken off"


@dataclass(frozen=True, eq=False, repr=False)
class Equilibrium:
    """The outcomes of one policy under one closure, compared with the base solved under the same closure.

    Ratios are new over old (1 = no change); values are USD million a year at the numeraire (world value added
    keeps its size). Each array carries its unit and meaning in ``attrs``. Every number raises
    `NotConvergedError` when the solver did not converge.

    Attributes
    ----------
    world : the economy compared with; re-solved to zero deficits when these are ``balanced``, with the elasticities of
        the horizon
    policy, closure : what was solved
    status : code, reason, residual, iterations
    horizon : the preset asked for, or None
    """

    world: Economy
    policy: Policy
    closure: Closure
    status: Status
    state: State
    found: Solution | None
    horizon: Horizon | None = None

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

    @property
    def closing(self) -> str:
        """The closure in words; every array carries it."""
        return in_words(self.closure, self.horizon)

    # -- by region ------------------------------------------------------------------------------------------

    @cached_property
    def real_income(self) -> xr.DataArray:
        """I_hat / P_hat (region,): what spending buys, after over before; not welfare when labour supply is elastic."""
        note = {"note": NOT_WELFARE} if self.closure.participation else {}
        return self._by_region(self.solution.real_income_hat, "real income", labels.RATIO, **note)

    @cached_property
    def real_wage(self) -> xr.DataArray:
        """W_hat / P_hat (region,): what the mean wage of a worker buys."""
        s = self.solution
        return self._by_region(s.w_hat / s.price_index_hat, "real wage", labels.RATIO)

    @cached_property
    def wage(self) -> xr.DataArray:
        """W_hat (region,), the mean wage of a worker, at the numeraire."""
        return self._by_region(self.solution.w_hat, "wage at the numeraire", labels.RATIO)

    @cached_property
    def labour_supply(self) -> xr.DataArray:
        """L_hat (region,): workers after over before, (W_hat / P_hat)^psi; 1 when supply is fixed."""
        return self._by_region(self.solution.labour_hat, "labour supply", labels.RATIO)

    @cached_property
    def work_cost(self) -> xr.DataArray:
        """What the change of work costs those who do it (region,), USD million a year at base prices."""
        return self._by_region(self.solution.work_cost, "cost of work", labels.USD)

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
        """I (I_hat / P_hat - 1) less the cost of work (region,), USD million a year at the size of the base year."""
        gain = self.world.income * (np.asarray(self.solution.real_income_hat) - 1.0)
        note = {"note": NET_OF_WORK} if self.closure.participation else {}
        net = gain - np.asarray(self.solution.work_cost)
        return self._by_region(net, "equivalent variation", labels.USD, **note)

    @cached_property
    def welfare(self) -> xr.DataArray:
        """1 + equivalent variation over base income (region,); real income when labour supply is fixed."""
        return self._by_region(1.0 + self.equivalent_variation / self.world.income, "welfare", labels.RATIO)

    @cached_property
    def tariff_revenue(self) -> xr.DataArray:
        """Duty and services tax collected (region,)."""
        return self._by_region(self.solution.tariff_revenue, "tariff revenue", labels.USD)

    @cached_property
    def services_tax(self) -> xr.DataArray:
        """Part of `tariff_revenue` that taxes on services bring (region,)."""
        taxed = self.policy.services_tax / (1.0 + self.policy.tariff) * np.asarray(self.solution.spending)
        return self._by_region(taxed.sum(axis=(1, 2)), "services tax", labels.USD)

    @cached_property
    def rents(self) -> xr.DataArray:
        """Scarcity rents received, of barriers and quotas (region,)."""
        return self._by_region(self.solution.rents, "rents", labels.USD)

    @cached_property
    def subsidies(self) -> xr.DataArray:
        """Subsidies paid, less export taxes received (region,)."""
        return self._by_region(self.solution.subsidies, "subsidies", labels.USD)

    @cached_property
    def transfers(self) -> xr.DataArray:
        """Grant equivalents of commitments received, less given (region,); in no other number of this object."""
        apart = "apart from the equilibrium: in neither income nor welfare"
        return self._by_region(self.solution.transfer, "transfers received", labels.USD, note=apart)

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
        """Workers (region, sector), after over before: VA_hat_j / W_hat under every closure; 1 where none were."""
        return self._by_sector(self._grown / np.asarray(self.solution.w_hat)[:, None], "employment", labels.RATIO)

    @cached_property
    def sector_wage(self) -> xr.DataArray:
        """Wage of the sector over consumer prices (region, sector).

        Under ``roy`` it is paid for a unit of ability; workers sort so that mean pay is the same in each sector. Else
        it is the one wage of the region.
        """
        s = self.solution
        sorted_ = self.closure.labour.name == "roy"
        wage = np.asarray(s.v_hat) if sorted_ else np.asarray(s.w_hat)[:, None] + np.zeros(self.world.output.shape)
        real = wage / np.asarray(s.price_index_hat)[:, None]
        per = "for a unit of ability" if sorted_ else "for a worker"
        return self._by_sector(real, "wage by sector over consumer prices", labels.RATIO, note=per)

    @cached_property
    def capital_return(self) -> xr.DataArray:
        """VA_hat_j / P_hat (region, sector): what capital earns over consumer prices; ``specific`` labour only."""
        if not isinstance(self.closure.labour, Specific):
            form, cure = self.closure.labour.name, "solve with labour='specific' or horizon='short'"
            raise DealspaceError(f"labour is {form}, so no capital is tied to a sector; {cure}")
        real = self._grown / np.asarray(self.solution.price_index_hat)[:, None]
        return self._by_sector(real, "return to capital over consumer prices", labels.RATIO)

    @cached_property
    def _grown(self) -> np.ndarray:
        """VA_hat_j (region, sector); the mean wage's change where there was none, so that ratios to it are 1."""
        before = self.world.value_added
        here = np.broadcast_to(np.asarray(self.solution.w_hat)[:, None], before.shape).copy()
        return np.divide(self.solution.value_added, before, out=here, where=before > 0)

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
        return self._by_cell(self.solution.sales, "sales at basic price", labels.USD)

    @cached_property
    def flow_volume(self) -> xr.DataArray:
        """X' over the producer's price change (importer, exporter, sector), USD million at base-year prices."""
        volume = self.solution.sales / self.solution.c_hat[None]
        return self._by_cell(volume, "sales at base-year prices", labels.USD)

    def balance(self, region: str, partner: str, sectors: tuple[str, ...] | None = None) -> float:
        """Return exports of `region` to `partner` less imports from it, USD million at basic price.

        Both may be groups; `sectors` are the goods where left out. Subsidies on exports are not taken off.
        """
        world, sales = self.world, np.asarray(self.solution.sales)
        ours = [world.region_index(name) for name in world.members(region)]
        theirs = [world.region_index(name) for name in world.members(partner)]
        columns = [world.sector_index(name) for name in (world.goods if sectors is None else sectors)]
        return float(sales[np.ix_(theirs, ours, columns)].sum() - sales[np.ix_(ours, theirs, columns)].sum())

    def conditioning(self) -> float:
        """Return the smallest singular value of the wage Jacobian: how firmly trade pins relative wages down.

        Order one in a trading world; near zero the residual says little about wages (regions hardly trade).
        """
        from dealspace.core.conditioning import smallest_singular_value

        _ = self.solution
        return smallest_singular_value(self.world.baseline, self.policy.wedges, self.closure.rules, self.state)

    def jobs(self, regions: Iterable[str] | None = None) -> pl.DataFrame:
        """Return employment by region and sector: in per cent, in persons where sourced; see `outcomes.jobs`."""
        from dealspace.outcomes.jobs import jobs

        return jobs(self, regions)

    @cached_property
    def pass_through(self) -> xr.Dataset:
        """Border and consumer prices per point of duty; see `outcomes.pass_through`."""
        from dealspace.outcomes.pass_through import pass_through

        return pass_through(self)

    @cached_property
    def quotas(self) -> xr.Dataset:
        """Volume, limit, premium, rent and status of each quota; see `outcomes.quota_table`."""
        from dealspace.outcomes.quota_table import quota_table

        return quota_table(self)

    # -- where the change comes from ------------------------------------------------------------------------

    def decomposition(self, steps: int = 8) -> xr.Dataset:
        """Split the log change of real income along the path of the policy; see `outcomes.decomposition`."""
        from dealspace.outcomes.decomposition import along_the_path

        return along_the_path(self, steps)

    def first_order_decomposition(self) -> xr.Dataset:
        """Return Caliendo and Parro's (2015) first-order sum, which is not the exact change of real income."""
        from dealspace.outcomes.decomposition import first_order

        return first_order(self)

    def _by_region(self, values: object, name: str, unit: str, **notes: str) -> xr.DataArray:
        return labels.by_region(self.world, values, name, unit).assign_attrs(closure=self.closing, **notes)

    def _by_sector(self, values: object, name: str, unit: str, **notes: str) -> xr.DataArray:
        return labels.by_sector(self.world, values, name, unit).assign_attrs(closure=self.closing, **notes)

    def _by_cell(self, values: object, name: str, unit: str) -> xr.DataArray:
        return labels.by_cell(self.world, values, name, unit).assign_attrs(closure=self.closing)

    def __repr__(self) -> str:
        how = "converged" if self.converged else f"not converged: {self.reason}"
        return f"Equilibrium({self.policy.name!r}, {self.closing}, {how})"


def solve(
    world: Economy,
    policy: Policy | None = None,
    *,
    deficits: str = "fixed",
    labour: str | LabourMarket | None = None,
    labour_supply: str | float | None = None,
    horizon: str | Horizon | None = None,
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
    labour : {"mobile", "roy", "specific"} or an object such as ``Roy(kappa=2.0)``, optional
        How workers and capital move between sectors; ``mobile``, one wage a region, where neither this nor a
        horizon is given. See `dealspace.core.closure`.
    labour_supply : {"fixed", "elastic"} or float, optional
        Elasticity of labour supply to the real wage; ``fixed`` (0) by default, ``elastic`` is 0.25.
    horizon : {"short", "medium", "long"} or Horizon, optional
        Preset of the labour market and of the trade elasticities; what is given beside it overrides it. See
        `dealspace.outcomes.horizon`.
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
        For a world or policy of another kind, or a tolerance or a parameter of a closure out of bounds.

    Examples
    --------
    >>> import dealspace as ds
    >>> world = ds.load_world("world-2022")
    >>> eq = ds.solve(world, ds.Policy(world, tariff={("USA", "JPN", "C29"): 0.275}))
    >>> bool(eq.real_income.sel(region="JPN") < 1)
    True
    """
    run = horizon_of(horizon)
    closure = closure_of(deficits, labour, labour_supply, run)
    check_inputs(world, policy, tolerance)
    plan = Policy(world, name="no change") if policy is None else policy
    try:
        # The base year is balanced in the long run; a horizon says how the world answers from there.
        base = world.rebase(deficits)
    except NotConvergedError as error:
        status = Status("no-equilibrium", str(error), math.inf, 0)
        return Equilibrium(world, plan, closure, status, initial_state(world.baseline, plan.wedges), None, run)
    if plan.world.regions != world.regions or plan.world.sectors != world.sectors:
        raise PolicyError(f"the policy {plan.name!r} was made for {plan.world!r}, not for {world!r}")
    if not np.array_equal(plan.world.tariff, base.tariff):
        raise PolicyError(f"the policy {plan.name!r} starts from other duties than those of {world!r}")
    base = base if run is None else run.world(base)
    near = start.state if start is not None and start.world == base and start.closure == closure else None
    found, status, state = solve_core(base.baseline, plan.wedges, closure, tolerance, near)
    named = Status(status.code, name_regions(status.reason, base.regions), status.residual, status.iterations)
    return Equilibrium(base, plan, closure, named, state, found, run)
