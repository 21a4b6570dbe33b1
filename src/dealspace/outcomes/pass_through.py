"""How much of a duty buyers bear, and how much the sellers: prices per point of duty, as they result."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dealspace.outcomes import labels
from dealspace.outcomes.effective import duty_felt, equivalent_wedges

if TYPE_CHECKING:
    import xarray as xr

    from dealspace.outcomes.equilibrium import Equilibrium

LEAST_CHANGE = 1e-7  # of log duty factors: below it there is no duty whose pass-through could be asked for
PER_CENT, PER_POINT = "per cent, over the importer's wage", "per cent per point of duty"


def pass_through(equilibrium: Equilibrium) -> xr.Dataset:
    """Return what became of prices where duties changed.

    Prices are in units of the importer's wage. A price at the border is what the importing region pays abroad: the
    producer's price less subsidy, with the rents that the exporter keeps. It moves because producers' costs do: in the
    short run, with capital stuck in its sector, more than in the long run.

    Returns
    -------
    xr.Dataset
        By importer, exporter and sector: ``duty`` (change of the duty as buyers feel it, points), ``border_price`` and
        ``buyer_price`` (changes in per cent), each also per point of duty (``..._per_point``), and ``borne_by_buyers``:
        the part of the duty that buyers bear, d log(buyer's price) / d log(duty factor), 1 when it is passed on whole.
        By importer and sector: ``sector_duty`` (mean over what was bought, own goods included, points),
        ``consumer_price`` (per cent) and ``consumer_price_per_point``. NaN where no duty changed.

    Raises
    ------
    NotConvergedError
        When the solver did not converge.
    """
    import xarray as xr

    world, solved = equilibrium.world, equilibrium.solution
    base, wedges = world.baseline, equilibrium.wedges
    plain = equivalent_wedges(base, wedges, solved)
    felt = np.asarray(duty_felt(wedges, solved))
    wage = np.asarray(solved.w_hat)[:, None, None]
    net = np.asarray(1.0 - plain.subsidy)
    abroad = np.asarray(1.0 + (1.0 - plain.rent_to_importer) * (plain.rent - 1.0))
    border = np.asarray(solved.c_hat)[None] * net * abroad / wage
    buyer = np.asarray(solved.c_hat)[None] * net * np.asarray(plain.rent * plain.trade_cost * plain.price_hat) / wage
    points = 100.0 * (1.0 + np.asarray(base.tariff)) * (felt - 1.0)
    changed = (np.abs(np.log(felt)) > LEAST_CHANGE) & (np.asarray(base.sales) > 0)
    mean = (np.asarray(base.share) * np.where(changed, points, 0.0)).sum(axis=1)
    consumer = 100.0 * (np.asarray(solved.P_hat) / np.asarray(solved.w_hat)[:, None] - 1.0)
    cells = {
        "duty": (points, "points"),
        "border_price": (100.0 * (border - 1.0), PER_CENT),
        "buyer_price": (100.0 * (buyer - 1.0), PER_CENT),
        "border_price_per_point": (_ratio(100.0 * (border - 1.0), points, changed), PER_POINT),
        "buyer_price_per_point": (_ratio(100.0 * (buyer - 1.0), points, changed), PER_POINT),
        "borne_by_buyers": (_ratio(np.log(buyer), np.log(felt), changed), "share of the duty"),
    }
    sectors = {
        "sector_duty": (mean, "points"),
        "consumer_price": (consumer, PER_CENT),
        "consumer_price_per_point": (_ratio(consumer, mean, np.abs(mean) > 100.0 * LEAST_CHANGE), PER_POINT),
    }
    arrays = {name: labels.by_cell(world, values, name, unit) for name, (values, unit) in cells.items()}
    for name, (values, unit) in sectors.items():
        arrays[name] = labels.by_sector(world, values, name, unit).rename(region="importer")
    return xr.Dataset(arrays, attrs={"closure": equilibrium.closing})


def _ratio(change: np.ndarray, duty: np.ndarray, where: np.ndarray) -> np.ndarray:
    """Return change over duty, NaN elsewhere."""
    return np.divide(change, duty, out=np.full(duty.shape, np.nan), where=where)
