"""Gradient search over deals: SLSQP with exact gradients, discrete issues by enumeration and exchange.

Every problem is stated on the measures of a deal, so the same machinery serves weighted sums, epsilon
constraints, Nash products, maximin and expected values over draws. Every deal a search looks at is solved
and remembered by the `Game`, so nothing that is returned is interpolated.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from scipy.optimize import minimize

from .game import Game, SearchStoppedError
from .model import Array

# Violations of a bound up to this, in units of the pay-offs' spread, are rounding.
FEASIBLE = 1e-7
PENALTY = 1e3
# Change of the objective, in the same units, at which a search ends.
TOLERANCE = 1e-7
# Discrete packages whose best solved deal comes this near (in units of the spread, violations counted threefold)
# are climbed too; at most so many.
NEAR_PACKAGE = 0.15
# A second start is climbed if it comes this near the best found.
NEAR_START = 0.03
PACKAGES = 4


class Row(Protocol):
    """A smooth function of the measures."""

    def value(self, measures: Array) -> Array:
        """Return (..,) values of measures (.., M)."""
        ...

    def slope(self, measures: Array) -> Array:
        """Return d value / d measure (M,) at measures (M,)."""
        ...


@dataclass(frozen=True)
class Linear:
    """``weights . m + constant``."""

    weights: Array
    constant: float = 0.0

    def value(self, measures: Array) -> Array:
        """Return (..,) values."""
        return measures @ self.weights + self.constant

    def slope(self, measures: Array) -> Array:
        """Return (M,)."""
        return self.weights


@dataclass(frozen=True)
class LogSum:
    """``sum_p power_p log(row_p)``, a straight line below `edge` so that searches may start there."""

    rows: tuple[Linear, ...]
    powers: tuple[float, ...]
    edge: float = 1e-6

    def value(self, measures: Array) -> Array:
        """Return (..,) values."""
        total = np.zeros(measures.shape[:-1])
        for row, power in zip(self.rows, self.powers, strict=True):
            gain = row.value(measures)
            inside = np.maximum(gain, self.edge)
            total = total + power * (np.log(inside) + np.minimum(gain - self.edge, 0.0) / self.edge)
        return total

    def slope(self, measures: Array) -> Array:
        """Return (M,)."""
        return sum(
            (
                power / max(float(row.value(measures)), self.edge) * row.weights
                for row, power in zip(self.rows, self.powers, strict=True)
            ),
            start=np.zeros(measures.shape[-1]),
        )


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


def blend(rows: Sequence[Linear], shares: Sequence[float]) -> Linear:
    """Return the weighted sum of linear rows."""
    weights = np.asarray(shares) @ np.array([row.weights for row in rows])
    return Linear(weights, float(np.dot(shares, [row.constant for row in rows])))


def best_known(game: Game, problem: Problem, count: int = 1) -> list[Array]:
    """Return up to `count` solved deals that do well in the problem, each in a part of the box of its own."""
    deals = game.deals
    if not len(deals):
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
    score = problem.score(measures)
    i = int(np.argmax(score))
    if problem.violation(measures[i]) > FEASIBLE:
        return None
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
    """Run SLSQP over the continuous issues from `start`; return the best deal on the way."""
    free = game.free
    trail: dict[bytes, Array] = {}

    def deal_of(z: Array) -> Array:
        if not np.isfinite(z).all():
            raise SearchStoppedError("the search left the numbers")
        deal = start.copy()
        deal[free] = game.low[free] + np.clip(z[: len(free)], 0.0, 1.0) * game.span[free]
        deal = game.tidy(deal)
        trail[deal.tobytes()] = deal
        return deal

    if len(free):
        z0 = (start[free] - game.low[free]) / game.span[free]
        try:
            _slsqp(game, problem, deal_of, z0, steps)
        except SearchStoppedError:
            # The deals solved on the way stand; the best of them is taken below.
            trail.setdefault(start.tobytes(), start)
    else:
        trail[start.tobytes()] = start
    best, best_score = start, -np.inf
    for deal in trail.values():
        score = _score(game, problem, deal)
        if score > best_score:
            best, best_score = deal, score
    return best


def _score(game: Game, problem: Problem, deal: Array) -> float:
    try:
        return float(problem.score(game.measures_at(deal)))
    except SearchStoppedError:
        return -np.inf


def _slsqp(game: Game, problem: Problem, deal_of: Callable[[Array], Array], z0: Array, steps: int) -> None:
    """Maximise with scipy's SLSQP; with no objective, over (z, t): max t with every part >= t."""
    n = len(z0)
    maximin = problem.objective is None
    rows = list(problem.bounds) + (list(problem.parts) if maximin else [])

    def slope(row: Row, z: Array) -> Array:
        deal = deal_of(z)
        return (row.slope(game.measures_at(deal)) @ game.jacobian(deal))[game.free] * game.span[game.free]

    def objective(z: Array) -> float:
        if problem.objective is None:
            return -float(z[n])
        return -float(problem.objective.value(game.measures_at(deal_of(z))))

    def objective_slope(z: Array) -> Array:
        if problem.objective is None:
            return np.append(np.zeros(n), -1.0)
        return -slope(problem.objective, z)

    def bounds(z: Array) -> Array:
        values = np.array([float(row.value(game.measures_at(deal_of(z)))) for row in rows])
        if maximin:
            values[len(problem.bounds) :] -= z[n]
        return values

    def bounds_slope(z: Array) -> Array:
        slopes = np.array([slope(row, z) for row in rows])
        if not maximin:
            return slopes
        lift = np.zeros((len(rows), 1))
        lift[len(problem.bounds) :] = -1.0
        return np.hstack([slopes, lift])

    start, box = z0, [(0.0, 1.0)] * n
    if maximin:
        start = np.append(z0, float(problem.value(game.measures_at(deal_of(z0)))))
        box = [*box, (-np.inf, np.inf)]
    constraints = [{"type": "ineq", "fun": bounds, "jac": bounds_slope}] if rows else []
    with warnings.catch_warnings():
        # SLSQP may step outside the box by rounding; the deal is put back into it above.
        warnings.filterwarnings("ignore", message="Values in x were outside bounds")
        minimize(
            objective,
            start,
            jac=objective_slope,
            method="SLSQP",
            bounds=box,
            constraints=constraints,
            options={"maxiter": steps, "ftol": TOLERANCE},
        )
