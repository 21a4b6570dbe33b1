"""Quotas under a deal: how volumes, country shares and mark-ups move the limits and rates of `core.quotas`."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, Int

from dealspace.core import runtime  # noqa: F401  (float64 before the first array)
from dealspace.core.quotas import Quotas
from dealspace.instruments.nest import AnyArray, Sums

if TYPE_CHECKING:
    from dealspace.instruments.dealmap import Axes

#: A limit never falls below this part of what it was, so that its log stays finite.
LEAST = 1e-6


class Limits(NamedTuple):
    """Volumes of K quotas, which come from F acts, under a deal of I issues; volumes in the act's own unit.

    Attributes
    ----------
    volume : (K,), volume in the status quo
    worth : (K,), USD million at base-year basic prices per unit of volume
    act : (K,), position of the act
    total : (F,), whole volume of the act in the status quo
    totals : (F, I), whether the issue sets the whole volume
    shares : (K, I), whether the issue sets the quota's own volume
    """

    volume: Float[AnyArray, " K"]
    worth: Float[AnyArray, " K"]
    act: Int[AnyArray, " K"]
    total: Float[AnyArray, " F"]
    totals: Bool[AnyArray, "F I"]
    shares: Bool[AnyArray, "K I"]

    def usd(self, x: Float[Array, " I"]) -> Float[Array, " K"]:
        """Return the limit of each quota, USD million at base-year basic prices.

        What issues do not set of an act's volume is shared by the other quotas of the act as in the status quo, so
        that the volumes of an act add up to its total.
        """
        acts = self.total.shape[0]
        own = self.shares.any(axis=1)
        mine = jnp.where(self.shares, x, 0.0).sum(axis=1)
        total = jnp.where(self.totals.any(axis=1), jnp.where(self.totals, x, 0.0).sum(axis=1), self.total)
        taken = jax.ops.segment_sum(jnp.where(own, mine, 0.0), self.act, acts)
        taken_before = jax.ops.segment_sum(jnp.where(own, self.volume, 0.0), self.act, acts)
        open_before = self.total - taken_before
        left = (total - taken) / jnp.where(open_before > 0, open_before, 1.0)
        volume = jnp.where(own, mine, self.volume * left[self.act])
        return jnp.asarray(self.worth) * jnp.maximum(volume, LEAST * self.volume)


class Marks(NamedTuple):
    """Mark-ups that issues set: `slope` (L, I) of a line's inside factor; `before` (I,), the status quo."""

    slope: Float[AnyArray, "L I"]
    before: Float[AnyArray, " I"]


class QuotaMap(NamedTuple):
    """Quotas of a deal.

    Attributes
    ----------
    place : (C,), position of each quota's cell among the moved cells of the map
    plain_sales : (C,), sum of share / tau0 over all lines of the cell
    fixed : Quotas at the status quo, without the sums over other lines
    limits : Limits
    barriers : (L, I), whether the issue is a barrier of the line
    marks : Marks, None where no issue moves a mark-up
    """

    place: Int[AnyArray, " C"]
    plain_sales: Float[AnyArray, " C"]
    fixed: Quotas
    limits: Limits
    barriers: Bool[AnyArray, "L I"]
    marks: Marks | None

    def blanked(self, sums: Sums) -> Sums:
        """Return sums that say "no change" in the quotas' cells, whose factors the core finds itself."""
        rented = None if sums.rented is None else jnp.asarray(sums.rented).at[self.place].set(self.plain_sales)
        return Sums(
            jnp.asarray(sums.price).at[self.place].set(1.0),
            jnp.asarray(sums.sales).at[self.place].set(self.plain_sales),
            jnp.asarray(sums.barrier).at[self.place].set(1.0),
            rented,
        )

    def at(self, x: Float[Array, " I"], sums: Sums, axes: Axes) -> Quotas:
        """Return the quotas of a deal; `sums` are those over the other lines of the moved cells."""
        step = (1.0 + axes.barrier_base - x) / (1.0 + axes.barrier_base)
        inside = jnp.asarray(self.fixed.inside)
        if self.marks is not None:
            inside = jnp.minimum(inside + self.marks.slope @ (x - self.marks.before), self.fixed.outside)
        return self.fixed._replace(
            rest_price=sums.price[self.place],
            rest_sales=sums.sales[self.place],
            inside=inside,
            barrier=self.fixed.barrier * jnp.where(self.barriers, step, 1.0).prod(axis=1),
            limit=self.limits.usd(x),
        )
