"""Where real income comes from: the parts add up whatever the policy, and each is what theory says."""

from __future__ import annotations

import numpy as np
import pytest

import dealspace as ds
from dealspace.outcomes.decomposition import PARTS
from engine import bridge
from engine.economies import economy
from properties.test_closed_forms import foreign, one_sector
from properties.test_instruments import CLOSURES, FORMS, alone, drawn, solved
from rival.stacked import Labour

EXACT = 1e-6
WORLD = ds.load_world("world-2022")


def added(parts) -> np.ndarray:
    return sum(parts[name].to_numpy() for name in PARTS)


@pytest.mark.parametrize("labour", FORMS)
@pytest.mark.parametrize("seed", range(4))
def test_parts_add_up_with_every_instrument(labour, seed):
    world, _, shock = drawn(300 + seed)
    eq = bridge.solve(world, shock, Labour(labour, psi=0.3 * (seed % 2)), CLOSURES[seed % 3])
    parts = eq.decomposition()
    assert np.abs(added(parts) - np.log(eq.real_income.to_numpy())).max() <= EXACT
    assert np.abs(parts.remainder.to_numpy()).max() <= EXACT
    # The point reached by the path is the equilibrium itself, quotas and all.
    assert parts.total.to_numpy() == pytest.approx(np.log(eq.real_income.to_numpy()), abs=1e-9)


def test_parts_add_up_on_the_benchmark():
    subsidy = np.zeros(WORLD.flows.shape)
    subsidy[:, WORLD.region_index("KOR"), WORLD.sector_index("C26")] = 0.05
    policy = ds.Policy(
        WORLD,
        tariff={("USA", "JPN", "goods"): 0.25},
        subsidy=subsidy,
        rent={("USA", "VNM", "C13T15"): 1.1},
        trade_cost={("JPN", "USA", "C29"): 1.1},
        services_tax={("FRA", "USA", "J58T63"): 0.03},
        name="many",
    )
    eq = ds.solve(WORLD, policy, horizon="short", labour_supply="elastic", tolerance=1e-12)
    parts = eq.decomposition()
    assert np.abs(added(parts) - np.log(eq.real_income.to_numpy())).max() <= EXACT
    assert float(parts.barriers.sel(region="JPN")) < 0
    assert float(parts.terms_of_trade.sel(region="JPN")) < 0
    assert parts.attrs["closure"] == eq.closing


def test_a_barrier_without_trade_is_all_barrier():
    # 40 % of spending, twice as dear: -0.4 log 2.
    parts = solved(alone([0.4, 0.6]), trade_cost={("R1", "R1", "S1"): 2.0}).decomposition()
    assert float(parts.barriers[0]) == pytest.approx(-0.4 * np.log(2), rel=1e-7)
    assert float(parts.total[0]) == pytest.approx(-0.4 * np.log(2), rel=1e-9)


def test_work_done_less_is_told_apart():
    # W/P halves and L = 2^-0.5: real income falls by 1.5 log 2, of which the half is less work.
    parts = solved(alone([1.0]), supply=0.5, trade_cost={("R1", "R1", "S1"): 2.0}).decomposition()
    assert float(parts.labour_supply[0]) == pytest.approx(-0.5 * np.log(2), rel=1e-6)
    assert float(parts.barriers[0]) == pytest.approx(-np.log(2), rel=1e-6)


def test_specific_labour_counts_its_share_of_work_only():
    # Value added is beta labour: with L = (W/P)^psi, W L = 1 by the numeraire, so L = P^(-psi / (1 + psi)).
    eq = ds.solve(
        alone([1.0]),
        ds.Policy(alone([1.0]), trade_cost={("R1", "R1", "S1"): 2.0}),
        labour="specific",
        labour_supply=0.5,
        tolerance=1e-12,
    )
    parts = eq.decomposition()
    expected = 0.6 * np.log(float(eq.labour_supply[0]))
    assert float(parts.labour_supply[0]) == pytest.approx(expected, rel=1e-6)
    assert float(parts.total[0]) == pytest.approx(expected - np.log(2), rel=1e-6)


def test_symmetric_tariffs_have_no_terms_of_trade():
    world = economy(one_sector([[70.0, 30.0], [30.0, 70.0]], 5.0))
    parts = solved(world, tariff=0.4 * foreign(world)).decomposition()
    assert parts.terms_of_trade.to_numpy() == pytest.approx([0.0, 0.0], abs=1e-9)
    assert parts.trade_volume.to_numpy() == pytest.approx(parts.total.to_numpy(), abs=1e-7)


def test_symmetric_export_subsidies_cost_what_the_budgets_lose():
    world = economy(one_sector([[70.0, 30.0], [30.0, 70.0]], 5.0))
    parts = solved(world, subsidy=0.2 * foreign(world)).decomposition()
    assert parts.subsidies.to_numpy() == pytest.approx(parts.total.to_numpy(), abs=1e-7)
    assert float(parts.total[0]) < -1e-4


@pytest.mark.parametrize("kept", [0.0, 1.0])
def test_rents_between_equals_are_a_loss_of_volume_only(kept):
    # What one loses to the other's holders of rents it gains from its own: the split does not matter.
    world = economy(one_sector([[70.0, 30.0], [30.0, 70.0]], 5.0))
    rent = 1.0 + 0.4 * foreign(world)
    parts = solved(world, rent=rent, rent_to_importer=np.full(rent.shape, kept)).decomposition()
    duty = solved(world, tariff=0.4 * foreign(world)).decomposition()
    assert parts.revenue_and_rents.to_numpy() == pytest.approx(duty.trade_volume.to_numpy(), abs=1e-7)


def test_the_first_order_sum_is_another_number_that_agrees_for_small_changes():
    cell = WORLD.region_index("USA"), WORLD.region_index("JPN"), WORLD.sector_index("C29")
    small = {("USA", "JPN", "C29"): float(WORLD.tariff[cell]) + 1e-4}
    eq = ds.solve(WORLD, ds.Policy(WORLD, tariff=small), tolerance=1e-13)
    exact, first = eq.decomposition(), eq.first_order_decomposition()
    scale = float(abs(exact.total).max())
    assert np.abs(first.terms_of_trade - exact.terms_of_trade).max() < 0.01 * scale
    assert np.abs(first.trade_volume - exact.trade_volume).max() < 0.01 * scale
    big = ds.solve(WORLD, ds.Policy(WORLD, tariff={("USA", "world", "goods"): 0.5}), tolerance=1e-12)
    gap = abs(big.first_order_decomposition()["sum"] - big.decomposition().total).max()
    assert float(gap) > 1e-3
