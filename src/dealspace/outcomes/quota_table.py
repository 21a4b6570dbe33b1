"""What became of each quota: how full it is, what its premium and its rents are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import jax
import numpy as np

from dealspace.core.equilibrium import prepare
from dealspace.core.quotas import budgets, caps, inside_share, volumes
from dealspace.outcomes.effective import lines_of
from dealspace.outcomes.labels import USD

if TYPE_CHECKING:
    import xarray as xr

    from dealspace.outcomes.equilibrium import Equilibrium

SLACK, BINDING, OVER = "slack", "binding", "over"
AT_A_BOUND = 1e-9  # log premium this close to 0 or to its cap counts as there


def quota_table(equilibrium: Equilibrium) -> xr.Dataset:
    """Return every quota of a policy at its equilibrium.

    Returns
    -------
    xr.Dataset
        By quota: ``volume`` and ``limit`` (USD million a year at base-year basic prices), ``filled`` (their
        ratio), ``premium`` (price over the price with the duty inside, less 1), ``rent`` and ``rent_to_importer``
        (USD million a year) and ``status``: ``slack`` where the limit is not reached, ``binding`` where it rations
        buyers, ``over`` where imports pay the duty outside.

    Raises
    ------
    NotConvergedError
        When the solver did not converge.
    """
    import xarray as xr

    solved, quotas = equilibrium.solution, equilibrium.wedges.quotas
    log_premium = np.log(np.asarray(solved.premium))
    full = log_premium >= np.asarray(caps(quotas)) - AT_A_BOUND
    status = np.where(log_premium <= AT_A_BOUND, SLACK, np.where(full, OVER, BINDING))
    kept, left = _rents(equilibrium)
    volume, limit = np.asarray(solved.quota_volume), np.asarray(quotas.limit)
    columns = {
        "volume": (volume, f"{USD}, base-year prices"),
        "limit": (limit, f"{USD}, base-year prices"),
        "filled": (volume / limit, "ratio of volume to limit"),
        "premium": (np.expm1(log_premium), "share of the price with the duty inside"),
        "rent": (kept + left, USD),
        "rent_to_importer": (kept, USD),
        "status": (status, "slack, binding or over"),
    }
    arrays = {name: ("quota", values, {"unit": unit}) for name, (values, unit) in columns.items()}
    attrs = {"closure": equilibrium.closing}
    return xr.Dataset(arrays, coords={"quota": list(equilibrium.policy.quota_names)}, attrs=attrs)


def _rents(equilibrium: Equilibrium) -> tuple[np.ndarray, np.ndarray]:
    """Return the rents of each quota that the importer keeps and that leave (quota,), USD million."""
    solved, wedges = equilibrium.solution, equilibrium.wedges
    quotas = wedges.quotas
    at = quotas.at
    lines, trade = lines_of(wedges, solved), prepare(equilibrium.world.baseline, wedges).trade
    volume = volumes(quotas, lines, solved.spending[at] * trade.producer, solved.c_hat[at[1], at[2]])
    _, mine, theirs = budgets(quotas, lines, inside_share(quotas, lines, volume))
    spent = solved.spending[at][quotas.cell]
    count = quotas.limit.shape[0]
    kept, left = (np.asarray(jax.ops.segment_sum(spent * each, quotas.quota, count)) for each in (mine, theirs))
    return kept, left
