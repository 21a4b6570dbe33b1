"""Levies on whole cells: taxes on services, subsidies and export taxes, and what commitments give away.

Each is linear in the values of a deal, so a matrix does. A clause counts in a cell with the share of the cell's sales
that it catches: the share of its product lines where the world has lines, the stated coverage elsewhere. Rates on the
same sales add up; taxes q on shares m of receipts give the gross factor 1 / (1 - sum q m) on top of the duty.
"""

from __future__ import annotations

from typing import NamedTuple

import jax.numpy as jnp
from jaxtyping import Array, Float, Int

from dealspace.core import runtime  # noqa: F401  (float64 before the first array)
from dealspace.core.wedges import Wedges
from dealspace.instruments.nest import AnyArray


class Levy(NamedTuple):
    """Rates in some cells, `fixed` (C,) and per unit of each issue `moved` (C, K); `where` (C,) flat positions."""

    where: Int[AnyArray, " C"]
    fixed: Float[AnyArray, " C"]
    moved: Float[AnyArray, "C K"]

    def rates(self, x: Float[Array, " K"]) -> Float[Array, " C"]:
        """Return the rate in each cell under a deal."""
        return jnp.asarray(self.fixed) + jnp.asarray(self.moved) @ x


class Levies(NamedTuple):
    """All levies of a deal; what there is none of is None.

    Attributes
    ----------
    taxes : Levy, on services, shares of what the buyer pays
    subsidies : Levy, on sales at basic price; an export tax counts with minus its rate
    transfers : (N, K), USD million a year received per unit of each issue
    """

    taxes: Levy | None
    subsidies: Levy | None
    transfers: Float[AnyArray, "N K"] | None

    def put(self, wedges: Wedges, x: Float[Array, " K"]) -> Wedges:
        """Return the wedges with the levies of a deal on top."""
        if self.taxes is not None:
            factor = 1.0 / (1.0 - self.taxes.rates(x))
            at = self.taxes.where
            wedges = wedges._replace(
                price_hat=_multiplied(wedges.price_hat, at, factor), tau=_multiplied(wedges.tau, at, factor)
            )
        if self.subsidies is not None:
            shape = wedges.subsidy.shape
            rates = wedges.subsidy.reshape(-1).at[self.subsidies.where].set(self.subsidies.rates(x))
            wedges = wedges._replace(subsidy=rates.reshape(shape))
        if self.transfers is not None:
            wedges = wedges._replace(transfer=wedges.transfer + jnp.asarray(self.transfers) @ x)
        return wedges


def _multiplied(
    array: Float[Array, "N I J"], where: Int[AnyArray, " C"], factor: Float[Array, " C"]
) -> Float[Array, "N I J"]:
    return (
        array.reshape(-1).at[where].multiply(factor, indices_are_sorted=True, unique_indices=True).reshape(array.shape)
    )
