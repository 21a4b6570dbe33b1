"""Undominated points, hulls, and the closed forms on straight pieces."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from dealspace.bargaining.game import efficient
from dealspace.bargaining.hull import best_leximin, best_nash, pieces_above, upper_hull
from dealspace.bargaining.stats import bootstrap_mean, wilson

TINY = np.full(2, 1e-12)


def brute_efficient(points):
    return {i for i, p in enumerate(points) if not any((q >= p).all() and (q > p).any() for q in points)}


@given(arrays(float, st.tuples(st.integers(1, 25), st.just(2)), elements=st.integers(0, 6).map(float)))
@settings(max_examples=150, deadline=None)
def test_efficient_points_are_those_nothing_dominates(points):
    found = efficient(points, TINY)
    expected = {tuple(points[i]) for i in brute_efficient(points)}
    assert {tuple(points[i]) for i in found} == expected
    assert len(found) == len(expected)  # duplicates are dropped
    assert (np.diff(points[found, 0]) > 0).all()
    assert (np.diff(points[found, 1]) < 0).all()


@given(arrays(float, st.tuples(st.integers(1, 25), st.just(2)), elements=st.integers(0, 9).map(float)))
@settings(max_examples=150, deadline=None)
def test_no_point_lies_above_the_hull(points):
    chain = upper_hull(points, TINY)
    for angle in np.linspace(0.01, np.pi / 2 - 0.01, 25):
        direction = np.array([np.cos(angle), np.sin(angle)])
        assert (points @ direction).max() == pytest.approx((points[chain] @ direction).max(), abs=1e-9)


def test_points_on_a_straight_piece_are_left_out_of_the_hull():
    points = np.array([[0, 1], [0.5, 0.5], [1, 0], [0.2, 0.2], [0.4, 0.55]])
    assert upper_hull(points, TINY).tolist() == [0, 2]


def test_pieces_stop_at_no_deal():
    points = np.array([[0.0, 1.0], [1.0, 0.0]])
    (piece,) = pieces_above(points, upper_hull(points, TINY), np.array([0.2, 0.3]), TINY)
    np.testing.assert_allclose([piece.low, piece.high], [0.2, 0.7])
    assert pieces_above(points, upper_hull(points, TINY), np.array([0.6, 0.6]), TINY) == []
    (touch,) = pieces_above(points, upper_hull(points, TINY), np.array([0.5, 0.5]), TINY)
    np.testing.assert_allclose(touch.at(touch.low), [0.5, 0.5])


@pytest.mark.parametrize(("beta", "expected"), [(0.5, [0.45, 0.55]), (0.25, [0.225 + 0.1, 0.675 + 0.0])])
def test_nash_on_a_straight_piece_splits_the_surplus_by_beta(beta, expected):
    points = np.array([[0.0, 1.0], [1.0, 0.0]])
    floor = np.array([0.1, 0.2]) if beta == 0.5 else np.array([0.1, 0.0])
    piece, t = best_nash(pieces_above(points, upper_hull(points, TINY), floor, TINY), floor, beta)
    # u_p = d_p + beta_p (1 - d1 - d2)
    np.testing.assert_allclose(piece.at(t), expected, atol=1e-12)


def test_leximin_takes_the_larger_when_the_smaller_is_level():
    points = np.array([[0.3, 1.0], [0.3, 1.0], [0.9, 0.3]])
    floor, unit = np.zeros(2), np.ones(2)
    piece, t = best_leximin(pieces_above(points[:1], np.array([0]), floor, TINY), floor, unit)
    np.testing.assert_allclose(piece.at(t), [0.3, 1.0])
    pieces = pieces_above(points, upper_hull(points, TINY), floor, TINY)
    piece, t = best_leximin(pieces, floor, unit)
    # On the line from (.3, 1) to (.9, .3): 0.3 + 0.6 t = 1 - 0.7 t at t = 7/13.
    np.testing.assert_allclose(piece.at(t), np.full(2, 0.3 + 0.6 * 7 / 13))


def test_wilson_interval_by_hand():
    # n = 10, k = 5: centre 0.5, half width 1.96 sqrt(0.025 + 0.0960) / 1.384 ...
    z = 1.959963984540054
    half = z * np.sqrt(0.025 + z * z / 400) / (1 + z * z / 10)
    np.testing.assert_allclose(wilson(5, 10), (0.5 - half, 0.5 + half))
    assert wilson(0, 10)[0] == 0.0
    assert wilson(10, 10)[1] == 1.0
    assert wilson(0, 0) == (0.0, 1.0)


def test_bootstrap_interval_is_about_two_standard_errors():
    values = np.random.default_rng(0).normal(3.0, 2.0, 400)
    low, high = bootstrap_mean(values, np.random.default_rng(1), resamples=4000)
    error = values.std() / 20
    assert low == pytest.approx(values.mean() - 1.96 * error, abs=0.15 * error)
    assert high == pytest.approx(values.mean() + 1.96 * error, abs=0.15 * error)
