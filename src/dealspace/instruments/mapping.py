"""From parts of lines to a `DealMap`: grouping, what is constant, and where issues enter.

Normal duties are told apart to `RESOLUTION`; a group keeps the revenue-preserving mean of its duties, so what is lost
is of second order in `RESOLUTION` (about 1e-11 of a factor).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import jax
import jax.numpy as jnp
import numpy as np

from dealspace.core.wedges import Wedges, no_change
from dealspace.errors import Fault, SheetError
from dealspace.instruments.dealmap import Axes, DealMap, Duties, Groups, Unclaimed
from dealspace.instruments.levies import Levies, Levy
from dealspace.instruments.nest import AnyArray, Factors, Sums, factors, line_sums
from dealspace.instruments.parts import Caught, Parts
from dealspace.instruments.quota_lines import QuotaMove, QuotaTerms, quota_map
from dealspace.instruments.stacking import SUBSIDIES, Clause
from dealspace.instruments.valorem import barrier_factors

if TYPE_CHECKING:
    from dealspace.termsheet.acts import Issue
    from dealspace.world.economy import Economy

RESOLUTION = 1e-5


@dataclass(frozen=True, eq=False)
class Ingredients:
    """What a sheet says, resolved against an economy.

    Attributes
    ----------
    clauses : border clauses and levies, in the order of `parts.on`; those with `issue` set take their value from
        the deal
    parts, caught : from `parts.collect_parts`
    issues : the axes of a deal
    transfers : (regions, 1 + issues), USD million a year received: of acts, and per unit of each issue
    quotas : terms of every quota and safeguard
    moves : issues that move quotas
    """

    clauses: tuple[Clause, ...]
    parts: Parts
    caught: Caught
    issues: tuple[Issue, ...]
    transfers: np.ndarray
    quotas: tuple[QuotaTerms, ...] = ()
    moves: tuple[QuotaMove, ...] = ()


def build_map(world: Economy, given: Ingredients, eta: float) -> DealMap:
    """Return the map from parts of lines; see `dealspace.instruments.compile.compile_deals`.

    Parameters
    ----------
    world : Economy
    given : Ingredients
    eta : elasticity of substitution between lines
    """
    parts, clauses, issues = given.parts, given.clauses, given.issues
    axes = _axes(clauses, issues)
    moving = np.array([clause.issue is not None for clause in clauses], dtype=bool)
    under = _of_quotas(parts, clauses)
    live = parts.on[:, :, moving].any(axis=(1, 2))
    if parts.without is not None:
        live |= parts.without[:, :, moving].any(axis=(1, 2))
    where = np.unique(parts.cell[live | under])
    inside: np.ndarray = np.isin(parts.cell, where)
    here, ours = parts.rows(inside), axes.rent_share is not None
    fixed = _groups(parts.rows(inside & ~live & ~under), clauses, where, 0, ours)
    moved = _groups(_merged(parts.rows(live & ~under)), clauses, where, len(issues), ours)
    scale = _scale(world, here, where)
    quotas, names, notes = quota_map(world, parts.rows(under), given.quotas, given.moves, clauses, where, len(issues))
    if quotas is not None:
        _check_quotas(where[np.asarray(quotas.place)], given, eta)
        plain = scale[quotas.place] / (1.0 + world.tariff.reshape(-1)[where[quotas.place]])
        quotas = jax.tree.map(jnp.asarray, quotas._replace(plain_sales=plain))
        quotas = quotas._replace(fixed=quotas.fixed._replace(eta=jnp.asarray(float(eta))))
    base = _constant_wedges(world, parts.rows(~inside), clauses, eta)
    return DealMap(
        base=base._replace(transfer=jnp.asarray(given.transfers[:, 0])),
        groups=jax.tree.map(jnp.asarray, moved),
        rest=jax.tree.map(jnp.asarray, _constant_sums(fixed, eta, len(where))),
        scale=jnp.asarray(scale),
        where=jnp.asarray(where, dtype=jnp.int32),
        barred=jnp.asarray(_barred(here, clauses, where)),
        rent_kept=jnp.asarray(_rent_kept(here, clauses, where)) if ours else None,
        axes=axes,
        levies=_levies(given),
        quotas=quotas,
        issues=tuple(issue.name for issue in issues),
        levels=tuple(issue.levels for issue in issues),
        eta=float(eta),
        quota_names=names,
        notes=notes,
    )


def _axes(clauses: tuple[Clause, ...], issues: Sequence[Issue]) -> Axes:
    """Return the issues' ranges and barriers; shares of rents only where some clause has one."""
    base, rents = np.zeros(len(issues)), np.zeros(len(issues))
    for clause in clauses:
        if clause.issue is not None and clause.kind == "ntb":
            base[clause.issue], rents[clause.issue] = clause.base, clause.rent_share
    return Axes(
        low=jnp.asarray([issue.low for issue in issues], dtype=jnp.float64),
        high=jnp.asarray([issue.high for issue in issues], dtype=jnp.float64),
        barrier_base=jnp.asarray(base),
        rent_share=jnp.asarray(rents) if any(clause.rent_share for clause in clauses) else None,
    )


def _of_quotas(parts: Parts, clauses: tuple[Clause, ...]) -> np.ndarray:
    """Say which goods are under a quota, (P,) bool."""
    quotas = np.array([clause.stacking == "quota" for clause in clauses], dtype=bool)
    return np.asarray(parts.on[:, :, quotas].any(axis=(1, 2)))


def _constant_wedges(world: Economy, parts: Parts, clauses: tuple[Clause, ...], eta: float) -> Wedges:
    """Return the wedges of the cells that no issue moves; cells that nothing touches stay exactly as they were."""
    where = np.unique(parts.cell)
    base = no_change(world.baseline)
    if not len(where):
        return base
    ours = any(clause.rent_share for clause in clauses)
    sums = _constant_sums(_groups(parts, clauses, where, 0, ours), eta, len(where))
    at, barred = factors(sums, eta), _barred(parts, clauses, where)
    values = {
        "price_hat": np.where(barred, at.price_hat, at.price_hat * at.trade_cost),
        "tau": at.tau * _scale(world, parts, where),
        "trade_cost": np.where(barred, at.trade_cost, 1.0),
    }
    if at.rent is not None:
        values |= {"rent": at.rent, "rent_to_importer": _rent_kept(parts, clauses, where)}
    arrays = {name: np.array(getattr(base, name)) for name in values}
    for name, found in values.items():
        arrays[name].reshape(-1)[where] = found
    return base._replace(**{name: jnp.asarray(array) for name, array in arrays.items()})


def line_factors(parts: Parts, clauses: tuple[Clause, ...], lines: int, eta: float) -> Factors:
    """Return the factors of lines laid out by `parts.pair_goods` under clauses with fixed rates, (lines,) each."""
    rents = any(clause.rent_share for clause in clauses)
    return factors(_constant_sums(_groups(parts, clauses, np.arange(lines), 0, rents), eta, lines), eta)


def _constant_sums(groups: Groups, eta: float, cells: int) -> Sums:
    """Return the sums over groups that no issue moves, in NumPy: what `dealmap.group_sums` does without a deal."""
    tau, barrier = 1.0 + _constant_rate(groups.duties, groups.width), groups.barrier
    other = groups.unclaimed
    if other is not None:
        without = 1.0 + _constant_rate(other.duties, other.width)
        pays = tau[other.at] * other.cost < without
        tau[other.at], barrier = np.where(pays, tau[other.at], without), np.array(barrier)
        barrier[other.at] *= np.where(pays, other.cost, 1.0)
    return line_sums(groups.cell, groups.share, groups.tau0, tau, barrier, eta, cells, groups.rent)


def _constant_rate(duties: Duties, width: AnyArray | None) -> np.ndarray:
    duty = np.where(duties.replaced, duties.whole, duties.floor + duties.added)
    if duties.ceiling is not None:
        duty = np.minimum(duty, duties.ceiling)
    duty = duty * duties.kept
    return duty if width is None else (duty.reshape(width.shape) * width).sum(axis=1)


def _groups(parts: Parts, clauses: tuple[Clause, ...], where: np.ndarray, issues: int, rents: bool) -> Groups:
    """Sort the clauses of each group by what they do, in NumPy; `where` are the cells at hand, sorted."""
    slices = parts.width.shape[1]
    width = parts.width if slices > 1 else None
    barrier, rent = np.ones_like(parts.share), np.ones_like(parts.share)
    barriers = np.zeros((len(parts.share), issues), dtype=bool)
    for k, clause in enumerate(clauses):
        on = parts.on[:, 0, k]
        if clause.kind != "ntb" or not on.any():
            continue
        if clause.rate is None:
            if clause.issue is not None and issues:
                barriers[:, clause.issue] |= on
            continue
        wasteful, rented = barrier_factors(clause.base, clause.rate, clause.rent_share)
        barrier[on] *= wasteful
        rent[on] *= rented
    return Groups(
        cell=np.searchsorted(where, parts.cell).astype(np.int32),
        share=parts.share,
        tau0=parts.tau0,
        duties=_duties(parts.on, parts.tau0, clauses, issues),
        width=width,
        barrier=barrier,
        rent=rent if rents else None,
        barriers=barriers,
        unclaimed=_without(parts, clauses, issues, width),
    )


def _duties(on: np.ndarray, tau0: np.ndarray, clauses: tuple[Clause, ...], issues: int) -> Duties:
    """Sort the clauses of each slice by what they do; `on` is (goods, slices, clauses)."""
    slices = on.shape[1]
    normal = np.repeat(tau0 - 1.0, slices)
    on = on.reshape(len(tau0) * slices, on.shape[2])
    floor, added, kept = normal.copy(), np.zeros_like(normal), np.ones_like(normal)
    whole, replaced, ceiling = np.zeros_like(normal), np.zeros(len(normal), dtype=bool), np.full_like(normal, np.inf)
    masks = {how: np.zeros((len(normal), issues), dtype=bool) for how in ("add", "inclusive", "replace", "cut")}
    masks["ceiling"] = np.zeros((len(normal), issues), dtype=bool)
    for here, clause in zip(on.T, clauses, strict=True):
        if clause.stacking not in masks:
            continue
        if clause.rate is None:
            if clause.issue is not None and issues:
                masks[clause.stacking][:, clause.issue] |= here
        elif clause.stacking == "add":
            added[here] += clause.rate
        elif clause.stacking == "inclusive":
            floor[here] = np.maximum(floor[here], clause.rate)
        elif clause.stacking == "replace":
            whole[here], replaced[here] = clause.rate, True
        elif clause.stacking == "ceiling":
            ceiling[here] = np.minimum(ceiling[here], clause.rate)
        else:
            kept[here] *= 1.0 - clause.rate
    capped = any(clause.stacking == "ceiling" for clause in clauses)
    use = (masks["inclusive"], masks["add"], masks["replace"], masks["cut"])
    ceilings = (ceiling, masks["ceiling"]) if capped else (None, None)
    return Duties(floor, added, whole, replaced, kept, *use, *ceilings)


def _without(parts: Parts, clauses: tuple[Clause, ...], issues: int, width: np.ndarray | None) -> Unclaimed | None:
    """Return the groups with a preference that costs something to claim."""
    if parts.without is None:
        return None
    cost = np.ones_like(parts.share)
    for k, clause in enumerate(clauses):
        if clause.origin_cost:
            cost[parts.on[:, :, k].any(axis=1)] *= 1.0 + clause.origin_cost
    at = np.flatnonzero(cost > 1.0).astype(np.int32)
    duties = _duties(parts.without[at], parts.tau0[at], clauses, issues)
    return Unclaimed(at, cost[at], duties, None if width is None else width[at])


def _merged(parts: Parts) -> Parts:
    """Join the parts of a cell that the same clauses catch and that pay the same normal duty."""
    goods = len(parts.cell)
    if not goods:
        return parts
    pattern = np.packbits(parts.on.reshape(goods, -1), axis=1)
    if parts.without is not None:
        pattern = np.hstack([pattern, np.packbits(parts.without.reshape(goods, -1), axis=1)])
    if parts.width.shape[1] > 1:
        pattern = np.hstack([pattern, np.ascontiguousarray(parts.width).view(np.uint8).reshape(goods, -1)])
    _, kind = np.unique(pattern, axis=0, return_inverse=True)
    key = np.stack([parts.cell, kind.reshape(-1), np.rint((parts.tau0 - 1.0) / RESOLUTION).astype(np.int64)])
    order = np.lexsort(key[::-1])
    starts = np.flatnonzero(np.any(np.diff(key[:, order], axis=1, prepend=-1), axis=0))
    share = np.add.reduceat(parts.share[order], starts)
    sales = np.add.reduceat((parts.share / parts.tau0)[order], starts)
    first = parts.rows(order[starts])
    return Parts(first.cell, share, share / sales, first.on, first.width, first.without)


def _scale(world: Economy, parts: Parts, where: np.ndarray) -> np.ndarray:
    """Return the economy's own 1 + t0 over the lines' revenue factor in the base, (cells,)."""
    base = np.bincount(np.searchsorted(where, parts.cell), parts.share / parts.tau0, len(where))
    return (1.0 + world.tariff.reshape(-1)[where]) * base


def _barred(parts: Parts, clauses: tuple[Clause, ...], where: np.ndarray) -> np.ndarray:
    """Say in which cells trade costs change, (cells,): a barrier, or a preference that costs something to claim."""
    costly = np.array([clause.kind == "ntb" or clause.origin_cost > 0 for clause in clauses], dtype=bool)
    return np.isin(where, parts.cell[parts.on[:, :, costly].any(axis=(1, 2))])


def _rent_kept(parts: Parts, clauses: tuple[Clause, ...], where: np.ndarray) -> np.ndarray:
    """Return the share of barriers' rents that stays with the importer, (cells,); one answer for each cell."""
    kept, by = np.full(len(where), np.nan), np.full(len(where), -1)
    for k, clause in enumerate(clauses):
        if not clause.rent_share:
            continue
        at = np.searchsorted(where, np.unique(parts.cell[parts.on[:, :, k].any(axis=1)]))
        clash = at[(by[at] >= 0) & (kept[at] != clause.rent_kept)]
        if len(clash):
            other = clauses[by[clash[0]]].entry
            message = (
                f"{other} and {clause.entry} give the rents of the same cell to two sides; write 'rents_to' alike, or "
                "make one of the two barriers wasteful (rent_share: 0%)"
            )
            raise SheetError(Fault(message, f"{clause.path}.rents_to"))
        kept[at], by[at] = clause.rent_kept, k
    return np.where(np.isnan(kept), 1.0, kept)


def _check_quotas(cells: np.ndarray, given: Ingredients, eta: float) -> None:
    """Refuse what the nest of a quota cannot hold: an elasticity of one, rents of barriers and taxes in its cells."""
    if eta == 1.0:
        raise SheetError(
            "with quotas the elasticity between product lines cannot be exactly 1; take eta = 1.01 or another one"
        )
    parts, caught = given.parts, given.caught
    there = parts.on[np.isin(parts.cell, cells)]
    for k, clause in enumerate(given.clauses):
        if clause.rent_share and there[:, :, k].any():
            raise SheetError(
                Fault(
                    f"{clause.entry} has rents in a sector where a quota stands; rents of two kinds in one cell are "
                    "not told apart; make the barrier wasteful (rent_share: 0%) or name other products",
                    f"{clause.path}.rent_share",
                )
            )
        if clause.kind == "services-tax" and np.isin(caught.cell[caught.clause == k], cells).any():
            message = f"{clause.entry} taxes a sector where a quota stands; name services, or write a tariff"
            raise SheetError(Fault(message, f"{clause.path}.products"))


def _levies(given: Ingredients) -> Levies | None:
    """Return the levies as matrices, None without any."""
    taxes = _levy(given, {"services-tax": 1.0})
    subsidies = _levy(given, SUBSIDIES)
    transfers = given.transfers[:, 1:]
    moved = jnp.asarray(transfers) if transfers.any() else None
    if taxes is None and subsidies is None and moved is None:
        return None
    return Levies(taxes, subsidies, moved)


def _levy(given: Ingredients, signs: dict[str, float]) -> Levy | None:
    caught, count = given.caught, len(given.issues)
    rows = np.array([given.clauses[k].kind in signs for k in caught.clause], dtype=bool)
    if not rows.any():
        return None
    where, at = np.unique(caught.cell[rows], return_inverse=True)
    fixed, moved = np.zeros(len(where)), np.zeros((len(where), count))
    for cell, k, weight in zip(at, caught.clause[rows], caught.weight[rows], strict=True):
        clause = given.clauses[k]
        if clause.rate is not None:
            fixed[cell] += signs[clause.kind] * weight * clause.rate
        elif clause.issue is not None and count:
            moved[cell, clause.issue] += signs[clause.kind] * weight
    return Levy(jnp.asarray(where, dtype=jnp.int32), jnp.asarray(fixed), jnp.asarray(moved))
