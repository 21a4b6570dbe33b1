"""The equilibrium in changes as one fixed-point map (``model.md``, "Equilibrium in changes").

The state is (log w_hat, z, log P_hat, log E', log r). One step of the map takes costs from the prices of value added
and of inputs, consumer prices from costs, sales from prices and expenditure, expenditure from sales and incomes, and
moves wages towards clearing, sectors' premia over the wage to what their value added earns, and quotas' premia to
where volumes respect limits. Powers of the wedges are taken once, outside the loop; inside it every sum over partners
is a product of a matrix by a vector. Arrays ending in ``_s`` are sector-major.
"""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from dealspace.core.baseline import Baseline
from dealspace.core.closure import Rules, new_deficit
from dealspace.core.quota_trade import QuotaTrade, add_quota_trade, without_quota_cells
from dealspace.core.quotas import Quotas, base_premium, line_factors, project, scarcity, steepness
from dealspace.core.wedges import Wedges, buyer_factor_hat

WAGE_CLIP = 0.5  # largest move of a log wage or of a sector's premium in one step
PRICE_CLIP = 1.0  # largest move of a log price in one step
EXPENDITURE_FLOOR = 0.1  # expenditure keeps at least this part of its last value in one step


class State(NamedTuple):
    """What the map maps.

    Attributes
    ----------
    log_w : (N,), log of the mean wage; log_z : (N, J), log of the price of value added over it, 0 when labour is mobile
    log_P : (N, J), log P_hat; log_E : (N, J), log E', 0 where there is none; log_r : (K,), log premium of each quota
    """

    log_w: Float[Array, " N"]
    log_z: Float[Array, "N J"]
    log_P: Float[Array, "N J"]
    log_E: Float[Array, "N J"]
    log_r: Float[Array, " K"]


class Prepared(NamedTuple):
    """What a policy fixes before the loop starts; (sector, importer, exporter).

    ``attraction_s`` is pi phi_hat^-theta, divided by its largest factor over exporters, whose log is ``scale_s``; the
    others are the attraction times what a unit of spending gives the producer, the importer's budget and the
    exporter's budget. Cells of quotas are left out of them; ``trade`` has what is fixed there.
    """

    attraction_s: Float[Array, "J N N"]
    scale_s: Float[Array, "J N"]
    to_producer_s: Float[Array, "J N N"]
    to_importer_s: Float[Array, "J N N"]
    to_exporter_s: Float[Array, "J N N"]
    quotas: Quotas
    trade: QuotaTrade


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
    attraction, trade = without_quota_cells(baseline, wedges, attraction, scale)
    duty, rent, subsidy = budget_shares(wedges)
    kept = wedges.rent_to_importer
    return Prepared(
        attraction_s=sector_major(attraction),
        scale_s=scale[:, 0, :].T,
        to_producer_s=sector_major(attraction * spending_to_sales(wedges)),
        to_importer_s=sector_major(attraction * (duty + kept * rent)),
        to_exporter_s=sector_major(attraction * ((1.0 - kept) * rent - subsidy)),
        quotas=wedges.quotas,
        trade=trade,
    )


class Step(NamedTuple):
    """One evaluation of the model's equations at a state (before clipping): what the next state is made of."""

    log_P: Float[Array, "N J"]
    expenditure: Float[Array, "N J"]
    excess: Float[Array, " N"]  # log of value added demanded over value added supplied
    premium: Float[Array, "N J"]  # z that the sectors' value added calls for
    income: Float[Array, " N"]
    log_labour: Float[Array, " N"]  # log L_hat
    scarcity: Float[Array, " K"]  # log of quota volume over limit
    steepness: Float[Array, " K"]  # about minus the elasticity of that volume in the premium


def log_cost(baseline: Baseline, state: State) -> Float[Array, "N J"]:
    """Return log c_hat, the cost of the input bundle (region, sector)."""
    inputs = jnp.einsum("nkj,nk->nj", baseline.gamma_io, state.log_P)
    return baseline.gamma_va * (state.log_w[:, None] + state.log_z) + inputs


def log_labour(baseline: Baseline, rules: Rules, state: State) -> Float[Array, " N"]:
    """Return log L_hat, labour supplied at the real wage."""
    index = jnp.sum(baseline.final_share * state.log_P, axis=1)
    return rules.participation * (state.log_w - index)


def evaluate(baseline: Baseline, prepared: Prepared, rules: Rules, state: State) -> Step:
    """Evaluate the equations at a state: consumer prices, expenditure, the labour markets' excess demand."""
    theta_s = baseline.theta[:, None]
    log_c = log_cost(baseline, state)
    log_q = -theta_s * log_c.T
    produced_s = baseline.output.T > 0
    shift = jax.lax.stop_gradient(jnp.max(jnp.where(produced_s, log_q, -jnp.inf), axis=1, keepdims=True))
    shift = jnp.where(jnp.isfinite(shift), shift, 0.0)
    q_s = jnp.exp(jnp.where(produced_s, log_q - shift, -jnp.inf))
    reach = jnp.einsum("jni,ji->jn", prepared.attraction_s, q_s)
    lines = line_factors(prepared.quotas, state.log_r)
    quota = add_quota_trade(baseline, prepared.quotas, prepared.trade, lines, q_s, reach)
    reach = quota.reach
    bought = baseline.expenditure.T > 0
    reach = jnp.where(bought & (reach > 0), reach, 1.0)
    log_P = jnp.where(bought, -(prepared.scale_s + shift + jnp.log(reach)) / theta_s, 0.0).T
    spread_s = jnp.where(bought, jnp.exp(state.log_E.T) / reach, 0.0)
    given = quota.given(spread_s, jnp.exp(log_c))
    output = (q_s * jnp.einsum("jni,jn->ji", prepared.to_producer_s, spread_s) + given.output_s).T
    to_importer = jnp.sum(spread_s * jnp.einsum("jni,ji->jn", prepared.to_importer_s, q_s), axis=0)
    to_exporter = jnp.sum(q_s * jnp.einsum("jni,jn->ji", prepared.to_exporter_s, spread_s), axis=0)
    labour = log_labour(baseline, rules, state)
    factor_income = jnp.exp(state.log_w + labour) * baseline.value_added.sum(axis=1)
    budgets = to_importer + to_exporter + given.budget
    income = factor_income + budgets + new_deficit(rules, baseline, factor_income)
    expenditure = baseline.final_share * income[:, None] + jnp.einsum("nkj,nj->nk", baseline.gamma_io, output)
    value_added = baseline.gamma_va * output
    excess = jnp.log(value_added.sum(axis=1) / factor_income)
    premium = sector_premium(baseline, rules, value_added, state.log_w, labour)
    _, gap = scarcity(prepared.quotas, given.volume)
    steep = steepness(prepared.quotas, lines, baseline.theta)
    return Step(log_P, expenditure, excess, premium, income, labour, gap, steep)


def sector_premium(
    baseline: Baseline,
    rules: Rules,
    value_added: Float[Array, "N J"],
    log_w: Float[Array, " N"],
    labour: Float[Array, " N"],
) -> Float[Array, "N J"]:
    """Return z = mu (log VA_hat - lambda log L_hat - log W); 0 where a sector has no value added."""
    active = (baseline.value_added > 0) & (value_added > 0)
    ratio = jnp.where(active, value_added, 1.0) / jnp.where(active, baseline.value_added, 1.0)
    gap = jnp.log(ratio) - (rules.by_worker * labour + log_w)[:, None]
    return jnp.where(active, rules.immobility * gap, 0.0)


def renormalise(baseline: Baseline, log_w: Float[Array, " N"], log_labour: Float[Array, " N"]) -> Float[Array, " N"]:
    """Impose the numeraire: value added of every trading bloc (of the world, when all trade) keeps its size."""
    regions = log_w.shape[0]
    value_added = baseline.value_added.sum(axis=1)
    new = jax.ops.segment_sum(jnp.exp(log_w + log_labour) * value_added, baseline.bloc, regions)
    old = jax.ops.segment_sum(value_added, baseline.bloc, regions)
    return log_w - jnp.log(new / jnp.where(old > 0, old, 1.0))[baseline.bloc]


def initial_state(baseline: Baseline, wedges: Wedges) -> State:
    """Return the state of the base year: wages and prices 1, expenditure and the quotas' premia as they were."""
    bought = baseline.expenditure > 0
    log_E = jnp.where(bought, jnp.log(jnp.where(bought, baseline.expenditure, 1.0)), 0.0)
    none = jnp.zeros_like(baseline.expenditure)
    return State(jnp.zeros_like(baseline.income), none, none, log_E, base_premium(wedges.quotas))


def start_from(state: State, wedges: Wedges) -> State:
    """Return a state solved for another policy as a start: the quotas' premia are taken over if they are as many."""
    if state.log_r.shape == wedges.quotas.limit.shape:
        return state
    return state._replace(log_r=base_premium(wedges.quotas))


def residual(baseline: Baseline, quotas: Quotas, state: State, step: Step) -> Float[Array, ""]:
    """Return the largest fault of any equation at a state: prices and wages in logs, spending by income.

    The numeraire is one of the equations: without it, deficits fixed in its units would be off. A region whose
    income is not positive has no demand, so such a point is no equilibrium however small its faults are.
    """
    spending = jnp.where(baseline.expenditure > 0, jnp.exp(state.log_E), 0.0)
    # A region that a policy makes poor is held to its new income, not to the one it had.
    size = jnp.where(step.income > 0, jnp.minimum(step.income, baseline.income), baseline.income)
    faults = (
        jnp.max(jnp.abs(step.log_P - state.log_P)),
        jnp.max(jnp.abs(step.premium - state.log_z)),
        jnp.max(jnp.abs(step.expenditure - spending) / size[:, None]),
        jnp.max(jnp.abs(step.excess)),
        jnp.max(jnp.abs(renormalise(baseline, state.log_w, step.log_labour) - state.log_w)),
        jnp.max(jnp.abs(project(quotas, state.log_r, step.scarcity) - state.log_r), initial=0.0),
        jnp.where(jnp.min(step.income) > 0, 0.0, 1.0),
    )
    return jnp.max(jnp.stack(faults))


def advance(baseline: Baseline, prepared: Prepared, rules: Rules, state: State, step: Step) -> State:
    """Return the next state, its moves limited so that a wild step cannot leave the economy's domain."""
    steps = baseline.relaxation
    move = jnp.clip(steps.wage * step.excess / (1.0 + rules.participation), -WAGE_CLIP, WAGE_CLIP)
    log_w = renormalise(baseline, state.log_w + move, step.log_labour)
    settling = 1.0 / (1.0 + rules.immobility * steps.value_added)
    log_z = state.log_z + jnp.clip(settling * (step.premium - state.log_z), -WAGE_CLIP, WAGE_CLIP)
    jump = jnp.einsum("njk,nk->nj", steps.price, step.log_P - state.log_P)
    log_P = state.log_P + jnp.clip(jump, -PRICE_CLIP, PRICE_CLIP)
    bought = baseline.expenditure > 0
    spending = jnp.where(bought, jnp.exp(state.log_E), 0.0)
    settled = spending + jnp.einsum("njk,nk->nj", steps.spending, step.expenditure - spending)
    log_E = jnp.log(jnp.where(bought, jnp.maximum(settled, EXPENDITURE_FLOOR * spending), 1.0))
    push = jnp.clip(step.scarcity / step.steepness, -PRICE_CLIP, PRICE_CLIP)
    return State(log_w, log_z, log_P, log_E, project(prepared.quotas, state.log_r, push))
