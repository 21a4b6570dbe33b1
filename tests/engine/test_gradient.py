"""Gradients by the adjoint against central differences of whole solves, under each closure."""

from __future__ import annotations

import numpy as np
import pytest

import dealspace as ds
from engine.economies import CLOSURES, arrays, benchmark, economy
from rival.economies import Recipe, random_economy, random_shock

SOLVED_TO = 1e-13
WEDGES = 30
STEP = 2e-3
# Fourth-order central differences: at this step neither truncation nor the solver's rounding is seen.
STENCIL = ((-2, 1 / 12), (-1, -2 / 3), (1, 2 / 3), (2, -1 / 12))


def tolerance(difference: np.ndarray, largest: float) -> np.ndarray:
    return 1e-5 * np.maximum(np.abs(difference), 1e-3 * largest)


def random_policy(world, seed: int, **sizes) -> dict[str, np.ndarray]:
    tariff, cost = random_shock(np.random.default_rng(seed), arrays(world), **sizes)
    return {"tariff": tariff, "trade_cost": cost}


def random_cells(world, seed: int, count: int) -> list[tuple[str, tuple[int, int, int]]]:
    """Wedges of both kinds on cells that trade; duties only where a border is crossed."""
    rng = np.random.default_rng(seed)
    traded = np.argwhere(world.flows > 0)
    crossing = traded[traded[:, 0] != traded[:, 1]]
    duties = [("tariff", tuple(cell)) for cell in rng.permutation(crossing)[: count // 2]]
    costs = [("trade_cost", tuple(cell)) for cell in rng.permutation(traded)[: count - len(duties)]]
    return duties + costs


def differences(world, levels, closure, kind, cell, read) -> np.ndarray:
    """Derivative of `read(equilibrium)` in one wedge."""
    total = 0.0
    for moves, weight in STENCIL:
        moved = {name: values.copy() for name, values in levels.items()}
        moved[kind][cell] += moves * STEP
        equilibrium = ds.solve(world, ds.Policy(world, **moved), deficits=closure, tolerance=SOLVED_TO)
        assert equilibrium.converged, equilibrium.reason
        total = total + weight * read(equilibrium) / STEP
    return np.asarray(total)


@pytest.mark.parametrize("closure", CLOSURES)
def test_real_income_of_every_region_on_a_random_economy(closure):
    world = economy(random_economy(np.random.default_rng(43), Recipe(regions=4, sectors=3, zero_flows=0.2)))
    levels = random_policy(world, 47, top_tariff=1.0)
    slopes = [
        ds.gradient(world, ds.Policy(world, **levels), f"real_income:{name}", deficits=closure, tolerance=SOLVED_TO)
        for name in world.regions
    ]
    largest = [max(float(np.abs(each[kind]).max()) for kind in levels) for each in slopes]
    for kind, cell in random_cells(world, 53, WEDGES):
        expected = differences(world, levels, closure, kind, cell, lambda eq: eq.real_income.to_numpy())
        for region, slope in enumerate(slopes):
            miss = abs(float(slope[kind].to_numpy()[cell]) - expected[region])
            assert miss <= tolerance(expected[region], largest[region]), (world.regions[region], kind, cell)


@pytest.mark.parametrize("closure", CLOSURES)
def test_real_incomes_on_the_benchmark(closure):
    world = benchmark()
    levels = random_policy(world, 59, cells=3, top_tariff=0.5, top_cost=1.3)
    names = ("USA", "JPN")
    slopes = [
        ds.gradient(world, ds.Policy(world, **levels), f"real_income:{name}", deficits=closure, tolerance=SOLVED_TO)
        for name in names
    ]
    largest = [max(float(np.abs(each[kind]).max()) for kind in levels) for each in slopes]
    for kind, cell in random_cells(world, 61, WEDGES):
        expected = differences(
            world, levels, closure, kind, cell, lambda eq: eq.real_income.sel(region=list(names)).to_numpy()
        )
        for at, slope in enumerate(slopes):
            miss = abs(float(slope[kind].to_numpy()[cell]) - expected[at])
            assert miss <= tolerance(expected[at], largest[at]), (names[at], kind, cell)


@pytest.mark.parametrize("kind", ["subsidy", "rent"])
@pytest.mark.parametrize("closure", CLOSURES)
def test_subsidies_and_rents(kind, closure):
    rng = np.random.default_rng(67)
    world = economy(random_economy(rng, Recipe(regions=3, sectors=2, theta=(1.0, 8.0))))
    shape = world.flows.shape
    levels = {"subsidy": rng.uniform(-0.2, 0.2, shape), "rent": 1.0 + 0.2 * rng.random(shape)}
    slope = ds.gradient(world, ds.Policy(world, **levels), "real_income:R2", deficits=closure, tolerance=SOLVED_TO)
    largest = max(float(np.abs(slope[name]).max()) for name in levels)
    for cell in [(0, 1, 0), (1, 0, 1), (1, 1, 0), (2, 1, 1)]:
        expected = differences(world, levels, closure, kind, cell, lambda eq: float(eq.real_income.sel(region="R2")))
        assert abs(float(slope[kind].to_numpy()[cell]) - expected) <= tolerance(expected, largest)


MEASURES = {
    "ev:R1": lambda eq: float(eq.equivalent_variation.sel(region="R1")),
    "ev:BOTH": lambda eq: float(eq.equivalent_variation.sel(region=["R1", "R2"]).sum()),
    "real_wage:R3": lambda eq: float(eq.real_wage.sel(region="R3")),
    "consumer_price:R2": lambda eq: float(eq.consumer_price.sel(region="R2")),
    "revenue:R1": lambda eq: float(eq.tariff_revenue.sel(region="R1")),
    "balance:R1:R2": lambda eq: eq.balance("R1", "R2"),
    "va:R2:S1": lambda eq: float(eq.value_added.sel(region="R2", sector="S1") / eq.price_index.sel(region="R2")),
}


@pytest.mark.parametrize("name", MEASURES)
def test_other_measures(name):
    data = random_economy(np.random.default_rng(71), Recipe(regions=3, sectors=2, theta=(1.0, 8.0)))
    world = economy(data, groups={"BOTH": ("R1", "R2")})
    levels = random_policy(world, 73, top_tariff=0.6)
    policy = ds.Policy(world, **levels)
    slope = ds.gradient(world, policy, name, deficits="balanced", tolerance=SOLVED_TO)
    found = ds.solve(world, policy, deficits="balanced", tolerance=SOLVED_TO)
    assert slope.attrs["value"] == pytest.approx(MEASURES[name](found), rel=1e-10)
    largest = max(float(np.abs(slope[kind]).max()) for kind in levels)
    for kind, cell in [("tariff", (0, 1, 0)), ("tariff", (1, 2, 1)), ("trade_cost", (2, 0, 0))]:
        expected = differences(world, levels, "balanced", kind, cell, MEASURES[name])
        assert abs(float(slope[kind].to_numpy()[cell]) - expected) <= tolerance(expected, largest)


def test_a_duty_whose_price_and_revenue_factors_differ():
    world = economy(random_economy(np.random.default_rng(79), Recipe(regions=3, sectors=2)))
    cell, rate, price = (0, 1, 0), 0.25, 1.12

    def solved(extra: float):
        tariff, factor = world.tariff.copy(), np.ones_like(world.tariff)
        # The price factor moves in the proportion of the revenue factor.
        tariff[cell], factor[cell] = rate + extra, price * (1 + rate + extra) / (1 + rate)
        policy = ds.Policy(world, tariff=tariff, tariff_price=factor)
        return policy, ds.solve(world, policy, tolerance=SOLVED_TO)

    policy, here = solved(0.0)
    plain = ds.solve(world, ds.Policy(world, tariff=policy.tariff), tolerance=SOLVED_TO)
    gap = np.abs(here.real_income.to_numpy() - plain.real_income.to_numpy()).max()
    assert gap > 1e-5  # the two factors do different jobs
    slope = ds.gradient(world, policy, "real_income:R1", tolerance=SOLVED_TO)
    numeric = sum(
        weight * float(solved(moves * STEP)[1].real_income.sel(region="R1")) / STEP for moves, weight in STENCIL
    )
    found = float(slope.tariff.to_numpy()[cell])
    assert abs(found - numeric) <= tolerance(np.asarray(numeric), float(np.abs(slope.tariff).max()))
