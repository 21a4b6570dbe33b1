"""The equilibrium in changes as one fixed-point map (``model.md``, "Equilibrium in changes").

The state is (log w_hat, log P_hat, log E'). One step of the map takes costs from wages and prices, prices from
costs, sales from prices and expenditure, expenditure from sales and incomes, and moves wages towards clearing.
Powers of the wedges are taken once, outside the loop; inside it every sum over partners is a product of a
matrix by a vector. Arrays ending in ``_s`` are sector-major.
"""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from dealspace.core.baseline import Baseline
from dealspace.core.closure import Rules, new_deficit
from dealspace.core.wedges import Wedges, buyer_factor_hat

WAGE_CLIP = 0.5  # largest move of a log wage in one step
PRICE_CLIP = 1.0  # largest move of a log price in one step
EXPENDITURE_FLOOR = 0.1  # expenditure keeps at least this part of its last value in one step


class State(NamedTuple):
    """What the map maps: logs of w_hat (N,), of P_hat (N, J) and of E' (N, J; 0 where there is none)."""

    log_w: Float[Array, " N"]
    log_P: Float[Array, "N J"]
    log_E: Float[Array, "N J"]


class Prepared(NamedTuple):
    """What a policy fixes before the loop starts; (sector, importer, exporter).

    ``attraction_s`` is pi phi_hat^-theta, divided by its largest factor over exporters, whose log is
    ``scale_s``; the others are the attraction times what a unit of spending gives the producer, the importer's
    budget and the exporter's budget.
    """

    attraction_s: Float[Array, "J N N"]
    scale_s: Float[Array, "J N"]
    to_producer_s: Float[Array, "J N N"]
    to_importer_s: Float[Array, "J N N"]
    to_exporter_s: Float[Array, "J N N"]


def sector_major(array: Float[Array, "N N J"]) -> Float[Array, "J N N"]:
    """Return (importer, exporter, sector) as (sector, importer, exporter)."""
    return jnp.transpose(array, (2, 0, 1))


def spending_to_sales(wedges: Wedges) -> Float[Array, "N N J"]:
    """Return sales at basic price per unit of duty-inclusive spending, 1 / (tau (1-s) r)."""
    return 1.0 / (wedges.tau * (1.0 - wedges.subsidy) * wedges.rent)


def budget_shares(wedges: Wedges) -> tuple[Array, Array, Array]:
    """Return duty, rent and subsidy per unit of duty-inclusive spending, each (importer, exporter, sector)."""
    duty = (wedges.tau - 1.0) / wedges.tau
    rent = (wedges.rent - 1.0) / (wedges.rent * wedges.tau)
    return duty, rent, wedges.subsidy * spending_to_sales(wedges)


def prepare(baseline: Baseline, wedges: Wedges) -> Prepared:
    """Take the powers of the wedges, once for a whole solve."""
    power = -baseline.theta * jnp.log(buyer_factor_hat(wedges))
    traded = baseline.share > 0
    scale = jax.lax.stop_gradient(jnp.max(jnp.where(traded, power, -jnp.inf), axis=1, keepdims=True))
    scale = jnp.where(jnp.isfinite(scale), scale, 0.0)
    attraction = baseline.share * jnp.exp(jnp.where(traded, power - scale, 0.0))
    duty, rent, subsidy = budget_shares(wedges)
    kept = wedges.rent_to_importer
    return Prepared(
        attraction_s=sector_major(attraction),
        scale_s=scale[:, 0, :].T,
        to_producer_s=sector_major(attraction * spending_to_sales(wedges)),
        to_importer_s=sector_major(attraction * (duty + kept * rent)),
        to_exporter_s=sector_major(attraction * ((1.0 - kept) * rent - subsidy)),
    )


class Step(NamedTuple):
    """One evaluation of the model's equations at a state (before clipping): what the next state is made of."""

    log_P: Float[Array, "N J"]
    expenditure: Float[Array, "N J"]
    excess: Float[Array, " N"]  # log of value added demanded over value added supplied
    income: Float[Array, " N"]


def log_cost(baseline: Baseline, state: State) -> Float[Array, "N J"]:
    """Return log c_hat, the cost of the input bundle (region, sector)."""
    inputs = jnp.einsum("nkj,nk->nj", baseline.gamma_io, state.log_P)
    return baseline.gamma_va * state.log_w[:, None] + inputs


def evaluate(baseline: Baseline, prepared: Prepared, rules: Rules, state: State) -> Step:
    """Evaluate the equations at a state: consumer prices, expenditure, the labour markets' excess demand."""
    theta_s = baseline.theta[:, None]
    log_q = -theta_s * log_cost(baseline, state).T
    produced_s = baseline.output.T > 0
    shift = jax.lax.stop_gradient(jnp.max(jnp.where(produced_s, log_q, -jnp.inf), axis=1, keepdims=True))
    shift = jnp.where(jnp.isfinite(shift), shift, 0.0)
    q_s = jnp.exp(jnp.where(produced_s, log_q - shift, -jnp.inf))
    reach = jnp.einsum("jni,ji->jn", prepared.attraction_s, q_s)
    bought = baseline.expenditure.T > 0
    reach = jnp.where(bought & (reach > 0), reach, 1.0)
    log_P = jnp.where(bought, -(prepared.scale_s + shift + jnp.log(reach)) / theta_s, 0.0).T
    spread_s = jnp.where(bought, jnp.exp(state.log_E.T) / reach, 0.0)
    output = (q_s * jnp.einsum("jni,jn->ji", prepared.to_producer_s, spread_s)).T
    to_importer = jnp.sum(spread_s * jnp.einsum("jni,ji->jn", prepared.to_importer_s, q_s), axis=0)
    to_exporter = jnp.sum(q_s * jnp.einsum("jni,jn->ji", prepared.to_exporter_s, spread_s), axis=0)
    factor_income = jnp.exp(state.log_w) * baseline.value_added.sum(axis=1)
    income = factor_income + to_importer + to_exporter + new_deficit(rules, baseline, factor_income)
    expenditure = baseline.final_share * income[:, None] + jnp.einsum("nkj,nj->nk", baseline.gamma_io, output)
    demand = jnp.sum(baseline.gamma_va * output, axis=1)
    return Step(log_P, expenditure, jnp.log(demand / factor_income), income)


def renormalise(baseline: Baseline, log_w: Float[Array, " N"]) -> Float[Array, " N"]:
    """Impose the numeraire: value added of every trading bloc (of the world, when all trade) keeps its size."""
    regions = log_w.shape[0]
    value_added = baseline.value_added.sum(axis=1)
    new = jax.ops.segment_sum(jnp.exp(log_w) * value_added, baseline.bloc, regions)
    old = jax.ops.segment_sum(value_added, baseline.bloc, regions)
    return log_w - jnp.log(new / jnp.where(old > 0, old, 1.0))[baseline.bloc]


def initial_state(baseline: Baseline) -> State:
    """Return the state of the base year: wages and prices 1, expenditure as it was."""
    bought = baseline.expenditure > 0
    log_E = jnp.where(bought, jnp.log(jnp.where(bought, baseline.expenditure, 1.0)), 0.0)
    return State(jnp.zeros_like(baseline.income), jnp.zeros_like(baseline.expenditure), log_E)


def residual(baseline: Baseline, state: State, step: Step) -> Float[Array, ""]:
    """Return the largest fault of any equation at a state: prices and wages in logs, spending by income.

    The numeraire is one of the equations: without it, deficits fixed in its units would be off. A region whose
    income is not positive has no demand, so such a point is no equilibrium however small its faults are.
    """
    spending = jnp.where(baseline.expenditure > 0, jnp.exp(state.log_E), 0.0)
    # A region that a policy makes poor is held to its new income, not to the one it had.
    size = jnp.where(step.income > 0, jnp.minimum(step.income, baseline.income), baseline.income)
    faults = (
        jnp.max(jnp.abs(step.log_P - state.log_P)),
        jnp.max(jnp.abs(step.expenditure - spending) / size[:, None]),
        jnp.max(jnp.abs(step.excess)),
        jnp.max(jnp.abs(renormalise(baseline, state.log_w) - state.log_w)),
        jnp.where(jnp.min(step.income) > 0, 0.0, 1.0),
    )
    return jnp.max(jnp.stack(faults))


def advance(baseline: Baseline, state: State, step: Step) -> State:
    """Return the next state, its moves limited so that a wild step cannot leave the economy's domain."""
    steps = baseline.relaxation
    move = jnp.clip(steps.wage * step.excess, -WAGE_CLIP, WAGE_CLIP)
    log_w = renormalise(baseline, state.log_w + move)
    jump = jnp.einsum("njk,nk->nj", steps.price, step.log_P - state.log_P)
    log_P = state.log_P + jnp.clip(jump, -PRICE_CLIP, PRICE_CLIP)
    bought = baseline.expenditure > 0
    spending = jnp.where(bought, jnp.exp(state.log_E), 0.0)
    settled = spending + jnp.einsum("njk,nk->nj", steps.spending, step.expenditure - spending)
    log_E = jnp.log(jnp.where(bought, jnp.maximum(settled, EXPENDITURE_FLOOR * spending), 1.0))
    return State(log_w, log_P, log_E)
