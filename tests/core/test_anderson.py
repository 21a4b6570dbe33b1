"""The accelerated fixed point, on maps whose answers are known."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
import pytest

from dealspace.core import runtime  # noqa: F401  (float64)
from dealspace.core.anderson import fixed_point


def _linear(seed: int, size: int, radius: float):
    rng = np.random.default_rng(seed)
    matrix = rng.normal(size=(size, size))
    matrix *= radius / np.abs(np.linalg.eigvals(matrix)).max()
    offset = rng.normal(size=size)
    answer = np.linalg.solve(np.eye(size) - matrix, offset)
    a, b = jnp.asarray(matrix), jnp.asarray(offset)

    def step(x):
        image = a @ x + b
        return image, jnp.max(jnp.abs(image - x))

    return step, answer


@pytest.mark.parametrize("radius", [0.5, 0.95])
def test_linear_maps_end_at_their_solution(radius):
    step, answer = _linear(1, 12, radius)
    end = fixed_point(step, jnp.zeros(12), jnp.asarray(1e-12), 500)
    assert bool(end.converged)
    np.testing.assert_allclose(end.x, answer, atol=1e-10 * np.abs(answer).max() / (1 - radius))


def test_acceleration_beats_the_plain_iteration():
    step, _ = _linear(2, 12, 0.95)
    end = fixed_point(step, jnp.zeros(12), jnp.asarray(1e-10), 1000)
    x, plain = jnp.zeros(12), 0
    while float(step(x)[1]) > 1e-10:
        x, plain = step(x)[0], plain + 1
    assert int(end.iterations) < plain / 3


def test_the_start_may_be_the_answer():
    step, answer = _linear(3, 5, 0.5)
    end = fixed_point(step, jnp.asarray(answer), jnp.asarray(1e-9), 10)
    assert int(end.iterations) == 0
    np.testing.assert_array_equal(end.x, answer)


def test_a_map_without_fixed_point_is_not_called_converged():
    end = fixed_point(lambda x: (x + 1.0, jnp.asarray(1.0)), jnp.zeros(2), jnp.asarray(1e-10), 30)
    assert not bool(end.converged)
    assert int(end.iterations) == 30


def test_a_map_that_leaves_the_numbers_stops_at_once():
    end = fixed_point(lambda x: (x * jnp.nan, jnp.asarray(jnp.nan)), jnp.ones(2), jnp.asarray(1e-10), 30)
    assert not bool(end.converged)
    assert int(end.iterations) == 0


def test_no_entry_moves_further_than_the_limit():
    end = fixed_point(lambda x: (x + 100.0, jnp.asarray(1.0)), jnp.zeros(2), jnp.asarray(1e-10), 1, limit=0.5)
    np.testing.assert_allclose(end.x, 0.5)
