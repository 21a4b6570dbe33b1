"""Policy as the kernels see it: the factors between what a buyer pays and what a producer gets."""

from __future__ import annotations

from typing import NamedTuple

import jax.numpy as jnp
from jaxtyping import Array, Float

from dealspace.core.baseline import Baseline
from dealspace.core.quotas import Quotas, no_quotas, part_of_the_way


class Wedges(NamedTuple):
    """Every wedge of a policy, each (importer, exporter, sector) but for the last two.

    The buyer's factor changes by ``phi_hat = price_hat (1 - subsidy) rent trade_cost`` (the base has neither
    subsidies nor rents). Where a cell holds lines with different duties the factor that prices follow and the
    factor that revenue follows are two numbers, so both are carried.

    Attributes
    ----------
    price_hat : new over old duty factor, as prices and shares feel it (tauP_hat)
    tau : new gross duty factor, as sales and revenue feel it (tauR')
    trade_cost : d_hat, new over old wasteful factor
    subsidy : s', rate on sales at basic price; negative is an export tax; the exporter's budget pays
    rent : r', scarcity-rent factor, inside the duty base
    rent_to_importer : share of the rents that stays with the importing region
    transfer : (region,), USD million a year received from others, negative when given; it is shown apart and spent
        nowhere in the equilibrium
    quotas : tariff-rate quotas. In their cells ``price_hat`` and ``tau`` are not read, as the nest of
        `dealspace.core.quotas` takes their place; the other wedges stand.
    """

    price_hat: Float[Array, "N N J"]
    tau: Float[Array, "N N J"]
    trade_cost: Float[Array, "N N J"]
    subsidy: Float[Array, "N N J"]
    rent: Float[Array, "N N J"]
    rent_to_importer: Float[Array, "N N J"]
    transfer: Float[Array, " N"]
    quotas: Quotas


def no_change(baseline: Baseline) -> Wedges:
    """Return the wedges of the base year: every factor as it was."""
    one = jnp.ones_like(baseline.sales)
    none = jnp.zeros_like(one)
    return Wedges(one, 1.0 + baseline.tariff, one, none, one, one, jnp.zeros_like(baseline.income), no_quotas())


def between(baseline: Baseline, wedges: Wedges, fraction: Float[Array, ""]) -> Wedges:
    """Return the wedges a `fraction` of the way from the base year, geometrically, factor by factor."""
    base = no_change(baseline)
    return Wedges(
        price_hat=wedges.price_hat**fraction,
        tau=base.tau ** (1.0 - fraction) * wedges.tau**fraction,
        trade_cost=wedges.trade_cost**fraction,
        subsidy=1.0 - (1.0 - wedges.subsidy) ** fraction,
        rent=wedges.rent**fraction,
        rent_to_importer=wedges.rent_to_importer,
        transfer=wedges.transfer,
        quotas=part_of_the_way(wedges.quotas, baseline.tariff, fraction),
    )


def buyer_factor_hat(wedges: Wedges) -> Float[Array, "N N J"]:
    """Return phi_hat, the change of the factor between producer's and buyer's price."""
    return wedges.price_hat * (1.0 - wedges.subsidy) * wedges.rent * wedges.trade_cost
