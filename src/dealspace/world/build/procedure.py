"""The whole procedure: read every source, run the four steps, write the benchmark and its papers."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from dealspace.world.build import (
    balance,
    census_exports,
    census_imports,
    coefficients,
    concordance,
    customs,
    elasticities,
    icio,
    japan,
    named_lines,
    product_elasticities,
    product_lines,
    profiles,
    services,
    tariffs,
    wiod,
)
from dealspace.world.build.naming import GOODS, GROUPS, REGION_NAMES, REGIONS, SECTOR_NAMES, SECTORS
from dealspace.world.catalogue import DATA
from dealspace.world.economy import Economy
from dealspace.world.lines import Lines
from dealspace.world.store import lines_path, save_economy

NAME = "world-2022"
#: Products of Japan's imports by origin that are named one by one, each with its source.
NAMED_PRODUCTS = DATA / "japan-products.csv"


@dataclass(frozen=True)
class Sources:
    """Everything read from the shared folder, before any step."""

    flows: icio.CountryFlows
    coefficients: coefficients.Coefficients
    wiod_path: Path
    imports: pl.DataFrame
    exports: pl.DataFrame
    schedule: japan.Schedule
    profiles: dict[str, profiles.Profile]
    elasticities: dict[str, dict[str, Any]]
    concordance: concordance.Concordance
    named: tuple[named_lines.Named, ...]


@dataclass(frozen=True)
class Benchmark:
    """The result of the four steps, with what the report needs.

    original, prior, pins, flows : (importer, exporter, sector), USD million
    unsplit : rates before named products gave Japan's own
    """

    economy: Economy
    original: np.ndarray
    pins: np.ndarray
    flows: np.ndarray
    use: coefficients.Use
    technology: balance.Technology
    tariffs: tariffs.Tariffs
    unsplit: tariffs.Tariffs
    customs: customs.CustomsGoods
    us_lines: pl.DataFrame
    lines: pl.DataFrame
    sources: Sources


def read_sources(shared_dir: Path) -> Sources:
    """Read the public files under `shared_dir`; FileNotFoundError names the first that is missing."""
    data = shared_dir / "data"
    census = data / "us-census-imports-2024-hs10"
    return Sources(
        icio.read_country_flows(data / "oecd-icio-2022-flows/icio2022_flows_81x81x28.npz"),
        coefficients.read_coefficients(data / "oecd-icio-2020-coefficients/icio2020_coefficients_77x45.npz"),
        data / "wiod-2011/wiot_2011.npz",
        census_imports.read_imports(census / "us_imports_2024_hs10.parquet", census / "census_country_codes.csv"),
        census_exports.read_exports(data / "us-census-exports-hs2/us_exports_top30_hs2_2022_2024.csv"),
        japan.read_schedule(data / "japan-tariff-schedule/jp_tariff_hs9_2025-04-01.csv.gz"),
        profiles.read_profiles(shared_dir / "facts/tariff_profiles.csv"),
        elasticities.read_elasticities(data / "elasticities/published_sector_elasticities_native.csv"),
        concordance.read_concordance(data / "concordance/hs6_to_icio28goods_equal_split.csv"),
        named_lines.read_named(NAMED_PRODUCTS),
    )


def compute(sources: Sources) -> Benchmark:
    """Run the four steps on the sources."""
    flows = icio.to_regions(sources.flows)
    use = coefficients.implied_use(sources.coefficients, sources.flows)
    split = services.split_services(flows.services, wiod.read_services(sources.wiod_path, use.computing_share), use)
    us_lines = census_imports.by_sector(sources.imports, sources.concordance)
    totals = census_imports.sector_totals(us_lines)
    goods = customs.customs_goods(totals, sources.exports, flows.goods, sources.concordance.chapter_counts())
    original = np.concatenate([flows.goods, split], axis=2)
    pins, prior = balance.pins_and_prior(flows.goods, split, goods)
    sales = balance.balance_flows(original, prior, pins)
    rates = tariffs.baseline_tariffs(
        totals, us_lines, goods.chapters["JPN"], sources.schedule, sources.profiles, sources.concordance
    )
    cells = _japan_cells(us_lines, sales, rates, sources)
    before, rates = rates, rates._replace(rate=_with_rows(rates.rate, cells.rate))
    technology = balance.balance_use(sales, rates.rate, use)
    lines = _lines(us_lines, goods, sales, rates, sources, cells.lines)
    economy = _economy(sales, rates.rate, technology, sources, lines)
    return Benchmark(economy, original, pins, sales, use, technology, rates, before, goods, us_lines, lines, sources)


def _with_rows(rate: np.ndarray, row: np.ndarray) -> np.ndarray:
    """Rates (importer, exporter, sector) with Japan's replaced."""
    rate = rate.copy()
    rate[REGIONS.index("JPN")] = row
    return rate


def _japan_cells(
    us_lines: pl.DataFrame, sales: np.ndarray, rates: tariffs.Tariffs, sources: Sources
) -> named_lines.Split:
    """Named lines of Japan's imports from others than the US, and the rates that agree with them."""
    headings = tuple(sorted({entry.hs for entry in sources.named}))
    origins = sorted({entry.exporter for entry in sources.named})
    rest = {
        name: tariffs.weighted_by_us_imports(name, us_lines, sources.schedule, sources.concordance, headings)
        for name in origins
    }
    japan_row = REGIONS.index("JPN")
    return named_lines.split_cells(
        sales[japan_row], rates.rate[japan_row], rest, sources.named, sources.schedule, sources.concordance
    )


def _lines(
    us_lines: pl.DataFrame,
    goods: customs.CustomsGoods,
    sales: np.ndarray,
    rates: tariffs.Tariffs,
    sources: Sources,
    others: pl.DataFrame,
) -> pl.DataFrame:
    usa = REGIONS.index("USA")
    rows = [REGIONS.index(member) for member in GROUPS["EU"]]
    union = sales[usa, rows, : len(GOODS)]
    shares = dict(zip(GROUPS["EU"], union / union.sum(axis=0), strict=True))
    duty = tariffs.japan_chapter_duty(goods.chapters["JPN"], sources.schedule, sources.concordance)
    bought = named_lines.split_chapters(
        goods.chapters["JPN"], duty, sources.named, sources.schedule, sources.concordance, product_lines.EXPORTS_SOURCE
    )
    return product_lines.all_lines(
        product_lines.import_lines(us_lines, shares),
        product_lines.export_lines(goods.chapters, rates.rate),
        bought,
        others,
    )


def _economy(
    sales: np.ndarray, rate: np.ndarray, technology: balance.Technology, sources: Sources, lines: pl.DataFrame
) -> Economy:
    theta = sources.elasticities[elasticities.DEFAULT]["theta"]
    return Economy(
        flows=sales,
        tariff=rate,
        io_share=technology.io_share,
        va_share=technology.va_share,
        trade_elasticity=np.array([theta[sector] for sector in SECTORS]),
        regions=REGIONS,
        sectors=SECTORS,
        goods=GOODS,
        name=NAME,
        year=2022,
        groups=GROUPS,
        region_names=REGION_NAMES,
        sector_names=SECTOR_NAMES,
        lines=Lines(lines),
    )


def build_world(shared_dir: Path | str, out_dir: Path | str) -> Path:
    """Compute the benchmark from the sources under `shared_dir` and write it under `out_dir`.

    Parameters
    ----------
    shared_dir : folder with `data/` and `facts/`
    out_dir : folder that receives world-2022.npz, its lines, facts, elasticities and papers

    Returns
    -------
    pathlib.Path
        The `.npz` file.

    Raises
    ------
    FileNotFoundError
        When a source is missing.
    dealspace.world.build.ras.FitError
        When a table cannot be balanced.
    """
    from dealspace.world.build import papers

    shared, out = Path(shared_dir), Path(out_dir)
    out.mkdir(parents=True, exist_ok=True)
    built = compute(read_sources(shared))
    path = save_economy(built.economy, out / f"{NAME}.npz")
    (out / "elasticities.json").write_text(
        json.dumps({"default": elasticities.DEFAULT, "sets": built.sources.elasticities}, indent=1) + "\n",
        encoding="utf-8",
    )
    table = product_elasticities.read_product_elasticities(shared / "data/elasticities/ProTEE_0_1.csv")
    product_elasticities.write_product_elasticities(table, out / "product-elasticities.csv")
    papers.write(built, out)
    return path


__all__ = ["NAME", "Benchmark", "Sources", "build_world", "compute", "lines_path", "read_sources", "shutil"]
