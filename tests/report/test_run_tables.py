"""Tables of horizons and jobs, and of what lies below sectors, as readers get them."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

import dealspace as ds
from dealspace.analysis.satellites import consumers, footprints, products
from dealspace.report.reading import Case
from dealspace.report.tables import build_tables
from dealspace.report.tables_footprint import footprint_tables
from dealspace.report.tables_products import product_tables


@pytest.fixture(scope="module")
def case(analysis):
    return Case(analysis)


def _row(table, **wanted):
    keys = [column.key for column in table.columns]
    rows = [dict(zip(keys, row, strict=True)) for row in table.rows]
    found = [row for row in rows if all(row[key] == value for key, value in wanted.items())]
    assert len(found) == 1, found
    return found[0]


def test_the_short_run_is_told_beside_its_reference(case):
    row = _row(build_tables(case)["horizons"], place="Japan", run="short", policy="no deal")
    income = case.world.income[case.world.region_index("JPN")]
    assert row["against"] == "status quo"
    assert row["real_income"] == pytest.approx(100 * ((1 - 11000 / income) / (1 - 6000 / income) - 1))
    assert row["gain"] == pytest.approx(-5.0)
    assert row["output_C29"] == pytest.approx(100 * (0.95 / 0.98 - 1))
    assert row["price_C29"] == pytest.approx(100 * ((1.006 / 1.002) ** 2 - 1))


def test_jobs_in_persons_only_where_they_are_counted(case):
    jobs = build_tables(case)["employment"]
    counted = _row(jobs, place="Japan", run="short", policy="no deal", sector="motor vehicles and parts".capitalize())
    assert counted["persons"] == pytest.approx(883.0)
    assert counted["persons_change"] == pytest.approx(883.0 * counted["change"] / 100)
    assert any(row[6] is None for row in jobs.rows)


@pytest.fixture(scope="module")
def solved():
    sheet, world = ds.load_sheet("us-japan-2025"), ds.load_world("world-2022")
    return sheet, world, {name: ds.solve(world, sheet.policy(name)) for name in ("status-quo", "framework")}


def test_products_and_plants_of_the_parties_are_tables(analysis, solved):
    sheet, world, equilibria = solved
    goods, unsaid = products(sheet, world, equilibria)
    plants, left_out = footprints(sheet, world, equilibria)
    assert (unsaid, left_out) == ((), ())
    plants = {name: {"final offer of JPN": by_policy["framework"]} for name, by_policy in plants.items()}
    told = {"products": {"long": goods}, "footprints": plants, "consumers": consumers(sheet, world, equilibria)}
    case = Case(SimpleNamespace(**(vars(analysis) | told | {"world": world})))
    found = {table.name: table for table in (*product_tables(case), *footprint_tables(case))}
    rice = _row(found["product-origins"], product="rice", policy="framework", origin="United States")
    # The share agreed, in kt, and the 75 per cent by which it grew.
    assert rice["after"] == pytest.approx(605.5, abs=0.5)
    assert rice["quantity"] == pytest.approx(75.0, abs=0.2)
    cars = _row(found["japanese-makers-usa-places"], policy="Japan's final offer", plant="Japan")
    assert cars["duty_after_percent"] == pytest.approx(15.0, abs=0.01)
    assert cars["group_after"] < cars["group_before"]
    groups = {row[2] for row in found["consumers"].rows}
    assert {"Food and drink", "Cars"} <= groups


def test_nothing_below_sectors_for_a_world_without_lines(solved):
    sheet, world, equilibria = solved
    bare = world.with_(lines=None, name="bare")
    plants, unsaid = footprints(sheet, bare, {"status-quo": equilibria["status-quo"]})
    assert not plants
    assert [sentence.partition(":")[0] for sentence in unsaid] == ["The footprint japanese-makers-usa is left out"]
