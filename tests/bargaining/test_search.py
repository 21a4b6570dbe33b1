"""Sketches and searches: exact where they must be, and right where the model is not smooth."""

import numpy as np
import pytest

from dealspace.bargaining.rows import Linear, LogSum, blend
from dealspace.bargaining.search import Problem, search, side
from dealspace.bargaining.sketch import Anchored, fit_polynomial

from .toys import EV, ZERO, ToyModel, axis, linear, make_game, quadratic


def cubic(x):
    a, b = x
    return np.array([1 + 2 * a - b + 3 * a * b - a**2 * b, b**3 - 0.5 * a])


def cubic_slope(x):
    a, b = x
    return np.array([[2 + 3 * b - 2 * a * b, -1 + 3 * a - a**2], [-0.5, 3 * b**2]])


def test_a_cubic_is_fitted_exactly_with_its_slope():
    low, span = np.array([-1.0, 2.0]), np.array([2.0, 3.0])
    deals = low + span * np.random.default_rng(0).random((40, 2))
    polynomial = fit_polynomial(deals, np.array([cubic(x) for x in deals]), low, span)
    at = np.array([0.3, 4.1])
    np.testing.assert_allclose(polynomial.value(at), cubic(at), rtol=1e-8)
    np.testing.assert_allclose(polynomial.slope(at), cubic_slope(at), rtol=1e-7)


def test_few_deals_give_a_quadratic_and_very_few_none():
    rng = np.random.default_rng(0)
    low, span = np.zeros(2), np.ones(2)
    fit = [fit_polynomial(d, d, low, span) for d in (rng.random((n, 2)) for n in (40, 10, 5))]
    assert [None if p is None else int(p.powers.sum(axis=1).max()) for p in fit] == [3, 2, None]


def test_an_anchored_sketch_is_exact_at_its_anchor():
    low, span = np.zeros(2), np.ones(2)
    rng = np.random.default_rng(0)
    deals = rng.random((40, 2))
    polynomial = fit_polynomial(deals, np.sin(3 * deals), low, span)
    at = np.array([0.2, 0.7])
    exact, slope = np.array([5.0, -2.0]), np.array([[1.0, 2.0], [3.0, 4.0]])
    sketch = Anchored.at(polynomial, at, exact, slope)
    np.testing.assert_allclose(sketch.measures_at(at), exact)
    np.testing.assert_allclose(sketch.jacobian(at), slope)


def test_log_sum_has_its_derivative_on_both_sides_of_the_edge():
    rows = (Linear(np.array([1.0, 2.0]), -1.0), Linear(np.array([-1.0, 1.0]), 0.5))
    product = LogSum(rows, (0.3, 0.7), edge=0.01)
    for at in (np.array([1.0, 1.0]), np.array([0.1, 0.1])):
        numeric = [(product.value(at + h) - product.value(at - h)) / 2e-6 for h in np.eye(2) * 1e-6]
        np.testing.assert_allclose(product.slope(at), numeric, rtol=1e-5)
    assert product.value(np.array([1.0, 1.0])) == pytest.approx(0.3 * np.log(2) + 0.7 * np.log(0.5))


@pytest.mark.parametrize("seed", range(3))
def test_searched_optima_meet_first_order_conditions(seed):
    model = quadratic(seed)
    game, _ = make_game(model)
    row = blend([side(game, 0), side(game, 1)], (0.6, 0.4))
    found = search(game, Problem(row))
    slope = row.weights @ model.gradient(found.deal)
    inside = (found.deal > 1e-6) & (found.deal < 1 - 1e-6)
    np.testing.assert_allclose(slope[inside], 0.0, atol=5e-3)
    assert (slope[found.deal <= 1e-6] <= 1e-6).all()
    assert (slope[found.deal >= 1 - 1e-6] >= -1e-6).all()


def test_bounds_hold_at_what_is_found():
    model = quadratic(2)
    game, _ = make_game(model)
    problem = Problem(side(game, 0), bounds=(side(game, 1, game.no_deal[1]),))
    found = search(game, problem)
    assert game.payoffs(found.measures)[1] >= game.no_deal[1] - 1e-6 * game.scale[1]
    random = model.evaluate(np.random.default_rng(0).random((20_000, 4))).values
    allowed = random[random[:, 1] >= game.no_deal[1]]
    assert game.payoffs(found.measures)[0] >= allowed[:, 0].max()


def test_a_kink_is_climbed_to():
    # u1 = x up to the kink at 0.37, then falls; u2 is flat: the best deal is at the kink.
    def f(x):
        return np.array([min(x[0], 0.37) - 2 * max(x[0] - 0.37, 0.0), 0.0])

    model = ToyModel(
        (axis("x", "AAA"),),
        EV,
        f,
        lambda x: np.array([[1.0 if x[0] < 0.37 else -2.0], [0.0]]),
        {"status-quo": ZERO, "no-deal": ZERO},
    )
    game, _ = make_game(model)
    found = search(game, Problem(side(game, 0)))
    assert found.deal[0] == pytest.approx(0.37, abs=0.01)


def test_an_infeasible_problem_finds_nothing():
    game, _ = make_game(linear([[1.0], [-1.0]]))
    assert search(game, Problem(side(game, 0), bounds=(side(game, 1, 5.0),))) is None


def test_a_search_spends_few_gradients():
    model = quadratic(1)
    game, _ = make_game(model)
    search(game, Problem(blend([side(game, 0), side(game, 1)], (0.5, 0.5))))
    # The toy is quadratic, so its sketch is exact: one anchor to propose, one to confirm.
    assert model.gradients <= 3
