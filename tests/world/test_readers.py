"""Each source reader, on a tiny mock of its format."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from dealspace.world.build import census_exports, census_imports, coefficients, concordance, icio, japan, profiles, wiod
from dealspace.world.build.naming import GOODS, REGIONS, SERVICES, region_of, sector_of
from mock_sources import write

USA, JPN, REU, ROW = (REGIONS.index(name) for name in ("USA", "JPN", "REU", "ROW"))


def test_names_of_sources():
    assert [region_of(code) for code in ("USA", "AUT", "ROM", "ARG")] == ["USA", "REU", "REU", "ROW"]
    assert [sector_of(code) for code in ("A01", "C24B", "J62_63", "C29")] == ["A01_02", "C24", "J58T63", "C29"]
    with pytest.raises(KeyError, match="Z99"):
        sector_of("Z99")


def test_flows_become_importer_first(tmp_path):
    source = icio.read_country_flows(write.icio_flows(tmp_path / "flows.npz"))
    flows = icio.to_regions(source)
    # Exporter JPN (1), importer USA (0): A01 and A02 are 101 and 102.
    assert flows.goods[USA, JPN, GOODS.index("A01_02")] == 203
    assert flows.goods[JPN, USA, GOODS.index("C29")] == 13
    assert flows.goods[ROW, REU, GOODS.index("C30")] == 234
    assert flows.services[USA, JPN] == 105
    assert flows.goods.sum() + flows.services.sum() == source.sales.sum()


def test_coefficients_give_use_tables(tmp_path):
    flows = icio.read_country_flows(write.icio_flows(tmp_path / "flows.npz"))
    read = coefficients.read_coefficients(write.coefficients(tmp_path / "coefficients.npz"))
    assert read.io.shape == (3, 5, 5)
    source = flows._replace(sales=flows.sales[:, :, [0, 2, 4]], sectors=("A01_02", "C29", "Services (aggregate)"))
    use = coefficients.implied_use(read, source)
    farm = GOODS.index("A01_02")
    assert use.output[USA, farm] == source.sales[0, :, 0].sum()
    np.testing.assert_allclose(use.intermediate[USA, farm].sum(), 0.08 * use.output[USA].sum())
    np.testing.assert_allclose(use.value_added[USA].sum(), 0.6 * use.output[USA].sum())
    # Services output is what the source says, split by use: computer services three sevenths of final use.
    np.testing.assert_allclose(use.output[USA, len(GOODS) :].sum(), source.sales[0, :, 2].sum())
    assert 1 / 3 < use.computing_share[USA] < 3 / 7


def test_wiod_services(tmp_path):
    share = np.zeros(len(REGIONS))
    share[USA] = 0.25
    flows = wiod.read_services(write.wiod(tmp_path / "wiod.npz"), share)
    digital, business = SERVICES.index("J58T63"), SERVICES.index("K_M_N")
    # Each industry sells 3 + 5 to each country; a quarter of US business services is digital.
    assert flows[USA, USA, digital] == 8 + 2
    assert flows[USA, USA, business] == 6
    assert flows[USA, JPN, digital] == 8
    # Japan's final use of US business services has a negative entry: 3 + 5 - 5 are left.
    assert flows[JPN, USA, digital] == 8 + 0.75
    assert flows[JPN, USA, business] == 2.25
    vietnam = REGIONS.index("VNM")
    np.testing.assert_array_equal(flows[vietnam, USA], flows[ROW, USA])


def test_imports_count_the_eu_once(tmp_path):
    imports = census_imports.read_imports(*write.census_imports(tmp_path))
    totals = dict(imports.group_by("exporter").agg(pl.col("value").sum()).iter_rows())
    assert totals == {"EU": 50_000.0, "JPN": 50_000.0, "ROW": 3_000.0}


def test_special_chapters_are_spread_and_named(tmp_path):
    imports = census_imports.read_imports(*write.census_imports(tmp_path))
    links = concordance.read_concordance(write.concordance(tmp_path / "links.csv"))
    lines = census_imports.by_sector(imports, links)
    japan_lines = lines.filter(pl.col("exporter") == "JPN")
    assert set(japan_lines["sector"]) == {"C29"}
    assert japan_lines.filter(pl.col("hs") == "98")["value"].to_list() == [4_000.0]
    totals = census_imports.sector_totals(lines).filter(pl.col("exporter") == "ROW")
    assert totals.rows() == [("ROW", "C21", 3_000.0, 0.0)]


def test_exports_must_add_to_their_total(tmp_path):
    exports = census_exports.read_exports(write.census_exports(tmp_path / "exports.csv"))
    assert exports.rows() == [("JPN", "10", 60.0), ("JPN", "87", 30.0), ("JPN", "98", 10.0)]
    with pytest.raises(ValueError, match=r"do not add to the total for \['JPN'\]"):
        census_exports.read_exports(write.census_exports(tmp_path / "exports.csv", total=120e6))


def test_chapters_are_split_and_kept(tmp_path):
    counts = {"10": {"A01_02": 3.0, "C10T12": 1.0}, "87": {"C29": 2.0, "C28": 2.0}}
    shape = np.zeros(len(GOODS))
    shape[[GOODS.index(name) for name in ("A01_02", "C10T12", "C28", "C29")]] = (45, 15, 10, 20)
    table = census_exports.split_chapters({"10": 60.0, "87": 30.0, "98": 10.0}, shape, counts)
    np.testing.assert_allclose(table.sum(axis=1), [60, 30, 10])
    np.testing.assert_allclose(table[0, [GOODS.index("A01_02"), GOODS.index("C10T12")]], [45, 15])
    # The inter-country table sees twice as much of C29 as of C28.
    np.testing.assert_allclose(table[1, [GOODS.index("C28"), GOODS.index("C29")]], [10, 20])
    np.testing.assert_allclose(table[2], (table[0] + table[1]) / 9)


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("無税", 0.0),
        ("(無税)", 0.0),
        ("8.5%", 0.085),
        ("(3.2%)", 0.032),
        ("（12%）", 0.12),
        ("", None),
        ("341円/kg", None),
        ("15%又は125円/lのうちいずれか低い税率", None),
        ("関税割当数量以内のもの　無税", None),
    ],
)
def test_rates_of_japans_schedule(text, rate):
    assert japan.parse_rate(text) == rate


def test_japans_schedule(tmp_path):
    schedule = japan.read_schedule(write.japan_schedule(tmp_path / "schedule.csv.gz"))
    assert (schedule.lines, schedule.ad_valorem) == (6, 4)
    assert schedule.mfn == {"870323": 0.0, "020110": 0.385, "620342": 0.091}
    assert schedule.rate("USA", "020110") == pytest.approx(0.216)
    assert schedule.rate("AUS", "020110") == pytest.approx((0.193 + 0.385) / 2)
    assert schedule.rate("BRA", "020110") == 0.385
    assert schedule.rate("CAN", "620342") == 0.0
    assert schedule.rate("USA", "620342") == 0.091
    # Wine: only the agreement's rate is ad valorem, so only partners with one have a mean.
    assert schedule.rate("USA", "220421") == pytest.approx(0.014)
    assert schedule.rate("BRA", "220421") is None
    # Rice is specific: the stated estimate stands.
    assert schedule.rate("USA", "100630") == pytest.approx(240 / 148 - 1)
    assert schedule.heading_rate("USA", "02") == pytest.approx(0.216)
    assert schedule.heading_rate("BRA", "1001") == pytest.approx(155 / 200)


def test_profiles_avoid_the_jump_of_2019(tmp_path):
    known = profiles.read_profiles(write.tariff_profiles(tmp_path / "profiles.csv"))
    assert known["CHN"] == pytest.approx((0.0517, 0.0294, 0.25))
    assert known["NZL"].manufactured == pytest.approx(0.0301)
    assert known["NZL"].primary is None


def test_concordance_overrides(tmp_path):
    links = concordance.read_concordance(write.concordance(tmp_path / "links.csv"))
    assert links.sectors("8708290000") == ("C29",)
    assert links.sectors("3004900000") == ("C21",)
    assert links.sectors("300215") == ("C21",)
    assert links.sectors("870121") == ("C29",)
    assert links.sectors("870194") == ("C28",)
    assert links.sectors("100630") == ("A01_02", "C10T12")
    assert links.sectors("010110") == ("A01_02",)
    assert links.sectors("100640") == ("A01_02", "C10T12")
    assert links.sectors("9801001000") == ()
    weights = links.weights(pl.Series(["100630", "870829", "980100"]))
    assert weights.rows() == [("100630", "A01_02", 0.5), ("100630", "C10T12", 0.5), ("870829", "C29", 1.0)]
    assert links.chapter_counts()["87"] == {"C29": 2.0}
