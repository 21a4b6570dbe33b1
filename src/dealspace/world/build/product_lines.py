"""Product lines under the cells: US imports by HS10, US exports by chapter on the importer's side."""

from __future__ import annotations

import numpy as np
import polars as pl

from dealspace.world.build.naming import GOODS, GROUPS, REGIONS
from dealspace.world.lines import COLUMNS

IMPORTS_SOURCE = "US Census imports 2024 HS10"
EU_SOURCE = "US Census imports 2024 HS10, EU as one, scaled to the member's cell"
EXPORTS_SOURCE = "US Census exports 2024 HS2, split to sectors; duty estimated from the cell's rates"
#: Lines below this value (USD million) in a cell are merged into their chapter to keep the file small.
SMALL = 0.05


def import_lines(us_lines: pl.DataFrame, member_shares: dict[str, np.ndarray]) -> pl.DataFrame:
    """US import lines by region: EU members carry the EU's lines scaled by their share of each sector.

    us_lines : exporter, hs, sector, value, duty; member_shares : member -> (good,) share of the EU's cell
    """
    own = us_lines.filter(pl.col("exporter") != "EU").with_columns(source=pl.lit(IMPORTS_SOURCE))
    union = us_lines.filter(pl.col("exporter") == "EU")
    parts = [own]
    for member in GROUPS["EU"]:
        share = pl.DataFrame({"sector": GOODS, "share": member_shares[member]})
        parts.append(
            union.join(share, on="sector")
            .with_columns(
                pl.lit(member).alias("exporter"),
                pl.col("value") * pl.col("share"),
                pl.col("duty") * pl.col("share"),
                source=pl.lit(EU_SOURCE),
            )
            .drop("share")
            .select(own.columns)
        )
    table = pl.concat(parts).filter(pl.col("value") > 0)
    merged = table.with_columns(
        hs=pl.when(pl.col("value") < SMALL).then(pl.col("hs").str.slice(0, 2)).otherwise(pl.col("hs"))
    )
    return (
        merged.group_by("exporter", "hs", "sector", "source")
        .agg(pl.col("value").sum(), pl.col("duty").sum())
        .with_columns(importer=pl.lit("USA"))
        .select(COLUMNS)
    )


def export_lines(chapters: dict[str, dict[str, np.ndarray]], tariff: np.ndarray) -> pl.DataFrame:
    """Chapter lines of US goods in each importer's cells but Japan's; tariff (importer, exporter, sector)."""
    rows = []
    usa = REGIONS.index("USA")
    for importer in REGIONS:
        for chapter, values in chapters.get(importer, {}).items() if importer != "JPN" else ():
            duty = values * tariff[REGIONS.index(importer), usa, : len(GOODS)]
            rows += [
                (importer, "USA", chapter, good, float(values[g]), float(duty[g]), EXPORTS_SOURCE)
                for g, good in enumerate(GOODS)
                if values[g] > 1e-6
            ]
    text, number = pl.String, pl.Float64
    kinds = (text, text, text, text, number, number, text)
    return pl.DataFrame(rows, schema=list(zip(COLUMNS, kinds, strict=True)), orient="row")


def all_lines(*sets: pl.DataFrame) -> pl.DataFrame:
    """All sets in a fixed order, values rounded to a dollar."""
    return (
        pl.concat(sets)
        .with_columns(pl.col("value").round(6), pl.col("duty").round(6))
        .sort("importer", "exporter", "sector", "hs", "source")
        .with_columns(pl.col("importer", "exporter", "sector", "source").cast(pl.Categorical))
    )
