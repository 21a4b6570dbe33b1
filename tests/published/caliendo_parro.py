"""The data of Caliendo and Parro (2015), 31 countries and 40 sectors in 1993, and the new tariffs."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

_ORDER = """
    ARG AUS AUT BRA CAN CHL CHN DNK FIN FRA DEU GRC HUN IND IDN IRL ITA JPN KOR MEX NLD NZL NOR PRT ZAF ESP
    SWE TUR GBR USA ROW
"""
REGIONS = tuple(_ORDER.split())
NAFTA = ("MEX", "CAN", "USA")
N_GOODS, N_SECTORS = 20, 40
SECTORS = tuple(f"S{number:02d}" for number in range(1, N_SECTORS + 1))
SERVICES_THETA = 8.22
USD_MILLION = 1e-6


class CaliendoParro(NamedTuple):
    """Arrays as `Economy` takes them (USD million, fractions), and the rates of the experiment."""

    flows: Array  # (importer, exporter, sector), net of duty
    tariff: Array
    io_share: Array  # (region, input, sector)
    va_share: Array  # (region, sector)
    theta: Array
    nafta_tariff: Array  # the base rates, with the members' rates on each other at those of 2005


def _by_importer(path: Path) -> Array:
    """A (sector x importer, exporter) table of goods as (importer, exporter, sector), services zero."""
    regions = len(REGIONS)
    goods = np.loadtxt(path).reshape(N_GOODS, regions, regions).transpose(1, 2, 0)
    return np.concatenate([goods, np.zeros((regions, regions, N_SECTORS - N_GOODS))], axis=2)


def load(folder: Path) -> CaliendoParro:
    """Read the replication files in `folder` with the conventions of the paper."""
    regions = len(REGIONS)
    flows = _by_importer(folder / "xbilat1993.txt") * 1000 * USD_MILLION
    own = np.arange(regions)
    exports = flows.sum(axis=0)
    # Where reported output falls short of exports, output is exports and nothing is sold at home.
    output = np.maximum(np.loadtxt(folder / "GO.txt").T * USD_MILLION, exports)
    flows[own, own] = output - exports
    va_share = np.loadtxt(folder / "B.txt").T
    inputs = np.loadtxt(folder / "IO.txt").reshape(regions, N_SECTORS, N_SECTORS)
    # Printed columns miss one by up to 2e-6, which would stall a solver, so they are made to add up. A few
    # sectors use no inputs at all: their value added share is one.
    total = inputs.sum(axis=1, keepdims=True)
    io_share = (1.0 - va_share)[:, None] * inputs / np.where(total > 0, total, 1.0)
    tariff = _by_importer(folder / "tariffs1993.txt") / 100
    members = np.ix_([REGIONS.index(name) for name in NAFTA], [REGIONS.index(name) for name in NAFTA])
    nafta_tariff = tariff.copy()
    nafta_tariff[members] = _by_importer(folder / "tariffs2005.txt")[members] / 100
    theta = np.concatenate([np.loadtxt(folder / "T.txt"), np.full(N_SECTORS - N_GOODS, SERVICES_THETA)])
    return CaliendoParro(flows, tariff, io_share, va_share, theta, nafta_tariff)
