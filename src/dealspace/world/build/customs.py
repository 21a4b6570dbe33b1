"""Customs values of US trade as cells of the benchmark: pinned for some partners, a prior for the others."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import polars as pl

from dealspace.world.build.census_exports import split_chapters
from dealspace.world.build.naming import GOODS, GROUPS, REGIONS

USA = REGIONS.index("USA")
EU = GROUPS["EU"]
#: Partners of built-in sheets: their goods trade with the US equals customs, sector by sector.
PINNED = ("JPN", "KOR", *EU)
#: Trade in services with the US in 2024, USD million (imports of the US, exports of the US).
SERVICES_PINS = {"JPN": (42_000.0, 49_000.0)}


class CustomsGoods(NamedTuple):
    """US goods trade of 2024 by partner and good, USD million; NaN where customs does not tell.

    imports : (exporter, good); exports : (importer, good); chapters : importer -> {chapter: (good,)}
    """

    imports: np.ndarray
    exports: np.ndarray
    chapters: dict[str, dict[str, np.ndarray]]


def customs_goods(
    import_totals: pl.DataFrame,
    exports: pl.DataFrame,
    flows: np.ndarray,
    counts: dict[str, dict[str, float]],
) -> CustomsGoods:
    """Lay US customs values out by region and good.

    Parameters
    ----------
    import_totals : exporter, sector, value, duty ("EU" as one)
    exports : importer, hs (chapter), value
    flows : (importer, exporter, good) of the inter-country table; splits the EU among members
    counts : chapter -> sector -> number of codes
    """
    shape = (len(REGIONS), len(GOODS))
    bought, sold = np.full(shape, np.nan), np.full(shape, np.nan)
    for (exporter,), part in import_totals.group_by("exporter", maintain_order=True):
        values = dict(zip(part["sector"], part["value"], strict=True))
        row = np.array([values.get(good, 0.0) for good in GOODS])
        if exporter == "EU":
            bought[_rows(EU)] = row * _shares(flows[USA][_rows(EU)])
        elif exporter != "ROW":
            bought[REGIONS.index(str(exporter))] = row
    chapters = _chapters_by_importer(exports, flows, counts)
    for importer, rows in chapters.items():
        sold[REGIONS.index(importer)] = sum(rows.values())
    return CustomsGoods(bought, sold, chapters)


def _rows(names: tuple[str, ...]) -> list[int]:
    return [REGIONS.index(name) for name in names]


def _shares(cells: np.ndarray) -> np.ndarray:
    """Shares of rows in each column; evenly where a column is empty."""
    total = cells.sum(axis=0)
    return np.divide(cells, total, out=np.full_like(cells, 1 / len(cells)), where=total > 0)


def _chapters_by_importer(
    exports: pl.DataFrame, flows: np.ndarray, counts: dict[str, dict[str, float]]
) -> dict[str, dict[str, np.ndarray]]:
    """Chapter lines (good,) of every importer that customs names; members not named share the EU's rest."""
    values = {
        str(importer): dict(zip(part["hs"], part["value"], strict=True))
        for (importer,), part in exports.group_by("importer", maintain_order=True)
    }
    union = values.pop("EU", {})
    unnamed = tuple(member for member in EU if member not in values)
    named = [values[member] for member in EU if member in values]
    rest = {chapter: value - sum(v.get(chapter, 0.0) for v in named) for chapter, value in union.items()}
    lines = {name: _lines(chapters, flows[_rows((name,)), USA], counts) for name, chapters in values.items()}
    if union and unnamed:
        cells = flows[_rows(unnamed), USA]
        whole = _lines({c: v for c, v in rest.items() if v > 0}, cells, counts)
        for member, share in zip(unnamed, _shares(cells), strict=True):
            lines[member] = {chapter: row * share for chapter, row in whole.items()}
    return lines


def _lines(chapters: dict[str, float], cells: np.ndarray, counts: dict[str, dict[str, float]]) -> dict[str, np.ndarray]:
    """Chapter -> (good,) of one buyer whose flows in the inter-country table are `cells` (region, good)."""
    return dict(zip(chapters, split_chapters(chapters, cells.sum(axis=0), counts), strict=True))
