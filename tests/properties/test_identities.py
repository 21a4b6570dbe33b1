"""Any small world under any shock: every identity holds, or the solver says why there is no number."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, event, given, settings

import dealspace as ds
from dealspace.errors import NotConvergedError
from engine.economies import CLOSURES, arrays, economy
from properties.identities import gaps, outcomes
from properties.strategies import shocked_worlds, worlds
from rival.model import NoEquilibriumFoundError, Shock, calibrate, rebase

IDENTITY = 1e-8
QUICK = settings(max_examples=100, deadline=None, derandomize=True, database=None)
THOROUGH = settings(
    max_examples=1000, deadline=None, derandomize=True, database=None, suppress_health_check=[HealthCheck.too_slow]
)
NUMBERS = ("real_income", "real_wage", "price_index", "flows", "tariff_revenue", "output", "income")


def base_of(world, closure):
    """What outcomes are compared with under a closure; None where a world cannot do without its deficits."""
    if closure != "balanced":
        return calibrate(*arrays(world))
    try:
        return calibrate(*arrays(world.rebase(deficits="balanced")))
    except NotConvergedError:
        return None


def check(example, closure):
    """Solve one example and hold it to the identities, or to saying why it cannot be solved."""
    data, wedges = example
    world = economy(data)
    equilibrium = ds.solve(world, ds.Policy(world, **wedges), deficits=closure)
    event("converged" if equilibrium.converged else "not converged")
    if not equilibrium.converged:
        assert isinstance(equilibrium.reason, str)
        assert len(equilibrium.reason.split()) > 3
        for name in NUMBERS:
            with pytest.raises(NotConvergedError):
                getattr(equilibrium, name)
        return
    found = outcomes(equilibrium)
    assert all(np.isfinite(values).all() for values in found.values())
    assert (found["income"] > 0).all(), found["income"]
    assert (found["flows"] >= 0).all()
    base = base_of(world, closure)
    assert base is not None
    shock = Shock(**wedges, rent=np.ones_like(wedges["tariff"]))
    missed = gaps(base, shock, "fixed" if closure == "balanced" else closure, found)
    assert max(missed.values()) <= IDENTITY, missed


@pytest.mark.parametrize("closure", CLOSURES)
def test_identities_hold_or_there_is_a_reason(closure):
    @QUICK
    @given(shocked_worlds())
    def run(example):
        check(example, closure)

    run()


@pytest.mark.slow
@pytest.mark.parametrize("closure", CLOSURES)
def test_identities_hold_or_there_is_a_reason_at_length(closure):
    @THOROUGH
    @given(shocked_worlds())
    def run(example):
        check(example, closure)

    run()


@pytest.mark.parametrize("closure", CLOSURES)
def test_no_shock_changes_nothing(closure):
    @QUICK
    @given(worlds())
    def run(data):
        world = economy(data)
        if base_of(world, closure) is None:
            return
        equilibrium = ds.solve(world, ds.Policy(world), deficits=closure)
        assert equilibrium.converged, equilibrium.reason
        for name in ("real_income", "real_wage", "price_index"):
            assert np.abs(getattr(equilibrium, name).to_numpy() - 1.0).max() <= 1e-10, name

    run()


@QUICK
@given(worlds())
def test_a_balanced_world_is_the_one_the_independent_model_finds(data):
    try:
        expected = rebase(calibrate(*data), "balanced")
        balanced = economy(data).rebase(deficits="balanced")
    except (NoEquilibriumFoundError, NotConvergedError) as error:
        event(type(error).__name__)
        return
    assert np.abs(balanced.deficit).max() <= IDENTITY * balanced.income.min()
    assert np.abs(balanced.flows - expected.flows).max() <= IDENTITY * expected.income.max()
    assert balanced.value_added.sum() == pytest.approx(expected.value_added.sum(), rel=1e-10)
