"""The steps of the procedure, and the whole of it against the committed file."""

from __future__ import annotations

import numpy as np
import pytest
from polars.testing import assert_frame_equal

from dealspace.world import catalogue
from dealspace.world.build import build_world
from dealspace.world.build.agreements import free_pairs
from dealspace.world.build.ras import FitError, fit, fit_with_pins
from dealspace.world.build.tariffs import vehicle_rate
from dealspace.world.catalogue import load_world


def test_fit_reaches_its_sums_and_keeps_zeros():
    prior = np.array([[4.0, 0.0, 1.0], [2.0, 3.0, 5.0]])
    rows, columns = np.array([6.0, 14.0]), np.array([7.0, 5.0, 8.0])
    table = fit(prior, [((1,), rows), ((0,), columns)])
    np.testing.assert_allclose(table.sum(axis=1), rows, atol=1e-9)
    np.testing.assert_allclose(table.sum(axis=0), columns, atol=1e-9)
    assert table[0, 1] == 0
    # Proportional fitting keeps the odds ratio of the prior.
    odds = lambda t: t[0, 0] * t[1, 2] / (t[0, 2] * t[1, 0])  # noqa: E731
    assert odds(table) == pytest.approx(odds(prior))


def test_fit_three_ways():
    rng = np.random.default_rng(3)
    truth, prior = rng.random((3, 4, 2)) + 0.1, rng.random((3, 4, 2)) + 0.1
    margins = [((axis,), truth.sum(axis=axis)) for axis in range(3)]
    table = fit(prior, margins)
    for axis in range(3):
        np.testing.assert_allclose(table.sum(axis=axis), truth.sum(axis=axis), rtol=1e-9)


def test_fit_says_when_it_cannot():
    with pytest.raises(FitError, match="the table does not fit its sums"):
        fit(
            np.array([[1.0, 0.0], [0.0, 1.0]]),
            [((1,), np.array([1.0, 2.0])), ((0,), np.array([2.0, 1.0]))],
            iterations=50,
        )


def test_pins_stay_while_the_rest_is_scaled():
    prior = np.full((3, 3), 10.0)
    pins = np.full((3, 3), np.nan)
    pins[0, 1], pins[2, 0] = 25.0, 0.0
    rows, columns = np.array([40.0, 30.0, 20.0]), np.array([25.0, 45.0, 20.0])
    table = fit_with_pins(prior, pins, rows, columns, name="cars")
    assert table[0, 1] == 25.0
    assert table[2, 0] == 0.0
    np.testing.assert_allclose(table.sum(axis=1), rows, atol=1e-9)
    np.testing.assert_allclose(table.sum(axis=0), columns, atol=1e-9)
    pins[0, 1] = 60.0
    with pytest.raises(FitError, match="pinned cells of cars exceed a sum by 20"):
        fit_with_pins(prior, pins, rows, columns, name="cars")


def test_vehicle_rates():
    assert vehicle_rate(0.05, 0.05) == pytest.approx(0.05)
    # A duty of 125 % keeps nearly all cars out, so what is imported pays little more than parts do.
    assert vehicle_rate(1.25, 0.07) == pytest.approx(0.10406, abs=1e-5)
    assert vehicle_rate(0.10, 0.034) < 0.10


def test_agreements_are_symmetric_but_for_named_pairs():
    free = free_pairs()
    assert free["DEU", "FRA"][1].startswith("European Union")
    assert "A01_02" in free["MEX", "CAN"][0]
    assert "A01_02" not in free["DEU", "CHE"][0]
    assert ("ZAF", "DEU") not in free
    assert ("DEU", "ZAF") in free
    assert ("CHN", "USA") not in free


def test_the_build_gives_the_committed_file(shared, tmp_path):
    path = build_world(shared, tmp_path)
    built, committed = load_world(path), load_world("world-2022")
    for field in ("flows", "tariff", "io_share", "va_share", "trade_elasticity"):
        np.testing.assert_allclose(
            getattr(built, field), getattr(committed, field), rtol=1e-9, atol=1e-9, err_msg=field
        )
    assert built.regions == committed.regions
    assert dict(built.groups) == dict(committed.groups)
    assert_frame_equal(built.lines.frame, committed.lines.frame, rel_tol=1e-9, abs_tol=2e-6)
    for name in (
        "elasticities.json",
        "world-2022-facts.json",
        "PROVENANCE.md",
        "balance-report.md",
        "product-elasticities.csv",
    ):
        fresh = (tmp_path / name).read_text(encoding="utf-8")
        assert fresh == (catalogue.DATA / name).read_text(encoding="utf-8"), (
            f"{name} is stale: run dealspace world build"
        )


def test_a_missing_source_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="icio2022_flows"):
        build_world(tmp_path, tmp_path / "out")
