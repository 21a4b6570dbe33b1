"""Tariff-rate quotas inside the fixed point: the premium of each quota is part of the state.

Up to its limit a quota's goods pay ``inside``, beyond it ``outside``. Buyers pay one price, ``inside`` times a premium
between 1 and ``outside / inside``. The premium is 1 where the quota is slack, rations buyers where it binds, and
is at its cap where imports go over quota: a mixed complementarity, written as the projection

    log r = min(max(log r + log(volume / limit), 0), log(outside / inside)).

Within the limit the premium is a rent; what comes over quota pays the duty ``outside`` and earns none. A quota's goods
are one line of the product nest of their cell (``instruments.nest``), so its cells' factors depend on the state.
"""

from __future__ import annotations

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int

from dealspace.core import runtime  # noqa: F401  (float64 before the first array)

CLOSED = float(np.exp(20.0))  # outside over inside of an absolute quota: nobody pays such a duty
SMALLEST = 1e-30  # keeps logs finite where a quota's goods are not bought at all


class Quotas(NamedTuple):
    """K quotas over L lines (a quota's goods from one origin in one cell) in the C cells that hold such lines.

    Attributes
    ----------
    importer, exporter, sector : (C,), the cells
    rest_price, rest_sales : (C,), sums over the other lines of the cell, sum s (tau' d / tau0)^(1-eta) and the same
        over tau'
    cell, quota : (L,), position of each line among cells and among quotas
    share, tau0 : (L,), duty-inclusive base share in its cell, and gross duty factor in the base
    inside, outside : (L,), gross factors in and over quota, minimum mark-up included
    barrier : (L,), d_hat of the line
    kept : (L,), share of the rents that stays with the importing region
    limit : (K,), volume in USD million at base-year basic prices
    eta : elasticity of substitution between the lines of a cell, not 1
    """

    importer: Int[Array, " C"]
    exporter: Int[Array, " C"]
    sector: Int[Array, " C"]
    rest_price: Float[Array, " C"]
    rest_sales: Float[Array, " C"]
    cell: Int[Array, " L"]
    quota: Int[Array, " L"]
    share: Float[Array, " L"]
    tau0: Float[Array, " L"]
    inside: Float[Array, " L"]
    outside: Float[Array, " L"]
    barrier: Float[Array, " L"]
    kept: Float[Array, " L"]
    limit: Float[Array, " K"]
    eta: Float[Array, ""]

    @property
    def at(self) -> tuple[Int[Array, " C"], Int[Array, " C"], Int[Array, " C"]]:
        """The cells as an index into (importer, exporter, sector)."""
        return self.importer, self.exporter, self.sector


def no_quotas() -> Quotas:
    """Return the quotas of a policy without any."""
    position, number = jnp.zeros(0, dtype=jnp.int32), jnp.zeros(0)
    at = (position,) * 3 + (number,) * 2 + (position,) * 2 + (number,) * 7
    return Quotas(*at, eta=jnp.asarray(2.0))


def caps(quotas: Quotas) -> Float[Array, " K"]:
    """Return the largest log premium of each quota."""
    line = jnp.log(quotas.outside / quotas.inside)
    top = jax.ops.segment_max(line, quotas.quota, quotas.limit.shape[0])
    return jnp.where(jnp.isfinite(top), jnp.maximum(top, 0.0), 0.0)


def base_premium(quotas: Quotas) -> Float[Array, " K"]:
    """Return the log premium that explains the base duty factors, where the search starts."""
    count = quotas.limit.shape[0]
    line = jnp.log(quotas.tau0 / quotas.inside) * quotas.share
    weight = jax.ops.segment_sum(quotas.share, quotas.quota, count)
    mean = jax.ops.segment_sum(line, quotas.quota, count) / jnp.where(weight > 0, weight, 1.0)
    return jnp.clip(mean, 0.0, caps(quotas))


class LineFactors(NamedTuple):
    """Lines and cells at a premium.

    Attributes
    ----------
    tau : (L,), gross factor paid; premium : (L,), tau / inside; over : (L,), whether imports go over quota
    spent : (L,), share of the cell's spending
    log_phi : (C,), log of the cell's price factor; per_tau : (C,), producers' sales per unit of spending
    """

    tau: Float[Array, " L"]
    premium: Float[Array, " L"]
    over: Float[Array, " L"]
    spent: Float[Array, " L"]
    log_phi: Float[Array, " C"]
    per_tau: Float[Array, " C"]


def line_factors(quotas: Quotas, log_premium: Float[Array, " K"]) -> LineFactors:
    """Return the nest at a premium (K,)."""
    cells = quotas.importer.shape[0]
    cap = jnp.log(quotas.outside / quotas.inside)
    wanted = log_premium[quotas.quota]
    at = jnp.minimum(wanted, cap)
    premium = jnp.exp(at)
    tau = quotas.inside * premium
    term = quotas.share * (tau * quotas.barrier / quotas.tau0) ** (1.0 - quotas.eta)
    price = quotas.rest_price + jax.ops.segment_sum(term, quotas.cell, cells)
    sales = quotas.rest_sales + jax.ops.segment_sum(term / tau, quotas.cell, cells)
    over = jnp.where((wanted >= cap) & (cap > 0), 1.0, 0.0)
    return LineFactors(
        tau, premium, over, term / price[quotas.cell], jnp.log(price) / (1.0 - quotas.eta), sales / price
    )


def volumes(
    quotas: Quotas, lines: LineFactors, producer_spending: Float[Array, " C"], cost: Float[Array, " C"]
) -> Float[Array, " L"]:
    """Return imports of each line at base-year prices, given cells' spending free of subsidy and rent, and c_hat."""
    return producer_spending[quotas.cell] * lines.spent / (lines.tau * cost[quotas.cell])


def inside_share(quotas: Quotas, lines: LineFactors, volume: Float[Array, " L"]) -> Float[Array, " L"]:
    """Return the part of each line that comes in within the quota (L,)."""
    count = quotas.limit.shape[0]
    within = jax.ops.segment_sum((1.0 - lines.over) * volume, quotas.quota, count)
    beyond = jax.ops.segment_sum(lines.over * volume, quotas.quota, count)
    left = jnp.maximum(quotas.limit - within, 0.0) / jnp.where(beyond > 0, beyond, 1.0)
    return jnp.where(lines.over > 0, jnp.minimum(left, 1.0)[quotas.quota], 1.0)


def budgets(
    quotas: Quotas, lines: LineFactors, inside: Float[Array, " L"]
) -> tuple[Float[Array, " L"], Float[Array, " L"], Float[Array, " L"]]:
    """Return duty, the importer's rent and the exporter's rent per unit of the cell's spending, by line.

    The rent is inside the duty base, as every rent of the model is.
    """
    per_unit = lines.spent / lines.tau
    duty = inside * (quotas.inside - 1.0) * lines.premium + (1.0 - inside) * (lines.tau - 1.0)
    rent = inside * (lines.premium - 1.0)
    return per_unit * duty, per_unit * rent * quotas.kept, per_unit * rent * (1.0 - quotas.kept)


def steepness(quotas: Quotas, lines: LineFactors, theta: Float[Array, " J"]) -> Float[Array, " K"]:
    """Return roughly minus the elasticity of each quota's volume in its premium, to size the premium's step."""
    outer = 1.0 + theta[quotas.sector][quotas.cell]
    line = quotas.eta * (1.0 - lines.spent) + outer * lines.spent
    count = quotas.limit.shape[0]
    weight = jax.ops.segment_sum(quotas.share, quotas.quota, count)
    mean = jax.ops.segment_sum(line * quotas.share, quotas.quota, count) / jnp.where(weight > 0, weight, 1.0)
    return jnp.maximum(mean, 0.5)


def project(quotas: Quotas, log_premium: Float[Array, " K"], move: Float[Array, " K"]) -> Float[Array, " K"]:
    """Return the log premium moved, kept between 0 and its cap."""
    return jnp.clip(log_premium + move, 0.0, caps(quotas))


def scarcity(quotas: Quotas, volume: Float[Array, " L"]) -> tuple[Float[Array, " K"], Float[Array, " K"]]:
    """Return the volume of each quota (K,) and log(volume / limit) (K,)."""
    total = jax.ops.segment_sum(volume, quotas.quota, quotas.limit.shape[0])
    gap = jnp.log(jnp.maximum(total, SMALLEST)) - jnp.log(jnp.maximum(quotas.limit, SMALLEST))
    return total, gap


def part_of_the_way(quotas: Quotas, tariff: Float[Array, "N I J"], fraction: Float[Array, ""]) -> Quotas:
    """Return quotas a `fraction` of the way from the base year, where each line paid tau0 at any volume."""

    def mixed(before: Array, after: Array) -> Array:
        return before ** (1.0 - fraction) * after**fraction

    cells = quotas.importer.shape[0]
    tau = 1.0 + tariff[quotas.at]
    others = 1.0 - jax.ops.segment_sum(quotas.share, quotas.cell, cells)
    sold = 1.0 / tau - jax.ops.segment_sum(quotas.share / quotas.tau0, quotas.cell, cells)
    alone = others <= 1e-12
    return quotas._replace(
        rest_price=jnp.where(alone, quotas.rest_price, mixed(jnp.where(alone, 1.0, others), quotas.rest_price)),
        rest_sales=jnp.where(
            alone | (sold <= 0), quotas.rest_sales, mixed(jnp.where(sold > 0, sold, 1.0), quotas.rest_sales)
        ),
        inside=mixed(quotas.tau0, quotas.inside),
        outside=mixed(quotas.tau0, quotas.outside),
        barrier=quotas.barrier**fraction,
    )


def as_arrays(quotas: Quotas) -> Quotas:
    """Return quotas given as NumPy arrays on the device, positions as integers."""
    return Quotas(
        *(
            jnp.asarray(np.asarray(value), dtype=jnp.int32 if name in _POSITIONS else jnp.float64)
            for name, value in quotas._asdict().items()
        )
    )


_POSITIONS = ("importer", "exporter", "sector", "cell", "quota")
