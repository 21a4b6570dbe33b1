"""The World Input-Output Table of 2011 (41 regions, 35 industries) as arrays for an economy."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
THETA = 5.0


class Wiod(NamedTuple):
    """Arrays as `Economy` takes them, USD million; there are no duties in the table."""

    flows: Array  # (importer, exporter, sector)
    tariff: Array
    io_share: Array  # (region, input, sector)
    va_share: Array  # (region, sector)
    theta: Array
    regions: tuple[str, ...]
    sectors: tuple[str, ...]


def load(folder: Path) -> Wiod:
    """Read the table; run-down stocks (negative final sales) count as no sale, so nothing needs repair."""
    with np.load(folder / "wiot_2011.npz") as table:
        regions = tuple(str(name) for name in table["countries"])
        sectors = tuple(str(name) for name in table["industries"])
        n, j = len(regions), len(sectors)
        # Rows: (exporter, industry sold); columns: (user, industry) and (user, kind of demand).
        between = np.maximum(table["Z"].astype(float), 0.0).reshape(n, j, n, j)
        final = np.maximum(table["F"].astype(float), 0.0).reshape(n, j, n, -1)
    used = between.sum(axis=3) + final.sum(axis=3)
    flows = used.transpose(2, 0, 1).copy()
    output = flows.sum(axis=0)
    inputs = between.sum(axis=0).transpose(1, 0, 2)  # (using region, input, using industry)
    io_share = inputs / np.where(output > 0, output, 1.0)[:, None, :]
    # A few industries use more than they sell once stocks are left out; their inputs are scaled back.
    total = io_share.sum(axis=1, keepdims=True)
    io_share *= np.minimum(1.0, 0.98 / np.where(total > 0, total, 1.0))
    va_share = 1.0 - io_share.sum(axis=1)
    # Elasticities differ a little by sector, so that no result hinges on their being equal.
    theta = THETA + np.linspace(-2.0, 3.0, j)
    return Wiod(flows, np.zeros_like(flows), io_share, va_share, theta, regions, sectors)
