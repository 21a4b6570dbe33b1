"""Steps 2 and 3: pin known cells, balance every sector's flows, then every region's use table."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from dealspace.world.build.coefficients import Use
from dealspace.world.build.customs import PINNED, SERVICES_PINS, USA, CustomsGoods
from dealspace.world.build.naming import GOODS, REGIONS, SECTORS, SERVICES
from dealspace.world.build.ras import fit, fit_with_pins

#: Final demand of a sector is at least this share of its absorption before the tables are balanced.
FINAL_FLOOR = 0.02


def pins_and_prior(goods: np.ndarray, services: np.ndarray, customs: CustomsGoods) -> tuple[np.ndarray, np.ndarray]:
    """Known cells (NaN elsewhere) and the prior of all others, both (importer, exporter, sector).

    Goods trade of the US with pinned partners equals customs; with other partners customs values are the
    prior, so that partners compare on one basis. Services trade with Japan equals the balance of payments.
    """
    prior = np.concatenate([goods, services], axis=2)
    pins = np.full_like(prior, np.nan)
    g = len(GOODS)
    for n, region in enumerate(REGIONS):
        target = pins if region in PINNED else prior
        for cells, values in ((target[USA, n], customs.imports[n]), (target[n, USA], customs.exports[n])):
            known = np.isfinite(values)
            cells[:g][known] = values[known]
        if region in SERVICES_PINS:
            bought, sold = SERVICES_PINS[region]
            pins[USA, n, g:] = services[USA, n] / services[USA, n].sum() * bought
            pins[n, USA, g:] = services[n, USA] / services[n, USA].sum() * sold
    return pins, prior


def balance_flows(
    original: np.ndarray, prior: np.ndarray, pins: np.ndarray, sectors: tuple[str, ...] = SECTORS
) -> np.ndarray:
    """Scale each sector to every importer's absorption and every exporter's output, pinned cells kept.

    All arrays (importer, exporter, sector); `original` gives the sums.
    """
    balanced = np.empty_like(original)
    for j, sector in enumerate(sectors):
        absorption, output = original[:, :, j].sum(axis=1), original[:, :, j].sum(axis=0)
        balanced[:, :, j] = fit_with_pins(prior[:, :, j], pins[:, :, j], absorption, output, name=sector)
    return balanced


class Technology(NamedTuple):
    """Cost shares that agree with the flows.

    io_share : (region, input, sector); va_share : (region, sector)
    intermediate : (region, input, sector) and final : (region, sector), USD million
    """

    io_share: np.ndarray
    va_share: np.ndarray
    intermediate: np.ndarray
    final: np.ndarray


def balance_use(flows: np.ndarray, tariff: np.ndarray, use: Use) -> Technology:
    """Fit each region's [intermediate use | final demand] to absorption with duty, costs and income.

    flows and tariff (importer, exporter, sector). Value-added shares stay those of 2020; sectors without
    output take the mean of the world.
    """
    output, expenditure = flows.sum(axis=0), (flows * (1 + tariff)).sum(axis=1)
    va_share = _value_added_share(use)
    costs = (1 - va_share) * output
    intermediate = np.zeros_like(use.intermediate)
    final = np.zeros_like(expenditure)
    for n, region in enumerate(REGIONS):
        scale = np.divide(output[n], use.output[n], out=np.zeros_like(output[n]), where=use.output[n] > 0)
        prior = np.column_stack([use.intermediate[n] * scale, np.maximum(use.final[n], FINAL_FLOOR * expenditure[n])])
        # Every sector that is bought can be used everywhere a little, so that the table has no dead ends.
        prior += 1e-9 * expenditure[n][:, None]
        income = expenditure[n].sum() - costs[n].sum()
        table = fit(prior, [((1,), expenditure[n]), ((0,), np.append(costs[n], income))], name=f"use table of {region}")
        intermediate[n], final[n] = table[:, :-1], table[:, -1]
    safe = np.where(output > 0, output, 1.0)[:, None, :]
    fallback = _mean_inputs(intermediate, output, va_share)
    io_share = np.where(output[:, None, :] > 0, intermediate / safe, fallback)
    return Technology(io_share, va_share, intermediate, final)


def _value_added_share(use: Use) -> np.ndarray:
    world = use.value_added.sum(axis=0) / use.output.sum(axis=0)
    share = np.divide(use.value_added, use.output, out=np.tile(world, (len(REGIONS), 1)), where=use.output > 0)
    return np.clip(share, 0.02, 0.98)


def _mean_inputs(intermediate: np.ndarray, output: np.ndarray, va_share: np.ndarray) -> np.ndarray:
    mix = intermediate.sum(axis=0)
    mix = mix / mix.sum(axis=0, keepdims=True)
    return mix[None, :, :] * (1 - va_share)[:, None, :]


__all__ = ["FINAL_FLOOR", "SERVICES", "Technology", "balance_flows", "balance_use", "pins_and_prior"]
