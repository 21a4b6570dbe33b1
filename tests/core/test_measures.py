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
