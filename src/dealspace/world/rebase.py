"""Re-solve an economy to another closure, as a new baseline."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

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
    from dealspace.core.solve import name_regions, solve
    from dealspace.core.wedges import no_change

    if deficits not in DEFICITS:
        raise unknown_name("closure of the deficits", deficits, DEFICITS)
    if deficits != "balanced" or np.abs(world.deficit).max() <= BALANCED_WITHIN * world.value_added.sum():
        return world
    base = world.baseline
    found, status, _ = solve(base, no_change(base), Closure(deficits), REBASE_TOLERANCE)
    if found is None:
        raise NotConvergedError(f"{world.name} cannot be balanced: {name_regions(status.reason, world.regions)}")
    return world.with_(flows=np.asarray(found.sales), name=f"{world.name} (balanced)")
