"""The wedges of a policy on the base that is solved, and those that bring about the same without quotas.

A quota's premium depends on the equilibrium. Once it is known, its cells are cells like any other, with a price
factor, a duty and a rent: this is what the path of a decomposition and the pass-through of duties are taken along.
"""

from __future__ import annotations

import jax.numpy as jnp

from dealspace.core.baseline import Baseline
from dealspace.core.equilibrium import prepare
from dealspace.core.quota_trade import cell_flows
from dealspace.core.quotas import LineFactors, line_factors, no_quotas, volumes
from dealspace.core.solution import Solution
from dealspace.core.wedges import Wedges
from dealspace.instruments.policy import Policy
from dealspace.world.economy import Economy


def wedges_on(policy: Policy, base: Economy) -> Wedges:
    """Return a policy's wedges on the base it is solved on.

    In a base that was solved again to zero deficits the goods under quotas come in at other volumes: a limit keeps its
    relation to the trade of the base year.
    """
    if policy.quotas is None:
        return policy.wedges
    from dealspace.instruments.quota import rebased

    return policy.wedges._replace(quotas=rebased(policy.quotas, policy.world, base))


def lines_of(wedges: Wedges, solution: Solution) -> LineFactors:
    """Return the lines of quotas at a solution's premia."""
    return line_factors(wedges.quotas, jnp.log(solution.premium))


def equivalent_wedges(baseline: Baseline, wedges: Wedges, solution: Solution) -> Wedges:
    """Return wedges without quotas under which the same equilibrium holds.

    In a quota's cell the duty factor is what gives the same duty per unit of spending, the rent factor the same
    rents, and the price factor what buyers feel over that rent.
    """
    quotas = wedges.quotas
    if quotas.limit.shape[0] == 0:
        return wedges
    at = quotas.at
    lines, trade = lines_of(wedges, solution), prepare(baseline, wedges).trade
    volume = volumes(quotas, lines, solution.spending[at] * trade.producer, solution.c_hat[at[1], at[2]])
    cells = cell_flows(quotas, trade, lines, volume, wedges)
    tau = 1.0 / (1.0 - cells.duty)
    rent = 1.0 / (tau * (1.0 - wedges.subsidy[at]) * cells.sales)
    rents = cells.rent_importer + cells.rent_exporter
    kept = jnp.where(rents > 0, cells.rent_importer / jnp.where(rents > 0, rents, 1.0), 1.0)
    return wedges._replace(
        price_hat=wedges.price_hat.at[at].set(jnp.exp(lines.log_phi) * wedges.rent[at] / rent),
        tau=wedges.tau.at[at].set(tau),
        rent=wedges.rent.at[at].set(rent),
        rent_to_importer=wedges.rent_to_importer.at[at].set(kept),
        quotas=no_quotas(),
    )


def duty_felt(wedges: Wedges, solution: Solution) -> jnp.ndarray:
    """Return the duty factor after over before as buyers feel it, premia included (importer, exporter, sector)."""
    quotas = wedges.quotas
    at = quotas.at
    return wedges.price_hat.at[at].set(jnp.exp(lines_of(wedges, solution).log_phi))
