"""The engine against the independent NumPy model: random shocks on large worlds, under each closure."""

from __future__ import annotations

import numpy as np
import pytest

import dealspace as ds
from dealspace.world.economy import Economy
from engine.economies import CLOSURES, arrays, benchmark, economy, rival_base, wiod_economy
from rival.economies import Recipe, random_economy, random_shock
from rival.model import NoEquilibriumFoundError, Shock, solve

AGREEMENT = 1e-8
SOLVED_TO = 1e-12
SHOCKS = 50
QUICK_SHOCKS = 2


def compare(world: Economy, closure: str, seed: int) -> bool:
    """Assert agreement on one random shock; False where the independent model finds no equilibrium."""
    tariff, cost = random_shock(np.random.default_rng(seed), arrays(world), cells=5)
    still = np.zeros_like(cost)
    base = rival_base(world, closure)
    equilibrium = ds.solve(
        world, ds.Policy(world, tariff=tariff, trade_cost=cost), deficits=closure, tolerance=SOLVED_TO
    )
    try:
        shock = Shock(tariff, cost, still, still + 1.0)
        expected = solve(base, shock, "fixed" if closure == "balanced" else closure)
    except NoEquilibriumFoundError:
        assert not equilibrium.converged
        return False
    assert equilibrium.converged, f"seed {seed}: {equilibrium.reason}"
    for name in ("real_income", "real_wage", "price_index"):
        found = getattr(equilibrium, name).to_numpy()
        assert np.abs(found - expected[name]).max() <= AGREEMENT, f"{name}, seed {seed}"
    scale = base.income.min()
    for name in ("flows", "tariff_revenue", "output"):
        found = getattr(equilibrium, name).to_numpy()
        assert np.abs(found - expected[name]).max() <= AGREEMENT * scale, f"{name}, seed {seed}"
    return True


@pytest.mark.parametrize("closure", CLOSURES)
@pytest.mark.parametrize("seed", range(QUICK_SHOCKS))
def test_a_few_shocks_on_the_benchmark(closure, seed):
    assert compare(benchmark(), closure, seed)


@pytest.mark.parametrize("closure", CLOSURES)
def test_a_shock_on_wiod(shared, closure):
    assert compare(wiod_economy(shared), closure, seed=0)


@pytest.mark.slow
@pytest.mark.parametrize("closure", CLOSURES)
def test_fifty_shocks_on_the_benchmark(closure):
    solved = [compare(benchmark(), closure, seed) for seed in range(SHOCKS)]
    assert sum(solved) >= 0.9 * SHOCKS


@pytest.mark.slow
@pytest.mark.parametrize("closure", CLOSURES)
def test_fifty_shocks_on_wiod(shared, closure):
    solved = [compare(wiod_economy(shared), closure, seed) for seed in range(SHOCKS)]
    assert sum(solved) >= 0.9 * SHOCKS


@pytest.mark.parametrize("closure", CLOSURES)
def test_export_subsidies_and_taxes(closure):
    rng = np.random.default_rng(17)
    world = economy(random_economy(rng, Recipe(regions=4, sectors=3, theta=(1.0, 8.0))))
    tariff, cost = random_shock(rng, arrays(world), top_tariff=0.5)
    subsidy = rng.uniform(-0.3, 0.3, cost.shape)
    policy = ds.Policy(world, tariff=tariff, trade_cost=cost, subsidy=subsidy)
    equilibrium = ds.solve(world, policy, deficits=closure, tolerance=SOLVED_TO)
    shock = Shock(tariff, cost, subsidy, np.ones_like(cost))
    expected = solve(rival_base(world, closure), shock, "fixed" if closure == "balanced" else closure)
    assert np.abs(equilibrium.real_income.to_numpy() - expected["real_income"]).max() <= AGREEMENT


def test_rents_that_stay_with_the_importer():
    rng = np.random.default_rng(19)
    world = economy(random_economy(rng, Recipe(regions=4, sectors=3, theta=(1.0, 8.0))))
    rent = 1.0 + 0.4 * rng.random(world.flows.shape)
    rent[np.arange(4), np.arange(4)] = 1.0
    equilibrium = ds.solve(world, ds.Policy(world, rent=rent), deficits="fixed", tolerance=SOLVED_TO)
    shock = Shock(world.tariff, np.ones_like(rent), np.zeros_like(rent), rent)
    expected = solve(rival_base(world, "fixed"), shock, "fixed")
    assert np.abs(equilibrium.real_income.to_numpy() - expected["real_income"]).max() <= AGREEMENT
    assert equilibrium.rents.to_numpy() == pytest.approx(expected["rents"], rel=1e-8)
