"""Products named one by one in Japan's imports: US chapters split into headings, other origins' cells into lines.

A *rest* line stands beside the named ones: ``10x`` is chapter 10, and ``x`` a whole cell, without every code that is
named for the same importer and exporter.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import polars as pl

from dealspace.world.build.concordance import Concordance
from dealspace.world.build.japan import Schedule
from dealspace.world.build.naming import GOODS, REGIONS
from dealspace.world.lines import COLUMNS

#: Code of what is left of a chapter (after its digits) or of a cell (alone) beside named lines.
REST = "x"
#: Chapters whose headings are spread over sectors as the chapter is, because its duty was estimated as a whole.
SPREAD = ("10",)
#: Largest share of a cell that named lines may take: customs values can exceed the cell at basic prices.
LARGEST_SHARE = 0.8
REST_SOURCE = "what named lines leave of the cell; duty at the cell's other rates"
_IMPORTER = "JPN"


class Named(NamedTuple):
    """One product of one origin: `value` in USD million, `rate` where the schedule's mean would mislead."""

    product: str
    hs: str
    exporter: str
    value: float
    rate: float | None
    basis: str
    source: str

    def duty(self, schedule: Schedule) -> float:
        """Rate that the origin pays."""
        return self.rate if self.rate is not None else schedule.heading_rate(self.exporter, self.hs)


class Split(NamedTuple):
    """Lines of Japan's imports from others than the US, and its rates (exporter, sector) that agree with them."""

    lines: pl.DataFrame
    rate: np.ndarray


def read_named(path: Path) -> tuple[Named, ...]:
    """Read the table of named products: columns product, hs, exporter, value, rate, status, basis, source."""
    with path.open(encoding="utf-8", newline="") as stream:
        return tuple(
            Named(
                row["product"],
                row["hs"],
                row["exporter"],
                float(row["value"]),
                float(row["rate"]) if row["rate"] else None,
                f"{row['status']}: {row['basis']}",
                row["source"],
            )
            for row in csv.DictReader(stream)
        )


def split_chapters(
    chapters: dict[str, np.ndarray],
    duty: dict[str, np.ndarray],
    named: Iterable[Named],
    schedule: Schedule,
    concordance: Concordance,
    source: str,
) -> pl.DataFrame:
    """Lines of US goods in Japan: named headings and the rest of their chapter; value and duty by sector unchanged.

    Parameters
    ----------
    chapters, duty : chapter -> (good,), USD million
    source : what unsplit chapters rest on

    Raises
    ------
    ValueError
        When the named products of a chapter exceed it in a sector, by value or by duty.
    """
    rows: list[tuple] = []
    ours = [entry for entry in named if entry.exporter == "USA"]
    for chapter, values in chapters.items():
        own = [entry for entry in ours if entry.hs[:2] == chapter]
        left_value, left_duty = values.copy(), duty[chapter].copy()
        for entry in own:
            value = entry.value * _place(entry.hs, values, concordance)
            paid = value * entry.duty(schedule)
            left_value, left_duty = left_value - value, left_duty - paid
            rows += _rows("USA", entry.hs, value, paid, entry.basis)
        if left_value.min() < -1e-6 or left_duty.min() < -1e-6:
            good = GOODS[int(np.minimum(left_value, left_duty).argmin())]
            raise ValueError(f"named products of chapter {chapter} exceed it in {good}")
        code = chapter + REST if own else chapter
        text = f"{source}, less named headings" if own else source
        rows += _rows("USA", code, left_value, np.maximum(left_duty, 0.0), text)
    return _frame(rows)


def split_cells(
    sales: np.ndarray,
    rate: np.ndarray,
    rest_rate: dict[str, np.ndarray],
    named: Iterable[Named],
    schedule: Schedule,
    concordance: Concordance,
) -> Split:
    """Lines of Japan's imports from the other named origins, and rates that are the mean of the lines.

    Parameters
    ----------
    sales : (exporter, sector), Japan's imports at basic price
    rate : (exporter, sector), rates before
    rest_rate : exporter -> (good,), mean rate of what is not named

    Notes
    -----
    Where named lines exceed `LARGEST_SHARE` of a cell the rest keeps what is left of that share: lines give
    proportions within the cell, not its level. Cells without named lines keep their rate.
    """
    rate, rows = rate.copy(), []
    by_origin: dict[str, list[Named]] = {}
    for entry in named:
        if entry.exporter != "USA":
            by_origin.setdefault(entry.exporter, []).append(entry)
    for exporter, own in by_origin.items():
        i, known, paid = REGIONS.index(exporter), np.zeros(len(GOODS)), np.zeros(len(GOODS))
        for entry in own:
            value = entry.value * _place(entry.hs, None, concordance)
            rows += _rows(exporter, entry.hs, value, value * entry.duty(schedule), entry.basis)
            known, paid = known + value, paid + value * entry.duty(schedule)
        rest = np.maximum(sales[i, : len(GOODS)], known / LARGEST_SHARE) - known
        others = np.where(known > 0, rest_rate[exporter], rate[i, : len(GOODS)])
        rows += _rows(exporter, REST, rest, rest * others, REST_SOURCE)
        total = known + rest
        mean = np.divide(paid + rest * others, total, out=others.copy(), where=total > 0)
        rate[i, : len(GOODS)] = np.where(known > 0, mean, rate[i, : len(GOODS)])
    return Split(_frame(rows), rate)


def _place(hs: str, chapter: np.ndarray | None, concordance: Concordance) -> np.ndarray:
    """Shares of a heading in each good (good,): its chapter's where these are spread, else the first of its codes."""
    if chapter is not None and hs[:2] in SPREAD:
        return chapter / chapter.sum()
    codes = [code for code in concordance.codes if code.startswith(hs)]
    shares = np.zeros(len(GOODS))
    shares[GOODS.index(concordance.sectors(codes[0])[0])] = 1.0
    return shares


def _rows(exporter: str, code: str, value: np.ndarray, duty: np.ndarray, source: str) -> list[tuple]:
    return [
        (_IMPORTER, exporter, code, good, float(value[g]), float(duty[g]), source)
        for g, good in enumerate(GOODS)
        if value[g] > 1e-6
    ]


def _frame(rows: list[tuple]) -> pl.DataFrame:
    kinds = (pl.String, pl.String, pl.String, pl.String, pl.Float64, pl.Float64, pl.String)
    return pl.DataFrame(rows, schema=list(zip(COLUMNS, kinds, strict=True)), orient="row")
