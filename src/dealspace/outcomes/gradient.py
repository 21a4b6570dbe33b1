"""Gradients of measures in every wedge of a policy, labelled."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import jax

from dealspace.core.adjoint import pull_back_many
from dealspace.core.batch import values_and_cotangents
from dealspace.core.measures import Measure
from dealspace.core.solve import TOLERANCE
from dealspace.core.wedges import Wedges
from dealspace.errors import NotConvergedError
from dealspace.instruments.policy import Policy
from dealspace.outcomes import labels
from dealspace.outcomes.equilibrium import Equilibrium, check_inputs, solve
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
        base, equilibrium.policy.wedges, equilibrium.closure.rules, equilibrium.state, cotangents
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
    labour: str = "mobile",
    tolerance: float = TOLERANCE,
) -> xr.Dataset:
    """Return the derivative of one objective in every wedge at a policy.

    Parameters
    ----------
    objective : the name of a measure (``ev:USA``, see `dealspace.outcomes.measures.measure`) or a `Measure`
    deficits, labour, tolerance : as in `dealspace.solve`

    Returns
    -------
    xr.Dataset
        ``tariff``, ``trade_cost``, ``subsidy`` and ``rent`` (importer, exporter, sector): the objective's units per
        unit of the wedge (a rate of 1 is 100 per cent); the attribute ``value`` holds the objective. Where lines
        of a cell differ, ``tariff`` is for a move of the cell's price factor in the proportion of its revenue factor.

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
    check_inputs(world, policy, tolerance)
    target = objective if isinstance(objective, Measure) else measure(world, objective)
    equilibrium = solve(world, policy, deficits=deficits, labour=labour, tolerance=tolerance)
    values, slopes = wedge_gradients(equilibrium, (target,))
    wedges = equilibrium.policy.wedges
    by_wedge = {
        "tariff": slopes.price_hat[0] * wedges.price_hat / wedges.tau + slopes.tau[0],
        "trade_cost": slopes.trade_cost[0],
        "subsidy": slopes.subsidy[0],
        "rent": slopes.rent[0],
    }
    import xarray as xr

    unit = f"{target.unit} per unit of the wedge"
    arrays = {name: labels.by_cell(world, slope, name, unit) for name, slope in by_wedge.items()}
    return xr.Dataset(arrays, attrs={"objective": target.name, "unit": target.unit, "value": float(values[0])})
