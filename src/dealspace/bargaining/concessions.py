"""The value of each concession: what it costs the side that makes it and brings the other.

At the margin both come from one gradient; over the whole range both ends are solved with the other issues
held. Exchanging the issues that are cheap to give and dear to get is log-rolling.
"""

from __future__ import annotations

import numpy as np

from .game import Game, SearchStoppedError
from .model import RATES, Array, IssueAxis
from .results import Concession, ConcessionTable

ONE_POINT = 0.01


def value_concessions(game: Game, name: str, deal: Array, note: str = "") -> ConcessionTable:
    """Return the table of concessions at a point.

    Parameters
    ----------
    name
        Name of the point.
    deal
        (K,) natural units; put into the issue box if it lies outside.
    note
        A sentence on how the point was represented, kept in the result.
    """
    inside = game.tidy(deal)
    if not note and np.abs(inside - deal).max() > 1e-12:
        note = f"The point '{name}' lies outside the issue box; the nearest deal stands for it."
    try:
        base = game.measures_at(inside)
        slopes = game.weights @ game.jacobian(inside)
    except SearchStoppedError as stop:
        sentence = f"No concessions are valued at '{name}': {stop}."
        return ConcessionTable(name, "failed", inside, (), (), sentence)
    full = _full_range(game, inside)
    rows = []
    for k, axis in enumerate(game.model.issues):
        marginal = slopes[:, k] * _step(axis)
        if axis.levels is not None:
            marginal = _next_level(game, inside, base, k)
        rows.append(_row(game, axis, inside[k], marginal, full[k]))
    rows.sort(key=lambda row: (-_rank(row), row.issue))
    return ConcessionTable(name, "ok", inside, tuple(rows), _swaps(game, inside, rows), note or _words(rows))


def _step(axis: IssueAxis) -> float:
    """Return the step shown, signed toward the concession: a point for rates, else 1 % of the range."""
    size = min(ONE_POINT, axis.span) if axis.unit in RATES else axis.span / 100
    if axis.levels is not None and len(axis.levels) > 1:
        size = float(np.min(np.diff(sorted(axis.levels))))
    return size if axis.toward == "high" else -size


def _next_level(game: Game, deal: Array, base: Array, k: int) -> Array:
    """Return both pay-offs' change (2,) to the next level conceded (from the last one when none is left)."""
    axis = game.model.issues[k]
    levels = sorted(axis.levels or ())
    at = int(np.argmin(np.abs(np.array(levels) - deal[k])))
    onward = 1 if axis.toward == "high" else -1
    sign = 1.0
    if not 0 <= at + onward < len(levels):
        onward, sign = -onward, -1.0
    if not 0 <= at + onward < len(levels):
        return np.zeros(2)
    other = deal.copy()
    other[k] = levels[at + onward]
    measures, ok = game.solve(other)
    if not ok[0]:
        return np.full(2, np.nan)
    return sign * (game.payoffs(measures[0]) - game.payoffs(base))


def _full_range(game: Game, deal: Array) -> Array:
    """Return both pay-offs' change (K, 2), nothing to everything conceded issue by issue; NaN if failed."""
    axes = game.model.issues
    deals = np.tile(deal, (2 * len(axes), 1))
    for k, axis in enumerate(axes):
        deals[2 * k, k], deals[2 * k + 1, k] = axis.kept, axis.conceded
    measures, _ = game.solve(deals)
    payoffs = game.payoffs(measures).reshape(len(axes), 2, 2)
    return payoffs[:, 1] - payoffs[:, 0]


def _row(game: Game, axis: IssueAxis, here: float, marginal: Array, full: Array) -> Concession:
    giver = game.model.parties.index(axis.by)
    taker = 1 - giver
    cost, gain = -float(marginal[giver]), float(marginal[taker])
    small = game.tolerance
    loses, wins = cost > small[giver], gain > small[taker]
    kind = {(True, True): "trade", (False, True): "both-gain", (True, False): "both-lose"}.get(
        (loses, wins), "giver-gains"
    )
    free = float("inf") if wins else float("nan")
    ratio = gain / cost if loses else free
    step = _step(axis)
    if axis.levels is not None and len(axis.levels) > 1:
        step = _level_step(axis, here)
    return Concession(
        issue=axis.name,
        giver=axis.by,
        taker=game.model.parties[taker],
        step=step,
        cost=cost,
        gain=gain,
        ratio=ratio,
        start=axis.kept,
        end=axis.conceded,
        full_cost=-float(full[giver]),
        full_gain=float(full[taker]),
        kind=kind,
    )


def _level_step(axis: IssueAxis, here: float) -> float:
    """Return the signed distance to the next level conceded (from the last one when none is left)."""
    levels = sorted(axis.levels or ())
    at = int(np.argmin(np.abs(np.array(levels) - here)))
    onward = 1 if axis.toward == "high" else -1
    if not 0 <= at + onward < len(levels):
        at -= onward
    return levels[at + onward] - levels[at]


def _rank(row: Concession) -> float:
    """Order rows: free gains first, then by ratio; those that help nobody last."""
    if np.isnan(row.ratio):
        return -np.inf
    return row.ratio


def _swaps(game: Game, deal: Array, rows: list[Concession]) -> tuple[tuple[str, str], ...]:
    """Return pairs of concessions whose exchange leaves both better off at the margin, best first.

    Giving a of issue i (cost c_i, gain g_i) for b of issue j helps both for some a, b > 0 when
    c_i c_j < g_i g_j.
    """
    axes = {axis.name: (k, axis) for k, axis in enumerate(game.model.issues)}
    first, second = game.model.parties

    def open_trades(party: str) -> list[Concession]:
        own = [row for row in rows if row.giver == party and row.kind == "trade"]
        return [row for row in own if deal[axes[row.issue][0]] != axes[row.issue][1].conceded]

    pairs = [
        (mine.ratio * theirs.ratio, (mine.issue, theirs.issue))
        for mine in open_trades(first)
        for theirs in open_trades(second)
        if mine.ratio * theirs.ratio > 1
    ]
    return tuple(pair for _, pair in sorted(pairs, key=lambda item: (-item[0], item[1])))


def _words(rows: list[Concession]) -> str:
    best = rows[0]
    if best.kind == "both-gain":
        return f"{best.issue} helps both: conceding it costs {best.giver} nothing."
    if best.kind == "trade":
        return (
            f"The cheapest concession is {best.issue}: {best.taker} gains {best.ratio:.2g} for each one that "
            f"{best.giver} loses."
        )
    return "No concession helps the side that receives it here."
