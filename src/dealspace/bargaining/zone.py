"""Which deals both sides prefer to no deal: the sample that is solved, and what it shows."""

from __future__ import annotations

import itertools
from collections import Counter

import numpy as np
from scipy.stats import qmc

from .game import Game
from .model import Array, Mask
from .results import DealPoint, Sample, Settings, Zone
from .rows import blend
from .search import Found, Problem, search, side
from .stats import wilson
from .words import amount

# Regular grid levels per continuous issue, by the number of continuous issues: at most 125 deals.
GRID_LEVELS = {1: 33, 2: 9, 3: 5}
ALL_PACKAGES = 4096


def draw_sample(game: Game, settings: Settings, extra: Array | None = None) -> Sample:
    """Solve the sample: space-filling deals, corners, a grid when issues are few, and named deals.

    Parameters
    ----------
    extra
        (E, K) named deals (tabled offers, the status quo) to be solved with the rest, or None.
    """
    uniform, what = _space_filling(game, settings)
    corners = _corners(game, settings)
    grid = _grid(game)
    named = np.empty((0, len(game.low))) if extra is None else game.tidy(extra)
    deals = np.vstack([uniform, corners, grid, named])
    measures, ok = game.solve(deals)
    game.set_scale()
    reasons = Counter(game.failure(deal) for deal in deals[~ok])
    return Sample(
        deals=deals,
        payoffs=game.payoffs(measures),
        ok=ok,
        uniform=np.arange(len(deals)) < len(uniform),
        failed=int(np.sum(~ok)),
        reasons=dict(reasons),
        words=f"{what}, {len(corners)} corners, {len(grid)} grid points and {len(named)} named deals",
    )


def _space_filling(game: Game, settings: Settings) -> tuple[Array, str]:
    """Return every package when all issues are discrete and few, scrambled Sobol points otherwise."""
    axes = game.model.issues
    choices = [sorted(axis.levels) if axis.levels is not None else [axis.low] for axis in axes]
    packages = int(np.prod([len(c) for c in choices], dtype=float).clip(max=1e9))
    if not len(game.free) and packages <= ALL_PACKAGES:
        return game.tidy(np.array(list(itertools.product(*choices)))), f"all {packages} packages"
    power = max(3, int(np.ceil(np.log2(max(settings.sample, 8)))))
    points = qmc.Sobol(len(axes), rng=np.random.default_rng(settings.seed)).random_base2(power)
    deals = game.low + points * game.span
    for k in game.discrete:
        levels = np.array(choices[k])
        deals[:, k] = levels[np.minimum((points[:, k] * len(levels)).astype(int), len(levels) - 1)]
    return game.tidy(deals), f"{len(deals)} scrambled Sobol points (seed {settings.seed})"


def _corners(game: Game, settings: Settings) -> Array:
    """Return the corners of the box; beyond `settings.corners`, the telling ones and a random choice."""
    axes = game.model.issues
    ends = np.array([[axis.kept, axis.conceded] for axis in axes])
    moving = np.flatnonzero(game.span > 0)
    if 2.0 ** len(moving) <= settings.corners:
        bits = np.array(list(itertools.product([0, 1], repeat=len(moving))), dtype=int)
    else:
        rng = np.random.default_rng([settings.seed, 1])
        by_first = np.array([axes[k].by == game.model.parties[0] for k in moving], dtype=int)
        telling = [by_first * 0, by_first * 0 + 1, by_first, 1 - by_first]
        rest = rng.integers(0, 2, size=(max(settings.corners - 4, 0), len(moving)))
        bits = np.unique(np.vstack([telling, rest]), axis=0)
    picks = np.zeros((len(bits), len(axes)), dtype=int)
    picks[:, moving] = bits
    return game.tidy(ends[np.arange(len(axes)), picks])


def _grid(game: Game) -> Array:
    """Return a regular grid when one to three issues are continuous and the discrete packages are few."""
    axes = game.model.issues
    levels = GRID_LEVELS.get(len(game.free), 0)
    packages = float(np.prod([len(axes[k].levels or ()) for k in game.discrete], dtype=float))
    if not levels or packages * levels ** len(game.free) > 512:
        return np.empty((0, len(axes)))
    values: list[list[float]] = []
    for k, axis in enumerate(axes):
        if axis.levels is not None:
            values.append(sorted(axis.levels))
        elif k in game.free:
            values.append(np.linspace(axis.low, axis.high, levels).tolist())
        else:
            values.append([axis.low])
    return game.tidy(np.array(list(itertools.product(*values))))


def best_for(game: Game, party: int) -> Found | None:
    """Return the deal best for `party` among those both prefer to no deal, by gradient; None if none is."""
    other = 1 - party
    rows = [side(game, party, game.no_deal[party]), side(game, other, game.no_deal[other])]
    # A trace of the other's pay-off breaks ties, so that the point is efficient.
    objective = blend(rows, [1.0, 1e-7])
    return search(game, Problem(objective, bounds=(rows[1], rows[0])), known=2)


def look_for_zone(game: Game) -> Found | None:
    """Return the deal that lifts the worse-off side furthest above no deal (in units of the spread)."""
    parts = tuple(side(game, p, game.no_deal[p]) for p in (0, 1))
    return search(game, Problem(None, parts=parts), known=3)


def find_zone(game: Game, sample: Sample) -> Zone:
    """Return the zone of possible agreement; searches by gradient before it says that there is none."""
    rational = np.zeros(len(sample.ok), dtype=bool)
    rational[sample.ok] = game.beats_no_deal(sample.payoffs[sample.ok])
    if not sample.ok.any():
        return _nothing_solved(rational)
    usable = sample.uniform & sample.ok
    count = int(usable.sum())
    in_zone = int(rational[usable].sum())
    share = in_zone / count if count else float("nan")
    accept = np.full(2, np.nan)
    if count:
        accept = np.mean(sample.payoffs[usable] >= game.no_deal - game.tolerance, axis=0)
    nearest = None if game.beats_no_deal(game.outcomes).any() else look_for_zone(game)
    best = _best_deals(game) if game.beats_no_deal(game.outcomes).any() else ()
    interval = wilson(in_zone, count)
    if best:
        sentence = _zone_words(game, share, interval, best)
        return Zone("ok", rational, share, interval, accept, best, sentence)
    sentence = _empty_words(game, nearest)
    return Zone("no-zone", rational, share, interval, accept, (), sentence)


def _nothing_solved(rational: Mask) -> Zone:
    sentence = "No deal of the sample has a solution, so nothing can be said of a zone."
    return Zone("failed", rational, float("nan"), (0.0, 1.0), np.full(2, np.nan), (), sentence)


def _best_deals(game: Game) -> tuple[DealPoint, ...]:
    points = []
    for party, name in enumerate(game.model.parties):
        found = best_for(game, party)
        if found is not None:
            payoffs = game.payoffs(found.measures)
            points.append(DealPoint(f"best for {name}", "best", found.deal, payoffs, found.measures))
    return tuple(points)


def _zone_words(game: Game, share: float, interval: tuple[float, float], best: tuple[DealPoint, ...]) -> str:
    first, second = game.model.parties
    gains = np.max([point.payoffs - game.no_deal for point in best], axis=0)
    return (
        f"{share:.1%} of packages ({interval[0]:.1%} to {interval[1]:.1%}) beat no deal for both; without the "
        f"other losing, {first} gains at most {amount(gains[0])} over no deal and {second} "
        f"{amount(gains[1])}."
    )


def _empty_words(game: Game, nearest: Found | None) -> str:
    text = "No single package beats no deal for both sides"
    if nearest is None:
        return text + "."
    gains = game.payoffs(nearest.measures) - game.no_deal
    worse = int(np.argmin(gains / game.scale))
    if gains[worse] >= -game.tolerance[worse]:
        return text + "; the best leave both exactly where no deal does."
    return f"{text}; the nearest leaves {game.model.parties[worse]} {amount(-gains[worse])} short of it."
