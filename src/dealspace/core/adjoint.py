"""Gradients of outcomes in every wedge, by the implicit function theorem.

At the fixed point x = G(x, wedges) the derivative of M(x, wedges) is dM/dwedges + u' dG/dwedges where the adjoint
u solves u = dM/dx + (dG/dx)' u. The adjoint is iterated with the vector-Jacobian product of one step of the
very map that was solved, so a wedge that depends on the state needs no derivation of its own.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jax.flatten_util import ravel_pytree
from jaxtyping import Array

from dealspace.core.anderson import fixed_point
from dealspace.core.baseline import Baseline
from dealspace.core.closure import Rules
from dealspace.core.equilibrium import State, advance, evaluate, prepare
from dealspace.core.solution import Solution, solution
from dealspace.core.wedges import Wedges

ADJOINT_TOLERANCE = 1e-11  # relative to the largest entry of dM/dx
ADJOINT_ITERATIONS = 500


def pull_back(
    baseline: Baseline, wedges: Wedges, rules: Rules, state: State, cotangent: Solution
) -> tuple[Wedges, Array]:
    """Return the gradient in the wedges of any outcome with the given `cotangent` on the solution.

    Parameters
    ----------
    state : converged; cotangent : derivatives of the outcome in each entry of `Solution`

    Returns
    -------
    Wedges holding derivatives, and whether the adjoint converged (a scalar bool).
    """
    x, unravel = ravel_pytree(state)
    prepared, prepare_back = jax.vjp(lambda values: prepare(baseline, values), wedges)

    def image(point: Array, fixed) -> Array:
        here = unravel(point)
        return ravel_pytree(advance(baseline, fixed, rules, here, evaluate(baseline, fixed, rules, here)))[0]

    _, outcome_back = jax.vjp(lambda at, values: solution(baseline, values, rules, at), state, wedges)
    direct_state, direct_wedges = outcome_back(cotangent)
    source = ravel_pytree(direct_state)[0]
    _, image_back = jax.vjp(image, x, prepared)
    scale = jnp.maximum(jnp.max(jnp.abs(source)), jnp.finfo(source.dtype).tiny)

    def step(u: Array) -> tuple[Array, Array]:
        new = source / scale + image_back(u)[0]
        return new, jnp.max(jnp.abs(new - u))

    end = fixed_point(step, source / scale, jnp.asarray(ADJOINT_TOLERANCE), ADJOINT_ITERATIONS)
    through = prepare_back(image_back(end.x * scale)[1])[0]
    return jax.tree.map(_added, direct_wedges, through), end.converged


def _added(one: Array, other: Array) -> Array:
    """Add two derivatives; a position has none, and JAX says so with an empty type."""
    return jnp.zeros(one.shape) if one.dtype == jax.dtypes.float0 else one + other


@jax.jit
def pull_back_many(
    baseline: Baseline, wedges: Wedges, rules: Rules, state: State, cotangents: Solution
) -> tuple[Wedges, Array]:
    """Apply `pull_back` to cotangents stacked on a leading axis, one after the other."""
    return jax.lax.map(lambda each: pull_back(baseline, wedges, rules, state, each), cotangents)
