"""Elasticities of substitution by HS heading, from the product-level estimates of Fontagne, Guimbard and Orefice."""

from __future__ import annotations

from pathlib import Path

import polars as pl

CITATION = (
    "Fontagne, Guimbard and Orefice (2022), Tariff-based product-level trade elasticities, Journal of International "
    "Economics 137; CEPII ProTEE 0.1"
)
COLUMNS = ("hs", "sigma", "lowest", "highest", "codes")


def read_product_elasticities(path: Path) -> pl.DataFrame:
    """Simple means by heading: columns hs (4 digits), sigma, lowest, highest, codes (how many HS6 entered).

    The paper regresses values net of duty on 1 + duty, whose elasticity is -sigma; HS6 codes whose estimate is not
    significant or has the wrong sign stand with the mean of their heading in the source and are left out here.
    """
    table = pl.read_csv(path, schema_overrides={"HS6": pl.String})
    kept = table.filter((pl.col("zero") == 0) & (pl.col("positive") == 0) & pl.col("sigma").is_not_null())
    return (
        kept.group_by(pl.col("HS6").str.slice(0, 4).alias("hs"))
        .agg(
            sigma=(-pl.col("sigma")).mean().round(3),
            lowest=(-pl.col("sigma")).min().round(3),
            highest=(-pl.col("sigma")).max().round(3),
            codes=pl.len(),
        )
        .sort("hs")
        .select(COLUMNS)
    )


def write_product_elasticities(table: pl.DataFrame, path: Path) -> None:
    """Write the table as text, for reading and for comparing."""
    table.write_csv(path, line_terminator="\n")
