"""Axiomatic solutions: Nash, Kalai-Smorodinsky, egalitarian; with lotteries or on deals alone.

With lotteries the outcomes are the convex hull of the solved deals. The hull is sharpened where a solution
lies on it: the search maximises the weighted sum that supports the hull there, until no deal lies above
it, so that a solution is exact and not limited by the spacing of the frontier.

Nash (1950): argmax (u1-d1)^beta (u2-d2)^(1-beta). Kalai and Smorodinsky (1975): leximin of (u-d)/(a-d), where
a is the best of each side over the individually rational outcomes. Egalitarian (Kalai 1977): leximin of u-d.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from .game import Game, SearchStoppedError
from .hull import Piece, best_leximin, best_nash, pieces_above, upper_hull
from .model import Array, Mask
from .results import BargainingSolution, Settings
from .rows import LogSum, blend
from .search import Problem, search, side
from .words import amount
from .zone import best_for

NAMES = ("nash", "kalai-smorodinsky", "egalitarian")
# A single deal whose gains are within this share of the lottery's is preferred to the lottery.
NEAR = 1e-3
ROUNDS = 4

Chooser = Callable[[list[Piece]], tuple[Piece, float]]


@dataclass(frozen=True)
class Ground:
    """What all solutions start from: d, a, and which sides have anything to gain."""

    floor: Array
    ideal: Array
    live: Mask  # (2,): a > d

    @property
    def unit(self) -> Array:
        """(2,) a - d, 1 where there is nothing to gain."""
        return np.where(self.live, self.ideal - self.floor, 1.0)


def solve_bargain(game: Game, settings: Settings, money: bool) -> dict[str, BargainingSolution]:
    """Return the three solutions by name.

    Parameters
    ----------
    money
        Whether both pay-offs are money; the egalitarian solution is not computed otherwise.
    """
    over = "lotteries" if settings.lotteries else "deals"
    if not len(game.deals):
        return {name: _none(game, name, over, "failed", "No deal has a solution.") for name in NAMES}
    ground = _ground_lotteries(game) if settings.lotteries else _ground_deals(game)
    if ground is None:
        what = "lottery over packages" if settings.lotteries else "package"
        sentence = f"No {what} is at least as good as no deal for both, so there is no solution."
        return {name: _none(game, name, over, "no-zone", sentence) for name in NAMES}
    solve = _on_hull if settings.lotteries else _on_deals
    solutions = {name: solve(game, ground, name, settings.beta) for name in NAMES[:2]}
    if money:
        solutions["egalitarian"] = solve(game, ground, "egalitarian", settings.beta)
    else:
        sentence = "The pay-offs are not money, so equal gains mean nothing; there is no egalitarian solution."
        solutions["egalitarian"] = _none(game, "egalitarian", over, "not-money", sentence)
    return solutions


def _ground_lotteries(game: Game) -> Ground | None:
    """Return d and a over the hull; None when no lottery is individually rational."""
    for party in (0, 1):
        best_for(game, party)
        # Where the hull meets the other side's no deal, look for deals above it.
        _sharpen(
            game,
            lambda pieces, p=party: (pieces[-1], pieces[-1].high) if p == 0 else (pieces[0], pieces[0].low),
        )
    pieces = _pieces(game)
    if not pieces:
        return None
    ends = np.array([pieces[-1].at(pieces[-1].high)[0], pieces[0].at(pieces[0].low)[1]])
    return _ground(game, ends)


def _ground_deals(game: Game) -> Ground | None:
    """Return d and a over single deals; None when none is individually rational."""
    for party in (0, 1):
        best_for(game, party)
    outcomes = game.outcomes
    rational = outcomes[(outcomes >= game.no_deal - game.tolerance).all(axis=1)]
    return _ground(game, rational.max(axis=0)) if len(rational) else None


def _ground(game: Game, ideal: Array) -> Ground:
    return Ground(game.no_deal, ideal, ideal - game.no_deal > game.tolerance)


def _pieces(game: Game) -> list[Piece]:
    outcomes = game.outcomes
    chain = upper_hull(outcomes, game.tolerance)
    return pieces_above(outcomes, chain, game.no_deal, game.tolerance)


def _sharpen(game: Game, choose: Chooser) -> tuple[Piece, float] | None:
    """Choose on the hull, search for deals above it there, and choose again until there is none."""
    pieces = _pieces(game)
    for _ in range(ROUNDS):
        if not pieces:
            return None
        piece, t = choose(pieces)
        corner = {0.0: piece.i, 1.0: piece.j}.get(t)
        # At a corner of the hull a better deal may lie above either of the pieces that meet there.
        near = [other for other in pieces if other is piece or corner in (other.i, other.j)]
        lifted = [_lift(game, other) for other in near if not game.exhausted]
        if not any(lifted):
            return piece, t
        pieces = _pieces(game)
    return choose(pieces) if pieces else None


def _lift(game: Game, piece: Piece) -> bool:
    """Search in the direction that supports a piece; tell whether a deal above it was found."""
    if piece.i == piece.j:
        return False
    step = np.abs(piece.end - piece.start) / game.scale
    shares = step[::-1] / step.sum()
    rows = [side(game, 0), side(game, 1)]
    problem = Problem(blend(rows, shares))
    deals = game.deals
    level = float(problem.value(game.measures[piece.i]))
    found = search(game, problem, starts=[deals[piece.i], deals[piece.j]])
    return found is not None and found.score > level + 1e-7


def _first(pieces: list[Piece]) -> tuple[Piece, float]:
    """Choose the end that is best for the second party."""
    return pieces[0], pieces[0].low


def _last(pieces: list[Piece]) -> tuple[Piece, float]:
    """Choose the end that is best for the first party."""
    return pieces[-1], pieces[-1].high


def _chooser(ground: Ground, name: str, beta: float, scale: Array) -> Chooser:
    if not ground.live.all():
        # A side with nothing to gain is left out: the other takes the best for it.
        first = bool(ground.live[0]) or not ground.live[1]
        return _last if first else _first
    if name == "nash":
        return lambda pieces: best_nash(pieces, ground.floor, beta)
    unit = ground.unit if name == "kalai-smorodinsky" else np.full(2, float(scale.max()))
    return lambda pieces: best_leximin(pieces, ground.floor, unit)


def _on_hull(game: Game, ground: Ground, name: str, beta: float) -> BargainingSolution:
    chosen = _sharpen(game, _chooser(ground, name, beta, game.scale))
    if chosen is None:
        return _none(game, name, "lotteries", "failed", "The search found no outcome.")
    piece, t = chosen
    target = piece.at(t)
    _try_between(game, piece, t)
    outcomes = game.outcomes
    # One deal that is as good for both, up to rounding, needs no lottery.
    near = np.min((outcomes - target) / np.where(ground.live, ground.unit, game.scale), axis=1)
    single = int(np.argmax(near))
    if near[single] >= -NEAR:
        return _pack(game, ground, name, "lotteries", [single], [1.0], beta)
    if not 0 < t < 1:
        return _pack(game, ground, name, "lotteries", [piece.j if t >= 1 else piece.i], [1.0], beta)
    return _pack(game, ground, name, "lotteries", [piece.i, piece.j], [1 - t, t], beta)


def _try_between(game: Game, piece: Piece, t: float) -> None:
    """Solve the deal between the two of a lottery: where the frontier bends, it does without the lottery."""
    deals = game.deals
    try:
        game.measures_at((1 - t) * deals[piece.i] + t * deals[piece.j])
    except SearchStoppedError:
        # The lottery stands.
        return


def _on_deals(game: Game, ground: Ground, name: str, beta: float) -> BargainingSolution:
    rows = tuple(side(game, p, ground.floor[p]) for p in (0, 1))
    if not ground.live.all():
        first = bool(ground.live[0]) or not ground.live[1]
        order = rows if first else rows[::-1]
        problem = Problem(blend(order, (1.0, 1e-7)), bounds=rows)
    elif name == "nash":
        problem = Problem(LogSum(rows, (beta, 1 - beta)), bounds=rows)
    else:
        unit = ground.unit if name == "kalai-smorodinsky" else np.full(2, float(game.scale.max()))
        parts = tuple(blend([row], [game.scale[p] / unit[p]]) for p, row in enumerate(rows))
        problem = Problem(None, parts=parts, bounds=rows)
    search(game, problem, known=2)
    return _pack(game, ground, name, "deals", [_best_index(game, problem, rows)], [1.0], beta)


def _best_index(game: Game, problem: Problem, rows: tuple) -> int:
    """Return the best solved deal; between equals (leximin) the one with the larger sum of gains."""
    measures = game.measures
    score = problem.score(measures)
    level = np.flatnonzero(score >= score.max() - 1e-9)
    gains = np.sum([row.value(measures[level]) for row in rows], axis=0)
    return int(level[np.argmax(gains)])


def _pack(
    game: Game, ground: Ground, name: str, over: str, chosen: list[int], shares: list[float], beta: float
) -> BargainingSolution:
    deal_payoffs = game.outcomes[chosen]
    payoffs = np.asarray(shares) @ deal_payoffs
    gains = payoffs - ground.floor
    normalised = np.where(ground.live, gains / ground.unit, np.nan)
    status = "ok" if ground.live.all() else "degenerate"
    return BargainingSolution(
        name=name,
        status=status,
        over=over,
        deals=game.deals[chosen],
        probabilities=np.asarray(shares, dtype=float),
        deal_payoffs=deal_payoffs,
        payoffs=payoffs,
        disagreement=ground.floor,
        ideal=ground.ideal,
        gains=gains,
        normalised=normalised,
        beta=beta if name == "nash" else None,
        sentence=_words(game, ground, name, over, shares, gains),
    )


def _words(game: Game, ground: Ground, name: str, over: str, shares: list[float], gains: Array) -> str:
    first, second = game.model.parties
    titles = {"nash": "Nash", "kalai-smorodinsky": "Kalai-Smorodinsky", "egalitarian": "Egalitarian"}
    what = "one deal" if len(shares) == 1 else f"two deals with probabilities {shares[0]:.0%} and {shares[1]:.0%}"
    text = (
        f"{titles[name]} over {over}: {what}; over no deal {first} gains {amount(gains[0])} and "
        f"{second} {amount(gains[1])}."
    )
    idle = [party for party, live in zip(game.model.parties, ground.live, strict=True) if not live]
    if idle:
        text += f" {' and '.join(idle)} can gain nothing over no deal, so that axis is left out."
    return text


def _none(game: Game, name: str, over: str, status: str, sentence: str) -> BargainingSolution:
    nothing = np.full(2, np.nan)
    return BargainingSolution(
        name=name,
        status=status,
        over=over,
        deals=np.empty((0, len(game.low))),
        probabilities=np.empty(0),
        deal_payoffs=np.empty((0, 2)),
        payoffs=nothing,
        disagreement=game.no_deal,
        ideal=nothing,
        gains=nothing,
        normalised=nothing,
        beta=None,
        sentence=sentence,
    )
