"""Gradients of measures in every wedge of a policy, labelled."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import jax
import numpy as np

from dealspace.core.adjoint import pull_back_many
from dealspace.core.batch import values_and_cotangents
from dealspace.core.measures import Measure
from dealspace.core.solve import TOLERANCE
from dealspace.core.wedges import Wedges
from dealspace.errors import NotConvergedError
from dealspace.instruments.policy import Policy
from dealspace.outcomes import labels
from dealspace.outcomes.checks import check_inputs
from dealspace.outcomes.equilibrium import Equilibrium, solve
from dealspace.outcomes.horizon import Horizon, LabourMarket
from dealspace.outcomes.measures import measure
from dealspace.world.economy import Economy

if TYPE_CHECKING:
    import xarray as xr


def wedge_gradients(equilibrium: Equilibrium, measures: Sequence[Measure]) -> tuple[jax.Array, Wedges]:
    """Return the measures (M,) at an equilibrium and their derivatives, Wedges with a leading axis M.

    Raises
    ------
    NotConvergedError
        When the equilibrium or an adjoint did not converge.
    """
    base = equilibrium.world.baseline
    values, cotangents = values_and_cotangents(tuple(measures), base, equilibrium.solution)
    slopes, converged = pull_back_many(
        base, equilibrium.wedges, equilibrium.closure.rules, equilibrium.state, cotangents
    )
    for each, good in zip(measures, converged, strict=True):
        if not bool(good):
            raise NotConvergedError(f"the gradient of {each.name} did not converge")
    return values, slopes


def gradient(
    world: Economy,
    policy: Policy | None,
    objective: str | Measure,
    *,
    deficits: str = "fixed",
    labour: str | LabourMarket | None = None,
    labour_supply: str | float | None = None,
    horizon: str | Horizon | None = None,
    tolerance: float = TOLERANCE,
) -> xr.Dataset:
    """Return the derivative of one objective in every wedge at a policy.

    Parameters
    ----------
    objective : the name of a measure (``ev:USA``, see `dealspace.outcomes.measures.measure`) or a `Measure`
    deficits, labour, labour_supply, horizon, tolerance : as in `dealspace.solve`

    Returns
    -------
    xr.Dataset
        ``tariff``, ``services_tax``, ``trade_cost``, ``subsidy``, ``rent`` and ``rent_to_importer`` (importer,
        exporter, sector): the objective's units per unit of the wedge (a rate of 1 is 100 per cent); the attribute
        ``value`` holds the objective. Where lines of a cell differ, ``tariff`` is for a move of the cell's price
        factor in the proportion of its revenue factor; in a quota's cell it is 0, as the quota's rates stand there.
        With quotas also ``quota_inside`` and ``quota_outside`` (quota): per unit of the rate of all its lines, and
        ``quota_limit``: per USD million of volume. Where a quota is just about to bind or to overflow the slope is
        that of one side.

    Raises
    ------
    NotConvergedError
        When the equilibrium or the adjoint did not converge.

    Examples
    --------
    >>> import dealspace as ds
    >>> world = ds.load_world("world-2022")
    >>> slopes = ds.gradient(world, None, "ev:JPN")
    >>> bool(slopes.tariff.sel(importer="USA", exporter="JPN", sector="C29") < 0)
    True
    """
    import xarray as xr

    check_inputs(world, policy, tolerance)
    target = objective if isinstance(objective, Measure) else measure(world, objective)
    closing = {"deficits": deficits, "labour": labour, "labour_supply": labour_supply, "horizon": horizon}
    equilibrium = solve(world, policy, tolerance=tolerance, **closing)
    values, slopes = wedge_gradients(equilibrium, (target,))
    arrays = _by_cell(equilibrium, slopes, f"{target.unit} per unit of the wedge")
    attrs = {"objective": target.name, "unit": target.unit, "value": float(values[0]), "closure": equilibrium.closing}
    found = xr.Dataset(arrays, attrs=attrs)
    names = equilibrium.policy.quota_names
    return found.merge(_by_quota(equilibrium, slopes, names, target.unit), combine_attrs="override") if names else found


def _by_cell(equilibrium: Equilibrium, slopes: Wedges, unit: str) -> dict[str, xr.DataArray]:
    """Return the slopes in the wedges of cells, labelled."""
    wedges, kept = equilibrium.wedges, 1.0 - equilibrium.policy.services_tax
    gross = slopes.price_hat[0] * wedges.price_hat / wedges.tau + slopes.tau[0]
    by_wedge = {
        "tariff": gross / kept,
        "services_tax": gross * wedges.tau / kept,
        "trade_cost": slopes.trade_cost[0],
        "subsidy": slopes.subsidy[0],
        "rent": slopes.rent[0],
        "rent_to_importer": slopes.rent_to_importer[0],
    }
    return {name: labels.by_cell(equilibrium.world, slope, name, unit) for name, slope in by_wedge.items()}


def _by_quota(equilibrium: Equilibrium, slopes: Wedges, names: tuple[str, ...], unit: str) -> xr.Dataset:
    """Return the slopes in the rates and limits of quotas; the rates of all lines of a quota move together."""
    import xarray as xr

    at = slopes.quotas
    lines = equilibrium.wedges.quotas.quota
    inside, outside = (jax.ops.segment_sum(each[0], lines, len(names)) for each in (at.inside, at.outside))
    columns = {"quota_inside": inside, "quota_outside": outside, "quota_limit": at.limit[0]}
    per = {"quota_limit": f"{unit} per USD million of volume"}
    arrays = {
        name: ("quota", np.asarray(slope), {"unit": per.get(name, f"{unit} per unit of the rate")})
        for name, slope in columns.items()
    }
    return xr.Dataset(arrays, coords={"quota": list(names)})
