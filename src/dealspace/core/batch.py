"""Many deals on one economy: solve and read measures."""

from __future__ import annotations

from functools import partial

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int

from dealspace.core.baseline import Baseline
from dealspace.core.closure import Rules
from dealspace.core.equilibrium import State
from dealspace.core.measures import Measure, read
from dealspace.core.solution import Solution, solution
from dealspace.core.solve import iterate
from dealspace.core.tangent import WedgeMap
from dealspace.core.wedges import Wedges


@partial(jax.jit, static_argnames=("measures",))
def measure_deals(
    measures: tuple[Measure, ...],
    deal_map: WedgeMap,
    baseline: Baseline,
    rules: Rules,
    start: State,
    deals: Float[Array, "B K"],
    count: Int[Array, ""],
    tolerance: Float[Array, ""],
) -> tuple[Float[Array, "B M"], Float[Array, " B"]]:
    """Solve the first `count` of `deals` one after the other from the state `start`.

    The length B is a capacity, so that batches of any size share one compiled loop. A loop is as fast as a
    vectorised solve here, and a slow deal does not hold up the others.

    Returns
    -------
    Measures (B, M), and the residual of each solve (B,), to be compared with the tolerance; NaN beyond `count`.
    """

    def body(row: Array, out: tuple[Array, Array]) -> tuple[Array, Array]:
        wedges = deal_map.wedges(deals[row])
        state, end = iterate(baseline, wedges, rules, start, tolerance)
        values = read(measures, baseline, solution(baseline, wedges, rules, state))
        return out[0].at[row].set(values), out[1].at[row].set(end.residual)

    blank = jnp.full((deals.shape[0], len(measures)), jnp.nan)
    return jax.lax.fori_loop(0, count, body, (blank, jnp.full(deals.shape[0], jnp.nan)))


@partial(jax.jit, static_argnames=("measures",))
def values_and_cotangents(
    measures: tuple[Measure, ...], baseline: Baseline, solved: Solution
) -> tuple[Float[Array, " M"], Solution]:
    """Return measures (M,) and their derivatives in every entry of the solution, stacked on a leading axis M."""
    return read(measures, baseline, solved), jax.jacrev(lambda s: read(measures, baseline, s))(solved)


@partial(jax.jit, static_argnames=("measures",))
def read_measures(measures: tuple[Measure, ...], baseline: Baseline, solved: Solution) -> Float[Array, " M"]:
    """Return measures (M,) of one solution."""
    return read(measures, baseline, solved)


@jax.jit
def wedges_of(deal_map: WedgeMap, x: Float[Array, " K"]) -> Wedges:
    """Return the wedges of one deal."""
    return deal_map.wedges(x)
