"""Gradient search over deals: SLSQP with exact gradients, discrete issues by enumeration and exchange.

Every problem is stated on the measures of a deal, so the same machinery serves weighted sums, epsilon
constraints, Nash products, maximin and expected values over draws. Every deal a search looks at is solved
and remembered by the `Game`, so nothing that is returned is interpolated.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from scipy.optimize import minimize

from .game import Game, SearchStoppedError
from .model import Array, Index
from .rows import Linear, Row
from .sketch import Anchored

# Violations of a bound up to this, in units of the pay-offs' spread, are rounding.
FEASIBLE = 3e-7
PENALTY = 1e3
# Change of the objective, in the same units, at which a search ends.
TOLERANCE = 1e-6
# SLSQP starts from a unit Hessian. Deals are nearly linear in rates, so the objective is made steep against it: the
# first steps then go as far as a linear program would.
STEEP = 30.0
# Discrete packages whose best solved deal comes this near (in units of the spread, violations counted threefold)
# are climbed too; at most so many.
NEAR_PACKAGE = 0.05
# A second start is climbed if it comes this near the best found.
NEAR_START = 0.03
PACKAGES = 3
# Times a sketch is anchored anew in one climb, and steps on each.
ROUNDS = 8
SKETCH_STEPS = 60


class Source(Protocol):
    """What gives measures (M,) and their gradient (M, K) at a deal: the game itself, or a sketch of it."""

    def measures_at(self, deal: Array) -> Array:
        """Return (M,)."""
        ...

    def jacobian(self, deal: Array) -> Array:
        """Return (M, K)."""
        ...


@dataclass(frozen=True)
class Problem:
    """Maximise ``objective``, or the smallest of ``parts`` when there is none, with every bound >= 0."""

    objective: Row | None
    parts: tuple[Row, ...] = ()
    bounds: tuple[Row, ...] = ()

    def value(self, measures: Array) -> Array:
        """Return (..,) the value to be maximised."""
        if self.objective is not None:
            return self.objective.value(measures)
        return np.min([part.value(measures) for part in self.parts], axis=0)

    def violation(self, measures: Array) -> Array:
        """Return (..,) the largest violation of a bound, 0 where feasible."""
        if not self.bounds:
            return np.zeros(measures.shape[:-1])
        return np.maximum(-np.min([row.value(measures) for row in self.bounds], axis=0), 0.0)

    def score(self, measures: Array) -> Array:
        """Return (..,) the value less a heavy penalty on violations."""
        violation = self.violation(measures)
        return self.value(measures) - PENALTY * np.where(violation > FEASIBLE, violation, 0.0)


@dataclass(frozen=True)
class Found:
    """A solved deal (K,) with its measures (M,) and score in a problem."""

    deal: Array
    measures: Array
    score: float


def side(game: Game, party: int, floor: float = 0.0) -> Linear:
    """Return party's pay-off less `floor`, in units of the sample's spread."""
    weights = game.weights[party]
    scale = game.scale[party]
    return Linear(weights / scale, -(float(weights @ game.origin) + floor) / scale)


def best_known(game: Game, problem: Problem, count: int = 1) -> list[Array]:
    """Return up to `count` solved deals that do well in the problem, each in a part of the box of its own."""
    deals = game.deals
    if not len(deals) or count < 1:
        return []
    score = problem.score(game.measures)
    chosen: list[Array] = []
    span = np.where(game.span > 0, game.span, 1.0)
    for i in np.argsort(-score, kind="stable")[: max(200, count)]:
        apart = all(np.abs((deals[i] - other) / span).max() > 0.25 for other in chosen)
        if apart:
            chosen.append(deals[i])
        if len(chosen) == count:
            break
    return chosen


def search(
    game: Game, problem: Problem, starts: Sequence[Array] = (), *, known: int = 1, steps: int = 30
) -> Found | None:
    """Maximise from the given starts and from the `known` best deals solved so far.

    Returns the best feasible deal solved so far (searched or not), or None when nothing has been solved or
    nothing solved is feasible.
    """
    origins = [game.tidy(start) for start in starts] + best_known(game, problem, known)
    for i, start in enumerate(_distinct(origins)):
        if i and not _promising(game, problem, start):
            continue
        here: Array | None = _climb(game, problem, start, steps)
        # Exchange one discrete issue at a time, and climb again while that helps.
        for _ in range(3 if len(game.discrete) else 0):
            here = _exchange(game, problem, here)
            if here is None:
                break
            here = _climb(game, problem, here, steps)
    if len(game.discrete) and len(game.free):
        for start in _near_packages(game, problem, origins):
            _climb(game, problem, start, steps)
    return best_so_far(game, problem)


def _promising(game: Game, problem: Problem, start: Array) -> bool:
    """Tell whether a further start comes near enough the best found to be worth gradients."""
    found = best_so_far(game, problem)
    if found is None:
        return True
    try:
        measures = game.measures_at(start)
    except SearchStoppedError:
        return False
    return float(_mild_score(problem, measures)) > found.score - NEAR_START


def _mild_score(problem: Problem, measures: Array) -> Array:
    """Return the value less a penalty that leaves nearly feasible deals in the running."""
    return problem.value(measures) - 3 * problem.violation(measures)


def _near_packages(game: Game, problem: Problem, done: Sequence[Array]) -> list[Array]:
    """Return the best solved deal of each discrete package that comes near the best of all, but those `done`."""
    deals, measures = game.deals, game.measures
    if not len(deals):
        return []
    score = _mild_score(problem, measures)
    climbed = {start[game.discrete].tobytes() for start in done}
    chosen: list[Array] = []
    for i in np.argsort(-score, kind="stable"):
        if score[i] < score.max() - NEAR_PACKAGE or len(chosen) == PACKAGES:
            break
        key = deals[i][game.discrete].tobytes()
        if key not in climbed:
            climbed.add(key)
            chosen.append(deals[i])
    return chosen


def best_so_far(game: Game, problem: Problem) -> Found | None:
    """Return the best feasible deal among all solved ones."""
    measures = game.measures
    if not len(measures):
        return None
    feasible = problem.violation(measures) <= FEASIBLE
    if not feasible.any():
        return None
    score = np.where(feasible, problem.value(measures), -np.inf)
    i = int(np.argmax(score))
    return Found(game.deals[i], measures[i], float(score[i]))


def _distinct(deals: Sequence[Array]) -> list[Array]:
    return list({deal.tobytes(): deal for deal in deals}.values())


def _exchange(game: Game, problem: Problem, deal: Array) -> Array | None:
    """Return the best deal one discrete step away that beats `deal`, or None."""
    others = []
    for k in game.discrete:
        for level in game.model.issues[k].levels or ():
            if level != deal[k]:
                others.append(deal.copy())
                others[-1][k] = level
    if not others or game.exhausted:
        return None
    measures, ok = game.solve(np.array([deal, *others]))
    score = np.full(len(ok), -np.inf)
    score[ok] = problem.score(measures[ok])
    best = int(np.argmax(score))
    return game.tidy(others[best - 1]) if best > 0 and score[best] > score[0] else None


def _climb(game: Game, problem: Problem, start: Array, steps: int) -> Array:
    """Climb over the continuous issues from `start`; return the best deal on the way."""
    here = start
    try:
        if len(game.free):
            here = _climb_by_sketch(game, problem, start, steps)
    except SearchStoppedError:
        # The deals solved on the way stand.
        return here
    return here


def _climb_by_sketch(game: Game, problem: Problem, start: Array, steps: int) -> Array:
    """Maximise on the sketch anchored here, solve what it proposes, anchor there, until nothing is gained.

    Without a sketch (few deals solved) SLSQP asks for the exact gradient at each of its own steps.
    """
    here, radius = start, 1.0
    merit = float(_merit(problem, game.measures_at(here)))
    for _ in range(ROUNDS):
        polynomial = game.sketch()
        if polynomial is None:
            return _run(game, game, problem, here, 1.0, steps)
        sketch = Anchored.at(polynomial, here, game.measures_at(here), game.jacobian(here))
        there = _run(game, sketch, problem, here, radius, SKETCH_STEPS)
        if float(_merit(problem, sketch.measures_at(there))) - merit < TOLERANCE:
            return here
        try:
            gain = float(_merit(problem, game.measures_at(there))) - merit
        except SearchStoppedError:
            if game.exhausted:
                return here
            gain = -np.inf
        if gain > 0:
            here, merit = there, merit + gain
            if gain < TOLERANCE:
                return here
        elif radius < 0.01 or -gain < TOLERANCE:
            return here
        else:
            radius /= 4
    return here


def _merit(problem: Problem, measures: Array) -> Array:
    """Return the value less a penalty that a small violation on the way does not drown in."""
    return problem.value(measures) - 10 * problem.violation(measures)


def _run(game: Game, source: Source, problem: Problem, start: Array, radius: float, steps: int) -> Array:
    """Run SLSQP from `start` within `radius` (unit coordinates); return the best deal of its way by merit."""
    free = game.free
    best, best_merit = start, -np.inf

    def deal_of(z: Array) -> Array:
        if not np.isfinite(z).all():
            raise SearchStoppedError("the search left the numbers")
        deal = start.copy()
        deal[free] = game.low[free] + np.clip(z[: len(free)], 0.0, 1.0) * game.span[free]
        return game.tidy(deal)

    def look(z: Array) -> None:
        nonlocal best, best_merit
        deal = deal_of(z)
        merit = float(_merit(problem, source.measures_at(deal)))
        if merit > best_merit:
            best, best_merit = deal, merit

    z0 = (start[free] - game.low[free]) / game.span[free]
    box = np.column_stack([np.maximum(z0 - radius, 0.0), np.minimum(z0 + radius, 1.0)])
    look(z0)
    with suppress(SearchStoppedError):  # the budget is spent: the best so far stands
        look(_slsqp(source, problem, deal_of, z0, box, (free, game.span[free]), steps))
    return best


def _slsqp(
    source: Source,
    problem: Problem,
    deal_of: Callable[[Array], Array],
    z0: Array,
    box: Array,
    axes: tuple[Index, Array],
    steps: int,
) -> Array:
    """Maximise with scipy's SLSQP; with no objective, over (z, t): max t with every part >= t. Return z."""
    n = len(z0)
    maximin = problem.objective is None
    rows = list(problem.bounds) + (list(problem.parts) if maximin else [])
    free, span = axes

    def slope(row: Row, z: Array) -> Array:
        deal = deal_of(z)
        return (row.slope(source.measures_at(deal)) @ source.jacobian(deal))[free] * span

    def objective(z: Array) -> float:
        if problem.objective is None:
            return -STEEP * float(z[n])
        return -STEEP * float(problem.objective.value(source.measures_at(deal_of(z))))

    def objective_slope(z: Array) -> Array:
        if problem.objective is None:
            return np.append(np.zeros(n), -STEEP)
        return -STEEP * slope(problem.objective, z)

    def bounds(z: Array) -> Array:
        measures = source.measures_at(deal_of(z))
        values = np.array([float(row.value(measures)) for row in rows])
        if maximin:
            values[len(problem.bounds) :] -= z[n]
        return values

    def bounds_slope(z: Array) -> Array:
        deal = deal_of(z)
        measures, jacobian = source.measures_at(deal), source.jacobian(deal)[:, free] * span
        slopes = np.array([row.slope(measures) for row in rows]) @ jacobian
        if not maximin:
            return slopes
        lift = np.zeros((len(rows), 1))
        lift[len(problem.bounds) :] = -1.0
        return np.hstack([slopes, lift])

    start, limits = z0, [(float(low), float(high)) for low, high in box]
    if maximin:
        start = np.append(z0, float(problem.value(source.measures_at(deal_of(z0)))))
        limits = [*limits, (-np.inf, np.inf)]
    constraints = [{"type": "ineq", "fun": bounds, "jac": bounds_slope}] if rows else []
    with warnings.catch_warnings():
        # SLSQP may step outside the box by rounding; the deal is put back into it above.
        warnings.filterwarnings("ignore", message="Values in x were outside bounds")
        end = minimize(
            objective,
            start,
            jac=objective_slope,
            method="SLSQP",
            bounds=limits,
            constraints=constraints,
            options={"maxiter": steps, "ftol": STEEP * TOLERANCE / 10},
        )
    return end.x[:n]
