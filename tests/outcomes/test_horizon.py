"""Horizons: their parameters by hand, and worlds at a horizon that are still legal bases."""

from __future__ import annotations

import numpy as np
import pytest

import dealspace as ds
from dealspace.core.closure import Closure, Mobile, Roy, Specific
from dealspace.errors import DealspaceError, UnknownNameError
from dealspace.outcomes.horizon import HORIZONS, LONG, MEDIUM, SHORT, SOURCES, Horizon, closure_of, horizon_of

WORLD = ds.load_world("world-2022")


def test_the_short_run_scales_the_elasticity_of_trade_net_of_duty():
    # 0.38 (1 + theta) - 1 by hand: theta 4 gives 0.9, theta 9 gives 2.8; 2 would give 0.14, below the floor.
    assert SHORT.elasticities(np.array([4.0, 9.0, 2.0])) == pytest.approx([0.9, 2.8, 0.5])
    assert MEDIUM.elasticities(np.array([4.0])) == pytest.approx([4.0])


def test_an_elasticity_below_the_floor_is_not_raised():
    assert SHORT.elasticities(np.array([0.3])) == pytest.approx([0.3])


@pytest.mark.parametrize("horizon", HORIZONS.values(), ids=lambda each: each.name)
@pytest.mark.parametrize("deficits", ["fixed", "balanced"])
def test_no_shock_leaves_a_world_at_a_horizon_as_it_was(horizon, deficits):
    eq = ds.solve(WORLD, horizon=horizon.name, deficits=deficits)
    assert eq.converged, eq.reason
    assert float(abs(eq.real_income - 1).max()) < 1e-10
    assert float(abs(eq.employment - 1).max()) < 1e-9


def test_horizons_share_the_base_year():
    short, long = ds.solve(WORLD, horizon="short"), ds.solve(WORLD, horizon="long")
    np.testing.assert_array_equal(short.world.flows, long.world.flows)
    balanced = [ds.solve(WORLD, horizon=name, deficits="balanced") for name in ("short", "long")]
    np.testing.assert_array_equal(balanced[0].world.flows, balanced[1].world.flows)
    assert short.world is ds.solve(WORLD, horizon="short").world  # made once
    assert long.world is WORLD


def test_presets_are_what_the_design_says():
    assert (type(SHORT.labour), type(MEDIUM.labour), type(LONG.labour)) == (Specific, Roy, Mobile)
    assert SHORT.elasticity_scale == pytest.approx(0.38)
    assert closure_of("fixed", horizon=SHORT) == Closure("fixed", Specific(0.6), 0.0)
    assert closure_of("balanced", horizon=MEDIUM) == Closure("balanced", Roy(1.5), 0.0)
    assert closure_of("fixed") == Closure("fixed", Mobile(), 0.0)


def test_what_is_said_beside_a_horizon_overrides_it():
    assert closure_of("fixed", "roy", "elastic", SHORT) == Closure("fixed", Roy(1.5), 0.25)
    assert closure_of("fixed", Specific(0.7), 0.5, LONG) == Closure("fixed", Specific(0.7), 0.5)


def test_every_parameter_has_a_source_or_is_called_an_assumption():
    assert set(SHORT.sources) == {"elasticity_scale", "least_elasticity", "labour_share"}
    assert set(MEDIUM.sources) == {"kappa"}
    assert LONG.sources == {}
    assert all("assumption" in text or "20" in text for text in SOURCES.values())


def test_own_horizons_are_taken():
    mine = Horizon("two years", Specific(0.7), elasticity_scale=0.5)
    eq = ds.solve(WORLD, horizon=mine)
    assert eq.horizon is mine
    # 0.5 (1 + 5) - 1 = 2 for services.
    assert eq.world.trade_elasticity[WORLD.sector_index("K_M_N")] == pytest.approx(2.0)
    assert horizon_of(None) is None


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"horizon": "shrt"}, "did you mean 'short'"),
        ({"labour": "rov"}, "did you mean 'roy'"),
        ({"labour_supply": "elastc"}, "did you mean 'elastic'"),
    ],
)
def test_unknown_words_offer_near_ones(given, message):
    with pytest.raises(UnknownNameError, match=message):
        ds.solve(WORLD, **given)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"labour": Roy(kappa=1.0)}, "kappa is 1.0"),
        ({"labour": Roy(kappa=float("inf"))}, "kappa is inf"),
        ({"labour": Specific(labour_share=0.0)}, "labour share is 0.0"),
        ({"labour": Specific(labour_share=1.2)}, "labour share is 1.2"),
        ({"labour_supply": -0.1}, "labour supply is -0.1"),
        ({"labour_supply": True}, "labour supply is True"),
        ({"labour_supply": float("nan")}, "labour supply is nan"),
    ],
)
def test_parameters_out_of_bounds_are_refused_in_words(given, message):
    with pytest.raises(DealspaceError, match=message):
        ds.solve(WORLD, **given)
