"""A term sheet compiled onto an economy: what bargaining asks, the equilibrium answers."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from scipy.optimize import minimize, minimize_scalar

from dealspace.bargaining.model import Array, IssueAxis, MeasureTable
from dealspace.core.batch import measure_deals, read_measures, wedges_of
from dealspace.core.closure import Closure
from dealspace.core.equilibrium import State, initial_state, start_from
from dealspace.core.quotas import SMALLEST
from dealspace.core.solution import Solution
from dealspace.core.solve import TOLERANCE, name_regions
from dealspace.core.solve import solve as solve_core
from dealspace.core.tangent import deal_slopes
from dealspace.core.wedges import Wedges, buyer_factor_hat
from dealspace.errors import NotConvergedError
from dealspace.instruments.compile import compile_deals, compile_policy
from dealspace.instruments.policy import Policy
from dealspace.outcomes.equilibrium import Equilibrium, solve
from dealspace.outcomes.measures import measure
from dealspace.termsheet.acts import AnyIssue, CommitmentAct, QuotaAct
from dealspace.termsheet.sheet import TermSheet
from dealspace.world.economy import Economy

CAPACITY = 512  # deals a compiled batch holds
RECENT = 64  # deals whose solution is kept, for their slopes and as starts
NEAR = 0.1  # of each issue's range: how near a solved deal must be to start from
WORKERS = 2  # batches solved at the same time; JAX releases the interpreter while it computes


class CompiledSheet:
    """A term sheet compiled onto an economy, once for every closure.

    Parameters
    ----------
    sheet, world : the negotiation, and the economy it is about

    Raises
    ------
    SheetError
        When the sheet does not compile onto the world.
    """

    def __init__(self, sheet: TermSheet, world: Economy):
        self.sheet = sheet
        self.world = with_groups(world, sheet)
        self.deals = compile_deals(sheet, self.world)
        self._policies: dict[str, Policy] = {}

    def policy(self, name: str) -> Policy:
        """Return a policy of the sheet; ``no-deal@letters-applied`` takes another background."""
        if name not in self._policies:
            policy, _, background = name.partition("@")
            self._policies[name] = compile_policy(self.sheet, self.world, policy, background=background or None)
        return self._policies[name]


class SheetModel:
    """The deals of a term sheet, solved exactly (a `dealspace.bargaining.model.DealModel`).

    Parameters
    ----------
    compiled : the negotiation on its economy
    measure_names : what to read off every deal, as `dealspace.outcomes.measures.measure` names them
    deficits : the closure, as in `dealspace.solve`; labour is mobile, the long run

    Raises
    ------
    NotConvergedError
        When the economy has no such closure.
    """

    def __init__(
        self,
        compiled: CompiledSheet,
        measure_names: tuple[str, ...],
        *,
        deficits: str = "fixed",
    ):
        self.compiled, self.sheet, self.world = compiled, compiled.sheet, compiled.world
        self.closure = Closure(deficits)
        self.base = self.world.rebase(deficits)
        self.parties: tuple[str, str] = (self.sheet.parties[0], self.sheet.parties[1])
        self.measure_names = measure_names
        self.measures = tuple(measure(self.base, name) for name in measure_names)
        self._map = compiled.deals.rebased(self.world, self.base)
        kinds = [issue.kind for issue in self.sheet.issues.values()]
        self._inert = tuple(k for k, kind in enumerate(kinds) if kind == "commitment")
        self._solved: dict[str, Equilibrium] = {}
        self._recent: dict[bytes, tuple[Array, Solution | None, str, State]] = {}

    @property
    def backgrounds(self) -> tuple[str, ...]:
        """The readings of what third countries face, other than the sheet's own."""
        background = self.sheet.background
        both = ("in-force", "letters-applied") if background.letters_applied else (background.default,)
        return tuple(each for each in both if each != background.default)

    @property
    def issues(self) -> tuple[IssueAxis, ...]:
        """The axes of a deal, in the order of the sheet."""
        return self._axes

    @cached_property
    def _axes(self) -> tuple[IssueAxis, ...]:
        law = self.nearest_deal("status-quo")
        return tuple(
            IssueAxis(
                name=name,
                by=self._party(issue.by),
                low=issue.low,
                high=issue.high,
                levels=issue.levels,
                unit="fraction" if issue.unit == "%" else issue.unit,
                toward=issue.concedes,
                status_quo=float(law[k]),
                words=issue.words or name,
            )
            for k, (name, issue) in enumerate(self.sheet.issues.items())
        )

    def _party(self, region: str) -> str:
        """Return the party that a region is or belongs to."""
        for party in self.parties:
            if region == party or region in self.world.members(party):
                return party
        return region

    # -- deals ----------------------------------------------------------------------------------------------

    def evaluate(self, deals: Array) -> MeasureTable:
        """Solve deals (B, K) in natural units; a deal that resists is walked to before it counts as failed."""
        deals = np.atleast_2d(np.asarray(deals, dtype=np.float64))
        if len(deals) == 1:
            values, reason = self._one(deals[0])
            return MeasureTable(values[None], np.array([not reason]), (reason,))
        parts = [deals[at : at + CAPACITY] for at in range(0, len(deals), CAPACITY)]
        if len(parts) == 1 and len(deals) >= 2 * WORKERS:
            parts = np.array_split(deals, WORKERS)
        with ThreadPoolExecutor(WORKERS) as pool:
            solved = list(pool.map(self._batch, parts))
        values = np.concatenate([each[0] for each in solved])
        ok = np.concatenate([each[1] for each in solved])
        reasons = [""] * len(deals)
        for row in np.flatnonzero(~ok):
            values[row], reasons[row] = self._one(deals[row])
            ok[row] = not reasons[row]
        return MeasureTable(values, ok, tuple(reasons))

    def _batch(self, deals: Array, start: State | None = None) -> tuple[Array, np.ndarray]:
        padded = np.zeros((CAPACITY, deals.shape[1]))
        padded[: len(deals)] = deals
        values, residual = measure_deals(
            self.measures,
            self._map,
            self.base.baseline,
            self.closure.rules,
            self._start if start is None else start,
            jnp.asarray(padded),
            jnp.asarray(len(deals)),
            jnp.asarray(TOLERANCE),
        )
        used = slice(0, len(deals))
        return np.array(values[used]), np.asarray(residual[used]) <= TOLERANCE

    def _one(self, deal: Array) -> tuple[Array, str]:
        """Return the measures (M,) of one deal, or NaN and the reason why there are none."""
        found, reason, _ = self._solve(deal)
        if found is None:
            return np.full(len(self.measures), np.nan), reason
        return np.array(read_measures(self.measures, self.base.baseline, found)), ""

    def _solve(self, deal: Array) -> tuple[Solution | None, str, State]:
        """Solve one deal from the nearest of those solved lately; walk to it when it resists."""
        key = deal.tobytes()
        if key not in self._recent:
            if len(self._recent) >= RECENT:
                del self._recent[next(iter(self._recent))]
            start = self._nearest_state(deal)
            found, status, state = solve_core(self.base.baseline, self.wedges(deal), self.closure, start=start)
            self._recent[key] = deal, found, name_regions(status.reason, self.base.regions), state
        return self._recent[key][1:]

    def _nearest_state(self, deal: Array) -> State:
        solved = [(each, state) for each, found, _, state in self._recent.values() if found is not None]
        if not solved:
            return self._start
        span = np.asarray(self._map.high - self._map.low)
        gaps = np.abs((np.array([each for each, _ in solved]) - deal) / span).max(axis=1)
        return solved[int(gaps.argmin())][1] if gaps.min() < NEAR else self._start

    def warm_up(self) -> None:
        """Compile what `evaluate` and `gradient` run, side by side; their first call does it otherwise."""
        somewhere = np.asarray(self._map.low)
        start = initial_state(self.base.baseline, self.wedges(somewhere))
        with ThreadPoolExecutor(WORKERS) as pool:
            waiting = [
                pool.submit(self._slopes, jnp.asarray(somewhere), start),
                pool.submit(self._batch, somewhere[None][:0], start),
            ]
            for each in waiting:
                each.result()

    def gradient(self, deal: Array) -> Array:
        """Return d measure / d issue (M, K) at one deal; NotConvergedError if it has none."""
        found, reason, state = self._solve(np.asarray(deal, dtype=np.float64))
        if found is None:
            raise NotConvergedError(reason)
        slopes, converged = self._slopes(jnp.asarray(deal, dtype=jnp.float64), state)
        if not converged.all():
            raise NotConvergedError("the slopes at a deal did not converge")
        return slopes.T

    def _slopes(self, x: jax.Array, state: State) -> tuple[Array, np.ndarray]:
        base, rules = self.base.baseline, self.closure.rules
        slopes, converged = deal_slopes(self.measures, self._map, base, rules, x, state, self._inert)
        return np.asarray(slopes), np.asarray(converged)

    def wedges(self, deal: Array) -> Wedges:
        """Return the wedges of one deal (K,)."""
        return wedges_of(self._map, jnp.asarray(deal, dtype=jnp.float64))

    # -- named policies -------------------------------------------------------------------------------------

    def equilibrium(self, name: str) -> Equilibrium:
        """Return a named policy of the sheet, solved; ``no-deal@letters-applied`` takes another background."""
        if name not in self._solved:
            plan = self.compiled.policy(name)
            self._solved[name] = self._labelled(plan)
        return self._solved[name]

    def deal_equilibrium(self, deal: Array, name: str) -> Equilibrium:
        """Return the labelled equilibrium of one deal (K,)."""
        return self._labelled(self.deal_policy(deal, name))

    def deal_policy(self, deal: Array, name: str) -> Policy:
        """Return one deal (K,) as a policy."""
        return Policy.of_deal(self.world, self._map, deal, name)

    def _labelled(self, plan: Policy) -> Equilibrium:
        return solve(self.world, plan, deficits=self.closure.deficits, labour=self.closure.labour)

    def policy_values(self, name: str) -> Array:
        """Return the measures (M,) under a named policy."""
        solved = self.equilibrium(name).solution
        return np.array([float(each(self.base.baseline, solved)) for each in self.measures])

    def nearest_deal(self, policy: str) -> Array:
        """Return the deal (K,) nearest to a policy.

        What a policy says itself (a quota's volume, an amount given) is taken as it stands; the rest is where wedges
        are nearest, weighted by base-year sales.
        """
        target = _buyers(self.equilibrium(policy).policy.wedges)
        weight = self.base.baseline.sales / self.base.baseline.sales.sum()
        low, high = np.asarray(self._map.low), np.asarray(self._map.high)
        scale = 1.0 / max(float(_distance(jnp.asarray(high), self._map, target, weight)[0]), 1e-12)

        def objective(x: Array) -> tuple[float, Array]:
            value, slope = _distance(jnp.asarray(x), self._map, target, weight)
            return float(value) * scale, np.asarray(slope) * scale

        said = [stated_value(self.sheet, issue, policy) for issue in self.sheet.issues.values()]
        bounds = [
            (a, b) if value is None else (np.clip(value, a, b),) * 2
            for a, b, value in zip(low, high, said, strict=True)
        ]
        least, most = (np.array(ends) for ends in zip(*bounds, strict=True))
        starts = (least, (least + most) / 2, most)
        ends = [minimize(objective, x0, jac=True, method="L-BFGS-B", bounds=bounds) for x0 in starts]
        best = np.clip(min(ends, key=lambda end: end.fun).x, least, most)
        best = _one_by_one(best, least, most, lambda x: float(_distance(jnp.asarray(x), self._map, target, weight)[0]))
        return np.array([_on_level(x, levels) for x, levels in zip(best, self._map.levels, strict=True)])

    @cached_property
    def _start(self) -> State:
        status_quo = self.equilibrium("status-quo")
        status_quo.solution  # noqa: B018  (raises with its reason when there is none)
        return start_from(status_quo.state, self.wedges(np.asarray(self._map.low)))


def _one_by_one(x: Array, low: Array, high: Array, distance: Callable[[Array], float]) -> Array:
    """Minimise over one entry after the other, twice: an issue on little trade is lost beside one on much."""
    x = x.copy()
    for k in 2 * np.flatnonzero(high > low).tolist():

        def along(value: float, k: int = k) -> float:
            return distance(np.concatenate([x[:k], [value], x[k + 1 :]]))

        width = 1e-7 * (high[k] - low[k])
        found: Any = minimize_scalar(along, bounds=(low[k], high[k]), method="bounded", options={"xatol": width})
        ends = (float(low[k]), float(x[k]), float(high[k]), float(found.x))
        x[k] = ends[int(np.argmin([along(end) for end in ends]))]
    return x


def stated_value(sheet: TermSheet, issue: AnyIssue, policy: str) -> float | None:
    """Return the value of an issue that a policy's own acts state, None where only its wedges tell.

    What an issue adds to the law (a cut, a tax, a sum of money) is nothing under a policy that has none of it.
    """
    acts = {act.name: act for act in sheet.acts(policy.partition("@")[0])}
    lifted = [acts[name] for name in issue.lifts if name in acts]
    if issue.kind == "commitment":
        return sum(act.amount for act in lifted if isinstance(act, CommitmentAct))
    if issue.kind in ("ntb", "services-tax", "subsidy", "export-tax") or getattr(issue, "stacking", "") == "cut":
        return None if lifted else 0.0
    quota = acts.get(getattr(issue, "quota", ""))
    if not isinstance(quota, QuotaAct):
        return None
    day = sheet.day_of(quota)
    if issue.kind == "quota-volume":
        return quota.volume_on(day)
    if issue.kind == "markup":
        return quota.markup_on(day)
    return (quota.shares or quota.imports_by or {}).get(issue.on[0])


@jax.jit
@jax.value_and_grad
def _distance(x: jax.Array, deal_map: object, target: jax.Array, weight: jax.Array) -> jax.Array:
    gap = _buyers(deal_map.wedges(x)) - target  # type: ignore[attr-defined]
    return jnp.sum(weight * gap**2)


def _buyers(wedges: Wedges) -> jax.Array:
    """Return the log of what buyers pay over what producers get; of a quota's cell that of its other lines."""
    quotas = wedges.quotas
    at = (quotas.importer, quotas.exporter, quotas.sector)
    rest = jnp.log(jnp.maximum(quotas.rest_price, SMALLEST)) / (1.0 - quotas.eta)
    return jnp.log(buyer_factor_hat(wedges)).at[at].set(rest)


def _on_level(value: float, levels: tuple[float, ...] | None) -> float:
    return value if levels is None else min(levels, key=lambda level: abs(level - value))


def with_groups(world: Economy, sheet: TermSheet) -> Economy:
    """Return the world with the groups of a sheet added to its own."""
    added = {name: sheet.members(name, world) for name in sheet.groups}
    if all((world.groups or {}).get(name) == members for name, members in added.items()):
        return world
    return world.with_(groups={**(world.groups or {}), **added})
