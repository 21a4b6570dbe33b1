"""Arrays as an `Economy`, and the two large worlds that the engine is checked on."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np

import dealspace as ds
from dealspace.world.economy import Economy
from engine import wiod
from rival.economies import Data
from rival.model import Base, calibrate, rebase

CLOSURES = ("fixed", "balanced", "proportional")
BENCHMARK = "world-2022"


def economy(data: Data, **labels) -> Economy:
    """Economy of random arrays."""
    return ds.Economy(
        flows=data.flows,
        tariff=data.tariff,
        io_share=data.io_share,
        va_share=data.va_share,
        trade_elasticity=data.theta,
        **labels,
    )


def arrays(world: Economy) -> Data:
    """What the independent model takes, out of an economy."""
    return Data(world.flows, world.tariff, world.io_share, world.va_share, world.trade_elasticity)


@cache
def benchmark() -> Economy:
    """The embedded world."""
    return ds.load_world(BENCHMARK)


@cache
def wiod_economy(shared: Path) -> Economy:
    """The World Input-Output Table of 2011."""
    data = wiod.load(shared / "data" / "wiod-2011")
    return economy(Data(*data[:5]), regions=data.regions, sectors=data.sectors, name="wiod-2011", year=2011)


@cache
def rival_base(world: Economy, closure: str) -> Base:
    """The independent model's base under a closure; `balanced` is re-solved by itself."""
    base = calibrate(*(np.array(values) for values in arrays(world)))
    return rebase(base, "balanced") if closure == "balanced" else base
