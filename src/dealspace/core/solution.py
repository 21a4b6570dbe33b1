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
from dealspace.core.quota_trade import CellFlows, cell_flows
from dealspace.core.quotas import LineFactors, line_factors, scarcity, volumes
from dealspace.core.wedges import Wedges


class Solution(NamedTuple):
    """An equilibrium after a policy; values in USD million at the numeraire (world value added keeps its size).

    Attributes
    ----------
    w_hat : (region,), mean wage per worker (Phi_hat of Roy's model); income_hat, price_index_hat : changes; the index
        is of final consumption
    v_hat : (region, sector), price of value added: the wage when labour is mobile, the wage per efficiency unit of
        the sector, or the mix of wage and return to capital
    labour_hat : (region,), labour supply; work_cost : (region,), what the change of work costs those who do it, USD
        million at base prices
    P_hat, c_hat : (region, sector), changes of consumer prices and of producers' costs
    sales : (importer, exporter, sector), X', basic price; spending : the same, duty-inclusive
    output, expenditure, value_added : (region, sector)
    income, tariff_revenue, rents, subsidies, deficit : (region,); duty and services tax are one revenue
    duty : (importer, sector), that revenue by sector
    transfer : (region,), received from others, apart from the equilibrium
    premium : (quota,), tau over the factor inside the quota, 1 where it is slack; quota_volume : (quota,), imports in
        USD million at base-year prices
    """

    w_hat: Float[Array, " N"]
    v_hat: Float[Array, "N J"]
    labour_hat: Float[Array, " N"]
    work_cost: Float[Array, " N"]
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
    duty: Float[Array, "N J"]
    transfer: Float[Array, " N"]
    premium: Float[Array, " K"]
    quota_volume: Float[Array, " K"]

    @property
    def real_income_hat(self) -> Float[Array, " N"]:
        """I_hat / P_hat, (region,)."""
        return self.income_hat / self.price_index_hat


def new_shares(
    baseline: Baseline, prepared: Prepared, c_hat: Float[Array, "N J"], lines: LineFactors
) -> Float[Array, "N N J"]:
    """Return pi', adding to one over exporters wherever anything was bought."""
    log_q = -baseline.theta * jnp.log(c_hat)
    shift = jnp.max(jnp.where(baseline.output > 0, log_q, -jnp.inf), axis=0)
    q = jnp.exp(jnp.where(baseline.output > 0, log_q - jnp.where(jnp.isfinite(shift), shift, 0.0), -jnp.inf))
    pull = jnp.transpose(prepared.attraction_s, (1, 2, 0)) * q[None]
    at = prepared.quotas.at
    trade = prepared.trade
    pull = pull.at[at].set(trade.share * jnp.exp(trade.power - trade.theta * lines.log_phi) * q[at[1], at[2]])
    total = pull.sum(axis=1, keepdims=True)
    return pull / jnp.where(total > 0, total, 1.0)


class Money(NamedTuple):
    """Where duty-inclusive spending goes.

    Attributes
    ----------
    sales : (importer, exporter, sector), to producers at basic price; quota_volume : (quota,)
    duty : (importer, sector); rents, subsidies : (region,), received, and paid
    """

    sales: Float[Array, "N N J"]
    duty: Float[Array, "N J"]
    rents: Float[Array, " N"]
    subsidies: Float[Array, " N"]
    quota_volume: Float[Array, " K"]


def split_spending(
    prepared: Prepared,
    wedges: Wedges,
    lines: LineFactors,
    spending: Float[Array, "N N J"],
    c_hat: Float[Array, "N J"],
) -> Money:
    """Split duty-inclusive spending into sales, duty, rents and subsidies, the cells of quotas by their lines."""
    quotas = prepared.quotas
    at = quotas.at
    before_duty = spending[at] * prepared.trade.producer
    volume = volumes(quotas, lines, before_duty, c_hat[at[1], at[2]])
    cells: CellFlows = cell_flows(quotas, prepared.trade, lines, volume, wedges)
    duty, rent, subsidy = budget_shares(wedges)
    kept = wedges.rent_to_importer
    to_sales = spending_to_sales(wedges).at[at].set(cells.sales)
    duty, subsidy = duty.at[at].set(cells.duty), subsidy.at[at].set(cells.subsidy)
    mine = (kept * rent).at[at].set(cells.rent_importer)
    theirs = ((1.0 - kept) * rent).at[at].set(cells.rent_exporter)
    return Money(
        sales=spending * to_sales,
        duty=(duty * spending).sum(axis=1),
        rents=(mine * spending).sum(axis=(1, 2)) + (theirs * spending).sum(axis=(0, 2)),
        subsidies=(subsidy * spending).sum(axis=(0, 2)),
        quota_volume=scarcity(quotas, volume)[0],
    )


def solution(baseline: Baseline, wedges: Wedges, rules: Rules, state: State) -> Solution:
    """Read every outcome off a converged state."""
    prepared = prepare(baseline, wedges)
    lines = line_factors(wedges.quotas, state.log_r)
    step = evaluate(baseline, prepared, rules, state)
    c_hat = jnp.exp(log_cost(baseline, state))
    expenditure = jnp.where(baseline.expenditure > 0, jnp.exp(state.log_E), 0.0)
    spending = new_shares(baseline, prepared, c_hat, lines) * expenditure[:, None, :]
    money = split_spending(prepared, wedges, lines, spending, c_hat)
    output = money.sales.sum(axis=0)
    w_hat, labour_hat = jnp.exp(state.log_w), jnp.exp(step.log_labour)
    before = baseline.value_added.sum(axis=1)
    price_index_hat = jnp.exp(jnp.sum(baseline.final_share * step.log_P, axis=1))
    return Solution(
        w_hat=w_hat,
        v_hat=jnp.exp(state.log_w[:, None] + state.log_z),
        labour_hat=labour_hat,
        work_cost=work_cost(rules, before, w_hat / price_index_hat, labour_hat),
        P_hat=jnp.exp(step.log_P),
        c_hat=c_hat,
        sales=money.sales,
        spending=spending,
        output=output,
        expenditure=expenditure,
        value_added=baseline.gamma_va * output,
        income=step.income,
        income_hat=step.income / baseline.income,
        price_index_hat=price_index_hat,
        tariff_revenue=money.duty.sum(axis=1),
        duty=money.duty,
        rents=money.rents,
        subsidies=money.subsidies,
        deficit=new_deficit(rules, baseline, w_hat * labour_hat * before),
        transfer=wedges.transfer,
        premium=jnp.exp(state.log_r),
        quota_volume=money.quota_volume,
    )


def work_cost(
    rules: Rules, value_added: Float[Array, " N"], real_wage: Float[Array, " N"], labour: Float[Array, " N"]
) -> Float[Array, " N"]:
    """Return what the change of work is worth to those who do it, USD million at base prices.

    With L_hat = (W/P)^psi, work costs B L^(1 + 1/psi) / (1 + 1/psi) in goods, so the change is B psi / (1 + psi)
    (L_hat W/P - 1), where B is labour income in the base year (Greenwood, Hercowitz and Huffman 1988).
    """
    psi = rules.participation
    return rules.wage_share * value_added * psi / (1.0 + psi) * (labour * real_wage - 1.0)
