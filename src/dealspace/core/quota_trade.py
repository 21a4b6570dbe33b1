"""Trade in the cells of quotas: what they add to the sums over partners at a state.

These cells are few, so they are gathered, evaluated line by line and added to the sums, while all others stay in the
matrices that a policy fixes (`dealspace.core.equilibrium.Prepared`).
"""

from __future__ import annotations

from typing import NamedTuple

import jax.numpy as jnp
from jaxtyping import Array, Float

from dealspace.core.baseline import Baseline
from dealspace.core.quotas import LineFactors, Quotas, budgets, inside_share, volumes
from dealspace.core.wedges import Wedges


class QuotaTrade(NamedTuple):
    """What a policy fixes in the cells of quotas, each (C,).

    Attributes
    ----------
    share : base share pi; power : log of the wedges outside the nest to the power of -theta, less the scale
    theta : trade elasticity; producer : sales per unit of spending before duty, 1 / ((1-s) r)
    to_importer, to_exporter : what a unit of those sales gives the two budgets, rent and subsidy outside the nest
    """

    share: Float[Array, " C"]
    power: Float[Array, " C"]
    theta: Float[Array, " C"]
    producer: Float[Array, " C"]
    to_importer: Float[Array, " C"]
    to_exporter: Float[Array, " C"]


def without_quota_cells(
    baseline: Baseline, wedges: Wedges, attraction: Float[Array, "N N J"], scale: Float[Array, "N one J"]
) -> tuple[Float[Array, "N N J"], QuotaTrade]:
    """Take the cells of quotas out of the attraction and return what is fixed there."""
    quotas = wedges.quotas
    at = quotas.at
    subsidy, rent, kept = wedges.subsidy[at], wedges.rent[at], wedges.rent_to_importer[at]
    theta = baseline.theta[quotas.sector]
    outer = jnp.log(wedges.trade_cost[at] * (1.0 - subsidy) * rent)
    trade = QuotaTrade(
        share=baseline.share[at],
        power=-theta * outer - scale[quotas.importer, 0, quotas.sector],
        theta=theta,
        producer=1.0 / ((1.0 - subsidy) * rent),
        to_importer=kept * (1.0 - subsidy) * (rent - 1.0),
        to_exporter=(1.0 - kept) * (1.0 - subsidy) * (rent - 1.0) - subsidy,
    )
    return attraction.at[at].set(0.0), trade


class Given(NamedTuple):
    """What the cells of quotas give: sales (sector, exporter), budgets (region,), volumes of the lines (L,)."""

    output_s: Float[Array, "J N"]
    budget: Float[Array, " N"]
    volume: Float[Array, " L"]


class Added(NamedTuple):
    """The sums over exporters with the quotas' cells in them, and what is needed to share their spending out."""

    reach: Float[Array, "J N"]
    quotas: Quotas
    trade: QuotaTrade
    lines: LineFactors
    pull: Float[Array, " C"]  # attraction of the cell times q

    def given(self, spread_s: Float[Array, "J N"], cost: Float[Array, "N J"]) -> Given:
        """Return what the cells give at spending per unit of reach (sector, importer) and costs c_hat."""
        quotas, trade, lines = self.quotas, self.trade, self.lines
        spending = self.pull * spread_s[quotas.sector, quotas.importer]
        volume = volumes(quotas, lines, spending * trade.producer, cost[quotas.exporter, quotas.sector])
        to_importer, to_exporter = cell_budgets(quotas, trade, lines, volume)
        sales = spending * trade.producer * lines.per_tau
        output = jnp.zeros_like(spread_s).at[quotas.sector, quotas.exporter].add(sales)
        budget = jnp.zeros_like(spread_s[0]).at[quotas.importer].add(spending * to_importer)
        return Given(output, budget.at[quotas.exporter].add(spending * to_exporter), volume)


def add_quota_trade(
    baseline: Baseline,
    quotas: Quotas,
    trade: QuotaTrade,
    lines: LineFactors,
    q_s: Float[Array, "J N"],
    reach: Float[Array, "J N"],
) -> Added:
    """Add the cells of quotas to the sums over exporters (sector, importer)."""
    pull = trade.share * jnp.exp(trade.power - trade.theta * lines.log_phi) * q_s[quotas.sector, quotas.exporter]
    return Added(reach.at[quotas.sector, quotas.importer].add(pull), quotas, trade, lines, pull)


class CellFlows(NamedTuple):
    """Shares of a unit of duty-inclusive spending in each cell of quotas (C,).

    Attributes
    ----------
    sales : what the producer receives; duty : of the importer; rent_importer, rent_exporter : scarcity rents of the
    quotas and of barriers; subsidy : paid by the exporter
    """

    sales: Float[Array, " C"]
    duty: Float[Array, " C"]
    rent_importer: Float[Array, " C"]
    rent_exporter: Float[Array, " C"]
    subsidy: Float[Array, " C"]


def cell_flows(
    quotas: Quotas, trade: QuotaTrade, lines: LineFactors, volume: Float[Array, " L"], wedges: Wedges
) -> CellFlows:
    """Split a unit of spending in each cell of quotas."""
    at = quotas.at
    duty, mine, theirs = _by_cell(quotas, lines, volume)
    rent = lines.per_tau * (wedges.rent[at] - 1.0) / wedges.rent[at]
    kept = wedges.rent_to_importer[at]
    sales = lines.per_tau * trade.producer
    return CellFlows(sales, duty, mine + kept * rent, theirs + (1.0 - kept) * rent, wedges.subsidy[at] * sales)


def cell_budgets(
    quotas: Quotas, trade: QuotaTrade, lines: LineFactors, volume: Float[Array, " L"]
) -> tuple[Float[Array, " C"], Float[Array, " C"]]:
    """Return what a unit of spending in each cell gives the importer's and the exporter's budget."""
    duty, mine, theirs = _by_cell(quotas, lines, volume)
    sales = lines.per_tau * trade.producer
    return duty + mine + sales * trade.to_importer, theirs + sales * trade.to_exporter


def _by_cell(
    quotas: Quotas, lines: LineFactors, volume: Float[Array, " L"]
) -> tuple[Float[Array, " C"], Float[Array, " C"], Float[Array, " C"]]:
    """Return duty, the importer's and the exporter's rents of the quotas per unit of spending, by cell."""
    by_line = budgets(quotas, lines, inside_share(quotas, lines, volume))
    blank = jnp.zeros_like(lines.per_tau)
    duty, mine, theirs = (blank.at[quotas.cell].add(part) for part in by_line)
    # The other lines: what is spent on them less what reaches producers.
    own = blank.at[quotas.cell].add(lines.spent)
    own_sales = blank.at[quotas.cell].add(lines.spent / lines.tau)
    return duty + (1.0 - own) - (lines.per_tau - own_sales), mine, theirs
