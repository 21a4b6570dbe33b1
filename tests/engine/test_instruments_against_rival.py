"""Every instrument under every closure of labour: the engine against the stacked equations in NumPy."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from engine import bridge
from engine.economies import arrays, benchmark, economy, rival_base
from rival import stacked
from rival.economies import Recipe, random_economy
from rival.model import NoEquilibriumFoundError, calibrate
from rival.policies import add_quotas, random_policy
from rival.stacked import Labour

AGREEMENT = 1e-8
WORLDS = Recipe(regions=4, sectors=3, theta=(1.0, 8.0), zero_flows=0.1)
LABOUR = {
    "mobile": Labour("mobile"),
    "roy": Labour("roy", kappa=1.5),
    "specific": Labour("specific", beta=0.6),
    "mobile, elastic": Labour("mobile", psi=0.25),
    "roy, elastic": Labour("roy", kappa=3.0, psi=0.5),
    "specific, elastic": Labour("specific", beta=0.5, psi=0.25),
}
QUICK, THOROUGH = 8, 100


def misses(world, base, shock, labour, deficits):
    """Largest miss of each outcome and the quotas' regimes; None where the independent model finds nothing."""
    try:
        expected = stacked.solve(base, shock, labour, "fixed" if deficits == "balanced" else deficits)
    except NoEquilibriumFoundError:
        return None
    found = bridge.solve(world, shock, labour, deficits)
    assert found.converged, found.reason
    ours, made = found.solution, base.flows.sum(axis=0) > 0
    size = base.income.min()
    pairs = {
        "real income": (found.real_income, expected["real_income"], 1.0),
        "real wage": (found.real_wage, expected["real_wage"], 1.0),
        "employment": (np.where(made, found.employment, 1.0), np.where(made, expected["employment"], 1.0), 1.0),
        "price of value added": (np.where(made, ours.v_hat, 1.0), np.where(made, expected["v"], 1.0), 1.0),
        "labour supply": (found.labour_supply, expected["labour_hat"], 1.0),
        "work cost": (found.work_cost, expected["work_cost"], size),
        "flows": (found.flows, expected["flows"], size),
        "revenue": (found.tariff_revenue, expected["tariff_revenue"], size),
        "rents": (found.rents, expected["rents"], size),
        "subsidies": (found.subsidies, expected["subsidies"], size),
        "deficit": (found.deficit, expected["deficit"], size),
    }
    if shock.limits:
        pairs["premium"] = np.log1p(found.quotas.premium), expected["premia"], 1.0
        pairs["volume"] = found.quotas.volume, expected["volume"], np.array(shock.limits)
        assert tuple(found.quotas.status.values) == expected["regimes"]
    gaps = {name: np.abs((np.asarray(a) - b) / scale).max() for name, (a, b, scale) in pairs.items()}
    return gaps, expected["regimes"]


def compare(seeds, labour, deficits, quotas):
    """Assert agreement on random worlds and policies; return how often each regime of a quota was met."""
    seen, unsolved = Counter(), 0
    for seed in seeds:
        rng = np.random.default_rng(seed)
        data = random_economy(rng, WORLDS)
        world, base = economy(data), calibrate(*data)
        shock = random_policy(rng, data, base, quotas)
        if deficits == "balanced":
            base = rival_base(world, "balanced")
        result = misses(world, base, shock, labour, deficits)
        if result is None:
            unsolved += 1
            continue
        gaps, regimes = result
        seen.update(regimes)
        assert max(gaps.values()) <= AGREEMENT, (seed, gaps)
    assert unsolved <= 0.05 * len(seeds)
    return seen


@pytest.mark.parametrize("name", LABOUR)
def test_taxes_subsidies_and_rents_under_each_labour_closure(name):
    compare(range(QUICK), LABOUR[name], "fixed", quotas=0)


@pytest.mark.parametrize("name", LABOUR)
def test_quotas_under_each_labour_closure(name):
    seen = compare(range(100, 100 + QUICK), LABOUR[name], "fixed", quotas=2)
    assert set(seen) == {stacked.SLACK, stacked.BINDING, stacked.OVER}


@pytest.mark.parametrize("deficits", ["balanced", "proportional"])
def test_quotas_under_other_deficits(deficits):
    compare(range(200, 203), LABOUR["roy"], deficits, quotas=2)


@pytest.mark.slow
@pytest.mark.parametrize("deficits", ["fixed", "balanced", "proportional"])
@pytest.mark.parametrize("name", LABOUR)
def test_many_random_policies(name, deficits):
    seen = compare(range(1000, 1000 + THOROUGH), LABOUR[name], deficits, quotas=2)
    assert min(seen[each] for each in (stacked.SLACK, stacked.BINDING, stacked.OVER)) >= 0.1 * THOROUGH


@pytest.mark.slow
@pytest.mark.parametrize("name", ["roy", "specific, elastic"])
def test_the_benchmark(name):
    world, rng = benchmark(), np.random.default_rng(5)
    base = rival_base(world, "fixed")
    shock = random_policy(rng, arrays(world), base, quotas=2, top_tariff=0.5, rates=0.1)
    gaps, _ = misses(world, base, shock, LABOUR[name], "fixed")
    assert max(gaps.values()) <= AGREEMENT, gaps


def test_lines_of_a_quota_with_caps_of_their_own():
    # One origin overflows at a low rate while the quota still binds for the other.
    rng = np.random.default_rng(11)
    data = random_economy(rng, WORLDS._replace(zero_flows=0.0))
    world, base = economy(data), calibrate(*data)
    shock = add_quotas(rng, base, stacked.no_change(base), 1)
    lines = [line._replace(tau=line.tau0, outside=line.tau0 * 3.0) for line in shock.lines]
    first = next(at for at, line in enumerate(lines) if line.quota is not None)
    lines[first] = lines[first]._replace(outside=lines[first].tau0 * 1.05)
    sold = sum(line.share * base.flows[line.cell] for line in lines if line.quota is not None)
    shock = stacked.replace(shock, lines=tuple(lines), limits=(0.6 * sold,))
    expected = stacked.solve(base, shock)
    found = bridge.solve(world, shock)
    assert expected["regimes"] == (stacked.BINDING,)
    assert expected["premia"][0] > np.log(1.05)
    assert found.real_income.to_numpy() == pytest.approx(expected["real_income"], abs=AGREEMENT)
    assert found.rents.to_numpy() == pytest.approx(expected["rents"], abs=AGREEMENT * base.income.min())
