"""Products named one by one: what they leave of a chapter and of a cell, by hand arithmetic, and in the benchmark."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from dealspace.instruments.products import line_book, match_rest
from dealspace.world.build.concordance import Concordance
from dealspace.world.build.japan import Schedule
from dealspace.world.build.named_lines import Named, read_named, split_cells, split_chapters
from dealspace.world.build.naming import GOODS, REGIONS
from dealspace.world.build.procedure import NAMED_PRODUCTS
from dealspace.world.catalogue import load_world

FOOD, FARM = GOODS.index("C10T12"), GOODS.index("A01_02")
#: Beef at 20 % for all, wheat at 50 %: HS6 codes of one heading each.
SCHEDULE = Schedule({"020130": 0.2, "100199": 0.5}, {}, 2, 2)


@pytest.fixture(scope="module")
def links() -> Concordance:
    codes = ("020130", "100199", "120190", "870323")
    sectors = ("C10T12", "A01_02", "A01_02", "C29")
    return Concordance(pl.DataFrame({"hs6": codes, "icio": sectors, "w": [1.0] * 4}))


@pytest.fixture(scope="module")
def world():
    return load_world("world-2022")


def row(**values: float) -> np.ndarray:
    return np.array([values.get(good, 0.0) for good in GOODS])


def beef(value: float, exporter: str = "USA", rate: float | None = None) -> Named:
    return Named("beef", "0201", exporter, value, rate, "test", "test")


def test_a_chapter_is_split_and_keeps_its_value_and_duty(links: Concordance) -> None:
    chapters = {"02": row(C10T12=100.0, A01_02=10.0), "27": row(C19=5.0)}
    duty = {"02": row(C10T12=15.0, A01_02=1.0), "27": row(C19=0.5)}
    lines = split_chapters(chapters, duty, [beef(60.0)], SCHEDULE, links, "census")
    found = {(hs, sector): (value, paid) for _, _, hs, sector, value, paid, _ in lines.iter_rows()}
    # 60 of beef pay 12; the rest of food is 40 and carries the 3 that the estimate leaves.
    assert found["0201", "C10T12"] == (60.0, 12.0)
    assert found["02x", "C10T12"] == (40.0, 3.0)
    assert found["02x", "A01_02"] == (10.0, 1.0)
    assert found["27", "C19"] == (5.0, 0.5)
    assert lines["value"].sum() == pytest.approx(115.0)


def test_a_spread_chapter_gives_each_sector_the_same_mix(links: Concordance) -> None:
    chapters, duty = {"10": row(C10T12=20.0, A01_02=80.0)}, {"10": row(C10T12=6.0, A01_02=24.0)}
    wheat = Named("wheat", "1001", "USA", 50.0, 0.5, "test", "test")
    lines = split_chapters(chapters, duty, [wheat], SCHEDULE, links, "census")
    found = {(hs, sector): (value, paid) for _, _, hs, sector, value, paid, _ in lines.iter_rows()}
    assert found["1001", "A01_02"] == pytest.approx((40.0, 20.0))
    assert found["1001", "C10T12"] == pytest.approx((10.0, 5.0))
    assert found["10x", "A01_02"] == pytest.approx((40.0, 4.0))
    assert found["10x", "C10T12"] == pytest.approx((10.0, 1.0))


def test_products_beyond_their_chapter_are_refused(links: Concordance) -> None:
    chapters, duty = {"02": row(C10T12=50.0)}, {"02": row(C10T12=20.0)}
    with pytest.raises(ValueError, match="named products of chapter 02 exceed it in C10T12"):
        split_chapters(chapters, duty, [beef(60.0)], SCHEDULE, links, "census")


def test_a_cell_takes_the_mean_rate_of_its_lines(links: Concordance) -> None:
    sales = np.zeros((len(REGIONS), len(GOODS) + 2))
    rate = np.full_like(sales, 0.07)
    aus = REGIONS.index("AUS")
    sales[aus, FOOD], sales[aus, FARM] = 100.0, 30.0
    found = split_cells(sales, rate, {"AUS": row(C10T12=0.05)}, [beef(40.0, "AUS")], SCHEDULE, links)
    lines = {(hs, sector): (v, d) for _, _, hs, sector, v, d, _ in found.lines.iter_rows()}
    assert lines["0201", "C10T12"] == pytest.approx((40.0, 8.0))
    assert lines["x", "C10T12"] == pytest.approx((60.0, 3.0))
    assert lines["x", "A01_02"] == pytest.approx((30.0, 2.1))  # no named line here: the rate stays
    assert found.rate[aus, FOOD] == pytest.approx(0.11)
    assert found.rate[aus, FARM] == 0.07
    assert rate[aus, FOOD] == 0.07


def test_named_lines_leave_a_fifth_of_a_cell(links: Concordance) -> None:
    sales = np.zeros((len(REGIONS), len(GOODS)))
    sales[REGIONS.index("AUS"), FOOD] = 10.0
    found = split_cells(sales, np.zeros_like(sales), {"AUS": row()}, [beef(40.0, "AUS")], SCHEDULE, links)
    assert found.lines.filter(pl.col("hs") == "x")["value"].to_list() == pytest.approx([10.0])


def test_the_arithmetic_of_the_table() -> None:
    value = {(entry.hs, entry.exporter): entry.value for entry in read_named(NAMED_PRODUCTS)}
    assert value["0201", "USA"] == pytest.approx(1870 * 91_077 / 191_802, abs=0.1)
    assert value["0201", "AUS"] == pytest.approx(0.88 * 1870 / 191.802 * 92.972, abs=0.1)
    assert value["1001", "CAN"] == pytest.approx(600 * 33 / 46, abs=0.1)
    assert value["1006", "THA"] == pytest.approx(286 * 0.356 / 0.69, rel=1e-3)
    assert value["1006", "AUS"] == pytest.approx(70 * 298 / 346, abs=0.1)
    assert value["1201", "BRA"] == pytest.approx(1310 * 7 / 22, abs=0.1)
    assert value["0406", "USA"] == pytest.approx(134 * 12 / 7 / 339.256 * 271.162, abs=0.1)
    assert value["2204", "FRA"] == pytest.approx(873 * 1.0824, abs=0.1)
    assert value["1005", "USA"] == pytest.approx(3613.842 - 298 - 600 - 42.4, abs=0.1)


def test_every_named_product_says_what_it_rests_on() -> None:
    table = pl.read_csv(Path(NAMED_PRODUCTS), schema_overrides={"hs": pl.String})
    assert set(table["status"]) == {"seen", "derived", "assumption"}
    assert table["source"].str.contains("http").all()
    assert table["basis"].str.len_chars().min() > 3


def test_the_us_cells_of_japan_are_those_of_its_chapters(world) -> None:
    lines = line_book(world).pair("JPN", "USA")
    wanted = {
        "0201": 0.216,
        "0202": 0.216,
        "1006": 240 / 148 - 1,
        "1001": 0.425,
        "1005": 0.0,
        "1201": 0.0,
        "0406": 0.149,
    }
    for code, rate in wanted.items():
        at = lines.codes == code
        assert at.any()
        np.testing.assert_allclose(lines.tau0[at] - 1, rate, atol=2e-5)  # the cell's rate scales nothing
    assert world.tariff[1, 0, world.sector_index("A01_02")] == pytest.approx(0.0776, abs=5e-5)
    assert world.tariff[1, 0, world.sector_index("C10T12")] == pytest.approx(0.0965, abs=5e-5)


@pytest.mark.parametrize(
    ("exporter", "code", "rate"),
    [("AUS", "0202", 0.216), ("AUS", "1001", 0.425), ("THA", "1006", 240 / 148 - 1), ("CAN", "0203", 0.002)],
)
def test_other_origins_pay_what_their_agreement_says(world, exporter: str, code: str, rate: float) -> None:
    lines = line_book(world).pair("JPN", exporter)
    assert lines.tau0[lines.codes == code] - 1 == pytest.approx(rate, rel=1e-6)


def test_rice_of_the_four_origins_and_cars_of_the_us_can_be_told(world) -> None:
    for exporter, hs in (("USA", "1006"), ("THA", "1006"), ("AUS", "1006"), ("CHN", "1006"), ("USA", "8703")):
        codes = line_book(world).pair("JPN", exporter).codes
        hit, unsure = match_rest(codes, ((hs, hs),))
        assert not hit.any()
        assert not unsure.any()
    _, unsure = match_rest(line_book(world).pair("JPN", "USA").codes, (("8708", "8708"),))
    assert unsure.any()
