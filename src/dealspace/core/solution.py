"""Everything a solved state says, as unlabelled arrays."""

from __future__ import annotations

from typing import NamedTuple

import jax.numpy as jnp
from jaxtyping import Array, Float

from dealspace.core.baseline import Baseline
from dealspace.core.closure import Rules, new_deficit
from dealspace.core.equilibrium import (
    Prepared,
    State,
    budget_shares,
    evaluate,
    log_cost,
    prepare,
    spending_to_sales,
)
from dealspace.core.wedges import Wedges


class Solution(NamedTuple):
    """An equilibrium after a policy; values in USD million at the numeraire (world value added keeps its size).

    Attributes
    ----------
    w_hat, income_hat, price_index_hat : (region,), changes; the index is of final consumption
    P_hat, c_hat : (region, sector), changes of consumer prices and of producers' costs
    sales : (importer, exporter, sector), X', basic price; spending : the same, duty-inclusive
    output, expenditure, value_added : (region, sector)
    income, tariff_revenue, rents, subsidies, deficit : (region,)
    """

    w_hat: Float[Array, " N"]
    P_hat: Float[Array, "N J"]
    c_hat: Float[Array, "N J"]
    sales: Float[Array, "N N J"]
    spending: Float[Array, "N N J"]
    output: Float[Array, "N J"]
    expenditure: Float[Array, "N J"]
    value_added: Float[Array, "N J"]
    income: Float[Array, " N"]
    income_hat: Float[Array, " N"]
    price_index_hat: Float[Array, " N"]
    tariff_revenue: Float[Array, " N"]
    rents: Float[Array, " N"]
    subsidies: Float[Array, " N"]
    deficit: Float[Array, " N"]

    @property
    def real_income_hat(self) -> Float[Array, " N"]:
        """I_hat / P_hat, (region,)."""
        return self.income_hat / self.price_index_hat


def new_shares(baseline: Baseline, prepared: Prepared, c_hat: Float[Array, "N J"]) -> Float[Array, "N N J"]:
    """Return pi', adding to one over exporters wherever anything was bought."""
    log_q = -baseline.theta * jnp.log(c_hat)
    shift = jnp.max(jnp.where(baseline.output > 0, log_q, -jnp.inf), axis=0)
    q = jnp.exp(jnp.where(baseline.output > 0, log_q - jnp.where(jnp.isfinite(shift), shift, 0.0), -jnp.inf))
    pull = jnp.transpose(prepared.attraction_s, (1, 2, 0)) * q[None]
    total = pull.sum(axis=1, keepdims=True)
    return pull / jnp.where(total > 0, total, 1.0)


def solution(baseline: Baseline, wedges: Wedges, rules: Rules, state: State) -> Solution:
    """Read every outcome off a converged state."""
    prepared = prepare(baseline, wedges)
    step = evaluate(baseline, prepared, rules, state)
    c_hat = jnp.exp(log_cost(baseline, state))
    expenditure = jnp.where(baseline.expenditure > 0, jnp.exp(state.log_E), 0.0)
    spending = new_shares(baseline, prepared, c_hat) * expenditure[:, None, :]
    sales = spending * spending_to_sales(wedges)
    duty, rent, subsidy = budget_shares(wedges)
    kept = wedges.rent_to_importer
    rents = (kept * rent * spending).sum(axis=(1, 2)) + ((1.0 - kept) * rent * spending).sum(axis=(0, 2))
    output = sales.sum(axis=0)
    w_hat = jnp.exp(state.log_w)
    factor_income = w_hat * baseline.value_added.sum(axis=1)
    return Solution(
        w_hat=w_hat,
        P_hat=jnp.exp(step.log_P),
        c_hat=c_hat,
        sales=sales,
        spending=spending,
        output=output,
        expenditure=expenditure,
        value_added=baseline.gamma_va * output,
        income=step.income,
        income_hat=step.income / baseline.income,
        price_index_hat=jnp.exp(jnp.sum(baseline.final_share * step.log_P, axis=1)),
        tariff_revenue=(duty * spending).sum(axis=(1, 2)),
        rents=rents,
        subsidies=(subsidy * spending).sum(axis=(0, 2)),
        deficit=new_deficit(rules, baseline, factor_income),
    )
