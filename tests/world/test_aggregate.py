"""Merged economies keep totals, and refuse unclear groups."""

from __future__ import annotations

import numpy as np
import pytest

from dealspace.errors import EconomyError, UnknownNameError
from dealspace.world.catalogue import load_world
from world.small import economy


def test_totals_are_kept():
    world = load_world("world-2022")
    small = world.aggregate(
        regions={"EU": world.members("EU"), "ASEAN": world.members("ASEAN")},
        sectors={"SERVICES": [s for s in world.sectors if s not in world.goods]},
    )
    assert len(small.regions) == 30 - 6 - 5
    assert len(small.sectors) == 22
    assert small.goods == world.goods
    np.testing.assert_allclose(small.flows.sum(), world.flows.sum(), rtol=1e-12)
    np.testing.assert_allclose(small.value_added.sum(), world.value_added.sum(), rtol=1e-12)
    rows = [world.region_index(name) for name in world.members("EU")]
    eu = small.region_index("EU")
    np.testing.assert_allclose(small.value_added[eu].sum(), world.value_added[rows].sum(), rtol=1e-12)
    np.testing.assert_allclose(small.deficit[eu], world.deficit[rows].sum(), rtol=1e-9)
    np.testing.assert_allclose(small.revenue[eu], world.revenue[rows].sum(), rtol=1e-9)
    usa, c29 = small.region_index("USA"), small.sector_index("C29")
    duty = (world.flows * world.tariff)[world.region_index("USA"), rows, world.sector_index("C29")].sum()
    np.testing.assert_allclose((small.flows * small.tariff)[usa, eu, c29], duty, rtol=1e-12)


def test_all_in_one():
    one = economy().aggregate(regions={"WORLD": ("HOME", "AWAY")}, sectors={"ALL": ("FARM", "CARS")})
    assert one.flows.shape == (1, 1, 1)
    assert one.flows.item() == 390.0
    np.testing.assert_allclose(one.value_added.sum(), 244.0)
    # Weighted by foreign trade: farm 35, cars 55.
    np.testing.assert_allclose(one.trade_elasticity, [(35 * 4 + 55 * 6) / 90])


def test_whole_groups_stay():
    world = load_world("world-2022")
    merged = world.aggregate(regions={"EU6": ("DEU", "FRA", "ITA", "ESP", "NLD", "POL")})
    assert set(merged.members("EU")) == {"EU6", "REU"}
    mixed = world.aggregate(regions={"MIX": ("DEU", "GBR")})
    assert "EU" not in mixed.groups


def test_sub_keeps_names_apart():
    world = load_world("world-2022")
    sub = world.sub(regions=("USA", "JPN"), sectors=("C29",))
    assert sub.regions == ("USA", "JPN", "REST")
    assert set(sub.sectors) == {"C29", "REST"}
    np.testing.assert_allclose(
        sub.flows[0, 1, sub.sector_index("C29")], world.flows[0, 1, world.sector_index("C29")], rtol=1e-14
    )


def test_unclear_groups_are_refused():
    with pytest.raises(UnknownNameError, match="unknown region 'AWAYS'"):
        economy().aggregate(regions={"X": ("AWAYS",)})
    with pytest.raises(EconomyError, match="HOME stands in X and in Y"):
        economy().aggregate(regions={"X": ("HOME",), "Y": ("HOME", "AWAY")})
    with pytest.raises(UnknownNameError, match="unknown sector"):
        economy().sub(sectors=("BOATS",))
