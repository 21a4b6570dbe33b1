"""Reader of US exports by HS chapter and partner, 2024, and their split into sectors."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import polars as pl

from dealspace.world.build.concordance import SPECIAL_CHAPTERS
from dealspace.world.build.naming import GOODS

TOTAL = "00"
#: Names of the file that are regions of the benchmark, or the EU.
PARTNERS: dict[str, str] = {
    "AUSTRALIA": "AUS",
    "BRAZIL": "BRA",
    "CANADA": "CAN",
    "CHINA": "CHN",
    "EUROPEAN UNION": "EU",
    "FRANCE": "FRA",
    "GERMANY": "DEU",
    "INDIA": "IND",
    "ITALY": "ITA",
    "JAPAN": "JPN",
    "KOREA, SOUTH": "KOR",
    "MALAYSIA": "MYS",
    "MEXICO": "MEX",
    "NETHERLANDS": "NLD",
    "SAUDI ARABIA": "SAU",
    "SINGAPORE": "SGP",
    "SPAIN": "ESP",
    "SWITZERLAND": "CHE",
    "TAIWAN": "TWN",
    "THAILAND": "THA",
    "TURKEY": "TUR",
    "UNITED KINGDOM": "GBR",
    "VIETNAM": "VNM",
}


def read_exports(path: Path, year: int = 2024) -> pl.DataFrame:
    """US exports by importer and chapter: columns importer, hs (2 digits), value in USD million.

    Raises ValueError when a partner's chapters do not add to its total.
    """
    table = pl.read_csv(path, schema_overrides={"E_COMMODITY": pl.String})
    known = (
        table.filter(pl.col("CTY_NAME").is_in(list(PARTNERS)))
        .select(
            importer=pl.col("CTY_NAME").replace_strict(PARTNERS),
            hs=pl.col("E_COMMODITY"),
            value=pl.col(str(year)).fill_null(0.0) / 1e6,
        )
        .sort("importer", "hs")
    )
    total = known.filter(pl.col("hs") == TOTAL).select("importer", total="value")
    chapters = known.filter((pl.col("hs") != TOTAL) & (pl.col("value") > 0))
    gap = chapters.group_by("importer").agg(pl.col("value").sum()).join(total, on="importer")
    off = gap.filter((pl.col("value") - pl.col("total")).abs() > 1e-6 * pl.col("total"))
    if off.height:
        raise ValueError(f"chapters do not add to the total for {off['importer'].to_list()}")
    return chapters


def split_chapters(
    exports: Mapping[str, float], shape: np.ndarray, counts: Mapping[str, Mapping[str, float]]
) -> np.ndarray:
    """Sector by chapter (chapter, sector) of one partner's purchases, USD million; each row adds to the chapter.

    Parameters
    ----------
    exports : chapter -> USD million
    shape : (sector,) the same flow by sector in the inter-country table: only its proportions count
    counts : chapter -> sector -> number of HS6 codes

    Notes
    -----
    A chapter is spread by the number of its HS6 codes in each sector, times how much more of that sector the
    inter-country table sees than the plain count would give (one round of proportional fitting). Chapters 98
    and 99 are spread over all sectors in proportion.
    """
    chapters = list(exports)
    table = np.zeros((len(chapters), len(GOODS)))
    for row, chapter in enumerate(chapters):
        if chapter not in SPECIAL_CHAPTERS:
            for sector, count in counts[chapter].items():
                table[row, GOODS.index(sector)] = count
    value = np.array([exports[chapter] for chapter in chapters])
    table *= np.divide(value, table.sum(axis=1), out=np.zeros_like(value), where=table.sum(axis=1) > 0)[:, None]
    plain = table.sum(axis=0)
    lift = np.divide(shape / shape.sum() * plain.sum(), plain, out=np.ones_like(plain), where=plain > 0)
    tilted = table * np.maximum(lift, 1e-3)
    regular = tilted.sum(axis=1) > 0
    tilted[regular] *= (value[regular] / tilted[regular].sum(axis=1))[:, None]
    total = tilted.sum(axis=0)
    tilted[~regular] = value[~regular, None] * total / total.sum()
    return tilted
