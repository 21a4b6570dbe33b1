"""Reader of US imports for consumption and calculated duty, 2024, by HS10 and partner."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from dealspace.world.build.concordance import SPECIAL_CHAPTERS, Concordance
from dealspace.world.build.naming import GOODS, region_of

#: The European Union counted as one partner.
EU_CODE = "0003"
#: Members that the file also lists alone; they are inside the EU's lines already.
INSIDE_EU = ("4359",)


def read_imports(path: Path, country_codes: Path) -> pl.DataFrame:
    """Imports by exporter ("EU" or a region of the benchmark) and HS10: value and duty in USD million.

    Columns: exporter, hs, value, duty. Partners without a region of their own are summed into ROW.
    """
    codes = pl.read_csv(country_codes, schema_overrides={"CTY_CODE": pl.String})
    iso3 = dict(zip(codes["CTY_CODE"], codes["ISO3"], strict=True))
    partners = pl.read_parquet(path).filter(~pl.col("partner_code").is_in(INSIDE_EU))

    def exporter(code: str) -> str:
        return "EU" if code == EU_CODE else region_of(iso3[code])

    return (
        partners.with_columns(exporter=pl.col("partner_code").map_elements(exporter, return_dtype=pl.String))
        .group_by("exporter", pl.col("hs10").alias("hs"))
        .agg(value=pl.col("imports_usd").sum() / 1e6, duty=pl.col("duty_usd").sum() / 1e6)
        .sort("exporter", "hs")
    )


def by_sector(imports: pl.DataFrame, concordance: Concordance) -> pl.DataFrame:
    """Split lines over sectors: columns exporter, hs, sector, value, duty.

    Chapters 98 and 99 have no product. Each becomes one line a sector, in proportion to the partner's other
    imports in that sector.
    """
    special = pl.col("hs").str.slice(0, 2).is_in(SPECIAL_CHAPTERS)
    split = (
        imports.filter(~special)
        .join(concordance.weights(imports.filter(~special)["hs"]), on="hs", how="inner")
        .with_columns(pl.col("value") * pl.col("weight"), pl.col("duty") * pl.col("weight"))
        .drop("weight")
    )
    share = sector_totals(split).with_columns(share=pl.col("value") / pl.col("value").sum().over("exporter"))
    spread = (
        imports.filter(special)
        .group_by("exporter", pl.col("hs").str.slice(0, 2))
        .agg(pl.col("value").sum(), pl.col("duty").sum())
        .join(share.select("exporter", "sector", "share"), on="exporter")
        .with_columns(pl.col("value") * pl.col("share"), pl.col("duty") * pl.col("share"))
    )
    columns = ["exporter", "hs", "sector", "value", "duty"]
    return pl.concat([split.select(columns), spread.select(columns)]).sort("exporter", "sector", "hs")


def sector_totals(lines: pl.DataFrame) -> pl.DataFrame:
    """Value and duty by exporter and sector, in the benchmark's order of sectors."""
    order = pl.DataFrame({"sector": GOODS, "rank": range(len(GOODS))})
    return (
        lines.group_by("exporter", "sector")
        .agg(pl.col("value").sum(), pl.col("duty").sum())
        .join(order, on="sector")
        .sort("exporter", "rank")
        .drop("rank")
    )
