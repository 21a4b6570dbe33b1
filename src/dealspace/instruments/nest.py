"""The product nest under a cell: one price factor and one revenue factor for lines with different duties.

Origin is the outer nest (theta), products the inner one (eta). With duty-inclusive base shares s_h of the lines,
tau = 1 + duty, d the wasteful and r the rent factor of each line's barriers:

    phi_hat = ( sum_h s_h (tau'_h d_hat_h r_h / tau0_h)^(1-eta) )^(1/(1-eta))
    s'_h    = s_h (tau'_h d_hat_h r_h / tau0_h)^(1-eta) / phi_hat^(1-eta)
    tauR'   = 1 / sum_h (s'_h / tau'_h)
    rent    = sum_h (s'_h / tau'_h) / sum_h (s'_h / (tau'_h r_h))
    d_hat   = the same sum as phi_hat over d_hat_h alone;   tauP_hat = phi_hat / (d_hat rent)

so tauP_hat d_hat rent is what buyers feel, tauR' what the treasury collects and 1 / (tauR' rent) what the producer
gets of a unit spent. At eta = 1 the sum is geometric.
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
    rented : (cells,), the terms of `sales` over the rent factor; None where no barrier of any line has a rent
    """

    price: Float[AnyArray, " C"]
    sales: Float[AnyArray, " C"]
    barrier: Float[AnyArray, " C"]
    rented: Float[AnyArray, " C"] | None = None

    def plus(self, other: Sums) -> Sums:
        """Return the sums over both sets of lines; a set without rents counts with its sales."""
        rented = None
        if self.rented is not None or other.rented is not None:
            rented = _or(self.rented, self.sales) + _or(other.rented, other.sales)
        return Sums(self.price + other.price, self.sales + other.sales, self.barrier + other.barrier, rented)


class Factors(NamedTuple):
    """Factors of each cell, all (cells,): `price_hat` tauP_hat, `tau` tauR', `trade_cost` d_hat and `rent`.

    `rent` is None where no barrier has a rent.
    """

    price_hat: Float[AnyArray, " C"]
    tau: Float[AnyArray, " C"]
    trade_cost: Float[AnyArray, " C"]
    rent: Float[AnyArray, " C"] | None = None


def _or(array: AnyArray | None, other: AnyArray) -> AnyArray:
    return other if array is None else array


def line_sums(
    cell: Int[AnyArray, " H"],
    share: Float[AnyArray, " H"],
    tau0: Float[AnyArray, " H"],
    tau: Float[AnyArray, " H"],
    barrier: Float[AnyArray, " H"],
    eta: float,
    cells: int,
    rent: Float[AnyArray, " H"] | None = None,
) -> Sums:
    """Add the lines up by cell; `cell` is the position of each line's cell among `cells`, sorted.

    NumPy arrays give NumPy sums (what is constant, computed once), JAX arrays JAX sums.
    """
    xp = _module(share)
    ratio = tau * barrier / tau0
    if rent is not None:
        ratio = ratio * rent
    if eta == 1.0:
        price, sales, cost = share * xp.log(ratio), share / tau, share * xp.log(barrier)
    else:
        price = share * ratio ** (1.0 - eta)
        sales, cost = price / tau, share * barrier ** (1.0 - eta)
    columns = [price, sales, cost]
    if rent is not None:
        columns.append(sales / rent)
    if xp is np:
        # Of no lines at all NumPy counts in integers.
        return Sums(*(np.bincount(cell, column, cells).astype(np.float64) for column in columns))
    total = jax.ops.segment_sum(jnp.stack(columns, axis=1), cell, cells, indices_are_sorted=True)
    return Sums(*(total[:, k] for k in range(len(columns))))


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
    if sums.rented is None:
        return Factors(phi_hat / d_hat, weight / sums.sales, d_hat)
    rent = sums.sales / sums.rented
    return Factors(phi_hat / (d_hat * rent), weight / sums.sales, d_hat, rent)
