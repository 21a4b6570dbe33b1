"""The policies of a case over the short, the medium and the long run."""

from __future__ import annotations

from collections.abc import Mapping

from dealspace.instruments.policy import Policy
from dealspace.outcomes.equilibrium import Equilibrium, solve
from dealspace.outcomes.horizon import HORIZONS
from dealspace.world.economy import Economy


def by_horizon(world: Economy, policies: Mapping[str, Policy], deficits: str) -> dict[str, dict[str, Equilibrium]]:
    """Solve policies at every horizon.

    Parameters
    ----------
    world : Economy
        As in the long run; each horizon scales its elasticities.
    policies : by name
    deficits : closure of the deficits

    Returns
    -------
    dict
        Equilibria by horizon (``short``, ``medium``, ``long``) and policy; some may not have converged.
    """
    return {
        name: {each: solve(world, policy, deficits=deficits, horizon=run) for each, policy in policies.items()}
        for name, run in HORIZONS.items()
    }
