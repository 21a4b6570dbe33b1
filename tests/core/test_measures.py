"""Measures against the labelled outcomes that say the same, and slopes of deals against the adjoint."""

from __future__ import annotations

import numpy as np
import pytest

import dealspace as ds
from dealspace.errors import DealspaceError, UnknownNameError


@pytest.fixture(scope="module")
def solved():
    world = ds.load_world("world-2022")
    policy = ds.Policy(world, tariff={("USA", "JPN", "goods"): 0.15, ("EU", "USA", "C29"): 0.0}, name="try")
    return world, ds.solve(world, policy)


def _value(world, eq, name):
    return float(ds.measure(world, name)(world.baseline, eq.solution))


def test_equivalent_variation_of_a_group_adds_up(solved):
    world, eq = solved
    members = list(world.members("EU"))
    assert _value(world, eq, "ev:EU") == pytest.approx(float(eq.equivalent_variation.sel(region=members).sum()))


@pytest.mark.parametrize(("name", "outcome"), [("real_income", "real_income"), ("consumer_price", "consumer_price")])
def test_ratios_are_the_labelled_ones(solved, name, outcome):
    world, eq = solved
    assert _value(world, eq, f"{name}:JPN") == pytest.approx(float(getattr(eq, outcome).sel(region="JPN")), abs=1e-14)


def test_balance_is_exports_less_imports(solved):
    world, eq = solved
    goods = list(world.goods)
    exports = float(eq.flows.sel(importer="JPN", exporter="USA", sector=goods).sum())
    imports = float(eq.flows.sel(importer="USA", exporter="JPN", sector=goods).sum())
    assert _value(world, eq, "balance:USA:JPN") == pytest.approx(exports - imports)
    assert eq.balance("USA", "JPN") == pytest.approx(exports - imports)
    assert _value(world, eq, "balance:JPN:USA") == pytest.approx(imports - exports)


def test_output_is_a_volume_and_value_added_is_real(solved):
    world, eq = solved
    base = world.output[world.region_index("JPN"), world.sector_index("C29")]
    volume = float(eq.output_volume.sel(region="JPN", sector="C29")) * base
    assert _value(world, eq, "output:JPN:C29") == pytest.approx(volume)
    nominal = float(eq.value_added.sel(region="JPN", sector="C29"))
    assert _value(world, eq, "va:JPN:C29") == pytest.approx(nominal / float(eq.price_index.sel(region="JPN")))


def test_revenue_is_duty_on_every_flow(solved):
    world, eq = solved
    importer = world.region_index("USA")
    duty = (eq.policy.tariff[importer] * np.asarray(eq.flows)[importer]).sum()
    assert _value(world, eq, "revenue:USA") == pytest.approx(duty)


def test_unknown_measures_offer_near_names(solved):
    world, _ = solved
    with pytest.raises(UnknownNameError, match="did you mean 'balance'"):
        ds.measure(world, "balanc:USA:JPN")
    with pytest.raises(UnknownNameError, match="JPN"):
        ds.measure(world, "ev:JAP")
    with pytest.raises(DealspaceError, match="va:REGION:SECTOR"):
        ds.measure(world, "va:JPN")


@pytest.fixture(scope="module")
def taxed():
    """Everything that brings or costs money at once, with labour in short supply."""
    world = ds.load_world("world-2022")
    subsidy = np.zeros(world.flows.shape)
    subsidy[:, world.region_index("KOR"), world.sector_index("C26")] = 0.05
    policy = ds.Policy(
        world,
        tariff={("USA", "JPN", "goods"): 0.15},
        rent={("USA", "VNM", "C13T15"): 1.1},
        subsidy=subsidy,
        services_tax={("FRA", "USA", "J58T63"): 0.03},
        transfer={"JPN": -100.0, "USA": 100.0},
        name="many",
    )
    return world, ds.solve(world, policy, horizon="short", labour_supply="elastic")


LABELLED = {
    "jobs:JPN:C29": lambda eq: eq.employment.sel(region="JPN", sector="C29"),
    "labour:USA": lambda eq: eq.labour_supply.sel(region="USA"),
    "consumer_price:USA:C29": lambda eq: eq.sector_price.sel(region="USA", sector="C29"),
    "rents:USA": lambda eq: eq.rents.sel(region="USA"),
    "subsidies:KOR": lambda eq: eq.subsidies.sel(region="KOR"),
    "revenue:FRA:J58T63": lambda eq: eq.services_tax.sel(region="FRA"),
    "ev:USA": lambda eq: eq.equivalent_variation.sel(region="USA"),
}


@pytest.mark.parametrize("name", LABELLED)
def test_measures_of_budgets_and_work_are_the_labelled_ones(taxed, name):
    _, eq = taxed
    value = _value(eq.world, eq, name)
    assert value == pytest.approx(float(LABELLED[name](eq)), rel=1e-12)
    assert value != 0.0


def test_grants_are_what_was_given(taxed):
    _, eq = taxed
    assert _value(eq.world, eq, "grants:USA") == 100.0
    assert _value(eq.world, eq, "grants:JPN") == -100.0
    assert _value(eq.world, eq, "grants:world") == 0.0


def test_subsidies_are_the_rate_on_every_sale(taxed):
    _, eq = taxed
    sold = float(eq.flows.sel(exporter="KOR", sector="C26").sum())
    assert _value(eq.world, eq, "subsidies:KOR") == pytest.approx(0.05 * sold)


def test_a_services_tax_is_its_rate_on_receipts(taxed):
    world, eq = taxed
    cell = world.region_index("FRA"), world.region_index("USA"), world.sector_index("J58T63")
    paid = float(eq.solution.spending[cell])  # no duty on services
    assert _value(eq.world, eq, "revenue:FRA:J58T63") == pytest.approx(0.03 * paid, rel=1e-10)


def test_jobs_of_a_group_are_weighted_by_its_value_added(taxed):
    world, eq = taxed
    members = list(world.members("EU"))
    jobs = eq.employment.sel(region=members, sector="C29").to_numpy()
    weight = world.value_added[[world.region_index(each) for each in members], world.sector_index("C29")]
    assert _value(eq.world, eq, "jobs:EU:C29") == pytest.approx(np.average(jobs, weights=weight))


def test_welfare_is_net_of_the_cost_of_work(taxed):
    world, eq = taxed
    at = world.region_index("JPN")
    gross = world.income[at] * (float(eq.real_income[at]) - 1)
    assert _value(eq.world, eq, "ev:JPN") == pytest.approx(gross - float(eq.work_cost[at]), rel=1e-10)
    assert abs(float(eq.work_cost[at])) > 1.0
