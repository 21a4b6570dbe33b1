"""The stacked equations must themselves be right: against the nested model, closed forms and hand arithmetic."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from rival import model
from rival.economies import Recipe, random_economy
from rival.model import NoEquilibriumFoundError, calibrate
from rival.policies import random_policy, slacken, still
from rival.stacked import BINDING, OVER, SLACK, Labour, Line, Problem, complex_step, no_change, solve
from rival.test_rival import one_sector

WORLDS = Recipe(regions=4, sectors=3, theta=(1.0, 8.0))


def drawn(seed: int, quotas: int = 2):
    rng = np.random.default_rng(seed)
    data = random_economy(rng, WORLDS)
    base = calibrate(*data)
    return base, random_policy(rng, data, base, quotas)


@pytest.mark.parametrize("deficits", ["fixed", "proportional"])
@pytest.mark.parametrize("seed", range(3))
def test_agrees_with_the_nested_model_where_labour_is_mobile(seed, deficits):
    base, shock = drawn(seed, quotas=0)
    shock = replace(shock, kept=np.ones_like(shock.kept))
    nested = model.solve(base, model.Shock(shock.tariff, shock.trade_cost, shock.subsidy, shock.rent), deficits)
    stacked = solve(base, shock, Labour(), deficits)
    for name in ("real_income", "w_hat", "P_hat"):
        assert stacked[name] == pytest.approx(nested[name], rel=1e-10), name
    for name in ("flows", "rents", "subsidies", "tariff_revenue"):
        assert stacked[name] == pytest.approx(nested[name], rel=1e-9, abs=1e-9 * base.income.min()), name


def test_complex_steps_give_derivatives():
    base, shock = drawn(5, quotas=0)
    problem = Problem(base, shock, Labour("roy", psi=0.3))
    x = problem.start() + 0.05 * np.random.default_rng(1).normal(size=len(problem.start()))
    slope, h = complex_step(problem.faults, x), 1e-6
    for at in range(0, len(x), 5):
        step = np.zeros(len(x))
        step[at] = h
        numeric = (problem.faults(x + step) - problem.faults(x - step)) / (2 * h)
        assert slope[:, at] == pytest.approx(numeric, abs=1e-7)


def test_galle_rodriguez_clare_and_yi_as_printed():
    # gamma_va Y'_j = VA_j w_j^kappa Phi^(1-kappa), Phi^kappa = sum_j (VA_j / VA) w_j^kappa.
    base, shock = drawn(7, quotas=0)
    kappa = 2.3
    found = solve(base, shock, Labour("roy", kappa=kappa))
    before = base.va_share * base.flows.sum(axis=0)
    part, w = before / base.value_added[:, None], found["v"]
    phi = (part * w**kappa).sum(axis=1) ** (1 / kappa)
    assert found["w_hat"] == pytest.approx(phi, rel=1e-11)
    supplied = before * w**kappa * (phi ** (1 - kappa))[:, None]
    assert base.va_share * found["output"] == pytest.approx(supplied, rel=1e-11)


def test_specific_factors_as_printed():
    # v_j = w^beta r_j^(1-beta), r_j = VA_hat_j, and labour of all sectors is what there is.
    base, shock = drawn(8, quotas=0)
    found = solve(base, shock, Labour("specific", beta=0.7))
    before = base.va_share * base.flows.sum(axis=0)
    r = base.va_share * found["output"] / before
    assert found["v"] == pytest.approx(found["w_hat"][:, None] ** 0.7 * r**0.3, rel=1e-11)
    workers = (before * r / found["w_hat"][:, None]).sum(axis=1)
    assert workers == pytest.approx(base.value_added, rel=1e-11)


def test_a_quota_by_bisection_on_its_premium():
    # The same quota found the slow way: a tariff whose volume is the limit, by bisection.
    base = calibrate(*one_sector([[80.0, 20.0], [20.0, 130.0]], 4.0))
    cell, limit = (0, 1, 0), 8.0

    def volume(rate: float) -> float:
        tariff = base.tariff.copy()
        tariff[cell] = rate
        found = solve(base, replace(no_change(base), tariff=tariff))
        return float((found["flows"] / found["c_hat"][None])[cell])

    low, high = 0.0, 5.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if volume(middle) > limit else (low, middle)
    shock = replace(no_change(base), lines=(Line(cell, 1.0, 1.0, 1.0, 0, 1e9, 1.0),), limits=(limit,))
    found = solve(base, shock)
    assert found["regimes"] == (BINDING,)
    assert np.expm1(found["premia"][0]) == pytest.approx(low, rel=1e-9)


@pytest.mark.parametrize(("limit", "regime"), [(50.0, SLACK), (8.0, BINDING), (1.0, OVER)])
def test_each_regime_is_told(limit, regime):
    base = calibrate(*one_sector([[80.0, 20.0], [20.0, 130.0]], 4.0))
    shock = replace(no_change(base), lines=(Line((0, 1, 0), 1.0, 1.0, 1.0, 0, 2.0, 1.0),), limits=(limit,))
    assert solve(base, shock)["regimes"] == (regime,)


def test_nothing_moves_without_a_change_and_slack_quotas_are_none():
    base, shock = drawn(9)
    quiet = solve(base, still(base), Labour("specific", psi=0.3))
    assert quiet["real_income"] == pytest.approx(1.0, abs=1e-11)
    free = replace(shock, lines=tuple(line._replace(quota=None) for line in shock.lines), limits=())
    loose = solve(base, slacken(shock))
    assert loose["real_income"] == pytest.approx(solve(base, free)["real_income"], rel=1e-11)


def test_where_there_is_no_equilibrium_none_is_told():
    flows, _, io_share, va_share, theta = one_sector([[60.0, 40.0], [2.0, 30.0]], 4.0)
    base = calibrate(flows, np.zeros_like(flows), io_share, va_share, theta)
    tariff = base.tariff.copy()
    tariff[0, 1, 0] = 3.0
    with pytest.raises(NoEquilibriumFoundError):
        solve(base, replace(no_change(base), tariff=tariff))
