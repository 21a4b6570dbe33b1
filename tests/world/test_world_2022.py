"""The committed benchmark balances, equals customs where it says so, and needs no repair."""

from __future__ import annotations

import re
import warnings

import numpy as np
import polars as pl
import pytest

from dealspace.analysis.stake import _basis
from dealspace.errors import UnknownNameError
from dealspace.world import catalogue
from dealspace.world.catalogue import DATA, elasticity_set, elasticity_sets, headline_facts, load_world
from dealspace.world.economy import Economy

EU = ("DEU", "FRA", "ITA", "ESP", "NLD", "POL", "REU")


@pytest.fixture(scope="module")
def world() -> Economy:
    return load_world("world-2022")


def goods_flow(world: Economy, importer: str, exporter: str) -> float:
    """Sales of goods of `exporter` to `importer`, USD million."""
    return float(world.flows[world.region_index(importer), world.region_index(exporter), world.goods_mask].sum())


def cell(array: np.ndarray, world: Economy, importer: str, exporter: str, sector: str) -> float:
    return float(array[world.region_index(importer), world.region_index(exporter), world.sector_index(sector)])


def test_size_names_and_groups(world):
    assert len(world.regions) == 30
    assert len(world.sectors) == 26
    assert world.regions[:4] == ("USA", "JPN", "CHN", "KOR")
    assert world.regions[-2:] == ("REU", "ROW")
    assert {"C29", "C30", "C10T12", "A01_02"} < set(world.goods)
    assert {"J58T63", "K_M_N", "G_H_I", "D_E_F", "L_O_T"} == set(world.sectors) - set(world.goods)
    assert world.members("EU") == EU
    assert world.year == 2022


def test_needs_no_repair(world):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        again = world.with_(name="again")
    np.testing.assert_array_equal(again.flows, world.flows)
    assert world.final_demand.min() > 0


def test_signs_and_shares(world):
    assert (world.flows >= 0).all()
    assert (world.tariff >= 0).all()
    assert (world.tariff[:, :, ~world.goods_mask] == 0).all()
    assert (world.io_share >= 0).all()
    assert (world.va_share > 0).all()
    np.testing.assert_allclose(world.io_share.sum(axis=1) + world.va_share, 1.0, atol=1e-12)
    assert ((world.trade_elasticity >= 0.5) & (world.trade_elasticity <= 15)).all()


def test_markets_clear_without_a_shock(world):
    """The model's own equations at unit prices give the data back."""
    gross = world.flows * (1 + world.tariff)
    share = gross / gross.sum(axis=1, keepdims=True)
    income = world.value_added.sum(axis=1) + (world.flows * world.tariff).sum(axis=(1, 2)) + world.deficit
    alpha = world.final_demand / world.final_demand.sum(axis=1, keepdims=True)
    spending = alpha * income[:, None] + np.einsum("nkj,nj->nk", world.io_share, world.output)
    sales = share * spending[:, None, :] / (1 + world.tariff)
    output = sales.sum(axis=0)
    earned = (world.va_share * output).sum(axis=1)
    np.testing.assert_allclose(earned, world.value_added.sum(axis=1), rtol=1e-9)
    np.testing.assert_allclose(output, world.output, rtol=1e-9)


def test_deficits_add_to_zero(world):
    assert abs(world.deficit.sum()) < 1e-12 * world.value_added.sum()


def test_size_of_economies(world):
    """Value added in USD trillion is near published GDP of 2022 (World Bank)."""
    published = {"USA": 25.7, "JPN": 4.26, "DEU": 4.08, "CHN": 17.9, "KOR": 1.67, "MEX": 1.46}
    earned = {name: world.value_added[world.region_index(name)].sum() / 1e6 for name in published}
    for name, value in published.items():
        assert earned[name] == pytest.approx(value, rel=0.08), name


def test_japan_equals_customs(world):
    assert goods_flow(world, "USA", "JPN") == pytest.approx(151_340.03081, rel=1e-9)
    assert goods_flow(world, "JPN", "USA") == pytest.approx(78_863.444365, rel=1e-9)
    services = ~world.goods_mask
    usa, jpn = world.region_index("USA"), world.region_index("JPN")
    assert world.flows[usa, jpn, services].sum() == pytest.approx(42_000, rel=1e-9)
    assert world.flows[jpn, usa, services].sum() == pytest.approx(49_000, rel=1e-9)


@pytest.mark.parametrize("partner", ["JPN", "KOR", "EU"])
def test_pinned_partners_equal_customs(world, partner):
    facts = headline_facts()["partners"][partner]
    bought = sum(goods_flow(world, "USA", member) for member in world.members(partner))
    sold = sum(goods_flow(world, member, "USA") for member in world.members(partner))
    assert bought == pytest.approx(facts["imports_for_consumption"], rel=1e-9)
    assert sold == pytest.approx(facts["exports"], rel=1e-9)


def test_headline_facts():
    japan = headline_facts()["partners"]["JPN"]
    assert japan["goods_deficit"] / 1e3 == pytest.approx(72.477, abs=5e-4)
    assert japan["imports_hs87"] / 1e3 == pytest.approx(52.125, abs=5e-4)
    assert japan["imports_hs8703"] / 1e3 == pytest.approx(41.9, abs=0.05)
    assert japan["imports_hs8708"] / 1e3 == pytest.approx(7.06, abs=0.01)
    assert (japan["imports_hs8703"] + japan["imports_hs8708"]) / japan["goods_deficit"] > 0.5
    assert any(entry["value"] == 68_500 for entry in headline_facts()["other_bases"]["JPN"])


@pytest.mark.parametrize(
    ("partner", "imports", "exports"),
    [("MEX", -0.206, -0.155), ("TWN", -0.234, -0.056), ("CHE", -0.298, -0.097), ("MYS", -0.275, -0.130)],
)
def test_the_papers_tell_how_far_other_partners_are_off_customs(world, partner, imports, exports):
    facts = headline_facts()["partners"][partner]
    bought, sold = goods_flow(world, "USA", partner), goods_flow(world, partner, "USA")
    assert bought / facts["imports_for_consumption"] - 1 == pytest.approx(imports, abs=5e-4)
    assert sold / facts["exports"] - 1 == pytest.approx(exports, abs=5e-4)
    report = (DATA / "balance-report.md").read_text(encoding="utf-8")
    row = f"| {partner} |  | {facts['imports_for_consumption']:,.0f} | {bought:,.0f} | {imports:+.1%} |"
    assert row in report
    off = bought / facts["imports_for_consumption"] - 1
    assert f"{partner} {off:+.0%}" in (DATA / "PROVENANCE.md").read_text(encoding="utf-8")


def test_the_stake_takes_its_words_from_the_facts(world):
    facts = headline_facts()
    japan = goods_flow(world, "USA", "JPN"), goods_flow(world, "JPN", "USA")
    words = facts["basis_words"], facts["source_words"]
    assert _basis(world, "USA", "JPN", *japan) == words
    assert _basis(world, "JPN", "USA", *japan[::-1]) == words
    # Customs know one EU member as a buyer only, and nothing of trade between others.
    for pair in (("USA", "DEU"), ("JPN", "KOR")):
        basis, source = _basis(world, *pair, 1.0, 1.0)
        assert basis == "sales at basic price in world-2022"
        assert source.startswith("OECD")


def test_lines_add_to_pinned_cells(world):
    totals = world.lines.frame.group_by("importer", "exporter", "sector").agg(
        pl.col("value").sum(), pl.col("duty").sum()
    )
    checked = 0
    for importer, exporter, sector, value, duty in totals.iter_rows():
        pinned = "USA" in (importer, exporter) and {importer, exporter} - {"USA"} <= {"JPN", "KOR", *EU}
        if pinned:
            flow = cell(world.flows, world, importer, exporter, sector)
            assert value == pytest.approx(flow, rel=1e-5, abs=0.05), (importer, exporter, sector)
            rate = cell(world.tariff, world, importer, exporter, sector)
            assert duty == pytest.approx(flow * rate, rel=1e-4, abs=0.05), (importer, exporter, sector)
            checked += 1
    assert checked > 350


def test_lines_columns_and_codes(world):
    frame = world.lines.frame
    assert frame.columns == ["importer", "exporter", "hs", "sector", "value", "duty", "source"]
    codes = frame["hs"].unique()
    assert set(codes.filter(~codes.str.ends_with("x")).str.len_chars()) == {2, 4, 10}
    assert set(codes.filter(codes.str.ends_with("x"))) == {"x", "02x", "04x", "10x", "12x", "22x", "87x"}
    cars = world.lines.cell("USA", "JPN", "C29").filter(pl.col("hs").str.starts_with("8703"))
    assert cars["value"].sum() / 1e3 == pytest.approx(41.9, abs=0.05)
    assert cars["duty"].sum() / cars["value"].sum() == pytest.approx(0.025, abs=2e-4)
    assert set(frame["exporter"].cast(pl.String).unique()) <= set(world.regions)


def test_tariffs_that_a_ministry_knows(world):
    rate = {key: cell(world.tariff, world, *key) for key in RATES}
    for key, (low, high) in RATES.items():
        assert low <= rate[key] <= high, (key, rate[key])


RATES: dict[tuple[str, str, str], tuple[float, float]] = {
    ("USA", "JPN", "C29"): (0.02, 0.026),  # 2.5 % on cars, a little less with free chapters
    ("JPN", "USA", "C29"): (0.0, 0.001),  # Japan's car duty is zero
    ("JPN", "USA", "C10T12"): (0.06, 0.15),
    ("JPN", "USA", "A01_02"): (0.03, 0.12),
    ("USA", "CHN", "C28"): (0.10, 0.25),  # section 301
    ("USA", "KOR", "C29"): (0.0, 0.002),  # KORUS
    ("DEU", "USA", "C29"): (0.04, 0.10),
    ("DEU", "FRA", "C29"): (0.0, 0.0),
    ("MEX", "USA", "C29"): (0.0, 0.0),
    ("DEU", "JPN", "C29"): (0.0, 0.0),
}


def test_elasticity_sets(world):
    sets = elasticity_sets()
    assert len(sets) == 8
    for entry in sets.values():
        assert set(entry.theta) == set(world.sectors)
        assert all(value > 0 for value in entry.theta.values())
    caliendo_parro = elasticity_set("caliendo-parro-2015")
    assert caliendo_parro.theta["C29"] == 1.84
    assert caliendo_parro.theta["C26"] == pytest.approx((12.95 + 3.95 + 8.71) / 3)
    assert elasticity_set("fontagne-2022").theta["C29"] == pytest.approx(8.92 - 1)
    median = elasticity_set("published-median")
    assert median.theta["C29"] == 4.47
    assert median.deviation["C29"] > 0.3
    assert dict(zip(world.sectors, world.trade_elasticity, strict=True)) == median.theta


def test_another_elasticity_set_is_a_switch(world):
    other = load_world("world-2022", elasticities="caliendo-parro-2015")
    assert other.trade_elasticity[other.sector_index("C29")] == 1.84
    np.testing.assert_array_equal(other.flows, world.flows)
    with pytest.raises(UnknownNameError, match="unknown elasticity set 'caliendo-2015'; did you mean 'caliendo-parro"):
        load_world("world-2022", elasticities="caliendo-2015")


def test_catalogue():
    assert catalogue.list_worlds() == ("world-2022",)
    assert load_world("world-2022") is load_world("world-2022")
    with pytest.raises(UnknownNameError, match="unknown world 'world-2023'; did you mean 'world-2022'"):
        load_world("world-2023")
    shown = catalogue.describe(load_world("world-2022"))
    assert shown["value_added_usd_bn"] == pytest.approx(96_200, rel=0.02)
    assert shown["groups"]["EU"] == list(EU)


@pytest.mark.parametrize("name", ["PROVENANCE.md", "balance-report.md"])
def test_papers_stand_beside_the_data(name):
    text = (catalogue.DATA / name).read_text(encoding="utf-8")
    assert "72,477" in text if name == "balance-report.md" else "151,340.031" in text
    assert re.search(r"(^|[ (`])/[a-z]+/", text) is None, "a path of one machine stands in the paper"
