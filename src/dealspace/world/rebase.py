"""Re-solve an economy to another closure, as a new baseline."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse.csgraph import connected_components

from dealspace.errors import NotConvergedError, unknown_name

if TYPE_CHECKING:
    from dealspace.world.economy import Economy

BALANCED_WITHIN = 1e-9  # of world value added: deficits this small are rounding
REBASE_TOLERANCE = 1e-12


def rebase(world: Economy, deficits: str) -> Economy:
    """Return `world` re-solved without a change of policy but to another closure of its deficits.

    Parameters
    ----------
    deficits : ``balanced`` takes every aggregate deficit to zero; ``fixed`` and ``proportional`` hold at the
        base year already and return `world` itself.

    Raises
    ------
    UnknownNameError for another closure; NotConvergedError when the economy has no such equilibrium.
    """
    from dealspace.core.closure import DEFICITS, Closure
    from dealspace.core.solve import solve
    from dealspace.core.wedges import no_change

    if deficits not in DEFICITS:
        raise unknown_name("closure of the deficits", deficits, DEFICITS)
    if deficits != "balanced" or np.abs(world.deficit).max() <= BALANCED_WITHIN * world.value_added.sum():
        return world
    one_way = one_way_traders(world.flows)
    if one_way.any():
        names = ", ".join(name for name, flag in zip(world.regions, one_way, strict=True) if flag)
        raise NotConvergedError(
            f"{world.name} cannot be balanced: {names} only buys or only sells abroad, so no wage brings its trade "
            "into balance; use fixed deficits"
        )
    base = world.baseline
    found, status, _ = solve(base, no_change(base), Closure(deficits), REBASE_TOLERANCE)
    if found is None:
        raise NotConvergedError(
            f"{world.name} cannot be balanced: no equilibrium with zero deficits was found "
            f"(residual {status.residual:.1e} after {status.iterations} iterations); use fixed deficits"
        )
    return world.with_(flows=np.asarray(found.sales), name=f"{world.name} (balanced)")


def one_way_traders(flows: np.ndarray) -> np.ndarray:
    """Return which regions (region,) trade only one way, themselves or as a chain: no path of sales leads back.

    `flows` are sales (importer, exporter, sector). Such a region's trade cannot balance at any finite wage.
    """
    sells_to = flows.sum(axis=2) > 0
    _, strong = connected_components(sells_to, directed=True, connection="strong")
    _, weak = connected_components(sells_to, directed=False)
    largest = [np.bincount(strong[weak == bloc]).argmax() for bloc in range(weak.max() + 1)]
    return strong != np.asarray(largest)[weak]
