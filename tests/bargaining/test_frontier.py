"""The sample, the zone and the frontier."""

import itertools

import numpy as np
import pytest

from dealspace.bargaining import Settings
from dealspace.bargaining.frontier import trace_frontier
from dealspace.bargaining.game import Game
from dealspace.bargaining.zone import best_for, find_zone
from dealspace.errors import DealspaceError

from .toys import axis, linear, make_game, pie, points, quadratic, quarter_circle, wasteful_pie

SMALL = Settings(sample=128, frontier_points=20)


def worst_defeat(frontier, payoffs, scale):
    """Return by how much some deal beats a frontier point on both axes, in units of the spread."""
    gaps = (payoffs[None, :, :] - frontier[:, None, :]) / scale
    return gaps.min(axis=2).max()


@pytest.mark.parametrize("seed", range(5))
def test_the_frontier_is_not_beaten_by_random_deals_or_a_grid(seed):
    model = quadratic(seed)
    game, _ = make_game(model)
    frontier = trace_frontier(game, SMALL)
    rng = np.random.default_rng(seed)
    grid = np.array(list(itertools.product(np.linspace(0, 1, 5), repeat=4)))
    payoffs = model.evaluate(np.vstack([rng.random((20_000, 4)), grid])).values
    assert worst_defeat(frontier.payoffs, payoffs, game.scale) < 1e-6
    # The ends are the best of each side.
    assert frontier.payoffs[-1, 0] >= payoffs[:, 0].max() - 1e-6
    assert frontier.payoffs[0, 1] >= payoffs[:, 1].max() - 1e-6
    # Every point is solved: its pay-offs are those of its deal.
    np.testing.assert_allclose(model.evaluate(frontier.deals).values, frontier.payoffs)
    assert (np.diff(frontier.payoffs[:, 0]) > 0).all()
    assert (np.diff(frontier.payoffs[:, 1]) < 0).all()


def test_the_frontier_of_a_circle_is_the_circle_and_evenly_spaced():
    game, _ = make_game(quarter_circle())
    frontier = trace_frontier(game, SMALL)
    radius = np.hypot(*frontier.payoffs.T)
    np.testing.assert_allclose(radius, 1.0, atol=1e-6)
    assert len(frontier.payoffs) == 20
    steps = np.hypot(*np.diff(frontier.payoffs, axis=0).T)
    assert steps.max() < 2.5 * np.pi / 2 / 19
    assert frontier.rational.all()
    assert "epsilon" in frontier.found_by


def test_epsilon_constraints_find_the_dent_that_weighted_sums_cannot():
    # u1 = x^2, u2 = (1-x)^2: sqrt(u1) + sqrt(u2) = 1 bends inwards, all of it efficient.
    from .toys import EV, ZERO, ToyModel

    model = ToyModel(
        (axis("x", "AAA"),),
        EV,
        lambda x: np.array([x[0] ** 2, (1 - x[0]) ** 2]),
        lambda x: np.array([[2 * x[0]], [-2 * (1 - x[0])]]),
        {"status-quo": ZERO, "no-deal": ZERO},
    )
    game, _ = make_game(model)
    frontier = trace_frontier(game, SMALL)
    np.testing.assert_allclose(np.sqrt(frontier.payoffs).sum(axis=1), 1.0, atol=1e-9)
    inner = (frontier.payoffs[:, 0] > 0.1) & (frontier.payoffs[:, 0] < 0.5)
    assert inner.sum() >= 5


def test_discrete_and_continuous_issues_together():
    # Exhaustive: the discrete issue has three levels, the continuous ones are on a fine grid.
    axes = (
        axis("a", "AAA", toward="high"),
        axis("b", "BBB", 0.0, 2.0, levels=(0.0, 1.0, 2.0), toward="high"),
        axis("c", "BBB", toward="high"),
    )
    model = linear([[-1.0, 1.2, 0.7], [2.0, -1.1, -1.0]], axes=axes)
    game, _ = make_game(model)
    frontier = trace_frontier(game, SMALL)
    fine = np.linspace(0, 1, 21)
    every = np.array([(a, b, c) for a in fine for b in (0, 1, 2) for c in fine])
    assert worst_defeat(frontier.payoffs, model.evaluate(every).values, game.scale) < 1e-6
    assert set(frontier.deals[:, 1]) <= {0.0, 1.0, 2.0}


def test_a_step_of_dominated_deals_leaves_exact_points():
    table = [(0, 4), (1, 3), (1, 2), (2, 2), (0, 0), (3, 0)]
    game, sample = make_game(points(table))
    frontier = trace_frontier(game, SMALL)
    assert frontier.payoffs.tolist() == [[0, 4], [1, 3], [2, 2], [3, 0]]
    assert "all 6 packages" in sample.words


def test_the_zone_of_a_pie():
    # u1 = x >= .2 and 1 - x >= .3: half of all packages; best .7 and .8.
    game, sample = make_game(pie(no_deal=(0.2, 0.3)))
    zone = find_zone(game, sample)
    assert zone.status == "ok"
    assert zone.share == pytest.approx(0.5, abs=0.01)
    assert zone.share_interval[0] < 0.5 < zone.share_interval[1]
    np.testing.assert_allclose(zone.acceptable_to, [0.8, 0.7], atol=0.01)
    np.testing.assert_allclose(zone.best[0].payoffs, [0.7, 0.3], atol=1e-5)
    np.testing.assert_allclose(zone.best[1].payoffs, [0.2, 0.8], atol=1e-5)
    assert "of packages" in zone.sentence


def test_an_empty_zone_says_how_far_the_nearest_deal_is():
    game, sample = make_game(wasteful_pie(no_deal=(0.6, 0.6)))
    zone = find_zone(game, sample)
    assert zone.status == "no-zone"
    assert zone.best == ()
    assert zone.share == 0.0
    # At the even split each is 0.1 short.
    assert "0.1 short" in zone.sentence


def test_a_zone_too_small_for_the_sample_is_found_by_gradient():
    game, sample = make_game(wasteful_pie(no_deal=(0.4999, 0.4999)), settings=Settings(sample=8, corners=1))
    trace_frontier(game, Settings(frontier_points=3))
    zone = find_zone(game, sample)
    assert zone.status == "ok"
    assert (zone.best[0].payoffs >= 0.4999 - 1e-6).all()


def test_failed_deals_are_counted_and_never_used():
    def fails(x):
        return x[0] > 0.6

    model = linear([[1.0, 0.5], [-0.5, 1.0]], fails=fails)
    game, sample = make_game(model)
    frontier = trace_frontier(game, SMALL)
    zone = find_zone(game, sample)
    assert sample.failed == (~sample.ok).sum() > 0
    assert np.isnan(sample.payoffs[~sample.ok]).all()
    assert not zone.rational[~sample.ok].any()
    assert (frontier.deals[:, 0] <= 0.6).all()
    assert frontier.payoffs[-1, 0] == pytest.approx(1.1, abs=0.02)
    assert sum(sample.reasons.values()) == sample.failed
    assert "the toy has no solution there" in sample.reasons


def test_measures_that_are_no_numbers_count_as_failures():
    model = linear([[1.0], [-1.0]])
    model._f = lambda x: np.array([np.nan, 1.0]) if x[0] > 0.5 else np.array([x[0], -x[0]])
    game, sample = make_game(model)
    assert 0 < sample.failed < len(sample.ok)
    assert np.isfinite(game.measures).all()


def test_all_deals_failing_is_a_status():
    game, sample = make_game(linear([[1.0], [-1.0]], fails=lambda x: True))
    assert find_zone(game, sample).status == "failed"
    frontier = trace_frontier(game, SMALL)
    assert frontier.status == "failed"
    assert len(frontier.deals) == 0


def test_the_budget_bounds_the_work():
    model = quadratic(2)
    game, _ = make_game(model)
    before = model.solved, model.gradients
    game.limit(60, 25)
    frontier = trace_frontier(game, Settings(frontier_points=40))
    assert model.solved - before[0] <= 60
    assert model.gradients - before[1] <= 25
    assert frontier.status == "ok"


def test_nothing_is_solved_twice():
    model = quadratic(2)
    game, sample = make_game(model)
    solved = model.solved
    game.solve(sample.deals)
    assert model.solved == solved == game.solves
    best_for(game, 0)
    assert len(np.unique(game.deals, axis=0)) == len(game.deals)


def test_an_issue_without_room_is_left_alone():
    axes = (axis("a", "AAA", toward="high"), axis("fixed", "BBB", 0.3, 0.3))
    game, _ = make_game(linear([[1.0, 1.0], [-1.0, 1.0]], axes=axes))
    frontier = trace_frontier(game, SMALL)
    assert (frontier.deals[:, 1] == 0.3).all()
    np.testing.assert_allclose(frontier.payoffs[-1], [1.3, -0.7], atol=1e-9)


def test_many_issues_keep_the_sample_bounded():
    rng = np.random.default_rng(0)
    _, sample = make_game(linear(rng.normal(size=(2, 12))), settings=Settings(sample=64, corners=16))
    assert sample.uniform.sum() == 64
    assert len(sample.ok) <= 64 + 16
    # The corner at which everything is conceded is among them.
    assert (sample.deals == 1.0).all(axis=1).any()


def test_games_without_issues_or_with_strangers_are_refused():
    with pytest.raises(DealspaceError, match="CCC, who is not a party"):
        Game(linear([[1.0], [1.0]], axes=(axis("a", "CCC"),)), np.eye(2), np.zeros(2), np.zeros(2))
    with pytest.raises(DealspaceError, match="no issues"):
        Game(linear(np.zeros((2, 0)), axes=()), np.eye(2), np.zeros(2), np.zeros(2))
