"""Analytic negotiations whose answers are known by hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from dealspace.bargaining import IssueAxis, MeasureTable
from dealspace.errors import NotConvergedError, unknown_name

PARTIES = ("AAA", "BBB")


class ToyModel:
    """Measures ``f(x)`` with gradient ``g(x)``; `fails(x)` marks deals without a solution."""

    def __init__(
        self,
        axes: tuple[IssueAxis, ...],
        names: tuple[str, ...],
        f: Callable[[np.ndarray], np.ndarray],
        g: Callable[[np.ndarray], np.ndarray],
        policies: Mapping[str, np.ndarray],
        fails: Callable[[np.ndarray], bool] = lambda x: False,
    ):
        self.issues, self.measure_names, self.parties = axes, names, PARTIES
        self._f, self._g, self._policies, self._fails = f, g, policies, fails
        self.solved = self.gradients = 0

    def evaluate(self, deals):
        assert (deals >= [axis.low - 1e-12 for axis in self.issues]).all()
        assert (deals <= [axis.high + 1e-12 for axis in self.issues]).all()
        self.solved += len(deals)
        ok = np.array([not self._fails(x) for x in deals], dtype=bool)
        values = np.full((len(deals), len(self.measure_names)), np.nan)
        for i in np.flatnonzero(ok):
            values[i] = self._f(deals[i])
        return MeasureTable(values, ok, tuple("" if fine else "the toy has no solution there" for fine in ok))

    def gradient(self, deal):
        self.gradients += 1
        if self._fails(deal):
            raise NotConvergedError("the toy has no solution there")
        return self._g(deal)

    def policy_values(self, name):
        if name not in self._policies:
            raise unknown_name("policy", name, self._policies)
        return np.asarray(self._policies[name], dtype=float)


def axis(name, by, low=0.0, high=1.0, **more):
    return IssueAxis(name=name, by=by, low=low, high=high, unit=more.pop("unit", ""), **more)


EV = ("ev:AAA", "ev:BBB")
ZERO = np.zeros(2)


def linear(matrix, constant=(0.0, 0.0), no_deal=(0.0, 0.0), **more):
    """ev = constant + matrix @ x on the unit box; party of issue k alternates."""
    matrix, constant = np.asarray(matrix, dtype=float), np.asarray(constant, dtype=float)
    axes = more.pop("axes", None) or tuple(axis(f"x{k}", PARTIES[k % 2], toward="high") for k in range(matrix.shape[1]))
    policies = {"status-quo": ZERO, "no-deal": np.asarray(no_deal, dtype=float)}
    return ToyModel(axes, EV, lambda x: constant + matrix @ x, lambda x: matrix, policies, **more)


def pie(no_deal=(0.0, 0.0), scale=(1.0, 1.0)):
    """u1 = s1 x, u2 = s2 (1 - x): the straight frontier u1/s1 + u2/s2 = 1, with no waste possible."""
    s1, s2 = scale
    return linear([[s1], [-s2]], constant=(0.0, s2), no_deal=no_deal)


def wasteful_pie(no_deal=(0.0, 0.0)):
    """u1 = x y, u2 = (1 - x) y: split x of a pie of size y; frontier u1 + u2 = 1 at y = 1."""

    def f(x):
        return np.array([x[0] * x[1], (1 - x[0]) * x[1]])

    def g(x):
        return np.array([[x[1], x[0]], [-x[1], 1 - x[0]]])

    axes = (axis("split", "BBB", toward="high"), axis("size", "AAA", toward="high"))
    return ToyModel(axes, EV, f, g, {"status-quo": ZERO, "no-deal": np.asarray(no_deal, dtype=float)})


def quarter_circle(no_deal=(0.0, 0.0)):
    """u = y (cos(pi x / 2), sin(pi x / 2)): frontier u1^2 + u2^2 = 1."""

    def f(x):
        a = np.pi * x[0] / 2
        return x[1] * np.array([np.cos(a), np.sin(a)])

    def g(x):
        a = np.pi * x[0] / 2
        c, s = np.cos(a), np.sin(a)
        return np.array([[-x[1] * s * np.pi / 2, c], [x[1] * c * np.pi / 2, s]])

    axes = (axis("angle", "AAA", toward="high"), axis("size", "BBB", toward="high"))
    return ToyModel(axes, EV, f, g, {"status-quo": ZERO, "no-deal": np.asarray(no_deal, dtype=float)})


def points(table, no_deal=(0.0, 0.0)):
    """One discrete issue whose levels give the rows of `table`."""
    table = np.asarray(table, dtype=float)
    levels = tuple(float(k) for k in range(len(table)))
    axes = (axis("which", "AAA", 0.0, levels[-1], levels=levels),)
    policies = {"status-quo": ZERO, "no-deal": np.asarray(no_deal, dtype=float)}
    return ToyModel(axes, EV, lambda x: table[round(x[0])], lambda x: np.zeros((2, 1)), policies)


def quadratic(seed, issues=4, no_deal=None):
    """Two concave-convex quadratics with random coefficients, so that issues interact and bend the frontier."""
    rng = np.random.default_rng(seed)
    a = rng.normal(size=(2, issues)) * 3
    b = rng.normal(size=(2, issues, issues))
    b = (b + b.transpose(0, 2, 1)) / 2

    def f(x):
        return a @ x - np.einsum("pij,i,j->p", b, x, x)

    def g(x):
        return a - 2 * np.einsum("pij,j->pi", b, x)

    axes = tuple(axis(f"x{k}", PARTIES[k % 2], toward="high") for k in range(issues))
    if no_deal is None:
        no_deal = f(np.full(issues, 0.5))
    return ToyModel(axes, EV, f, g, {"status-quo": ZERO, "no-deal": np.asarray(no_deal)})


def make_game(model, weights=None, settings=None):
    """Return a game with its sample solved; no deal is the model's own policy."""
    from dealspace.bargaining import Settings
    from dealspace.bargaining.game import Game
    from dealspace.bargaining.zone import draw_sample

    weights = np.eye(2) if weights is None else np.asarray(weights, dtype=float)
    origin = model.policy_values("status-quo")
    game = Game(model, weights, origin, weights @ (model.policy_values("no-deal") - origin))
    sample = draw_sample(game, settings or Settings(sample=128))
    return game, sample
