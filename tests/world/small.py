"""A small economy, two regions and two sectors, that tests bend and break."""

from __future__ import annotations

from typing import Any

import numpy as np

from dealspace.world.economy import Economy


def arrays() -> dict[str, Any]:
    """Arguments of a sound economy; every call gives fresh arrays."""
    flows = np.array(
        [
            [[80.0, 60.0], [20.0, 30.0]],
            [[15.0, 25.0], [90.0, 70.0]],
        ]
    )
    tariff = np.array([[[0.0, 0.0], [0.1, 0.05]], [[0.2, 0.0], [0.0, 0.0]]])
    io_share = np.array([[[0.2, 0.1], [0.2, 0.3]], [[0.3, 0.1], [0.1, 0.2]]])
    return {
        "flows": flows,
        "tariff": tariff,
        "io_share": io_share,
        "va_share": 1 - io_share.sum(axis=1),
        "trade_elasticity": np.array([4.0, 6.0]),
        "regions": ("HOME", "AWAY"),
        "sectors": ("FARM", "CARS"),
    }


def economy(**changes: Any) -> Economy:
    """The sound economy with some arguments replaced."""
    return Economy(**(arrays() | changes))
