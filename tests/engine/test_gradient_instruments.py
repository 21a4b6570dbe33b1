"""Slopes in every wedge of every instrument under every closure of labour, against central differences."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

import dealspace as ds
from dealspace.core.closure import Roy, Specific
from dealspace.instruments.quota import Quota
from engine.economies import economy
from engine.test_gradient import STENCIL, STEP, tolerance
from rival.economies import Recipe, random_economy

SOLVED_TO = 1e-13
LABOUR = {"mobile": "mobile", "roy": Roy(kappa=1.5), "specific": Specific(labour_share=0.6)}
LIMITS = {"tight": 0.25, "loose": 3.0, "flooded": 0.2}
QUOTA_CELLS = {"tight": (0, 1, 1), "loose": (1, 0, 1), "flooded": (2, 1, 0)}
CELLS = {
    "tariff": (0, 1, 0),
    "trade_cost": (1, 1, 0),
    "subsidy": (2, 0, 1),
    "rent": (1, 2, 1),
    "rent_to_importer": (1, 2, 1),
    "services_tax": (1, 0, 0),
}


@cache
def world() -> ds.Economy:
    return economy(random_economy(np.random.default_rng(67), Recipe(regions=3, sectors=2, theta=(1.0, 8.0))))


@cache
def levels() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(71)
    shape = world().flows.shape
    off = ~np.eye(3, dtype=bool)[:, :, None]
    arrays = {
        "tariff": np.where(off, world().tariff + 0.2 * rng.random(shape), 0.0),
        "trade_cost": np.exp(0.2 * rng.random(shape)),
        "subsidy": rng.uniform(-0.2, 0.2, shape),
        "rent": 1.0 + 0.2 * rng.random(shape),
        "rent_to_importer": rng.uniform(0.1, 0.9, shape),
        "services_tax": 0.05 + 0.05 * rng.random(shape),
    }
    for cell in QUOTA_CELLS.values():  # a quota sets the whole duty of its cell
        arrays["tariff"][cell], arrays["services_tax"][cell] = world().tariff[cell], 0.0
    return arrays


@cache
def volumes() -> dict[str, float]:
    """Limits in USD million, for differences in them."""
    return {name: LIMITS[name] * float(world().flows[cell]) for name, cell in QUOTA_CELLS.items()}


def quotas(rates: dict[str, float], limits: dict[str, float]) -> list[Quota]:
    """One that binds, one that is slack, one that overflows; their rents are shared."""
    return [
        Quota("R1", "R2", "S2", volume=limits["tight"], in_rate=rates["tight"], kept=0.4, name="tight"),
        Quota("R2", "R1", "S2", volume=limits["loose"], in_rate=rates["loose"], out_rate=1.0, name="loose"),
        Quota(
            "R3", "R2", "S1", volume=limits["flooded"], in_rate=0.1, out_rate=rates["flooded"], kept=0.7, name="flooded"
        ),
    ]


RATES = {"tight": 0.1, "loose": 0.15, "flooded": 0.3}


def policy(moved: dict[str, np.ndarray] | None = None, rates=RATES, limits=None) -> ds.Policy:
    return ds.Policy(world(), **(moved or levels()), quotas=quotas(rates, limits or volumes()))


def solve(plan: ds.Policy, labour: str, deficits: str = "balanced") -> ds.Equilibrium:
    eq = ds.solve(world(), plan, deficits=deficits, labour=LABOUR[labour], labour_supply=0.3, tolerance=SOLVED_TO)
    assert eq.converged, eq.reason
    return eq


def slopes(objective: str, labour: str):
    return ds.gradient(
        world(), policy(), objective, deficits="balanced", labour=LABOUR[labour], labour_supply=0.3, tolerance=SOLVED_TO
    )


def difference(read, labour: str, move) -> float:
    """Derivative of an outcome by the stencil; `move` gives the policy a step away."""
    return sum(weight * read(solve(move(moves * STEP), labour)) / STEP for moves, weight in STENCIL)


READ = {
    "ev:R1": lambda eq: float(eq.equivalent_variation[0]),
    "jobs:R2:S1": lambda eq: float(eq.employment.sel(region="R2", sector="S1")),
    "rents:R3": lambda eq: float(eq.rents.sel(region="R3")),
}


@pytest.mark.parametrize("labour", LABOUR)
def test_the_three_quotas_are_what_they_are_called(labour):
    assert list(solve(policy(), labour).quotas.status.values) == ["binding", "slack", "over"]


@pytest.mark.parametrize("objective", READ)
@pytest.mark.parametrize("labour", LABOUR)
def test_wedges_of_cells(labour, objective):
    found = slopes(objective, labour)
    largest = max(float(np.abs(found[kind]).max()) for kind in CELLS)
    for kind, cell in CELLS.items():

        def moved(step, kind=kind, cell=cell):
            there = {name: values.copy() for name, values in levels().items()}
            there[kind][cell] += step
            return policy(there)

        expected = difference(READ[objective], labour, moved)
        assert abs(float(found[kind].to_numpy()[cell]) - expected) <= tolerance(np.asarray(expected), largest), kind


@pytest.mark.parametrize("objective", READ)
@pytest.mark.parametrize("labour", LABOUR)
def test_rates_and_limits_of_quotas(labour, objective):
    found = slopes(objective, labour)
    cases = [
        ("quota_inside", "tight", lambda step: policy(rates=RATES | {"tight": RATES["tight"] + step})),
        ("quota_inside", "loose", lambda step: policy(rates=RATES | {"loose": RATES["loose"] + step})),
        ("quota_outside", "flooded", lambda step: policy(rates=RATES | {"flooded": RATES["flooded"] + step})),
    ]
    scale = max(float(np.abs(found[kind]).max()) for kind in ("quota_inside", "quota_outside"))
    for kind, name, moved in cases:
        expected = difference(READ[objective], labour, moved)
        assert abs(float(found[kind].sel(quota=name)) - expected) <= tolerance(np.asarray(expected), scale), (
            kind,
            name,
        )
    solved = solve(policy(), labour)
    for name, limit in volumes().items():
        expected = difference(
            READ[objective], labour, lambda step, n=name, v=limit: policy(limits=volumes() | {n: v * (1 + step)})
        )
        # The limit that is solved is the one of the balanced base.
        slope = float(found.quota_limit.sel(quota=name)) * float(solved.quotas.limit.sel(quota=name))
        assert abs(slope - expected) <= tolerance(np.asarray(expected), scale), name
    assert float(found.quota_limit.sel(quota="loose")) == 0.0
    assert float(found.quota_outside.sel(quota="tight")) == 0.0


def test_the_value_and_the_closure_stand_beside_the_slopes():
    found = slopes("ev:R1", "roy")
    assert found.attrs["value"] == pytest.approx(READ["ev:R1"](solve(policy(), "roy")), rel=1e-10)
    assert found.attrs["closure"] == "deficits balanced, labour roy, labour supply elastic (0.3)"
