"""How well an equilibrium pins wages down: a small residual says little where regions hardly trade.

Near autarky excess demand is flat in relative wages, so a residual of 1e-10 may hide a wage that is far off. The
smallest singular value of the wage Jacobian, prices and spending having answered, is the measure of that.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
from jax.flatten_util import ravel_pytree
from jaxtyping import Array, Float

from dealspace.core.baseline import Baseline
from dealspace.core.closure import Rules
from dealspace.core.equilibrium import State, evaluate, prepare
from dealspace.core.quotas import project
from dealspace.core.wedges import Wedges


@jax.jit
def _jacobian(baseline: Baseline, wedges: Wedges, rules: Rules, state: State) -> Float[Array, "n n"]:
    prepared = prepare(baseline, wedges)
    point, unravel = ravel_pytree(state)

    def faults(at: Array) -> Array:
        here = unravel(at)
        step = evaluate(baseline, prepared, rules, here)
        spending = jnp.where(baseline.expenditure > 0, jnp.exp(here.log_E), 0.0)
        gap_E = jnp.where(
            baseline.expenditure > 0,
            (step.expenditure - spending) / jnp.where(spending > 0, spending, 1.0),
            -here.log_E,
        )
        gap_r = project(wedges.quotas, here.log_r, step.scarcity) - here.log_r
        return ravel_pytree(State(step.excess, step.premium - here.log_z, step.log_P - here.log_P, gap_E, gap_r))[0]

    return jax.jacfwd(faults)(point)


def smallest_singular_value(baseline: Baseline, wedges: Wedges, rules: Rules, state: State) -> float:
    """Return the smallest singular value of d log excess demand / d log wage at a solution.

    Prices and spending answer to wages (a Schur complement of the model's Jacobian). The direction in which all wages
    of a trading bloc move together is left out, for the numeraire fixes it. Infinite where no relative wage is left.
    """
    regions = baseline.income.shape[0]
    full = np.asarray(_jacobian(baseline, wedges, rules, state))
    direct, answer = full[:regions, :regions], full[:regions, regions:]
    wages = direct - answer @ np.linalg.solve(full[regions:, regions:], full[regions:, :regions])
    relative = _relative(np.asarray(baseline.bloc), np.asarray(baseline.value_added.sum(axis=1)))
    if relative.shape[1] == 0:
        return float("inf")
    return float(np.linalg.svd(wages @ relative, compute_uv=False).min())


def _relative(bloc: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Return an orthonormal basis (region, regions - blocs) of the moves of log wages that keep the numeraires."""
    held = np.stack([np.where(bloc == each, weight, 0.0) for each in np.unique(bloc)])
    _, _, rows = np.linalg.svd(held, full_matrices=True)
    return rows[len(held) :].T
