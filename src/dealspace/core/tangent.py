"""Slopes of outcomes in a few parameters of a policy: the adjoint's mirror image.

For K issues of a deal and M measures the adjoint costs M linear fixed points, this costs K. At the solution
x = G(x, p) the state moves by ``dx = (dG/dx) dx + (dG/dp) dp``, iterated with the Jacobian-vector product of one
step of the map that was solved.
"""

from __future__ import annotations

from functools import partial
from typing import Protocol

import jax
import jax.numpy as jnp
from jax.flatten_util import ravel_pytree
from jaxtyping import Array, Bool, Float

from dealspace.core.anderson import fixed_point
from dealspace.core.baseline import Baseline
from dealspace.core.closure import Rules
from dealspace.core.equilibrium import Prepared, State, advance, evaluate, prepare
from dealspace.core.measures import Measure, read
from dealspace.core.solution import solution
from dealspace.core.wedges import Wedges

TANGENT_TOLERANCE = 1e-6  # relative to the largest move of the economy, and of the quotas' premia
TANGENT_ITERATIONS = 500


class WedgeMap(Protocol):
    """A pytree that turns a deal x (K,) into wedges, traceably."""

    def wedges(self, x: Float[Array, " K"]) -> Wedges:
        """Return the wedges of a deal."""
        ...


def _gap(change: Array, moved: Array, premia: int) -> Array:
    """Return the largest relative change of the economy and of the last `premia` entries, each by its own size.

    A quota moves its own premium far and the economy little; one scale for both would stop too early.
    """
    cut = change.shape[0] - premia
    least = jnp.finfo(change.dtype).tiny
    blocks = (slice(0, cut), slice(cut, None)) if premia else (slice(0, cut),)
    parts = [jnp.max(jnp.abs(change[at])) / jnp.maximum(jnp.max(jnp.abs(moved[at])), least) for at in blocks]
    return jnp.max(jnp.stack(parts))


@partial(jax.jit, static_argnames=("measures", "inert"))
def deal_slopes(
    measures: tuple[Measure, ...],
    deal_map: WedgeMap,
    baseline: Baseline,
    rules: Rules,
    x: Float[Array, " K"],
    state: State,
    inert: tuple[int, ...] = (),
) -> tuple[Float[Array, "K M"], Bool[Array, " K"]]:
    """Return d measure / d issue (K, M) at the converged `state` of a deal, and whether each tangent converged.

    `inert` are the issues that move no equilibrium, such as sums of money shown apart; they need no iteration.
    Directions are taken one after the other: a step multiplies small matrices, which is slower for several at once.
    """
    point, unravel = ravel_pytree(state)

    def image(at: Array, prepared: Prepared) -> Array:
        here = unravel(at)
        return ravel_pytree(advance(baseline, prepared, rules, here, evaluate(baseline, prepared, rules, here)))[0]

    def outcome(at: Array, deal: Array) -> Array:
        return read(measures, baseline, solution(baseline, deal_map.wedges(deal), rules, unravel(at)))

    prepared, push_deal = jax.linearize(lambda deal: prepare(baseline, deal_map.wedges(deal)), x)
    _, push = jax.linearize(lambda at: image(at, prepared), point)
    _, read_off = jax.linearize(outcome, point, x)

    def slope(direction: Array) -> tuple[Array, Array]:
        _, source = jax.jvp(lambda fixed: image(point, fixed), (prepared,), (push_deal(direction),))
        scale = jnp.maximum(jnp.max(jnp.abs(source)), jnp.finfo(source.dtype).tiny)

        def step(moved: Array) -> tuple[Array, Array]:
            new = source / scale + push(moved)
            return new, _gap(new - moved, new, state.log_r.shape[0])

        end = fixed_point(step, source / scale, jnp.asarray(TANGENT_TOLERANCE), TANGENT_ITERATIONS)
        return read_off(end.x * scale, direction), end.converged

    count = x.shape[0]
    active = jnp.array([k for k in range(count) if k not in inert], dtype=jnp.int32)
    still = jnp.array(inert, dtype=jnp.int32)
    directions = jnp.eye(count)
    slopes, converged = jax.lax.map(slope, directions[active])
    at_once = jax.vmap(lambda direction: read_off(jnp.zeros_like(point), direction))(directions[still])
    out = jnp.zeros((count, len(measures))).at[active].set(slopes).at[still].set(at_once)
    return out, jnp.ones(count, dtype=bool).at[active].set(converged)
