"""How far each step of the map goes: the home economy's own feedback, solved exactly at the base year.

Most of what an economy uses it makes itself, so the plain map, in which a price waits one step for the prices of
its home inputs, is slow for no good reason. The matrices here jump to where the home feedback would settle; the
wage step is Newton's for one region alone. They are fixed, so they change the path and never the fixed point.
"""

from __future__ import annotations

from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

LEAST_WAGE_STEP, LARGEST_WAGE_STEP = 0.02, 1.5
DAMPING = 0.7  # other regions answer too; measured on the benchmark and on random economies


class Relaxation(NamedTuple):
    """Multipliers of the gaps between two states of the map.

    Attributes
    ----------
    price : (region, sector, sector), (I - diag(pi_nn) gamma_io')^-1, of gaps in log P
    spending : (region, sector, sector), (I - gamma_io diag(X_nn / E_n))^-1, of gaps in E
    wage : (region,), of the log excess demand for the region's value added
    value_added : (region, sector), minus the elasticity of a sector's value added in its own price, which says how
        far its premium over the wage may jump where labour or capital is not mobile
    """

    price: Float[Array, "N J J"]
    spending: Float[Array, "N J J"]
    wage: Float[Array, " N"]
    value_added: Float[Array, "N J"]


def relaxation(
    sales: np.ndarray,
    expenditure: np.ndarray,
    share: np.ndarray,
    gamma_io: np.ndarray,
    gamma_va: np.ndarray,
    theta: np.ndarray,
    final_share: np.ndarray,
) -> Relaxation:
    """Derive the multipliers from the base year; shapes as in `dealspace.core.baseline.Baseline`."""
    regions, sectors = expenditure.shape
    one = np.eye(sectors)
    own = np.arange(regions)
    home_share = share[own, own]
    kept = np.divide(sales[own, own], expenditure, out=np.zeros_like(expenditure), where=expenditure > 0)
    io_t = np.swapaxes(gamma_io, 1, 2)
    price = np.linalg.inv(one - home_share[:, :, None] * io_t)
    spending = np.linalg.inv(one - gamma_io * kept[:, None, :])
    cost = np.linalg.solve(one - io_t * home_share[:, None, :], gamma_va[:, :, None])[:, :, 0]
    # d Y_i / d log w_i: customers turn away as costs rise; home spending rises with wages and home output.
    lost = -(theta * (sales * (1.0 - share)).sum(axis=0)) * cost
    value_added = (gamma_va * sales.sum(axis=0)).sum(axis=1)
    earned = kept * final_share * value_added[:, None]
    output = np.linalg.solve(one - kept[:, :, None] * gamma_io, (lost + earned)[:, :, None])[:, :, 0]
    slope = 1.0 - (gamma_va * output).sum(axis=1) / value_added
    wage = DAMPING / np.clip(slope, 1.0 / LARGEST_WAGE_STEP, 1.0 / LEAST_WAGE_STEP)
    multipliers = (price, spending, wage, _own_price_elasticity(sales, share, gamma_io, gamma_va, theta))
    return Relaxation(*(jnp.asarray(each) for each in multipliers))


def _own_price_elasticity(
    sales: np.ndarray, share: np.ndarray, gamma_io: np.ndarray, gamma_va: np.ndarray, theta: np.ndarray
) -> np.ndarray:
    """Return minus d log VA_j / d log v_j, (region, sector): customers turn away from a sector that gets dearer."""
    regions, sectors = gamma_va.shape
    own, diagonal = np.arange(regions), np.arange(sectors)
    output = sales.sum(axis=0)
    lost = theta * (sales * (1.0 - share)).sum(axis=0)
    cost = gamma_va / (1.0 - share[own, own] * gamma_io[:, diagonal, diagonal])
    return np.divide(lost, output, out=np.zeros_like(output), where=output > 0) * cost
