"""The Pareto frontier by gradients: its ends, weighted sums, and epsilon constraints in the widest gaps.

Weighted sums find the points that a hull can see; epsilon constraints (maximise one side's pay-off with
the other's held above a level) also find those in its dents (Miettinen 1999, sections 3.1 and 3.2). Each
point is a solved deal.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from .game import Game, efficient
from .model import Array, Index, Mask
from .results import Frontier, Settings
from .rows import blend
from .search import Problem, search, side

# A trace of the other objective, so that an end of the frontier is efficient and not only best for one.
TRACE = 1e-6


def trace_frontier(game: Game, settings: Settings) -> Frontier:
    """Trace `settings.frontier_points` points; spends at most the game's limit of solves and gradients."""
    before = game.work()
    if not len(game.deals):
        return _failed(game)
    labels: dict[bytes, str] = {}
    _ends(game, labels)
    _weighted(game, labels, max(3, settings.frontier_points // 5))
    if len(game.free):
        _fill_gaps(game, labels, settings.frontier_points)
        _polish(game, labels, settings.frontier_points)
    return _assemble(game, labels, settings, before)


def _failed(game: Game) -> Frontier:
    empty = np.empty((0, len(game.low)))
    sentence = "No deal has a solution, so there is no frontier to show."
    return Frontier("failed", empty, np.empty((0, 2)), np.zeros(0, dtype=bool), (), 0, 0, 0, 0, sentence)


def _ends(game: Game, labels: dict[bytes, str]) -> None:
    rows = [side(game, 0), side(game, 1)]
    for shares in ((1.0, TRACE), (TRACE, 1.0)):
        found = search(game, Problem(blend(rows, shares)), known=2)
        if found is not None:
            labels.setdefault(found.deal.tobytes(), "ends")


def _weighted(game: Game, labels: dict[bytes, str], count: int) -> None:
    rows = [side(game, 0), side(game, 1)]
    for angle in np.linspace(0, np.pi / 2, count + 2)[1:-1]:
        found = search(game, Problem(blend(rows, (np.cos(angle), np.sin(angle)))))
        if found is not None:
            labels.setdefault(found.deal.tobytes(), "weighted")


def _fill_gaps(game: Game, labels: dict[bytes, str], count: int) -> None:
    """Put an epsilon constraint in the middle of the widest gap until there are `count` points."""
    tried: dict[tuple[bytes, bytes], int] = {}
    for _ in range(3 * count):
        if game.exhausted:
            return
        found = np.array([np.frombuffer(key) for key in labels])
        measures, _ = game.solve(found)
        payoffs = game.payoffs(measures)
        order = efficient(payoffs, game.tolerance)
        if len(order) >= count or len(order) < 2:
            return
        keys = [found[i].tobytes() for i in order]
        gap = _widest_gap(game, payoffs[order], keys, tried)
        if gap is None:
            return
        pair = (keys[gap], keys[gap + 1])
        # Nothing between them on one axis does not mean nothing on the other.
        other_axis = tried.get(pair, 0) == 1
        tried[pair] = tried.get(pair, 0) + 1
        ends = order[[gap, gap + 1]]
        _split(game, labels, found[ends], payoffs[ends], other_axis)


def _widest_gap(game: Game, payoffs: Array, keys: list[bytes], tried: Mapping[tuple[bytes, bytes], int]) -> int | None:
    """Return the widest gap between neighbours not tried on both axes; gaps in the zone count double."""
    steps = np.diff(payoffs, axis=0) / game.scale
    width = np.hypot(steps[:, 0], steps[:, 1])
    # The best of both neighbours bounds what lies between them.
    corner = np.maximum(payoffs[:-1], payoffs[1:])
    width = np.where((corner >= game.no_deal).all(axis=1), 2 * width, width)
    for gap in np.argsort(-width, kind="stable"):
        if width[gap] < 1e-6:
            return None
        if tried.get((keys[gap], keys[gap + 1]), 0) < 2:
            return int(gap)
    return None


def _split(game: Game, labels: dict[bytes, str], ends: Array, payoffs: Array, other_axis: bool) -> None:
    """Maximise one side with the other held at the middle of the gap between two deals."""
    step = np.abs(payoffs[1] - payoffs[0]) / game.scale
    held = int(step[0] < step[1]) ^ int(other_axis)
    # Half-way between two efficient deals is nearly efficient; a second attempt also starts elsewhere.
    _epsilon(game, labels, held, float(payoffs[:, held].mean()), ends.mean(axis=0), known=int(other_axis))


def _epsilon(game: Game, labels: dict[bytes, str], held: int, level: float, start: Array, known: int = 0) -> None:
    """Maximise one side with the other held at a level."""
    rows = (side(game, held, level), side(game, 1 - held))
    problem = Problem(blend(rows, (TRACE, 1.0)), bounds=(rows[0],))
    found = search(game, problem, starts=[start], known=known)
    if found is not None:
        labels.setdefault(found.deal.tobytes(), "epsilon")


def _polish(game: Game, labels: dict[bytes, str], count: int) -> None:
    """Sharpen sampled deals that nothing solved dominates: hold one side there and maximise the other."""
    for _ in range(count):
        outcomes = game.outcomes
        order = efficient(outcomes, game.tolerance)
        chosen = order[_spaced(outcomes[order] / game.scale, _searched(game, labels)[order], count)]
        raw = [i for i in chosen if game.deals[i].tobytes() not in labels]
        if not raw or game.exhausted:
            return
        deal = game.deals[raw[0]]
        _epsilon(game, labels, 0, float(outcomes[raw[0], 0]), deal)
        # If it stands, it is as good as one that was searched for.
        labels.setdefault(deal.tobytes(), "epsilon")


def _searched(game: Game, labels: Mapping[bytes, str]) -> Mask:
    return np.array([deal.tobytes() in labels for deal in game.deals])


def _assemble(game: Game, labels: dict[bytes, str], settings: Settings, before: Mapping[str, int]) -> Frontier:
    deals, outcomes = game.deals, game.outcomes
    order = efficient(outcomes, game.tolerance)
    searched = _searched(game, labels)
    dominated = int(searched.sum() - searched[order].sum())
    kept = _spaced(outcomes[order] / game.scale, searched[order], settings.frontier_points)
    order = order[kept]
    found_by = tuple(labels.get(deals[i].tobytes(), "sample") for i in order)
    work = {name: count - before[name] for name, count in game.work().items()}
    rational = game.beats_no_deal(outcomes[order])
    sentence = (
        f"{len(order)} efficient deals, {int(rational.sum())} of them better than no deal for both, each "
        f"solved; {work['solves']} solves, {work['gradients']} gradients, {dominated} found points dominated."
    )
    return Frontier(
        "ok",
        deals[order],
        outcomes[order],
        rational,
        found_by,
        dominated,
        work["solves"],
        work["gradients"],
        work["failed"],
        sentence,
    )


def _spaced(payoffs: Array, searched: Mask, count: int) -> Index:
    """Choose up to `count` of the efficient points: the ends, the searched ones, then the farthest apart."""
    size = len(payoffs)
    if size <= count:
        return np.arange(size)
    chosen = [0, size - 1]
    distance = np.minimum(np.linalg.norm(payoffs - payoffs[0], axis=1), np.linalg.norm(payoffs - payoffs[-1], axis=1))
    while len(chosen) < count:
        # A searched point is sharper than its sampled neighbour, so it is taken from twice as near.
        i = int(np.argmax(np.where(searched, 2.0, 1.0) * distance))
        if distance[i] < 1e-7:
            break
        chosen.append(i)
        distance = np.minimum(distance, np.linalg.norm(payoffs - payoffs[i], axis=1))
    return np.sort(np.array(chosen, dtype=np.intp))
