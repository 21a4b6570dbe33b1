"""The published figures of Caliendo and Parro (2015), Tables 2, 3 and 6, through the public functions."""

from __future__ import annotations

import numpy as np
import pytest

import dealspace as ds
from dealspace.world.economy import EconomyWarning
from published import caliendo_parro

# Per cent: terms of trade, volume of trade, their sum, real wage, imports from NAFTA, exact real income.
PUBLISHED = {
    "MEX": (-0.41177, 1.72389, 1.31211, 1.71532, 118.3, 0.007),
    "CAN": (-0.10810, 0.04429, -0.06382, 0.32283, 11.1, -0.110),
    "USA": (0.04353, 0.04122, 0.08475, 0.11244, 40.5, 0.074),
}
COUNTRIES = tuple(PUBLISHED)
SMALL = 1e-4  # percentage points
# Exact decomposition along the path in 20 steps, per cent of log real income.
PATH = {"MEX": (-0.678, 0.684), "CAN": (-0.109, -0.001)}


@pytest.fixture(scope="module")
def balanced_world(shared):
    data = caliendo_parro.load(shared / "data" / "caliendo-parro-1993")
    with pytest.warns(EconomyWarning, match="185 of 1240 cells"):
        world = ds.Economy(
            flows=data.flows,
            tariff=data.tariff,
            io_share=data.io_share,
            va_share=data.va_share,
            trade_elasticity=data.theta,
            regions=caliendo_parro.REGIONS,
            sectors=caliendo_parro.SECTORS,
            goods=caliendo_parro.SECTORS[: caliendo_parro.N_GOODS],
            name="caliendo-parro-1993",
            year=1993,
        )
    return world.rebase(deficits="balanced"), data


@pytest.fixture(scope="module")
def nafta(balanced_world):
    world, data = balanced_world
    # The base already has no deficits, so that "fixed" and "balanced" are here the same closure.
    equilibrium = ds.solve(world, ds.Policy(world, tariff=data.nafta_tariff), deficits="fixed", tolerance=1e-12)
    assert equilibrium.converged, equilibrium.reason
    return equilibrium


def test_the_base_has_no_deficits_left(balanced_world):
    world, _ = balanced_world
    assert np.abs(world.deficit).max() < 1e-8 * world.income.max()
    assert world.final_demand.min() > -1e-12 * world.income.max()


@pytest.mark.parametrize("country", COUNTRIES)
def test_real_wages(nafta, country):
    change = 100 * (float(nafta.real_wage.sel(region=country)) - 1)
    assert change == pytest.approx(PUBLISHED[country][3], abs=SMALL)


@pytest.mark.parametrize("country", COUNTRIES)
def test_exact_real_income(nafta, country):
    change = 100 * (float(nafta.real_income.sel(region=country)) - 1)
    assert change == pytest.approx(PUBLISHED[country][5], abs=0.001)


@pytest.mark.parametrize("country", COUNTRIES)
def test_imports_from_the_other_members(balanced_world, nafta, country):
    world, _ = balanced_world
    partners = [name for name in COUNTRIES if name != country]
    after = float(nafta.flows.sel(importer=country, exporter=partners).sum())
    n = world.region_index(country)
    before = world.flows[n, [world.region_index(name) for name in partners]].sum()
    assert 100 * (after / before - 1) == pytest.approx(PUBLISHED[country][4], abs=0.05)


@pytest.mark.parametrize("country", COUNTRIES)
def test_the_published_first_order_sum(nafta, country):
    parts = nafta.first_order_decomposition()
    terms, volume, total, *_ = PUBLISHED[country]
    assert 100 * float(parts["terms_of_trade"].sel(region=country)) == pytest.approx(terms, abs=SMALL)
    assert 100 * float(parts["trade_volume"].sel(region=country)) == pytest.approx(volume, abs=SMALL)
    assert 100 * float(parts["sum"].sel(region=country)) == pytest.approx(total, abs=2 * SMALL)


@pytest.mark.parametrize("country", tuple(PATH))
def test_exact_decomposition_along_the_path(nafta, country):
    parts = nafta.decomposition(steps=20)
    terms, volume = PATH[country]
    assert 100 * float(parts["terms_of_trade"].sel(region=country)) == pytest.approx(terms, abs=0.001)
    assert 100 * float(parts["trade_volume"].sel(region=country)) == pytest.approx(volume, abs=0.001)


def test_the_exact_decomposition_adds_up_everywhere(nafta):
    parts = nafta.decomposition(steps=20)
    exact = np.log(nafta.real_income.to_numpy())
    assert parts["total"].to_numpy() == pytest.approx(exact, abs=1e-10)
    split = sum(parts[name] for name in parts.data_vars if name != "total")
    assert split.to_numpy() == pytest.approx(exact, abs=1e-10)
    # What the rule of integration leaves over is small beside the parts, and vanishes with the square of the step.
    left = np.abs(parts["remainder"].to_numpy()).max()
    assert left < 1e-5
    assert np.abs(nafta.decomposition(steps=40)["remainder"].to_numpy()).max() < 0.3 * left
