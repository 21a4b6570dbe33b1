"""A small economy with product lines for the United States' imports, and sheets to try on it."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from dealspace.termsheet import TermSheet, sheet_from_mapping
from dealspace.world.economy import Economy
from dealspace.world.lines import Lines

REGIONS = ("USA", "JPN", "MEX", "ROW")
SECTORS = ("A01", "C24", "C26", "C29", "S")

#: exporter, HS10, sector, customs value, normal duty
ROWS = (
    ("JPN", "8703230190", "C29", 400.0, 0.025),  # a car: vehicle list
    ("JPN", "8704310120", "C29", 20.0, 0.25),  # a pickup
    ("JPN", "8708295160", "C29", 60.0, 0.025),  # a part, also on the aluminium derivatives list
    ("JPN", "8701100100", "C29", 20.0, 0.0),  # a tractor: on no list
    ("JPN", "7208510030", "C24", 50.0, 0.0),  # steel plate
    ("JPN", "7403110000", "C24", 10.0, 0.01),  # refined copper: annex II
    ("JPN", "7108121020", "C24", 5.0, 0.0),  # gold: on no list here
    ("JPN", "8542310001", "C26", 30.0, 0.0),  # a chip: annex II since 11 April
    ("JPN", "9018908000", "C26", 70.0, 0.0),  # an instrument: on no list
    ("JPN", "0201305085", "A01", 10.0, 0.264),  # beef
    ("MEX", "8703230190", "C29", 300.0, 0.0),
    ("MEX", "8708295160", "C29", 100.0, 0.0),
    ("MEX", "0702002095", "A01", 50.0, 0.02),
)


def small_world(*, lines: bool = True) -> Economy:
    """Four regions, five sectors; Japan and Mexico have lines in the United States' imports."""
    n, j = len(REGIONS), len(SECTORS)
    rng = np.random.default_rng(0)
    flows = rng.uniform(20.0, 60.0, (n, n, j))
    flows[np.arange(n), np.arange(n)] = rng.uniform(2000.0, 3000.0, (n, j))
    tariff = np.full((n, n, j), 0.03)
    tariff[np.arange(n), np.arange(n)] = 0.0
    tariff[:, :, -1] = 0.0
    frame = pl.DataFrame(
        [("USA", e, hs, s, v, v * d, "test") for e, hs, s, v, d in ROWS],
        schema=["importer", "exporter", "hs", "sector", "value", "duty", "source"],
        orient="row",
    )
    for exporter in ("JPN", "MEX"):
        for sector in SECTORS:
            rows = [(v, d) for e, _, s, v, d in ROWS if (e, s) == (exporter, sector)]
            if rows:
                value = sum(v for v, _ in rows)
                at = (0, REGIONS.index(exporter), SECTORS.index(sector))
                flows[at] = value
                tariff[at] = sum(v * d for v, d in rows) / value
    return Economy(
        flows=flows,
        tariff=tariff,
        io_share=np.full((n, j, j), 0.5 / j),
        va_share=np.full((n, j), 0.5),
        trade_elasticity=np.full(j, 4.0),
        regions=REGIONS,
        sectors=SECTORS,
        goods=SECTORS[:-1],
        name="small",
        groups={"PAIR": ("JPN", "MEX")},
        lines=Lines(frame) if lines else None,
    )


MEASURES: dict[str, Any] = {
    "reciprocal-10": {
        "kind": "tariff", "by": "USA", "on": "JPN", "products": "all-goods", "rate": "10%", "stacking": "add",
        "except": ["s232-autos", "s232-metals", "list:annex-II"], "source": "EO 14257",
    },
    "s232-autos": {
        "kind": "tariff", "by": "USA", "on": "JPN", "products": "list:s232-autos", "rate": "25%",
        "source": "Proc. 10908",
    },
    "s232-metals": {
        "kind": "tariff", "by": "USA", "on": "JPN", "products": "list:s232-metals", "rate": "50%",
        "source": "Proc. 10947",
    },
    "letter-25": {
        "kind": "tariff", "by": "USA", "on": "JPN", "products": "all-goods", "rate": "25%", "replaces": "reciprocal-10",
        "except": ["s232-autos", "s232-metals", "list:annex-II"], "source": "Letter of 7 July 2025",
    },
}  # fmt: skip
ISSUES: dict[str, Any] = {
    "general": {
        "kind": "tariff", "by": "USA", "on": "JPN", "products": "all-goods", "range": ["0%", "25%"],
        "stacking": "inclusive", "except": ["s232-autos", "s232-metals", "list:annex-II"], "lifts": "reciprocal-10",
    },
    "autos": {
        "kind": "tariff", "by": "USA", "on": "JPN", "products": "list:s232-autos", "range": ["0%", "50%"],
        "stacking": "inclusive", "lifts": "s232-autos",
    },
    "farm": {
        "kind": "tariff", "by": "JPN", "on": "USA", "products": "A01", "range": ["0%", "100%"], "stacking": "cut",
    },
    "barrier": {
        "kind": "ntb", "by": "JPN", "on": "USA", "products": "C29", "range": ["0 pp", "10 pp"], "sense": "reduction",
        "base": "20%",
    },
}  # fmt: skip


def small_sheet(**changes: Any) -> TermSheet:
    """A sheet between the United States and Japan; keyword arguments replace whole sections."""
    data: dict[str, Any] = {
        "schema": "dealspace/1",
        "name": "small",
        "as_of": "2025-07-20",
        "world": "small",
        "parties": ["USA", "JPN"],
        "measures": MEASURES,
        "policies": {
            "before": [],
            "status-quo": ["reciprocal-10", "s232-autos", "s232-metals"],
            "no-deal": ["letter-25", "s232-autos", "s232-metals"],
        },
        "issues": ISSUES,
        "no_deal": {"probability": "60%"},
    }
    return sheet_from_mapping(data | changes, world=small_world())


def cell(world: Economy, importer: str, exporter: str, sector: str) -> tuple[int, int, int]:
    """Position of a cell in the arrays."""
    return world.region_index(importer), world.region_index(exporter), world.sector_index(sector)
