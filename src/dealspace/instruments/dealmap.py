"""The map from a deal to wedges: what the deal moves is evaluated, the rest is a constant array.

Parts of lines that the same clauses catch and that pay the same normal duty are one group (`mapping` makes them). What
a sheet has none of (slices by content, preferences that cost, rents, levies, quotas) is None here and costs nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float, Int

from dealspace.core import runtime  # noqa: F401  (float64 before the first array)
from dealspace.core.wedges import Wedges
from dealspace.instruments.levies import Levies
from dealspace.instruments.nest import AnyArray, Factors, Sums, factors, line_sums
from dealspace.instruments.quota_map import QuotaMap

if TYPE_CHECKING:
    from dealspace.world.economy import Economy


class Duties(NamedTuple):
    """What clauses make of a duty: R rows (groups, or slices of a group's value), K issues.

    Attributes
    ----------
    floor : (R,), normal duty raised by the inclusive acts
    added : (R,), sum of the rates that add
    whole : (R,), rate that replaces the duty, where `replaced`
    replaced : (R,), whether an act sets the whole duty
    kept : (R,), product of (1 - cut) over the acts that cut
    inclusive, adds, replaces, cuts : (R, K), whether the issue applies in that way
    ceiling, ceilings : (R,) smallest ceiling of acts, (R, K) whether the issue is one; None where there are none
    """

    floor: Float[AnyArray, " R"]
    added: Float[AnyArray, " R"]
    whole: Float[AnyArray, " R"]
    replaced: Bool[AnyArray, " R"]
    kept: Float[AnyArray, " R"]
    inclusive: Bool[AnyArray, "R K"]
    adds: Bool[AnyArray, "R K"]
    replaces: Bool[AnyArray, "R K"]
    cuts: Bool[AnyArray, "R K"]
    ceiling: Float[AnyArray, " R"] | None = None
    ceilings: Bool[AnyArray, "R K"] | None = None

    def rate(self, x: Float[Array, " K"]) -> Float[Array, " R"]:
        """Return the duty of each row under a deal: the rule of `stacking` on arrays."""
        inclusive = jnp.where(self.inclusive, x, -jnp.inf).max(axis=1, initial=-jnp.inf)
        duty = jnp.maximum(self.floor, inclusive) + self.added + jnp.where(self.adds, x, 0.0).sum(axis=1)
        duty = jnp.where(self.replaced, self.whole, duty)
        duty = jnp.where(self.replaces.any(axis=1), jnp.where(self.replaces, x, 0.0).sum(axis=1), duty)
        if self.ceiling is not None and self.ceilings is not None:
            lowest = jnp.where(self.ceilings, x, jnp.inf).min(axis=1, initial=jnp.inf)
            duty = jnp.minimum(duty, jnp.minimum(self.ceiling, lowest))
        return duty * self.kept * jnp.where(self.cuts, 1.0 - x, 1.0).prod(axis=1)


class Unclaimed(NamedTuple):
    """Groups whose preference costs something to claim, A of them.

    Attributes
    ----------
    at : (A,), position among the groups
    cost : (A,), one plus the cost of claiming it
    duties : what the group pays without it; width : as in `Groups`
    """

    at: Int[AnyArray, " A"]
    cost: Float[AnyArray, " A"]
    duties: Duties
    width: Float[AnyArray, "A S"] | None


class Groups(NamedTuple):
    """Groups of line parts: G of them, sorted by cell; K issues.

    Attributes
    ----------
    cell : (G,), position of the group's cell among the cells at hand
    share : (G,), duty-inclusive base share in the cell
    tau0 : (G,), one plus the normal duty
    duties : of each group, or of each slice of it
    width : (G, S), share of the group's value in each slice; None where no clause is on the content of goods
    barrier : (G,), product of the wasteful factors of acts; `rent` of their rent factors, None without any
    barriers : (G, K), whether the issue is a barrier of the group
    unclaimed : preferences that cost something; None without any
    """

    cell: Int[AnyArray, " G"]
    share: Float[AnyArray, " G"]
    tau0: Float[AnyArray, " G"]
    duties: Duties
    width: Float[AnyArray, "G S"] | None
    barrier: Float[AnyArray, " G"]
    rent: Float[AnyArray, " G"] | None
    barriers: Bool[AnyArray, "G K"]
    unclaimed: Unclaimed | None


class Axes(NamedTuple):
    """What each issue is, all (K,): its range, and of a barrier its base and the share of it that is a rent."""

    low: Float[Array, " K"]
    high: Float[Array, " K"]
    barrier_base: Float[Array, " K"]
    rent_share: Float[Array, " K"] | None


@partial(
    jax.tree_util.register_dataclass,
    data_fields=("base", "groups", "rest", "scale", "where", "barred", "rent_kept", "axes", "levies", "quotas"),
    meta_fields=("issues", "levels", "eta", "quota_names", "notes"),
)
@dataclass(frozen=True, eq=False)
class DealMap:
    """Deals to wedges; a pytree whose arrays are passed to jitted functions, not closed over.

    Attributes
    ----------
    base : Wedges, (importer, exporter, sector), with every cell that no issue moves at its value, levies left out
    groups : Groups, line parts that issues move
    rest : Sums, (cells,), what the other parts of the moved cells add up to
    scale : (cells,), the economy's own 1 + t0 over the lines' revenue factor in the base
    where : (cells,), flat positions of the moved cells, and of those with quotas
    barred : (cells,), whether a barrier is at work in the cell
    rent_kept : (cells,), share of barriers' rents that stays with the importer; None without rents
    axes : Axes
    levies : taxes on services, subsidies, export taxes and commitments; None without any
    quotas : QuotaMap; None without any
    issues : names; levels : the values possible of each, None for all in the range; eta : see `nest`
    quota_names : of each quota, its measure's name and ``:USA`` for the part of an origin
    notes : sentences on what had to be taken otherwise than written

    Examples
    --------
    ``deals.wedges(x)`` with x (K,) gives `dealspace.core.wedges.Wedges`, and
    ``jax.jacobian(lambda x: deals.wedges(x).tau)`` its slope.
    """

    base: Wedges
    groups: Groups
    rest: Sums
    scale: Float[Array, " C"]
    where: Int[Array, " C"]
    barred: Bool[Array, " C"]
    rent_kept: Float[Array, " C"] | None
    axes: Axes
    levies: Levies | None
    quotas: QuotaMap | None
    issues: tuple[str, ...]
    levels: tuple[tuple[float, ...] | None, ...]
    eta: float
    quota_names: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def low(self) -> Float[Array, " K"]:
        """Low end of each issue's range, in its natural unit."""
        return self.axes.low

    @property
    def high(self) -> Float[Array, " K"]:
        """High end of each issue's range."""
        return self.axes.high

    def wedges(self, x: Float[Array, " K"] | np.ndarray) -> Wedges:
        """Return the wedges of a deal; x (K,) in natural units, unchecked (`compile.check_deal` checks)."""
        x = jnp.asarray(x, dtype=jnp.float64)
        found = self.base
        if self.where.shape[0]:
            sums, apart = self._sums(x)
            found = self._placed(found, _scaled(factors(sums, self.eta), self.scale, self.barred))
            if self.quotas is not None:
                found = found._replace(quotas=self.quotas.at(x, apart, self.axes))
        return found if self.levies is None else self.levies.put(found, x)

    def evaluated(self, x: np.ndarray) -> tuple[Wedges, Float[Array, "N I J"]]:
        """Return the wedges of one deal and the tax on services in them, compiled as one where there is much to do."""
        if self.levies is None and not self.where.shape[0]:
            return self.base, jnp.zeros(self.base.tau.shape)
        return _evaluated(self, jnp.asarray(x, dtype=jnp.float64))

    def rebased(self, before: Economy, after: Economy) -> DealMap:
        """Return the map for another base of the same economy: limits of quotas keep their relation to base trade."""
        from dealspace.instruments.quota import rebased

        if self.quotas is None or before is after:
            return self
        fixed, limits = self.quotas.fixed, self.quotas.limits
        ratio = rebased(fixed, before, after).limit / fixed.limit
        moved = self.quotas._replace(limits=limits._replace(worth=limits.worth * ratio))
        return replace(self, quotas=moved)

    def services_tax(self, x: Float[Array, " K"] | np.ndarray) -> Float[Array, "N I J"]:
        """Return the tax on services in each cell, a fraction of what the buyer pays before other duties."""
        shape = self.base.tau.shape
        if self.levies is None or self.levies.taxes is None:
            return jnp.zeros(shape)
        rate = self.levies.taxes.rates(jnp.asarray(x, dtype=jnp.float64))
        return jnp.zeros(shape).reshape(-1).at[self.levies.taxes.where].set(rate).reshape(shape)

    def _sums(self, x: Float[Array, " K"]) -> tuple[Sums, Sums]:
        """Return the sums over the cells, those with quotas at one, and the sums as they are."""
        sums = self.rest
        if self.groups.cell.shape[0]:
            sums = group_sums(self.groups, x, self.axes, self.eta, self.where.shape[0]).plus(sums)
        return (sums, sums) if self.quotas is None else (self.quotas.blanked(sums), sums)

    def _placed(self, base: Wedges, at: Factors) -> Wedges:
        found = base._replace(
            price_hat=_put(base.price_hat, self.where, at.price_hat),
            tau=_put(base.tau, self.where, at.tau),
            trade_cost=_put(base.trade_cost, self.where, at.trade_cost),
        )
        if at.rent is None or self.rent_kept is None:
            return found
        return found._replace(
            rent=_put(base.rent, self.where, at.rent),
            rent_to_importer=_put(base.rent_to_importer, self.where, self.rent_kept),
        )


@jax.jit
def _evaluated(deals: DealMap, x: Float[Array, " K"]) -> tuple[Wedges, Float[Array, "N I J"]]:
    return deals.wedges(x), deals.services_tax(x)


def _put(array: Float[Array, "N I J"], where: Int[Array, " C"], values: Float[AnyArray, " C"]) -> Float[Array, "N I J"]:
    flat = array.reshape(-1).at[where].set(values, indices_are_sorted=True, unique_indices=True)
    return flat.reshape(array.shape)


def mean_rate(duties: Duties, width: Float[AnyArray, "G S"] | None, x: Float[Array, " K"]) -> Float[Array, " G"]:
    """Return the duty of each group: the mean over the slices of its value."""
    rate = duties.rate(x)
    return rate if width is None else (rate.reshape(width.shape) * width).sum(axis=1)


def group_sums(groups: Groups, x: Float[Array, " K"], axes: Axes, eta: float, cells: int) -> Sums:
    """Return what the groups add up to in their cells under a deal."""
    tau = 1.0 + mean_rate(groups.duties, groups.width, x)
    step = (1.0 + axes.barrier_base - x) / (1.0 + axes.barrier_base)
    wasteful = step if axes.rent_share is None else step ** (1.0 - axes.rent_share)
    barrier = jnp.asarray(groups.barrier) * jnp.where(groups.barriers, wasteful, 1.0).prod(axis=1)
    rent = groups.rent
    if axes.rent_share is not None and rent is not None:
        rent = rent * jnp.where(groups.barriers, step**axes.rent_share, 1.0).prod(axis=1)
    if groups.unclaimed is not None:
        tau, barrier = claimed(groups.unclaimed, tau, barrier, x)
    return line_sums(groups.cell, groups.share, groups.tau0, tau, barrier, eta, cells, rent)


def claimed(
    other: Unclaimed, tau: Float[Array, " G"], barrier: Float[Array, " G"], x: Float[Array, " K"]
) -> tuple[Float[Array, " G"], Float[Array, " G"]]:
    """Return duty factors and barriers when a preference is claimed only where it pays."""
    without = 1.0 + mean_rate(other.duties, other.width, x)
    pays = tau[other.at] * other.cost < without
    return (
        tau.at[other.at].set(jnp.where(pays, tau[other.at], without)),
        barrier.at[other.at].multiply(jnp.where(pays, other.cost, 1.0)),
    )


def _scaled(at: Factors, scale: Float[AnyArray, " C"], barred: Bool[AnyArray, " C"]) -> Factors:
    """Bring the revenue factor to the economy's own base; a cell without barriers has d_hat = 1 exactly."""
    cost = jnp.where(barred, at.trade_cost, 1.0)
    return Factors(jnp.where(barred, at.price_hat, at.price_hat * at.trade_cost), at.tau * scale, cost, at.rent)
