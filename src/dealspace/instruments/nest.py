"""The product nest under a cell: one price factor and one revenue factor for lines with different duties.

Origin is the outer nest (theta), products the inner one (eta). With duty-inclusive base shares s_h of the lines,
tau = 1 + duty and d the wasteful barrier factor of each line:

    phi_hat = ( sum_h s_h (tau'_h d_hat_h / tau0_h)^(1-eta) )^(1/(1-eta))
    s'_h    = s_h (tau'_h d_hat_h / tau0_h)^(1-eta) / phi_hat^(1-eta)
    tauR'   = 1 / sum_h (s'_h / tau'_h)
    d_hat   = the same sum over d_hat_h alone;   tauP_hat = phi_hat / d_hat

so tauP_hat d_hat is what buyers feel and tauR' what the treasury collects. At eta = 1 the sum is geometric.
"""

from __future__ import annotations

from types import ModuleType
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float, Int

from dealspace.core import runtime  # noqa: F401  (float64 before the first array)

#: NumPy arrays hold what is computed once, JAX arrays what a deal moves.
AnyArray = jax.Array | np.ndarray


class Sums(NamedTuple):
    """What the lines of each cell add up to; sums of disjoint sets of lines can be added.

    Attributes
    ----------
    price : (cells,), sum of s (tau' d / tau0)^(1-eta), or of s log(...) at eta = 1
    sales : (cells,), the same terms over tau' (at eta = 1: s / tau')
    barrier : (cells,), sum of s d^(1-eta), or of s log d
    """

    price: Float[AnyArray, " C"]
    sales: Float[AnyArray, " C"]
    barrier: Float[AnyArray, " C"]


class Factors(NamedTuple):
    """Factors of each cell: `price_hat` tauP_hat, `tau` tauR' and `trade_cost` d_hat, all (cells,)."""

    price_hat: Float[AnyArray, " C"]
    tau: Float[AnyArray, " C"]
    trade_cost: Float[AnyArray, " C"]


def line_sums(
    cell: Int[AnyArray, " H"],
    share: Float[AnyArray, " H"],
    tau0: Float[AnyArray, " H"],
    tau: Float[AnyArray, " H"],
    barrier: Float[AnyArray, " H"],
    eta: float,
    cells: int,
) -> Sums:
    """Add the lines up by cell; `cell` is the position of each line's cell among `cells`, sorted.

    NumPy arrays give NumPy sums (what is constant, computed once), JAX arrays JAX sums.
    """
    xp = _module(share)
    ratio = tau * barrier / tau0
    if eta == 1.0:
        price, sales, cost = share * xp.log(ratio), share / tau, share * xp.log(barrier)
    else:
        price = share * ratio ** (1.0 - eta)
        sales, cost = price / tau, share * barrier ** (1.0 - eta)
    if xp is np:
        return Sums(*(np.bincount(cell, column, cells) for column in (price, sales, cost)))
    stacked = jnp.stack([price, sales, cost], axis=1)
    total = jax.ops.segment_sum(stacked, cell, cells, indices_are_sorted=True)
    return Sums(total[:, 0], total[:, 1], total[:, 2])


def _module(array: object) -> ModuleType:
    return np if isinstance(array, np.ndarray) else jnp


def factors(sums: Sums, eta: float) -> Factors:
    """Turn the sums over all lines of each cell into its factors."""
    xp = _module(sums.price)
    if eta == 1.0:
        phi_hat, d_hat, weight = xp.exp(sums.price), xp.exp(sums.barrier), 1.0
    else:
        power = 1.0 / (1.0 - eta)
        phi_hat, d_hat, weight = sums.price**power, sums.barrier**power, sums.price
    return Factors(phi_hat / d_hat, weight / sums.sales, d_hat)
