"""The labelled surface: names, units, closures, and what an unsolved policy says."""

from __future__ import annotations

import numpy as np
import pytest

import dealspace as ds
from dealspace.errors import DealspaceError, NotConvergedError, PolicyError, UnknownNameError

WORLD = ds.load_world("world-2022")
CARS = {("USA", "JPN", "C29"): 0.275}


@pytest.fixture(scope="module")
def cars():
    return ds.solve(WORLD, ds.Policy(WORLD, tariff=CARS, name="cars"))


def test_arrays_carry_names_units_and_meaning(cars):
    assert cars.flows.dims == ("importer", "exporter", "sector")
    assert cars.output.dims == ("region", "sector")
    assert cars.real_income.attrs["unit"] == "ratio, 1 = no change"
    assert cars.flows.attrs["unit"] == "USD million a year"
    assert list(cars.real_income["region"].values) == list(WORLD.regions)


def test_a_car_tariff_does_what_it_should(cars):
    assert float(cars.real_income.sel(region="JPN")) < 1
    assert float(cars.output_volume.sel(region="JPN", sector="C29")) < 1
    assert float(cars.output_volume.sel(region="USA", sector="C29")) > 1
    assert cars.balance("USA", "JPN") > ds.solve(WORLD).balance("USA", "JPN")
    assert float(cars.consumer_price.sel(region="USA")) > 1


def test_fixed_deficits_hold_and_balanced_ones_are_zero(cars):
    np.testing.assert_allclose(cars.deficit, WORLD.deficit, rtol=1e-12)
    balanced = ds.solve(WORLD, ds.Policy(WORLD, tariff=CARS), deficits="balanced")
    assert np.abs(balanced.world.deficit).max() < 1e-3
    np.testing.assert_allclose(balanced.deficit, 0.0, atol=1e-9)
    assert float(abs(ds.solve(WORLD, deficits="balanced").real_income - 1).max()) < 1e-10


def test_a_start_nearby_changes_nothing_but_the_work(cars):
    more = ds.Policy(WORLD, tariff={("USA", "JPN", "C29"): 0.28})
    near, far = ds.solve(WORLD, more, start=cars), ds.solve(WORLD, more)
    assert near.status.iterations < far.status.iterations
    np.testing.assert_allclose(near.real_income, far.real_income, atol=1e-9)


def test_a_policy_too_far_has_a_reason_and_no_number():
    world = ds.Economy(
        flows=np.array([[[60.0], [40.0]], [[2.0], [30.0]]]),
        tariff=0.0,
        io_share=np.full((2, 1, 1), 0.2),
        va_share=np.full((2, 1), 0.8),
        trade_elasticity=4.0,
        regions=("HOME", "AWAY"),
        sectors=("ALL",),
    )
    eq = ds.solve(world, ds.Policy(world, tariff={("HOME", "AWAY", "ALL"): 3.0}, name="wall"))
    assert not eq.converged
    assert "AWAY" in eq.reason
    assert "{" not in eq.reason
    with pytest.raises(NotConvergedError, match=r"wall: no equilibrium .* surplus of AWAY"):
        _ = eq.real_income


def test_wrong_names_and_arrays_are_refused_in_words():
    with pytest.raises(UnknownNameError, match="'balanced'"):
        ds.solve(WORLD, deficits="balnced")
    with pytest.raises(UnknownNameError, match="JPN"):
        ds.Policy(WORLD, tariff={("USA", "JAP", "C29"): 0.1})
    with pytest.raises(PolicyError, match=r"trade_cost: 0 at \(USA, JPN, C29\)"):
        ds.Policy(WORLD, trade_cost={("USA", "JPN", "C29"): 0.0})
    with pytest.raises(PolicyError, match="own sales"):
        ds.Policy(WORLD, tariff={("USA", "USA", "C29"): 0.1})
    with pytest.raises(PolicyError, match="importer 30"):
        ds.Policy(WORLD, tariff=np.zeros((2, 2, 2)))
    other = WORLD.aggregate(regions={"ASIA": ["JPN", "KOR", "CHN"]})
    with pytest.raises(PolicyError, match="made for"):
        ds.solve(WORLD, ds.Policy(other))


def test_labelled_tariffs_are_taken_in_any_order():
    given = WORLD.to_dataset().tariff.transpose("sector", "exporter", "importer").copy()
    given.loc[{"importer": "USA", "exporter": "JPN", "sector": "C29"}] = 0.275
    shuffled = given.isel(sector=slice(None, None, -1))
    np.testing.assert_array_equal(ds.Policy(WORLD, tariff=shuffled).tariff, ds.Policy(WORLD, tariff=CARS).tariff)


@pytest.mark.parametrize("tolerance", [1.0, float("inf"), -1, float("nan"), "a", None])
def test_a_tolerance_that_would_pass_anything_is_refused(tolerance):
    with pytest.raises(DealspaceError, match="tolerance"):
        ds.solve(WORLD, tolerance=tolerance)


def test_things_of_another_kind_are_refused_in_words(cars):
    with pytest.raises(DealspaceError, match="not an economy"):
        ds.solve("world-2022")
    with pytest.raises(PolicyError, match="not a policy"):
        ds.solve(WORLD, "no-deal")
    with pytest.raises(DealspaceError, match="ev:USA"):
        ds.gradient(WORLD, None, 5)
    for steps in (0, -1, 2.5, True):
        with pytest.raises(DealspaceError, match="whole number"):
            cars.decomposition(steps)


def test_sector_prices_and_volumes_are_of_one_piece(cars):
    inflation = np.asarray(cars.sector_price) * np.asarray(cars.price_index)[:, None]
    np.testing.assert_allclose(inflation, cars.solution.P_hat, rtol=1e-12)
    assert float(cars.sector_price.sel(region="USA", sector="C29")) > 1.003
    value = cars.flow_volume * np.asarray(cars.solution.c_hat)[None]
    np.testing.assert_allclose(value, cars.flows, rtol=1e-12)


def _pair(share: float) -> ds.Economy:
    """Two equal regions that buy `share` of everything from each other."""
    flows = 100 * np.array([[[1 - share], [share]], [[share], [1 - share]]])
    return ds.Economy(
        flows=flows, tariff=0.0, io_share=np.zeros((2, 1, 1)), va_share=np.ones((2, 1)), trade_elasticity=4.0
    )


@pytest.mark.parametrize("share", [0.3, 0.01, 1e-6])
def test_conditioning_is_the_slope_of_excess_demand(share):
    # Without inputs income is the wage, so demand can be written out and differenced.
    world = _pair(share)
    eq = ds.solve(world)
    step = 1e-5

    def log_excess(log_w: np.ndarray) -> np.ndarray:
        w = np.exp(log_w)
        pull = np.array([[1 - share, share], [share, 1 - share]]) * w[None, :] ** -4.0
        return np.log((pull / pull.sum(axis=1, keepdims=True) * w[:, None]).sum(axis=0) / w)

    apart = np.array([1.0, -1.0]) / np.sqrt(2)
    slope = (log_excess(step * apart) - log_excess(-step * apart)) / (2 * step)
    assert eq.conditioning() == pytest.approx(float(np.linalg.norm(slope)), rel=1e-4)


def test_conditioning_of_the_benchmark_is_of_order_one(cars):
    assert 0.05 < cars.conditioning() < 10
    alone = _pair(0.3).aggregate(regions={"ALL": ["R1", "R2"]})
    assert ds.solve(alone).conditioning() == np.inf


# -- labour and budgets ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def short():
    return ds.solve(WORLD, ds.Policy(WORLD, tariff=CARS, name="cars"), horizon="short", labour_supply="elastic")


def test_every_number_says_its_closure(short, cars):
    words = "deficits fixed, labour specific, labour supply elastic (0.25), horizon short"
    for name in ("real_income", "employment", "flows", "sector_wage", "transfers"):
        assert getattr(short, name).attrs["closure"] == words
    assert words in repr(short)
    assert cars.real_income.attrs["closure"] == "deficits fixed, labour mobile, labour supply fixed"


def test_real_income_is_called_no_welfare_only_where_it_is_none(short, cars):
    assert "equivalent_variation" in short.real_income.attrs["note"]
    assert "cost of work" in short.equivalent_variation.attrs["note"]
    assert "note" not in cars.real_income.attrs
    np.testing.assert_allclose(cars.welfare, cars.real_income, rtol=1e-12)
    assert float(abs(short.welfare - short.real_income).max()) > 1e-6


def test_in_the_short_run_owners_of_car_plants_bear_more_than_workers(short):
    cell = {"region": "JPN", "sector": "C29"}
    assert float(short.capital_return.sel(cell)) < float(short.real_wage.sel(region="JPN")) < 1
    # r_j / W is employment: both are VA_hat_j over W.
    ratio = float(short.capital_return.sel(cell) / short.real_wage.sel(region="JPN"))
    assert ratio == pytest.approx(float(short.employment.sel(cell)), rel=1e-12)
    assert float(short.sector_wage.sel(cell)) == pytest.approx(float(short.real_wage.sel(region="JPN")), rel=1e-12)


def test_under_roy_wages_differ_by_sector_as_employment_to_the_inverse_of_kappa():
    eq = ds.solve(WORLD, ds.Policy(WORLD, tariff=CARS), labour="roy", tolerance=1e-12)
    jobs, wage = (getattr(eq, name).sel(region="JPN", sector="C29") for name in ("employment", "sector_wage"))
    mean = float(eq.real_wage.sel(region="JPN"))
    assert float(wage) / mean == pytest.approx(float(jobs) ** (1 / 1.5), rel=1e-9)
    assert "ability" in eq.sector_wage.attrs["note"]


def test_returns_to_capital_are_refused_where_none_is_tied(cars):
    with pytest.raises(DealspaceError, match=r"labour is mobile, .* labour='specific'"):
        _ = cars.capital_return


def test_jobs_move_less_the_shorter_the_run():
    jobs = [
        float(ds.solve(WORLD, ds.Policy(WORLD, tariff=CARS), horizon=name).employment.sel(region="JPN", sector="C29"))
        for name in ("short", "medium", "long")
    ]
    assert jobs[2] < jobs[1] < jobs[0] < 1


def test_satellites_are_those_of_their_own_pages(short):
    from dealspace.outcomes.jobs import jobs
    from dealspace.outcomes.products import products

    assert short.jobs(["JPN"]).equals(jobs(short, ["JPN"]))
    assert short.jobs(["JPN"]).height > 0
    assert short.products("us-cars").equals(products(short, "us-cars"))
    assert short.notes == ()
