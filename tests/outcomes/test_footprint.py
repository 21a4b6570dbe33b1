"""Makers and plants: a two-by-two example by hand, limits, costs, duties, jobs."""

from __future__ import annotations

import math

import numpy as np
import pytest

import dealspace as ds
from dealspace.errors import DealspaceError, UnknownNameError
from dealspace.outcomes.footprint import (
    Duty,
    Footprint,
    Note,
    Parameters,
    costs_given,
    costs_solved,
    nested_choice,
    respond,
)

UNITS = np.array([[60.0, 40.0], [90.0, 10.0]])
DOUBLE = np.array([[1.0, 2.0], [1.0, 2.0]])


def make(**changes: object) -> Footprint:
    """Makers A and B with plants at home and away."""
    given: dict = {
        "market": "HOME",
        "sector": "CARS",
        "makers": ("A", "B"),
        "plants": ("HOME", "AWAY"),
        "units": UNITS,
    }
    return Footprint(**(given | changes))


# -- the nest ---------------------------------------------------------------------------------------------------


def test_two_makers_with_two_plants_by_hand():
    # sigma 2: 1/P_A = 0.6 + 0.4/2 = 0.8 and 1/P_B = 0.9 + 0.1/2 = 0.95; eta 3: 1/P^2 = (0.8^2 + 0.95^2)/2 = 0.77125.
    choice = nested_choice(UNITS, DOUBLE, 2.0, 3.0)
    a, b = 0.64 / 0.77125, 0.9025 / 0.77125  # factors on the makers' shares
    expected = [[60 / 0.8 * a, 40 / 2 / 0.8 / 2 * a], [90 / 0.95 * b, 10 / 2 / 0.95 / 2 * b]]
    np.testing.assert_allclose(UNITS * choice.units_hat, expected, rtol=1e-12)
    np.testing.assert_allclose(UNITS * choice.units_hat, [[62.23663, 10.37277], [110.85892, 3.07941]], rtol=1e-5)
    np.testing.assert_allclose(choice.maker_price_hat, [1.25, 1 / 0.95], rtol=1e-12)
    assert choice.price_hat == pytest.approx(0.77125**-0.5, rel=1e-12)


def test_equal_elasticities_are_one_flat_nest():
    # sigma = eta = 2: every plant sells units p^-2 / sum s/p, and the sum is (150 + 50/2)/200 = 0.875.
    choice = nested_choice(UNITS, DOUBLE, 2.0, 2.0)
    np.testing.assert_allclose(choice.units_hat, [[1 / 0.875, 0.25 / 0.875]] * 2, rtol=1e-12)


@pytest.mark.parametrize(("sigma", "eta"), [(0.0, 0.0), (1.0, 1.0), (8.0, 4.0), (math.inf, math.inf), (0.0, math.inf)])
def test_an_equal_rise_leaves_shares(sigma, eta):
    choice = nested_choice(UNITS, np.full((2, 2), 1.1), sigma, eta, spending_hat=1.1)
    np.testing.assert_allclose(choice.units_hat, 1.0, rtol=1e-12)
    assert choice.price_hat == pytest.approx(1.1, rel=1e-12)


def test_without_substitution_quantities_keep_their_proportions():
    # The basket costs (150 + 2 * 50) / 200 = 1.25 times as much, so 0.8 of it can be bought.
    np.testing.assert_allclose(nested_choice(UNITS, DOUBLE, 0.0, 0.0).units_hat, 0.8, rtol=1e-12)


def test_at_one_spending_by_plant_stays():
    np.testing.assert_allclose(nested_choice(UNITS, DOUBLE, 1.0, 1.0).units_hat, [[1.0, 0.5]] * 2, rtol=1e-12)
    near = nested_choice(UNITS, DOUBLE, 1.0 + 1e-6, 1.0 - 1e-6).units_hat
    np.testing.assert_allclose(near, [[1.0, 0.5]] * 2, rtol=1e-5)


def test_perfect_substitutes_are_built_where_they_are_cheapest():
    choice = nested_choice(UNITS, DOUBLE, math.inf, 1.0)
    np.testing.assert_allclose(UNITS * choice.units_hat, [[100.0, 0.0], [100.0, 0.0]], rtol=1e-12)
    np.testing.assert_allclose(choice.maker_price_hat, 1.0)
    close = UNITS * nested_choice(UNITS, DOUBLE, 200.0, 1.0).units_hat
    np.testing.assert_allclose(close, [[100.0, 0.0], [100.0, 0.0]], atol=0.3)
    tie = nested_choice(np.array([[60.0, 30.0, 10.0]]), np.array([[1.0, 1.0, 3.0]]), math.inf, 1.0)
    np.testing.assert_allclose(tie.units_hat, [[1 / 0.9, 1 / 0.9, 0.0]], rtol=1e-12)


def test_slopes_are_those_of_the_textbook():
    # Own price: -(sigma (1 - s_p|m) + eta s_p|m (1 - s_m) + s_p|m s_m); another maker's plant: s (eta - 1).
    sigma, eta, step = 7.0, 3.0, 1e-6

    def log_units(change: float) -> np.ndarray:
        prices = np.ones((2, 2))
        prices[0, 1] = math.exp(change)
        return np.log(nested_choice(UNITS, prices, sigma, eta).units_hat)

    slope = (log_units(step) - log_units(-step)) / (2 * step)
    own = -(sigma * 0.6 + eta * 0.4 * 0.5 + 0.4 * 0.5)
    sister = 0.4 * (sigma - eta) + 0.2 * (eta - 1)
    np.testing.assert_allclose(slope, [[sister, own], [0.2 * (eta - 1)] * 2], rtol=1e-6)


def test_elasticities_by_maker():
    mixed = nested_choice(UNITS, DOUBLE, np.array([2.0, 1.0]), 1.0).units_hat
    np.testing.assert_allclose(mixed, [[1.25, 0.3125], [1.0, 0.5]], rtol=1e-12)


def test_places_without_sales_do_not_count():
    units = np.array([[60.0, 40.0], [90.0, 0.0]])
    prices = np.array([[1.0, 2.0], [1.0, np.nan]])
    choice = nested_choice(units, prices, 2.0, 3.0)
    assert choice.maker_price_hat[1] == pytest.approx(1.0)
    assert np.isfinite(choice.units_hat[0]).all()


@pytest.mark.parametrize(
    ("spending", "price", "sigma", "words"),
    [
        (np.ones((2, 3)), DOUBLE, 2.0, "equal shapes"),
        (np.array([[0.0, 0.0], [1.0, 1.0]]), DOUBLE, 2.0, "some spending"),
        (UNITS, -DOUBLE, 2.0, "change of price"),
        (UNITS, DOUBLE, -1.0, "between plants is -1"),
        (UNITS, DOUBLE, math.nan, "between plants is nan"),
    ],
)
def test_the_nest_refuses_what_makes_no_sense(spending, price, sigma, words):
    with pytest.raises(DealspaceError, match=words):
        nested_choice(spending, price, sigma, 3.0)


# -- the response to plain numbers ------------------------------------------------------------------------------


def test_no_change_gives_the_base():
    footprint = make(exports=50.0, workers=1000.0, value={"AWAY": 30_000.0})
    response = respond(footprint, costs_given(footprint, {"AWAY": (0.025, 0.025)}))
    np.testing.assert_allclose(response.units, UNITS, rtol=1e-13)
    assert response.output == (200.0, 200.0)
    assert response.jobs == (1000.0, 1000.0)
    np.testing.assert_allclose(response.displaced, 0.0, atol=1e-11)
    np.testing.assert_allclose(response.duty_per_unit[:, :, 1], 750.0)
    assert response.residual is None


def test_a_duty_that_doubles_the_price_by_hand():
    # As in the first test; sales at home 62.237 + 110.859, exports a tenth lower.
    footprint = make(exports=50.0, workers=1000.0)
    costs = costs_given(footprint, {"AWAY": (0.0, 1.0)}, exports_hat=0.9)
    response = respond(footprint, costs, Parameters(between_plants=2.0, between_makers=3.0))
    at_home = 75 * 0.64 / 0.77125 + 90 / 0.95 * 0.9025 / 0.77125
    assert response.output == pytest.approx((200.0, at_home + 45.0), rel=1e-12)
    assert response.jobs == pytest.approx((1000.0, 1000.0 * (at_home + 45.0) / 200.0), rel=1e-12)
    np.testing.assert_allclose(response.displaced, [40 - 10.37277, 10 - 3.07941], rtol=1e-5)


def test_spending_adds_up_to_that_of_the_market():
    footprint = make()
    costs = costs_given(footprint, {"AWAY": (0.025, 0.275)}, {"HOME": 1.05, "AWAY": 0.99}, spending_hat=1.03)
    response = respond(footprint, costs)
    assert (response.units * response.buyer_hat).sum() == pytest.approx(1.03 * UNITS.sum(), rel=1e-12)


def test_duty_per_car_and_in_total():
    footprint = make(value={"AWAY": 30_000.0})
    costs = costs_given(footprint, {"AWAY": (0.025, 0.275)}, {"AWAY": 0.98})
    response = respond(footprint, costs)
    assert response.duty_per_unit[1, 0, 1] == pytest.approx(30_000 * 0.98 * 0.275)
    total = 30_000 * 0.98 * 0.275 * response.units[:, 1] / 1e6
    np.testing.assert_allclose(response.duty_total[1, :, 1], total, rtol=1e-12)
    assert np.isnan(response.duty_per_unit[:, :, 0]).all()  # no value is given for cars built at home
    # The seller bears the whole duty: the price at the gate falls by 1.025 / 1.275, and the duty is due on that.
    none = respond(footprint, costs_given(footprint, {"AWAY": (0.025, 0.275)}), Parameters(pass_through=0.0))
    np.testing.assert_allclose(none.units, UNITS, rtol=1e-12)
    assert none.duty_per_unit[1, 0, 1] == pytest.approx(30_000 * 0.275 * 1.025 / 1.275)


def test_duty_on_parts_raises_the_cost_of_the_groups_home_plants():
    footprint = make(group=("A",), parts_from="AWAY", parts_share=0.1, parts_value=8.0, exports=20.0)
    costs = costs_given(footprint, parts=Duty(0.0, 0.25))
    np.testing.assert_allclose(costs.buyer_hat, [[1.25**0.1, 1.0], [1.0, 1.0]], rtol=1e-12)
    response = respond(footprint, costs)
    before, after = response.output
    assert before == 80.0
    assert after < before
    # Output times a fixed share of cost: volume moves with output * 1.25^0.1 / 1.25, duty is a quarter of its value.
    volume = after / before * 1.25**0.1 / 1.25
    assert response.parts_volume_hat == pytest.approx(volume, rel=1e-12)
    assert response.parts_duty == pytest.approx((0.0, 8.0 * volume * 0.25), rel=1e-12)


def test_a_name_that_stands_for_many_makers_substitutes_like_makers():
    footprint = make(composite=("B",))
    costs = costs_given(footprint, {"AWAY": (0.0, 1.0)})
    response = respond(footprint, costs, Parameters(between_plants=2.0, between_makers=1.0))
    np.testing.assert_allclose(response.units, [[75.0, 12.5], [90.0, 5.0]], rtol=1e-12)


def test_wrong_settings_are_refused_in_words():
    footprint = make()
    with pytest.raises(UnknownNameError, match="'origins'"):
        respond(footprint, costs_given(footprint), anchor="origin")
    with pytest.raises(DealspaceError, match="needs volumes by place"):
        respond(footprint, costs_given(footprint), anchor="origins")
    with pytest.raises(DealspaceError, match="MARS is no place"):
        costs_given(footprint, {"MARS": (0.0, 0.1)})
    with pytest.raises(DealspaceError, match=r"pass_through: -0\.1"):
        Parameters(pass_through=-0.1)
    with pytest.raises(DealspaceError, match="jobs: has no bound"):
        Parameters(jobs=math.inf)
    with pytest.raises(UnknownNameError, match="'seen'"):
        Note("see", "", "")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"units": np.ones((2, 3))}, r"units: has the shape \(2, 3\)"),
        ({"units": -UNITS}, "units: holds a negative"),
        ({"units": np.array([[1.0, 1.0], [0.0, 0.0]])}, "B sells nothing"),
        ({"makers": ("A", "A")}, "makers: names something twice"),
        ({"market": "MARS"}, "none is built in MARS alone"),
        ({"group": ("C",)}, "group: unknown name 'C'"),
        ({"value": {"AWAY": -1.0}}, "value.AWAY: -1.0 is not a value"),
        ({"origins": {"AWAY": {"X": 0.6, "Y": 0.3}}}, "origins.AWAY: has weights"),
        ({"parts_share": 0.1}, "name a region in parts_from"),
        ({"exports": -1.0}, "exports: is negative"),
    ],
)
def test_a_footprint_names_its_faults(changes, words):
    with pytest.raises(DealspaceError, match=words):
        make(**changes)


# -- from an equilibrium ----------------------------------------------------------------------------------------


def small_world() -> ds.Economy:
    """HOME buys a quarter of its cars AWAY, at a duty of 10 %; a tenth of costs are cars' own products."""
    return ds.Economy(
        flows=np.array([[[66.0], [20.0]], [[14.0], [60.0]]]),
        tariff=np.array([[[0.0], [0.1]], [[0.0], [0.0]]]),
        io_share=np.full((2, 1, 1), 0.1),
        va_share=np.full((2, 1), 0.9),
        trade_elasticity=4.0,
        regions=("HOME", "AWAY"),
        sectors=("CARS",),
    )


def test_costs_from_an_equilibrium_follow_the_formulas():
    world = small_world()
    eq = ds.solve(world, ds.Policy(world, tariff={("HOME", "AWAY", "CARS"): 0.35}))
    footprint = make(parts_from="AWAY", parts_share=0.2)
    costs = costs_solved(footprint, eq, {"AWAY": Duty(0.1, 0.35)}, Duty(0.1, 0.35))
    c_home, c_away = np.asarray(eq.solution.c_hat)[:, 0]
    assert costs.buyer_hat[0, 1] == pytest.approx(c_away * 1.35 / 1.1, rel=1e-12)
    # A tenth of costs are cars' products, 22 of 88 of them from AWAY: 0.025 of cost on average, 0.2 here.
    parts = c_away * 1.35 / 1.1 / float(np.asarray(eq.solution.P_hat)[0, 0])
    assert costs.buyer_hat[0, 0] == pytest.approx(c_home * parts ** (0.2 - 0.1 * 22 / 88), rel=1e-12)
    assert costs.spending_hat == pytest.approx(float(eq.income[0]) / world.income[0], rel=1e-12)
    volume = float(eq.flows[0, 1, 0]) / c_away / 20.0
    np.testing.assert_allclose(costs.volume_hat, [float(eq.flows[0, 0, 0]) / c_home / 66.0, volume], rtol=1e-12)
    assert costs.exports_hat == pytest.approx(float(eq.flows[1, 0, 0]) / c_home / 14.0, rel=1e-12)


def test_a_subsidy_lowers_the_price_at_the_gate():
    world = small_world()
    eq = ds.solve(world, ds.Policy(world, subsidy={("HOME", "AWAY", "CARS"): 0.1}))
    costs = costs_solved(make(parts_from="AWAY", parts_share=0.2), eq, {"AWAY": Duty(0.1, 0.1)}, Duty(0.1, 0.1))
    gate = 0.9 * float(np.asarray(eq.solution.c_hat)[1, 0])  # sellers get c_hat, buyers pay a tenth less
    np.testing.assert_allclose(costs.buyer_hat[:, 1], gate, rtol=1e-12)
    assert costs.parts_price_hat == pytest.approx(gate, rel=1e-12)


def test_places_of_several_regions_are_mixed_by_their_weights():
    world = small_world()
    eq = ds.solve(world, ds.Policy(world, tariff={("HOME", "AWAY", "CARS"): 0.35}))
    footprint = make(origins={"AWAY": {"HOME": 0.25, "AWAY": 0.75}})
    costs = costs_solved(footprint, eq, {"AWAY": Duty(0.1, 0.35)})
    np.testing.assert_allclose(costs.duty_after, [0.0, 0.75 * 0.35], rtol=1e-12)
    c_home, c_away = np.asarray(eq.solution.c_hat)[:, 0]
    np.testing.assert_allclose(costs.producer_hat[0, 1], 0.25 * c_home + 0.75 * c_away, rtol=1e-12)


def test_the_anchor_by_origin_takes_the_equilibriums_volumes():
    world = small_world()
    eq = ds.solve(world, ds.Policy(world, tariff={("HOME", "AWAY", "CARS"): 0.35}))
    costs = costs_solved(make(), eq, {"AWAY": Duty(0.1, 0.35)})
    loose, tied = respond(make(), costs), respond(make(), costs, anchor="origins")
    np.testing.assert_allclose(tied.units.sum(axis=0), UNITS.sum(axis=0) * costs.volume_hat, rtol=1e-12)
    # Only the scale of a place differs, the mix of makers is the nest's.
    np.testing.assert_allclose(tied.units[0] / tied.units[1], loose.units[0] / loose.units[1], rtol=1e-12)
    expected = loose.units.sum(axis=0) / UNITS.sum(axis=0) - costs.volume_hat
    np.testing.assert_allclose(loose.residual, expected, rtol=1e-12)
    np.testing.assert_allclose(tied.residual, expected, rtol=1e-12)


def test_no_policy_leaves_the_footprint():
    world = small_world()
    footprint = make(parts_from="AWAY", parts_share=0.2)
    response = respond(footprint, costs_solved(footprint, ds.solve(world), {"AWAY": Duty(0.1, 0.1)}, Duty(0.1, 0.1)))
    np.testing.assert_allclose(response.units, UNITS, rtol=1e-9)
    assert response.price_residual == pytest.approx(0.0, abs=1e-9)
