"""A solved policy with its outcomes labelled, or the reason why there is none."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from dealspace.core.equilibrium import initial_state
from dealspace.core.solve import TOLERANCE, Status, name_regions
from dealspace.core.solve import solve as solve_core
from dealspace.errors import NotConvergedError, PolicyError
from dealspace.instruments.policy import Policy
from dealspace.outcomes.checks import check_inputs
from dealspace.outcomes.effective import wedges_on
from dealspace.outcomes.horizon import Horizon, LabourMarket, closure_of, horizon_of
from dealspace.outcomes.reading import Reading
from dealspace.world.economy import Economy

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import polars as pl
    import xarray as xr

    from dealspace.termsheet.sheet import TermSheet


@dataclass(frozen=True, eq=False, repr=False)
class Equilibrium(Reading):
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
        return smallest_singular_value(self.world.baseline, self.wedges, self.closure.rules, self.state)

    def jobs(self, regions: Iterable[str] | None = None) -> pl.DataFrame:
        """Return employment by region and sector: in per cent, in persons where sourced; see `outcomes.jobs`."""
        from dealspace.outcomes.jobs import jobs

        return jobs(self, regions)

    def products(
        self,
        names: str | Sequence[str] | None = None,
        rates: Mapping[str, Mapping[str, float]] | None = None,
        *,
        sheet: TermSheet | None = None,
        policy: str | None = None,
    ) -> pl.DataFrame:
        """Return products by origin; see `outcomes.products.products`."""
        from dealspace.outcomes.products import products

        return products(self, names, rates, sheet=sheet, policy=policy)

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
    found, status, state = solve_core(base.baseline, wedges_on(plan, base), closure, tolerance, near)
    named = Status(status.code, name_regions(status.reason, base.regions), status.residual, status.iterations)
    return Equilibrium(base, plan, closure, named, state, found, run)
