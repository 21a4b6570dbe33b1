"""The map from a deal to wedges: what the deal moves is evaluated, the rest is a constant array.

Lines of a cell that the same clauses catch and that pay the same normal duty are one group. Normal duties are told
apart to `RESOLUTION`; a group keeps the revenue-preserving mean of its duties, so what is lost is of second order in
`RESOLUTION` (about 1e-11 of a factor).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float, Int

from dealspace.core import runtime  # noqa: F401  (float64 before the first array)
from dealspace.core.wedges import Wedges
from dealspace.instruments.nest import AnyArray, Factors, Sums, factors, line_sums
from dealspace.instruments.parts import Parts
from dealspace.instruments.stacking import Clause

if TYPE_CHECKING:
    from dealspace.termsheet.acts import Issue
    from dealspace.world.economy import Economy

RESOLUTION = 1e-5


class Groups(NamedTuple):
    """Groups of line parts: G of them, sorted by cell; K issues.

    Attributes
    ----------
    cell : (G,), position of the group's cell among the cells at hand
    share : (G,), duty-inclusive base share in the cell
    tau0 : (G,), one plus the normal duty
    floor : (G,), normal duty raised by the inclusive acts
    added : (G,), sum of the rates that add
    whole : (G,), rate that replaces the duty, where `replaced`
    replaced : (G,), whether an act sets the whole duty
    kept : (G,), product of (1 - cut) over the acts that cut
    barrier : (G,), product of the barrier factors of acts
    inclusive, adds, replaces, cuts, barriers : (G, K), whether the issue applies in that way
    """

    cell: Int[AnyArray, " G"]
    share: Float[AnyArray, " G"]
    tau0: Float[AnyArray, " G"]
    floor: Float[AnyArray, " G"]
    added: Float[AnyArray, " G"]
    whole: Float[AnyArray, " G"]
    replaced: Bool[AnyArray, " G"]
    kept: Float[AnyArray, " G"]
    barrier: Float[AnyArray, " G"]
    inclusive: Bool[AnyArray, "G K"]
    adds: Bool[AnyArray, "G K"]
    replaces: Bool[AnyArray, "G K"]
    cuts: Bool[AnyArray, "G K"]
    barriers: Bool[AnyArray, "G K"]


@partial(
    jax.tree_util.register_dataclass,
    data_fields=("base", "groups", "rest", "scale", "where", "barred", "barrier_base", "low", "high"),
    meta_fields=("issues", "levels", "eta"),
)
@dataclass(frozen=True, eq=False)
class DealMap:
    """Deals to wedges; a pytree whose arrays are passed to jitted functions, not closed over.

    Attributes
    ----------
    base : Wedges, (importer, exporter, sector), with every cell that no issue moves at its value
    groups : Groups, line parts that issues move
    rest : Sums, (cells,), what the other parts of the moved cells add up to
    scale : (cells,), the economy's own 1 + t0 over the lines' revenue factor in the base
    where : (cells,), flat positions of the moved cells
    barred : (cells,), whether a barrier is at work in the cell
    barrier_base : (K,), ad valorem equivalent of each issue's barrier in the benchmark, 0 for duties
    low, high : (K,), range of each issue, fractions
    issues : names; levels : the values possible of each, None for all in the range; eta : see `nest`

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
    barrier_base: Float[Array, " K"]
    low: Float[Array, " K"]
    high: Float[Array, " K"]
    issues: tuple[str, ...]
    levels: tuple[tuple[float, ...] | None, ...]
    eta: float

    def wedges(self, x: Float[Array, " K"] | np.ndarray) -> Wedges:
        """Return the wedges of a deal; x (K,) in natural units, unchecked (`compile.check_deal` checks)."""
        if not self.where.shape[0]:
            return self.base
        at = cell_factors(self, jnp.asarray(x, dtype=jnp.float64))
        return Wedges(
            price_hat=_put(self.base.price_hat, self.where, at.price_hat),
            tau=_put(self.base.tau, self.where, at.tau),
            trade_cost=_put(self.base.trade_cost, self.where, at.trade_cost),
            subsidy=self.base.subsidy,
            rent=self.base.rent,
            rent_to_importer=self.base.rent_to_importer,
        )


def _put(array: Float[Array, "N I J"], where: Int[Array, " C"], values: Float[AnyArray, " C"]) -> Float[Array, "N I J"]:
    flat = array.reshape(-1).at[where].set(values, indices_are_sorted=True, unique_indices=True)
    return flat.reshape(array.shape)


def group_duty(groups: Groups, x: Float[Array, " K"]) -> Float[Array, " G"]:
    """Return the duty of each group under a deal: the rule of `stacking` on arrays."""
    inclusive = jnp.where(groups.inclusive, x, -jnp.inf).max(axis=1, initial=-jnp.inf)
    duty = jnp.maximum(groups.floor, inclusive) + groups.added + jnp.where(groups.adds, x, 0.0).sum(axis=1)
    duty = jnp.where(groups.replaced, groups.whole, duty)
    duty = jnp.where(groups.replaces.any(axis=1), jnp.where(groups.replaces, x, 0.0).sum(axis=1), duty)
    return duty * groups.kept * jnp.where(groups.cuts, 1.0 - x, 1.0).prod(axis=1)


def cell_factors(deals: DealMap, x: Float[Array, " K"]) -> Factors:
    """Return the factors of the moved cells, (cells,) each."""
    groups = deals.groups
    moved = _sums(groups, x, deals.barrier_base, deals.eta, deals.where.shape[0])
    sums = Sums(*(a + b for a, b in zip(moved, deals.rest, strict=True)))
    return _scaled(factors(sums, deals.eta), deals.scale, deals.barred)


def _sums(groups: Groups, x: Float[Array, " K"], base: Float[Array, " K"], eta: float, cells: int) -> Sums:
    step = (1.0 + base - x) / (1.0 + base)
    barrier = groups.barrier * jnp.where(groups.barriers, step, 1.0).prod(axis=1)
    tau = 1.0 + group_duty(groups, x)
    return line_sums(groups.cell, groups.share, groups.tau0, tau, barrier, eta, cells)


def _scaled(at: Factors, scale: Float[AnyArray, " C"], barred: Bool[AnyArray, " C"]) -> Factors:
    """Bring the revenue factor to the economy's own base; a cell without barriers has d_hat = 1 exactly."""
    xp = np if isinstance(barred, np.ndarray) else jnp
    cost = xp.where(barred, at.trade_cost, 1.0)
    return Factors(xp.where(barred, at.price_hat, at.price_hat * at.trade_cost), at.tau * scale, cost)


def build_map(
    world: Economy, parts: Parts, clauses: tuple[Clause, ...], issues: Sequence[Issue], eta: float
) -> DealMap:
    """Return the map from parts of lines; see `dealspace.instruments.compile.compile_deals`.

    Parameters
    ----------
    world : Economy
    parts : the parts that the clauses touch
    clauses : in the order of `parts.on`; those with `issue` set take their value from the deal
    issues : the axes of a deal
    eta : elasticity of substitution between lines
    """
    moving = np.array([clause.issue is not None for clause in clauses], dtype=bool)
    live = np.any(parts.on[:, moving], axis=1)
    where = np.unique(parts.cell[live])
    inside: np.ndarray = np.isin(parts.cell, where)
    fixed_rows = np.logical_and(inside, np.logical_not(live))
    fixed = _groups(_rows(parts, fixed_rows), clauses, where, 0)
    moved = _groups(_merged(_rows(parts, live)), clauses, where, len(issues))
    return DealMap(
        base=_constant_wedges(world, _rows(parts, ~inside), clauses, eta),
        groups=Groups(*map(jnp.asarray, moved)),
        rest=Sums(*map(jnp.asarray, _constant_sums(fixed, eta, len(where)))),
        scale=jnp.asarray(_scale(world, _rows(parts, inside), where)),
        where=jnp.asarray(where, dtype=jnp.int32),
        barred=jnp.asarray(_barred(_rows(parts, inside), clauses, where)),
        barrier_base=jnp.asarray([float(getattr(issue, "base", 0.0)) for issue in issues], dtype=jnp.float64),
        low=jnp.asarray([issue.low for issue in issues], dtype=jnp.float64),
        high=jnp.asarray([issue.high for issue in issues], dtype=jnp.float64),
        issues=tuple(issue.name for issue in issues),
        levels=tuple(issue.levels for issue in issues),  # type: ignore[attr-defined]
        eta=float(eta),
    )


def _constant_wedges(world: Economy, parts: Parts, clauses: tuple[Clause, ...], eta: float) -> Wedges:
    """Return the wedges of the cells that no issue moves; cells that nothing touches stay exactly as they were."""
    where = np.unique(parts.cell)
    one = np.ones(world.flows.shape)
    arrays = {"price_hat": one, "tau": 1.0 + world.tariff, "trade_cost": one}
    if len(where):
        sums = _constant_sums(_groups(parts, clauses, where, 0), eta, len(where))
        at = _scaled(factors(sums, eta), _scale(world, parts, where), _barred(parts, clauses, where))
        for name, values in at._asdict().items():
            arrays[name] = arrays[name].copy()
            arrays[name].reshape(-1)[where] = values
    arrays |= {"subsidy": np.zeros(one.shape), "rent": one, "rent_to_importer": one}
    return Wedges(**{name: jnp.asarray(array) for name, array in arrays.items()})


def _constant_sums(groups: Groups, eta: float, cells: int) -> Sums:
    """Return the sums over groups that no issue moves, in NumPy."""
    duty = np.where(groups.replaced, groups.whole, groups.floor + groups.added) * groups.kept
    return line_sums(groups.cell, groups.share, groups.tau0, 1.0 + duty, groups.barrier, eta, cells)


def _groups(parts: Parts, clauses: tuple[Clause, ...], where: np.ndarray, issues: int) -> Groups:
    """Sort the clauses of each part by what they do, in NumPy; `where` are the cells at hand, sorted."""
    normal = parts.tau0 - 1.0
    floor, added, kept, barrier = (
        normal.copy(),
        np.zeros_like(normal),
        np.ones_like(normal),
        np.ones_like(normal),
    )
    whole, replaced = np.zeros_like(normal), np.zeros(len(normal), dtype=bool)
    masks = {how: np.zeros((len(normal), issues), dtype=bool) for how in ("add", "inclusive", "replace", "cut", "ntb")}
    for on, clause in zip(parts.on.T, clauses, strict=True):
        if clause.rate is None:
            if clause.issue is not None and issues:
                masks[clause.stacking][:, clause.issue] = on
        elif clause.stacking == "add":
            added[on] += clause.rate
        elif clause.stacking == "inclusive":
            floor[on] = np.maximum(floor[on], clause.rate)
        elif clause.stacking == "replace":
            whole[on], replaced[on] = clause.rate, True
        elif clause.stacking == "cut":
            kept[on] *= 1.0 - clause.rate
        else:
            barrier[on] *= (1.0 + clause.base - clause.rate) / (1.0 + clause.base)
    cell = np.searchsorted(where, parts.cell).astype(np.int32)
    numbers = (cell, parts.share, parts.tau0, floor, added, whole, replaced, kept, barrier)
    use = (masks["inclusive"], masks["add"], masks["replace"], masks["cut"], masks["ntb"])
    return Groups(*numbers, *use)


def _rows(parts: Parts, rows: np.ndarray) -> Parts:
    return Parts(parts.cell[rows], parts.share[rows], parts.tau0[rows], parts.on[rows])


def _merged(parts: Parts) -> Parts:
    """Join the parts of a cell that the same clauses catch and that pay the same normal duty."""
    if not len(parts.cell):
        return parts
    _, pattern = np.unique(np.packbits(parts.on, axis=1), axis=0, return_inverse=True)
    key = np.stack([parts.cell, pattern.reshape(-1), np.rint((parts.tau0 - 1.0) / RESOLUTION).astype(np.int64)])
    order = np.lexsort(key[::-1])
    starts = np.flatnonzero(np.any(np.diff(key[:, order], axis=1, prepend=-1), axis=0))
    share = np.add.reduceat(parts.share[order], starts)
    sales = np.add.reduceat((parts.share / parts.tau0)[order], starts)
    first = order[starts]
    return Parts(parts.cell[first], share, share / sales, parts.on[first])


def _scale(world: Economy, parts: Parts, where: np.ndarray) -> np.ndarray:
    """Return the economy's own 1 + t0 over the lines' revenue factor in the base, (cells,)."""
    base = np.bincount(np.searchsorted(where, parts.cell), parts.share / parts.tau0, len(where))
    return (1.0 + world.tariff.reshape(-1)[where]) * base


def _barred(parts: Parts, clauses: tuple[Clause, ...], where: np.ndarray) -> np.ndarray:
    """Say in which cells a barrier is at work, (cells,)."""
    barriers = np.array([clause.kind == "ntb" for clause in clauses], dtype=bool)
    return np.isin(where, parts.cell[parts.on[:, barriers].any(axis=1)])
