"""Closed forms and symmetries that any correct solver must meet (independent of any data)."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize_scalar

import dealspace as ds
from dealspace.errors import NotConvergedError
from engine.economies import CLOSURES, arrays, economy
from rival.economies import Data, Recipe, random_economy, random_shock

TIGHT = 1e-12


def one_sector(flows, theta: float) -> Data:
    flows = np.asarray(flows, dtype=float)[:, :, None]
    regions = len(flows)
    return Data(flows, np.zeros_like(flows), np.zeros((regions, 1, 1)), np.ones((regions, 1)), np.array([theta]))


def real_income(world, closure="fixed", **wedges):
    equilibrium = ds.solve(world, ds.Policy(world, **wedges), deficits=closure, tolerance=TIGHT)
    assert equilibrium.converged, equilibrium.reason
    return equilibrium.real_income.to_numpy()


def foreign(world):
    """Ones off the diagonal, (importer, exporter, sector)."""
    cells = np.ones_like(world.flows)
    own = np.arange(len(cells))
    cells[own, own] = 0.0
    return cells


@pytest.mark.parametrize("theta", [1.0, 4.0, 12.0])
def test_autarky_gains_of_one_sector_follow_the_home_share(theta):
    # Arkolakis, Costinot and Rodriguez-Clare (2012): income after over before is lambda_nn^(1/theta).
    data = one_sector([[80.0, 15.0, 5.0], [15.0, 60.0, 10.0], [5.0, 10.0, 40.0]], theta)
    world = economy(data)
    barrier = 1e14 ** (1 / theta)  # trade falls by a factor of 1e-14 or more
    cost = 1.0 + (barrier - 1.0) * foreign(world)
    home_share = np.diag(data.flows[:, :, 0] / data.flows[:, :, 0].sum(axis=1, keepdims=True))
    assert real_income(world, trade_cost=cost) == pytest.approx(home_share ** (1 / theta), rel=1e-10)


def test_autarky_gains_with_input_links_and_one_sector():
    # With gamma the value added share, the exponent is 1 / (theta gamma).
    theta, gamma = 5.0, 0.4
    flows = np.array([[70.0, 30.0], [30.0, 70.0]])[:, :, None]
    data = Data(flows, np.zeros_like(flows), np.full((2, 1, 1), 1 - gamma), np.full((2, 1), gamma), np.array([theta]))
    world = economy(data)
    cost = 1.0 + 999.0 * foreign(world)
    assert real_income(world, trade_cost=cost) == pytest.approx(np.full(2, 0.7 ** (1 / (theta * gamma))))


def test_symmetric_countries_that_raise_tariffs_together():
    theta, rate, home = 5.0, 0.4, 0.7
    world = economy(one_sector([[home, 1 - home], [1 - home, home]], theta))
    price = (home + (1 - home) * (1 + rate) ** -theta) ** (-1 / theta)
    imports = (1 - home) * ((1 + rate) / price) ** -theta
    expected = 1 / (1 - imports * rate / (1 + rate)) / price
    found = real_income(world, tariff=rate * foreign(world))
    assert found == pytest.approx(np.full(2, expected), rel=1e-11)


@pytest.mark.parametrize("closure", CLOSURES)
def test_a_region_alone_feels_only_its_own_costs(closure):
    rng = np.random.default_rng(23)
    data = random_economy(rng, Recipe(regions=3, sectors=2, blocs=3))
    world = economy(data)
    cost = np.ones_like(world.flows)
    cost[1, 1] = 2.0
    found = real_income(world, closure, trade_cost=cost)
    # Without trade P = d c, so (1 - gamma_io') log P = log 2 in region 1.
    log_P = np.linalg.solve(np.eye(2) - data.io_share[1].T, np.full(2, np.log(2.0)))
    alpha = world.final_demand[1] / world.income[1]
    assert found == pytest.approx([1.0, np.exp(-alpha @ log_P), 1.0], rel=1e-11)


@pytest.mark.parametrize("closure", CLOSURES)
def test_a_pure_change_of_units_changes_no_ratio(closure):
    rng = np.random.default_rng(29)
    data = random_economy(rng)
    tariff, cost = random_shock(rng, data, top_tariff=1.0)
    once = real_income(economy(data), closure, tariff=tariff, trade_cost=cost)
    again = real_income(economy(data._replace(flows=1234.5 * data.flows)), closure, tariff=tariff, trade_cost=cost)
    assert again == pytest.approx(once, rel=1e-10)


@pytest.mark.parametrize("closure", CLOSURES)
def test_relabelling_permutes_the_results(closure):
    rng = np.random.default_rng(31)
    data = random_economy(rng, Recipe(regions=5, sectors=4, zero_flows=0.2))
    tariff, cost = random_shock(rng, data, top_tariff=1.0)
    n, j = rng.permutation(5), rng.permutation(4)
    cells = np.ix_(n, n, j)
    permuted = Data(
        data.flows[cells],
        data.tariff[cells],
        data.io_share[np.ix_(n, j, j)],
        data.va_share[np.ix_(n, j)],
        data.theta[j],
    )
    once = ds.solve(
        (world := economy(data)),
        ds.Policy(world, tariff=tariff, trade_cost=cost),
        deficits=closure,
        tolerance=TIGHT,
    )
    again = ds.solve(
        (world := economy(permuted)),
        ds.Policy(world, tariff=tariff[cells], trade_cost=cost[cells]),
        deficits=closure,
        tolerance=TIGHT,
    )
    assert again.real_income.to_numpy() == pytest.approx(once.real_income.to_numpy()[n], rel=1e-10)
    assert again.flows.to_numpy() == pytest.approx(once.flows.to_numpy()[cells], rel=1e-9)


def test_who_only_buys_abroad_cannot_balance_and_is_told_so():
    # Its wage would fall without end: every gap tends to zero there, but nowhere is it zero.
    world = economy(one_sector([[80.0, 20.0], [0.0, 90.0]], 4.0))
    equilibrium = ds.solve(world, ds.Policy(world), deficits="balanced")
    assert not equilibrium.converged
    assert equilibrium.reason
    with pytest.raises(NotConvergedError):
        world.rebase(deficits="balanced")


@pytest.mark.parametrize(("va_share", "rate"), [(1.0, 3.0), (0.8, 1.0), (0.6, 0.5)])
def test_a_surplus_that_leaves_no_income_is_not_an_equilibrium(va_share, rate):
    # R2's fixed surplus outgrows what it earns once R1 taxes its goods; sales of inputs may keep every market
    # clearing at a negative income, which is no solution.
    flows = np.array([[60.0, 40.0], [2.0, 30.0]])[:, :, None]
    inputs = np.full((2, 1, 1), 1 - va_share)
    world = economy(Data(flows, np.zeros_like(flows), inputs, np.full((2, 1), va_share), np.array([4.0])))
    equilibrium = ds.solve(world, ds.Policy(world, tariff={("R1", "R2", "S1"): rate}), deficits="fixed")
    assert not equilibrium.converged
    assert "R2" in equilibrium.reason


def lerner_gap(closure: str) -> float:
    """How far a uniform import tariff of one region and its export tax of equal gross rate are apart."""
    rng = np.random.default_rng(37)
    world = economy(random_economy(rng, Recipe(regions=4, sectors=3, top_tariff=0.0, theta=(2.0, 8.0), balancing=1)))
    rate, region = 0.3, 1
    abroad = foreign(world)
    tariff, subsidy = np.zeros_like(abroad), np.zeros_like(abroad)
    tariff[region] = rate * abroad[region]
    subsidy[:, region] = -rate * abroad[:, region]
    taxed = real_income(world, closure, tariff=tariff)
    charged = real_income(world, closure, subsidy=subsidy)
    return float(np.abs(taxed - charged).max())


def test_lerner_symmetry_holds_with_balanced_trade():
    assert lerner_gap("balanced") < 1e-9


def test_lerner_symmetry_fails_with_fixed_deficits():
    assert lerner_gap("fixed") > 1e-3


def test_optimal_tariff_of_a_small_economy_is_the_inverse_elasticity():
    theta, small = 4.0, 1e-4
    flows = np.array([[0.6 * small, 0.4 * small, 0.0], [0.4 * small, 0.7, 0.3], [0.0, 0.3, 0.7]])
    world = economy(one_sector(1e6 * flows, theta))

    def loss(rate: float) -> float:
        tariff = np.zeros_like(world.flows)
        tariff[0, 1] = rate
        return -real_income(world, "balanced", tariff=tariff)[0]

    best = minimize_scalar(loss, bounds=(0.0, 1.0), method="bounded", options={"xatol": 1e-6})
    assert best.x == pytest.approx(1 / theta, abs=1e-3)


@pytest.mark.parametrize("closure", CLOSURES)
def test_a_policy_and_its_undoing_end_where_they_began(closure):
    # The economy after a policy is itself an economy; taking the policy back restores the first one.
    rng = np.random.default_rng(41)
    world = economy(random_economy(rng, Recipe(regions=4, sectors=2)))
    tariff, _ = random_shock(rng, arrays(world), top_tariff=0.5)
    if closure == "balanced":
        world = world.rebase(deficits="balanced")
    there = ds.solve(world, ds.Policy(world, tariff=tariff), deficits=closure, tolerance=TIGHT)
    after = economy(arrays(world)._replace(flows=there.flows.to_numpy(), tariff=tariff))
    back = real_income(after, closure, tariff=world.tariff)
    assert back * there.real_income.to_numpy() == pytest.approx(np.ones(4), abs=1e-9)
