"""Axiomatic solutions against closed forms."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dealspace.bargaining import Settings
from dealspace.bargaining.frontier import trace_frontier
from dealspace.bargaining.solutions import solve_bargain

from .toys import linear, make_game, pie, points, quadratic, quarter_circle, wasteful_pie

SMALL = Settings(sample=128, frontier_points=12)
DEALS = Settings(sample=128, frontier_points=12, lotteries=False)
TRAP = [(1, 0.1), (0.1, 1), (0.60, 0.58), (0.59, 0.99)]


def solve(model, setup=SMALL, weights=None, money=True):
    game, _ = make_game(model, weights, setup)
    trace_frontier(game, setup)
    return solve_bargain(game, setup, money)


@pytest.mark.parametrize("setup", [SMALL, DEALS], ids=["lotteries", "deals"])
@pytest.mark.parametrize("model", [pie, wasteful_pie])
def test_nash_splits_a_pie_in_half(model, setup):
    for solution in solve(model(), setup).values():
        np.testing.assert_allclose(solution.payoffs, [0.5, 0.5], atol=2e-4)
        assert solution.status == "ok"
        assert solution.probabilities.sum() == pytest.approx(1.0)


def test_nash_on_deals_is_exact_by_gradient():
    np.testing.assert_allclose(solve(wasteful_pie(), DEALS)["nash"].payoffs, [0.5, 0.5], atol=1e-5)


@pytest.mark.parametrize("setup", [SMALL, DEALS], ids=["lotteries", "deals"])
def test_pie_with_outside_options(setup):
    # Each gets its no deal and half of the rest: d = (.1, .3), rest .6.
    solutions = solve(wasteful_pie(no_deal=(0.1, 0.3)), setup)
    for name in ("nash", "kalai-smorodinsky", "egalitarian"):
        np.testing.assert_allclose(solutions[name].payoffs, [0.4, 0.6], atol=3e-4)
        np.testing.assert_allclose(solutions[name].ideal, [0.7, 0.9], atol=1e-5)


@pytest.mark.parametrize("beta", [0.2, 0.8])
def test_asymmetric_nash_on_a_circle(beta):
    # max beta log cos a + (1-beta) log sin a: sin^2 a = 1 - beta.
    for lotteries in (True, False):
        setup = Settings(sample=128, frontier_points=20, beta=beta, lotteries=lotteries)
        expected = [np.sqrt(beta), np.sqrt(1 - beta)]
        solution = solve(quarter_circle(), setup)["nash"]
        np.testing.assert_allclose(solution.payoffs, expected, atol=2e-3)
        log_value = beta * np.log(solution.payoffs[0]) + (1 - beta) * np.log(solution.payoffs[1])
        best = beta * np.log(expected[0]) + (1 - beta) * np.log(expected[1])
        assert log_value == pytest.approx(best, abs=1e-5)
        assert solution.beta == beta


def test_kalai_smorodinsky_on_a_circle_with_outside_options():
    # d = (.6, 0): ideal (1, .8); the point on the circle where (u1-.6)/.4 = u2/.8, i.e. u2 = 2 u1 - 1.2:
    # 5 u1^2 - 4.8 u1 + .44 = 0, u1 = (4.8 + sqrt(23.04 - 8.8)) / 10.
    u1 = (4.8 + np.sqrt(23.04 - 8.8)) / 10
    for setup in (SMALL, DEALS):
        solution = solve(quarter_circle(no_deal=(0.6, 0.0)), setup)["kalai-smorodinsky"]
        np.testing.assert_allclose(solution.ideal, [1.0, 0.8], atol=1e-4)
        np.testing.assert_allclose(solution.payoffs, [u1, 2 * u1 - 1.2], atol=3e-4)
        assert solution.normalised[0] == pytest.approx(solution.normalised[1], abs=1e-3)


def test_the_kalai_smorodinsky_trap():
    solution = solve(points(TRAP), DEALS)["kalai-smorodinsky"]
    np.testing.assert_allclose(solution.payoffs, [0.59, 0.99])
    assert solution.over == "deals"
    # With lotteries the crossing lies between (.59, .99) and (1, .1): .59 + .41 t = .99 - .89 t.
    lottery = solve(points(TRAP))["kalai-smorodinsky"]
    t = 0.4 / 1.3
    np.testing.assert_allclose(lottery.payoffs, np.full(2, 0.59 + 0.41 * t))
    np.testing.assert_allclose(np.sort(lottery.probabilities), [t, 1 - t])
    np.testing.assert_allclose(lottery.probabilities @ lottery.deal_payoffs, lottery.payoffs)
    assert "two deals" in lottery.sentence


def test_a_lottery_can_reach_what_no_single_deal_can():
    model = points([(4, -1), (-1, 4)])
    for solution in solve(model, DEALS).values():
        assert solution.status == "no-zone"
        assert np.isnan(solution.payoffs).all()
        assert len(solution.deals) == 0
    np.testing.assert_allclose(solve(model)["nash"].payoffs, [1.5, 1.5])
    np.testing.assert_allclose(solve(model)["nash"].probabilities, [0.5, 0.5])


@given(
    st.integers(0, 5),
    st.tuples(st.floats(0.01, 100), st.floats(0.01, 100)),
    st.tuples(st.floats(-50, 50), st.floats(-50, 50)),
)
@settings(max_examples=12, deadline=None)
def test_nash_and_kalai_smorodinsky_are_invariant_to_affine_rescaling(seed, scale, shift):
    rng = np.random.default_rng(seed)
    table = rng.random((7, 2))
    scaled = table * scale + shift
    for setup in (SMALL, DEALS):
        base = solve(points(table), setup)
        other = solve(points(scaled, no_deal=shift), setup)
        for name in ("nash", "kalai-smorodinsky"):
            expected = base[name].payoffs * scale + shift
            np.testing.assert_allclose(other[name].payoffs, expected, rtol=1e-6, atol=1e-6 * max(scale))
            np.testing.assert_array_equal(other[name].deals, base[name].deals)


def test_weights_rescale_without_moving_the_deal():
    base = solve(quadratic(3), DEALS)["nash"]
    other = solve(quadratic(3), DEALS, weights=[[1e-3, 0], [0, 250.0]])["nash"]
    np.testing.assert_allclose(other.gains, base.gains * [1e-3, 250.0], rtol=1e-3)


def test_relabelling_the_parties_swaps_the_solution():
    one = solve(points(TRAP))
    two = solve(points([row[::-1] for row in TRAP]))
    for name in one:
        np.testing.assert_allclose(one[name].payoffs, two[name].payoffs[::-1])


def test_an_empty_zone_gives_sentences_and_no_numbers():
    for setup in (SMALL, DEALS):
        for solution in solve(wasteful_pie(no_deal=(0.7, 0.7)), setup).values():
            assert solution.status == "no-zone"
            assert np.isnan(solution.payoffs).all()
            assert "no solution" in solution.sentence


def test_a_side_with_nothing_to_gain_is_left_out():
    # The first party gets nothing whatever happens; the second gets what it can.
    for setup in (SMALL, DEALS):
        for solution in solve(linear([[0.0], [2.0]]), setup).values():
            assert solution.status == "degenerate"
            np.testing.assert_allclose(solution.payoffs, [0.0, 2.0], atol=1e-6)
            assert np.isnan(solution.normalised[0])
            assert "AAA can gain nothing" in solution.sentence


def test_equal_payoffs_everywhere_are_degenerate_for_both():
    for setup in (SMALL, DEALS):
        solution = solve(linear([[0.0], [0.0]]), setup)["nash"]
        assert solution.status == "degenerate"
        np.testing.assert_allclose(solution.payoffs, [0.0, 0.0])


def test_aligned_interests_have_one_efficient_point():
    for setup in (SMALL, DEALS):
        for solution in solve(linear([[1.0, 2.0], [3.0, 1.0]]), setup).values():
            np.testing.assert_allclose(solution.payoffs, [3.0, 4.0])


def test_egalitarian_needs_money():
    solutions = solve(points(TRAP), money=False)
    assert solutions["egalitarian"].status == "not-money"
    assert np.isnan(solutions["egalitarian"].payoffs).all()
    assert solutions["nash"].status == "ok"


def test_egalitarian_equalises_money_and_not_shares():
    # u1 = 4 x, u2 = 1 - x: equal gains at x = 1/5; equal shares at x = 1/2.
    for setup in (SMALL, DEALS):
        solutions = solve(pie(scale=(4.0, 1.0)), setup)
        np.testing.assert_allclose(solutions["egalitarian"].payoffs, [0.8, 0.8], atol=1e-3)
        np.testing.assert_allclose(solutions["kalai-smorodinsky"].payoffs, [2.0, 0.5], atol=1e-3)


@pytest.mark.parametrize("seed", range(4))
def test_nash_is_not_beaten_by_random_deals_or_mixes(seed):
    model = quadratic(seed)
    solution = solve(model, Settings(sample=256))["nash"]
    rng = np.random.default_rng(seed)
    payoffs = model.evaluate(rng.random((5000, 4))).values
    mixes = np.vstack([payoffs, (payoffs + payoffs[rng.permutation(5000)]) / 2])
    gains = np.maximum(mixes - solution.disagreement, 0)
    assert np.prod(solution.gains) >= 0.999 * np.prod(gains, axis=1).max()
