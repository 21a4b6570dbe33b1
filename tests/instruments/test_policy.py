"""A policy takes rates in several shapes, refuses what it cannot read in words, and stays as checked."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import numpy as np
import pytest
import xarray as xr

from dealspace.errors import DealspaceError, PolicyError, UnknownNameError
from dealspace.instruments.policy import Policy
from instruments.small_world import REGIONS, SECTORS, cell, small_world

SHAPE = (len(REGIONS), len(REGIONS), len(SECTORS))
COORDS = {"importer": list(REGIONS), "exporter": list(REGIONS), "sector": list(SECTORS)}
AXES = ("importer", "exporter", "sector")


@pytest.fixture(scope="module")
def world():
    return small_world(lines=False)


def distinct() -> np.ndarray:
    """Rates that all differ, none on own sales."""
    rates = np.arange(1, np.prod(SHAPE) + 1).reshape(SHAPE) / 1000
    rates[np.arange(SHAPE[0]), np.arange(SHAPE[0])] = 0.0
    return rates


@pytest.mark.parametrize("value", [0.275, np.float64(0.275), np.array(0.275), np.float32(0.25), 1])
def test_a_cell_takes_any_real_number(world, value):
    policy = Policy(world, tariff={("USA", "JPN", "C29"): value})
    assert policy.tariff[cell(world, "USA", "JPN", "C29")] == pytest.approx(float(value))
    assert policy.tariff[cell(world, "USA", "JPN", "C24")] == world.tariff[cell(world, "USA", "JPN", "C24")]


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ("25%", "tariff: '25%' at (USA, JPN, C29) is not a number; write 0.25"),
        ("27.5 %", "'27.5 %' at (USA, JPN, C29) is not a number; write 0.275"),
        ("0.1", "'0.1' at (USA, JPN, C29) is not a number; write 0.1"),
        ("a lot", "'a lot' at (USA, JPN, C29) is not a number; write a fraction, such as 0.25 for 25 %"),
        (None, "None at (USA, JPN, C29) is not a number; write a fraction"),
        ([0.1, 0.2], "[0.1, 0.2] at (USA, JPN, C29) is not a number"),
        (np.array([0.1]), "at (USA, JPN, C29) is not a number"),
        (True, "True at (USA, JPN, C29) is not a number"),
        (0.1 + 1j, "at (USA, JPN, C29) is not a number"),
        (np.nan, "tariff: nan at (USA, JPN, C29); it needs a number above -1"),
    ],
)
def test_a_cell_that_is_no_number_is_named_with_the_cure(world, value, sentence):
    with pytest.raises(PolicyError) as caught:
        Policy(world, tariff={("USA", "JPN", "C29"): value})
    assert sentence in str(caught.value)


def test_all_cells_are_told_at_once(world):
    cells = {("USA", "JPN", "C29"): "25%", "USA": 0.1, ("USA", "JPN", None): 0.1}
    with pytest.raises(PolicyError) as caught:
        Policy(world, tariff=cells, rent=-1.0)
    assert [fault.path for fault in caught.value.faults] == ["tariff"] * 3 + ["rent"]
    with pytest.raises(UnknownNameError, match="unknown region or group 'JAP'; did you mean 'JPN'"):
        Policy(world, tariff={("USA", "JAP", "C29"): 0.1})


def test_a_single_number_holds_between_regions(world):
    policy = Policy(world, tariff=0.1, trade_cost=1.05)
    off = ~np.eye(SHAPE[0], dtype=bool)
    assert (policy.tariff[off] == 0.1).all()
    assert (policy.trade_cost[off] == 1.05).all()
    assert (policy.tariff[~off] == 0.0).all()
    assert (policy.trade_cost[~off] == 1.0).all()
    np.testing.assert_allclose(policy.tariff_price[0, 1], 1.1 / (1 + world.tariff[0, 1]))
    with pytest.raises(PolicyError, match=r"rent: has shape \(\); it needs the axes \(importer 4"):
        Policy(world, rent=1.1)


def test_labels_decide_not_positions(world):
    labelled = xr.DataArray(distinct(), dims=AXES, coords=COORDS)
    shuffled = labelled.isel(importer=[2, 0, 3, 1], exporter=[1, 3, 0, 2], sector=[4, 2, 0, 1, 3])
    policy = Policy(world, tariff=shuffled.transpose("sector", "importer", "exporter"))
    np.testing.assert_array_equal(policy.tariff, distinct())
    bare = xr.DataArray(distinct(), dims=AXES).transpose("sector", "exporter", "importer")
    np.testing.assert_array_equal(Policy(world, tariff=bare).tariff, distinct())


def test_a_subsidy_by_exporter_holds_for_every_importer(world):
    rates = np.arange(20.0).reshape(4, 5) / 100
    labelled = xr.DataArray(rates, dims=AXES[1:], coords={axis: COORDS[axis] for axis in AXES[1:]})
    for given in (rates, labelled, labelled.isel(exporter=[3, 1, 2, 0])):
        np.testing.assert_array_equal(Policy(world, subsidy=given).subsidy, np.broadcast_to(rates, SHAPE))


def labelled(**changes: Any) -> xr.DataArray:
    """Labelled rates with some coordinates replaced."""
    return xr.DataArray(distinct(), dims=AXES, coords=COORDS | changes)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        (xr.DataArray(np.zeros((2, 4, 5)), dims=AXES), "tariff: has shape (2, 4, 5); it needs the axes (importer 4"),
        (labelled().isel(importer=[0, 1, 2]), "tariff: its importer labels lack ROW"),
        (labelled(importer=["USA", "USA", "MEX", "ROW"]), "its importer labels name USA more than once; they lack JPN"),
        (labelled(exporter=["USA", "JPN", "MEXX", "ROW"]), "hold 'MEXX', no region here (did you mean 'MEX'?)"),
        (xr.concat([labelled(), labelled(sector=[*"PQRTU"])], "sector"), "its sector labels hold 'P', 'Q', 'R' and 2"),
        (labelled().astype(str), "tariff: is not an array of numbers: it holds text; write 0.25 for 25 %"),
        (labelled().rename(sector="good"), "tariff: has dimensions (importer, exporter, good)"),
        (distinct() + 0j, "tariff: holds complex numbers"),
        (np.ma.masked_less(distinct(), 0.001), "tariff: masks 20 of its cells"),
        ([[0.1], [0.1, 0.2]], "tariff: is not an array of numbers"),
        ("25%", "tariff: is not an array of numbers: it holds text"),
        (np.full(SHAPE, 0.1), "tariff: a duty on own sales (USA, A01)"),
        (-2 * np.ones(SHAPE), "tariff: -2 at (USA, USA, A01) and 79 more; it needs a number above -1"),
    ],
)
def test_arrays_that_do_not_fit_are_refused_in_words(world, given, sentence):
    with pytest.raises(PolicyError) as caught:
        Policy(world, tariff=given)
    assert sentence in str(caught.value)
    assert len(caught.value.faults) == 1


@pytest.mark.parametrize("given", ["world-2022", None, np.zeros(3)])
def test_the_world_must_be_an_economy(given):
    with pytest.raises(DealspaceError, match=r'give an Economy, e\.g\. ds\.load_world\("world-2022"\)'):
        Policy(given)


def test_a_policy_stays_as_it_was_checked(world):
    policy = Policy(world, tariff={("USA", "JPN", "C29"): 0.25}, name="cars")
    with pytest.raises(AttributeError, match=r"cannot be changed \(tariff\)"):
        policy.tariff = np.zeros(SHAPE)
    with pytest.raises(AttributeError, match="cannot be changed"):
        del policy.name
    with pytest.raises(ValueError, match="read-only"):
        policy.tariff[0, 1, 3] = 0.9
    assert policy.wedges is policy.wedges
    assert float(policy.wedges.tau[cell(world, "USA", "JPN", "C29")]) == 1.25
    for again in (copy.copy(policy), pickle.loads(pickle.dumps(policy))):
        np.testing.assert_array_equal(again.tariff, policy.tariff)
        assert again.name == "cars"
    own = distinct()
    Policy(world, tariff=own)
    assert own.flags.writeable
