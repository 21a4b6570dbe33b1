"""Solve the equilibrium of a policy; where there is none, say why.

A solve tries the policy at once; failing that it walks there from the base year in shrinking steps. What
does not converge yields a status with a reason and no solution.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np
from jax.flatten_util import ravel_pytree
from jaxtyping import Array, Float

from dealspace.core.anderson import FixedPoint, fixed_point
from dealspace.core.baseline import Baseline
from dealspace.core.closure import Closure, Rules, new_deficit
from dealspace.core.equilibrium import (
    State,
    advance,
    evaluate,
    initial_state,
    log_labour,
    prepare,
    residual,
    start_from,
)
from dealspace.core.solution import Solution, solution
from dealspace.core.wedges import Wedges, between

TOLERANCE = 1e-10
MAX_ITERATIONS = 400
STATE_LIMIT = 1.0  # largest accelerated move of any log wage, price or expenditure
SMALLEST_STEP = 1 / 64  # of the way from the base year, before the walk is given up
SURPLUS_SHARE = 0.8  # a fixed surplus beyond this part of value added is taken as the reason of a failure


@dataclass(frozen=True)
class Status:
    """How a solve ended.

    Attributes
    ----------
    code : ``converged``, ``no-equilibrium`` or ``max-iterations``
    reason : a whole sentence, empty when converged; regions are named by position as ``{region:3}``
    residual : largest scaled fault of any equation; iterations : of the last attempt
    """

    code: str
    reason: str
    residual: float
    iterations: int

    @property
    def converged(self) -> bool:
        """Whether the outcome may be used."""
        return self.code == "converged"


def name_regions(reason: str, regions: Sequence[str]) -> str:
    """Return a status' reason with positions replaced by names."""
    return re.sub(r"\{region:(\d+)\}", lambda match: regions[int(match.group(1))], reason)


def iterate(
    baseline: Baseline,
    wedges: Wedges,
    rules: Rules,
    start: State,
    tolerance: Float[Array, ""],
    max_iterations: int = MAX_ITERATIONS,
) -> tuple[State, FixedPoint]:
    """Iterate the map from `start`; traceable, so that batches can hold it."""
    prepared = prepare(baseline, wedges)
    x0, unravel = ravel_pytree(start)

    def step(x: Array) -> tuple[Array, Array]:
        state = unravel(x)
        found = evaluate(baseline, prepared, rules, state)
        image = ravel_pytree(advance(baseline, prepared, rules, state, found))[0]
        return image, residual(baseline, wedges.quotas, state, found)

    end = fixed_point(step, x0, tolerance, max_iterations, STATE_LIMIT)
    return unravel(end.x), end


@jax.jit
def _attempt(
    baseline: Baseline, wedges: Wedges, rules: Rules, start: State, tolerance: Array
) -> tuple[State, FixedPoint, Solution]:
    state, end = iterate(baseline, wedges, rules, start, tolerance)
    return state, end, solution(baseline, wedges, rules, state)


def solve(
    baseline: Baseline,
    wedges: Wedges,
    closure: Closure,
    tolerance: float = TOLERANCE,
    start: State | None = None,
) -> tuple[Solution | None, Status, State]:
    """Solve the equilibrium in changes after a policy.

    Parameters
    ----------
    baseline, wedges, closure : the economy, the policy, what is held fixed. With ``balanced`` deficits the
        baseline must itself have none for outcomes to compare like with like.
    tolerance : on the largest scaled fault of any equation
    start : a state nearby, to save iterations

    Returns
    -------
    The solution (None when not converged), the status, and the state reached.
    """
    goal = jnp.asarray(tolerance)
    first = initial_state(baseline, wedges) if start is None else start_from(start, wedges)
    state, end, found = _attempt(baseline, wedges, closure.rules, first, goal)
    if bool(end.converged):
        return found, _status(end), state
    return _walk(baseline, wedges, closure, goal)


def _status(end: FixedPoint) -> Status:
    return Status("converged", "", float(end.residual), int(end.iterations))


def _walk(
    baseline: Baseline, wedges: Wedges, closure: Closure, tolerance: Array
) -> tuple[Solution | None, Status, State]:
    """Go from the base year to the policy in steps that halve when one fails."""
    state, reached, stride = initial_state(baseline, wedges), 0.0, 0.5
    while True:
        target = min(1.0, reached + stride)
        part = wedges if target == 1.0 else between(baseline, wedges, jnp.asarray(target))
        trial, end, found = _attempt(baseline, part, closure.rules, state, tolerance)
        if bool(end.converged):
            if target == 1.0:
                return found, _status(end), trial
            state, reached = trial, target
        elif stride > SMALLEST_STEP:
            stride /= 2
        else:
            return None, _failure(baseline, closure, trial, end, reached, float(tolerance)), trial


def _failure(
    baseline: Baseline, closure: Closure, state: State, end: FixedPoint, reached: float, tolerance: float
) -> Status:
    """Say why a solve failed: a surplus that outgrows the region's income, or the iterations ran out."""
    residual_found = float(end.residual)
    at = f"at {100 * reached:.0f} per cent of the policy"
    supplied = log_labour(baseline, closure.rules, state)
    earned = jnp.exp(state.log_w + supplied) * baseline.value_added.sum(axis=1)
    surplus = np.asarray(-new_deficit(closure.rules, baseline, earned) / earned)
    if np.isfinite(surplus).any() and np.nanmax(surplus) > SURPLUS_SHARE:
        reason = (
            f"no equilibrium was found {at}: the surplus of {{region:{int(np.nanargmax(surplus))}}} under "
            f"{closure.deficits} deficits outgrows what the region still earns; use balanced deficits"
        )
        return Status("no-equilibrium", reason, residual_found, int(end.iterations))
    reason = (
        f"the solver stopped {at} with a residual of {residual_found:.1e} after {int(end.iterations)} iterations "
        f"(tolerance {tolerance:.0e}); the policy may be too extreme for these elasticities"
    )
    return Status("max-iterations", reason, residual_found, int(end.iterations))
