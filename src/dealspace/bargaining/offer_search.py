"""Search for a final offer: expected pay-off over draws of the other side's weights.

For draws s of the weights, with m the measures of a deal and n those of no deal, the other side accepts when
w_s . (m - n) >= 0 and the offering side then gains v_s . (m - n). The search maximises

    mean_s [ sigmoid(w_s . (m - n) / h) v_s . (m - n) ]

for a falling h, and then, draw by draw, the pay-off that leaves a chosen set of draws exactly willing.
Results are read with the indicator itself. Ratifiers (further conditions of acceptance) and draws of the
economy (measures of a draw's own) enter through `Draws.margins` alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .game import EQUAL, Game
from .model import Array, Index, Mask
from .rows import Linear
from .search import Problem, search

SOFTNESS = (0.1, 0.02)
LEVELS = (0.4, 0.6, 0.75, 0.9)
NUDGES = (0.06, -0.06, 0.02, -0.02)
# At most this many of the least willing draws are held above their no deal in one search.
HELD = 40
# A hair of the spread, so that a draw that is held willing is not lost to rounding.
HAIR = 2e-6


@dataclass(frozen=True)
class Draws:
    """Common draws of both sides' weights, and the measures of no deal.

    Attributes
    ----------
    own, other
        (S, M) weights of the offering side and of the other.
    no_deal
        (M,) expected measures of no deal.
    origin
        (M,) measures of the status quo.
    tolerance
        Margin below zero that still counts as acceptance (rounding).
    """

    own: Array
    other: Array
    no_deal: Array
    origin: Array
    tolerance: float

    @property
    def size(self) -> int:
        """Number of draws S."""
        return len(self.own)

    @property
    def expected_no_deal(self) -> float:
        """E[d], the offering side's expected pay-off without a deal."""
        return float(np.mean(self.own @ (self.no_deal - self.origin)))

    def gains(self, measures: Array) -> Array:
        """Return the offering side's gains over no deal (B, S)."""
        return (measures - self.no_deal) @ self.own.T

    def margins(self, measures: Array) -> Array:
        """Return the other side's gains over no deal (B, S); it accepts where they are not negative."""
        return (measures - self.no_deal) @ self.other.T

    def accepted(self, measures: Array) -> Mask:
        """Return (B, S) whether each draw of the other side accepts."""
        return self.margins(measures) >= -self.tolerance

    def value(self, measures: Array) -> Array:
        """Return E[1{accepted} gain] + E[d] of each deal, (B,), unsmoothed."""
        return np.mean(self.accepted(measures) * self.gains(measures), axis=-1) + self.expected_no_deal


@dataclass(frozen=True)
class Softened:
    """The expected gain with acceptance softened, in units of `scale`; see the module."""

    draws: Draws
    softness: float
    scale: float

    def value(self, measures: Array) -> Array:
        """Return (..,) values."""
        chance = _sigmoid(self.draws.margins(measures) / self.softness)
        return np.mean(chance * self.draws.gains(measures), axis=-1) / self.scale

    def slope(self, measures: Array) -> Array:
        """Return (M,)."""
        chance = _sigmoid(self.draws.margins(measures) / self.softness)
        gain = self.draws.gains(measures)
        through_margin = gain * chance * (1 - chance) / self.softness
        return (chance @ self.draws.own + through_margin @ self.draws.other) / (self.draws.size * self.scale)


def _sigmoid(x: Array) -> Array:
    return 0.5 * (1.0 + np.tanh(0.5 * x))


def make_draws(game: Game, party: int, own: Array, other: Array, no_deal: Array) -> Draws:
    """Return common draws: a single row of weights stands for all."""
    size = max(len(own), len(other))
    tolerance = EQUAL * float(game.scale[1 - party])
    own, other = (np.broadcast_to(rows, (size, rows.shape[1])) for rows in (own, other))
    return Draws(own, other, no_deal, game.origin, tolerance)


def search_offers(game: Game, party: int, draws: Draws, starts: int, certainty: float) -> None:
    """Search for good offers; every deal looked at stays in the game, to be judged unsmoothed."""
    unit = float(game.scale[party])
    for softness in SOFTNESS:
        row = Softened(draws, softness * float(game.scale[1 - party]), unit)
        search(game, Problem(row), starts=_best_deals(game, draws, 1), known=starts, steps=20)
    for level in (*LEVELS, certainty, 1.0):
        hold_willing(game, party, draws, level)
    # A somewhat bolder or safer offer than the best so far may be better still.
    for step in NUDGES:
        best = int(np.argmax(draws.value(game.measures)))
        share = float(draws.accepted(game.measures[best]).mean()) + step
        if 0 < share < 1:
            hold_willing(game, party, draws, share)
    # From the best so far, hold exactly the draws that accept it and take all they leave.
    for deal in _best_deals(game, draws, 3):
        measures, ok = game.solve(deal)
        accepts = draws.accepted(measures)[0]
        if ok[0] and accepts.any():
            _hold(game, party, draws, deal, accepts)


def hold_willing(game: Game, party: int, draws: Draws, level: float) -> None:
    """Maximise the gain with the most willing share `level` of the draws held at their no deal."""
    count = max(1, int(np.ceil(level * draws.size - 1e-9)))
    for _ in range(2):
        measures = game.measures
        if not len(measures) or game.exhausted:
            return
        margins = draws.margins(measures)
        # The margin of the least willing draw among the `count` most willing.
        edge = np.sort(margins, axis=1)[:, draws.size - count]
        gain = draws.gains(measures).mean(axis=1)
        willing = edge >= -draws.tolerance
        start = int(np.argmax(np.where(willing, gain, -np.inf))) if willing.any() else int(np.argmax(edge))
        chosen = np.zeros(draws.size, dtype=bool)
        chosen[np.argsort(-margins[start], kind="stable")[:count]] = True
        before = len(measures)
        _hold(game, party, draws, game.deals[start], chosen)
        if len(game.measures) == before:
            return


def _hold(game: Game, party: int, draws: Draws, deal: Array, chosen: Mask) -> None:
    """Maximise the mean gain with the chosen draws willing, starting at `deal`."""
    unit, other_unit = game.scale[party], game.scale[1 - party]
    own = draws.own[chosen].mean(axis=0) / unit
    objective = Linear(own, -float(own @ draws.no_deal))
    for _ in range(2):
        measures, ok = game.solve(deal)
        if not ok[0]:
            return
        margins = np.where(chosen, draws.margins(measures)[0], np.inf)
        tight = np.argsort(margins, kind="stable")[: min(HELD, int(chosen.sum()))]
        weights, rows = np.unique(draws.other[tight], axis=0), []
        for weight in weights / other_unit:
            rows.append(Linear(weight, -float(weight @ draws.no_deal) - HAIR))
        found = search(game, Problem(objective, bounds=tuple(rows)), starts=[deal], known=1, steps=20)
        if found is None or np.array_equal(found.deal, deal):
            return
        deal = found.deal


def _best_deals(game: Game, draws: Draws, count: int) -> list[Array]:
    order = np.argsort(-draws.value(game.measures), kind="stable")
    return [game.deals[i] for i in distinct(game, order, count, 0.1)]


def distinct(game: Game, order: Index, count: int, apart: float) -> list[int]:
    """Return up to `count` deals from `order` that differ by `apart` of the range on at least one issue."""
    span = np.where(game.span > 0, game.span, 1.0)
    deals = game.deals
    chosen: list[int] = []
    for i in order:
        if all(np.abs((deals[i] - deals[j]) / span).max() >= apart for j in chosen):
            chosen.append(int(i))
        if len(chosen) == count:
            break
    return chosen
