"""Jobs: per cent for all sectors, persons where a number is sourced and nowhere else."""

from __future__ import annotations

import json

import numpy as np
import polars as pl
import pytest

import dealspace as ds
from dealspace.errors import DealspaceError, NotConvergedError, UnknownNameError
from dealspace.outcomes.jobs import PER_CENT_ONLY, Workforce, jobs, workforces
from dealspace.world.build.employment import employment
from dealspace.world.catalogue import DATA

WORLD = ds.load_world("world-2022")


@pytest.fixture(scope="module")
def cars():
    return ds.solve(WORLD, ds.Policy(WORLD, tariff={("USA", "JPN", "C29"): 0.275}, name="cars"))


def test_the_file_is_what_the_script_writes():
    assert json.loads((DATA / "employment.json").read_text(encoding="utf-8")) == json.loads(json.dumps(employment()))


def test_every_number_of_persons_names_region_sector_year_and_source():
    for entry in workforces():
        assert entry.region in WORLD.regions
        assert entry.sector in WORLD.sectors
        assert entry.year
        assert entry.source
        assert entry.covers.startswith("the sector" if entry.whole else "a part")
    known = {(entry.region, entry.sector): entry.persons for entry in workforces()}
    assert known["JPN", "C29"] == 883_000
    assert known["USA", "C29"] == 999_000
    assert known["JPN", "A01_02"] == 1_020_000


def test_per_cent_is_the_equilibriums_and_persons_follow(cars):
    table = jobs(cars, ["USA", "JPN"])
    assert table.height == 2 * len(WORLD.sectors)
    row = table.filter(region="JPN", sector="C29").row(0, named=True)
    ratio = float(cars.employment.sel(region="JPN", sector="C29"))
    assert row["change_percent"] == pytest.approx(100 * (ratio - 1))
    assert row["persons_change"] == pytest.approx(883_000 * (ratio - 1))
    assert row["persons_change"] < -10_000
    assert row["note"] == ""


def test_without_a_source_there_are_no_persons(cars):
    table = jobs(cars, ["MEX"])
    assert table["persons"].null_count() == table["persons_change"].null_count() == table.height
    assert set(table["note"]) == {PER_CENT_ONLY}
    farm = jobs(cars, ["JPN"]).filter(sector="A01_02").row(0, named=True)
    assert "part that the source counts" in farm["note"]


def test_workers_only_change_places_where_work_is_fixed(cars):
    # Base workers are in proportion to value added at one wage, so the changes weighted by it add to zero.
    table = jobs(cars, ["USA"])
    added = WORLD.value_added[WORLD.region_index("USA")]
    change = table["change_percent"].to_numpy()
    assert added @ change / added.sum() == pytest.approx(0.0, abs=1e-6)
    assert np.abs(change).max() > 0.1


def test_groups_all_regions_and_your_own_numbers(cars):
    assert jobs(cars).height == len(WORLD.regions) * len(WORLD.sectors)
    assert set(jobs(cars, "EU")["region"]) == set(WORLD.members("EU"))
    own = Workforce("MEX", "C29", 1_000.0, "2024", "the sector", True, "seen", "mine")
    row = jobs(cars, ["MEX"], workforce=[own]).filter(pl.col("persons").is_not_null()).row(0, named=True)
    assert row["persons_change"] == pytest.approx(10 * row["change_percent"])
    with pytest.raises(UnknownNameError, match="MEX"):
        jobs(cars, ["MXE"])
    with pytest.raises(DealspaceError, match="MEX C29: -1 persons"):
        Workforce("MEX", "C29", -1, "2024", "the sector", True, "seen", "mine")


def test_an_equilibrium_without_numbers_gives_no_table():
    world = ds.Economy(
        flows=np.array([[[60.0], [40.0]], [[2.0], [30.0]]]), tariff=0.0, io_share=np.full((2, 1, 1), 0.2),
        va_share=np.full((2, 1), 0.8), trade_elasticity=4.0, regions=("HOME", "AWAY"), sectors=("ALL",),
    )  # fmt: skip
    wall = ds.solve(world, ds.Policy(world, tariff={("HOME", "AWAY", "ALL"): 3.0}))
    assert not wall.converged
    with pytest.raises(NotConvergedError):
        jobs(wall)
