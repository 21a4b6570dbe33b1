"""The economies that are timed: the benchmark, Caliendo and Parro's (where its data is at hand), synthetic ones."""

from __future__ import annotations

import sys
import warnings
from pathlib import Path

import numpy as np

import dealspace as ds
from dealspace.world.economy import EconomyWarning

ROOT = Path(__file__).resolve().parents[1]
CALIENDO_PARRO = ROOT.parent / "shared" / "data" / "caliendo-parro-1993"


def synthetic(regions: int, sectors: int, seed: int = 0) -> ds.Economy:
    """Return a random calibrated economy whose final demand is positive everywhere."""
    rng = np.random.default_rng(seed)
    size = np.exp(rng.normal(0, 1.2, (regions, 1))) * np.exp(rng.normal(0, 0.5, (regions, sectors)))
    distance = np.exp(-np.abs(rng.normal(0, 1.2, (regions, regions, sectors))) - 2.5)
    distance[np.arange(regions), np.arange(regions)] = 1.0
    flows = distance * size[:, None, :] * size[None] * np.exp(rng.normal(0, 0.3, distance.shape))
    flows *= 1e8 / flows.sum()
    tariff = np.abs(rng.normal(0, 0.05, flows.shape))
    tariff[np.arange(regions), np.arange(regions)] = 0.0
    va_share = rng.uniform(0.35, 0.65, (regions, sectors))
    inputs = rng.dirichlet(np.ones(sectors), size=(regions, sectors)).transpose(0, 2, 1)
    io_share = inputs * (1 - va_share)[:, None, :]
    output, expenditure = flows.sum(axis=0), (flows * (1 + tariff)).sum(axis=1)
    for _ in range(300):  # shift inputs away from what a region has too little of
        use = np.einsum("nkj,nj->nk", io_share, output)
        io_share *= np.minimum(1.0, 0.8 * expenditure / use)[:, :, None]
        io_share *= ((1 - va_share) / io_share.sum(axis=1))[:, None, :]
    return ds.Economy(
        flows=flows,
        tariff=tariff,
        io_share=io_share,
        va_share=va_share,
        trade_elasticity=rng.uniform(2, 9, sectors),
        name=f"synthetic {regions} x {sectors}",
    )


def caliendo_parro() -> tuple[ds.Economy, np.ndarray] | None:
    """Return the 1993 economy before it is balanced, and NAFTA's tariffs; None where the data is not at hand."""
    if not CALIENDO_PARRO.is_dir():
        return None
    sys.path.insert(0, str(ROOT))
    from tests.published import caliendo_parro as data

    found = data.load(CALIENDO_PARRO)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", EconomyWarning)
        world = ds.Economy(
            flows=found.flows,
            tariff=found.tariff,
            io_share=found.io_share,
            va_share=found.va_share,
            trade_elasticity=found.theta,
            regions=data.REGIONS,
            sectors=data.SECTORS,
            name="Caliendo and Parro 1993",
        )
    return world, found.nafta_tariff
